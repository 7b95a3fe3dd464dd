//! Playing under rules: the network proposes, the plan's key, chords and register decide what may be.

use colophon_types::{Cancel, Seed};

use super::events::{Control, EVENTS, Event, KEYS, LOWEST, PRIMARY};
use super::network::PerformanceRnn;
use crate::AudioError;
use crate::music::theory::PitchClasses;

/// Events that may pass without time going by.
const STALL: usize = 24;
/// Most events a second of music.
const EVENTS_A_SECOND: f64 = 48.0;

/// What may sound for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// End in seconds from the start of the stream.
    pub(crate) end: f64,
    /// Pitch classes that sound right.
    pub(crate) scale: PitchClasses,
    /// Those of the chord.
    pub(crate) chord: PitchClasses,
}

/// How a stream is played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Lowest and highest pitch.
    pub(crate) range: (u8, u8),
    /// Keys that may be down at once.
    pub(crate) voices: usize,
    /// Least time between onsets, in seconds.
    pub(crate) least: f64,
    /// Longest silence, in seconds.
    pub(crate) rest: f64,
    /// Notes wanted in two seconds.
    pub(crate) density: f32,
    /// 1 is the network's own; less is surer.
    pub(crate) temperature: f32,
}

/// A note that the network played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RawNote {
    /// Onset in seconds.
    pub(crate) start: f64,
    /// Length in seconds.
    pub(crate) length: f64,
    /// MIDI pitch.
    pub(crate) pitch: u8,
    /// MIDI velocity.
    pub(crate) velocity: u8,
}

/// One sequence to play: its harmony, its rules, its dice.
pub(crate) struct Stream {
    /// One after the other, without gaps.
    pub(crate) spans: Vec<Span>,
    /// How it is played.
    pub(crate) rules: Rules,
    /// Its randomness.
    pub(crate) seed: Seed,
}

struct Player<'a> {
    stream: &'a Stream,
    seed: Seed,
    time: f64,
    last_onset: f64,
    last_pitch: u8,
    velocity: u8,
    stalled: usize,
    last_was_velocity: bool,
    down: Vec<usize>,
    notes: Vec<RawNote>,
    event: usize,
}

/// Plays up to four streams side by side, to the end of their last spans.
///
/// # Errors
/// [`AudioError::Cancelled`].
pub(crate) fn improvise(
    rnn: &PerformanceRnn,
    streams: &[Stream],
    cancel: &Cancel,
) -> Result<Vec<Vec<RawNote>>, AudioError> {
    let mut out = Vec::new();
    for group in streams.chunks(PerformanceRnn::MOST) {
        let mut players: Vec<Player<'_>> = group.iter().map(Player::new).collect();
        let inits: Vec<[f32; 32]> =
            players.iter_mut().map(|p| std::array::from_fn(|_| gauss(&mut p.seed))).collect();
        let mut state = rnn.start(&inits);
        let longest = players.iter().map(|p| p.end()).fold(0.0, f64::max);
        for step in 0..(longest * EVENTS_A_SECOND) as usize {
            if step % 16 == 0 {
                cancel.check()?;
            }
            if players.iter().all(Player::done) {
                break;
            }
            let events: Vec<usize> = players.iter().map(|p| p.event).collect();
            let controls: Vec<Control> = players.iter().map(Player::control).collect();
            let logits = rnn.step(&mut state, &events, &controls);
            for (player, logits) in players.iter_mut().zip(logits) {
                if !player.done() {
                    player.take(logits);
                }
            }
        }
        out.extend(players.into_iter().map(Player::finish));
    }
    Ok(out)
}

/// A normal random number (Box and Muller).
pub(crate) fn gauss(seed: &mut Seed) -> f32 {
    let u = seed.next_f32().max(1e-7);
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * seed.next_f32()).cos()
}

impl<'a> Player<'a> {
    fn new(stream: &'a Stream) -> Self {
        let (low, high) = stream.rules.range;
        Self {
            stream,
            seed: stream.seed,
            time: 0.0,
            last_onset: f64::NEG_INFINITY,
            last_pitch: low / 2 + high / 2,
            velocity: 64,
            stalled: 0,
            last_was_velocity: false,
            down: Vec::new(),
            notes: Vec::new(),
            event: PRIMARY,
        }
    }

    fn end(&self) -> f64 {
        self.stream.spans.last().map_or(0.0, |s| s.end)
    }

    fn done(&self) -> bool {
        self.time >= self.end() - 1e-6
    }

    fn span(&self) -> Option<&Span> {
        self.stream.spans.iter().find(|s| self.time < s.end - 0.03).or(self.stream.spans.last())
    }

    fn control(&self) -> Control {
        let weights = self.span().map_or([1.0; 12], |span| {
            std::array::from_fn(|pc| match (span.chord.has(pc as u8), span.scale.has(pc as u8)) {
                (true, _) => 1.0,
                (false, true) => 0.45,
                _ => 0.0,
            })
        });
        Control::new(weights, self.stream.rules.density)
    }

