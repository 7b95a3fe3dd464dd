//! The mark of a picture: 64 bits that outlast compression, resizing and cropping.
//!
//! A tile of 128 × 128 pixels (`lattice`) is laid over the whole picture, as strongly as each place
//! hides it (`mask`). To find it, the picture is freed of what is slow and evened out, summed over the
//! repeats of the tile, and the sum is transformed (`fold`). Pilots tell where the tile lies, soft
//! decisions on the other waves are decoded (`code`). A picture that was resized shows at which scale in
//! its power spectrum (`search`), from 0.36 to 1.7 of the size at which it was marked. Where it is mirrored or
//! turned by quarters the same waves are in other places, all of which are looked at. Pictures turned
//! otherwise or stretched are not found.

use colophon_types::{ErrorCode, Explain, Raster};
use rustfft::num_complex::Complex32;

use crate::fold::TILE;
use crate::lattice::{self, Anchor, Lattice};
use crate::plane::{self, Plane, Window};
use crate::{Found, Key, Payload, Turn, fold, mask, search};

/// The method and its version.
pub const NAME: &str = "colophon-picture/1";
/// Bits of a payload.
pub const BITS: usize = lattice::BITS;
/// Peak signal-to-noise ratio that is aimed at, in decibels.
const FIDELITY: f64 = 42.0;
/// How much lower, in decibels, where nearly all of a picture is plain: little of a mark in plain areas
/// outlasts compression, and busy areas that could carry it are few.
const MORE_IN_PLAIN: f32 = 1.2;
/// The least that any picture gets.
const LEAST_FIDELITY: f64 = 40.2;
/// Pilots that stand out so far after embedding leave room for attacks.
const AMPLE: f32 = 10.0;
/// A page: so much of it is white. Half of a mark is cut off there, and what is drawn on it stands against the rest.
const PAGE: f32 = 0.5;
/// Pixels a side of the part that is read.
const WINDOW: usize = 1536;
/// Pilots must stand out so far for a payload to be tried.
pub(crate) const GATE: f32 = 4.6;
/// How much further where the best of seven turns is taken: noise passes as rarely then as in one.
const SEVEN: f32 = 0.4;
/// Pixels a side under which a picture is not looked at.
const SMALLEST: u32 = 32;
/// Scales that are looked at by their pilots, how far those must stand out for a closer look, and how many
/// get one.
const CANDIDATES: usize = 30;
const CLOSER: f32 = 4.2;
const TRIES: usize = 5;
/// So many words are decoded at most of an upright picture, and as many of its turned copies after those.
const WORDS: usize = 3;
/// How often an upright picture without a mark gives a payload at most: a CRC of 16 bits lets one wrong word
/// in 65,536 pass.
const FALSE_POSITIVES: f64 = WORDS as f64 / 65_536.0;

/// What a marked picture lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedded {
    /// Peak signal-to-noise ratio over red, green and blue of what is not clear, in decibels.
    pub psnr: f64,
}

/// Why a picture cannot carry a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Its bytes are not as many as its size says.
    Broken,
    /// It is smaller than a tile.
    Small,
    /// Less than a tile of it is not clear.
    Clear,
    /// The mark could not be read back even right after embedding.
    NoRoom,
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Broken => "the picture has not as many bytes as its size says",
            Self::Small => "a picture under 128 pixels a side is too small for a watermark",
            Self::Clear => "nearly all of the picture is clear, which leaves no room for a watermark",
            Self::NoRoom => "the picture is too small for how busy it is to carry a watermark",
        })
    }
}

impl std::error::Error for Unfit {}

impl Explain for Unfit {
    fn code(&self) -> ErrorCode {
        ErrorCode::BadInput
    }

    fn hint(&self) -> Option<String> {
        (*self != Self::Broken).then(|| "try a larger picture".into())
    }
}

