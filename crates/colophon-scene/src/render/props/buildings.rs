//! Houses, towers, bridges.

use colophon_types::Seed;

use super::super::brush::{Fill, Sketch, hex};
use super::drawing::{
    DARK_WOOD, Drawing, IRON, LAMP, PLASTER, STEEL, STONE, WOOD, board, door, pane, pick, post, tiles,
};

pub(super) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    Some(match name {
        "lighthouse" => lighthouse(rng),
        "windmill" => windmill(rng),
        "house" => house(rng),
        "cottage" => cottage(rng),
        "castle" => castle(rng),
        "bridge" => bridge(),
        "barn" => barn(),
        "tower" => tower(rng),
        "temple" => pagoda(rng, 1),
        "pagoda" => pagoda(rng, 3),
        "dome" => dome(),
        "wind_turbine" => wind_turbine(),
        "pier" => pier(),
        _ => return None,
    })
}

fn lighthouse(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(110.0);
    let red = pick(rng, &[0xd94f45, 0xd94f45, 0x2f6f9a]);
    let s = &mut d.paint;
    // Rocky foot and keeper's house.
    for (x, w, c) in [(22.0, 46.0, 0x7f8790), (84.0, 56.0, 0x8d959c), (54.0, 70.0, 0x98a0a6)] {
        super::super::trees::rock(s, rng, x, 201.0, w, hex(c));
    }
    board(s, 70.0, 158.0, 34.0, 30.0, PLASTER);
    tiles(s, (66.0, 108.0, 160.0), (74.0, 100.0, 144.0), red);
    // Tapered tower in bands; the edge at height y.
    let half = |y: f32| 11.0 + (y - 44.0) * 0.072;
    let n = 5;
    for i in 0..n {
        let (y0, y1) = (46.0 + 143.0 * i as f32 / n as f32, 46.0 + 143.0 * (i + 1) as f32 / n as f32);
        let c = if i % 2 == 0 { hex(0xfdf6ea) } else { red };
        let g = s.gradient((1.0, 0.0), &[(0.0, c.pale(0.1), 1.0), (0.45, c, 1.0), (1.0, c.dark(0.7), 1.0)]);
        s.path(
            &format!(
                "M{:.1},{y0:.1}Q50,{:.1} {:.1},{y0:.1}L{:.1},{y1:.1}Q50,{:.1} {:.1},{y1:.1}Z",
                50.0 - half(y0),
                y0 + 4.0,
                50.0 + half(y0),
                50.0 + half(y1),
                y1 + 5.0,
                50.0 - half(y1)
            ),
            g,
        );
    }
    for y in [72.0, 112.0, 146.0] {
        s.rect(46.5, y, 7.0, 11.0, 3.5, hex(0x35506a));
        d.lit.rect(46.5, y, 7.0, 11.0, 3.5, LAMP);
    }
    s.path("M43,190v-15a7,7 0 0,1 14,0v15Z", DARK_WOOD);
    // Gallery and lantern.
    s.rect(33.0, 41.0, 34.0, 6.0, 1.0, IRON);
    for k in 0..7 {
        s.line((34.5 + k as f32 * 5.2, 34.0), (34.5 + k as f32 * 5.2, 42.0), 0.9, IRON);
    }
    s.line((33.0, 33.5), (67.0, 33.5), 1.4, IRON);
    let g = s.across(hex(0xfff3c4), hex(0xf0c860));
    s.rect(41.0, 20.0, 18.0, 21.0, 1.0, g);
    for k in 0..4 {
        s.line((41.0 + k as f32 * 6.0, 20.0), (41.0 + k as f32 * 6.0, 41.0), 1.0, IRON);
    }
    let g = s.across(red.pale(0.12), red.dark(0.72));
    s.path("M38,21C40,8 46,4 50,3C54,4 60,8 62,21Z", g);
    s.line((50.0, 4.0), (50.0, -4.0), 1.6, IRON);
    s.circle(50.0, -4.0, 2.0, IRON);
    // The beam.
    let l = &mut d.lit;
    for (dir, a) in [(-1.0, 0.5), (1.0, 0.36)] {
        let stops = [
            (0.0, hex(0xfff0b8), if dir > 0.0 { a } else { 0.0 }),
            (1.0, hex(0xfff0b8), if dir > 0.0 { 0.0 } else { a }),
        ];
        let g = l.gradient((1.0, 0.0), &stops);
        let x = 50.0 + dir * 190.0;
        l.poly(&[(50.0, 27.0), (x, 0.0), (x, 52.0), (50.0, 34.0)], g);
    }
    l.glow(50.0, 30.0, 46.0, hex(0xfff0b8), 0.95);
    d
}

