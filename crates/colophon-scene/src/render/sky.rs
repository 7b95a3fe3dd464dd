//! The sky: gradient, sun and moon, stars, clouds, light rays.

use colophon_types::Seed;

use super::brush::{Fill, Rgb, Sketch, hex};
use super::stage::{Plane, Stage};
use crate::graph::{Art, Setting, TimeOfDay, Weather};
use crate::layers::Motion;

/// Everything above the horizon and behind the land.
pub(crate) fn planes(st: &Stage<'_>) -> Vec<Plane> {
    let mut out = vec![firmament(st)];
    if st.palette.night > 0.6 && clear_enough(st) {
        out.push(stars(st));
    }
    if st.scene.weather != Weather::Fog {
        out.push(clouds(st));
    }
    out
}

fn clear_enough(st: &Stage<'_>) -> bool {
    matches!(st.scene.weather, Weather::Clear | Weather::Wind | Weather::Snow | Weather::Cloudy)
}

/// Where the light of the sky stands, in units of a full-width plane: an object of the scene that
/// is a sun or moon takes the place of ours.
pub(crate) fn luminary(st: &Stage<'_>) -> Option<(f32, f32, bool)> {
    for o in &st.scene.objects {
        if let Art::Icon { icon } = &o.art
            && is_luminary(icon)
        {
            return Some((st.frame.x(o.x), (o.baseline - o.height / 2.0) * 1000.0, false));
        }
    }
    let (x, y) = st.palette.sun?;
    let low = matches!(st.scene.time, TimeOfDay::Sunset | TimeOfDay::Dawn);
    let y = if low { st.horizon - 62.0 } else { y * 1000.0 };
    Some((st.frame.x(x), y, true))
}

/// Whether an icon is the sun or the moon itself.
pub(crate) fn is_luminary(icon: &str) -> bool {
    icon == "sun" || icon == "sun-with-face" || icon.ends_with("-moon") || icon.contains("moon-face")
}

/// The opaque sky with the sun or moon, its rings and its glow.
pub(crate) fn firmament(st: &Stage<'_>) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("sky");
    let reach = (st.horizon + 60.0) / 1000.0;
    let sky = s.gradient(
        (0.0, 1.0),
        &[
            (0.0, p.sky[0], 1.0),
            (reach * 0.55, p.sky[1], 1.0),
            (reach, p.sky[2], 1.0),
            (1.0, p.sky[2].mix(p.haze, 0.5), 1.0),
        ],
    );
    s.rect(-4.0, -4.0, f.full + 8.0, 1008.0, 0.0, sky);
    // Sheets of sky: broad arcs of slightly different paper, as in a cut-out.
    let (lx, ly, ours) = luminary(st).unwrap_or((f.x(0.5), st.horizon * 0.4, false));
    let lit = luminary(st).is_some();
    if lit {
        s.glow(lx, ly, 620.0 * f.k, p.glow, 0.42 * p.shine.max(0.4));
        for (i, r) in [300.0, 215.0, 145.0].into_iter().enumerate() {
            let a = [0.07, 0.09, 0.13][i] * (0.5 + p.shine);
            s.circle(lx, ly, r * f.k, Fill::a(p.glow, a));
        }
    }
    if lit && ours {
        let r = if p.moon { 54.0 } else { 66.0 } * f.k;
        s.glow(lx, ly, r * 2.1, p.glow, 0.75);
        let face = p.glow.pale(if p.moon { 0.25 } else { 0.35 });
        let disc = s.down(face.pale(0.3), face.mix(hex(0xffc36b), if p.moon { 0.08 } else { 0.45 }));
        if p.moon && rng.next_f32() < 0.4 {
            // A crescent: two arcs.
            let d = format!(
                "M{:.1},{:.1}A{r:.1},{r:.1} 0 1,1 {:.1},{:.1}A{:.1},{:.1} 0 1,0 {:.1},{:.1}Z",
                lx - r * 0.25,
                ly - r * 0.97,
                lx - r * 0.25,
                ly + r * 0.97,
                r * 1.0,
                r * 1.0,
                lx - r * 0.25,
                ly - r * 0.97
            );
            s.path(&d, face);
        } else {
            s.circle(lx, ly, r, disc);
        }
        if p.moon {
            for (dx, dy, q) in [(-0.3, -0.25, 0.2), (0.32, 0.1, 0.14), (-0.08, 0.42, 0.17)] {
                s.circle(lx + dx * r, ly + dy * r, q * r, Fill::a(p.sky[1], 0.16));
            }
        }
    }
    if p.shine > 0.7 && !p.moon {
        // Long thin streaks of light above a low sun.
        for i in 0..5 {
            let y = st.horizon - 40.0 - i as f32 * 62.0 - rng.range(0.0, 22.0);
            let w = rng.range(300.0, 720.0) * f.k;
            let x = lx + rng.range(-420.0, 420.0) * f.k;
            streak(&mut s, x, y, w, rng.range(5.0, 13.0), Fill::a(p.glow, 0.28));
        }
    }
    let mut plane = Plane::new("sky", s, 0.02, 0.0, 0.0).airy();
    plane.rim = 0.0;
    plane
}

