//! Oscillators.

use std::f32::consts::TAU;

use super::Signal;
use super::level::highest;

/// A sine whose frequency is a function of the time in seconds.
pub(in crate::effects) fn tone(rate: f32, seconds: f32, mut hertz: impl FnMut(f32) -> f32) -> Signal {
    let mut phase = 0f32;
    Signal::silence(rate, seconds).shape(|t, _| {
        let f = hertz(t);
        phase = (phase + f / rate).fract();
        if f < highest(rate) { (TAU * phase).sin() } else { 0.0 }
    })
}

/// Frequency modulation: the modulator runs at `ratio` times the carrier; the index is a function
/// of the time.
pub(in crate::effects) fn fm(
    rate: f32,
    seconds: f32,
    mut hertz: impl FnMut(f32) -> f32,
    ratio: f32,
    mut index: impl FnMut(f32) -> f32,
) -> Signal {
    let (mut carrier, mut modulator) = (0f32, 0f32);
    Signal::silence(rate, seconds).shape(|t, _| {
        let f = hertz(t);
        carrier = (carrier + f / rate).fract();
        modulator = (modulator + f * ratio / rate).fract();
        // Carson's rule: what would reach beyond the band is not modulated in.
        let room = ((highest(rate) - f) / (f * ratio).max(1.0) - 1.0).max(0.0);
        (TAU * carrier + index(t).min(room) * (TAU * modulator).sin()).sin()
    })
}

/// Harmonics 1, 2, 3 … of a gliding pitch with the given amplitudes, by Chebyshev's recurrence.
/// Those above the band are left out.
pub(in crate::effects) fn harmonics(
    rate: f32,
    seconds: f32,
    mut hertz: impl FnMut(f32) -> f32,
    amplitudes: &[f32],
) -> Signal {
    let mut phase = 0f32;
    Signal::silence(rate, seconds).shape(|t, _| {
        let f = hertz(t).max(0.0);
        phase = (phase + f / rate).fract();
        let (sin, cos) = (TAU * phase).sin_cos();
        let (mut before, mut now, mut sum) = (0f32, sin, 0f32);
        let allowed = (highest(rate) / f.max(1.0)) as usize;
        for a in amplitudes.iter().take(allowed) {
            sum += a * now;
            (before, now) = (now, 2.0 * cos * now - before);
        }
        sum
    })
}

/// A sawtooth, its step smoothed by a polynomial (PolyBLEP: Välimäki and Huovilainen 2007).
pub(in crate::effects) fn saw(rate: f32, seconds: f32, mut hertz: impl FnMut(f32) -> f32) -> Signal {
    let mut phase = 0f32;
    Signal::silence(rate, seconds).shape(|t, _| {
        let step = (hertz(t) / rate).clamp(0.0, 0.45);
        phase = (phase + step).fract();
        let mut y = 2.0 * phase - 1.0;
        if step > 0.0 {
            if phase < step {
                let u = phase / step;
                y -= u + u - u * u - 1.0;
            } else if phase > 1.0 - step {
                let u = (phase - 1.0) / step;
                y -= u * u + u + u + 1.0;
            }
        }
        y
    })
}
