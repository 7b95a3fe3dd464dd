//! Built places: skyline, street, village.

use colophon_types::Seed;

use super::brush::{Fill, Rgb, Sketch, hex};
use super::land::{self, height_at, hills, mist};
use super::stage::{Plane, Stage};
use super::trees;
use crate::layers::Motion;

/// Colour of a lit window.
const LAMP: Rgb = hex(0xffd27a);

/// A row of tower blocks; lit windows go to `lit` as light.
#[allow(clippy::too_many_arguments)]
fn towers(
    st: &Stage<'_>,
    s: &mut Sketch,
    lit: &mut Sketch,
    rng: &mut Seed,
    y: f32,
    height: (f32, f32),
    tones: &[u32],
    far: f32,
) {
    let (p, f) = (&st.palette, st.frame);
    let mut x = rng.range(-60.0, -20.0);
    while x < f.full + 20.0 {
        let w = rng.range(54.0, 132.0) * f.k;
        let h = rng.range(height.0, height.1) * f.k.max(0.7);
        let base = hex(tones[(rng.next_f32() * tones.len() as f32) as usize % tones.len()]);
        let c = p.at(base, far).vary(rng, 0.05);
        let top = y - h;
        let g = s.down(c, c.mix(p.haze, 0.22 + 0.3 * far));
        s.rect(x, top, w, h + 400.0, 0.0, g);
        // A side in shade gives the block a body.
        let sw = w * 0.24;
        let sx = if p.side() > 0.0 { x } else { x + w - sw };
        s.rect(sx, top, sw, h + 400.0, 0.0, Fill::a(p.shade, 0.16));
        match (rng.next_f32() * 6.0) as usize {
            0 => {
                s.rect(x + w * 0.2, top - h * 0.05, w * 0.6, h * 0.06, 0.0, c.dark(0.95));
                s.line((x + w * 0.5, top - h * 0.2), (x + w * 0.5, top), 2.5, c.dark(0.8));
            }
            1 => s.poly(&[(x, top + 1.0), (x + w * 0.5, top - w * 0.5), (x + w, top + 1.0)], c.dark(0.92)),
            2 => {
                let d = format!("M{x:.1},{:.1}A{:.1},{:.1} 0 0,1 {:.1},{:.1}Z", top + 1.0, w / 2.0, w * 0.4, x + w, top + 1.0);
                s.path(&d, c.dark(0.96));
            }
            3 => {
                s.rect(x + w * 0.58, top - 22.0, w * 0.26, 23.0, 3.0, c.dark(0.8));
                s.poly(&[(x + w * 0.55, top - 21.0), (x + w * 0.71, top - 34.0), (x + w * 0.87, top - 21.0)], c.dark(0.7));
            }
            4 => s.poly(&[(x, top + 1.0), (x + w, top - w * 0.4), (x + w, top + 1.0)], c),
            _ => {}
        }
        let cols = ((w / 19.0) as usize).max(2);
        let rows = ((h / 26.0) as usize).clamp(2, 22);
        let (gx, gy) = (w / cols as f32, 26.0);
        let style = rng.next_f32();
        let glass = c.mix(p.sky[1], 0.5).dark(0.9);
        for r in 0..rows {
            for q in 0..cols {
                let wx = x + gx * (q as f32 + 0.24);
                let wy = top + 14.0 + gy * r as f32;
                let (ww, wh) = if style < 0.35 { (gx * 0.52, 8.0) } else { (gx * 0.48, 14.0) };
                let on = rng.next_f32();
                if p.night > 0.2 && on < 0.5 * p.night {
                    let tone = LAMP.mix(hex(0xfff0c8), on).mix(c, 0.12 + far * 0.35);
                    s.rect(wx, wy, ww, wh, 1.0, tone);
                    if on < 0.1 {
                        lit.rect(wx - 1.0, wy - 1.0, ww + 2.0, wh + 2.0, 1.0, Fill::a(LAMP, 0.7));
                    }
                } else {
                    s.rect(wx, wy, ww, wh, 1.0, Fill::a(glass, 0.62));
                }
            }
        }
        x += w + if rng.next_f32() < 0.3 { rng.range(2.0, 40.0) } else { -2.0 };
    }
}

