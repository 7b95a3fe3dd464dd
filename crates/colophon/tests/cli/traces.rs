//! What whoever runs the studio sees of it: traces at a collector, which the test plays, and a log.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use colophon_test::http::read_request;
use colophon_test::postgres;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use prost::Message as _;
use serde_json::{Value, json};

use crate::serving::Server;
use crate::{Home, text};

/// How long something may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Heads and bodies.
type Taken = Vec<(String, Vec<u8>)>;

/// A server on loopback that takes everything and keeps it.
struct Taker {
    url: String,
    taken: Arc<Mutex<Taken>>,
}

impl Taker {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let request = read_request(&stream);
                let _ =
                    (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                keep.lock().expect("no panic").push(request);
            }
        });
        Self { url, taken }
    }

    fn taken(&self) -> Vec<(String, Vec<u8>)> {
        self.taken.lock().expect("no panic").clone()
    }

    /// The spans that came, by name. Only the last of a name is kept.
    fn spans(&self) -> BTreeMap<String, Seen> {
        let mut spans = BTreeMap::new();
        for (head, body) in self.taken() {
            assert!(head.starts_with("POST /v1/traces "), "{head}");
            let sent = ExportTraceServiceRequest::decode(&*body).expect("OTLP in protobuf");
            for resource in sent.resource_spans {
                let service = resource.resource.iter().flat_map(|r| &r.attributes).find_map(|a| {
                    let Some(Any::StringValue(name)) = a.value.as_ref()?.value.as_ref() else { return None };
                    (a.key == "service.name").then(|| name.clone())
                });
                for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                    let seen = Seen {
                        service: service.clone().expect("a service"),
                        trace: hex(&span.trace_id),
                        id: hex(&span.span_id),
                        parent: hex(&span.parent_span_id),
                        lasts: span.end_time_unix_nano.checked_sub(span.start_time_unix_nano),
                    };
                    spans.insert(span.name, seen);
                }
            }
        }
        spans
    }
}

#[derive(Debug)]
struct Seen {
    service: String,
    trace: String,
    id: String,
    parent: String,
    lasts: Option<u64>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A program that is killed when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn one_trace_leads_from_the_request_over_the_worker_to_the_webhook() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const CALLER: &str = "00f067aa0ba902b7";
    let home = Home::new();
    let (collector, hook) = (Taker::start(), Taker::start());
    let shared = postgres::Server::start();
    let database = shared.database();
    let settings = |service: &'static str| {
        [
            ("COLOPHON_DATABASE", database.as_str()),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_SERVICE_NAME", service),
        ]
    };
    let server = Server::of(&home, &["--jobs", "0", "--private-webhooks"], &settings("front"));
    let mut worker = home.colophon(&["worker", "--engines", "audio", "--jobs", "1"]);
    let worker = worker.envs(settings("back")).stderr(Stdio::null()).spawn().expect("the program starts");
    let _worker = Running(worker);
    let order = json!({
        "kind": "sound", "request": {"prompt": "rain", "seconds": 2}, "webhook": format!("{}/told", hook.url),
    });
    let request = ureq::post(server.url("/v1/jobs")).header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
    assert_eq!(request.send_json(&order).expect("an answer").status().as_u16(), 202);
    let began = Instant::now();
    let wanted = ["POST /v1/jobs", "job.accept", "job.claim", "job.attempt", "seal", "webhook"];
    let spans = loop {
        let spans = collector.spans();
        if wanted.iter().all(|name| spans.contains_key(*name)) {
            break spans;
        }
        assert!(began.elapsed() < PATIENCE, "{spans:?}");
        std::thread::sleep(Duration::from_millis(50));
    };
    let parents = [
        ("POST /v1/jobs", CALLER, "front"),
        ("job.accept", &*spans["POST /v1/jobs"].id, "front"),
        ("job.claim", &spans["job.accept"].id, "back"),
        ("job.attempt", &spans["job.accept"].id, "back"),
        ("seal", &spans["job.attempt"].id, "back"),
        ("webhook", &spans["job.accept"].id, "front"),
    ];
    for (name, parent, service) in parents {
        let span = &spans[name];
        assert_eq!(
            (&*span.trace, &*span.parent, &*span.service),
            (TRACE, parent, service),
            "{name}: {spans:?}"
        );
        assert!(span.lasts.is_some(), "{name} ends before it begins");
    }
    assert!(spans["seal"].lasts <= spans["job.attempt"].lasts, "{spans:?}");
    let (head, _) = hook.taken().into_iter().next().expect("the webhook was told");
    let stands = format!("traceparent: 00-{TRACE}-{}-01", spans["webhook"].id);
    assert!(head.contains(&stands), "{stands} is not in {head}");
}

