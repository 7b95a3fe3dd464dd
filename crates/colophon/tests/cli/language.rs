//! Tasks, dialogues that are kept, search, understanding, and models at other servers.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::Stdio;

use colophon_test::http::read_request;
use serde_json::Value;

use crate::{Home, MODEL, json, path, text};

#[test]
fn news_rests_on_its_facts_and_is_sealed() {
    let home = Home::new();
    let (facts, out) = (home.path("facts.csv"), home.path("news.md"));
    std::fs::write(&facts, "place,visitors,day\nKiel,1300,3 May\nBonn,950,4 May\n").expect("written");
    let task = ["text", "--task", "news", "--file", path(&facts), "--model", MODEL, "--seed", "5"];
    let result = home.run(&[&task[..], &["--json"]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    let news = json(&result.stdout);
    let sentences = news["report"]["sentences"].as_array().expect("sentences");
    let told =
        |n: u64| sentences.iter().any(|s| s["facts"].as_array().is_some_and(|f| f.contains(&n.into())));
    assert!(told(1) && told(2), "{news}");
    assert!(sentences.iter().all(|s| s["objections"].as_array().is_some_and(Vec::is_empty)), "{news}");
    let words = news["text"].as_str().expect("words");
    assert!(words.contains("1300") || words.contains("1,300"), "{words}");
    assert!(news["work_id"].is_string() && news["label"].as_str().is_some_and(|l| l.contains("AI")));
    let result = home.run(&[&task[..], &["-o", path(&out)]].concat());
    assert!(result.status.success(), "{}", text(&result.stderr));
    let verdict = json(&home.run(&["verify", "--json", path(&out)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    assert_eq!(verdict[0]["receipt"]["request"]["task"], "news", "{verdict}");
}

#[test]
fn summaries_and_translations_come_in_the_language_asked_for() {
    let home = Home::new();
    let file = home.path("report.txt");
    let report = "The harbour of Kiel was closed for two days after a storm. Three boats sank at the pier. The \
                  repairs will take a month, and ferries leave from the eastern quay until then.";
    std::fs::write(&file, report).expect("written");
    let ask = |more: &[&str]| -> Value {
        let mut args = vec!["text", "--file", path(&file), "--model", MODEL, "--seed", "3", "--json"];
        args.extend(more);
        let result = home.run(&args);
        assert!(result.status.success(), "{}", text(&result.stderr));
        json(&result.stdout)
    };
    let summary = ask(&["--task", "summarize", "--length", "20"]);
    let words = summary["text"].as_str().expect("words").split_whitespace().count();
    assert!((4..=40).contains(&words), "{summary}");
    assert_eq!(summary["report"]["parts"].as_array().map(Vec::len), Some(1), "{summary}");
    let chinese = ask(&["--task", "translate", "--to", "zh"]);
    let words = chinese["text"].as_str().expect("words");
    assert!(words.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count() > 20, "{words}");
}

#[test]
fn a_dialogue_is_kept_under_its_name() {
    let home = Home::new();
    let talk = |session: &str, script: &str| {
        let args =
            ["chat", "--model", MODEL, "--temperature", "0", "--max-tokens", "24", "--persona", "editor"];
        let mut child = home
            .colophon(&args)
            .args(["--session", session])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        // It may refuse before it reads.
        let _ = child.stdin.take().expect("a pipe").write_all(script.as_bytes());
        child.wait_with_output().expect("ends")
    };
    assert!(talk("boats", "My boat is called Morgenstern.\n").status.success());
    let again = talk("boats", "\"\"\"\nWhat is the name\nof my boat?\n\"\"\"\n/history\n");
    assert!(text(&again.stderr).contains("going on with 'boats', 2 turns"), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("What is the name\nof my boat?"));
    assert!(text(&again.stdout).contains("Morgenstern"), "{}", text(&again.stdout));
    assert_eq!(text(&home.run(&["chat", "--sessions"]).stdout).trim(), "boats");
    assert!(text(&home.run(&["chat", "--personas"]).stdout).contains("storyteller"));
    assert_eq!(talk("../escape", "x\n").status.code(), Some(2));
    assert!(!home.path("escape.json").exists());
}

#[test]
fn a_folder_is_searched_and_only_what_changed_is_read() {
    let home = Home::new();
    let folder = home.path("notes");
    std::fs::create_dir(&folder).expect("a folder");
    let write = |name: &str, words: &str| std::fs::write(folder.join(name), words).expect("written");
    write("roof.md", "# Meeting\n\nWe will replace the roof tiles in spring and pay in two parts.\n");
    write("soup.txt", "Boil the leeks, add potatoes, season with salt.\n");
    write("灯塔.txt", "灯塔建于1890年，现在用太阳能供电。\n");
    std::fs::write(folder.join("picture.png"), [0x89, b'P', 0, 1, 2]).expect("written");
    let search = |query: &str, more: &[&str]| -> Value {
        let mut args = vec!["search", path(&folder), query, "--json"];
        args.extend(more);
        let result = home.run(&args);
        assert!(result.status.success(), "{}", text(&result.stderr));
        json(&result.stdout)
    };
    let found = search("what was decided about the house's cover?", &[]);
    assert_eq!(found["results"][0]["file"], "roof.md", "{found}");
    assert_eq!(found["results"][0]["line"], 1);
    assert_eq!((&found["index"]["updated"], &found["index"]["skipped"]), (&3.into(), &1.into()), "{found}");
    let found = search("灯塔用什么供电？", &["--top", "1"]);
    assert_eq!(found["results"][0]["file"], "灯塔.txt", "{found}");
    assert_eq!(found["results"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["index"]["updated"], 0, "nothing changed");
    write("soup.txt", "The anchor of the ferry weighs two tonnes, and its chain is new.\n");
    std::fs::remove_file(folder.join("roof.md")).expect("removed");
    let found = search("how heavy is the ferry's anchor?", &[]);
    assert_eq!(found["results"][0]["file"], "soup.txt", "{found}");
    assert_eq!((&found["index"]["updated"], &found["index"]["removed"]), (&1.into(), &1.into()), "{found}");
    let understood = home.run(&[
        "understand",
        "classify",
        "Das Spiel endete zwei zu zwei.",
        "--labels",
        "sport,cooking",
        "--json",
    ]);
    assert_eq!(json(&understood.stdout)["labels"][0]["text"], "sport");
}

/// A server that answers every chat with the same words and tells what it was asked.
fn other_server() -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (head, body) = read_request(&stream);
            let _ = tell.send(head + &text(&body));
            let events = "data: {\"choices\":[{\"delta\":{\"content\":\"From afar.\"},\"finish_reason\":\"stop\"}]}\n\n\
                          data: [DONE]\n\n";
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(format!("{head}{events}").as_bytes());
        }
    });
    (url, told)
}

#[test]
fn a_model_at_another_server_is_sealed_like_any_other() {
    let home = Home::without_models();
    let (url, told) = other_server();
    let settings = home.path("colophon.toml");
    let lines = format!(
        "[[text.remote]]\nid = \"far\"\nurl = \"{url}\"\nmodel = \"theirs\"\nkey_env = \"FAR_KEY\"\nlicence = \"their terms\"\n"
    );
    std::fs::write(&settings, lines).expect("written");
    let out = home.path("far.md");
    let ask = ["text", "Hello", "--model", "far"];
    let result =
        home.colophon(&ask).args(["-o", path(&out)]).env("FAR_KEY", "secret").output().expect("starts");
    assert!(result.status.success(), "{}", text(&result.stderr));
    let asked = told.recv().expect("a request");
    assert!(asked.contains("Bearer secret") && asked.contains("\"theirs\""), "{asked}");
    let verdict = json(&home.run(&["verify", "--json", path(&out)]).stdout);
    assert_eq!(verdict[0]["verdict"], "verified", "{verdict}");
    assert_eq!(verdict[0]["receipt"]["extra"]["watermark"]["none"], "remote", "{verdict}");
    assert_eq!(verdict[0]["receipt"]["models"][0]["licence"], "their terms", "{verdict}");
    assert!(!std::fs::read_to_string(&out).expect("read").contains("secret"));
    let without = home.colophon(&ask).env_remove("FAR_KEY").output().expect("starts");
    assert_eq!(without.status.code(), Some(2));
    assert!(text(&without.stderr).contains("FAR_KEY"), "{}", text(&without.stderr));
}

#[test]
fn bad_requests_are_one_sentence() {
    let home = Home::new();
    let file = home.path("text.txt");
    std::fs::write(&file, "Some words.").expect("written");
    let broken = home.path("broken.json");
    std::fs::write(&broken, "[{\"a\": ").expect("written");
    for args in [
        &["text", "--task", "extract", "--file", path(&file)][..],
        &["text", "--task", "summarize"],
        &["text", "--task", "news", "--file", path(&broken)],
        &["text", "--task", "translate", "--file", path(&file), "--to", "fr"],
        &["text", "--task", "translate", "--file", path(&file), "--glossary", path(&file)],
        &["search", "/nowhere/at/all", "x"],
        &["search", ".", "  "],
        &["understand", "classify", "x", "--labels", "one"],
        &["understand", "rank", "x"],
        &["understand", "keyphrases", ""],
    ] {
        let result = home.colophon(args).stdin(Stdio::null()).output().expect("starts");
        let message = text(&result.stderr);
        assert!(matches!(result.status.code(), Some(1 | 2)), "{args:?}: {message}");
        assert_eq!(message.lines().filter(|l| l.starts_with("error: ")).count(), 1, "{args:?}: {message}");
    }
    let missing = home.run(&["understand", "fill-mask", "a [MASK]", "--model", "/nowhere"]);
    assert_eq!(missing.status.code(), Some(4), "{}", text(&missing.stderr));
}
