//! The melody: four bars that the network plays for each theme, worked into eight, and placed in every
//! section that has the theme, with variations.

use colophon_types::{Cancel, Seed};

use super::plan::{Kind, Plan, Section};
use super::rnn::{PerformanceRnn, RawNote, Rules, Span, Stream, improvise};
use super::score::Note;
use crate::AudioError;

/// Bars of a theme.
const THEME: usize = 8;

/// What the melody's player can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Player {
    /// Lowest and highest pitch.
    pub(crate) range: (u8, u8),
    /// Keys down at once.
    pub(crate) voices: usize,
}

/// A theme, in the key of the first section that has it.
struct Theme {
    kind: Kind,
    tonic: u8,
    /// Onsets in quarter notes from the theme's start.
    notes: Vec<Played>,
}

#[derive(Clone, Copy)]
struct Played {
    note: Note,
    /// How far the network was from the grid, in quarter notes.
    away: f64,
}

/// Kinds whose themes differ.
fn theme_of(kind: Kind) -> Kind {
    if kind == Kind::Outro { Kind::A } else { kind }
}

/// Bars of a theme that the network plays: the first four, and the last two. The other two repeat the
/// beginning.
fn played_bars(bars: usize) -> Vec<usize> {
    if bars >= 7 { (0..4).chain(6..bars.min(THEME)).collect() } else { (0..bars).collect() }
}

/// Writes the melody of a whole piece: notes by onset, not yet swung or humanised.
///
/// # Errors
/// [`AudioError::Cancelled`].
pub(crate) fn write(
    plan: &Plan,
    player: Player,
    rnn: &PerformanceRnn,
    seed: Seed,
    cancel: &Cancel,
) -> Result<Vec<Note>, AudioError> {
    let mut firsts: Vec<&Section> = Vec::new();
    for section in plan.sections.iter().filter(|s| s.bars > 0 && plays(plan, s, player)) {
        match firsts.iter_mut().find(|f| theme_of(f.kind) == theme_of(section.kind)) {
            // The longest has the most of its progression.
            Some(first) if section.bars > first.bars && first.bars < THEME => *first = section,
            Some(_) => {}
            None => firsts.push(section),
        }
    }
    let streams: Vec<Stream> = firsts.iter().map(|s| stream(plan, s, player, seed)).collect();
    let raw = improvise(rnn, &streams, cancel)?;
    let themes: Vec<Theme> =
        firsts.iter().zip(raw).map(|(section, raw)| theme(plan, section, player, &raw)).collect();
    let mut out: Vec<Note> = Vec::new();
    let mut dice = seed.derive("variations");
    let mut seen: Vec<Kind> = Vec::new();
    for section in plan.sections.iter().filter(|s| s.bars > 0) {
        let Some(theme) = themes.iter().find(|t| t.kind == theme_of(section.kind)) else { continue };
        if !plays(plan, section, player) {
            continue;
        }
        let again = seen.contains(&theme.kind);
        seen.push(theme.kind);
        let from = out.len();
        place(plan, section, theme, player, &mut out);
        if again {
            vary(plan, player, &mut out, from, &mut dice);
        }
    }
    out.sort_by(|a, b| a.beat.total_cmp(&b.beat).then(a.pitch.cmp(&b.pitch)));
    if player.voices == 1 {
        single(plan, player, &mut out);
    }
    if !plan.looped {
        land(plan, player, &mut out);
    }
    Ok(out)
}

/// Introductions leave the melody out, except on keyboards, where they are part of it.
fn plays(plan: &Plan, section: &Section, player: Player) -> bool {
    section.kind != Kind::Intro || player.voices > 1 || plan.sections.len() == 1
}

fn stream(plan: &Plan, section: &Section, player: Player, seed: Seed) -> Stream {
    let style = &plan.style.melody;
    let quarters = plan.metre.quarters();
    let beat_seconds = 60.0 / section.tempo;
    let mut spans = Vec::new();
    let mut end = 0.0;
    for bar in played_bars(section.bars) {
        // Half-bar spans follow chord changes within the bar closely enough.
        let start = (section.bar + bar) as f64 * quarters;
        let halves = if quarters == 3.0 { [2.0, 1.0] } else { [2.0, 2.0] };
        let mut at = start;
        for length in halves {
            let harmony = plan.chord_at(at);
            end += length * beat_seconds;
            spans.push(Span { end, scale: harmony.chord.scale(harmony.key), chord: harmony.chord.tones() });
            at += length;
        }
    }
    let (quiet, full) = style.density;
    let rules = Rules {
        range: player.range,
        voices: player.voices,
        least: style.least * beat_seconds,
        rest: style.rest * beat_seconds,
        density: quiet + (full - quiet) * section.energy + plan.wish.energy,
        temperature: 0.95,
    };
    Stream { spans, rules, seed: seed.derive(&format!("theme {}", theme_of(section.kind).name())) }
}

