//! The mark of a picture: 64 bits that outlast compression, resizing and cropping.

use colophon_types::Raster;
use rustfft::num_complex::Complex32;

use crate::lattice::{self, Lattice, TILE};
use crate::plane::{self, Plane, Window};
use crate::{Found, Key, Payload, fold, mask, search};

/// The method and its version.
pub const NAME: &str = "colophon-picture/1";
/// Bits of a payload.
pub const BITS: usize = lattice::BITS;
/// Peak signal-to-noise ratio that is aimed at, in decibels.
const FIDELITY: f64 = 42.0;
/// The least that any picture gets.
const LEAST_FIDELITY: f64 = 40.2;
/// Pilots that stand out so far after embedding leave room for attacks.
const AMPLE: f32 = 14.0;
/// Pixels a side of the part that is read.
const WINDOW: usize = 2048;
/// Pilots must stand out so far for a payload to be tried.
/// Pixels a side under which a picture is not looked at.
const SMALLEST: u32 = 32;
const GATE: f32 = 5.0;
/// Payloads tried a picture.
const TRIES: usize = 5;
/// A CRC of 16 bits lets one word of 65,536 pass, and so many words are tried.
pub(crate) const FALSE_POSITIVES: f64 = (TRIES as f64 + 1.0) / 65_536.0;

/// What a marked picture lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedded {
    /// Peak signal-to-noise ratio over red, green and blue, in decibels.
    pub psnr: f64,
}

/// Why a picture cannot carry a mark: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub &'static str);

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unfit {}

/// Marks a picture in place.
pub fn embed(raster: &mut Raster, payload: Payload, key: &Key) -> Result<Embedded, Unfit> {
    let (width, height) = (raster.width as usize, raster.height as usize);
    if !plane::is_whole(raster) {
        return Err(Unfit("the picture has not as many pixels as its size says"));
    }
    if width < TILE || height < TILE {
        return Err(Unfit("a picture under 128 pixels a side is too small for a mark"));
    }
    let lattice = Lattice::new(key);
    let waves = lattice.waves(payload.bits());
    let strengths = mask::strengths(raster);
    let original = raster.clone();
    let fidelity =
        FIDELITY - f64::from((strengths.plain * 2.0 - 0.8).clamp(0.0, 1.0) * crate::tune("PL", 1.2) as f32);
    let fid = crate::tune("FID", 0.0);
    let (mut psnr, spectrum) =
        lay(raster, &original, &lattice, &waves, &strengths, if fid > 0.0 { fid } else { fidelity });
    let (read, margin) = margin(&lattice, &spectrum);
    if fid > 0.0 {
        return Ok(Embedded { psnr });
    }
    if read == Some(payload.bits()) && margin > crate::tune("AMPLE", 10.0) as f32 {
        return Ok(Embedded { psnr });
    }
    let host = fold::spectrum(&fold::fold(&normalised(&original, WINDOW), 1.0), &lattice.points);
    let waves = lattice.informed(&waves, &host, &spectrum);
    let spectrum;
    (psnr, spectrum) = lay(raster, &original, &lattice, &waves, &strengths, LEAST_FIDELITY);
    if std::env::var("DBG").is_ok() {
        eprintln!(
            "informed {margin} -> {:?} {}",
            self::margin(&lattice, &spectrum).0,
            self::margin(&lattice, &spectrum).1
        );
    }
    if self::margin(&lattice, &spectrum).0 == Some(payload.bits()) {
        return Ok(Embedded { psnr });
    }
    *raster = original;
    Err(Unfit("the picture has too little room for a mark: nearly all of it is clear, or too busy"))
}

/// What a spectrum says and how far its pilots stand out.
fn margin(lattice: &Lattice, spectrum: &fold::Spectrum) -> (Option<u64>, f32) {
    let anchor = lattice.anchor(spectrum);
    let read = if anchor.score > GATE { lattice.read(spectrum, &anchor) } else { None };
    (read, anchor.score)
}

