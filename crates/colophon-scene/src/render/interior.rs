//! Rooms: wall, window with the hour outside, floor, and the furniture that tells what kind of
//! room it is.

use colophon_types::Seed;

use super::brush::{Fill, Rgb, Sketch, hex};
use super::stage::{Plane, Stage};
use super::{land, trees};
use crate::graph::{Setting, Weather};
use crate::layers::Motion;

/// Colours of a room: wall, lower wall, floor, wood, accent.
struct Decor {
    wall: Rgb,
    panel: Rgb,
    floor: Rgb,
    wood: Rgb,
    accent: Rgb,
}

/// Any of the indoor settings.
pub(crate) fn planes(st: &Stage<'_>) -> Vec<Plane> {
    let p = &st.palette;
    let mut rng = st.rng("decor");
    let pick = |rng: &mut Seed, a: u32, b: u32, c: u32| hex([a, b, c][(rng.next_f32() * 3.0) as usize % 3]);
    let d = match st.scene.setting {
        Setting::Library => Decor {
            wall: pick(&mut rng, 0x6f7f74, 0x7a6a72, 0x5f7488),
            panel: hex(0x7a5138),
            floor: hex(0xa8744c),
            wood: hex(0x8a5836),
            accent: hex(0xb5483f),
        },
        Setting::Kitchen => Decor {
            wall: pick(&mut rng, 0xf6e3c0, 0xd7e8dc, 0xf3d9cf),
            panel: hex(0xf4f1e8),
            floor: hex(0xd9b48c),
            wood: pick(&mut rng, 0x6f9a94, 0xd98f5c, 0x7a8fb0),
            accent: hex(0xe0664f),
        },
        Setting::Office => Decor {
            wall: pick(&mut rng, 0xd5dfe8, 0xe6e0d4, 0xd3e3dc),
            panel: hex(0xbccad6),
            floor: hex(0x8e9bb0),
            wood: hex(0xc99b6b),
            accent: hex(0x3f7fae),
        },
        Setting::Hospital => Decor {
            wall: pick(&mut rng, 0xdff0ec, 0xe4eef5, 0xeaf3e6),
            panel: hex(0xa8d5cd),
            floor: hex(0xc9d9de),
            wood: hex(0xe9eef0),
            accent: hex(0x3fa7a0),
        },
        _ => Decor {
            wall: pick(&mut rng, 0xf0d2b0, 0xbfd4cc, 0xe8c4bb),
            panel: pick(&mut rng, 0xfbf1e0, 0xf4ead8, 0xf8efe6),
            floor: hex(0xc98f5f),
            wood: hex(0x9a6642),
            accent: hex(0x4f7f8f),
        },
    };
    let d = Decor {
        wall: p.at(d.wall, 0.0),
        panel: p.at(d.panel, 0.0),
        floor: p.at(d.floor, 0.0),
        wood: p.at(d.wood, 0.0),
        accent: p.at(d.accent, 0.0),
    };
    let mut out = Vec::new();
    // Where the window is: fractions of the frame and units.
    let left = rng.next_f32() < 0.5;
    let wide = matches!(st.scene.setting, Setting::Office | Setting::Hospital | Setting::Kitchen);
    let f = st.frame;
    let ww = (if wide { 520.0 } else { 350.0 } * f.k).min(f.width * 0.5);
    let cx = f.x(if left { 0.3 } else { 0.7 });
    let (wy, wh) = (110.0, (st.horizon - 110.0) * if wide { 0.62 } else { 0.7 });
    out.push(outside(st));
    out.push(wall(st, &d, (cx, wy, ww, wh), left));
    out.push(floor(st, &d, (cx, ww)));
    if p.night < 0.6 && p.shine > 0.1 {
        out.push(sunbeam(st, cx, wy, ww, wh, left));
    } else {
        out.push(lamplight(st, left));
    }
    out
}

/// What is seen through the window; the wall has a hole where the window is.
fn outside(st: &Stage<'_>) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let g = s.gradient(
        (0.0, 1.0),
        &[(0.0, p.sky[0], 1.0), (0.3, p.sky[1], 1.0), (0.62, p.sky[2], 1.0), (1.0, p.sky[2], 1.0)],
    );
    s.rect(-4.0, -4.0, f.full + 8.0, 1010.0, 0.0, g);
    if let Some((x, _)) = p.sun {
        let (x, y) = (f.x(x), 200.0);
        s.glow(x, y, 260.0, p.glow, 0.6);
        s.circle(x, y, 40.0 * f.k, p.glow.pale(0.3));
    }
    let mut rng = st.rng("outside");
    if p.night > 0.6 {
        for _ in 0..60 {
            let c = Fill::a(hex(0xfff4d8), rng.range(0.4, 0.9));
            s.circle(rng.range(0.0, f.full), rng.range(0.0, 430.0), rng.range(1.0, 2.6), c);
        }
    }
    let y = st.horizon * 0.62;
    let c = hex(0x7fae86).lit(p.light).mix(p.haze, 0.5);
    let line = land::hills(&mut rng, f.full, y, 30.0, 1.6);
    land::under(&mut s, &line, true, c);
    let mut x = 0.0;
    while x < f.full {
        let c = hex(0x4f8f62).lit(p.light).mix(p.haze, 0.28).vary(&mut rng, 0.08);
        let h = rng.range(90.0, 210.0) * f.k;
        trees::round_tree(&mut s, &mut rng, x, y + 60.0, h, c);
        x += rng.range(50.0, 130.0) * f.k;
    }
    if matches!(st.scene.weather, Weather::Rain | Weather::Storm) {
        for _ in 0..160 {
            let (x, y) = (rng.range(0.0, f.full), rng.range(0.0, 620.0));
            s.line((x, y), (x - 6.0, y + 26.0), 1.6, Fill::a(p.cloud[0], 0.5));
        }
    }
    let mut plane = Plane::new("outside", s, 0.03, 0.0, 0.0).airy();
    plane.rim = 0.0;
    plane
}

