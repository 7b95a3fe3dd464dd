//! `/v1/log`: the public log as C2SP tiles, its checkpoint, and proofs. For everyone.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use colophon_studio::StudioError;
use serde_json::json;

use crate::app::{Path, Shared};
use crate::error::ApiError;

/// Longest path of a tile, in characters.
const LONGEST: usize = 80;

/// The signed head of the log.
pub(crate) async fn checkpoint(State(app): Shared) -> Result<Response, ApiError> {
    let text = app.blocking(|studio| {
        let path = studio.ledger()?.dir().join("checkpoint");
        std::fs::read_to_string(path).map_err(|_| ApiError::not_found("the log is empty"))
    });
    let head = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((head, text.await?).into_response())
}

/// The key with which the log signs.
pub(crate) async fn key(State(app): Shared) -> Result<Response, ApiError> {
    let key = app.blocking(|studio| Ok(studio.ledger()?.verifier_key().to_owned())).await?;
    Ok(Json(json!({"object": "log.key", "verifier_key": key})).into_response())
}

/// A tile of hashes or of entries.
pub(crate) async fn tile(State(app): Shared, Path(path): Path<String>) -> Result<Response, ApiError> {
    let unknown = || ApiError::not_found("there is no such tile");
    // `0/x001/067`, `entries/000.p/17`: digits and these few words, so that no other file is named.
    let step = |s: &str| {
        let digits = s.strip_prefix('x').unwrap_or(s);
        let digits = digits.strip_suffix(".p").unwrap_or(digits);
        s == "entries" || (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    if path.len() > LONGEST || !path.split('/').all(step) {
        return Err(unknown());
    }
    let whole = !path.contains(".p/");
    let bytes = app.blocking(move |studio| {
        std::fs::read(studio.ledger()?.dir().join("tile").join(path)).map_err(|_| unknown())
    });
    // A full tile never changes.
    let cache = if whole { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, cache)];
    Ok((head, bytes.await?).into_response())
}

/// The proof that a file, named by its SHA-256, is in the log.
pub(crate) async fn proof(State(app): Shared, Path(sha256): Path<String>) -> Result<Response, ApiError> {
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(ApiError::bad("a file is named by the 64 hex digits of its SHA-256", None));
    }
    let proof = app.blocking(move |studio| {
        let sha256 = sha256.to_lowercase();
        let ledger = studio.ledger()?;
        if ledger.find_entry(&sha256).map_err(StudioError::from)?.is_none() {
            return Err(ApiError::not_found("no entry of the log is about this file"));
        }
        Ok(studio.prove(&sha256)?)
    });
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof.await?).into_response())
}
