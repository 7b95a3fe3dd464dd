//! The arithmetic of one time step: a matrix times a vector, and the gate.
//!
//! A WaveNet that draws sample after sample reads every weight once per sample; all it needs is that the
//! weights stream through the cache in the order in which they are used, and that sums stay in registers.

/// Sums that are kept in registers at once: six registers of eight.
const BLOCK: usize = 48;

/// A matrix, laid out for [`Matrix::apply`]: blocks of 48 rows, each column by column.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    rows: usize,
    columns: usize,
    blocks: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    /// From rows one after the other. `None` when the sizes do not fit.
    pub(super) fn new(rows: usize, columns: usize, weights: &[f32], bias: Option<&[f32]>) -> Option<Self> {
        if rows == 0 || columns == 0 || weights.len() != rows * columns {
            return None;
        }
        let padded = rows.next_multiple_of(BLOCK);
        let mut blocks = vec![0.0; padded * columns];
        for row in 0..rows {
            for column in 0..columns {
                let (block, lane) = (row / BLOCK, row % BLOCK);
                blocks[(block * columns + column) * BLOCK + lane] = weights[row * columns + column];
            }
        }
        let bias = bias.map_or_else(|| vec![0.0; rows], <[f32]>::to_vec);
        (bias.len() == rows).then_some(Self { rows, columns, blocks, bias })
    }

    /// Rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Columns.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Whether it has this size.
    pub(super) fn is(&self, rows: usize, columns: usize) -> bool {
        (self.rows, self.columns) == (rows, columns)
    }

    /// Room for a result.
    pub(super) fn room(&self) -> Vec<f32> {
        vec![0.0; self.rows]
    }

    /// `out = bias + matrix · input`; `out` has one value for each row.
    pub(super) fn apply(&self, input: &[f32], out: &mut [f32]) {
        self.from(&self.bias, input, out);
    }

    /// `out = start + matrix · input`, without the bias; `start` has as many values as `out`.
    pub(super) fn from(&self, start: &[f32], input: &[f32], out: &mut [f32]) {
        debug_assert_eq!(input.len(), self.columns);
        let blocks = self.blocks.chunks_exact(self.columns * BLOCK);
        for ((out, start), block) in out.chunks_mut(BLOCK).zip(start.chunks(BLOCK)).zip(blocks) {
            let mut sums = [0f32; BLOCK];
            sums[..start.len()].copy_from_slice(start);
            accumulate(block, input, &mut sums);
            out.copy_from_slice(&sums[..out.len()]);
        }
    }
}

/// Adds the product of one block with the input. The sums are copied, so that they stay in registers.
fn accumulate(block: &[f32], input: &[f32], sums: &mut [f32; BLOCK]) {
    let mut all = *sums;
    for (column, x) in block.chunks_exact(BLOCK).zip(input) {
        for (sum, weight) in all.iter_mut().zip(column) {
            *sum = weight.mul_add(*x, *sum);
        }
    }
    *sums = all;
}

/// `tanh(filter) · sigmoid(gate)`, value by value.
pub(super) fn gate(filter: &[f32], gate: &[f32], out: &mut [f32]) {
    for ((out, f), g) in out.iter_mut().zip(filter).zip(gate) {
        // tanh f = (1 − e) / (1 + e) with e = exp(−2f); both divisions in one.
        let e = exp(-2.0 * *f);
        *out = (1.0 - e) / ((1.0 + e) * (1.0 + exp(-*g)));
    }
}

/// eˣ to about 2e-7 of itself for |x| ≤ 40, beyond which it stays: without branches or tables, so that
/// eight are computed at once.
pub(super) fn exp(x: f32) -> f32 {
    /// 1.5 · 2²³: adding it rounds to a whole number, which then lies in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let t = x.clamp(-40.0, 40.0) * std::f32::consts::LOG2_E;
    let shifted = t + ROUND;
    let part = (t - (shifted - ROUND)) * std::f32::consts::LN_2;
    // Taylor's series; |part| is at most ln 2 / 2.
    let mut sum = 1.0 / 5040.0;
    for term in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = part.mul_add(sum, term);
    }
    f32::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    #[test]
    fn a_matrix_multiplies() {
        let mut seed = Seed(1);
        for (rows, columns) in [(1, 1), (9, 48), (96, 96), (100, 7)] {
            let mut draw = |n: usize| (0..n).map(|_| seed.range(-1.0, 1.0)).collect::<Vec<f32>>();
            let (weights, bias, input) = (draw(rows * columns), draw(rows), draw(columns));
            let matrix = Matrix::new(rows, columns, &weights, Some(&bias)).expect("a matrix");
            let mut out = matrix.room();
            matrix.apply(&input, &mut out);
            for row in 0..rows {
                let wanted: f32 = bias[row]
                    + weights[row * columns..][..columns].iter().zip(&input).map(|(w, x)| w * x).sum::<f32>();
                assert!((out[row] - wanted).abs() < 1e-5, "{rows}x{columns}: {} {wanted}", out[row]);
            }
        }
        assert!(Matrix::new(2, 2, &[0.0; 3], None).is_none());
        assert!(Matrix::new(2, 2, &[0.0; 4], Some(&[0.0; 3])).is_none());
    }

    #[test]
    fn the_exponential_is_close_everywhere() {
        for i in -4000..=4000 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 5e-6, "{x}: {} {exact}", exp(x));
        }
        assert!(exp(-1e9) > 0.0 && exp(1e9).is_finite());
    }

    #[test]
    fn the_gate_opens_and_closes() {
        let mut out = [0.0; 4];
        gate(&[0.5, -2.0, 30.0, -90.0], &[0.1, 5.0, -90.0, 90.0], &mut out);
        let exact = |f: f64, g: f64| f.tanh() / (1.0 + (-g).exp());
        for (got, (f, g)) in out.iter().zip([(0.5, 0.1), (-2.0, 5.0), (30.0, -90.0), (-90.0, 90.0)]) {
            assert!((f64::from(*got) - exact(f, g)).abs() < 1e-6, "{f} {g}: {got}");
        }
    }
}
