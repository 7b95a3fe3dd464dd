//! Filters: second-order sections, a state-variable filter that may be swept, a DC block.

use std::f64::consts::{PI, TAU};

use super::level::highest;

/// A second-order section in transposed direct form II; coefficients after R. Bristow-Johnson's
/// "Cookbook formulae for audio EQ biquad filter coefficients".
#[derive(Clone, Copy, Debug)]
pub(in crate::effects) struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    s: [f64; 2],
}

impl Biquad {
    fn from(b: [f64; 3], a: [f64; 3]) -> Self {
        Self { b: b.map(|x| x / a[0]), a: [a[1] / a[0], a[2] / a[0]], s: [0.0; 2] }
    }

    /// Cosine of the angular frequency, and alpha.
    fn angle(hertz: f32, q: f32, rate: f32) -> (f64, f64) {
        let w = TAU * f64::from(hertz.clamp(1.0, highest(rate))) / f64::from(rate);
        (w.cos(), w.sin() / (2.0 * f64::from(q.max(0.05))))
    }

    /// Low-pass.
    pub(in crate::effects) fn low(hertz: f32, q: f32, rate: f32) -> Self {
        let (c, alpha) = Self::angle(hertz, q, rate);
        Self::from([(1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    /// High-pass.
    pub(in crate::effects) fn high(hertz: f32, q: f32, rate: f32) -> Self {
        let (c, alpha) = Self::angle(hertz, q, rate);
        Self::from([(1.0 + c) / 2.0, -1.0 - c, (1.0 + c) / 2.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    /// Band-pass with a gain of 1 at its centre.
    pub(in crate::effects) fn band(hertz: f32, q: f32, rate: f32) -> Self {
        let (c, alpha) = Self::angle(hertz, q, rate);
        Self::from([alpha, 0.0, -alpha], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
    }

    /// A bell of `db` decibels.
    pub(in crate::effects) fn bell(hertz: f32, q: f32, db: f32, rate: f32) -> Self {
        let (c, alpha) = Self::angle(hertz, q, rate);
        let g = 10f64.powf(f64::from(db) / 40.0);
        Self::from([1.0 + alpha * g, -2.0 * c, 1.0 - alpha * g], [1.0 + alpha / g, -2.0 * c, 1.0 - alpha / g])
    }

    /// A shelf of `db` decibels above a frequency.
    pub(in crate::effects) fn high_shelf(hertz: f32, db: f32, rate: f32) -> Self {
        let (c, alpha) = Self::angle(hertz, std::f32::consts::FRAC_1_SQRT_2, rate);
        let g = 10f64.powf(f64::from(db) / 40.0);
        let k = 2.0 * g.sqrt() * alpha;
        Self::from(
            [
                g * ((g + 1.0) + (g - 1.0) * c + k),
                -2.0 * g * ((g - 1.0) + (g + 1.0) * c),
                g * ((g + 1.0) + (g - 1.0) * c - k),
            ],
            [(g + 1.0) - (g - 1.0) * c + k, 2.0 * ((g - 1.0) - (g + 1.0) * c), (g + 1.0) - (g - 1.0) * c - k],
        )
    }

    /// The next sample.
    pub(in crate::effects) fn next(&mut self, x: f32) -> f32 {
        let x = f64::from(x);
        let y = self.b[0] * x + self.s[0];
        self.s[0] = self.b[1] * x - self.a[0] * y + self.s[1];
        self.s[1] = self.b[2] * x - self.a[1] * y;
        y as f32
    }
}

/// A two-pole state-variable filter in its trapezoidal form (V. Zavalishin, The Art of VA Filter
/// Design, 2012), which stays quiet and stable while its frequency moves.
#[derive(Clone, Copy, Debug)]
pub(in crate::effects) struct Swept {
    k: f32,
    g: f32,
    a1: f32,
    s: [f32; 2],
}

impl Swept {
    pub(in crate::effects) fn new(q: f32) -> Self {
        Self { k: 1.0 / q.max(0.05), g: 0.0, a1: 0.0, s: [0.0; 2] }
    }

    /// Moves the filter to a frequency.
    pub(in crate::effects) fn tune(&mut self, hertz: f32, rate: f32) {
        let hertz = if hertz.is_finite() { hertz.clamp(1.0, highest(rate)) } else { 1.0 };
        self.g = (PI * f64::from(hertz / rate)).tan() as f32;
        self.a1 = 1.0 / (1.0 + self.g * (self.g + self.k));
    }

    /// Low-pass and band-pass (gain 1 at the centre) of the next sample.
    pub(in crate::effects) fn next(&mut self, x: f32) -> (f32, f32) {
        let a2 = self.g * self.a1;
        let v = x - self.s[1];
        let band = self.a1 * self.s[0] + a2 * v;
        let low = self.s[1] + a2 * self.s[0] + self.g * a2 * v;
        self.s[0] = 2.0 * band - self.s[0];
        self.s[1] = 2.0 * low - self.s[1];
        (low, self.k * band)
    }
}

/// Takes away what is below about 10 Hz.
#[derive(Clone, Copy, Debug)]
pub(in crate::effects) struct DcBlock {
    r: f64,
    x: f64,
    y: f64,
}

impl DcBlock {
    pub(in crate::effects) fn new(rate: f32) -> Self {
        Self { r: (-TAU * 10.0 / f64::from(rate)).exp(), x: 0.0, y: 0.0 }
    }

    /// The next sample.
    pub(in crate::effects) fn next(&mut self, x: f32) -> f32 {
        let x = f64::from(x);
        self.y = x - self.x + self.r * self.y;
        self.x = x;
        self.y as f32
    }
}
