//! How much of a mark the ear lets pass: a masking threshold for each Bark band of a frame.
//!
//! J. D. Johnston, "Transform coding of audio signals using perceptual noise criteria", IEEE JSAC 6
//! (1988): energy spread over the Bark bands (Schroeder's function), less an offset between that of
//! noise (5.5 dB) and that of a tone (14.5 dB and the number of the band) by spectral flatness, but not
//! below the threshold in quiet (Terhardt's, for a full-scale tone of 96 dB).

use super::layout::{BANDS, LOWEST, WIDTH};

const BARKS: usize = 25;
/// How far a noise and a tone mask noise, dB below them; a tone less with each Bark band.
const NOISE: f32 = 6.5;
const TONE: f32 = 14.5;
const SLOPE: f32 = 0.4;
/// Power of a mark over the threshold: 7 dB below it.
const MARGIN: f32 = 0.2;
/// Flatness of a tone, dB.
const FLATNESS: f32 = 32.0;
/// Greatest relative gain, whatever the threshold allows.
const MOST: f32 = 0.25;
/// A mark follows the level of its cells to this power: weak cells are given more, up to [`MOST`].
const GAMMA: f32 = 0.3;

/// The model for one rate and window.
pub(super) struct Mask {
    /// First bin of each Bark band and the end of the last.
    starts: Vec<usize>,
    /// `BARKS × BARKS`: what arrives in the first from the second.
    spread: Vec<f32>,
    /// Power of the threshold in quiet in each Bark band, in the units of the spectrum.
    quiet: Vec<f32>,
    /// Bins of each mark band, and its Bark band.
    cells: Vec<(usize, usize, usize)>,
}

impl Mask {
    /// For spectra of `window` samples at `rate`, whose full-scale tone has a power of `full`.
    pub(super) fn new(rate: f64, window: usize, full: f32) -> Self {
        let hertz = |bin: usize| (bin as f64 * rate / window as f64) as f32;
        let bins = window / 2 + 1;
        let starts: Vec<usize> =
            (0..=BARKS).map(|b| (1..bins).find(|k| bark(hertz(*k)) >= b as f32).unwrap_or(bins)).collect();
        let mut spread = vec![0.0; BARKS * BARKS];
        for to in 0..BARKS {
            let row = &mut spread[to * BARKS..(to + 1) * BARKS];
            for (from, s) in row.iter_mut().enumerate() {
                let d = to as f32 - from as f32 + 0.474;
                *s = 10_f32.powf((15.81 + 7.5 * d - 17.5 * (1.0 + d * d).sqrt()) / 10.0);
            }
            // The sum stays 1, so that a flat spectrum is spread onto itself.
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|s| *s /= sum);
        }
        let quiet = (0..BARKS)
            .map(|b| {
                let least = (starts[b]..starts[b + 1]).map(|k| in_quiet(hertz(k))).fold(f32::MAX, f32::min);
                if least < 1000.0 { full * 10_f32.powf((least - 96.0) / 10.0) } else { full }
            })
            .collect();
        let bin = |hertz: f32| ((f64::from(hertz) * window as f64 / rate).round() as usize).min(bins);
        let cells = (0..BANDS)
            .map(|b| {
                let low = LOWEST + WIDTH * b as f32;
                (bin(low), bin(low + WIDTH), (bark(low + WIDTH / 2.0) as usize).min(BARKS - 1))
            })
            .collect();
        Self { starts, spread, quiet, cells }
    }

    /// Bins of each mark band.
    pub(super) fn bins(&self, band: usize) -> std::ops::Range<usize> {
        self.cells[band].0..self.cells[band].1
    }

    /// The relative gain that each mark band of a frame may be given, from the powers of its bins.
    pub(super) fn strengths(&self, power: &[f32], out: &mut [f32]) {
        let mut energy = [0.0_f32; BARKS];
        let mut offset = [0.0_f32; BARKS];
        for b in 0..BARKS {
            let bins = &power[self.starts[b].min(power.len())..self.starts[b + 1].min(power.len())];
            if bins.is_empty() {
                continue;
            }
            let n = bins.len() as f32;
            let sum: f32 = bins.iter().sum();
            let logs: f32 = bins.iter().map(|p| (p + 1e-20).ln()).sum();
            let flatness = 4.343 * (logs / n - (sum / n + 1e-20).ln());
            // Noise has 2.5 dB, the logarithm's mean below that of the mean.
            let tonal = ((-flatness - 2.5) / FLATNESS).clamp(0.0, 1.0);
            energy[b] = sum;
            offset[b] = 10_f32.powf(-(tonal * (TONE + SLOPE * b as f32) + (1.0 - tonal) * NOISE) / 10.0);
        }
        let mut threshold = [0.0_f32; BARKS];
        for b in 0..BARKS {
            let row = &self.spread[b * BARKS..(b + 1) * BARKS];
            let spread: f32 = row.iter().zip(&energy).map(|(s, e)| s * e).sum();
            let bins = (self.starts[b + 1] - self.starts[b]).max(1) as f32;
            threshold[b] = (spread * offset[b]).max(self.quiet[b]) / bins;
        }
        for (out, (from, to, bark)) in out.iter_mut().zip(&self.cells) {
            let cell = 1e-20 + power[(*from).min(power.len())..(*to).min(power.len())].iter().sum::<f32>();
            let bins = self.starts[*bark + 1] - self.starts[*bark];
            let share =
                cell.powf(1.0 - GAMMA) * (energy[*bark] / bins as f32 * (to - from) as f32).powf(GAMMA);
            let allowed = MARGIN * threshold[*bark] * (to - from) as f32 * cell / share.max(1e-20);
            *out = if cell > 0.0 { (allowed / cell).sqrt().min(MOST) } else { 0.0 };
        }
    }
}

/// Zwicker and Terhardt's critical-band rate.
fn bark(hertz: f32) -> f32 {
    13.0 * (0.00076 * hertz).atan() + 3.5 * (hertz / 7500.0).powi(2).atan()
}

/// Terhardt's threshold in quiet, dB SPL.
fn in_quiet(hertz: f32) -> f32 {
    let k = hertz / 1000.0;
    3.64 * k.powf(-0.8) - 6.5 * (-0.6 * (k - 3.3).powi(2)).exp() + 1e-3 * k.powi(4)
}
