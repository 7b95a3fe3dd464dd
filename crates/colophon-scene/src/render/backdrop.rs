//! What every picture of a scene begins with: the scene in range, its stage, the planes of its setting and
//! its particles.

use colophon_types::Seed;

use super::brush::Sketch;
use super::palette::Palette;
use super::stage::{Frame, Plane, Stage};
use super::treatment::Treatment;
use super::{city, foreground, interior, lake, land, sky, space, water};
use crate::error::SceneError;
use crate::graph::{Scene, Setting, TimeOfDay, Weather};
use crate::layers::{Motion, Particles};

/// Largest frame, in pixels a side.
pub const MAX_SIDE: u32 = 8192;
/// Smallest frame, in pixels a side.
pub const MIN_SIDE: u32 = 16;
/// Largest frame, in pixels in all: every full-width layer takes four bytes for each.
pub const MAX_PIXELS: u64 = 20_000_000;
/// Most objects that are drawn.
pub const MAX_OBJECTS: usize = 64;

/// What a scene is drawn with.
pub(super) fn stage<'a>(
    scene: &'a Scene,
    size: (u32, u32),
    treatment: Treatment,
) -> Result<Stage<'a>, SceneError> {
    let range = MIN_SIDE..=MAX_SIDE;
    let long = size.0.max(size.1) / size.0.min(size.1).max(1);
    if !range.contains(&size.0)
        || !range.contains(&size.1)
        || long > 8
        || u64::from(size.0) * u64::from(size.1) > MAX_PIXELS
    {
        return Err(SceneError::BadSize { width: size.0, height: size.1 });
    }
    let side = scene.light.unwrap_or_else(|| side_of(scene.seed));
    Ok(Stage {
        scene,
        frame: Frame::new(size),
        palette: Palette::of(scene.setting, scene.time, scene.weather, side),
        treatment,
        horizon: scene.horizon * 1000.0,
    })
}

/// On which side sun and moon stand, by the seed.
pub(crate) fn side_of(seed: u64) -> f32 {
    if Seed(seed).derive("light").next_f32() < 0.5 { -1.0 } else { 1.0 }
}

/// The scene with every number in range: no NaN, nothing outside what a picture can hold.
pub(super) fn tame(scene: &Scene, treatment: Treatment) -> Scene {
    let fix = |v: f32, low: f32, high: f32, or: f32| if v.is_finite() { v.clamp(low, high) } else { or };
    let mut out = scene.clone();
    if treatment == Treatment::Night {
        out.time = TimeOfDay::Night;
    }
    out.horizon = fix(out.horizon, 0.2, 0.86, 0.62);
    out.light = out.light.map(|v| fix(v, -1.5, 1.5, 1.0));
    out.objects.truncate(MAX_OBJECTS);
    for o in &mut out.objects {
        o.x = fix(o.x, -0.3, 1.3, 0.5);
        o.baseline = fix(o.baseline, 0.02, 1.15, 0.88);
        o.height = fix(o.height, 0.01, 1.4, 0.26);
    }
    out
}

/// The planes of the setting.
pub(super) fn backdrop(st: &Stage<'_>) -> Vec<Plane> {
    let indoors = st.scene.setting.is_indoors();
    let mut out = Vec::new();
    match st.scene.setting {
        Setting::Abstract => {}
        Setting::Space | Setting::Underwater => out.push(sky::firmament(st)),
        _ if indoors => {}
        _ => out.extend(sky::planes(st)),
    }
    out.extend(match st.scene.setting {
        Setting::Forest => land::forest(st, false),
        Setting::SnowyForest => land::forest(st, true),
        Setting::Bamboo => land::bamboo(st),
        Setting::Sea => water::sea(st),
        Setting::Beach => water::beach(st),
        Setting::Lake => lake::lake(st),
        Setting::Mountain => land::mountain(st),
        Setting::Field => land::field(st),
        Setting::Garden => land::garden(st),
        Setting::City => city::city(st),
        Setting::Street => city::street(st),
        Setting::Village => city::village(st),
        Setting::Desert => land::desert(st),
        Setting::Space => space::space(st),
        Setting::Underwater => water::underwater(st),
        Setting::Room
        | Setting::Classroom
        | Setting::Library
        | Setting::Kitchen
        | Setting::Office
        | Setting::Hospital => interior::planes(st),
        Setting::Abstract => space::abstract_ground(st),
    });
    out.extend(foreground::frame(st));
    if st.scene.weather == Weather::Fog && !indoors {
        out.push(fog(st));
    }
    out
}

/// A bank of fog before the middle distance.
pub(super) fn fog(st: &Stage<'_>) -> Plane {
    let mut s = Sketch::new();
    land::mist(st, &mut s, st.horizon + 30.0, 460.0, 0.62);
    Plane::new("fog", s, 0.45, st.horizon + 120.0, st.horizon - 220.0).airy().moving(Motion::Twinkle {
        low: 0.75,
        period: 9.0,
        phase: 0.0,
    })
}

/// Particles of the weather, or of a calm scene.
pub(super) fn particles(scene: &Scene) -> Particles {
    if scene.setting.is_indoors() {
        return Particles::Motes;
    }
    match (scene.setting, scene.weather) {
        (Setting::Underwater, _) => Particles::Bubbles,
        (Setting::Space, _) => Particles::Motes,
        (Setting::Abstract, _) => Particles::None,
        (_, Weather::Rain | Weather::Storm) => Particles::Rain,
        (_, Weather::Snow) => Particles::Snow,
        (_, Weather::Wind) => Particles::Leaves,
        (Setting::Bamboo, _) => Particles::Leaves,
        (Setting::SnowyForest, _) => Particles::Snow,
        (
            Setting::Forest | Setting::Garden | Setting::Field | Setting::Village | Setting::Lake,
            Weather::Clear,
        ) if scene.time != TimeOfDay::Noon => Particles::Motes,
        _ => Particles::None,
    }
}