/// A city in three rows behind a park and a road.
pub(crate) fn city(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = Vec::new();
    let mut lit = Sketch::new();
    let mut rng = st.rng("skyline");
    let mut s = Sketch::new();
    towers(st, &mut s, &mut lit, &mut rng, st.horizon, (240.0, 520.0), &[0x8fa6c4, 0x9fb2cc, 0x86a0b8], 1.25);
    mist(st, &mut s, st.horizon - 40.0, 300.0, 0.5);
    out.push(Plane::new("far towers", s, 0.16, 10.0, st.horizon - 640.0));
    let mut s = Sketch::new();
    let tones = [0x7c93ad, 0xb08f8a, 0x8aa5a0, 0xa39bb5];
    towers(st, &mut s, &mut lit, &mut rng, st.horizon + 6.0, (150.0, 380.0), &tones, 0.72);
    mist(st, &mut s, st.horizon + 10.0, 200.0, 0.34);
    out.push(Plane::new("towers", s, 0.3, st.horizon - 6.0, st.horizon - 520.0));
    let mut s = Sketch::new();
    let tones = [0xc9745c, 0x5e8896, 0xd9a765, 0x71779e, 0x7a9a7a];
    towers(st, &mut s, &mut lit, &mut rng, st.horizon + 14.0, (70.0, 210.0), &tones, 0.3);
    let mut x = -10.0;
    while x < f.full + 40.0 {
        let c = p.at(hex(0x5c9a5e), 0.25).vary(&mut rng, 0.08);
        trees::round_tree(&mut s, &mut rng, x, st.horizon + 26.0, 92.0 * f.k, c);
        x += rng.range(46.0, 110.0) * f.k;
    }
    out.push(Plane::new("near towers", s, 0.42, st.horizon - 2.0, st.horizon - 330.0));
    if !lit.is_empty() {
        out.push(Plane::new("windows", lit, 0.36, st.horizon - 1.0, 0.0).light().moving(
            Motion::Twinkle { low: 0.25, period: 4.2, phase: 1.0 },
        ));
    }
    let mut s = Sketch::new();
    pavement(st, &mut s, st.horizon + 14.0, [hex(0x86b06c), hex(0xd9d2c4), hex(0x6f7688)]);
    out.push(Plane::new("pavement", s, 0.55, st.horizon + 8.0, st.horizon - 10.0));
    out
}

/// Verge, pavement with slabs, kerb, road with markings.
fn pavement(st: &Stage<'_>, s: &mut Sketch, from: f32, tones: [Rgb; 3]) {
    let (p, f) = (&st.palette, st.frame);
    let room = 1000.0 - from;
    let w = f.full + 8.0;
    let [verge, slab, road] = [p.at(tones[0], 0.3), p.at(tones[1], 0.12), p.at(tones[2], 0.08)];
    let g = s.down(verge, verge.dark(0.9));
    s.rect(-4.0, from, w, room * 0.2, 0.0, g);
    let y = from + room * 0.14;
    let h = room * 0.4;
    let g = s.down(slab.dark(0.94), slab);
    s.rect(-4.0, y, w, h, 0.0, g);
    s.rect(-4.0, y, w, 3.0, 0.0, slab.dark(0.75));
    let van = f.x(0.5);
    for i in -24..=24 {
        let (a, b) = (van + i as f32 * 74.0, van + i as f32 * 104.0);
        s.line((a, y), (b, y + h), 1.6, Fill::a(slab.dark(0.66), 0.5));
    }
    for k in [0.2, 0.46, 0.74] {
        s.rect(-4.0, y + h * k, w, 1.6, 0.0, Fill::a(slab.dark(0.66), 0.5));
    }
    let kerb = y + h;
    s.rect(-4.0, kerb, w, 13.0, 0.0, slab.pale(0.16));
    s.rect(-4.0, kerb + 12.0, w, 7.0, 0.0, slab.dark(0.58));
    let g = s.down(road, road.dark(0.72));
    s.rect(-4.0, kerb + 18.0, w, 1010.0 - kerb, 0.0, g);
    let my = kerb + 18.0 + (1000.0 - kerb - 18.0) * 0.46;
    let mut x = 10.0;
    while x < f.full {
        s.poly(&[(x, my), (x + 96.0, my), (x + 90.0, my + 11.0), (x - 10.0, my + 11.0)], Fill::a(p.at(hex(0xf4ead0), 0.0), 0.85));
        x += 190.0;
    }
    if p.night > 0.5 || matches!(st.scene.weather, crate::graph::Weather::Rain | crate::graph::Weather::Storm) {
        // Wet or lit ground: long soft reflections.
        let mut rng = st.rng("puddles");
        for _ in 0..14 {
            let x = rng.range(0.0, f.full);
            let y = rng.range(y + 8.0, 980.0);
            let c = if p.night > 0.5 { LAMP } else { p.sky[2] };
            s.oval(x, y, rng.range(50.0, 150.0), rng.range(3.0, 8.0), Fill::a(c, 0.13));
        }
    }
}

