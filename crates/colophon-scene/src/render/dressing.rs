//! Dressing: when a scene names few things, a place still has what such places have: a lamp in the
//! street, a desk in the office. Details at the sides, never in the way of what was asked for.

use crate::graph::{Art, Placed, Role, Scene, Setting};
use colophon_types::Seed;

/// Most things that were asked for at which dressing is still added.
const FEW: usize = 5;

/// Details to add, from back to front.
pub(crate) fn details(scene: &Scene) -> Vec<Placed> {
    if scene.objects.len() > FEW {
        return Vec::new();
    }
    // Name, baseline below the horizon as a share of the ground, height.
    let choice: &[(&str, f32, f32)] = match scene.setting {
        Setting::Street => &[("street_lamp", 0.52, 0.54), ("bench", 0.42, 0.13), ("bus_stop", 0.4, 0.34)],
        Setting::City => &[("street_lamp", 0.5, 0.5), ("bench", 0.42, 0.12), ("tree", 0.3, 0.4)],
        Setting::Office => &[("desk", 0.34, 0.36), ("desk", 0.4, 0.36)],
        Setting::Hospital => &[("hospital_bed", 0.36, 0.27), ("hospital_bed", 0.4, 0.27)],
        Setting::Kitchen => &[("table", 0.5, 0.2), ("chair", 0.36, 0.26)],
        Setting::Room => &[("chair", 0.36, 0.27), ("lamp", 0.3, 0.42), ("bookshelf", 0.12, 0.46)],
        Setting::Library => &[("ladder", 0.08, 0.56), ("desk", 0.36, 0.3), ("lamp", 0.36, 0.4)],
        Setting::Garden => &[("fountain", 0.3, 0.26), ("bench", 0.3, 0.13)],
        Setting::Village => &[("well", 0.44, 0.22), ("signpost", 0.5, 0.24), ("cart", 0.46, 0.16)],
        Setting::Field => &[("haystack", 0.4, 0.16), ("windmill", 0.2, 0.34), ("stalks", 0.6, 0.2)],
        Setting::Forest => &[("log", 0.56, 0.07), ("mushroom", 0.6, 0.09)],
        Setting::Mountain => &[("signpost", 0.44, 0.2), ("rock", 0.5, 0.1), ("tent", 0.4, 0.17)],
        Setting::Beach => &[("boat", 0.42, 0.2), ("crate", 0.6, 0.09)],
        Setting::Space => &[("dome", 0.34, 0.2), ("solar_panel", 0.4, 0.16)],
        _ => return Vec::new(),
    };
    let mut rng = Seed(scene.seed).derive("dressing");
    let (prop, low, height) = choice[(rng.next_f32() * choice.len() as f32) as usize % choice.len()];
    let asked = |o: &Placed| matches!(&o.art, Art::Prop { prop: p } if p == prop);
    if scene.objects.iter().any(asked) {
        return Vec::new();
    }
    // The side with the most room, if there is enough of it.
    let room = |x: f32| {
        scene
            .objects
            .iter()
            .filter(|o| !o.flying)
            .map(|o| (o.x - x).abs() - o.height * 0.22)
            .fold(f32::INFINITY, f32::min)
    };
    let at = [0.11, 0.89];
    let (left, right) = (room(at[0]), room(at[1]));
    let equal = (left - right).abs() < 0.02 || (left.is_infinite() && right.is_infinite());
    let pick = if equal { usize::from(rng.next_f32() < 0.5) } else { usize::from(right > left) };
    if left.max(right) < 0.14 {
        return Vec::new();
    }
    vec![Placed {
        name: prop.replace('_', " "),
        art: Art::Prop { prop: prop.to_owned() },
        role: Role::Detail,
        x: at[pick],
        baseline: scene.horizon + (1.0 - scene.horizon) * low,
        height,
        flip: rng.next_f32() < 0.5,
        flying: false,
        floating: false,
    }]
}
