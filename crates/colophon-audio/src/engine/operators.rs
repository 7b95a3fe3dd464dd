//! Two operators that the ONNX Runtime lacks, for networks over time in 8 bits. Tensors lie in memory time by time,
//! all channels of one beside each other, so that a convolution is one product of matrices.

use std::f32::consts::PI;
use std::sync::{Mutex, PoisonError};

use ort::operator::{
    BoxedKernel, ComputeContext, KernelContext, Operator, OperatorDomain, OperatorInput, OperatorOutput,
};
use ort::value::TensorElementType as Of;

/// The domain of the operators.
pub(super) const DOMAIN: &str = "colophon";
/// Rows that are computed together. Not a matter of threads: sums come out alike with any number of them.
const BLOCK: usize = 256;

/// The operators, for a session.
pub(super) fn domain() -> ort::Result<OperatorDomain> {
    OperatorDomain::new(DOMAIN)?.add(Snake)?.add(Columns)
}

/// Normalises each channel over time, scales and shifts it, bends it with the snake function, and writes it down in
/// 8 bits: `y = gain · (x − mean) / √(variance + epsilon) + offset`, `z = y + inverse · sin²(alpha · y)`.
///
/// In: `x` `f32[1, T, C]`, then `gain`, `offset`, `alpha` and `inverse`, `C` numbers each. Out: `u8[T, C]`, and the
/// scale and the zero of its numbers, found as `DynamicQuantizeLinear` finds them.
struct Snake;

impl Operator for Snake {
    type Kernel<'attr> = BoxedKernel<'attr>;

    fn name(&self) -> &'static str {
        "Snake"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [const { OperatorInput::required(Of::Float32) }; 5]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [Of::Uint8, Of::Float32, Of::Uint8].map(OperatorOutput::required)
    }

    fn create_kernel<'attr>(&self, at: &KernelContext<'attr>) -> ort::Result<Self::Kernel<'attr>> {
        let epsilon: f32 = at.get("epsilon").ok_or_else(|| ort::Error::new("Snake lacks its epsilon"))?;
        Ok(Box::new(move |at: &ComputeContext| {
            let given = (0..5).map(|i| at.input(i)?.ok_or_else(missing)).collect::<ort::Result<Vec<_>>>()?;
            let (shape, x) = given[0].try_extract_tensor::<f32>()?;
            let channels = shape.last().map_or(0, |n| *n as usize);
            let mut parts = [&[][..]; 4];
            for (part, value) in parts.iter_mut().zip(&given[1..]) {
                *part = value.try_extract_tensor::<f32>()?.1;
                if part.len() != channels || channels == 0 {
                    return Err(ort::Error::new("Snake got other channels"));
                }
            }
            let rows = x.len() / channels;
            let mut quantised = at.output(0, vec![rows as i64, channels as i64])?.ok_or_else(missing)?;
            let mut scale = at.output(1, Vec::<i64>::new())?.ok_or_else(missing)?;
            let mut zero = at.output(2, Vec::<i64>::new())?.ok_or_else(missing)?;
            let work = |blocks, f: &(dyn Fn(usize) + Sync + Send)| at.par_for(blocks, 0, f);
            let bend = Bend::new(x, parts, epsilon, work)?;
            let steps = bend.quantise(x, quantised.try_extract_tensor_mut::<u8>()?.1, work)?;
            scale.try_extract_tensor_mut::<f32>()?.1[0] = steps.scale;
            zero.try_extract_tensor_mut::<u8>()?.1[0] = steps.zero;
            Ok(())
        }))
    }
}

/// The rows that each place of a convolution sees, one after the other.
///
/// In: `u8[T, C]` and the zero of its numbers, which stands for what lies outside. Out: `u8[P, kernel · C]` for `P`
/// places, which are `stride` rows apart and see `kernel` rows, `dilation` rows apart; `before` and `after` rows of
/// zeros lie around the input.
struct Columns;

impl Operator for Columns {
    type Kernel<'attr> = BoxedKernel<'attr>;

