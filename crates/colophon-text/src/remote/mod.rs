//! The gateway: any server that speaks the OpenAI chat API as an engine of ours, so that the same
//! guard, label, credential and log apply to what it writes. Its sampler is not ours: its text
//! carries no watermark and says so.
//!
//! Threading contract: a [`Remote`] may be shared. Each request runs on two threads, one that reads
//! the connection and one that hands on what arrives, so that a silent server does not hold up a
//! stop. At most [`RemoteOptions::at_once`] run at the same time.

mod breaker;
mod options;
mod wire;

use std::io::{BufRead as _, BufReader, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use colophon_types::Cancel;
use serde_json::Value;

use crate::TextError;
use crate::chat::{Chat, Delta, Finish, GenerateRequest, ModelInfo, Reply, Sink};
use breaker::Breaker;
pub use options::RemoteOptions;
use wire::Gathered;

/// Largest reply that is read, in bytes.
const MAX_REPLY: u64 = 64 << 20;
/// Longest wait that a server's `Retry-After` can ask for.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// How often a waiting request looks whether it is to stop.
const TICK: Duration = Duration::from_millis(25);
/// How often a silent request asks its receiver whether to go on, with an empty piece.
const ASK: Duration = Duration::from_millis(250);

/// An engine at another server.
pub struct Remote(Arc<Shared>);

struct Shared {
    id: String,
    options: RemoteOptions,
    agent: ureq::Agent,
    breaker: Breaker,
    running: AtomicUsize,
}

/// What the reading thread reports.
enum Arrival {
    /// The server took the request.
    Accepted,
    /// One event of the stream, or the whole reply.
    Event(Value),
    End,
    Failed(Trouble),
}

/// Why a try failed.
struct Trouble {
    reason: String,
    /// Whether another try may do better, and after how long at least.
    again: Option<Duration>,
    /// Whether the request is at fault, not the server.
    ours: bool,
}

/// Counts a running request until it is dropped.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Remote {
    /// An engine called `id` at another server. Nothing is sent yet.
    ///
    /// # Errors
    /// [`TextError::Parameter`] for an address that is none.
    pub fn new(id: &str, options: RemoteOptions) -> Result<Self, TextError> {
        let url = options.url.trim_end_matches('/').to_owned();
        let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        if host.is_none_or(|h| h.is_empty() || h.contains(char::is_whitespace)) {
            return Err(TextError::Parameter {
                name: "url",
                wanted: "an http:// or https:// address".into(),
            });
        }
        let agent = ureq::Agent::config_builder()
            .timeout_connect(Some(options.connect))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .new_agent();
        let options = RemoteOptions { url, ..options };
        let shared = Shared {
            id: id.to_owned(),
            options,
            agent,
            breaker: Breaker::default(),
            running: AtomicUsize::new(0),
        };
        Ok(Self(Arc::new(shared)))
    }
}

impl Chat for Remote {
    fn info(&self) -> ModelInfo {
        let Shared { id, options, .. } = &*self.0;
        ModelInfo {
            id: id.clone(),
            engine: format!("remote {}", options.model),
            context: options.context,
            parameters: 0,
            vision: true,
            watermark: false,
        }
    }

    fn submit(&self, request: GenerateRequest, cancel: &Cancel, sink: Sink) -> Result<(), TextError> {
        request.sampling.check()?;
        let body = wire::body(&request, &self.0.options)?;
        self.0.breaker.allows().map_err(|wait| self.0.failed(wait))?;
        let before = self.0.running.fetch_add(1, Ordering::AcqRel);
        let running = Running(Arc::clone(&self.0));
        if before >= self.0.options.at_once {
            return Err(TextError::Busy { waiting: before });
        }
        let cancel = cancel.clone();
        let spawned = std::thread::Builder::new().name("remote".into()).spawn(move || {
            let shared = Arc::clone(&running.0);
            shared.converse(&request, &body, &cancel, sink);
            drop(running);
        });
        spawned.map(drop).map_err(|_| TextError::Stopped)
    }

    /// An estimate: the tokenizer is the server's.
    fn count_tokens(&self, text: &str) -> Result<usize, TextError> {
        let wide = text.chars().filter(|c| !c.is_ascii()).count();
        Ok(wide + (text.len() - wide.min(text.len())).div_ceil(4))
    }
}

impl Shared {
    fn failed(&self, reason: String) -> TextError {
        TextError::Remote { model: self.id.clone(), reason }
    }

    /// One request with its tries, to its end.
    fn converse(self: &Arc<Self>, request: &GenerateRequest, body: &Value, cancel: &Cancel, mut sink: Sink) {
        let mut tries = 0;
        let end = loop {
            let trouble = match self.attempt(request, body, cancel, &mut sink) {
                Ok(reply) => {
                    self.breaker.succeeded();
                    break Delta::Done(Box::new(reply));
                }
                Err(Some(trouble)) => trouble,
                // Stopped on request: not the server's fault.
                Err(None) => break Delta::Failed(TextError::Cancelled(colophon_types::Cancelled)),
            };
            if trouble.ours {
                break Delta::Failed(TextError::Unsupported(format!("'{}' {}", self.id, trouble.reason)));
            }
            match trouble.again {
                Some(asked) if tries < self.options.retries => {
                    let usual = Duration::from_millis(300) * 3u32.pow(tries);
                    tries += 1;
                    if cancel.pause(usual.max(asked).min(MAX_PAUSE)).is_err() {
                        break Delta::Failed(TextError::Cancelled(colophon_types::Cancelled));
                    }
                }
                _ => {
                    self.breaker.failed();
                    break Delta::Failed(self.failed(trouble.reason));
                }
            }
        };
        sink(end);
    }

