//! Playing a score with a soundfont: each group of instruments by a synthesiser of its own, balanced,
//! cleaned of rumble, mixed and mastered.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use colophon_types::{Cancel, Seed, Stereo};
use rustysynth::{Synthesizer, SynthesizerSettings};

use super::score::{Score, Track};
use super::soundfont::{SoundBank, Wanted};
use super::style::Group;
use crate::AudioError;
use crate::mix::{CEILING_DBTP, FILM_RATE, TARGET_LUFS, stereo};

/// Samples a second.
pub const RATE: u32 = FILM_RATE;
/// How long the end of a loop rings on into its beginning, in seconds.
const RING: f64 = 4.0;
/// Loudness of the melody before mastering, in LUFS.
const MELODY: f64 = -18.0;
/// Voices that may sound at once in a group.
const POLYPHONY: usize = 96;

/// A piece of music as sound.
pub struct Performance {
    /// The whole: 48 kHz, −16 LUFS, at most −1 dBTP.
    pub mix: Stereo,
    /// Groups by themselves; together they are the whole before its peaks are limited.
    pub stems: Vec<(Group, Stereo)>,
}

/// Plays a score with up to `threads` threads.
///
/// # Errors
/// [`AudioError`]: an unusable soundfont, or a stop.
pub(crate) fn perform(
    score: &Score,
    bank: &SoundBank,
    seed: Seed,
    threads: usize,
    cancel: &Cancel,
) -> Result<Performance, AudioError> {
    let wanted: Vec<Wanted> = score.tracks.iter().map(|t| wanted(score, t)).collect();
    let font = bank.load(&wanted, threads, cancel)?;
    let groups: Vec<(Group, Vec<&Track>)> = Group::ALL
        .into_iter()
        .map(|g| (g, score.tracks.iter().filter(|t| t.group == g).collect::<Vec<_>>()))
        .filter(|(_, tracks)| !tracks.is_empty())
        .collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Stereo)>, AudioError> {
        let mut out = Vec::new();
        loop {
            let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some((group, tracks)) = groups.get(i) else { return Ok(out) };
            let mut sound = play(score, tracks, &font, cancel)?;
            clean(score, *group, &mut sound);
            balance(score, *group, &mut sound);
            out.push((i, sound));
        }
    };
    let parts: Vec<Result<Vec<(usize, Stereo)>, AudioError>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..threads.clamp(1, groups.len().max(1))).map(|_| scope.spawn(work)).collect();
        let mut all = vec![work()];
        all.extend(handles.into_iter().filter_map(|h| h.join().ok()));
        all
    });
    let mut sounds: Vec<(usize, Stereo)> = Vec::new();
    for part in parts {
        sounds.extend(part?);
    }
    sounds.sort_by_key(|(i, _)| *i);
    let mut stems: Vec<(Group, Stereo)> = sounds.into_iter().map(|(i, s)| (groups[i].0, s)).collect();
    master(score, &mut stems, seed, cancel)
}

fn wanted(score: &Score, track: &Track) -> Wanted {
    let mut strikes: Vec<(u8, u8)> = track.notes.iter().map(|n| (n.pitch, n.velocity)).collect();
    strikes.sort_unstable();
    strikes.dedup();
    let longest =
        track.notes.iter().map(|n| score.tempo.seconds(n.beat + n.beats) - score.tempo.seconds(n.beat));
    // A pedal holds a note for as long as a chord.
    let chords = score
        .plan
        .harmony
        .iter()
        .map(|h| h.beats * 60.0 / score.tempo.tempo(h.beat))
        .take_while(|_| !track.turns.is_empty());
    let longest = longest.chain(chords.filter(|s| *s < 8.0)).fold(0.0, f64::max);
    let bank = if track.channel == 9 { 128 } else { 0 };
    Wanted { bank, program: u16::from(track.program), strikes, longest }
}

/// What happens at a sample.
enum Strike {
    On(u8, u8),
    Off(u8),
    Turn(u8, u8),
}

