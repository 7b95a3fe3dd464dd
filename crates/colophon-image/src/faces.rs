//! Faces of people who do not exist, from noise: a DCGAN (Radford et al. 2015) that was trained on
//! drawn faces (DigiFace-1M), 64 by 64 pixels.

use std::path::Path;

use colophon_types::{Cancel, Raster, Seed};

use crate::ImageError;
use crate::net::torch::Weights;
use crate::net::{Conv, Graph, Net, Tensor};
use crate::pixels;

/// Numbers that a face is made from.
pub const LATENT: usize = 100;
/// Side of a face in pixels.
pub const SIDE: usize = 64;
const FILE: &str = "weights.tar";
const EPSILON: f32 = 1e-5;

/// A point in the space of faces; about normally distributed.
#[derive(Clone, Debug, PartialEq)]
pub struct Latent(pub [f32; LATENT]);

impl Latent {
    /// The face of a seed.
    pub fn of(seed: u64) -> Self {
        let mut noise = normals(Seed(seed).derive("face"));
        Self(std::array::from_fn(|_| noise.next().unwrap_or_default()))
    }

    /// The point at `t` (0…1) on the arc from this face to another, which stays as far from the middle
    /// as its ends are (Shoemake 1985).
    pub fn towards(&self, other: &Self, t: f32) -> Self {
        let dot: f32 = self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum();
        let length = |l: &Self| l.0.iter().map(|v| v * v).sum::<f32>().sqrt();
        let cos = (dot / (length(self) * length(other)).max(1e-6)).clamp(-1.0, 1.0);
        let angle = cos.acos();
        let (a, b) = if angle.sin() < 1e-4 {
            (1.0 - t, t)
        } else {
            (((1.0 - t) * angle).sin() / angle.sin(), (t * angle).sin() / angle.sin())
        };
        Self(std::array::from_fn(|i| a * self.0[i] + b * other.0[i]))
    }
}

/// Numbers without end that are normally distributed (Box and Muller 1958).
pub(crate) fn normals(mut dice: Seed) -> impl Iterator<Item = f32> {
    let mut uniform = move || ((dice.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    std::iter::repeat_with(move || {
        ((-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos()) as f32
    })
}

/// The generator, ready.
#[derive(Debug)]
pub struct Faces {
    net: Net,
}

impl Faces {
    /// Loads the generator from the folder of model `dcgan-faces`. The ONNX Runtime must have been
    /// loaded.
    ///
    /// # Errors
    /// A model that cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, ImageError> {
        let weights = Weights::open(&dir.join(FILE), Some("netG_state_dict"))?;
        let mut graph = Graph::default();
        let mut value = graph.input("noise", &[None, Some(LATENT), Some(1), Some(1)]);
        for (index, layer) in [0usize, 3, 6, 9, 12].into_iter().enumerate() {
            let (shape, kernel) = weights.get::<4>(&format!("main.{layer}.weight"))?;
            let (stride, pad) = if index == 0 { (1, 0) } else { (2, 1) };
            let out = shape[1];
            let area = shape[2] * shape[3];
            let mut kernel = kernel.to_vec();
            let mut bias = vec![0.0; out];
            if index < 4 {
                // The normalisation after it scales and moves each channel: so can the weights.
                let of = |what: &str| weights.get::<1>(&format!("main.{}.{what}", layer + 1)).map(|(_, v)| v);
                let (gain, offset) = (of("weight")?, of("bias")?);
                let (mean, variance) = (of("running_mean")?, of("running_var")?);
                if [gain, offset, mean, variance].iter().any(|v| v.len() != out) {
                    return Err(ImageError::model(&dir.join(FILE), "its layers do not fit".into()));
                }
                for o in 0..out {
                    let factor = gain[o] / (variance[o] + EPSILON).sqrt();
                    bias[o] = offset[o] - mean[o] * factor;
                    for from in kernel.chunks_exact_mut(out * area) {
                        from[o * area..][..area].iter_mut().for_each(|w| *w *= factor);
                    }
                }
            }
            let conv = Conv { shape, weights: kernel, bias: Some(bias), stride, pads: [pad; 4], groups: 1 };
            value = graph.conv_transpose(value, conv);
            value = graph.plain(if index < 4 { "Relu" } else { "Tanh" }, &[value]);
        }
        let half = graph.scalar(0.5);
        let value = graph.plain("Mul", &[value, half]);
        let value = graph.plain("Add", &[value, half]);
        graph.output("faces", value);
        Ok(Self { net: Net::new(&graph, threads)? })
    }

    /// The faces of some points, [`SIDE`] pixels square.
    ///
    /// # Errors
    /// A stop, a network that failed.
    pub fn draw(&self, latents: &[Latent], cancel: &Cancel) -> Result<Vec<Raster>, ImageError> {
        if latents.is_empty() {
            return Ok(Vec::new());
        }
        let made = self.numbers(latents, cancel)?;
        if made.shape != [latents.len(), 3, SIDE, SIDE] {
            return Err(ImageError::Network(format!("it gave {:?} in the place of faces", made.shape)));
        }
        made.data
            .chunks_exact(3 * SIDE * SIDE)
            .map(|face| {
                let tensor = Tensor::new(&[1, 3, SIDE, SIDE], face.to_vec());
                Ok(pixels::picture(&pixels::planes(tensor)?, None))
            })
            .collect()
    }

    /// What the generator gives, 0…1, `[faces, 3, SIDE, SIDE]`.
    pub(crate) fn numbers(&self, latents: &[Latent], cancel: &Cancel) -> Result<Tensor, ImageError> {
        let noise = latents.iter().flat_map(|l| l.0).collect();
        self.net.apply("noise", Tensor::new(&[latents.len(), LATENT, 1, 1], noise), cancel)
    }
}
