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
use wide::f32x8;

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
/// Bins, or samples, that are computed side by side.
const LANES: usize = 8;
/// Spectra of a frame.
const SPECTRA: usize = 5;

/// What the network predicts for F frames.
pub(crate) struct Spectra {
    /// Five spectra of 601 bins for each frame: the natural logarithm of the harmonic part's gain, its phase before tanh
    /// in half turns, the logarithms of the gains of the noise and of the free part, and the phase of that in radians.
    pub(crate) bins: Vec<f32>,
    /// Pitch in hertz, F numbers.
    pub(crate) pitch: Vec<f32>,
}

/// The waveform of `spectra`, F · 300 samples at 24 kHz.
pub(crate) fn synthesise(
    spectra: &Spectra,
    mut noise: Seed,
    cancel: &Cancel,
) -> Result<Vec<f32>, AudioError> {
    let frames = spectra.pitch.len();
    if frames == 0 || spectra.bins.len() != frames * SPECTRA * BINS {
        return Err(AudioError::Engine { engine: "hibari", problem: "its network gave other shapes".into() });
    }
    let source = reflected(&pulses(&spectra.pitch), FFT / 2);
    let window: Vec<f32> = (0..FFT).map(|i| 0.5 - 0.5 * (TAU * i as f32 / FFT as f32).cos()).collect();
    let mut planner = RealFftPlanner::<f32>::new();
    let forward = planner.plan_fft_forward(FFT);
    let inverse = planner.plan_fft_inverse(FFT);
    let (mut ahead, mut back) = (forward.make_scratch_vec(), inverse.make_scratch_vec());
    let mut frame = forward.make_input_vec();
    let mut bins = forward.make_output_vec();
    let mut sum = vec![0f32; (frames + FFT / HOP - 1) * HOP];
    let mut weight = vec![0f32; sum.len()];
    let failed = AudioError::engine("hibari");
    for (t, predicted) in spectra.bins.chunks_exact(SPECTRA * BINS).enumerate() {
        if t % 64 == 0 {
            cancel.check()?;
        }
        for ((x, s), w) in frame.iter_mut().zip(&source[t * HOP..]).zip(&window) {
            *x = s * w / (FFT / 4) as f32;
        }
        forward.process_with_scratch(&mut frame, &mut bins, &mut ahead).map_err(&failed)?;
        shape(predicted, &mut bins, &mut noise);
        bins[0].im = 0.0;
        bins[BINS - 1].im = 0.0;
        inverse.process_with_scratch(&mut bins, &mut frame, &mut back).map_err(&failed)?;
        let whole = sum[t * HOP..].iter_mut().zip(&mut weight[t * HOP..]);
        for ((x, w), (sum, weight)) in frame.iter().zip(&window).zip(whole) {
            *sum += x * w / FFT as f32;
            *weight += w * w;
        }
    }
    let half = FFT / 2;
    let out = sum[half..].iter().zip(&weight[half..]).take(frames * HOP).map(|(s, w)| s / w.max(1e-11));
    let mut out: Vec<f32> = out.collect();
    out.resize(frames * HOP, 0.0);
    Ok(out)
}

/// Filters the pulses of a frame and adds the noise and the free part.
fn shape(predicted: &[f32], bins: &mut [Complex<f32>], noise: &mut Seed) {
    let gain = |g: f32x8| g.min(f32x8::splat(LOUDEST)).exp();
    for (at, bins) in (0..).step_by(LANES).zip(bins.chunks_mut(LANES)) {
        let here = bins.len();
        let of = |value: &dyn Fn(usize) -> f32| {
            f32x8::new(std::array::from_fn(|lane| if lane < here { value(lane) } else { 0.0 }))
        };
        let part = |which: usize| {
            let row = &predicted[which * BINS + at..][..here];
            match row.try_into() {
                Ok(whole) => f32x8::new(whole),
                Err(_) => of(&|lane| row[lane]),
            }
        };
        let dice: [[f32; 2]; LANES] = std::array::from_fn(|lane| match lane < here {
            true => [noise.next_f32(), noise.next_f32()],
            false => [0.0; 2],
        });
        let (re, im) = (of(&|lane| bins[lane].re), of(&|lane| bins[lane].im));
        let loud = gain(part(0));
        let (sin, cos) = (tanh(part(1)) * PI).sin_cos();
        let hiss = gain(part(2));
        let [rest, turn] = [0, 1].map(|which| f32x8::new(dice.map(|pair| pair[which])));
        let (across, up) = normal(rest, turn);
        let free = gain(part(3));
        let (free_sin, free_cos) = part(4).sin_cos();
        let new_re = (re * cos - im * sin) * loud + across * hiss + free_cos * free;
        let new_im = (re * sin + im * cos) * loud + up * hiss + free_sin * free;
        let (new_re, new_im) = (new_re.to_array(), new_im.to_array());
        for (lane, bin) in bins.iter_mut().enumerate() {
            *bin = Complex::new(new_re[lane], new_im[lane]);
        }
    }
}

/// The hyperbolic tangent, within 1e-6.
fn tanh(x: f32x8) -> f32x8 {
    // Beyond 9 it is 1 to the last bit of a float.
    let x = x.max(f32x8::splat(-9.0)).min(f32x8::splat(9.0));
    f32x8::splat(1.0) - f32x8::splat(2.0) / ((x * 2.0).exp() + 1.0)
}

