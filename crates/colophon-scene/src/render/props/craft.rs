//! Vessels and machines: boats, space craft, robots, instruments.

use colophon_types::Seed;

use super::super::brush::{Fill, hex};
use super::drawing::{DARK_WOOD, Drawing, IRON, LAMP, STEEL, WOOD, board, pick, post};

pub(super) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    Some(match name {
        "boat" => boat(rng),
        "sail" => sail(rng),
        "satellite" => satellite(),
        "rocket_pad" => rocket_pad(rng),
        "emblem" => emblem(rng),
        "telescope" => telescope(),
        "robot" => robot(rng),
        "solar_panel" => solar_panel(),
        "kite" => kite(rng),
        "hot_air_balloon" => hot_air_balloon(rng),
        "submarine" => submarine(rng),
        "paper_plane" => paper_plane(),
        _ => return None,
    })
}

fn boat(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(270.0);
    let hull = pick(rng, &[0x2f6f8a, 0xc9503f, 0x3f8a6a, 0xd98a3a]);
    let s = &mut d.paint;
    // Mast, boom, lines.
    s.line((96.0, 150.0), (96.0, 8.0), 5.0, DARK_WOOD);
    s.line((96.0, 30.0), (20.0, 128.0), 1.4, IRON);
    s.line((96.0, 14.0), (250.0, 118.0), 1.4, IRON);
    s.line((96.0, 110.0), (30.0, 60.0), 4.0, DARK_WOOD);
    s.path("M96,12l26,7l-26,8Z", hex(0xe0493f));
    for k in 0..5 {
        let t = (k as f32 + 0.6) / 5.4;
        let (x, y) = (96.0 + 154.0 * t, 14.0 + 104.0 * t);
        let c = [0xf2c65a, 0xe0664f, 0x6fbfc0][k % 3];
        s.path(&format!("M{x:.1},{y:.1}l11,7l-9,8Z"), hex(c));
    }
    // Wheelhouse.
    let white = hex(0xfdf8ee);
    let g = s.across(white, white.dark(0.82));
    s.rect(126.0, 76.0, 78.0, 66.0, 4.0, g);
    board(s, 118.0, 66.0, 94.0, 12.0, hull.dark(0.9));
    post(s, 176.0, 40.0, 14.0, 28.0, hex(0xe0a53f));
    s.rect(174.0, 38.0, 18.0, 7.0, 2.0, IRON);
    for x in [134.0, 159.0, 184.0] {
        s.rect(x, 88.0, 16.0, 20.0, 3.0, hex(0x6fa8c0));
        s.poly(
            &[(x + 2.0, 106.0), (x + 8.0, 90.0), (x + 13.0, 90.0), (x + 7.0, 106.0)],
            Fill::a(hex(0xffffff), 0.4),
        );
        d.lit.rect(x, 88.0, 16.0, 20.0, 3.0, LAMP);
    }
    d.lit.glow(166.0, 98.0, 90.0, LAMP, 0.6);
    d.lit.glow(96.0, 10.0, 26.0, hex(0xfff0c0), 0.9);
    // Net and crates on deck.
    s.path("M36,142Q44,112 66,116Q84,112 90,142Z", hex(0x8a9a6a));
    for k in 0..5 {
        s.line(
            (40.0 + 10.0 * k as f32, 140.0),
            (50.0 + 7.0 * k as f32, 118.0),
            1.2,
            Fill::a(hex(0x55603f), 0.8),
        );
    }
    // Hull with gunwale and stripe.
    let g = s.down(hull.pale(0.14), hull.dark(0.7));
    s.path("M6,122Q40,144 130,144Q220,144 266,112Q256,172 226,200H50Q18,176 6,122Z", g);
    s.stroke("M6,122Q40,145 130,145Q220,145 266,112", 7.0, white);
    s.stroke("M16,156Q70,170 130,170Q210,170 252,150", 5.0, Fill::a(white, 0.9));
    s.path("M30,184Q70,192 130,192Q190,192 240,182L226,200H50Z", hex(0xa8433f));
    for x in [60.0, 120.0, 190.0] {
        s.circle(x, 160.0, 7.5, IRON);
        s.circle(x, 160.0, 4.4, hex(0x4a5568));
    }
    d
}

