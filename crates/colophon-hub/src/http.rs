//! Downloads over HTTP that go on where they stopped (RFC 9110, section 14: range requests), from a
//! web server or from Hugging Face.
//!
//! Threading contract: the connection is read on a thread of its own that touches no file, so that
//! the caller can stop at once, however long the server is silent.

use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use colophon_types::Cancel;

use crate::HubError;
use crate::digest::Growing;

/// How often a broken connection is taken up again before giving up.
const ATTEMPTS: u32 = 4;
/// A server that says nothing for so long is given up.
const SILENCE: Duration = Duration::from_secs(60);
const CHUNK: usize = 1 << 17;

/// One file at a server.
pub(crate) struct Remote {
    pub(crate) url: String,
    pub(crate) token: Option<String>,
    /// What to call it in messages.
    pub(crate) what: String,
}

/// Brings `growing` from `start + n` to `start + size` bytes, where `n` bytes of `remote` are there
/// already. `arrived` is told how many bytes of the remote file are there.
pub(crate) fn download(
    remote: &Remote,
    growing: &mut Growing,
    start: u64,
    size: u64,
    arrived: &mut dyn FnMut(u64),
    cancel: &Cancel,
) -> Result<(), HubError> {
    let mut failures = 0;
    loop {
        let before = growing.len();
        match attempt(remote, growing, start, size, arrived, cancel) {
            Ok(()) => return Ok(()),
            Err(error @ (HubError::Unreachable { .. } | HubError::Fetch { .. })) => {
                failures = if growing.len() > before { 1 } else { failures + 1 };
                if failures >= ATTEMPTS {
                    return Err(error);
                }
                cancel.pause(Duration::from_millis(250) * failures * failures)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// What the reading thread reports.
enum Message {
    Head { status: u16, first_byte: u64 },
    Bytes(Vec<u8>),
    End,
    Broken(String),
}

fn attempt(
    remote: &Remote,
    growing: &mut Growing,
    start: u64,
    size: u64,
    arrived: &mut dyn FnMut(u64),
    cancel: &Cancel,
) -> Result<(), HubError> {
    let what = || remote.what.clone();
    let offset = growing.len() - start;
    if offset == size {
        return Ok(());
    }
    let messages = open(remote, offset);
    let mut last = Instant::now();
    loop {
        cancel.check()?;
        let message = match messages.recv_timeout(Duration::from_millis(50)) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) if last.elapsed() < SILENCE => continue,
            Err(_) => Message::Broken("the server fell silent".into()),
        };
        last = Instant::now();
        match message {
            Message::Head { status: 206, first_byte } if first_byte == offset => {}
            // The server does not do ranges, or not this one: from the beginning.
            Message::Head { status: 200 | 206, first_byte } => {
                if first_byte != 0 {
                    return Err(HubError::Fetch {
                        what: what(),
                        detail: "the server sent another range".into(),
                    });
                }
                growing.shorten(start, cancel)?;
            }
            Message::Head { status: 416, .. } => {
                growing.shorten(start, cancel)?;
                return Err(HubError::Fetch {
                    what: what(),
                    detail: "the file at the server is shorter".into(),
                });
            }
            Message::Head { status: 401 | 403, .. } => return Err(HubError::Forbidden { what: what() }),
            Message::Head { status: status @ (404 | 410), .. } => {
                return Err(HubError::NotFound { what: what(), detail: format!("status {status}") });
            }
            Message::Head { status, .. } => {
                return Err(HubError::Fetch {
                    what: what(),
                    detail: format!("the server answered with status {status}"),
                });
            }
            Message::Bytes(bytes) => {
                if growing.len() - start + bytes.len() as u64 > size {
                    growing.shorten(start, cancel)?;
                    let problem =
                        format!("the server sends more than the {size} bytes that the catalogue records");
                    return Err(HubError::BadPackage { what: what(), problem });
                }
                growing.write(&bytes)?;
                arrived(growing.len() - start);
            }
            Message::End if growing.len() - start == size => return Ok(()),
            Message::End => {
                return Err(HubError::Fetch { what: what(), detail: "the server sent too few bytes".into() });
            }
            Message::Broken(detail) => return Err(HubError::Unreachable { what: what(), detail }),
        }
    }
}

/// Starts the request; the thread ends by itself once nobody listens.
fn open(remote: &Remote, offset: u64) -> Receiver<Message> {
    let (sender, receiver) = sync_channel(4);
    let (url, token) = (remote.url.clone(), remote.token.clone());
    std::thread::spawn(move || {
        if let Err(problem) = read(&url, token.as_deref(), offset, &sender) {
            let _ = sender.send(Message::Broken(problem));
        }
    });
    receiver
}

fn read(url: &str, token: Option<&str>, offset: u64, sender: &SyncSender<Message>) -> Result<(), String> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .redirect_auth_headers(ureq::config::RedirectAuthHeaders::SameHost)
        .timeout_connect(Some(Duration::from_secs(30)))
        .user_agent(concat!("colophon/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent = ureq::Agent::new_with_config(config);
    let mut request = agent.get(url).header("accept-encoding", "identity");
    if offset > 0 {
        request = request.header("range", format!("bytes={offset}-"));
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = request.call().map_err(|e| e.to_string())?;
    let status = response.status().as_u16();
    let range = response.headers().get("content-range").and_then(|v| v.to_str().ok());
    let first_byte =
        if status == 206 { first_of(range).ok_or("the server sent a range without its place")? } else { 0 };
    if sender.send(Message::Head { status, first_byte }).is_err() || status >= 300 {
        return Ok(());
    }
    let mut body = response.into_body().into_reader();
    loop {
        let mut bytes = vec![0; CHUNK];
        let n = body.read(&mut bytes).map_err(|e| e.to_string())?;
        bytes.truncate(n);
        let message = if n == 0 { Message::End } else { Message::Bytes(bytes) };
        if sender.send(message).is_err() || n == 0 {
            return Ok(());
        }
    }
}

/// The first position of a `Content-Range: bytes 100-199/1000`.
fn first_of(range: Option<&str>) -> Option<u64> {
    range?.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// Where the model hub of Hugging Face is, unless `HF_ENDPOINT` says otherwise.
const HUGGING_FACE: &str = "https://huggingface.co";

/// Where Hugging Face keeps a file, and the user's own copy of it.
pub(crate) struct HuggingFace {
    endpoint: String,
    home: PathBuf,
    token: Option<String>,
}

impl HuggingFace {
    /// With the endpoint and token given, or the usual endpoint and the token that the user's
    /// Hugging Face client has stored.
    pub(crate) fn new(endpoint: Option<&str>, token: Option<&str>) -> Self {
        let home = std::env::var_os("HF_HOME").map(PathBuf::from);
        let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cache").join("huggingface")));
        let home = home.unwrap_or_default();
        let stored = || std::fs::read_to_string(home.join("token")).ok();
        let token = token.map(str::to_owned).or_else(stored).map(|t| t.trim().to_owned());
        let token = token.filter(|t| !t.is_empty());
        let endpoint = endpoint.unwrap_or(HUGGING_FACE).trim_end_matches('/').to_owned();
        Self { endpoint, home, token }
    }

    /// The address of a file.
    pub(crate) fn remote(&self, repo: &str, revision: &str, path: &str) -> Remote {
        let revision = revision.replace('/', "%2F");
        let url = format!("{}/{repo}/resolve/{revision}/{path}", self.endpoint);
        Remote { url, token: self.token.clone(), what: format!("{repo}/{path}") }
    }

    /// The file in the cache that the user's Hugging Face programs share, if it is there.
    pub(crate) fn cached(&self, repo: &str, revision: &str, path: &str) -> Option<PathBuf> {
        let folder = self.home.join("hub").join(format!("models--{}", repo.replace('/', "--")));
        let commit = std::fs::read_to_string(folder.join("refs").join(revision));
        let commit = commit.map_or_else(|_| revision.to_owned(), |text| text.trim().to_owned());
        Some(folder.join("snapshots").join(commit).join(path)).filter(|file| file.is_file())
    }
}
