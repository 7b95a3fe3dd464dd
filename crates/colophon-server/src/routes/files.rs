//! Files as answers: whole or in parts (RFC 9110, single ranges), to be shown or to be kept.

use std::io::SeekFrom;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use crate::error::ApiError;

/// What a file may do in a browser that shows it: nothing.
const POLICY: &str =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/// Sends a file; `attachment` is the name to keep it under.
pub(crate) async fn send(
    path: &Path,
    media_type: &str,
    headers: &HeaderMap,
    attachment: Option<&str>,
) -> Result<Response, ApiError> {
    let gone = |_| ApiError::not_found("the file is gone");
    let mut file = File::open(path).await.map_err(gone)?;
    let length = file.metadata().await.map_err(gone)?.len();
    let asked = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let (start, end, status) = match asked.map(|asked| range(asked, length)) {
        None | Some(Asked::All) => (0, length, StatusCode::OK),
        Some(Asked::Part(start, end)) => (start, end, StatusCode::PARTIAL_CONTENT),
        Some(Asked::Beyond) => {
            let what = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, what).into_response());
        }
    };
    file.seek(SeekFrom::Start(start)).await.map_err(gone)?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(end - start), 64 << 10));
    let mut response = (status, body).into_response();
    let head = response.headers_mut();
    let media_type = if media_type.starts_with("text/") {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.to_owned()
    };
    let mut insert = |name, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            head.insert(name, value);
        }
    };
    insert(header::CONTENT_TYPE, media_type);
    insert(header::CONTENT_LENGTH, (end - start).to_string());
    insert(header::ACCEPT_RANGES, "bytes".into());
    insert(header::CACHE_CONTROL, "private, max-age=86400".into());
    insert(header::CONTENT_SECURITY_POLICY, POLICY.into());
    if status == StatusCode::PARTIAL_CONTENT {
        insert(header::CONTENT_RANGE, format!("bytes {start}-{}/{length}", end - 1));
    }
    if let Some(name) = attachment {
        insert(header::CONTENT_DISPOSITION, disposition(name));
    }
    Ok(response)
}

/// What a `Range` asks for: bytes from the first to before the second.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(u64, u64),
    Beyond,
}

fn range(asked: &str, length: u64) -> Asked {
    // Several ranges at once may be answered with everything.
    let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Asked::All;
    };
    let number = |text: &str| text.trim().parse::<u64>();
    match (number(first), number(last)) {
        (Ok(start), _) if start >= length => Asked::Beyond,
        (Ok(start), Ok(end)) if end >= start => Asked::Part(start, end.saturating_add(1).min(length)),
        (Ok(start), Err(_)) if last.trim().is_empty() => Asked::Part(start, length),
        (Err(_), Ok(0)) if first.is_empty() => Asked::Beyond,
        (Err(_), Ok(count)) if first.is_empty() && length > 0 => {
            Asked::Part(length.saturating_sub(count), length)
        }
        _ => Asked::All,
    }
}

/// RFC 6266: a plain name for old clients, the name itself for others.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_browsers_send_them() {
        let cases = [
            ("bytes=0-", Asked::Part(0, 100)),
            ("bytes=10-19", Asked::Part(10, 20)),
            ("bytes=90-200", Asked::Part(90, 100)),
            ("bytes=-30", Asked::Part(70, 100)),
            ("bytes=-300", Asked::Part(0, 100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=20-10", Asked::All),
            ("bytes=0-1,5-6", Asked::All),
            ("lines=1-2", Asked::All),
            ("bytes=a-b", Asked::All),
        ];
        for (asked, wanted) in cases {
            assert_eq!(range(asked, 100), wanted, "{asked}");
        }
        assert_eq!(range("bytes=0-", 0), Asked::Beyond);
        assert_eq!(range("bytes=-5", 0), Asked::All);
    }

    #[test]
    fn names_of_any_script_can_be_kept() {
        let head = disposition("春节 \"a\".png");
        assert!(head.is_ascii());
        assert!(head.ends_with("filename*=UTF-8''%E6%98%A5%E8%8A%82%20%22a%22.png"), "{head}");
    }
}
