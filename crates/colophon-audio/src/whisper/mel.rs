//! Log-mel spectrum as Whisper was trained on: 16 kHz, 25 ms Hann windows every 10 ms, 80 or 128
//! bands on Slaney's mel scale with unit area, decimal logarithm limited to 8 below the maximum.

use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::network::FRAMES;

/// Samples of one window of 30 s at 16 kHz.
pub(super) const WINDOW: usize = 480_000;
const FFT: usize = 400;
/// Samples from one frame to the next.
pub(super) const HOP: usize = 160;
const RATE: f64 = 16_000.0;

/// Hertz to mel (Slaney, Auditory Toolbox): linear to 1 kHz, logarithmic above.
fn mel(hertz: f64) -> f64 {
    if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln() }
}

fn hertz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

/// A band: the first bin that it weighs, and the weights.
struct Band {
    first: usize,
    weights: Vec<f32>,
}

/// Triangular filters over the bins of the spectrum.
fn bank(bands: usize) -> Vec<Band> {
    let bins = FFT / 2 + 1;
    let top = mel(RATE / 2.0);
    let edges: Vec<f64> = (0..bands + 2).map(|i| hertz(top * i as f64 / (bands + 1) as f64)).collect();
    edges
        .windows(3)
        .map(|e| {
            let weight = |bin: usize| {
                let f = bin as f64 * RATE / FFT as f64;
                let up = (f - e[0]) / (e[1] - e[0]);
                let down = (e[2] - f) / (e[2] - e[1]);
                (up.min(down).max(0.0) * 2.0 / (e[2] - e[0])) as f32
            };
            let first = (0..bins).find(|b| weight(*b) > 0.0).unwrap_or(0);
            Band { first, weights: (first..bins).map(weight).take_while(|w| *w > 0.0).collect() }
        })
        .collect()
}

/// Computes spectra of a number of bands.
pub(super) struct Spectrum {
    bank: Vec<Band>,
    hann: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
}

impl Spectrum {
    pub(super) fn new(bands: usize) -> Self {
        let hann = |i: usize| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / FFT as f32).cos();
        Self {
            bank: bank(bands),
            hann: (0..FFT).map(hann).collect(),
            fft: RealFftPlanner::<f32>::new().plan_fft_forward(FFT),
        }
    }

    /// The spectrum of at most 30 s, `[bands, 3000]`; what is shorter is followed by silence.
    pub(super) fn of(&self, samples: &[f32]) -> Result<Vec<f32>, String> {
        let heard = samples.len().min(WINDOW);
        // Frames that only see the silence at the end all look alike.
        let frames = (heard + FFT / 2).div_ceil(HOP).min(FRAMES);
        let bands = self.bank.len();
        let mut out = vec![-10f32; bands * FRAMES];
        let (mut frame, mut bins) = (self.fft.make_input_vec(), self.fft.make_output_vec());
        let mut power = vec![0f32; FFT / 2 + 1];
        for t in 0..frames {
            for (i, x) in frame.iter_mut().enumerate() {
                // Both ends are mirrored.
                let at = ((t * HOP + i) as isize - (FFT / 2) as isize).unsigned_abs();
                let at = if at >= WINDOW { 2 * (WINDOW - 1) - at } else { at };
                *x = samples.get(at).copied().unwrap_or(0.0) * self.hann[i];
            }
            self.fft.process(&mut frame, &mut bins).map_err(|e| e.to_string())?;
            for (p, c) in power.iter_mut().zip(&bins) {
                *p = c.norm_sqr();
            }
            for (band, filter) in self.bank.iter().enumerate() {
                let energy: f32 = filter.weights.iter().zip(&power[filter.first..]).map(|(w, p)| w * p).sum();
                out[band * FRAMES + t] = energy.max(1e-10).log10();
            }
        }
        let highest = out.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for x in &mut out {
            *x = (x.max(highest - 8.0) + 4.0) / 4.0;
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lights_the_band_at_its_pitch() {
        let tone: Vec<f32> =
            (0..16_000).map(|i| (std::f32::consts::TAU * 1000.0 * i as f32 / 16_000.0).sin()).collect();
        for (bands, expected) in [(80, 25..=27), (128, 40..=43)] {
            let spectrum = Spectrum::new(bands).of(&tone).expect("a spectrum");
            assert_eq!(spectrum.len(), bands * FRAMES);
            let at = |band: usize| spectrum[band * FRAMES + 50];
            let loudest = (0..bands).max_by(|a, b| at(*a).total_cmp(&at(*b))).expect("bands");
            // 1 kHz is mel 15 of 45.25.
            assert!(expected.contains(&loudest), "{loudest}");
            let end = spectrum[expected.start() * FRAMES + FRAMES - 1];
            assert!(end < at(loudest) - 1.9, "silence after the tone: {end}");
        }
    }
}