/// Onto the grid of the metre, into eight bars.
fn theme(plan: &Plan, section: &Section, player: Player, raw: &[RawNote]) -> Theme {
    let style = &plan.style.melody;
    let quarters = plan.metre.quarters();
    let beat_seconds = 60.0 / section.tempo;
    let bars = played_bars(section.bars);
    let grid = f64::from(style.grid);
    let mut notes: Vec<Played> = Vec::new();
    for note in raw {
        let exact = note.start / beat_seconds;
        let on_grid = (exact * grid).round() / grid;
        let index = (on_grid / quarters + 1e-9) as usize;
        let Some(bar) = bars.get(index) else { continue };
        let beat = on_grid - index as f64 * quarters + *bar as f64 * quarters;
        let beats = ((note.length / beat_seconds * grid).round() / grid).max(1.0 / grid);
        let note = Note { beat, beats, pitch: note.pitch, velocity: note.velocity };
        let twice = notes.iter().any(|p| {
            (p.note.beat - note.beat).abs() < 1e-6 && (player.voices == 1 || p.note.pitch == note.pitch)
        });
        if !twice {
            notes.push(Played { note, away: exact - on_grid });
        }
    }
    if section.bars >= 7 {
        let shift = 4.0 * quarters;
        let opening: Vec<Played> = notes.iter().filter(|p| p.note.beat < 2.0 * quarters).copied().collect();
        for mut p in opening {
            p.note.beat += shift;
            notes.push(p);
        }
    }
    Theme { kind: theme_of(section.kind), tonic: section.key.tonic, notes }
}

fn place(plan: &Plan, section: &Section, theme: &Theme, player: Player, out: &mut Vec<Note>) {
    let quarters = plan.metre.quarters();
    let style = &plan.style.melody;
    let last_section = plan.sections.last().is_some_and(|s| s.bar == section.bar);
    let shift = i16::from(section.key.tonic) - i16::from(theme.tonic);
    let shift = if shift > 6 {
        shift - 12
    } else if shift < -6 {
        shift + 12
    } else {
        shift
    };
    for bar in 0..section.bars {
        let from_end = section.bars - 1 - bar;
        let source = match (last_section && section.bars >= 4, from_end) {
            (true, 0) => 7,
            (true, 1) => 6,
            _ => bar % THEME,
        };
        let start = (section.bar + bar) as f64 * quarters;
        let phrase_end = bar % 4 == 3;
        for p in &theme.notes {
            let within = p.note.beat - source as f64 * quarters;
            if !(0.0..quarters).contains(&within) {
                continue;
            }
            // A phrase breathes at its end.
            if phrase_end && within > quarters - 1.01 && player.voices == 1 {
                continue;
            }
            let beat = start + within;
            let harmony = plan.chord_at(beat);
            let moved = fold(i16::from(p.note.pitch) + shift, player.range);
            let strong = within < 0.01 || (within - quarters / 2.0).abs() < 0.01;
            let long = p.note.beats >= 0.99;
            let pitches =
                if strong && long { harmony.chord.tones() } else { harmony.chord.scale(harmony.key) };
            let mut note = p.note;
            note.pitch = pitches.nearest(moved);
            note.beat = beat + p.away * (1.0 - f64::from(style.quantise));
            note.beat = note.beat.max(0.0);
            note.velocity = louder(note.velocity, section.energy);
            // Held on into another chord only where it fits.
            let next = harmony.beat + harmony.beats;
            if note.beat + note.beats > next && !plan.chord_at(next + 0.01).chord.tones().has(note.pitch) {
                note.beats = (next - note.beat).max(0.2);
            }
            let doubled =
                out.iter().rev().take(8).any(|n| n.pitch == note.pitch && (n.beat - note.beat).abs() < 0.06);
            if !doubled {
                out.push(note);
            }
        }
    }
}

