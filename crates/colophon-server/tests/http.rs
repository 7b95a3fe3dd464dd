//! The HTTP API over loopback, with an engine that says what it is told to.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "http/abuse.rs"]
mod abuse;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use colophon_server::{ServerOptions, serve};
use colophon_studio::chat::{
    Chat, Delta, Finish, GenerateRequest, ModelInfo, Prompt, Reply, Sink, ToolCall, ToolChoice, Usage,
    WatermarkState,
};
use colophon_studio::store::NewKey;
use colophon_studio::{Config, Studio, TextError};
use colophon_types::{Cancel, ModelUse};
use serde_json::{Value, json};

/// Streams fixed words, a word every few milliseconds; calls a tool when it must; counts who left.
struct Fake {
    pause: Duration,
    busy: AtomicBool,
    left: Arc<AtomicUsize>,
    asked: Arc<std::sync::Mutex<Vec<GenerateRequest>>>,
}

const WORDS: [&str; 4] = ["The ", "sea ", "is ", "wide."];

impl Chat for Fake {
    fn info(&self) -> ModelInfo {
        ModelInfo {
            id: "fake".into(),
            engine: "fake 1".into(),
            context: 100,
            parameters: 1,
            vision: false,
            watermark: false,
        }
    }

    fn submit(&self, request: GenerateRequest, cancel: &Cancel, mut sink: Sink) -> Result<(), TextError> {
        if self.busy.load(Ordering::Relaxed) {
            return Err(TextError::Busy { waiting: 9 });
        }
        request.sampling.check()?;
        let (pause, cancel, left) = (self.pause, cancel.clone(), Arc::clone(&self.left));
        self.asked.lock().unwrap().push(request.clone());
        std::thread::spawn(move || {
            let forced = matches!(
                &request.prompt,
                Prompt::Chat { tool_choice: ToolChoice::Required | ToolChoice::Named(_), .. }
            );
            let mut calls = Vec::new();
            let mut text = String::new();
            if forced {
                let call = ToolCall { id: "call_1".into(), name: "f".into(), arguments: "{\"x\":1}".into() };
                sink(Delta::ToolCall(call.clone()));
                calls.push(call);
            } else {
                let rounds = request.max_tokens.unwrap_or(4) / 4;
                for word in WORDS.iter().cycle().take(rounds.max(1) * 4) {
                    std::thread::sleep(pause);
                    text.push_str(word);
                    if cancel.is_cancelled() || !sink(Delta::Text((*word).into(), Vec::new())) {
                        left.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                }
            }
            let usage = Usage { prompt_tokens: 3, completion_tokens: 4, ..Usage::default() };
            sink(Delta::Done(Box::new(Reply {
                text,
                finish: if calls.is_empty() { Finish::Stop } else { Finish::ToolCalls },
                tool_calls: calls,
                usage,
                logprobs: None,
                watermark: WatermarkState::NoKey,
                seed: 1,
            })));
        });
        Ok(())
    }

    fn count_tokens(&self, text: &str) -> Result<usize, TextError> {
        Ok(text.len())
    }
}

struct Server {
    address: SocketAddr,
    stop: Cancel,
    left: Arc<AtomicUsize>,
    asked: Arc<std::sync::Mutex<Vec<GenerateRequest>>>,
    thread: Option<std::thread::JoinHandle<()>>,
    studio: Arc<Studio>,
    _home: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[derive(Default)]
struct Setup {
    pause: Duration,
    busy: bool,
    keys: Vec<&'static str>,
    options: ServerOptions,
    /// Whether the models of the test store are there.
    models: bool,
}

fn start(setup: Setup) -> (Server, Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    if setup.models {
        std::os::unix::fs::symlink(colophon_test::models_dir(), home.path().join("models")).unwrap();
    }
    let config = Config { home: Some(home.path().to_owned()), offline: true, ..Config::default() };
    let studio = Arc::new(Studio::open(config).unwrap());
    let left = Arc::new(AtomicUsize::new(0));
    let asked = Arc::default();
    let engine = Fake {
        pause: setup.pause,
        busy: AtomicBool::new(setup.busy),
        left: Arc::clone(&left),
        asked: Arc::clone(&asked),
    };
    let uses = ModelUse {
        id: "fake".into(),
        role: "text".into(),
        sha256: "00".into(),
        licence: "MIT".into(),
        variant: None,
    };
    studio.languages().adopt("fake", Arc::new(engine), uses);
    let store = studio.store().unwrap();
    let made = setup.keys.iter().map(|name| store.add_key(NewKey::named(name), "test").unwrap()).collect();
    let stop = Cancel::new();
    let hear = stop.clone();
    let stopping = async move {
        while !hear.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let (send, receive) = std::sync::mpsc::channel();
    let (options, shared) = (setup.options, Arc::clone(&studio));
    let thread = std::thread::spawn(move || {
        let address = "127.0.0.1:0".parse().unwrap();
        let ready = |address| send.send(address).unwrap();
        serve(shared, address, options, false, ready, stopping).unwrap();
    });
    let address = receive.recv_timeout(Duration::from_secs(30)).unwrap();
    (Server { address, stop, left, asked, thread: Some(thread), studio, _home: home }, made)
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The JSON of every event.
    fn events(&self) -> Vec<Value> {
        self.body
            .lines()
            .filter_map(|l| l.strip_prefix("data: "))
            .filter(|d| *d != "[DONE]")
            .map(|d| serde_json::from_str(d).unwrap())
            .collect()
    }
}

/// One request on a connection of its own.
fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(n, _)| *n == "Host") {
        head.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // A server that refuses a large body closes before it is all read.
    let _ = stream.write_all(body);
    let mut raw = Vec::new();
    let _ = stream.read_to_end(&mut raw);
    let text = String::from_utf8_lossy(&raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split_whitespace().nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    let body = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        unchunk(body)
    } else {
        body.to_owned()
    };
    Answer { status, head: head.to_ascii_lowercase(), body }
}

fn unchunk(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 || size > rest.len() {
            break;
        }
        out.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    out
}

fn post(server: &Server, path: &str, body: &Value) -> Answer {
    send(server.address, "POST", path, &[], body.to_string().as_bytes())
}

fn hello() -> Value {
    json!({"model": "fake", "messages": [{"role": "user", "content": "Hello"}]})
}

#[test]
fn a_chat_is_answered_and_sealed() {
    let (server, _) = start(Setup::default());
    let answer = post(&server, "/v1/chat/completions", &hello());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["choices"][0]["message"]["content"], "The sea is wide.");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["usage"]["total_tokens"], 7);
    let marks = &body["colophon"][0];
    assert!(marks["label"].as_str().unwrap().contains("AI"));
    let aigc: Value = serde_json::from_str(marks["aigc"].as_str().unwrap()).unwrap();
    assert_eq!(aigc["ProduceID"], marks["work_id"]);
    assert!(answer.head.contains("colophon-work-id: clp-"), "{}", answer.head);
    assert!(marks["c2pa_manifest"].as_str().unwrap().len() > 1000);
    assert_eq!(marks["log_index"], 0);
    // The next work is the next entry.
    let next = post(&server, "/v1/chat/completions", &hello()).json();
    assert_eq!(next["colophon"][0]["log_index"], 1);
    assert_ne!(next["colophon"][0]["work_id"], marks["work_id"]);
}