fn windmill(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(190.0);
    let s = &mut d.paint;
    let wall = pick(rng, &[0xfbf0dd, 0xe9d3b0, 0xd9e3e6]);
    let g = s.across(wall.pale(0.2), wall.dark(0.76));
    s.path("M58,200L72,88Q95,80 118,88L132,200Z", g);
    for y in [120.0, 150.0, 178.0] {
        let h = 24.0 + (y - 88.0) * 0.12;
        s.stroke(
            &format!("M{:.1},{y:.1}q{h:.1},7 {:.1},0", 95.0 - h, h * 2.0),
            1.4,
            Fill::a(wall.dark(0.6), 0.4),
        );
    }
    let roof = hex(0xb4533f);
    let g = s.across(roof.pale(0.1), roof.dark(0.72));
    s.path("M66,90C70,62 86,52 95,50C104,52 120,62 124,90Q95,80 66,90Z", g);
    door(s, 85.0, 168.0, 20.0, 32.0, DARK_WOOD);
    pane(&mut d, 88.0, 108.0, 14.0, 16.0);
    let s = &mut d.paint;
    let turn = rng.range(10.0, 40.0);
    for k in 0..4 {
        s.group(95.0, 82.0, 1.0, 1.0, turn + 90.0 * k as f32, 1.0);
        s.rect(-2.0, -96.0, 4.0, 98.0, 1.0, DARK_WOOD);
        s.rect(3.0, -92.0, 21.0, 70.0, 1.0, Fill::a(hex(0xfff4de), 0.96));
        for i in 0..6 {
            s.line((3.0, -92.0 + 14.0 * i as f32), (24.0, -92.0 + 14.0 * i as f32), 1.4, WOOD);
        }
        s.line((13.5, -92.0), (13.5, -22.0), 1.4, WOOD);
        s.line((24.0, -92.0), (24.0, -22.0), 1.6, WOOD);
        s.end();
    }
    s.circle(95.0, 82.0, 6.0, DARK_WOOD);
    s.circle(95.0, 82.0, 2.8, hex(0xd9ad7c));
    d
}

fn house(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(210.0);
    let wall = pick(rng, &[0xf6dfbd, 0xe9b89a, 0xbfd6d0, 0xf3e3c4, 0xd9c3dc]);
    let roof = pick(rng, &[0xb4533f, 0x8d5a63, 0x4f6f8a]);
    let s = &mut d.paint;
    post(s, 146.0, 8.0, 20.0, 60.0, STONE.dark(0.8));
    board(s, 143.0, 4.0, 26.0, 8.0, STONE.dark(0.66));
    let g = s.across(wall.pale(0.14), wall.dark(0.8));
    s.rect(24.0, 86.0, 162.0, 114.0, 0.0, g);
    s.rect(24.0, 188.0, 162.0, 12.0, 0.0, STONE.dark(0.86));
    tiles(s, (8.0, 202.0, 90.0), (38.0, 172.0, 24.0), roof);
    s.rect(24.0, 90.0, 162.0, 7.0, 0.0, Fill::a(hex(0x2b2440), 0.22));
    door(s, 92.0, 142.0, 28.0, 58.0, pick(rng, &[0x2f6f7a, 0xa8433f, 0x5a7a4a]));
    s.poly(&[(82.0, 140.0), (106.0, 124.0), (130.0, 140.0)], roof.dark(0.9));
    for (x, y) in [(40.0, 112.0), (144.0, 112.0), (40.0, 156.0), (144.0, 156.0), (94.0, 100.0)] {
        pane(&mut d, x, y, 25.0, 25.0);
    }
    // A gable in the roof.
    let s = &mut d.paint;
    s.poly(&[(84.0, 74.0), (84.0, 52.0), (105.0, 34.0), (126.0, 52.0), (126.0, 74.0)], wall.dark(0.94));
    s.stroke("M78,56L105,32L132,56", 5.0, roof.dark(0.8));
    pane(&mut d, 97.0, 52.0, 16.0, 18.0);
    for x in [34.0, 62.0, 150.0, 176.0] {
        super::super::trees::bush(&mut d.paint, rng, x, 201.0, 34.0, hex(0x5a9a54));
    }
    d
}