/// The network's dynamics, moved to the level of the passage.
fn louder(velocity: u8, energy: f32) -> u8 {
    let centre = 62.0 + 38.0 * energy;
    (centre + 0.4 * (f32::from(velocity) - 64.0)).clamp(30.0, 120.0) as u8
}

fn fold(pitch: i16, range: (u8, u8)) -> u8 {
    let (low, high) = (i16::from(range.0), i16::from(range.1));
    let mut pitch = pitch;
    while pitch < low {
        pitch += 12;
    }
    while pitch > high {
        pitch -= 12;
    }
    pitch.clamp(0, 127) as u8
}

/// A theme that comes again is not played the same: an upper neighbour here, a note less there.
fn vary(plan: &Plan, player: Player, out: &mut Vec<Note>, from: usize, dice: &mut Seed) {
    let step = 1.0 / f64::from(plan.style.melody.grid);
    let mut added = Vec::new();
    let mut dropped = Vec::new();
    for (i, note) in out.iter_mut().enumerate().skip(from) {
        let throw = dice.next_f32();
        let on_beat = (note.beat - note.beat.round()).abs() < 0.02;
        if throw < 0.14 && !on_beat && note.beats < 0.6 {
            dropped.push(i);
        } else if throw > 0.82 && note.beats >= 2.0 * step - 0.01 {
            let half = note.beats / 2.0;
            let grid_half = ((half / step).floor() * step).max(step);
            let beat = note.beat + grid_half;
            let harmony = plan.chord_at(beat);
            let scale = harmony.chord.scale(harmony.key);
            let neighbour = (note.pitch + 1..=note.pitch.saturating_add(3)).find(|p| scale.has(*p));
            if let Some(pitch) = neighbour.filter(|p| *p <= player.range.1) {
                added.push(Note {
                    beat,
                    beats: note.beats - grid_half,
                    pitch,
                    velocity: note.velocity.saturating_sub(6),
                });
                note.beats = grid_half;
            }
        }
    }
    for i in dropped.into_iter().rev() {
        out.remove(i);
    }
    out.extend(added);
}

/// One voice: no overlaps, no leaps beyond an octave, notes held where the style sings.
fn single(plan: &Plan, player: Player, out: &mut Vec<Note>) {
    let quarters = plan.metre.quarters();
    out.dedup_by(|b, a| (b.beat - a.beat).abs() < 0.1);
    let mut before = out.first().map_or(72, |n| n.pitch);
    for note in out.iter_mut() {
        let mut pitch = i16::from(note.pitch);
        while pitch - i16::from(before) > 9 && pitch - 12 >= i16::from(player.range.0) {
            pitch -= 12;
        }
        while i16::from(before) - pitch > 9 && pitch + 12 <= i16::from(player.range.1) {
            pitch += 12;
        }
        note.pitch = pitch.clamp(0, 127) as u8;
        before = note.pitch;
    }
    for i in 0..out.len() {
        let next = out.get(i + 1).map_or(f64::INFINITY, |n| n.beat);
        let gap = next - out[i].beat;
        let breath = gap >= 2.0;
        let wish = if plan.style.melody.legato && !breath { gap.min(quarters) } else { out[i].beats };
        let harmony = plan.chord_at(out[i].beat);
        let chord_end = harmony.beat + harmony.beats - out[i].beat;
        let fits = plan.chord_at(harmony.beat + harmony.beats + 0.01).chord.tones().has(out[i].pitch);
        let most = if fits { quarters } else { chord_end.max(0.25) };
        out[i].beats = wish.max(out[i].beats.min(1.0)).min(gap * 0.98).min(most).max(0.1);
    }
}

/// The last note: the tonic (or the third, where that is nearer) on the last chord.
fn land(plan: &Plan, player: Player, out: &mut Vec<Note>) {
    let end = plan.bars() as f64 * plan.metre.quarters();
    out.retain(|n| n.beat < end - 0.2);
    for note in out.iter_mut() {
        note.beats = note.beats.min(end - note.beat);
    }
    let section = plan.section_at(end);
    let before = out.last().map_or(player.range.0 / 2 + player.range.1 / 2, |n| n.pitch);
    let tonic = super::theory::PitchClasses::of([section.key.tonic]);
    let pitch = fold(i16::from(tonic.nearest(before)), player.range);
    let beats = plan.tail * section.tempo / 60.0 * 0.85;
    out.push(Note { beat: end, beats: beats.max(0.5), pitch, velocity: louder(60, section.energy) });
}
