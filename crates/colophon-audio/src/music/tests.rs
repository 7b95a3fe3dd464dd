//! The music as it is heard: keys, forms, loudness, lengths, loops. Needs the models of the group `music`.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::OnceLock;

use colophon_types::{Cancel, Seed};

use super::plan::Kind;
use super::*;
use crate::mix::stereo;

fn models() -> MusicModels {
    let store = colophon_test::models_dir();
    let soundfont = store.join("musescore-general/MuseScore_General_Lite.sf3");
    MusicModels { rnn: store.join("performance-rnn"), soundfont }
}

fn composer() -> &'static Composer {
    static COMPOSER: OnceLock<Composer> = OnceLock::new();
    COMPOSER.get_or_init(|| Composer::open(&models()).expect("the network"))
}

fn player() -> &'static Player {
    static PLAYER: OnceLock<Player> = OnceLock::new();
    PLAYER.get_or_init(|| Player::open(&models().soundfont).expect("the soundfont"))
}

fn brief(style: &str, seconds: f64) -> Brief {
    Brief { style: Some(style.into()), ..Brief::new("music", seconds) }
}

fn compose(brief: &Brief, seed: u64) -> Score {
    composer().compose(brief, Seed(seed), &Cancel::new()).expect("a score")
}

#[test]
fn the_network_agrees_with_pytorch() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/performance_rnn.json");
    let text = std::fs::read_to_string(path).expect("the reference");
    let reference: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let numbers = |v: &serde_json::Value| -> Vec<f32> {
        v.as_array().expect("a list").iter().map(|n| n.as_f64().expect("a number") as f32).collect()
    };
    let init: [f32; 32] = numbers(&reference["init"]).try_into().expect("32 numbers");
    let control = rnn::Control(numbers(&reference["control"]).try_into().expect("24 numbers"));
    let rnn = &composer().rnn;
    // Beside other sequences it must come out the same.
    let mut state = rnn.start(&[init, [0.3; 32], init]);
    let mut worst = 0f32;
    let steps = reference["logits"].as_array().expect("steps");
    for (event, want) in numbers(&reference["events"]).iter().zip(steps) {
        let event = *event as usize;
        let controls = [control.clone(), rnn::Control([0.0; 24]), control.clone()];
        let logits = rnn.step(&mut state, &[event, 5, event], &controls);
        for (want, (one, three)) in numbers(want).iter().zip(logits[0].iter().zip(&logits[2])) {
            worst = worst.max((want - one).abs()).max((want - three).abs());
        }
    }
    assert_eq!(steps.len(), 12);
    assert!(worst < 1e-4, "{worst}");
}

#[test]
fn no_style_has_wrong_notes() {
    hold_styles_to_their_notes(&[(3, "music")], 30.0);
}

#[test]
#[ignore = "takes two minutes"]
fn no_style_has_wrong_notes_in_any_mood() {
    hold_styles_to_their_notes(&[(1, "happy"), (2, "sad"), (3, "music"), (4, "epic")], 80.0);
}

fn hold_styles_to_their_notes(moods: &[(u64, &str)], seconds: f64) {
    for style in styles::ALL {
        for &(seed, prompt) in moods {
            let score = compose(&Brief { style: Some(style.id.into()), ..Brief::new(prompt, seconds) }, seed);
            let wrong = score.wrong_notes();
            assert!(wrong <= style.passing, "{} {prompt}: {wrong}", style.id);
            // Chinese music keeps to five notes throughout.
            if style.id == "chinese" {
                for track in score.tracks.iter().filter(|t| t.group != Group::Drums) {
                    for note in &track.notes {
                        let beat = note.beat + 0.12;
                        let keys = [score.plan.chord_at(beat).key, score.plan.chord_at(beat - 0.24).key];
                        assert!(keys.iter().any(|k| k.scale().has(note.pitch)), "{}: {note:?}", track.name);
                    }
                }
            }
        }
    }
}

