//! How likely a picture is not fit to be shown everywhere (open_nsfw, Yahoo 2016).

use std::path::Path;

use colophon_types::{Cancel, Raster};

use crate::net::{Net, Tensor};
use crate::resize::Plane;
use crate::{ImageError, pixels};

const FILE: &str = "open-nsfw.onnx";
/// The picture is scaled to this side, and the middle of it looked at.
const SCALED: usize = 256;
const SEEN: usize = 224;
/// Mean blue, green and red of 255.
const MEAN: [f32; 3] = [104.0, 117.0, 123.0];

/// The network, ready to judge.
#[derive(Debug)]
pub struct NudityFilter {
    net: Net,
    input: String,
}

impl NudityFilter {
    /// Loads the network from the folder of model `open-nsfw`. The ONNX Runtime must have been loaded.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        let net = Net::open(&dir.join(FILE), threads)?;
        let input = net.inputs().into_iter().next().unwrap_or_default();
        Ok(Self { net, input })
    }

    /// A score, 0…1: 0.5 and more are commonly held to be unfit. It errs on swimwear and on art.
    ///
    /// # Errors
    /// A picture without pixels, a stop, a network that failed.
    pub fn score(&self, image: &Raster, cancel: &Cancel) -> Result<f32, ImageError> {
        pixels::check(image)?;
        let around = ((SCALED - SEEN) / 2) as isize;
        let seen: Vec<Plane> = pixels::colours(image)
            .iter()
            .map(|p| p.resized(SCALED, SCALED).part(around, around, SEEN, SEEN))
            .collect();
        let mut data = Vec::with_capacity(3 * SEEN * SEEN);
        for i in 0..SEEN * SEEN {
            for (plane, mean) in seen.iter().rev().zip(MEAN) {
                data.push(plane.v[i] * 255.0 - mean);
            }
        }
        let made = self.net.apply(&self.input, Tensor::new(&[1, SEEN, SEEN, 3], data), cancel)?;
        match made.data.as_slice() {
            [_, unfit] => Ok(unfit.clamp(0.0, 1.0)),
            _ => Err(ImageError::Network("it gave no score".into())),
        }
    }
}
