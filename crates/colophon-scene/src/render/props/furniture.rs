//! Furniture and fittings of rooms.

use colophon_types::Seed;

use super::super::brush::{Fill, hex};
use super::drawing::{DARK_WOOD, Drawing, IRON, LAMP, PLASTER, STEEL, WOOD, board, door, pane, pick, post};

pub(super) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    Some(match name {
        "easel" => easel(rng),
        "bookshelf" => bookshelf(rng),
        "table" => table(rng),
        "desk" => desk(rng),
        "chair" => chair(rng),
        "bed" => bed(rng, false),
        "hospital_bed" => bed(rng, true),
        "window" => {
            let mut d = Drawing::new(170.0);
            pane(&mut d, 18.0, 14.0, 134.0, 166.0);
            board(&mut d.paint, 4.0, 182.0, 162.0, 16.0, PLASTER);
            d
        }
        "door" => {
            let mut d = Drawing::new(110.0);
            let c = pick(rng, &[0xa8533f, 0x3f7f7a, 0x7a5a3f, 0x3f5f8a]);
            door(&mut d.paint, 8.0, 6.0, 94.0, 194.0, c);
            d
        }
        "lamp" => lamp(rng),
        "stove" => stove(),
        "blackboard" => blackboard(),
        "microscope_stand" => microscope(),
        "painting" => painting(rng),
        _ => return None,
    })
}

/// A small landscape in a frame of (x, y, w, h).
fn landscape(s: &mut super::super::brush::Sketch, rng: &mut Seed, x: f32, y: f32, w: f32, h: f32) {
    let g = s.down(hex(0x8fcbe0), hex(0xfde6b8));
    s.rect(x, y, w, h, 0.0, g);
    s.circle(x + w * rng.range(0.25, 0.75), y + h * 0.32, w * 0.1, hex(0xf7a24f));
    let hill = |a: f32, b: f32| {
        format!(
            "M{x:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}T{:.1},{:.1}V{:.1}H{x:.1}Z",
            y + h * a,
            x + w * 0.25,
            y + h * (a - b),
            x + w * 0.5,
            y + h * a,
            x + w,
            y + h * a,
            y + h
        )
    };
    s.path(&hill(0.6, 0.22), hex(0x7fae9a));
    s.path(&hill(0.74, -0.16), hex(0x5f9a6a));
    s.path(&hill(0.88, 0.1), hex(0xd9a25a));
}

fn easel(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(150.0);
    let s = &mut d.paint;
    s.line((75.0, 14.0), (104.0, 196.0), 6.0, DARK_WOOD);
    s.line((70.0, 6.0), (22.0, 198.0), 8.0, WOOD);
    s.line((80.0, 6.0), (128.0, 198.0), 8.0, WOOD.dark(0.9));
    s.line((38.0, 140.0), (112.0, 140.0), 8.0, DARK_WOOD);
    s.rect(22.0, 30.0, 108.0, 102.0, 1.5, Fill::a(hex(0x2a2038), 0.25));
    s.rect(19.0, 26.0, 108.0, 102.0, 1.5, hex(0xfdf8ee));
    landscape(s, rng, 25.0, 32.0, 96.0, 90.0);
    // Brush strokes still wet.
    for (c, y) in [(0xe0564f, 96.0), (0xf7d65a, 104.0), (0x4f7fc0, 112.0)] {
        let x = rng.range(34.0, 70.0);
        s.stroke(&format!("M{x:.1},{y:.1}q14,-6 30,0"), 5.0, hex(c));
    }
    board(s, 30.0, 132.0, 88.0, 9.0, WOOD.pale(0.12));
    s.rect(66.0, 0.0, 18.0, 30.0, 3.0, WOOD.pale(0.06));
    d
}

fn bookshelf(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(140.0);
    let s = &mut d.paint;
    board(s, 8.0, 6.0, 124.0, 194.0, DARK_WOOD);
    let tones = [0xb5483f, 0x3f6f7f, 0xd9a441, 0x5f7f52, 0x7a5a88, 0xe6d3b0, 0x2f4f6a, 0xc97a4f].map(hex);
    for r in 0..4 {
        let y = 14.0 + 46.0 * r as f32;
        s.rect(14.0, y, 112.0, 40.0, 0.0, hex(0x3f2a20));
        let mut x = 16.0;
        while x < 116.0 {
            let (w, h) = (rng.range(5.0, 9.5), rng.range(25.0, 37.0));
            let c = tones[(rng.next_f32() * 8.0) as usize % 8].vary(rng, 0.06);
            if rng.next_f32() > 0.1 {
                let g = s.across(c.pale(0.12), c.dark(0.8));
                s.rect(x, y + 40.0 - h, w, h, 0.6, g);
                s.rect(x, y + 46.0 - h, w, 1.6, 0.0, Fill::a(hex(0xf6e3b4), 0.7));
            }
            x += w + 0.6;
        }
        board(s, 12.0, y + 40.0, 116.0, 6.0, WOOD);
    }
    board(s, 2.0, 0.0, 136.0, 10.0, WOOD.pale(0.08));
    board(s, 4.0, 192.0, 132.0, 8.0, WOOD.dark(0.86));
    d
}