#[test]
fn a_stream_has_openais_chunks_and_ends_with_usage_and_marks() {
    let (server, _) = start(Setup::default());
    let mut request = hello();
    request["stream"] = true.into();
    request["stream_options"] = json!({"include_usage": true});
    let answer = post(&server, "/v1/chat/completions", &request);
    assert!(answer.head.contains("text/event-stream") && answer.head.contains("x-accel-buffering: no"));
    assert!(answer.body.trim_end().ends_with("data: [DONE]"));
    let events = answer.events();
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    let words: String = events.iter().filter_map(|e| e["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(words, "The sea is wide.");
    assert_eq!(events[events.len() - 2]["choices"][0]["finish_reason"], "stop");
    let last = &events[events.len() - 1];
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["completion_tokens"], 4);
    assert_eq!(last["colophon"][0]["sealed"], true);
}

#[test]
fn parameters_reach_the_engine() {
    let (server, _) = start(Setup::default());
    let mut request = hello();
    for (name, value) in [
        ("temperature", json!(0.5)),
        ("top_p", json!(0.8)),
        ("max_completion_tokens", json!(8)),
        ("stop", json!(["END"])),
        ("seed", json!(42)),
        ("logprobs", json!(true)),
        ("top_logprobs", json!(3)),
        ("frequency_penalty", json!(0.25)),
        ("logit_bias", json!({"17": -5})),
        ("min_p", json!(0.1)),
        ("user", json!("ann")),
        (
            "response_format",
            json!({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}),
        ),
    ] {
        request[name] = value;
    }
    assert_eq!(post(&server, "/v1/chat/completions", &request).status, 200);
    let asked = server.asked.lock().unwrap()[0].clone();
    let sampling = &asked.sampling;
    assert_eq!((sampling.temperature, sampling.top_p, sampling.min_p), (0.5, 0.8, 0.1));
    assert_eq!((sampling.seed, sampling.frequency_penalty), (Some(42), 0.25));
    assert_eq!(sampling.logit_bias, [(17, -5.0)]);
    assert_eq!((asked.max_tokens, asked.logprobs, asked.stop), (Some(8), Some(3), vec!["END".to_owned()]));
    assert_eq!(asked.client, "local/ann");
    assert_eq!(asked.format, colophon_studio::chat::Format::JsonSchema(json!({"type": "object"})));
}

#[test]
fn tools_are_called_in_both_forms() {
    let (server, _) = start(Setup::default());
    let mut request = hello();
    request["tools"] =
        json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]);
    request["tool_choice"] = "required".into();
    let body = post(&server, "/v1/chat/completions", &request).json();
    assert_eq!(body["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(body["choices"][0]["message"]["content"], Value::Null);
    assert_eq!(body["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "f");
    request["stream"] = true.into();
    let events = post(&server, "/v1/chat/completions", &request).events();
    let call = events.iter().find(|e| e["choices"][0]["delta"]["tool_calls"].is_array()).unwrap();
    assert_eq!(call["choices"][0]["delta"]["tool_calls"][0]["index"], 0);
    let request = json!({
        "model": "fake", "input": "Hello", "tool_choice": "required",
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
    });
    let body = post(&server, "/v1/responses", &request).json();
    assert_eq!(body["output"][0]["type"], "function_call");
    assert_eq!(body["output"][0]["arguments"], "{\"x\":1}");
}

#[test]
fn responses_are_kept_and_gone_on_from() {
    let (server, _) = start(Setup::default());
    let first = post(
        &server,
        "/v1/responses",
        &json!({"model": "fake", "input": "One", "instructions": "Be brief."}),
    );
    let first = first.json();
    assert_eq!((&first["object"], &first["status"]), (&json!("response"), &json!("completed")));
    assert_eq!(first["output"][0]["content"][0]["text"], "The sea is wide.");
    let id = first["id"].as_str().unwrap();
    let request = json!({"model": "fake", "input": "Two", "previous_response_id": id, "stream": true});
    let events = post(&server, "/v1/responses", &request).events();
    let kinds: Vec<_> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds[..4],
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added"
        ]
    );
    assert_eq!(
        kinds[kinds.len() - 4..],
        [
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed"
        ]
    );
    for (i, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], i);
    }
    let asked = server.asked.lock().unwrap()[1].clone();
    let Prompt::Chat { messages, .. } = asked.prompt else { panic!("a chat") };
    let words: Vec<_> = messages.iter().map(|m| m.content.as_str()).collect();
    // The instructions of the first request do not hold for the second.
    assert_eq!(words, ["One", "The sea is wide.", "Two"]);
    let path = format!("/v1/responses/{id}");
    assert_eq!(send(server.address, "GET", &path, &[], b"").json()["id"], id);
    assert_eq!(send(server.address, "DELETE", &path, &[], b"").json()["deleted"], true);
    assert_eq!(send(server.address, "GET", &path, &[], b"").status, 404);
    let gone = json!({"model": "fake", "input": "x", "previous_response_id": id});
    assert_eq!(post(&server, "/v1/responses", &gone).status, 404);
}

