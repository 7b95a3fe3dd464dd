//! Convolutions over time, one value of all channels after the other.
//!
//! A convolution is a sum of matrix products, one for each tap: every product runs over tiles of six
//! moments by sixteen channels, whose sums stay in registers, with a panel of weights that stays in the
//! nearest cache.

/// Channels of a tile: two registers of eight.
const LANES: usize = 16;
/// Moments of a tile.
const TIMES: usize = 6;
/// Input channels of a panel: with sixteen lanes 16 KiB.
const DEPTH: usize = 256;

/// A signal of several channels: `times × channels`, moment by moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Signal {
    pub(super) channels: usize,
    pub(super) data: Vec<f32>,
}

impl Signal {
    pub(super) fn times(&self) -> usize {
        self.data.len() / self.channels.max(1)
    }

    /// The signal with `n` moments added at both ends: mirrored without repeating the last. Shorter
    /// signals than that go back and forth.
    pub(super) fn mirrored(&self, n: usize) -> Self {
        let times = self.times();
        let period = (2 * times.saturating_sub(1)).max(1);
        let mut data = Vec::with_capacity((times + 2 * n) * self.channels);
        for t in 0..times + 2 * n {
            let at = (t + period * n - n) % period;
            let at = at.min(period - at.min(period)).min(times.saturating_sub(1));
            data.extend_from_slice(&self.data[at * self.channels..(at + 1) * self.channels]);
        }
        Self { channels: self.channels, data }
    }

    /// The signal with a moment of silence added at both ends.
    pub(super) fn quiet_ends(&self) -> Self {
        let mut data = vec![0.0; self.data.len() + 2 * self.channels];
        data[self.channels..self.channels + self.data.len()].copy_from_slice(&self.data);
        Self { channels: self.channels, data }
    }

    /// Leaky rectifier: what is negative is made smaller.
    pub(super) fn leaky(mut self, slope: f32) -> Self {
        self.data.iter_mut().for_each(|x| *x = x.max(slope * *x));
        self
    }
}

/// A convolution without padding.
#[derive(Clone, Debug)]
pub(super) struct Conv {
    inputs: usize,
    outputs: usize,
    taps: usize,
    dilation: usize,
    /// Tap by tap, lane block by lane block, input by input: sixteen weights.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Conv {
    /// `weight(output, input, tap)` gives the weights.
    pub(super) fn new(
        [outputs, inputs, taps]: [usize; 3],
        dilation: usize,
        bias: Vec<f32>,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let blocks = outputs.div_ceil(LANES);
        let mut weights = Vec::with_capacity(taps * blocks * inputs * LANES);
        for tap in 0..taps {
            for block in 0..blocks {
                for input in 0..inputs {
                    let lanes = block * LANES..(block + 1) * LANES;
                    weights.extend(lanes.map(|o| if o < outputs { weight(o, input, tap) } else { 0.0 }));
                }
            }
        }
        Self { inputs, outputs, taps, dilation, weights, bias }
    }

    /// Applies it; the result is shorter by the reach of the taps.
    pub(super) fn apply(&self, signal: &Signal) -> Signal {
        let times = signal.times().saturating_sub((self.taps - 1) * self.dilation);
        let mut data = Vec::with_capacity(times * self.outputs);
        for _ in 0..times {
            data.extend_from_slice(&self.bias);
        }
        let blocks = self.outputs.div_ceil(LANES);
        let panel = self.inputs * LANES;
        for block in 0..blocks {
            for tap in 0..self.taps {
                let at = (tap * blocks + block) * panel;
                let weights = &self.weights[at..at + panel];
                let shifted = signal.data.get(tap * self.dilation * self.inputs..).unwrap_or(&[]);
                for (depth, weights) in weights.chunks(DEPTH * LANES).enumerate() {
                    self.product(shifted, depth * DEPTH, weights, &mut data, block * LANES);
                }
            }
        }
        Signal { channels: self.outputs, data }
    }

