//! Films from a brief: what is in the folder, what other programs read in it, and what `verify` says.

use std::path::Path;

use serde_json::Value;

use crate::{Home, MODEL, json, path, text, tool, tool_errors};

const FILES: [&str; 8] = [
    "film.mp4",
    "poster.png",
    "script.md",
    "narration.wav",
    "captions.vtt",
    "captions.srt",
    "scenes.json",
    "receipt.json",
];
const SEALED: [&str; 4] = ["film.mp4", "poster.png", "narration.wav", "script.md"];
/// A film may miss its length by so much.
const LENGTH: f64 = 0.15;
/// Letters of the label: at least 5 % of the shortest side (GB 45438-2025).
const LETTERS: usize = 36;

fn make(home: &Home, brief: &str, out: &Path, extra: &[&str]) -> Value {
    let mut args = vec!["make", brief, "-o", path(out), "--model", MODEL, "--seconds", "15", "--seed", "5"];
    args.extend(["--json", "--progress", "none"]);
    args.extend(extra);
    let made = home.colophon(&args).env("SOURCE_DATE_EPOCH", "1790000000").output().expect("starts");
    assert!(made.status.success(), "{}", text(&made.stderr));
    json(&made.stdout)
}

fn probe(film: &Path) -> Value {
    let shown = ["-v", "error", "-show_format", "-show_streams", "-of", "json", path(film)];
    json(&tool("ffprobe", &shown))
}

/// The grey pixels of one frame.
fn frame(film: &Path, at: &str, size: (usize, usize)) -> Vec<u8> {
    let filter = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
    let mut args = vec!["-v", "error", "-ss", at, "-i", path(film), "-map", "0:v:0"];
    args.extend(filter);
    let grey = tool("ffmpeg", &args);
    assert_eq!(grey.len(), size.0 * size.1);
    grey
}

/// Height of the tallest run of rows with light letters in the top left corner.
fn letters(grey: &[u8], (w, h): (usize, usize)) -> usize {
    let mut tallest = 0;
    let mut run = 0;
    for y in 0..h / 8 {
        let light = (0..w / 2).filter(|x| grey[y * w + x] > 225).count();
        run = if light >= 6 { run + 1 } else { 0 };
        tallest = tallest.max(run);
    }
    tallest
}

fn check_film(home: &Home, out: &Path, made: &Value, lang: &str) {
    for name in FILES {
        let length = std::fs::metadata(out.join(name)).unwrap_or_else(|e| panic!("{name}: {e}")).len();
        assert!(length > 40, "{name} has {length} bytes");
    }
    let film = out.join("film.mp4");
    let facts = probe(&film);
    let streams = facts["streams"].as_array().expect("streams");
    let kinds: Vec<&str> = streams.iter().filter_map(|s| s["codec_name"].as_str()).collect();
    assert_eq!(kinds, ["h264", "aac", "mov_text", "png"]);
    assert_eq!((streams[0]["width"].as_u64(), streams[0]["height"].as_u64()), (Some(1280), Some(720)));
    assert_eq!(streams[0]["r_frame_rate"], "30/1");
    assert_eq!(streams[3]["disposition"]["attached_pic"], 1);
    let track = if lang == "zh" { "chi" } else { "eng" };
    let tagged = streams[2]["tags"]["language"].as_str().expect("a language");
    assert!(tagged == track || tagged == "zho", "{tagged}");
    let seconds: f64 = facts["format"]["duration"].as_str().and_then(|d| d.parse().ok()).expect("a length");
    assert!((seconds / 15.0 - 1.0).abs() <= LENGTH, "{seconds} s");
    assert!((made["seconds"].as_f64().expect("seconds") - seconds).abs() < 0.2);
    let aigc: Value = serde_json::from_str(facts["format"]["tags"]["AIGC"].as_str().expect("AIGC"))
        .expect("the field is JSON");
    assert_eq!((&aigc["Label"], &aigc["ProduceID"]), (&Value::from("1"), &made["work_id"]));
    let bytes = std::fs::read(&film).expect("film");
    let find = |kind: &[u8]| bytes.windows(4).position(|w| w == kind).expect("box");
    assert!(find(b"moov") < find(b"mdat"), "the film starts before it is loaded");

    // The label: there for the first two seconds, tall enough, and gone later.
    let size = (1280, 720);
    for at in ["0.1", "1.0", "2.0"] {
        let tall = letters(&frame(&film, at, size), size);
        assert!((LETTERS..=70).contains(&tall), "{tall} rows at {at} s");
    }

    // Captions say what the script says, inside the film.
    let srt = std::fs::read_to_string(out.join("captions.srt")).expect("captions");
    let vtt = std::fs::read_to_string(out.join("captions.vtt")).expect("captions");
    assert!(vtt.starts_with("WEBVTT") && srt.contains(" --> "), "{vtt}\n{srt}");
    let scenes = json(&std::fs::read(out.join("scenes.json")).expect("scenes"));
    let scenes = scenes["scenes"].as_array().expect("scenes");
    assert!(scenes.len() >= 2);
    let flat = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let script = flat(&std::fs::read_to_string(out.join("script.md")).expect("script"));
    for sentence in scenes.iter().flat_map(|s| s["narration"].as_array().expect("narration")) {
        assert!(script.contains(&flat(sentence["text"].as_str().expect("text"))), "{sentence}");
        let (start, end) =
            (sentence["start"].as_f64().expect("start"), sentence["end"].as_f64().expect("end"));
        assert!(start < end && end < seconds, "{sentence}");
    }
    check_seal(home, out, made);
}

