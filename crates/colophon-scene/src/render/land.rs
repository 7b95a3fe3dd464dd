//! The land: ridges, peaks, hills, and the outdoor settings that are made of them.

use colophon_types::Seed;

use super::brush::{Fill, Rgb, Sketch, hex, polyline, smooth};
use super::stage::{Plane, Stage};
use super::{sky, trees};
use crate::layers::Motion;

/// A rough skyline by midpoint displacement: points from the left to the right edge.
pub(crate) fn ridge(rng: &mut Seed, full: f32, y: f32, amp: f32, rough: f32) -> Vec<(f32, f32)> {
    let mut ys = vec![
        y + rng.range(-0.4, 0.4) * amp,
        y - rng.range(0.3, 1.0) * amp,
        y + rng.range(-0.5, 0.5) * amp,
        y - rng.range(0.2, 1.0) * amp,
        y + rng.range(-0.4, 0.4) * amp,
    ];
    let mut a = amp * 0.62;
    while ys.len() < 120 {
        let mut next = Vec::with_capacity(ys.len() * 2);
        for pair in ys.windows(2) {
            next.push(pair[0]);
            next.push((pair[0] + pair[1]) / 2.0 + rng.range(-a, a));
        }
        next.extend(ys.last());
        ys = next;
        a *= rough;
    }
    let n = (ys.len() - 1) as f32;
    ys.iter().enumerate().map(|(i, y)| (i as f32 / n * (full + 20.0) - 10.0, *y)).collect()
}

/// A rolling skyline of summed sines.
pub(crate) fn hills(rng: &mut Seed, full: f32, y: f32, amp: f32, waves: f32) -> Vec<(f32, f32)> {
    let parts: Vec<(f32, f32, f32)> = (0..3)
        .map(|i| {
            let i = i as f32;
            (
                waves * (1.0 + i * 0.83) * rng.range(0.85, 1.15),
                rng.range(0.0, std::f32::consts::TAU),
                amp / (1.0 + i * 1.1),
            )
        })
        .collect();
    (0..=64)
        .map(|i| {
            let t = i as f32 / 64.0;
            let h: f32 = parts.iter().map(|(f, ph, a)| (t * f * 6.283 + ph).sin() * a).sum();
            (t * (full + 20.0) - 10.0, y - h)
        })
        .collect()
}

/// Height of a skyline at `x`.
pub(crate) fn height_at(line: &[(f32, f32)], x: f32) -> f32 {
    for pair in line.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if x >= x0 && x <= x1 && x1 > x0 {
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
        }
    }
    line.last().map_or(0.0, |p| p.1)
}

/// Fills from a skyline down to the bottom of the frame.
pub(crate) fn under(s: &mut Sketch, line: &[(f32, f32)], round: bool, fill: impl Into<Fill>) {
    let d = if round { smooth(line, false) } else { polyline(line) };
    let (x0, x1) = (line.first().map_or(0.0, |p| p.0), line.last().map_or(0.0, |p| p.0));
    s.path(&format!("{d}L{x1:.1},1006L{x0:.1},1006Z"), fill);
}

/// Two or three ridges that fade into the air, as one sheet.
pub(crate) fn far_ridges(st: &Stage<'_>, c: Rgb, amp: f32, rough: f32) -> Plane {
    let p = &st.palette;
    let mut s = Sketch::new();
    let mut rng = st.rng("far ridges");
    for i in 0..3 {
        let i = i as f32;
        let y = st.horizon - amp * (0.62 - 0.36 * i);
        let line = ridge(&mut rng, st.frame.full, y, amp * (0.62 - 0.14 * i), rough);
        let tone = p.at(c, 1.45 - 0.34 * i);
        let foot = tone.mix(p.haze, 0.35 + 0.3 * p.air);
        let f = s.gradient((0.0, 1.0), &[(0.0, tone, 1.0), (0.42, foot, 1.0), (1.0, foot, 1.0)]);
        under(&mut s, &line, rough < 0.45, f);
    }
    Plane::new("far ridges", s, 0.16, 10.0, (st.horizon - amp * 2.1).max(0.0))
}

