//! A layer made ready for drawing: trimmed to its paint, with a clear border for interpolation, and
//! with the spans of every row known, so that clear parts cost nothing and opaque parts hide what is
//! behind them.

use colophon_scene::layers::Blend;
use colophon_types::Raster;

use crate::pixels::{Px, pixels};

/// Clear gaps shorter than this are drawn through: starting a new span costs more.
const SMALL_GAP: usize = 24;
/// Opaque stretches shorter than this are drawn like others.
const SMALL_OPAQUE: usize = 24;

/// A span of cells, `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// First cell.
    pub(crate) start: i32,
    /// One past the last cell.
    pub(crate) end: i32,
}

impl Span {
    /// Whether there is nothing in it.
    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// The part that lies in both.
    pub(crate) fn cut(self, other: Self) -> Self {
        Self { start: self.start.max(other.start), end: self.end.min(other.end) }
    }
}

/// Paint ready to be drawn. A *cell* is the square between four neighbouring pixels, named by its
/// upper left one: drawing at a fraction of a pixel reads the four corners of a cell.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Pixels a row, border included.
    pub(crate) stride: usize,
    /// Rows, border included.
    pub(crate) rows: usize,
    /// Where the sheet's first pixel lies relative to the layer's origin.
    pub(crate) offset: (i32, i32),
    /// Width of one tile when the sheet repeats sideways.
    pub(crate) period: Option<i32>,
    px: Vec<Px>,
    first_span: Vec<u32>,
    spans: Vec<Span>,
    opaque: Vec<Span>,
}

impl Sheet {
    /// Prepares a picture. With `wrap` it repeats sideways with its own width as period.
    /// `None` when there is no paint on it (or its size and its bytes disagree).
    pub(crate) fn new(image: &Raster, blend: Blend, opacity: f32, wrap: bool) -> Option<Self> {
        let (w, h) = (image.width as usize, image.height as usize);
        let source = pixels(&image.rgba);
        if w == 0 || h == 0 || source.len() != w.checked_mul(h)? || w > 16_384 || h > 16_384 {
            return None;
        }
        let opacity = (opacity.clamp(0.0, 1.0) * 256.0).round() as u32;
        let painted = |p: &Px| p[3] != 0 || (blend == Blend::Add && (p[0] | p[1] | p[2]) != 0);
        let row = |y: usize| &source[y * w..(y + 1) * w];
        let top = (0..h).find(|y| row(*y).iter().any(painted))?;
        let bottom = (0..h).rfind(|y| row(*y).iter().any(painted))?;
        let (left, right) = if wrap {
            (0, w - 1)
        } else {
            let column = |x: usize| (top..=bottom).any(|y| painted(&source[y * w + x]));
            ((0..w).find(|x| column(*x))?, (0..w).rfind(|x| column(*x))?)
        };
        let margin = usize::from(!wrap);
        let (stride, rows) = (right - left + 2 + margin, bottom - top + 3);
        let empty = if blend == Blend::Multiply { [255; 4] } else { [0; 4] };
        let mut px = vec![empty; stride * rows];
        for y in top..=bottom {
            let out = &mut px[(y - top + 1) * stride..][..stride];
            for (o, s) in out[margin..].iter_mut().zip(&row(y)[left..=right]) {
                *o = ready(*s, blend, opacity);
            }
            if wrap {
                out[stride - 1] = out[0];
            }
        }
        let mut sheet = Self {
            stride,
            rows,
            offset: (left as i32 - margin as i32, top as i32 - 1),
            period: wrap.then_some(w as i32),
            px,
            first_span: Vec::with_capacity(rows + 1),
            spans: Vec::new(),
            opaque: Vec::with_capacity(rows),
        };
        sheet.find_spans(empty, blend == Blend::Over);
        Some(sheet)
    }

