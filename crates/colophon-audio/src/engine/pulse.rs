//! Sound from predicted spectra: a band-limited pulse train at the predicted pitch is filtered by
//! the harmonic spectrum, shaped noise and a component with free phase are added, and one inverse
//! short-time Fourier transform (1200 points, hop 300, Hann) gives the waveform.
//!
//!   S = exp(harmonic gain) · e^(iπ·tanh(harmonic phase)) · STFT(pulses)
//!     + exp(noise gain) · Z + exp(free gain) · e^(i·free phase)

use std::f32::consts::{PI, TAU};

use colophon_types::{Cancel, Seed};
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use crate::AudioError;

/// Samples a second.
pub(crate) const RATE: u32 = 24_000;
const FFT: usize = 1200;
const HOP: usize = 300;
const BINS: usize = FFT / 2 + 1;
/// Harmonics above this are left out, in hertz.
const TOP: f32 = 11_000.0;
/// Below this a frame has no voice, in hertz.
const UNVOICED: f32 = 40.0;
/// Gains are limited to e^7.
const LOUDEST: f32 = 7.0;

/// What the network predicts: five spectra of 601 bins by F frames, bin by bin, and F pitches.
pub(crate) struct Spectra {
    /// Natural logarithm of the harmonic part's gain.
    pub(crate) harmonic_gain: Vec<f32>,
    /// Its phase, before tanh, in half turns.
    pub(crate) harmonic_phase: Vec<f32>,
    /// Natural logarithm of the noise part's gain.
    pub(crate) noise_gain: Vec<f32>,
    /// Natural logarithm of the free part's gain.
    pub(crate) free_gain: Vec<f32>,
    /// Its phase in radians.
    pub(crate) free_phase: Vec<f32>,
    /// Pitch in hertz.
    pub(crate) pitch: Vec<f32>,
}

/// The waveform of `spectra`, F · 300 samples at 24 kHz.
pub(crate) fn synthesise(
    spectra: &Spectra,
    mut noise: Seed,
    cancel: &Cancel,
) -> Result<Vec<f32>, AudioError> {
    let frames = spectra.pitch.len();
    let parts = [
        &spectra.harmonic_gain,
        &spectra.harmonic_phase,
        &spectra.noise_gain,
        &spectra.free_gain,
        &spectra.free_phase,
    ];
    if frames == 0 || parts.iter().any(|p| p.len() != frames * BINS) {
        return Err(AudioError::Engine { engine: "hibari", problem: "its network gave other shapes".into() });
    }
    let source = pulses(&spectra.pitch);
    let window: Vec<f32> = (0..FFT).map(|i| 0.5 - 0.5 * (TAU * i as f32 / FFT as f32).cos()).collect();
    let mut planner = RealFftPlanner::<f32>::new();
    let forward = planner.plan_fft_forward(FFT);
    let inverse = planner.plan_fft_inverse(FFT);
    let mut frame = forward.make_input_vec();
    let mut bins = forward.make_output_vec();
    let mut sum = vec![0f32; (frames + FFT / HOP - 1) * HOP];
    let mut weight = vec![0f32; sum.len()];
    let failed = AudioError::engine("hibari");
    for t in 0..frames {
        if t % 64 == 0 {
            cancel.check()?;
        }
        for (i, x) in frame.iter_mut().enumerate() {
            let at = (t * HOP + i) as isize - (FFT / 2) as isize;
            *x = source[mirrored(at, source.len())] * window[i] / (FFT / 4) as f32;
        }
        forward.process(&mut frame, &mut bins).map_err(&failed)?;
        for (k, bin) in bins.iter_mut().enumerate() {
            let i = k * frames + t;
            let gain = |g: &[f32]| g[i].min(LOUDEST).exp();
            let turn = Complex::cis(PI * spectra.harmonic_phase[i].tanh());
            let (re, im) = normal(&mut noise);
            *bin = *bin * turn * gain(&spectra.harmonic_gain)
                + Complex::new(re, im) * gain(&spectra.noise_gain)
                + Complex::cis(spectra.free_phase[i]) * gain(&spectra.free_gain);
        }
        bins[0].im = 0.0;
        bins[BINS - 1].im = 0.0;
        inverse.process(&mut bins, &mut frame).map_err(&failed)?;
        for (i, x) in frame.iter().enumerate() {
            sum[t * HOP + i] += x * window[i] / FFT as f32;
            weight[t * HOP + i] += window[i] * window[i];
        }
    }
    let half = FFT / 2;
    let out = sum[half..].iter().zip(&weight[half..]).take(frames * HOP).map(|(s, w)| s / w.max(1e-11));
    let mut out: Vec<f32> = out.collect();
    out.resize(frames * HOP, 0.0);
    Ok(out)
}