fn cottage(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(240.0);
    let wall = pick(rng, &[0xfff1dc, 0xf7e6d4, 0xf1ddbf]);
    let s = &mut d.paint;
    let smoke = hex(0xf2eef0);
    for k in 0..4 {
        let k = k as f32;
        s.circle(178.0 + k * 7.0, 14.0 - k * 13.0, 9.0 + k * 3.0, Fill::a(smoke, 0.55 - 0.1 * k));
    }
    post(s, 168.0, 20.0, 22.0, 70.0, STONE.dark(0.85));
    board(s, 165.0, 18.0, 28.0, 8.0, STONE.dark(0.7));
    let g = s.across(wall.pale(0.2), wall.dark(0.82));
    s.rect(36.0, 110.0, 168.0, 90.0, 0.0, g);
    for x in [36.0, 84.0, 148.0, 196.0] {
        s.rect(x, 110.0, 8.0, 90.0, 0.0, DARK_WOOD);
    }
    s.line((44.0, 196.0), (84.0, 116.0), 6.0, DARK_WOOD);
    s.line((196.0, 196.0), (156.0, 116.0), 6.0, DARK_WOOD);
    let thatch = hex(0xc99a4f);
    let g = s.down(thatch.pale(0.12), thatch.dark(0.74));
    s.path("M14,122C30,92 62,46 84,36Q120,28 156,36C178,46 210,92 226,122Q214,132 202,120Q120,108 38,120Q26,132 14,122Z", g);
    for _ in 0..46 {
        let (t, x) = (rng.next_f32(), rng.range(-1.0, 1.0));
        let (px, py) = (120.0 + x * (36.0 + 62.0 * t), 40.0 + 68.0 * t);
        s.line((px, py), (px + x * 7.0, py + 12.0), 1.2, Fill::a(thatch.dark(0.6), 0.5));
    }
    s.path("M84,36Q120,28 156,36L160,46Q120,38 80,46Z", thatch.dark(0.7));
    s.rect(44.0, 118.0, 152.0, 9.0, 0.0, Fill::a(hex(0x2b2440), 0.2));
    door(s, 104.0, 144.0, 30.0, 56.0, pick(rng, &[0x3f7f6a, 0xa8433f, 0x3f6f9a]));
    pane(&mut d, 54.0, 142.0, 24.0, 24.0);
    pane(&mut d, 162.0, 142.0, 24.0, 24.0);
    let s = &mut d.paint;
    for x in [54.0, 162.0] {
        board(s, x - 4.0, 170.0, 32.0, 8.0, WOOD);
        for k in 0..4 {
            s.circle(x + 2.0 + k as f32 * 7.0, 168.0, 4.0, pick(rng, &[0xf4728f, 0xffd65a, 0xffffff]));
        }
    }
    for x in [26.0, 94.0, 214.0] {
        super::super::trees::bush(s, rng, x, 201.0, 38.0, hex(0x5a9a54));
    }
    d
}