/// A row of shops with awnings, seen from across the road.
pub(crate) fn street(st: &Stage<'_>) -> Vec<Plane> {
    let f = st.frame;
    let mut out = Vec::new();
    let mut lit = Sketch::new();
    let mut rng = st.rng("street skyline");
    let mut s = Sketch::new();
    towers(st, &mut s, &mut lit, &mut rng, st.horizon - 60.0, (330.0, 560.0), &[0x93a8c0, 0xa5a0bc], 1.1);
    mist(st, &mut s, st.horizon - 260.0, 420.0, 0.4);
    out.push(Plane::new("far towers", s, 0.18, 10.0, 0.0));
    // Their lights are painted; only those of the shops flicker.
    let mut lit = Sketch::new();

    let mut s = Sketch::new();
    let mut rng = st.rng("shops");
    let walls = [0xe3a587, 0xf0cf9a, 0x9fbfb4, 0xc98f86, 0xa9b6d3, 0xe6dcc3].map(hex);
    let cloth = [0xd9544f, 0x2f8f83, 0xe0a02f, 0x4d6fb3, 0x9a5aa6].map(hex);
    let ground = st.horizon + 20.0;
    let mut x = rng.range(-140.0, -20.0);
    let mut last = 99;
    while x < f.full + 10.0 {
        let w = rng.range(240.0, 350.0) * f.k.max(0.7);
        let h = rng.range(380.0, 520.0) * f.k.max(0.75);
        let mut pick = (rng.next_f32() * 6.0) as usize % 6;
        if pick == last {
            pick = (pick + 1) % 6;
        }
        last = pick;
        let awning = cloth[(rng.next_f32() * 5.0) as usize % 5];
        facade(st, &mut s, &mut lit, &mut rng, x, ground, w, h, walls[pick], awning);
        x += w;
    }
    out.push(Plane::new("shops", s, 0.4, st.horizon - 2.0, 0.0));
    if !lit.is_empty() {
        out.push(Plane::new("windows", lit, 0.4, st.horizon - 1.0, 0.0).light().moving(
            Motion::Twinkle { low: 0.45, period: 3.6, phase: 0.4 },
        ));
    }
    let mut s = Sketch::new();
    pavement(st, &mut s, ground - 4.0, [hex(0xbfb6a8), hex(0xd8cdb9), hex(0x6b7082)]);
    out.push(Plane::new("pavement", s, 0.55, st.horizon + 8.0, st.horizon - 20.0));
    out
}

