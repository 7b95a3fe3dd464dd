//! JPEG: the marks stand in an XMP packet in an `APP1` segment.

use std::io::{Read, Seek};

use colophon_types::Raster;
use image::codecs::jpeg::JpegEncoder;

use super::{Marks, png, read_at};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MAX_SEGMENTS: usize = 10_000;
/// Longest side that the format holds, in pixels.
const LONGEST: u32 = 65_500;

/// Encodes a picture over white with its XMP packet; `quality` is 1 to 100.
///
/// # Errors
/// A sentence, when the picture's size does not fit its pixels or the format, or the packet its segment.
pub(crate) fn encode(raster: &Raster, xmp: &str, quality: u8) -> Result<Vec<u8>, String> {
    if raster.width > LONGEST || raster.height > LONGEST {
        return Err(format!("a side is longer than the {LONGEST} pixels of a JPEG file"));
    }
    png::pixels(raster)?;
    let over_white = |p: &[u8; 4]| [0, 1, 2].map(|c: usize| p[c].saturating_add(255 - p[3]));
    let data: Vec<u8> = raster.rgba.as_chunks::<4>().0.iter().flat_map(over_white).collect();
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, quality.clamp(1, 100))
        .encode(&data, raster.width, raster.height, image::ExtendedColorType::Rgb8)
        .map_err(|e| e.to_string())?;
    // Start of image, the JFIF segment that must come first, then ours.
    let first = match plain.get(2..6) {
        Some([0xff, 0xe0, high, low]) => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    };
    let length = u16::try_from(2 + XMP.len() + xmp.len()).map_err(|_| "the XMP packet is too long")?;
    let (head, rest) = plain.split_at_checked(first).ok_or("the encoder gave no picture")?;
    Ok([head, &[0xff, 0xe1], &length.to_be_bytes(), XMP, xmp.as_bytes(), rest].concat())
}

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
