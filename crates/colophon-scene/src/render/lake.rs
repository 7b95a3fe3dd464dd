//! Lakes and rivers: still water between a wooded shore and a bank of grass.

use super::brush::{Fill, Rgb, Sketch, hex, smooth};
use super::land::{self, height_at, under};
use super::stage::{Plane, Stage};
use super::trees;
use super::water::{glints, tones, wave};
use crate::layers::Motion;
use crate::layout;

pub(super) fn lake(st: &Stage<'_>) -> Vec<Plane> {
    let shore = 1000.0 * layout::shore(st.horizon / 1000.0);
    let mut far = land::far_ridges(st, hex(0x7f9fb4), 170.0, 0.4);
    let mirrored = far_shore(st, &mut far.sketch);
    let mut out = vec![far, water(st, shore, mirrored)];
    out.push(ripples(st, shore));
    out.extend(glints(st, st.horizon + 12.0, shore - 14.0, st.horizon + 34.0));
    out.push(bank(st, shore));
    out.push(trees_of(st, shore));
    out
}

/// What still water shows of a tree across it: where it stands, half its width, how tall it is, its colour.
struct Mirrored {
    x: f32,
    half: f32,
    height: f32,
    tone: Rgb,
}

/// The wood on the other side, before the ridges. Gives what the water shows of it.
fn far_shore(st: &Stage<'_>, s: &mut Sketch) -> Vec<Mirrored> {
    let (p, f) = (&st.palette, st.frame);
    let mut mirrored = Vec::new();
    let mut rng = st.rng("far shore");
    let line = land::hills(&mut rng, f.full, st.horizon - 10.0, 8.0, 1.4);
    let tones = [0x4f8a5a, 0x5f9a58, 0x3f7a5c, 0x86a85a].map(hex);
    // What stands nearer the water is lower and lighter.
    for row in 0..2 {
        let mut x = -20.0;
        while x < f.full + 20.0 {
            let base = tones[(rng.next_f32() * 4.0) as usize % 4];
            let c = p.at(base, 0.85 - 0.25 * row as f32).vary(&mut rng, 0.06);
            let h = rng.range(46.0, 96.0) * f.k * (1.0 - 0.35 * row as f32);
            let y = height_at(&line, x) + 8.0 + 3.0 * row as f32;
            match rng.next_f32() {
                v if v < 0.34 => trees::pine(s, &mut rng, x, y, h * 1.25, c, 0.0),
                v if v < 0.56 => trees::poplar(s, &mut rng, x, y, h * 1.2, c),
                _ => trees::bush(s, &mut rng, x, y, h * 1.1, c),
            }
            mirrored.push(Mirrored { x, half: h * rng.range(0.34, 0.5), height: h, tone: c });
            x += rng.range(20.0, 46.0) * f.k;
        }
    }
    let sand = p.at(hex(0xb9a77c), 0.7);
    let foot: Vec<_> = line.iter().map(|(x, y)| (*x, y + 10.0)).collect();
    under(s, &foot, true, sand);
    mirrored
}

fn water(st: &Stage<'_>, shore: f32, mirrored: Vec<Mirrored>) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let t = tones(st).map(|c| c.mix(p.at(hex(0x5f9f8a), 0.0), 0.22));
    let mut s = Sketch::new();
    let g = s.gradient((0.0, 1.0), &[(0.0, t[0], 1.0), (0.3, t[1].mix(t[0], 0.3), 1.0), (1.0, t[2], 1.0)]);
    s.rect(-4.0, st.horizon, f.full + 8.0, shore + 60.0 - st.horizon, 0.0, g);
    for Mirrored { x, half, height, tone } in mirrored {
        s.oval(
            x,
            st.horizon + height * 0.3,
            half,
            height * 0.58,
            Fill::a(tone.mix(t[1], 0.4).dark(0.86), 0.34),
        );
    }
    let mut rng = st.rng("still water");
    for _ in 0..70 {
        let near = rng.next_f32().powf(1.3);
        let y = st.horizon + 6.0 + (shore - st.horizon) * near;
        let (x, w) = (rng.range(0.0, f.full), (26.0 + 150.0 * near) * rng.range(0.5, 1.2) * f.k);
        let c = if rng.next_f32() < 0.7 { t[0].pale(0.45) } else { t[2].dark(0.9) };
        s.oval(x, y, w, 0.9 + 2.6 * near, Fill::a(c, 0.26));
    }
    let mut plane = Plane::new("water", s, 0.24, st.horizon - 1.0, st.horizon - 4.0);
    plane.shadow = 0.15;
    plane
}

