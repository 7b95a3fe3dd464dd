//! The band: who plays what over the plan, then timing and touch as people have them.

use colophon_types::{Cancel, Seed};

use super::melody::{self, Player};
use super::parts::{bass, chords, drums, loudness, velocity};
use super::plan::Plan;
use super::rnn::{PerformanceRnn, gauss};
use super::score::{Note, Score, TempoMap, Track, Turn};
use super::style::{Chair, Group, Instrument, Part};
use super::theory::voice;
use crate::AudioError;

const DRUM_CHANNEL: u8 = 9;

/// Writes the score of a plan. The same plan and seed give the same score.
///
/// # Errors
/// [`AudioError::Cancelled`].
pub(crate) fn arrange(
    plan: Plan,
    rnn: &PerformanceRnn,
    seed: Seed,
    cancel: &Cancel,
) -> Result<Score, AudioError> {
    let tempo = TempoMap::of(&plan);
    let band = band(&plan, seed);
    let lead = band.iter().find(|m| matches!(m.chair.part, Part::Lead));
    let melody = match lead {
        Some(member) => {
            let keyboard = is_keyboard(member.instrument.program);
            let voices = if keyboard { plan.style.melody.voices } else { 1 };
            let player = Player { range: member.range, voices };
            melody::write(&plan, player, rnn, seed.derive("melody"), cancel)?
        }
        None => Vec::new(),
    };
    let mut tracks = Vec::new();
    let mut free = (0..16u8).filter(|c| *c != DRUM_CHANNEL);
    for (i, member) in band.iter().enumerate() {
        let mut notes = play(&plan, member, &melody, seed);
        if !plan.looped {
            notes.extend(last_chord(&plan, member, &notes));
        }
        notes.extend(accents(&plan, member, &tempo, i));
        if notes.is_empty() {
            continue;
        }
        let drums = matches!(member.chair.part, Part::Drums);
        let Some(channel) = (if drums { Some(DRUM_CHANNEL) } else { free.next() }) else { continue };
        let mut dice = seed.derive(&format!("touch {i}"));
        humanise(&plan, &tempo, &mut notes, drums, &mut dice);
        let turns = pedal(&plan, member, &notes);
        tracks.push(track(member, channel, notes, turns));
    }
    pump(&plan, &mut tracks);
    Ok(Score { plan, tempo, tracks })
}

/// A chair with the instrument that sits in it.
struct Member {
    chair: Chair,
    instrument: Instrument,
    range: (u8, u8),
}

fn band(plan: &Plan, seed: Seed) -> Vec<Member> {
    let mut dice = seed.derive("band");
    let wish = &plan.wish;
    let mut out = Vec::new();
    for chair in plan.style.chairs {
        let chosen = chair.instruments[(dice.next_u64() % chair.instruments.len() as u64) as usize];
        let group = chair.part.group();
        let leaves = (wish.no_drums && group == Group::Drums)
            || (wish.no_bass && group == Group::Bass)
            || (wish.solo && !matches!(chair.part, Part::Lead | Part::Wide(_) | Part::Arpeggio(_)));
        if leaves {
            continue;
        }
        let lead = plan.lead.filter(|_| matches!(chair.part, Part::Lead));
        let range = lead.map_or(chair.range, |i| sounding_range(i.program).unwrap_or(chair.range));
        out.push(Member { chair: *chair, instrument: lead.unwrap_or(chosen), range });
    }
    out
}

/// Where an instrument that leads sounds best, if not where the style has its melody.
fn sounding_range(program: u8) -> Option<(u8, u8)> {
    match program {
        42 => Some((48, 70)),
        60 => Some((53, 72)),
        66 => Some((53, 76)),
        22 | 25 | 24 | 106 => Some((57, 79)),
        40 | 110 => Some((62, 84)),
        52 => Some((58, 77)),
        10 | 9 => Some((72, 93)),
        _ => None,
    }
}

fn is_keyboard(program: u8) -> bool {
    program < 8 || matches!(program, 11 | 12 | 46)
}

fn play(plan: &Plan, member: &Member, melody: &[Note], seed: Seed) -> Vec<Note> {
    let (range, from) = (member.range, member.chair.from);
    match member.chair.part {
        Part::Lead => audible(plan, melody, from).collect(),
        Part::Double(shift) => audible(plan, melody, from)
            .filter(|n| plan.section_at(n.beat).energy >= from)
            .map(|mut n| {
                n.pitch = n.pitch.saturating_add_signed(shift);
                while n.pitch > range.1 {
                    n.pitch -= 12;
                }
                n
            })
            .collect(),
        Part::Counter => chords::counter(plan, melody, range, from),
        Part::Pad(voices) => chords::pad(plan, voices, range, from),
        Part::Chords(voices, levels) => chords::rhythm(plan, voices, &levels, range, from, false),
        Part::Strum(levels) => chords::rhythm(plan, 4, &levels, range, from, true),
        Part::Arpeggio(levels) => chords::arpeggio(plan, &levels, range, from),
        Part::Wide(levels) => chords::wide(plan, &levels, range, from),
        Part::Bass(levels) => bass::line(plan, &levels, range, from),
        Part::Walking => bass::walking(plan, range, from, seed),
        Part::Drums => drums::play(plan, member.instrument.program, from, seed),
    }
}

