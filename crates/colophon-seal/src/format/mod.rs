//! File formats: one module each.
//!
//! A format that is written has a function that puts the AIGC field and the IPTC source type in
//! their standard places; a format that is read has a function that finds them in any file, with
//! bounded memory and time, and never fails: what cannot be parsed holds no marks.

use std::io::{BufReader, Read, Seek};

pub(crate) mod animation;
pub(crate) mod archive;
pub(crate) mod avif;
mod bytes;
pub(crate) mod document;
pub(crate) mod foreign;
pub(crate) mod frame;
pub(crate) mod gif;
pub(crate) mod glb;
pub(crate) mod html;
pub(crate) mod id3;
pub(crate) mod jpeg;
mod kind;
mod marks;
pub(crate) mod matroska;
pub(crate) mod mp4;
mod packets;
pub(crate) mod pdf;
pub(crate) mod png;
pub(crate) mod signature;
pub(crate) mod sound;
pub(crate) mod svg;
pub(crate) mod text;
pub(crate) mod tiff;
pub(crate) mod vorbis;
pub(crate) mod wav;
pub(crate) mod webp;
pub(crate) mod xml;

pub(crate) use bytes::{be32, be64, le32, read_at};
pub(crate) use kind::{EPUB, HTML, Kind, MATROSKA, OFFICE, SVG, WEBM};
pub(crate) use marks::Marks;

/// How many bytes [`sniff`] looks at.
pub(crate) const SNIFF: usize = 4096;

/// Finds the kind of a file from its first bytes (up to [`SNIFF`], all of a shorter file).
pub(crate) fn sniff(head: &[u8]) -> Kind {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(0, png::SIGNATURE) {
        Kind::Png
    } else if at(0, &[0xff, 0xd8, 0xff]) {
        Kind::Jpeg
    } else if at(0, b"RIFF") && at(8, b"WAVE") {
        Kind::Wav
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Kind::WebP
    } else if at(4, b"ftyp") {
        match head.get(8..12) {
            Some(b"M4A " | b"M4B ") => Kind::M4a,
            Some(b"avif" | b"avis") => Kind::Other("image/avif"),
            Some(b"heic" | b"heix" | b"mif1") => Kind::Other("image/heic"),
            Some(b"qt  ") => Kind::Other("video/quicktime"),
            _ => Kind::Mp4,
        }
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Kind::Other("image/gif")
    } else if at(0, b"II*\0") || at(0, b"MM\0*") {
        Kind::Other("image/tiff")
    } else if at(0, b"fLaC") {
        Kind::Flac
    } else if at(0, b"OggS") {
        Kind::Ogg
    } else if at(0, b"ID3") {
        // FLAC, too, may have such a tag before it: see `refine`.
        Kind::Mp3
    } else if matches!(head, [0xff, b, ..] if b & 0xe6 == 0xe2) {
        Kind::Mp3
    } else if at(0, b"%PDF-") {
        Kind::Other("application/pdf")
    } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        let is_web = head[..head.len().min(64)].windows(4).any(|w| w == b"webm");
        Kind::Other(if is_web { WEBM } else { MATROSKA })
    } else if at(0, b"glTF") {
        Kind::Other("model/gltf-binary")
    } else if at(0, b"PK\x03\x04") {
        let name = |name: &[u8]| at(30, name);
        match (name(b"mimetypeapplication/epub+zip"), name(b"[Content_Types].xml")) {
            (true, _) => Kind::Other(EPUB),
            (_, true) => Kind::Other(OFFICE),
            _ => Kind::Other("application/zip"),
        }
    } else if is_text_start(head) {
        match text_of(head) {
            start if svg::is_start(start) => Kind::Other(SVG),
            start if html::is_start(start) => Kind::Other(HTML),
            _ => Kind::Text,
        }
    } else {
        Kind::Unknown
    }
}

/// Looks further into a file where its first bytes do not decide: FLAC may begin with an ID3 tag of
/// any length, and what an Office document is stands in the names of its parts.
pub(crate) fn refine(kind: Kind, file: &mut (impl Read + Seek)) -> Kind {
    match kind {
        Kind::Mp3 => {}
        Kind::Other(OFFICE | "application/zip") => {
            return archive::media_type(file).map_or(kind, Kind::Other);
        }
        _ => return kind,
    }
    let end = id3::end(file);
    if read_at(file, end, 4, 4).as_deref() == Some(b"fLaC") { Kind::Flac } else { kind }
}

/// As much of some bytes as is text.
fn text_of(head: &[u8]) -> &str {
    let valid = std::str::from_utf8(head).map_or_else(|e| e.valid_up_to(), str::len);
    std::str::from_utf8(&head[..valid]).unwrap_or_default()
}

/// Whether bytes can be the start of a UTF-8 text: no NUL, and nothing invalid but a character that
/// is cut off by the end.
fn is_text_start(head: &[u8]) -> bool {
    !head.is_empty()
        && !head.contains(&0)
        && match std::str::from_utf8(head) {
            Ok(_) => true,
            Err(e) => e.error_len().is_none() && head.len() >= SNIFF,
        }
}

/// Finds the marks in the metadata of a file of this kind; `words` are those of a text.
pub(crate) fn read_marks(kind: Kind, file: &mut (impl Read + Seek), words: Option<&str>) -> Marks {
    let mut file = BufReader::new(file);
    match (kind, words) {
        (Kind::Png, _) => png::read(&mut file),
        (Kind::Jpeg, _) => jpeg::read(&mut file),
        (Kind::Wav | Kind::WebP, _) => wav::read(&mut file),
        (Kind::Mp4 | Kind::M4a | Kind::Other("video/quicktime"), _) => mp4::read(&mut file),
        (Kind::Mp3, _) => id3::read(&mut file),
        (Kind::Flac, _) => vorbis::read_flac(&mut file),
        (Kind::Ogg, _) => vorbis::read_ogg(&mut file),
        (Kind::Text | Kind::Other(SVG | HTML), Some(words)) => text::read(words),
        (Kind::Other("image/gif"), _) => gif::read(&mut file).0,
        (Kind::Other("image/tiff"), _) => tiff::read(&mut file),
        (Kind::Other(MATROSKA | WEBM), _) => matroska::read(&mut file),
        (Kind::Other(media_type), _) => foreign::read(media_type, &mut file),
        _ => Marks::default(),
    }
}