#[test]
fn completions_models_health_and_metrics_answer() {
    let (server, _) = start(Setup::default());
    let request = json!({"model": "fake", "prompt": ["A", "B"], "echo": true, "max_tokens": 4});
    let body = post(&server, "/v1/completions", &request).json();
    assert_eq!(body["choices"][1]["text"], "BThe sea is wide.");
    let get = |path: &str| send(server.address, "GET", path, &[], b"");
    assert!(get("/v1/models").json()["data"].as_array().unwrap().iter().any(|m| m["id"] == "fake"));
    assert_eq!(get("/v1/models/fake").json()["object"], "model");
    assert_eq!(get("/v1/models/none").status, 404);
    assert_eq!((get("/healthz").status, get("/readyz").status), (200, 200));
    assert!(get("/metrics").body.contains("colophon_texts_total 2"));
    let api = get("/openapi.json").json();
    assert!(api["paths"]["/v1/responses"]["post"].is_object());
    assert_eq!(api["info"]["version"], env!("CARGO_PKG_VERSION"));
    // Every shape that is named is there.
    let text = api.to_string();
    for name in text.split("\"#/components/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(api.pointer(&format!("/components/{name}")).is_some(), "{name}");
    }
}

#[test]
fn errors_have_openais_shape() {
    let (server, _) = start(Setup::default());
    let check = |answer: Answer, status: u16, code: &str, param: Value| {
        assert_eq!(answer.status, status, "{}", answer.body);
        let error = &answer.json()["error"];
        assert_eq!((&error["code"], &error["param"]), (&json!(code), &param), "{error}");
        assert!(error["type"].is_string() && error["message"].as_str().unwrap().len() > 10);
    };
    let with = |name: &str, value: Value| {
        let mut request = hello();
        request[name] = value;
        post(&server, "/v1/chat/completions", &request)
    };
    check(with("model", json!("nothing")), 404, "model_not_found", Value::Null);
    check(with("messages", json!([])), 400, "bad_input", json!("messages"));
    check(with("messages", json!([{"role": "king", "content": "x"}])), 400, "bad_input", json!("messages"));
    check(with("temperature", json!(-3)), 400, "bad_input", json!("temperature"));
    check(with("n", json!(100)), 400, "bad_input", json!("n"));
    check(with("functions", json!([])), 400, "bad_input", json!("functions"));
    check(with("response_format", json!({"type": "xml"})), 400, "bad_input", json!("response_format"));
    check(with("tool_choice", json!("sometimes")), 400, "bad_input", json!("tool_choice"));
    let image =
        json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x/y.png"}}]}]);
    check(with("messages", image), 400, "bad_input", json!("messages"));
    let raw = |body: &[u8]| send(server.address, "POST", "/v1/chat/completions", &[], body);
    check(raw(b"{"), 400, "bad_input", Value::Null);
    check(raw(b"\xff\xfe"), 400, "bad_input", Value::Null);
    check(raw(&"[".repeat(100_000).into_bytes()), 400, "bad_input", Value::Null);
    check(send(server.address, "GET", "/v1/nothing", &[], b""), 404, "not_found", Value::Null);
    for path in ["/v1/jobs?limit=AAA", "/v1/works?trash=1&trash=2", "/v1/audit?after=x", "/v1/jobs/%ff"] {
        check(send(server.address, "GET", path, &[], b""), 400, "bad_input", Value::Null);
    }
    check(send(server.address, "GET", "/v1/responses", &[], b""), 405, "method_not_allowed", Value::Null);
    let large = format!("{{\"x\":\"{}\"}}", "a".repeat(11 << 20));
    let answer = raw(large.as_bytes());
    assert_eq!(answer.status, 413, "{}", answer.head);
    let embedding = json!({"input": ["x"], "model": "nothing"});
    check(post(&server, "/v1/embeddings", &embedding), 404, "model_not_found", Value::Null);
}

