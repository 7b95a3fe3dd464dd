//! What stands in streets, yards and camps.

use colophon_types::Seed;

use super::super::brush::{Fill, hex};
use super::drawing::{DARK_WOOD, Drawing, IRON, LAMP, STEEL, STONE, WOOD, board, pane, pick, post, tiles};

pub(super) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    Some(match name {
        "market_stall" => market_stall(rng),
        "street_lamp" => street_lamp(),
        "fence" => fence(),
        "neon_sign" => neon_sign(rng),
        "well" => well(),
        "bench" => bench(),
        "signpost" => signpost(),
        "lantern" => lantern(rng),
        "tent" => tent(rng),
        "ladder" => ladder(),
        "crate" => crate_box(rng),
        "barrel" => barrel(),
        "cart" => cart(rng),
        "bus_stop" => bus_stop(),
        "fountain" => fountain(),
        "shop" => shop(rng),
        _ => return None,
    })
}

fn market_stall(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(230.0);
    let cloth = pick(rng, &[0xd9544f, 0x2f8f83, 0xe0962f, 0x4d6fb3]);
    let s = &mut d.paint;
    post(s, 26.0, 46.0, 8.0, 154.0, DARK_WOOD);
    post(s, 196.0, 46.0, 8.0, 154.0, DARK_WOOD);
    s.rect(34.0, 62.0, 162.0, 62.0, 0.0, hex(0x5a4038));
    // Lanterns and garlands under the roof.
    s.stroke("M32,70Q74,92 115,74Q156,92 200,70", 1.6, hex(0x3a2c28));
    for (x, y) in [(60.0, 84.0), (115.0, 78.0), (170.0, 84.0)] {
        s.circle(x, y, 6.0, hex(0xf2c65a));
        d.lit.circle(x, y, 6.0, LAMP);
        d.lit.glow(x, y, 42.0, LAMP, 0.6);
    }
    // Shelves of fruit.
    board(s, 16.0, 132.0, 198.0, 12.0, WOOD);
    board(s, 22.0, 144.0, 186.0, 54.0, WOOD.dark(0.84));
    for k in 0..6 {
        s.line((24.0 + 37.0 * k as f32, 146.0), (24.0 + 37.0 * k as f32, 198.0), 1.4, DARK_WOOD);
    }
    let fruit = [0xe0493f, 0xf2a03a, 0x8fbf4a, 0xf2d24e, 0x8a5fae].map(hex);
    for b in 0..5 {
        let x = 22.0 + 38.0 * b as f32;
        let c = fruit[b % 5];
        for (dx, dy) in [(6.0, 0.0), (15.0, 0.0), (24.0, 0.0), (10.5, -8.0), (19.5, -8.0), (15.0, -15.0)] {
            let tone = c.vary(rng, 0.08);
            s.circle(x + dx, 123.0 + dy, 5.6, tone);
            s.circle(x + dx - 1.6, 121.0 + dy, 1.6, Fill::a(hex(0xffffff), 0.45));
        }
        board(s, x, 122.0, 32.0, 12.0, WOOD.pale(0.18));
    }
    // Striped awning.
    let n = 9;
    for k in 0..n {
        let c = if k % 2 == 0 { cloth } else { hex(0xfff4e2) };
        let t = |i: usize| (30.0 + 170.0 * i as f32 / n as f32, 6.0 + 218.0 * i as f32 / n as f32);
        let ((a0, b0), (a1, b1)) = (t(k), t(k + 1));
        let g = s.down(c.pale(0.1), c.dark(0.82));
        let r = (b1 - b0) / 2.0;
        s.path(&format!("M{a0:.1},14L{a1:.1},14L{b1:.1},58A{r:.1},{:.1} 0 0,1 {b0:.1},58Z", r * 0.9), g);
    }
    board(s, 28.0, 9.0, 174.0, 8.0, DARK_WOOD);
    d
}

