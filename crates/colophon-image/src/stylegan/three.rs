//! The third generation (Karras et al. 2021): a picture grows out of plane waves, and every layer's leaky ReLU
//! works on a signal that is enlarged for it and made small again, so that nothing sticks to the pixels.
//!
//! The filters lie in the file. Sampling rates and sizes follow from the picture's side and the number of layers,
//! as NVIDIA's code has them unless it is told otherwise; the names of the layers say whether it was.

use std::f64::consts::TAU;

use super::LARGEST;
use super::plan::Plan;
use crate::ImageError;
use crate::net::{Attr, Conv, Tensor, Var};

/// Layers at the end that are sampled critically.
const CRITICAL: usize = 2;
/// Cutoff and stopband of the first layer, and the last stopband as a multiple of its cutoff (2^2.1, 2^0.3).
const FIRST_CUTOFF: f64 = 2.0;
const FIRST_STOPBAND: f64 = 4.287_093_850_145_172_5;
const LAST_STOPBAND: f64 = 1.231_144_413_344_916_3;
/// Pixels around the picture on each side.
const MARGIN: usize = 10;
/// How much more finely the leaky ReLU is sampled.
const FINER: usize = 2;
/// Numbers beyond this are cut off.
const CLAMP: f32 = 256.0;
const OUTPUT_SCALE: f32 = 0.25;

/// The waves that a picture begins with.
#[derive(Debug)]
pub(super) struct Waves {
    /// Waves a unit of length, right and down, of each channel, and its phase in turns.
    frequencies: Vec<[f64; 2]>,
    phases: Vec<f64>,
    /// What the user moved the picture by, rows of a matrix for homogeneous coordinates.
    moved: [[f64; 3]; 3],
    /// From a style to a turn and a shift: a row and what is added, four times.
    affine: Vec<(Vec<f32>, f32)>,
    side: usize,
    rate: f64,
}

impl Waves {
    /// The waves for a style, `[1, side · side, channels]`.
    pub(super) fn of(&self, style: &[f32]) -> Tensor {
        let told: Vec<f64> = self
            .affine
            .iter()
            .map(|(row, add)| f64::from(row.iter().zip(style).map(|(a, b)| a * b).sum::<f32>() + add))
            .collect();
        let size = told[0].hypot(told[1]);
        let [cos, sin, right, down] = std::array::from_fn(|i| told[i] / size);
        let turned =
            [[cos, -sin, -cos * right + sin * down], [sin, cos, -sin * right - cos * down], [0.0, 0.0, 1.0]];
        let at =
            |row: usize, column: usize| (0..3).map(|i| turned[row][i] * self.moved[i][column]).sum::<f64>();
        let matrix = [[at(0, 0), at(0, 1), at(0, 2)], [at(1, 0), at(1, 1), at(1, 2)]];
        let waves: Vec<[f64; 4]> = self
            .frequencies
            .iter()
            .zip(&self.phases)
            .map(|([x, y], phase)| {
                let along = |column: usize| x * matrix[0][column] + y * matrix[1][column];
                let (fx, fy) = (along(0), along(1));
                // What lies above the band is dampened.
                let above = (fx.hypot(fy) - FIRST_CUTOFF) / (self.rate / 2.0 - FIRST_CUTOFF);
                [fx, fy, phase + along(2), (1.0 - above).clamp(0.0, 1.0)]
            })
            .collect();
        let place = |i: usize| (i as f64 + 0.5 - self.side as f64 / 2.0) / self.rate;
        let mut data = Vec::with_capacity(self.side * self.side * waves.len());
        for (y, x) in (0..self.side * self.side).map(|i| (place(i / self.side), place(i % self.side))) {
            data.extend(waves.iter().map(|[fx, fy, phase, amplitude]| {
                (((x * fx + y * fy + phase) * TAU).sin() * amplitude) as f32
            }));
        }
        Tensor::new(&[1, self.side * self.side, waves.len()], data)
    }
}

