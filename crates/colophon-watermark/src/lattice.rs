//! The pattern of a picture's mark: a tile of 128 × 128 pixels that is a sum of waves of whole
//! frequencies, repeated over the picture. Some waves (pilots) are the same for every payload and tell
//! where the tile lies; the others carry the coded bits.
//!
//! After M. Kutter, *Watermarking resisting to translation, rotation, and scaling* (1998), and
//! S. Pereira and T. Pun, *Robust template matching for affine resistant image watermarks* (2000), with
//! the sum over repeats, the weights by local noise and soft decisions added.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, TAU};

use rustfft::num_complex::Complex32;

use crate::fold::{HIGHEST, TILE};
use crate::{Key, code, fold};

/// Bits of a payload.
pub(crate) const BITS: usize = 64;
const CODED: usize = (BITS + code::CHECK) * code::RATE;
/// Cycles a tile, at least: longer waves drown in the picture.
const LOWEST: f64 = 4.0;
const PILOTS: usize = 96;
const PILOT_AMPLITUDE: f32 = 1.0;
/// Power spent on cancelling the picture, over the power of the mark, and the largest part cancelled.
const INFORMED: f32 = 0.4;
const MOST_CANCELLED: f32 = 0.9;
/// A log-likelihood ratio beyond this says more of the model's faults than of the bit.
const SUREST: f32 = 6.0;

/// Where the waves of a key's mark are, and what each is for.
pub(crate) struct Lattice {
    /// Cycles a tile across (1 to 20) and down (−20 to 20): pilots first, then carriers of bits.
    pub(crate) points: Vec<(usize, i32)>,
    pilots: Vec<Complex32>,
    /// What the real and the imaginary part of each carrier mean: a coded bit and a sign.
    carriers: Vec<[(usize, f32); 2]>,
}

/// Where the tile was found to lie.
#[derive(Clone, Debug)]
pub(crate) struct Anchor {
    /// Pixels of the tile, across and down.
    shift: (f64, f64),
    /// Amplitude of the mark in what was folded.
    amplitude: f32,
    /// Height of the pilots' correlation over its noise, in standard deviations.
    pub(crate) score: f32,
}

impl Lattice {
    pub(crate) fn new(key: &Key) -> Self {
        let highest = HIGHEST as i32;
        let mut points: Vec<(usize, i32)> = (1..=HIGHEST)
            .flat_map(|i| (-highest..=highest).map(move |j| (i, j)))
            .filter(|(i, j)| {
                let r = (*i as f64).hypot(f64::from(*j));
                *j != 0 && (LOWEST..=HIGHEST as f64).contains(&r)
            })
            .collect();
        let mut stream = key.stream("picture lattice");
        stream.shuffle(&mut points);
        let pilots = (0..PILOTS)
            .map(|_| {
                let phase = FRAC_PI_4 + FRAC_PI_2 * stream.below(4) as f64;
                Complex32::from_polar(PILOT_AMPLITUDE, phase as f32)
            })
            .collect();
        let mut order: Vec<usize> = (0..(points.len() - PILOTS) * 2).collect();
        stream.shuffle(&mut order);
        let mut carrier = |k: usize| (order[k] % CODED, stream.sign());
        let carriers = (0..points.len() - PILOTS).map(|k| [carrier(2 * k), carrier(2 * k + 1)]).collect();
        Self { points, pilots, carriers }
    }

    /// The waves of a payload.
    pub(crate) fn waves(&self, payload: u64) -> Vec<Complex32> {
        let word = code::encode(payload, BITS);
        let bit = |(bit, sign): (usize, f32)| if word[bit] { sign } else { -sign };
        let data = self
            .carriers
            .iter()
            .map(|[re, im]| Complex32::new(bit(*re), bit(*im)) * std::f32::consts::FRAC_1_SQRT_2);
        self.pilots.iter().copied().chain(data).collect()
    }

    /// Waves that also cancel a part of what the picture itself has at them, so that a busy picture does
    /// not drown its own mark. `host` is the picture, `marked` the picture with `waves` laid on.
    ///
    /// H. S. Malvar and D. A. F. Florêncio, *Improved spread spectrum* (2003).
    pub(crate) fn informed(
        &self,
        waves: &[Complex32],
        host: &fold::Spectrum,
        marked: &fold::Spectrum,
    ) -> Vec<Complex32> {
        const BANDS: usize = 4;
        let band = |(i, j): (usize, i32)| {
            let r = (i as f32).hypot(j as f32) * (BANDS as f32 / (HIGHEST as f32 + 0.1));
            r as usize
        };
        // What a wave of amplitude 1 became, by length of wave.
        let mut response = [(1e-6_f32, 1e-6_f32); BANDS];
        for ((point, wave), (host, marked)) in
            self.points.iter().zip(waves).zip(host.values.iter().zip(&marked.values))
        {
            let sums = &mut response[band(*point)];
            sums.0 += ((marked - host) * wave.conj()).re;
            sums.1 += wave.norm_sqr();
        }
        let gain = response.map(|(product, power)| (product / power).max(1e-3));
        // What helps stays. A pilot has one real dimension, along its phase; a carrier has two.
        let parts: Vec<Complex32> = self
            .points
            .iter()
            .zip(waves.iter().zip(&host.values))
            .enumerate()
            .map(|(k, (point, (wave, value)))| {
                let part = value / gain[band(*point)];
                if k < PILOTS {
                    let along = (part * wave.conj()).re / wave.norm_sqr();
                    wave * along.min(0.0)
                } else {
                    let against = |part: f32, wave: f32| if part * wave < 0.0 { part } else { 0.0 };
                    Complex32::new(against(part.re, wave.re), against(part.im, wave.im))
                }
            })
            .collect();
        let power = |list: &[Complex32]| list.iter().map(Complex32::norm_sqr).sum::<f32>();
        let share = (INFORMED * power(waves) / power(&parts).max(1e-6)).sqrt().min(MOST_CANCELLED);
        waves.iter().zip(&parts).map(|(wave, part)| wave - part * share).collect()
    }