fn street_lamp() -> Drawing {
    let mut d = Drawing::new(60.0);
    let s = &mut d.paint;
    post(s, 27.5, 42.0, 5.0, 150.0, IRON);
    s.path("M20,200L23,184H37L40,200Z", IRON.dark(0.9));
    s.rect(24.0, 150.0, 12.0, 5.0, 1.0, IRON);
    s.rect(25.0, 60.0, 10.0, 4.0, 1.0, IRON);
    s.stroke("M18,66Q30,52 42,66", 2.4, IRON);
    let g = s.down(hex(0xfff4d0), hex(0xf2d48a));
    s.path("M19,14H41L37,42H23Z", g);
    s.line((30.0, 14.0), (30.0, 42.0), 1.4, IRON);
    s.path("M15,15Q30,-4 45,15Z", IRON);
    s.rect(22.0, 40.0, 16.0, 4.0, 1.0, IRON);
    s.circle(30.0, 3.0, 2.6, IRON);
    d.lit.path("M19.5,15H40.5L37,41H23Z", hex(0xfff0c0));
    d.lit.glow(30.0, 28.0, 84.0, LAMP, 0.8);
    d
}

fn fence() -> Drawing {
    let mut d = Drawing::new(620.0);
    let s = &mut d.paint;
    let c = hex(0xf4ece0);
    for y in [70.0, 140.0] {
        board(s, 0.0, y, 620.0, 20.0, c.dark(0.92));
    }
    for k in 0..11 {
        let x = 10.0 + k as f32 * 57.0;
        let g = s.across(c, c.dark(0.84));
        s.path(&format!("M{x:.1},200V34L{:.1},6L{:.1},34V200Z", x + 16.0, x + 32.0), g);
    }
    d
}

fn neon_sign(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(220.0);
    let c = pick(rng, &[0xff5fa8, 0x4fd6ff, 0xffb04f, 0x8affa0]);
    let s = &mut d.paint;
    post(s, 50.0, 110.0, 8.0, 90.0, IRON);
    post(s, 162.0, 110.0, 8.0, 90.0, IRON);
    let g = s.down(hex(0x34305a), hex(0x211d40));
    s.rect(10.0, 14.0, 200.0, 106.0, 14.0, g);
    s.rect(10.0, 14.0, 200.0, 106.0, 14.0, Fill::a(c, 0.08));
    let tubes = |s: &mut super::super::brush::Sketch, k: f32| {
        s.stroke(
            "M30,28H190Q198,28 198,36V98Q198,106 190,106H30Q22,106 22,98V36Q22,28 30,28Z",
            3.4,
            c.pale(k),
        );
        // A cup with steam, a star, waves.
        s.stroke("M52,62H92V78Q92,94 76,94H68Q52,94 52,78ZM92,66Q106,66 104,76Q102,84 91,82M62,54Q58,48 63,44M78,54Q74,48 79,44", 3.2, hex(0xffe07a).pale(k));
        s.stroke(
            "M146,40l6,16l17,1l-13,11l4,17l-14,-9l-14,9l4,-17l-13,-11l17,-1Z",
            3.2,
            hex(0x6fd6ff).pale(k),
        );
        s.stroke("M120,96q8,-8 16,0t16,0t16,0t16,0", 3.2, c.pale(k));
    };
    tubes(s, 0.1);
    tubes(&mut d.lit, 0.5);
    d.lit.glow(110.0, 66.0, 190.0, c, 0.55);
    d
}

fn well() -> Drawing {
    let mut d = Drawing::new(180.0);
    let s = &mut d.paint;
    post(s, 36.0, 60.0, 10.0, 90.0, DARK_WOOD);
    post(s, 134.0, 60.0, 10.0, 90.0, DARK_WOOD);
    post(s, 40.0, 84.0, 100.0, 8.0, WOOD);
    s.line((90.0, 88.0), (90.0, 122.0), 2.0, hex(0xd9c39a));
    s.path("M78,120h24l-4,22h-16Z", WOOD.dark(0.85));
    tiles(s, (10.0, 170.0, 66.0), (44.0, 136.0, 18.0), hex(0xa8523f));
    let g = s.across(STONE.pale(0.1), STONE.dark(0.74));
    s.path("M22,138Q90,154 158,138L152,200H28Z", g);
    s.oval(90.0, 138.0, 68.0, 13.0, STONE.pale(0.16));
    s.oval(90.0, 139.0, 55.0, 9.0, hex(0x34404e));
    for (r, y) in [156.0, 172.0, 188.0].into_iter().enumerate() {
        for k in 0..5 {
            let x = 34.0 + k as f32 * 24.0 + if r % 2 == 0 { 0.0 } else { 10.0 };
            s.rect(x, y, 18.0, 10.0, 3.0, Fill::a(STONE.dark(0.7 + 0.06 * (k % 3) as f32), 0.5));
        }
    }
    d
}