/// Low waves that go past.
fn ripples(st: &Stage<'_>, shore: f32) -> Plane {
    let t = tones(st);
    let mut s = Sketch::new();
    for (k, crests) in [17.0, 14.0, 11.0, 9.0].into_iter().enumerate() {
        let near = (k as f32 + 0.8) / 4.0;
        let y = st.horizon + (shore - st.horizon) * near;
        let line = wave(st, &format!("ripple {k}"), y, 1.4 + 2.6 * near, crests);
        let below: Vec<_> = line.iter().map(|(x, y)| (*x, y + 3.0 + 2.0 * near)).collect();
        s.stroke(&smooth(&below, false), 1.6 + near, Fill::a(t[2].dark(0.86), 0.22));
        s.stroke(&smooth(&line, false), 1.2 + near, Fill::a(t[0].pale(0.6), 0.42));
    }
    Plane::new("ripples", s, 0.34, st.horizon + 20.0, st.horizon)
        .airy()
        .moving(Motion::Drift { dx: 6.0 * st.frame.scale, dy: 0.0, wrap: true })
        .moving(Motion::Bob { amplitude: 1.2 * st.frame.scale, period: 5.0, phase: 0.0 })
}

/// Grass, stones and flowers, wet at the edge, with reeds and lilies in the shallows.
fn bank(st: &Stage<'_>, shore: f32) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("bank");
    for _ in 0..(9.0 * f.k.max(0.7)) as usize {
        let side = if rng.next_f32() < 0.5 { rng.range(0.02, 0.3) } else { rng.range(0.7, 0.98) };
        lily(&mut s, f.x(side), shore - rng.range(22.0, 64.0), rng.range(15.0, 26.0) * f.k, &mut |c| {
            p.at(hex(c), 0.1)
        });
    }
    let line = land::hills(&mut rng, f.full, shore, 12.0, 1.0);
    let wet: Vec<_> = line.iter().map(|(x, y)| (*x, y - 7.0)).collect();
    under(&mut s, &wet, true, Fill::a(p.at(hex(0xe9f4ee), 0.0), 0.55));
    let edge: Vec<_> = line.iter().map(|(x, y)| (*x, y - 3.0)).collect();
    under(&mut s, &edge, true, p.at(hex(0x8f7a58), 0.1));
    let near = [hex(0x9cc562), hex(0x649f49)];
    land::ground(st, &mut s, "bank", near, shore + 12.0, 3, 12.0);
    land::meadow_details(st, &mut s, shore + 40.0, 64);
    // Reeds in clumps, most at the sides, where they hide nothing.
    for _ in 0..9 {
        let t = rng.next_f32().powf(1.5) * 0.34;
        let x = f.x(if rng.next_f32() < 0.5 { t } else { 1.0 - t });
        let y = height_at(&line, x) + 6.0;
        for _ in 0..5 {
            let (x, h) = (x + rng.range(-26.0, 26.0) * f.k, rng.range(70.0, 150.0) * f.k.max(0.6));
            let c = p.at(hex(0x6f8f4a), 0.15).vary(&mut rng, 0.1);
            reed(&mut s, x, y, h, rng.range(-0.12, 0.12), c, p.at(hex(0x7a4f30), 0.1));
        }
        trees::tuft(&mut s, &mut rng, x, y + 4.0, 44.0 * f.k, p.at(hex(0x5f8f45), 0.15));
    }
    for _ in 0..5 {
        let x = f.x(rng.range(0.0, 1.0));
        let y = height_at(&line, x) + 8.0;
        let w = rng.range(30.0, 64.0) * f.k;
        trees::rock(&mut s, &mut rng, x, y, w, p.at(hex(0x98a09c), 0.15));
    }
    Plane::new("bank", s, 0.55, shore, shore - 170.0)
}