fn sail(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(180.0);
    let hull = pick(rng, &[0xb5653f, 0x3f6f8a, 0xc9503f]);
    let stripe = pick(rng, &[0xe0664f, 0x3f8f9a, 0xf2b84b]);
    let s = &mut d.paint;
    s.line((88.0, 166.0), (88.0, 2.0), 4.0, DARK_WOOD);
    let cloth = hex(0xfff8ec);
    let g = s.across(cloth.dark(0.86), cloth);
    s.path("M92,8Q152,70 164,146Q126,154 92,148Z", g);
    s.path("M92,74Q122,80 142,80Q152,100 157,116Q120,112 92,108Z", stripe);
    let g = s.across(cloth, cloth.dark(0.88));
    s.path("M84,26Q40,92 22,144Q56,152 84,146Z", g);
    s.path("M88,2l22,5l-22,7Z", hex(0xe0493f));
    let g = s.down(hull.pale(0.14), hull.dark(0.7));
    s.path("M8,158Q90,174 174,154Q164,186 140,200H44Q18,188 8,158Z", g);
    s.stroke("M8,158Q90,175 174,154", 5.0, hex(0xf6e3c4));
    d
}

fn satellite() -> Drawing {
    let mut d = Drawing::new(340.0);
    let s = &mut d.paint;
    for x in [6.0, 222.0] {
        for k in 0..2 {
            let q = x + 56.0 * k as f32;
            let g = s.gradient((1.0, 1.0), &[(0.0, hex(0x5f8fe0), 1.0), (1.0, hex(0x2c4a9c), 1.0)]);
            s.rect(q, 66.0, 52.0, 76.0, 2.0, g);
            for j in 1..4 {
                s.line((q, 66.0 + 19.0 * j as f32), (q + 52.0, 66.0 + 19.0 * j as f32), 1.6, hex(0xa9c4f4));
                s.line((q + 13.0 * j as f32, 66.0), (q + 13.0 * j as f32, 142.0), 1.6, hex(0xa9c4f4));
            }
        }
    }
    s.line((114.0, 104.0), (226.0, 104.0), 7.0, STEEL.dark(0.7));
    let gold = hex(0xe6b04a);
    let g = s.across(gold.pale(0.2), gold.dark(0.7));
    s.rect(136.0, 60.0, 68.0, 92.0, 6.0, g);
    s.line((136.0, 90.0), (204.0, 90.0), 2.0, gold.dark(0.6));
    s.line((136.0, 122.0), (204.0, 122.0), 2.0, gold.dark(0.6));
    s.line((170.0, 60.0), (170.0, 34.0), 5.0, STEEL);
    let g = s.across(hex(0xffffff), hex(0xb8c4d0));
    s.path("M124,10Q170,64 216,10Q170,30 124,10Z", g);
    s.line((170.0, 24.0), (170.0, 2.0), 3.0, IRON);
    s.circle(170.0, 2.0, 4.0, hex(0xe0564f));
    s.circle(170.0, 172.0, 16.0, IRON);
    s.rect(162.0, 150.0, 16.0, 16.0, 0.0, STEEL.dark(0.7));
    d.lit.glow(170.0, 2.0, 24.0, hex(0xff6a5a), 0.9);
    d
}

/// Rings and petals about a middle, by the seed: what stands for a thing that has no art.
fn emblem(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(200.0);
    let s = &mut d.paint;
    let palette = [0xe0674f, 0xf0a93c, 0x3f8f8a, 0x4a6fb5, 0x8a5a9e, 0xd98ca0];
    let (middle, mut radius) = ((100.0, 100.0), 98.0f32);
    let mut last = hex(0xf6efe2);
    s.circle(middle.0, middle.1, radius, last);
    for ring in 0..4 {
        radius *= 0.82;
        let mut c = pick(rng, &palette);
        if c.bytes() == last.bytes() {
            c = c.pale(0.45);
        }
        let count = 5 + (rng.next_f32() * 5.0) as usize;
        let turn = rng.range(0.0, std::f32::consts::TAU);
        let at = |i: f32, r: f32| {
            let angle = turn + i / count as f32 * std::f32::consts::TAU;
            (middle.0 + r * angle.cos(), middle.1 + r * angle.sin())
        };
        match (ring + (rng.next_f32() * 3.0) as usize) % 3 {
            0 => s.circle(middle.0, middle.1, radius, c),
            1 => {
                let points: Vec<_> = (0..count * 2)
                    .map(|i| at(i as f32 / 2.0, if i % 2 == 0 { radius } else { radius * 0.72 }))
                    .collect();
                s.blob(&points, c);
            }
            _ => {
                for i in 0..count {
                    let (x, y) = at(i as f32, radius * 0.78);
                    s.circle(x, y, radius * 0.22, c);
                }
                radius *= 0.6;
                s.circle(middle.0, middle.1, radius, c.pale(0.25));
            }
        }
        last = c;
    }
    d
}