fn bench() -> Drawing {
    let mut d = Drawing::new(430.0);
    let s = &mut d.paint;
    for x in [50.0, 360.0] {
        s.stroke(
            &format!("M{x:.1},196V110M{:.1},196V20Q{:.1},10 {:.1},12", x + 22.0, x + 22.0, x + 12.0),
            10.0,
            IRON,
        );
        s.stroke(&format!("M{:.1},84Q{:.1},70 {:.1},90", x + 18.0, x - 18.0, x - 12.0), 8.0, IRON);
    }
    for y in [22.0, 48.0, 74.0] {
        board(s, 14.0, y, 402.0, 20.0, WOOD);
    }
    board(s, 4.0, 110.0, 422.0, 15.0, WOOD.pale(0.1));
    board(s, 0.0, 126.0, 430.0, 17.0, WOOD);
    d
}

fn signpost() -> Drawing {
    let mut d = Drawing::new(170.0);
    let s = &mut d.paint;
    post(s, 79.0, 6.0, 12.0, 194.0, DARK_WOOD);
    for (y, flip, c) in [(24.0, false, WOOD), (62.0, true, WOOD.pale(0.16)), (100.0, false, WOOD.dark(0.88))]
    {
        s.group(85.0, y, if flip { -1.0 } else { 1.0 }, 1.0, if flip { 3.0 } else { -3.0 }, 1.0);
        let g = s.down(c.pale(0.16), c.dark(0.8));
        s.path("M-20,-14H56L76,0L56,14H-20Z", g);
        s.line((-10.0, -4.0), (44.0, -4.0), 3.0, Fill::a(DARK_WOOD, 0.6));
        s.line((-10.0, 5.0), (30.0, 5.0), 3.0, Fill::a(DARK_WOOD, 0.6));
        s.end();
    }
    let mut r = Seed(5);
    for x in [66.0, 98.0] {
        super::super::trees::tuft(s, &mut r, x, 201.0, 30.0, hex(0x5f9a50));
    }
    d
}

fn lantern(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(130.0);
    let c = pick(rng, &[0xd9413a, 0xe0803a, 0xd9413a]);
    let s = &mut d.paint;
    s.line((65.0, 0.0), (65.0, 24.0), 3.0, DARK_WOOD);
    s.rect(42.0, 22.0, 46.0, 10.0, 3.0, DARK_WOOD);
    let g =
        s.gradient((1.0, 0.0), &[(0.0, c.dark(0.8), 1.0), (0.45, c.pale(0.3), 1.0), (1.0, c.dark(0.7), 1.0)]);
    s.oval(65.0, 86.0, 58.0, 56.0, g);
    for k in [0.25, 0.6, 0.9] {
        let rx = 58.0 * k;
        s.stroke(
            &format!("M65,31A{rx:.1},55 0 0,0 65,141M65,31A{rx:.1},55 0 0,1 65,141"),
            1.6,
            Fill::a(c.dark(0.6), 0.6),
        );
    }
    s.rect(42.0, 138.0, 46.0, 10.0, 3.0, DARK_WOOD);
    for k in 0..5 {
        s.line((53.0 + 6.0 * k as f32, 148.0), (53.0 + 6.0 * k as f32, 192.0), 2.4, hex(0xf0c04a));
    }
    d.lit.oval(65.0, 86.0, 44.0, 46.0, Fill::a(hex(0xff7a4a), 0.4));
    d.lit.glow(65.0, 86.0, 130.0, hex(0xff9450), 0.6);
    d
}

fn tent(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(310.0);
    let c = pick(rng, &[0xe0803a, 0x3f8f8a, 0xd9b04a, 0x5f7fb8]);
    let s = &mut d.paint;
    s.line((14.0, 198.0), (120.0, 40.0), 2.0, hex(0xe6dcc8));
    let g = s.across(c.dark(0.9), c.dark(0.7));
    s.path("M128,12L238,34Q284,120 302,200H196Z", g);
    let g = s.down(c.pale(0.16), c.dark(0.9));
    s.path("M128,12Q70,110 30,200H216Q168,110 128,12Z", g);
    s.path("M128,40Q104,130 92,200H164Q150,120 128,40Z", hex(0x4a3a3a));
    s.path("M128,40Q104,130 92,200H72Q96,130 128,40Z", c.dark(0.78));
    s.path("M128,40Q150,120 164,200H182Q160,120 128,40Z", c.pale(0.26));
    s.line((128.0, 4.0), (128.0, 20.0), 4.0, DARK_WOOD);
    s.stroke("M128,12L238,34", 3.0, c.dark(0.6));
    d.lit.path("M128,40Q104,130 92,200H164Q150,120 128,40Z", Fill::a(LAMP, 0.9));
    d.lit.glow(128.0, 150.0, 150.0, LAMP, 0.5);
    d
}

