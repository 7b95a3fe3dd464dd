//! Sounds over HTTP: in conversations, consents to the use of a voice, books, what others generated.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::CONSENT_PHRASES;
use serde_json::{Value, json};

use crate::{Answer, House, MODEL};

/// "The train to the coast leaves at seven …", a sentence of the recogniser's own tests.
const SPOKEN: &[u8] = include_bytes!("../../../colophon-audio/tests/data/recognition/en7.flac");

/// A sound in another format.
fn converted(bytes: &[u8], ending: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join(format!("out.{ending}")));
    std::fs::write(&from, bytes).unwrap();
    let done = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&from).arg(&to).status().unwrap();
    assert!(done.success());
    std::fs::read(to).unwrap()
}

fn sound(bytes: &[u8], format: &str) -> Value {
    json!({"type": "input_audio", "input_audio": {"data": STANDARD.encode(bytes), "format": format}})
}

fn chat(parts: &Value) -> Value {
    json!({
        "model": MODEL, "max_tokens": 24, "temperature": 0,
        "messages": [{"role": "user", "content": parts}],
    })
}

#[test]
fn what_is_said_in_a_sound_is_answered() {
    let house = House::open();
    let (wav, mp3) = (converted(SPOKEN, "wav"), converted(SPOKEN, "mp3"));
    let said = |heard: &Value| {
        assert_eq!((&heard["language"], &heard["model"]), (&json!("en"), &json!("whisper-base")), "{heard}");
        assert!(heard["seconds"].as_f64().unwrap() > 4.0 && heard["model_sha256"].is_string(), "{heard}");
        heard["transcript"].as_str().unwrap().to_owned()
    };
    let ask =
        json!({"type": "text", "text": "At what time does the train leave? Answer with the time alone."});
    let answer = house.post("/v1/chat/completions", &chat(&json!([sound(&wav, "wav"), ask]))).fine();
    let words = said(&answer["colophon"][0]["heard"][0]);
    assert!(words.contains("train to the coast"), "{words}");
    let place = &answer["colophon"][0]["heard"][0];
    assert_eq!((&place["message"], &place["part"]), (&json!(0), &json!(0)));
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap().to_lowercase();
    assert!(text.contains("seven") || text.contains('7'), "{text}");
    // The same words written give the same answer.
    let written = house.post(
        "/v1/chat/completions",
        &chat(&json!([
            {"type": "text", "text": format!("{words}\n")}, ask,
        ])),
    );
    assert_eq!(
        written.fine()["choices"][0]["message"]["content"],
        answer["choices"][0]["message"]["content"]
    );
    // In a stream the last chunk tells it.
    let mut streamed = chat(&json!([ask, sound(&mp3, "mp3")]));
    streamed["stream"] = true.into();
    let answer = house.post("/v1/chat/completions", &streamed);
    let chunks = String::from_utf8(answer.bytes).unwrap();
    let last = chunks.lines().rfind(|l| l.starts_with("data: {")).unwrap();
    let last: Value = serde_json::from_str(&last[6..]).unwrap();
    assert!(said(&last["colophon"][0]["heard"][0]).contains("train"), "{last}");
    let body = json!({"model": MODEL, "max_output_tokens": 16, "input": [
        {"role": "user", "content": [sound(&wav, "wav"), {"type": "input_text", "text": "Repeat it."}]},
    ]});
    let answer = house.post("/v1/responses", &body).fine();
    assert!(said(&answer["colophon"]["heard"][0]).contains("train"), "{answer}");
}

#[test]
fn sounds_that_cannot_be_heard_are_refused() {
    let house = House::open();
    let silence = {
        let mut wav = converted(SPOKEN, "wav");
        let body = wav.len() - 1_000;
        wav[1_000..1_000 + body].fill(0);
        wav
    };
    let none = |part: Value| json!([part]);
    for parts in [
        none(sound(b"", "wav")),
        none(sound(b"no sound at all", "wav")),
        none(sound(&SPOKEN[..60], "mp3")),
        none(sound(SPOKEN, "docx")),
        none(sound(&silence, "wav")),
        none(json!({"type": "input_audio"})),
        none(json!({"type": "input_audio", "input_audio": {"data": "%%%", "format": "wav"}})),
        none(json!({"type": "input_audio", "input_audio": 7})),
        json!(vec![sound(&SPOKEN[..60], "wav"); 9]),
    ] {
        let answer = house.post("/v1/chat/completions", &chat(&parts));
        assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.json()["error"]["param"], "messages", "{}", answer.json());
    }
    let mut wrong = chat(&none(sound(SPOKEN, "wav")));
    wrong["messages"][0]["role"] = "assistant".into();
    let error = house.post("/v1/chat/completions", &wrong).json();
    assert!(error["error"]["message"].as_str().unwrap().contains("user"), "{error}");
}

