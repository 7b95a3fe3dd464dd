//! Drums: grooves by energy, fills at the ends of sections, a crash where a full one begins.

use colophon_types::Seed;

use super::chords::bars;
use super::{level, loudness, strokes, velocity};
use crate::music::plan::{Kind, Plan};
use crate::music::score::Note;
use crate::music::style::Groove;
use crate::music::styles::{ORCHESTRA_KIT, TIMPANI};

/// The drums of a piece.
pub(crate) fn play(plan: &Plan, kit: u8, from: f32, seed: Seed) -> Vec<Note> {
    let mut dice = seed.derive("drums");
    let mut out: Vec<Note> = Vec::new();
    let quarters = plan.metre.quarters();
    for (bar, start, energy) in bars(plan, from) {
        let section = plan.section_at(start);
        let grooves = plan.style.grooves[level(energy)];
        let within = bar - section.bar;
        let ends = within + 1 == section.bars && bar + 1 < plan.bars();
        let turns = within % 4 == 3 && dice.next_f32() < 0.3 && energy > 0.5;
        let fills = plan.style.fills;
        let fill = (ends || turns) && energy >= 0.42 && !fills.is_empty();
        let groove: Groove = if fill {
            fills[(dice.next_u64() % fills.len() as u64) as usize]
        } else if grooves.is_empty() {
            continue;
        } else {
            grooves[bar % grooves.len()]
        };
        for (key, steps) in groove {
            for stroke in strokes(plan, steps) {
                // Ghost notes are not always played.
                if stroke.letter == 'o' && !fill && dice.next_f32() < 0.06 {
                    continue;
                }
                let strength = match stroke.letter {
                    'X' => 1.14,
                    'o' => 0.62,
                    _ => 0.95,
                };
                let rise = if fill { 0.9 + 0.2 * (stroke.at / quarters) as f32 } else { 1.0 };
                let pitch = tuned(plan, kit, *key, start + stroke.at);
                out.push(Note {
                    beat: start + stroke.at,
                    beats: stroke.beats.max(0.2),
                    pitch,
                    velocity: velocity(loudness(energy) * strength * rise),
                });
            }
        }
        let opens = within == 0 && bar > 0 && section.kind != Kind::Outro;
        if let Some(crash) = plan.style.crash.filter(|_| opens && energy > 0.6) {
            out.push(Note {
                beat: start,
                beats: 2.0,
                pitch: crash,
                velocity: velocity(loudness(energy) * 0.95),
            });
        }
    }
    out
}

/// Timpani are tuned to the chord.
fn tuned(plan: &Plan, kit: u8, key: u8, beat: f64) -> u8 {
    if kit != ORCHESTRA_KIT || key != TIMPANI {
        return key;
    }
    let root = plan.chord_at(beat).chord.root;
    (TIMPANI..TIMPANI + 12).find(|k| k % 12 == root).unwrap_or(key)
}
