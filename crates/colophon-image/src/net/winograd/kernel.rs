//! Convolutions over three by three pixels by Winograd's minimal filtering, F(4 × 4, 3 × 3): A. Lavin and S. Gray, *Fast
//! algorithms for convolutional neural networks* (2016). A square of 6 × 6 pixels becomes 36 numbers a channel, which are
//! multiplied with those of the weights, and what comes out becomes 4 × 4 pixels: a quarter of the multiplications.
//!
//! Pixels lie one after the other, their channels beside each other.

use std::cell::RefCell;

use crate::net::products::{self, LANES, Multiplying, Products, TOGETHER};

/// Pixels a side of what a square gives.
pub(crate) const GIVES: usize = 4;
/// Pixels a side of a square, which overlaps its neighbours by two.
const SEES: usize = 6;
/// Numbers of a square.
pub(crate) const PLACES: usize = SEES * SEES;
/// Squares that are computed together: what they and the weights of a place take stays near the processor.
const SQUARES: usize = 24;
const _: () = assert!(SQUARES.is_multiple_of(TOGETHER));

/// Pixels with some of the channels of a picture.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Pixel by pixel.
    pub(crate) data: &'a [f32],
    /// Channels of a pixel, a multiple of [`LANES`].
    pub(crate) channels: usize,
}

/// A convolution.
#[derive(Clone, Copy)]
pub(crate) struct Convolution<'a> {
    /// Of [`transformed`].
    pub(crate) weights: &'a [f32],
    /// One number for each channel of the result, whose count is a multiple of [`LANES`].
    pub(crate) bias: &'a [f32],
    /// What a negative number is multiplied with.
    pub(crate) slope: f32,
    /// Each pixel is seen as so many, down and across.
    pub(crate) enlarged: usize,
    /// What is seen around the picture.
    pub(crate) edges: Edges,
}

/// What is seen around a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Edges {
    /// Zeros.
    Clear,
    /// The picture, as far from its edge on the other side; the edge itself is seen once.
    Mirrored,
}

impl Edges {
    /// The place, of `size`, that is seen at one that may lie outside.
    #[inline(always)]
    pub(crate) fn place(self, at: isize, size: usize) -> Option<usize> {
        let last = size as isize - 1;
        match self {
            _ if (0..=last).contains(&at) => Some(at as usize),
            Self::Clear => None,
            Self::Mirrored if at < 0 => Some((-at).min(last) as usize),
            Self::Mirrored => Some((2 * last - at).max(0) as usize),
        }
    }
}

/// The weights `[out, in, 3, 3]` as the products take them: for each place and [`LANES`] channels of the result those of
/// each channel that is seen.
pub(crate) fn transformed(weights: &[f32], out: usize, inside: usize) -> Vec<f32> {
    let row = |w: [f32; 3]| {
        let (near, far) = (w[0] / 24.0 + w[2] / 6.0, w[1] / 12.0);
        [w[0] / 4.0, -(w[0] + w[1] + w[2]) / 6.0, (w[1] - w[0] - w[2]) / 6.0, near + far, near - far, w[2]]
    };
    let mut to = vec![0.0; PLACES * out * inside];
    for o in 0..out {
        for c in 0..inside {
            let w = &weights[(o * inside + c) * 9..][..9];
            let down: [[f32; SEES]; 3] = std::array::from_fn(|x| row([w[x], w[3 + x], w[6 + x]]));
            let across = (0..SEES).map(|y| row([down[0][y], down[1][y], down[2][y]]));
            for (y, values) in across.enumerate() {
                for (x, value) in values.into_iter().enumerate() {
                    let place = (y * SEES + x) * out * inside;
                    to[place + (o / LANES * inside + c) * LANES + o % LANES] = value;
                }
            }
        }
    }
    to
}

/// What is computed at once: the rows of pixels from `4 · row` on, four or what is left, of a result of `height` × `width`
/// pixels.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) sources: &'a [Source<'a>],
    pub(crate) conv: &'a Convolution<'a>,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) row: usize,
}

/// Numbers of squares, and their products: for each place, one square's channels after the other's.
#[derive(Default)]
struct Work {
    seen: Vec<f32>,
    made: Vec<f32>,
}

thread_local! {
    static WORK: RefCell<Work> = RefCell::default();
}

/// Rows, what they are computed in and where they go.
struct Squares<'a> {
    rows: &'a Rows<'a>,
    work: &'a mut Work,
    to: &'a mut [f32],
}

impl Multiplying for Squares<'_> {
    type Made = ();

    #[inline(always)]
    fn run(self, multiply: impl Fn(Products<'_>)) {
        self.rows.run(self.work, self.to, multiply);
    }
}