    fn name(&self) -> &'static str {
        "Columns"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [const { OperatorInput::required(Of::Uint8) }; 2]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(Of::Uint8)]
    }

    fn create_kernel<'attr>(&self, at: &KernelContext<'attr>) -> ort::Result<Self::Kernel<'attr>> {
        let setting = |name: &str| {
            let value = at.get::<i64>(name).and_then(|n| usize::try_from(n).ok());
            value.ok_or_else(|| ort::Error::new(format!("Columns lacks its {name}")))
        };
        let seen = Seen {
            kernel: setting("kernel")?,
            dilation: setting("dilation")?,
            stride: setting("stride")?.max(1),
            before: setting("before")?,
            after: setting("after")?,
        };
        Ok(Box::new(move |at: &ComputeContext| {
            let (given, zero) = (at.input(0)?.ok_or_else(missing)?, at.input(1)?.ok_or_else(missing)?);
            let (shape, x) = given.try_extract_tensor::<u8>()?;
            let zero = zero.try_extract_tensor::<u8>()?.1.first().copied().unwrap_or_default();
            let channels = shape.last().map_or(0, |n| *n as usize);
            if shape.len() != 2 || channels == 0 {
                return Err(ort::Error::new("Columns got another shape"));
            }
            let places = seen.places(x.len() / channels);
            let width = seen.kernel * channels;
            let mut out = at.output(0, vec![places as i64, width as i64])?.ok_or_else(missing)?;
            let out = out.try_extract_tensor_mut::<u8>()?.1;
            let blocks: Vec<_> = out.chunks_mut((BLOCK * width).max(1)).map(Mutex::new).collect();
            at.par_for(blocks.len(), 0, |block| {
                let mut out = blocks[block].lock().unwrap_or_else(PoisonError::into_inner);
                seen.fill(x, channels, zero, block * BLOCK, &mut out);
            })
        }))
    }
}

fn missing() -> ort::Error {
    ort::Error::new("an operator was not given what it takes")
}

/// What a convolution sees.
#[derive(Clone, Copy)]
struct Seen {
    kernel: usize,
    dilation: usize,
    stride: usize,
    before: usize,
    after: usize,
}

impl Seen {
    /// Places of `rows` rows.
    fn places(self, rows: usize) -> usize {
        let span = self.dilation * self.kernel.saturating_sub(1) + 1;
        (self.before + rows + self.after).checked_sub(span).map_or(0, |rest| rest / self.stride + 1)
    }

    /// Writes down what the places from `first` on see.
    fn fill(self, x: &[u8], channels: usize, zero: u8, first: usize, out: &mut [u8]) {
        for (place, out) in (first..).zip(out.chunks_mut(self.kernel * channels)) {
            for (k, out) in out.chunks_mut(channels).enumerate() {
                let row = (place * self.stride + k * self.dilation).checked_sub(self.before);
                match row.and_then(|row| x.get(row * channels..(row + 1) * channels)) {
                    Some(row) => out.copy_from_slice(row),
                    None => out.fill(zero),
                }
            }
        }
    }
}

/// What becomes of each channel: `y = slope · x + shift`, `z = y + inverse · sin²(π · turn · y)`.
struct Bend {
    slope: Vec<f32>,
    shift: Vec<f32>,
    turn: Vec<f32>,
    inverse: Vec<f32>,
}

/// How numbers are written in 8 bits: `number = scale · (byte − zero)`.
#[derive(Debug, PartialEq)]
struct Steps {
    scale: f32,
    zero: u8,
}

impl Bend {
    /// Measures the channels of `x`; `work` runs a function for each of some blocks.
    fn new(
        x: &[f32],
        [gain, offset, alpha, inverse]: [&[f32]; 4],
        epsilon: f32,
        work: impl Fn(usize, &(dyn Fn(usize) + Sync + Send)) -> ort::Result<()>,
    ) -> ort::Result<Self> {
        let channels = gain.len();
        let blocks: Vec<&[f32]> = x.chunks(BLOCK * channels).collect();
        let sums: Vec<Mutex<[Vec<f32>; 2]>> = blocks.iter().map(|_| Mutex::default()).collect();
        // Taken from a middle near the mean, squares lose little.
        let middle = x.get(..channels).unwrap_or_default();
        work(blocks.len(), &|block| {
            let (mut sum, mut squares) = (vec![0f32; channels], vec![0f32; channels]);
            for row in blocks[block].chunks_exact(channels) {
                let far = row.iter().zip(middle).map(|(x, middle)| x - middle);
                for ((sum, square), far) in sum.iter_mut().zip(&mut squares).zip(far) {
                    *sum += far;
                    *square = far.mul_add(far, *square);
                }
            }
            *sums[block].lock().unwrap_or_else(PoisonError::into_inner) = [sum, squares];
        })?;
        let mut totals = vec![[0f64; 2]; channels];
        for block in sums {
            let [sum, squares] = block.into_inner().unwrap_or_else(PoisonError::into_inner);
            for ((total, sum), square) in totals.iter_mut().zip(sum).zip(squares) {
                *total = [total[0] + f64::from(sum), total[1] + f64::from(square)];
            }
        }
        let rows = (x.len() / channels).max(1) as f64;
        let mut bend = Self {
            slope: Vec::with_capacity(channels),
            shift: Vec::with_capacity(channels),
            turn: alpha.iter().map(|alpha| alpha / PI).collect(),
            inverse: inverse.to_vec(),
        };
        for (c, [sum, square]) in totals.into_iter().enumerate() {
            let mean = sum / rows;
            let variance = (square / rows - mean * mean).max(0.0) + f64::from(epsilon);
            let slope = f64::from(gain[c]) / variance.sqrt();
            bend.slope.push(slope as f32);
            let mean = mean + f64::from(middle.get(c).copied().unwrap_or_default());
            bend.shift.push((f64::from(offset[c]) - mean * slope) as f32);
        }
        Ok(bend)
    }