/// Rolling ground in `n` sheets of one plane, from the horizon to the bottom; gives back the
/// skyline of each.
pub(crate) fn ground(
    st: &Stage<'_>,
    s: &mut Sketch,
    part: &str,
    tones: [Rgb; 2],
    from: f32,
    n: usize,
    amp: f32,
) -> Vec<Vec<(f32, f32)>> {
    let p = &st.palette;
    let mut rng = st.rng(part);
    (0..n)
        .map(|i| {
            let t = i as f32 / n.max(1) as f32;
            let y = from + (1000.0 - from) * t.powf(1.15);
            let line = hills(&mut rng, st.frame.full, y, amp * (1.0 - 0.4 * t), 1.1);
            let c = p.at(tones[0].mix(tones[1], t), (1.0 - t) * 0.55);
            // The shadow of a sheet of paper, then the sheet.
            if i > 0 {
                let lifted: Vec<_> = line.iter().map(|(x, y)| (*x, y - 7.0)).collect();
                under(s, &lifted, true, Fill::a(p.shade, 0.10));
                let lifted: Vec<_> = line.iter().map(|(x, y)| (*x, y - 3.0)).collect();
                under(s, &lifted, true, Fill::a(p.shade, 0.12));
            }
            let f = s.gradient(
                (0.0, 1.0),
                &[(0.0, c.mix(p.glow, 0.14 * p.shine), 1.0), (0.2, c, 1.0), (1.0, c.dark(0.78), 1.0)],
            );
            under(s, &line, true, f);
            line
        })
        .collect()
}

/// Scatters `n` things over the ground between two heights, far ones first; `each` gets x, y and
/// nearness (0 at the horizon, 1 at the bottom).
pub(crate) fn scatter(
    st: &Stage<'_>,
    rng: &mut Seed,
    n: usize,
    from: f32,
    to: f32,
    mut each: impl FnMut(&mut Seed, f32, f32, f32),
) {
    let n = ((n as f32) * (st.frame.full / 2000.0).clamp(0.4, 2.0)) as usize;
    let mut spots: Vec<(f32, f32)> = (0..n)
        .map(|_| (rng.range(0.0, st.frame.full), from + (to - from) * rng.next_f32().powf(0.9)))
        .collect();
    spots.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, y) in spots {
        let near = ((y - st.horizon) / (1000.0 - st.horizon)).clamp(0.0, 1.0);
        each(rng, x, y, near);
    }
}

/// A winding path from the horizon to the lower edge.
pub(crate) fn path(st: &Stage<'_>, s: &mut Sketch, from: f32, c: Rgb) {
    let f = st.frame;
    let mut rng = st.rng("path");
    let (x0, x1) = (f.x(rng.range(0.4, 0.66)), f.x(rng.range(0.42, 0.6)));
    let bend = rng.range(-0.16, 0.16) * f.width;
    let edge = |side: f32, wide: f32| -> Vec<(f32, f32)> {
        (0..=10)
            .map(|i| {
                let t = i as f32 / 10.0;
                let y = from + (1006.0 - from) * t;
                let mid = x0 + (x1 - x0) * t + (t * 4.2).sin() * bend * (0.35 + t * 0.4);
                (mid + side * wide * (6.0 + 150.0 * t.powf(1.6)) * f.k, y)
            })
            .collect()
    };
    for (wide, tone, a) in [(1.1, c.dark(0.8), 0.8), (1.0, c, 1.0), (0.55, c.pale(0.1), 0.7)] {
        let left = smooth(&edge(-1.0, wide), false);
        let mut back = edge(1.0, wide);
        back.reverse();
        let right = smooth(&back, false).replacen('M', "L", 1);
        s.path(&format!("{left}{right}Z"), Fill::a(c.mix(tone, 1.0), a));
    }
}

/// A mist bank along the horizon.
pub(crate) fn mist(st: &Stage<'_>, s: &mut Sketch, y: f32, h: f32, alpha: f32) {
    let c = st.palette.haze.pale(0.12);
    let f = s.gradient((0.0, 1.0), &[(0.0, c, 0.0), (0.5, c, alpha), (1.0, c, 0.0)]);
    s.rect(-4.0, y - h / 2.0, st.frame.full + 8.0, h, 0.0, f);
}