/// A lens-shaped streak.
fn streak(s: &mut Sketch, x: f32, y: f32, w: f32, h: f32, fill: Fill) {
    let d = format!(
        "M{:.1},{y:.1}Q{x:.1},{:.1} {:.1},{y:.1}Q{x:.1},{:.1} {:.1},{y:.1}Z",
        x - w / 2.0,
        y - h,
        x + w / 2.0,
        y + h * 0.6,
        x - w / 2.0
    );
    s.path(&d, fill);
}

/// Stars, as added light.
pub(crate) fn stars(st: &Stage<'_>) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("stars");
    let space = st.scene.setting == Setting::Space;
    let floor = if space { 1000.0 } else { st.horizon - 80.0 };
    let n = if space { 210.0 } else { 120.0 * p.night } * f.full / 1900.0;
    let moon = luminary(st);
    for _ in 0..n as usize {
        let x = rng.range(0.0, f.full);
        let y = rng.next_f32().powf(1.25) * floor;
        let r = 0.9 + rng.next_f32().powi(4) * 3.4;
        if moon.is_some_and(|(mx, my, _)| (mx - x).hypot(my - y) < 90.0 * f.k) {
            continue;
        }
        let c = hex(0xfff4d8).mix(hex(0xbcd4ff), rng.next_f32());
        let a = rng.range(0.45, 1.0) * (1.0 - 0.55 * y / floor.max(1.0));
        if r > 3.0 {
            sparkle(&mut s, x, y, r * 3.2, c, a);
        }
        s.circle(x, y, r, Fill::a(c, a));
    }
    Plane::new("stars", s, 0.03, 1.0, 0.0).light().moving(Motion::Twinkle {
        low: 0.55,
        period: 3.4,
        phase: rng.range(0.0, 6.0),
    })
}

/// A four-pointed star with a small glow.
pub(crate) fn sparkle(s: &mut Sketch, x: f32, y: f32, r: f32, c: Rgb, a: f32) {
    s.glow(x, y, r * 1.3, c, a * 0.5);
    let q = r * 0.12;
    let d = format!(
        "M{x:.1},{:.1}L{:.1},{:.1}L{:.1},{y:.1}L{:.1},{:.1}L{x:.1},{:.1}L{:.1},{:.1}L{:.1},{y:.1}\
         L{:.1},{:.1}Z",
        y - r,
        x + q,
        y - q,
        x + r,
        x + q,
        y + q,
        y + r,
        x - q,
        y + q,
        x - r,
        x - q,
        y - q
    );
    s.path(&d, Fill::a(c, a));
}

/// Clouds that drift and tile.
fn clouds(st: &Stage<'_>) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("clouds");
    let heavy = matches!(st.scene.weather, Weather::Rain | Weather::Storm | Weather::Snow);
    let n = match st.scene.weather {
        Weather::Clear => 5,
        Weather::Wind => 7,
        Weather::Cloudy => 9,
        _ => 12,
    };
    let n = ((n as f32 * (f.full / 2000.0).max(0.55)).round() as usize).max(2);
    let mut list: Vec<(f32, f32, f32)> = (0..n)
        .map(|i| {
            let slot = f.full / n as f32;
            let x = slot * (i as f32 + rng.range(0.1, 0.9));
            let y = if heavy {
                rng.range(0.02, 0.42)
            } else {
                rng.range(0.1, 0.74)
            } * st.horizon;
            let size = (1.15 - 0.6 * y / st.horizon) * rng.range(0.75, 1.35);
            (x, y, size * if heavy { 330.0 } else { 230.0 } * f.k)
        })
        .collect();
    list.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, y, w) in list {
        let far = (y / st.horizon).clamp(0.0, 1.0);
        let light = p.cloud[0].mix(p.haze, 0.42 * far);
        let dark = p.cloud[1].mix(p.haze, 0.42 * far);
        let shape = rng;
        rng.next_u64();
        for shift in [0.0, f.full, -f.full] {
            if x + shift + w > 0.0 && x + shift - w < f.full {
                cloud(&mut s, shape, x + shift, y, w, light, dark);
            }
        }
    }
    let speed = if st.scene.weather == Weather::Wind { 22.0 } else { 7.0 };
    let mut plane = Plane::new("clouds", s, 0.08, 2.0, 0.0).moving(Motion::Drift {
        dx: speed * f.scale * if rng.next_f32() < 0.5 { 1.0 } else { -1.0 },
        dy: 0.0,
        wrap: true,
    });
    plane.shadow = 0.34;
    plane.rim = 0.6;
    plane
}

