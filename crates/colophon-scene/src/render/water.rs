//! Water: the sea, the beach, and the world below.

use std::f32::consts::TAU;

use super::brush::{Fill, Rgb, Sketch, hex, lump, smooth};
use super::land::{self, height_at, scatter, under};
use super::stage::{Plane, Stage};
use super::{sky, trees};
use crate::graph::TimeOfDay;
use crate::layers::Motion;
use crate::layout;

/// A wave line that repeats at the plane's width, so that it can scroll for ever.
pub(super) fn wave(st: &Stage<'_>, part: &str, y: f32, amp: f32, crests: f32) -> Vec<(f32, f32)> {
    let mut rng = st.rng(part);
    let (a, b) = (rng.range(0.0, TAU), rng.range(0.0, TAU));
    let full = st.frame.full;
    let n = 96;
    (-2..=n + 2)
        .map(|i| {
            let t = i as f32 / n as f32 * std::f32::consts::TAU;
            // Crests are sharper than troughs.
            let s = (t * crests + a).sin();
            let h = s * 0.5 + s.abs() * 0.34 + (t * (crests * 0.5).round() + b).sin() * 0.4;
            (i as f32 / n as f32 * full, y - h * amp)
        })
        .collect()
}

/// Colours of the water from the horizon to the front.
pub(super) fn tones(st: &Stage<'_>) -> [Rgb; 3] {
    let p = &st.palette;
    // By day blue and green; at sunset rose and violet, which do not turn brown under the sky.
    let (paint, mirror) = if st.scene.time == TimeOfDay::Sunset {
        ([0xf2b08e, 0xb8748e, 0x5c5590], [0.5, 0.22, 0.12])
    } else {
        let dim = p.night * 0.16;
        ([0x79cfd6, 0x2f9dbb, 0x17699c], [0.55 + dim, 0.32 + dim, 0.22 + dim])
    };
    // Water mirrors the sky: most of it at the horizon.
    let [far, mid, near] = paint.map(|c| p.at(hex(c), 0.0));
    [far.mix(p.sky[2], mirror[0]), mid.mix(p.sky[1], mirror[1]), near.mix(p.sky[0], mirror[2])]
}

/// One band of waves: shadow, body, crest light, inner swell lines.
fn band(st: &Stage<'_>, s: &mut Sketch, i: usize, y: f32, amp: f32, crests: f32, c: Rgb) {
    let p = &st.palette;
    let line = wave(st, &format!("wave {i}"), y, amp, crests);
    let lifted: Vec<_> = line.iter().map(|(x, y)| (*x, y - amp * 0.3 - 2.0)).collect();
    under(s, &lifted, true, Fill::a(p.shade, 0.13));
    let crest = c.mix(p.sky[2], 0.3).pale(0.08);
    let f = s.gradient((0.0, 1.0), &[(0.0, crest, 1.0), (0.16, c, 1.0), (1.0, c.dark(0.84), 1.0)]);
    under(s, &line, true, f);
    s.stroke(&smooth(&line, false), 1.6 + amp * 0.07, Fill::a(crest.pale(0.55), 0.6));
    for k in 1..3 {
        let k = k as f32;
        let inner: Vec<_> = line
            .iter()
            .enumerate()
            .map(|(j, (x, y))| (*x, y + amp * 0.95 * k + (j as f32 / 96.0 * TAU * 14.0).sin() * amp * 0.1))
            .collect();
        s.stroke(&smooth(&inner, false), 1.2 + amp * 0.03, Fill::a(crest, 0.25 / k));
    }
}