fn play(
    score: &Score,
    tracks: &[&Track],
    font: &Arc<rustysynth::SoundFont>,
    cancel: &Cancel,
) -> Result<Stereo, AudioError> {
    let mut settings = SynthesizerSettings::new(RATE as i32);
    settings.maximum_polyphony = POLYPHONY;
    // What is nearly dry does without the reverb, which costs as much as a dozen voices.
    settings.enable_reverb_and_chorus = tracks.iter().any(|t| t.reverb > 26);
    let mut synth = Synthesizer::new(font, &settings).map_err(AudioError::engine("the synthesiser"))?;
    let at = |beat: f64| (score.tempo.seconds(beat).max(0.0) * f64::from(RATE)).round() as usize;
    let mut strikes: Vec<(usize, u8, u8, Strike)> = Vec::new();
    for track in tracks {
        let channel = i32::from(track.channel);
        synth.process_midi_message(channel, 0xC0, i32::from(track.program), 0);
        for (controller, value) in
            [(7, track.volume), (10, track.pan), (91, track.reverb), (93, track.chorus)]
        {
            synth.process_midi_message(channel, 0xB0, controller, i32::from(value));
        }
        for note in &track.notes {
            strikes.push((at(note.beat), 2, track.channel, Strike::On(note.pitch, note.velocity)));
            strikes.push((at(note.beat + note.beats), 0, track.channel, Strike::Off(note.pitch)));
        }
        for turn in &track.turns {
            strikes.push((at(turn.beat), 1, track.channel, Strike::Turn(turn.controller, turn.value)));
        }
    }
    // At one moment keys come up before others go down.
    strikes.sort_by_key(|s| (s.0, s.1, s.2));
    let ring = if score.plan.looped { RING } else { 0.0 };
    let length = (score.seconds() * f64::from(RATE)).round() as usize;
    let total = length + (ring * f64::from(RATE)) as usize;
    let mut out = Stereo { rate: RATE, left: vec![0.0; total], right: vec![0.0; total] };
    let mut done = 0;
    for (time, _, channel, strike) in &strikes {
        let time = (*time).min(total);
        while done < time {
            cancel.check()?;
            let end = time.min(done + RATE as usize / 4);
            synth.render(&mut out.left[done..end], &mut out.right[done..end]);
            done = end;
        }
        let channel = i32::from(*channel);
        match *strike {
            Strike::On(key, velocity) => synth.note_on(channel, i32::from(key), i32::from(velocity)),
            Strike::Off(key) => synth.note_off(channel, i32::from(key)),
            Strike::Turn(controller, value) => {
                synth.process_midi_message(channel, 0xB0, i32::from(controller), i32::from(value));
            }
        }
    }
    while done < total {
        cancel.check()?;
        let end = total.min(done + RATE as usize / 4);
        synth.render(&mut out.left[done..end], &mut out.right[done..end]);
        done = end;
    }
    if score.plan.looped {
        // What still rings at the end rings on over the beginning.
        for channel in [&mut out.left, &mut out.right] {
            let tail = channel.split_off(length);
            let n = length.max(1);
            for (i, x) in tail.into_iter().enumerate() {
                channel[i % n] += x;
            }
        }
    }
    Ok(out)
}

/// Takes away what only makes the mix muddy.
fn clean(score: &Score, group: Group, sound: &mut Stereo) {
    let bass = score.tracks.iter().any(|t| t.group == Group::Bass);
    let cut = match (group, bass) {
        (Group::Melody, true) => 140.0,
        (Group::Harmony, true) => 110.0,
        (Group::Melody | Group::Harmony, false) => 45.0,
        (Group::Bass | Group::Drums, _) => 32.0,
    };
    filter(sound, Biquad::high_pass(cut));
    if group == Group::Harmony && bass {
        filter(sound, Biquad::peak(260.0, 0.9, -2.5));
    }
    if group == Group::Bass {
        filter(sound, Biquad::peak(220.0, 0.8, -1.5));
    }
}

/// Brings a group to its level beside the melody: what its loudest chair has in the style's table.
fn balance(score: &Score, group: Group, sound: &mut Stereo) {
    let chairs = score.plan.style.chairs.iter().filter(|c| c.part.group() == group);
    let level = chairs.map(|c| c.level).fold(f32::NEG_INFINITY, f32::max);
    let target = MELODY + f64::from(level.max(-14.0));
    if let Some(loudness) = stereo::loudness(sound) {
        stereo::scale(sound, (target - loudness).clamp(-24.0, 30.0));
    }
}

