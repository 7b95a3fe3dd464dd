//! The web studio: files that were built beforehand and stand in the program.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::app::Path;
use crate::error::ApiError;

/// Its own scripts, styles and data, and nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
                      media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// A file of the page.
struct Asset {
    path: &'static str,
    media_type: &'static str,
    /// Compressed with gzip.
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/ui.rs"));

/// The page.
pub(crate) async fn page(headers: HeaderMap) -> Result<Response, ApiError> {
    let mut response = send("index.html", &headers)?;
    let head = response.headers_mut();
    head.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    head.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let may = "microphone=(self), camera=(), geolocation=(), payment=()";
    head.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(may));
    Ok(response)
}

/// A file of the page; its name changes with its content.
pub(crate) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let mut response = send(&format!("assets/{path}"), &headers)?;
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

fn send(path: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let found = ASSETS.iter().find(|a| a.path == path);
    let asset = found.ok_or_else(|| ApiError::not_found(format!("there is nothing at /{path}")))?;
    let takes = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|v| v.to_str().ok());
    let kind = (header::CONTENT_TYPE, asset.media_type);
    let vary = (header::VARY, "Accept-Encoding");
    if takes.flat_map(|v| v.split(',')).any(|v| v.trim().starts_with("gzip")) {
        return Ok(([kind, vary, (header::CONTENT_ENCODING, "gzip")], asset.gzip).into_response());
    }
    let mut whole = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(asset.gzip);
    std::io::Read::read_to_end(&mut reader, &mut whole).map_err(|_| ApiError::stopped())?;
    Ok(([kind, vary], whole).into_response())
}