/// The back wall with its window, panelling, and what stands against it.
fn wall(st: &Stage<'_>, d: &Decor, win: (f32, f32, f32, f32), left: bool) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let (cx, wy, ww, wh) = win;
    let mut s = Sketch::new();
    let mut rng = st.rng("wall");
    let w = f.full;
    let foot = st.horizon + 8.0;
    let (x0, x1, y1) = (cx - ww / 2.0, cx + ww / 2.0, wy + wh);
    // The wall around the hole, lit from the window side.
    let g = s.gradient(
        (if left { 1.0 } else { -1.0 }, 0.35),
        &[(0.0, d.wall.pale(0.1), 1.0), (1.0, d.wall.dark(0.84), 1.0)],
    );
    let _ = g;
    let g = s.down(d.wall.dark(0.9), d.wall.pale(0.06));
    s.path(
        &format!(
            "M-4,-4H{:.1}V{foot:.1}H-4ZM{x0:.1},{wy:.1}V{y1:.1}H{x1:.1}V{wy:.1}Z",
            w + 4.0
        ),
        g,
    );
    pattern(st, &mut s, &mut rng, d, win, foot);
    // Lower panelling and skirting.
    let py = foot - (foot - y1) * 0.52;
    if !matches!(st.scene.setting, Setting::Library) {
        let g = s.down(d.panel, d.panel.dark(0.9));
        s.rect(-4.0, py, w + 8.0, foot - py, 0.0, g);
        s.rect(-4.0, py - 7.0, w + 8.0, 9.0, 0.0, d.panel.pale(0.3));
        s.rect(-4.0, py + 2.0, w + 8.0, 5.0, 0.0, Fill::a(p.shade, 0.16));
    }
    match st.scene.setting {
        Setting::Library => shelves(st, &mut s, &mut rng, d, win, foot),
        Setting::Kitchen => kitchen(st, &mut s, &mut rng, d, win, foot),
        Setting::Office => office(st, &mut s, &mut rng, d, win, foot),
        Setting::Hospital => hospital(st, &mut s, &mut rng, d, win, foot),
        _ => living_room(st, &mut s, &mut rng, d, win, foot, left),
    }
    s.rect(-4.0, foot - 20.0, w + 8.0, 22.0, 0.0, d.panel.pale(0.18).mix(d.wood, 0.25));
    s.rect(-4.0, foot - 22.0, w + 8.0, 3.0, 0.0, Fill::a(p.shade, 0.2));
    frame_window(st, &mut s, d, win);
    let mut plane = Plane::new("wall", s, 0.22, 10.0, 0.0);
    plane.rim = 0.0;
    plane.shadow = 0.9;
    plane
}

