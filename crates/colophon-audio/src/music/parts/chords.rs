//! Chords: held, in rhythm, strummed, broken.

use super::{accent, loudness, pattern, strokes, velocity};
use crate::music::plan::Plan;
use crate::music::score::Note;
use crate::music::style::Levels;
use crate::music::theory::{Chord, voice};

/// Which bars a chair plays in: those with at least its energy.
pub(crate) fn bars(plan: &Plan, from: f32) -> impl Iterator<Item = (usize, f64, f32)> + '_ {
    let quarters = plan.metre.quarters();
    (0..plan.bars())
        .map(move |bar| (bar, bar as f64 * quarters, plan.section_at(bar as f64 * quarters).energy))
        .filter(move |(_, _, energy)| *energy >= from)
}

/// Held chords that move as little as they can.
pub(crate) fn pad(plan: &Plan, voices: usize, range: (u8, u8), from: f32) -> Vec<Note> {
    let mut out: Vec<Note> = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    let end = plan.bars() as f64 * plan.metre.quarters();
    for harmony in plan.harmony.iter().filter(|h| h.beat < end - 0.01) {
        let energy = plan.section_at(harmony.beat).energy;
        if energy < from {
            before.clear();
            continue;
        }
        let notes = voice(&harmony.chord, voices, range.0, range.1, &before);
        for pitch in &notes {
            // A tone that stays is held on.
            let held = out
                .iter_mut()
                .rev()
                .take(12)
                .find(|n| n.pitch == *pitch && (n.beat + n.beats - harmony.beat).abs() < 0.01);
            match held {
                Some(note) if note.beats < 12.0 && before.contains(pitch) => note.beats += harmony.beats,
                _ => out.push(Note {
                    beat: harmony.beat,
                    beats: harmony.beats,
                    pitch: *pitch,
                    velocity: velocity(loudness(energy) * 0.86),
                }),
            }
        }
        before = notes;
    }
    out
}

/// Chords in a rhythm; strummed ones sound string by string.
pub(crate) fn rhythm(
    plan: &Plan,
    voices: usize,
    levels: &Levels,
    range: (u8, u8),
    from: f32,
    strum: bool,
) -> Vec<Note> {
    let mut out = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    for (bar, start, energy) in bars(plan, from) {
        let all = strokes(plan, pattern(levels, energy, bar));
        for (i, stroke) in all.iter().enumerate() {
            let beat = start + stroke.at;
            let harmony = plan.chord_at(beat);
            let chord = if voices == 2 { power(&harmony.chord) } else { harmony.chord.clone() };
            let notes = voice(&chord, voices, range.0, range.1, &before);
            let strength = match stroke.letter {
                'X' => 1.08,
                'o' => 0.74,
                _ => 0.92,
            };
            let left = harmony.beat + harmony.beats - beat;
            let beats = if stroke.beats > left { left.max(0.2) } else { stroke.beats };
            let up = strum && i % 2 == 1;
            for (n, pitch) in notes.iter().enumerate() {
                let order = if up { notes.len() - 1 - n } else { n };
                let late = if strum { order as f64 * 0.014 * plan.tempo / 60.0 } else { 0.0 };
                let value =
                    loudness(energy) * strength * accent(plan, stroke.at) - if up { 5.0 } else { 0.0 };
                out.push(Note {
                    beat: beat + late,
                    beats: (beats * 0.96 - late).max(0.1),
                    pitch: *pitch,
                    velocity: velocity(value),
                });
            }
            before = notes;
        }
    }
    out
}

/// Root and fifth alone.
fn power(chord: &Chord) -> Chord {
    let fifth = chord.intervals.iter().copied().find(|i| (5..=8).contains(i)).unwrap_or(7);
    Chord { intervals: vec![0, fifth], ..chord.clone() }
}

