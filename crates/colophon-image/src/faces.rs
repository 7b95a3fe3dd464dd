//! Faces of people who do not exist, from noise: a DCGAN (Radford et al. 2015) that was trained on
//! drawn faces (DigiFace-1M), 64 by 64 pixels.

use std::path::Path;
use std::sync::LazyLock;

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

    /// The point so many steps along some directions, as far from the middle as this one.
    pub fn along(&self, steps: &[(&Direction, f32)]) -> Self {
        if steps.iter().all(|(_, amount)| *amount == 0.0) {
            return self.clone();
        }
        let length = |numbers: &[f32; LATENT]| numbers.iter().map(|v| v * v).sum::<f32>().sqrt();
        let moved: [f32; LATENT] = std::array::from_fn(|i| {
            self.0[i] + steps.iter().map(|(direction, amount)| direction.numbers[i] * amount).sum::<f32>()
        });
        let factor = length(&self.0) / length(&moved).max(1e-6);
        Self(moved.map(|v| v * factor))
    }
}

/// Directions that `training/faces/directions.py` found: name, how near the measure is to a linear function, and
/// numbers.
const TABLE: &str = include_str!("../data/face-directions.tsv");

/// A direction in the space of faces, of length 1: along it one thing in them changes, and the others that there
/// are directions for hardly do.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// Its name.
    pub name: &'static str,
    numbers: [f32; LATENT],
}

/// The directions that are known.
pub fn directions() -> &'static [Direction] {
    static ALL: LazyLock<Vec<Direction>> = LazyLock::new(|| TABLE.lines().filter_map(direction).collect());
    &ALL
}

fn direction(line: &'static str) -> Option<Direction> {
    let [name, _, numbers] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let numbers: Option<Vec<f32>> = numbers.split(' ').map(|number| number.parse().ok()).collect();
    Some(Direction { name, numbers: numbers?.try_into().ok()? })
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What `directions.py` measures, by name.
    fn measure(name: &str, face: &Raster) -> f64 {
        let at = |c: usize, x: usize, y: usize| f64::from(face.rgba[(y * SIDE + x) * 4 + c]) / 255.0;
        let light = |x: usize, y: usize| 0.2126 * at(0, x, y) + 0.7152 * at(1, x, y) + 0.0722 * at(2, x, y);
        let mean = |columns: &[usize], rows: std::ops::Range<usize>, value: &dyn Fn(usize, usize) -> f64| {
            let count = (columns.len() * rows.len()) as f64;
            rows.map(|y| columns.iter().map(|x| value(*x, y)).sum::<f64>()).sum::<f64>() / count
        };
        let columns = |range: std::ops::Range<usize>| range.collect::<Vec<_>>();
        let edges: Vec<usize> = (0..6).chain(58..SIDE).collect();
        match name {
            "light" => mean(&columns(18..46), 20..56, &light),
            "hair" => mean(&columns(18..46), 2..12, &light),
            "backdrop" => mean(&edges, 4..40, &light),
            "warm" => mean(&columns(18..46), 20..56, &|x, y| at(0, x, y) - at(2, x, y)),
            "side" => mean(&columns(32..46), 20..56, &light) - mean(&columns(18..32), 20..56, &light),
            "turn" => {
                let detail = |x: usize| mean(&[x], 24..56, &|x, y| (light(x + 1, y) - light(x, y)).abs());
                let weights: Vec<f64> = (8..56).map(detail).collect();
                let total: f64 = weights.iter().sum();
                weights.iter().enumerate().map(|(x, w)| x as f64 * w).sum::<f64>() / total
            }
            "mouth" => {
                let middle = mean(&columns(22..42), 46..58, &light);
                let spread = mean(&columns(22..42), 46..58, &|x, y| (light(x, y) - middle).powi(2));
                spread.sqrt() / (mean(&columns(18..46), 20..56, &light) + 0.05)
            }
            "green" => mean(&edges, 4..40, &|x, y| at(1, x, y) - (at(0, x, y) + at(2, x, y)) / 2.0),
            _ => f64::NAN,
        }
    }

    #[test]
    fn faces_change_along_directions_in_what_they_are_named_after() {
        crate::agreement::model("runtime");
        let faces = Faces::load(&crate::agreement::model("dcgan-faces"), 2).unwrap();
        let cancel = Cancel::new();
        let starts: Vec<Latent> = (1000..1100).map(Latent::of).collect();
        let amounts = [-4.0f32, -2.0, 0.0, 2.0, 4.0];
        // Of each amount the measures of all faces.
        let along = |direction: &Direction, name: &str| {
            amounts.map(|amount| {
                let moved: Vec<Latent> = starts.iter().map(|s| s.along(&[(direction, amount)])).collect();
                let drawn = faces.draw(&moved, &cancel).unwrap();
                drawn.iter().map(|face| measure(name, face)).collect::<Vec<f64>>()
            })
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert_eq!(directions().len(), 8);
        for direction in directions() {
            let length: f32 = direction.numbers.iter().map(|v| v * v).sum();
            assert!((length - 1.0).abs() < 1e-2, "{}", direction.name);
            let values = along(direction, direction.name);
            let means = values.each_ref().map(|v| mean(v));
            assert!(means.is_sorted_by(|a, b| a < b), "{}: {means:?}", direction.name);
            let spread = values[2].iter().map(|v| (v - means[2]).powi(2)).sum::<f64>() / starts.len() as f64;
            let rise = (means[4] - means[0]) / spread.sqrt();
            let up = values[0].iter().zip(&values[4]).filter(|(low, high)| low < high).count();
            println!("{}: rises {rise:.2} spreads over 8 steps, in {up} of 100 faces", direction.name);
            assert!(rise > 1.0 && up >= 80, "{}: {rise:.2}, {up}", direction.name);
        }
        assert_eq!(starts[0].along(&[]), starts[0]);
        assert_eq!(starts[0].along(&[(&directions()[0], 0.0)]), starts[0]);
    }
}
