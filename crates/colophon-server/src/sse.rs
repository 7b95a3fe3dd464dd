//! Server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::Stream;
use serde_json::Value;

/// A comment goes out after so long without an event, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// An event without a name.
pub(crate) fn data(value: &Value) -> Result<Event, Infallible> {
    Ok(Event::default().data(value.to_string()))
}

/// An event that is named by its `type`.
pub(crate) fn named(value: &Value) -> Result<Event, Infallible> {
    let name = value["type"].as_str().unwrap_or("message").to_owned();
    Ok(Event::default().event(name).data(value.to_string()))
}

/// The end, as OpenAI's clients expect it.
pub(crate) fn done() -> Result<Event, Infallible> {
    Ok(Event::default().data("[DONE]"))
}

pub(crate) fn reply(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
