//! What every request needs, and the gate that all of them pass: host, key, origin.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use colophon_studio::Studio;
use colophon_studio::chat::Message;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::keys::ApiKeys;
use crate::metrics::Metrics;

/// Answers of `/v1/responses` that are kept to be gone on from.
const KEPT_RESPONSES: usize = 1000;
/// Bytes of words that they may hold together.
const KEPT_BYTES: usize = 64 << 20;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Largest request body, in bytes.
    pub max_body: usize,
    /// The origin that browsers may call from; none where not given.
    pub cors: Option<String>,
    /// Whether only this machine can reach the server.
    pub loopback: bool,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { max_body: 10 << 20, cors: None, loopback: true }
    }
}

/// What the handlers share.
pub(crate) struct App {
    pub(crate) studio: Arc<Studio>,
    pub(crate) options: ServerOptions,
    pub(crate) keys: ApiKeys,
    pub(crate) metrics: Metrics,
    pub(crate) responses: Responses,
    /// Places for those who verify without a key.
    pub(crate) verifying: Semaphore,
}

impl App {
    pub(crate) fn new(studio: Arc<Studio>, keys: ApiKeys, options: ServerOptions) -> Self {
        let (metrics, responses) = (Metrics::default(), Responses::default());
        Self { studio, options, keys, metrics, responses, verifying: Semaphore::new(VERIFYING) }
    }
}

/// Files that are verified at the same time.
const VERIFYING: usize = 2;

pub(crate) type Shared = State<Arc<App>>;

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Client(pub(crate) String);

/// A kept answer: the conversation up to and with it, and the answer as it was sent.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) client: String,
    pub(crate) messages: Vec<Message>,
    pub(crate) body: serde_json::Value,
}

/// Kept answers; the oldest go first.
#[derive(Default)]
pub(crate) struct Responses(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    kept: HashMap<String, Kept>,
    /// Identifiers and sizes, the oldest first.
    order: VecDeque<(String, usize)>,
    bytes: usize,
}

impl Responses {
    pub(crate) fn keep(&self, id: &str, kept: Kept) {
        let size = kept.messages.iter().map(|m| m.content.len() + 64).sum::<usize>();
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.kept.insert(id.to_owned(), kept);
        shelf.order.push_back((id.to_owned(), size));
        shelf.bytes += size;
        while shelf.order.len() > KEPT_RESPONSES || shelf.bytes > KEPT_BYTES {
            let Some((old, size)) = shelf.order.pop_front() else { break };
            shelf.kept.remove(&old);
            shelf.bytes = shelf.bytes.saturating_sub(size);
        }
    }

    /// A kept answer of this client.
    pub(crate) fn get(&self, id: &str, client: &str) -> Option<Kept> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.kept.get(id).filter(|k| k.client == client).cloned()
    }

    pub(crate) fn remove(&self, id: &str, client: &str) -> bool {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = shelf.kept.get(id).is_some_and(|k| k.client == client);
        own && shelf.kept.remove(id).is_some()
    }
}

/// Reads a JSON body; errors name the field.
pub(crate) async fn read_json<T: DeserializeOwned>(app: &App, body: Body) -> Result<T, ApiError> {
    json_within(app.options.max_body, body).await
}

/// Reads a JSON body of at most `limit` bytes; errors name the field.
pub(crate) async fn json_within<T: DeserializeOwned>(limit: usize, body: Body) -> Result<T, ApiError> {
    let bytes = to_bytes(body, limit).await.map_err(|_| ApiError::too_large(limit))?;
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let path = e.path().to_string();
        let param = (path != "." && path != "?").then_some(path);
        ApiError::bad(format!("the request cannot be read: {}", e.into_inner()), param.as_deref())
    })?;
    reader.end().map_err(|e| ApiError::bad(format!("the request cannot be read: {e}"), None))?;
    Ok(value)
}

/// The gate.
pub(crate) async fn gate(State(app): Shared, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = allowed_origin(&app, origin.as_ref());
    let preflight = request.method() == Method::OPTIONS && origin.is_some();
    let mut response = if preflight {
        match &allowed {
            Some(_) => StatusCode::NO_CONTENT.into_response(),
            None => ApiError::forbidden("requests from other origins are not allowed").into_response(),
        }
    } else {
        let own = origin.as_ref().is_none_or(|origin| is_own(origin, request.headers()));
        match admit(&app, request.headers(), request.uri().path(), !own && allowed.is_none()) {
            Ok(client) => {
                request.extensions_mut().insert(client);
                next.run(request).await
            }
            Err(error) => error.into_response(),
        }
    };
    if let Some(origin) = allowed {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        if preflight {
            let methods = HeaderValue::from_static("GET, POST, DELETE");
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            let names = HeaderValue::from_static("Authorization, Content-Type");
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
    }
    app.metrics.answered(response.status().as_u16(), started.elapsed());
    response
}

fn allowed_origin(app: &App, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
    let wanted = app.options.cors.as_deref()?;
    let origin = origin?;
    (wanted == "*" || origin.as_bytes() == wanted.as_bytes()).then(|| origin.clone())
}

/// Whether a page of this server asks.
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    let origin = origin.to_str().ok().and_then(|o| o.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host))
}

fn admit(app: &App, headers: &HeaderMap, path: &str, foreign: bool) -> Result<Client, ApiError> {
    if matches!(path, "/healthz" | "/readyz") {
        return Ok(Client(String::new()));
    }
    if foreign {
        return Err(ApiError::forbidden("requests from other origins are not allowed"));
    }
    if app.keys.is_empty() {
        // Without keys the server is open to this machine alone; a page on the web that points a
        // name of its own at this address must not get in.
        if app.options.loopback && !is_local_host(headers) {
            return Err(ApiError::forbidden("this host name is not served here"));
        }
        return Ok(Client("local".into()));
    }
    if matches!(path, "/v1/verify" | "/verify") {
        return Ok(Client(String::new()));
    }
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or_else(|| ApiError::unauthorised("an API key is needed: 'Authorization: Bearer KEY'"))?;
    match app.keys.check(given.trim()) {
        Some(name) => Ok(Client(name.to_owned())),
        None => Err(ApiError::unauthorised("the API key is not known here")),
    }
}

fn is_local_host(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|v| v.to_str().ok()) else { return true };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
