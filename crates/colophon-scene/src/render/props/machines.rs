//! Machines and tools: what people make that is neither a vessel nor furniture.

use super::super::brush::{Fill, hex};
use super::drawing::{Drawing, IRON, LAMP, STEEL, WOOD, board, post};

pub(super) fn draw(name: &str) -> Option<Drawing> {
    Some(match name {
        "drone" => drone(),
        "server_rack" => server_rack(),
        "vending_machine" => vending_machine(),
        "gavel" => gavel(),
        "fishing_rod" => fishing_rod(),
        _ => return None,
    })
}

/// Four rotors, and a camera under the body.
fn drone() -> Drawing {
    let mut d = Drawing::new(300.0);
    let body = hex(0xf4f5f6);
    let blur = hex(0x5b6675);
    let s = &mut d.paint;
    for x in [62.0, 238.0] {
        s.line((150.0, 100.0), (x, 74.0), 9.0, IRON);
        post(s, x - 7.0, 62.0, 14.0, 22.0, IRON.pale(0.1));
        s.oval(x, 62.0, 52.0, 6.0, Fill::a(blur, 0.38));
        s.line((x - 46.0, 64.0), (x + 46.0, 60.0), 3.0, Fill::a(IRON, 0.55));
    }
    s.stroke("M122,118L96,176M178,118L204,176", 6.0, IRON);
    s.stroke("M74,178H118M182,178H226", 6.0, IRON);
    for (x, light) in [(36.0, hex(0xe0564f)), (264.0, hex(0x4fcf7a))] {
        s.line((150.0, 112.0), (x, 102.0), 12.0, body.dark(0.72));
        post(s, x - 9.0, 88.0, 18.0, 28.0, IRON);
        s.circle(x, 118.0, 4.5, light);
        s.oval(x, 86.0, 36.0, 7.0, Fill::a(blur, 0.42));
        s.line((x - 33.0, 88.0), (x + 33.0, 84.0), 3.5, Fill::a(IRON, 0.7));
        s.circle(x, 86.0, 4.0, IRON);
        d.lit.glow(x, 118.0, 26.0, light, 0.9);
    }
    let g = s.down(body, body.dark(0.68));
    s.path("M92,108Q98,78 150,78Q202,78 208,108Q204,136 150,138Q96,136 92,108Z", g);
    s.path("M112,90Q150,80 188,90Q184,100 150,101Q116,100 112,90Z", hex(0x3f8fc0));
    s.rect(134.0, 132.0, 32.0, 12.0, 4.0, IRON);
    let g = s.down(hex(0x4a5668), hex(0x232b38));
    s.rect(128.0, 142.0, 44.0, 32.0, 9.0, g);
    s.circle(150.0, 158.0, 12.0, hex(0x10151d));
    s.circle(150.0, 158.0, 8.0, hex(0x2f5f9a));
    s.circle(146.0, 154.0, 3.0, Fill::a(hex(0xffffff), 0.8));
    d
}

