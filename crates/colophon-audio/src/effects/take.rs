//! One performance of a sound: what a synthesiser is told.

use super::dsp::{self, Dice, Signal};

/// What a synthesiser is told. All levels it gives back are relative: the renderer sets them.
#[derive(Clone, Debug)]
pub(super) struct Take {
    /// Samples a second.
    pub(super) rate: f32,
    /// Seconds within which a continuous sound goes on and a rhythm begins its beats; events have a
    /// length of their own.
    pub(super) seconds: f32,
    /// Seconds that a whole number of periods has to fill, where the sound is joined to itself.
    pub(super) cycle: Option<f32>,
    /// Whether it goes on from an earlier part, and so does not begin anew.
    pub(super) started: bool,
    /// 0 faint, 0.5 usual, 1 violent.
    pub(super) intensity: f32,
    /// Factor of every pitch; small things are higher.
    pub(super) pitch: f32,
    /// Factor of every rate.
    pub(super) pace: f32,
    /// How many, where it was said.
    pub(super) count: Option<u32>,
    /// Metres to the listener.
    pub(super) distance: f32,
    /// Where the randomness comes from.
    pub(super) dice: Dice,
}

impl Take {
    /// The dice of a part.
    pub(super) fn dice(&self, part: &str) -> Dice {
        self.dice.part(part)
    }

    /// A value between that of the faintest and that of the most violent.
    pub(super) fn between(&self, faint: f32, violent: f32) -> f32 {
        faint + (violent - faint) * self.intensity
    }

    /// As many as were asked for, or else a usual number; at most 40.
    pub(super) fn many(&self, usual: u32) -> u32 {
        self.count.unwrap_or(usual).clamp(1, 40)
    }

    /// A period in seconds at this pace, fitted to the time where it has to be.
    pub(super) fn period(&self, seconds: f32) -> f32 {
        let period = seconds / self.pace;
        match self.cycle {
            Some(cycle) if period * 1.5 < cycle => cycle / (cycle / period).round().max(1.0),
            _ => period,
        }
    }

    pub(super) fn silence(&self, seconds: f32) -> Signal {
        Signal::silence(self.rate, seconds)
    }

    pub(super) fn white(&self, part: &str, seconds: f32) -> Signal {
        dsp::white(self.rate, seconds, self.dice(part))
    }

    pub(super) fn pink(&self, part: &str, seconds: f32) -> Signal {
        dsp::pink(self.rate, seconds, self.dice(part))
    }

    pub(super) fn brown(&self, part: &str, seconds: f32) -> Signal {
        dsp::brown(self.rate, seconds, self.dice(part))
    }

    /// A glide for control values (one every 32 samples).
    pub(super) fn glide(&self, part: &str, seconds: (f32, f32)) -> dsp::Glide {
        dsp::Glide::new(self.dice(part), seconds, self.rate / 32.0)
    }

    /// The granular scheduler: grains of a pool at Poisson times, `density` a second, each kept with
    /// the probability of its time, with gains that follow a power law (few are near and loud).
    pub(super) fn grains(
        &self,
        part: &str,
        seconds: f32,
        density: f32,
        pool: &[Signal],
        mut keep: impl FnMut(f32) -> f32,
    ) -> Signal {
        let mut dice = self.dice(part);
        let mut out = self.silence(seconds);
        if pool.is_empty() {
            return out;
        }
        for at in dice.poisson(density, seconds) {
            let grain = &pool[dice.whole(0, pool.len() as u32 - 1) as usize];
            let near = dice.unit();
            if dice.chance(keep(at)) {
                out.put(at, grain, 0.12 + 0.88 * near * near * near);
            }
        }
        out.lasting(seconds)
    }

    /// Another performer: other dice, no number of events.
    pub(super) fn another(&self, part: &str) -> Self {
        Self { dice: self.dice(part), count: None, ..self.clone() }
    }
}