/// Broken chords in close position.
pub(crate) fn arpeggio(plan: &Plan, levels: &Levels, range: (u8, u8), from: f32) -> Vec<Note> {
    let mut out = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    for (bar, start, energy) in bars(plan, from) {
        for stroke in strokes(plan, pattern(levels, energy, bar)) {
            let beat = start + stroke.at;
            let chord = &plan.chord_at(beat).chord;
            let middle = range.1.saturating_sub(8).max(range.0 + 10);
            let notes = voice(chord, 3, range.0, middle, &before);
            let Some(digit) = stroke.letter.to_digit(10).map(|d| d as usize) else { continue };
            if notes.is_empty() {
                continue;
            }
            let pitch = notes[digit % notes.len()] + 12 * (digit / notes.len()) as u8;
            let pitch = if pitch > range.1 { pitch - 12 } else { pitch };
            out.push(Note {
                beat,
                beats: stroke.beats,
                pitch,
                velocity: velocity(loudness(energy) * 0.9 * accent(plan, stroke.at)),
            });
            before = notes;
        }
    }
    out
}

/// Broken chords from a low root, as a left hand plays them.
pub(crate) fn wide(plan: &Plan, levels: &Levels, range: (u8, u8), from: f32) -> Vec<Note> {
    let mut out = Vec::new();
    for (bar, start, energy) in bars(plan, from) {
        for stroke in strokes(plan, pattern(levels, energy, bar)) {
            let beat = start + stroke.at;
            let harmony = plan.chord_at(beat);
            let Some(digit) = stroke.letter.to_digit(10).map(|d| d as usize) else { continue };
            // A chord that comes in the middle of the bar has its root first.
            let digit = if (beat - harmony.beat).abs() < 0.01 { 0 } else { digit };
            let tones = spread(&harmony.chord, range);
            let pitch = tones[digit % tones.len()];
            let left = harmony.beat + harmony.beats - beat;
            let beats = stroke.beats.min(left.max(0.2));
            out.push(Note {
                beat,
                beats,
                pitch,
                velocity: velocity(loudness(energy) * 0.84 * accent(plan, stroke.at)),
            });
        }
    }
    out
}

/// Root, fifth, octave, tenth, twelfth, two octaves: within the range.
fn spread(chord: &Chord, range: (u8, u8)) -> Vec<u8> {
    let root = (range.0..range.0 + 12).find(|p| p % 12 == chord.root).unwrap_or(range.0);
    let fifth = chord.intervals.iter().copied().find(|i| (6..=8).contains(i)).unwrap_or(12);
    let third = chord.intervals.get(1).copied().filter(|i| *i < 6).unwrap_or(0);
    let all = [0, fifth, 12, 12 + third, 12 + fifth, 24];
    all.iter().map(|i| root + i).map(|p| if p > range.1 { p - 12 } else { p }).collect()
}

/// A slow line against the melody: a tone of each chord that the melody does not have.
pub(crate) fn counter(plan: &Plan, melody: &[Note], range: (u8, u8), from: f32) -> Vec<Note> {
    let mut out: Vec<Note> = Vec::new();
    let mut before = range.0 / 2 + range.1 / 2;
    let end = plan.bars() as f64 * plan.metre.quarters();
    for harmony in plan.harmony.iter().filter(|h| h.beat < end - 0.01) {
        let energy = plan.section_at(harmony.beat).energy;
        if energy < from {
            continue;
        }
        let sung = melody.iter().rev().find(|n| n.beat <= harmony.beat + 0.1).map(|n| n.pitch % 12);
        let tones: Vec<u8> = (range.0..=range.1).filter(|p| harmony.chord.tones().has(*p)).collect();
        let cost = |p: &u8| {
            let same = if sung == Some(p % 12) { 6 } else { 0 };
            let root = if p % 12 == harmony.chord.root { 2 } else { 0 };
            let still = if *p == before { 1 } else { 0 };
            i32::from(p.abs_diff(before)) + same + root + still
        };
        let Some(pitch) = tones.iter().copied().min_by_key(cost) else { continue };
        match out.last_mut() {
            Some(last)
                if last.pitch == pitch
                    && (last.beat + last.beats - harmony.beat).abs() < 0.01
                    && last.beats < 8.0 =>
            {
                last.beats += harmony.beats;
            }
            _ => out.push(Note {
                beat: harmony.beat,
                beats: harmony.beats * 0.98,
                pitch,
                velocity: velocity(loudness(energy) * 0.88),
            }),
        }
        before = pitch;
    }
    out
}