fn audible<'a>(plan: &'a Plan, melody: &'a [Note], from: f32) -> impl Iterator<Item = Note> + 'a {
    // The last note is played in any case.
    let end = plan.bars() as f64 * plan.metre.quarters() - 0.01;
    melody.iter().copied().filter(move |n| plan.section_at(n.beat).energy >= from || n.beat >= end)
}

/// The chord on which everything ends, by everyone who has played in the last section.
fn last_chord(plan: &Plan, member: &Member, notes: &[Note]) -> Vec<Note> {
    let end = plan.bars() as f64 * plan.metre.quarters();
    let section = plan.section_at(end);
    let harmony = plan.chord_at(end + 0.01);
    let beats = (plan.tail * section.tempo / 60.0 * 0.9).max(0.5);
    let heard = plan.bars() == 0 || section.energy >= member.chair.from;
    let note = |pitch: u8, share: f32| Note {
        beat: end,
        beats,
        pitch,
        velocity: velocity(loudness(section.energy) * share),
    };
    if !heard {
        return Vec::new();
    }
    let range = member.range;
    let root = || (range.0..range.0 + 12).find(|p| p % 12 == harmony.chord.root).unwrap_or(range.0);
    match member.chair.part {
        // The melody has written its own.
        Part::Lead | Part::Double(_) => Vec::new(),
        Part::Counter | Part::Drums if notes.is_empty() => Vec::new(),
        Part::Counter => {
            let before = notes.iter().map(|n| n.pitch).next_back().unwrap_or(range.0);
            vec![note(harmony.chord.tones().nearest(before), 0.85)]
        }
        Part::Bass(_) | Part::Walking => vec![note(root(), 0.95)],
        Part::Drums => {
            let mut out = vec![note(36, 0.95)];
            out.extend(plan.style.crash.filter(|_| section.energy > 0.3).map(|crash| note(crash, 0.85)));
            out
        }
        Part::Wide(_) => vec![note(root(), 0.85), note(root() + 12, 0.75)],
        Part::Pad(n) | Part::Chords(n, _) => {
            chord(plan, harmony, n, range).into_iter().map(|p| note(p, 0.85)).collect()
        }
        Part::Strum(_) | Part::Arpeggio(_) => {
            let step = 0.05 * section.tempo / 60.0;
            let all = chord(plan, harmony, 4, range);
            all.into_iter()
                .enumerate()
                .map(|(i, p)| Note { beat: end + i as f64 * step, ..note(p, 0.8) })
                .collect()
        }
    }
}

fn chord(_plan: &Plan, harmony: &super::plan::Harmony, voices: usize, range: (u8, u8)) -> Vec<u8> {
    voice(&harmony.chord, voices, range.0, range.1, &[])
}

/// Strikes on a film's cuts that begin no section: by the drums, or by who plays chords first.
fn accents(plan: &Plan, member: &Member, tempo: &TempoMap, seat: usize) -> Vec<Note> {
    let first_chords = plan.style.chairs.iter().position(|c| c.part.group() == Group::Harmony) == Some(seat);
    let mut out = Vec::new();
    for second in &plan.accents {
        let beat = tempo.beat(*second);
        let energy = plan.section_at(beat).energy.max(0.6);
        let strike = |pitch: u8, share: f32| Note {
            beat,
            beats: 1.0,
            pitch,
            velocity: velocity(loudness(energy) * share),
        };
        if matches!(member.chair.part, Part::Drums) {
            out.push(strike(36, 1.1));
            out.extend(plan.style.crash.map(|crash| strike(crash, 1.0)));
        } else if first_chords {
            let harmony = plan.chord_at(beat);
            out.extend(chord(plan, harmony, 4, member.range).into_iter().map(|p| strike(p, 1.15)));
        }
    }
    out
}

