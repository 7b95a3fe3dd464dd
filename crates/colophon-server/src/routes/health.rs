//! `/healthz`, `/readyz`, `/metrics`, `/openapi.json`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::app::Shared;
use crate::error::ApiError;
use crate::metrics::{broker_page, jobs_page};

pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready means that a language model is there to answer with. Without its broker a studio works all the
/// same, and says so.
pub(crate) async fn ready(State(app): Shared) -> Response {
    if !app.studio.text_models().iter().any(|m| m.installed) {
        return (axum::http::StatusCode::SERVICE_UNAVAILABLE, "no language model is installed\n")
            .into_response();
    }
    let broker = app.studio.store().ok().and_then(|store| store.broker());
    match broker.filter(|broker| !broker.up) {
        None => "ok\n".into_response(),
        Some(broker) => {
            format!("ok; the broker {} is away and the database hands out the jobs\n", broker.address)
                .into_response()
        }
    }
}

pub(crate) async fn metrics(State(app): Shared) -> Result<Response, ApiError> {
    let jobs = app
        .blocking(|studio| {
            let store = studio.store()?;
            let broker = store.broker().map(|broker| broker_page(&broker)).unwrap_or_default();
            Ok(jobs_page(store.queue_depth()?, &studio.tally()) + &broker)
        })
        .await?;
    let page = app.metrics.page() + &jobs;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page).into_response())
}

/// The routes and their shapes.
pub(crate) async fn openapi(State(app): Shared) -> Json<Value> {
    Json(app.document.clone())
}
