//! The content code (ISCC, ISO 24138): of what a work looks, sounds or reads like, not of its bytes.
//!
//! Two codes of works that are alike differ in few of their 256 bits, so that the log finds a work
//! again whose marks were all removed. Computed by `iscc-lib`, the standard's own implementation, from
//! what its reference feeds it: a grey picture of 32 × 32 pixels, a Chromaprint of the sound, video
//! signatures of the frames, the words.

use std::path::Path;

use colophon_types::{Media, Pcm, Raster};
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use rusty_chromaprint::{Configuration, Fingerprinter};

use crate::format::{document, signature, sound, text};

/// Bits of a code.
const BITS: u32 = 256;
/// Side of the picture that an image code is made from.
const SIDE: u32 = 32;
/// Sounds are heard for so many seconds at most: the code must not take longer than the mark.
const LONGEST: f64 = 120.0;
/// Films are seen for so many seconds at most, for the same reason.
const LONGEST_FILM: u32 = 30;
/// Features of a sound of about three seconds.
const LEAST_FEATURES: usize = 24;
/// Texts of fewer characters have no code: any two of them look alike.
const SHORTEST_TEXT: usize = 200;

/// The content code of a draft; `None` where it has no content that a code can be made of. `ffmpeg` decodes
/// what is encoded.
pub(crate) fn of(media: &Media, ffmpeg: &Path) -> Option<String> {
    match media {
        Media::Text(words) => of_text(words),
        Media::Picture(raster) => of_picture(raster),
        Media::Document { format, bytes } => of_text(&text::words(&document::words(*format, bytes)?)),
        Media::Animation(moving) => moving.frames.first().and_then(of_picture),
        Media::Sound(sound) => of_sound(sound),
        Media::Stereo(sound) => of_sound(&sound.mono()),
        Media::Recording { path, .. } => of_sound(&sound::decode_start(ffmpeg, path, "mov", LONGEST)?.mono()),
        Media::Film { path, .. } => of_film(ffmpeg, path, "mov"),
    }
}

/// The text code.
pub(crate) fn of_text(words: &str) -> Option<String> {
    if words.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST_TEXT {
        return None;
    }
    iscc_lib::gen_text_code_v0(words, BITS).ok().map(|code| code.iscc)
}

/// The image code of a picture over white.
pub(crate) fn of_picture(raster: &Raster) -> Option<String> {
    let (width, height) = (raster.width as usize, raster.height as usize);
    if width * height == 0 || raster.rgba.len() != width * height * 4 {
        return None;
    }
    // Blocks of pixels first: filtering a whole photo would cost more than marking it.
    let step = (width.min(height) / (SIDE as usize * 4)).max(1);
    let (w, h) = (width / step, height / step);
    let mut grey = GrayImage::new(w as u32, h as u32);
    for y in 0..h {
        for x in 0..w {
            let mut sum = 0;
            for row in 0..step {
                let start = ((y * step + row) * width + x * step) * 4;
                for p in raster.rgba[start..start + step * 4].chunks_exact(4) {
                    let colour = 299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2]);
                    sum += colour / 1000 + (255 - u32::from(p[3]));
                }
            }
            let mean = sum / (step * step) as u32;
            grey.put_pixel(x as u32, y as u32, Luma([mean.min(255) as u8]));
        }
    }
    let small = imageops::resize(&grey, SIDE, SIDE, FilterType::CatmullRom);
    let (low, high) = small.iter().fold((255, 0), |(low, high), p| (low.min(*p), high.max(*p)));
    // Nothing to see: all such pictures would have one code.
    if high - low < 16 {
        return None;
    }
    iscc_lib::gen_image_code_v0(small.as_raw(), BITS).ok().map(|code| code.iscc)
}

/// The video code; `demuxer` is ffmpeg's name for what reads the film.
pub(crate) fn of_film(ffmpeg: &Path, film: &Path, demuxer: &str) -> Option<String> {
    let frames = signature::signatures(ffmpeg, film, demuxer, LONGEST_FILM);
    // Nothing to see: all such films would have one code.
    if frames.iter().all(|frame| signature::plain(frame)) {
        return None;
    }
    iscc_lib::gen_video_code_v0(&frames, BITS).ok().map(|code| code.iscc)
}