/// Wallpaper: stripes, dots, or tiles.
fn pattern(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, d: &Decor, win: (f32, f32, f32, f32), foot: f32) {
    let f = st.frame;
    let (cx, wy, ww, wh) = win;
    let clear = |x: f32, y: f32, m: f32| {
        (x - cx).abs() > ww / 2.0 + m || y < wy - m || y > wy + wh + m
    };
    let c = d.wall.pale(0.22);
    match st.scene.setting {
        Setting::Kitchen => {
            let (tx, ty) = (44.0, 34.0);
            let y0 = wy + wh * 0.35;
            for r in 0..((foot - y0) / ty) as usize {
                let off = if r % 2 == 0 { 0.0 } else { tx / 2.0 };
                for q in 0..(f.full / tx) as usize + 2 {
                    let (x, y) = (q as f32 * tx - off, y0 + r as f32 * ty);
                    if clear(x + tx / 2.0, y + ty / 2.0, 34.0) {
                        s.rect(x + 1.0, y + 1.0, tx - 2.5, ty - 2.5, 3.0, Fill::a(c.vary(rng, 0.03), 0.5));
                    }
                }
            }
        }
        Setting::Room => {
            let n = (f.full / 74.0) as usize + 1;
            for q in 0..n {
                for r in 0..((foot / 74.0) as usize) {
                    let x = q as f32 * 74.0 + if r % 2 == 0 { 0.0 } else { 37.0 };
                    let y = 26.0 + r as f32 * 74.0;
                    if clear(x, y, 30.0) {
                        trees::leaf(s, x, y + 9.0, 20.0, -2.0, 0.24, c);
                        trees::leaf(s, x, y + 9.0, 20.0, -1.1, 0.24, c);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Frame, cross bars, sill, curtains.
fn frame_window(st: &Stage<'_>, s: &mut Sketch, d: &Decor, win: (f32, f32, f32, f32)) {
    let p = &st.palette;
    let (cx, wy, ww, wh) = win;
    let (x0, x1, y1) = (cx - ww / 2.0, cx + ww / 2.0, wy + wh);
    let bar = d.panel.pale(0.4).lit(p.light.pale(0.5));
    // Glass: a faint sheen.
    s.poly(
        &[(x0 + ww * 0.1, y1), (x0 + ww * 0.36, wy), (x0 + ww * 0.5, wy), (x0 + ww * 0.24, y1)],
        Fill::a(hex(0xffffff), 0.13),
    );
    let t = 15.0;
    for (x, y, w, h) in [
        (x0 - t, wy - t, ww + 2.0 * t, t + 3.0),
        (x0 - t, wy - t, t + 3.0, wh + 2.0 * t),
        (x1 - 3.0, wy - t, t + 3.0, wh + 2.0 * t),
        (x0 - t, y1 - 3.0, ww + 2.0 * t, t + 3.0),
    ] {
        s.rect(x, y, w, h, 2.0, bar);
    }
    let n = if ww > 400.0 { 3 } else { 2 };
    for k in 1..n {
        s.rect(x0 + ww * k as f32 / n as f32 - 4.0, wy, 8.0, wh, 0.0, bar.dark(0.95));
    }
    s.rect(x0, wy + wh * 0.4, ww, 8.0, 0.0, bar.dark(0.95));
    s.rect(x0, wy, ww, 9.0, 0.0, Fill::a(p.shade, 0.24));
    s.rect(x0 - 34.0, y1 + t - 3.0, ww + 68.0, 15.0, 3.0, bar);
    s.rect(x0 - 30.0, y1 + t + 12.0, ww + 60.0, 7.0, 0.0, Fill::a(p.shade, 0.24));
    match st.scene.setting {
        Setting::Office | Setting::Hospital => {
            // A blind, half drawn up.
            for k in 0..7 {
                let y = wy + 4.0 + k as f32 * 13.0;
                s.rect(x0 + 3.0, y, ww - 6.0, 9.0, 2.0, Fill::a(bar.dark(0.96), 0.92));
            }
        }
        Setting::Library => {}
        _ => {
            let cloth = if st.scene.setting == Setting::Kitchen { d.accent.pale(0.25) } else { d.accent };
            s.line((x0 - 70.0, wy - 34.0), (x1 + 70.0, wy - 34.0), 9.0, d.wood.dark(0.8));
            for (x, dir) in [(x0 - 52.0, 1.0f32), (x1 + 52.0, -1.0)] {
                let long = if st.scene.setting == Setting::Kitchen { wh * 0.62 } else { wh + 90.0 };
                for k in 0..5 {
                    let k = k as f32;
                    let tone = cloth.dark(if (k as usize).is_multiple_of(2) { 1.0 } else { 0.84 });
                    let (a, b) = (x + dir * k * 22.0, x + dir * (k + 1.0) * 22.0);
                    let (fa, fb) = (x + dir * k * 13.0 - dir * 10.0, x + dir * (k + 1.0) * 13.0 - dir * 10.0);
                    let my = wy + long * 0.6;
                    s.path(
                        &format!(
                            "M{a:.1},{:.1}L{b:.1},{:.1}Q{b:.1},{my:.1} {fb:.1},{:.1}L{fa:.1},{:.1}Q{a:.1},{my:.1} {a:.1},{:.1}Z",
                            wy - 32.0, wy - 32.0, wy + long, wy + long + 4.0, wy - 32.0
                        ),
                        tone,
                    );
                }
            }
        }
    }
}

/// The floor in perspective, with a rug.
fn floor(st: &Stage<'_>, d: &Decor, win: (f32, f32)) -> Plane {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("floor");
    let y = st.horizon + 4.0;
    let g = s.down(d.floor.dark(0.86), d.floor.pale(0.04));
    s.rect(-4.0, y, f.full + 8.0, 1010.0 - y, 0.0, g);
    let van = f.x(0.5);
    let tiles = matches!(st.scene.setting, Setting::Kitchen | Setting::Hospital | Setting::Office);
    let rows: Vec<f32> = (0..8).map(|k| y + (1000.0 - y) * (k as f32 / 7.0).powf(1.5)).collect();
    let col = |i: f32, yy: f32| van + i * (70.0 + 120.0 * (yy - y) / (1000.0 - y));
    for r in 0..7 {
        for i in -14..14 {
            let i = i as f32;
            let shift = if tiles || r % 2 == 0 { 0.0 } else { 0.5 };
            let (a, b) = (rows[r], rows[r + 1]);
            let checked = tiles && (r as i32 + i as i32).rem_euclid(2) == 0;
            let c = if tiles {
                if checked { d.floor.pale(0.2) } else { d.floor.dark(0.95) }
            } else {
                d.floor.vary(&mut rng, 0.07)
            };
            let i = i + shift;
            s.poly(
                &[(col(i, a), a), (col(i + 1.0, a), a), (col(i + 1.0, b), b), (col(i, b), b)],
                Fill::a(c, if tiles { 0.4 } else { 0.5 }),
            );
        }
    }
    if !tiles {
        for r in &rows {
            s.line((-4.0, *r), (f.full + 4.0, *r), 1.5, Fill::a(d.floor.dark(0.6), 0.35));
        }
    }
    s.rect(-4.0, y, f.full + 8.0, 26.0, 0.0, Fill::a(p.shade, 0.16));
    if matches!(st.scene.setting, Setting::Room | Setting::Library) {
        let (cx, cy) = (f.x(0.5), y + (1000.0 - y) * 0.62);
        let (rx, ry) = (f.width * 0.34, (1000.0 - y) * 0.3);
        let rug = d.accent.mix(hex(0xe0a070).lit(p.light), 0.25);
        s.oval(cx, cy + 5.0, rx, ry, Fill::a(p.shade, 0.25));
        for (k, tone) in [(1.0, rug.dark(0.86)), (0.93, rug.pale(0.62)), (0.86, rug), (0.62, rug.pale(0.3)), (0.56, rug.dark(0.92))] {
            s.oval(cx, cy, rx * k, ry * k, tone);
        }
    }
    if p.night < 0.6 {
        // Light from the window lies on the floor.
        let (cx, ww) = win;
        let lean = (f.x(0.5) - cx) * 0.5;
        for k in 0..2 {
            let a = cx - ww * 0.42 + ww * 0.44 * k as f32;
            let b = a + ww * 0.38;
            s.poly(
                &[(a + lean * 0.4, y + 50.0), (b + lean * 0.4, y + 50.0), (b + lean * 1.3 + 60.0, y + 190.0), (a + lean * 1.3 + 60.0, y + 190.0)],
                Fill::a(p.glow.pale(0.3), 0.22 * (0.5 + p.shine)),
            );
        }
    }
    let mut plane = Plane::new("floor", s, 0.5, st.horizon + 6.0, y - 40.0);
    plane.shadow = 0.2;
    plane
}

/// Books in a row from `x` to `x + w` standing on `y`.
pub(crate) fn books(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, w: f32, h: f32) {
    let p = &st.palette;
    let tones = [0xb5483f, 0x3f6f7f, 0xd9a441, 0x5f7f52, 0x7a5a88, 0xe6d3b0, 0x2f4f6a, 0xc97a4f].map(hex);
    let mut at = x;
    while at < x + w - 5.0 {
        let bw = rng.range(8.0, 17.0).min(x + w - at);
        let bh = h * rng.range(0.66, 0.96);
        let c = p.at(tones[(rng.next_f32() * 8.0) as usize % 8], 0.0).vary(rng, 0.06);
        if rng.next_f32() < 0.07 && at + h * 0.3 < x + w {
            at += h * 0.14;
            continue;
        }
        let g = s.across(c.pale(0.1), c.dark(0.82));
        s.rect(at, y - bh, bw - 1.0, bh, 1.5, g);
        s.rect(at, y - bh * 0.84, bw - 1.0, 3.0, 0.0, Fill::a(hex(0xf6e3b4), 0.6));
        s.rect(at, y - bh * 0.2, bw - 1.0, 2.4, 0.0, Fill::a(hex(0xf6e3b4), 0.5));
        at += bw;
    }
}

/// Tall bookcases that leave the window free.
fn shelves(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, d: &Decor, win: (f32, f32, f32, f32), foot: f32) {
    let (p, f) = (&st.palette, st.frame);
    let (cx, _, ww, _) = win;
    let case = 250.0 * f.k.max(0.6);
    let mut x = -30.0;
    while x < f.full {
        let w = case;
        if x + w > cx - ww / 2.0 - 20.0 && x < cx + ww / 2.0 + 20.0 {
            x = cx + ww / 2.0 + 26.0;
            continue;
        }
        let right_limit = if x < cx { cx - ww / 2.0 - 22.0 } else { f.full + 60.0 };
        let w = w.min(right_limit - x);
        if w < 90.0 {
            x += w.max(20.0);
            continue;
        }
        let top = 46.0;
        s.rect(x + 8.0, top + 8.0, w, foot - top, 3.0, Fill::a(p.shade, 0.25));
        s.rect(x, top, w, foot - top, 3.0, d.wood.dark(0.86));
        s.rect(x - 7.0, top - 14.0, w + 14.0, 20.0, 3.0, d.wood.pale(0.06));
        let rows = 5;
        let rh = (foot - top - 34.0) / rows as f32;
        for r in 0..rows {
            let y0 = top + 14.0 + rh * r as f32;
            s.rect(x + 12.0, y0, w - 24.0, rh - 12.0, 0.0, d.wood.dark(0.46));
            books(st, s, rng, x + 15.0, y0 + rh - 12.0, w - 30.0, rh - 16.0);
            s.rect(x + 12.0, y0, w - 24.0, 9.0, 0.0, Fill::a(p.shade, 0.4));
            s.rect(x + 9.0, y0 + rh - 13.0, w - 18.0, 10.0, 0.0, d.wood);
        }
        x += w + 8.0;
    }
    // Window seat.
    let seat = foot - 92.0;
    s.rect(cx - ww / 2.0 - 18.0, seat, ww + 36.0, 92.0, 3.0, d.wood.dark(0.8));
    s.rect(cx - ww / 2.0 - 18.0, seat - 18.0, ww + 36.0, 24.0, 10.0, d.accent);
}

fn kitchen(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, d: &Decor, win: (f32, f32, f32, f32), foot: f32) {
    let (p, f) = (&st.palette, st.frame);
    let (cx, wy, ww, wh) = win;
    let top = (wy + wh + 60.0).min(foot - 130.0);
    let cab = 128.0;
    // Lower cupboards under one worktop.
    let mut x = -40.0;
    while x < f.full + 10.0 {
        let g = s.down(d.wood, d.wood.dark(0.86));
        s.rect(x, top, cab - 3.0, foot - top, 0.0, g);
        s.rect(x + 12.0, top + 24.0, cab - 27.0, foot - top - 58.0, 4.0, d.wood.pale(0.13));
        s.rect(x + 17.0, top + 29.0, cab - 37.0, foot - top - 68.0, 3.0, d.wood.pale(0.03));
        s.rect(x + cab * 0.36, top + 36.0, cab * 0.26, 6.0, 3.0, p.at(hex(0xe8d9b0), 0.0));
        x += cab;
    }
    s.rect(-4.0, top - 16.0, f.full + 8.0, 20.0, 3.0, p.at(hex(0xf2e6d2), 0.0));
    s.rect(-4.0, top + 4.0, f.full + 8.0, 9.0, 0.0, Fill::a(p.shade, 0.26));
    // Hanging cupboards and a shelf away from the window.
    for (a, b) in [(0.0, cx - ww / 2.0 - 110.0), (cx + ww / 2.0 + 110.0, f.full)] {
        let mut x = if a < 1.0 { b - cab } else { a };
        let step = if a < 1.0 { -cab } else { cab };
        let mut k = 0;
        while x > -cab && x < f.full && (a > 1.0 || b > 60.0) {
            if k < 2 {
                let y = top - 118.0;
                s.rect(x, y, cab, 10.0, 2.0, d.wood.dark(0.8));
                for j in 0..4 {
                    let jx = x + 10.0 + j as f32 * 28.0;
                    let h = rng.range(26.0, 48.0);
                    let c = p.at(hex([0xe0664f, 0xf2c14e, 0x6fa8a0, 0xf5ead8][(rng.next_f32() * 4.0) as usize % 4]), 0.0);
                    let g = s.across(c.pale(0.2), c.dark(0.8));
                    s.rect(jx, y - h, 21.0, h, 5.0, g);
                    s.rect(jx + 2.0, y - h - 5.0, 17.0, 7.0, 2.0, d.wood.dark(0.7));
                }
            }
            let g = s.down(d.wood.pale(0.05), d.wood.dark(0.9));
            s.rect(x, 40.0, cab - 3.0, 150.0, 3.0, g);
            s.rect(x + 12.0, 52.0, cab - 27.0, 122.0, 3.0, d.wood.pale(0.12));
            s.circle(x + cab - 24.0, 160.0, 5.0, p.at(hex(0xe8d9b0), 0.0));
            s.rect(x, 190.0, cab - 3.0, 8.0, 0.0, Fill::a(p.shade, 0.2));
            x += step;
            k += 1;
        }
    }
    // Stove with a pot, sink with tap under the window.
    let sx = if cx < f.x(0.5) { f.x(0.8) } else { f.x(0.2) } - 80.0;
    let steel = p.at(hex(0xd3dade), 0.0);
    s.rect(sx, top - 6.0, 176.0, foot - top + 6.0, 4.0, steel);
    s.rect(sx + 16.0, top + 46.0, 144.0, 74.0, 6.0, steel.dark(0.4));
    s.rect(sx + 24.0, top + 54.0, 128.0, 40.0, 4.0, Fill::a(p.at(hex(0xf2a65a), 0.0), 0.4));
    for k in 0..4 {
        s.circle(sx + 30.0 + k as f32 * 39.0, top + 22.0, 9.0, steel.dark(0.55));
    }
    let pot = d.accent;
    let g = s.across(pot.pale(0.16), pot.dark(0.75));
    s.rect(sx + 36.0, top - 74.0, 92.0, 62.0, 9.0, g);
    s.rect(sx + 28.0, top - 80.0, 108.0, 12.0, 6.0, pot.dark(0.86));
    s.circle(sx + 82.0, top - 86.0, 8.0, pot.dark(0.7));
    for k in 0..4 {
        let k = k as f32;
        s.circle(sx + 82.0 + (k * 1.7).sin() * 12.0, top - 112.0 - k * 30.0, 14.0 + k * 5.0, Fill::a(hex(0xffffff), 0.22 - 0.04 * k));
    }
    s.stroke(&format!("M{cx:.1},{:.1}v-46q0,-24 26,-24q22,0 22,24", top - 14.0), 9.0, steel.dark(0.8));
    s.rect(cx - 10.0, top - 24.0, 20.0, 10.0, 3.0, steel.dark(0.7));
    let mut plant = *rng;
    trees::bush(s, &mut plant, cx - ww * 0.3, wy + wh + 2.0, 70.0, p.at(hex(0x5f9f58), 0.0));
    // A hanging lamp.
    pendant(st, s, f.x(0.5), 150.0, d.accent);
}

/// A lamp on a cord.
fn pendant(st: &Stage<'_>, s: &mut Sketch, x: f32, y: f32, c: Rgb) {
    let p = &st.palette;
    s.line((x, -10.0), (x, y), 4.0, p.shade.mix(c, 0.3));
    let g = s.across(c.pale(0.15), c.dark(0.75));
    s.path(&format!("M{:.1},{:.1}Q{:.1},{y:.1} {x:.1},{y:.1}Q{:.1},{y:.1} {:.1},{:.1}Z", x - 66.0, y + 62.0, x - 52.0, x + 52.0, x + 66.0, y + 62.0), g);
    s.oval(x, y + 62.0, 66.0, 9.0, hex(0xfff0c4));
    if p.night > 0.3 {
        s.glow(x, y + 80.0, 190.0, hex(0xffdf9a), 0.5);
    }
}

fn office(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, d: &Decor, win: (f32, f32, f32, f32), foot: f32) {
    let (p, f) = (&st.palette, st.frame);
    let (cx, wy, ww, wh) = win;
    let right = cx < f.x(0.5);
    let bx = if right { f.x(0.73) } else { f.x(0.27) };
    // Whiteboard with a chart and notes.
    let (w, h) = (330.0 * f.k, 200.0);
    let (x, y) = (bx - w / 2.0, wy + 10.0);
    s.rect(x + 5.0, y + 8.0, w, h, 4.0, Fill::a(p.shade, 0.22));
    s.rect(x - 7.0, y - 7.0, w + 14.0, h + 14.0, 5.0, p.at(hex(0x9fb0bd), 0.0));
    s.rect(x, y, w, h, 2.0, p.at(hex(0xfcfdfb), 0.0));
    for k in 0..5 {
        let bh = rng.range(30.0, 110.0);
        s.rect(x + 28.0 + k as f32 * 30.0 * f.k, y + h - 28.0 - bh, 20.0 * f.k, bh, 2.0, p.at([hex(0x3f7fae), hex(0xe0905a), hex(0x5fa58a)][k % 3], 0.0));
    }
    s.line((x + 18.0, y + h - 26.0), (x + w * 0.55, y + h - 26.0), 3.0, d.accent.dark(0.6));
    for k in 0..4 {
        let c = p.at(hex([0xffe27a, 0xffb3a0, 0xa9dfc0, 0xb9d4f5][k % 4]), 0.0);
        s.rect(x + w * (0.62 + 0.18 * (k % 2) as f32), y + 26.0 + 66.0 * (k / 2) as f32, 46.0 * f.k, 46.0, 2.0, c);
    }
    // Low cabinet with plants along the window.
    let (kx, kw, ky) = (cx - ww / 2.0, ww, wy + wh + 66.0);
    let g = s.down(d.wood, d.wood.dark(0.86));
    s.rect(kx, ky, kw, foot - ky, 3.0, g);
    s.rect(kx - 6.0, ky - 9.0, kw + 12.0, 14.0, 3.0, d.wood.pale(0.16));
    for k in 0..3 {
        let dx = kx + kw * k as f32 / 3.0;
        s.rect(dx + 8.0, ky + 14.0, kw / 3.0 - 16.0, foot - ky - 40.0, 3.0, d.wood.pale(0.07));
        s.rect(dx + kw / 6.0 - 14.0, ky + 24.0, 28.0, 6.0, 3.0, d.wood.dark(0.6));
    }
    let mut r = *rng;
    books(st, s, &mut r, kx + 20.0, ky - 9.0, 110.0, 66.0);
    for t in [0.55, 0.85] {
        let x = kx + kw * t;
        trees::bush(s, &mut r, x, ky - 40.0, 92.0, p.at(hex(0x4f9465), 0.0));
        s.path(&format!("M{:.1},{:.1}h48l-7,42h-34Z", x - 24.0, ky - 50.0), p.at(hex(0xf2f0ea), 0.0));
    }
    clock(st, s, if right { f.x(0.52) } else { f.x(0.48) }, 130.0, 44.0);
    for k in 0..3 {
        let x = f.x(0.2 + 0.3 * k as f32);
        s.rect(x - 100.0, 0.0, 200.0, 16.0, 6.0, p.at(hex(0xffffff), 0.0));
        s.glow(x, 16.0, 150.0, hex(0xfff6dc), 0.25);
    }
}

/// A wall clock.
fn clock(st: &Stage<'_>, s: &mut Sketch, x: f32, y: f32, r: f32) {
    let p = &st.palette;
    s.circle(x + 3.0, y + 5.0, r, Fill::a(p.shade, 0.25));
    s.circle(x, y, r, p.at(hex(0x4a5568), 0.0));
    s.circle(x, y, r * 0.86, p.at(hex(0xfffaf0), 0.0));
    for k in 0..12 {
        let a = k as f32 * 0.5236;
        s.circle(x + a.cos() * r * 0.7, y + a.sin() * r * 0.7, r * 0.045, p.at(hex(0x4a5568), 0.0));
    }
    s.line((x, y), (x + r * 0.3, y - r * 0.32), r * 0.09, p.at(hex(0x2f3848), 0.0));
    s.line((x, y), (x - r * 0.1, y - r * 0.62), r * 0.06, p.at(hex(0xd9544f), 0.0));
}

fn hospital(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, d: &Decor, win: (f32, f32, f32, f32), foot: f32) {
    let (p, f) = (&st.palette, st.frame);
    let (cx, wy, ww, _) = win;
    let right = cx < f.x(0.5);
    let x = if right { f.x(0.72) } else { f.x(0.28) };
    // Curtain on a rail around a bay.
    s.line((x - 250.0 * f.k, 70.0), (x + 250.0 * f.k, 70.0), 7.0, p.at(hex(0xb6c4c9), 0.0));
    let c = d.accent.pale(0.5);
    let edge = if right { x + 110.0 * f.k } else { x - 240.0 * f.k };
    for k in 0..7 {
        let tone = c.dark(if k % 2 == 0 { 1.0 } else { 0.9 });
        let q = edge + k as f32 * 20.0 * f.k;
        s.path(&format!("M{q:.1},72h{:.1}q4,{:.1} -2,{:.1}h{:.1}q-6,-{:.1} 2,-{:.1}Z", 21.0 * f.k, (foot - 140.0) / 2.0, foot - 140.0, -21.0 * f.k, (foot - 140.0) / 2.0, foot - 140.0), tone);
    }
    // Monitor with a pulse, sockets, a cross.
    let mx = x - 60.0 * f.k;
    s.rect(mx - 76.0, wy + 50.0, 152.0, 104.0, 8.0, p.at(hex(0xe9eef0), 0.0));
    s.rect(mx - 66.0, wy + 60.0, 132.0, 76.0, 4.0, p.at(hex(0x17313a), 0.0).pale(0.04));
    let y = wy + 100.0;
    s.stroke(&format!("M{:.1},{y:.1}h34l8,-26l12,46l10,-34l7,14h42", mx - 60.0), 3.5, hex(0x62e6a5));
    s.stroke(&format!("M{:.1},{:.1}q12,-9 24,0t24,0t24,0t24,0", mx - 58.0, y + 24.0), 2.4, hex(0x6fc4f2));
    s.rect(mx - 120.0 * f.k, foot - 250.0, 320.0 * f.k, 22.0, 5.0, p.at(hex(0xf4f7f7), 0.0));
    for k in 0..4 {
        s.circle(mx - 90.0 * f.k + k as f32 * 40.0, foot - 239.0, 6.0, p.at([hex(0x4fa3d9), hex(0xe0664f), hex(0x5fb58a), hex(0xf2c14e)][k], 0.0));
    }
    let kx = if right { f.x(0.53) } else { f.x(0.47) };
    s.rect(kx - 38.0, 110.0, 76.0, 76.0, 14.0, p.at(hex(0xffffff), 0.0));
    s.rect(kx - 9.0, 122.0, 18.0, 52.0, 3.0, p.at(hex(0xe05a56), 0.0));
    s.rect(kx - 26.0, 139.0, 52.0, 18.0, 3.0, p.at(hex(0xe05a56), 0.0));
    // Low cabinet under the window with flowers.
    let (bx, bw, by) = (cx - ww * 0.4, ww * 0.8, foot - 120.0);
    let g = s.down(d.wood, d.wood.dark(0.9));
    s.rect(bx, by, bw, 120.0, 6.0, g);
    s.rect(bx - 6.0, by - 8.0, bw + 12.0, 14.0, 4.0, d.wood.pale(0.4));
    for k in 0..3 {
        s.rect(bx + 12.0 + (bw - 12.0) * k as f32 / 3.0, by + 18.0, bw / 3.0 - 16.0, 72.0, 4.0, d.wood.dark(0.93));
    }
    let vx = bx + bw * 0.75;
    for k in 0..5 {
        let c = p.at([hex(0xf4728f), hex(0xffd65a), hex(0xffffff)][k % 3], 0.0);
        let x = vx + (k as f32 - 2.0) * 15.0;
        trees::flower(s, rng, x, by - 30.0, 56.0 + 10.0 * (k % 2) as f32, c, p.at(hex(0x5a9a54), 0.0));
    }
    s.path(&format!("M{:.1},{:.1}h52l-8,50h-36Z", vx - 26.0, by - 54.0), p.at(hex(0x9fd3e0), 0.0));
}

fn living_room(
    st: &Stage<'_>,
    s: &mut Sketch,
    rng: &mut Seed,
    d: &Decor,
    win: (f32, f32, f32, f32),
    foot: f32,
    left: bool,
) {
    let (p, f) = (&st.palette, st.frame);
    let (cx, wy, _, _) = win;
    let _ = cx;
    let at = |t: f32| f.x(if left { t } else { 1.0 - t });
    // Pictures on the wall.
    for (t, y, w, h) in [(0.62, wy + 30.0, 124.0, 156.0), (0.75, wy + 2.0, 108.0, 108.0), (0.75, wy + 132.0, 108.0, 76.0)] {
        let (w, h) = (w * f.k, h * f.k);
        let x = at(t) - w / 2.0;
        s.rect(x + 5.0, y + 8.0, w, h, 2.0, Fill::a(p.shade, 0.28));
        s.rect(x, y, w, h, 2.0, d.wood.dark(0.82));
        s.rect(x + 8.0, y + 8.0, w - 16.0, h - 16.0, 0.0, p.at(hex(0xfbf4e6), 0.0));
        let (ix, iy, iw, ih) = (x + 16.0, y + 16.0, w - 32.0, h - 32.0);
        let g = s.down(p.at(hex(0x9fd0dc), 0.0), p.at(hex(0xfbe3b4), 0.0));
        s.rect(ix, iy, iw, ih, 0.0, g);
        s.circle(ix + iw * rng.range(0.3, 0.7), iy + ih * 0.34, iw * 0.13, p.at(hex(0xf2a65a), 0.0));
        s.path(&format!("M{ix:.1},{:.1}q{:.1},{:.1} {:.1},0t{:.1},0V{:.1}H{ix:.1}Z", iy + ih * 0.66, iw * 0.25, -ih * 0.3, iw * 0.5, iw * 0.5, iy + ih), p.at(hex(0x5f9a7a), 0.0));
    }
    // Sideboard with books, plant and lamp.
    let (kw, kh) = (390.0 * f.k, 150.0);
    let kx = at(0.73) - kw / 2.0;
    let ky = foot - kh;
    s.rect(kx + 8.0, ky + 10.0, kw, kh - 12.0, 4.0, Fill::a(p.shade, 0.25));
    let g = s.down(d.wood.pale(0.06), d.wood.dark(0.84));
    s.rect(kx, ky, kw, kh - 20.0, 5.0, g);
    s.rect(kx - 7.0, ky - 8.0, kw + 14.0, 14.0, 4.0, d.wood.pale(0.16));
    for k in 0..3 {
        let x = kx + 10.0 + (kw - 10.0) * k as f32 / 3.0;
        s.rect(x, ky + 18.0, kw / 3.0 - 14.0, kh - 54.0, 4.0, d.wood.pale(0.1));
        s.circle(x + kw / 6.0 - 7.0, ky + 40.0, 6.0, p.at(hex(0xf0cf7a), 0.0));
    }
    for t in [0.08, 0.92] {
        s.rect(kx + kw * t - 7.0, foot - 24.0, 14.0, 26.0, 2.0, d.wood.dark(0.66));
    }
    let mut r = *rng;
    books(st, s, &mut r, kx + 24.0, ky - 8.0, 96.0 * f.k, 62.0);
    let lx = kx + kw * 0.8;
    s.rect(lx - 6.0, ky - 84.0, 12.0, 76.0, 3.0, d.wood.dark(0.8));
    s.oval(lx, ky - 9.0, 34.0, 8.0, d.wood.dark(0.8));
    let shade = p.at(hex(0xffe2ae), 0.0);
    let g = s.down(shade.pale(0.1), shade.dark(0.9));
    s.path(&format!("M{:.1},{:.1}h60l24,74h-108Z", lx - 30.0, ky - 154.0), g);
    if p.night > 0.3 {
        s.glow(lx, ky - 110.0, 240.0, hex(0xffd68a), 0.6);
    }
    let px = kx + kw * 0.52;
    for k in 0..7 {
        let a = -1.57 + (k as f32 - 3.0) * 0.36;
        trees::leaf(s, px, ky - 44.0, 84.0 - 8.0 * (k as f32 - 3.0).abs(), a, 0.2, p.at(hex(0x4f9465), 0.0).vary(&mut r, 0.1));
    }
    s.path(&format!("M{:.1},{:.1}h52l-8,46h-36Z", px - 26.0, ky - 54.0), d.accent.pale(0.2));
    // A big plant at the edge.
    let bx = at(0.965);
    for k in 0..9 {
        let a = -1.57 + (k as f32 - 4.0) * 0.3;
        trees::leaf(s, bx, foot - 70.0, 250.0 - 16.0 * (k as f32 - 4.0).abs(), a, 0.13, p.at(hex(0x3f8a5c), 0.0).vary(&mut r, 0.12));
    }
    s.path(&format!("M{:.1},{:.1}h96l-14,88h-68Z", bx - 48.0, foot - 86.0), p.at(hex(0xd98f5c), 0.0));
}

/// Daylight that falls in through the window.
fn sunbeam(st: &Stage<'_>, cx: f32, wy: f32, ww: f32, wh: f32, left: bool) -> Plane {
    let p = &st.palette;
    let mut s = Sketch::new();
    let lean = if left { 420.0 } else { -420.0 } * st.frame.k;
    for k in 0..3 {
        let a = cx - ww * 0.45 + ww * 0.32 * k as f32;
        let b = a + ww * 0.24;
        let g = s.gradient((0.0, 1.0), &[(0.0, p.glow, 0.24), (0.6, p.glow, 0.1), (1.0, p.glow, 0.0)]);
        s.poly(&[(a, wy), (b, wy), (b + lean * 1.1, wy + wh + 430.0), (a + lean * 0.9, wy + wh + 430.0)], g);
    }
    let mut plane = Plane::new("sunbeam", s, 0.4, st.horizon + 8.0, 0.0).light().moving(
        Motion::Twinkle { low: 0.7, period: 7.0, phase: 0.0 },
    );
    plane.blur = 8.0;
    plane
}

/// Warm light of lamps when it is dark outside.
fn lamplight(st: &Stage<'_>, left: bool) -> Plane {
    let f = st.frame;
    let mut s = Sketch::new();
    let c = hex(0xffc878);
    s.glow(f.x(if left { 0.72 } else { 0.28 }), st.horizon * 0.75, 760.0 * f.k, c, 0.2);
    s.glow(f.x(0.5), 0.0, 640.0 * f.k, c, 0.16);
    Plane::new("lamplight", s, 0.4, st.horizon + 8.0, 0.0)
        .light()
        .moving(Motion::Twinkle { low: 0.86, period: 5.0, phase: 0.0 })
}
