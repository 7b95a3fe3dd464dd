//! The mark of a picture: 64 bits that outlast compression, resizing and cropping.

use colophon_types::Raster;

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
/// Pixels a side of the part that is read.
const WINDOW: usize = 2048;
/// Pilots must stand out so far for a payload to be tried.
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
    let tile = lattice.tile(payload.bits());
    let strengths = mask::strengths(raster);
    let original = raster.rgba.clone();
    for fidelity in [FIDELITY, LEAST_FIDELITY] {
        let squares = mask::lay(raster, &tile, &strengths, mask::gain(&strengths, fidelity));
        let psnr = psnr(squares, width * height);
        let plane = normalised(raster);
        let spectrum = fold::spectrum(&fold::fold(&plane, 1.0), &lattice.points);
        let anchor = lattice.anchor(&spectrum);
        if anchor.score > GATE && lattice.read(&spectrum, &anchor) == Some(payload.bits()) {
            return Ok(Embedded { psnr });
        }
        raster.rgba.copy_from_slice(&original);
    }
    Err(Unfit("the picture has too little room for a mark: nearly all of it is clear, or too busy"))
}

fn psnr(squares: u64, pixels: usize) -> f64 {
    let mean = squares as f64 / (3 * pixels).max(1) as f64;
    10.0 * (255.0 * 255.0 / mean.max(1e-12)).log10()
}

/// Looks for a mark.
pub fn find(raster: &Raster, key: &Key) -> Option<Found> {
    if !plane::is_whole(raster) || raster.width < 32 || raster.height < 32 {
        return None;
    }
    find_in(&normalised(raster), &Lattice::new(key))
}

/// The middle of a picture, without what is slow, each pixel over the deviation about it.
fn normalised(raster: &Raster) -> Plane {
    let part = Window::middle(raster.width as usize, raster.height as usize, WINDOW);
    normalise(Plane::brightness(raster, part))
}

pub(crate) fn normalise(mut plane: Plane) -> Plane {
    let mut slow = plane.clone();
    slow.blur(2, 3);
    plane.data.iter_mut().zip(&slow.data).for_each(|(v, s)| *v -= s);
    let mut deviation = slow;
    deviation.data.iter_mut().zip(&plane.data).for_each(|(d, v)| *d = v * v);
    deviation.blur(4, 2);
    for (v, d) in plane.data.iter_mut().zip(&deviation.data) {
        let d = d.max(0.0).sqrt();
        let bound = 2.5 * (d + 0.3);
        *v = v.clamp(-bound, bound) / (d + 0.7);
    }
    plane
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
    let mut best: Vec<_> = search::scales(plane, &lattice.points, &weights, 8)
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