fn rocket_pad(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(130.0);
    let c = pick(rng, &[0xd9503f, 0x3f7fae, 0xe0903a]);
    let s = &mut d.paint;
    // Gantry.
    for k in 0..8 {
        let y = 36.0 + 18.5 * k as f32;
        s.line((92.0, y), (114.0, y + 18.5), 2.0, hex(0xb5573f));
        s.line((114.0, y), (92.0, y + 18.5), 2.0, hex(0xb5573f));
    }
    post(s, 89.0, 30.0, 5.0, 156.0, hex(0xc9653f));
    post(s, 112.0, 30.0, 5.0, 156.0, hex(0xc9653f));
    for y in [62.0, 116.0] {
        board(s, 66.0, y, 48.0, 5.0, STEEL.dark(0.7));
    }
    // Rocket.
    s.path("M34,140L14,176V186L36,172Z", c);
    s.path("M66,140L86,176V186L64,172Z", c.dark(0.8));
    let white = hex(0xfbfbf8);
    let g = s.gradient(
        (1.0, 0.0),
        &[(0.0, white, 1.0), (0.5, white.dark(0.96), 1.0), (1.0, white.dark(0.7), 1.0)],
    );
    s.path("M50,8Q74,40 70,104L66,176H34L30,104Q26,40 50,8Z", g);
    let g = s.across(c.pale(0.12), c.dark(0.7));
    s.path("M50,8Q63,26 67,52Q50,58 33,52Q37,26 50,8Z", g);
    for (y, r) in [(78.0, 10.0), (106.0, 7.5)] {
        s.circle(50.0, y, r + 2.6, c.dark(0.8));
        s.circle(50.0, y, r, hex(0x7fc4e0));
        s.path(
            &format!("M{:.1},{y:.1}a{r:.1},{r:.1} 0 0,1 {r:.1},-{r:.1}Z", 50.0 - r),
            Fill::a(hex(0xffffff), 0.5),
        );
        d.lit.circle(50.0, y, r, LAMP);
    }
    s.rect(33.0, 140.0, 34.0, 8.0, 0.0, c);
    s.path("M38,176h24l5,12h-34Z", IRON);
    board(s, 4.0, 186.0, 122.0, 14.0, hex(0x7a8490));
    s.rect(4.0, 186.0, 122.0, 4.0, 0.0, hex(0xf2c83a));
    d.lit.glow(101.0, 28.0, 20.0, hex(0xff6a5a), 0.9);
    d
}

fn telescope() -> Drawing {
    let mut d = Drawing::new(190.0);
    let s = &mut d.paint;
    s.line((96.0, 96.0), (46.0, 198.0), 8.0, WOOD);
    s.line((96.0, 96.0), (146.0, 198.0), 8.0, WOOD.dark(0.86));
    s.line((96.0, 96.0), (98.0, 194.0), 7.0, DARK_WOOD);
    s.line((70.0, 150.0), (122.0, 150.0), 3.0, hex(0xd9b04a));
    s.group(96.0, 86.0, 1.0, 1.0, -30.0, 1.0);
    let blue = hex(0x3f5f9a);
    let g = s.down(blue.pale(0.3), blue.dark(0.66));
    s.rect(-62.0, -13.0, 130.0, 26.0, 3.0, g);
    s.rect(60.0, -17.0, 30.0, 34.0, 3.0, blue.dark(0.8));
    s.rect(-90.0, -8.0, 32.0, 16.0, 3.0, hex(0xd9b04a));
    s.rect(-98.0, -6.0, 10.0, 12.0, 2.0, IRON);
    s.rect(-20.0, -14.0, 7.0, 28.0, 0.0, hex(0xd9b04a));
    s.rect(-50.0, -26.0, 46.0, 9.0, 3.0, IRON);
    s.end();
    s.circle(96.0, 92.0, 9.0, hex(0xd9b04a));
    d
}

