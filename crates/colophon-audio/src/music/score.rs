//! A finished score: notes on tracks, in quarter notes, and the tempo map that places them in time.

use super::plan::{Plan, ritard};
use super::style::{Group, Metre};
use super::theory::Key;

/// A note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Onset in quarter notes from the start.
    pub beat: f64,
    /// Length in quarter notes.
    pub beats: f64,
    /// MIDI pitch.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}

/// A change of a MIDI controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// When, in quarter notes.
    pub beat: f64,
    /// Controller, e.g. 64 for the pedal, 11 for expression.
    pub controller: u8,
    /// 0 to 127.
    pub value: u8,
}

/// What one player plays.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Part and instrument.
    pub name: String,
    /// Stem that it belongs to.
    pub group: Group,
    /// MIDI channel, 0 to 15; 9 is drums.
    pub channel: u8,
    /// Program, 0 to 127.
    pub program: u8,
    /// Level, controller 7.
    pub volume: u8,
    /// Place, controller 10.
    pub pan: u8,
    /// Reverb, controller 91.
    pub reverb: u8,
    /// Chorus, controller 93.
    pub chorus: u8,
    /// By onset.
    pub notes: Vec<Note>,
    /// By time.
    pub turns: Vec<Turn>,
}

/// Where the quarter notes lie in time.
#[derive(Clone, Debug, PartialEq)]
pub struct TempoMap {
    /// From which quarter note on, at which second, how many a minute.
    steps: Vec<(f64, f64, f64)>,
}

impl TempoMap {
    /// The tempi of a plan: those of its sections, and its slowing down.
    pub(crate) fn of(plan: &Plan) -> Self {
        let quarters = plan.metre.quarters();
        let mut tempi: Vec<(f64, f64)> =
            plan.sections.iter().map(|s| (s.bar as f64 * quarters, s.tempo)).collect();
        if plan.slowing() > 0.0 && plan.bars() >= 2 {
            let last = plan.sections.last().map_or(plan.tempo, |s| s.tempo);
            let from = (plan.bars() - 2) as f64 * quarters;
            for (i, factor) in ritard(plan.style.ritard).into_iter().enumerate() {
                tempi.push((from + i as f64 * quarters / 4.0, last * factor));
            }
            tempi.push((plan.bars() as f64 * quarters, last));
        }
        let mut steps: Vec<(f64, f64, f64)> = Vec::new();
        for (beat, tempo) in tempi {
            let at = steps.last().map_or(0.0, |(b, s, t)| s + (beat - b) * 60.0 / t);
            match steps.last_mut() {
                Some(step) if step.0 >= beat => step.2 = tempo,
                _ => steps.push((beat, at, tempo)),
            }
        }
        Self { steps }
    }

    /// Seconds at a quarter note.
    pub fn seconds(&self, beat: f64) -> f64 {
        let i = self.steps.partition_point(|s| s.0 <= beat).saturating_sub(1);
        let (from, at, tempo) = self.steps[i];
        at + (beat - from) * 60.0 / tempo
    }

    /// The quarter note at a second.
    pub fn beat(&self, seconds: f64) -> f64 {
        let i = self.steps.partition_point(|s| s.1 <= seconds).saturating_sub(1);
        let (from, at, tempo) = self.steps[i];
        from + (seconds - at) * tempo / 60.0
    }

    /// Quarter notes a minute at a quarter note.
    pub fn tempo(&self, beat: f64) -> f64 {
        self.steps[self.steps.partition_point(|s| s.0 <= beat).saturating_sub(1)].2
    }

    /// From which quarter note on, how many a minute.
    pub fn changes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.steps.iter().map(|(beat, _, tempo)| (*beat, *tempo))
    }
}

/// A piece of music.
#[derive(Clone, Debug)]
pub struct Score {
    /// The plan that it follows.
    pub plan: Plan,
    /// Tempi.
    pub tempo: TempoMap,
    /// Tracks, melody first.
    pub tracks: Vec<Track>,
}

impl Score {
    /// Key.
    pub fn key(&self) -> Key {
        self.plan.key
    }

    /// Metre.
    pub fn metre(&self) -> Metre {
        self.plan.metre
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.plan.seconds
    }

    /// Notes in all.
    pub fn notes(&self) -> usize {
        self.tracks.iter().map(|t| t.notes.len()).sum()
    }

    /// Share of pitched notes that do not belong to the scale of the chord under their onset.
    pub fn wrong_notes(&self) -> f64 {
        let (mut wrong, mut all) = (0usize, 0usize);
        for track in self.tracks.iter().filter(|t| t.group != Group::Drums) {
            for note in &track.notes {
                let harmony = self.plan.chord_at(note.beat + 0.12);
                let before = self.plan.chord_at(note.beat - 0.12);
                let fits = |h: &super::plan::Harmony| h.chord.scale(h.key).has(note.pitch);
                all += 1;
                wrong += usize::from(!fits(harmony) && !fits(before));
            }
        }
        wrong as f64 / all.max(1) as f64
    }
}