    /// Bends one row.
    #[inline]
    fn row(&self, x: &[f32], out: &mut [f32]) {
        let n = out.len();
        let (x, slope, shift) = (&x[..n], &self.slope[..n], &self.shift[..n]);
        let (turn, inverse) = (&self.turn[..n], &self.inverse[..n]);
        for c in 0..n {
            let y = x[c].mul_add(slope[c], shift[c]);
            out[c] = sine_squared(y * turn[c]).mul_add(inverse[c], y);
        }
    }

    /// Writes `x` down in 8 bits. It is computed twice, which takes less time than keeping it.
    fn quantise(
        &self,
        x: &[f32],
        out: &mut [u8],
        work: impl Fn(usize, &(dyn Fn(usize) + Sync + Send)) -> ort::Result<()>,
    ) -> ort::Result<Steps> {
        let channels = self.slope.len();
        let blocks: Vec<&[f32]> = x.chunks(BLOCK * channels).collect();
        let ends: Vec<Mutex<[f32; 2]>> = blocks.iter().map(|_| Mutex::default()).collect();
        work(blocks.len(), &|block| {
            let mut bent = vec![0f32; channels];
            let (mut low, mut high) = (vec![0f32; channels], vec![0f32; channels]);
            for row in blocks[block].chunks_exact(channels) {
                self.row(row, &mut bent);
                for ((low, high), bent) in low.iter_mut().zip(&mut high).zip(&bent) {
                    *low = low.min(*bent);
                    *high = high.max(*bent);
                }
            }
            let ends_here = [low.into_iter().fold(0.0, f32::min), high.into_iter().fold(0.0, f32::max)];
            *ends[block].lock().unwrap_or_else(PoisonError::into_inner) = ends_here;
        })?;
        let ends = ends.into_iter().map(|ends| ends.into_inner().unwrap_or_else(PoisonError::into_inner));
        let [low, high] = ends.fold([0f32; 2], |a, b| [a[0].min(b[0]), a[1].max(b[1])]);
        let steps = Steps::between(low, high);
        let written: Vec<_> = out.chunks_mut(BLOCK * channels).map(Mutex::new).collect();
        work(blocks.len().min(written.len()), &|block| {
            let mut bent = vec![0f32; channels];
            let mut out = written[block].lock().unwrap_or_else(PoisonError::into_inner);
            for (row, out) in blocks[block].chunks_exact(channels).zip(out.chunks_exact_mut(channels)) {
                self.row(row, &mut bent);
                steps.write(&bent, out);
            }
        })?;
        Ok(steps)
    }
}

impl Steps {
    /// The steps for numbers between `low` (at most 0) and `high` (at least 0).
    fn between(low: f32, high: f32) -> Self {
        let scale = if high > low { (high - low) / 255.0 } else { 1.0 };
        Self { scale, zero: (-low / scale).clamp(0.0, 255.0).round_ties_even() as u8 }
    }

    /// Writes numbers down.
    #[inline]
    fn write(&self, numbers: &[f32], out: &mut [u8]) {
        // Added to this, a number loses its fraction, rounded to even, and stands in the lower bits.
        const WHOLE: f32 = 12_582_912.0;
        let zero = i32::from(self.zero);
        for (number, out) in numbers.iter().zip(out) {
            let whole = ((number / self.scale + WHOLE).to_bits() as i32) - WHOLE.to_bits() as i32;
            *out = (whole + zero).clamp(0, 255) as u8;
        }
    }
}