/// A form: names, file names where there are any, and contents.
fn form(server: &Server, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--XX--\r\n");
    let headers = [("Content-Type", "multipart/form-data; boundary=XX")];
    send(server.address, "POST", path, &headers, &body)
}

#[test]
fn forms_are_refused_in_openais_shape() {
    let (server, _) = start(Setup::default());
    let junk = ("image", Some("a.png"), &b"no picture"[..]);
    let edits = "/v1/images/edits";
    for (parts, status, param) in [
        (&[("model", None, &b"sketch"[..])][..], 400, "image"),
        (&[junk, ("model", None, b"magic")], 404, ""),
        (&[junk], 404, ""),
        (&[junk, ("model", None, b"sketch")], 400, ""),
        (&[junk, ("model", None, b"sketch"), ("n", None, b"2")], 400, "n"),
        (&[junk, ("model", None, b"sketch"), ("shade", None, b"7")], 400, "shade"),
        (&[junk, ("model", None, b"remove")], 400, "mask"),
        (&[junk, ("model", None, b"like")], 400, "image"),
        (&[junk, ("model", None, b"dream"), ("octaves", None, b"many")], 400, "octaves"),
        (&[junk, ("model", None, b"sketch"), ("output_format", None, b"bmp")], 400, "output_format"),
    ] {
        let answer = form(&server, edits, parts);
        let error = answer.json()["error"].clone();
        assert_eq!(answer.status, status, "{error}");
        assert_eq!(error["param"].as_str().unwrap_or_default(), param, "{error}");
        assert_eq!(error["type"], "invalid_request_error", "{error}");
    }
    let answer = form(&server, "/v1/images/variations", &[junk]);
    assert_eq!(answer.status, 400, "{}", answer.body);
    let answer = send(server.address, "POST", edits, &[("Content-Type", "application/json")], b"{}");
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("form"));
    let cut = [("Content-Type", "multipart/form-data; boundary=XX")];
    let answer = send(server.address, "POST", edits, &cut, b"--XX\r\nContent-Disposition: form-data; na");
    assert_eq!(answer.status, 400, "{}", answer.body);
    let large = vec![0; 11 << 20];
    let answer = form(&server, edits, &[("image", Some("large.png"), &large)]);
    assert!(answer.status == 413 || answer.status == 0, "{}", answer.status);
}

