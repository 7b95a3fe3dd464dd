//! A classroom: a blackboard beside the window, a clock and cards above it, books and a globe under the window.

use colophon_types::Seed;

use super::decor::Decor;
use super::furnish::{books, clock};
use crate::render::brush::{Fill, Rgb, Sketch, hex};
use crate::render::stage::Stage;

/// What stands and hangs at the wall.
pub(super) fn classroom(
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
    let room = (if right { f.full - cx } else { cx }) - ww / 2.0;
    let (w, h) = ((520.0 * f.k).min(room - 70.0).max(120.0), 250.0);
    let middle = if right { cx + ww / 2.0 + room / 2.0 } else { cx - ww / 2.0 - room / 2.0 };
    let (x, y) = (middle - w / 2.0, wy + 44.0);
    blackboard(st, s, rng, d, (x, y, w, h));
    // A clock over its outer end, and cards with signs over the rest.
    let (cards, beside) = (((w - 80.0) / 46.0).max(0.0) as usize, if right { 0.0 } else { 80.0 });
    for k in 0..cards {
        let at = x + beside + k as f32 * 46.0;
        let tone = hex([0xe0664f, 0xf2b14e, 0x5fa58a, 0x4f8fb5][k % 4]);
        s.rect(at, y - 62.0, 38.0, 44.0, 4.0, p.at(hex(0xfdf8ec), 0.0));
        card(s, k, at + 19.0, y - 40.0, p.at(tone, 0.0));
    }
    clock(st, s, if right { x + w - 36.0 } else { x + 36.0 }, y - 50.0, 32.0);
    // A low bookcase under the window, with a globe on it.
    let (kx, kw, ky) = (cx - ww * 0.5, ww, (wy + wh + 124.0).min(foot - 60.0));
    let g = s.down(d.wood, d.wood.dark(0.86));
    s.rect(kx, ky, kw, foot - ky, 3.0, g);
    s.rect(kx - 6.0, ky - 8.0, kw + 12.0, 12.0, 3.0, d.wood.pale(0.16));
    let mut r = *rng;
    for k in 0..2 {
        let (bx, bw) = (kx + 12.0 + k as f32 * kw / 2.0, kw / 2.0 - 24.0);
        s.rect(bx, ky + 12.0, bw, foot - ky - 26.0, 2.0, d.wood.dark(0.6));
        books(st, s, &mut r, bx + 4.0, foot - 14.0, bw - 8.0, foot - ky - 30.0);
    }
    globe(s, kx + kw * if right { 0.24 } else { 0.76 }, ky - 8.0, |c| p.at(hex(c), 0.0));
}