/// Swing, and the small irregularities of hands.
fn humanise(plan: &Plan, tempo: &TempoMap, notes: &mut [Note], drums: bool, dice: &mut Seed) {
    let (spread, touch) = plan.style.human;
    let share = if drums { 0.5 } else { 1.0 };
    let end = plan.bars() as f64 * plan.metre.quarters();
    notes.sort_by(|a, b| a.beat.total_cmp(&b.beat).then(a.pitch.cmp(&b.pitch)));
    for note in notes.iter_mut() {
        let accent = plan.accents.iter().any(|a| (tempo.seconds(note.beat) - a).abs() < 1e-6);
        let jitter =
            f64::from(gauss(dice).clamp(-2.5, 2.5)) * spread * share / 1000.0 * tempo.tempo(note.beat) / 60.0;
        let value = f32::from(note.velocity) + gauss(dice).clamp(-2.5, 2.5) * touch * 0.8;
        if !accent {
            let late = swung(note.beat, plan.style.swing, f64::from(plan.style.swing_steps)) + jitter;
            // The first note of a loop must not come before its beginning, nor the last chord early.
            let least = if note.beat >= end - 1e-6 { end } else { 0.0 };
            let stop = note.beat + note.beats;
            note.beat = late.max(least);
            note.beats = (stop - note.beat).max(0.08);
        }
        note.velocity = velocity(value);
    }
    notes.sort_by(|a, b| a.beat.total_cmp(&b.beat).then(a.pitch.cmp(&b.pitch)));
}

/// Where a straight onset goes when the second of two steps comes late.
fn swung(beat: f64, ratio: f64, steps: f64) -> f64 {
    let pair = 2.0 / steps;
    let at = (beat / pair).floor() * pair;
    let within = (beat - at) / pair;
    let moved =
        if within < 0.5 { within * 2.0 * ratio } else { ratio + (within - 0.5) * 2.0 * (1.0 - ratio) };
    at + moved * pair
}

/// The sustaining pedal of pianos and harps: down with each chord, up just before the next.
fn pedal(plan: &Plan, member: &Member, notes: &[Note]) -> Vec<Turn> {
    let program = member.instrument.program;
    let pedalled = matches!(program, 0..=3 | 46 | 11 | 107)
        && matches!(plan.style.id, "piano" | "ambient" | "chinese" | "waltz" | "orchestral");
    if !pedalled || notes.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for harmony in &plan.harmony {
        out.push(Turn { beat: (harmony.beat - 0.04).max(0.0), controller: 64, value: 0 });
        out.push(Turn { beat: harmony.beat + 0.06, controller: 64, value: 127 });
    }
    out
}

/// Chords and pads give way to the bass drum.
fn pump(plan: &Plan, tracks: &mut [Track]) {
    let depth = plan.style.pump;
    if depth <= 0.0 {
        return;
    }
    let kicks: Vec<f64> = tracks
        .iter()
        .filter(|t| t.group == Group::Drums)
        .flat_map(|t| t.notes.iter().filter(|n| n.pitch == 36 && n.velocity > 60).map(|n| n.beat))
        .collect();
    for track in tracks.iter_mut().filter(|t| t.group == Group::Harmony) {
        let mut turns = Vec::new();
        for (i, kick) in kicks.iter().enumerate() {
            let next = kicks.get(i + 1).copied().unwrap_or(f64::INFINITY);
            for step in 0..=6 {
                let beat = kick + f64::from(step) * 0.11;
                if beat < next - 0.02 {
                    let value = 1.0 - depth * (1.0 - step as f32 / 6.0).powi(2);
                    turns.push(Turn { beat, controller: 11, value: (127.0 * value) as u8 });
                }
            }
        }
        track.turns.extend(turns);
        track.turns.sort_by(|a, b| a.beat.total_cmp(&b.beat));
    }
}

fn track(member: &Member, channel: u8, notes: Vec<Note>, turns: Vec<Turn>) -> Track {
    let chair = &member.chair;
    let part = match chair.part {
        Part::Lead => "melody",
        Part::Double(_) => "doubling",
        Part::Counter => "counter-melody",
        Part::Pad(_) => "pad",
        Part::Chords(..) | Part::Strum(_) => "chords",
        Part::Arpeggio(_) | Part::Wide(_) => "broken chords",
        Part::Bass(_) | Part::Walking => "bass",
        Part::Drums => "drums",
    };
    // General MIDI: the level is 40 log10(volume / 127) decibels.
    let volume = 112.0 * 10f32.powf(chair.level / 40.0);
    Track {
        name: format!("{part}: {}", member.instrument.name),
        group: chair.part.group(),
        channel,
        program: member.instrument.program,
        volume: volume.clamp(1.0, 127.0) as u8,
        pan: (64.0 + 63.0 * chair.pan).clamp(0.0, 127.0) as u8,
        reverb: (127.0 * chair.reverb).clamp(0.0, 127.0) as u8,
        chorus: if matches!(member.instrument.program, 4 | 5 | 26..=28 | 48..=54 | 80..=103) {
            30
        } else {
            0
        },
        notes,
        turns,
    }
}
