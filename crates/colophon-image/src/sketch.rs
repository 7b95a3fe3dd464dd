//! Pencil drawings of pictures: lines where an edge network sees outlines, hatching where it is dark.

use std::path::Path;

use colophon_types::{Cancel, Raster, Seed};

use crate::net::Net;
use crate::resize::Plane;
use crate::{ImageError, pixels, vgg};

/// Longest side at which outlines are looked for, in pixels.
const SEEN: usize = 1024;

/// How a drawing is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pencil {
    /// How dark the lines are, 0…1.
    pub lines: f32,
    /// How dark the hatching is, 0…1; nothing leaves lines alone.
    pub shade: f32,
    /// The seed of the strokes and of the paper.
    pub seed: u64,
}

impl Default for Pencil {
    fn default() -> Self {
        Self { lines: 0.9, shade: 0.6, seed: 0 }
    }
}

/// The edge network, ready to draw.
#[derive(Debug)]
pub struct Sketcher {
    net: Net,
}

impl Sketcher {
    /// Loads the network from the folder of model `hed`. The ONNX Runtime must have been loaded.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        Ok(Self { net: Net::new(&vgg::edges(dir)?, threads)? })
    }

    /// How likely an outline runs through each pixel, 0…1, row by row.
    ///
    /// # Errors
    /// A picture without pixels, a stop, a network that failed.
    pub fn outlines(&self, image: &Raster, cancel: &Cancel) -> Result<Vec<f32>, ImageError> {
        Ok(self.edges(image, cancel)?.v)
    }

    fn edges(&self, image: &Raster, cancel: &Cancel) -> Result<Plane, ImageError> {
        pixels::check(image)?;
        let (w, h) = (image.width as usize, image.height as usize);
        let scale = (SEEN as f32 / w.max(h) as f32).min(1.0);
        let fit = |n: usize| ((n as f32 * scale / vgg::STRIDE as f32).round() as usize).max(1) * vgg::STRIDE;
        let seen: Vec<Plane> = pixels::colours(image).iter().map(|p| p.resized(fit(w), fit(h))).collect();
        let made = pixels::planes(self.net.apply("image", pixels::tensor(&seen), cancel)?)?;
        made.first().map(|p| p.resized(w, h)).ok_or_else(|| ImageError::Network("it gave nothing".into()))
    }

    /// Draws a picture on white paper.
    ///
    /// # Errors
    /// As [`outlines`](Self::outlines).
    pub fn draw(&self, image: &Raster, pencil: Pencil, cancel: &Cancel) -> Result<Raster, ImageError> {
        let edges = self.edges(image, cancel)?;
        let (w, h) = (edges.w, edges.h);
        let light = pixels::luma(&pixels::colours(image));
        let unit = w.max(h) as f32 / 1024.0;
        let soft = light.blurred((2.0 * unit).round() as usize);
        let wide = light.blurred((24.0 * unit).round().max(1.0) as usize);
        // What is as likely all around is no line but a band: its middle is drawn.
        let thick = edges.blurred((5.0 * unit).round().max(1.0) as usize);
        let grain = Grain::new(pencil.seed);
        let mut v = Vec::with_capacity(w * h);
        for y in 0..h {
            for x in 0..w {
                let i = y * w + x;
                let (px, py) = (x as f32 / unit, y as f32 / unit);
                let paper = grain.at(px * 0.9, py * 0.9);
                // A line is dark in its middle and catches on the paper.
                let line = ((edges.v[i] - thick.v[i] * 0.72 - 0.04) / 0.22).clamp(0.0, 1.0);
                let line = line * (edges.v[i] / 0.45).min(1.0);
                let line = pencil.lines * line * (0.72 + 0.5 * paper).min(1.0);
                // Fine detail that is no outline, lightly.
                let detail = ((wide.v[i] - light.v[i]) * 1.6).clamp(0.0, 0.35) * 0.8;
                let dark = (1.0 - soft.v[i]).clamp(0.0, 1.0);
                let hatch = |angle: f32, threshold: f32, seed: f32| {
                    let (s, c) = angle.sin_cos();
                    // Strokes bend, swell and end: each is a hand's.
                    let bend =
                        5.0 * grain.at(px * 0.011 + seed, py * 0.011) + grain.at(px * 0.07, py * 0.07 + seed);
                    let across = (px * s + py * c) * 0.36 + bend;
                    let along = (px * c - py * s) * 0.017;
                    let row = across.floor();
                    let width = 0.35 + 0.4 * grain.at(along * 2.0 + row * 5.1, row * 3.7 + seed);
                    let near = 1.0 - ((across - row - 0.5).abs() / width).min(1.0);
                    let pressure = grain.at(along + row * 9.3, row * 1.9 + seed);
                    let depth = ((dark - threshold) / 0.4).clamp(0.0, 1.0);
                    depth * near * ((pressure - 0.18) * 1.7).clamp(0.0, 1.0)
                };
                let shade = 0.42 * hatch(0.9, 0.24, 11.0)
                    + 0.44 * hatch(0.72, 0.5, 37.0)
                    + 0.5 * hatch(-0.5, 0.74, 73.0)
                    + 0.3 * dark * dark;
                let shade = pencil.shade * (shade + detail) * (0.6 + 0.8 * paper);
                let graphite = 1.0 - (1.0 - line) * (1.0 - shade.clamp(0.0, 0.9));
                v.push(0.975 - 0.02 * paper - 0.86 * graphite);
            }
        }
        let opacity = pixels::opacity(image);
        Ok(pixels::picture(&[Plane { w, h, v }], opacity.as_ref()))
    }
}

/// Smooth noise, 0…1.
struct Grain {
    seed: u64,
}

impl Grain {
    fn new(seed: u64) -> Self {
        Self { seed: Seed(seed).derive("grain").0 }
    }

    fn corner(&self, x: i64, y: i64) -> f32 {
        let mut n = self.seed ^ (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y as u64).rotate_left(32);
        n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((n ^ (n >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (cx, cy) = (x.floor(), y.floor());
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (tx, ty) = (smooth(x - cx), smooth(y - cy));
        let (cx, cy) = (cx as i64, cy as i64);
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let top = mix(self.corner(cx, cy), self.corner(cx + 1, cy), tx);
        let bottom = mix(self.corner(cx, cy + 1), self.corner(cx + 1, cy + 1), tx);
        mix(top, bottom, ty)
    }
}