/// A large tree on the side away from the light, and a smaller one across.
fn trees_of(st: &Stage<'_>, shore: f32) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("lake trees");
    let (near, other) = if p.side() > 0.0 { (0.03, 0.97) } else { (0.97, 0.03) };
    let tones = [0x5a9a4c, 0x6fae52, 0x4c8f58].map(hex);
    let tall = f.k.max(0.6);
    for (x, h, tone) in [(near, 600.0, tones[0]), (other, 380.0, tones[1])] {
        let y = shore + 110.0;
        s.oval(f.x(x), y, 90.0, 9.0, Fill::a(p.shade, 0.2));
        let c = p.at(tone, 0.1).vary(&mut rng, 0.06);
        trees::round_tree(&mut s, &mut rng, f.x(x), y, h * tall, c);
    }
    let y = shore + 126.0;
    let side = if near < 0.5 { 0.1 } else { 0.9 };
    trees::bush(&mut s, &mut rng, f.x(side), y, 150.0 * tall, p.at(tones[2], 0.1));
    Plane::new("trees", s, 0.62, shore + 120.0, 0.0)
}

/// A leaf on the water, and now and then its flower.
fn lily(s: &mut Sketch, x: f32, y: f32, r: f32, paint: &mut dyn FnMut(u32) -> Rgb) {
    s.oval(x, y + 2.0, r, r * 0.32, Fill::a(paint(0x2f5f4a), 0.4));
    let leaf = paint(0x5fa564);
    let g = s.down(leaf.pale(0.16), leaf.dark(0.8));
    s.oval(x, y, r, r * 0.3, g);
    s.poly(&[(x, y), (x + r, y - r * 0.1), (x + r, y + r * 0.12)], Fill::a(paint(0x2f7f8f), 0.5));
    if (x as i32) % 3 != 0 {
        return;
    }
    let petal = paint(0xf7b7c8);
    for (dx, lean, tone) in
        [(-0.34, -0.3, 0.9), (0.34, 0.3, 0.9), (-0.16, -0.12, 1.0), (0.16, 0.12, 1.0), (0.0, 0.0, 1.0)]
    {
        let (foot, tip) = (x + dx * r * 0.5, x + (dx + lean) * r);
        s.path(
            &format!(
                "M{foot:.1},{:.1}Q{:.1},{:.1} {tip:.1},{:.1}Q{:.1},{:.1} {foot:.1},{:.1}Z",
                y - r * 0.05,
                foot - r * 0.26,
                y - r * 0.4,
                y - r * 0.7,
                foot + r * 0.26,
                y - r * 0.4,
                y - r * 0.05
            ),
            petal.dark(tone).pale(0.12 * (1.0 - dx.abs())),
        );
    }
    s.oval(x, y - r * 0.2, r * 0.12, r * 0.08, paint(0xf2c84b));
}

/// A cattail.
fn reed(s: &mut Sketch, x: f32, y: f32, h: f32, lean: f32, stem: Rgb, head: Rgb) {
    let tip = (x + lean * h, y - h);
    let d = format!("M{x:.1},{y:.1}Q{x:.1},{:.1} {:.1},{:.1}", y - h * 0.6, tip.0, tip.1);
    s.stroke(&d, 2.6, stem);
    let (blade, side) = (h * 0.66, if lean < 0.0 { 1.0 } else { -1.0 });
    s.path(
        &format!(
            "M{:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{y:.1}Z",
            x - 2.0,
            x + side * 2.0,
            y - blade * 0.6,
            x + side * h * 0.2,
            y - blade,
            x + side * 7.0,
            y - blade * 0.5,
            x + 3.0
        ),
        stem.dark(0.92),
    );
    let g = s.across(head.pale(0.15), head.dark(0.75));
    s.rect(tip.0 - 3.6, tip.1, 7.2, h * 0.2, 3.6, g);
    s.line((tip.0, tip.1), (tip.0 + lean * h * 0.1, tip.1 - h * 0.09), 1.6, stem);
}
