//! The HTTP API: OpenAI's shapes over the studio, so that an unmodified client works.
//!
//! Every handler hands a request to the [`Studio`] and sends on what comes back sealed. Threading
//! contract: handlers are asynchronous and never compute; loading, tokenising and embedding run on
//! blocking threads, generation on the engines' own.

mod api;
mod app;
mod bodies;
mod buckets;
mod connections;
mod error;
mod form;
mod gate;
mod hooks;
mod metrics;
mod oidc;
mod openapi;
mod patience;
mod reply;
mod routes;
mod sse;
mod stream;
mod traced;
mod ui;
mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use colophon_studio::oidc::OidcConfig;
use colophon_studio::{OBJECTS_GRACE, Studio, StudioError, Workers, WorkersOptions};
use colophon_types::{ErrorCode, Explain};
use tokio::net::TcpListener;

pub use app::ServerOptions;
pub use hooks::webhook_secret;
pub use patience::Patience;

use crate::app::App;
use crate::error::ApiError;

/// How long running answers may go on after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often it is looked for what need not be kept.
const FORGET: Duration = Duration::from_secs(3600);
/// How often unused engines are looked for.
const SWEEP: Duration = Duration::from_secs(30);

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// Anyone on the network could use it.
    #[error("{0} can be reached from other machines and no API key is set")]
    Open(SocketAddr),
    /// The records or the folder of works cannot be used.
    #[error(transparent)]
    Studio(#[from] StudioError),
    /// The system gave no threads or stopped the server.
    #[error("the server stopped: {0}")]
    Io(#[from] std::io::Error),
}

impl Explain for ServeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Open(_) => ErrorCode::BadInput,
            Self::Listen(..) | Self::Io(_) => ErrorCode::Io,
            Self::Studio(error) => error.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open(_) => {
                Some("make one with `colophon serve keys add NAME`, or give --insecure-no-keys".into())
            }
            Self::Studio(error) => error.hint(),
            Self::Listen(..) | Self::Io(_) => None,
        }
    }
}

/// The routes, for tests and for [`serve`].
pub fn router(studio: Arc<Studio>, options: ServerOptions) -> Router {
    let (routes, document) = api::api().finish();
    let app = Arc::new(App::new(studio, options, document));
    routes
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        // Bodies are counted as they are read, against the options' own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&app), bodies::guard))
        .layer(from_fn_with_state(Arc::clone(&app), gate::gate))
        .layer(from_fn(traced::traced))
        .with_state(app)
}

async fn unknown(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is nothing at {}", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> ApiError {
    ApiError {
        status: axum::http::StatusCode::METHOD_NOT_ALLOWED,
        code: "method_not_allowed",
        ..ApiError::bad(format!("{method} is not possible at {}", uri.path()), None)
    }
}

/// A job as the API tells it.
///
/// # Errors
/// [`StoreError`](colophon_studio::store::StoreError) of the records.
pub fn job_document(
    store: &colophon_studio::store::Store,
    job: &colophon_studio::store::Job,
) -> Result<serde_json::Value, colophon_studio::store::StoreError> {
    routes::jobs::shape(store, job)
}

/// Serves until `stop` resolves. `ready` is told the address. Without keys only addresses of this
/// machine are served, unless `open` says that everyone may come in.
///
/// # Errors
/// [`ServeError`].
pub fn serve(
    studio: Arc<Studio>,
    address: SocketAddr,
    mut options: ServerOptions,
    open: bool,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    options.loopback = address.ip().is_loopback();
    import_keys(&studio)?;
    let oidc = studio.config().oidc.as_ref();
    oidc.map_or(Ok(()), OidcConfig::check)?;
    let guarded = oidc.is_some() || studio.store()?.is_guarded().map_err(StudioError::from)?;
    if !options.loopback && !guarded && !open {
        return Err(ServeError::Open(address));
    }
    let works = match options.jobs_at_once {
        0 => None,
        at_once => {
            let alone = studio.config().database.is_none();
            let options = WorkersOptions { at_once, alone, ..WorkersOptions::default() };
            Some(Workers::start(Arc::clone(&studio), &options)?)
        }
    };
    let served = listen(studio, address, options, ready, stop);
    if let Some(works) = works {
        works.stop(GRACE);
    }
    served
}

/// Takes over the keys of the file in which an older version kept them.
fn import_keys(studio: &Studio) -> Result<(), StudioError> {
    #[derive(serde::Deserialize)]
    struct Stored {
        name: String,
        salt: String,
        sha256: String,
    }
    let path = studio.home().join("keys").join("api-keys.json");
    let Ok(bytes) = std::fs::read(&path) else { return Ok(()) };
    let damaged = |_| StudioError::Config(format!("the API keys {} are damaged", path.display()));
    let list: Vec<Stored> = serde_json::from_slice(&bytes).map_err(damaged)?;
    for key in list {
        studio.store()?.import_key(&key.name, &key.salt, &key.sha256)?;
    }
    let kept = path.with_extension("imported");
    std::fs::rename(&path, kept).map_err(|e| StudioError::Config(format!("{} stays: {e}", path.display())))
}

fn listen(
    studio: Arc<Studio>,
    address: SocketAddr,
    options: ServerOptions,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async move {
        let listener = TcpListener::bind(address).await.map_err(|e| ServeError::Listen(address, e))?;
        ready(listener.local_addr().unwrap_or(address));
        let sweep = Arc::clone(&studio);
        let trash_days = options.trash_days;
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let sweep = Arc::clone(&sweep);
                let tidy = tokio::task::spawn_blocking(move || {
                    sweep.unload();
                    if let Err(error) = sweep.tidy(trash_days) {
                        tracing::warn!("what is old was not removed: {error}");
                    }
                });
                let _ = tidy.await;
            }
        });
        let (told, hear) = tokio::sync::oneshot::channel();
        let stopping = async move {
            stop.await;
            let _ = told.send(());
        };
        hooks::start(&studio, &options);
        forget_hourly(&studio);
        let patience = options.patience;
        let routes = router(studio, options);
        tokio::select! {
            () = connections::serve(listener, routes, patience, stopping) => Ok(()),
            // Running answers get a little time, then they are cut off.
            () = async { let _ = hear.await; tokio::time::sleep(GRACE).await; } => Ok(()),
        }
    })
}

/// Lets the studio forget what it does not keep, now and every hour.
fn forget_hourly(studio: &Arc<Studio>) {
    let studio = Arc::clone(studio);
    tokio::spawn(async move {
        loop {
            let studio = Arc::clone(&studio);
            let stopped = Arc::new(AtomicBool::new(false));
            let stopping = Stopping(Arc::clone(&stopped));
            let sweep = tokio::task::spawn_blocking(move || {
                if let Err(error) = studio.sweep_objects(OBJECTS_GRACE) {
                    tracing::warn!("what is left over in the object store stays: {error}");
                }
                if let Err(error) = studio.retain(&|| stopped.load(Ordering::Relaxed)) {
                    tracing::warn!("what is old was not forgotten: {error}");
                }
            });
            let _ = sweep.await;
            drop(stopping);
            tokio::time::sleep(FORGET).await;
        }
    });
}

/// Stops a sweep when the server ends.
struct Stopping(Arc<AtomicBool>);

impl Drop for Stopping {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
