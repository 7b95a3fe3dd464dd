//! The HTTP API: OpenAI's shapes over the studio, so that an unmodified client works.
//!
//! Every handler hands a request to the [`Studio`] and sends on what comes back sealed. Threading
//! contract: handlers are asynchronous and never compute; loading, tokenising and embedding run on
//! blocking threads, generation on the engines' own.

mod app;
mod error;
mod keys;
mod metrics;
mod reply;
mod routes;
mod sse;
mod stream;
mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use colophon_studio::Studio;
use colophon_types::{ErrorCode, Explain};
use tokio::net::TcpListener;

pub use app::ServerOptions;
pub use keys::{ApiKeys, KeysError};

use crate::app::App;
use crate::error::ApiError;

/// How long running answers may go on after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(10);
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
    /// The system gave no threads or stopped the server.
    #[error("the server stopped: {0}")]
    Io(#[from] std::io::Error),
}

impl Explain for ServeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Open(_) => ErrorCode::BadInput,
            Self::Listen(..) | Self::Io(_) => ErrorCode::Io,
        }
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::Open(_))
            .then(|| "make one with `colophon serve keys add NAME`, or give --insecure-no-keys".into())
    }
}

/// The routes, for tests and for [`serve`].
pub fn router(studio: Arc<Studio>, keys: ApiKeys, options: ServerOptions) -> Router {
    let app = Arc::new(App::new(studio, keys, options));
    Router::new()
        .route("/v1/models", get(routes::models::list))
        .route("/v1/models/{*id}", get(routes::models::one))
        .route("/v1/chat/completions", post(routes::chat::post))
        .route("/v1/completions", post(routes::completions::post))
        .route("/v1/responses", post(routes::responses::post))
        .route("/v1/responses/{id}", get(routes::responses::get).delete(routes::responses::delete))
        .route("/v1/embeddings", post(routes::embeddings::post))
        .route("/v1/images/generations", post(routes::images::generations))
        .route("/v1/images/edits", post(routes::edits::edits))
        .route("/v1/images/variations", post(routes::edits::variations))
        .route("/v1/audio/speech", post(routes::speech::post))
        .route("/v1/audio/transcriptions", post(routes::transcriptions::transcriptions))
        .route("/v1/audio/translations", post(routes::transcriptions::translations))
        .route("/v1/audio/voices", get(routes::speech::list))
        .route("/v1/verify", post(routes::verify::post))
        .route("/verify", get(routes::verify::page).post(routes::verify::form))
        .route("/healthz", get(routes::health::alive))
        .route("/readyz", get(routes::health::ready))
        .route("/metrics", get(routes::health::metrics))
        .route("/openapi.json", get(routes::health::openapi))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        // Bodies are counted as they are read, against the options' own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&app), app::gate))
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

/// Serves until `stop` resolves. `ready` is told the address. Without keys only addresses of this
/// machine are served, unless `open` says that everyone may come in.
///
/// # Errors
/// [`ServeError`].
pub fn serve(
    studio: Arc<Studio>,
    address: SocketAddr,
    keys: ApiKeys,
    mut options: ServerOptions,
    open: bool,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    options.loopback = address.ip().is_loopback();
    if !options.loopback && keys.is_empty() && !open {
        return Err(ServeError::Open(address));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async move {
        let listener = TcpListener::bind(address).await.map_err(|e| ServeError::Listen(address, e))?;
        ready(listener.local_addr().unwrap_or(address));
        let sweep = Arc::clone(&studio);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                sweep.languages().unload_idle();
                sweep.languages().relieve();
            }
        });
        let (told, hear) = tokio::sync::oneshot::channel();
        let stopping = async move {
            stop.await;
            let _ = told.send(());
        };
        let routes = router(studio, keys, options);
        let server = axum::serve(listener, routes).with_graceful_shutdown(stopping);
        tokio::select! {
            done = server => done.map_err(ServeError::Io),
            // Running answers get a little time, then they are cut off.
            () = async { let _ = hear.await; tokio::time::sleep(GRACE).await; } => Ok(()),
        }
    })
}
