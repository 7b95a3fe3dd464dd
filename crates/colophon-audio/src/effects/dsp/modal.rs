//! Modal synthesis: what is struck rings as a sum of decaying sinusoids.

use std::f64::consts::TAU;

use super::{Signal, highest};

/// A mode of vibration.
#[derive(Clone, Copy, Debug)]
pub(in crate::effects) struct Mode {
    /// Frequency in hertz.
    pub(in crate::effects) hertz: f32,
    /// Seconds until it is 60 dB down.
    pub(in crate::effects) t60: f32,
    /// Amplitude.
    pub(in crate::effects) gain: f32,
}

impl Mode {
    pub(in crate::effects) fn new(hertz: f32, t60: f32, gain: f32) -> Self {
        Self { hertz, t60, gain }
    }
}

/// A two-pole resonator whose impulse response is a decaying sine of amplitude `gain`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resonator {
    b: f64,
    a: [f64; 2],
    y: [f64; 2],
}

impl Resonator {
    /// As an impulse response; nothing for a mode above the band.
    pub(super) fn impulse(mode: &Mode, rate: f32) -> Option<Self> {
        if !(mode.hertz > 0.0 && mode.hertz < highest(rate)) {
            return None;
        }
        let w = TAU * f64::from(mode.hertz) / f64::from(rate);
        let r = 10f64.powf(-3.0 / (f64::from(mode.t60.max(1e-4)) * f64::from(rate)));
        let b = f64::from(mode.gain) * r * w.sin();
        Some(Self { b, a: [2.0 * r * w.cos(), -r * r], y: [0.0; 2] })
    }

    /// For a signal that goes on: gain 1 at resonance times the mode's gain.
    pub(super) fn driven(mode: &Mode, rate: f32) -> Option<Self> {
        let mut resonator = Self::impulse(mode, rate)?;
        let r = (-resonator.a[1]).sqrt();
        resonator.b *= 2.0 * (1.0 - r) / r;
        Some(resonator)
    }

    pub(super) fn next(&mut self, x: f32) -> f32 {
        let y = self.b * f64::from(x) + self.a[0] * self.y[0] + self.a[1] * self.y[1];
        self.y = [y, self.y[0]];
        y as f32
    }
}

/// Modes struck at once, ringing until the longest is 80 dB down (at most `longest` seconds).
pub(in crate::effects) fn ring(rate: f32, modes: &[Mode], longest: f32) -> Signal {
    let t60 = modes.iter().fold(0f32, |t, m| t.max(m.t60));
    let mut out = Signal::silence(rate, (t60 * 1.33).clamp(0.01, longest));
    for mode in modes {
        let Some(mut resonator) = Resonator::impulse(mode, rate) else { continue };
        let count = ((mode.t60 * 1.5 * rate) as usize).min(out.x.len());
        let mut strike = 1.0;
        for x in &mut out.x[..count] {
            *x += resonator.next(strike);
            strike = 0.0;
        }
    }
    out.fade(0.0, 0.01)
}

/// Modes struck by something soft or hard: the blow is half a sine of `contact` seconds, which
/// leaves out the modes above about `1 / contact` hertz.
pub(in crate::effects) fn strike(rate: f32, modes: &[Mode], contact: f32, longest: f32) -> Signal {
    let softened: Vec<Mode> = modes
        .iter()
        .map(|m| {
            // The spectrum of half a sine: cos(πfT) / (1 − 4f²T²).
            let u = m.hertz * contact;
            let weight = 1.0 / (1.0 + (2.0 * u) * (2.0 * u));
            Mode { gain: m.gain * weight, ..*m }
        })
        .collect();
    ring(rate, &softened, longest)
}

/// The modes of a free bar of the given lowest frequency: 1 : 2.757 : 5.404 : 8.933 : 13.34, each
/// decaying faster than the one below.
pub(in crate::effects) fn bar(hertz: f32, t60: f32, damping: f32) -> Vec<Mode> {
    [1.0, 2.757, 5.404, 8.933, 13.344]
        .iter()
        .enumerate()
        .map(|(i, ratio)| {
            let i = i as f32;
            Mode::new(hertz * ratio, t60 / (1.0 + damping * i), 1.0 / (1.0 + 0.8 * i))
        })
        .collect()
}
