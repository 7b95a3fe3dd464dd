//! Models at other servers: a server on loopback that answers, fails, stalls and breaks off as it is
//! told.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use colophon_test::http::read_request;
use colophon_text::chat::{
    Chat, Finish, Format, GenerateRequest, Message, Sampling, Tool, ToolChoice, WatermarkState,
};
use colophon_text::{Remote, RemoteOptions, TextError};
use colophon_types::{Cancel, ErrorCode, Explain as _};
use serde_json::{Value, json};

/// What the server does with one request.
#[derive(Clone)]
enum Act {
    /// A stream of these events.
    Stream(Vec<Value>),
    /// A status with a body, and perhaps a header.
    Status(u16, &'static str),
    /// A JSON reply that is no stream.
    Whole(Value),
    /// A word, then silence.
    Stall,
    /// A word, then the end of the connection.
    Break,
    /// Bytes that are no events.
    Noise,
}

struct Server {
    url: String,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

/// Acts one after another; the last for all that follow.
fn server(acts: Vec<Act>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    std::thread::spawn(move || {
        for (i, stream) in listener.incoming().flatten().enumerate() {
            let act = acts[i.min(acts.len() - 1)].clone();
            let noted = Arc::clone(&noted);
            std::thread::spawn(move || serve(stream, act, &noted));
        }
    });
    Server { url, seen }
}

fn serve(mut stream: TcpStream, act: Act, seen: &Mutex<Vec<(String, Value)>>) {
    let (head, body) = read_request(&stream);
    seen.lock().unwrap().push((head, serde_json::from_slice(&body).unwrap_or_default()));
    let events = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let word = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    let _ = match act {
        Act::Stream(list) => {
            let body: String = list.iter().map(|e| format!(": keep-alive\n\ndata: {e}\n\n")).collect();
            stream.write_all(format!("{events}{body}data: [DONE]\n\n").as_bytes())
        }
        Act::Status(status, body) => {
            let length = body.len();
            let text =
                format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(text.as_bytes())
        }
        Act::Whole(value) => {
            let body = value.to_string();
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all(format!("{head}{body}").as_bytes())
        }
        Act::Stall => stream.write_all(format!("{events}{word}").as_bytes()).map(|()| {
            std::thread::sleep(Duration::from_secs(20));
        }),
        Act::Break => stream.write_all(format!("{events}{word}").as_bytes()),
        Act::Noise => stream.write_all(format!("{events}data: {{nonsense\n\n").as_bytes()),
    };
}

fn words(text: &[&str]) -> Act {
    let mut events: Vec<Value> =
        text.iter().map(|w| json!({"choices": [{"delta": {"content": w}, "finish_reason": null}]})).collect();
    events.push(json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}));
    events.push(json!({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}));
    Act::Stream(events)
}

fn engine(server: &Server, change: impl FnOnce(&mut RemoteOptions)) -> Remote {
    let mut options = RemoteOptions::new(&server.url, "their-model");
    options.key = Some("secret".into());
    options.retries = 0;
    change(&mut options);
    Remote::new("far", options).unwrap()
}

fn hello() -> GenerateRequest {
    GenerateRequest::chat(vec![Message::user("Hi")])
}

fn ask(engine: &Remote) -> Result<colophon_text::chat::Reply, TextError> {
    engine.generate(hello(), &Cancel::new(), &mut |_| true)
}

#[test]
fn words_stream_and_carry_no_watermark() {
    let server = server(vec![words(&["Hel", "lo", "."])]);
    let far = engine(&server, |_| {});
    let tool = Tool { name: "f".into(), description: String::new(), parameters: json!({"type": "object"}) };
    let mut request = hello();
    if let colophon_text::chat::Prompt::Chat { tools, tool_choice, .. } = &mut request.prompt {
        tools.push(tool);
        *tool_choice = ToolChoice::Named("f".into());
    }
    request.max_tokens = Some(9);
    request.format = Format::JsonSchema(json!({"type": "object"}));
    request.sampling = Sampling { seed: Some(3), ..Sampling::default() };
    let mut pieces = Vec::new();
    let reply = far
        .generate(request, &Cancel::new(), &mut |piece| {
            pieces.push(piece.to_owned());
            true
        })
        .unwrap();
    pieces.retain(|p| !p.is_empty());
    assert_eq!(pieces, ["Hel", "lo", "."]);
    assert_eq!((reply.text.as_str(), reply.watermark, reply.seed), ("Hello.", WatermarkState::Remote, 3));
    assert_eq!((reply.usage.prompt_tokens, reply.usage.completion_tokens), (5, 2));
    let seen = server.seen.lock().unwrap();
    let (head, body) = &seen[0];
    assert!(head.starts_with("POST /v1/chat/completions") && head.contains("Bearer secret"), "{head}");
    assert_eq!(body["model"], "their-model");
    assert_eq!((&body["max_tokens"], &body["seed"], &body["stream"]), (&json!(9), &json!(3), &json!(true)));
    assert_eq!(body["tool_choice"]["function"]["name"], "f");
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert!(body.get("top_k").is_none(), "only what OpenAI's API knows");
}

