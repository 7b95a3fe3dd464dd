//! Standard MIDI Files: a score as type 1, one track for tempo and metre and one for each player.

use super::score::{Score, Track};

/// Ticks a quarter note.
const DIVISION: u16 = 480;

/// The bytes of a `.mid` file. `label` is written as a text at its start.
pub fn write(score: &Score, label: &str) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(b"MThd");
    out.extend_from_slice(&6u32.to_be_bytes());
    for value in [1, score.tracks.len() as u16 + 1, DIVISION] {
        out.extend_from_slice(&value.to_be_bytes());
    }
    push_track(&mut out, conductor(score, label));
    for track in &score.tracks {
        push_track(&mut out, player(track));
    }
    out
}

/// Events with their times in ticks.
type Events = Vec<(u32, Vec<u8>)>;

fn ticks(beat: f64) -> u32 {
    (beat.max(0.0) * f64::from(DIVISION)).round() as u32
}

fn meta(kind: u8, data: &[u8]) -> Vec<u8> {
    let mut event = vec![0xFF, kind];
    event.extend(length(data.len() as u32));
    event.extend_from_slice(data);
    event
}

fn conductor(score: &Score, label: &str) -> Events {
    let plan = &score.plan;
    let (beats, unit) = plan.metre.fraction();
    let mut events = vec![
        (0, meta(3, format!("Colophon: {}", plan.style.id).as_bytes())),
        (0, meta(1, label.as_bytes())),
        (0, meta(0x58, &[beats, unit.trailing_zeros() as u8, 24, 8])),
        (0, meta(0x59, &signature(score))),
    ];
    for (beat, tempo) in score.tempo.changes() {
        let micros = (60_000_000.0 / tempo).round() as u32;
        events.push((ticks(beat), meta(0x51, &micros.to_be_bytes()[1..])));
    }
    for section in &plan.sections {
        let at = ticks(section.bar as f64 * plan.metre.quarters());
        events.push((at, meta(6, section.kind.name().as_bytes())));
    }
    let end = score.tempo.beat(score.seconds());
    events.push((ticks(end), Vec::new()));
    events
}

/// Sharps (or flats, below zero) and whether minor.
fn signature(score: &Score) -> [u8; 2] {
    use super::theory::Mode;
    let key = score.key();
    // Semitones from the tonic up to that of the major key with the same notes.
    let up = match key.mode {
        Mode::Major | Mode::Gong => 0,
        Mode::Minor | Mode::Yu => 3,
        Mode::Dorian | Mode::Shang => 10,
        Mode::Mixolydian | Mode::Zhi => 5,
        Mode::Lydian => 7,
    };
    const SHARPS: [i8; 12] = [0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5];
    let sharps = SHARPS[usize::from((key.tonic + up) % 12)];
    [sharps as u8, u8::from(key.mode.is_minor())]
}

fn player(track: &Track) -> Events {
    let channel = track.channel & 0x0F;
    let mut events =
        vec![(0, meta(3, track.name.as_bytes())), (0, vec![0xC0 | channel, track.program & 0x7F])];
    for (controller, value) in [(7, track.volume), (10, track.pan), (91, track.reverb), (93, track.chorus)] {
        events.push((0, vec![0xB0 | channel, controller, value & 0x7F]));
    }
    for turn in &track.turns {
        events.push((ticks(turn.beat), vec![0xB0 | channel, turn.controller & 0x7F, turn.value & 0x7F]));
    }
    for (i, note) in track.notes.iter().enumerate() {
        let on = ticks(note.beat);
        // A key that is struck again comes up before.
        let again = track.notes[i + 1..].iter().find(|n| n.pitch == note.pitch).map(|n| ticks(n.beat));
        let off = ticks(note.beat + note.beats).max(on + 1);
        let off = again.map_or(off, |a| off.min(a.max(on + 1)));
        events.push((on, vec![0x90 | channel, note.pitch & 0x7F, note.velocity.clamp(1, 127)]));
        events.push((off, vec![0x80 | channel, note.pitch & 0x7F, 64]));
    }
    events
}

fn push_track(out: &mut Vec<u8>, mut events: Events) {
    // At one moment keys come up before others go down.
    events.sort_by_key(|(tick, event)| (*tick, u8::from(event.first().is_some_and(|b| b & 0xF0 == 0x90))));
    let mut body = Vec::new();
    let mut at = 0;
    let end = events.iter().map(|e| e.0).max().unwrap_or(0);
    for (tick, event) in events.into_iter().filter(|(_, e)| !e.is_empty()) {
        body.extend(length(tick - at));
        body.extend(event);
        at = tick;
    }
    body.extend(length(end - at));
    body.extend_from_slice(&[0xFF, 0x2F, 0]);
    out.extend_from_slice(b"MTrk");
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend(body);
}

/// A number of variable length: seven bits a byte, all but the last with the eighth bit set.
fn length(value: u32) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7F) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7F) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}

#[cfg(test)]
mod tests {
    #[test]
    fn lengths_are_those_of_the_format() {
        for (value, bytes) in [
            (0u32, vec![0u8]),
            (0x7F, vec![0x7F]),
            (0x80, vec![0x81, 0]),
            (0x1F_FFFF, vec![0xFF, 0xFF, 0x7F]),
        ] {
            assert_eq!(super::length(value), bytes);
        }
    }
}