fn master(
    score: &Score,
    stems: &mut Vec<(Group, Stereo)>,
    seed: Seed,
    cancel: &Cancel,
) -> Result<Performance, AudioError> {
    let length = (score.seconds() * f64::from(RATE)).round() as usize;
    let mut mix = Stereo { rate: RATE, left: vec![0.0; length], right: vec![0.0; length] };
    for (group, stem) in stems.iter_mut() {
        cancel.check()?;
        if let Some(cut) = score.plan.style.tape {
            filter(stem, Biquad::low_pass(if *group == Group::Drums { 1.2 * cut } else { cut }));
        }
        if !score.plan.looped {
            fade_out(stem, score.plan.tail);
        }
        stereo::add(&mut mix, stem);
    }
    if score.plan.style.tape.is_some() {
        let crackle = crackle(length, seed);
        stereo::add(&mut mix, &crackle);
        if let Some((_, drums)) = stems.iter_mut().find(|(g, _)| *g == Group::Drums) {
            stereo::add(drums, &crackle);
        }
    }
    let (mastered, gain) = stereo::master(&mix, TARGET_LUFS, CEILING_DBTP, score.plan.looped, cancel)?;
    let mut out = Vec::new();
    for (group, mut stem) in stems.drain(..) {
        stereo::scale(&mut stem, gain);
        // A stem alone may reach higher than the whole.
        let over = stereo::peak(&stem) / 10f64.powf(CEILING_DBTP / 20.0);
        if over > 1.0 {
            stereo::scale(&mut stem, -20.0 * over.log10());
        }
        out.push((group, stem));
    }
    Ok(Performance { mix: mastered, stems: out })
}

/// The last chord rings and is gone at the end.
fn fade_out(sound: &mut Stereo, tail: f64) {
    let n = sound.len();
    let fade = (((0.7 * tail).clamp(0.2, 3.5)) * f64::from(RATE)) as usize;
    let fade = fade.min(n);
    for channel in [&mut sound.left, &mut sound.right] {
        for i in 0..fade {
            let x = i as f64 / fade as f64;
            channel[n - fade + i] *= (0.5 + 0.5 * (PI * x).cos()) as f32;
        }
    }
}

/// The surface of an old record: sparse clicks over a faint hiss.
fn crackle(length: usize, seed: Seed) -> Stereo {
    let mut dice = seed.derive("crackle");
    let mut out = Stereo { rate: RATE, left: vec![0.0; length], right: vec![0.0; length] };
    for i in 0..length {
        out.left[i] = dice.range(-1.0, 1.0) * 0.000_9;
        out.right[i] = dice.range(-1.0, 1.0) * 0.000_9;
    }
    let clicks = length / (RATE as usize / 9);
    for _ in 0..clicks {
        let at = (dice.next_u64() % length.max(1) as u64) as usize;
        let (level, pan) = (0.012 * dice.next_f32().powi(3), dice.next_f32());
        for j in 0..40.min(length - at) {
            let x = level * (-(j as f32) / 8.0).exp() * dice.range(-1.0, 1.0);
            out.left[at + j] += x * (1.0 - pan);
            out.right[at + j] += x * pan;
        }
    }
    out
}

/// A second-order filter (Bristow-Johnson's formulas).
#[derive(Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

impl Biquad {
    fn new(b: [f64; 3], a: [f64; 3]) -> Self {
        Self { b: b.map(|v| v / a[0]), a: [a[1] / a[0], a[2] / a[0]] }
    }

    fn high_pass(hertz: f64) -> Self {
        let w = TAU * hertz / f64::from(RATE);
        let (cos, alpha) = (w.cos(), w.sin() / std::f64::consts::SQRT_2);
        Self::new(
            [(1.0 + cos) / 2.0, -(1.0 + cos), (1.0 + cos) / 2.0],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    fn low_pass(hertz: f64) -> Self {
        let w = TAU * hertz / f64::from(RATE);
        let (cos, alpha) = (w.cos(), w.sin() / std::f64::consts::SQRT_2);
        Self::new([(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    fn peak(hertz: f64, q: f64, decibels: f64) -> Self {
        let w = TAU * hertz / f64::from(RATE);
        let (cos, alpha, gain) = (w.cos(), w.sin() / (2.0 * q), 10f64.powf(decibels / 40.0));
        Self::new(
            [1.0 + alpha * gain, -2.0 * cos, 1.0 - alpha * gain],
            [1.0 + alpha / gain, -2.0 * cos, 1.0 - alpha / gain],
        )
    }
}

fn filter(sound: &mut Stereo, f: Biquad) {
    for channel in [&mut sound.left, &mut sound.right] {
        let (mut s1, mut s2) = (0f64, 0f64);
        for x in channel.iter_mut() {
            let input = f64::from(*x);
            let y = f.b[0] * input + s1;
            s1 = f.b[1] * input - f.a[0] * y + s2;
            s2 = f.b[2] * input - f.a[1] * y;
            *x = y as f32;
        }
    }
}
