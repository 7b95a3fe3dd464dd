//! Rooms: wall, window with the hour outside, floor, and the furniture that tells what kind of
//! room it is.

use colophon_types::Seed;

mod classroom;
mod decor;
mod furnish;

use super::brush::{Fill, Sketch, hex};
use super::stage::{Plane, Stage};
use super::{land, trees};
use crate::graph::{Setting, Weather};
use crate::layers::Motion;
use classroom::classroom;
use decor::Decor;
use furnish::{hospital, kitchen, living_room, office, shelves};

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
        Setting::Classroom => Decor {
            wall: pick(&mut rng, 0xf3e7c8, 0xdbe8d6, 0xe9dfd0),
            panel: hex(0xb9cdb4),
            floor: hex(0xc79a6b),
            wood: hex(0x9c6b42),
            accent: hex(0x4f8fb5),
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
    let wide = matches!(
        st.scene.setting,
        Setting::Office | Setting::Hospital | Setting::Kitchen | Setting::Classroom
    );
    let f = st.frame;
    let ww = (if wide { 520.0 } else { 350.0 } * f.k).min(f.width * 0.5);
    let cx = f.x(if left { 0.3 } else { 0.7 });
    let (wy, wh) = (110.0, (st.horizon - 110.0) * if wide { 0.62 } else { 0.7 });
    out.push(outside(st));
    out.push(wall(st, &d, (cx, wy, ww, wh), left));
    out.push(floor(st, &d, (cx, ww)));
    if p.night < 0.6 && p.shine < 0.2 {
        // A grey day: neither sun nor lamps.
    } else if p.night < 0.6 {
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
    s.rect(-4.0, -4.0, f.full + 8.0, 1040.0, 0.0, g);
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
    // The wall around the hole.
    let g = s.down(d.wall.dark(0.9), d.wall.pale(0.06));
    s.path(&format!("M-4,-4H{:.1}V{foot:.1}H-4ZM{x0:.1},{wy:.1}V{y1:.1}H{x1:.1}V{wy:.1}Z", w + 4.0), g);
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
        Setting::Classroom => classroom(st, &mut s, &mut rng, d, win, foot),
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
    let clear = |x: f32, y: f32, m: f32| (x - cx).abs() > ww / 2.0 + m || y < wy - m || y > wy + wh + m;
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
        Setting::Office | Setting::Hospital | Setting::Classroom => {
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
    s.rect(-4.0, y, f.full + 8.0, 1040.0 - y, 0.0, g);
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
        for (k, tone) in [
            (1.0, rug.dark(0.86)),
            (0.93, rug.pale(0.62)),
            (0.86, rug),
            (0.62, rug.pale(0.3)),
            (0.56, rug.dark(0.92)),
        ] {
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
                &[
                    (a + lean * 0.4, y + 50.0),
                    (b + lean * 0.4, y + 50.0),
                    (b + lean * 1.3 + 60.0, y + 190.0),
                    (a + lean * 1.3 + 60.0, y + 190.0),
                ],
                Fill::a(p.glow.pale(0.3), 0.22 * (0.5 + p.shine)),
            );
        }
    }
    let mut plane = Plane::new("floor", s, 0.5, st.horizon + 6.0, y - 40.0);
    plane.shadow = 0.2;
    plane
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
    let mut plane = Plane::new("sunbeam", s, 0.4, st.horizon + 8.0, 0.0).light().moving(Motion::Twinkle {
        low: 0.7,
        period: 7.0,
        phase: 0.0,
    });
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
    Plane::new("lamplight", s, 0.4, st.horizon + 8.0, 0.0).light().moving(Motion::Twinkle {
        low: 0.86,
        period: 5.0,
        phase: 0.0,
    })
}
