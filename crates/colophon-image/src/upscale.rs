//! Enlarging: networks that were trained to draw what a larger picture would show (SPAN, Wan et al.
//! 2024; Real-ESRGAN, Wang et al. 2021), over tiles that overlap.

use std::path::Path;

use colophon_types::{Cancel, Raster};

use crate::ImageError;
use crate::net::{Net, ncnn, winograd};
use crate::pixels;
use crate::resize::Plane;

/// Side of a tile, and how much of what lies around the network sees with it, in pixels.
const TILE: usize = 192;
const AROUND: usize = 24;
/// Pixels of the largest result.
const MOST: u64 = 1 << 28;

/// Which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// SPAN: quick, faithful.
    Fast,
    /// Real-ESRGAN: slow, restores damaged pictures, invents texture.
    Best,
    /// Real-ESRGAN for drawings.
    Drawing,
}

impl Quality {
    /// By name: `fast`, `best`, `drawing`.
    ///
    /// # Errors
    /// [`ImageError::Setting`].
    pub fn named(name: &str) -> Result<Self, ImageError> {
        match name {
            "fast" => Ok(Self::Fast),
            "best" => Ok(Self::Best),
            "drawing" => Ok(Self::Drawing),
            _ => Err(ImageError::Setting(format!(
                "there is no way of enlarging called '{name}': choose fast, best or drawing"
            ))),
        }
    }

    /// Its model in the catalogue.
    pub fn model(self) -> &'static str {
        match self {
            Self::Fast => "span",
            Self::Best | Self::Drawing => "real-esrgan",
        }
    }

    /// The files' name, and by how much the network enlarges.
    fn network(self, factor: usize) -> (&'static str, usize) {
        match (self, factor) {
            (Self::Fast, 2) => ("spanx2_ch48", 2),
            (Self::Fast, _) => ("spanx4_ch48", 4),
            (Self::Best, _) => ("realesrgan-x4plus", 4),
            (Self::Drawing, _) => ("realesrgan-x4plus-anime", 4),
        }
    }
}

/// An enlarger that is ready.
#[derive(Debug)]
pub struct Upscaler {
    net: Net,
    factor: usize,
    /// What the network does; where it is more, the result is made smaller.
    network: usize,
}

impl Upscaler {
    /// Loads the network for `factor` (2 or 4) from the folder of [`Quality::model`]. The ONNX Runtime
    /// must have been loaded before (`colophon_hub::onnx::init`).
    ///
    /// # Errors
    /// [`ImageError::Setting`] for another factor; a model that cannot be loaded.
    pub fn load(dir: &Path, quality: Quality, factor: usize, threads: usize) -> Result<Self, ImageError> {
        if factor != 2 && factor != 4 {
            return Err(ImageError::Setting(format!("{factor} times is not possible: enlarge 2 or 4 times")));
        }
        let (name, network) = quality.network(factor);
        let graph = ncnn::read(&dir.join(format!("{name}.param")), &dir.join(format!("{name}.bin")))?;
        Ok(Self { net: Net::new(&winograd::rewritten(&graph), threads)?, factor, network })
    }

    /// Enlarges a picture; `tell` hears how many of how many tiles are done.
    ///
    /// # Errors
    /// A picture whose result would be too large, a stop, a network that failed.
    pub fn enlarge(
        &self,
        image: &Raster,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Raster, ImageError> {
        pixels::check(image)?;
        let (w, h) = (image.width as usize, image.height as usize);
        let most = MOST / (self.factor * self.factor) as u64;
        if (w * h) as u64 > most {
            let side = (most as f64).sqrt() as u64;
            return Err(ImageError::Setting(format!(
                "a picture of {w}×{h} pixels is too large to be enlarged {} times: at most {side}×{side} would fit",
                self.factor
            )));
        }
        let colours = pixels::colours(image);
        let (fw, fh) = (w * self.factor, h * self.factor);
        let mut out: Vec<Plane> = (0..3).map(|_| Plane { w: fw, h: fh, v: vec![0.0; fw * fh] }).collect();
        let (columns, rows) = (spans(w), spans(h));
        let total = columns.len() * rows.len();
        for (index, ((x0, x1), (y0, y1))) in
            rows.iter().flat_map(|r| columns.iter().map(move |c| (*c, *r))).enumerate()
        {
            tell(index, total);
            let (left, top) = (x0.min(AROUND), y0.min(AROUND));
            let (right, bottom) = ((w - x1).min(AROUND), (h - y1).min(AROUND));
            let seen: Vec<Plane> = colours
                .iter()
                .map(|p| {
                    let (x, y) = ((x0 - left) as isize, (y0 - top) as isize);
                    p.part(x, y, x1 - x0 + left + right, y1 - y0 + top + bottom)
                })
                .collect();
            let (sw, sh) = (seen[0].w, seen[0].h);
            let made = pixels::planes(self.net.apply("image", pixels::tensor(&seen), cancel)?)?;
            if made.len() != 3 || made[0].w != sw * self.network || made[0].h != sh * self.network {
                return Err(ImageError::Network("it gave a picture of another size".into()));
            }
            let f = self.factor;
            for (plane, made) in out.iter_mut().zip(&made) {
                let made = made.resized(sw * f, sh * f);
                for y in 0..(y1 - y0) * f {
                    let from = &made.v[(y + top * f) * made.w + left * f..][..(x1 - x0) * f];
                    plane.v[(y + y0 * f) * fw + x0 * f..][..from.len()].copy_from_slice(from);
                }
            }
        }
        tell(total, total);
        let opacity = pixels::opacity(image).map(|a| a.resized(fw, fh));
        Ok(pixels::picture(&out, opacity.as_ref()))
    }
}

/// A length in about equal parts of at most [`TILE`].
fn spans(length: usize) -> Vec<(usize, usize)> {
    let count = length.div_ceil(TILE).max(1);
    (0..count).map(|i| (length * i / count, length * (i + 1) / count)).collect()
}
