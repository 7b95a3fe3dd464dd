//! VideoSeal (Fernandez et al. 2024), version 1.0: a watermark of films by neural networks, which carries 256 bits. One
//! network makes what is added to a frame, another one reads the bits; both see frames at 256 × 256 pixels.
//!
//! The networks are read from the checkpoint that Meta publishes (MIT); wider ones of the same kind (PixelSeal) are
//! taken too. What is added is the same for some frames in a row, as in the original, and is weakened where it would
//! be seen (Wu et al., *Enhanced just noticeable difference model for images with pattern complexity*, 2017).

mod network;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use colophon_types::{Cancel, Raster};

use crate::net::torch::Weights;
use crate::net::{Net, Tensor};
use crate::resize::Plane;
use crate::{ImageError, pixels};

/// Bits of a message.
pub const BITS: usize = 256;
/// The file of both networks.
pub const FILE: &str = "y_256b_img.pth";
/// Frames in a row that the same mark goes over.
pub const STEP: u64 = 4;

/// Side of what the networks see, in pixels.
const SIDE: usize = 256;
/// How much of what the network makes is added.
const STRENGTH: f32 = 0.2;
/// Shares of red, green and blue in the brightness (Rec. 601).
const BRIGHTNESS: [f32; 3] = [0.299, 0.587, 0.114];

/// The two networks, read when they are first needed.
#[derive(Debug)]
pub struct VideoSeal {
    folder: PathBuf,
    threads: usize,
    networks: OnceLock<Networks>,
}

#[derive(Debug)]
struct Networks {
    embedder: Net,
    /// Whether it sees brightness alone.
    grey: bool,
    detector: Net,
    /// For each bit the numbers that stand for 0 and for 1.
    messages: Vec<f32>,
    /// How many numbers these are.
    width: usize,
}

/// A frame as the networks see it.
#[derive(Clone, Debug)]
pub struct Seen(Vec<Plane>);

/// What is added to frames: planes of 256 × 256 numbers in −1 … 1, one for all colours or one for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Change(Vec<Plane>);

impl VideoSeal {
    /// With the checkpoint in `folder`. The ONNX Runtime must have been loaded before the first use.
    pub fn new(folder: &Path, threads: usize) -> Self {
        Self { folder: folder.to_owned(), threads, networks: OnceLock::new() }
    }

    /// Reads the networks, if they were not yet.
    ///
    /// # Errors
    /// A checkpoint that is missing or is another one.
    pub fn load(&self) -> Result<(), ImageError> {
        self.networks().map(|_| ())
    }

    fn networks(&self) -> Result<&Networks, ImageError> {
        if let Some(networks) = self.networks.get() {
            return Ok(networks);
        }
        let weights = Weights::open(&self.folder.join(FILE), Some("model"))?;
        let (messages, width) = network::message_size(&weights)?;
        let embedder = network::embedder(&weights)?;
        let networks = Networks {
            grey: weights.get::<4>("embedder.unet.inc.double_conv.0.weight")?.0[1] == 1,
            embedder: Net::new(&embedder, self.threads)?,
            detector: Net::new(&network::detector(&weights)?, self.threads)?,
            messages,
            width,
        };
        Ok(self.networks.get_or_init(|| networks))
    }

