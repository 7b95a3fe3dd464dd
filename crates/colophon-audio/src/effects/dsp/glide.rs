//! Values that wander.

use super::Dice;

/// A value that glides from one random target in 0…1 to the next, along a smooth step.
#[derive(Clone, Debug)]
pub(in crate::effects) struct Glide {
    dice: Dice,
    from: f32,
    to: f32,
    at: f32,
    step: f32,
    seconds: (f32, f32),
    rate: f32,
}

impl Glide {
    /// Each glide takes a random time within `seconds`; `rate` values are taken a second.
    pub(in crate::effects) fn new(mut dice: Dice, seconds: (f32, f32), rate: f32) -> Self {
        let (from, to, at) = (dice.unit(), dice.unit(), dice.unit());
        let step = 1.0 / (dice.range(seconds.0, seconds.1) * rate);
        Self { dice, from, to, at, step, seconds, rate }
    }

    /// The next value.
    pub(in crate::effects) fn next(&mut self) -> f32 {
        self.at += self.step;
        if self.at >= 1.0 {
            self.at = 0.0;
            self.from = self.to;
            self.to = self.dice.unit();
            self.step = 1.0 / (self.dice.range(self.seconds.0, self.seconds.1) * self.rate);
        }
        let smooth = self.at * self.at * (3.0 - 2.0 * self.at);
        self.from + (self.to - self.from) * smooth
    }
}
