//! What the generators of both generations have in common: the weights as they lie in a file, layers in which
//! everything is connected, and the network that turns noise into a style.

use std::path::{Path, PathBuf};

use crate::ImageError;
use crate::diffusion::weights::Weights;
use crate::net::{Attr, Graph, Var};

/// What the mapping network's weights are scaled by while it learns (lr_multiplier).
const MAPPING_RATE: f32 = 0.01;
const EPSILON: f32 = 1e-8;

/// The graph while it is written.
pub(super) struct Plan<'a> {
    weights: &'a Weights,
    path: PathBuf,
    prefix: &'static str,
    pub(super) graph: Graph,
    /// Numbers of a style.
    pub(super) width: usize,
}

impl<'a> Plan<'a> {
    /// Nothing yet, for the generator in a file.
    pub(super) fn new(weights: &'a Weights, path: &Path) -> Result<Self, ImageError> {
        let prefix = ["", "G_ema.", "g_ema."]
            .into_iter()
            .find(|prefix| weights.has(&format!("{prefix}mapping.fc0.weight")))
            .ok_or_else(|| ImageError::model(path, "it holds no StyleGAN generator".into()))?;
        Ok(Self { weights, path: path.to_owned(), prefix, graph: Graph::default(), width: 0 })
    }

    pub(super) fn bad(&self, reason: String) -> ImageError {
        ImageError::model(&self.path, reason)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.weights.has(&format!("{}{name}", self.prefix))
    }

    pub(super) fn shape<const N: usize>(&self, name: &str) -> Result<[usize; N], ImageError> {
        let full = format!("{}{name}", self.prefix);
        let shape = self.weights.shape(&full).ok_or_else(|| self.bad(format!("it has no tensor {full}")))?;
        let sound = shape.iter().all(|side| (1..=65_536).contains(side));
        shape.try_into().ok().filter(|_| sound).ok_or_else(|| self.bad(format!("{full} has another shape")))
    }

    /// The numbers of a tensor that must have this shape.
    pub(super) fn floats<const N: usize>(
        &self,
        name: &str,
        shape: [usize; N],
    ) -> Result<Vec<f32>, ImageError> {
        match self.shape::<N>(name)? == shape {
            true => self.weights.floats(&format!("{}{name}", self.prefix), None),
            false => Err(self.bad(format!("{name} does not fit the layers beside it"))),
        }
    }

    pub(super) fn constant(&mut self, shape: &[usize], value: f32) -> Var {
        self.graph.floats(shape, vec![value; shape.iter().product()])
    }

    pub(super) fn both(&mut self, kind: &'static str, a: Var, b: Var) -> Var {
        self.graph.plain(kind, &[a, b])
    }

    /// The activation of all layers, which keeps the size of its input.
    pub(super) fn leaky(&mut self, x: Var) -> Var {
        let x = self.graph.op("LeakyRelu", &[x], vec![("alpha", Attr::Float(0.2))]);
        let gain = self.graph.scalar(std::f32::consts::SQRT_2);
        self.both("Mul", x, gain)
    }

    /// A layer in which everything is connected, scaled as it learned (`rate`) and further (`gain`).
    pub(super) fn linear(
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
        let kernel = self.graph.floats(&[ins, out], Self::turned(&rows, out, scale));
        let bias = self.graph.floats(&[1, out], bias.iter().map(|b| b * rate * gain).collect());
        let x = self.both("MatMul", x, kernel);
        Ok((self.both("Add", x, bias), out))
    }

    /// Numbers `[1, width]` to mean square 1.
    fn normal(&mut self, x: Var, width: usize) -> Var {
        let squares = self.both("Mul", x, x);
        let mean = self.constant(&[width, 1], 1.0 / width as f32);
        let mean = self.both("MatMul", squares, mean);
        let epsilon = self.graph.scalar(EPSILON);
        let mean = self.both("Add", mean, epsilon);
        let size = self.graph.plain("Sqrt", &[mean]);
        self.both("Div", x, size)
    }