fn table(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(420.0);
    let c = WOOD.vary(rng, 0.08);
    let s = &mut d.paint;
    for (x, t) in [(74.0, 0.76), (330.0, 0.7)] {
        post(s, x, 50.0, 18.0, 138.0, c.dark(t));
    }
    let g = s.down(c.pale(0.2), c.pale(0.06));
    s.path("M48,18H372L412,48H8Z", g);
    board(s, 8.0, 48.0, 404.0, 16.0, c.dark(0.86));
    board(s, 30.0, 64.0, 360.0, 18.0, c.dark(0.72));
    for x in [24.0, 376.0] {
        post(s, x, 64.0, 21.0, 136.0, c.dark(0.94));
    }
    d
}

fn desk(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(330.0);
    let c = pick(rng, &[0xb9825a, 0xd9b48a, 0x8a6248]);
    let s = &mut d.paint;
    // Screen, keyboard, cup.
    post(s, 146.0, 66.0, 14.0, 20.0, STEEL.dark(0.7));
    s.rect(96.0, 0.0, 116.0, 70.0, 5.0, hex(0x2f3848));
    let g = s.gradient((1.0, 1.0), &[(0.0, hex(0x7fc4e0), 1.0), (1.0, hex(0x4f7fc0), 1.0)]);
    s.rect(101.0, 5.0, 106.0, 58.0, 3.0, g);
    for (k, w) in [60.0, 80.0, 44.0, 70.0].into_iter().enumerate() {
        s.rect(110.0, 14.0 + 11.0 * k as f32, w, 5.0, 2.5, Fill::a(hex(0xffffff), 0.7));
    }
    d.lit.rect(101.0, 5.0, 106.0, 58.0, 3.0, Fill::a(hex(0x9fdcf4), 0.6));
    d.lit.glow(154.0, 34.0, 120.0, hex(0x8fd0f0), 0.5);
    s.rect(240.0, 58.0, 22.0, 26.0, 3.0, hex(0xe0664f));
    s.stroke("M262,64q11,0 10,8t-11,7", 4.0, hex(0xe0664f));
    let mut x = 24.0;
    for k in [0xb5483f, 0x3f6f7f, 0xd9a441] {
        s.rect(x, 36.0, 13.0, 48.0, 1.5, hex(k));
        x += 14.0;
    }
    board(s, 6.0, 84.0, 318.0, 14.0, c.pale(0.12));
    board(s, 16.0, 98.0, 100.0, 102.0, c.dark(0.9));
    for k in 0..3 {
        board(s, 23.0, 106.0 + 31.0 * k as f32, 86.0, 26.0, c);
        s.rect(56.0, 115.0 + 31.0 * k as f32, 20.0, 4.0, 2.0, DARK_WOOD);
    }
    post(s, 296.0, 98.0, 16.0, 102.0, c.dark(0.84));
    s.rect(116.0, 98.0, 180.0, 16.0, 0.0, c.dark(0.66));
    d
}

fn chair(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(120.0);
    let c = WOOD.vary(rng, 0.08);
    let cushion = pick(rng, &[0xd9604f, 0x3f8f8a, 0xe0a53f, 0x5f7fc0]);
    let s = &mut d.paint;
    post(s, 18.0, 4.0, 9.0, 122.0, c);
    post(s, 88.0, 4.0, 9.0, 122.0, c.dark(0.9));
    for y in [12.0, 40.0, 68.0] {
        board(s, 22.0, y, 70.0, 15.0, c.pale(0.08));
    }
    post(s, 26.0, 124.0, 8.0, 66.0, c.dark(0.7));
    post(s, 84.0, 124.0, 8.0, 66.0, c.dark(0.7));
    s.path("M18,106H98L108,126H8Z", cushion.pale(0.1));
    s.rect(8.0, 124.0, 100.0, 12.0, 5.0, cushion.dark(0.84));
    post(s, 10.0, 134.0, 10.0, 66.0, c);
    post(s, 96.0, 134.0, 10.0, 66.0, c.dark(0.9));
    d
}

