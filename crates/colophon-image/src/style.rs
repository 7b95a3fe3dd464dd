//! Neural style transfer with one network that holds 26 painters (multi-style, feed-forward:
//! Dumoulin et al. 2017, "A Learned Representation for Artistic Style").
//!
//! The network is that of `painters`.

use std::path::Path;

use colophon_scene::LayeredScene;
use colophon_scene::layers::Blend;
use colophon_types::{Cancel, Raster};

use crate::error::ImageError;
use crate::painters::{Painters, SMALLEST};
use crate::pixels::straight;
use crate::resize::Plane;

/// Painters in the network.
const PAINTERS: usize = 26;
/// Longest side at which the network sees a picture. What it changes is scaled up and added to the
/// full picture, so edges stay sharp.
const LONGEST: usize = 768;

/// Size of the strokes in pixels of the network; what is broader than this counts as tone.
const COARSE: usize = 24;
/// Share of the painter's tone that is taken when the picture's colours are kept, and when not.
const TONE_KEPT: f32 = 0.22;
const TONE_OWN: f32 = 0.75;

/// A style by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Public name.
    pub name: &'static str,
    /// Which painter of the network, 0–25.
    pub painter: usize,
    /// Strength that suits it, 0…1.
    pub strength: f32,
    /// Whether the picture's own colours suit it better than the painter's.
    pub keep_colour: bool,
}

const fn style(name: &'static str, painter: usize, strength: f32, keep_colour: bool) -> Style {
    Style { name, painter, strength, keep_colour }
}

/// The styles that paint well, the most reliable first.
pub const STYLES: &[Style] = &[
    style("oil", 23, 0.85, true),
    style("pencil", 14, 0.9, true),
    style("watercolour", 12, 0.9, true),
    style("ink", 2, 0.8, true),
    style("pastel", 0, 0.9, true),
    style("impasto", 19, 0.8, true),
    style("engraving", 11, 0.65, true),
    style("fresco", 14, 0.9, false),
    style("woodblock", 24, 0.85, false),
    style("starry", 19, 0.85, false),
];

/// How a picture is painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// Which painter, 0–25.
    pub painter: usize,
    /// 0 leaves the picture as it is, 1 takes the painter's whole.
    pub strength: f32,
    /// Only light and dark are painted; colours stay.
    pub keep_colour: bool,
}

fn unknown(name: String) -> ImageError {
    ImageError::UnknownStyle { name, known: STYLES.iter().map(|s| s.name).collect() }
}

impl Treatment {
    /// The treatment of a named style, or of a painter by number (`s00`–`s25`).
    ///
    /// # Errors
    /// [`ImageError::UnknownStyle`].
    pub fn named(name: &str) -> Result<Self, ImageError> {
        if let Some(s) = STYLES.iter().find(|s| s.name == name) {
            return Ok(Self { painter: s.painter, strength: s.strength, keep_colour: s.keep_colour });
        }
        let number = name.strip_prefix('s').filter(|n| n.len() == 2).and_then(|n| n.parse().ok());
        match number {
            Some(painter) if painter < PAINTERS => Ok(Self { painter, strength: 0.85, keep_colour: true }),
            _ => Err(unknown(name.into())),
        }
    }
}

/// The style network, ready to paint.
pub struct Stylizer {
    network: Painters,
}

impl std::fmt::Debug for Stylizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stylizer")
    }
}