/// Woods of pines and round trees, or a snowed-in pine wood.
pub(crate) fn forest(st: &Stage<'_>, snow: bool) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let leaf = if snow { hex(0x4a7c80) } else { hex(0x3f8f5c) };
    let grass = if snow { [hex(0xdfebf4), hex(0xf4f9fd)] } else { [hex(0x7fb35a), hex(0x4f8f48)] };
    let far_tone = if snow { hex(0x8fb3c4) } else { hex(0x5f9a86) };
    let mut out = vec![far_ridges(st, far_tone, 190.0, 0.42)];

    let mut rng = st.rng("woods");
    let snow_cover = if snow { 0.96 } else { 0.0 };
    let mut s = Sketch::new();
    // Two rows of far trees that fade.
    for row in 0..2 {
        let row = row as f32;
        let y = st.horizon + 8.0 + row * 16.0;
        let line = hills(&mut rng, f.full, y, 9.0, 2.0);
        let tone = p.at(leaf, 0.95 - 0.32 * row);
        let mut x = rng.range(-30.0, 0.0);
        while x < f.full + 40.0 {
            let h = rng.range(130.0, 230.0) * (0.8 + 0.32 * row) * f.k;
            let c = tone.vary(&mut rng, 0.07);
            let foot = height_at(&line, x) + 8.0;
            if snow || rng.next_f32() < 0.72 {
                trees::pine(&mut s, &mut rng, x, foot, h, c, snow_cover * 0.8);
            } else {
                trees::poplar(&mut s, &mut rng, x, foot, h * 0.85, c.mix(p.at(hex(0x8db85a), 0.8), 0.5));
            }
            x += rng.range(34.0, 78.0) * f.k;
        }
        under(&mut s, &line, true, tone.dark(0.94));
        mist(st, &mut s, y + 4.0, 120.0, 0.28 + 0.3 * p.air * (1.0 - row));
    }
    let mut far = Plane::new("far trees", s, 0.3, st.horizon - 2.0, st.horizon - 320.0);
    far.shadow = 0.4;
    out.push(far);

    let mut s = Sketch::new();
    let lines = ground(st, &mut s, "forest floor", grass, st.horizon + 34.0, 3, 16.0);
    let soil = if snow { p.at(hex(0xc7d9e8), 0.0) } else { p.at(hex(0xd9bf8a), 0.08) };
    path(st, &mut s, st.horizon + 44.0, soil);
    let mut rng = st.rng("undergrowth");
    scatter(st, &mut rng, 46, st.horizon + 60.0, 1000.0, |rng, x, y, near| {
        let q = (0.45 + near) * f.k;
        let c = p.at(grass[1].dark(0.84), (1.0 - near) * 0.4).vary(rng, 0.1);
        if snow {
            s.oval(x, y, 46.0 * q, 7.0 * q, Fill::a(p.at(hex(0xb9cfe2), 0.0), 0.5));
        } else if rng.next_f32() < 0.75 {
            trees::tuft(&mut s, rng, x, y, 30.0 * q, c);
        } else {
            let petal = [hex(0xffffff), hex(0xffd95c), hex(0xf58fa0)][(rng.next_f32() * 3.0) as usize % 3];
            trees::flower(&mut s, rng, x, y, 32.0 * q, p.at(petal, 0.1), c.dark(0.9));
        }
    });
    let _ = lines;
    let mut floor = Plane::new("forest floor", s, 0.55, st.horizon + 10.0, st.horizon - 20.0);
    floor.shadow = 0.45;
    out.push(floor);

    // Tall trees left and right, that open the middle like a stage.
    let mut s = Sketch::new();
    let mut rng = st.rng("near trees");
    let mut spots: Vec<(f32, f32)> = vec![(0.02, 1.0), (0.13, 0.78), (0.86, 0.8), (0.97, 1.05), (0.245, 0.56), (0.76, 0.56)];
    spots.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, size) in spots {
        let x = f.x(x + rng.range(-0.03, 0.03));
        let h = size * rng.range(560.0, 680.0) * f.k.max(0.7);
        let foot = st.horizon + 50.0 + size * 62.0;
        let c = p.at(leaf, 0.45 - 0.3 * size).vary(&mut rng, 0.08);
        s.oval(x, foot, h * 0.17, 9.0, Fill::a(p.shade, 0.22));
        if snow || rng.next_f32() < 0.62 {
            trees::pine(&mut s, &mut rng, x, foot, h, c, snow_cover);
        } else {
            trees::round_tree(&mut s, &mut rng, x, foot, h * 0.95, c.mix(p.at(hex(0x7fae4e), 0.2), 0.5));
        }
    }
    out.push(Plane::new("near trees", s, 0.5, st.horizon + 60.0, 0.0).moving(Motion::Sway {
        amplitude: 5.0 * f.scale,
        period: 5.2,
        phase: rng.range(0.0, 6.0),
    }));
    if !snow && p.night < 0.5 && p.shine > 0.3 {
        out.push(sky::rays(st, p.glow, 0.11, 900.0));
    }
    out
}