impl Rows<'_> {
    /// Computes them, into `to`.
    pub(crate) fn compute(&self, to: &mut [f32]) {
        WORK.with_borrow_mut(|work| products::quickest(Squares { rows: self, work, to }));
    }

    #[inline(always)]
    fn run(&self, Work { seen, made }: &mut Work, to: &mut [f32], multiply: impl Fn(Products<'_>)) {
        let (inside, out) = (self.sources.iter().map(|s| s.channels).sum::<usize>(), self.conv.bias.len());
        // Places are an odd number of cache lines apart, so that those of a square do not lie on one another there.
        let (seen_step, made_step) = (SQUARES * inside + LANES, SQUARES * out + LANES);
        seen.resize(PLACES * seen_step, 0.0);
        made.resize(PLACES * made_step, 0.0);
        let across = self.width.div_ceil(GIVES);
        for first in (0..across).step_by(SQUARES) {
            let count = SQUARES.min(across - first);
            let mut channel = 0;
            for source in self.sources {
                for square in 0..count {
                    for c in (0..source.channels).step_by(LANES) {
                        let to = &mut seen[square * inside + channel + c..];
                        self.look(source, c, first + square, to, seen_step);
                    }
                }
                channel += source.channels;
            }
            let places = seen.chunks_exact(seen_step).zip(made.chunks_exact_mut(made_step));
            for ((seen, made), weights) in places.zip(self.conv.weights.chunks_exact(inside * out)) {
                multiply(Products {
                    seen,
                    step: inside,
                    runs: 1,
                    run: inside,
                    run_step: 0,
                    weights,
                    made,
                    out,
                    count,
                });
            }
            for square in 0..count {
                for c in (0..out).step_by(LANES) {
                    self.give(&made[square * out + c..], made_step, c, first + square, to);
                }
            }
        }
    }

    /// The numbers of a square's channels from `c` on, those of each place `step` further on.
    #[inline(always)]
    fn look(&self, source: &Source<'_>, c: usize, across: usize, to: &mut [f32], step: usize) {
        let mut half = [[[0.0; LANES]; SEES]; SEES];
        let enlarged = self.conv.enlarged;
        let small = self.width / enlarged;
        for x in 0..SEES {
            let mut column = [[0.0; LANES]; SEES];
            let edges = self.conv.edges;
            if let Some(at) = edges.place((across * GIVES + x) as isize - 1, self.width) {
                for (y, pixel) in column.iter_mut().enumerate() {
                    if let Some(line) = edges.place((self.row * GIVES + y) as isize - 1, self.height) {
                        let place = line / enlarged * small + at / enlarged;
                        *pixel = load(&source.data[place * source.channels + c..]);
                    }
                }
            }
            for (row, lane) in half.iter_mut().zip(spread(&column)) {
                row[x] = lane;
            }
        }
        for (y, row) in half.iter().enumerate() {
            for (x, lane) in spread(row).iter().enumerate() {
                to[(y * SEES + x) * step..][..LANES].copy_from_slice(lane);
            }
        }
    }

    /// The pixels of a square.
    #[inline(always)]
    fn give(&self, made: &[f32], step: usize, c: usize, across: usize, to: &mut [f32]) {
        let out = self.conv.bias.len();
        let mut half = [[[0.0; LANES]; SEES]; GIVES];
        for x in 0..SEES {
            let mut column = [[0.0; LANES]; SEES];
            for (y, lane) in column.iter_mut().enumerate() {
                *lane = load(&made[(y * SEES + x) * step..]);
            }
            for (row, lane) in half.iter_mut().zip(gathered(&column)) {
                row[x] = lane;
            }
        }
        let (bias, slope) = (load(&self.conv.bias[c..]), self.conv.slope);
        for (y, row) in half.iter().enumerate().take(self.height - self.row * GIVES) {
            for (x, lane) in gathered(row).iter().enumerate().take(self.width - across * GIVES) {
                let to = &mut to[(y * self.width + across * GIVES + x) * out + c..][..LANES];
                for ((to, v), b) in to.iter_mut().zip(lane).zip(&bias) {
                    let v = v + b;
                    *to = if v < 0.0 { v * slope } else { v };
                }
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

/// What a row of six becomes.
#[inline(always)]
fn spread(row: &[Lane; SEES]) -> [Lane; SEES] {
    let mut to = [[0.0; LANES]; SEES];
    for i in 0..LANES {
        let [a, b, c, d, e, f] = row.each_ref().map(|lane| lane[i]);
        to[0][i] = 4.0 * a - 5.0 * c + e;
        to[1][i] = (d + e) - 4.0 * (b + c);
        to[2][i] = (e - d) + 4.0 * (b - c);
        to[3][i] = (e - c) + 2.0 * (d - b);
        to[4][i] = (e - c) - 2.0 * (d - b);
        to[5][i] = 4.0 * b - 5.0 * d + f;
    }
    to
}

/// The four that six products make.
#[inline(always)]
fn gathered(row: &[Lane; SEES]) -> [Lane; GIVES] {
    let mut to = [[0.0; LANES]; GIVES];
    for i in 0..LANES {
        let [a, b, c, d, e, f] = row.each_ref().map(|lane| lane[i]);
        to[0][i] = a + (b + c) + (d + e);
        to[1][i] = (b - c) + 2.0 * (d - e);
        to[2][i] = (b + c) + 4.0 * (d + e);
        to[3][i] = (b - c) + 8.0 * (d - e) + f;
    }
    to
}