fn castle(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(260.0);
    let c = pick(rng, &[0xd9d3cc, 0xcfc6d8, 0xe2d3bd]);
    let roof = pick(rng, &[0x4f6fae, 0xb4533f, 0x6a5a9c]);
    let turret = |d: &mut Drawing, x: f32, w: f32, top: f32, spire: f32| {
        let s = &mut d.paint;
        let g = s.across(c.pale(0.2), c.dark(0.72));
        s.rect(x, top, w, 200.0 - top, 0.0, g);
        for r in 0..((200.0 - top) / 14.0) as usize {
            let y = top + 12.0 + r as f32 * 14.0;
            let off = if r % 2 == 0 { 0.2 } else { 0.55 };
            s.rect(x + w * off, y, w * 0.26, 5.0, 1.0, Fill::a(c.dark(0.7), 0.3));
        }
        let n = 4;
        let m = w * 1.2 / (n as f32 * 2.0 - 1.0);
        s.rect(x - w * 0.1, top - 4.0, w * 1.2, 10.0, 0.0, c.dark(0.9));
        for k in 0..n {
            s.rect(x - w * 0.1 + m * 2.0 * k as f32, top - 12.0, m, 9.0, 0.0, c.dark(0.9));
        }
        if spire > 0.0 {
            let g = s.across(roof.pale(0.16), roof.dark(0.68));
            s.poly(
                &[(x - w * 0.16, top - 8.0), (x + w / 2.0, top - 8.0 - spire), (x + w * 1.16, top - 8.0)],
                g,
            );
            s.line((x + w / 2.0, top - 8.0 - spire), (x + w / 2.0, top - 26.0 - spire), 1.6, IRON);
            s.path(&format!("M{:.1},{:.1}l18,5l-18,6Z", x + w / 2.0, top - 26.0 - spire), hex(0xe0564f));
        }
        let (wx, wy) = (x + w / 2.0 - 4.5, top + 22.0);
        s.path(&format!("M{wx:.1},{:.1}v-12a4.5,5 0 0,1 9,0v12Z", wy + 16.0), hex(0x3d4660));
        d.lit.path(&format!("M{wx:.1},{:.1}v-12a4.5,5 0 0,1 9,0v12Z", wy + 16.0), LAMP);
    };
    turret(&mut d, 104.0, 52.0, 72.0, 54.0);
    turret(&mut d, 58.0, 34.0, 96.0, 42.0);
    turret(&mut d, 168.0, 34.0, 88.0, 46.0);
    turret(&mut d, 12.0, 40.0, 108.0, 48.0);
    turret(&mut d, 208.0, 40.0, 112.0, 46.0);
    let s = &mut d.paint;
    let g = s.across(c.pale(0.14), c.dark(0.8));
    s.rect(44.0, 136.0, 172.0, 64.0, 0.0, g);
    for k in 0..12 {
        s.rect(44.0 + k as f32 * 14.9, 128.0, 8.0, 10.0, 0.0, c.dark(0.94));
    }
    s.path("M108,200v-34a22,24 0 0,1 44,0v34Z", DARK_WOOD);
    s.path("M113,200v-33a17,19 0 0,1 34,0v33Z", hex(0x4a3226));
    for x in [122.0, 130.0, 138.0] {
        s.line((x, 150.0), (x, 200.0), 1.4, IRON);
    }
    s.line((113.0, 172.0), (147.0, 172.0), 1.4, IRON);
    for x in [70.0, 182.0] {
        pane(&mut d, x, 156.0, 10.0, 16.0);
    }
    d
}

fn bridge() -> Drawing {
    let mut d = Drawing::new(520.0);
    let s = &mut d.paint;
    let c = STONE;
    let g = s.down(c.pale(0.14), c.dark(0.76));
    s.path("M0,200V120Q130,36 260,34Q390,36 520,120V200H470Q470,150 430,150Q384,150 380,200H352Q350,108 260,106Q170,108 168,200H140Q136,150 90,150Q50,150 50,200Z", g);
    s.stroke("M0,122Q130,38 260,36Q390,38 520,122", 9.0, c.pale(0.2));
    s.stroke("M0,138Q130,56 260,54Q390,56 520,138", 3.0, Fill::a(c.dark(0.6), 0.5));
    for k in 0..15 {
        let a = std::f32::consts::PI * (k as f32 / 14.0);
        let (x0, y0) = (260.0 - a.cos() * 92.0, 200.0 - a.sin() * 94.0);
        let (x1, y1) = (260.0 - a.cos() * 110.0, 200.0 - a.sin() * 112.0);
        s.line((x0, y0), (x1, y1), 2.4, Fill::a(c.dark(0.55), 0.6));
    }
    for (x, y) in [(40.0, 128.0), (110.0, 96.0), (200.0, 78.0), (320.0, 80.0), (410.0, 98.0), (480.0, 130.0)]
    {
        s.rect(x - 12.0, y, 24.0, 9.0, 2.0, Fill::a(c.dark(0.72), 0.4));
    }
    for k in 0..9 {
        let t = k as f32 / 8.0;
        let x = 30.0 + 460.0 * t;
        let y = 112.0 - 80.0 * (1.0 - (2.0 * t - 1.0).powi(2));
        post(s, x - 6.0, y - 24.0, 12.0, 30.0, c);
    }
    s.stroke("M30,90Q140,10 260,8Q380,10 490,90", 7.0, c.pale(0.12));
    d
}

