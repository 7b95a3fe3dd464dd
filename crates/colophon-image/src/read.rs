//! Reading pictures that come from outside. Every file is taken for hostile.

use std::io::Cursor;

use colophon_types::Raster;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError as Decode, ImageReader, Limits};
use moxcms::{ColorProfile, Layout, TransformOptions};

use crate::ImageError;
use crate::pixels::LONGEST;

/// Most pixels of a picture: 64 million, such as 8,192 by 8,192.
const PIXELS: u64 = 1 << 26;
/// Memory that a decoder may take, in bytes.
const MEMORY: u64 = 1 << 30;
/// A colour profile longer than this is not looked at.
const PROFILE: usize = 4 << 20;

/// A picture that was read.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its pixels, upright, in sRGB.
    pub raster: Raster,
    /// The media type that its bytes have, whatever the name says.
    pub media_type: &'static str,
}

/// Reads a PNG, JPEG, WebP, GIF or TIFF file: 8 or 16 bits, grey, colour, palette or CMYK; the first
/// picture of several; turned upright as its EXIF data says; colours brought to sRGB.
///
/// # Errors
/// [`ImageError::Unreadable`] for what is no picture, is cut short, or is larger than 64 million pixels.
pub fn picture(bytes: &[u8]) -> Result<Picture, ImageError> {
    let bad = |reason: String| ImageError::Unreadable { reason };
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|e| bad(e.to_string()))?;
    let media_type = match reader.format() {
        Some(image::ImageFormat::Png) => "image/png",
        Some(image::ImageFormat::Jpeg) => "image/jpeg",
        Some(image::ImageFormat::WebP) => "image/webp",
        Some(image::ImageFormat::Gif) => "image/gif",
        Some(image::ImageFormat::Tiff) => "image/tiff",
        _ => return Err(bad("it is no PNG, JPEG, WebP, GIF or TIFF file".into())),
    };
    let explain = |e: Decode| bad(e.to_string());
    let mut decoder = reader.into_decoder().map_err(explain)?;
    let (w, h) = decoder.dimensions();
    if w == 0 || h == 0 {
        return Err(bad("it has no pixels".into()));
    }
    if w > LONGEST || h > LONGEST || u64::from(w) * u64::from(h) > PIXELS {
        return Err(bad(format!(
            "{w}×{h} pixels are too many: at most {LONGEST} a side and 64 million in all can be read"
        )));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    decoder.set_limits(limits).map_err(explain)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|p| p.len() <= PROFILE);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(explain)?;
    image.apply_orientation(orientation);
    let grey = !image.color().has_color();
    let image = image.into_rgba8();
    let (width, height) = image.dimensions();
    let mut rgba = image.into_raw();
    if let Some(profile) = profile.filter(|_| !grey) {
        to_srgb(&mut rgba, &profile);
    }
    for pixel in rgba.as_chunks_mut::<4>().0 {
        let alpha = u16::from(pixel[3]);
        if alpha < 255 {
            for v in &mut pixel[..3] {
                *v = ((u16::from(*v) * alpha + 127) / 255) as u8;
            }
        }
    }
    Ok(Picture { raster: Raster { width, height, rgba }, media_type })
}

/// Brings colours to sRGB; a profile that cannot be used changes nothing, as in most viewers.
fn to_srgb(rgba: &mut [u8], profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return };
    let options = TransformOptions::default();
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgba, options) else {
        return;
    };
    let mut out = vec![0; rgba.len()];
    if transform.transform(rgba, &mut out).is_ok() {
        rgba.copy_from_slice(&out);
    }
}