/// A consent form.
fn consent(house: &House, fields: &[(&str, &[u8])]) -> Answer {
    let named = |name: &str| (name == "recording").then_some("consent.wav");
    let parts: Vec<_> = fields.iter().map(|(name, content)| (*name, named(name), *content)).collect();
    house.form("/v1/audio/voice_consents", &parts)
}

#[test]
fn consents_to_the_use_of_a_voice_are_records() {
    let house = House::open();
    let spoken = |text: &str| {
        let body = json!({"model": "hibari", "input": text, "voice": "hibari", "response_format": "wav"});
        let answer = house.post("/v1/audio/speech", &body);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.bytes
    };
    let phrase = CONSENT_PHRASES[0].1;
    let recording = spoken(phrase);
    let all = [("name", &b"Ann"[..]), ("language", b"en-US"), ("recording", &recording)];
    let made = consent(&house, &all).fine();
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("cons_") && made["object"] == "audio.voice_consent", "{made}");
    assert_eq!((&made["name"], &made["language"]), (&json!("Ann"), &json!("en-US")));
    let about = &made["colophon"];
    assert!(about["agreement"].as_f64().unwrap() > 0.8 && about["phrase"] == phrase, "{made}");
    let kept = house.home.path().join("consents").join(&id);
    assert_eq!(std::fs::read(&kept).unwrap(), recording);

    let path = format!("/v1/audio/voice_consents/{id}");
    assert_eq!(house.get(&path).fine(), made);
    let list = house.get("/v1/audio/voice_consents?limit=1").fine();
    assert_eq!((&list["data"][0], &list["has_more"], &list["first_id"]), (&made, &json!(false), &json!(id)));
    assert_eq!(list["colophon"]["phrases"]["en"], phrase);
    assert_eq!(house.post(&path, &json!({"name": "Ann B."})).fine()["name"], "Ann B.");
    assert_eq!(house.post(&path, &json!({"name": " "})).status, 400);

    let other = spoken("The weather will be fine tomorrow, and the sea will be calm.");
    let denied = spoken(&phrase.replace("I agree", "I do not agree"));
    let with = |recording, language| {
        let form = [("name", &b"Bob"[..]), ("language", language), ("recording", recording)];
        let answer = consent(&house, &form);
        (answer.status, answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    for wrong in [&other, &denied] {
        let (status, why) = with(wrong, b"en");
        assert!(status == 400 && why.contains(phrase), "{why}");
    }
    assert_eq!(with(&b"no sound"[..], b"en").0, 400);
    assert_eq!(with(&recording, b"tlh").0, 400);
    assert_eq!(consent(&house, &all[..2]).json()["error"]["param"], "recording");
    assert_eq!(consent(&house, &all[1..]).json()["error"]["param"], "name");
    // Nothing is left of what was refused.
    assert_eq!(std::fs::read_dir(house.home.path().join("consents")).unwrap().count(), 1);

    let gone = house.ask("DELETE", &path, &[], None).fine();
    assert_eq!(gone, json!({"id": id, "object": "audio.voice_consent", "deleted": true}));
    assert!(!kept.exists());
    assert_eq!(house.get(&path).code(), "not_found");
    assert_eq!(house.get("/v1/audio/voice_consents?after=cons_0").status, 400);
    let audit = house.get("/v1/audit").fine();
    let deeds: Vec<&str> =
        audit["data"].as_array().unwrap().iter().filter_map(|d| d["what"].as_str()).collect();
    assert_eq!(deeds, ["voice_consent.remove", "voice_consent.rename", "voice_consent.add"]);
}

#[test]
fn a_book_is_read_aloud_and_a_sealed_text_stands_in_its_credential() {
    let house = House::open();
    let book = "---\ntitle: The Lamp\nauthor: Ada Grey\n---\n\n## The Harbour\n\nIt was late when the last boat \
                came in.\n\n## The Morning\n\nThe sun came up over the island.\n";
    // Something else wrote it: it is sealed as such.
    let upload = house.bring("lamp.md", book.as_bytes());
    let marked = house.make("mark", json!({"file": {"upload": upload}, "generator": "Typewriter 1"}));
    let text = &marked["works"][0];
    assert_eq!((&text["modality"], &text["name"]), (&json!("text"), &json!("lamp.md")), "{text}");
    let sealed = house.get(text["url"].as_str().unwrap()).bytes;
    assert!(String::from_utf8(sealed).unwrap().contains("It was late"), "the words are there");
    let request = json!({"file": {"work": text["id"]}, "voice": "hibari"});
    let made = house.make("audiobook", request);
    let work = &made["works"][0];
    assert_eq!((&work["name"], &work["modality"]), (&json!("lamp.m4b"), &json!("audio")), "{work}");
    assert_eq!(work["title"], "The Lamp");
    let chapters = made["result"]["chapters"].as_array().unwrap();
    let titles: Vec<&str> = chapters.iter().filter_map(|c| c[1].as_str()).collect();
    assert_eq!(titles, ["The Harbour", "The Morning"]);
    let id = work["id"].as_str().unwrap();
    let verdict = house.get(&format!("/v1/works/{id}/credential")).fine();
    assert_eq!(verdict["verdict"], "verified", "{verdict}");
    assert!(verdict["iptc"]["digital_source_type"].as_str().unwrap().ends_with("/trainedAlgorithmicMedia"));
    let bytes = house.get(work["url"].as_str().unwrap()).bytes;
    let holds = |what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
    let text_id = text["id"].as_str().unwrap();
    assert!(holds(b"lamp.md") && holds(text_id.as_bytes()), "the text is an ingredient, with its receipt");
    let heard = house.make("transcription", json!({"file": {"work": id}, "lang": "en"}));
    let words = heard["result"]["text"].as_str().unwrap().to_lowercase();
    assert!(words.contains("last boat") && words.contains("over the island"), "{words}");
    assert!(!words.contains("produce"), "no metadata is read aloud: {words}");
    // A text that is not sealed is no ingredient.
    let plain =
        house.make("audiobook", json!({"file": {"upload": upload}, "voice": "hibari", "format": "mp3"}));
    let bytes = house.get(plain["works"][0]["url"].as_str().unwrap()).bytes;
    assert!(!bytes.windows(7).any(|w| w == b"lamp.md"));
}

#[test]
fn what_something_else_generated_is_marked_once() {
    let house = House::open();
    let upload = house.bring("ferry.wav", &converted(SPOKEN, "wav"));
    let request =
        json!({"file": {"upload": upload}, "generator": "Somebody's voice 2", "declared": "generated"});
    let marked = house.make("mark", request.clone());
    let work = &marked["works"][0];
    assert_eq!((&work["name"], &work["media_type"]), (&json!("ferry.wav"), &json!("audio/wav")), "{work}");
    let id = work["id"].as_str().unwrap();
    let verdict = house.get(&format!("/v1/works/{id}/credential")).fine();
    assert_eq!(verdict["verdict"], "verified", "{verdict}");
    assert_eq!(verdict["receipt"]["models"][0]["id"], "Somebody's voice 2", "{verdict}");
    // What is sealed already is not sealed again, unless that is wanted.
    let mut again = json!({"file": {"work": id}, "generator": "Somebody's voice 2"});
    let refused = house.end(&house.submit("mark", again.clone()));
    assert_eq!(
        (&refused["status"], &refused["error"]["code"]),
        (&json!("failed"), &json!("refused")),
        "{refused}"
    );
    again["again"] = true.into();
    assert_ne!(house.make("mark", again)["works"][0]["id"], work["id"]);
    for bad in [
        json!({"file": {"upload": upload}}),
        json!({"file": {"upload": "upl_0"}, "generator": "x"}),
        json!({"file": {"upload": upload}, "generator": "x", "declared": "dreamt"}),
        json!({"generator": "x"}),
    ] {
        let status = house.post("/v1/jobs", &json!({"kind": "mark", "request": bad})).status;
        assert!(matches!(status, 400 | 404), "{bad}: {status}");
    }
    for bad in
        [json!({"file": {"work": "clp-0"}}), json!({"file": {"upload": upload}, "format": "doc"}), json!({})]
    {
        let status = house.post("/v1/jobs", &json!({"kind": "audiobook", "request": bad})).status;
        assert!(matches!(status, 400 | 404), "{bad}: {status}");
    }
    let film = json!({"kind": "film", "request": {"brief": "A fox", "music": " "}});
    assert_eq!(house.post("/v1/jobs", &film).status, 400);
    assert_eq!(house.get("/v1/options").fine()["film"]["music"], json!(["none", "auto"]));
}