fn bed(rng: &mut Seed, hospital: bool) -> Drawing {
    let mut d = Drawing::new(430.0);
    let frame = if hospital { STEEL } else { WOOD };
    let cover = if hospital { hex(0x8fcfc4) } else { pick(rng, &[0xd9604f, 0x4f7fae, 0x8a6fb8, 0x5f9a6a]) };
    let s = &mut d.paint;
    if hospital {
        s.line((372.0, 4.0), (372.0, 196.0), 5.0, STEEL.dark(0.8));
        s.path("M352,4h40", frame.dark(0.8));
        s.stroke("M352,10H392", 4.0, STEEL.dark(0.8));
        s.rect(354.0, 14.0, 18.0, 34.0, 5.0, Fill::a(hex(0xbfe6f2), 0.95));
        s.stroke("M363,48Q360,84 330,96", 2.0, hex(0xd9eef4));
    }
    post(s, 14.0, 40.0, 16.0, 160.0, frame);
    post(s, 396.0, 84.0, 14.0, 116.0, frame.dark(0.9));
    if hospital {
        for y in [50.0, 72.0, 94.0] {
            s.line((22.0, y), (22.0, y + 10.0), 8.0, frame);
        }
        s.stroke("M120,120V88Q120,80 128,80H250Q258,80 258,88V120", 6.0, frame);
        for x in [154.0, 190.0, 226.0] {
            s.line((x, 84.0), (x, 118.0), 4.0, frame.dark(0.9));
        }
    } else {
        board(s, 6.0, 44.0, 30.0, 96.0, frame);
        board(s, 388.0, 92.0, 28.0, 60.0, frame);
    }
    let g = s.down(hex(0xfffdf8), hex(0xd9d6d0));
    s.rect(28.0, 108.0, 370.0, 38.0, 12.0, g);
    let g = s.down(hex(0xffffff), hex(0xd3dbe4));
    s.path("M34,112Q36,74 84,76Q124,78 122,112Q80,124 34,112Z", g);
    let g = s.down(cover.pale(0.16), cover.dark(0.82));
    s.path("M126,104Q240,84 398,104V158Q260,168 126,158Z", g);
    s.path("M126,104Q150,98 176,98V160Q150,160 126,158Z", cover.pale(0.5));
    for k in 0..4 {
        let x = 210.0 + 46.0 * k as f32;
        s.stroke(&format!("M{x:.1},100Q{:.1},130 {x:.1},160", x + 10.0), 2.0, Fill::a(cover.dark(0.66), 0.6));
    }
    board(s, 22.0, 146.0, 382.0, 18.0, frame.dark(0.86));
    if hospital {
        for x in [36.0, 386.0] {
            s.circle(x, 190.0, 10.0, IRON);
            s.circle(x, 190.0, 4.0, STEEL);
        }
    }
    d
}

fn lamp(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(96.0);
    let c = pick(rng, &[0xf2c98a, 0xe8a07a, 0x9fc4b8]);
    let s = &mut d.paint;
    post(s, 45.0, 60.0, 6.0, 132.0, DARK_WOOD);
    s.oval(48.0, 194.0, 27.0, 6.0, DARK_WOOD);
    let g =
        s.gradient((1.0, 0.0), &[(0.0, c.dark(0.86), 1.0), (0.4, c.pale(0.3), 1.0), (1.0, c.dark(0.8), 1.0)]);
    s.path("M28,6H68L90,66H6Z", g);
    s.oval(48.0, 66.0, 42.0, 5.0, c.dark(0.8));
    s.line((66.0, 66.0), (66.0, 88.0), 1.4, DARK_WOOD);
    s.circle(66.0, 90.0, 2.6, hex(0xf0c860));
    d.lit.path("M28,6H68L90,66H6Z", Fill::a(hex(0xffe2a0), 0.75));
    d.lit.glow(48.0, 56.0, 140.0, LAMP, 0.7);
    d
}

fn stove() -> Drawing {
    let mut d = Drawing::new(150.0);
    let s = &mut d.paint;
    post(s, 66.0, 0.0, 20.0, 74.0, IRON);
    s.rect(62.0, 66.0, 28.0, 8.0, 2.0, IRON.dark(0.8));
    let g = s.across(IRON.pale(0.2), IRON.dark(0.7));
    s.rect(20.0, 72.0, 110.0, 106.0, 8.0, g);
    s.rect(12.0, 68.0, 126.0, 12.0, 4.0, IRON.pale(0.1));
    s.rect(38.0, 96.0, 74.0, 50.0, 8.0, hex(0x1f2430));
    let fire = |s: &mut super::super::brush::Sketch| {
        for (c, k) in [(0xf2552c, 1.0), (0xff9a2e, 0.7), (0xffe07a, 0.4)] {
            s.path(
                &format!(
                    "M{:.1},144Q{:.1},{:.1} 68,{:.1}Q74,{:.1} 80,{:.1}Q{:.1},{:.1} {:.1},144Z",
                    75.0 - 28.0 * k,
                    75.0 - 26.0 * k,
                    144.0 - 20.0 * k,
                    144.0 - 40.0 * k,
                    144.0 - 18.0 * k,
                    144.0 - 44.0 * k,
                    75.0 + 28.0 * k,
                    144.0 - 20.0 * k,
                    75.0 + 26.0 * k
                ),
                hex(c),
            );
        }
    };
    fire(s);
    s.rect(50.0, 154.0, 50.0, 10.0, 3.0, IRON.dark(0.6));
    for x in [30.0, 106.0] {
        s.path(&format!("M{x:.1},176h16l-3,24h-10Z"), IRON.dark(0.8));
    }
    s.rect(40.0, 50.0, 0.1, 0.1, 0.0, IRON);
    let kettle = hex(0xd9604f);
    s.path("M96,66Q94,44 112,44Q130,44 128,66Z", kettle);
    s.stroke("M100,46Q112,28 124,46", 3.0, IRON);
    s.path("M96,58l-10,-8l3,-3l10,6Z", kettle.dark(0.85));
    fire(&mut d.lit);
    d.lit.glow(75.0, 124.0, 130.0, hex(0xffa04a), 0.55);
    d
}