/// A cabinet of computers with their lights.
fn server_rack() -> Drawing {
    let mut d = Drawing::new(140.0);
    let c = hex(0x2a3342);
    let dark = Fill::a(hex(0x0d1118), 0.8);
    let s = &mut d.paint;
    let g = s.across(c.pale(0.2), c.dark(0.8));
    s.rect(6.0, 4.0, 128.0, 192.0, 5.0, g);
    s.rect(14.0, 12.0, 112.0, 176.0, 3.0, c.dark(0.62));
    for unit in 0..9u32 {
        let y = 17.0 + 19.0 * unit as f32;
        let g = s.down(c.pale(0.26), c.pale(0.06));
        s.rect(18.0, y, 104.0, 16.0, 2.0, g);
        if matches!(unit, 2 | 6) {
            for k in 0..5 {
                let x = 23.0 + 15.0 * k as f32;
                s.rect(x, y + 3.0, 12.0, 10.0, 1.0, c.dark(0.7));
                s.line((x + 2.0, y + 8.0), (x + 10.0, y + 8.0), 1.6, Fill::a(STEEL, 0.6));
            }
        } else {
            for k in 0..9 {
                let x = 24.0 + 5.0 * k as f32;
                s.line((x, y + 4.0), (x, y + 12.0), 1.8, dark.clone());
            }
            s.rect(72.0, y + 6.0, 20.0, 4.0, 2.0, dark.clone());
        }
        let busy = if unit.is_multiple_of(3) { 0xf2c65a } else { 0x5fe08a };
        for (k, tone) in [0x5fe08a, busy, 0x6fb8ff].into_iter().enumerate() {
            let x = 102.0 + 7.0 * k as f32;
            s.circle(x, y + 8.0, 2.3, hex(tone));
            d.lit.glow(x, y + 8.0, 9.0, hex(tone), 0.8);
        }
    }
    s.rect(12.0, 196.0, 14.0, 4.0, 1.0, IRON);
    s.rect(114.0, 196.0, 14.0, 4.0, 1.0, IRON);
    d
}

/// Drinks behind glass, a keypad and a drawer.
fn vending_machine() -> Drawing {
    let mut d = Drawing::new(136.0);
    let c = hex(0xd0483f);
    let s = &mut d.paint;
    let g = s.across(c.pale(0.12), c.dark(0.72));
    s.rect(8.0, 2.0, 120.0, 192.0, 7.0, g);
    s.rect(14.0, 8.0, 108.0, 20.0, 4.0, hex(0xfbf3e2));
    s.stroke("M30,18q8,-8 16,0t16,0t16,0t16,0", 4.0, c);
    s.rect(16.0, 34.0, 76.0, 118.0, 3.0, hex(0x24303f));
    let g = s.down(hex(0xdff2f8), hex(0xa9cfdd));
    s.rect(18.0, 36.0, 72.0, 114.0, 2.0, g);
    let tones = [0xe0564f, 0xf2c65a, 0x4fa36a, 0x4a78c0, 0xe08a3f, 0x8a5fb0].map(hex);
    for row in 0..4usize {
        let y = 42.0 + 27.0 * row as f32;
        for k in 0..5usize {
            let x = 22.0 + 13.6 * k as f32;
            let tone = tones[(row * 2 + k * (1 + row)) % tones.len()];
            let g = s.across(tone.pale(0.25), tone.dark(0.75));
            s.rect(x, y, 10.0, 19.0, 3.0, g);
            s.rect(x, y + 7.0, 10.0, 5.0, 0.0, Fill::a(hex(0xffffff), 0.75));
            s.rect(x + 1.5, y - 1.5, 7.0, 2.5, 1.0, STEEL);
        }
        board(s, 18.0, y + 19.0, 72.0, 4.0, STEEL.dark(0.85));
    }
    let shine = [(24.0, 150.0), (52.0, 36.0), (66.0, 36.0), (38.0, 150.0)];
    s.poly(&shine, Fill::a(hex(0xffffff), 0.22));
    s.rect(97.0, 40.0, 25.0, 34.0, 3.0, IRON);
    s.rect(100.0, 43.0, 19.0, 9.0, 1.0, hex(0x8fe0b0));
    for row in 0..3 {
        for k in 0..3 {
            s.rect(100.0 + 6.8 * k as f32, 55.0 + 6.0 * row as f32, 5.0, 4.0, 1.0, STEEL);
        }
    }
    s.rect(100.0, 82.0, 19.0, 4.0, 2.0, hex(0x14181f));
    s.rect(100.0, 96.0, 19.0, 26.0, 2.0, IRON.dark(0.8));
    s.rect(103.0, 99.0, 13.0, 20.0, 1.0, STEEL.dark(0.8));
    s.rect(20.0, 160.0, 70.0, 22.0, 4.0, hex(0x14181f));
    s.rect(22.0, 162.0, 66.0, 9.0, 2.0, Fill::a(STEEL, 0.35));
    s.rect(14.0, 194.0, 18.0, 6.0, 1.0, IRON);
    s.rect(104.0, 194.0, 18.0, 6.0, 1.0, IRON);
    d.lit.rect(18.0, 36.0, 72.0, 114.0, 2.0, Fill::a(hex(0xe8f7ff), 0.5));
    d.lit.glow(54.0, 92.0, 110.0, hex(0xd8f0ff), 0.5);
    d.lit.rect(100.0, 43.0, 19.0, 9.0, 1.0, hex(0x8fe0b0));
    d
}

