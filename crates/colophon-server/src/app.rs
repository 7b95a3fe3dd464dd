//! What the handlers share, and how bodies are read.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use colophon_studio::Studio;
use colophon_studio::chat::Message;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use crate::buckets::Buckets;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::oidc::Provider;
use crate::patience::Patience;

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
    /// Requests of one key or account a minute; any number where none is given.
    pub a_minute: Option<u32>,
    /// Jobs that are worked on at the same time; with 0 others work on them.
    pub jobs_at_once: usize,
    /// Days that a work stays in the trash.
    pub trash_days: u32,
    /// Largest file that is brought for a job, in bytes.
    pub max_upload: u64,
    /// Whether webhooks may go to addresses of private networks and of this machine.
    pub private_webhooks: bool,
    /// How patient it is with slow clients.
    pub patience: Patience,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            max_body: 10 << 20,
            cors: None,
            loopback: true,
            a_minute: None,
            jobs_at_once: 2,
            trash_days: 30,
            max_upload: 1 << 30,
            private_webhooks: false,
            patience: Patience::default(),
        }
    }
}

/// What the handlers share.
pub(crate) struct App {
    pub(crate) studio: Arc<Studio>,
    pub(crate) options: ServerOptions,
    pub(crate) buckets: Buckets,
    pub(crate) metrics: Metrics,
    pub(crate) responses: Responses,
    /// What `/openapi.json` answers with.
    pub(crate) document: serde_json::Value,
    /// Places for those who verify without a key.
    pub(crate) verifying: Semaphore,
    /// A place for one whose password is hashed.
    pub(crate) signing: Semaphore,
    /// The identity provider, where one is set up.
    pub(crate) oidc: Option<Arc<Provider>>,
    /// Places for those who come through it.
    pub(crate) arriving: Semaphore,
}

impl App {
    pub(crate) fn new(studio: Arc<Studio>, options: ServerOptions, document: serde_json::Value) -> Self {
        let oidc = studio.config().oidc.clone().map(|config| Arc::new(Provider::new(config)));
        Self {
            studio,
            options,
            oidc,
            arriving: Semaphore::new(ARRIVING),
            buckets: Buckets::default(),
            metrics: Metrics::default(),
            responses: Responses::default(),
            document,
            verifying: Semaphore::new(VERIFYING),
            signing: Semaphore::new(1),
        }
    }

    /// Files of this machine are models for those on this machine alone: from elsewhere a model is called by
    /// its name.
    pub(crate) fn model_may_be(&self, model: Option<&str>) -> Result<(), ApiError> {
        let is_path = |name: &str| name.ends_with(".gguf") || name.contains(['/', '\\']);
        let known = |name: &str| self.studio.text_models().iter().any(|m| m.id == name);
        match model.filter(|name| !self.options.loopback && is_path(name) && !known(name)) {
            Some(name) => {
                let message = format!("there is no model '{name}': see /v1/models");
                Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) })
            }
            None => Ok(()),
        }
    }

    /// Whether everyone must say who they are.
    pub(crate) fn is_guarded(&self) -> Result<bool, ApiError> {
        Ok(self.oidc.is_some() || self.studio.store()?.is_guarded()?)
    }

    /// Lets work that waits for disks or processors go on beside the connections.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Studio) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let studio = Arc::clone(&self.studio);
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| work(&studio))).await;
        done.map_err(|_| ApiError::stopped())?
    }
}

/// People who come through the identity provider at the same time.
const ARRIVING: usize = 4;
/// Files that are verified at the same time.
const VERIFYING: usize = 2;

pub(crate) type Shared = State<Arc<App>>;

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

/// What stands behind the question mark. What cannot be read is an error in the API's own shape.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|query| Self(query.0))
            .map_err(|e| ApiError::bad(format!("the address cannot be read: {}", e.body_text()), None))
    }
}

/// The parts of a path that are filled in; read as [`Query`] is.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0))
            .map_err(|e| ApiError::bad(format!("the address cannot be read: {}", e.body_text()), None))
    }
}

/// How many entries a list has.
pub(crate) fn limit(asked: Option<usize>, usual: usize, most: usize) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(usual);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::bad(format!("'limit' must be between 1 and {most}"), Some("limit")))
}

/// Reads a JSON body; errors name the field.
pub(crate) async fn read_json<T: DeserializeOwned>(app: &App, body: Body) -> Result<T, ApiError> {
    json_within(app.options.max_body, body).await
}

/// Reads a JSON body of at most `limit` bytes; errors name the field.
pub(crate) async fn json_within<T: DeserializeOwned>(limit: usize, body: Body) -> Result<T, ApiError> {
    let mut bytes = Vec::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|e| ApiError::of_body(&e))?;
        if bytes.len() + piece.len() > limit {
            return Err(ApiError::too_large(limit));
        }
        bytes.extend_from_slice(&piece);
    }
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let path = e.path().to_string();
        let param = (path != "." && path != "?").then_some(path);
        ApiError::bad(format!("the request cannot be read: {}", e.into_inner()), param.as_deref())
    })?;
    reader.end().map_err(|e| ApiError::bad(format!("the request cannot be read: {e}"), None))?;
    Ok(value)
}