fn ladder() -> Drawing {
    let mut d = Drawing::new(76.0);
    let s = &mut d.paint;
    s.line((16.0, 198.0), (24.0, 4.0), 7.0, WOOD.dark(0.9));
    s.line((60.0, 198.0), (52.0, 4.0), 7.0, WOOD);
    for k in 0..8 {
        let y = 20.0 + 23.0 * k as f32;
        let w = 14.0 + 0.9 * k as f32;
        s.line((38.0 - w, y), (38.0 + w, y), 6.0, WOOD.pale(0.14));
    }
    d
}

fn crate_box(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(230.0);
    let c = WOOD.vary(rng, 0.08);
    let s = &mut d.paint;
    for k in 0..5 {
        board(s, 8.0, 14.0 + 37.0 * k as f32, 214.0, 35.0, c.dark(0.92 + 0.04 * (k % 3) as f32));
    }
    s.line((24.0, 30.0), (206.0, 184.0), 24.0, c.pale(0.1));
    for x in [8.0, 196.0] {
        board(s, x, 10.0, 26.0, 190.0, c.pale(0.16));
    }
    for y in [10.0, 174.0] {
        board(s, 8.0, y, 214.0, 26.0, c.pale(0.16));
    }
    for (x, y) in [(21.0, 23.0), (209.0, 23.0), (21.0, 187.0), (209.0, 187.0)] {
        s.circle(x, y, 3.6, DARK_WOOD);
    }
    d
}

fn barrel() -> Drawing {
    let mut d = Drawing::new(160.0);
    let s = &mut d.paint;
    let g = s.gradient(
        (1.0, 0.0),
        &[(0.0, WOOD.dark(0.8), 1.0), (0.35, WOOD.pale(0.2), 1.0), (1.0, WOOD.dark(0.6), 1.0)],
    );
    s.path("M26,14H134Q166,106 134,198H26Q-6,106 26,14Z", g);
    for x in [-38.0, -14.0, 12.0, 36.0] {
        s.stroke(
            &format!("M{:.1},16Q{:.1},106 {:.1},196", 80.0 + x, 80.0 + x * 1.45, 80.0 + x),
            2.0,
            Fill::a(DARK_WOOD, 0.6),
        );
    }
    for (y, w) in [(36.0, 62.0), (84.0, 72.0), (128.0, 72.0), (174.0, 62.0)] {
        s.stroke(&format!("M{:.1},{y:.1}q{w:.1},12 {:.1},0", 80.0 - w, w * 2.0), 9.0, IRON);
    }
    s.oval(80.0, 15.0, 54.0, 9.0, WOOD.dark(0.7));
    s.oval(80.0, 14.0, 47.0, 6.6, WOOD.pale(0.1));
    d
}

fn cart(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(340.0);
    let s = &mut d.paint;
    let hay = hex(0xe6bd5c);
    s.path("M56,86Q90,20 160,30Q236,10 262,86Z", hay);
    for _ in 0..40 {
        let x = rng.range(76.0, 246.0);
        s.stroke(
            &format!("M{x:.1},82q{:.1},-24 {:.1},-38", rng.range(-8.0, 8.0), rng.range(-14.0, 14.0)),
            2.4,
            hay.vary(rng, 0.2),
        );
    }
    board(s, 40.0, 84.0, 236.0, 20.0, WOOD.pale(0.1));
    board(s, 46.0, 106.0, 224.0, 20.0, WOOD);
    s.line((266.0, 112.0), (336.0, 168.0), 9.0, DARK_WOOD);
    for x in [60.0, 150.0, 250.0] {
        post(s, x, 74.0, 10.0, 56.0, DARK_WOOD);
    }
    for x in [96.0, 220.0] {
        s.circle(x, 152.0, 48.0, DARK_WOOD);
        s.circle(x, 152.0, 38.0, hex(0xcfae86));
        for k in 0..8 {
            let a = k as f32 * std::f32::consts::FRAC_PI_4;
            s.line((x, 152.0), (x + a.cos() * 40.0, 152.0 + a.sin() * 40.0), 6.0, WOOD);
        }
        s.circle(x, 152.0, 11.0, DARK_WOOD);
    }
    d
}

