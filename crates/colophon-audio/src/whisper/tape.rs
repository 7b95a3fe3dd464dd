//! The tape that a recogniser hears: the speech of a sound, as one sound, as far as it is needed now,
//! with where it came from and where in it someone speaks.

use colophon_types::Cancel;

use super::mel::WINDOW;
use super::names::RATE;
use crate::AudioError;
use crate::decode::Decoder;
use crate::vad::{FRAME, Gate, GateOptions, Passed, Vad};

/// Mono sound of 16 kHz that comes block by block.
pub trait Source {
    /// The next samples; `None` after the last.
    ///
    /// # Errors
    /// When it cannot be read, or `cancel` is set.
    fn next(&mut self, cancel: &Cancel) -> Result<Option<Vec<f32>>, AudioError>;

    /// Its length in seconds, where it is known.
    fn seconds(&self) -> Option<f64>;
}

impl Source for Decoder {
    fn next(&mut self, cancel: &Cancel) -> Result<Option<Vec<f32>>, AudioError> {
        Self::next(self, cancel)
    }

    fn seconds(&self) -> Option<f64> {
        Self::seconds(self)
    }
}

/// A sound that is in memory.
pub struct InMemory(pub Vec<f32>);

impl Source for InMemory {
    fn next(&mut self, _: &Cancel) -> Result<Option<Vec<f32>>, AudioError> {
        let samples = std::mem::take(&mut self.0);
        Ok((!samples.is_empty()).then_some(samples))
    }

    fn seconds(&self) -> Option<f64> {
        Some(self.0.len() as f64 / f64::from(RATE))
    }
}

/// Speech that passed the gate, as one sound, with where it came from.
#[derive(Default)]
pub(super) struct Tape {
    samples: Vec<f32>,
    /// Where `samples` begin.
    start: u64,
    /// Where stretches begin: here, and in the whole sound.
    joints: Vec<(u64, u64)>,
    /// Where in the whole sound frames begin in which someone speaks.
    spoken: Vec<u64>,
}

impl Tape {
    /// A tape of so many seconds, on which someone speaks from one moment to another, in seconds.
    #[cfg(test)]
    pub(super) fn spoken(seconds: f64, stretches: &[(f64, f64)]) -> Self {
        let at = |seconds: f64| (seconds * f64::from(RATE)) as u64;
        let mut tape = Self::default();
        tape.add(Passed { at: 0, samples: vec![0.0; at(seconds) as usize] });
        tape.spoken = stretches.iter().flat_map(|(from, to)| (at(*from)..at(*to)).step_by(FRAME)).collect();
        tape
    }

    pub(super) fn end(&self) -> u64 {
        self.start + self.samples.len() as u64
    }

    fn add(&mut self, passed: Passed) {
        let end = self.end();
        let goes_on = self.joints.last().is_some_and(|(here, there)| there + (end - here) == passed.at);
        if !goes_on {
            self.joints.push((end, passed.at));
        }
        self.samples.extend(passed.samples);
    }

    /// At most 30 s from a place on.
    pub(super) fn window(&self, from: u64) -> &[f32] {
        let from = (from.saturating_sub(self.start) as usize).min(self.samples.len());
        let to = (from + WINDOW).min(self.samples.len());
        &self.samples[from..to]
    }

    pub(super) fn forget_before(&mut self, place: u64) {
        let count = (place.saturating_sub(self.start) as usize).min(self.samples.len());
        self.samples.drain(..count);
        self.start += count as u64;
        let old = self.joints.iter().rposition(|(here, _)| *here <= self.start).unwrap_or(0);
        self.joints.drain(..old);
        let there = self.there(self.start, false);
        let passed = self.spoken.partition_point(|at| *at < there);
        self.spoken.drain(..passed);
    }

    /// How long someone speaks between two moments of the tape, in seconds, and where that begins on
    /// the tape. Zero where there is no gate.
    pub(super) fn speech(&self, from: f64, to: f64) -> (f64, f64) {
        let (begin, end) = (self.there(place(from), false), self.there(place(to), true));
        let first = self.spoken.partition_point(|at| *at < begin);
        let after = self.spoken.partition_point(|at| *at < end).max(first);
        let seconds = ((after - first) * FRAME) as f64 / f64::from(RATE);
        let begins = self.spoken.get(first).and_then(|at| {
            let (here, there) = self.joints.iter().rev().find(|(_, there)| there <= at)?;
            Some((here + (at - there)) as f64 / f64::from(RATE))
        });
        (seconds, begins.unwrap_or(to))
    }

    /// A moment of the tape in the whole sound, in seconds. An end belongs to the stretch before it.
    pub(super) fn moment(&self, seconds: f64, end: bool) -> f64 {
        self.there(place(seconds), end) as f64 / f64::from(RATE)
    }

    /// A place of the tape in the whole sound, in samples.
    fn there(&self, place: u64, end: bool) -> u64 {
        let before = |here: u64| if end { here < place } else { here <= place };
        let joint = self.joints.iter().rev().find(|(here, _)| before(*here)).or(self.joints.first());
        joint.map_or(place, |(here, there)| there + place.saturating_sub(*here))
    }
}