fn barn() -> Drawing {
    let mut d = Drawing::new(230.0);
    let c = hex(0xb5473c);
    let s = &mut d.paint;
    let g = s.across(c.pale(0.06), c.dark(0.76));
    s.poly(
        &[
            (30.0, 200.0),
            (30.0, 104.0),
            (58.0, 56.0),
            (115.0, 24.0),
            (172.0, 56.0),
            (200.0, 104.0),
            (200.0, 200.0),
        ],
        g,
    );
    for k in 0..11 {
        let x = 38.0 + k as f32 * 15.4;
        s.line((x, 104.0), (x, 200.0), 1.2, Fill::a(c.dark(0.6), 0.5));
    }
    s.stroke("M20,112L54,54L115,18L176,54L210,112", 11.0, hex(0x6a5a5c));
    s.stroke("M20,108L54,50L115,14L176,50L210,108", 3.0, hex(0x9a8a8a));
    let cream = hex(0xfbf0dd);
    for (x, w) in [(74.0, 82.0)] {
        s.rect(x, 124.0, w, 76.0, 0.0, cream);
        for k in 0..2 {
            let q = x + 5.0 + k as f32 * 38.5;
            s.rect(q, 129.0, 33.5, 71.0, 0.0, c.dark(0.82));
            s.line((q + 2.0, 131.0), (q + 31.5, 198.0), 4.0, cream);
            s.line((q + 31.5, 131.0), (q + 2.0, 198.0), 4.0, cream);
        }
    }
    s.rect(98.0, 60.0, 34.0, 36.0, 2.0, cream);
    s.rect(102.0, 64.0, 26.0, 28.0, 0.0, hex(0x4a2f2a));
    d.lit.rect(102.0, 64.0, 26.0, 28.0, 0.0, LAMP);
    d.lit.glow(115.0, 78.0, 46.0, LAMP, 0.4);
    d
}

fn tower(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(84.0);
    let c = pick(rng, &[0x6f8fb0, 0x7a88b8, 0x5f93a0]);
    let s = &mut d.paint;
    s.line((42.0, 22.0), (42.0, -8.0), 2.0, IRON);
    s.circle(42.0, -8.0, 2.0, hex(0xe0564f));
    for (x, y, w) in [(28.0, 20.0, 28.0), (20.0, 48.0, 44.0), (12.0, 92.0, 60.0)] {
        let g = s.across(c.pale(0.24), c.dark(0.7));
        s.rect(x, y, w, 200.0 - y, 1.0, g);
    }
    for r in 0..20 {
        let y = 26.0 + r as f32 * 8.6;
        let (x, w) = if y < 48.0 {
            (31.0, 22.0)
        } else if y < 92.0 {
            (23.0, 38.0)
        } else {
            (15.0, 54.0)
        };
        let n = (w / 7.6) as usize;
        for k in 0..n {
            let q = x + k as f32 * w / n as f32;
            s.rect(q + 1.0, y, w / n as f32 - 2.0, 5.4, 0.5, Fill::a(hex(0xbfe3ee), 0.75));
            if rng.next_f32() < 0.55 {
                d.lit.rect(q + 1.0, y, w / n as f32 - 2.0, 5.4, 0.5, LAMP.pale(rng.next_f32() * 0.4));
            }
        }
    }
    d.lit.glow(42.0, -8.0, 14.0, hex(0xff5a4a), 0.9);
    d
}