/// The audio code.
pub(crate) fn of_sound(sound: &Pcm) -> Option<String> {
    let mut print = Print::new(sound.rate);
    print.push(&sound.samples);
    print.code()
}

/// The audio code of a sound that comes piece by piece.
pub(crate) struct Print {
    maker: Option<Fingerprinter>,
    /// Samples that may still be heard.
    left: usize,
}

impl Print {
    pub(crate) fn new(rate: u32) -> Self {
        let mut maker = Fingerprinter::new(&Configuration::preset_test2());
        let started = maker.start(rate, 1).is_ok();
        Self { maker: started.then_some(maker), left: (f64::from(rate) * LONGEST) as usize }
    }

    pub(crate) fn push(&mut self, samples: &[f32]) {
        let Some(maker) = &mut self.maker else { return };
        let heard = &samples[..samples.len().min(self.left)];
        self.left -= heard.len();
        let mut block = Vec::with_capacity(4096);
        for part in heard.chunks(4096) {
            block.clear();
            block.extend(part.iter().map(|x| (x.clamp(-1.0, 1.0) * 32767.0) as i16));
            maker.consume(&block);
        }
    }

    pub(crate) fn code(self) -> Option<String> {
        let mut maker = self.maker?;
        maker.finish();
        let features: Vec<i32> = maker.fingerprint().iter().map(|x| *x as i32).collect();
        // Too few features make codes that anything resembles.
        if features.len() < LEAST_FEATURES {
            return None;
        }
        iscc_lib::gen_audio_code_v0(&features, BITS).ok().map(|code| code.iscc)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(code: &str) -> Vec<u8> {
        iscc_lib::iscc_decode(code).unwrap().4
    }

    fn apart(a: &str, b: &str) -> u32 {
        bits(a).iter().zip(bits(b)).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    fn scene(shift: f32) -> Raster {
        let mut raster = Raster::filled(640, 400, [0, 0, 0, 255]);
        for (i, p) in raster.rgba.chunks_exact_mut(4).enumerate() {
            let (x, y) = ((i % 640) as f32 / 640.0, (i / 640) as f32 / 400.0);
            let v = 0.5 + 0.3 * (x * 7.0 + shift).sin() * (y * 5.0 - shift).cos() + 0.2 * (y - 0.5);
            p[..3].fill((v * 255.0) as u8);
        }
        raster
    }

    #[test]
    fn pictures_that_look_alike_have_codes_that_are_alike() {
        let first = of_picture(&scene(0.0)).unwrap();
        let mut brighter = scene(0.0);
        brighter
            .rgba
            .chunks_exact_mut(4)
            .for_each(|p| p[..3].iter_mut().for_each(|c| *c = c.saturating_add(20)));
        assert!(apart(&first, &of_picture(&brighter).unwrap()) < 30);
        assert!(apart(&first, &of_picture(&scene(2.0)).unwrap()) > 60);
        assert_eq!(of_picture(&Raster::filled(64, 64, [9, 9, 9, 255])), None);
    }

    #[test]
    fn sounds_that_are_alike_have_codes_that_are_alike() {
        let tune = |base: f32, level: f32| {
            let samples = (0..24_000 * 8).map(|i| {
                let t = i as f32 / 24_000.0;
                let note = base * [1.0, 1.26, 1.5, 2.0, 1.33, 1.68][(t * 2.0) as usize % 6];
                (t * note * std::f32::consts::TAU).sin() * level
            });
            Pcm { rate: 24_000, samples: samples.collect() }
        };
        let first = of_sound(&tune(220.0, 0.4)).unwrap();
        assert!(apart(&first, &of_sound(&tune(220.0, 0.2)).unwrap()) < 30);
        assert_eq!(of_sound(&Pcm::silence(24_000, 1.0)), None);
    }

    #[test]
    fn a_text_and_its_edit_are_alike() {
        let words =
            "The keeper of the lighthouse lit the lamp before dusk and listened to the sea. ".repeat(6);
        let edited = words.replacen("lamp", "lantern", 1);
        let other =
            "A market opens at dawn; the first to come are bakers with warm bread and loud jokes. ".repeat(6);
        let (a, b, c) = (of_text(&words).unwrap(), of_text(&edited).unwrap(), of_text(&other).unwrap());
        assert!(apart(&a, &b) < apart(&a, &c));
        assert_eq!(of_text("short"), None);
    }
}