fn robot(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(130.0);
    let c = pick(rng, &[0x6fb3c4, 0xe0a05a, 0x9a8fd0, 0x8fbf8a]);
    let s = &mut d.paint;
    s.line((65.0, 20.0), (65.0, 4.0), 3.0, IRON);
    s.circle(65.0, 3.0, 5.0, hex(0xe0564f));
    for (x, k) in [(20.0, 1.0), (110.0, 0.86)] {
        let side = if x < 65.0 { -1.0 } else { 1.0 };
        s.stroke(
            &format!("M{:.1},92Q{:.1},104 {:.1},132", 65.0 + side * 34.0, x - side * 2.0, x + side * 4.0),
            11.0,
            c.dark(0.8 * k),
        );
        s.circle(x + side * 4.0, 136.0, 8.5, IRON);
        s.circle(x + side * 4.0, 138.0, 4.0, c.pale(0.3));
    }
    for x in [46.0, 84.0] {
        post(s, x - 8.0, 150.0, 16.0, 38.0, c.dark(0.74));
        s.path(&format!("M{:.1},200q0,-16 16,-16t18,16Z", x - 17.0), IRON);
    }
    let g = s.gradient((1.0, 0.3), &[(0.0, c.pale(0.3), 1.0), (1.0, c.dark(0.76), 1.0)]);
    s.rect(32.0, 82.0, 66.0, 76.0, 14.0, g);
    s.rect(42.0, 94.0, 46.0, 30.0, 5.0, hex(0x2f3c50));
    s.stroke("M46,110h9l5,-9l7,17l6,-12l4,4h8", 2.6, hex(0x6fe6b0));
    for (k, tone) in [0xe0564f, 0xf2c65a, 0x6fbf8a].into_iter().enumerate() {
        s.circle(50.0 + 15.0 * k as f32, 139.0, 4.6, hex(tone));
    }
    s.rect(54.0, 70.0, 22.0, 14.0, 3.0, IRON);
    let g = s.gradient((1.0, 0.3), &[(0.0, c.pale(0.36), 1.0), (1.0, c.dark(0.8), 1.0)]);
    s.rect(24.0, 18.0, 82.0, 56.0, 18.0, g);
    s.rect(16.0, 36.0, 10.0, 20.0, 4.0, IRON);
    s.rect(104.0, 36.0, 10.0, 20.0, 4.0, IRON);
    s.rect(34.0, 29.0, 62.0, 34.0, 13.0, hex(0x26324a));
    let eyes = |s: &mut super::super::brush::Sketch| {
        s.circle(52.0, 43.0, 6.6, hex(0x8ff0ff));
        s.circle(78.0, 43.0, 6.6, hex(0x8ff0ff));
        s.stroke("M56,54q9,6 18,0", 2.6, hex(0x8ff0ff));
    };
    eyes(s);
    s.circle(54.0, 41.0, 2.2, hex(0xffffff));
    s.circle(80.0, 41.0, 2.2, hex(0xffffff));
    eyes(&mut d.lit);
    d.lit.glow(65.0, 46.0, 50.0, hex(0x8ff0ff), 0.5);
    d.lit.glow(65.0, 3.0, 18.0, hex(0xff6a5a), 0.9);
    d
}

fn solar_panel() -> Drawing {
    let mut d = Drawing::new(310.0);
    let s = &mut d.paint;
    post(s, 148.0, 110.0, 12.0, 90.0, STEEL.dark(0.7));
    s.line((154.0, 180.0), (214.0, 126.0), 6.0, STEEL.dark(0.6));
    let g = s.gradient(
        (1.0, 1.0),
        &[(0.0, hex(0x6fa0ee), 1.0), (0.5, hex(0x3a62b8), 1.0), (1.0, hex(0x2a4690), 1.0)],
    );
    s.poly(&[(48.0, 14.0), (300.0, 14.0), (262.0, 146.0), (8.0, 146.0)], g);
    for k in 0..=6 {
        let t = k as f32 / 6.0;
        s.line((48.0 + 252.0 * t, 14.0), (8.0 + 254.0 * t, 146.0), 2.6, hex(0xcfe0fa));
    }
    for k in 0..=4 {
        let t = k as f32 / 4.0;
        s.line((48.0 - 40.0 * t, 14.0 + 132.0 * t), (300.0 - 38.0 * t, 14.0 + 132.0 * t), 2.6, hex(0xcfe0fa));
    }
    s.poly(&[(90.0, 14.0), (150.0, 14.0), (104.0, 146.0), (44.0, 146.0)], Fill::a(hex(0xffffff), 0.2));
    d
}