/// Glints under the sun or moon, as added light.
pub(super) fn glints(st: &Stage<'_>, from: f32, to: f32, key: f32) -> Option<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let (lx, _, _) = sky::luminary(st)?;
    let mut s = Sketch::new();
    let mut rng = st.rng("glints");
    for _ in 0..(100.0 * f.k) as usize {
        let t = rng.next_f32().powf(1.4);
        let y = from + 4.0 + (to - from) * t;
        let spread = 46.0 + 220.0 * t;
        let x = lx + (rng.next_f32() + rng.next_f32() - 1.0) * spread * f.k;
        let w = rng.range(12.0, 66.0) * (0.35 + t) * f.k;
        let h = 1.2 + 3.6 * t;
        let a = rng.range(0.3, 0.8) * (1.0 - 0.55 * t) * p.shine.max(0.4);
        s.oval(x, y, w, h, Fill::a(p.glow, a));
    }
    Some(Plane::new("glints", s, 0.3, key, from).light().moving(Motion::Twinkle {
        low: 0.5,
        period: 2.6,
        phase: rng.range(0.0, 6.0),
    }))
}

/// Distant islands or a headland on the horizon.
fn islands(st: &Stage<'_>) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("islands");
    for (i, c) in [hex(0x7d9bb0), hex(0x5f8a86)].into_iter().enumerate() {
        let n = 2 + i;
        for _ in 0..n {
            let x = f.x(rng.range(-0.05, 1.05));
            let (w, h) = (rng.range(240.0, 560.0) * f.k, rng.range(36.0, 120.0) * f.k);
            let tone = p.at(c, 1.2 - 0.3 * i as f32).vary(&mut rng, 0.03);
            let y = st.horizon + 8.0;
            let pts = [
                (x - w * 0.5, y),
                (x - w * 0.34, y - h * rng.range(0.3, 0.5)),
                (x - w * 0.12, y - h * rng.range(0.8, 1.0)),
                (x + w * 0.08, y - h * rng.range(0.6, 0.8)),
                (x + w * 0.3, y - h * rng.range(0.25, 0.5)),
                (x + w * 0.5, y),
            ];
            let g = s.down(tone, tone.mix(p.haze, 0.5));
            s.path(&(smooth(&pts, false) + "Z"), g);
        }
    }
    Plane::new("islands", s, 0.12, 10.0, st.horizon - 150.0)
}

/// Open sea: far water, then bands of waves before and behind what floats.
pub(crate) fn sea(st: &Stage<'_>) -> Vec<Plane> {
    let f = st.frame;
    let t = tones(st);
    let mut out = vec![islands(st)];
    let room = 1000.0 - st.horizon;
    let mut s = Sketch::new();
    let g = s.gradient((0.0, 1.0), &[(0.0, t[0], 1.0), (0.3, t[1], 1.0), (1.0, t[2], 1.0)]);
    s.rect(-4.0, st.horizon, f.full + 8.0, room + 8.0, 0.0, g);
    let mut rng = st.rng("far water");
    for _ in 0..46 {
        let y = st.horizon + 4.0 + rng.next_f32().powf(1.5) * room * 0.32;
        let near = (y - st.horizon) / room;
        let (x, w) = (rng.range(0.0, f.full), (24.0 + 220.0 * near) * rng.range(0.6, 1.3));
        s.oval(x, y, w, 1.0 + 5.0 * near, Fill::a(t[0].pale(0.4), 0.24));
    }
    let mut far = Plane::new("far water", s, 0.2, st.horizon - 1.0, st.horizon - 6.0);
    far.shadow = 0.2;
    out.push(far);
    // Bands: two sheets, scrolling against each other.
    let at = |k: f32| st.horizon + room * k;
    let scroll = |dx: f32| Motion::Drift { dx: dx * f.scale, dy: 0.0, wrap: true };
    let bob = |phase: f32, a: f32| Motion::Bob { amplitude: a * f.scale, period: 4.6, phase };
    let mut s = Sketch::new();
    band(st, &mut s, 0, at(0.20), 9.0, 9.0, t[0].mix(t[1], 0.5));
    band(st, &mut s, 1, at(0.36), 13.0, 7.0, t[1]);
    out.push(
        Plane::new("waves 1", s, 0.38, at(0.2), at(0.2) - 40.0).moving(scroll(9.0)).moving(bob(0.0, 2.0)),
    );
    let mut s = Sketch::new();
    band(st, &mut s, 2, at(0.58), 17.0, 6.0, t[1].mix(t[2], 0.45));
    out.push(
        Plane::new("waves 2", s, 0.55, at(0.56), at(0.58) - 60.0).moving(scroll(-13.0)).moving(bob(1.6, 3.0)),
    );
    let mut s = Sketch::new();
    band(st, &mut s, 3, at(0.8), 22.0, 5.0, t[2].mix(t[1], 0.12));
    band(st, &mut s, 4, at(0.95), 24.0, 4.0, t[2].dark(0.82));
    out.push(
        Plane::new("waves 3", s, 0.8, at(0.8), at(0.8) - 70.0).moving(scroll(18.0)).moving(bob(3.1, 4.0)),
    );
    out.extend(glints(st, st.horizon, at(0.52), at(0.2) + 1.0));
    out
}

