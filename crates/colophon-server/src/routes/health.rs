//! `/healthz`, `/readyz`, `/metrics`, `/openapi.json`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::app::Shared;
use crate::error::ApiError;
use crate::metrics::jobs_page;

pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready means that a language model is there to answer with.
pub(crate) async fn ready(State(app): Shared) -> Response {
    if app.studio.text_models().iter().any(|m| m.installed) {
        "ok\n".into_response()
    } else {
        (axum::http::StatusCode::SERVICE_UNAVAILABLE, "no language model is installed\n").into_response()
    }
}

pub(crate) async fn metrics(State(app): Shared) -> Result<Response, ApiError> {
    let jobs = app.blocking(|studio| Ok(jobs_page(studio.store()?.queue_depth()?, &studio.tally()))).await?;
    let page = app.metrics.page() + &jobs;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page).into_response())
}

/// The routes and their shapes.
pub(crate) async fn openapi(State(app): Shared) -> Json<Value> {
    Json(app.document.clone())
}
