//! One channel of samples, and what can be done with it in a row.

use super::filter::{Biquad, Swept};
use super::resonator::{Mode, Resonator};

/// How often, in samples, a moving filter is tuned anew.
const TUNE: usize = 32;
/// The Q of a Butterworth section.
const FLAT: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// One channel of sound.
#[derive(Clone, Debug, Default)]
pub(in crate::effects) struct Signal {
    /// Samples a second.
    pub(in crate::effects) rate: f32,
    /// The samples, at no particular level.
    pub(in crate::effects) x: Vec<f32>,
}

impl Signal {
    /// Silence.
    pub(in crate::effects) fn silence(rate: f32, seconds: f32) -> Self {
        Self { rate, x: vec![0.0; (seconds.max(0.0) * rate).round() as usize] }
    }

    /// Length in seconds.
    pub(in crate::effects) fn seconds(&self) -> f32 {
        self.x.len() as f32 / self.rate
    }

    fn through(mut self, mut filter: Biquad) -> Self {
        self.x.iter_mut().for_each(|x| *x = filter.next(*x));
        self
    }

    /// Low-pass, 12 dB an octave.
    pub(in crate::effects) fn low(self, hertz: f32) -> Self {
        let filter = Biquad::low(hertz, FLAT, self.rate);
        self.through(filter)
    }

    /// High-pass, 12 dB an octave.
    pub(in crate::effects) fn high(self, hertz: f32) -> Self {
        let filter = Biquad::high(hertz, FLAT, self.rate);
        self.through(filter)
    }

    /// Band-pass; its gain is 1 at the centre.
    pub(in crate::effects) fn band(self, hertz: f32, q: f32) -> Self {
        let filter = Biquad::band(hertz, q, self.rate);
        self.through(filter)
    }

    /// A bell of so many decibels.
    pub(in crate::effects) fn bell(self, hertz: f32, q: f32, db: f32) -> Self {
        let filter = Biquad::bell(hertz, q, db, self.rate);
        self.through(filter)
    }

    fn swept(mut self, q: f32, mut hertz: impl FnMut(f32) -> f32, band: bool) -> Self {
        let mut filter = Swept::new(q);
        let rate = self.rate;
        for (i, x) in self.x.iter_mut().enumerate() {
            if i % TUNE == 0 {
                filter.tune(hertz(i as f32 / rate), rate);
            }
            let (l, b) = filter.next(*x);
            *x = if band { b } else { l };
        }
        self
    }

    /// Low-pass whose frequency is a function of the time in seconds, asked once every 32 samples.
    pub(in crate::effects) fn swept_low(self, q: f32, hertz: impl FnMut(f32) -> f32) -> Self {
        self.swept(q, hertz, false)
    }

    /// Band-pass whose frequency is a function of the time.
    pub(in crate::effects) fn swept_band(self, q: f32, hertz: impl FnMut(f32) -> f32) -> Self {
        self.swept(q, hertz, true)
    }

    /// The sum of resonators that the signal drives, `dry` of itself added.
    pub(in crate::effects) fn resonate(mut self, modes: &[Mode], dry: f32) -> Self {
        let mut bank: Vec<Resonator> = modes.iter().filter_map(|m| Resonator::driven(m, self.rate)).collect();
        for x in &mut self.x {
            *x = dry * *x + bank.iter_mut().map(|r| r.next(*x)).sum::<f32>();
        }
        self
    }

    /// A feedback comb: a delay with a low-pass in its loop (a waveguide of one dimension).
    pub(in crate::effects) fn comb(mut self, seconds: f32, feedback: f32, damping: f32) -> Self {
        let mut line = vec![0f32; ((seconds * self.rate) as usize).max(1)];
        let (mut at, mut last) = (0, 0f32);
        for x in &mut self.x {
            last += (1.0 - damping) * (line[at] - last);
            *x += feedback * last;
            line[at] = *x;
            at = (at + 1) % line.len();
        }
        self
    }

    /// Every sample anew, from its time in seconds and itself.
    pub(in crate::effects) fn shape(mut self, mut f: impl FnMut(f32, f32) -> f32) -> Self {
        let step = 1.0 / f64::from(self.rate);
        for (i, x) in self.x.iter_mut().enumerate() {
            *x = f((i as f64 * step) as f32, *x);
        }
        self
    }