/// A bamboo grove in three depths.
pub(crate) fn bamboo(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let green = hex(0x6fae5a);
    let mut out = Vec::new();
    let depths = [(44, 1.0, 13.0, 0.22), (24, 0.55, 24.0, 0.38)];
    for (i, (n, far, w, depth)) in depths.into_iter().enumerate() {
        let mut s = Sketch::new();
        let mut rng = st.rng(["far culms", "culms"][i]);
        let n = (n as f32 * f.full / 2000.0).max(6.0) as usize;
        for j in 0..n {
            let x = f.full * (j as f32 + rng.range(0.1, 0.9)) / n as f32;
            let c = p.at(green, far).vary(&mut rng, 0.09);
            // The middle stays open for who stands there.
            let open = ((x - f.x(0.5)) / (0.2 * f.width)).abs().min(1.0);
            if i == 1 && open < 0.8 && rng.next_f32() < 0.8 {
                continue;
            }
            let foot = st.horizon + 20.0 + i as f32 * 24.0 + rng.range(0.0, 16.0);
            let w = w * rng.range(0.8, 1.2) * f.k;
            trees::bamboo(&mut s, &mut rng, x, foot, foot + 60.0, w, c);
        }
        mist(st, &mut s, st.horizon - 10.0, 420.0, 0.5 - 0.22 * i as f32);
        let key = if i == 0 { 10.0 } else { st.horizon - 1.0 };
        let mut plane = Plane::new(["far culms", "culms"][i], s, depth, key, 0.0);
        plane.shadow = 0.4;
        out.push(plane);
    }
    let mut s = Sketch::new();
    let tones = [hex(0x9cc06a), hex(0x5b8f46)];
    ground(st, &mut s, "grove floor", tones, st.horizon + 26.0, 3, 12.0);
    path(st, &mut s, st.horizon + 36.0, p.at(hex(0xd8c796), 0.1));
    let mut rng = st.rng("grove litter");
    scatter(st, &mut rng, 60, st.horizon + 50.0, 1000.0, |rng, x, y, near| {
        let q = (0.4 + near) * f.k;
        if rng.next_f32() < 0.5 {
            let a = rng.range(0.0, 6.28);
            let c = p.at([hex(0xb9b45a), hex(0x86a84e)][(x as usize) % 2], 0.1);
            trees::leaf(&mut s, x, y, 30.0 * q, a, 0.16, c);
        } else {
            trees::tuft(&mut s, rng, x, y, 26.0 * q, p.at(hex(0x4c8444), 0.2 * (1.0 - near)));
        }
    });
    out.push(Plane::new("grove floor", s, 0.55, st.horizon + 10.0, st.horizon - 10.0));
    let mut s = Sketch::new();
    let mut rng = st.rng("near culms");
    for x in [-0.02, 0.06, 0.13, 0.88, 0.945, 1.02] {
        let c = p.at(green.dark(0.84), 0.05).vary(&mut rng, 0.06);
        let x = f.x(x + rng.range(-0.02, 0.02));
        let foot = 930.0 + rng.range(0.0, 40.0);
        trees::bamboo(&mut s, &mut rng, x, foot, 1000.0, 44.0 * f.k, c);
    }
    out.push(Plane::new("near culms", s, 0.72, st.horizon + 90.0, 0.0).moving(Motion::Sway {
        amplitude: 6.0 * f.scale,
        period: 6.0,
        phase: rng.range(0.0, 6.0),
    }));
    if p.night < 0.5 {
        out.push(sky::rays(st, p.glow, 0.12, 900.0));
    }
    out
}