fn check_seal(home: &Home, out: &Path, made: &Value) {
    let files: Vec<String> = SEALED.iter().map(|f| path(&out.join(f)).to_owned()).collect();
    let mut args = vec!["verify", "--json"];
    args.extend(files.iter().map(String::as_str));
    let verdicts = home.run(&args);
    assert_eq!(verdicts.status.code(), Some(0), "{}", text(&verdicts.stderr));
    let verdicts = json(&verdicts.stdout);
    for (name, v) in SEALED.iter().zip(verdicts.as_array().expect("an array")) {
        assert_eq!(v["verdict"], "verified", "{name}: {v}");
        assert_eq!(v["work_id"], made["work_id"], "{name}");
        assert_eq!((&v["aigc"]["count"], &v["aigc"]["valid"]), (&1.into(), &true.into()), "{name}");
        assert_eq!(v["explicit_label"]["present"], true, "{name}");
        assert_eq!(v["log"]["included"], true, "{name}");
        assert_eq!(v["receipt"]["seed"], made["seed"], "{name}");
        let source = v["iptc"]["digital_source_type"].as_str().expect("a source type");
        assert!(source.ends_with("/trainedAlgorithmicMedia"), "{name}: {source}");
    }
    // Another program reads the same field in the picture.
    let read = json(&tool("exiftool", &["-json", "-XMP:all", path(&out.join("poster.png"))]));
    assert!(read[0].to_string().contains(made["work_id"].as_str().expect("id")), "{read}");
}

/// Changes one byte in the middle of a file's content.
fn tamper(file: &Path) {
    let mut bytes = std::fs::read(file).expect("file");
    let at = match file.extension().and_then(|e| e.to_str()) {
        Some("mp4") => bytes.windows(4).position(|w| w == b"mdat").expect("mdat") + 20_000,
        Some("png") => bytes.windows(4).rposition(|w| w == b"IDAT").expect("IDAT") + 300,
        Some("wav") => bytes.windows(4).position(|w| w == b"data").expect("data") + 9_001,
        _ => text(&bytes).find("## ").expect("a heading") + 3,
    };
    bytes[at] ^= 1;
    std::fs::write(file, bytes).expect("file");
}

#[test]
fn an_english_film_is_complete_sealed_and_tamper_evident() {
    let home = Home::new();
    let out = home.path("out");
    let made = make(&home, "A fox who learns to paint", &out, &["--voice", "hibari"]);
    check_film(&home, &out, &made, "en");
    for name in SEALED {
        let file = out.join(name);
        tamper(&file);
        let verdict = home.run(&["verify", "--json", path(&file)]);
        assert_eq!(verdict.status.code(), Some(5), "{name}: {}", text(&verdict.stdout));
        assert_eq!(json(&verdict.stdout)[0]["verdict"], "tampered", "{name}");
    }
    let audit = home.run(&["log", "audit"]);
    assert!(
        audit.status.success() && text(&audit.stdout).starts_with("4 entries"),
        "{}",
        text(&audit.stdout)
    );
}

