//! Single pictures and sounds.

use std::process::Stdio;

use serde_json::Value;

use crate::{Home, json, path, text, tool};

#[test]
fn pictures_are_composed_sealed_and_repeatable() {
    let home = Home::new();
    let (first, again) = (home.path("fox.png"), home.path("again.png"));
    let ask = [
        "image",
        "A fox in a red scarf beside a lighthouse at dusk",
        "--size",
        "640x480",
        "--seed",
        "7",
        "--json",
    ];
    let run = |more: &[&str]| -> Value {
        let result = home.at_one_time(&[&ask[..], more].concat());
        assert!(result.status.success(), "{}", text(&result.stderr));
        json(&result.stdout)
    };
    let made = run(&["-o", path(&first)]);
    let objects = made[0]["scene"]["objects"].to_string();
    assert!(objects.contains("fox") && objects.contains("lighthouse"), "{objects}");
    run(&["-o", path(&again)]);
    let pixels = |file: &std::path::Path| {
        tool("ffmpeg", &["-v", "error", "-i", path(file), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    };
    assert_eq!(pixels(&first).len(), 640 * 480 * 3);
    assert!(pixels(&first) == pixels(&again), "the same seed gives the same pixels");
    let verdict = json(&home.run(&["verify", "--json", path(&first)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    assert_eq!(verdict[0]["explicit_label"]["present"], true, "{verdict}");
    let several = run(&["-o", path(&home.path("more.png")), "-n", "2"]);
    assert_eq!(several.as_array().map(Vec::len), Some(2));
    // Another request is another work, with another watermark.
    let (one, first) = (pixels(&home.path("more-1.png")), pixels(&first));
    let near = |a: &[u8], b: &[u8]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 32);
    assert!(near(&one, &first), "the first of several is the seed's own");
    assert!(!near(&pixels(&home.path("more-2.png")), &first));
    for bad in [
        &["image", "a fox", "--size", "10x10"][..],
        &["image", "a fox", "--size", "big"],
        &["image", " "],
        &["image", "a fox", "-n", "0"],
        &["image", "a fox", "-o", "fox.bmp"],
        &["image", "a fox", "--style", "nothing"],
    ] {
        assert_eq!(home.run(bad).status.code(), Some(2), "{bad:?}");
    }
}

#[test]
fn landscapes_animations_and_clear_backgrounds_are_made_and_sealed() {
    let home = Home::new();
    let run = |args: &[&str]| -> Value {
        let result = home.at_one_time(&[args, &["--json"]].concat());
        assert!(result.status.success(), "{args:?}: {}", text(&result.stderr));
        json(&result.stdout)
    };
    let verified = |file: &std::path::Path| {
        let verdict = json(&home.run(&["verify", "--json", path(file)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
        assert_eq!(verdict[0]["explicit_label"]["present"], true, "{verdict}");
        verdict[0].clone()
    };
    let pixels = |file: &std::path::Path, kind: &str| {
        tool("ffmpeg", &["-v", "error", "-i", path(file), "-f", "rawvideo", "-pix_fmt", kind, "-"])
    };
    let lake = home.path("lake.png");
    let ask = ["image", "--engine", "terrain", "山间的湖，日落", "--size", "320x240", "--seed", "4"];
    let made = run(&[&ask[..], &["-o", path(&lake)]].concat());
    assert_eq!(made[0]["receipt"]["request"]["task"], "image.terrain", "{made}");
    assert!(verified(&lake)["iptc"]["digital_source_type"].to_string().contains("algorithmicMedia"));
    let again = home.path("again.png");
    let replayed = home.run(&["replay", path(&lake), "-o", path(&again)]);
    assert!(replayed.status.success(), "{}", text(&replayed.stderr));
    assert!(pixels(&lake, "rgb24") == pixels(&again, "rgb24"), "a landscape is made again");
    run(&["image", "vary", path(&lake), "-n", "1", "-o", path(&home.path("other.png"))]);
    assert!(pixels(&home.path("other.png"), "rgb24") != pixels(&lake, "rgb24"));

    for name in ["rain.gif", "rain.webp"] {
        let file = home.path(name);
        let ask = ["image", "a red boat on the sea in the rain", "--size", "160x128", "--seed", "2"];
        run(&[&ask[..], &["--seconds", "1", "-o", path(&file)]].concat());
        let verdict = verified(&file);
        assert_eq!(verdict["receipt"]["request"]["task"], "image.composed.animation", "{verdict}");
    }
    // Thirteen frames of 80 ms; ffmpeg reads moving GIF files.
    let frames = pixels(&home.path("rain.gif"), "rgb24");
    assert!(
        frames.len() >= 12 * 160 * 128 * 3
            && frames[..160 * 128 * 3] != frames[5 * 160 * 128 * 3..6 * 160 * 128 * 3]
    );

    // Without a length a GIF file stands still.
    for (name, ask) in [
        ("boat.gif", &["image", "a red boat on the sea in the rain", "--size", "160x128", "--seed", "2"][..]),
        ("land.gif", &["image", "--engine", "terrain", "a lake", "--size", "160x128", "--seed", "2"]),
    ] {
        let file = home.path(name);
        let made = run(&[ask, &["-o", path(&file)]].concat());
        assert_ne!(made[0]["receipt"]["request"]["task"], "image.composed.animation", "{made}");
        verified(&file);
        assert_eq!(pixels(&file, "rgb24").len(), 160 * 128 * 3, "{name}");
    }

    let fox = home.path("fox.webp");
    let ask = ["image", "a red fox in the forest", "--size", "256x256", "--background", "transparent"];
    run(&[&ask[..], &["-o", path(&fox)]].concat());
    verified(&fox);
    let png = home.path("fox.png");
    run(&[&ask[..], &["-o", path(&png)]].concat());
    let rgba = pixels(&png, "rgba");
    let clear = rgba.chunks_exact(4).filter(|p| p[3] == 0).count();
    let solid = rgba.chunks_exact(4).filter(|p| p[3] == 255).count();
    assert!(clear > 256 * 256 / 4 && solid > 1000, "{clear} clear, {solid} solid");
    for bad in [
        &["image", "a fox", "--background", "transparent", "-o", "fox.jpg"][..],
        &["image", "a fox", "--background", "transparent", "-o", "fox.gif", "--seconds", "2"],
        &["image", "a fox", "-o", "fox.gif", "--seconds", "900"],
        &["image", "a fox", "-o", "fox.gif", "--seconds", "2", "--size", "4096x4096"],
        &["image", "--engine", "terrain", "-o", "land.gif", "--seconds", "2"],
        &["image", "--engine", "terrain", "--background", "transparent"],
        &["image", "--engine", "terrain", "--size", "9x9"],
        &["image", "--engine", "terrain", "--layers", "x"],
    ] {
        assert_eq!(home.run(bad).status.code(), Some(2), "{bad:?}");
    }
}

#[test]
fn speech_is_heard_timed_and_sealed() {
    let home = Home::new();
    let words =
        "The ferry leaves at a quarter past six. Bicycles travel free of charge.\n\nDogs need a ticket.";
    let file = home.path("ferry.wav");
    let result = home.run(&["speech", words, "-o", path(&file), "--voice", "hibari", "--json"]);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let made = json(&result.stdout);
    let sentences = made["sentences"].as_array().expect("sentences");
    assert_eq!(sentences.len(), 3);
    let at = |i: usize, side: &str| sentences[i][side].as_f64().expect("a time");
    assert!(
        (at(1, "start") - at(0, "end") - 0.35).abs() < 0.01
            && (at(2, "start") - at(1, "end") - 0.8).abs() < 0.01
    );
    assert!(made["seconds"].as_f64().expect("a length") > at(2, "end"));
    // The label before the first sentence counts: 16 units of 90 ms, and then 0.3 seconds of silence.
    assert!((at(0, "start") - 16.0 * 0.09 - 0.3).abs() < 0.05, "{sentences:?}");
    let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    // Loud enough, and never clipped.
    let report = std::process::Command::new("ffmpeg")
        .args(["-nostats", "-i", path(&file), "-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .expect("ffmpeg");
    let report = text(&report.stderr);
    let value = |name: &str| -> f64 {
        let at = report.rfind(name).expect("a measure");
        report[at + name.len()..].split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
    };
    assert!((-19.0..=-13.0).contains(&value("I:")), "{report}");
    assert!(value("Peak:") <= -0.9, "{report}");
    let piped = home.colophon(&["speech", "-o", "x.wav"]).stdin(Stdio::null()).output().expect("starts");
    assert_eq!(piped.status.code(), Some(2), "nothing to speak");
    for bad in [
        &["speech", "x", "--voice", "nobody"][..],
        &["speech", "x", "--speed", "9"],
        &["speech", "x", "-o", "x.doc"],
    ] {
        assert_eq!(home.run(bad).status.code(), Some(2), "{bad:?}");
    }
}

#[test]
fn music_is_composed_played_and_sealed() {
    let home = Home::new();
    let (file, midi, stems) = (home.path("rain.wav"), home.path("rain.mid"), home.path("stems"));
    let ask = ["music", "雨夜里的安静钢琴曲", "--seconds", "12", "--seed", "3", "--json"];
    let run = |more: &[&str]| -> Value {
        let result = home.at_one_time(&[&ask[..], more].concat());
        assert!(result.status.success(), "{}", text(&result.stderr));
        json(&result.stdout)
    };
    let made = run(&["-o", path(&file), "--midi", path(&midi), "--stems", path(&stems)]);
    assert_eq!(made["plan"]["style"], "piano", "{made}");
    assert_eq!(made["seconds"], 12.0);
    let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    let seconds = |file: &std::path::Path| -> f64 {
        let args = ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path(file)];
        text(&tool("ffprobe", &args)).trim().parse().expect("a length")
    };
    let starts = made["starts"].as_f64().expect("where the music begins");
    assert!((seconds(&file) - starts - 12.0).abs() < 0.02, "{}", seconds(&file));
    let parts: Vec<String> = made["stems"].as_object().expect("stems").keys().cloned().collect();
    assert_eq!(parts, ["melody", "harmony"]);
    for part in parts {
        let file = stems.join(format!("{part}.wav"));
        let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified", "{part}: {verdict}");
    }
    assert!(std::fs::read(&midi).expect("a MIDI file").starts_with(b"MThd"));
    let again = home.path("again.wav");
    run(&["-o", path(&again), "--midi", path(&midi), "--stems", path(&stems)]);
    let samples =
        |file: &std::path::Path| tool("ffmpeg", &["-v", "error", "-i", path(file), "-f", "s16le", "-"]);
    assert!(samples(&file) == samples(&again), "the same seed gives the same music");
    for bad in [
        &["music", ""][..],
        &["music", "x", "--seconds", "0"],
        &["music", "x", "--seconds", "-5"],
        &["music", "x", "--seconds", "NaN"],
        &["music", "x", "--seconds", "601"],
        &["music", "x", "--key", "H"],
        &["music", "x", "--tempo", "1000"],
        &["music", "x", "--style", "polka"],
        &["music", "x", "-o", "x.doc"],
        &["music", "x", "--midi", "x.wav"],
    ] {
        let result = home.run(bad);
        assert_eq!(result.status.code(), Some(2), "{bad:?}: {}", text(&result.stderr));
    }
}

#[test]
fn recordings_are_cleaned_and_made_anew_with_their_source_named() {
    let home = Home::new();
    let file = home.path("ferry.wav");
    let spoken = home.run(&["speech", "The ferry leaves at noon.", "-o", path(&file), "--voice", "hibari"]);
    assert!(spoken.status.success(), "{}", text(&spoken.stderr));
    for (command, more) in [
        ("clean", &["--denoise", "--trim", "--max-pause", "0.3", "--loudness", "-20", "--rate", "24000"][..]),
        ("vocode", &["--engine", "melgan"]),
        ("vocode", &["--engine", "wavenet", "--seed", "3"]),
    ] {
        let made = home.path("made.wav");
        let result = home.run(&[&[command, path(&file), "-o", path(&made), "--json"], more].concat());
        assert!(result.status.success(), "{}", text(&result.stderr));
        let told = json(&result.stdout);
        let seconds = |when: &str| told[when]["seconds"].as_f64().expect("a length");
        assert!(seconds("after") > 0.5 && seconds("after") <= seconds("before") + 0.01, "{told}");
        if command == "clean" {
            assert_eq!(told["after"]["rate"], 24_000, "{told}");
            assert!((told["after"]["lufs"].as_f64().expect("loudness") + 20.0).abs() < 0.5, "{told}");
        }
        let verdict = json(&home.run(&["verify", "--json", path(&made)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
        let source = if command == "clean" { "algorithmicallyEnhanced" } else { "compositeWithTrained" };
        assert!(verdict.to_string().contains(source), "{verdict}");
        let bytes = std::fs::read(&made).expect("the file");
        let holds = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
        assert!(holds(b"ferry.wav") && holds(b"c2pa.opened"), "the source is an ingredient");
    }
    std::fs::write(home.path("no.wav"), b"RIFF and nothing").expect("a file");
    for bad in [
        &["clean", path(&file)][..],
        &["clean", path(&file), "--max-pause", "-1"],
        &["clean", path(&file), "--loudness", "3"],
        &["clean", path(&home.path("no.wav")), "--trim"],
        &["vocode", path(&home.path("nowhere.wav"))],
        &["vocode", path(&file), "-o", "x.doc"],
    ] {
        assert_eq!(home.run(bad).status.code(), Some(2), "{bad:?}");
    }
}

#[test]
fn a_picture_is_made_again_from_its_credential() {
    let home = Home::new();
    let (first, again) = (home.path("first.png"), home.path("again.png"));
    let made = home.run(&["image", "A red boat on the sea", "--size", "384x256", "-o", path(&first)]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let replayed = home.run(&["replay", path(&first), "-o", path(&again), "--json"]);
    assert_eq!(json(&replayed.stdout)["same"], true, "{}", text(&replayed.stderr));
    // What was changed since has no credential that holds.
    let mut bytes = std::fs::read(&first).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&first, bytes).expect("a file");
    assert_eq!(home.run(&["replay", path(&first), "-o", path(&again)]).status.code(), Some(2));
}