/// Sea, surf and sand.
pub(crate) fn beach(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let t = tones(st);
    let room = 1000.0 - st.horizon;
    let shore = 1000.0 * layout::shore(st.horizon / 1000.0);
    let mut out = vec![islands(st)];
    let mut s = Sketch::new();
    let shallow = p.at(hex(0x9fe6d8), 0.0).mix(p.sky[2], 0.2);
    let g = s.gradient(
        (0.0, 1.0),
        &[(0.0, t[0], 1.0), (0.16, t[1], 1.0), (0.4, shallow, 1.0), (1.0, shallow, 1.0)],
    );
    s.rect(-4.0, st.horizon, f.full + 8.0, room + 8.0, 0.0, g);
    let mut far = Plane::new("far water", s, 0.2, st.horizon - 1.0, st.horizon - 6.0);
    far.shadow = 0.2;
    out.push(far);
    let mut s = Sketch::new();
    band(st, &mut s, 0, st.horizon + room * 0.10, 7.0, 10.0, t[1].mix(t[0], 0.4));
    band(st, &mut s, 1, st.horizon + room * 0.19, 9.0, 8.0, t[1].mix(shallow, 0.55));
    band(st, &mut s, 2, st.horizon + room * 0.27, 9.0, 6.0, shallow);
    out.push(
        Plane::new("waves", s, 0.34, st.horizon + 20.0, st.horizon + room * 0.1 - 30.0)
            .moving(Motion::Drift { dx: 10.0 * f.scale, dy: 0.0, wrap: true })
            .moving(Motion::Bob { amplitude: 2.5 * f.scale, period: 4.4, phase: 0.0 }),
    );
    let mut s = Sketch::new();
    let mut rng = st.rng("sand");
    let line = land::hills(&mut rng, f.full, shore, 14.0, 1.0);
    let sand = hex(0xf3d9a4);
    for (up, c, a) in [(15.0, hex(0xffffff), 0.75), (9.0, hex(0xd9f2ec), 0.8), (3.0, hex(0xffffff), 0.95)] {
        let foam: Vec<_> = line.iter().map(|(x, y)| (*x, y - up + (x * 0.021 + up).sin() * 4.0)).collect();
        under(&mut s, &foam, true, Fill::a(p.at(c, 0.0), a));
    }
    let wet = p.at(hex(0xd2b183), 0.1);
    let g = s.gradient(
        (0.0, 1.0),
        &[(0.0, wet, 1.0), (0.07, p.at(sand, 0.1), 1.0), (1.0, p.at(sand.dark(0.84), 0.0), 1.0)],
    );
    under(&mut s, &line, true, g);
    for k in 0..3 {
        let dune = land::hills(&mut rng, f.full, shore + room * (0.16 + 0.18 * k as f32), 20.0, 0.8);
        under(&mut s, &dune, true, Fill::a(p.at(hex(0xfbe6b8), 0.0), 0.3));
    }
    scatter(st, &mut rng, 60, shore + 24.0, 1000.0, |rng, x, y, near| {
        let q = (0.4 + near) * f.k;
        match rng.next_f32() {
            v if v < 0.7 => s.oval(x, y, 9.0 * q, 2.6 * q, Fill::a(p.at(hex(0xb98f5f), 0.0), 0.4)),
            v if v < 0.82 => shell(&mut s, x, y, 13.0 * q, p.at(hex(0xffc7b8), 0.0).vary(rng, 0.1)),
            v if v < 0.9 => trees::rock(&mut s, rng, x, y, 40.0 * q, p.at(hex(0x9b948c), 0.1)),
            _ => trees::tuft(&mut s, rng, x, y, 30.0 * q, p.at(hex(0x9aa860), 0.1)),
        }
    });
    out.push(Plane::new("sand", s, 0.55, shore, shore - 60.0));
    let mut s = Sketch::new();
    let mut rng = st.rng("palms");
    let (side, other) = if p.side() > 0.0 { (0.05, 0.96) } else { (0.95, 0.04) };
    for (x, h, lean) in [(side, 640.0, 0.16), (side + 0.05, 500.0, 0.3), (other, 420.0, 0.2)] {
        let lean = if x > 0.5 { -lean } else { lean };
        let y = shore + 120.0 + h * 0.06;
        s.oval(f.x(x), y, 70.0, 9.0, Fill::a(p.shade, 0.2));
        let c = p.at(hex(0x4c9a58), 0.1).vary(&mut rng, 0.08);
        trees::palm(&mut s, &mut rng, f.x(x), y, h * f.k.max(0.6), lean, c);
    }
    out.push(Plane::new("palms", s, 0.62, shore + 150.0, 0.0).moving(Motion::Sway {
        amplitude: 9.0 * f.scale,
        period: 4.8,
        phase: 0.0,
    }));
    out.extend(glints(st, st.horizon, shore - 12.0, st.horizon + 30.0));
    out
}