/// Marks a picture in place, at 40 decibels or better, and makes sure that the mark can be read back.
/// Clear pixels stay as they are, and no colour goes beyond its alpha. A picture that is refused stays
/// as it was.
pub fn embed(raster: &mut Raster, payload: Payload, key: &Key) -> Result<Embedded, Unfit> {
    if !plane::is_whole(raster) {
        return Err(Unfit::Broken);
    }
    if (raster.width.min(raster.height) as usize) < TILE {
        return Err(Unfit::Small);
    }
    if covered(raster) < (TILE * TILE) as f64 {
        return Err(Unfit::Clear);
    }
    let lattice = Lattice::new(key);
    let waves = lattice.waves(payload.bits());
    let strengths = mask::strengths(raster);
    let original = raster.clone();
    let fidelity = FIDELITY - f64::from((strengths.plain * 2.4 - 1.0).clamp(0.0, MORE_IN_PLAIN));
    let (psnr, spectrum) = lay(raster, &original, &lattice, &waves, &strengths, fidelity);
    let (read, margin) = margin(&lattice, &spectrum);
    if read == Some(payload.bits()) && margin > AMPLE && strengths.white < PAGE {
        return Ok(Embedded { psnr });
    }
    // A page, or so busy that its own waves drown the mark's: more strength, and what stands against it taken away.
    let host = fold::spectrum(&fold::fold(&normalised(&original, WINDOW), 1.0), &lattice.points);
    let waves = lattice.informed(&waves, &host, &spectrum);
    let (psnr, spectrum) = lay(raster, &original, &lattice, &waves, &strengths, LEAST_FIDELITY);
    if self::margin(&lattice, &spectrum).0 == Some(payload.bits()) {
        return Ok(Embedded { psnr });
    }
    *raster = original;
    Err(Unfit::NoRoom)
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
    let pixels = covered(original);
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

/// Pixels of a picture, clear ones left out and half-clear ones counted half.
fn covered(raster: &Raster) -> f64 {
    raster.rgba.chunks_exact(4).map(|p| u64::from(p[3])).sum::<u64>() as f64 / 255.0
}

fn psnr(squares: u64, pixels: f64) -> f64 {
    let mean = squares as f64 / (3.0 * pixels).max(1.0);
    10.0 * (255.0 * 255.0 / mean.max(1e-12)).log10()
}

/// Looks for a mark, in the middle 1536 × 1536 pixels of larger pictures, which bounds the work: one
/// transform of at most 2048 × 2048 and at most some hundred and twenty sums over the window. An upright mark
/// is looked for first, then one that was mirrored or turned by quarters.
///
/// Unmarked content gives an upright payload at most once in 21,845 pictures, and any payload at most once in
/// 10,922, whatever it shows: at most three words are decoded of an upright picture and three of the seven turns
/// together, and a CRC of 16 bits lets one in 65,536 wrong ones pass. Pilots must stand out by 4.6
/// deviations (5.0 where turned) for a word to be tried at all, which makes it far rarer.
pub fn find(raster: &Raster, key: &Key) -> Option<Found> {
    if !is_readable(raster) {
        return None;
    }
    find_in(&normalised(raster, WINDOW), &Lattice::new(key), GATE, &mut Words::default())
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

/// A spectrum with the turn at which its pilots stand out most, and where they say that the tile lies.
struct Pose {
    turn: Turn,
    anchor: Anchor,
    spectrum: fold::Spectrum,
}

/// The best pose among some turns.
fn pose(lattice: &Lattice, transform: &fold::Transform, turns: &[Turn]) -> Option<Pose> {
    let poses = turns.iter().map(|turn| {
        let spectrum = transform.spectrum(&lattice.points, *turn);
        Pose { turn: *turn, anchor: lattice.anchor(&spectrum), spectrum }
    });
    poses.max_by(|a, b| a.anchor.score.total_cmp(&b.anchor.score))
}

/// How far pilots must stand out in the best of some turns, beyond `least`.
fn gate(turns: &[Turn], least: f32) -> f32 {
    if turns.len() > 1 { least + SEVEN } else { least }
}

/// How many more words may be decoded: upright, and turned.
pub(crate) struct Words {
    upright: usize,
    turned: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self { upright: WORDS, turned: WORDS }
    }
}

impl Words {
    /// One of each, where one is left, taken from these.
    pub(crate) fn take_one(&mut self) -> Self {
        let one = Self { upright: self.upright.min(1), turned: self.turned.min(1) };
        self.upright -= one.upright;
        self.turned -= one.turned;
        one
    }

    /// Puts back what was not decoded.
    pub(crate) fn put_back(&mut self, rest: Self) {
        self.upright += rest.upright;
        self.turned += rest.turned;
    }

    /// What a pose says, where its pilots stand out and a word is left.
    fn read(&mut self, lattice: &Lattice, pose: Option<Pose>, least: f32) -> Option<Found> {
        let Pose { turn, anchor, spectrum } = pose.filter(|p| p.anchor.score > least)?;
        let (left, rate) = match turn {
            Turn::UPRIGHT => (&mut self.upright, FALSE_POSITIVES),
            _ => (&mut self.turned, 2.0 * FALSE_POSITIVES),
        };
        *left = left.checked_sub(1)?;
        Some(Found {
            payload: Payload::from_bits(lattice.read(&spectrum, &anchor)?).to_string(),
            score: f64::from(anchor.score),
            false_positive_rate: rate,
            turn,
        })
    }
}

/// Looks for a mark in what [`normalised`] gave: upright first and then turned, at the scale it was made
/// first and then at others. Pilots that stand out by `least` (turned, a little further) are a word.
pub(crate) fn find_in(plane: &Plane, lattice: &Lattice, least: f32, words: &mut Words) -> Option<Found> {
    let transform = |plane: &Plane, scale: f64| fold::Transform::of(&fold::fold(plane, scale));
    let (upright, turned) = Turn::ALL.split_at(1);
    let whole = transform(plane, 1.0);
    if let Some(found) = words.read(lattice, pose(lattice, &whole, upright), least) {
        return Some(found);
    }
    // A part is enough to tell which scales are worth a closer look.
    let middle;
    let part = Window::middle(plane.width, plane.height, search::WINDOW);
    let sample = if part.width == plane.width && part.height == plane.height {
        plane
    } else {
        middle = plane.part(part);
        &middle
    };
    // A turn brings waves to places of others and opposite ones: their power is where it was, and with it
    // what tells the scale.
    let scales: Vec<(f64, fold::Transform)> =
        search::scales(sample, &lattice.points, &lattice.powers(), CANDIDATES)
            .into_iter()
            .map(|scale| (scale, transform(sample, scale)))
            .collect();
    let finest = search::finest(plane.width.max(plane.height));
    let resized = |turns: &[Turn], words: &mut Words| {
        let score = |sums| pose(lattice, sums, turns).map_or(0.0, |pose| pose.anchor.score);
        let mut scored: Vec<(f64, f32)> = scales.iter().map(|(scale, sums)| (*scale, score(sums))).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
        let closer = scored.into_iter().take(TRIES).filter(|(_, score)| *score > gate(turns, CLOSER));
        closer.map(|(scale, _)| scale).find_map(|scale| {
            let about = (-4..=4).filter_map(|k| {
                pose(lattice, &transform(plane, scale * (1.0 + 0.12 * finest * f64::from(k))), turns)
            });
            let best = about.max_by(|a, b| a.anchor.score.total_cmp(&b.anchor.score));
            words.read(lattice, best, gate(turns, least))
        })
    };
    resized(upright, words)
        .or_else(|| words.read(lattice, pose(lattice, &whole, turned), gate(turned, least)))
        .or_else(|| resized(turned, words))
}