    /// Adds the product of the inputs from `first` on with a panel of weights to the outputs from `lane` on.
    fn product(&self, signal: &[f32], first: usize, weights: &[f32], out: &mut [f32], lane: usize) {
        let (rows, outs) = (signal.chunks(self.inputs), out.chunks_mut(self.outputs));
        let depth = weights.len() / LANES;
        let width = LANES.min(self.outputs - lane);
        let mut rows = rows.map(|row| row.get(first..first + depth).unwrap_or(&[]));
        let mut outs = outs.map(|row| &mut row[lane..lane + width]);
        loop {
            let mut tile: [&mut [f32]; TIMES] = Default::default();
            let mut count = 0;
            for (slot, row) in tile.iter_mut().zip(outs.by_ref().take(TIMES)) {
                *slot = row;
                count += 1;
            }
            if count == 0 {
                return;
            }
            let mut inputs: [&[f32]; TIMES] = Default::default();
            for (slot, row) in inputs.iter_mut().zip(rows.by_ref().take(count)) {
                *slot = row;
            }
            // A tile that is not full computes its last row several times.
            let last = inputs[count - 1];
            inputs[count..].fill(last);
            let mut sums = [[0f32; LANES]; TIMES];
            multiply(weights, &inputs, &mut sums);
            for (row, sums) in tile.iter_mut().zip(&sums).take(count) {
                for (out, sum) in row.iter_mut().zip(sums) {
                    *out += sum;
                }
            }
        }
    }
}

/// Twelve registers of sums: sixteen lanes by six moments.
#[inline]
fn multiply(weights: &[f32], inputs: &[&[f32]; TIMES], sums: &mut [[f32; LANES]; TIMES]) {
    let [a, b, c, d, e, f] = *inputs;
    let mut all = *sums;
    let steps = weights.chunks_exact(LANES).zip(a).zip(b).zip(c).zip(d).zip(e).zip(f);
    for ((((((weights, a), b), c), d), e), f) in steps {
        for (row, x) in all.iter_mut().zip([a, b, c, d, e, f]) {
            for (sum, weight) in row.iter_mut().zip(weights) {
                *sum = weight.mul_add(*x, *sum);
            }
        }
    }
    *sums = all;
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    #[test]
    fn it_convolves() {
        let mut seed = Seed(4);
        for (outputs, inputs, taps, dilation, times) in
            [(1, 32, 7, 1, 40), (48, 3, 3, 9, 31), (17, 300, 2, 1, 8), (16, 1, 1, 1, 6)]
        {
            let mut noise = |n: usize| (0..n).map(|_| seed.range(-1.0, 1.0)).collect::<Vec<f32>>();
            let (w, bias) = (noise(outputs * inputs * taps), noise(outputs));
            let signal = Signal { channels: inputs, data: noise(times * inputs) };
            let weight = |o: usize, i: usize, k: usize| w[(o * inputs + i) * taps + k];
            let made = Conv::new([outputs, inputs, taps], dilation, bias.clone(), weight).apply(&signal);
            assert_eq!(made.times(), times - (taps - 1) * dilation);
            for t in 0..made.times() {
                for (o, bias) in bias.iter().enumerate() {
                    let mut wanted = f64::from(*bias);
                    for (i, k) in (0..inputs).flat_map(|i| (0..taps).map(move |k| (i, k))) {
                        let x = signal.data[(t + k * dilation) * inputs + i];
                        wanted += f64::from(weight(o, i, k)) * f64::from(x);
                    }
                    assert!((f64::from(made.data[t * outputs + o]) - wanted).abs() < 1e-4);
                }
            }
        }
    }

    #[test]
    fn ends_are_mirrored() {
        let signal = Signal { channels: 1, data: vec![1.0, 2.0, 3.0, 4.0] };
        assert_eq!(signal.mirrored(2).data, [3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0]);
        assert_eq!(signal.mirrored(4).data[..4], [3.0, 4.0, 3.0, 2.0]);
        let single = Signal { channels: 1, data: vec![5.0] };
        assert_eq!(single.mirrored(3).data, [5.0; 7]);
    }
}
