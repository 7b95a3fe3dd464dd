//! Several pictures on one sheet, in rows.

use colophon_types::Raster;

use crate::{ImageError, crop, pixels};

/// Longest side of a sheet, in pixels.
const LONGEST: u32 = 8192;

/// How pictures are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Pictures in a row.
    pub columns: usize,
    /// Side of the square that a picture fits into, in pixels.
    pub cell: u32,
    /// Space between and around the squares, in pixels.
    pub gap: u32,
    /// Height below each square that is left for its name, in pixels.
    pub caption: u32,
    /// Red, green and blue of the sheet.
    pub paper: [u8; 3],
}

impl Layout {
    /// A layout of about square shape for so many pictures.
    pub fn square(count: usize, cell: u32) -> Self {
        let columns = (1..=count.max(1)).find(|n| n * n >= count).unwrap_or(1);
        Self { columns, cell, gap: cell / 16, caption: 0, paper: [246, 244, 240] }
    }

    /// Where a picture's square begins.
    pub fn place(&self, index: usize) -> (u32, u32) {
        let (row, column) = ((index / self.columns.max(1)) as u32, (index % self.columns.max(1)) as u32);
        let step = self.cell + self.gap;
        (self.gap + column * step, self.gap + row * (step + self.caption))
    }

    /// Width and height of the sheet.
    ///
    /// # Errors
    /// [`ImageError::Setting`] when there is nothing to lay out or the sheet would be too large.
    pub fn size(&self, count: usize) -> Result<(u32, u32), ImageError> {
        if count == 0 || self.columns == 0 || self.cell == 0 {
            return Err(ImageError::Setting("a sheet needs pictures, columns and room for them".into()));
        }
        let (columns, rows) = (self.columns.min(count) as u64, count.div_ceil(self.columns) as u64);
        let (cell, gap, caption) = (u64::from(self.cell), u64::from(self.gap), u64::from(self.caption));
        let (width, height) = (gap + columns * (cell + gap), gap + rows * (cell + gap + caption));
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(w), Ok(h)) if w <= LONGEST && h <= LONGEST => Ok((w, h)),
            _ => Err(ImageError::Setting(format!(
                "a sheet of {width}x{height} pixels is too large: make the pictures on it smaller"
            ))),
        }
    }

    /// The pictures on a sheet, each as large as its square lets it be.
    ///
    /// # Errors
    /// As [`size`](Self::size), and a picture without pixels.
    pub fn arrange(&self, pictures: &[Raster]) -> Result<Raster, ImageError> {
        let (width, height) = self.size(pictures.len())?;
        let [r, g, b] = self.paper;
        let mut sheet = Raster::filled(width, height, [r, g, b, 255]);
        for (index, picture) in pictures.iter().enumerate() {
            pixels::check(picture)?;
            let scale = f64::from(self.cell) / f64::from(picture.width.max(picture.height));
            let side = |n: u32| ((f64::from(n) * scale).round() as u32).clamp(1, self.cell);
            let small = crop::scaled(picture, (side(picture.width), side(picture.height)))?;
            let (x, y) = self.place(index);
            let (x, y) = (x + (self.cell - small.width) / 2, y + (self.cell - small.height) / 2);
            for row in 0..small.height as usize {
                let from = &small.rgba[row * small.width as usize * 4..][..small.width as usize * 4];
                let at = ((y as usize + row) * width as usize + x as usize) * 4;
                let to = &mut sheet.rgba[at..][..from.len()];
                for (to, from) in to.as_chunks_mut::<4>().0.iter_mut().zip(from.as_chunks::<4>().0) {
                    let clear = u16::from(255 - from[3]);
                    *to = std::array::from_fn(|c| {
                        (u16::from(from[c]) + (u16::from(to[c]) * clear + 127) / 255).min(255) as u8
                    });
                }
            }
        }
        Ok(sheet)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_in_rows() {
        let layout = Layout::square(5, 32);
        assert_eq!((layout.columns, layout.size(5).unwrap()), (3, (104, 70)));
        let red = Raster::filled(64, 32, [255, 0, 0, 255]);
        let sheet = layout.arrange(&vec![red; 5]).unwrap();
        let at = |x: u32, y: u32| &sheet.rgba[((y * sheet.width + x) * 4) as usize..][..3];
        assert_eq!(at(18, 18), [255, 0, 0]);
        assert_eq!(at(18, 4), [246, 244, 240], "a wide picture has paper above it");
        assert_eq!(at(90, 50), [246, 244, 240], "the sixth place is empty");
        assert!(Layout::square(1, 9000).arrange(&[Raster::filled(4, 4, [0; 4])]).is_err());
        assert!(layout.arrange(&[]).is_err());
    }
}
