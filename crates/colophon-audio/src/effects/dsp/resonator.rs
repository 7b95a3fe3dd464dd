//! What vibrates: a mode, and the resonator that rings like it.

use std::f64::consts::TAU;

use super::level::highest;

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