/// One mountain with lit and shaded faces and a cap of snow.
fn peak(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb, side: f32, snow: Rgb) {
    let w = h * rng.range(1.05, 1.4);
    let (lx, rx) = (x - w * rng.range(0.48, 0.6), x + w * rng.range(0.48, 0.6));
    let top = y - h;
    let slope = |rng: &mut Seed, ex: f32| -> Vec<(f32, f32)> {
        let mut pts = vec![(x, top)];
        for i in 1..9 {
            let t = i as f32 / 9.0;
            let wob = rng.range(-0.05, 0.05) * h;
            pts.push((x + (ex - x) * t + wob * 0.4, top + h * t.powf(0.94) + wob * 0.5));
        }
        pts.push((ex, y));
        pts
    };
    let (left, right) = (slope(rng, lx), slope(rng, rx));
    // The crest that parts light from shade wanders down the front.
    let mut crest = vec![(x, top)];
    for i in 1..=6 {
        let t = i as f32 / 6.0;
        let wob = if i % 2 == 0 { 0.05 } else { -0.07 };
        crest.push((x + (wob + rng.range(-0.03, 0.03)) * h * (0.5 + t), top + h * t));
    }
    let mut whole = left.clone();
    whole.extend(right.iter().rev());
    let (bright, dull) = (c.pale(0.1), c.dark(0.78));
    let f = s.down(dull, dull.mix(c.pale(0.25), 0.5));
    s.poly(&whole, f);
    let face = |edge: &[(f32, f32)]| {
        let mut pts = edge.to_vec();
        pts.extend(crest.iter().rev());
        pts
    };
    let lit = if side < 0.0 { face(&left) } else { face(&right) };
    let f = s.down(bright, bright.mix(c.pale(0.35), 0.5));
    s.poly(&lit, f);
    // Snow: follows the slopes down to a jagged line.
    let cap = 0.36 + rng.range(-0.05, 0.05);
    let n = (cap * 9.0) as usize + 1;
    let mut pts: Vec<(f32, f32)> = left[..=n].iter().rev().copied().collect();
    pts.extend(&right[1..=n]);
    let (l, r) = (left[n], right[n]);
    for i in 1..8 {
        let t = i as f32 / 8.0;
        let dip = if i % 2 == 1 { 0.09 } else { -0.05 };
        pts.push((r.0 + (l.0 - r.0) * t, r.1 + (l.1 - r.1) * t + (dip + rng.range(-0.03, 0.03)) * h));
    }
    s.poly(&pts, snow);
    let mut shade: Vec<(f32, f32)> =
        if side < 0.0 { right[..=n].to_vec() } else { left[..=n].to_vec() };
    shade.push((x + side * -0.04 * h, top + h * cap * 0.9));
    shade.push((x + side * 0.02 * h, top + h * cap * 0.45));
    s.poly(&shade, Fill::a(c.dark(0.9), 0.34));
}

