//! Convolutions over a picture and its mirrored edges, whose results are normalised channel by channel (instance
//! normalisation). A layer normalises what it is given while it reads it, and measures what it makes while it writes it:
//! no walk over a picture is for that alone. Pixels lie one after the other, their channels beside each other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::net::products::{self, LANES, Multiplying, Products, rounded};
use crate::net::winograd::kernel::{Convolution, Edges, GIVES, Rows, Source, transformed};

/// What is added to a variance before its root is taken.
const EPSILON: f64 = 1e-5;
/// Rows of a result that are computed at once.
const ROWS: usize = 8;

/// A convolution.
pub(super) struct Layer {
    /// As [`Products`] takes them, for [`LANES`] numbers of the result each.
    weights: Vec<f32>,
    /// Pixels a side of what a pixel of the result sees.
    side: usize,
    /// From what a pixel sees to what the next one does.
    stride: usize,
    /// Each pixel is seen as so many, down and across.
    enlarged: usize,
    /// Channels that are seen, and channels of the result as they lie in memory.
    inside: usize,
    out: usize,
    /// Pixels beside each other that are computed as one, so that few channels fill the lanes.
    together: usize,
    /// The weights again where they can be multiplied by squares of pixels, which is quicker.
    squares: Option<Vec<f32>>,
}

impl Layer {
    /// From weights `[out, inside, side, side]`. Channels of the result that do not fill the lanes lie in memory as a
    /// power of two; those that are not the layer's are zero. The width of its results is a multiple of
    /// `LANES / out` then.
    pub(super) fn new(shape: [usize; 4], weights: &[f32], stride: usize, enlarged: usize) -> Self {
        let [given, inside, side, _] = shape;
        let out = if given < LANES { given.next_power_of_two() } else { given.next_multiple_of(LANES) };
        let together = if stride == 1 { (LANES / out).max(1) } else { 1 };
        let run = (side + together - 1) * inside;
        let mut placed = vec![0.0; side * run * (out * together)];
        for (o, weights) in weights.chunks_exact(inside * side * side).enumerate() {
            for (at, weight) in weights.iter().enumerate() {
                let (channel, y, x) = (at / (side * side), at / side % side, at % side);
                for pixel in 0..together {
                    let lane = pixel * out + o;
                    let seen = y * run + (x + pixel) * inside + channel;
                    placed[(lane / LANES * side * run + seen) * LANES + lane % LANES] = *weight;
                }
            }
        }
        let whole = |channels: usize| channels.is_multiple_of(LANES);
        let by_squares = (side, stride, enlarged) == (3, 1, 1) && whole(given) && whole(inside);
        let squares = by_squares.then(|| transformed(weights, out, inside));
        Self { weights: placed, side, stride, enlarged, inside, out, together, squares }
    }