    fn find_spans(&mut self, empty: Px, may_hide: bool) {
        let cells = self.stride - 1;
        for r in 0..self.rows - 1 {
            self.first_span.push(self.spans.len() as u32);
            let first = self.spans.len();
            let (a, b) = (&self.px[r * self.stride..][..self.stride], &self.px[(r + 1) * self.stride..]);
            let mut opaque = Span::default();
            let mut run: Option<usize> = None;
            for x in 0..=cells {
                let corners = if x < cells { [a[x], a[x + 1], b[x], b[x + 1]] } else { [empty; 4] };
                if x < cells && corners != [empty; 4] {
                    match self.spans[first..].last_mut() {
                        Some(last) if x - (last.end as usize) < SMALL_GAP => last.end = x as i32 + 1,
                        _ => self.spans.push(Span { start: x as i32, end: x as i32 + 1 }),
                    }
                }
                let full = x < cells && may_hide && corners.iter().all(|p| p[3] == 255);
                match (full, run) {
                    (true, None) => run = Some(x),
                    (false, Some(start)) => {
                        let found = Span { start: start as i32, end: x as i32 };
                        if x - start >= SMALL_OPAQUE && x - start > (opaque.end - opaque.start) as usize {
                            opaque = found;
                        }
                        run = None;
                    }
                    _ => {}
                }
            }
            self.opaque.push(opaque);
        }
        self.first_span.push(self.spans.len() as u32);
    }

    /// Rows of cells.
    pub(crate) fn cell_rows(&self) -> i32 {
        self.rows as i32 - 1
    }

    /// Cells a row.
    pub(crate) fn cells(&self) -> i32 {
        self.stride as i32 - 1
    }

    /// Where there is paint in row `r` of cells.
    pub(crate) fn spans(&self, r: i32) -> &[Span] {
        let r = r as usize;
        &self.spans[self.first_span[r] as usize..self.first_span[r + 1] as usize]
    }

    /// The longest stretch of row `r` that hides all behind it.
    pub(crate) fn opaque(&self, r: i32) -> Span {
        self.opaque[r as usize]
    }

    /// The pixels at the upper corners of the cells `span` of row `r`, and one more.
    pub(crate) fn corners(&self, r: i32, span: Span) -> &[Px] {
        let from = r as usize * self.stride + span.start as usize;
        &self.px[from..=from + (span.end - span.start) as usize]
    }

    /// Pixel `x`, `y` of the sheet, clear outside.
    pub(crate) fn at(&self, x: i32, y: i32) -> Px {
        if x < 0 || y < 0 || x >= self.stride as i32 || y >= self.rows as i32 {
            return [0; 4];
        }
        self.px[y as usize * self.stride + x as usize]
    }
}

/// One pixel with the layer's own opacity worked in, valid as premultiplied, and for `Multiply` as
/// factors.
fn ready(p: Px, blend: Blend, opacity: u32) -> Px {
    let dim = |v: u8| ((u32::from(v) * opacity + 128) >> 8) as u8;
    let alpha = dim(p[3]);
    match blend {
        Blend::Over => [dim(p[0]).min(alpha), dim(p[1]).min(alpha), dim(p[2]).min(alpha), alpha],
        Blend::Add => [dim(p[0]), dim(p[1]), dim(p[2]), alpha],
        Blend::Multiply => {
            let factor = |v: u8| 255 - alpha + dim(v).min(alpha);
            [factor(p[0]), factor(p[1]), factor(p[2]), 255]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_has_spans_only_where_it_is() {
        let mut image = Raster::filled(100, 60, [0; 4]);
        for y in 10..40u32 {
            for x in 20..80u32 {
                image.rgba[((y * 100 + x) * 4) as usize..][..4].copy_from_slice(&[9, 9, 9, 255]);
            }
        }
        let sheet = Sheet::new(&image, Blend::Over, 1.0, false).expect("painted");
        assert_eq!((sheet.stride, sheet.rows, sheet.offset), (62, 32, (19, 9)));
        assert_eq!(sheet.spans(0), [Span { start: 0, end: 61 }]);
        assert!(sheet.opaque(0).is_empty());
        assert_eq!(sheet.opaque(5), Span { start: 1, end: 60 });
    }

    #[test]
    fn nothing_painted_or_inconsistent_is_none() {
        assert!(Sheet::new(&Raster::filled(4, 4, [0; 4]), Blend::Over, 1.0, false).is_none());
        assert!(Sheet::new(&Raster::filled(0, 4, [0; 4]), Blend::Over, 1.0, true).is_none());
        let lying = Raster { width: 100, height: 100, rgba: vec![255; 16] };
        assert!(Sheet::new(&lying, Blend::Over, 1.0, false).is_none());
    }
}