/// High mountains over a meadow.
pub(crate) fn mountain(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let rock = hex(0x7488a8);
    let mut out = vec![far_ridges(st, hex(0x8ba0c4), 330.0, 0.52)];
    let mut s = Sketch::new();
    let mut rng = st.rng("peaks");
    let n = (4.0 * (f.full / 2000.0)).round().max(2.0) as usize;
    let mut list: Vec<(f32, f32)> = (0..n)
        .map(|i| {
            let x = f.full * (i as f32 + rng.range(0.25, 0.75)) / n as f32;
            (x, rng.range(250.0, 470.0) * f.k.max(0.75))
        })
        .collect();
    list.sort_by(|a, b| b.1.total_cmp(&a.1));
    let snow = p.at(hex(0xfafcff), 0.25).mix(p.glow, 0.25 * p.shine);
    for (x, h) in list {
        let c = p.at(rock, 0.5).vary(&mut rng, 0.05);
        peak(&mut s, &mut rng, x, st.horizon + 46.0, h, c, p.side(), snow);
    }
    let line = ridge(&mut rng, f.full, st.horizon + 6.0, 40.0, 0.5);
    let foot = p.at(hex(0x5d8a74), 0.6);
    let g = s.down(foot, foot.mix(p.haze, 0.4));
    under(&mut s, &line, false, g);
    mist(st, &mut s, st.horizon - 10.0, 150.0, 0.42);
    out.push(Plane::new("peaks", s, 0.26, st.horizon - 4.0, st.horizon - 540.0));

    let mut s = Sketch::new();
    let tones = [hex(0x86b56a), hex(0x5c9a55)];
    let lines = ground(st, &mut s, "meadow", tones, st.horizon + 22.0, 3, 30.0);
    let mut rng = st.rng("alpine woods");
    let mut x = rng.range(0.0, 30.0);
    while x < f.full {
        let open = ((x - f.x(0.5)) / (0.3 * f.width)).abs();
        if rng.next_f32() < open.clamp(0.12, 0.85) {
            let h = rng.range(80.0, 170.0) * f.k;
            let y = height_at(&lines[0], x) + rng.range(8.0, 34.0);
            let c = p.at(hex(0x3f7a62), 0.4).vary(&mut rng, 0.08);
            trees::pine(&mut s, &mut rng, x, y, h, c, 0.0);
        }
        x += rng.range(24.0, 60.0) * f.k;
    }
    path(st, &mut s, st.horizon + 60.0, p.at(hex(0xdcc596), 0.1));
    meadow_details(st, &mut s, st.horizon + 90.0, 70);
    out.push(Plane::new("meadow", s, 0.52, st.horizon + 10.0, st.horizon - 190.0));
    out
}

/// Tufts, flowers and stones on grass.
pub(crate) fn meadow_details(st: &Stage<'_>, s: &mut Sketch, from: f32, n: usize) {
    let (p, f) = (&st.palette, st.frame);
    let mut rng = st.rng("meadow details");
    let petals = [0xffffff, 0xffd65a, 0xf08aa6, 0xb79af0, 0xff9a62].map(hex);
    scatter(st, &mut rng, n, from, 1000.0, |rng, x, y, near| {
        let q = (0.4 + near) * f.k;
        let c = p.at(hex(0x4a8a44), 0.35 * (1.0 - near)).vary(rng, 0.12);
        match rng.next_f32() {
            v if v < 0.6 => trees::tuft(s, rng, x, y, 28.0 * q, c),
            v if v < 0.92 => {
                let petal = petals[(rng.next_f32() * 5.0) as usize % 5];
                trees::flower(s, rng, x, y, 36.0 * q, p.at(petal, 0.1), c.dark(0.9));
            }
            _ => trees::rock(s, rng, x, y, 34.0 * q, p.at(hex(0x9aa3a5), 0.2)),
        }
    });
}

/// Rolling fields in stripes.
pub(crate) fn field(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = vec![far_ridges(st, hex(0x86a8a6), 130.0, 0.4)];
    let mut s = Sketch::new();
    let mut rng = st.rng("far fields");
    let tones = [0xb9cf74, 0xe3c866, 0x8fbf6a].map(hex);
    for (i, tone) in tones.into_iter().enumerate() {
        let y = st.horizon + 8.0 + i as f32 * 30.0;
        let line = hills(&mut rng, f.full, y, 22.0, 1.3);
        let c = p.at(tone, 0.75 - 0.2 * i as f32);
        let g = s.down(c.pale(0.08), c.dark(0.88));
        under(&mut s, &line, true, g);
        for _ in 0..5 {
            let x = rng.range(0.0, f.full);
            let y = height_at(&line, x) + 3.0;
            let tree = p.at(hex(0x5b8f56), 0.7 - 0.2 * i as f32).vary(&mut rng, 0.08);
            if rng.next_f32() < 0.5 {
                let h = rng.range(60.0, 110.0) * f.k;
                trees::poplar(&mut s, &mut rng, x, y, h, tree);
            } else {
                trees::bush(&mut s, &mut rng, x, y, 70.0 * f.k, tree);
            }
        }
    }
    out.push(Plane::new("far fields", s, 0.32, st.horizon - 2.0, st.horizon - 150.0));

    let mut s = Sketch::new();
    let near = [hex(0xa3c860), hex(0x6ea84c)];
    let lines = ground(st, &mut s, "field", near, st.horizon + 92.0, 3, 26.0);
    // Furrows that run together at the horizon.
    let van = f.x(rng.range(0.35, 0.65));
    for i in -12..=12 {
        let bx = van + i as f32 * 170.0 * f.k;
        let top = height_at(&lines[0], van + i as f32 * 40.0 * f.k) + 6.0;
        let d = format!(
            "M{:.1},{top:.1}Q{:.1},{:.1} {bx:.1},1006",
            van + i as f32 * 40.0 * f.k,
            van + i as f32 * 66.0 * f.k,
            top + 110.0
        );
        s.stroke(&d, 4.0, Fill::a(p.at(hex(0x4f8a3e), 0.1), 0.22));
    }
    path(st, &mut s, st.horizon + 104.0, p.at(hex(0xe0c68e), 0.1));
    meadow_details(st, &mut s, st.horizon + 120.0, 80);
    out.push(Plane::new("field", s, 0.55, st.horizon + 40.0, st.horizon + 10.0));
    out
}

