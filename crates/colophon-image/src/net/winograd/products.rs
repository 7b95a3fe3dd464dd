//! Products of the numbers of squares with those of weights, for one place: sums over channels that stay in registers.

use super::kernel::{LANES, SQUARES};

/// What is multiplied with what.
pub(super) struct Products<'a> {
    /// For each square its channels.
    pub(super) seen: &'a [f32],
    /// For each [`LANES`] channels of the result those of each channel that is seen.
    pub(super) weights: &'a [f32],
    /// For each square the channels of the result.
    pub(super) made: &'a mut [f32],
    /// Channels that are seen, and channels of the result.
    pub(super) inside: usize,
    pub(super) out: usize,
    /// Squares, of [`SQUARES`] for which there is room.
    pub(super) count: usize,
}

/// Without what only some processors have.
pub(super) fn plain(of: Products<'_>) {
    let Products { seen, weights, made, inside, out, count } = of;
    for (seen, made) in seen.chunks_exact(inside).zip(made.chunks_exact_mut(out)).take(count) {
        for (weights, made) in weights.chunks_exact(inside * LANES).zip(made.chunks_exact_mut(LANES)) {
            let mut sums = [0.0; LANES];
            for (x, w) in seen.iter().zip(weights.chunks_exact(LANES)) {
                sums.iter_mut().zip(w).for_each(|(s, w)| *s += x * w);
            }
            made.copy_from_slice(&sums);
        }
    }
}

/// A module for processors with `$features`, whose registers hold `$width` numbers: the sums of `$rows` squares, two
/// registers for each, are computed together.
macro_rules! products {
    ($name:ident, $features:literal, $width:literal, $rows:literal, $zero:ident, $all:ident, $load:ident, $add:ident, $store:ident) => {
        #[cfg(target_arch = "x86_64")]
        pub(super) mod $name {
            use std::arch::x86_64::{$add, $all, $load, $store, $zero};

            use super::{LANES, Products, SQUARES};

            const WIDTH: usize = $width;
            const ROWS: usize = $rows;
            const _: () = assert!(SQUARES % ROWS == 0 && LANES % WIDTH == 0);

            #[target_feature(enable = $features)]
            pub(in super::super) fn multiply(of: Products<'_>) {
                let Products { seen, weights, made, inside, out, count } = of;
                for first in (0..count).step_by(ROWS) {
                    let seen = &seen[first * inside..][..ROWS * inside];
                    let mut channel = 0;
                    while channel < out {
                        let weights = &weights[channel * inside..];
                        let made = &mut made[first * out + channel..];
                        if channel + 2 * WIDTH <= out {
                            block::<2>(seen, inside, weights, made, out);
                            channel += 2 * WIDTH;
                        } else {
                            block::<1>(seen, inside, weights, made, out);
                            channel += WIDTH;
                        }
                    }
                }
            }

            /// `COLUMNS` registers of channels of each square.
            #[target_feature(enable = $features)]
            fn block<const COLUMNS: usize>(
                seen: &[f32],
                inside: usize,
                weights: &[f32],
                made: &mut [f32],
                out: usize,
            ) {
                let groups = (COLUMNS * WIDTH).div_ceil(LANES);
                assert!(seen.len() >= ROWS * inside && weights.len() >= groups * inside * LANES);
                assert!(made.len() >= (ROWS - 1) * out + COLUMNS * WIDTH);
                // Where the weights of a register are, of the first channel that is seen.
                let starts: [usize; COLUMNS] =
                    std::array::from_fn(|k| k * WIDTH / LANES * inside * LANES + k * WIDTH % LANES);
                let mut sums = [[$zero(); COLUMNS]; ROWS];
                for c in 0..inside {
                    // SAFETY: the lengths were checked above.
                    let w = starts.map(|at| unsafe { $load(weights.as_ptr().add(at + c * LANES)) });
                    for (r, sums) in sums.iter_mut().enumerate() {
                        // SAFETY: as above.
                        let x = $all(unsafe { *seen.get_unchecked(r * inside + c) });
                        for (sum, w) in sums.iter_mut().zip(&w) {
                            *sum = $add(x, *w, *sum);
                        }
                    }
                }
                for (r, sums) in sums.iter().enumerate() {
                    for (k, sum) in sums.iter().enumerate() {
                        // SAFETY: as above.
                        unsafe { $store(made.as_mut_ptr().add(r * out + k * WIDTH), *sum) };
                    }
                }
            }
        }
    };
}

products!(
    avx512,
    "avx512f",
    16,
    12,
    _mm512_setzero_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_fmadd_ps,
    _mm512_storeu_ps
);
products!(
    avx2,
    "avx2,fma",
    8,
    6,
    _mm256_setzero_ps,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_fmadd_ps,
    _mm256_storeu_ps
);
