//! The routes, one module a family.

mod attended;
pub(crate) mod chat;
pub(crate) mod completions;
pub(crate) mod consents;
pub(crate) mod edits;
pub(crate) mod embeddings;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod hearing;
pub(crate) mod house;
pub(crate) mod images;
pub(crate) mod jobs;
pub(crate) mod log;
pub(crate) mod models;
pub(crate) mod moderations;
pub(crate) mod oidc;
pub(crate) mod people;
pub(crate) mod responses;
pub(crate) mod session;
pub(crate) mod speech;
pub(crate) mod transcriptions;
pub(crate) mod uploads;
pub(crate) mod verify;
pub(crate) mod videos;
pub(crate) mod voice;
pub(crate) mod works;

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use colophon_studio::SealedReply;

/// Names the work in the head of an answer.
pub(crate) fn with_work_id(response: Response, replies: &[SealedReply]) -> Response {
    match replies.iter().find_map(|r| r.sealed.as_ref()) {
        Some(sealed) => of_work(response, sealed.receipt.work_id.as_str()),
        None => response,
    }
}

/// Names a work in the head of an answer.
pub(crate) fn of_work(mut response: Response, id: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(HeaderName::from_static("colophon-work-id"), value);
    }
    response
}