/// A sentence of the recogniser's own tests.
const SPOKEN: &[u8] = include_bytes!("../../colophon-audio/tests/data/recognition/en7.flac");
const CHINESE: &[u8] = include_bytes!("../../colophon-audio/tests/data/recognition/zh5.flac");

#[test]
fn speech_is_transcribed_in_openais_shapes() {
    let (server, _) = start(Setup { models: true, ..Setup::default() });
    let path = "/v1/audio/transcriptions";
    let (sound, model) = (("file", Some("x.mp3"), SPOKEN), ("model", None, &b"whisper-1"[..]));
    let ask = |more: &[(&str, Option<&str>, &[u8])]| {
        let answer = form(&server, path, &[&[sound, model][..], more].concat());
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    };
    let plain = ask(&[]).json();
    let text = plain["text"].as_str().unwrap();
    assert!(text.contains("train to the coast") && text.contains("seven"), "{text}");
    assert_eq!(plain["usage"]["type"], "duration");
    let asked = [
        ("response_format", None, &b"verbose_json"[..]),
        ("timestamp_granularities[]", None, b"word"),
        ("language", None, b"en"),
        ("prompt", None, b"A journey."),
        ("temperature", None, b"0"),
    ];
    let verbose = ask(&asked).json();
    assert_eq!((&verbose["task"], &verbose["language"]), (&json!("transcribe"), &json!("english")));
    let segment = &verbose["segments"][0];
    assert!(
        segment["avg_logprob"].as_f64().unwrap() < 0.0 && segment["tokens"].as_array().unwrap().len() > 8
    );
    let words = verbose["words"].as_array().unwrap();
    assert_eq!(words[1]["word"], "train");
    assert!(words.windows(2).all(|w| w[0]["end"].as_f64() <= w[1]["end"].as_f64()));
    assert!((verbose["duration"].as_f64().unwrap() - 4.63).abs() < 0.2, "{verbose}");
    let answer = ask(&[("response_format", None, b"srt")]);
    assert!(answer.body.starts_with("1\n00:00:0") && answer.body.contains(" --> "), "{}", answer.body);
    assert!(ask(&[("response_format", None, b"vtt")]).body.starts_with("WEBVTT\n\n00:00:0"));
    let answer = ask(&[("response_format", None, b"text")]);
    assert!(answer.head.contains("text/plain") && answer.body.trim() == text, "{}", answer.body);
    let events = ask(&[("stream", None, b"true")]).events();
    let heard: String = events.iter().filter_map(|e| e["delta"].as_str()).collect();
    assert_eq!(heard, text);
    assert_eq!(events.last().unwrap()["type"], "transcript.text.done");
    assert_eq!(events.last().unwrap()["text"], text);
    let answer = form(&server, "/v1/audio/translations", &[("file", Some("x.flac"), CHINESE), model]);
    let english = answer.json()["text"].as_str().unwrap().to_owned();
    assert!(english.is_ascii() && english.len() > 5, "{english}");
}

