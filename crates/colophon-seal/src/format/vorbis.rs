//! Vorbis comments (Xiph.org): in FLAC a metadata block of type 4 (RFC 9639), in Ogg Opus the second
//! packet (RFC 7845). The AIGC field is a comment `AIGC`, the IPTC source type a comment
//! `DIGITALSOURCETYPE`.

use std::io::{Read, Seek};

use super::{Marks, id3, le32, read_at};
use crate::mark::aigc;

const MAX_COMMENTS: usize = 10_000;
const MAX_BLOCK: usize = 16 << 20;
const MAX_BLOCKS: usize = 256;
const MAX_PAGES: usize = 512;

/// Finds the marks of a FLAC file, before which an ID3v2 tag may stand.
pub(crate) fn read_flac(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = id3::read(file);
    let mut at = id3::end(file);
    if read_at(file, at, 4, 4).as_deref() != Some(b"fLaC") {
        return marks;
    }
    at += 4;
    for _ in 0..MAX_BLOCKS {
        let Some(head) = read_at(file, at, 4, 4) else { break };
        let length = u64::from(u32::from_be_bytes([0, head[1], head[2], head[3]]));
        if head[0] & 0x7f == 4
            && let Some(block) = read_at(file, at + 4, length, MAX_BLOCK)
        {
            comments(&block, &mut marks);
        }
        if head[0] & 0x80 != 0 {
            break;
        }
        at += 4 + length;
    }
    marks
}

/// Finds the marks of an Ogg file whose first stream is Opus.
pub(crate) fn read_ogg(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    if let Some(packet) = second_packet(file)
        && let Some(block) = packet.strip_prefix(b"OpusTags")
    {
        comments(block, &mut marks);
    }
    marks
}

/// The second packet of the first stream, put together from its pages.
fn second_packet(file: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    let mut at = 0;
    let mut serial = None;
    let mut index = 0;
    let mut packet = Vec::new();
    for _ in 0..MAX_PAGES {
        let head = read_at(file, at, 27, 27).filter(|h| h.starts_with(b"OggS"))?;
        let lacing = read_at(file, at + 27, u64::from(head[26]), 255)?;
        let body_length: u64 = lacing.iter().map(|b| u64::from(*b)).sum();
        let body_at = at + 27 + u64::from(head[26]);
        at = body_at + body_length;
        let number = le32(&head, 14)?;
        if *serial.get_or_insert(number) != number {
            continue;
        }
        let body = read_at(file, body_at, body_length, 65_536)?;
        let mut from = 0;
        for lace in lacing {
            let part = &body[from..from + usize::from(lace)];
            from += part.len();
            if index == 1 {
                packet.extend_from_slice(part);
            }
            if lace < 255 {
                if index == 1 {
                    return Some(packet);
                }
                index += 1;
            }
        }
        if packet.len() > MAX_BLOCK {
            return None;
        }
    }
    None
}

fn comments(block: &[u8], marks: &mut Marks) {
    let vendor = le32(block, 0).unwrap_or_default() as usize;
    let Some(mut at) = vendor.checked_add(8) else { return };
    for _ in 0..MAX_COMMENTS {
        let Some(length) = le32(block, at).map(|n| n as usize) else { return };
        let Some(comment) = block.get(at + 4..).and_then(|rest| rest.get(..length)) else { return };
        at += 4 + length;
        let Some(split) = comment.iter().position(|b| *b == b'=') else { continue };
        let (name, value) = (&comment[..split], String::from_utf8_lossy(&comment[split + 1..]));
        if name.eq_ignore_ascii_case(aigc::NAME.as_bytes()) {
            marks.aigc.add(&value);
        } else if name.eq_ignore_ascii_case(b"DIGITALSOURCETYPE") && marks.source_type.is_none() {
            marks.source_type = Some(value.into_owned());
        }
    }
}