/// The sample that is nearest to a moment.
fn place(seconds: f64) -> u64 {
    (seconds * f64::from(RATE)).round() as u64
}

/// Fills a tape from a source, through the gate where there is one.
pub(super) struct Feed<'a> {
    source: &'a mut dyn Source,
    vad: Option<(&'a mut Vad, Gate)>,
    /// Samples that wait for a whole frame.
    held: Vec<f32>,
    read: u64,
    ended: bool,
}

impl<'a> Feed<'a> {
    /// Nothing was read yet; a gate opens by what `vad` hears.
    pub(super) fn new(source: &'a mut dyn Source, vad: Option<&'a mut Vad>) -> Self {
        let vad = vad.map(|vad| {
            vad.forget();
            (vad, Gate::new(GateOptions::default()))
        });
        Self { source, vad, held: Vec::new(), read: 0, ended: false }
    }

    /// Samples that were read of the source.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// Reads until the tape holds 30 s from `seek` on, or nothing more comes.
    pub(super) fn fill(&mut self, tape: &mut Tape, seek: u64, cancel: &Cancel) -> Result<(), AudioError> {
        while !self.ended && tape.end() < seek + WINDOW as u64 {
            self.more(tape, cancel)?;
        }
        Ok(())
    }

    fn more(&mut self, tape: &mut Tape, cancel: &Cancel) -> Result<(), AudioError> {
        let Some(block) = self.source.next(cancel)? else {
            self.ended = true;
            return self.rest(tape, cancel);
        };
        let at = self.read;
        self.read += block.len() as u64;
        if self.vad.is_none() {
            tape.add(Passed { at, samples: block });
            return Ok(());
        }
        self.held.extend(block);
        let whole = self.held.len() / FRAME * FRAME;
        let rest = self.held.split_off(whole);
        let frames = std::mem::replace(&mut self.held, rest);
        self.pass(&frames, tape, cancel)
    }

    fn rest(&mut self, tape: &mut Tape, cancel: &Cancel) -> Result<(), AudioError> {
        if !self.held.is_empty() {
            let mut frame = std::mem::take(&mut self.held);
            frame.resize(FRAME, 0.0);
            self.pass(&frame, tape, cancel)?;
        }
        if let Some((_, gate)) = &mut self.vad {
            gate.finish().into_iter().for_each(|passed| tape.add(passed));
        }
        Ok(())
    }

    /// Puts what the gate lets through of whole frames on the tape.
    fn pass(&mut self, frames: &[f32], tape: &mut Tape, cancel: &Cancel) -> Result<(), AudioError> {
        let Some((vad, gate)) = &mut self.vad else { return Ok(()) };
        let probabilities = vad.probabilities(frames, cancel)?;
        tape.spoken.extend(gate.spoken(&probabilities));
        gate.pass(frames, &probabilities).into_iter().for_each(|passed| tape.add(passed));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_found_in_the_whole_sound() {
        let second = u64::from(RATE);
        let mut tape = Tape::default();
        let sound = |seconds: u64| vec![0.0; (seconds * second) as usize];
        tape.add(Passed { at: 10 * second, samples: sound(2) });
        tape.add(Passed { at: 12 * second, samples: sound(1) });
        tape.add(Passed { at: 20 * second, samples: sound(40) });
        assert_eq!(tape.joints.len(), 2);
        assert_eq!(tape.moment(1.0, false), 11.0);
        assert_eq!((tape.moment(3.0, true), tape.moment(3.0, false)), (13.0, 20.0));
        assert_eq!(tape.window(0).len(), WINDOW);
        tape.forget_before(5 * second);
        assert_eq!((tape.joints.len(), tape.moment(6.0, false)), (1, 23.0));
        assert_eq!(tape.window(42 * second).len(), second as usize);
    }

    #[test]
    fn speech_is_measured_on_the_tape() {
        let second = u64::from(RATE);
        // Someone speaks from 10.5 to 12 s and from 21 to 24 s of the whole sound.
        let spoken = Tape::spoken(0.0, &[(10.5, 12.0), (21.0, 24.0)]).spoken;
        let mut tape = Tape { spoken, ..Tape::default() };
        for (at, seconds) in [(10, 3), (20, 5)] {
            tape.add(Passed { at: at * second, samples: vec![0.0; (seconds * second) as usize] });
        }
        let about = |(seconds, begins): (f64, f64), wanted: (f64, f64)| {
            assert!(
                (seconds - wanted.0).abs() < 0.05 && (begins - wanted.1).abs() < 0.05,
                "{seconds} {begins}"
            );
        };
        about(tape.speech(0.0, 8.0), (4.5, 0.5));
        about(tape.speech(2.2, 8.0), (3.0, 4.0));
        about(tape.speech(6.0, 8.0), (1.0, 6.0));
        about(tape.speech(7.2, 8.0), (0.0, 8.0));
        tape.forget_before(5 * second);
        about(tape.speech(5.0, 8.0), (2.0, 5.0));
    }
}