#[test]
fn seeds_decide() {
    for style in ["piano", "jazz", "electronic", "chinese"] {
        let brief = brief(style, 30.0);
        let (one, same, other) = (compose(&brief, 5), compose(&brief, 5), compose(&brief, 6));
        assert_eq!(one.tracks, same.tracks, "{style}");
        let onsets = |s: &Score| -> Vec<(u64, u8)> {
            s.tracks[0].notes.iter().map(|n| ((n.beat * 100.0) as u64, n.pitch)).collect()
        };
        assert_ne!(onsets(&one), onsets(&other), "{style}");
    }
}

#[test]
fn pieces_have_a_form_and_end_on_their_tonic() {
    for style in styles::ALL {
        let score = compose(&brief(style.id, 90.0), 7);
        let plan = &score.plan;
        let kinds: Vec<Kind> = plan.sections.iter().map(|s| s.kind).collect();
        assert!(kinds.contains(&Kind::A) && kinds.contains(&Kind::B), "{} {kinds:?}", style.id);
        let a = plan.sections.iter().find(|s| s.kind == Kind::A).expect("a theme");
        let b = plan.sections.iter().find(|s| s.kind == Kind::B).expect("a second theme");
        assert!(b.energy > a.energy, "{}", style.id);
        // The last chord is on the tonic, after a chord that is not.
        let n = plan.harmony.len();
        assert_eq!(plan.harmony[n - 1].chord.root, plan.harmony[n - 1].key.tonic, "{}", style.id);
        assert_ne!(plan.harmony[n - 2].chord.root, plan.harmony[n - 1].chord.root, "{}", style.id);
        let end = plan.bars() as f64 * plan.metre.quarters();
        let melody = score.tracks.iter().find(|t| t.name.starts_with("melody")).expect("a melody");
        let last = melody.notes.last().expect("notes");
        assert!(last.beat >= end - 1e-6, "{}", style.id);
        assert_eq!(last.pitch % 12, plan.harmony[n - 1].key.tonic, "{}", style.id);
        // Players: who the style has, and no more notes than hands could play.
        let has = |group: Group| score.tracks.iter().any(|t| t.group == group && t.notes.len() > 4);
        for group in [Group::Bass, Group::Drums] {
            let wanted = style.chairs.iter().any(|c| c.part.group() == group && c.from < 0.7);
            assert!(!wanted || has(group), "{} {group:?}", style.id);
        }
        let rate = score.notes() as f64 / score.seconds();
        assert!((1.0..80.0).contains(&rate), "{}: {rate} notes a second", style.id);
        let sung = melody.notes.len() as f64 / score.seconds();
        assert!((0.25..9.0).contains(&sung), "{}: {sung} melody notes a second", style.id);
    }
}

#[test]
fn melodies_repeat_what_they_began() {
    for style in ["folk", "pop", "waltz", "orchestral"] {
        let score = compose(&brief(style, 75.0), 11);
        let plan = &score.plan;
        let quarters = plan.metre.quarters();
        let section = plan.sections.iter().find(|s| s.bars >= 8).expect("a long section");
        let melody = &score.tracks.iter().find(|t| t.name.starts_with("melody")).expect("a melody").notes;
        let rhythm = |bar: usize| -> Vec<i64> {
            let start = (section.bar + bar) as f64 * quarters;
            let within = |n: &&Note| (start - 0.2..start + quarters - 0.2).contains(&n.beat);
            melody.iter().filter(within).map(|n| ((n.beat - start) * 4.0).round() as i64).collect()
        };
        assert_eq!(rhythm(0), rhythm(4), "{style}");
        assert_eq!(rhythm(1), rhythm(5), "{style}");
    }
}

