//! What stands against the wall of each kind of room.

use colophon_types::Seed;

use super::super::brush::{Fill, Rgb, Sketch, hex};
use super::super::stage::Stage;
use super::super::trees;
use super::decor::Decor;

/// Books in a row from `x` to `x + w` standing on `y`.
pub(super) fn books(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, w: f32, h: f32) {
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
pub(super) fn shelves(
    st: &Stage<'_>,
    s: &mut Sketch,
    rng: &mut Seed,
    d: &Decor,
    win: (f32, f32, f32, f32),
    foot: f32,
) {
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

pub(super) fn kitchen(
    st: &Stage<'_>,
    s: &mut Sketch,
    rng: &mut Seed,
    d: &Decor,
    win: (f32, f32, f32, f32),
    foot: f32,
) {
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
                    let c = p.at(
                        hex([0xe0664f, 0xf2c14e, 0x6fa8a0, 0xf5ead8][(rng.next_f32() * 4.0) as usize % 4]),
                        0.0,
                    );
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
        s.circle(
            sx + 82.0 + (k * 1.7).sin() * 12.0,
            top - 112.0 - k * 30.0,
            14.0 + k * 5.0,
            Fill::a(hex(0xffffff), 0.22 - 0.04 * k),
        );
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
    s.path(
        &format!(
            "M{:.1},{:.1}Q{:.1},{y:.1} {x:.1},{y:.1}Q{:.1},{y:.1} {:.1},{:.1}Z",
            x - 66.0,
            y + 62.0,
            x - 52.0,
            x + 52.0,
            x + 66.0,
            y + 62.0
        ),
        g,
    );
    s.oval(x, y + 62.0, 66.0, 9.0, hex(0xfff0c4));
    if p.night > 0.3 {
        s.glow(x, y + 80.0, 190.0, hex(0xffdf9a), 0.5);
    }
}

pub(super) fn office(
    st: &Stage<'_>,
    s: &mut Sketch,
    rng: &mut Seed,
    d: &Decor,
    win: (f32, f32, f32, f32),
    foot: f32,
) {
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
        s.rect(
            x + 28.0 + k as f32 * 30.0 * f.k,
            y + h - 28.0 - bh,
            20.0 * f.k,
            bh,
            2.0,
            p.at([hex(0x3f7fae), hex(0xe0905a), hex(0x5fa58a)][k % 3], 0.0),
        );
    }
    s.line((x + 18.0, y + h - 26.0), (x + w * 0.55, y + h - 26.0), 3.0, d.accent.dark(0.6));
    for k in 0..4 {
        let c = p.at(hex([0xffe27a, 0xffb3a0, 0xa9dfc0, 0xb9d4f5][k % 4]), 0.0);
        s.rect(
            x + w * (0.62 + 0.18 * (k % 2) as f32),
            y + 26.0 + 66.0 * (k / 2) as f32,
            46.0 * f.k,
            46.0,
            2.0,
            c,
        );
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
pub(super) fn clock(st: &Stage<'_>, s: &mut Sketch, x: f32, y: f32, r: f32) {
    let p = &st.palette;
    s.circle(x + 3.0, y + 5.0, r, Fill::a(p.shade, 0.25));
    s.circle(x, y, r, p.at(hex(0x4a5568), 0.0));
    s.circle(x, y, r * 0.86, p.at(hex(0xfffaf0), 0.0));
    for k in 0..12 {
        let a = k as f32 * std::f32::consts::FRAC_PI_6;
        s.circle(x + a.cos() * r * 0.7, y + a.sin() * r * 0.7, r * 0.045, p.at(hex(0x4a5568), 0.0));
    }
    s.line((x, y), (x + r * 0.3, y - r * 0.32), r * 0.09, p.at(hex(0x2f3848), 0.0));
    s.line((x, y), (x - r * 0.1, y - r * 0.62), r * 0.06, p.at(hex(0xd9544f), 0.0));
}

pub(super) fn hospital(
    st: &Stage<'_>,
    s: &mut Sketch,
    rng: &mut Seed,
    d: &Decor,
    win: (f32, f32, f32, f32),
    foot: f32,
) {
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
        s.path(
            &format!(
                "M{q:.1},72h{:.1}q4,{:.1} -2,{:.1}h{:.1}q-6,-{:.1} 2,-{:.1}Z",
                21.0 * f.k,
                (foot - 140.0) / 2.0,
                foot - 140.0,
                -21.0 * f.k,
                (foot - 140.0) / 2.0,
                foot - 140.0
            ),
            tone,
        );
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
        s.circle(
            mx - 90.0 * f.k + k as f32 * 40.0,
            foot - 239.0,
            6.0,
            p.at([hex(0x4fa3d9), hex(0xe0664f), hex(0x5fb58a), hex(0xf2c14e)][k], 0.0),
        );
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
        s.rect(
            bx + 12.0 + (bw - 12.0) * k as f32 / 3.0,
            by + 18.0,
            bw / 3.0 - 16.0,
            72.0,
            4.0,
            d.wood.dark(0.93),
        );
    }
    let vx = bx + bw * 0.75;
    for k in 0..5 {
        let c = p.at([hex(0xf4728f), hex(0xffd65a), hex(0xffffff)][k % 3], 0.0);
        let x = vx + (k as f32 - 2.0) * 15.0;
        trees::flower(s, rng, x, by - 30.0, 56.0 + 10.0 * (k % 2) as f32, c, p.at(hex(0x5a9a54), 0.0));
    }
    s.path(&format!("M{:.1},{:.1}h52l-8,50h-36Z", vx - 26.0, by - 54.0), p.at(hex(0x9fd3e0), 0.0));
}

pub(super) fn living_room(
    st: &Stage<'_>,
    s: &mut Sketch,
    rng: &mut Seed,
    d: &Decor,
    win: (f32, f32, f32, f32),
    foot: f32,
    left: bool,
) {
    let (p, f) = (&st.palette, st.frame);
    let (_, wy, _, _) = win;
    let at = |t: f32| f.x(if left { t } else { 1.0 - t });
    // Pictures on the wall.
    for (t, y, w, h) in
        [(0.62, wy + 30.0, 124.0, 156.0), (0.75, wy + 2.0, 108.0, 108.0), (0.75, wy + 132.0, 108.0, 76.0)]
    {
        let (w, h) = (w * f.k, h * f.k);
        let x = at(t) - w / 2.0;
        s.rect(x + 5.0, y + 8.0, w, h, 2.0, Fill::a(p.shade, 0.28));
        s.rect(x, y, w, h, 2.0, d.wood.dark(0.82));
        s.rect(x + 8.0, y + 8.0, w - 16.0, h - 16.0, 0.0, p.at(hex(0xfbf4e6), 0.0));
        let (ix, iy, iw, ih) = (x + 16.0, y + 16.0, w - 32.0, h - 32.0);
        let g = s.down(p.at(hex(0x9fd0dc), 0.0), p.at(hex(0xfbe3b4), 0.0));
        s.rect(ix, iy, iw, ih, 0.0, g);
        s.circle(ix + iw * rng.range(0.3, 0.7), iy + ih * 0.34, iw * 0.13, p.at(hex(0xf2a65a), 0.0));
        s.path(
            &format!(
                "M{ix:.1},{:.1}q{:.1},{:.1} {:.1},0t{:.1},0V{:.1}H{ix:.1}Z",
                iy + ih * 0.66,
                iw * 0.25,
                -ih * 0.3,
                iw * 0.5,
                iw * 0.5,
                iy + ih
            ),
            p.at(hex(0x5f9a7a), 0.0),
        );
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
        trees::leaf(
            s,
            px,
            ky - 44.0,
            84.0 - 8.0 * (k as f32 - 3.0).abs(),
            a,
            0.2,
            p.at(hex(0x4f9465), 0.0).vary(&mut r, 0.1),
        );
    }
    s.path(&format!("M{:.1},{:.1}h52l-8,46h-36Z", px - 26.0, ky - 54.0), d.accent.pale(0.2));
    // A big plant at the edge.
    let bx = at(0.965);
    for k in 0..9 {
        let a = -1.57 + (k as f32 - 4.0) * 0.3;
        trees::leaf(
            s,
            bx,
            foot - 70.0,
            250.0 - 16.0 * (k as f32 - 4.0).abs(),
            a,
            0.13,
            p.at(hex(0x3f8a5c), 0.0).vary(&mut r, 0.12),
        );
    }
    s.path(&format!("M{:.1},{:.1}h96l-14,88h-68Z", bx - 48.0, foot - 86.0), p.at(hex(0xd98f5c), 0.0));
}
