//! Plants, stones, fires: what grows or lies about.

use std::f32::consts::TAU;

use colophon_types::Seed;

use super::super::brush::{Fill, hex, lump};
use super::super::trees;
use super::drawing::{DARK_WOOD, Drawing, WOOD, pick, post};

pub(super) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    Some(match name {
        "pine" => {
            let mut d = Drawing::swaying(110.0);
            let c = pick(rng, &[0x3f8f5c, 0x358068, 0x4b9552]);
            trees::pine(&mut d.paint, rng, 55.0, 200.0, 200.0, c, 0.0);
            d
        }
        "tree" => {
            let mut d = Drawing::swaying(150.0);
            let c = pick(rng, &[0x5fa556, 0x7fb552, 0x4f9a60]);
            trees::round_tree(&mut d.paint, rng, 75.0, 200.0, 204.0, c);
            d
        }
        "bamboo" => {
            let mut d = Drawing::swaying(110.0);
            for x in [22.0, 48.0, 66.0, 90.0] {
                let h = rng.range(150.0, 200.0);
                let c = hex(0x6aa852).vary(rng, 0.1);
                trees::bamboo(&mut d.paint, rng, x, 200.0, h, 13.0, c);
            }
            d
        }
        "palm" => {
            let mut d = Drawing::swaying(150.0);
            trees::palm(&mut d.paint, rng, 60.0, 200.0, 200.0, 0.12, hex(0x4c9a58));
            d
        }
        "rock" => {
            let mut d = Drawing::new(320.0);
            trees::rock(&mut d.paint, rng, 190.0, 198.0, 250.0, hex(0x9aa3a5));
            trees::rock(&mut d.paint, rng, 80.0, 200.0, 140.0, hex(0x8d9699));
            trees::tuft(&mut d.paint, rng, 150.0, 201.0, 50.0, hex(0x5f9a50));
            trees::tuft(&mut d.paint, rng, 290.0, 201.0, 40.0, hex(0x5f9a50));
            d
        }
        "bush" => {
            let mut d = Drawing::swaying(300.0);
            let c = pick(rng, &[0x5a9f58, 0x6fae55]);
            trees::bush(&mut d.paint, rng, 150.0, 200.0, 340.0, c);
            for _ in 0..16 {
                let (x, y) = (rng.range(50.0, 250.0), rng.range(40.0, 170.0));
                d.paint.circle(x, y, 8.0, pick(rng, &[0xf4728f, 0xffd9e0, 0xfff0f0]));
            }
            d
        }
        "flower_bed" => flower_bed(rng),
        "mushroom" => mushroom(rng),
        "stalks" => stalks(rng),
        "haystack" => haystack(rng),
        "campfire" => campfire(rng),
        "cactus" => {
            let mut d = Drawing::new(110.0);
            trees::cactus(&mut d.paint, rng, 55.0, 200.0, 196.0, hex(0x5d9a63));
            d
        }
        "log" => log(),
        "snowman" => snowman(),
        _ => return None,
    })
}

fn flower_bed(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::swaying(520.0);
    let s = &mut d.paint;
    let g = s.down(hex(0x8a6244), hex(0x5f4030));
    s.oval(260.0, 178.0, 250.0, 26.0, g);
    let petals = [0xf4728f, 0xffd65a, 0xffffff, 0xb48cf0, 0xff8f5c].map(hex);
    let mut spots: Vec<(f32, f32)> = (0..34)
        .map(|_| {
            let (a, q) = (rng.range(0.0, TAU), rng.next_f32().sqrt());
            (260.0 + a.cos() * 225.0 * q, 176.0 + a.sin() * 20.0 * q)
        })
        .collect();
    spots.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, y) in spots {
        let c = petals[(rng.next_f32() * 5.0) as usize % 5];
        let h = rng.range(90.0, 150.0);
        let stem = hex(0x4b9048).vary(rng, 0.1);
        trees::flower(s, rng, x, y, h, c, stem);
    }
    d
}