/// Slate in a frame, with what the last lesson left on it in chalk.
fn blackboard(st: &Stage<'_>, s: &mut Sketch, rng: &mut Seed, d: &Decor, at: (f32, f32, f32, f32)) {
    let p = &st.palette;
    let (x, y, w, h) = at;
    s.rect(x - 8.0, y - 4.0, w + 24.0, h + 22.0, 5.0, Fill::a(p.shade, 0.24));
    s.rect(x - 13.0, y - 13.0, w + 26.0, h + 26.0, 5.0, d.wood);
    let slate = p.at(hex(0x2f5a4a), 0.0);
    let g = s.down(slate.dark(0.9), slate.pale(0.07));
    s.rect(x, y, w, h, 2.0, g);
    // Where the sponge went.
    for k in 0..4 {
        let at = x + w * (0.12 + 0.22 * k as f32);
        s.oval(at, y + h * rng.range(0.3, 0.7), w * 0.14, h * 0.12, Fill::a(hex(0xffffff), 0.035));
    }
    let chalk = |alpha: f32| Fill::a(p.at(hex(0xf6f4e8), 0.0), alpha);
    // A triangle with its height, and a circle with its radius.
    let (tx, ty, ts) = (x + w * 0.08, y + h * 0.78, h * 0.52);
    s.stroke(
        &format!("M{tx:.1},{ty:.1}h{:.1}L{:.1},{:.1}Z", ts * 1.1, tx + ts * 0.7, ty - ts),
        3.4,
        chalk(0.9),
    );
    s.line((tx + ts * 0.7, ty - ts), (tx + ts * 0.7, ty), 2.0, chalk(0.6));
    let (cx, cy, r) = (x + w * 0.46, y + h * 0.56, h * 0.22);
    let round = format!(
        "M{:.1},{cy:.1}a{r:.1},{r:.1} 0 1 1 {:.1},0a{r:.1},{r:.1} 0 1 1 {:.1},0",
        cx - r,
        2.0 * r,
        -2.0 * r
    );
    s.stroke(&round, 3.4, chalk(0.9));
    s.line((cx, cy), (cx + r * 0.8, cy - r * 0.6), 2.4, Fill::a(p.at(hex(0xf2c766), 0.0), 0.9));
    // Lines of writing.
    for row in 0..4 {
        let (mut at, line) = (x + w * 0.66, y + h * (0.24 + 0.17 * row as f32));
        let end = x + w * rng.range(0.82, 0.95);
        let mut path = format!("M{at:.1},{line:.1}");
        while at < end {
            let (step, rise) = (rng.range(7.0, 13.0), rng.range(3.0, 9.0));
            path += &format!("q{:.1},{:.1} {:.1},0", step / 2.0, -2.0 * rise, step);
            at += step;
            if rng.next_f32() < 0.16 {
                at += 12.0;
                path += &format!("M{at:.1},{line:.1}");
            }
        }
        s.stroke(&path, 2.6, chalk(0.72));
    }
    // The ledge, with chalk and a sponge.
    s.rect(x - 13.0, y + h + 8.0, w + 26.0, 11.0, 3.0, d.wood.pale(0.14));
    for (k, tone) in [0xffffff, 0xf2c766, 0xe99a8b].into_iter().enumerate() {
        s.rect(x + w * 0.12 + k as f32 * 26.0, y + h + 2.0, 20.0, 6.0, 3.0, p.at(hex(tone), 0.0));
    }
    s.rect(x + w * 0.82, y + h - 6.0, 44.0, 15.0, 4.0, p.at(hex(0xe0a94f), 0.0));
}

/// A sign on a card: four shapes in turn.
fn card(s: &mut Sketch, k: usize, x: f32, y: f32, c: Rgb) {
    match k % 4 {
        0 => s.circle(x, y, 11.0, c),
        1 => s.rect(x - 10.0, y - 10.0, 20.0, 20.0, 2.0, c),
        2 => s.poly(&[(x, y - 12.0), (x + 12.0, y + 10.0), (x - 12.0, y + 10.0)], c),
        _ => s.stroke(&format!("M{:.1},{y:.1}h24m-12,-12v24", x - 12.0), 6.0, c),
    }
}

/// A globe on its foot, which stands at `foot`.
fn globe(s: &mut Sketch, x: f32, foot: f32, tone: impl Fn(u32) -> Rgb) {
    let (r, brass) = (25.0, tone(0xb58a4a));
    let y = foot - r - 18.0;
    s.oval(x, foot - 3.0, 19.0, 5.0, brass.dark(0.8));
    s.line((x, foot - 4.0), (x, y + r), 4.5, brass);
    s.circle(x, y, r, tone(0x5fa8cf));
    for (dx, dy, rx, ry) in [(-0.3, -0.3, 0.42, 0.3), (-0.14, 0.34, 0.24, 0.34), (0.42, 0.02, 0.34, 0.46)] {
        s.oval(x + dx * r, y + dy * r, rx * r, ry * r, tone(0x79b56a));
    }
    s.oval(x - r * 0.34, y - r * 0.4, r * 0.3, r * 0.2, Fill::a(hex(0xffffff), 0.3));
    let (dx, dy) = (r * 0.42, r * 1.1);
    let arc = format!("M{:.1},{:.1}A{:.1},{:.1} 0 0 1 {:.1},{:.1}", x - dx, y - dy, dy, dy, x + dx, y + dy);
    s.stroke(&arc, 3.5, brass);
}