/// One house front: roof line, upper windows with shutters, shop window, door, awning.
#[allow(clippy::too_many_arguments)]
fn facade(
    st: &Stage<'_>,
    s: &mut Sketch,
    lit: &mut Sketch,
    rng: &mut Seed,
    x: f32,
    y: f32,
    w: f32,
    h: f32,
    wall: Rgb,
    awning: Rgb,
) {
    let p = &st.palette;
    let c = p.at(wall, 0.12).vary(rng, 0.03);
    let top = y - h;
    let g = s.down(c.pale(0.05), c.dark(0.86));
    s.rect(x, top, w + 1.0, h, 0.0, g);
    s.rect(x - 6.0, top - 16.0, w + 12.0, 20.0, 3.0, c.dark(0.78));
    s.rect(x - 2.0, top + 4.0, w + 4.0, 7.0, 0.0, Fill::a(p.shade, 0.18));
    if rng.next_f32() < 0.5 {
        let tile = p.at(hex(0x9a5445), 0.15);
        let pts = [(x - 10.0, top - 12.0), (x + 26.0, top - 74.0), (x + w - 26.0, top - 74.0), (x + w + 10.0, top - 12.0)];
        let g = s.down(tile.pale(0.1), tile.dark(0.82));
        s.poly(&pts, g);
        for k in 1..5 {
            let ky = top - 74.0 + 12.4 * k as f32;
            s.line((x + 26.0 - 7.0 * k as f32, ky), (x + w - 26.0 + 7.0 * k as f32, ky), 2.0, Fill::a(tile.dark(0.66), 0.5));
        }
        s.rect(x + w * 0.7, top - 112.0, 26.0, 60.0, 0.0, c.dark(0.72));
        s.rect(x + w * 0.7 - 4.0, top - 116.0, 34.0, 10.0, 0.0, c.dark(0.6));
    }
    let floors = if h > 430.0 { 2 } else { 1 };
    let shop = 178.0f32.min(h * 0.46);
    let cols = if w > 300.0 { 3 } else { 2 };
    let band = (h - shop - 20.0) / floors as f32;
    for r in 0..floors {
        for q in 0..cols {
            let ww = 50.0;
            let wh = (band * 0.6).min(98.0);
            let wx = x + w * (q as f32 + 0.5) / cols as f32 - ww / 2.0;
            let wy = top + 22.0 + band * r as f32 + (band - wh) * 0.3;
            let on = p.night > 0.25 && rng.next_f32() < 0.65;
            window(st, s, lit, wx, wy, ww, wh, c, on);
            if rng.next_f32() < 0.6 {
                let sh = p.at(awning, 0.15).dark(0.9);
                for sx in [wx - 21.0, wx + ww + 3.0] {
                    s.rect(sx, wy, 18.0, wh, 2.0, sh);
                    for k in 1..6 {
                        let ly = wy + wh * k as f32 / 6.0;
                        s.line((sx + 3.0, ly), (sx + 15.0, ly), 1.6, Fill::a(sh.dark(0.6), 0.6));
                    }
                }
            }
            if rng.next_f32() < 0.5 {
                s.rect(wx - 6.0, wy + wh + 2.0, ww + 12.0, 12.0, 2.0, p.at(hex(0x8a5a44), 0.1));
                for k in 0..5 {
                    let fx = wx + 2.0 + k as f32 * ww / 4.4;
                    trees::tuft(s, rng, fx, wy + wh + 4.0, 16.0, p.at(hex(0x5a9a54), 0.1));
                    let petal = [hex(0xf4728f), hex(0xffd65a), hex(0xffffff)][k % 3];
                    s.circle(fx, wy + wh - 6.0, 4.4, p.at(petal, 0.1));
                }
            }
        }
    }
    // Shop front.
    let sy = y - shop;
    let frame = p.at(awning.dark(0.7), 0.08);
    s.rect(x + 8.0, sy, w - 16.0, shop, 0.0, frame);
    let door = w * 0.26;
    let left = rng.next_f32() < 0.5;
    let (gx, dx) = if left { (x + door + 26.0, x + 16.0) } else { (x + 16.0, x + w - door - 16.0) };
    let gw = w - door - 42.0;
    let on = p.night > 0.25;
    let pane = if on { LAMP.mix(hex(0xffe9b8), 0.4) } else { p.at(hex(0xbfe0e4), 0.0).mix(p.sky[1], 0.35) };
    let g = s.down(pane.pale(0.16), pane.dark(0.86));
    s.rect(gx, sy + 46.0, gw, shop - 72.0, 2.0, g);
    if on {
        lit.glow(gx + gw / 2.0, y - shop * 0.4, gw * 0.75, LAMP, 0.34);
    }
    // Goods on two shelves.
    for k in 0..9 {
        let bx = gx + 8.0 + (gw - 24.0) * k as f32 / 8.0;
        let bh = rng.range(14.0, 34.0);
        let tone = p.at(hex([0xe0664f, 0xf2b84b, 0x4f9a8c, 0x6a79b8, 0xf5e6cf][(rng.next_f32() * 5.0) as usize % 5]), 0.0);
        s.rect(bx, y - 27.0 - bh, 13.0, bh, 4.0, Fill::a(if on { tone } else { tone.mix(pane, 0.3) }, 0.9));
    }
    s.poly(&[(gx, sy + 46.0), (gx + gw * 0.3, sy + 46.0), (gx + gw * 0.08, y - 26.0), (gx, y - 26.0)], Fill::a(hex(0xffffff), 0.16));
    s.rect(dx, sy + 46.0, door, shop - 46.0, 2.0, frame.dark(0.72));
    s.rect(dx + 10.0, sy + 56.0, door - 20.0, shop * 0.42, 2.0, pane);
    s.circle(dx + door - 12.0, y - 46.0, 4.0, p.at(hex(0xf0c860), 0.0));
    s.rect(dx - 6.0, y - 7.0, door + 12.0, 9.0, 0.0, c.dark(0.66));
    // Striped awning with a scalloped hem.
    let n = 9;
    let aw = (w - 4.0) / n as f32;
    for k in 0..n {
        let tone = p.at(if k % 2 == 0 { awning } else { hex(0xfff4e2) }, 0.08);
        let (t0, t1) = (x + 10.0 + (w - 20.0) * k as f32 / n as f32, x + 10.0 + (w - 20.0) * (k + 1) as f32 / n as f32);
        let (b0, b1) = (x + 2.0 + aw * k as f32, x + 2.0 + aw * (k + 1) as f32);
        let g = s.down(tone.pale(0.08), tone.dark(0.84));
        s.path(
            &format!(
                "M{t0:.1},{:.1}L{t1:.1},{:.1}L{b1:.1},{:.1}A{:.1},{:.1} 0 0,1 {b0:.1},{:.1}Z",
                sy - 14.0,
                sy - 14.0,
                sy + 34.0,
                aw / 2.0,
                aw / 2.2,
                sy + 34.0
            ),
            g,
        );
    }
    s.rect(x + 8.0, sy + 52.0, w - 16.0, 12.0, 0.0, Fill::a(p.shade, 0.2));
}