/// A garden: hedges, beds, trees in bloom.
pub(crate) fn garden(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = vec![far_ridges(st, hex(0x7fae8c), 110.0, 0.4)];
    let mut s = Sketch::new();
    let mut rng = st.rng("garden trees");
    let mut x = rng.range(-20.0, 60.0);
    while x < f.full {
        let h = rng.range(190.0, 330.0) * f.k;
        let bloom = [0x6fae5e, 0xf2a7bd, 0x8cc06a, 0x5f9f62][(rng.next_f32() * 4.0) as usize % 4];
        let c = p.at(hex(bloom), 0.5).vary(&mut rng, 0.05);
        trees::round_tree(&mut s, &mut rng, x, st.horizon + 26.0, h, c);
        x += rng.range(110.0, 210.0) * f.k;
    }
    let hedge = p.at(hex(0x4d8f52), 0.35);
    let mut x = -20.0;
    while x < f.full + 60.0 {
        let c = hedge.vary(&mut rng, 0.08);
        trees::bush(&mut s, &mut rng, x, st.horizon + 46.0, 130.0 * f.k, c);
        x += 52.0 * f.k;
    }
    s.rect(-4.0, st.horizon + 22.0, f.full + 8.0, 60.0, 0.0, hedge.dark(0.86));
    out.push(Plane::new("hedge", s, 0.36, st.horizon - 2.0, st.horizon - 360.0).moving(Motion::Sway {
        amplitude: 2.5 * f.scale,
        period: 5.6,
        phase: 0.4,
    }));
    let mut s = Sketch::new();
    ground(st, &mut s, "lawn", [hex(0x9ccc6c), hex(0x6cab52)], st.horizon + 48.0, 2, 8.0);
    path(st, &mut s, st.horizon + 52.0, p.at(hex(0xead6ac), 0.1));
    let mut rng = st.rng("beds");
    let petals = [0xf4728f, 0xffd65a, 0xffffff, 0xb48cf0, 0xff8f5c].map(hex);
    for (bx, by, bw) in [(0.14, 0.28, 0.26), (0.86, 0.3, 0.26), (0.04, 0.82, 0.3), (0.97, 0.84, 0.3)] {
        let (cx, cy) = (f.x(bx), st.horizon + (1000.0 - st.horizon) * by);
        let (rx, ry) = (bw * 0.5 * f.width, 18.0 + 26.0 * by);
        s.oval(cx, cy + 6.0, rx * 1.03, ry * 1.1, Fill::a(p.shade, 0.2));
        s.oval(cx, cy, rx, ry, p.at(hex(0x7a5a40), 0.1));
        let n = (rx / 9.0) as usize;
        let mut spots: Vec<(f32, f32)> = (0..n * 2)
            .map(|_| {
                let (a, q) = (rng.range(0.0, 6.28), rng.next_f32().sqrt());
                (cx + a.cos() * rx * 0.93 * q, cy + a.sin() * ry * 0.8 * q)
            })
            .collect();
        spots.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (x, y) in spots {
            let c = petals[(rng.next_f32() * 5.0) as usize % 5];
            let h = (40.0 + 34.0 * by) * f.k.max(0.7) * rng.range(0.8, 1.2);
            let stem = p.at(hex(0x4b8a46), 0.1).vary(&mut rng, 0.1);
            trees::flower(&mut s, &mut rng, x, y, h, p.at(c, 0.08), stem);
        }
    }
    meadow_details(st, &mut s, st.horizon + 110.0, 40);
    out.push(Plane::new("lawn", s, 0.55, st.horizon + 20.0, st.horizon - 10.0));
    out
}

