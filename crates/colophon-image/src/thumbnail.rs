//! Small pictures of pictures, for lists. They show the label and the watermark of what they are made of.

use image::codecs::jpeg::JpegEncoder;

use crate::{ImageError, crop, read};

/// A small JPEG picture, and the size of what it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// The JPEG file.
    pub jpeg: Vec<u8>,
    /// Width and height of the whole picture, in pixels.
    pub size: (u32, u32),
}

/// A picture of which no side is longer than `longest` pixels. What is clear becomes white.
///
/// # Errors
/// [`ImageError`] for what is no picture.
pub fn thumbnail(file: &[u8], longest: u32) -> Result<Thumbnail, ImageError> {
    let picture = read::picture(file)?.raster;
    let size = (picture.width, picture.height);
    let scale = (f64::from(longest) / f64::from(size.0.max(size.1))).min(1.0);
    let side = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
    let small = crop::scaled(&picture, (side(size.0), side(size.1)))?;
    let over_white = small.rgba.chunks_exact(4).flat_map(|p| {
        let clear = 255 - p[3];
        [p[0].saturating_add(clear), p[1].saturating_add(clear), p[2].saturating_add(clear)]
    });
    let rgb: Vec<u8> = over_white.collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 82)
        .encode(&rgb, small.width, small.height, image::ExtendedColorType::Rgb8)
        .map_err(|e| ImageError::Setting(format!("no small picture could be made: {e}")))?;
    Ok(Thumbnail { jpeg, size })
}
