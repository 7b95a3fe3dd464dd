//! MP4 (ISO/IEC 14496-12): the AIGC field is an entry of `moov.udta.meta` (a `keys` table of the
//! `mdta` namespace and an `ilst`), the IPTC source type stands in an XMP `uuid` box.
//!
//! Writing copies the file once. The `moov` box grows, so where media data follow it (a film that
//! starts to play while it loads) the chunk offsets in `stco` and `co64` are moved along.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::{Marks, be32, be64, read_at};
use crate::mark::{aigc, xmp};

/// Extended type of the XMP box (Adobe XMP specification, part 3).
const XMP_UUID: [u8; 16] =
    [0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac];
/// The largest `moov` that is read; that of a film of five hours has a few MiB.
const MAX_MOOV: usize = 128 << 20;
const MAX_BOXES: usize = 100_000;
const MAX_DEPTH: usize = 12;
const MDTA: &[u8; 4] = b"mdta";
/// Data type of UTF-8 text in an `ilst`.
const UTF8: u32 = 1;

/// A box at the top level of a file.
#[derive(Clone, Copy, Debug)]
struct Top {
    kind: [u8; 4],
    offset: u64,
    header: u64,
    size: u64,
    /// Written with size 0: it reaches to the end of the file.
    open: bool,
}

/// The top-level boxes, as far as they can be followed.
fn top_level(file: &mut (impl Read + Seek)) -> io::Result<Vec<Top>> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut found = Vec::new();
    let mut offset = 0;
    while offset < end && found.len() < MAX_BOXES {
        let Some(head) = read_at(file, offset, (end - offset).min(16), 16) else { break };
        let Some(short) = be32(&head, 0).filter(|_| head.len() >= 8) else { break };
        let (header, size) = match short {
            0 => (8, end - offset),
            1 => match be64(&head, 8) {
                Some(size) => (16, size),
                None => break,
            },
            n => (8, u64::from(n)),
        };
        if size < header || size > end - offset {
            break;
        }
        let kind = [head[4], head[5], head[6], head[7]];
        found.push(Top { kind, offset, header, size, open: short == 0 });
        offset += size;
    }
    Ok(found)
}

/// The boxes inside a box's body: kind, body, and the whole box.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let data = self.0;
        let (header, size) = match be32(data, 0)? {
            0 => (8, data.len()),
            1 => (16, usize::try_from(be64(data, 8)?).ok()?),
            n => (8, n as usize),
        };
        if size < header || size > data.len() {
            self.0 = &[];
            return None;
        }
        let (whole, rest) = data.split_at(size);
        self.0 = rest;
        Some(([data[4], data[5], data[6], data[7]], whole.get(header..)?, whole))
    }
}

/// Whether a file has so few boxes that a reader whose time grows faster than their number ends soon.
/// A fragmented film of five hours has some 20,000.
pub(crate) fn is_reasonable(file: &mut (impl Read + Seek)) -> bool {
    const MOST: usize = 40_000;
    let tops = top_level(file).unwrap_or_default();
    let mut left = MOST.saturating_sub(tops.len());
    for top in tops.iter().filter(|t| &t.kind == b"moov") {
        let body = read_at(file, top.offset + top.header, top.size - top.header, MAX_MOOV);
        count(&body.unwrap_or_default(), &mut left, 0);
    }
    left > 0
}

/// Takes the boxes below a body from `left`.
fn count(body: &[u8], left: &mut usize, depth: usize) {
    for (kind, inner, _) in Boxes(body) {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return;
        }
        if depth < MAX_DEPTH
            && matches!(&kind, b"trak" | b"mdia" | b"minf" | b"stbl" | b"udta" | b"edts" | b"dinf" | b"moov")
        {
            count(inner, left, depth + 1);
        }
    }
}

fn child<'a>(body: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes(body).take(MAX_BOXES).find(|b| &b.0 == kind).map(|b| b.1)
}

/// Finds the marks.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    for top in top_level(file).unwrap_or_default() {
        let (at, length) = (top.offset + top.header, top.size - top.header);
        match &top.kind {
            b"moov" => {
                let moov = read_at(file, at, length, MAX_MOOV).unwrap_or_default();
                let udta = child(&moov, b"udta").unwrap_or_default();
                let metas = Boxes(udta).chain(Boxes(&moov)).take(MAX_BOXES).filter(|b| &b.0 == b"meta");
                for (_, meta, _) in metas {
                    for item in items(meta).iter().filter(|i| i.key.as_deref() == Some(aigc::NAME)) {
                        marks.aigc.add(&item.text());
                    }
                }
            }
            b"uuid" => {
                let body = read_at(file, at, length, xmp::MAX).unwrap_or_default();
                if let Some(packet) = body.strip_prefix(XMP_UUID.as_slice()) {
                    marks.add_xmp(&String::from_utf8_lossy(packet));
                }
            }
            _ => {}
        }
    }
    marks
}