/// A fan-shaped shell.
fn shell(s: &mut Sketch, x: f32, y: f32, r: f32, c: Rgb) {
    s.path(
        &format!(
            "M{x:.1},{y:.1}L{:.1},{:.1}A{r:.1},{r:.1} 0 0,1 {:.1},{:.1}Z",
            x - r,
            y - r * 0.6,
            x + r,
            y - r * 0.6
        ),
        c,
    );
    for k in -1..=1 {
        s.line((x, y), (x + k as f32 * r * 0.5, y - r * 1.1), r * 0.08, Fill::a(c.dark(0.7), 0.7));
    }
}

/// Under water: rays, rocks, coral, weed, sand.
pub(crate) fn underwater(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = Vec::new();
    let mut s = Sketch::new();
    let mut rng = st.rng("far reef");
    for i in 0..3 {
        let y = 640.0 + i as f32 * 70.0;
        let line = land::ridge(&mut rng, f.full, y, 170.0 - 30.0 * i as f32, 0.5);
        let c = p.sky[1].mix(p.sky[2], 0.25 + 0.28 * i as f32);
        let g = s.down(c, c.mix(p.sky[2], 0.6));
        under(&mut s, &line, true, g);
        for _ in 0..(9.0 * f.k) as usize {
            let x = rng.range(0.0, f.full);
            let y = height_at(&line, x) + 6.0;
            weed(&mut s, &mut rng, x, y, 60.0 + 30.0 * i as f32, c.dark(0.92));
        }
    }
    // Schools of fish, far off.
    for _ in 0..3 {
        let (cx, cy) = (f.x(rng.range(0.08, 0.92)), rng.range(190.0, 560.0));
        let dir = if rng.next_f32() < 0.5 { 1.0 } else { -1.0 };
        let c = p.sky[1].mix(p.sky[2], 0.55);
        for _ in 0..9 {
            let (x, y) = (cx + rng.range(-120.0, 120.0), cy + rng.range(-46.0, 46.0));
            let l = rng.range(13.0, 22.0) * f.k;
            s.oval(x, y, l, l * 0.42, Fill::a(c, 0.75));
            let t = x - dir * l * 0.85;
            s.poly(
                &[(t, y), (t - dir * l * 0.7, y - l * 0.42), (t - dir * l * 0.7, y + l * 0.42)],
                Fill::a(c, 0.75),
            );
        }
    }
    out.push(Plane::new("far reef", s, 0.22, 10.0, 100.0));
    let mut s = Sketch::new();
    let lines = land::ground(
        st,
        &mut s,
        "sea floor",
        [hex(0xbfd6ae), hex(0xe6d3a0)],
        st.horizon.max(700.0) + 6.0,
        3,
        16.0,
    );
    let mut rng = st.rng("caustics");
    for _ in 0..34 {
        let (x, y) = (rng.range(0.0, f.full), rng.range(790.0, 990.0));
        let w = rng.range(40.0, 120.0);
        s.stroke(
            &format!("M{x:.1},{y:.1}q{:.1},-10 {w:.1},0t{:.1},2", w / 2.0, w * 0.6),
            3.0,
            Fill::a(p.glow, 0.2),
        );
    }
    scatter(st, &mut rng, 18, 770.0, 980.0, |rng, x, y, near| {
        let q = (0.6 + near * 0.7) * f.k;
        trees::rock(&mut s, rng, x, y, 54.0 * q, p.at(hex(0x7d94a0), 0.35 * (1.0 - near)));
    });
    let _ = lines;
    out.push(Plane::new("sea floor", s, 0.52, st.horizon + 1.0, st.horizon.max(700.0) - 80.0));
    let mut s = Sketch::new();
    let mut rng = st.rng("reef");
    let tones = [0xff7f6b, 0xff9fb0, 0xf7b84b, 0xb48cf0, 0xff6f91].map(hex);
    let n = 13;
    for i in 0..n {
        let t = (i as f32 + rng.range(0.1, 0.9)) / n as f32;
        let open = ((t - 0.5) / 0.3).abs().min(1.3);
        let (x, y) = (f.full * t, 850.0 + rng.range(0.0, 90.0) - 40.0 * (open - 0.6));
        let c = p.at(tones[(rng.next_f32() * 5.0) as usize % 5], 0.15);
        let h = rng.range(70.0, 150.0) * (0.45 + open * 0.7) * f.k;
        match (rng.next_f32() * 4.0) as usize {
            0 => coral(&mut s, &mut rng, x, y, h, -1.57, 5, c),
            1 => {
                for k in 0..4 {
                    let pts =
                        lump(&mut rng, x + (k as f32 - 1.5) * h * 0.3, y - h * 0.2, h * 0.3, h * 0.28, 9);
                    let g = s.down(c.pale(0.15), c.dark(0.75));
                    s.blob(&pts, g);
                }
            }
            2 => fan(&mut s, x, y, h, c),
            _ => {
                for k in 0..3 {
                    let q = k as f32 - 1.0;
                    let hh = h * (1.0 - 0.25 * q.abs());
                    let g = s.across(c.pale(0.15), c.dark(0.72));
                    s.rect(x + q * h * 0.26 - h * 0.1, y - hh, h * 0.2, hh + 8.0, h * 0.1, g);
                    s.oval(x + q * h * 0.26, y - hh + h * 0.05, h * 0.07, h * 0.035, c.dark(0.5));
                }
            }
        }
    }
    out.push(Plane::new("reef", s, 0.6, 830.0, 560.0));
    let mut s = Sketch::new();
    for side in [0.0f32, 1.0] {
        for _ in 0..9 {
            let t = rng.next_f32().powf(1.6) * 0.24;
            let x = f.x(if side > 0.5 { 1.03 - t } else { t - 0.03 });
            let h = rng.range(260.0, 620.0) * (1.0 - t * 2.2) * f.k.max(0.7);
            let c = p
                .at([hex(0x2f8f6a), hex(0x4fae72), hex(0x1f7a6c)][(rng.next_f32() * 3.0) as usize % 3], 0.12);
            weed(&mut s, &mut rng, x, 985.0, h, c);
        }
    }
    out.push(Plane::new("weed", s, 0.75, 900.0, 300.0).moving(Motion::Sway {
        amplitude: 16.0 * f.scale,
        period: 5.5,
        phase: 0.0,
    }));
    let mut rays = sky::rays(st, p.glow, 0.10, 960.0);
    rays.key = 840.0;
    out.push(rays);
    out
}