#[test]
fn a_log_of_json_lines_names_the_trace_and_tells_no_secret() {
    const PASSWORD: &str = "correct horse battery";
    const COLLECTORS: &str = "collectors-own-secret";
    let home = Home::without_models();
    let key = text(&home.run(&["serve", "keys", "add", "phone"]).stdout).trim().to_owned();
    let mut account = home.colophon(&["serve", "accounts", "add", "ann", "--role", "admin"]);
    let mut account = account.stdin(Stdio::piped()).spawn().expect("the program starts");
    let stdin = account.stdin.as_mut().expect("its input");
    stdin.write_all(PASSWORD.as_bytes()).expect("it reads");
    assert!(account.wait_with_output().expect("it ends").status.success());
    let collector = Taker::start();
    let log = home.path("log.jsonl");
    let mut server = home.colophon(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
    // Everything that any part of the program has to say.
    server.env("COLOPHON_LOG", "trace").env("OTEL_BSP_SCHEDULE_DELAY", "100");
    server.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url);
    server.env("OTEL_EXPORTER_OTLP_HEADERS", format!("authorization=Bearer {COLLECTORS}"));
    server.stderr(std::fs::File::create(&log).expect("a file"));
    let server = Running(server.spawn().expect("the program starts"));
    let began = Instant::now();
    let lines = || std::fs::read_to_string(&log).expect("the log");
    let base = loop {
        let found = lines()
            .split_once("listening on ")
            .and_then(|(_, rest)| rest.split_once("/v1").map(|(base, _)| base.to_owned()));
        if let Some(base) = found {
            break base;
        }
        assert!(began.elapsed() < PATIENCE, "{}", lines());
        std::thread::sleep(Duration::from_millis(20));
    };
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent = ureq::Agent::new_with_config(config);
    let works = |key: &str| {
        let request = agent.get(format!("{base}/v1/works")).header("authorization", format!("Bearer {key}"));
        request.call().expect("an answer").status().as_u16()
    };
    assert_eq!((works(&key), works("clp-wrong-key")), (200, 401));
    let entry = json!({"name": "ann", "password": PASSWORD});
    let mut entered = agent.post(format!("{base}/v1/session")).send_json(&entry).expect("an answer");
    assert_eq!(entered.status().as_u16(), 200);
    let cookie = entered.headers()["set-cookie"].to_str().expect("text").to_owned();
    let token = cookie.split(['=', ';']).nth(1).expect("a token");
    let csrf =
        entered.body_mut().read_json::<Value>().expect("JSON")["csrf"].as_str().expect("text").to_owned();
    agent.get(format!("{base}/v1/session?code=a-code-of-someone")).call().expect("an answer");
    while collector.taken().is_empty() {
        assert!(began.elapsed() < PATIENCE, "{}", lines());
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(server);
    let told = lines();
    for secret in [&*key, "clp-wrong-key", PASSWORD, token, &csrf, "a-code-of-someone", COLLECTORS] {
        assert!(!told.contains(secret), "{secret} stands in the log");
    }
    let traces: Vec<String> = told
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .filter(|line| line["message"] == "answered")
        .map(|line| line["trace_id"].as_str().expect("a trace").to_owned())
        .collect();
    assert_eq!(traces.len(), 4, "{told}");
    let spans = collector.spans();
    assert!(spans.values().any(|span| traces.contains(&span.trace)), "{spans:?}");
    assert!(spans.values().all(|span| span.service == "colophon"), "{spans:?}");
}
