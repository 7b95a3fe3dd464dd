//! A span and a line of the log for every request. They name the route and never what was asked: neither
//! queries nor headers nor bodies, which may hold secrets.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use colophon_studio::trace::{TRACEPARENT, follow};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info, info_span};

/// What watchers ask for again and again.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

pub(crate) async fn traced(request: Request, next: Next) -> Response {
    if QUIET.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let began = Instant::now();
    let span = span_of(&request);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
    span.in_scope(|| info!(status, seconds = began.elapsed().as_secs_f64(), "answered"));
    response
}

fn span_of(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let method = request.method().as_str();
    let span = info_span!(
        "http.request",
        otel.name = format!("{method} {route}").trim_end(),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    follow(&span, request.headers().get(TRACEPARENT).and_then(|v| v.to_str().ok()));
    span
}
