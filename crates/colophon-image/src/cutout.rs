//! Cutting people out of pictures: a small network says where they are (MediaPipe's selfie
//! segmentation), and the picture's own edges say exactly where they end (guided filter, He et al. 2010).

use std::path::Path;

use colophon_types::{Cancel, Raster};

use crate::net::{Net, tflite};
use crate::resize::Plane;
use crate::{ImageError, pixels};

const FILE: &str = "selfie_segmentation.tflite";
/// How far the filter looks, as a share of the longest side, and how much contrast is an edge.
const REACH: f32 = 1.0 / 90.0;
const CONTRAST: f32 = 4e-4;

/// The network, ready to find people.
#[derive(Debug)]
pub struct Cutter {
    net: Net,
    size: (usize, usize),
}

/// Where people are in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Matte(Plane);

impl Matte {
    /// Share of the picture that is taken by people.
    pub fn share(&self) -> f32 {
        self.0.v.iter().sum::<f32>() / self.0.v.len().max(1) as f32
    }
}

impl Cutter {
    /// Loads the network from the folder of model `selfie-segmentation`. The ONNX Runtime must have
    /// been loaded.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        let read = tflite::read(&dir.join(FILE))?;
        Ok(Self { net: Net::new(&read.graph, threads)?, size: (read.width, read.height) })
    }

    /// Where people are: 1 on them, 0 elsewhere, between at hair and soft edges.
    ///
    /// # Errors
    /// A picture without pixels, a stop, a network that failed.
    pub fn find(&self, image: &Raster, cancel: &Cancel) -> Result<Matte, ImageError> {
        pixels::check(image)?;
        let colours = pixels::colours(image);
        let seen: Vec<Plane> = colours.iter().map(|p| p.resized(self.size.0, self.size.1)).collect();
        let made = pixels::planes(self.net.apply("image", pixels::tensor(&seen), cancel)?)?;
        let coarse = made.first().ok_or_else(|| ImageError::Network("it gave nothing".into()))?;
        let (w, h) = (colours[0].w, colours[0].h);
        let coarse = coarse.resized(w, h);
        let radius = (w.max(h) as f32 * REACH).round().max(1.0) as usize;
        let mut matte = guided(&pixels::luma(&colours), &coarse, radius);
        for v in &mut matte.v {
            // What is all but certain is certain.
            *v = ((*v - 0.08) / 0.84).clamp(0.0, 1.0);
        }
        Ok(Matte(matte))
    }
}

/// Cuts out what the matte holds: the rest becomes clear.
///
/// # Errors
/// [`ImageError::BadPicture`] when the matte is of another size.
pub fn cut(image: &Raster, matte: &Matte) -> Result<Raster, ImageError> {
    fits(image, matte)?;
    let own = pixels::opacity(image);
    let v = matte.0.v.iter().enumerate().map(|(i, m)| m * own.as_ref().map_or(1.0, |o| o.v[i])).collect();
    Ok(pixels::picture(&pixels::colours(image), Some(&Plane { w: matte.0.w, h: matte.0.h, v })))
}

/// What comes behind people.
#[derive(Clone, Debug, PartialEq)]
pub enum Background {
    /// One colour: red, green, blue.
    Colour([u8; 3]),
    /// Another picture, scaled to cover.
    Picture(Raster),
    /// The picture's own background, blurred by this share of its longest side.
    Blurred(f32),
}

/// Puts another background behind people.
///
/// # Errors
/// As [`cut`]; a background without pixels.
pub fn replace(image: &Raster, matte: &Matte, background: &Background) -> Result<Raster, ImageError> {
    fits(image, matte)?;
    let colours = pixels::colours(image);
    let (w, h) = (colours[0].w, colours[0].h);
    let behind: Vec<Plane> = match background {
        Background::Colour(colour) => {
            colour.iter().map(|c| Plane { w, h, v: vec![f32::from(*c) / 255.0; w * h] }).collect()
        }
        Background::Picture(picture) => {
            pixels::check(picture)?;
            let planes = pixels::colours(picture);
            let scale = (w as f32 / planes[0].w as f32).max(h as f32 / planes[0].h as f32);
            let (sw, sh) = ((w as f32 / scale).round() as usize, (h as f32 / scale).round() as usize);
            let (left, top) = ((planes[0].w.saturating_sub(sw)) / 2, (planes[0].h.saturating_sub(sh)) / 2);
            let part = |p: &Plane| p.part(left as isize, top as isize, sw.max(1), sh.max(1)).resized(w, h);
            planes.iter().map(part).collect()
        }
        Background::Blurred(share) => {
            let radius = (w.max(h) as f32 * share.clamp(0.0, 0.2) / 3.0).round() as usize;
            // People do not bleed into what is behind them.
            let open = Plane { w, h, v: matte.0.v.iter().map(|m| (1.0 - m).max(1e-3)).collect() };
            let blur = |p: &Plane| (0..3).fold(p.clone(), |p, _| p.blurred(radius));
            let weight = blur(&open);
            let soft = |p: &Plane| {
                let v = p.v.iter().zip(&open.v).map(|(v, o)| v * o).collect();
                let sums = blur(&Plane { w, h, v });
                Plane { w, h, v: sums.v.iter().zip(&weight.v).map(|(s, o)| s / o.max(1e-6)).collect() }
            };
            colours.iter().map(soft).collect()
        }
    };
    let made: Vec<Plane> = colours
        .iter()
        .zip(&behind)
        .map(|(front, back)| {
            let mix = |((f, b), m): ((&f32, &f32), &f32)| f * m + b * (1.0 - m);
            Plane { w, h, v: front.v.iter().zip(&back.v).zip(&matte.0.v).map(mix).collect() }
        })
        .collect();
    Ok(pixels::picture(&made, None))
}

fn fits(image: &Raster, matte: &Matte) -> Result<(), ImageError> {
    pixels::check(image)?;
    if (image.width as usize, image.height as usize) == (matte.0.w, matte.0.h) {
        return Ok(());
    }
    Err(ImageError::Setting("the matte is of another picture".into()))
}

/// `input`, smoothed where `guide` is smooth and sharp where it has edges.
fn guided(guide: &Plane, input: &Plane, radius: usize) -> Plane {
    let product = |a: &Plane, b: &Plane| Plane {
        w: a.w,
        h: a.h,
        v: a.v.iter().zip(&b.v).map(|(a, b)| a * b).collect(),
    };
    let (mean_g, mean_i) = (guide.blurred(radius), input.blurred(radius));
    let (mean_gg, mean_gi) = (product(guide, guide).blurred(radius), product(guide, input).blurred(radius));
    let mut slope = Plane { w: guide.w, h: guide.h, v: Vec::with_capacity(guide.v.len()) };
    let mut offset = slope.clone();
    for i in 0..guide.v.len() {
        let variance = (mean_gg.v[i] - mean_g.v[i] * mean_g.v[i]).max(0.0);
        let a = (mean_gi.v[i] - mean_g.v[i] * mean_i.v[i]) / (variance + CONTRAST);
        slope.v.push(a);
        offset.v.push(mean_i.v[i] - a * mean_g.v[i]);
    }
    let (slope, offset) = (slope.blurred(radius), offset.blurred(radius));
    let v = (0..guide.v.len()).map(|i| slope.v[i] * guide.v[i] + offset.v[i]).collect();
    Plane { w: guide.w, h: guide.h, v }
}