fn kite(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(130.0);
    let a = pick(rng, &[0xe0493f, 0x3f8fc0, 0x8a5fc0]);
    let s = &mut d.paint;
    s.path("M65,4L118,52L65,52Z", a);
    s.path("M65,4L12,52H65Z", hex(0xf7c64a));
    s.path("M12,52L65,124V52Z", hex(0x4fb0a0));
    s.path("M118,52L65,124V52Z", a.dark(0.78));
    s.line((65.0, 4.0), (65.0, 124.0), 2.4, DARK_WOOD);
    s.line((12.0, 52.0), (118.0, 52.0), 2.4, DARK_WOOD);
    s.stroke("M65,124Q90,146 62,162Q40,176 66,198", 2.4, DARK_WOOD);
    for (x, y) in [(76.0, 142.0), (58.0, 164.0), (56.0, 184.0)] {
        s.path(&format!("M{x:.1},{y:.1}l-12,-6v12ZM{x:.1},{y:.1}l12,-6v12Z"), hex(0xe0664f));
    }
    d
}

/// A striped envelope, and a basket under it in which a flame burns.
fn hot_air_balloon(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(144.0);
    let main = pick(rng, &[0xd9503f, 0x2f7f9f, 0xe09a2f, 0x5f8f4f, 0x8a5fa0]);
    let other = pick(rng, &[0xfbe7c0, 0xf6c85a, 0xf7f1e6]);
    let s = &mut d.paint;
    // Strips of cloth, the outermost first; each is narrower than the one it lies on.
    for (k, part) in [1.0, 0.8, 0.56, 0.28_f32].into_iter().enumerate() {
        let (wide, foot) = (70.0 * part, 17.0 * part);
        let c = if k % 2 == 0 { main } else { other };
        let g = s.across(c.pale(0.16), c.dark(0.76));
        let x = |by: f32| 72.0 + by;
        s.path(
            &format!(
                "M72,2C{:.1},2 {:.1},32 {:.1},70C{:.1},104 {:.1},126 {:.1},148H{:.1}C{:.1},126 {:.1},104 {:.1},70C{:.1},32 {:.1},2 72,2Z",
                x(wide * 0.58), x(wide), x(wide), x(wide), x(foot * 1.9), x(foot),
                x(-foot), x(-foot * 1.9), x(-wide), x(-wide), x(-wide), x(-wide * 0.58)
            ),
            g,
        );
    }
    s.path("M6,84Q72,112 138,84Q135,96 129,106Q72,130 15,106Q9,96 6,84Z", Fill::a(other, 0.85));
    s.oval(48.0, 40.0, 16.0, 24.0, Fill::a(hex(0xffffff), 0.2));
    // Skirt, ropes, basket.
    s.poly(&[(55.0, 148.0), (89.0, 148.0), (84.0, 158.0), (60.0, 158.0)], main.dark(0.7));
    for (top, foot) in [(57.0, 58.0), (67.0, 67.0), (77.0, 77.0), (87.0, 86.0)] {
        s.line((top, 156.0), (foot, 178.0), 1.6, DARK_WOOD);
    }
    let g = s.across(WOOD.pale(0.16), WOOD.dark(0.72));
    s.path("M55,176H89L86,199H58Z", g);
    for y in [182.0, 188.0, 194.0] {
        s.line((57.0, y), (87.0, y), 1.4, Fill::a(DARK_WOOD, 0.6));
    }
    s.rect(52.0, 173.0, 40.0, 5.0, 2.5, DARK_WOOD);
    s.path("M72,158q6,7 0,13q-6,-6 0,-13Z", hex(0xffc24a));
    d.lit.glow(72.0, 150.0, 80.0, hex(0xffb347), 0.55);
    d.lit.glow(72.0, 70.0, 90.0, hex(0xffca70), 0.35);
    d
}