fn mushroom(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(210.0);
    let c = pick(rng, &[0xd9483f, 0xe2733f, 0xb8503f]);
    let s = &mut d.paint;
    for (x, k) in [(150.0, 0.62), (86.0, 1.0)] {
        let g = s.across(hex(0xfff6e4), hex(0xd9c3a2));
        s.path(
            &format!(
                "M{:.1},200Q{:.1},{:.1} {:.1},{:.1}L{:.1},{:.1}Q{:.1},{:.1} {:.1},200Z",
                x - 26.0 * k,
                x - 16.0 * k,
                200.0 - 60.0 * k,
                x - 17.0 * k,
                200.0 - 100.0 * k,
                x + 17.0 * k,
                200.0 - 100.0 * k,
                x + 16.0 * k,
                200.0 - 60.0 * k,
                x + 26.0 * k
            ),
            g,
        );
        s.oval(x, 200.0 - 92.0 * k, 66.0 * k, 14.0 * k, hex(0xe8cfae));
        let g = s.down(c.pale(0.16), c.dark(0.84));
        let y = 200.0 - 92.0 * k;
        s.path(
            &format!(
                "M{:.1},{y:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{y:.1}Q{x:.1},{:.1} {:.1},{y:.1}Z",
                x - 80.0 * k,
                x - 72.0 * k,
                y - 136.0 * k,
                x + 72.0 * k,
                y - 136.0 * k,
                x + 80.0 * k,
                y + 20.0 * k,
                x - 80.0 * k
            ),
            g,
        );
        for (dx, dy, r) in [
            (-34.0, -44.0, 11.0),
            (6.0, -72.0, 13.0),
            (38.0, -38.0, 10.0),
            (2.0, -24.0, 8.0),
            (-58.0, -14.0, 7.0),
        ] {
            s.oval(x + dx * k, y + dy * k, r * k, r * 0.82 * k, hex(0xfff6e8));
        }
    }
    for x in [40.0, 124.0, 184.0] {
        trees::tuft(s, rng, x, 201.0, 34.0, hex(0x5f9f50));
    }
    d
}

fn stalks(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::swaying(200.0);
    let s = &mut d.paint;
    for i in 0..19 {
        let x = 14.0 + i as f32 * 9.6 + rng.range(-4.0, 4.0);
        let h = rng.range(130.0, 186.0);
        let lean = (x - 100.0) * 0.16 + rng.range(-8.0, 8.0);
        let c = hex(0xe0b24c).vary(rng, 0.12);
        let (tx, ty) = (x + lean, 200.0 - h);
        s.stroke(&format!("M{x:.1},200Q{x:.1},{:.1} {tx:.1},{ty:.1}", 200.0 - h * 0.6), 2.2, c.dark(0.86));
        for k in 0..5 {
            let k = k as f32;
            let (gx, gy) = (tx - lean * 0.05 * k, ty + k * 8.0);
            trees::leaf(s, gx, gy + 4.0, 15.0, -2.1, 0.26, c);
            trees::leaf(s, gx, gy + 4.0, 15.0, -1.0, 0.26, c.pale(0.12));
        }
        trees::leaf(s, tx, ty + 4.0, 18.0, -1.57, 0.22, c.pale(0.2));
    }
    d
}

fn haystack(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(300.0);
    let s = &mut d.paint;
    let c = hex(0xe6bd5c);
    let g = s.across(c.pale(0.12), c.dark(0.76));
    s.path("M14,200C20,120 84,20 150,14C216,20 280,120 286,200Q150,212 14,200Z", g);
    for _ in 0..70 {
        let t = rng.next_f32();
        let y = 30.0 + 166.0 * t;
        let half = 24.0 + 112.0 * t.powf(0.8);
        let x = 150.0 + rng.range(-half, half);
        let tone = if rng.next_f32() < 0.5 { c.dark(0.74) } else { c.pale(0.35) };
        s.stroke(
            &format!("M{x:.1},{y:.1}q{:.1},12 {:.1},24", (x - 150.0) * 0.06, (x - 150.0) * 0.16),
            1.8,
            Fill::a(tone, 0.7),
        );
    }
    s.stroke("M44,120Q150,140 256,120", 5.0, hex(0xa8783f));
    d
}

