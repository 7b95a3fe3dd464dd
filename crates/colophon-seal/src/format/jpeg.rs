//! JPEG, read only: the marks stand in an XMP packet in an `APP1` segment.

use std::io::{Read, Seek};

use super::{Marks, read_at};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MAX_SEGMENTS: usize = 10_000;

/// Finds the marks in the segments before the first scan.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    let mut offset = 2;
    for _ in 0..MAX_SEGMENTS {
        let Some(header) = read_at(file, offset, 4, 4) else { break };
        let (marker, length) = (header[1], u64::from(u16::from_be_bytes([header[2], header[3]])));
        if header[0] != 0xff || matches!(marker, 0xda | 0xd9) || length < 2 {
            break;
        }
        if marker == 0xe1 {
            let body = read_at(file, offset + 4, length - 2, 1 << 16).unwrap_or_default();
            if let Some(packet) = body.strip_prefix(XMP).and_then(|p| std::str::from_utf8(p).ok()) {
                marks.add_xmp(packet);
            }
        }
        offset += 2 + length;
    }
    marks
}
