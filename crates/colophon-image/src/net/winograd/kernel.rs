//! Convolutions over three by three pixels by Winograd's minimal filtering, F(4 × 4, 3 × 3): A. Lavin and S. Gray, *Fast
//! algorithms for convolutional neural networks* (2016). A square of 6 × 6 pixels becomes 36 numbers a channel, which are
//! multiplied with those of the weights, and what comes out becomes 4 × 4 pixels: a quarter of the multiplications.
//!
//! Pixels lie one after the other, their channels beside each other.

use std::cell::RefCell;

/// Pixels a side of what a square gives.
pub(super) const GIVES: usize = 4;
/// Pixels a side of a square, which overlaps its neighbours by two.
const SEES: usize = 6;
/// Numbers of a square.
pub(super) const PLACES: usize = SEES * SEES;
/// Channels that are computed together.
pub(super) const LANES: usize = 16;
/// Squares that are computed together: what they and the weights of a place take stays near the processor.
const SQUARES: usize = 24;

/// Pixels with some of the channels of a picture.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// Pixel by pixel.
    pub(super) data: &'a [f32],
    /// Channels of a pixel, a multiple of [`LANES`].
    pub(super) channels: usize,
}

/// A convolution.
#[derive(Clone, Copy)]
pub(super) struct Convolution<'a> {
    /// Of [`transformed`].
    pub(super) weights: &'a [f32],
    /// One number for each channel of the result, whose count is a multiple of [`LANES`].
    pub(super) bias: &'a [f32],
    /// What a negative number is multiplied with.
    pub(super) slope: f32,
    /// Each pixel is seen as so many, down and across.
    pub(super) enlarged: usize,
}

/// The weights `[out, in, 3, 3]` as the products take them: for each place and [`LANES`] channels of the result those of
/// each channel that is seen.
pub(super) fn transformed(weights: &[f32], out: usize, inside: usize) -> Vec<f32> {
    let row = |w: [f32; 3]| {
        let (near, far) = (w[0] / 24.0 + w[2] / 6.0, w[1] / 12.0);
        [w[0] / 4.0, -(w[0] + w[1] + w[2]) / 6.0, (w[1] - w[0] - w[2]) / 6.0, near + far, near - far, w[2]]
    };
    let mut to = vec![0.0; PLACES * out * inside];
    for o in 0..out {
        for c in 0..inside {
            let w = &weights[(o * inside + c) * 9..][..9];
            let down: [[f32; SEES]; 3] = std::array::from_fn(|x| row([w[x], w[3 + x], w[6 + x]]));
            for y in 0..SEES {
                for (x, value) in row([down[0][y], down[1][y], down[2][y]]).into_iter().enumerate() {
                    let place = (y * SEES + x) * out * inside;
                    to[place + (o / LANES * inside + c) * LANES + o % LANES] = value;
                }
            }
        }
    }
    to
}

