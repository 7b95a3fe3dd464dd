//! The small picture in the credential.

use std::fs::File;
use std::path::Path;

use crate::kit::{Studio, film, picture, sound};
use c2pa::{Context, Reader};
use colophon_types::Media;
use image::{DynamicImage, GenericImageView as _};

fn thumbnail(path: &Path, media_type: &str) -> Option<DynamicImage> {
    let reader =
        Reader::from_context(Context::new()).with_stream(media_type, File::open(path).unwrap()).unwrap();
    let (format, bytes) = reader.active_manifest().unwrap().thumbnail()?;
    assert_eq!(format, "image/jpeg");
    assert!(bytes.len() <= 24 << 10, "{} bytes", bytes.len());
    Some(image::load_from_memory(&bytes).unwrap())
}

#[test]
fn pictures_and_films_have_one_of_what_is_seen() {
    let studio = Studio::new();
    let raster = picture(640, 320, true);
    let path = studio.make(Media::Picture(raster.clone()), "a.png");
    let small = thumbnail(&path, "image/png").expect("a thumbnail");
    assert_eq!((small.width(), small.height()), (192, 96));
    // It looks like the picture, away from the label.
    for (x, y) in [(96, 60), (180, 80), (30, 90)] {
        let seen = small.get_pixel(x, y).0;
        let at = ((y * 640 / 192 * 640 + x * 640 / 192) * 4) as usize;
        for c in 0..3 {
            assert!(seen[c].abs_diff(raster.rgba[at + c]) < 16, "{x},{y}: {seen:?}");
        }
    }
    // The label is in it: the corner is no more what the picture was.
    let corner =
        |picture: &DynamicImage| picture.crop_imm(0, 0, 60, 12).to_luma8().pixels().map(|p| p.0[0]).max();
    assert!(corner(&small) > Some(150), "{:?}", corner(&small));

    let draft = film(studio.dir.path(), 2, true, &[]);
    let path = studio.make(studio.film(draft, 2.0), "a.mp4");
    let small = thumbnail(&path, "video/mp4").expect("a thumbnail");
    assert_eq!((small.width(), small.height()), (192, 144));

    let path = studio.make(Media::Sound(sound(2.0)), "a.wav");
    assert!(thumbnail(&path, "audio/wav").is_none());
}
