//! What props are drawn with: materials, boards, doors, tiles.

use colophon_types::Seed;

use super::super::brush::{Fill, Rgb, Sketch, hex};

/// A prop, drawn: its paint by daylight, what shines by itself, and its width in units.
pub(crate) struct Drawing {
    /// Paint.
    pub(crate) paint: Sketch,
    /// What is lit at dusk and at night.
    pub(crate) lit: Sketch,
    /// Width in units; the drawing's middle is at half of it.
    pub(crate) width: f32,
    /// Whether it bends in the wind.
    pub(crate) sways: bool,
}

impl Drawing {
    pub(super) fn new(width: f32) -> Self {
        Self { paint: Sketch::new(), lit: Sketch::new(), width, sways: false }
    }

    pub(super) fn swaying(width: f32) -> Self {
        Self { sways: true, ..Self::new(width) }
    }
}

/// One of several colours.
pub(super) fn pick(rng: &mut Seed, of: &[u32]) -> Rgb {
    hex(of[(rng.next_f32() * of.len() as f32) as usize % of.len()])
}

/// Warm light of lamps and windows.
pub(super) const LAMP: Rgb = hex(0xffd47e);
/// Timber.
pub(super) const WOOD: Rgb = hex(0xa8754a);
/// Dark timber.
pub(super) const DARK_WOOD: Rgb = hex(0x6f4a32);
/// Pale plaster.
pub(super) const PLASTER: Rgb = hex(0xf8ead2);
/// Stone.
pub(super) const STONE: Rgb = hex(0xb3aca2);
/// Iron.
pub(super) const IRON: Rgb = hex(0x3c4656);
/// Steel.
pub(super) const STEEL: Rgb = hex(0xc8d2da);

/// A board with a lit top edge and a shaded lower edge.
pub(super) fn board(s: &mut Sketch, x: f32, y: f32, w: f32, h: f32, c: Rgb) {
    let g = s.down(c.pale(0.14), c.dark(0.82));
    s.rect(x, y, w, h, 1.5, g);
}

/// An upright post, round: lighter on the left.
pub(super) fn post(s: &mut Sketch, x: f32, y: f32, w: f32, h: f32, c: Rgb) {
    let g = s.across(c.pale(0.2), c.dark(0.72));
    s.rect(x, y, w, h, 1.5, g);
}

/// A window with four panes, that is lit when it is dark.
pub(super) fn pane(d: &mut Drawing, x: f32, y: f32, w: f32, h: f32) {
    let s = &mut d.paint;
    s.rect(x - 2.0, y - 2.0, w + 4.0, h + 4.0, 1.5, PLASTER.dark(0.75));
    s.rect(x - 1.0, y - 1.0, w + 2.0, h + 2.0, 1.0, PLASTER.pale(0.5));
    let g = s.down(hex(0x9fc9d8), hex(0x5f93ad));
    s.rect(x, y, w, h, 0.5, g);
    s.rect(x + w / 2.0 - 0.7, y, 1.4, h, 0.0, PLASTER.pale(0.5));
    s.rect(x, y + h * 0.45, w, 1.4, 0.0, PLASTER.pale(0.5));
    let l = &mut d.lit;
    l.rect(x, y, w / 2.0 - 0.7, h * 0.45, 0.5, LAMP);
    l.rect(x + w / 2.0 + 0.7, y, w / 2.0 - 0.7, h * 0.45, 0.5, LAMP.pale(0.2));
    l.rect(x, y + h * 0.45 + 1.4, w / 2.0 - 0.7, h * 0.55 - 1.4, 0.5, LAMP.dark(0.95));
    l.rect(x + w / 2.0 + 0.7, y + h * 0.45 + 1.4, w / 2.0 - 0.7, h * 0.55 - 1.4, 0.5, LAMP);
    l.glow(x + w / 2.0, y + h / 2.0, w * 1.5, LAMP, 0.4);
}

/// A plank door.
pub(super) fn door(s: &mut Sketch, x: f32, y: f32, w: f32, h: f32, c: Rgb) {
    s.rect(x - 2.0, y - 2.0, w + 4.0, h + 2.0, w * 0.2, PLASTER.dark(0.7));
    let g = s.across(c.pale(0.1), c.dark(0.8));
    s.rect(x, y, w, h, w * 0.16, g);
    s.line((x + w / 3.0, y + 3.0), (x + w / 3.0, y + h), 0.8, c.dark(0.6));
    s.line((x + w * 2.0 / 3.0, y + 3.0), (x + w * 2.0 / 3.0, y + h), 0.8, c.dark(0.6));
    s.circle(x + w * 0.84, y + h * 0.56, w * 0.07, hex(0xf0c860));
}

/// Rows of tiles on a roof polygon given as left/right at the eaves and at the ridge.
pub(super) fn tiles(s: &mut Sketch, eaves: (f32, f32, f32), ridge: (f32, f32, f32), c: Rgb) {
    let (l0, r0, y0) = eaves;
    let (l1, r1, y1) = ridge;
    let g = s.across(c.pale(0.1), c.dark(0.78));
    s.poly(&[(l0, y0), (l1, y1), (r1, y1), (r0, y0)], g);
    let n = (((y0 - y1) / 7.0) as usize).max(2);
    for i in 1..n {
        let t = i as f32 / n as f32;
        let (l, r, y) = (l0 + (l1 - l0) * t, r0 + (r1 - r0) * t, y0 + (y1 - y0) * t);
        let m = (((r - l) / 7.0) as usize).max(1);
        let step = (r - l) / m as f32;
        let mut d = format!("M{l:.1},{y:.1}");
        for _ in 0..m {
            d += &format!("q{:.1},4 {step:.1},0", step / 2.0);
        }
        s.stroke(&d, 0.8, Fill::a(c.dark(0.6), 0.55));
    }
    s.line((l1 - 1.0, y1), (r1 + 1.0, y1), 3.0, c.dark(0.72));
}
