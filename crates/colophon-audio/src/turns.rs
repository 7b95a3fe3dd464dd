//! Turns of a conversation: when someone begins to speak, and when they are done.
//!
//! The turn is over after a pause that is longer than those within a sentence. What was said is held
//! from a little before the voice began; nothing else of the sound is kept.

use crate::vad::{FRAME, RATE};

/// What makes a turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurnOptions {
    /// Probability of speech from which on someone speaks.
    pub speaks: f32,
    /// Probability below which no one does.
    pub silent: f32,
    /// Shortest speech, in seconds; what is shorter is a noise.
    pub least: f64,
    /// The pause that ends a turn, in seconds.
    pub pause: f64,
    /// Longest turn, in seconds; a longer one is cut.
    pub longest: f64,
}

impl Default for TurnOptions {
    fn default() -> Self {
        Self { speaks: 0.5, silent: 0.35, least: 0.2, pause: 0.7, longest: 60.0 }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnEvent {
    /// Someone began to speak, so many seconds into the sound.
    Began(f64),
    /// They are done.
    Ended {
        /// When their last word ended, in seconds.
        at: f64,
        /// What they said, at 16 kHz.
        samples: Vec<f32>,
    },
}

/// Kept before the voice, in frames.
const BEFORE: usize = 10;

/// Finds turns in frames of 32 ms at 16 kHz.
#[derive(Debug)]
pub struct Turns {
    options: TurnOptions,
    frame: u64,
    held: Vec<f32>,
    /// Frames of speech in the turn; 0 while no one speaks.
    spoken: u64,
    quiet: u64,
    told: bool,
}

impl Turns {
    /// Before anyone speaks.
    pub fn new(options: TurnOptions) -> Self {
        Self { options, frame: 0, held: Vec::new(), spoken: 0, quiet: 0, told: false }
    }

    /// Takes whole frames with their probabilities of speech.
    pub fn take(&mut self, samples: &[f32], probabilities: &[f32]) -> Vec<TurnEvent> {
        let frames = samples.chunks_exact(FRAME).zip(probabilities);
        frames.filter_map(|(frame, p)| self.next(frame, *p)).collect()
    }

    /// The sound is over.
    pub fn finish(&mut self) -> Option<TurnEvent> {
        let spoke = self.told;
        let event = self.end();
        if spoke { Some(event) } else { None }
    }

    fn seconds(frames: u64) -> f64 {
        (frames * FRAME as u64) as f64 / f64::from(RATE)
    }

    fn next(&mut self, frame: &[f32], probability: f32) -> Option<TurnEvent> {
        self.frame += 1;
        self.held.extend_from_slice(frame);
        if probability >= self.options.speaks {
            (self.spoken, self.quiet) = (self.spoken + 1, 0);
        } else if self.spoken > 0 && (probability < self.options.silent || self.quiet > 0) {
            self.quiet += 1;
        }
        if self.spoken == 0 {
            let spare = self.held.len().saturating_sub(BEFORE * FRAME);
            self.held.drain(..spare);
            return None;
        }
        if !self.told && Self::seconds(self.spoken) >= self.options.least {
            self.told = true;
            return Some(TurnEvent::Began(Self::seconds(self.frame - self.spoken - self.quiet)));
        }
        let long = self.held.len() as f64 / f64::from(RATE) >= self.options.longest;
        if Self::seconds(self.quiet) < self.options.pause && !long {
            return None;
        }
        let spoke = self.told;
        let event = self.end();
        spoke.then_some(event)
    }

    fn end(&mut self) -> TurnEvent {
        let at = Self::seconds(self.frame - self.quiet);
        (self.spoken, self.quiet, self.told) = (0, 0, false);
        TurnEvent::Ended { at, samples: std::mem::take(&mut self.held) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of speech and of silence by the seconds of each.
    fn events(parts: &[(f32, f64)]) -> Vec<TurnEvent> {
        let mut turns = Turns::new(TurnOptions::default());
        let mut out = Vec::new();
        for (probability, seconds) in parts {
            let frames = (seconds * f64::from(RATE) / FRAME as f64).round() as usize;
            out.extend(turns.take(&vec![*probability; frames * FRAME], &vec![*probability; frames]));
        }
        out.extend(turns.finish());
        out
    }

    #[test]
    fn a_turn_ends_with_a_pause_and_not_within_a_sentence() {
        let found = events(&[(0.0, 2.0), (0.9, 1.0), (0.1, 0.4), (0.9, 1.0), (0.0, 1.0), (0.9, 0.5)]);
        let [
            TurnEvent::Began(first),
            TurnEvent::Ended { at, samples },
            TurnEvent::Began(_),
            TurnEvent::Ended { .. },
        ] = found.as_slice()
        else {
            panic!("{found:?}")
        };
        assert!((first - 2.0).abs() < 0.1 && (at - 4.4).abs() < 0.1, "{first} {at}");
        let seconds = samples.len() as f64 / f64::from(RATE);
        assert!((seconds - 2.4 - 0.32 - 0.7).abs() < 0.1, "{seconds}");
    }

    #[test]
    fn a_noise_is_no_turn_and_no_one_speaks_for_ever() {
        assert!(events(&[(0.0, 1.0), (0.9, 0.1), (0.0, 3.0)]).is_empty());
        let found = events(&[(0.9, 100.0)]);
        assert_eq!(found.iter().filter(|e| matches!(e, TurnEvent::Ended { .. })).count(), 2);
    }
}