fn bus_stop() -> Drawing {
    let mut d = Drawing::new(250.0);
    let s = &mut d.paint;
    let g = s.gradient((1.0, 1.0), &[(0.0, hex(0xd9f0f6), 0.7), (1.0, hex(0x9cc9da), 0.7)]);
    s.rect(34.0, 32.0, 156.0, 140.0, 2.0, g);
    s.poly(
        &[(60.0, 32.0), (96.0, 32.0), (56.0, 172.0), (34.0, 172.0), (34.0, 120.0)],
        Fill::a(hex(0xffffff), 0.3),
    );
    for x in [30.0, 108.0, 188.0] {
        post(s, x, 28.0, 7.0, 172.0, STEEL.dark(0.66));
    }
    board(s, 14.0, 16.0, 196.0, 16.0, hex(0x3f7f9a));
    board(s, 46.0, 140.0, 130.0, 9.0, WOOD);
    s.line((60.0, 149.0), (60.0, 198.0), 5.0, IRON);
    s.line((162.0, 149.0), (162.0, 198.0), 5.0, IRON);
    s.rect(128.0, 54.0, 46.0, 62.0, 3.0, hex(0xfbf6e8));
    for k in 0..5 {
        s.line((136.0, 66.0 + 10.0 * k as f32), (166.0, 66.0 + 10.0 * k as f32), 3.0, hex(0x9fb0b8));
    }
    post(s, 224.0, 30.0, 6.0, 170.0, IRON);
    s.circle(227.0, 30.0, 21.0, hex(0xf2b83a));
    s.circle(227.0, 30.0, 17.0, hex(0x2f6f9a));
    s.rect(217.0, 22.0, 20.0, 13.0, 3.0, hex(0xffffff));
    s.circle(221.5, 36.5, 2.6, hex(0xffffff));
    s.circle(232.5, 36.5, 2.6, hex(0xffffff));
    d.lit.rect(22.0, 32.0, 180.0, 4.0, 1.0, hex(0xfff4d0));
    d.lit.glow(112.0, 90.0, 130.0, hex(0xfff0c8), 0.4);
    d
}

fn fountain() -> Drawing {
    let mut d = Drawing::new(270.0);
    let s = &mut d.paint;
    let g = s.across(STONE.pale(0.2), STONE.dark(0.76));
    s.path("M10,150Q135,176 260,150L240,200H30Z", g);
    s.oval(135.0, 150.0, 125.0, 20.0, STONE.pale(0.24));
    s.oval(135.0, 151.0, 110.0, 14.0, hex(0x6fbfd6));
    s.path("M120,150L126,84H144L150,150Z", STONE.dark(0.9));
    let g = s.across(STONE.pale(0.2), STONE.dark(0.76));
    s.path("M70,78Q135,96 200,78Q176,112 135,112Q94,112 70,78Z", g);
    s.oval(135.0, 78.0, 65.0, 10.0, STONE.pale(0.24));
    s.oval(135.0, 78.0, 54.0, 6.5, hex(0x8fd3e4));
    let water = hex(0xe4f7fc);
    for side in [-1.0, 1.0] {
        for (a, b, c) in [(20.0, 10.0, 44.0), (40.0, 6.0, 58.0)] {
            s.stroke(
                &format!("M135,74Q{:.1},{:.1} {:.1},78", 135.0 + side * a, b, 135.0 + side * c),
                4.0,
                Fill::a(water, 0.85),
            );
        }
        s.stroke(
            &format!(
                "M{:.1},80Q{:.1},100 {:.1},146",
                135.0 + side * 62.0,
                135.0 + side * 88.0,
                135.0 + side * 92.0
            ),
            5.0,
            Fill::a(water, 0.8),
        );
    }
    s.line((135.0, 74.0), (135.0, 16.0), 6.0, Fill::a(water, 0.9));
    s.circle(135.0, 14.0, 6.0, water);
    d
}

