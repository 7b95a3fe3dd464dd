//! `/v1/verify` and the page `/verify`: what is known of a file or an address. Both answer without a
//! key, as the law asks of a detector, and keep nothing of what they are sent.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use colophon_studio::{Verdict, escape, report};
use schemars::JsonSchema;
use serde::Deserialize;
use tempfile::NamedTempFile;

use crate::app::{App, Shared, json_within};
use crate::error::ApiError;
use crate::form::Form;

/// Largest file that is looked at, in bytes.
const LARGEST: u64 = 256 << 20;
/// Longest address, in bytes.
const LONGEST: usize = 4096;
/// How long a file waits for others to be looked at.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the file of someone without a key may take to come.
const READING: Duration = Duration::from_secs(300);
/// Nothing but the page's own style; a file's words cannot become a script.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What is to be looked at.
enum Subject {
    File(NamedTempFile, String),
    Address(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "VerifyRequest")]
pub(crate) struct Asked {
    url: String,
}

/// A verdict as JSON.
pub(crate) async fn post(State(app): Shared, request: Request) -> Result<Response, ApiError> {
    Ok(Json(judge(&app, request).await?).into_response())
}

/// The page that a file can be given to.
pub(crate) async fn page() -> Response {
    safe(Html(PAGE.to_owned()))
}

/// A verdict as a page.
pub(crate) async fn form(State(app): Shared, request: Request) -> Response {
    match judge(&app, request).await {
        Ok(verdict) => safe(Html(report(&[verdict]))),
        Err(error) => {
            let page = PAGE
                .replace("<!-- problem -->", &format!("<p role=\"alert\">{}</p>", escape(&error.message)));
            let mut response = safe(Html(page));
            *response.status_mut() = error.status;
            response
        }
    }
}

fn safe(page: Html<String>) -> Response {
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store"));
    response
}

async fn judge(app: &App, request: Request) -> Result<Verdict, ApiError> {
    // Whoever asks needs no key, so that only a few are answered at a time.
    let turn = tokio::time::timeout(PATIENCE, app.verifying.acquire()).await;
    let _turn = turn.ok().and_then(Result::ok).ok_or_else(ApiError::busy)?;
    // A place is not held by someone who sends as slowly as they may.
    let subject = tokio::time::timeout(READING, subject(request)).await;
    let subject = subject.map_err(|_| ApiError::slow())??;
    let studio = Arc::clone(&app.studio);
    let work = tokio::task::spawn_blocking(move || match subject {
        Subject::File(file, name) => studio.verify(file.path()).map(|v| Verdict { file: name, ..v }),
        Subject::Address(url) => studio.verify_url(&url),
    });
    Ok(work.await.map_err(|_| ApiError::stopped())??)
}

async fn subject(request: Request) -> Result<Subject, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let asked: Asked = json_within(16 << 10, request.into_body()).await?;
        return Ok(Subject::Address(asked.url));
    }
    let mut form = Form::read(request, &std::env::temp_dir(), LARGEST).await?;
    if let Some(sent) = form.take_files("file").pop() {
        return Ok(Subject::File(sent.file, sent.name));
    }
    match form.word("url").map(str::trim).filter(|url| !url.is_empty()) {
        Some(url) if url.len() > LONGEST => Err(ApiError::bad("the address is too long", Some("url"))),
        Some(url) => Ok(Subject::Address(url.to_owned())),
        None => Err(ApiError::bad("neither a file nor an address was sent", Some("file"))),
    }
}

const PAGE: &str = include_str!("verify.html");
