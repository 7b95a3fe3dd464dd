//! Products of rows of numbers with the weights of a convolution: sums over what a place sees, that stay in registers.

/// Channels of the result that are computed together.
pub(crate) const LANES: usize = 16;
/// Places that are computed together: their count is rounded up to a multiple of it, of whatever processor.
pub(crate) const TOGETHER: usize = 12;

/// What is multiplied with what.
pub(crate) struct Products<'a> {
    /// The numbers that places see: each [`runs`](Self::runs) runs, with room for [`rounded`] places.
    pub(crate) seen: &'a [f32],
    /// From what a place sees to what the next one does.
    pub(crate) step: usize,
    /// Runs of numbers that a place sees, how long each is, and how far the next one is.
    pub(crate) runs: usize,
    pub(crate) run: usize,
    pub(crate) run_step: usize,
    /// For each [`LANES`] channels of the result those of each number that is seen.
    pub(crate) weights: &'a [f32],
    /// For each place the channels of the result, with room for [`rounded`] places.
    pub(crate) made: &'a mut [f32],
    /// Channels of the result, a multiple of [`LANES`].
    pub(crate) out: usize,
    /// Places.
    pub(crate) count: usize,
}

impl Products<'_> {
    /// How many numbers are seen from the first to the last.
    fn reach(&self) -> usize {
        match rounded(self.count).checked_sub(1) {
            Some(last) if self.runs > 0 => last * self.step + (self.runs - 1) * self.run_step + self.run,
            _ => 0,
        }
    }
}

/// Places for which there has to be room where so many are computed.
pub(crate) const fn rounded(count: usize) -> usize {
    count.next_multiple_of(TOGETHER)
}

/// Work that multiplies.
pub(crate) trait Multiplying {
    /// What it makes.
    type Made;

    /// Does it, with `multiply` for all products. Inlined, so that the rest of it is compiled for the processor too.
    fn run(self, multiply: impl Fn(Products<'_>)) -> Self::Made;
}

/// Does `work` with the quickest products of this processor.
pub(crate) fn quickest<W: Multiplying>(work: W) -> W::Made {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f")]
        fn with_avx512<W: Multiplying>(work: W) -> W::Made {
            work.run(|of| avx512::multiply(of))
        }

        #[target_feature(enable = "avx2,fma")]
        fn with_avx2<W: Multiplying>(work: W) -> W::Made {
            work.run(|of| avx2::multiply(of))
        }

        if std::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the feature.
            return unsafe { with_avx512(work) };
        }
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            // SAFETY: the processor has both features.
            return unsafe { with_avx2(work) };
        }
    }
    work.run(plain)
}

/// Without what only some processors have.
fn plain(of: Products<'_>) {
    let Products { seen, step, runs, run, run_step, weights, made, out, count } = of;
    for (place, made) in made.chunks_exact_mut(out).take(count).enumerate() {
        for (weights, made) in weights.chunks_exact(runs * run * LANES).zip(made.chunks_exact_mut(LANES)) {
            let mut sums = [0.0; LANES];
            let mut weights = weights.chunks_exact(LANES);
            for at in 0..runs {
                for x in &seen[place * step + at * run_step..][..run] {
                    let w = weights.next().unwrap_or_default();
                    sums.iter_mut().zip(w).for_each(|(s, w)| *s += x * w);
                }
            }
            made.copy_from_slice(&sums);
        }
    }
}

/// A module for processors with `$features`, whose registers hold `$width` numbers: the sums of `$rows` places, two
/// registers for each, are computed together.
macro_rules! products {
    ($name:ident, $features:literal, $width:literal, $rows:literal, $zero:ident, $all:ident, $load:ident, $add:ident, $store:ident) => {
        #[cfg(target_arch = "x86_64")]
        mod $name {
            use std::arch::x86_64::{$add, $all, $load, $store, $zero};

            use super::{LANES, Products, TOGETHER, rounded};

            const WIDTH: usize = $width;
            const ROWS: usize = $rows;
            const _: () = assert!(TOGETHER % ROWS == 0 && LANES % WIDTH == 0);

            #[target_feature(enable = $features)]
            pub(super) fn multiply(of: Products<'_>) {
                let reach = of.reach();
                let Products { seen, step, runs, run, run_step, weights, made, out, count } = of;
                assert!(seen.len() >= reach && out % LANES == 0);
                assert!(weights.len() >= runs * run * out && made.len() >= rounded(count) * out);
                let of = Block { step, runs, run, run_step, out };
                for first in (0..count).step_by(ROWS) {
                    let seen = &seen[first * step..];
                    let mut channel = 0;
                    while channel < out {
                        let weights = &weights[channel * runs * run..];
                        let made = &mut made[first * out + channel..];
                        if channel + 2 * WIDTH <= out {
                            // SAFETY: the lengths were checked above: there is room for `ROWS` places from `first` on.
                            unsafe { of.compute::<2>(seen, weights, made) };
                            channel += 2 * WIDTH;
                        } else {
                            // SAFETY: as above.
                            unsafe { of.compute::<1>(seen, weights, made) };
                            channel += WIDTH;
                        }
                    }
                }
            }

            struct Block {
                step: usize,
                runs: usize,
                run: usize,
                run_step: usize,
                out: usize,
            }

            impl Block {
                /// `COLUMNS` registers of channels of `ROWS` places.
                ///
                /// # Safety
                /// `given` and `made` have room for so many places, `weights` those of as many channels.
                #[target_feature(enable = $features)]
                unsafe fn compute<const COLUMNS: usize>(
                    &self,
                    given: &[f32],
                    weights: &[f32],
                    made: &mut [f32],
                ) {
                    let &Self { step, runs, run, run_step, out } = self;
                    // Where the weights of a register are, of the first number that is seen.
                    let starts: [usize; COLUMNS] =
                        std::array::from_fn(|k| k * WIDTH / LANES * runs * run * LANES + k * WIDTH % LANES);
                    let mut sums = [[$zero(); COLUMNS]; ROWS];
                    for at in 0..runs {
                        let (seen, first) = (at * run_step, at * run);
                        for c in 0..run {
                            let place = (first + c) * LANES;
                            // SAFETY: the caller's.
                            let w = starts.map(|start| unsafe { $load(weights.as_ptr().add(start + place)) });
                            for (r, sums) in sums.iter_mut().enumerate() {
                                // SAFETY: the caller's.
                                let x = $all(unsafe { *given.get_unchecked(r * step + seen + c) });
                                for (sum, w) in sums.iter_mut().zip(&w) {
                                    *sum = $add(x, *w, *sum);
                                }
                            }
                        }
                    }
                    for (r, sums) in sums.iter().enumerate() {
                        for (k, sum) in sums.iter().enumerate() {
                            // SAFETY: the caller's.
                            unsafe { $store(made.as_mut_ptr().add(r * out + k * WIDTH), *sum) };
                        }
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
