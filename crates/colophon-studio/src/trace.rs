//! Traces (OpenTelemetry) that go on in other processes: where a span stands, told as W3C's header
//! `traceparent`, and spans of work that is over. Where nothing exports traces, nothing here does anything.

use std::collections::HashMap;
use std::time::SystemTime;

use opentelemetry::trace::{Span as _, Tracer as _};
use opentelemetry::{Context, global};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header that tells where a span stands.
pub const TRACEPARENT: &str = "traceparent";

/// Where a span stands, for whoever goes on from it; `None` where it is not exported.
pub fn traceparent(span: &Span) -> Option<String> {
    let mut told = HashMap::new();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&span.context(), &mut told));
    told.remove(TRACEPARENT)
}

/// Lets a span that was not entered yet go on from where another stands. What is no `traceparent` is
/// passed over.
pub fn follow(span: &Span, parent: Option<&str>) {
    if let Some(context) = parent.and_then(context) {
        // It fails where nobody exports the span.
        let _ = span.set_parent(context);
    }
}

fn context(parent: &str) -> Option<Context> {
    let told = HashMap::from([(TRACEPARENT.to_owned(), parent.to_owned())]);
    let found = global::get_text_map_propagator(|p| p.extract_with_context(&Context::new(), &told));
    opentelemetry::trace::TraceContextExt::has_active_span(&found).then_some(found)
}

/// A span of work that was done from one time to another, under what a `traceparent` tells of.
pub(crate) fn done_under(parent: &str, name: &'static str, from: SystemTime, to: SystemTime) {
    if let Some(context) = context(parent) {
        end(&context, name, from, to);
    }
}

/// A span of work that was done within another.
pub(crate) fn done_within(span: &Span, name: &'static str, from: SystemTime, to: SystemTime) {
    end(&span.context(), name, from, to);
}

fn end(context: &Context, name: &'static str, from: SystemTime, to: SystemTime) {
    if opentelemetry::trace::TraceContextExt::has_active_span(context) {
        let tracer = global::tracer("colophon");
        let builder = tracer.span_builder(name).with_start_time(from);
        builder.start_with_context(&tracer, context).end_with_timestamp(to);
    }
}