    /// Sees a picture whose channels, as it lies in memory, are `inside`.
    pub(super) fn apply(&self, from: &Picture, threads: usize) -> Picture {
        let settled;
        let from = if self.squares.is_some() && !from.shown.scale.is_empty() {
            settled = from.settled();
            &settled
        } else {
            from
        };
        let (h, w) = (from.height * self.enlarged / self.stride, from.width * self.enlarged / self.stride);
        let mut data = vec![0.0; h * w * self.out];
        let parts: Vec<_> = data.chunks_mut(ROWS * w * self.out).map(Mutex::new).collect();
        let spreads: Vec<_> = parts.iter().map(|_| Mutex::new(Vec::new())).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut room = Room::default();
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                let Some(to) = parts.get(part) else { return };
                let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
                let strip =
                    Strip { layer: self, from, first: part * ROWS, width: w, to: &mut to, room: &mut room };
                let spread = products::quickest(strip);
                *spreads[part].lock().unwrap_or_else(PoisonError::into_inner) = spread;
            }
        };
        std::thread::scope(|scope| {
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        drop(parts);
        let mut whole = vec![Spread::default(); self.out];
        for spread in spreads {
            let spread = spread.into_inner().unwrap_or_else(PoisonError::into_inner);
            whole.iter_mut().zip(&spread).for_each(|(all, part)| all.add(part));
        }
        Picture { data, width: w, height: h, spread: whole, shown: Shown::default() }
    }

    #[inline(always)]
    fn by_squares(&self, weights: &[f32], from: &Picture, first: usize, to: &mut [f32]) {
        // What would be added to a channel does not change it once it is normalised.
        let bias = &vec![0.0; self.out];
        let conv = Convolution { weights, bias, slope: 1.0, enlarged: 1, edges: Edges::Mirrored };
        let sources = &[Source { data: &from.data, channels: self.inside }];
        for (row, to) in to.chunks_mut(GIVES * from.width * self.out).enumerate() {
            let row = first / GIVES + row;
            Rows { sources, conv: &conv, height: from.height, width: from.width, row }.compute(to);
        }
    }

    #[inline(always)]
    fn by_pixels(
        &self,
        from: &Picture,
        first: usize,
        width: usize,
        to: &mut [f32],
        room: &mut Room,
        multiply: impl Fn(Products<'_>),
    ) {
        let &Self { side, stride, enlarged, inside, out, together, .. } = self;
        let unit = out * together;
        let (count, edge) = (width / together, side / 2);
        let (seen_width, seen_height) = (from.width * enlarged, from.height * enlarged);
        // A row with its mirrored edges, and what is multiplied for places that are not there.
        let line = (rounded(count) * together * stride + side) * inside;
        let rows = to.len() / (width * out);
        room.seen.resize(((rows - 1) * stride + side) * line, 0.0);
        room.made.resize(rounded(count) * unit, 0.0);
        let mirrored = |at: isize, size: usize| Edges::Mirrored.place(at, size).unwrap_or_default();
        for (y, seen) in room.seen.chunks_exact_mut(line).enumerate() {
            let y = mirrored((first * stride + y) as isize - edge as isize, seen_height) / enlarged;
            from.row(y, inside, enlarged, &mut seen[edge * inside..][..seen_width * inside]);
            for x in (0..edge).chain(edge + seen_width..seen_width + 2 * edge) {
                let other = edge + mirrored(x as isize - edge as isize, seen_width);
                seen.copy_within(other * inside..(other + 1) * inside, x * inside);
            }
        }
        for (y, to) in to.chunks_exact_mut(width * out).enumerate() {
            multiply(Products {
                seen: &room.seen[y * stride * line..],
                step: together * stride * inside,
                runs: side,
                run: (side + together - 1) * inside,
                run_step: line,
                weights: &self.weights,
                made: &mut room.made,
                out: unit,
                count,
            });
            to.copy_from_slice(&room.made[..count * unit]);
        }
    }
}

/// The rows of a layer's result from `first` on. What they make is how their numbers spread.
struct Strip<'a> {
    layer: &'a Layer,
    from: &'a Picture,
    first: usize,
    width: usize,
    to: &'a mut [f32],
    room: &'a mut Room,
}

impl Multiplying for Strip<'_> {
    type Made = Vec<Spread>;

    #[inline(always)]
    fn run(self, multiply: impl Fn(Products<'_>)) -> Vec<Spread> {
        let Self { layer, from, first, width, to, room } = self;
        match &layer.squares {
            Some(weights) => layer.by_squares(weights, from, first, to),
            None => layer.by_pixels(from, first, width, to, room, multiply),
        }
        let mut spread = vec![Spread::default(); layer.out];
        for made in to.chunks_exact(width * layer.out) {
            measure(made, layer.out * layer.together, &mut spread);
        }
        spread
    }
}

/// Takes in how numbers spread that lie in units, in which channels follow one another once or several times.
#[inline(always)]
fn measure(made: &[f32], unit: usize, spread: &mut [Spread]) {
    // Against a number of the row itself, so that what is squared stays small.
    let near = &made[..unit];
    let (mut sums, mut squares) = (vec![0.0f32; unit], vec![0.0f32; unit]);
    for made in made.chunks_exact(unit) {
        for (((v, near), sum), square) in made.iter().zip(near).zip(&mut sums).zip(&mut squares) {
            let apart = v - near;
            *sum += apart;
            *square += apart * apart;
        }
    }
    let (count, channels) = ((made.len() / unit) as f64, spread.len());
    for (lane, ((sum, square), near)) in sums.iter().zip(&squares).zip(near).enumerate() {
        let sum = f64::from(*sum);
        let mean = f64::from(*near) + sum / count;
        let around = f64::from(*square) - sum * sum / count;
        spread[lane % channels].add(&Spread { count, mean, around });
    }
}