fn blackboard() -> Drawing {
    let mut d = Drawing::new(300.0);
    let s = &mut d.paint;
    s.line((50.0, 130.0), (30.0, 198.0), 9.0, WOOD);
    s.line((250.0, 130.0), (270.0, 198.0), 9.0, WOOD.dark(0.9));
    board(s, 8.0, 4.0, 284.0, 152.0, WOOD);
    let g = s.gradient((1.0, 1.0), &[(0.0, hex(0x3f6f5c), 1.0), (1.0, hex(0x2c5447), 1.0)]);
    s.rect(20.0, 16.0, 260.0, 128.0, 2.0, g);
    let chalk = Fill::a(hex(0xf6f4e8), 0.9);
    s.stroke("M40,118L80,58L120,118ZM80,58V118", 3.0, chalk.clone());
    s.stroke("M150,46h50M150,62h84M150,78h66", 4.0, chalk.clone());
    s.stroke("M160,118q14,-28 28,0t28,0t28,0", 3.0, Fill::a(hex(0xffe27a), 0.9));
    s.stroke("M44,38q10,-10 20,0t20,0", 3.0, chalk);
    board(s, 20.0, 144.0, 260.0, 9.0, WOOD.pale(0.16));
    s.rect(60.0, 139.0, 22.0, 6.0, 2.0, hex(0xffffff));
    s.rect(200.0, 137.0, 34.0, 9.0, 2.0, hex(0xd9604f));
    d
}

fn microscope() -> Drawing {
    let mut d = Drawing::new(190.0);
    let s = &mut d.paint;
    board(s, 6.0, 150.0, 178.0, 12.0, hex(0xf2f4f4));
    post(s, 20.0, 160.0, 12.0, 40.0, STEEL);
    post(s, 158.0, 160.0, 12.0, 40.0, STEEL.dark(0.9));
    let body = hex(0x4f6fa0);
    s.path("M60,150Q58,138 74,138H132Q146,138 144,150Z", body.dark(0.8));
    s.stroke("M118,138Q150,108 128,66Q118,50 100,46", 15.0, body);
    s.rect(70.0, 112.0, 52.0, 7.0, 2.0, IRON);
    s.group(92.0, 66.0, 1.0, 1.0, 18.0, 1.0);
    post(s, -13.0, -54.0, 26.0, 66.0, hex(0xf4f6f8));
    post(s, -9.0, -66.0, 18.0, 14.0, IRON);
    post(s, -8.0, 12.0, 16.0, 18.0, STEEL.dark(0.8));
    s.end();
    s.circle(128.0, 98.0, 9.0, IRON);
    s.rect(152.0, 116.0, 10.0, 34.0, 4.0, Fill::a(hex(0x8fe0c4), 0.9));
    s.rect(166.0, 122.0, 10.0, 28.0, 4.0, Fill::a(hex(0xf2a0b8), 0.9));
    s.path("M16,150l10,-28v-12h12v12l10,28Z", Fill::a(hex(0x9fd0f0), 0.9));
    d
}

fn painting(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(270.0);
    let s = &mut d.paint;
    let gold = hex(0xd9a84a);
    let g = s.gradient((1.0, 1.0), &[(0.0, gold.pale(0.3), 1.0), (1.0, gold.dark(0.7), 1.0)]);
    s.rect(4.0, 4.0, 262.0, 194.0, 4.0, g);
    s.rect(16.0, 16.0, 238.0, 170.0, 2.0, gold.dark(0.7));
    s.rect(20.0, 20.0, 230.0, 162.0, 0.0, hex(0xfdf6e6));
    landscape(s, rng, 30.0, 30.0, 210.0, 142.0);
    d
}
