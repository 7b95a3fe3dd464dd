//! Ambience: the quiet sound of a place under a narrated film, synthesised.
//!
//! A bed is mono, about [`BED_LUFS`] loud, and drawn from its seed alone. It is meant to be felt
//! rather than listened to: [`crate::mix::under`] lays it well below the voice.

mod place;
mod sounds;

use colophon_types::{Pcm, Seed};

use crate::mix;
pub use place::Ambience;

/// Integrated loudness of a bed, in LUFS.
pub const BED_LUFS: f64 = -30.0;
/// Longest bed, in seconds; what is asked beyond is cut.
pub const LONGEST: f64 = 3600.0;
/// Highest sample rate a bed is made at, in hertz.
const HIGHEST_RATE: u32 = 192_000;
/// Highest sample of a bed.
const PEAK: f32 = 0.45;
/// Fade at each end of a bed, in seconds.
const FADE: f64 = 0.3;

/// The sound of a place: `seconds` (at most [`LONGEST`]) of mono sound at `rate` hertz, faded in and
/// out over 0.3 s. The same seed gives the same sound. Empty when the length is not a positive
/// number, or the rate is zero or above 192 kHz.
pub fn bed(kind: Ambience, seconds: f64, rate: u32, seed: Seed) -> Pcm {
    let mut samples = level(kind, samples_in(seconds, rate), rate, seed);
    let fade = samples_in(FADE, rate).min(samples.len() / 2);
    fade_in(&mut samples, fade);
    fade_out(&mut samples, fade);
    Pcm { rate, samples }
}

/// Beds one after another: `total` seconds (at most [`LONGEST`]) of sound at `rate` hertz, silent
/// where no part lies. A part is its start and its length in seconds and its kind; parts come in
/// the order of their starts, and one that begins before the last has ended begins at that end.
/// Neighbours cross over for 0.6 s at equal power; neighbours of the same kind are one bed.
pub fn joined(parts: &[(f64, f64, Ambience)], total: f64, rate: u32, seed: Seed) -> Pcm {
    let mut out = vec![0f32; samples_in(total, rate)];
    let half = samples_in(FADE, rate);
    for (i, (start, end, kind)) in runs(parts, out.len(), rate).into_iter().enumerate() {
        let (from, to) = (start.saturating_sub(half), (end + half).min(out.len()));
        let mut samples = level(kind, to - from, rate, seed.derive(&format!("{kind:?} {i}")));
        // At the ends of the film only the inner half of a crossing is left.
        fade_in(&mut samples, half + (start - from));
        fade_out(&mut samples, half + (to - end));
        for (to, from) in out[from..to].iter_mut().zip(samples) {
            *to += from;
        }
    }
    Pcm { rate, samples: out }
}

/// The parts as stretches of samples within the film, none overlapping, none empty, with adjacent
/// ones of a kind made one.
fn runs(parts: &[(f64, f64, Ambience)], total: usize, rate: u32) -> Vec<(usize, usize, Ambience)> {
    let mut runs: Vec<(usize, usize, Ambience)> = Vec::new();
    let crossing = samples_in(2.0 * FADE, rate);
    for (start, length, kind) in parts {
        if !start.is_finite() || !length.is_finite() || *kind == Ambience::Silence {
            continue;
        }
        let free = runs.last().map_or(0, |run| run.1);
        let end = samples_in(start + length, rate).min(total);
        let start = samples_in(*start, rate).max(free);
        match runs.last_mut() {
            _ if end <= start => {}
            // Between two of a kind, a gap shorter than their fades is no gap.
            Some(last) if last.2 == *kind && start - last.1 <= crossing => last.1 = end,
            _ => runs.push((start, end, *kind)),
        }
    }
    runs
}

/// How many samples there are in so many seconds.
fn samples_in(seconds: f64, rate: u32) -> usize {
    if seconds.is_nan() || rate > HIGHEST_RATE {
        return 0;
    }
    (seconds.clamp(0.0, LONGEST) * f64::from(rate)).round() as usize
}

/// A bed at its loudness, without fades.
fn level(kind: Ambience, count: usize, rate: u32, seed: Seed) -> Vec<f32> {
    if kind == Ambience::Silence || count == 0 {
        return vec![0.0; count];
    }
    let samples = sounds::synthesise(kind, count, rate as f32, seed);
    let sound = Pcm { rate, samples };
    // What is too short to have a loudness goes by its power, which is close to it.
    let power = || {
        let sum = sound.samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        10.0 * (sum / count as f64).max(1e-12).log10()
    };
    let loud = mix::loudness(&sound).unwrap_or_else(power);
    let peak = sound.samples.iter().fold(0f32, |peak, x| peak.max(x.abs()));
    let gain = (10f64.powf((BED_LUFS - loud) / 20.0) as f32).min(PEAK / peak.max(1e-6));
    let mut samples = sound.samples;
    samples.iter_mut().for_each(|x| *x *= gain);
    samples
}

/// Fades in over `count` samples along a quarter sine, so that two such fades cross at equal power.
fn fade_in(samples: &mut [f32], count: usize) {
    for (i, x) in samples.iter_mut().take(count).enumerate() {
        *x *= quarter(i, count);
    }
}

fn fade_out(samples: &mut [f32], count: usize) {
    for (i, x) in samples.iter_mut().rev().take(count).enumerate() {
        *x *= quarter(i, count);
    }
}

fn quarter(i: usize, count: usize) -> f32 {
    (i as f32 / count as f32 * std::f32::consts::FRAC_PI_2).sin()
}

#[cfg(test)]
mod tests;
