//! Sounds of every format, books read aloud, conversations.

use super::{Home, json, path, text};

/// What ffprobe says of a file.
fn probe(file: &std::path::Path) -> serde_json::Value {
    let out = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters"])
        .arg(file)
        .output()
        .expect("ffprobe");
    json(&out.stdout)
}

#[test]
fn speech_comes_in_every_format() {
    let home = Home::new();
    for (ending, codec) in
        [("mp3", "mp3"), ("opus", "opus"), ("m4a", "aac"), ("flac", "flac"), ("wav", "pcm_s16le")]
    {
        let file = home.path(&format!("ferry.{ending}"));
        let result = home.run(&["speech", "The ferry is late.", "--voice", "hibari", "-o", path(&file)]);
        assert!(result.status.success(), "{}", text(&result.stderr));
        assert_eq!(probe(&file)["streams"][0]["codec_name"], codec);
        let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
        assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
        assert_eq!(verdict[0]["explicit_label"]["present"], true, "{verdict}");
    }
    assert!(home.path("ferry.c2pa").is_file(), "Opus has its credential beside it");
}

const BOOK: &str = "---\ntitle: The Lamp\nauthor: Ada Grey\n---\n\n## The Harbour\n\nIt was late when the last \
                    boat came in.\n\nNobody spoke.\n\n## The Morning\n\nThe sun came up over the island.\n";

#[test]
fn a_book_is_read_aloud_with_chapters_and_goes_on_after_a_stop() {
    let home = Home::new();
    let book = home.path("lamp.md");
    std::fs::write(&book, BOOK).expect("book");
    let listed = home.run(&["audiobook", path(&book), "--list", "--json"]);
    assert_eq!(json(&listed.stdout)["chapters"][1]["title"], "The Morning");
    let file = home.path("lamp.m4b");
    let args = ["audiobook", path(&book), "--voice", "hibari", "-o", path(&file), "--json"];
    let result = home.run(&args);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let made = json(&result.stdout);
    assert_eq!((&made["title"], made["chapters"].as_array().map(Vec::len)), (&"The Lamp".into(), Some(2)));
    let found = probe(&file);
    let titles: Vec<&str> = found["chapters"]
        .as_array()
        .expect("chapters")
        .iter()
        .filter_map(|c| c["tags"]["title"].as_str())
        .collect();
    assert_eq!(titles, ["The Harbour", "The Morning"]);
    assert_eq!(found["format"]["tags"]["artist"], "Ada Grey");
    let length: f64 = found["format"]["duration"].as_str().and_then(|d| d.parse().ok()).expect("a length");
    assert!((length - made["seconds"].as_f64().expect("seconds")).abs() < 0.2, "{length} {made}");
    let verdict = json(&home.run(&["verify", "--json", path(&file)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    // What was spoken of a finished book is not kept.
    let kept = std::fs::read_dir(home.path("").join("cache").join("audiobooks")).map_or(0, Iterator::count);
    assert_eq!(kept, 0);
    for bad in [
        &["audiobook", "nowhere.epub"][..],
        &["audiobook", path(&book), "-o", "x.txt"],
        &["audiobook", path(&book), "--chapters", "9"],
        &["audiobook", path(&book), "--chapters", "two"],
        &["audiobook", path(&book), "--cover", path(&book)],
    ] {
        let result = home.run(bad);
        assert_eq!(result.status.code(), Some(2), "{bad:?}: {}", text(&result.stderr));
    }
}

#[test]
fn a_question_is_heard_answered_and_spoken() {
    let home = Home::new();
    let question = home.path("question.wav");
    let asked =
        home.run(&["speech", "What is the capital of France?", "--voice", "hibari", "-o", path(&question)]);
    assert!(asked.status.success(), "{}", text(&asked.stderr));
    let answer = home.path("answer.flac");
    let talk = [
        "talk",
        path(&question),
        "--model",
        super::MODEL,
        "--voice",
        "hibari",
        "-o",
        path(&answer),
        "--json",
    ];
    let result = home.run(&talk);
    assert!(result.status.success(), "{}", text(&result.stderr));
    let told = json(&result.stdout);
    let turn = &told["turns"][0];
    assert!(turn["heard"].as_str().expect("words").contains("capital of France"), "{told}");
    assert!(turn["answer"].as_str().expect("words").contains("Paris"), "{told}");
    let latency = |name: &str| turn["latency"][name].as_f64().expect("seconds");
    assert!(latency("heard") < latency("first_word") && latency("first_word") < latency("first_sound"));
    let heard = home.run(&["transcribe", path(&answer)]);
    assert!(text(&heard.stdout).contains("Paris"), "{}", text(&heard.stdout));
    let verdict = json(&home.run(&["verify", "--json", path(&answer)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    let silence = home.path("silence.wav");
    super::tool("ffmpeg", &["-v", "error", "-f", "lavfi", "-i", "anullsrc=d=2", path(&silence)]);
    assert_eq!(home.run(&["talk", path(&silence), "--model", super::MODEL]).status.code(), Some(2));
}

#[test]
fn a_label_in_words_is_heard() {
    let home = Home::new();
    let words = |lang: &str, place: &str, text: &str| {
        let settings = format!("[label]\nsound = \"speech\"\nsound_place = \"{place}\"\n");
        std::fs::write(home.path("colophon.toml"), settings).expect("written");
        let file = home.path(&format!("{lang}-{place}.wav"));
        let spoken = home.run(&["speech", text, "--lang", lang, "-o", path(&file), "--progress", "none"]);
        assert!(spoken.status.success(), "{}", crate::text(&spoken.stderr));
        let verdict = &json(&home.run(&["verify", "--json", path(&file)]).stdout)[0];
        assert_eq!(verdict["verdict"], "verified", "{verdict}");
        let heard = home.run(&["transcribe", path(&file), "--lang", lang, "--progress", "none"]);
        assert!(heard.status.success(), "{}", crate::text(&heard.stderr));
        (crate::text(&heard.stdout), verdict["explicit_label"].clone())
    };
    let (heard, label) = words("en", "start", "The tide comes in twice a day at the old harbour.");
    let said = heard.to_lowercase();
    assert!(said.find("generated by ai") < said.find("tide"), "{heard}");
    assert!(said.contains("generated by ai") && said.contains("harbo"), "{heard}");
    assert_eq!(label["text"], "This sound was generated by AI.");
    assert!(label["where"].as_str().is_some_and(|w| w.starts_with("spoken at the start")), "{label}");
    let (heard, label) = words("zh", "end", "潮水每天来两次。");
    // The small recogniser mishears some of so few words: 智能 of the label and 每天 of the text it hears.
    assert!(heard.contains("智能") && heard.contains("每天"), "{heard}");
    assert!(heard.find("每天") < heard.find("智能"), "{heard}");
    assert_eq!(label["text"], "人工智能生成");
    // 6 characters at 120 to 160 a minute are 2.25 to 3 seconds.
    for name in ["label-1-zh.wav", "label-1-en.wav"] {
        let bytes = std::fs::metadata(home.path("cache").join(name)).expect("kept").len();
        let seconds = (bytes - 44) as f64 / 2.0 / 24_000.0;
        assert!((2.25..=3.0).contains(&seconds), "{name}: {seconds} s");
    }
    std::fs::write(home.path("colophon.toml"), "[label]\nsound = \"song\"\n").expect("written");
    let refused = home.run(&["doctor"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(crate::text(&refused.stderr).contains("rhythm or speech"));
}