/// Dunes, table mountains and cacti.
pub(crate) fn desert(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("mesas");
    for i in 0..5 {
        let x = f.full * (i as f32 + rng.range(0.1, 0.9)) / 5.0;
        let (w, h) = (rng.range(120.0, 330.0) * f.k, rng.range(80.0, 210.0) * f.k);
        let c = p.at(hex(0xc4714f), 1.0).vary(&mut rng, 0.05);
        let (y, t) = (st.horizon + 20.0, st.horizon + 20.0 - h);
        let pts = [
            (x - w * 0.66, y),
            (x - w * 0.5, t + h * 0.4),
            (x - w * 0.45, t),
            (x + w * 0.42, t + 4.0),
            (x + w * 0.5, t + h * 0.42),
            (x + w * 0.68, y),
        ];
        let g = s.across(c.pale(0.08), c.dark(0.84));
        s.poly(&pts, g);
        for b in 1..4 {
            let by = t + h * (0.1 + 0.14 * b as f32);
            s.line((x - w * 0.44, by), (x + w * 0.44, by + 3.0), 3.0, Fill::a(c.dark(0.8), 0.4));
        }
    }
    mist(st, &mut s, st.horizon, 130.0, 0.45);
    dunes(st, s)
}

fn dunes(st: &Stage<'_>, mesas: Sketch) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = vec![Plane::new("mesas", mesas, 0.18, 10.0, st.horizon - 240.0)];
    let sand = hex(0xeec07c);
    for (i, (from, depth)) in [(4.0, 0.34), (88.0, 0.56)].into_iter().enumerate() {
        let mut s = Sketch::new();
        let name = ["far dunes", "dunes"][i];
        let mut rng = st.rng(name);
        let rows = 2 + i;
        for r in 0..rows {
            let t = r as f32 / rows as f32;
            let y = st.horizon + from + t * (if i == 0 { 70.0 } else { 250.0 });
            let line = hills(&mut rng, f.full, y, 34.0, 0.9);
            let far = 0.62 - 0.36 * i as f32 - 0.2 * t;
            let c = p.at(sand.dark(1.0 - 0.05 * r as f32), far);
            let g = s.gradient(
                (0.0, 1.0),
                &[(0.0, c.mix(p.glow, 0.3 * p.shine), 1.0), (0.3, c, 1.0), (1.0, c.dark(0.8), 1.0)],
            );
            under(&mut s, &line, true, g);
            // The shaded lee side of each crest.
            let lee: Vec<_> = line.iter().map(|(x, y)| (x + 60.0, y + 22.0 + (x * 0.011).sin() * 16.0)).collect();
            under(&mut s, &lee, true, Fill::a(p.at(hex(0xb5764a), far), 0.16));
            for q in 0..3 {
                let rip: Vec<_> =
                    line.iter().map(|(x, y)| (*x, y + 46.0 + q as f32 * 17.0 + (x * 0.02).sin() * 5.0)).collect();
                s.stroke(&smooth(&rip, false), 2.0, Fill::a(p.at(hex(0xa86d45), far), 0.16));
            }
        }
        if i == 1 {
            scatter(st, &mut rng, 9, st.horizon + 110.0, 960.0, |rng, x, y, near| {
                let open = ((x - f.x(0.5)) / (0.25 * f.width)).abs();
                let q = (0.5 + near) * f.k;
                if open > 0.9 && rng.next_f32() < 0.7 {
                    s.oval(x + 20.0 * q, y, 56.0 * q, 8.0 * q, Fill::a(p.shade, 0.2));
                    let h = rng.range(90.0, 190.0) * q;
                    trees::cactus(&mut s, rng, x, y, h, p.at(hex(0x5d9a63), 0.2));
                } else {
                    trees::rock(&mut s, rng, x, y, 60.0 * q, p.at(hex(0xb8764f), 0.2));
                }
            });
        }
        let key = st.horizon + if i == 0 { -2.0 } else { 30.0 };
        out.push(Plane::new(name, s, depth, key, st.horizon - 90.0 + from * 0.4));
    }
    out
}