#[test]
fn what_is_no_sound_is_refused_in_openais_shape() {
    let (server, _) = start(Setup { models: true, ..Setup::default() });
    let sound = ("file", Some("x.flac"), SPOKEN);
    for (parts, status, param) in [
        (&[("model", None, &b"whisper-1"[..])][..], 400, "file"),
        (&[("file", Some("x.mp3"), b"")], 400, "file"),
        (&[("file", Some("x.wav"), b"no sound at all")], 400, ""),
        (&[("file", Some("x.flac"), &SPOKEN[..60])], 400, ""),
        (&[sound, ("model", None, b"/etc")], 404, ""),
        (&[sound, ("model", None, b"hibari")], 400, ""),
        (&[sound, ("language", None, b"klingon")], 400, ""),
        (&[sound, ("response_format", None, b"docx")], 400, "response_format"),
        (&[sound, ("temperature", None, b"hot")], 400, "temperature"),
        (&[sound, ("temperature", None, b"7")], 400, ""),
        (&[sound, ("timestamp_granularities[]", None, b"hour")], 400, "timestamp_granularities"),
    ] {
        let answer = form(&server, "/v1/audio/transcriptions", parts);
        let error = answer.json()["error"].clone();
        assert_eq!(answer.status, status, "{error}");
        assert_eq!(error["param"].as_str().unwrap_or_default(), param, "{error}");
    }
}

#[test]
fn a_busy_engine_is_a_rate_limit() {
    let (server, _) = start(Setup { busy: true, ..Setup::default() });
    let answer = post(&server, "/v1/chat/completions", &hello());
    assert_eq!(answer.status, 429);
    assert!(answer.head.contains("retry-after"));
    assert_eq!(answer.json()["error"]["type"], "rate_limit_error");
}

#[test]
fn keys_hosts_and_origins_are_checked() {
    let (server, keys) = start(Setup { keys: vec!["ann", "bob"], ..Setup::default() });
    let body = hello().to_string();
    let ask = |headers: &[(&str, &str)]| {
        send(server.address, "POST", "/v1/chat/completions", headers, body.as_bytes()).status
    };
    assert_eq!(ask(&[]), 401);
    assert_eq!(ask(&[("Authorization", "Bearer clp-wrong")]), 401);
    assert_eq!(ask(&[("Authorization", &format!("Bearer {}", keys[1]))]), 200);
    assert_eq!(send(server.address, "GET", "/healthz", &[], b"").status, 200);
    // What one client keeps, another does not see.
    let bearer = |i: usize| format!("Bearer {}", keys[i]);
    let request = json!({"model": "fake", "input": "One"}).to_string();
    let kept =
        send(server.address, "POST", "/v1/responses", &[("Authorization", &bearer(0))], request.as_bytes());
    let path = format!("/v1/responses/{}", kept.json()["id"].as_str().unwrap());
    assert_eq!(send(server.address, "GET", &path, &[("Authorization", &bearer(1))], b"").status, 404);
    assert_eq!(send(server.address, "GET", &path, &[("Authorization", &bearer(0))], b"").status, 200);
    let (open, _) = start(Setup::default());
    let ask = |headers: &[(&str, &str)]| {
        send(open.address, "POST", "/v1/chat/completions", headers, body.as_bytes()).status
    };
    assert_eq!(ask(&[("Host", "evil.example")]), 403);
    assert_eq!(ask(&[("Host", "localhost:1")]), 200);
    assert_eq!(ask(&[("Origin", "https://evil.example")]), 403);
    let options = ServerOptions { cors: Some("https://mine.example".into()), ..ServerOptions::default() };
    let (cors, _) = start(Setup { options, ..Setup::default() });
    let flight =
        send(cors.address, "OPTIONS", "/v1/chat/completions", &[("Origin", "https://mine.example")], b"");
    assert_eq!(flight.status, 204);
    assert!(flight.head.contains("access-control-allow-origin: https://mine.example"));
    let flight =
        send(cors.address, "OPTIONS", "/v1/chat/completions", &[("Origin", "https://evil.example")], b"");
    assert_eq!(flight.status, 403);
}