/// Lays waves onto a picture at a fidelity in decibels; gives the one reached and what can be read.
fn lay(
    raster: &mut Raster,
    original: &Raster,
    lattice: &Lattice,
    waves: &[Complex32],
    strengths: &mask::Strengths,
    fidelity: f64,
) -> (f64, fold::Spectrum) {
    let pixels = original.rgba.len() / 4;
    let tile = lattice.draw(waves);
    let mut gain = mask::gain(strengths, fidelity);
    let mut reached = 0.0;
    for _ in 0..3 {
        raster.rgba.copy_from_slice(&original.rgba);
        reached = psnr(mask::lay(raster, &tile, strengths, gain), pixels);
        // What was cut off at white and at black leaves room for more elsewhere.
        if reached < fidelity + 0.25 {
            break;
        }
        gain *= 10.0_f32.powf(((reached - fidelity) / 20.0) as f32).min(1.5);
    }
    (reached, fold::spectrum(&fold::fold(&normalised(raster, WINDOW), 1.0), &lattice.points))
}

fn psnr(squares: u64, pixels: usize) -> f64 {
    let mean = squares as f64 / (3 * pixels).max(1) as f64;
    10.0 * (255.0 * 255.0 / mean.max(1e-12)).log10()
}

/// Looks for a mark.
pub fn find(raster: &Raster, key: &Key) -> Option<Found> {
    if !is_readable(raster) {
        return None;
    }
    find_in(&normalised(raster, WINDOW), &Lattice::new(key))
}

/// Whether there is enough of a picture to look for a mark in.
pub(crate) fn is_readable(raster: &Raster) -> bool {
    plane::is_whole(raster) && raster.width.min(raster.height) >= SMALLEST
}

/// The middle of a picture, without what is slow, each pixel over the deviation about it.
pub(crate) fn normalised(raster: &Raster, window: usize) -> Plane {
    let part = Window::middle(raster.width as usize, raster.height as usize, window);
    let mut plane = Plane::brightness(raster, part);
    let mut slow = plane.clone();
    slow.blur(2, 3);
    plane.data.iter_mut().zip(&slow.data).for_each(|(v, s)| *v -= s);
    level(&mut plane, 0.4);
    plane
}

/// Puts each number over the deviation about it, where that is well over `floor`.
pub(crate) fn level(plane: &mut Plane, floor: f32) {
    let mut deviation = plane.clone();
    deviation.data.iter_mut().for_each(|v| *v *= *v);
    deviation.blur(2, 2);
    for (v, d) in plane.data.iter_mut().zip(&deviation.data) {
        let d = d.max(0.0).sqrt() + floor;
        // An edge is far off what noise would be.
        *v = (*v / d).clamp(-2.5, 2.5);
    }
}

pub(crate) fn find_in(plane: &Plane, lattice: &Lattice) -> Option<Found> {
    let found = |payload: u64, score: f32| Found {
        payload: Payload::from_bits(payload).to_string(),
        score: f64::from(score),
        false_positive_rate: FALSE_POSITIVES,
    };
    let look = |scale: f64| {
        let spectrum = fold::spectrum(&fold::fold(plane, scale), &lattice.points);
        let anchor = lattice.anchor(&spectrum);
        (anchor, spectrum, scale)
    };
    let (anchor, spectrum, _) = look(1.0);
    if anchor.score > GATE {
        if let Some(payload) = lattice.read(&spectrum, &anchor) {
            return Some(found(payload, anchor.score));
        }
    }
    let weights = lattice.powers();
    let mut best: Vec<_> =
        search::scales(plane, &lattice.points, &weights, crate::tune("CAND", 30.0) as usize)
            .into_iter()
            .map(|(scale, _)| look(scale))
            .collect();
    best.sort_by(|a, b| b.0.score.total_cmp(&a.0.score));
    for (anchor, spectrum, scale) in best.into_iter().take(TRIES) {
        // Finer about the scale: the pilots' sum is the judge.
        let step = 0.12 * 128.0 / (20.0 * plane.width.max(plane.height) as f64);
        let (anchor, spectrum, _) = [-2.0, -1.0, 1.0, 2.0]
            .into_iter()
            .map(|k| look(scale * (1.0 + step * k)))
            .chain([(anchor, spectrum, scale)])
            .max_by(|a, b| a.0.score.total_cmp(&b.0.score))?;
        if anchor.score < GATE {
            continue;
        }
        if let Some(payload) = lattice.read(&spectrum, &anchor) {
            return Some(found(payload, anchor.score));
        }
    }
    None
}