#[test]
fn performances_have_their_length_loudness_and_room() {
    for (style, seconds) in
        [("piano", 20.0), ("rock", 16.0), ("orchestral", 24.0), ("lofi", 12.5), ("waltz", 3.0)]
    {
        let score = compose(&brief(style, seconds), 4);
        let sound = player().perform(&score, Seed(4), 2, &Cancel::new()).expect("a performance");
        let mix = &sound.mix;
        assert!((mix.seconds() - seconds).abs() < 0.001, "{style}: {}", mix.seconds());
        let loudness = stereo::loudness(mix).expect("loud enough");
        assert!((loudness + 16.0).abs() < 0.5, "{style}: {loudness} LUFS");
        assert!(stereo::true_peak(mix) <= -0.95, "{style}: {} dBTP", stereo::true_peak(mix));
        // It has rung out, and it is not cut.
        let last = &mix.left[mix.len() - 480..];
        assert!(last.iter().all(|x| x.abs() < 0.01), "{style}");
        let power = |from: usize, to: usize| mix.left[from..to].iter().map(|x| f64::from(x * x)).sum::<f64>();
        assert!(power(0, mix.len() / 2) > 0.0 && power(mix.len() / 2, mix.len()) > 0.0);
        // Two channels that differ.
        let side: f64 = mix.left.iter().zip(&mix.right).map(|(l, r)| f64::from((l - r) * (l - r))).sum();
        assert!(side > 0.005 * 2.0 * power(0, mix.len()), "{style}");
        assert!(sound.stems.iter().all(|(_, s)| s.len() == mix.len() && stereo::peak(s) < 0.95));
    }
}

#[test]
fn loops_have_no_seam() {
    for style in ["lofi", "electronic", "ambient"] {
        let score = compose(&Brief { looped: true, ..brief(style, 24.0) }, 3);
        let mix = player().perform(&score, Seed(3), 2, &Cancel::new()).expect("a performance").mix;
        assert_eq!(mix.len(), 24 * 48_000);
        let n = mix.len();
        // The step over the seam, where notes begin, is hardly larger than steps nearby, and both sides
        // sound.
        let seam = (mix.left[0] - mix.left[n - 1]).abs();
        let near = (1..4_800).map(|i| (mix.left[i] - mix.left[i - 1]).abs()).fold(0f32, f32::max);
        let before = (n - 4_800..n).map(|i| (mix.left[i] - mix.left[i - 1]).abs()).fold(0f32, f32::max);
        assert!(seam <= 1.5 * near.max(before), "{style}: {seam} {near} {before}");
        let power = |r: std::ops::Range<usize>| mix.left[r].iter().map(|x| x * x).sum::<f32>();
        assert!(power(n - 9_600..n) > 1e-3 && power(0..9_600) > 1e-3, "{style}");
        // A dominant at the end leads back to the beginning.
        let plan = &score.plan;
        let last = plan.harmony.last().expect("chords");
        assert_ne!(last.chord.root, plan.harmony[0].chord.root, "{style}");
    }
}

#[test]
fn midi_files_are_read_by_another_program() {
    let score = compose(&brief("pop", 30.0), 2);
    let bytes = midi::write(&score, "AI生成 / AI-generated");
    let file = midly::Smf::parse(&bytes).expect("a MIDI file");
    assert_eq!(file.header.format, midly::Format::Parallel);
    assert_eq!(file.tracks.len(), score.tracks.len() + 1);
    for (track, ours) in file.tracks[1..].iter().zip(&score.tracks) {
        let ons = track
            .iter()
            .filter(|e| {
                matches!(e.kind, midly::TrackEventKind::Midi { message: midly::MidiMessage::NoteOn { vel, .. }, .. } if vel > 0)
            })
            .count();
        assert_eq!(ons, ours.notes.len(), "{}", ours.name);
    }
    // The same length by its own tempo map.
    let midly::Timing::Metrical(division) = file.header.timing else { panic!("quarter notes") };
    let (mut seconds, mut tempo) = (0.0, 500_000.0);
    for event in &file.tracks[0] {
        seconds += f64::from(event.delta.as_int()) / f64::from(division.as_int()) * tempo / 1e6;
        if let midly::TrackEventKind::Meta(midly::MetaMessage::Tempo(t)) = event.kind {
            tempo = f64::from(t.as_int());
        }
    }
    assert!((seconds - 30.0).abs() < 0.02, "{seconds}");
}