#[test]
fn a_chinese_film_is_complete_and_sealed() {
    let home = Home::new();
    let out = home.path("out");
    let made = make(&home, "海边的灯塔与归来的渔船", &out, &[]);
    assert_eq!(made["receipt"]["lang"], "zh");
    check_film(&home, &out, &made, "zh");

    // The log proves it to others.
    let film = out.join("film.mp4");
    let proof = home.run(&["log", "prove", path(&film)]);
    assert!(proof.status.success(), "{}", text(&proof.stderr));
    let proof_file = home.path("film.tlog-proof");
    std::fs::write(&proof_file, &proof.stdout).expect("written");
    let checked = home.run(&["log", "verify", path(&film), path(&proof_file)]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let other = home.run(&["log", "verify", path(&out.join("poster.png")), path(&proof_file)]);
    assert_eq!(other.status.code(), Some(5));
}

#[test]
#[ignore = "minutes: a film with music, made twice"]
fn the_same_seed_makes_the_same_film_with_its_music() {
    let home = Home::new();
    let brief = "A quiet harbour at dawn";
    let stream = |film: &Path, which: &str| {
        text(&tool(
            "ffmpeg",
            &["-v", "error", "-i", path(film), "-map", which, "-c", "copy", "-f", "md5", "-"],
        ))
    };
    let outs = ["a", "b"].map(|name| home.path(name));
    let made = make(&home, brief, &outs[0], &["--voice", "hibari", "--music", "auto"]);
    let film = outs[0].join("film.mp4");
    let again = home.run(&["replay", path(&film), "-o", path(&outs[1]), "--json"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert_eq!(json(&again.stdout)["same"], true);
    for name in ["scenes.json", "captions.srt"] {
        let [a, b] = outs.each_ref().map(|o| std::fs::read_to_string(o.join(name)).expect("file"));
        assert_eq!(a, b, "{name}");
    }
    for which in ["0:v:0", "0:a:0", "0:v:1"] {
        let [a, b] = outs.each_ref().map(|o| stream(&o.join("film.mp4"), which));
        assert_eq!(a, b, "{which}");
    }
    let [a, b] = outs.each_ref().map(|o| stream(&o.join("narration.wav"), "0:a:0"));
    assert_eq!(a, b, "narration");
    check_music(&home, &outs[0], &made);
}

/// The music is named in the credential, begins with the film, and changes at its cuts; the whole has the
/// loudness of films.
fn check_music(home: &Home, out: &Path, made: &Value) {
    let film = out.join("film.mp4");
    let verdict = json(&home.run(&["verify", "--json", path(&film)]).stdout);
    let receipt = &verdict[0]["receipt"];
    let all = |list: &str, field: &str| -> Vec<String> {
        let rows = receipt[list].as_array().expect("a list").iter();
        rows.filter_map(|row| row[field].as_str().map(str::to_owned)).collect()
    };
    assert!(all("models", "id").contains(&"performance-rnn".to_owned()), "{receipt}");
    assert!(all("models", "id").contains(&"musescore-general".to_owned()), "{receipt}");
    assert!(all("steps", "engine").iter().any(|e| e.starts_with("colophon-music/1")), "{receipt}");
    let scenes = json(&std::fs::read(out.join("scenes.json")).expect("scenes"));
    let music = &scenes["music"];
    assert_eq!(music["style"], "piano", "{music}");
    let cuts: Vec<f64> =
        scenes["scenes"].as_array().expect("scenes").iter().filter_map(|s| s["start"].as_f64()).collect();
    let sections: Vec<f64> =
        music["sections"].as_array().expect("sections").iter().filter_map(|s| s["start"].as_f64()).collect();
    assert_eq!(sections[0], 0.0);
    let accents: Vec<f64> =
        music["accents"].as_array().expect("accents").iter().filter_map(Value::as_f64).collect();
    for cut in &cuts {
        let met = sections.iter().chain(&accents).any(|at| (at - cut).abs() < 0.01);
        assert!(met, "{cut}: {music}");
    }
    let tail = made["seconds"].as_f64().expect("seconds") - 2.5;
    for (what, from) in [("the title", 0.3), ("the end", tail)] {
        assert!(level(&film, from, 1.5) > -45.0, "{what}: {}", level(&film, from, 1.5));
    }
    let measured = tool_errors(
        "ffmpeg",
        &[
            "-hide_banner",
            "-nostats",
            "-i",
            path(&film),
            "-map",
            "0:a:0",
            "-af",
            "ebur128=peak=true",
            "-f",
            "null",
            "-",
        ],
    );
    let summary = &measured[measured.rfind("Summary:").expect("a summary")..];
    let value = |name: &str| -> f64 {
        let line = summary.lines().find(|l| l.trim().starts_with(name)).expect("a line");
        line.split_whitespace().nth(1).and_then(|v| v.parse().ok()).expect("a number")
    };
    assert!((value("I:") + 16.0).abs() <= 0.7, "{summary}");
    assert!(value("Peak:") <= -1.0, "{summary}");
}

/// Mean level of a stretch of a film's sound, in dBFS.
fn level(film: &Path, from: f64, seconds: f64) -> f64 {
    let (from, seconds) = (from.to_string(), seconds.to_string());
    let filter = ["-map", "0:a:0", "-af", "volumedetect", "-f", "null", "-"];
    let mut args = vec!["-hide_banner", "-nostats", "-ss", &from, "-t", &seconds, "-i", path(film)];
    args.extend(filter);
    let told = tool_errors("ffmpeg", &args);
    let at = told.find("mean_volume: ").expect("a level") + 13;
    told[at..].split_whitespace().next().and_then(|v| v.parse().ok()).expect("a number")
}

#[test]
#[ignore = "minutes: a film of its own"]
fn a_painted_style_and_a_recipe_of_ones_own() {
    let home = Home::new();
    let out = home.path("out");
    let recipe = include_str!("../../../../recipes/news.toml").replace("name = \"news\"", "name = \"mine\"");
    let file = home.path("mine.toml");
    std::fs::write(&file, recipe).expect("written");
    let extra = ["--voice", "hibari", "--style", "oil", "--recipe", path(&file)];
    let made = make(&home, "A new bridge opens in the village", &out, &extra);
    let roles: Vec<&str> = made["receipt"]["models"]
        .as_array()
        .expect("models")
        .iter()
        .filter_map(|m| m["role"].as_str())
        .collect();
    assert!(roles.contains(&"style"), "{roles:?}");
    assert!(out.join("film.mp4").is_file());
}