/// A judge's hammer on its block.
fn gavel() -> Drawing {
    let mut d = Drawing::new(290.0);
    let c = WOOD.mix(hex(0x8a4a2c), 0.6);
    let brass = hex(0xd9b04a);
    let s = &mut d.paint;
    s.oval(84.0, 188.0, 80.0, 12.0, c.dark(0.45));
    let g = s.across(c.pale(0.1), c.dark(0.55));
    s.rect(4.0, 172.0, 160.0, 16.0, 0.0, g);
    let g = s.down(c.pale(0.25), c.dark(0.9));
    s.oval(84.0, 172.0, 80.0, 12.0, g);
    s.oval(84.0, 172.0, 62.0, 8.0, Fill::a(c.dark(0.6), 0.35));
    s.group(96.0, 104.0, 1.0, 1.0, -24.0, 1.0);
    for (x, y, w, h) in [(20.0, -9.0, 176.0, 18.0), (178.0, -12.0, 22.0, 24.0)] {
        let g = s.down(c.pale(0.22), c.dark(0.6));
        s.rect(x, y, w, h, h / 2.0, g);
    }
    s.rect(44.0, -10.0, 6.0, 20.0, 2.0, brass);
    // Turned wood is lightest a third of the way across.
    for (x, y, w, h, r) in
        [(-34.0, -68.0, 68.0, 136.0, 10.0), (-40.0, -70.0, 80.0, 20.0, 6.0), (-40.0, 50.0, 80.0, 20.0, 6.0)]
    {
        let stops = [(0.0, c.dark(0.7), 1.0), (0.35, c.pale(0.27), 1.0), (1.0, c.dark(0.53), 1.0)];
        let g = s.gradient((1.0, 0.0), &stops);
        s.rect(x, y, w, h, r, g);
    }
    for y in [-46.0, 40.0] {
        s.rect(-35.0, y, 70.0, 6.0, 1.0, brass);
    }
    s.end();
    d
}

/// Held at the cork, its line hanging from the tip.
fn fishing_rod() -> Drawing {
    let mut d = Drawing::new(260.0);
    let s = &mut d.paint;
    s.stroke("M246,26L248,180", 1.8, Fill::a(hex(0xf2f6f8), 0.95));
    s.stroke("M58,128Q150,44 246,26", 4.2, hex(0x3f5f4a));
    s.stroke("M58,128Q130,62 190,42", 6.0, hex(0x2f4a3a));
    for (x, y) in [(98.0, 92.0), (146.0, 60.0), (198.0, 38.0)] {
        s.circle(x, y + 4.0, 3.4, STEEL);
    }
    s.line((16.0, 168.0), (60.0, 126.0), 11.0, hex(0xc79a63));
    s.line((16.0, 168.0), (20.0, 164.0), 12.0, IRON);
    s.circle(58.0, 150.0, 13.0, IRON);
    s.circle(58.0, 150.0, 8.0, STEEL);
    s.line((58.0, 150.0), (74.0, 158.0), 3.4, IRON);
    s.circle(248.0, 186.0, 8.0, hex(0xfdfaf2));
    s.path("M240,186a8,8 0 0,1 16,0Z", hex(0xe0493f));
    s.line((248.0, 174.0), (248.0, 180.0), 2.4, hex(0xe0493f));
    d.lit.glow(248.0, 186.0, 10.0, LAMP, 0.2);
    d
}