fn pagoda(rng: &mut Seed, storeys: usize) -> Drawing {
    let mut d = Drawing::new(if storeys > 1 { 150.0 } else { 260.0 });
    let cx = d.width / 2.0;
    let red = pick(rng, &[0xb8433a, 0xa83f3f]);
    let roof = pick(rng, &[0x3f5f68, 0x4a5a55, 0x55506a]);
    let base = 14.0;
    let top = if storeys > 1 { 26.0 } else { 22.0 };
    let each = (200.0 - base - top) / storeys as f32;
    {
        let s = &mut d.paint;
        board(s, cx - d.width * 0.46, 200.0 - base, d.width * 0.92, base, STONE);
        board(s, cx - d.width * 0.4, 200.0 - base - 5.0, d.width * 0.8, 6.0, STONE.pale(0.2));
        for k in 0..4 {
            s.rect(cx - 18.0, 186.0 + 3.5 * k as f32, 36.0, 2.4, 0.0, STONE.dark(0.8));
        }
    }
    for i in 0..storeys {
        let t = i as f32 / storeys as f32;
        let half = d.width * 0.34 * (1.0 - 0.42 * t);
        let foot = 200.0 - base - each * i as f32;
        let eave = foot - each * 0.52;
        let ridge = foot - each;
        let s = &mut d.paint;
        let wall = hex(0xf6e3c4);
        let g = s.down(wall.dark(0.78), wall);
        s.rect(cx - half, eave - 4.0, half * 2.0, foot - eave + 4.0, 0.0, g);
        let n = if storeys > 1 { 4 } else { 6 };
        for k in 0..=n {
            let x = cx - half + half * 2.0 * k as f32 / n as f32;
            post(s, x - 3.0, eave - 4.0, 6.0, foot - eave + 4.0, red);
        }
        s.rect(cx - half, foot - each * 0.16, half * 2.0, 4.0, 0.0, red.dark(0.9));
        s.rect(cx - half, eave + 2.0, half * 2.0, 5.0, 0.0, red.dark(0.8));
        for k in 0..n {
            let x = cx - half + half * 2.0 * (k as f32 + 0.5) / n as f32;
            let w = half * 2.0 / n as f32 * 0.5;
            let (y, h) = (eave + 10.0, (foot - eave) * 0.5);
            s.rect(x - w / 2.0, y, w, h, 1.0, hex(0x8a5a44));
            d.lit.rect(x - w / 2.0, y, w, h, 1.0, LAMP);
            for j in 1..3 {
                s.line(
                    (x - w / 2.0 + w * j as f32 / 3.0, y),
                    (x - w / 2.0 + w * j as f32 / 3.0, y + h),
                    0.9,
                    hex(0xf6e3c4),
                );
            }
        }
        // Roof with upturned corners.
        let (out, up) = (half * 1.46, half * if i + 1 == storeys { 0.34 } else { 0.62 });
        let g = s.down(roof.pale(0.16), roof.dark(0.72));
        s.path(
            &format!(
                "M{:.1},{:.1}Q{:.1},{:.1} {:.1},{ridge:.1}L{:.1},{ridge:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{eave:.1}L{:.1},{eave:.1}Q{:.1},{:.1} {:.1},{:.1}Z",
                cx - out, eave - 9.0,
                cx - half * 0.9, eave - 5.0, cx - up,
                cx + up,
                cx + half * 0.9, eave - 5.0, cx + out, eave - 9.0,
                cx + half * 1.1, eave + 3.0, cx + half,
                cx - half,
                cx - half * 1.1, eave + 3.0, cx - out, eave - 9.0
            ),
            g,
        );
        for k in -4..=4 {
            let k = k as f32 / 4.0;
            s.line(
                (cx + up * k, ridge + 1.0),
                (cx + half * 1.05 * k, eave - 1.0),
                1.0,
                Fill::a(roof.dark(0.5), 0.5),
            );
        }
        s.line((cx - up - 2.0, ridge), (cx + up + 2.0, ridge), 4.0, roof.dark(0.7));
        for side in [-1.0, 1.0] {
            let x = cx + side * (out - 8.0);
            s.line((x, eave - 6.0), (x, eave + 3.0), 0.8, IRON);
            s.oval(x, eave + 8.0, 4.0, 5.4, hex(0xe0493f));
            d.lit.oval(x, eave + 8.0, 4.0, 5.4, hex(0xff8a5a));
            d.lit.glow(x, eave + 8.0, 20.0, hex(0xff9a5a), 0.6);
        }
    }
    let s = &mut d.paint;
    s.line((cx, top), (cx, top - 26.0), 3.0, hex(0xe0b24c));
    s.circle(cx, top - 8.0, 4.6, hex(0xe0b24c));
    s.circle(cx, top - 26.0, 3.2, hex(0xf0cf6a));
    d
}