/// One entry of a metadata list.
#[derive(Debug)]
struct Item {
    /// Name from the `keys` table; `None` for a four-character item of iTunes.
    key: Option<String>,
    kind: [u8; 4],
    /// The `data` box and what else the item holds.
    body: Vec<u8>,
}

impl Item {
    fn text(&self) -> String {
        let data = child(&self.body, b"data").and_then(|d| d.get(8..)).unwrap_or_default();
        String::from_utf8_lossy(data).into_owned()
    }
}

/// The boxes in a `meta` box (given its body). A full box in MP4, a plain one in QuickTime.
fn meta_boxes(meta: &[u8]) -> &[u8] {
    meta.get(4..).filter(|rest| child(rest, b"hdlr").is_some()).unwrap_or(meta)
}

/// The handler type of a `meta` box (given its body): `mdta` with keys, `mdir` for iTunes.
fn handler(meta: &[u8]) -> Option<&[u8]> {
    child(meta_boxes(meta), b"hdlr").and_then(|h| h.get(8..12))
}

/// The entries of a `meta` box (given its body).
fn items(meta: &[u8]) -> Vec<Item> {
    let boxes = meta_boxes(meta);
    let keys = match handler(meta) {
        Some(h) if h == MDTA => child(boxes, b"keys").map(key_names).unwrap_or_default(),
        _ => Vec::new(),
    };
    let list = child(boxes, b"ilst").unwrap_or_default();
    Boxes(list)
        .take(10_000)
        .map(|(kind, body, _)| {
            let key = (u32::from_be_bytes(kind) as usize).checked_sub(1).and_then(|i| keys.get(i)).cloned();
            Item { key, kind, body: body.get(..aigc::MAX.min(body.len())).unwrap_or_default().to_vec() }
        })
        .collect()
}

/// The names in a `keys` box.
fn key_names(body: &[u8]) -> Vec<String> {
    Boxes(body.get(8..).unwrap_or_default())
        .take(10_000)
        .map(|(_, name, _)| String::from_utf8_lossy(name).into_owned())
        .collect()
}

/// The name under which an iTunes text item goes on as a key.
fn key_of_itunes(kind: [u8; 4]) -> Option<&'static str> {
    Some(match &kind {
        b"\xa9too" => "encoder",
        b"\xa9nam" => "title",
        b"\xa9ART" => "artist",
        b"\xa9alb" => "album",
        b"\xa9cmt" => "comment",
        b"\xa9day" => "date",
        b"\xa9gen" => "genre",
        b"cprt" => "copyright",
        b"desc" => "description",
        _ => return None,
    })
}

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = ((body + 8) as u32).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    parts.iter().for_each(|p| out.extend_from_slice(p));
    out
}

/// A `meta` box of the `mdta` kind with the old entries and the AIGC field.
fn meta_with(old: Vec<Item>, aigc_json: &str) -> Vec<u8> {
    let mut entries: Vec<(String, Vec<u8>)> = old
        .into_iter()
        .filter_map(|item| {
            let key = item.key.clone().or_else(|| key_of_itunes(item.kind).map(str::to_owned))?;
            (key != aigc::NAME).then_some((key, item.body))
        })
        .collect();
    let value = boxed(b"data", &[&UTF8.to_be_bytes(), &0u32.to_be_bytes(), aigc_json.as_bytes()]);
    entries.push((aigc::NAME.to_owned(), value));

    let mut keys = 0u32.to_be_bytes().to_vec();
    keys.extend_from_slice(&(entries.len() as u32).to_be_bytes());
    let mut list = Vec::new();
    for (number, (key, body)) in (1u32..).zip(&entries) {
        keys.extend_from_slice(&boxed(MDTA, &[key.as_bytes()]));
        list.extend_from_slice(&boxed(&number.to_be_bytes(), &[body]));
    }
    // version and flags, pre_defined, handler type, three reserved words, empty name
    let handler = [&[0; 8][..], MDTA, &[0; 12], &[0]].concat();
    boxed(
        b"meta",
        &[&[0; 4], &boxed(b"hdlr", &[&handler]), &boxed(b"keys", &[&keys]), &boxed(b"ilst", &[&list])],
    )
}