/// A window of four panes.
#[allow(clippy::too_many_arguments)]
pub(crate) fn window(
    st: &Stage<'_>,
    s: &mut Sketch,
    lit: &mut Sketch,
    x: f32,
    y: f32,
    w: f32,
    h: f32,
    wall: Rgb,
    on: bool,
) {
    let p = &st.palette;
    let frame = p.at(hex(0xfbf3e4), 0.1);
    s.rect(x - 4.0, y - 4.0, w + 8.0, h + 8.0, 2.0, wall.dark(0.7));
    s.rect(x - 2.0, y - 2.0, w + 4.0, h + 4.0, 2.0, frame);
    let glass = if on { LAMP } else { p.at(hex(0x8fb9cc), 0.0).mix(p.sky[1], 0.4).dark(0.9) };
    let g = s.down(glass.pale(0.14), glass.dark(0.84));
    s.rect(x + 2.0, y + 2.0, w - 4.0, h - 4.0, 1.0, g);
    s.rect(x + w / 2.0 - 1.5, y, 3.0, h, 0.0, frame);
    s.rect(x, y + h * 0.42, w, 3.0, 0.0, frame);
    if on {
        lit.glow(x + w / 2.0, y + h / 2.0, w * 1.3, LAMP, 0.34);
    }
}

