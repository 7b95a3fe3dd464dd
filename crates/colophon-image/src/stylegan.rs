//! Pictures from noise by a style-based generator, StyleGAN2 (Karras et al. 2020), with weights that the user
//! brings: a safetensors file whose tensors have the names of `G_ema` in NVIDIA's PyTorch code.
//!
//! A modulated convolution is written as the paper's equation 2 allows: the input is scaled by the style,
//! convolved with weights that stay as they are, and scaled back by what the style did to their norm.

use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Raster, Seed};

use crate::ImageError;
use crate::diffusion::weights::Weights;
use crate::faces::normals;
use crate::net::{Attr, Conv, Graph, Net, Tensor, Var};
use crate::pixels;

/// Largest side of a picture that is read, in pixels.
const LARGEST: usize = 2048;
/// What the mapping network's weights are scaled by while it learns (lr_multiplier).
const MAPPING_RATE: f32 = 0.01;
const EPSILON: f32 = 1e-8;
/// The filter that smooths what is enlarged, before it is normalised.
const FILTER: [f32; 4] = [1.0, 3.0, 3.0, 1.0];

/// A generator, ready.
#[derive(Debug)]
pub struct StyleGan {
    net: Net,
    latent: usize,
    side: usize,
}

impl StyleGan {
    /// Loads a generator. The ONNX Runtime must have been loaded.
    ///
    /// # Errors
    /// [`ImageError::Model`]: a file that holds no such generator, or one of another kind (conditional,
    /// residual, StyleGAN3).
    pub fn load(path: &Path, threads: usize) -> Result<Self, ImageError> {
        let weights = Weights::open(path, None)?;
        let prefix = ["", "G_ema.", "g_ema."]
            .into_iter()
            .find(|prefix| weights.has(&format!("{prefix}mapping.fc0.weight")))
            .ok_or_else(|| ImageError::model(path, "it holds no StyleGAN2 generator".into()))?;
        let mut plan =
            Plan { weights: &weights, path: path.to_owned(), prefix, graph: Graph::default(), width: 0 };
        let (latent, side) = plan.whole()?;
        Ok(Self { net: Net::new(&plan.graph, threads)?, latent, side })
    }

    /// Width and height of its pictures, in pixels.
    pub fn side(&self) -> u32 {
        self.side as u32
    }

    /// The picture of a seed. `truncation` draws it towards what the generator makes most: 0 always gives the
    /// mean picture, 1 leaves it as it comes.
    ///
    /// # Errors
    /// A stop, a network that failed.
    pub fn draw(&self, seed: u64, truncation: f32, cancel: &Cancel) -> Result<Raster, ImageError> {
        let noise = normals(Seed(seed).derive("stylegan")).take(self.latent).collect();
        let mut made = self.numbers(noise, truncation, cancel)?;
        if made.shape != [1, 3, self.side, self.side] || made.data.iter().any(|v| !v.is_finite()) {
            return Err(ImageError::Network(format!("it gave {:?} in the place of a picture", made.shape)));
        }
        made.data.iter_mut().for_each(|v| *v = (*v * 0.5 + 0.5).clamp(0.0, 1.0));
        Ok(pixels::picture(&pixels::planes(made)?, None))
    }

    /// What the generator gives, about −1…1, `[1, 3, side, side]`.
    pub(crate) fn numbers(
        &self,
        noise: Vec<f32>,
        truncation: f32,
        cancel: &Cancel,
    ) -> Result<Tensor, ImageError> {
        let inputs = vec![
            ("noise", Tensor::new(&[1, self.latent], noise)),
            ("truncation", Tensor::new(&[1, 1], vec![truncation])),
        ];
        let none = || ImageError::Network("it gave nothing".into());
        self.net.run(inputs, cancel)?.into_iter().next().ok_or_else(none)
    }
}

/// The graph while it is written.
struct Plan<'a> {
    weights: &'a Weights,
    path: PathBuf,
    prefix: &'static str,
    graph: Graph,
    /// Numbers of a style.
    width: usize,
}

/// What a layer does besides its convolution.
struct Layer {
    enlarge: bool,
    demodulate: bool,
}