    /// One try. `Err(None)` when it was stopped.
    fn attempt(
        self: &Arc<Self>,
        request: &GenerateRequest,
        body: &Value,
        cancel: &Cancel,
        sink: &mut Sink,
    ) -> Result<Reply, Option<Trouble>> {
        let (send, arrivals) = sync_channel(16);
        let (shared, path, body) = (Arc::clone(self), wire::path(request), body.clone());
        let reader = std::thread::Builder::new().name("remote reader".into());
        let lost = |reason: &str| Trouble { reason: reason.into(), again: None, ours: false };
        reader
            .spawn(move || shared.read(path, &body, &send))
            .map_err(|_| Some(lost("cannot be reached: no thread is left")))?;
        let mut gathered = Gathered::default();
        let mut last = Instant::now();
        let mut asked = last;
        loop {
            if cancel.is_cancelled() {
                return Err(None);
            }
            match arrivals.recv_timeout(TICK) {
                Ok(arrival) => {
                    last = Instant::now();
                    match arrival {
                        Arrival::Accepted => {}
                        Arrival::Event(event) => {
                            let more = gathered
                                .add(&event)
                                .map_err(|reason| Some(Trouble { reason, again: None, ours: false }))?;
                            let silent = more.is_empty();
                            if !silent && !sink(Delta::Text(more, Vec::new())) {
                                return Ok(gathered.reply(request, Some(Finish::Receiver)));
                            }
                        }
                        Arrival::End => break,
                        Arrival::Failed(mut trouble) => {
                            // Words that were sent cannot be taken back.
                            if !gathered.is_empty() {
                                trouble.again = None;
                            }
                            return Err(Some(trouble));
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) if last.elapsed() > self.options.silence => {
                    let seconds = self.options.silence.as_secs();
                    return Err(Some(lost(&format!("has said nothing for {seconds} seconds"))));
                }
                Err(RecvTimeoutError::Timeout) => {
                    if asked.elapsed() >= ASK {
                        asked = Instant::now();
                        if !sink(Delta::Text(String::new(), Vec::new())) {
                            return Ok(gathered.reply(request, Some(Finish::Receiver)));
                        }
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Some(lost("broke off its answer")));
                }
            }
        }
        let reply = gathered.reply(request, None);
        for call in &reply.tool_calls {
            sink(Delta::ToolCall(call.clone()));
        }
        Ok(reply)
    }

    /// Sends the request and reads the answer; ends when nobody listens any more.
    fn read(&self, path: &str, body: &Value, send: &SyncSender<Arrival>) {
        if let Err(trouble) = self.exchange(path, body, send) {
            let _ = send.send(Arrival::Failed(trouble));
        }
    }

    fn exchange(&self, path: &str, body: &Value, send: &SyncSender<Arrival>) -> Result<(), Trouble> {
        let again = |reason: String| Trouble { reason, again: Some(Duration::ZERO), ours: false };
        let mut post = self.agent.post(format!("{}{path}", self.options.url));
        if let Some(key) = &self.options.key {
            post = post.header("authorization", format!("Bearer {key}"));
        }
        let mut response = post.send_json(body).map_err(|e| again(format!("cannot be reached: {e}")))?;
        let status = response.status().as_u16();
        let header = |name: &str| {
            response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (kind, wait) = (header("content-type"), header("retry-after"));
        let reader = response.body_mut().as_reader().take(MAX_REPLY);
        if status != 200 {
            let mut text = String::new();
            let _ = reader.take(1 << 16).read_to_string(&mut text);
            return Err(refusal(status, &text, &wait));
        }
        if send.send(Arrival::Accepted).is_err() {
            return Ok(());
        }
        if !kind.starts_with("text/event-stream") {
            let whole = serde_json::from_reader(reader)
                .map_err(|_| again("answered with something that is no JSON".into()))?;
            let _ = send.send(Arrival::Event(whole));
            let _ = send.send(Arrival::End);
            return Ok(());
        }
        for line in BufReader::new(reader).lines() {
            let line = line.map_err(|e| again(format!("broke off its answer: {e}")))?;
            let Some(data) = line.strip_prefix("data:").map(str::trim) else { continue };
            if data == "[DONE]" {
                let _ = send.send(Arrival::End);
                return Ok(());
            }
            let event =
                serde_json::from_str(data).map_err(|_| again("sent an event that is no JSON".into()))?;
            if send.send(Arrival::Event(event)).is_err() {
                return Ok(());
            }
        }
        Err(again("broke off its answer".into()))
    }
}

/// What a status other than 200 means.
fn refusal(status: u16, body: &str, wait: &str) -> Trouble {
    let said = serde_json::from_str::<Value>(body).ok().and_then(|body| {
        let message = body.pointer("/error/message").or_else(|| body.get("message"))?;
        Some(message.as_str()?.chars().take(300).collect::<String>().replace('\n', " "))
    });
    let said = said.map(|s| format!(": {s}")).unwrap_or_default();
    let after = wait.trim().parse().map(Duration::from_secs).unwrap_or(Duration::ZERO);
    match status {
        401 | 403 => Trouble { reason: format!("does not accept the key{said}"), again: None, ours: false },
        429 => Trouble { reason: format!("is busy{said}"), again: Some(after), ours: false },
        408 | 500..=599 => {
            Trouble { reason: format!("failed with status {status}{said}"), again: Some(after), ours: false }
        }
        300..=399 => Trouble { reason: "sends requests elsewhere".into(), again: None, ours: false },
        _ => Trouble { reason: format!("refused the request ({status}){said}"), again: None, ours: true },
    }
}