thread_local! {
    /// Numbers of squares, and their products.
    static WORK: RefCell<(Vec<f32>, Vec<f32>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// Computes the rows of pixels from `4 · row` on, four or what is left, of a picture of `height` × `width` pixels.
pub(super) fn rows(
    sources: &[Source<'_>],
    conv: &Convolution<'_>,
    (height, width): (usize, usize),
    row: usize,
    to: &mut [f32],
) {
    WORK.with_borrow_mut(|(seen, made)| {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the feature.
            unsafe { wide::rows(sources, conv, (height, width), row, to, seen, made) };
            return;
        }
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            // SAFETY: the processor has both features.
            unsafe { half::rows(sources, conv, (height, width), row, to, seen, made) };
            return;
        }
        run(sources, conv, (height, width), row, to, seen, made, multiply_plain);
    });
}

#[inline(always)]
fn run(
    sources: &[Source<'_>],
    conv: &Convolution<'_>,
    (height, width): (usize, usize),
    row: usize,
    to: &mut [f32],
    seen: &mut Vec<f32>,
    made: &mut Vec<f32>,
    multiply: impl Fn(&[f32], usize, &[f32], &mut [f32], usize),
) {
    let (inside, out) = (sources.iter().map(|s| s.channels).sum::<usize>(), conv.bias.len());
    seen.resize(PLACES * SQUARES * inside, 0.0);
    made.resize(PLACES * SQUARES * out, 0.0);
    let across = width.div_ceil(GIVES);
    for first in (0..across).step_by(SQUARES) {
        let count = SQUARES.min(across - first);
        let mut channel = 0;
        for source in sources {
            for square in 0..count {
                for c in (0..source.channels).step_by(LANES) {
                    let at = square * inside + channel + c;
                    look(
                        source,
                        c,
                        conv.enlarged,
                        (height, width),
                        (row, first + square),
                        &mut seen[at..],
                        SQUARES * inside,
                    );
                }
            }
            channel += source.channels;
        }
        for place in 0..PLACES {
            let seen = &seen[place * SQUARES * inside..][..SQUARES * inside];
            let weights = &conv.weights[place * inside * out..][..inside * out];
            multiply(seen, inside, weights, &mut made[place * SQUARES * out..][..SQUARES * out], count);
        }
        for square in 0..count {
            for c in (0..out).step_by(LANES) {
                give(
                    &made[square * out + c..],
                    SQUARES * out,
                    conv,
                    c,
                    (height, width),
                    (row, first + square),
                    to,
                );
            }
        }
    }
}

type Lane = [f32; LANES];

#[inline(always)]
fn load(from: &[f32]) -> Lane {
    let mut lane = [0.0; LANES];
    lane.copy_from_slice(&from[..LANES]);
    lane
}

#[inline(always)]
fn lanes<const N: usize>(of: [&Lane; N], f: impl Fn([f32; N]) -> f32) -> Lane {
    std::array::from_fn(|i| f(of.map(|lane| lane[i])))
}

/// What a row of six becomes.
#[inline(always)]
fn spread(d: [&Lane; 6]) -> [Lane; 6] {
    [
        lanes([d[0], d[2], d[4]], |[a, c, e]| 4.0 * a - 5.0 * c + e),
        lanes([d[1], d[2], d[3], d[4]], |[b, c, d, e]| (d + e) - 4.0 * (b + c)),
        lanes([d[1], d[2], d[3], d[4]], |[b, c, d, e]| (e - d) + 4.0 * (b - c)),
        lanes([d[1], d[2], d[3], d[4]], |[b, c, d, e]| (e - c) + 2.0 * (d - b)),
        lanes([d[1], d[2], d[3], d[4]], |[b, c, d, e]| (e - c) - 2.0 * (d - b)),
        lanes([d[1], d[3], d[5]], |[b, d, f]| 4.0 * b - 5.0 * d + f),
    ]
}

/// The four that six products make.
#[inline(always)]
fn gathered(m: [&Lane; 6]) -> [Lane; 4] {
    [
        lanes([m[0], m[1], m[2], m[3], m[4]], |[a, b, c, d, e]| a + (b + c) + (d + e)),
        lanes([m[1], m[2], m[3], m[4]], |[b, c, d, e]| (b - c) + 2.0 * (d - e)),
        lanes([m[1], m[2], m[3], m[4]], |[b, c, d, e]| (b + c) + 4.0 * (d + e)),
        lanes([m[1], m[2], m[3], m[4], m[5]], |[b, c, d, e, f]| (b - c) + 8.0 * (d - e) + f),
    ]
}

/// The numbers of a square's channels from `c` on, those of each place `step` further on.
#[inline(always)]
fn look(
    source: &Source<'_>,
    c: usize,
    enlarged: usize,
    (height, width): (usize, usize),
    (down, across): (usize, usize),
    to: &mut [f32],
    step: usize,
) {
    let mut half = [[[0.0; LANES]; SEES]; SEES];
    let small = width / enlarged;
    for x in 0..SEES {
        let mut column = [[0.0; LANES]; SEES];
        let at = (across * GIVES + x).wrapping_sub(1);
        if at < width {
            for (y, pixel) in column.iter_mut().enumerate() {
                let line = (down * GIVES + y).wrapping_sub(1);
                if line < height {
                    *pixel =
                        load(&source.data[(line / enlarged * small + at / enlarged) * source.channels + c..]);
                }
            }
        }
        let [a, b, cc, d, e, f] = &column;
        for (y, lane) in spread([a, b, cc, d, e, f]).into_iter().enumerate() {
            half[y][x] = lane;
        }
    }
    for (y, [a, b, cc, d, e, f]) in half.iter().enumerate() {
        for (x, lane) in spread([a, b, cc, d, e, f]).iter().enumerate() {
            to[(y * SEES + x) * step..][..LANES].copy_from_slice(lane);
        }
    }
}

/// The pixels of a square.
#[inline(always)]
fn give(
    made: &[f32],
    step: usize,
    conv: &Convolution<'_>,
    c: usize,
    (height, width): (usize, usize),
    (down, across): (usize, usize),
    to: &mut [f32],
) {
    let out = conv.bias.len();
    let mut half = [[[0.0; LANES]; SEES]; GIVES];
    for x in 0..SEES {
        let m: [Lane; SEES] = std::array::from_fn(|y| load(&made[(y * SEES + x) * step..]));
        let [a, b, cc, d, e, f] = &m;
        for (y, lane) in gathered([a, b, cc, d, e, f]).into_iter().enumerate() {
            half[y][x] = lane;
        }
    }
    let bias = load(&conv.bias[c..]);
    for (y, [a, b, cc, d, e, f]) in half.iter().enumerate().take(height - down * GIVES) {
        for (x, lane) in gathered([a, b, cc, d, e, f]).iter().enumerate().take(width - across * GIVES) {
            let lane = lanes([lane, &bias], |[v, b]| {
                let v = v + b;
                if v < 0.0 { v * conv.slope } else { v }
            });
            to[(y * width + across * GIVES + x) * out + c..][..LANES].copy_from_slice(&lane);
        }
    }
}

fn multiply_plain(seen: &[f32], inside: usize, weights: &[f32], made: &mut [f32], count: usize) {
    let out = made.len() / SQUARES;
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

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    use super::*;

    /// Squares and groups of channels whose sums stay in registers.
    const R: usize = 12;

    #[target_feature(enable = "avx512f")]
    pub(super) fn rows(
        sources: &[Source<'_>],
        conv: &Convolution<'_>,
        size: (usize, usize),
        row: usize,
        to: &mut [f32],
        seen: &mut Vec<f32>,
        made: &mut Vec<f32>,
    ) {
        run(sources, conv, size, row, to, seen, made, |s, i, w, m, n| multiply(s, i, w, m, n));
    }

    #[target_feature(enable = "avx512f")]
    fn multiply(seen: &[f32], inside: usize, weights: &[f32], made: &mut [f32], count: usize) {
        let out = made.len() / SQUARES;
        for first in (0..count).step_by(R) {
            let seen = &seen[first * inside..][..R * inside];
            let mut group = 0;
            while group < out / LANES {
                let weights = &weights[group * inside * LANES..];
                let made = &mut made[first * out + group * LANES..];
                if group + 2 <= out / LANES {
                    block::<2>(seen, inside, weights, made, out);
                    group += 2;
                } else {
                    block::<1>(seen, inside, weights, made, out);
                    group += 1;
                }
            }
        }
    }

    #[target_feature(enable = "avx512f")]
    fn block<const G: usize>(seen: &[f32], inside: usize, weights: &[f32], made: &mut [f32], out: usize) {
        assert!(seen.len() >= R * inside && weights.len() >= G * inside * LANES);
        assert!(made.len() >= (R - 1) * out + G * LANES);
        let mut sums = [[_mm512_setzero_ps(); G]; R];
        // SAFETY: the lengths were checked above.
        unsafe {
            for c in 0..inside {
                let w: [_; G] =
                    std::array::from_fn(|g| _mm512_loadu_ps(weights.as_ptr().add((g * inside + c) * LANES)));
                for r in 0..R {
                    let x = _mm512_set1_ps(*seen.as_ptr().add(r * inside + c));
                    for g in 0..G {
                        sums[r][g] = _mm512_fmadd_ps(x, w[g], sums[r][g]);
                    }
                }
            }
            for r in 0..R {
                for g in 0..G {
                    _mm512_storeu_ps(made.as_mut_ptr().add(r * out + g * LANES), sums[r][g]);
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod half {
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
    };

    use super::*;

    const R: usize = 6;

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn rows(
        sources: &[Source<'_>],
        conv: &Convolution<'_>,
        size: (usize, usize),
        row: usize,
        to: &mut [f32],
        seen: &mut Vec<f32>,
        made: &mut Vec<f32>,
    ) {
        run(sources, conv, size, row, to, seen, made, |s, i, w, m, n| multiply(s, i, w, m, n));
    }

    #[target_feature(enable = "avx2,fma")]
    fn multiply(seen: &[f32], inside: usize, weights: &[f32], made: &mut [f32], count: usize) {
        let out = made.len() / SQUARES;
        for first in (0..count).step_by(R) {
            let seen = &seen[first * inside..][..R * inside];
            for group in 0..out / LANES {
                block(
                    seen,
                    inside,
                    &weights[group * inside * LANES..],
                    &mut made[first * out + group * LANES..],
                    out,
                );
            }
        }
    }

    #[target_feature(enable = "avx2,fma")]
    fn block(seen: &[f32], inside: usize, weights: &[f32], made: &mut [f32], out: usize) {
        assert!(seen.len() >= R * inside && weights.len() >= inside * LANES);
        assert!(made.len() >= (R - 1) * out + LANES);
        let mut sums = [[_mm256_setzero_ps(); 2]; R];
        // SAFETY: the lengths were checked above.
        unsafe {
            for c in 0..inside {
                let w: [_; 2] =
                    std::array::from_fn(|g| _mm256_loadu_ps(weights.as_ptr().add(c * LANES + 8 * g)));
                for r in 0..R {
                    let x = _mm256_set1_ps(*seen.as_ptr().add(r * inside + c));
                    for g in 0..2 {
                        sums[r][g] = _mm256_fmadd_ps(x, w[g], sums[r][g]);
                    }
                }
            }
            for r in 0..R {
                for g in 0..2 {
                    _mm256_storeu_ps(made.as_mut_ptr().add(r * out + 8 * g), sums[r][g]);
                }
            }
        }
    }
}