/// The body of `moov` with the AIGC field in `udta.meta`, everything else in place: an iTunes `meta`
/// (title, cover) stays as it is, before the one with keys.
fn moov_with(moov: &[u8], aigc_json: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(moov.len() + 1024);
    let mut udta = Vec::new();
    for (kind, body, whole) in Boxes(moov) {
        if &kind != b"udta" {
            out.extend_from_slice(whole);
            continue;
        }
        let mut old = Vec::new();
        for (kind, body, whole) in Boxes(body) {
            match &kind {
                b"meta" if handler(body) == Some(MDTA.as_slice()) => old.extend(items(body)),
                _ => udta.extend_from_slice(whole),
            }
        }
        udta.extend(meta_with(old, aigc_json));
    }
    if udta.is_empty() {
        udta = meta_with(Vec::new(), aigc_json);
    }
    out.extend(boxed(b"udta", &[&udta]));
    out
}

/// Adds `delta` to the chunk offsets that point behind `from`.
fn move_chunks(body: &mut [u8], from: u64, delta: i64, depth: usize) -> Result<(), String> {
    let mut at = 0;
    while let Some((kind, inner, whole)) = Boxes(body.get(at..).unwrap_or_default()).next() {
        let (start, length) = (at + whole.len() - inner.len(), inner.len());
        at += whole.len();
        let Some(inner) = body.get_mut(start..start + length) else { break };
        match &kind {
            b"trak" | b"mdia" | b"minf" | b"stbl" if depth < MAX_DEPTH => {
                move_chunks(inner, from, delta, depth + 1)?;
            }
            b"stco" => {
                for word in inner.get_mut(8..).unwrap_or_default().chunks_exact_mut(4) {
                    let old = u64::from(be32(word, 0).unwrap_or_default());
                    if old >= from {
                        let new = u32::try_from(old.saturating_add_signed(delta))
                            .map_err(|_| "its 32-bit chunk offsets leave no room for metadata".to_owned())?;
                        word.copy_from_slice(&new.to_be_bytes());
                    }
                }
            }
            b"co64" => {
                for word in inner.get_mut(8..).unwrap_or_default().chunks_exact_mut(8) {
                    let old = be64(word, 0).unwrap_or_default();
                    if old >= from {
                        word.copy_from_slice(&old.saturating_add_signed(delta).to_be_bytes());
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Copies a film with both marks added.
///
/// # Errors
/// A sentence, when the file is not an MP4 with one `moov`, is fragmented, or I/O fails.
pub(crate) fn write(
    source: &mut (impl Read + Seek),
    target: &mut impl Write,
    aigc_json: &str,
    packet: &str,
) -> Result<(), String> {
    let io = |e: io::Error| e.to_string();
    let end = source.seek(SeekFrom::End(0)).map_err(io)?;
    let tops = top_level(source).map_err(io)?;
    let complete = tops.last().is_some_and(|t| t.offset + t.size == end);
    if !complete || !tops.iter().any(|t| &t.kind == b"ftyp") {
        return Err("it is not a complete MP4 file".to_owned());
    }
    if tops.iter().any(|t| &t.kind == b"moof") {
        return Err("it is a fragmented MP4 file, which is not supported yet".to_owned());
    }
    let mut movies = tops.iter().filter(|t| &t.kind == b"moov");
    let (Some(movie), None) = (movies.next(), movies.next()) else {
        return Err("it does not have exactly one 'moov' box".to_owned());
    };
    let old = read_at(source, movie.offset + movie.header, movie.size - movie.header, MAX_MOOV)
        .ok_or_else(|| "its 'moov' box is too large".to_owned())?;
    let mut moov = moov_with(&old, aigc_json);
    let behind = movie.offset + movie.size;
    let size = moov.len() as u64 + 8;
    let delta = size.cast_signed() - movie.size.cast_signed();
    move_chunks(&mut moov, behind, delta, 0)?;
    let short = u32::try_from(size).map_err(|_| "its 'moov' box is too large".to_owned())?;

    for top in &tops {
        if top.offset == movie.offset {
            target.write_all(&short.to_be_bytes()).map_err(io)?;
            target.write_all(b"moov").map_err(io)?;
            target.write_all(&moov).map_err(io)?;
            continue;
        }
        let mut head = read_at(source, top.offset, top.header, 16).ok_or("it cannot be read")?;
        if top.open {
            // Another box follows now, so the size must be said.
            let size = u32::try_from(top.size).map_err(|_| "its last box has no size".to_owned())?;
            head.splice(..4, size.to_be_bytes());
        }
        let is_xmp = &top.kind == b"uuid"
            && read_at(source, top.offset + top.header, 16, 16).as_deref() == Some(XMP_UUID.as_slice());
        if is_xmp {
            head.splice(4..8, *b"free"); // an older packet: out of use, without moving what follows
        }
        target.write_all(&head).map_err(io)?;
        source.seek(SeekFrom::Start(top.offset + top.header)).map_err(io)?;
        io::copy(&mut source.take(top.size - top.header), target).map_err(io)?;
    }
    target.write_all(&boxed(b"uuid", &[&XMP_UUID, packet.as_bytes()])).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// A file of `ftyp`, `moov` with chunk offsets to the first byte of media data, and the rest.
    fn film(before: &[u8], mdat: &[u8], stco: u32, co64: u64) -> Vec<u8> {
        let short = boxed(b"stco", &[&[0; 4], &1u32.to_be_bytes(), &stco.to_be_bytes()]);
        let long = boxed(b"co64", &[&[0; 4], &1u32.to_be_bytes(), &co64.to_be_bytes()]);
        let nest =
            |kinds: &[&[u8; 4]], inner: Vec<u8>| kinds.iter().rev().fold(inner, |b, k| boxed(k, &[&b]));
        let path: [&[u8; 4]; 4] = [b"trak", b"mdia", b"minf", b"stbl"];
        let moov = boxed(b"moov", &[&nest(&path, short), &nest(&path, long)]);
        [&boxed(b"ftyp", &[b"isom\0\0\0\0"]), before, &moov, mdat].concat()
    }

    fn written(source: &[u8]) -> Vec<u8> {
        let mut target = Vec::new();
        write(&mut Cursor::new(source), &mut target, r#"{"Label":"1"}"#, &xmp::source_type_packet("x"))
            .unwrap();
        target
    }

    /// The offsets in the first `stco` and `co64`.
    fn offsets(bytes: &[u8]) -> (usize, usize) {
        let at = |kind: &[u8]| bytes.windows(4).position(|w| w == kind).unwrap() + 12;
        (be32(bytes, at(b"stco")).unwrap() as usize, be64(bytes, at(b"co64")).unwrap() as usize)
    }

    #[test]
    fn chunk_offsets_follow_their_media_data() {
        let mdat = boxed(b"mdat", &[b"MEDIA"]);
        let start = |bytes: &[u8]| bytes.windows(5).position(|w| w == b"MEDIA").unwrap();
        // Behind the moov box: moved along.
        let size = film(&[], &mdat, 0, 0).len();
        let front = film(&[], &mdat, (size - 5) as u32, (size - 5) as u64);
        let out = written(&front);
        assert_eq!(offsets(&out), (start(&out), start(&out)));
        assert!(start(&out) > start(&front));
        // Before it: in place.
        let back = film(&mdat, &[], 24, 24);
        assert_eq!((start(&back), offsets(&written(&back))), (24, (24, 24)));
        // Both marks once, also when written twice; the older packet goes out of use.
        let twice = written(&out);
        assert_eq!(offsets(&twice), (start(&twice), start(&twice)));
        let marks = read(&mut Cursor::new(&twice));
        assert_eq!((marks.aigc.count, marks.source_type.as_deref()), (1, Some("x")));
        let tops = top_level(&mut Cursor::new(&twice)).unwrap();
        let kinds: Vec<&[u8]> = tops.iter().map(|t| t.kind.as_slice()).collect();
        assert_eq!(kinds, [b"ftyp".as_slice(), b"moov", b"mdat", b"free", b"uuid"]);
    }

    #[test]
    fn media_data_without_a_size_get_one() {
        let mut mdat = boxed(b"mdat", &[b"MEDIA"]);
        mdat[..4].fill(0);
        let out = written(&film(&[], &mdat, 0, 0));
        let tops = top_level(&mut Cursor::new(&out)).unwrap();
        assert_eq!(tops.iter().map(|t| t.size).sum::<u64>(), out.len() as u64);
        assert!(tops.iter().all(|t| !t.open));
    }

    #[test]
    fn what_cannot_be_rewritten_is_refused() {
        let refused = |bytes: &[u8]| write(&mut Cursor::new(bytes), &mut Vec::new(), "{}", "").unwrap_err();
        let good = film(&[], &boxed(b"mdat", &[b"MEDIA"]), u32::MAX - 3, 0);
        assert!(refused(&good).contains("leave no room"));
        assert!(refused(&good[..good.len() - 1]).contains("not a complete"));
        assert!(refused(&[good.clone(), boxed(b"moof", &[])].concat()).contains("fragmented"));
        assert!(refused(&[good.clone(), boxed(b"moov", &[])].concat()).contains("exactly one"));
        assert!(refused(b"").contains("not a complete"));
    }
}
