//! `text` and `chat`: words out, sealed, and the watermark found again without the metadata.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::{Home, MODEL, path, text};

#[test]
fn a_text_is_sealed_and_its_watermark_found_in_the_bare_words() {
    let home = Home::new();
    let (file, bare) = (home.path("story.md"), home.path("bare.txt"));
    let verdict = |file: &std::path::Path| -> Value {
        let result = home.colophon(&["verify", "--json", path(file)]).output().expect("starts");
        serde_json::from_slice::<Value>(&result.stdout).expect("JSON")[0].clone()
    };
    // A small model ends some of its stories after a line: take one that is long.
    let write = |(seed, hero): (u32, &str)| {
        let seed = seed.to_string();
        let prompt = format!("Write a long story about {hero}, at least 400 words.");
        let result = home
            .colophon(&["text", &prompt, "--model", MODEL, "--temperature", "1", "--max-tokens", "320"])
            .args(["--seed", &seed, "-o", path(&file)])
            .output()
            .expect("starts");
        assert!(result.status.success(), "{}", text(&result.stderr));
        verdict(&file)
    };
    let is_long = |sealed: &Value| sealed["watermark"]["tokens"].as_u64().is_some_and(|n| n >= 200);
    let heroes = ["a lighthouse keeper", "two sisters", "a lost dog", "an old train", "a baker", "the sea"];
    let sealed = (1..).zip(heroes).map(write).find(is_long).expect("one of the stories is long");
    assert_eq!(sealed["verdict"], "verified", "{sealed}");
    assert_eq!(sealed["watermark"]["found"], true, "{sealed}");
    assert_eq!(sealed["watermark"]["matches_record"], true, "{sealed}");
    // The words alone, as someone pastes them: no front matter, no label, no manifest.
    let whole = std::fs::read_to_string(&file).expect("read");
    let body = whole.split_once("\n---\n").expect("front matter").1;
    let invisible = |c: &char| !matches!(u32::from(*c), 0xFE00..=0xFE0F | 0xE0100..=0xE01EF | 0xFEFF);
    let words: String = body.lines().filter(|l| !l.contains("AI")).collect::<Vec<_>>().join("\n");
    std::fs::write(&bare, words.chars().filter(invisible).collect::<String>()).expect("written");
    let pasted = verdict(&bare);
    assert_eq!(pasted["verdict"], "marked", "{pasted}");
    assert!(pasted["watermark"]["false_positive_rate"].as_f64().expect("a rate") < 1e-6, "{pasted}");
    // A text of somebody else is not taken for ours.
    let other = home.path("other.txt");
    std::fs::write(&other, include_str!("../../../../ARCHITECTURE.md")).expect("written");
    assert_eq!(verdict(&other)["verdict"], "unmarked");
}

#[test]
fn a_schema_gives_json_and_bad_input_one_sentence() {
    let home = Home::new();
    let schema = home.path("schema.json");
    std::fs::write(&schema, r#"{"type":"object","properties":{"who":{"type":"string"}},"required":["who"]}"#)
        .expect("written");
    let result = home
        .colophon(&["text", "Ann went to Paris. Who?", "--model", MODEL, "--temperature", "0"])
        .args(["--schema", path(&schema)])
        .output()
        .expect("starts");
    let answer: Value = serde_json::from_slice(&result.stdout).expect("JSON on stdout");
    assert!(answer["who"].as_str().expect("a name").contains("Ann"), "{answer}");
    for (args, status) in [
        (&["text", "x", "--temperature", "-1"][..], 2),
        (&["text", "x", "--model", "nothing"], 2),
        (&["text", "x", "--file", "/nowhere"], 2),
        (&["text", ""], 2),
        (&["text", "x", "--schema", "/nowhere"], 2),
    ] {
        let mut all = args.to_vec();
        if !all.contains(&"--model") {
            all.extend(["--model", MODEL]);
        }
        let result = home.colophon(&all).stdin(Stdio::null()).output().expect("starts");
        assert_eq!(result.status.code(), Some(status), "{args:?}: {}", text(&result.stderr));
        let message = text(&result.stderr);
        assert_eq!(message.lines().filter(|l| l.starts_with("error: ")).count(), 1, "{message}");
    }
}

#[test]
fn a_dialogue_goes_on_over_a_pipe() {
    let home = Home::new();
    let saved = home.path("chat.json");
    let mut child = home
        .colophon(&["chat", "--model", MODEL, "--temperature", "0", "--max-tokens", "24"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let script = format!(
        "My name is Ann.\nForget me\n/undo\nWhat is my name?\n/save {}\n/nonsense\n/quit\n",
        path(&saved)
    );
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("written");
    let result = child.wait_with_output().expect("ends");
    assert!(result.status.success(), "{}", text(&result.stderr));
    assert!(text(&result.stderr).contains("unknown command /nonsense"));
    let dialogue: Value = serde_json::from_slice(&std::fs::read(&saved).expect("saved")).expect("JSON");
    let dialogue = dialogue["turns"].as_array().expect("turns");
    let asked: Vec<_> = dialogue.iter().filter(|m| m["role"] == "user").map(|m| &m["content"]).collect();
    assert_eq!(asked, ["My name is Ann.", "What is my name?"]);
    assert!(dialogue[3]["content"].as_str().expect("words").contains("Ann"), "{dialogue:?}");
}
