//! The work space of a rendering thread, and small sheets drawn with it at a place of a frame.

use colophon_scene::layers::Blend;
use colophon_types::Raster;

use crate::motion::sane;
use crate::pixels::{self, Px, pixels_mut};
use crate::sheet::{Sheet, Span};

/// Work space of one rendering thread.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) commands: Vec<Command>,
    pub(crate) first: Vec<Px>,
    pub(crate) second: Vec<Px>,
}

/// One stretch of one row to be drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) instance: u32,
    /// Pixels of the frame.
    pub(crate) to: Span,
    /// Row and first column of cells.
    pub(crate) cell: (i32, i32),
    pub(crate) weights: (u16, u16),
    pub(crate) opaque: bool,
}

/// Draws a small sheet at a place of the frame, in pixels.
pub(crate) fn stamp(
    frame: &mut Raster,
    sheet: &Sheet,
    blend: Blend,
    (x, y): (f32, f32),
    opacity: f32,
    scratch: &mut Scratch,
) {
    let opacity = (sane(opacity, 0.0, 1.0) * 256.0).round() as u16;
    let (w, h) = (frame.width as i32, frame.height as i32);
    if opacity == 0 || !(x.abs() < 1e5 && y.abs() < 1e5) || w == 0 {
        return;
    }
    scratch.first.resize(w as usize + 2, [0; 4]);
    scratch.second.resize(w as usize + 2, [0; 4]);
    let left = ((x + sheet.offset.0 as f32) * 256.0).round() as i32;
    let top = ((y + sheet.offset.1 as f32) * 256.0).round() as i32;
    let ((base, wx), (down, wy)) =
        (((-left) >> 8, ((-left) & 255) as u16), ((-top) >> 8, ((-top) & 255) as u16));
    let columns = Span { start: -base, end: sheet.cells() - base }.cut(Span { start: 0, end: w });
    let lines = Span { start: -down, end: sheet.cell_rows() - down }.cut(Span { start: 0, end: h });
    if columns.is_empty() {
        return;
    }
    let n = (columns.end - columns.start) as usize;
    let rows = pixels_mut(&mut frame.rgba).chunks_exact_mut(w as usize);
    for (y, row) in
        rows.enumerate().skip(lines.start as usize).take((lines.end - lines.start).max(0) as usize)
    {
        let cell_row = y as i32 + down;
        let cells = Span { start: columns.start + base, end: columns.end + base };
        let (upper, lower) = (sheet.corners(cell_row, cells), sheet.corners(cell_row + 1, cells));
        pixels::mix(&mut scratch.first[..=n], upper, lower, wy);
        pixels::mix(&mut scratch.second[..n], &scratch.first, &scratch.first[1..], wx);
        if opacity != 256 {
            pixels::scale(&mut scratch.second[..n], opacity);
        }
        let target = &mut row[columns.start as usize..columns.end as usize];
        match blend {
            Blend::Add => pixels::add(target, &scratch.second[..n]),
            _ => pixels::over(target, &scratch.second[..n]),
        }
    }
}