    /// What carries a message in a frame and those after it.
    ///
    /// # Errors
    /// A frame without pixels, a stop, a network that is missing, is another one, or failed.
    pub fn change(
        &self,
        frame: &Raster,
        message: &[bool; BITS],
        cancel: &Cancel,
    ) -> Result<Change, ImageError> {
        let Seen(mut seen) = Self::seen(frame)?;
        let networks = self.networks()?;
        if networks.grey {
            seen = vec![brightness(&seen)];
        }
        let mut told = vec![0f32; networks.width];
        for (rows, bit) in networks.messages.chunks_exact(2 * networks.width).zip(message) {
            let row = &rows[usize::from(*bit) * networks.width..][..networks.width];
            told.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let told = Tensor::new(&[1, networks.width, 1, 1], told);
        let made =
            networks.embedder.run(vec![("frame", pixels::tensor(&seen)), ("message", told)], cancel)?;
        pixels::planes(made.into_iter().next().unwrap_or_default()).map(Change)
    }

    /// A frame, of any size, as it is read.
    ///
    /// # Errors
    /// A frame without pixels.
    pub fn seen(frame: &Raster) -> Result<Seen, ImageError> {
        pixels::check(frame)?;
        let mut seen: Vec<Plane> = pixels::colours(frame).iter().map(|p| p.resized(SIDE, SIDE)).collect();
        seen.iter_mut().flat_map(|plane| &mut plane.v).for_each(|x| *x = *x * 2.0 - 1.0);
        Ok(Seen(seen))
    }

    /// What the networks read of a frame: a number for each bit, positive for a one.
    ///
    /// # Errors
    /// A stop, a network that is missing, is another one, or failed.
    pub fn read(&self, frame: &Seen, cancel: &Cancel) -> Result<Vec<f32>, ImageError> {
        let networks = self.networks()?;
        let read = networks.detector.run(vec![("frame", pixels::tensor(&frame.0))], cancel)?;
        let read = read.into_iter().next().unwrap_or_default().data;
        match read.split_first() {
            Some((_, bits)) if bits.len() == BITS => Ok(bits.to_vec()),
            _ => Err(ImageError::Network(format!("VideoSeal's detector gave {} numbers", read.len()))),
        }
    }
}

impl Change {
    /// Adds it to a frame of any size, as strongly as each place hides it. What is not opaque stays as it is.
    pub fn lay(&self, frame: &mut Raster) {
        let (w, h) = (frame.width as usize, frame.height as usize);
        if frame.rgba.len() != w * h * 4 || w * h == 0 {
            return;
        }
        let hidden = hidden(frame);
        let change: Vec<Plane> = self.0.iter().map(|plane| plane.resized(w, h)).collect();
        let Some(first) = change.first() else { return };
        for (i, (p, hidden)) in frame.rgba.as_chunks_mut::<4>().0.iter_mut().zip(&hidden).enumerate() {
            if p[3] < u8::MAX {
                continue;
            }
            for (c, value) in p[..3].iter_mut().enumerate() {
                let change = change.get(c).unwrap_or(first).v[i];
                *value = (f32::from(*value) + STRENGTH * hidden * change).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

fn brightness(colours: &[Plane]) -> Plane {
    let [r, g, b] = colours else { return colours.first().cloned().unwrap_or_default() };
    let [kr, kg, kb] = BRIGHTNESS;
    let v = r.v.iter().zip(&g.v).zip(&b.v).map(|((r, g), b)| kr * r + kg * g + kb * b).collect();
    Plane { w: r.w, h: r.h, v }
}

/// How much each place of a frame may change before it is noticed, of 255, by how bright and how busy it is there.
/// Beyond the edges all is black.
fn hidden(frame: &Raster) -> Vec<f32> {
    let (w, h) = (frame.width as usize, frame.height as usize);
    // Two more on each side.
    let wide = w + 4;
    let mut light = vec![0f32; wide * (h + 4)];
    for (row, pixels) in light[2 * wide..].chunks_exact_mut(wide).zip(frame.rgba.chunks_exact(w * 4)) {
        for (y, p) in row[2..].iter_mut().zip(pixels.as_chunks::<4>().0) {
            *y = (0..3).map(|c| BRIGHTNESS[c] * f32::from(p[c])).sum();
        }
    }
    let mut out = Vec::with_capacity(w * h);
    for y in 0..h {
        let rows: [&[f32]; 5] = std::array::from_fn(|k| &light[(y + k) * wide..][..wide]);
        for x in 0..w {
            let at = |row: usize, column: usize| rows[row][x + column];
            let mut all = 0.0;
            for row in &rows {
                all += row[x..x + 5].iter().sum::<f32>();
            }
            // Those around count twice, the middle not at all.
            let near: f32 = (1..4).map(|row| at(row, 1) + at(row, 2) + at(row, 3)).sum();
            let mean = (all + near - 2.0 * at(2, 2)) / 32.0;
            let by_light = if mean <= 127.0 {
                17.0 * (1.0 - (mean / 127.0 + 1e-5).sqrt())
            } else {
                3.0 / 128.0 * (mean - 127.0) + 3.0
            };
            let across = at(1, 3) + 2.0 * at(2, 3) + at(3, 3) - at(1, 1) - 2.0 * at(2, 1) - at(3, 1);
            let down = at(1, 1) + 2.0 * at(1, 2) + at(1, 3) - at(3, 1) - 2.0 * at(3, 2) - at(3, 3);
            let slope = across * across + down * down;
            let by_contrast = 0.117 * 16.0 * slope.powf(1.2) / (slope + 26.0 * 26.0);
            let both = by_light + by_contrast - 0.3 * by_light.min(by_contrast);
            out.push(both.max(0.0));
        }
    }
    out
}
