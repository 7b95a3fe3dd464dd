//! Matroska and WebM (RFC 9559): the field is a `SimpleTag` named `AIGC` in a `Tags` element, the source
//! type another, `DIGITALSOURCETYPE`. The program ffmpeg writes the file; C2PA knows no place for a
//! credential in it.

use std::io::{Read, Seek};
use std::path::Path;

use colophon_ffmpeg::{Arguments, Ffmpeg, FfmpegError, Pipes};
use colophon_types::{Cancel, FilmFormat};

use super::{Marks, read_at, sound::Tags};
use crate::mark::aigc;

const SEGMENT: u64 = 0x1853_8067;
const TAGS: u64 = 0x1254_c367;
const TAG: u64 = 0x7373;
const SIMPLE_TAG: u64 = 0x67c8;
const TAG_NAME: u64 = 0x45a3;
const TAG_STRING: u64 = 0x4487;
/// More elements than this, and the rest is not looked at.
const MOST: usize = 1_000_000;
/// The largest `Tags` element that is read.
const LARGEST: usize = 4 << 20;

const SOURCE_TYPE: &[u8] = b"DIGITALSOURCETYPE";

/// Writes an MPEG-4 film in one of these formats, with both marks.
///
/// # Errors
/// What ffmpeg said; cancelled.
pub(crate) fn write(
    ffmpeg: &Path,
    format: FilmFormat,
    film: &Path,
    tags: Tags<'_>,
    target: &Path,
    cancel: &Cancel,
) -> Result<(), FfmpegError> {
    let args = Arguments::default().reading(film, Some("mov")).with(&[
        "-map",
        "0:v:0",
        "-map",
        "0:a?",
        "-map",
        "0:s?",
        "-map_chapters",
        "0",
    ]);
    let args = match format {
        FilmFormat::WebM => args
            .with(&["-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "good", "-cpu-used", "4"])
            .with(&["-row-mt", "1", "-c:a", "libopus", "-b:a", "128k", "-c:s", "webvtt"]),
        _ => args.with(&["-c", "copy", "-c:s", "srt"]),
    };
    let muxer = if format == FilmFormat::WebM { "webm" } else { "matroska" };
    let args = args
        .with(&["-metadata", &format!("{}={}", aigc::NAME, tags.aigc)])
        .with(&["-metadata", &format!("DIGITALSOURCETYPE={}", tags.source_type), "-f", muxer])
        .writing(target);
    Ffmpeg::start(ffmpeg, &args, "muxing", Pipes::default(), cancel, &Cancel::new())?.wait(cancel)
}

/// A number of variable length: its value (with or without its length marker) and its bytes.
fn number(bytes: &[u8], marked: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 || bytes.len() < length {
        return None;
    }
    let value = bytes[..length].iter().fold(0_u64, |v, b| v << 8 | u64::from(*b));
    let mask = if length == 8 { u64::MAX >> 8 } else { (1 << (7 * length)) - 1 };
    Some((if marked { value } else { value & mask }, length))
}

/// An element's id, the bytes of its head, and its length; `None` for one that is open.
fn head(bytes: &[u8]) -> Option<(u64, usize, Option<u64>)> {
    let (id, id_bytes) = number(bytes, true)?;
    let (length, length_bytes) = number(&bytes[id_bytes..], false)?;
    let open = length == (1_u64 << (7 * length_bytes.min(8))) - 1;
    Some((id, id_bytes + length_bytes, (!open).then_some(length)))
}

/// Finds the marks.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    let mut offset = 0;
    for _ in 0..MOST {
        // A head has at most 12 bytes; the last element may be shorter than that.
        let bytes = (2..=12).rev().find_map(|n| read_at(file, offset, n, 12));
        let Some((id, size, length)) = bytes.as_deref().and_then(head) else { break };
        let body = offset + size as u64;
        match (id, length) {
            // Its children come next.
            (SEGMENT, _) => offset = body,
            (TAGS, Some(length)) => {
                if let Some(tags) = read_at(file, body, length, LARGEST) {
                    collect(&tags, 0, &mut marks);
                }
                offset = body.saturating_add(length);
            }
            (_, Some(length)) => offset = body.saturating_add(length),
            // An open cluster ends where nobody says: what follows is not found.
            (_, None) => break,
        }
    }
    marks
}

fn collect(mut bytes: &[u8], depth: usize, marks: &mut Marks) {
    let (mut name, mut value) = (None, None);
    while let Some((id, size, Some(length))) = head(bytes) {
        let Some(body) = usize::try_from(length).ok().and_then(|n| bytes.get(size..size.checked_add(n)?))
        else {
            break;
        };
        match id {
            TAG | SIMPLE_TAG if depth < 8 => collect(body, depth + 1, marks),
            TAG_NAME => name = Some(body),
            TAG_STRING => value = Some(body),
            _ => {}
        }
        bytes = &bytes[size + body.len()..];
    }
    let name = name.map(|n| n.trim_ascii_end().strip_suffix(b"\0").unwrap_or(n));
    let Some(value) = value.map(String::from_utf8_lossy) else { return };
    let value = value.trim_end_matches('\0');
    if name == Some(aigc::NAME.as_bytes()) {
        marks.aigc.add(value);
    } else if name == Some(SOURCE_TYPE) && marks.source_type.is_none() {
        marks.source_type = Some(value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u64 | 1 << 56).to_be_bytes();
        [id, &length, body].concat()
    }

    #[test]
    fn the_tag_is_found_and_damage_ends_the_search() {
        let json = r#"{"Label":"1","ContentProducer":"p","ProduceID":"i","ReservedCode1":"","ContentPropagator":"p","PropagateID":"i","ReservedCode2":""}"#;
        let simple = [element(&[0x45, 0xa3], b"AIGC"), element(&[0x44, 0x87], json.as_bytes())].concat();
        let tags =
            element(&[0x12, 0x54, 0xc3, 0x67], &element(&[0x73, 0x73], &element(&[0x67, 0xc8], &simple)));
        let segment = element(&[0x18, 0x53, 0x80, 0x67], &[element(&[0xec], &[0; 40]), tags].concat());
        let file = [element(&[0x1a, 0x45, 0xdf, 0xa3], b"webm"), segment].concat();
        let marks = read(&mut Cursor::new(&file));
        assert!(marks.aigc.count == 1 && marks.aigc.valid, "{marks:?}");
        for cut in 0..file.len() {
            read(&mut Cursor::new(&file[..cut]));
        }
        for at in 0..file.len().min(200) {
            let mut broken = file.clone();
            broken[at] ^= 0xff;
            read(&mut Cursor::new(&broken));
        }
    }
}