    /// From noise, and a class where it draws by class (1 in its place, else 0), to a style; gives how many numbers
    /// of noise and how many classes there are, too.
    pub(super) fn mapping(&mut self) -> Result<(Var, usize, usize), ImageError> {
        let [_, ins] = self.shape::<2>("mapping.fc0.weight")?;
        let classes = match self.has("mapping.embed.weight") {
            true => self.shape::<2>("mapping.embed.weight")?[1],
            false => 0,
        };
        let mut told = None;
        if classes > 0 {
            let class = self.graph.input("class", &[Some(1), Some(classes)]);
            told = Some(self.linear(class, "mapping.embed", classes, 1.0, 1.0)?);
        }
        let latent = ins.checked_sub(told.map_or(0, |(_, width)| width)).filter(|n| *n > 0);
        let latent = latent.ok_or_else(|| self.bad("its classes take all that its layers read".into()))?;
        let noise = self.graph.input("noise", &[Some(1), Some(latent)]);
        let truncation = self.graph.input("truncation", &[Some(1), Some(1)]);
        let (mut x, mut width) = (self.normal(noise, latent), ins);
        if let Some((told, count)) = told {
            let told = self.normal(told, count);
            x = self.graph.op("Concat", &[x, told], vec![("axis", Attr::Int(1))]);
        }
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
        Ok((self.both("Add", average, apart), latent, classes))
    }

    /// A number for each channel, `[1, count]`, as it is laid over a picture.
    pub(super) fn by_channel(&mut self, numbers: Var, count: usize) -> Var {
        let shape = self.graph.ints(&[1, count as i64, 1, 1]);
        self.both("Reshape", numbers, shape)
    }

    /// The squared norm of the weights from each channel to each, `[ins, out]`; `kernel` is `[out, ins, …]`.
    pub(super) fn norms(kernel: &[f32], [ins, out]: [usize; 2]) -> Vec<f32> {
        let area = kernel.len() / (ins * out);
        (0..ins * out)
            .map(|at| kernel[((at % out) * ins + at / out) * area..][..area].iter().map(|v| v * v).sum())
            .collect()
    }

    /// Takes back what a style did to the norm of a convolution's weights, whose [`norms`](Self::norms) these are.
    pub(super) fn demodulated(&mut self, x: Var, style: Var, norms: Vec<f32>, [ins, out]: [usize; 2]) -> Var {
        let squares = self.both("Mul", style, style);
        let norms = self.graph.floats(&[ins, out], norms);
        let norm = self.both("MatMul", squares, norms);
        let epsilon = self.graph.scalar(EPSILON);
        let norm = self.both("Add", norm, epsilon);
        let norm = self.graph.plain("Sqrt", &[norm]);
        let norm = self.by_channel(norm, out);
        self.both("Div", x, norm)
    }

    pub(super) fn bias(&mut self, x: Var, name: &str, channels: usize) -> Result<Var, ImageError> {
        let bias = self.floats(&format!("{name}.bias"), [channels])?;
        let bias = self.graph.floats(&[1, channels, 1, 1], bias);
        Ok(self.both("Add", x, bias))
    }

    /// A number, where there is one of this name.
    pub(super) fn number(&self, name: &str) -> Option<f32> {
        match self.weights.floats(&format!("{}{name}", self.prefix), None).as_deref() {
            Ok([number]) => Some(*number),
            _ => None,
        }
    }

    /// The names of all tensors.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.weights.names().filter_map(|name| name.strip_prefix(self.prefix))
    }

    /// A matrix as ONNX multiplies by it, columns for rows, scaled.
    pub(super) fn turned(rows: &[f32], out: usize, scale: f32) -> Vec<f32> {
        let ins = rows.len() / out.max(1);
        (0..rows.len()).map(|at| rows[(at % out) * ins + at / out] * scale).collect()
    }
}
