//! What is said in files and live, written down.

use std::io::Write as _;
use std::process::Stdio;

use crate::{Home, json, path, text, tool};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../colophon-audio/tests/data/recognition/");

#[test]
fn speech_is_written_down_in_every_format() {
    let home = Home::new();
    let spoken = format!("{DATA}en7.flac");
    let run = |args: &[&str]| {
        let result = home.run(&[&["transcribe", "--progress", "none"][..], args].concat());
        assert!(result.status.success(), "{}", text(&result.stderr));
        result
    };
    let plain = run(&[&spoken]);
    let line = text(&plain.stdout);
    assert!(line.contains("train to the coast") && line.ends_with('\n'), "{line}");
    assert!(text(&plain.stderr).contains("times real time"), "{}", text(&plain.stderr));
    let document = json(&run(&[&spoken, "--format", "json", "--words"]).stdout);
    assert_eq!(document["language"], "en");
    assert_eq!(document["languages"].as_array().map(Vec::len), Some(99));
    assert_eq!(document["models"][0]["id"], "whisper-base");
    let words = document["segments"][0]["words"].as_array().expect("words");
    assert_eq!(words.last().expect("a word")["word"], "seven.");
    // The sound of a film, as subtitles beside it.
    let film = home.path("film.mp4");
    let black = ["-v", "error", "-f", "lavfi", "-i", "color=size=64x64:duration=5", "-i"];
    tool("ffmpeg", &[&black[..], &[spoken.as_str(), "-c:a", "aac", path(&film)]].concat());
    let subtitles = home.path("film.srt");
    run(&[path(&film), "-o", path(&subtitles)]);
    let subtitles = std::fs::read_to_string(subtitles).expect("subtitles");
    assert!(subtitles.starts_with("1\n00:00:0") && subtitles.contains("coast"), "{subtitles}");
    let chinese = format!("{DATA}zh5.flac");
    assert!(text(&run(&[&chinese, "--script", "traditional"]).stdout).contains("媽媽"));
    assert!(text(&run(&[&chinese]).stdout).contains("妈妈"));
    let english = text(&run(&[&chinese, "--task", "translate", "--lang", "zh"]).stdout);
    assert!(english.trim().is_ascii() && english.len() > 5, "{english}");
}

#[test]
fn what_cannot_be_heard_is_said_in_one_sentence() {
    let home = Home::new();
    let spoken = format!("{DATA}en7.flac");
    let empty = home.path("empty.mp3");
    std::fs::write(&empty, b"").expect("written");
    let junk = home.path("junk.mp3");
    std::fs::write(&junk, [b"ID3".to_vec(), vec![7; 5000]].concat()).expect("written");
    for bad in [
        &["transcribe", path(&empty)][..],
        &["transcribe", path(&junk)],
        &["transcribe", "nowhere.wav"],
        &["transcribe", &spoken, "--lang", "klingon"],
        &["transcribe", &spoken, "--model", "hibari"],
        &["transcribe", &spoken, "--beam", "99"],
        &["transcribe", &spoken, "-o", "x.docx"],
        &["transcribe", &spoken, "--live", "--format", "srt"],
    ] {
        let result = home.run(bad);
        let said = text(&result.stderr);
        assert_eq!(result.status.code(), Some(2), "{bad:?}: {said}");
        assert!(said.lines().count() <= 2, "{bad:?}: {said}");
    }
    let silent = home.path("silent.wav");
    tool(
        "ffmpeg",
        &["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "5", path(&silent)],
    );
    let result = home.run(&["transcribe", path(&silent)]);
    assert!(result.status.success() && text(&result.stdout).trim().is_empty(), "{}", text(&result.stdout));
}

#[test]
fn a_stream_is_heard_as_it_comes() {
    let home = Home::new();
    let spoken = format!("{DATA}en7.flac");
    let samples =
        tool("ffmpeg", &["-v", "error", "-i", &spoken, "-ar", "16000", "-ac", "1", "-f", "s16le", "-"]);
    let mut child = home
        .colophon(&["transcribe", "-", "--live", "--lang", "en", "--format", "json", "--progress", "none"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut pipe = child.stdin.take().expect("stdin");
    pipe.write_all(&samples).expect("written");
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    let said = text(&output.stdout);
    let last = json(said.lines().last().expect("a line").as_bytes());
    assert_eq!(last["type"], "final", "{said}");
    assert!(last["text"].as_str().expect("text").contains("train to the coast"), "{said}");
    assert!(last["latency"].as_f64().expect("a latency") >= 0.0);
}
