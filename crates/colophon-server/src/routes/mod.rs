//! The routes, one module a family.

pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod embeddings;
pub(crate) mod health;
pub(crate) mod images;
pub(crate) mod models;
pub(crate) mod responses;
pub(crate) mod speech;

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use colophon_studio::SealedReply;

/// Names the work in the head of an answer.
pub(crate) fn with_work_id(mut response: Response, replies: &[SealedReply]) -> Response {
    let sealed = replies.iter().find_map(|r| r.sealed.as_ref());
    if let Some(value) = sealed.and_then(|s| HeaderValue::from_str(s.receipt.work_id.as_str()).ok()) {
        response.headers_mut().insert(HeaderName::from_static("colophon-work-id"), value);
    }
    response
}