#[test]
fn film_music_changes_on_the_cuts() {
    let cuts = [9.0, 10.0, 21.5, 33.2];
    let score = composer().fit("cinematic orchestra", 45.0, &cuts, Seed(1), &Cancel::new()).expect("a score");
    assert!(
        (score.tempo.seconds(score.plan.bars() as f64 * score.metre().quarters()) + score.plan.tail - 45.0)
            .abs()
            < 0.02
    );
    for cut in cuts {
        let near = score
            .tracks
            .iter()
            .flat_map(|t| &t.notes)
            .map(|n| (score.tempo.seconds(n.beat) - cut).abs())
            .fold(f64::INFINITY, f64::min);
        assert!(near < 0.03, "{cut}: the nearest note is {near} s away");
    }
    let starts: Vec<f64> = score
        .plan
        .sections
        .iter()
        .map(|s| score.tempo.seconds(s.bar as f64 * score.metre().quarters()))
        .collect();
    assert!(cuts.iter().filter(|c| starts.iter().any(|s| (s - *c).abs() < 0.001)).count() >= 3, "{starts:?}");
}

#[test]
fn a_prompt_is_followed() {
    let score = compose(&Brief::new("雨夜里的安静钢琴曲", 40.0), 3);
    assert_eq!(score.plan.style.id, "piano");
    assert!(score.key().mode.is_minor() && score.plan.tempo < 74.0, "{} {}", score.key(), score.plan.tempo);
    assert!(score.tracks.iter().all(|t| t.group != Group::Drums));
    let score = compose(&Brief::new("fast rock in E minor at 160 bpm without drums", 30.0), 3);
    assert_eq!((score.key().to_string().as_str(), score.plan.tempo), ("E minor", 160.0));
    assert!(score.tracks.iter().all(|t| t.group != Group::Drums));
    let score = compose(&Brief::new("a waltz for violin", 30.0), 3);
    assert!(score.tracks[0].name.contains("violin") && score.metre() == Metre::Three);
}

#[test]
fn files_that_are_no_soundfonts_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = std::fs::read(&models().soundfont).expect("the soundfont");
    for (name, bytes) in [
        ("empty.sf2", &whole[..0]),
        ("short.sf2", &whole[..5_000]),
        ("text.sf2", b"not a soundfont".as_slice()),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        assert!(Player::open(&path).is_err(), "{name}");
    }
    assert!(Player::open(&dir.path().join("nowhere.sf2")).is_err());
}

#[test]
fn work_stops_when_it_is_told_to() {
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(
        composer().compose(&brief("piano", 600.0), Seed(1), &cancel),
        Err(AudioError::Cancelled(_))
    ));
}

/// Times faster than real time, on one thread, loading included.
#[test]
#[ignore = "measures speed"]
#[allow(clippy::print_stdout, reason = "a measurement")]
fn speed() {
    for style in styles::ALL {
        let at = std::time::Instant::now();
        let composer = Composer::open(&models()).expect("the network");
        let loaded = at.elapsed().as_secs_f64();
        let score = composer.compose(&brief(style.id, 60.0), Seed(1), &Cancel::new()).expect("a score");
        let composed = at.elapsed().as_secs_f64();
        let player = Player::open(&models().soundfont).expect("the soundfont");
        player.perform(&score, Seed(1), 1, &Cancel::new()).expect("a performance");
        let all = at.elapsed().as_secs_f64();
        println!(
            "{:<11} {:5.1} times real time: load {loaded:.2} s, compose {:.2} s, play {:.2} s; {} notes",
            style.id,
            60.0 / all,
            composed - loaded,
            all - composed,
            score.notes()
        );
    }
}