/// One cloud of two sheets with a flat base.
fn cloud(s: &mut Sketch, mut rng: Seed, x: f32, y: f32, w: f32, light: Rgb, dark: Rgb) {
    let n = 5 + (rng.next_f32() * 3.0) as usize;
    let h = w * 0.2;
    let puffs: Vec<(f32, f32, f32)> = (0..n)
        .map(|i| {
            let t = (i as f32 + 0.5) / n as f32;
            let bell = (t * std::f32::consts::PI).sin();
            let r = h * (0.42 + 0.62 * bell) * rng.range(0.8, 1.15);
            (x + (t - 0.5) * w * 0.78, y - r * 0.72, r)
        })
        .collect();
    let shape = |dx: f32, dy: f32, k: f32| {
        let mut d = String::new();
        for (px, py, r) in &puffs {
            let r = r * k;
            let (cx, cy) = (x + (px - x) * k + dx, y + (py - y) * k + dy);
            d += &format!(
                "M{:.1},{cy:.1}a{r:.1},{r:.1} 0 1,1 {:.1},0a{r:.1},{r:.1} 0 1,1 {:.1},0Z",
                cx - r,
                2.0 * r,
                -2.0 * r
            );
        }
        // The flat base closes the puffs from below; same winding as the arcs.
        let (l, r, b) = (x - w * 0.5 * k + dx, x + w * 0.5 * k + dx, y + h * 0.16 * k + dy);
        let t = y - h * 0.42 * k + dy;
        let q = (b - t) / 2.0;
        d + &format!(
            "M{:.1},{t:.1}L{:.1},{t:.1}a{q:.1},{q:.1} 0 0,1 0,{:.1}L{:.1},{b:.1}a{q:.1},{q:.1} 0 0,1 \
             0,{:.1}Z",
            l + q,
            r - q,
            2.0 * q,
            l + q,
            -2.0 * q
        )
    };
    let back = s.down(dark.mix(light, 0.55), dark);
    s.path(&shape(w * 0.10, h * 0.05, 1.05), back.soft(0.72));
    let front = s.down(light.pale(0.12), light.mix(dark, 0.6));
    s.path(&shape(-w * 0.03, h * 0.10, 0.9), front);
}

/// Rays of light from above, as added light.
pub(crate) fn rays(st: &Stage<'_>, c: Rgb, alpha: f32, to: f32) -> Plane {
    let f = st.frame;
    let mut s = Sketch::new();
    let mut rng = st.rng("rays");
    let origin = luminary(st).map_or(f.x(0.3), |l| l.0);
    for _ in 0..7 {
        let x = origin + rng.range(-380.0, 420.0) * f.k;
        let lean = (f.x(0.5) - origin) * 0.35 + rng.range(-60.0, 60.0);
        let (a, b) = (rng.range(14.0, 46.0), rng.range(60.0, 150.0));
        let fill = s.gradient(
            (0.0, 1.0),
            &[(0.0, c, alpha), (0.55, c, alpha * 0.45), (1.0, c, 0.0)],
        );
        let pts = [(x - a, -20.0), (x + a, -20.0), (x + lean + b, to), (x + lean - b, to)];
        s.poly(&pts, fill);
    }
    let mut plane = Plane::new("light rays", s, 0.5, st.horizon + 20.0, 0.0).light().moving(
        Motion::Twinkle { low: 0.62, period: 6.5, phase: rng.range(0.0, 6.0) },
    );
    plane.blur = 7.0;
    plane
}