/// A position beyond an end, reflected without repeating the end.
fn mirrored(at: isize, len: usize) -> usize {
    let last = len as isize - 1;
    let at = at.abs();
    let at = if at > last { 2 * last - at } else { at };
    at.clamp(0, last) as usize
}

/// Every harmonic below [`TOP`] at unit amplitude: the Dirichlet kernel
/// Σ cos(h·φ) = sin((H + ½)·φ) / (2·sin(φ/2)) − ½, silent where there is no voice.
fn pulses(pitch: &[f32]) -> Vec<f32> {
    let frames = pitch.len();
    let mut out = Vec::with_capacity(frames * HOP);
    let mut turns = 0f64;
    for n in 0..frames * HOP {
        // Frame centres lie half a hop in; between them the pitch is linear.
        let at = (n as f32 + 0.5) / HOP as f32 - 0.5;
        let low = at.floor();
        let part = at - low;
        let frame = |i: isize| pitch[i.clamp(0, frames as isize - 1) as usize];
        let f = frame(low as isize) * (1.0 - part) + frame(low as isize + 1) * part;
        let voiced = f > UNVOICED;
        let f = f.max(UNVOICED);
        turns = (turns + f64::from(f) / f64::from(RATE)).fract();
        let phase = TAU * turns as f32;
        let order = (TOP / f).floor() + 0.5;
        let below = 2.0 * (phase * 0.5).sin();
        let kernel = if below.abs() <= 2e-3 { order } else { (order * phase).sin() / below };
        out.push(if voiced { kernel - 0.5 } else { 0.0 });
    }
    out
}

/// Two independent standard normal numbers (Box and Muller).
fn normal(seed: &mut Seed) -> (f32, f32) {
    let radius = (-2.0 * (1.0 - seed.next_f32()).max(1e-9).ln()).sqrt();
    let (sin, cos) = (TAU * seed.next_f32()).sin_cos();
    (radius * cos, radius * sin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_pitch_gives_that_many_pulses() {
        let train = pulses(&[200.0; 80]);
        let peaks = train.iter().filter(|x| **x > 40.0).count();
        assert_eq!(train.len(), 24_000);
        assert!((190..=420).contains(&peaks), "{peaks} samples at the pulses of 200 Hz in one second");
        assert!(pulses(&[0.0; 8]).iter().all(|x| *x == 0.0));
    }

    #[test]
    fn a_unit_gain_passes_the_pulses_through() {
        let frames = 40;
        let flat = vec![0.0; frames * BINS];
        let quiet = vec![-40.0; frames * BINS];
        let spectra = Spectra {
            harmonic_gain: flat.clone(),
            harmonic_phase: flat.clone(),
            noise_gain: quiet.clone(),
            free_gain: quiet,
            free_phase: flat,
            pitch: vec![150.0; frames],
        };
        let out = synthesise(&spectra, Seed(1), &Cancel::new()).expect("shapes agree");
        let want = pulses(&spectra.pitch);
        // The analysis window is scaled by 1/300, so the train comes back 300 times weaker.
        for n in 1000..10_000 {
            assert!((out[n] * 300.0 - want[n]).abs() < 0.05, "{n}: {} {}", out[n] * 300.0, want[n]);
        }
    }
}
