//! Jobs, the gallery, films, people: over HTTP, with real engines. Needs ffmpeg and the models of the
//! group `test`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod events;
mod jobs;
mod oidc;
mod people;
mod sounds;
mod works;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use colophon_server::{ServerOptions, serve};
use colophon_studio::{Config, Studio};
use colophon_types::Cancel;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A job of these tests ends within so long, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// The small language model.
const MODEL: &str = "qwen2.5-coder-0.5b-instruct-q4";

/// A server in a thread of this program.
struct House {
    address: SocketAddr,
    studio: Arc<Studio>,
    stop: Cancel,
    thread: Option<std::thread::JoinHandle<()>>,
    home: TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An answer: its status and its JSON, or its text.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: ureq::http::HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{} is no JSON: {e}: {text}", self.status))
    }

    /// The JSON of an answer that went well.
    fn fine(&self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            String::from_utf8_lossy(&self.bytes)
        );
        self.json()
    }

    /// The code of an error.
    fn code(&self) -> String {
        assert!(self.status >= 400, "{}", self.status);
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.head.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

impl House {
    fn open() -> Self {
        Self::with(ServerOptions::default())
    }

    fn with(options: ServerOptions) -> Self {
        Self::with_settings(options, Config::default())
    }

    /// One whose settings say more than where it is.
    fn with_settings(options: ServerOptions, more: Config) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(colophon_test::models_dir(), home.path().join("models")).unwrap();
        let config =
            Config { home: Some(home.path().to_owned()), offline: true, model: Some(MODEL.into()), ..more };
        let studio = Arc::new(Studio::open(config).unwrap());
        let stop = Cancel::new();
        let hear = stop.clone();
        let stopping = async move {
            while !hear.is_cancelled() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let (send, receive) = std::sync::mpsc::channel();
        let shared = Arc::clone(&studio);
        let thread = std::thread::spawn(move || {
            let ready = |address| send.send(address).unwrap();
            serve(shared, "127.0.0.1:0".parse().unwrap(), options, false, ready, stopping).unwrap();
        });
        let address = receive.recv_timeout(Duration::from_secs(30)).unwrap();
        Self { address, studio, stop, thread: Some(thread), home }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn ask(&self, method: &str, path: &str, head: &[(&str, &str)], body: Option<(&str, Vec<u8>)>) -> Answer {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in head {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some((kind, bytes)) => {
                request = request.header("content-type", kind);
                bytes
            }
            None => Vec::new(),
        };
        let agent = ureq::Agent::new_with_config(config);
        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
        let (status, head) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.body_mut().with_config().limit(512 << 20).read_to_vec().unwrap();
        Answer { status, head, bytes }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], None)
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &[], Some(("application/json", body.to_string().into_bytes())))
    }

    /// Brings a file and gives its identifier.
    fn bring(&self, name: &str, bytes: &[u8]) -> String {
        let answer = self.form("/v1/uploads", &[("file", Some(name), bytes)]);
        answer.fine()["id"].as_str().unwrap().to_owned()
    }

    /// Sends a form: names, file names where there are any, and contents.
    fn form(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut form = Vec::new();
        for (name, file, content) in parts {
            let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            form.extend_from_slice(head.as_bytes());
            form.extend_from_slice(content);
            form.extend_from_slice(b"\r\n");
        }
        form.extend_from_slice(b"--x--\r\n");
        self.ask("POST", path, &[], Some(("multipart/form-data; boundary=x", form)))
    }

    fn submit(&self, kind: &str, request: Value) -> Value {
        let answer = self.post("/v1/jobs", &json!({"kind": kind, "request": request}));
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.json()
    }

    /// Waits for the end of a job.
    fn end(&self, job: &Value) -> Value {
        let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
        let began = Instant::now();
        loop {
            let job = self.get(&path).fine();
            if !matches!(job["status"].as_str().unwrap(), "queued" | "running") {
                return job;
            }
            assert!(began.elapsed() < PATIENCE, "{job}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Makes something and gives the job that made it.
    fn make(&self, kind: &str, request: Value) -> Value {
        let done = self.end(&self.submit(kind, request));
        assert_eq!(done["status"], "done", "{done}");
        done
    }

    /// A small picture, made quickly.
    fn picture(&self) -> Value {
        let done =
            self.make("picture", json!({"prompt": "a red boat on the sea", "size": "384x256", "seed": 5}));
        done["works"][0].clone()
    }
}