/// A ribbon of weed.
pub(crate) fn weed(s: &mut Sketch, rng: &mut colophon_types::Seed, x: f32, y: f32, h: f32, c: Rgb) {
    let (ph, w) = (rng.range(0.0, 6.0), h * 0.05 + 4.0);
    let at = |t: f32| x + (t * 5.0 + ph).sin() * h * 0.07 * (0.3 + t);
    let mut left = Vec::new();
    let mut right = Vec::new();
    for i in 0..=10 {
        let t = i as f32 / 10.0;
        let half = w * (1.0 - t * t) * (0.7 + 0.3 * (t * 19.0).sin().abs());
        left.push((at(t) - half, y - h * t));
        right.push((at(t) + half, y - h * t));
    }
    right.reverse();
    let d = smooth(&left, false) + &smooth(&right, false).replacen('M', "L", 1) + "Z";
    let g = s.down(c.pale(0.2), c.dark(0.7));
    s.path(&d, g);
    let rib: Vec<_> = (0..=10).map(|i| (at(i as f32 / 10.0), y - h * i as f32 / 10.0)).collect();
    s.stroke(&smooth(&rib, false), w * 0.12, Fill::a(c.dark(0.6), 0.5));
}

/// Branching coral.
#[allow(clippy::too_many_arguments)]
fn coral(
    s: &mut Sketch,
    rng: &mut colophon_types::Seed,
    x: f32,
    y: f32,
    len: f32,
    a: f32,
    depth: usize,
    c: Rgb,
) {
    if depth == 0 {
        return;
    }
    let seg = len * 0.36;
    let (ex, ey) = (x + a.cos() * seg, y + a.sin() * seg);
    s.line((x, y), (ex, ey), len * 0.11 + 2.0, c);
    for turn in [-0.42, 0.42] {
        if rng.next_f32() < 0.86 {
            let a = a + turn + rng.range(-0.2, 0.2);
            coral(s, rng, ex, ey, len * 0.8, a, depth - 1, c.pale(0.04));
        }
    }
}

/// A sea fan.
fn fan(s: &mut Sketch, x: f32, y: f32, h: f32, c: Rgb) {
    for i in 0..9 {
        let a = -1.57 + (i as f32 - 4.0) * 0.19;
        let (ex, ey) = (x + a.cos() * h, y + a.sin() * h * 1.05);
        s.stroke(
            &format!("M{x:.1},{y:.1}Q{:.1},{:.1} {ex:.1},{ey:.1}", x + a.cos() * h * 0.3, y - h * 0.6),
            h * 0.05,
            c,
        );
    }
    for k in 1..4 {
        let r = h * (0.3 + 0.2 * k as f32);
        s.stroke(
            &format!(
                "M{:.1},{:.1}Q{x:.1},{:.1} {:.1},{:.1}",
                x - r * 0.62,
                y - r * 0.75,
                y - r * 1.25,
                x + r * 0.62,
                y - r * 0.75
            ),
            h * 0.025,
            c.dark(0.88),
        );
    }
    s.line((x, y + 6.0), (x, y - h * 0.3), h * 0.08, c.dark(0.9));
}