/// `sin²(π·x)`, by the power series of the sine of the nearest half turn: right to 2e-7.
#[inline(always)]
fn sine_squared(x: f32) -> f32 {
    let x = x - x.round_ties_even();
    let square = x * x;
    // (−1)ⁿ·π²ⁿ⁺¹/(2n+1)! for n from 5 down to 0.
    let mut sine = -0.007_370_431_f32;
    for term in [0.082_145_885, -0.599_264_5, 2.550_164, -5.167_712_7, PI] {
        sine = sine.mul_add(square, term);
    }
    sine *= x;
    sine * sine
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    fn one_by_one(blocks: usize, f: &(dyn Fn(usize) + Sync + Send)) -> ort::Result<()> {
        (0..blocks).for_each(f);
        Ok(())
    }

    #[test]
    fn the_sine_is_right() {
        for i in -40_000..40_000 {
            let x = i as f32 / 1000.0;
            let want = (f64::from(x) * std::f64::consts::PI).sin().powi(2);
            assert!((f64::from(sine_squared(x)) - want).abs() < 1e-6, "{x}: {} {want}", sine_squared(x));
        }
    }

    #[test]
    fn channels_are_normalised_bent_and_written_down() {
        const CHANNELS: usize = 5;
        let rows = 3 * BLOCK + 17;
        let mut seed = Seed(3);
        let x: Vec<f32> =
            (0..rows * CHANNELS).map(|i| seed.range(-1.0, 1.0) + 40.0 * (i % CHANNELS) as f32).collect();
        let mut numbers = |low, high| -> Vec<f32> { (0..CHANNELS).map(|_| seed.range(low, high)).collect() };
        let (gain, offset, alpha) = (numbers(0.5, 2.0), numbers(-1.0, 1.0), numbers(0.2, 9.0));
        let inverse: Vec<f32> = alpha.iter().map(|a| 1.0 / a).collect();
        let bend = Bend::new(&x, [&gain, &offset, &alpha, &inverse], 1e-5, one_by_one).unwrap();
        let mut bytes = vec![0; x.len()];
        let steps = bend.quantise(&x, &mut bytes, one_by_one).unwrap();
        let mut used = [255, 0];
        for c in 0..CHANNELS {
            let channel = || x.iter().skip(c).step_by(CHANNELS).map(|x| f64::from(*x));
            let mean = channel().sum::<f64>() / rows as f64;
            let variance = channel().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64;
            for (x, byte) in channel().zip(bytes.iter().skip(c).step_by(CHANNELS)) {
                let y = f64::from(gain[c]) * (x - mean) / (variance + 1e-5).sqrt() + f64::from(offset[c]);
                let want = y + f64::from(inverse[c]) * (f64::from(alpha[c]) * y).sin().powi(2);
                let got = f64::from(steps.scale) * (f64::from(*byte) - f64::from(steps.zero));
                assert!((got - want).abs() < f64::from(steps.scale) * 0.51, "{got} {want}");
                used = [used[0].min(*byte), used[1].max(*byte)];
            }
        }
        assert_eq!(used, [0, 255], "the whole range is used");
    }

    #[test]
    fn steps_are_those_of_the_runtime() {
        assert_eq!(Steps::between(0.0, 0.0), Steps { scale: 1.0, zero: 0 });
        assert_eq!(Steps::between(0.0, 255.0), Steps { scale: 1.0, zero: 0 });
        let steps = Steps::between(-127.5, 127.5);
        assert_eq!(steps, Steps { scale: 1.0, zero: 128 }, "half is rounded to even");
        let mut out = [0; 5];
        steps.write(&[-127.5, 0.0, 127.5, 0.5, 64.2], &mut out);
        assert_eq!(out, [0, 128, 255, 128, 192]);
    }

    #[test]
    fn columns_are_what_a_convolution_sees() {
        let x: Vec<u8> = (1..=10).collect();
        let seen = Seen { kernel: 3, dilation: 2, stride: 1, before: 2, after: 2 };
        assert_eq!(seen.places(5), 5);
        let mut out = vec![0; 5 * 6];
        seen.fill(&x, 2, 99, 0, &mut out);
        assert_eq!(out[..6], [99, 99, 1, 2, 5, 6]);
        assert_eq!(out[12..18], [1, 2, 5, 6, 9, 10]);
        assert_eq!(out[24..], [5, 6, 9, 10, 99, 99]);
        let far = Seen { stride: 3, before: 0, after: 0, ..seen };
        assert_eq!((far.places(5), far.places(4), far.places(8)), (1, 0, 2));
    }
}