/// A shop under its awning: goods in the window, a door, rooms above.
fn shop(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(260.0);
    let c = pick(rng, &[0xc9503f, 0x3f7f6a, 0x3f6fa0]);
    let wall = pick(rng, &[0xe9d8bd, 0xd9b99a, 0xe6dccb]);
    let shine = Fill::a(hex(0xffffff), 0.25);
    let s = &mut d.paint;
    let g = s.across(wall.pale(0.12), wall.dark(0.84));
    s.rect(10.0, 6.0, 240.0, 190.0, 3.0, g);
    board(s, 4.0, 2.0, 252.0, 10.0, wall.dark(0.78));
    for x in [34.0, 108.0, 182.0] {
        pane(&mut d, x, 23.0, 44.0, 32.0);
        board(&mut d.paint, x - 6.0, 57.0, 56.0, 5.0, wall.dark(0.72));
    }
    let s = &mut d.paint;
    // A sign with no words, the frame of the front, the window.
    board(s, 18.0, 68.0, 224.0, 20.0, c.dark(0.62));
    s.stroke("M58,78h40M106,78h22M136,78h66", 4.0, hex(0xfbe7b8));
    s.rect(18.0, 88.0, 224.0, 108.0, 0.0, c.dark(0.5));
    let g = s.down(hex(0xfff0c8), hex(0xe9b877));
    s.rect(26.0, 96.0, 142.0, 72.0, 2.0, g);
    d.lit.rect(26.0, 96.0, 142.0, 72.0, 2.0, Fill::a(LAMP, 0.55));
    d.lit.glow(97.0, 132.0, 120.0, LAMP, 0.5);
    let tones = [0xd9653f, 0xe8b04a, 0x7fa05f, 0xb5764a, 0xc9504f, 0xdcb27a].map(hex);
    for (row, y) in [128.0, 158.0].into_iter().enumerate() {
        board(s, 26.0, y, 142.0, 4.0, DARK_WOOD);
        for k in 0..8usize {
            let x = 31.0 + 17.0 * k as f32;
            let tone = tones[(k * (row + 2) + row) % tones.len()];
            let g = s.across(tone.pale(0.22), tone.dark(0.75));
            match (k + row) % 3 {
                0 => s.path(&format!("M{x:.1},{y:.1}q0,-16 6.5,-16t6.5,16Z"), g),
                1 => s.rect(x, y - 13.0, 12.0, 13.0, 2.0, g),
                _ => s.circle(x + 6.0, y - 7.0, 7.0, g),
            }
        }
    }
    s.poly(&[(40.0, 168.0), (72.0, 96.0), (92.0, 96.0), (60.0, 168.0)], shine.clone());
    s.line((97.0, 97.0), (97.0, 168.0), 3.0, c.dark(0.62));
    board(s, 22.0, 168.0, 150.0, 26.0, c.dark(0.78));
    // Door and step.
    s.rect(180.0, 94.0, 54.0, 102.0, 2.0, c.dark(0.8));
    let g = s.down(hex(0xffe9b8), hex(0xd9a766));
    s.rect(187.0, 101.0, 40.0, 56.0, 2.0, g);
    d.lit.rect(187.0, 101.0, 40.0, 56.0, 2.0, Fill::a(LAMP, 0.6));
    s.rect(187.0, 164.0, 40.0, 26.0, 2.0, c.dark(0.66));
    s.circle(230.0, 160.0, 3.0, hex(0xf0c860));
    s.poly(&[(190.0, 157.0), (206.0, 101.0), (214.0, 101.0), (198.0, 157.0)], shine);
    s.rect(196.0, 132.0, 22.0, 12.0, 2.0, hex(0xfbf3e2));
    s.line((200.0, 138.0), (214.0, 138.0), 2.0, c);
    board(s, 174.0, 194.0, 66.0, 6.0, STONE);
    // Awning.
    let wide = 236.0 / 11.0;
    for k in 0..11 {
        let x = 12.0 + wide * k as f32;
        let tone = if k % 2 == 0 { c } else { hex(0xfdf6e8) };
        let g = s.down(tone.pale(0.1), tone.dark(0.86));
        let (middle, end) = (x + wide / 2.0, x + wide);
        s.path(&format!("M{x:.1},86H{end:.1}L{end:.1},112Q{middle:.1},126 {x:.1},112Z"), g);
    }
    s.rect(12.0, 84.0, 236.0, 5.0, 2.0, c.dark(0.8));
    d
}
