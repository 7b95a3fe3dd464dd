//! TIFF: the marks stand in an XMP packet in tag 700 (Adobe XMP specification, part 3).

use std::io::{Cursor, Read, Seek};

use colophon_types::Raster;
use tiff::encoder::colortype::{RGB8, RGBA8};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder};
use tiff::tags::Tag;

use super::{Marks, png, read_at};
use crate::mark::xmp;

/// The tag of the XMP packet.
const XMP: u16 = 700;
const UNASSOCIATED_ALPHA: u16 = 2;
/// More directories or entries than this, and the rest is not looked at.
const MAX_DIRECTORIES: usize = 64;
const MAX_ENTRIES: u64 = 4096;

/// Encodes a picture, without loss, with its XMP packet.
///
/// # Errors
/// A sentence, when the picture's size does not fit its pixels or the encoder fails.
pub(crate) fn encode(raster: &Raster, xmp: &str) -> Result<Vec<u8>, String> {
    let (data, opaque) = png::pixels(raster)?;
    let mut out = Cursor::new(Vec::new());
    let mut write = || -> tiff::TiffResult<()> {
        let mut encoder = TiffEncoder::new(&mut out)?
            .with_compression(Compression::Deflate(DeflateLevel::Fast))
            .with_predictor(Predictor::Horizontal);
        if opaque {
            let mut image = encoder.new_image::<RGB8>(raster.width, raster.height)?;
            image.encoder().write_tag(Tag::Unknown(XMP), xmp.as_bytes())?;
            image.write_data(&data)
        } else {
            let mut image = encoder.new_image::<RGBA8>(raster.width, raster.height)?;
            image.encoder().write_tag(Tag::Unknown(XMP), xmp.as_bytes())?;
            image.encoder().write_tag(Tag::ExtraSamples, &[UNASSOCIATED_ALPHA][..])?;
            image.write_data(&data)
        }
    };
    write().map_err(|e| e.to_string())?;
    Ok(out.into_inner())
}

/// Finds the marks in the main directories.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    let Some(head) = read_at(file, 0, 8, 8) else { return marks };
    let little = &head[..2] == b"II";
    let short = |b: &[u8], at: usize| -> Option<u16> {
        let pair = [*b.get(at)?, *b.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |b: &[u8], at: usize| -> Option<u32> {
        Some(match little {
            true => super::le32(b, at)?,
            false => super::be32(b, at)?,
        })
    };
    let mut next = long(&head, 4).unwrap_or(0);
    for _ in 0..MAX_DIRECTORIES {
        if next == 0 {
            break;
        }
        let at = u64::from(next);
        let Some(count) = read_at(file, at, 2, 2).and_then(|b| short(&b, 0)).map(u64::from) else { break };
        let count = count.min(MAX_ENTRIES);
        let Some(entries) = read_at(file, at + 2, count * 12, 12 * MAX_ENTRIES as usize) else { break };
        for entry in entries.as_chunks::<12>().0 {
            // Bytes, or bytes without a type.
            let is_packet = short(entry, 0) == Some(XMP) && matches!(short(entry, 2), Some(1 | 7));
            let (Some(length), Some(offset), true) = (long(entry, 4), long(entry, 8), is_packet) else {
                continue;
            };
            if let Some(packet) = read_at(file, u64::from(offset), u64::from(length), xmp::MAX) {
                marks.add_xmp(&String::from_utf8_lossy(&packet));
            }
        }
        next = read_at(file, at + 2 + count * 12, 4, 4).and_then(|b| long(&b, 0)).unwrap_or(0);
    }
    marks
}
