//! WebP: the marks stand in an XMP packet in an `XMP ` chunk, which [`super::wav::read`] finds, both being
//! RIFF.

use colophon_types::Raster;
use image_webp::{ColorType, WebPEncoder};

use super::png;

/// Longest side that the format holds, in pixels.
const LONGEST: u32 = 16_384;

/// Encodes a picture, without loss, with its XMP packet.
///
/// # Errors
/// A sentence, when the picture's size does not fit its pixels or the format.
pub(crate) fn encode(raster: &Raster, xmp: &str) -> Result<Vec<u8>, String> {
    if raster.width > LONGEST || raster.height > LONGEST {
        return Err(format!("a side is longer than the {LONGEST} pixels of a WebP file"));
    }
    let (data, opaque) = png::pixels(raster)?;
    let mut out = Vec::new();
    let mut encoder = WebPEncoder::new(&mut out);
    encoder.set_xmp_metadata(xmp.as_bytes().to_vec());
    let kind = if opaque { ColorType::Rgb8 } else { ColorType::Rgba8 };
    encoder.encode(&data, raster.width, raster.height, kind).map_err(|e| e.to_string())?;
    Ok(out)
}
