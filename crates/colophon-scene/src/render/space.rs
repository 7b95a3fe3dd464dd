//! Space, and the abstract setting of posters.

use super::brush::{Fill, Rgb, Sketch, hex, lump};
use super::land;
use super::sky;
use super::stage::{Plane, Stage};
use crate::layers::{Entrance, Motion};

/// Nebula, planets, and the ground of some moon.
pub(crate) fn space(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = Vec::new();
    let mut s = Sketch::new();
    let mut rng = st.rng("nebula");
    let tones = [0xa35bd6, 0x4f6ee0, 0xe0659f, 0x3fb0c9].map(hex);
    let (x0, y0) = (f.x(rng.range(0.1, 0.4)), rng.range(120.0, 300.0));
    let (x1, y1) = (f.x(rng.range(0.6, 0.95)), rng.range(280.0, 560.0));
    for i in 0..26 {
        let t = i as f32 / 25.0;
        let x = x0 + (x1 - x0) * t + rng.range(-150.0, 150.0);
        let y = y0 + (y1 - y0) * t + (t * 6.0).sin() * 90.0 + rng.range(-90.0, 90.0);
        let c = tones[(rng.next_f32() * 4.0) as usize % 4];
        s.glow(x, y, rng.range(120.0, 300.0) * f.k, c, 0.24);
    }
    out.push(Plane::new("nebula", s, 0.04, 0.5, 0.0).light().moving(Motion::Twinkle {
        low: 0.75,
        period: 8.0,
        phase: 0.0,
    }));
    out.push(sky::stars(st));
    let mut s = Sketch::new();
    let mut rng = st.rng("planets");
    let left = rng.next_f32() < 0.5;
    let place = |x: f32| f.x(if left { x } else { 1.0 - x });
    let big = [0xf0a66a, 0x6ab0d9, 0xd98ab0, 0x8fc98f].map(hex);
    let c = big[(rng.next_f32() * 4.0) as usize % 4];
    planet(&mut s, place(0.17), 240.0, 128.0 * f.k, c, p.shade, true, if left { 1.0 } else { -1.0 });
    let c = big[(rng.next_f32() * 4.0) as usize % 4].grey(0.2);
    planet(&mut s, place(0.84), 150.0, 50.0 * f.k, c, p.shade, false, if left { 1.0 } else { -1.0 });
    let c = hex(0xcfd4ea);
    planet(&mut s, place(0.63), 96.0, 24.0 * f.k, c, p.shade, false, if left { 1.0 } else { -1.0 });
    out.push(Plane::new("planets", s, 0.1, 2.5, 0.0));
    let mut s = Sketch::new();
    let mut rng = st.rng("far moonscape");
    let line = land::ridge(&mut rng, f.full, st.horizon - 4.0, 110.0, 0.5);
    let c = hex(0x5a4f92).mix(p.sky[2], 0.35);
    let g = s.down(c, c.dark(0.8));
    land::under(&mut s, &line, false, g);
    out.push(Plane::new("far moonscape", s, 0.26, 10.0, st.horizon - 230.0));
    let mut s = Sketch::new();
    let mut rng = st.rng("moonscape");
    let tones = [hex(0x8f86c4), hex(0xb7aedd)];
    land::ground(st, &mut s, "moon ground", tones, st.horizon + 34.0, 3, 18.0);
    land::scatter(st, &mut rng, 22, st.horizon + 70.0, 990.0, |rng, x, y, near| {
        let r = (22.0 + 70.0 * near) * rng.range(0.5, 1.2) * f.k;
        let c = p.at(hex(0x9a90cc), 0.0);
        s.oval(x, y, r, r * 0.27, c.dark(0.66));
        s.oval(x, y + r * 0.07, r * 0.93, r * 0.22, c.dark(0.82));
        s.stroke(&format!("M{:.1},{:.1}Q{x:.1},{:.1} {:.1},{:.1}", x - r, y, y - r * 0.44, x + r, y), 2.5, Fill::a(c.pale(0.4), 0.55));
    });
    out.push(Plane::new("moonscape", s, 0.55, st.horizon + 8.0, st.horizon - 30.0));
    out
}