    /// Chooses the next event among those that may be.
    fn take(&mut self, mut logits: Vec<f32>) {
        self.restrict(&mut logits);
        let temperature = self.stream.rules.temperature.max(0.05);
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = logits.iter().map(|l| ((l - highest) / temperature).exp()).collect();
        let mut at = self.seed.next_f32() * weights.iter().sum::<f32>();
        let mut chosen = EVENTS - 1;
        for (i, w) in weights.iter().enumerate() {
            at -= w;
            if *w > 0.0 && at <= 0.0 {
                chosen = i;
                break;
            }
        }
        self.play(chosen);
    }

    fn restrict(&self, logits: &mut [f32]) {
        let rules = &self.stream.rules;
        let Some(span) = self.span() else { return };
        let never = f32::NEG_INFINITY;
        let silent = self.time - self.last_onset.max(0.0);
        let together = (self.time - self.last_onset).abs() < 0.02;
        let may_strike = if together {
            rules.voices > 1 && self.down.len() < rules.voices
        } else {
            self.time - self.last_onset >= rules.least
                && (rules.voices == 1 || self.down.len() < rules.voices)
        };
        let must_strike = may_strike && silent > rules.rest;
        for (i, logit) in logits.iter_mut().enumerate() {
            match Event::at(i) {
                Event::On(pitch) => {
                    let fits = (rules.range.0..=rules.range.1).contains(&pitch) && span.scale.has(pitch);
                    if !fits || !may_strike || self.sounding(pitch) {
                        *logit = never;
                        continue;
                    }
                    *logit += self.line(pitch);
                    if span.chord.has(pitch) {
                        *logit += 0.5;
                    }
                }
                Event::Off(pitch) if must_strike || !self.sounding(pitch) => *logit = never,
                Event::Velocity(_) if must_strike || self.last_was_velocity => *logit = never,
                Event::Shift(_) if must_strike => *logit = never,
                Event::Shift(seconds) if seconds > rules.rest.max(0.3) => *logit = never,
                Event::Shift(_) | Event::Off(_) | Event::Velocity(_) => {}
            }
            if self.stalled > STALL && !matches!(Event::at(i), Event::Shift(_)) {
                *logit = never;
            }
        }
        if logits.iter().all(|l| *l == never) {
            // Nothing may be played: let time go by.
            logits[2 * KEYS + 32 + 12] = 0.0;
        }
    }

    /// What makes a line of single notes: steps rather than leaps, few repeats, a rise and a fall.
    fn line(&self, pitch: u8) -> f32 {
        /// Against the notes just played, the last one first.
        const AGAIN: [f32; 6] = [3.2, 1.1, 0.9, 0.6, 0.5, 0.4];
        let (low, high) = self.stream.rules.range;
        let leap = f32::from(pitch.abs_diff(self.last_pitch));
        let mut bias = match leap as u8 {
            1 | 2 => 0.8,
            3 | 4 => 0.4,
            _ => -0.16 * (leap - 4.0).max(0.0),
        };
        for (note, weight) in self.notes.iter().rev().zip(AGAIN) {
            if note.pitch == pitch {
                bias -= weight;
            }
        }
        let share = (self.time / self.end().max(0.1) * 1.5).fract() as f32;
        let centre = f32::from(low) + 0.42 * f32::from(high - low);
        let goal = centre + 0.3 * f32::from(high - low) * (std::f32::consts::PI * share).sin();
        bias - 0.09 * (f32::from(pitch) - goal).abs()
    }

    fn sounding(&self, pitch: u8) -> bool {
        self.down.iter().any(|n| self.notes[*n].pitch == pitch)
    }

    fn release(&mut self, keep: impl Fn(u8) -> bool) {
        let time = self.time;
        let notes = &mut self.notes;
        self.down.retain(|n| {
            let note = &mut notes[*n];
            if keep(note.pitch) {
                return true;
            }
            note.length = (time - note.start).max(0.05);
            false
        });
    }

    fn play(&mut self, index: usize) {
        self.event = index;
        self.last_was_velocity = false;
        self.stalled += 1;
        match Event::at(index) {
            Event::On(pitch) => {
                if self.stream.rules.voices == 1 {
                    self.release(|_| false);
                }
                self.down.push(self.notes.len());
                self.notes.push(RawNote { start: self.time, length: 0.0, pitch, velocity: self.velocity });
                self.last_onset = self.time;
                self.last_pitch = pitch;
            }
            Event::Off(pitch) => self.release(|p| p != pitch),
            Event::Velocity(v) => {
                self.velocity = v;
                self.last_was_velocity = true;
            }
            Event::Shift(seconds) => {
                self.time = (self.time + seconds).min(self.end());
                self.stalled = 0;
            }
        }
        // A key held for very long is let go, so that others may be struck.
        let (time, most) = (self.time, self.stream.rules.rest.max(1.0) * 2.0);
        let held: Vec<u8> = self
            .down
            .iter()
            .map(|n| self.notes[*n])
            .filter(|n| time - n.start > most)
            .map(|n| n.pitch)
            .collect();
        if !held.is_empty() {
            self.release(|p| !held.contains(&p));
        }
    }

    fn finish(mut self) -> Vec<RawNote> {
        self.time = self.end();
        self.release(|_| false);
        self.notes.retain(|n| n.pitch >= LOWEST);
        self.notes
    }
}