#[test]
fn other_machines_are_not_served_without_keys() {
    let home = tempfile::tempdir().unwrap();
    let config = Config { home: Some(home.path().to_owned()), offline: true, ..Config::default() };
    let studio = Arc::new(Studio::open(config).unwrap());
    let address = "0.0.0.0:0".parse().unwrap();
    let error = serve(studio, address, ServerOptions::default(), false, |_| (), async {}).unwrap_err();
    assert!(error.to_string().contains("no API key"), "{error}");
}

#[test]
fn a_client_that_leaves_stops_the_engine() {
    let (server, _) = start(Setup { pause: Duration::from_millis(20), ..Setup::default() });
    let mut request = hello();
    request["stream"] = true.into();
    request["max_tokens"] = 100_000.into();
    let body = request.to_string();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    while !lines.next().unwrap().unwrap().contains("sea") {}
    drop(lines);
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    let gone = Instant::now();
    while server.left.load(Ordering::Relaxed) == 0 {
        assert!(gone.elapsed() < Duration::from_secs(5), "the engine still runs");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_thousand_connections_are_answered() {
    let (server, _) = start(Setup { pause: Duration::from_millis(1), ..Setup::default() });
    let server = &server;
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                // Twenty open connections each, used one after the other.
                let mut open: Vec<TcpStream> =
                    (0..20).map(|_| TcpStream::connect(server.address).unwrap()).collect();
                for stream in &mut open {
                    let head = format!(
                        "GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                        server.address
                    );
                    stream.write_all(head.as_bytes()).unwrap();
                }
                for mut stream in open {
                    let mut text = String::new();
                    stream.read_to_string(&mut text).unwrap();
                    answered.fetch_add(usize::from(text.starts_with("HTTP/1.1 200")), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(answered.load(Ordering::Relaxed), 1000);
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let running: Vec<_> =
            (0..64).map(|_| scope.spawn(|| post(server, "/v1/chat/completions", &hello()).status)).collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|s| *s == 200), "{answers:?}");
}

/// A form with one file in it.
fn one_file(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n--XX--\r\n"].concat()
}

#[test]
fn anyone_may_verify_without_a_key_and_nothing_else() {
    let (server, _) = start(Setup { keys: vec!["ann"], ..Setup::default() });
    let multipart = ("Content-Type", "multipart/form-data; boundary=XX");
    let words =
        "> 本文由人工智能（AI）生成 · This text was generated by AI\n\nOnce there was a lighthouse.\n";
    let body = one_file("../../etc/<b>tale</b>.md", words.as_bytes());
    let answer = send(server.address, "POST", "/v1/verify", &[multipart], &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let verdict = answer.json();
    assert_eq!(verdict["verdict"], "marked");
    assert_eq!(verdict["file"], "b>.md", "no folder of the sender's is kept");
    assert_eq!(verdict["explicit_label"]["present"], true);

    // As a page, from a browser on this very server, and never from another.
    let own = format!("http://{}", server.address);
    let page = send(server.address, "POST", "/verify", &[multipart, ("Origin", &own)], &body);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.head.contains("content-security-policy: default-src 'none'"), "{}", page.head);
    assert!(page.body.contains("Marked") && !page.body.contains("<b>"), "{}", page.body);
    let foreign = [multipart, ("Origin", "http://elsewhere.example")];
    assert_eq!(send(server.address, "POST", "/verify", &foreign, &body).status, 403);
    let empty = send(server.address, "GET", "/verify", &[], &[]);
    assert!(empty.status == 200 && empty.body.contains("type=\"file\""), "{}", empty.body);
    assert_eq!(post(&server, "/v1/chat/completions", &hello()).status, 401);

    // What cannot be looked at is said in a sentence; addresses of this machine are not asked.
    let json = ("Content-Type", "application/json");
    for (body, says) in [
        (r#"{"url": "http://127.0.0.1:1/x"}"#, "not known or not public"),
        (r#"{"url": "file:///etc/passwd"}"#, "cannot be fetched"),
        (r#"{"path": "/etc/passwd"}"#, "unknown field"),
        ("nonsense", "cannot be read"),
    ] {
        let answer = send(server.address, "POST", "/v1/verify", &[json], body.as_bytes());
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert!(answer.body.contains(says), "{body}: {}", answer.body);
    }
    let nothing = send(server.address, "POST", "/verify", &[multipart], b"--XX--\r\n");
    assert!(nothing.status == 400 && nothing.body.contains("role=\"alert\""), "{}", nothing.body);
}
