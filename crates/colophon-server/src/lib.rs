//! The HTTP API: OpenAI's shapes over the studio, so that an unmodified client works.
//!
//! Every handler hands a request to the [`Studio`] and sends on what comes back sealed. Threading
//! contract: handlers are asynchronous and never compute; loading, tokenising and embedding run on
//! blocking threads, generation on the engines' own.

mod app;
mod error;
mod gate;
mod hooks;
mod metrics;
mod reply;
mod routes;
mod sse;
mod stream;
mod ui;
mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post};
use colophon_studio::{Studio, StudioError, Workers, WorkersOptions};
use colophon_types::{ErrorCode, Explain};
use tokio::net::TcpListener;

pub use app::ServerOptions;
pub use hooks::webhook_secret;

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
    let app = Arc::new(App::new(studio, options));
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
        .merge(studio_routes())
        .route("/healthz", get(routes::health::alive))
        .route("/readyz", get(routes::health::ready))
        .route("/metrics", get(routes::health::metrics))
        .route("/openapi.json", get(routes::health::openapi))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        // Bodies are counted as they are read, against the options' own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&app), gate::gate))
        .with_state(app)
}

/// Jobs, the gallery, people, and the page.
fn studio_routes() -> Router<Arc<App>> {
    use routes::{house, jobs, log, people, session, uploads, videos, works};
    Router::new()
        .route("/", get(ui::page))
        .route("/assets/{*path}", get(ui::asset))
        .route("/v1/session", get(session::get).post(session::sign_in).delete(session::sign_out))
        .route("/v1/setup", post(session::setup))
        .route("/v1/uploads", post(uploads::create))
        .route("/v1/uploads/{id}/content", get(uploads::content))
        .route("/v1/jobs", get(jobs::list).post(jobs::create))
        .route("/v1/jobs/{id}", get(jobs::get).delete(jobs::delete))
        .route("/v1/jobs/{id}/cancel", post(jobs::cancel))
        .route("/v1/jobs/{id}/retry", post(jobs::retry))
        .route("/v1/jobs/{id}/events", get(jobs::events))
        .route("/v1/jobs/{id}/preview", get(jobs::preview))
        .route("/v1/events", get(jobs::all_events))
        .route("/v1/videos", get(videos::list).post(videos::create))
        .route("/v1/videos/{id}", get(videos::get).delete(videos::delete))
        .route("/v1/videos/{id}/content", get(videos::content))
        .route("/v1/videos/{id}/remix", post(videos::remix))
        .route("/v1/works", get(works::list))
        .route("/v1/works/{id}", get(works::get).patch(works::patch).delete(works::delete))
        .route("/v1/works/{id}/restore", post(works::restore))
        .route("/v1/works/{id}/content", get(works::content))
        .route("/v1/works/{id}/files/{name}", get(works::further))
        .route("/v1/works/{id}/thumbnail", get(works::thumbnail))
        .route("/v1/works/{id}/credential", get(works::credential))
        .route("/v1/works/{id}/export", get(works::export))
        .route("/v1/tags", get(works::tags))
        .route("/v1/recipes", get(house::recipes))
        .route("/v1/recipes/{name}", get(house::one_recipe))
        .route("/v1/options", get(house::options))
        .route("/v1/settings", get(house::settings).put(house::change_settings))
        .route("/v1/catalogue", get(house::catalogue))
        .route("/v1/catalogue/{id}", delete(house::remove_model))
        .route("/v1/status", get(house::status))
        .route("/v1/keys", get(people::keys).post(people::add_key))
        .route("/v1/keys/{name}", delete(people::remove_key))
        .route("/v1/accounts", get(people::accounts).post(people::add_account))
        .route("/v1/accounts/{name}", delete(people::remove_account))
        .route("/v1/audit", get(people::audit))
        .route("/v1/log/checkpoint", get(log::checkpoint))
        .route("/v1/log/key", get(log::key))
        .route("/v1/log/tile/{*path}", get(log::tile))
        .route("/v1/log/proof/{sha256}", get(log::proof))
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
    mut options: ServerOptions,
    open: bool,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    options.loopback = address.ip().is_loopback();
    import_keys(&studio)?;
    if !options.loopback && !studio.store()?.is_guarded().map_err(StudioError::from)? && !open {
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
                    sweep.languages().unload_idle();
                    sweep.languages().relieve();
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
        let routes = router(studio, options);
        let server = axum::serve(listener, routes).with_graceful_shutdown(stopping);
        tokio::select! {
            done = server => done.map_err(ServeError::Io),
            // Running answers get a little time, then they are cut off.
            () = async { let _ = hear.await; tokio::time::sleep(GRACE).await; } => Ok(()),
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    /// Every route of the source stands in the document with its methods, and nothing else does.
    #[test]
    fn the_document_and_the_routes_agree() {
        let document: Value = serde_json::from_str(include_str!("../openapi.json")).unwrap();
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys().filter(|k| *k != "parameters") {
                documented.insert(format!("{method} {path}"));
            }
        }
        let mut routed = BTreeSet::new();
        for route in include_str!("lib.rs").split(".route(\"").skip(1) {
            let Some((path, handlers)) = route.split_once('"') else { continue };
            if !path.starts_with('/') {
                continue;
            }
            let path = path.replace("{*", "{");
            let handlers = handlers.split("\n        .").next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                if handlers.contains(&format!(" {method}(")) || handlers.contains(&format!(".{method}(")) {
                    routed.insert(format!("{method} {path}"));
                }
            }
        }
        assert_eq!(routed, documented);
    }
}
