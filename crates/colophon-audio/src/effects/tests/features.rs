//! Every sound is told from all others by what is measured of it.

use super::{Sound, envelope, spectrum, take};
use crate::effects::dsp::Signal;
use crate::effects::registry::sounds;

const RATE: f32 = 24_000.0;

/// Spectrum in third octaves, how flat it is, and how the envelope moves.
fn features(signal: &Signal) -> Vec<f64> {
    let power = spectrum(signal);
    let total: f64 = power.iter().sum::<f64>().max(1e-30);
    let width = f64::from(signal.rate) / 4096.0;
    let mut out = Vec::new();
    let mut low = 30.0f64;
    while low < 11_000.0 {
        let high = low * 2f64.powf(1.0 / 3.0);
        let (a, b) = ((low / width) as usize, ((high / width) as usize + 1).min(power.len()));
        let band = power[a..b.max(a + 1)].iter().sum::<f64>() / total;
        out.push(10.0 * (band + 1e-6).log10() / 6.0);
        low = high;
    }
    let mean_log = power.iter().map(|p| (p / total + 1e-12).ln()).sum::<f64>() / power.len() as f64;
    out.push(2.0 * mean_log / 3.0);
    let shape: Vec<f64> = envelope(signal).iter().map(|e| f64::from(*e)).collect();
    let mean = shape.iter().sum::<f64>() / shape.len().max(1) as f64;
    let spread = (shape.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / shape.len() as f64).sqrt();
    out.push(4.0 * (spread / mean.max(1e-9)).ln());
    out.push(3.0 * (f64::from(signal.seconds())).ln());
    // Modulation of the envelope in octaves from 0.5 to 64 Hz, as shares.
    let n = shape.len();
    let at = |hertz: f64| -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, e) in shape.iter().enumerate() {
            let w = std::f64::consts::TAU * hertz * i as f64 * 0.005;
            re += (e - mean) * w.cos();
            im += (e - mean) * w.sin();
        }
        (re * re + im * im) / (n as f64 * mean * mean * n as f64).max(1e-12)
    };
    for octave in 0..8 {
        let base = 0.5 * 2f64.powi(octave);
        let sum: f64 = (0..8).map(|k| at(base * 2f64.powf(f64::from(k) / 8.0))).sum();
        out.push(1.2 * (sum + 1e-6).log10());
    }
    out
}

#[test]
fn every_sound_is_told_from_the_others() {
    let all: Vec<(&Sound, Vec<Vec<f64>>)> = sounds()
        .iter()
        .map(|s| (*s, (1..=8).map(|seed| features(&take(s, 6.0, RATE, seed * 77))).collect()))
        .collect();
    // Five seeds make the centre, three others are named.
    let centres: Vec<Vec<f64>> = all
        .iter()
        .map(|(_, f)| (0..f[0].len()).map(|i| f[..5].iter().map(|v| v[i]).sum::<f64>() / 5.0).collect())
        .collect();
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>();
    let (mut right, mut wrong) = (0, Vec::new());
    for (sound, f) in &all {
        for v in &f[5..] {
            let best = (0..all.len())
                .min_by(|a, b| distance(v, &centres[*a]).total_cmp(&distance(v, &centres[*b])))
                .expect("sounds");
            if all[best].0.id == sound.id {
                right += 1;
            } else {
                wrong.push(format!("{} as {}", sound.id, all[best].0.id));
            }
        }
    }
    let share = right as f64 / (3 * all.len()) as f64;
    println!("{} sounds, {:.1} % of {} takes named: {wrong:?}", all.len(), 100.0 * share, 3 * all.len());
    assert!(all.len() >= 60);
    assert!(share >= 0.9, "{share}: {wrong:?}");
}

#[test]
fn takes_are_finite_at_any_rate() {
    let mut silent = Vec::new();
    for sound in sounds() {
        for rate in [8_000.0, 48_000.0, 96_000.0] {
            let signal = take(sound, 1.5, rate, 3);
            assert!(signal.x.iter().all(|x| x.is_finite()), "{} at {rate} Hz", sound.id);
            if signal.rms() < 1e-6 {
                silent.push(format!("{} at {rate} Hz", sound.id));
            }
        }
    }
    assert!(silent.is_empty(), "silent: {silent:?}");
}

#[test]
fn a_seed_is_a_take() {
    for sound in sounds() {
        let (a, b) = (take(sound, 1.2, RATE, 5), take(sound, 1.2, RATE, 5));
        assert!(a.x.iter().zip(&b.x).all(|(x, y)| x.to_bits() == y.to_bits()), "{}", sound.id);
    }
}