/// The samples with `edge` more at either end, reflected without repeating the end.
fn reflected(samples: &[f32], edge: usize) -> Vec<f32> {
    let last = samples.len() as isize - 1;
    let place = |at: isize| {
        let at = at.abs();
        (if at > last { 2 * last - at } else { at }).clamp(0, last) as usize
    };
    let edge = edge as isize;
    (-edge..samples.len() as isize + edge).map(|at| samples[place(at)]).collect()
}

/// Every harmonic below [`TOP`] at unit amplitude: the Dirichlet kernel
/// Σ cos(h·φ) = sin((H + ½)·φ) / (2·sin(φ/2)) − ½, silent where there is no voice.
fn pulses(pitch: &[f32]) -> Vec<f32> {
    let frames = pitch.len();
    let samples = frames * HOP;
    let mut out = Vec::with_capacity(samples + LANES);
    let mut turns = 0f64;
    for first in (0..samples).step_by(LANES) {
        let (mut phases, mut orders, mut silent) = ([0f32; LANES], [0f32; LANES], [false; LANES]);
        for lane in 0..LANES {
            // Frame centres lie half a hop in; between them the pitch is linear.
            let at = ((first + lane) as f32 + 0.5) / HOP as f32 - 0.5;
            let low = at.floor();
            let part = at - low;
            let frame = |i: isize| pitch[i.clamp(0, frames as isize - 1) as usize];
            let f = frame(low as isize) * (1.0 - part) + frame(low as isize + 1) * part;
            silent[lane] = f <= UNVOICED;
            let f = f.max(UNVOICED);
            turns = (turns + f64::from(f) / f64::from(RATE)).fract();
            phases[lane] = TAU * turns as f32;
            orders[lane] = (TOP / f).floor() + 0.5;
        }
        let (phase, order) = (f32x8::new(phases), f32x8::new(orders));
        let below = ((phase * 0.5).sin() * 2.0).to_array();
        let above = (order * phase).sin().to_array();
        out.extend((0..LANES).map(|lane| {
            let kernel = if below[lane].abs() <= 2e-3 { orders[lane] } else { above[lane] / below[lane] };
            if silent[lane] { 0.0 } else { kernel - 0.5 }
        }));
    }
    out.truncate(samples);
    out
}

/// Two independent standard normal numbers for each lane, of two that are even in 0…1 (Box and Muller).
fn normal(first: f32x8, second: f32x8) -> (f32x8, f32x8) {
    let rest = (f32x8::splat(1.0) - first).max(f32x8::splat(1e-9));
    let radius = (rest.ln() * -2.0).sqrt();
    let (sin, cos) = (second * TAU).sin_cos();
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
        let frame = [0.0, 0.0, -40.0, -40.0, 0.0].map(|x| [x; BINS]);
        let spectra = Spectra { bins: frame.as_flattened().repeat(frames), pitch: vec![150.0; frames] };
        let out = synthesise(&spectra, Seed(1), &Cancel::new()).expect("shapes agree");
        let want = pulses(&spectra.pitch);
        // The analysis window is scaled by 1/300, so the train comes back 300 times weaker.
        for n in 1000..10_000 {
            assert!((out[n] * 300.0 - want[n]).abs() < 0.05, "{n}: {} {}", out[n] * 300.0, want[n]);
        }
    }

    #[test]
    fn the_functions_are_those_of_the_library() {
        for i in -400..=400 {
            let x = i as f32 * 0.05;
            let near =
                |a: f32x8, b: f32, within: f32| (a.to_array()[3] - b).abs() <= within * b.abs().max(1.0);
            let lanes = f32x8::splat(x);
            assert!(near(tanh(lanes), x.tanh(), 2e-6), "tanh {x}");
            let (sin, cos) = lanes.sin_cos();
            assert!(near(sin, x.sin(), 5e-6) && near(cos, x.cos(), 5e-6), "{x}");
            assert!(near(lanes.min(f32x8::splat(LOUDEST)).exp(), x.min(LOUDEST).exp(), 2e-6), "exp {x}");
        }
        let mut dice = Seed(4);
        let mut even = || f32x8::new(std::array::from_fn(|_| dice.next_f32()));
        let drawn: Vec<f32> = (0..20_000).flat_map(|_| normal(even(), even()).0.to_array()).collect();
        let mean = drawn.iter().sum::<f32>() / drawn.len() as f32;
        let square = drawn.iter().map(|x| x * x).sum::<f32>() / drawn.len() as f32;
        // 160,000 numbers: five standard errors.
        assert!(mean.abs() < 0.0125 && (square - 1.0).abs() < 0.018, "{mean} {square}");
    }

    #[test]
    fn any_number_of_frames_is_made_and_the_same_at_its_beginning() {
        let made = |frames: usize| {
            let spectra = Spectra { bins: vec![0.0; frames * SPECTRA * BINS], pitch: vec![150.0; frames] };
            synthesise(&spectra, Seed(1), &Cancel::new()).expect("shapes agree")
        };
        let whole = made(20);
        for frames in [1, 7, 8, 9, 20] {
            let out = made(frames);
            assert_eq!(out.len(), frames * HOP);
            assert!(out.iter().all(|x| x.is_finite()));
            // But for what the end, reflected, and the frames behind it reach.
            let same = frames.saturating_sub(4) * HOP;
            assert_eq!(out[..same], whole[..same], "{frames} frames");
        }
    }
}