impl Stylizer {
    /// Loads `multistyle26.onnx` from `dir`, to run with `threads` threads.
    ///
    /// # Errors
    /// The model cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        Ok(Self { network: Painters::load(&dir.join("multistyle26.onnx"), PAINTERS, threads)? })
    }

    /// The names of all styles, the most reliable first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        STYLES.iter().map(|s| s.name)
    }

    /// Paints a picture. Its outline (alpha) stays as it is.
    ///
    /// # Errors
    /// The picture is inconsistent, the painter does not exist, or the network failed.
    pub fn stylize(&self, image: &Raster, treatment: Treatment) -> Result<Raster, ImageError> {
        let (w, h) = (image.width as usize, image.height as usize);
        let bad =
            || ImageError::BadPicture { width: image.width, height: image.height, bytes: image.rgba.len() };
        if w.checked_mul(h).and_then(|n| n.checked_mul(4)) != Some(image.rgba.len()) || w > 8192 || h > 8192 {
            return Err(bad());
        }
        if treatment.painter >= PAINTERS {
            return Err(unknown(format!("s{:02}", treatment.painter)));
        }
        let strength = if treatment.strength.is_finite() { treatment.strength.clamp(0.0, 1.0) } else { 0.0 };
        let Some((x0, y0, x1, y1)) = painted(image) else { return Ok(image.clone()) };
        let (bw, bh) = (x1 - x0, y1 - y0);
        if strength == 0.0 || bw < SMALLEST || bh < SMALLEST {
            return Ok(image.clone());
        }
        let planes = straight(image, (x0, y0, x1, y1));
        let scale = (LONGEST as f32 / bw.max(bh) as f32).min(1.0);
        let fit = |n: usize| (((n as f32 * scale) / 4.0).round() as usize * 4).max(SMALLEST);
        let (sw, sh) = (fit(bw), fit(bh));
        let small: Vec<Plane> = planes.iter().map(|p| p.resized(sw, sh)).collect();
        let mut shares = [0.0; PAINTERS];
        shares[treatment.painter] = 1.0;
        let painted = self.network.paint(&small, &shares, &Cancel::new())?;
        let mut change: Vec<Plane> = small
            .iter()
            .zip(&painted)
            .map(|(a, b)| {
                let v = a.v.iter().zip(&b.v).map(|(a, b)| (b.clamp(0.0, 1.0) - a) * strength).collect();
                Plane { w: sw, h: sh, v }
            })
            .collect();
        if treatment.keep_colour {
            let luma = |i: usize| 0.2126 * change[0].v[i] + 0.7152 * change[1].v[i] + 0.0722 * change[2].v[i];
            let light: Vec<f32> = (0..sw * sh).map(luma).collect();
            change = vec![Plane { w: sw, h: sh, v: light }];
        }
        // The network evens out light and dark over whatever it is shown, which would make a white
        // layer grey and a night sky bright: keep its strokes, and only part of its tone.
        let tone = if treatment.keep_colour { TONE_KEPT } else { TONE_OWN };
        let (cw, ch) = (sw.div_ceil(COARSE), sh.div_ceil(COARSE));
        for plane in &mut change {
            let broad = plane.resized(cw, ch).resized(sw, sh);
            for (v, b) in plane.v.iter_mut().zip(&broad.v) {
                *v -= b * (1.0 - tone);
            }
        }
        let change: Vec<Plane> = change.iter().map(|p| p.resized(bw, bh)).collect();
        let mut out = image.clone();
        for y in 0..bh {
            for x in 0..bw {
                let i = y * bw + x;
                let px = &mut out.rgba[((y + y0) * w + x + x0) * 4..][..4];
                let alpha = f32::from(px[3]);
                for (c, v) in px.iter_mut().take(3).enumerate() {
                    let delta = change.get(c).or(change.first()).map_or(0.0, |p| p.v[i]);
                    *v = ((f32::from(*v) + delta * alpha).clamp(0.0, alpha) + 0.5) as u8;
                }
            }
        }
        Ok(out)
    }

    /// Paints every layer of a scene, once, so that its frames do not flicker. Light and shade
    /// (layers that are added or multiplied) stay as they are.
    ///
    /// # Errors
    /// As [`stylize`](Self::stylize); [`ImageError::Cancelled`] between layers.
    pub fn stylize_scene(
        &self,
        scene: &mut LayeredScene,
        treatment: Treatment,
        cancel: &Cancel,
    ) -> Result<(), ImageError> {
        for layer in &mut scene.layers {
            cancel.check()?;
            if layer.blend == Blend::Over && layer.opacity > 0.0 {
                layer.image = self.stylize(&layer.image, treatment)?;
            }
        }
        Ok(())
    }
}

/// The box around all that is not clear: left, top, right, bottom (past the end).
fn painted(image: &Raster) -> Option<(usize, usize, usize, usize)> {
    let mut found: Option<(usize, usize, usize, usize)> = None;
    let rows = image.rgba.chunks_exact((image.width as usize * 4).max(4));
    for (y, row) in rows.enumerate() {
        let pixels = row.as_chunks::<4>().0;
        let Some(first) = pixels.iter().position(|p| p[3] > 0) else { continue };
        let last = pixels.iter().rposition(|p| p[3] > 0).unwrap_or(first);
        found = Some(match found {
            None => (first, y, last + 1, y + 1),
            Some((a, b, c, _)) => (a.min(first), b, c.max(last + 1), y + 1),
        });
    }
    found
}
