//! `/v1/uploads`: files that are brought for jobs to work on.

use std::io::Write as _;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use colophon_studio::UPLOAD_LIFE;
use colophon_studio::store::Upload;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::files;
use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::gate::Client;

/// First bytes of a file, for what it is.
const HEAD: usize = 4096;

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
    let (file, name, bytes) = read(&app, request).await?;
    let value = app.blocking(move |studio| {
        let store = studio.store()?;
        let id = Upload::fresh_id();
        let mut head = vec![0; HEAD.min(usize::try_from(bytes).unwrap_or(HEAD))];
        let read = |_| ApiError::stopped();
        std::io::Read::read_exact(&mut file.reopen().map_err(read)?, &mut head).map_err(read)?;
        let upload = Upload {
            media_type: sniff(&head).to_owned(),
            owner: client.name,
            name,
            bytes,
            created: store.now(),
            expires: store.now() + UPLOAD_LIFE,
            id,
        };
        let path = studio.upload_path(&upload.id);
        file.as_file().sync_all().map_err(read)?;
        file.persist(&path).map_err(|_| ApiError::stopped())?;
        store.add_upload(&upload)?;
        Ok(shape(&upload))
    });
    Ok(Json(value.await?))
}

/// Reads the form's file onto the disk, never more of it into memory than a piece.
async fn read(app: &App, request: Request) -> Result<(NamedTempFile, String, u64), ApiError> {
    let unreadable = |why: &str| ApiError::bad(format!("the form cannot be read: {why}"), None);
    let broken = |e: MultipartError| unreadable(&e.body_text());
    let unwritten = |_: std::io::Error| ApiError::stopped();
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|e| unreadable(&e.body_text()))?;
    let folder = app.studio.upload_path("");
    std::fs::create_dir_all(&folder).map_err(unwritten)?;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("file") {
            continue;
        }
        // A client may send a path; only its last part is a name.
        let name = field.file_name().and_then(|n| n.rsplit(['/', '\\']).next()).unwrap_or("file");
        let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
        let name = name.trim_start_matches('.').to_owned();
        let mut file = NamedTempFile::new_in(&folder).map_err(unwritten)?;
        let mut total = 0u64;
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            total += chunk.len() as u64;
            if total > app.options.max_upload {
                return Err(ApiError::too_large(
                    usize::try_from(app.options.max_upload).unwrap_or(usize::MAX),
                ));
            }
            file.write_all(&chunk).map_err(unwritten)?;
        }
        if total == 0 {
            return Err(ApiError::bad("the file is empty", Some("file")));
        }
        let name = if name.is_empty() { "file".to_owned() } else { name };
        return Ok((file, name, total));
    }
    Err(ApiError::bad("no file was sent", Some("file")))
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
    let (path, upload) = app
        .blocking(move |studio| {
            let upload = studio.store()?.upload(&id)?;
            if upload.owner != client.name && !client.sees_all() {
                return Err(ApiError::not_found(format!("there is no upload '{id}'")));
            }
            Ok((studio.upload_path(&upload.id), upload))
        })
        .await?;
    files::send(&path, &upload.media_type, &headers, None).await
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
