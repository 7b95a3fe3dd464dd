//! `/v1/uploads`: files that are brought for jobs to work on.

use std::io::Read as _;
use std::path::PathBuf;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use colophon_studio::Studio;
use colophon_studio::store::Upload;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::files;
use crate::app::{App, Path, Shared};
use crate::error::ApiError;
use crate::form::{Form, SentFile};
use crate::gate::Client;

/// First bytes of a file, for what it is.
const HEAD: u64 = 4096;

fn shape(upload: &Upload) -> Value {
    json!({
        "id": upload.id,
        "object": "upload",
        "name": upload.name,
        "media_type": upload.media_type,
        "bytes": upload.bytes,
        "created_at": upload.created / 1000,
        "expires_at": upload.expires / 1000,
    })
}

pub(crate) async fn create(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    if !client.role.makes() {
        return Err(ApiError::forbidden("this key or account may look on, and not bring files"));
    }
    let mut form = Form::read(request, &folder(&app)?, app.options.max_upload).await?;
    let Some(sent) = form.take_files("file").pop() else {
        return Err(ApiError::bad("no file with content was sent", Some("file")));
    };
    let value = app.blocking(move |studio| Ok(shape(&bring(studio, &client.name, sent)?)));
    Ok(Json(value.await?))
}

/// The folder of files that are brought.
pub(super) fn folder(app: &App) -> Result<PathBuf, ApiError> {
    let folder = app.studio.upload_path("");
    std::fs::create_dir_all(&folder).map_err(|_| ApiError::stopped())?;
    Ok(folder)
}

/// Keeps a file of a form for jobs of its owner.
pub(super) fn bring(studio: &Studio, owner: &str, sent: SentFile) -> Result<Upload, ApiError> {
    Ok(studio.bring(owner, &sent.name, media_type(&sent.file)?, sent.file)?)
}

/// What a file is, by its first bytes.
pub(super) fn media_type(file: &NamedTempFile) -> Result<&'static str, ApiError> {
    let mut head = Vec::new();
    let start = file.reopen().map_err(|_| ApiError::stopped())?;
    start.take(HEAD).read_to_end(&mut head).map_err(|_| ApiError::stopped())?;
    Ok(sniff(&head))
}

/// What a file is, by its content: what a client says of it does not count.
pub(super) fn sniff(head: &[u8]) -> &'static str {
    let at = |place: usize, what: &[u8]| head.get(place..place + what.len()) == Some(what);
    let brand = |brands: &[&[u8]]| at(4, b"ftyp") && brands.iter().any(|b| at(8, b));
    match head {
        _ if at(0, b"\x89PNG\r\n") => "image/png",
        _ if at(0, b"\xff\xd8\xff") => "image/jpeg",
        _ if at(0, b"RIFF") && at(8, b"WEBP") => "image/webp",
        _ if at(0, b"RIFF") && at(8, b"WAVE") => "audio/wav",
        _ if at(0, b"GIF8") => "image/gif",
        _ if at(0, b"II*\0") || at(0, b"MM\0*") => "image/tiff",
        _ if brand(&[b"avif", b"avis"]) => "image/avif",
        _ if brand(&[b"heic", b"heix", b"mif1"]) => "image/heic",
        _ if brand(&[b"M4A ", b"M4B "]) => "audio/mp4",
        _ if brand(&[b"qt  "]) => "video/quicktime",
        _ if at(4, b"ftyp") => "video/mp4",
        _ if at(0, b"fLaC") => "audio/flac",
        _ if at(0, b"OggS") => "audio/ogg",
        _ if at(0, b"ID3") || matches!(head, [0xff, b, ..] if b & 0xe6 == 0xe2) => "audio/mpeg",
        _ if at(0, b"\x1a\x45\xdf\xa3") => "video/webm",
        _ if at(0, b"%PDF-") => "application/pdf",
        _ if at(0, b"PK\x03\x04") && at(30, b"mimetypeapplication/epub+zip") => "application/epub+zip",
        _ if at(0, b"PK\x03\x04") => "application/zip",
        _ if at(0, b"glTF") => "model/gltf-binary",
        // A character may be cut at the end of what was read.
        _ if !head.contains(&0)
            && std::str::from_utf8(head).err().is_none_or(|e| e.error_len().is_none()) =>
        {
            "text/plain"
        }
        _ => "application/octet-stream",
    }
}

pub(crate) async fn content(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (file, upload) = app
        .blocking(move |studio| {
            let upload = studio.store()?.upload(&id)?;
            if !client.may_see(&upload.owner) {
                return Err(ApiError::not_found(format!("there is no upload '{id}'")));
            }
            Ok((studio.upload_file(&upload.id)?, upload))
        })
        .await?;
    files::send(file.path(), &upload.media_type, &headers, None).await
}

#[cfg(test)]
mod tests {
    use super::sniff;

    #[test]
    fn content_tells_what_a_file_is() {
        let cases: [(&[u8], &str); 7] = [
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"\0\0\0\x20ftypM4A \0\0", "audio/mp4"),
            (b"\0\0\0\x20ftypisom\0\0", "video/mp4"),
            ("春节快".as_bytes(), "text/plain"),
            (&"春节快".as_bytes()[..8], "text/plain"),
            (b"<html>", "text/plain"),
            (b"\x00\x01\x02", "application/octet-stream"),
        ];
        for (head, wanted) in cases {
            assert_eq!(sniff(head), wanted, "{head:?}");
        }
    }
}