    /// Multiplied by a gain that is asked once every 32 samples and glides between.
    pub(in crate::effects) fn swell(mut self, mut gain: impl FnMut(f32) -> f32) -> Self {
        let rate = self.rate;
        let mut now = gain(0.0);
        for (k, block) in self.x.chunks_mut(TUNE).enumerate() {
            let next = gain((k + 1) as f32 * TUNE as f32 / rate);
            let step = (next - now) / TUNE as f32;
            for x in block {
                *x *= now;
                now += step;
            }
            now = next;
        }
        self
    }

    /// An exponential decay that loses 60 dB in so many seconds, after a rise of `attack` seconds.
    pub(in crate::effects) fn decay(self, attack: f32, t60: f32) -> Self {
        let rate = self.rate;
        let r = 10f32.powf(-3.0 / (t60.max(1e-4) * rate));
        let rise = 1.0 / (attack * rate).max(1.0);
        let (mut level, mut up) = (1f32, 0f32);
        self.shape(|_, x| {
            up = (up + rise).min(1.0);
            let y = x * level * up;
            if up >= 1.0 {
                level *= r;
            }
            y
        })
    }

    /// Fades at both ends, in seconds, along a raised cosine.
    pub(in crate::effects) fn fade(mut self, rise: f32, fall: f32) -> Self {
        let n = self.x.len();
        let curve =
            |i: usize, count: usize| 0.5 - 0.5 * (std::f32::consts::PI * i as f32 / count as f32).cos();
        let (up, down) = (((rise * self.rate) as usize).min(n), ((fall * self.rate) as usize).min(n));
        for i in 0..up {
            self.x[i] *= curve(i, up);
        }
        for i in 0..down {
            self.x[n - 1 - i] *= curve(i, down);
        }
        self
    }

    /// Times a factor.
    pub(in crate::effects) fn gain(mut self, factor: f32) -> Self {
        self.x.iter_mut().for_each(|x| *x *= factor);
        self
    }

    /// Brought to a root mean square of `level`; silence stays silence.
    pub(in crate::effects) fn level(self, level: f32) -> Self {
        let rms = self.rms();
        if rms > 1e-9 { self.gain(level / rms) } else { self }
    }

    /// Brought to a highest magnitude of 1.
    pub(in crate::effects) fn unit(self) -> Self {
        let peak = self.x.iter().fold(0f32, |p, x| p.max(x.abs()));
        if peak > 1e-9 { self.gain(1.0 / peak) } else { self }
    }

    /// Soft saturation, `drive` times into it.
    pub(in crate::effects) fn drive(mut self, drive: f32) -> Self {
        self.x.iter_mut().for_each(|x| *x = (*x * drive).tanh() / drive.max(1.0));
        self
    }

    /// Root mean square.
    pub(in crate::effects) fn rms(&self) -> f32 {
        let sum: f64 = self.x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
        (sum / self.x.len().max(1) as f64).sqrt() as f32
    }

    /// Another added from its beginning; the length stays.
    pub(in crate::effects) fn plus(mut self, other: &Self) -> Self {
        self.x.iter_mut().zip(&other.x).for_each(|(x, y)| *x += y);
        self
    }

    /// The product with another, sample by sample (ring modulation).
    pub(in crate::effects) fn times(mut self, other: &Self) -> Self {
        self.x.iter_mut().zip(&other.x).for_each(|(x, y)| *x *= y);
        self
    }

    /// Adds another at a time in seconds; grows where it reaches beyond the end.
    pub(in crate::effects) fn put(&mut self, at: f32, other: &Self, gain: f32) {
        let start = (at.max(0.0) * self.rate).round() as usize;
        let end = start + other.x.len();
        if end > self.x.len() {
            self.x.resize(end, 0.0);
        }
        self.x[start..end].iter_mut().zip(&other.x).for_each(|(x, y)| *x += gain * y);
    }

    /// One after another with the other: appended after a pause.
    pub(in crate::effects) fn then(mut self, pause: f32, other: &Self) -> Self {
        let at = self.seconds() + pause;
        self.put(at, other, 1.0);
        self
    }

    /// Cut or lengthened with silence to so many seconds.
    pub(in crate::effects) fn lasting(mut self, seconds: f32) -> Self {
        self.x.resize((seconds.max(0.0) * self.rate).round() as usize, 0.0);
        self
    }

    /// At another rate.
    pub(in crate::effects) fn at_rate(self, rate: f32) -> Self {
        if (self.rate - rate).abs() < 0.5 {
            return self;
        }
        let sound = colophon_types::Pcm { rate: self.rate as u32, samples: self.x };
        match crate::mix::resample(&sound, rate as u32) {
            Ok(sound) => Self { rate, x: sound.samples },
            Err(_) => Self { rate, x: Vec::new() },
        }
    }
}
