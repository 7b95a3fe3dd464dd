//! The small picture in the credential: what the work looked like when it was signed, label and all.

use std::path::Path;
use std::time::Duration;

use colophon_ffmpeg::Arguments;
use colophon_types::{Media, Raster};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize, thumbnail};

/// Its longest side, in pixels.
const SIDE: u32 = 192;
/// No more bytes than this; a picture that takes more is encoded with less quality.
const MOST: usize = 24 << 10;
const QUALITIES: [u8; 4] = [80, 60, 40, 20];
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The media type.
pub(crate) const MEDIA_TYPE: &str = "image/jpeg";

/// The thumbnail of a picture or film: JPEG. `None` for other content, and where none can be made, which
/// is no reason not to seal.
pub(crate) fn of(media: &Media, ffmpeg: &Path) -> Option<Vec<u8>> {
    match media {
        Media::Picture(raster) => of_picture(raster),
        Media::Animation(moving) => moving.frames.first().and_then(of_picture),
        Media::Film { path, .. } => of_film(path, ffmpeg),
        _ => None,
    }
}

fn of_picture(raster: &Raster) -> Option<Vec<u8>> {
    let over_white = |p: &[u8; 4]| {
        [0, 1, 2].map(|c: usize| {
            let alpha = u32::from(p[3]);
            ((u32::from(p[c]) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        })
    };
    let data: Vec<u8> = raster.rgba.as_chunks::<4>().0.iter().flat_map(over_white).collect();
    let picture = RgbImage::from_raw(raster.width, raster.height, data)?;
    let longest = raster.width.max(raster.height);
    let side = |n: u32| (u64::from(n) * u64::from(SIDE) / u64::from(longest)).max(1) as u32;
    let small = match longest {
        0..=SIDE => picture,
        // Very large ones in two steps, the first of which is quick.
        _ if longest > 4 * SIDE => {
            let half = thumbnail(&picture, 2 * side(raster.width), 2 * side(raster.height));
            resize(&half, side(raster.width), side(raster.height), FilterType::Triangle)
        }
        _ => resize(&picture, side(raster.width), side(raster.height), FilterType::Triangle),
    };
    QUALITIES.iter().find_map(|quality| {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, *quality).encode_image(&small).ok()?;
        (bytes.len() <= MOST).then_some(bytes)
    })
}

/// Of the frame in which the label stands.
fn of_film(path: &Path, ffmpeg: &Path) -> Option<Vec<u8>> {
    let scale = format!("scale={SIDE}:{SIDE}:force_original_aspect_ratio=decrease");
    let args = Arguments::new(&["-threads", "1", "-ss", "0.5"])
        .reading(path, Some("mov"))
        .with(&["-frames:v", "1", "-an", "-sn", "-dn", "-vf", &scale, "-pix_fmt", "yuvj420p"])
        .with(&["-c:v", "mjpeg", "-q:v", "5", "-f", "image2pipe", "pipe:1"]);
    let bytes = colophon_ffmpeg::output(ffmpeg, &args, MOST as u64 + 1, TIME_LIMIT)?;
    let whole = bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9]);
    (whole && bytes.len() <= MOST).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_in_sides_and_bytes_whatever_the_picture() {
        // Noise is what JPEG holds worst.
        let noise = |width: u32, height: u32| {
            let mut raster = Raster::filled(width, height, [0, 0, 0, 255]);
            let mut state = 1u32;
            for byte in &mut raster.rgba {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
            raster
        };
        for (width, height) in [(1, 1), (7, 300), (192, 192), (640, 480), (2048, 1024), (4000, 3)] {
            let bytes = of_picture(&noise(width, height)).unwrap();
            assert!(bytes.len() <= MOST, "{}", bytes.len());
            let small = image::load_from_memory(&bytes).unwrap();
            let (w, h) = (small.width(), small.height());
            assert!(
                w.max(h) <= SIDE && w.max(h) >= SIDE.min(width.max(height)) - 1,
                "{width}x{height}: {w}x{h}"
            );
        }
        let clear = of_picture(&Raster::filled(64, 64, [0, 0, 0, 0])).unwrap();
        let white = image::load_from_memory(&clear).unwrap().to_rgb8();
        assert!(white.pixels().all(|p| p.0.iter().all(|c| *c > 250)), "clear is over white");
    }
}