/// A village on rolling hills, smoke over the roofs.
pub(crate) fn village(st: &Stage<'_>) -> Vec<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut out = vec![land::far_ridges(st, hex(0x86a7b4), 170.0, 0.42)];
    let mut lit = Sketch::new();
    let mut s = Sketch::new();
    let mut rng = st.rng("village");
    for row in 0..3 {
        let r = row as f32;
        let y = st.horizon + 4.0 + r * 34.0;
        let line = hills(&mut rng, f.full, y, 26.0, 1.2);
        let far = 0.75 - 0.24 * r;
        let c = p.at([hex(0xa3c583), hex(0x90bd70), hex(0x7fb060)][row], far);
        let mut x = rng.range(0.0, 80.0);
        while x < f.full {
            let size = (0.62 + 0.26 * r) * f.k;
            let foot = height_at(&line, x) + 10.0;
            if rng.next_f32() < 0.52 {
                cottage(st, &mut s, &mut lit, &mut rng, x, foot, 104.0 * size, far);
                x += rng.range(90.0, 150.0) * size;
            } else {
                let c = p.at([hex(0x5b9458), hex(0x7fae58)][(x as usize) % 2], far).vary(&mut rng, 0.07);
                trees::round_tree(&mut s, &mut rng, x, foot, 130.0 * size, c);
                x += rng.range(40.0, 90.0) * size;
            }
        }
        let g = s.down(c.pale(0.06), c.dark(0.86));
        land::under(&mut s, &line, true, g);
    }
    out.push(Plane::new("village", s, 0.34, st.horizon - 2.0, st.horizon - 260.0));
    if !lit.is_empty() {
        out.push(Plane::new("windows", lit, 0.34, st.horizon - 1.0, 0.0).light().moving(
            Motion::Twinkle { low: 0.5, period: 3.9, phase: 0.9 },
        ));
    }
    let mut s = Sketch::new();
    let tones = [hex(0x93c06a), hex(0x69a350)];
    let lines = land::ground(st, &mut s, "green", tones, st.horizon + 96.0, 3, 18.0);
    land::path(st, &mut s, st.horizon + 100.0, p.at(hex(0xe2cda0), 0.1));
    // A fence along the second fold of the land.
    let wood = p.at(hex(0xa9805a), 0.2);
    if let Some(line) = lines.get(1) {
        let mut x = 0.0;
        while x < f.full {
            let gap = ((x - f.x(0.52)) / (0.16 * f.width)).abs() < 1.0;
            let y = height_at(line, x) + 6.0;
            if !gap {
                s.rect(x, y - 42.0, 9.0, 46.0, 3.0, wood);
                let y2 = height_at(line, x + 56.0) + 6.0;
                s.line((x, y - 30.0), (x + 60.0, y2 - 30.0), 6.0, wood.dark(0.9));
                s.line((x, y - 14.0), (x + 60.0, y2 - 14.0), 6.0, wood.dark(0.82));
            }
            x += 56.0;
        }
    }
    land::meadow_details(st, &mut s, st.horizon + 130.0, 60);
    out.push(Plane::new("green", s, 0.55, st.horizon + 40.0, st.horizon + 10.0));
    out
}

/// A small gabled house with chimney and smoke.
#[allow(clippy::too_many_arguments)]
fn cottage(
    st: &Stage<'_>,
    s: &mut Sketch,
    lit: &mut Sketch,
    rng: &mut Seed,
    x: f32,
    y: f32,
    w: f32,
    far: f32,
) {
    let p = &st.palette;
    let wall = p.at(hex([0xfff1dc, 0xf3d9b8, 0xf7e6d4, 0xe9c9ae][(rng.next_f32() * 4.0) as usize % 4]), far);
    let roof = p.at(hex([0xc8604a, 0xb4533f, 0x8d5a63, 0x5f7690, 0xd98652][(rng.next_f32() * 5.0) as usize % 5]), far);
    let h = w * rng.range(0.5, 0.66);
    if rng.next_f32() < 0.6 {
        let (cx, cy) = (x + w * 0.68, y - h - w * 0.34);
        s.rect(cx, cy - w * 0.1, w * 0.12, w * 0.34, 0.0, roof.dark(0.72));
        let smoke = p.cloud[0].mix(p.haze, 0.3);
        for k in 0..5 {
            let k = k as f32;
            s.circle(cx + w * 0.06 + (k * 1.3).sin() * w * 0.05 + k * w * 0.04, cy - w * (0.18 + 0.15 * k), w * (0.05 + 0.022 * k), Fill::a(smoke, 0.6 - 0.1 * k));
        }
    }
    let g = s.across(wall, wall.dark(0.84));
    s.rect(x, y - h, w, h + 24.0, 0.0, g);
    let side = s.across(roof.pale(0.08), roof.dark(0.82));
    s.poly(&[(x - w * 0.09, y - h + w * 0.03), (x + w * 0.16, y - h - w * 0.42), (x + w * 0.84, y - h - w * 0.42), (x + w * 1.09, y - h + w * 0.03)], side);
    s.rect(x, y - h + w * 0.03, w, w * 0.06, 0.0, Fill::a(p.shade, 0.2));
    s.rect(x + w * 0.42, y - h * 0.62, w * 0.18, h * 0.62 + 4.0, w * 0.05, p.at(hex(0x7a5138), far));
    let on = p.night > 0.25;
    for k in [0.1, 0.7] {
        window(st, s, lit, x + w * k, y - h * 0.74, w * 0.2, h * 0.36, wall, on);
    }
}
