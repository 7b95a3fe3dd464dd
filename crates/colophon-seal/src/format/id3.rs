//! MP3: ID3v2 tags at the start of a file (id3.org, versions 2.3 and 2.4). The AIGC field is a frame
//! `TXXX` of description `AIGC`; XMP packets stand in `PRIV` frames of owner `XMP`.

use std::io::{Read, Seek};

use super::{Marks, be32, read_at};
use crate::mark::{aigc, xmp};

const MAX_TAG: usize = 64 << 20;
const MAX_FRAMES: usize = 10_000;
const MAX_TAGS: usize = 4;

/// Finds the marks.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    for (at, length, version) in tags(file) {
        if let Some(body) = read_at(file, at, length, MAX_TAG) {
            frames(&body, version, &mut marks);
        }
    }
    marks
}

/// Where the tags end and the sound begins.
pub(crate) fn end(file: &mut (impl Read + Seek)) -> u64 {
    tags(file).last().map_or(0, |(at, length, _)| at.saturating_add(*length))
}

/// The tags: offset of the body, its length, version. c2pa writes one; others may have put one before.
fn tags(file: &mut (impl Read + Seek)) -> Vec<(u64, u64, u8)> {
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < MAX_TAGS {
        let Some(head) = read_at(file, at, 10, 10).filter(|h| h.starts_with(b"ID3")) else { break };
        let Some(length) = synchsafe(&head, 6) else { break };
        found.push((at + 10, length, head[3]));
        at += 10 + length;
    }
    found
}

fn frames(body: &[u8], version: u8, marks: &mut Marks) {
    let mut at = 0;
    for _ in 0..MAX_FRAMES {
        let Some(head) = body.get(at..at + 10).filter(|h| h[0] != 0) else { return };
        let length = if version >= 4 { synchsafe(head, 4) } else { be32(head, 4).map(u64::from) };
        let Some(length) = length.and_then(|n| usize::try_from(n).ok()) else { return };
        let Some(content) = body.get(at + 10..).and_then(|rest| rest.get(..length)) else { return };
        match &head[..4] {
            b"TXXX" => {
                if let Some((name, value)) = described(content)
                    && name.eq_ignore_ascii_case(aigc::NAME)
                {
                    marks.aigc.add(&value);
                }
            }
            b"PRIV" if content.starts_with(b"XMP\0") && content.len() <= xmp::MAX => {
                marks.add_xmp(&String::from_utf8_lossy(&content[4..]));
            }
            _ => {}
        }
        at += 10 + length;
    }
}

/// Description and value of a `TXXX` frame.
fn described(content: &[u8]) -> Option<(String, String)> {
    let (encoding, text) = content.split_first()?;
    let text = match encoding {
        0 => text.iter().map(|b| char::from(*b)).collect::<String>(),
        3 => String::from_utf8_lossy(text).into_owned(),
        1 | 2 => utf16(text, *encoding == 2),
        _ => return None,
    };
    let (name, value) = text.split_once('\0')?;
    let clean = |s: &str| s.trim_matches(['\0', '\u{feff}']).to_owned();
    Some((clean(name), clean(value)))
}

fn utf16(bytes: &[u8], big: bool) -> String {
    let big = big || bytes.starts_with(&[0xfe, 0xff]);
    let units = bytes.chunks_exact(2).map(|b| match big {
        true => u16::from_be_bytes([b[0], b[1]]),
        false => u16::from_le_bytes([b[0], b[1]]),
    });
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// Four bytes of seven bits each.
fn synchsafe(bytes: &[u8], at: usize) -> Option<u64> {
    let b = bytes.get(at..at + 4)?;
    b.iter().all(|x| *x < 0x80).then(|| b.iter().fold(0, |n, x| n << 7 | u64::from(*x)))
}