fn campfire(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(240.0);
    let s = &mut d.paint;
    for x in [26.0, 62.0, 104.0, 146.0, 184.0, 216.0] {
        let c = hex(0x8f949c).vary(rng, 0.1);
        let g = s.down(c.pale(0.1), c.dark(0.7));
        s.blob(&lump(rng, x, 188.0, 22.0, 14.0, 7), g);
    }
    for (a, b) in
        [((50.0, 186.0), (186.0, 150.0)), ((190.0, 186.0), (56.0, 150.0)), ((84.0, 192.0), (150.0, 140.0))]
    {
        s.line(a, b, 19.0, DARK_WOOD);
        s.line((a.0, a.1 - 3.0), (b.0, b.1 - 3.0), 7.0, WOOD);
        s.circle(b.0, b.1, 8.5, hex(0xd9ad7c));
    }
    let flames = |s: &mut super::super::brush::Sketch| {
        for (c, k) in [(0xf2552c, 1.0), (0xff9a2e, 0.74), (0xffe07a, 0.45)] {
            s.path(
                &format!(
                    "M120,{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} 124,{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} 120,{:.1}Z",
                    172.0,
                    120.0 - 50.0 * k, 172.0,
                    120.0 - 70.0 * k, 172.0 - 70.0 * k,
                    120.0 - 42.0 * k, 172.0 - 98.0 * k,
                    120.0 - 30.0 * k, 172.0 - 70.0 * k,
                    120.0 - 20.0 * k, 172.0 - 120.0 * k,
                    172.0 - 166.0 * k,
                    120.0 + 4.0 * k, 172.0 - 110.0 * k,
                    120.0 + 40.0 * k, 172.0 - 100.0 * k,
                    120.0 + 40.0 * k, 172.0 - 84.0 * k,
                    120.0 + 74.0 * k, 172.0 - 50.0 * k,
                    120.0 + 50.0 * k, 172.0,
                    172.0
                ),
                hex(c),
            );
        }
    };
    flames(s);
    flames(&mut d.lit);
    d.lit.glow(120.0, 120.0, 210.0, hex(0xffa24a), 0.55);
    d
}

fn log() -> Drawing {
    let mut d = Drawing::new(560.0);
    let s = &mut d.paint;
    let g = s.down(hex(0xa0714a), hex(0x5c3d2a));
    s.rect(30.0, 50.0, 480.0, 150.0, 70.0, g);
    for y in [82.0, 112.0, 148.0, 176.0] {
        s.stroke(&format!("M80,{y:.1}q90,-9 180,0t190,0"), 4.0, Fill::a(hex(0x4a2f22), 0.5));
    }
    s.oval(492.0, 125.0, 54.0, 75.0, hex(0x7a5238));
    s.oval(492.0, 125.0, 47.0, 67.0, hex(0xe2bd8c));
    for k in [0.74, 0.48, 0.22] {
        s.oval(492.0, 125.0, 47.0 * k, 67.0 * k, hex(0xb98a5a));
        s.oval(492.0, 125.0, 47.0 * k - 4.0, 67.0 * k - 5.0, hex(0xe2bd8c));
    }
    s.path("M60,62Q160,34 260,56Q330,40 380,58Q330,84 250,76Q150,92 60,62Z", hex(0x7fae55));
    post(s, 150.0, 12.0, 26.0, 56.0, hex(0x8a5f40));
    d
}

fn snowman() -> Drawing {
    let mut d = Drawing::new(130.0);
    let s = &mut d.paint;
    for (y, r) in [(150.0, 52.0), (86.0, 39.0), (38.0, 29.0)] {
        let g = s.gradient((1.0, 0.6), &[(0.0, hex(0xffffff), 1.0), (1.0, hex(0xbfd3e8), 1.0)]);
        s.circle(65.0, y, r, g);
    }
    s.line((30.0, 90.0), (4.0, 62.0), 4.0, DARK_WOOD);
    s.line((100.0, 90.0), (126.0, 60.0), 4.0, DARK_WOOD);
    s.path("M40,56Q65,70 90,56L92,66Q65,82 38,66Z", hex(0xd9483f));
    s.path("M80,62l14,40l-13,4l-8,-40Z", hex(0xc23d38));
    for (x, y) in [(56.0, 30.0), (75.0, 30.0)] {
        s.circle(x, y, 3.6, hex(0x2f3440));
    }
    s.path("M64,36l28,7l-28,5Z", hex(0xf28a3a));
    for y in [82.0, 98.0, 132.0] {
        s.circle(65.0, y, 3.8, hex(0x3a404c));
    }
    s.rect(36.0, 8.0, 58.0, 7.0, 3.0, hex(0x36405a));
    s.rect(46.0, -22.0, 38.0, 32.0, 3.0, hex(0x36405a));
    s.rect(46.0, 0.0, 38.0, 7.0, 0.0, hex(0xd9483f));
    d
}
