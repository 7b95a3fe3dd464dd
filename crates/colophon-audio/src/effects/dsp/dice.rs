//! Random choices: distributions over the one source of randomness.

use colophon_types::Seed;

/// Draws from distributions. Wraps a [`Seed`]; the same seed gives the same draws.
#[derive(Clone, Copy, Debug)]
pub(in crate::effects) struct Dice(pub(in crate::effects) Seed);

impl Dice {
    /// The dice of a part of the sound.
    pub(in crate::effects) fn part(&self, name: &str) -> Self {
        Self(self.0.derive(name))
    }

    /// The dice of one of many like parts.
    pub(in crate::effects) fn nth(&self, index: usize) -> Self {
        let mut seed = Seed(self.0.0 ^ (index as u64).wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(Seed(seed.next_u64()))
    }

    /// Uniform in 0…1.
    pub(in crate::effects) fn unit(&mut self) -> f32 {
        self.0.next_f32()
    }

    /// Uniform in `low…high`.
    pub(in crate::effects) fn range(&mut self, low: f32, high: f32) -> f32 {
        self.0.range(low, high)
    }

    /// Uniform in `low…high` on a logarithmic scale.
    pub(in crate::effects) fn log_range(&mut self, low: f32, high: f32) -> f32 {
        low * (high / low).powf(self.unit())
    }

    /// `x` moved by up to `share` of itself either way.
    pub(in crate::effects) fn about(&mut self, x: f32, share: f32) -> f32 {
        x * (1.0 + share * self.range(-1.0, 1.0))
    }

    /// Whether something of probability `p` happens.
    pub(in crate::effects) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Uniform in `low..=high`.
    pub(in crate::effects) fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.0.next_u64() % u64::from(high - low + 1)) as u32
    }

    /// Exponentially distributed with this mean: the time between events of a Poisson process.
    pub(in crate::effects) fn wait(&mut self, mean: f32) -> f32 {
        -mean * (1.0 - self.unit()).max(1e-9).ln()
    }

    /// Times of a Poisson process of `rate` events a second within `seconds`.
    pub(in crate::effects) fn poisson(&mut self, rate: f32, seconds: f32) -> Vec<f32> {
        let mut times = Vec::new();
        if rate <= 0.0 {
            return times;
        }
        let mut at = self.wait(1.0 / rate);
        while at < seconds {
            times.push(at);
            at += self.wait(1.0 / rate);
        }
        times
    }

    /// Times about `period` seconds apart, each off by up to `jitter` of the period.
    pub(in crate::effects) fn steady(&mut self, period: f32, jitter: f32, seconds: f32) -> Vec<f32> {
        let mut times = Vec::new();
        let period = period.max(1e-3);
        let mut k = 0;
        // Half a millisecond short of the end belongs to the next round.
        while (k as f32) * period < seconds - 5e-4 {
            let at = (k as f32 + jitter * self.range(-0.5, 0.5)) * period;
            times.push(at.clamp(0.0, seconds));
            k += 1;
        }
        times
    }
}
