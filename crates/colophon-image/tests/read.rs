//! Pictures from outside, sound and hostile.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Cursor;

use colophon_image::read::picture;
use colophon_types::{ErrorCode, Explain};
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};

fn sample() -> RgbImage {
    RgbImage::from_fn(40, 24, |x, y| image::Rgb([(x * 6) as u8, (y * 10) as u8, 90]))
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn every_format_is_read_whatever_its_depth() {
    let rgb = DynamicImage::ImageRgb8(sample());
    for (format, media_type, off) in [
        (ImageFormat::Png, "image/png", 0),
        (ImageFormat::Jpeg, "image/jpeg", 24),
        (ImageFormat::WebP, "image/webp", 0),
        (ImageFormat::Tiff, "image/tiff", 0),
    ] {
        let read = picture(&encoded(&rgb, format)).unwrap();
        assert_eq!(read.media_type, media_type);
        assert_eq!((read.raster.width, read.raster.height), (40, 24));
        for (pixel, own) in read.raster.rgba.chunks_exact(4).zip(sample().pixels()) {
            assert!(pixel[..3].iter().zip(own.0).all(|(a, b)| a.abs_diff(b) <= off), "{media_type}");
            assert_eq!(pixel[3], 255);
        }
    }
    let gif = picture(&encoded(&DynamicImage::ImageRgba8(rgb.to_rgba8()), ImageFormat::Gif)).unwrap();
    assert_eq!((gif.media_type, gif.raster.width), ("image/gif", 40));
    for deep in [DynamicImage::ImageRgb16(rgb.to_rgb16()), DynamicImage::ImageLuma16(rgb.to_luma16())] {
        let read = picture(&encoded(&deep, ImageFormat::Png)).unwrap().raster;
        assert_eq!(read.rgba.len(), 40 * 24 * 4);
    }
}

#[test]
fn clear_pixels_are_premultiplied() {
    let half = RgbaImage::from_pixel(3, 3, image::Rgba([200, 100, 50, 128]));
    let read = picture(&encoded(&DynamicImage::ImageRgba8(half), ImageFormat::Png)).unwrap().raster;
    assert_eq!(read.rgba[..4], [100, 50, 25, 128]);
}

#[test]
fn pictures_are_turned_upright() {
    // EXIF orientation 6: the top of the picture is at its right edge.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let plain = encoded(&DynamicImage::ImageRgb8(sample()), ImageFormat::Jpeg);
    let mut turned = plain[..2].to_vec();
    turned.extend([0xFF, 0xE1]);
    turned.extend((exif.len() as u16 + 2).to_be_bytes());
    turned.extend(exif);
    turned.extend(&plain[2..]);
    let read = picture(&turned).unwrap().raster;
    assert_eq!((read.width, read.height), (24, 40));
}

#[test]
fn what_is_no_picture_is_refused_in_a_sentence() {
    let whole = encoded(&DynamicImage::ImageRgb8(sample()), ImageFormat::Png);
    let mut bomb = whole.clone();
    // 50,000 by 50,000 pixels, says the header.
    bomb[16..20].copy_from_slice(&50_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&50_000u32.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let error = picture(&bomb).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadInput);
    assert!(error.to_string().contains("50000×50000"), "{error}");
    let mut cases: Vec<Vec<u8>> =
        vec![Vec::new(), b"hello".to_vec(), b"BM1234567890".to_vec(), vec![0xFF; 5000]];
    cases.extend((1..whole.len() - 20).step_by(7).map(|n| whole[..n].to_vec()));
    for bytes in &cases {
        let error = picture(bytes).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadInput);
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    // Damage anywhere is an error or another picture, never a panic.
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xA5;
        let _ = picture(&damaged);
    }
}