fn dome() -> Drawing {
    let mut d = Drawing::new(340.0);
    let s = &mut d.paint;
    let g = s.gradient((1.0, 0.4), &[(0.0, hex(0xe6f6ff), 0.85), (1.0, hex(0x86aed0), 0.85)]);
    s.path("M20,180A150,165 0 0,1 320,180Z", g);
    for k in 1..6 {
        let x = 20.0 + 50.0 * k as f32;
        s.stroke(&format!("M{x:.1},180Q{:.1},{:.1} 170,15", x + (170.0 - x) * 0.1, 70.0), 2.4, hex(0xf4fbff));
    }
    for (y, h) in [(60.0, 100.0), (112.0, 134.0)] {
        s.stroke(
            &format!("M{:.1},{y:.1}Q170,{:.1} {:.1},{y:.1}", 170.0 - h, y + 16.0, 170.0 + h),
            2.4,
            hex(0xf4fbff),
        );
    }
    // A garden inside.
    let mut r = Seed(11);
    for x in [70.0, 110.0, 160.0, 215.0, 265.0] {
        super::super::trees::bush(s, &mut r, x, 180.0, 70.0, hex(0x5aa868));
    }
    board(s, 6.0, 176.0, 328.0, 24.0, STEEL);
    s.path("M146,200v-40a24,24 0 0,1 48,0v40Z", STEEL.dark(0.72));
    s.rect(154.0, 156.0, 32.0, 44.0, 12.0, hex(0x4f6f8a));
    d.lit.path("M24,178A146,161 0 0,1 316,178Z", Fill::a(hex(0xfff0b8), 0.3));
    d.lit.glow(170.0, 120.0, 210.0, hex(0xfff0b8), 0.35);
    d
}

fn wind_turbine() -> Drawing {
    let mut d = Drawing::new(120.0);
    let s = &mut d.paint;
    let c = hex(0xf4f7f8);
    let g = s.across(c, c.dark(0.78));
    s.poly(&[(57.0, 62.0), (63.0, 62.0), (66.0, 200.0), (54.0, 200.0)], g);
    for k in 0..3 {
        s.group(60.0, 60.0, 1.0, 1.0, 14.0 + 120.0 * k as f32, 1.0);
        s.path("M-2,0C-7,-20 -4,-50 0,-62C3,-50 5,-20 2,0Z", c.dark(0.96));
        s.path("M0,-62C3,-50 5,-20 2,0L0,0Z", c.dark(0.82));
        s.end();
    }
    s.circle(60.0, 60.0, 5.5, c.dark(0.8));
    s.circle(60.0, 60.0, 3.0, c);
    d
}

fn pier() -> Drawing {
    let mut d = Drawing::new(620.0);
    let s: &mut Sketch = &mut d.paint;
    for k in 0..6 {
        let x = 30.0 + k as f32 * 106.0;
        post(s, x, 60.0, 20.0, 140.0, DARK_WOOD);
        s.rect(x - 2.0, 176.0, 24.0, 24.0, 2.0, Fill::a(hex(0x3f5a48), 0.6));
        if k < 5 {
            s.line((x + 16.0, 120.0), (x + 110.0, 170.0), 7.0, DARK_WOOD.dark(0.8));
        }
    }
    board(s, 0.0, 78.0, 620.0, 26.0, WOOD);
    for k in 0..31 {
        s.line((k as f32 * 20.0 + 6.0, 79.0), (k as f32 * 20.0 + 4.0, 103.0), 2.0, Fill::a(DARK_WOOD, 0.7));
    }
    for k in 0..6 {
        let x = 30.0 + k as f32 * 106.0;
        post(s, x + 2.0, 14.0, 15.0, 66.0, WOOD);
        s.oval(x + 9.5, 14.0, 9.0, 4.0, WOOD.pale(0.3));
        if k < 5 {
            s.stroke(
                &format!("M{:.1},30Q{:.1},62 {:.1},30", x + 10.0, x + 63.0, x + 116.0),
                4.5,
                hex(0xe6d3a8),
            );
        }
    }
    d
}