fn submarine(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(400.0);
    let c = pick(rng, &[0xe0a53f, 0x4f8fa0, 0xd9744a]);
    let glass = hex(0x8fd0e4);
    let s = &mut d.paint;
    // Fins and screw.
    s.path("M44,116L14,88H2L12,124L2,160H14L44,136Z", c.dark(0.66));
    s.oval(8.0, 126.0, 5.0, 30.0, IRON.pale(0.2));
    s.oval(8.0, 126.0, 3.0, 8.0, IRON);
    // Periscope, aerial, tower.
    s.line((214.0, 46.0), (214.0, 12.0), 7.0, STEEL.dark(0.8));
    s.path("M210.5,8H238V20H217.5Z", STEEL.dark(0.8));
    s.rect(234.0, 6.0, 7.0, 16.0, 2.0, IRON);
    s.line((182.0, 48.0), (182.0, 22.0), 3.0, IRON);
    s.circle(182.0, 20.0, 4.0, hex(0xe0564f));
    let g = s.down(c.pale(0.2), c.dark(0.82));
    s.path("M150,86L164,44Q166,38 174,38H230Q238,38 240,44L252,86Z", g);
    s.stroke("M164,45H240", 4.0, c.dark(0.7));
    for x in [184.0, 216.0] {
        s.circle(x, 64.0, 9.0, IRON);
        s.circle(x, 64.0, 6.0, glass);
        d.lit.circle(x, 64.0, 6.0, LAMP);
    }
    // Hull.
    s.path("M120,174h44l-10,20h-30ZM250,174h44l-6,20h-30Z", c.dark(0.5));
    let stops = [(0.0, c.pale(0.35), 1.0), (0.4, c, 1.0), (1.0, c.dark(0.52), 1.0)];
    let g = s.gradient((0.0, 1.0), &stops);
    s.path("M28,126Q70,78 160,78H300Q372,78 388,126Q372,176 300,176H160Q70,176 28,126Z", g);
    let keel = "M36,134Q90,150 200,150Q330,150 386,134Q368,176 300,176H160Q80,176 36,134Z";
    s.path(keel, Fill::a(hex(0xb8483f), 0.9));
    s.stroke("M112,84Q104,126 112,170M306,79Q316,126 306,175", 2.0, Fill::a(c.dark(0.5), 0.5));
    for x in [150.0, 206.0, 262.0] {
        s.circle(x, 116.0, 17.0, c.dark(0.55));
        s.circle(x, 116.0, 13.0, glass.dark(0.84));
        s.path(&format!("M{:.1},116a10,10 0 0,1 10,-10Z", x - 10.0), Fill::a(hex(0xffffff), 0.6));
        d.lit.circle(x, 116.0, 13.0, LAMP);
    }
    s.circle(340.0, 118.0, 27.0, c.dark(0.5));
    let g = s.down(hex(0xa6e0ee), hex(0x3f86a8));
    s.circle(340.0, 118.0, 22.0, g);
    s.path("M324,116a17,17 0 0,1 17,-15q-3,9 -17,15Z", Fill::a(hex(0xffffff), 0.65));
    s.stroke("M60,104Q110,88 170,88H290", 4.0, Fill::a(hex(0xffffff), 0.45));
    d.lit.circle(340.0, 118.0, 22.0, LAMP);
    d.lit.glow(356.0, 118.0, 90.0, LAMP, 0.5);
    d
}

/// A folded sheet.
fn paper_plane() -> Drawing {
    let mut d = Drawing::new(260.0);
    let paper = hex(0xfdfdfb);
    let s = &mut d.paint;
    let nose = (252.0, 30.0);
    let g = s.across(paper.dark(0.86), paper);
    s.poly(&[nose, (6.0, 104.0), (78.0, 128.0)], g);
    s.poly(&[nose, (78.0, 128.0), (92.0, 186.0), (112.0, 146.0)], paper.dark(0.62));
    s.poly(&[nose, (92.0, 186.0), (116.0, 143.0)], paper.dark(0.72));
    let g = s.across(paper.dark(0.93), paper);
    s.poly(&[nose, (116.0, 143.0), (190.0, 176.0)], g);
    s.stroke("M252,30L78,128M252,30L116,143", 1.4, Fill::a(hex(0x6f7f92), 0.6));
    d
}