/// What a thread works in.
#[derive(Default)]
struct Room {
    seen: Vec<f32>,
    made: Vec<f32>,
}

/// How numbers spread: how many there are, their mean, and the sum of the squares of how far they are from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spread {
    count: f64,
    mean: f64,
    around: f64,
}

impl Spread {
    /// Takes in more numbers (T. F. Chan, G. H. Golub and R. J. LeVeque, 1979).
    fn add(&mut self, more: &Self) {
        let count = self.count + more.count;
        if count > 0.0 {
            let apart = more.mean - self.mean;
            self.around += more.around + apart * apart * self.count * more.count / count;
            self.mean += apart * more.count / count;
            self.count = count;
        }
    }
}

/// A picture as a layer makes it.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// `[height, width, channels]`, before they are normalised.
    pub(super) data: Vec<f32>,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Of each channel.
    pub(super) spread: Vec<Spread>,
    /// What is seen of it.
    pub(super) shown: Shown,
}

/// What is seen of a picture: its numbers times a factor and plus another, of each channel, and zero for what is
/// negative then. Without factors it is seen as it is.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) scale: Vec<f32>,
    pub(super) offset: Vec<f32>,
    pub(super) rectified: bool,
}

impl Picture {
    /// Has its channels seen with variance `gamma²` around `beta`, and none that is negative where it is `rectified`.
    pub(super) fn normalised(mut self, gamma: &[f32], beta: &[f32], rectified: bool) -> Self {
        let mut shown = Shown { rectified, ..Shown::default() };
        for (channel, spread) in self.spread.iter().enumerate() {
            let [gamma, beta] = [gamma, beta].map(|of| of.get(channel).copied().map_or(0.0, f64::from));
            let scale = gamma / (spread.around / spread.count.max(1.0) + EPSILON).sqrt();
            shown.scale.push(scale as f32);
            shown.offset.push((beta - spread.mean * scale) as f32);
        }
        self.shown = shown;
        self
    }

    /// A row as it is seen, each pixel `enlarged` times.
    #[inline(always)]
    fn row(&self, y: usize, channels: usize, enlarged: usize, to: &mut [f32]) {
        let from = &self.data[y * self.width * channels..][..self.width * channels];
        let Shown { scale, offset, rectified } = &self.shown;
        let least = if *rectified { 0.0 } else { f32::NEG_INFINITY };
        for (from, to) in from.chunks_exact(channels).zip(to.chunks_exact_mut(channels * enlarged)) {
            let (one, rest) = to.split_at_mut(channels);
            if scale.is_empty() {
                one.copy_from_slice(from);
            } else {
                for (((to, v), scale), offset) in one.iter_mut().zip(from).zip(scale).zip(offset) {
                    *to = (v * scale + offset).max(least);
                }
            }
            rest.chunks_exact_mut(channels).for_each(|to| to.copy_from_slice(one));
        }
    }

    /// The picture as it is seen, to be seen as it is from then on.
    pub(super) fn settled(&self) -> Self {
        let channels = self.spread.len();
        let mut data = vec![0.0; self.data.len()];
        for (y, to) in data.chunks_exact_mut((self.width * channels).max(1)).enumerate() {
            self.row(y, channels, 1, to);
        }
        Self {
            data,
            width: self.width,
            height: self.height,
            spread: self.spread.clone(),
            shown: Shown::default(),
        }
    }

    /// Adds what is seen of another one, of the same size, to a settled one.
    pub(super) fn add(&mut self, other: &Self) {
        let channels = self.spread.len();
        let length = (self.width * channels).max(1);
        let mut line = vec![0.0; length];
        for (y, to) in self.data.chunks_exact_mut(length).enumerate() {
            other.row(y, channels, 1, &mut line);
            to.iter_mut().zip(&line).for_each(|(a, b)| *a += b);
        }
    }
}