#[test]
fn a_server_without_streams_and_plain_completions_work() {
    let whole = json!({"choices": [{"text": "Once.", "finish_reason": "length"}]});
    let server = server(vec![Act::Whole(whole)]);
    let far = engine(&server, |o| o.extended = true);
    let reply = far.generate(GenerateRequest::plain("Go"), &Cancel::new(), &mut |_| true).unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("Once.", Finish::Length));
    let seen = server.seen.lock().unwrap();
    assert!(seen[0].0.starts_with("POST /v1/completions"));
    assert_eq!((&seen[0].1["prompt"], &seen[0].1["top_k"]), (&json!("Go"), &json!(40)));
}

#[test]
fn what_may_pass_is_tried_again_and_what_may_not_is_told() {
    let again = server(vec![Act::Status(503, ""), Act::Status(429, "{}"), words(&["Yes."])]);
    let far = engine(&again, |o| o.retries = 2);
    assert_eq!(ask(&far).unwrap().text, "Yes.");
    assert_eq!(again.seen.lock().unwrap().len(), 3);

    let wrong = server(vec![Act::Status(400, "{\"error\":{\"message\":\"no such\\nfield\"}}")]);
    let error = ask(&engine(&wrong, |o| o.retries = 2)).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (ErrorCode::BadInput, "'far' refused the request (400): no such field")
    );
    assert_eq!(wrong.seen.lock().unwrap().len(), 1);

    let locked = server(vec![Act::Status(401, "")]);
    let error = ask(&engine(&locked, |_| {})).unwrap_err();
    assert!(error.to_string().contains("does not accept the key"), "{error}");
    assert!(!error.to_string().contains("secret"));

    for act in [Act::Break, Act::Noise, Act::Status(302, "")] {
        let far = engine(&server(vec![act]), |_| {});
        let error = ask(&far).unwrap_err();
        assert!(matches!(error, TextError::Remote { .. }), "{error}");
        assert_eq!(error.to_string().lines().count(), 1);
    }
}

#[test]
fn words_that_were_sent_are_not_sent_again() {
    let server = server(vec![Act::Break, words(&["Hello."])]);
    let far = engine(&server, |o| o.retries = 3);
    let mut heard = String::new();
    let result = far.generate(hello(), &Cancel::new(), &mut |piece| {
        heard.push_str(piece);
        true
    });
    assert!(matches!(result, Err(TextError::Remote { .. })));
    assert_eq!((heard.as_str(), server.seen.lock().unwrap().len()), ("Hello", 1));
}

#[test]
fn silence_ends_and_a_stop_does_not_wait_for_it() {
    let server = server(vec![Act::Stall]);
    let far = engine(&server, |o| o.silence = Duration::from_millis(300));
    let began = Instant::now();
    let error = ask(&far).unwrap_err();
    assert!(error.to_string().contains("has said nothing"), "{error}");
    let patient = engine(&server, |_| {});
    let cancel = Cancel::new();
    let stop = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        stop.cancel();
    });
    let stopped = patient.generate(hello(), &cancel, &mut |_| true);
    assert!(matches!(stopped, Err(TextError::Cancelled(_))));
    // And a receiver that has heard enough ends it with what there is.
    let enough = patient.generate(hello(), &Cancel::new(), &mut |_| false).unwrap();
    assert_eq!(enough.finish, Finish::Receiver);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_dead_server_is_left_alone_for_a_while() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = Server { url: format!("http://{closed}/v1"), seen: Arc::default() };
    let far = engine(&dead, |_| {});
    for _ in 0..5 {
        assert!(ask(&far).unwrap_err().to_string().contains("cannot be reached"));
    }
    let error = ask(&far).unwrap_err();
    assert!(error.to_string().contains("left alone"), "{error}");
}

#[test]
fn what_cannot_be_asked_of_another_server_is_refused() {
    let server = server(vec![words(&["x"])]);
    let far = engine(&server, |o| o.at_once = 1);
    let grammar = GenerateRequest { format: Format::Grammar("root ::= \"a\"".into()), ..hello() };
    let hot =
        GenerateRequest { sampling: Sampling { temperature: f32::NAN, ..Sampling::default() }, ..hello() };
    for request in [grammar, hot] {
        let error = far.generate(request, &Cancel::new(), &mut |_| true).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadInput, "{error}");
    }
    assert!(server.seen.lock().unwrap().is_empty());
    for url in ["ftp://x", "http://", "localhost:1", "http://a b"] {
        assert!(Remote::new("x", RemoteOptions::new(url, "m")).is_err(), "{url}");
    }
}