/// A planet with bands, a night side, and perhaps a ring.
#[allow(clippy::too_many_arguments)]
fn planet(s: &mut Sketch, x: f32, y: f32, r: f32, c: Rgb, shade: Rgb, ring: bool, side: f32) {
    let half_ring = |s: &mut Sketch, front: bool| {
        let sweep = i32::from(!front);
        s.group(x, y, 1.0, 1.0, -16.0, 1.0);
        for (k, w, a) in [(1.75, 0.16, 0.75), (1.45, 0.09, 0.5)] {
            let (rx, ry) = (r * k, r * k * 0.26);
            s.stroke(
                &format!("M{:.1},0A{rx:.1},{ry:.1} 0 0,{sweep} {rx:.1},0", -rx),
                r * w,
                Fill::a(c.pale(0.5), a),
            );
        }
        s.end();
    };
    s.glow(x, y, r * 1.7, c, 0.3);
    if ring {
        half_ring(s, false);
    }
    let g = s.down(c.pale(0.24), c.dark(0.86));
    s.circle(x, y, r, g);
    for (dy, h, a) in [(-0.5, 0.12, 0.25), (-0.16, 0.2, 0.2), (0.22, 0.1, 0.3), (0.52, 0.14, 0.2)] {
        let half = (1.0f32 - dy * dy).sqrt() * r * 0.985;
        s.rect(x - half, y + dy * r, half * 2.0, h * r, h * r * 0.5, Fill::a(c.dark(0.72), a));
    }
    // Night side: the disc less a shifted disc.
    let d = format!(
        "M{x:.1},{:.1}A{r:.1},{r:.1} 0 0,{} {x:.1},{:.1}A{:.1},{:.1} 0 0,{} {x:.1},{:.1}Z",
        y - r,
        i32::from(side < 0.0),
        y + r,
        r * 1.25,
        r * 1.25,
        i32::from(side > 0.0),
        y - r
    );
    s.path(&d, Fill::a(shade, 0.42));
    if ring {
        half_ring(s, true);
    }
}

/// A pale disc on quiet paper, for things without a place.
pub(crate) fn abstract_ground(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut rng = st.rng("abstract");
    let sets = [
        [0xf7e9d7, 0xf2b8a0, 0xe2725b, 0x3c6e71],
        [0xe8f1f2, 0x9cc5d3, 0x3d7ea6, 0xf2a65a],
        [0xf3eefb, 0xc3b1e1, 0x7a6bb5, 0xf4c95d],
        [0xeef4e4, 0xb5d3a4, 0x5f9a6c, 0xef8a62],
    ];
    let set = sets[(rng.next_f32() * 4.0) as usize % 4].map(|c| p.at(hex(c), 0.0));
    let mut s = Sketch::new();
    let g = s.down(set[0].pale(0.25), set[0].dark(0.93));
    s.rect(-4.0, -4.0, f.full + 8.0, 1008.0, 0.0, g);
    let mut out = Vec::new();
    let mut paper = Plane::new("paper", s, 0.02, 0.4, 0.0).airy();
    paper.rim = 0.0;
    out.push(paper);
    let mut s = Sketch::new();
    for (x, y, r, c) in [
        (0.02, 120.0, 300.0, 1),
        (0.98, 60.0, 230.0, 2),
        (1.02, 860.0, 330.0, 1),
        (0.0, 960.0, 260.0, 3),
    ] {
        let pts = lump(&mut rng, f.x(x), y, r * f.k * 1.1, r * f.k, 8);
        let g = s.down(set[c].pale(0.12), set[c].dark(0.92));
        s.blob(&pts, g);
    }
    let mut shapes = Plane::new("shapes", s, 0.16, 3.0, 0.0);
    shapes.shadow = 0.6;
    out.push(shapes);
    let mut s = Sketch::new();
    let r = (350.0 * f.k).min(f.width * 0.42);
    let (cx, cy) = (f.x(0.5), 480.0);
    s.circle(cx, cy, r * 1.17, Fill::a(set[0].pale(0.5), 0.6));
    let g = s.down(hex(0xffffff).lit(p.light), set[0].pale(0.35));
    s.circle(cx, cy, r, g);
    for i in 0..22 {
        let a = rng.range(0.0, 6.28);
        let q = r * rng.range(1.22, 1.7);
        let c = set[1 + i % 3];
        let (x, y) = (cx + a.cos() * q * 1.2, cy + a.sin() * q * 0.8);
        match i % 3 {
            0 => s.circle(x, y, rng.range(5.0, 13.0) * f.k, c),
            1 => s.line((x, y), (x + 20.0, y - 12.0), 5.0, c),
            _ => s.stroke(&format!("M{x:.1},{y:.1}q10,-16 20,0t20,0"), 4.0, c),
        }
    }
    let mut disc = Plane::new("disc", s, 0.26, 4.0, 0.0);
    disc.entrance = Entrance::None;
    out.push(disc);
    // A low table of paper for things to stand on.
    let mut s = Sketch::new();
    let line = land::hills(&mut rng, f.full, 830.0, 10.0, 0.6);
    let c = set[2];
    let g = s.down(c.pale(0.12), c.dark(0.8));
    land::under(&mut s, &line, true, g);
    let line: Vec<_> = line.iter().map(|(x, y)| (*x, y + 96.0 + (x * 0.004).sin() * 12.0)).collect();
    land::under(&mut s, &line, true, Fill::a(c.dark(0.82), 0.8));
    out.push(Plane::new("stand", s, 0.5, 5.0, 780.0));
    out
}