    /// The sum of waves, scaled to deviation 1. Summed directly, for a Fourier transform may round
    /// differently from one processor to the next and a mark should not.
    pub(crate) fn draw(&self, waves: &[Complex32]) -> Vec<f32> {
        let turn: Vec<(f64, f64)> = (0..TILE).map(|k| (TAU * k as f64 / TILE as f64).sin_cos()).collect();
        // Down first: for each frequency across, a column of complex numbers.
        let mut columns = vec![(0.0_f64, 0.0_f64); (HIGHEST + 1) * TILE];
        for ((i, j), wave) in self.points.iter().zip(waves) {
            let (re, im) = (f64::from(wave.re), f64::from(wave.im));
            for (y, sum) in columns[i * TILE..(i + 1) * TILE].iter_mut().enumerate() {
                let (s, c) = turn[(y as i32 * j).rem_euclid(TILE as i32) as usize];
                sum.0 += re * c - im * s;
                sum.1 += re * s + im * c;
            }
        }
        let mut tile = vec![0.0_f64; TILE * TILE];
        for (y, row) in tile.chunks_exact_mut(TILE).enumerate() {
            for i in 1..=HIGHEST {
                let (re, im) = columns[i * TILE + y];
                for (x, v) in row.iter_mut().enumerate() {
                    let (s, c) = turn[x * i % TILE];
                    *v += re * c - im * s;
                }
            }
        }
        let deviation = (tile.iter().map(|v| v * v).sum::<f64>() / tile.len() as f64).sqrt();
        tile.iter().map(|v| (v / deviation) as f32).collect()
    }

    /// The power of each wave.
    pub(crate) fn powers(&self) -> Vec<f32> {
        (0..self.points.len())
            .map(|k| if k < PILOTS { PILOT_AMPLITUDE * PILOT_AMPLITUDE } else { 1.0 })
            .collect()
    }

    /// Where the pilots say that the tile lies.
    pub(crate) fn anchor(&self, spectrum: &fold::Spectrum) -> Anchor {
        let mut weight = 0.0;
        let mut products = Vec::with_capacity(PILOTS);
        for ((point, pilot), (value, noise)) in
            self.points.iter().zip(&self.pilots).zip(spectrum.values.iter().zip(&spectrum.noise))
        {
            weight += pilot.norm_sqr() / noise;
            products.push((*point, value * pilot.conj() / noise));
        }
        let (shift, height) = fold::highest(&products);
        Anchor {
            shift,
            amplitude: (height / weight).max(0.0),
            score: height / (weight / 2.0).sqrt().max(1e-12),
        }
    }

    /// The payload, read where the tile lies.
    pub(crate) fn read(&self, spectrum: &fold::Spectrum, anchor: &Anchor) -> Option<u64> {
        code::decode(&self.evidence(spectrum, anchor), BITS)
    }

    /// A log-likelihood ratio for each coded bit.
    fn evidence(&self, spectrum: &fold::Spectrum, anchor: &Anchor) -> Vec<f32> {
        let mut evidence = vec![0.0_f32; CODED];
        let points = self.points.iter().zip(spectrum.values.iter().zip(&spectrum.noise)).skip(PILOTS);
        for (((i, j), (value, noise)), [re, im]) in points.zip(&self.carriers) {
            let turns = (*i as f64 * anchor.shift.0 + f64::from(*j) * anchor.shift.1) / TILE as f64;
            let (sin, cos) = (TAU * turns).sin_cos();
            let back = value * Complex32::new(cos as f32, sin as f32);
            // A bit's two means lie 2·amplitude/√2 apart, each part has half of the noise.
            let scale = 4.0 * anchor.amplitude * std::f32::consts::FRAC_1_SQRT_2 / noise;
            evidence[re.0] += (scale * back.re * re.1).clamp(-SUREST, SUREST);
            evidence[im.0] += (scale * back.im * im.1).clamp(-SUREST, SUREST);
        }
        evidence
    }
}
