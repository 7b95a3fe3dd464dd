//! Bass lines.

use colophon_types::Seed;

use super::chords::bars;
use super::{accent, loudness, pattern, strokes, velocity};
use crate::music::plan::{Harmony, Plan};
use crate::music::score::Note;
use crate::music::style::Levels;

fn root(harmony: &Harmony, range: (u8, u8), before: Option<u8>) -> u8 {
    let all = (range.0..=range.1).filter(|p| p % 12 == harmony.chord.root);
    let low = range.0 + 7;
    all.min_by_key(|p| before.map_or(p.abs_diff(low), |b| p.abs_diff(b) + p.abs_diff(low) / 2))
        .unwrap_or(range.0)
}

fn fifth(harmony: &Harmony, root: u8, range: (u8, u8)) -> u8 {
    let scale = harmony.chord.scale(harmony.key);
    let interval = harmony.chord.intervals.iter().copied().find(|i| (6..=8).contains(i)).unwrap_or(7);
    let up = root + interval;
    if !scale.has(up) {
        root
    } else if up > range.1 && up - 12 >= range.0 {
        up - 12
    } else {
        up
    }
}

/// A line by a pattern.
pub(crate) fn line(plan: &Plan, levels: &Levels, range: (u8, u8), from: f32) -> Vec<Note> {
    let mut out: Vec<Note> = Vec::new();
    let mut last_root = None;
    for (bar, start, energy) in bars(plan, from) {
        for stroke in strokes(plan, pattern(levels, energy, bar)) {
            let beat = start + stroke.at;
            let harmony = plan.chord_at(beat);
            let base = root(harmony, range, last_root);
            let new_chord = (beat - harmony.beat).abs() < 0.01;
            let left = harmony.beat + harmony.beats - beat;
            let pitch = match stroke.letter {
                _ if new_chord => base,
                '5' => fifth(harmony, base, range),
                '8' => base + 12,
                'A' => approach(plan, harmony, base, range),
                _ => base,
            };
            last_root = Some(base);
            let beats = stroke.beats.min(left.max(0.2)) * 0.97;
            out.push(Note {
                beat,
                beats,
                pitch,
                velocity: velocity(loudness(energy) * accent(plan, stroke.at)),
            });
            // A chord that enters under a long note is heard in the bass.
            if stroke.beats > left + 0.2 {
                let next = plan.chord_at(beat + left + 0.01);
                let pitch = root(next, range, last_root);
                last_root = Some(pitch);
                out.push(Note {
                    beat: beat + left,
                    beats: (stroke.beats - left) * 0.97,
                    pitch,
                    velocity: velocity(loudness(energy) * 0.95),
                });
            }
        }
    }
    out
}

/// A step of the scale below or above the next root.
fn approach(plan: &Plan, harmony: &Harmony, base: u8, range: (u8, u8)) -> u8 {
    let next = plan.chord_at(harmony.beat + harmony.beats + 0.01);
    let goal = root(next, range, Some(base));
    let scale = harmony.chord.scale(harmony.key);
    let below = (1..=3).map(|d| goal.saturating_sub(d)).find(|p| scale.has(*p));
    let above = (1..=3).map(|d| goal + d).find(|p| scale.has(*p));
    match (below, above) {
        (Some(below), Some(above)) if goal <= base => {
            if above == base {
                below
            } else {
                above
            }
        }
        (Some(below), _) => below,
        (None, Some(above)) => above,
        (None, None) => base,
    }
}

/// Quarter notes through the chords: a root, tones of chord and scale, and a step into the next root.
pub(crate) fn walking(plan: &Plan, range: (u8, u8), from: f32, seed: Seed) -> Vec<Note> {
    let mut dice = seed.derive("walking");
    let mut out: Vec<Note> = Vec::new();
    let mut before = None;
    let quarters = plan.metre.quarters() as usize;
    for (_, start, energy) in bars(plan, from) {
        for quarter in 0..quarters {
            let beat = start + quarter as f64;
            let harmony = plan.chord_at(beat);
            let next = plan.chord_at(beat + 1.01);
            let new_chord = (beat - harmony.beat).abs() < 0.01;
            let last = (next.beat - (beat + 1.0)).abs() < 0.01 && !new_chord;
            let here = before.unwrap_or(range.0 + 8);
            let pitch = if new_chord || before.is_none() {
                root(harmony, range, before)
            } else if last {
                let goal = root(next, range, Some(here));
                let step = if dice.next_f32() < 0.55 { goal.abs_diff(goal.saturating_sub(1)) } else { 2 };
                let from_below = if here == goal { dice.next_f32() < 0.5 } else { here < goal };
                let wish = if from_below { goal.saturating_sub(step) } else { goal + step };
                let scale = harmony.chord.scale(harmony.key);
                if step == 2 { scale.nearest(wish) } else { wish }
            } else {
                walk(harmony, here, range, &mut dice)
            };
            before = Some(pitch);
            let beats = 0.92;
            out.push(Note {
                beat,
                beats,
                pitch,
                velocity: velocity(loudness(energy) * if quarter % 2 == 1 { 1.02 } else { 0.97 }),
            });
            // A skipped quaver now and then.
            if energy > 0.55 && dice.next_f32() < 0.07 {
                out.push(Note {
                    beat: beat + 0.5,
                    beats: 0.35,
                    pitch,
                    velocity: velocity(loudness(energy) * 0.7),
                });
            }
        }
    }
    out
}

fn walk(harmony: &Harmony, here: u8, range: (u8, u8), dice: &mut Seed) -> u8 {
    let tones = harmony.chord.tones();
    let scale = harmony.chord.scale(harmony.key);
    let near: Vec<u8> = (range.0..=range.1)
        .filter(|p| {
            *p != here && p.abs_diff(here) <= 7 && (tones.has(*p) || (scale.has(*p) && p.abs_diff(here) <= 2))
        })
        .collect();
    if near.is_empty() { here } else { near[(dice.next_u64() % near.len() as u64) as usize] }
}