/// A layer, between what it takes and what it gives.
struct Layer {
    name: String,
    /// Numbers of channels, sides and samples a unit of length, before and after.
    channels: [usize; 2],
    sides: [usize; 2],
    rates: [usize; 2],
    /// The last one gives colours and does nothing else.
    last: bool,
}

impl Plan<'_> {
    /// Writes what makes a picture from a style and its waves; gives the waves and the side of the picture.
    pub(super) fn stylegan3(&mut self) -> Result<(Waves, usize), ImageError> {
        let (layers, side) = self.layers()?;
        let Some(first) = layers.first() else { return Err(self.bad("it has no layers".into())) };
        let ([channels, _], [start, _], [rate, _]) = (first.channels, first.sides, first.rates);
        let waves = self.waves(channels, start, rate)?;
        let style = self.graph.input("style", &[Some(1), Some(self.width)]);
        let mut x = self.graph.input("waves", &[Some(1), Some(start * start), Some(channels)]);
        let rows = self.floats("synthesis.input.weight", [channels, channels])?;
        let scale = 1.0 / (channels as f32).sqrt();
        let mixed = self.graph.floats(&[channels, channels], Self::turned(&rows, channels, scale));
        x = self.both("MatMul", x, mixed);
        x = self.graph.op("Transpose", &[x], vec![("perm", Attr::Ints(vec![0, 2, 1]))]);
        let shape = self.graph.ints(&[1, channels as i64, start as i64, start as i64]);
        x = self.both("Reshape", x, shape);
        for layer in &layers {
            x = self.filtered(x, style, layer)?;
        }
        let scale = self.graph.scalar(OUTPUT_SCALE);
        let picture = self.both("Mul", x, scale);
        self.graph.output("picture", picture);
        Ok((waves, side))
    }

    /// The layers by the names of their weights, `synthesis.L<number>_<side>_<channels>`.
    fn layers(&self) -> Result<(Vec<Layer>, usize), ImageError> {
        let named = |name: &str| {
            let parts = name.strip_prefix("synthesis.L")?.strip_suffix(".bias")?;
            let mut numbers = parts.split('_').map(|n| n.parse::<usize>().ok());
            let found = [numbers.next()??, numbers.next()??, numbers.next()??];
            numbers.next().is_none().then_some(found)
        };
        let mut found: Vec<[usize; 3]> = self.names().filter_map(named).collect();
        found.sort_unstable();
        let list: Vec<[usize; 2]> = found.iter().map(|[_, side, channels]| [*side, *channels]).collect();
        let whole = found.iter().map(|[at, ..]| *at).eq(0..list.len()) && list.len() > CRITICAL + 1;
        let Some(&[side, 3]) = list.last().filter(|_| whole) else {
            return Err(self.bad("its layers are not those of a generator of colour pictures".into()));
        };
        if side > LARGEST
            || !side.is_power_of_two()
            || list.iter().any(|[side, _]| *side > LARGEST + 2 * MARGIN)
        {
            return Err(
                self.bad(format!("its pictures have a side of {side} pixels: up to {LARGEST} are read"))
            );
        }
        let count = list.len() - 1;
        let (cutoff, resolution) = (side as f64 / 2.0, side as f64);
        let rates: Vec<usize> = (0..=count)
            .map(|at| {
                let part = (at as f64 / (count - CRITICAL) as f64).min(1.0);
                let stopband = FIRST_STOPBAND * (cutoff * LAST_STOPBAND / FIRST_STOPBAND).powf(part);
                (stopband * 2.0).min(resolution).log2().ceil().exp2() as usize
            })
            .collect();
        let expected = |at: usize| if at + 1 < count { rates[at] + 2 * MARGIN } else { side };
        let mut layers = Vec::new();
        for (at, [size, channels]) in list.iter().enumerate() {
            let before = at.saturating_sub(1);
            if *size != expected(at) {
                return Err(self.bad("its layers are not spaced as is usual, which is not read".into()));
            }
            layers.push(Layer {
                name: format!("synthesis.L{at}_{size}_{channels}"),
                channels: [list[before][1], *channels],
                sides: [list[before][0], *size],
                rates: [rates[before], rates[at]],
                last: at == count,
            });
        }
        Ok((layers, side))
    }

    fn waves(&self, channels: usize, side: usize, rate: usize) -> Result<Waves, ImageError> {
        let pairs = self.floats("synthesis.input.freqs", [channels, 2])?;
        let phases = self.floats("synthesis.input.phases", [channels])?;
        let moved = self.floats("synthesis.input.transform", [3, 3])?;
        let rows = self.floats("synthesis.input.affine.weight", [4, self.width])?;
        let bias = self.floats("synthesis.input.affine.bias", [4])?;
        let scale = 1.0 / (self.width as f32).sqrt();
        let row = |row: &[f32]| row.iter().map(|v| v * scale).collect();
        Ok(Waves {
            frequencies: pairs.as_chunks().0.iter().map(|pair| pair.map(f64::from)).collect(),
            phases: phases.into_iter().map(f64::from).collect(),
            moved: std::array::from_fn(|i| std::array::from_fn(|j| f64::from(moved[i * 3 + j]))),
            affine: rows.chunks_exact(self.width).map(row).zip(bias).collect(),
            side,
            rate: rate as f64,
        })
    }

    /// A layer: a convolution that the style scales, a bias, and a leaky ReLU between two filters.
    fn filtered(&mut self, x: Var, style: Var, layer: &Layer) -> Result<Var, ImageError> {
        let [_, out] = layer.channels;
        let name = &layer.name;
        let [_, _, kernel_side, _] = self.shape::<4>(&format!("{name}.weight"))?;
        if kernel_side > 3 || (layer.last && kernel_side != 1) {
            return Err(self.bad(format!("{name}.weight has another shape")));
        }
        let x = self.scaled(x, style, layer, kernel_side)?;
        let mut x = self.bias(x, name, out)?;
        if layer.last {
            return match layer.sides[0] == layer.sides[1] {
                true => Ok(self.clamped(x)),
                false => Err(self.bad(format!("{name} does not fit the layers beside it"))),
            };
        }
        let finest = layer.rates[0].max(layer.rates[1]) * FINER;
        let (up, down) = (finest / layer.rates[0], finest / layer.rates[1]);
        let (enlarging, taps) = self.kept_filter(&format!("{name}.up_filter"))?;
        let (reducing, reduced) = self.kept_filter(&format!("{name}.down_filter"))?;
        if enlarging.len() != taps {
            return Err(self.bad(format!("{name}.up_filter has another shape")));
        }
        // How the enlarged signal lies within what is left for the second filter (the paper's appendix C.3).
        let number = |n: usize| n as i64;
        let total = number((layer.sides[1] - 1) * down + 1 + taps + reduced)
            - number((layer.sides[0] + kernel_side - 1) * up + 2);
        let low = (total + number(up)).div_euclid(2);
        let pads = [number(taps) - 1 - low, number(taps) - number(up) - (total - low)];
        if pads.iter().any(|pad| *pad < 0) {
            return Err(self.bad(format!("the filters of {name} do not fit its size")));
        }
        let louder: Vec<f32> = enlarging.iter().map(|v| v * up as f32).collect();
        for across in [false, true] {
            x = self.slide("ConvTranspose", x, out, &louder, Slide::along(across, taps, up, pads));
        }
        x = self.leaky(x);
        x = self.clamped(x);
        let mirrored: Vec<f32> = reducing.iter().rev().copied().collect();
        if reducing.len() == reduced {
            for across in [false, true] {
                x = self.slide("Conv", x, out, &mirrored, Slide::along(across, reduced, down, [0; 2]));
            }
        } else {
            let whole = Slide { kernel: [reduced; 2], stride: [down; 2], pads: [0; 4] };
            x = self.slide("Conv", x, out, &mirrored, whole);
        }
        Ok(x)
    }

    /// The convolution: weights of one norm, scaled by the style and by what is known of the input's size.
    fn scaled(&mut self, x: Var, style: Var, layer: &Layer, side: usize) -> Result<Var, ImageError> {
        let ([ins, out], name) = (layer.channels, &layer.name);
        let area = side * side;
        let mut kernel = self.floats(&format!("{name}.weight"), [out, ins, side, side])?;
        let gain = if layer.last { 1.0 / ((ins * area) as f32).sqrt() } else { 1.0 };
        let (mut style, channels) = self.linear(style, &format!("{name}.affine"), self.width, 1.0, gain)?;
        let size = self.number(&format!("{name}.magnitude_ema")).filter(|size| *size > 0.0);
        let Some(size) = size.filter(|_| channels == ins) else {
            return Err(self.bad(format!("{name} does not fit the layers beside it")));
        };
        if !layer.last {
            for weights in kernel.chunks_exact_mut(ins * area) {
                let norm = (weights.iter().map(|v| v * v).sum::<f32>() / (ins * area) as f32).sqrt();
                weights.iter_mut().for_each(|v| *v /= norm);
            }
            let squares = self.both("Mul", style, style);
            let mean = self.constant(&[ins, 1], 1.0 / ins as f32);
            let mean = self.both("MatMul", squares, mean);
            let mean = self.graph.plain("Sqrt", &[mean]);
            style = self.both("Div", style, mean);
        }
        let size = self.graph.scalar(1.0 / size.sqrt());
        let scales = self.both("Mul", style, size);
        let scales = self.by_channel(scales, ins);
        let x = self.both("Mul", x, scales);
        let norms = (!layer.last).then(|| Self::norms(&kernel, [ins, out]));
        let x = self.graph.conv(
            x,
            Conv {
                shape: [out, ins, side, side],
                weights: kernel,
                bias: None,
                stride: 1,
                pads: [side - 1; 4],
                groups: 1,
            },
        );
        Ok(match norms {
            Some(norms) => self.demodulated(x, style, norms, [ins, out]),
            None => x,
        })
    }

    fn clamped(&mut self, x: Var) -> Var {
        let (low, high) = (self.graph.scalar(-CLAMP), self.graph.scalar(CLAMP));
        self.graph.plain("Clip", &[x, low, high])
    }

    /// A filter and its length: of one axis for both, or a whole plane.
    fn kept_filter(&self, name: &str) -> Result<(Vec<f32>, usize), ImageError> {
        if let Ok([taps]) = self.shape::<1>(name) {
            return Ok((self.floats(name, [taps])?, taps));
        }
        let [taps, _] = self.shape::<2>(name)?;
        Ok((self.floats(name, [taps, taps])?, taps))
    }

    /// Lets a filter slide over every channel by itself.
    fn slide(&mut self, kind: &'static str, x: Var, channels: usize, filter: &[f32], slide: Slide) -> Var {
        let weights =
            self.graph.floats(&[channels, 1, slide.kernel[0], slide.kernel[1]], filter.repeat(channels));
        let ints = |values: &[usize]| Attr::Ints(values.iter().map(|n| *n as i64).collect());
        let attributes = vec![
            ("kernel_shape", ints(&slide.kernel)),
            ("strides", ints(&slide.stride)),
            ("pads", ints(&slide.pads)),
            ("group", Attr::Int(channels as i64)),
        ];
        self.graph.op(kind, &[x, weights], attributes)
    }
}

/// How a filter slides: down and to the right.
struct Slide {
    kernel: [usize; 2],
    stride: [usize; 2],
    pads: [usize; 4],
}

impl Slide {
    /// Along one axis: to the right (`across`), or down.
    fn along(across: bool, taps: usize, stride: usize, [before, after]: [i64; 2]) -> Self {
        let (before, after) = (before as usize, after as usize);
        match across {
            true => Self { kernel: [1, taps], stride: [1, stride], pads: [0, before, 0, after] },
            false => Self { kernel: [taps, 1], stride: [stride, 1], pads: [before, 0, after, 0] },
        }
    }
}