impl Plan<'_> {
    fn bad(&self, reason: String) -> ImageError {
        ImageError::model(&self.path, reason)
    }

    fn has(&self, name: &str) -> bool {
        self.weights.has(&format!("{}{name}", self.prefix))
    }

    fn shape<const N: usize>(&self, name: &str) -> Result<[usize; N], ImageError> {
        let full = format!("{}{name}", self.prefix);
        let shape = self.weights.shape(&full).ok_or_else(|| self.bad(format!("it has no tensor {full}")))?;
        let sound = shape.iter().all(|side| (1..=65_536).contains(side));
        shape.try_into().ok().filter(|_| sound).ok_or_else(|| self.bad(format!("{full} has another shape")))
    }

    /// The numbers of a tensor that must have this shape.
    fn floats<const N: usize>(&self, name: &str, shape: [usize; N]) -> Result<Vec<f32>, ImageError> {
        match self.shape::<N>(name)? == shape {
            true => self.weights.floats(&format!("{}{name}", self.prefix), None),
            false => Err(self.bad(format!("{name} does not fit the layers beside it"))),
        }
    }

    fn constant(&mut self, shape: &[usize], value: f32) -> Var {
        self.graph.floats(shape, vec![value; shape.iter().product()])
    }

    fn both(&mut self, kind: &'static str, a: Var, b: Var) -> Var {
        self.graph.plain(kind, &[a, b])
    }

    /// The activation of all layers, which keeps the size of its input.
    fn leaky(&mut self, x: Var) -> Var {
        let x = self.graph.op("LeakyRelu", &[x], vec![("alpha", Attr::Float(0.2))]);
        let gain = self.graph.scalar(std::f32::consts::SQRT_2);
        self.both("Mul", x, gain)
    }

    /// A layer in which everything is connected, scaled as it learned (`rate`) and further (`gain`).
    fn linear(
        &mut self,
        x: Var,
        name: &str,
        ins: usize,
        rate: f32,
        gain: f32,
    ) -> Result<(Var, usize), ImageError> {
        let [out, _] = self.shape::<2>(&format!("{name}.weight"))?;
        let rows = self.floats(&format!("{name}.weight"), [out, ins])?;
        let bias = self.floats(&format!("{name}.bias"), [out])?;
        let scale = rate / (ins as f32).sqrt() * gain;
        let turned = (0..ins * out).map(|at| rows[(at % out) * ins + at / out] * scale).collect();
        let kernel = self.graph.floats(&[ins, out], turned);
        let bias = self.graph.floats(&[1, out], bias.iter().map(|b| b * rate * gain).collect());
        let x = self.both("MatMul", x, kernel);
        Ok((self.both("Add", x, bias), out))
    }

    /// From noise to a style.
    fn mapping(&mut self, latent: usize) -> Result<Var, ImageError> {
        let noise = self.graph.input("noise", &[Some(1), Some(latent)]);
        let truncation = self.graph.input("truncation", &[Some(1), Some(1)]);
        let squares = self.both("Mul", noise, noise);
        let mean = self.constant(&[latent, 1], 1.0 / latent as f32);
        let mean = self.both("MatMul", squares, mean);
        let epsilon = self.graph.scalar(EPSILON);
        let mean = self.both("Add", mean, epsilon);
        let size = self.graph.plain("Sqrt", &[mean]);
        let (mut x, mut width) = (self.both("Div", noise, size), latent);
        for index in 0.. {
            let name = format!("mapping.fc{index}");
            if !self.has(&format!("{name}.weight")) {
                break;
            }
            (x, width) = self.linear(x, &name, width, MAPPING_RATE, 1.0)?;
            x = self.leaky(x);
        }
        self.width = width;
        let average = self.floats("mapping.w_avg", [width])?;
        let average = self.graph.floats(&[1, width], average);
        let apart = self.both("Sub", x, average);
        let apart = self.both("Mul", apart, truncation);
        Ok(self.both("Add", average, apart))
    }

    /// A convolution whose channels the style scales, with its bias; gives the channels, too.
    fn modulated(
        &mut self,
        x: Var,
        style: Var,
        name: &str,
        ins: usize,
        layer: &Layer,
    ) -> Result<(Var, usize), ImageError> {
        let [out, ..] = self.shape::<4>(&format!("{name}.weight"))?;
        let side = if layer.demodulate { 3 } else { 1 };
        let kernel = self.floats(&format!("{name}.weight"), [out, ins, side, side])?;
        let area = side * side;
        let gain = if layer.demodulate { 1.0 } else { 1.0 / ((ins * area) as f32).sqrt() };
        let (style, channels) = self.linear(style, &format!("{name}.affine"), self.width, 1.0, gain)?;
        if channels != ins {
            return Err(self.bad(format!("{name}.affine does not fit the layers beside it")));
        }
        let as_channels = |count: usize| [1, count as i64, 1, 1];
        let shape = self.graph.ints(&as_channels(ins));
        let scales = self.both("Reshape", style, shape);
        let mut x = self.both("Mul", x, scales);
        // What the style does to the norm of the weights of each channel that comes out.
        let norm: Vec<f32> = (0..ins * out)
            .map(|at| kernel[((at % out) * ins + at / out) * area..][..area].iter().map(|v| v * v).sum())
            .collect();
        if layer.enlarge {
            let mut turned = vec![0.0; kernel.len()];
            for o in 0..out {
                for i in 0..ins {
                    turned[(i * out + o) * area..][..area]
                        .copy_from_slice(&kernel[(o * ins + i) * area..][..area]);
                }
            }
            let pads = [0; 4];
            let conv = Conv {
                shape: [ins, out, side, side],
                weights: turned,
                bias: None,
                stride: 2,
                pads,
                groups: 1,
            };
            x = self.graph.conv_transpose(x, conv);
            x = self.smooth(x, out);
        } else {
            let pads = [side / 2; 4];
            let conv = Conv {
                shape: [out, ins, side, side],
                weights: kernel,
                bias: None,
                stride: 1,
                pads,
                groups: 1,
            };
            x = self.graph.conv(x, conv);
        }
        if layer.demodulate {
            let squares = self.both("Mul", style, style);
            let norm = self.graph.floats(&[ins, out], norm);
            let norm = self.both("MatMul", squares, norm);
            let epsilon = self.graph.scalar(EPSILON);
            let norm = self.both("Add", norm, epsilon);
            let norm = self.graph.plain("Sqrt", &[norm]);
            let shape = self.graph.ints(&as_channels(out));
            let norm = self.both("Reshape", norm, shape);
            x = self.both("Div", x, norm);
        }
        Ok((x, out))
    }

    fn filter(channels: usize) -> Vec<f32> {
        // It sums to one; enlarging spreads each number over four.
        let one = FILTER.iter().flat_map(|a| FILTER.iter().map(move |b| a * b / 64.0 * 4.0));
        one.collect::<Vec<_>>().repeat(channels)
    }

    /// Smooths what a transposed convolution left; takes a row and a column away.
    fn smooth(&mut self, x: Var, channels: usize) -> Var {
        let weights = Self::filter(channels);
        let conv = Conv {
            shape: [channels, 1, 4, 4],
            weights,
            bias: None,
            stride: 1,
            pads: [1; 4],
            groups: channels,
        };
        self.graph.conv(x, conv)
    }

    /// Doubles a picture.
    fn double(&mut self, x: Var) -> Var {
        let weights = Self::filter(3);
        let conv = Conv { shape: [3, 1, 4, 4], weights, bias: None, stride: 2, pads: [1; 4], groups: 3 };
        self.graph.conv_transpose(x, conv)
    }

    fn bias(&mut self, x: Var, name: &str, channels: usize) -> Result<Var, ImageError> {
        let bias = self.floats(&format!("{name}.bias"), [channels])?;
        let bias = self.graph.floats(&[1, channels, 1, 1], bias);
        Ok(self.both("Add", x, bias))
    }

    /// A layer of a block: convolution, its own noise, bias, activation.
    fn layer(
        &mut self,
        x: Var,
        style: Var,
        name: &str,
        (ins, side): (usize, usize),
        enlarge: bool,
    ) -> Result<(Var, usize), ImageError> {
        let layer = Layer { enlarge, demodulate: true };
        let (mut x, out) = self.modulated(x, style, name, ins, &layer)?;
        let strength = self.weights.floats(&format!("{}{name}.noise_strength", self.prefix), None);
        if let Ok([strength]) = strength.as_deref() {
            let noise = self.floats(&format!("{name}.noise_const"), [side, side])?;
            let noise = noise.iter().map(|v| v * strength).collect();
            let noise = self.graph.floats(&[1, 1, side, side], noise);
            x = self.both("Add", x, noise);
        }
        let x = self.bias(x, name, out)?;
        Ok((self.leaky(x), out))
    }

    /// Writes all of it; gives the numbers of noise and the side of the picture.
    fn whole(&mut self) -> Result<(usize, usize), ImageError> {
        if self.has("mapping.embed.weight") {
            return Err(self.bad("it draws by class, which is not read".into()));
        }
        let [_, latent] = self.shape::<2>("mapping.fc0.weight")?;
        let style = self.mapping(latent)?;
        let [mut channels, mut side, _] = self.shape::<3>("synthesis.b4.const")?;
        let start = self.floats("synthesis.b4.const", [channels, 4, 4])?;
        let mut x = self.graph.floats(&[1, channels, 4, 4], start);
        let mut picture: Option<Var> = None;
        loop {
            let block = format!("synthesis.b{side}");
            if side > 4 {
                (x, channels) = self.layer(x, style, &format!("{block}.conv0"), (channels, side), true)?;
            }
            (x, channels) = self.layer(x, style, &format!("{block}.conv1"), (channels, side), false)?;
            let name = format!("{block}.torgb");
            if !self.has(&format!("{name}.weight")) {
                return Err(self.bad("its blocks are residual, which is not read".into()));
            }
            let layer = Layer { enlarge: false, demodulate: false };
            let (colours, count) = self.modulated(x, style, &name, channels, &layer)?;
            if count != 3 {
                return Err(self.bad(format!("its pictures have {count} channels")));
            }
            let colours = self.bias(colours, &name, 3)?;
            picture = Some(match picture {
                Some(smaller) => {
                    let doubled = self.double(smaller);
                    self.both("Add", doubled, colours)
                }
                None => colours,
            });
            if !self.has(&format!("synthesis.b{}.conv1.weight", side * 2)) {
                break;
            }
            side *= 2;
            if side > LARGEST {
                return Err(self.bad(format!("its pictures are larger than {LARGEST} pixels")));
            }
        }
        if let Some(picture) = picture {
            self.graph.output("picture", picture);
        }
        Ok((latent, side))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
mod tests {
    use colophon_test::diffusion::{Tensors, write_tensors};
    use colophon_test::stylegan::{KEPT, noise, tensors};

    use super::*;

    /// The file of a tiny generator.
    fn tiny() -> (tempfile::TempDir, PathBuf) {
        crate::agreement::model("");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tiny.safetensors");
        write_tensors(&path, &tensors(), false);
        (dir, path)
    }

    #[test]
    fn its_pictures_are_those_of_the_reference() {
        let (_dir, path) = tiny();
        let gan = StyleGan::load(&path, 1).unwrap();
        assert_eq!((gan.side(), gan.latent), (16, 12));
        for psi in ["1.0", "0.7"] {
            let made = gan.numbers(noise(), psi.parse().unwrap(), &Cancel::new()).unwrap();
            let reference = KEPT["pictures"][psi].as_array().unwrap();
            assert_eq!(made.data.len(), reference.len());
            let far = |(a, b): (&f32, &serde_json::Value)| (f64::from(*a) - b.as_f64().unwrap()).abs();
            let far = made.data.iter().zip(reference).map(far).fold(0.0, f64::max);
            assert!(far < 1e-4, "{psi}: {far}");
        }
        let first = gan.draw(1, 0.7, &Cancel::new()).unwrap();
        assert!(first == gan.draw(1, 0.7, &Cancel::new()).unwrap());
        assert!(first != gan.draw(2, 0.7, &Cancel::new()).unwrap());
    }

    #[test]
    fn files_that_are_no_generator_are_refused() {
        let (dir, path) = tiny();
        let refused = |change: &dyn Fn(&mut Tensors)| {
            let mut tensors = tensors();
            change(&mut tensors);
            let path = dir.path().join("other.safetensors");
            write_tensors(&path, &tensors, false);
            let error = StyleGan::load(&path, 1).expect_err("refused").to_string();
            assert!(!error.contains('\n'), "{error}");
        };
        refused(&|tensors| tensors.clear());
        refused(&|tensors| drop(tensors.remove("synthesis.b8.torgb.weight")));
        refused(&|tensors| drop(tensors.remove("mapping.w_avg")));
        refused(&|tensors| drop(tensors.insert("mapping.embed.weight".into(), (vec![1, 1], vec![0.0]))));
        refused(&|tensors| {
            drop(tensors.insert("synthesis.b4.const".into(), (vec![9, 4, 4], vec![0.0; 144])))
        });
        refused(&|tensors| {
            drop(tensors.insert("synthesis.b8.conv0.affine.weight".into(), (vec![1, 1], vec![0.0])));
        });
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 7, 100, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(StyleGan::load(&path, 1).is_err(), "{length}");
        }
    }
}
