//! Sums a plane over the repeats of the tile, and the Fourier transform of the sum.
//!
//! The sum is two tiles a side. The mark then lies on even frequencies only, and the odd ones beside
//! each of them are a measure of the picture's own noise there.

use rustfft::{FftPlanner, num_complex::Complex32};

use crate::Turn;
use crate::plane::Plane;

/// Pixels a side of the tile.
pub(crate) const TILE: usize = 128;
/// Cycles a tile, at most: shorter waves drown in a half-sized copy of the picture.
pub(crate) const HIGHEST: usize = 20;
/// Pixels a side of the sum.
const SIDE: usize = 2 * TILE;
/// Frequencies across that are looked at: those of the mark and their neighbours.
const COLUMNS: usize = 2 * HIGHEST + 3;

/// What a plane has at each wave of a lattice.
pub(crate) struct Spectrum {
    pub(crate) values: Vec<Complex32>,
    /// Power of the noise beside each.
    pub(crate) noise: Vec<f32>,
}

/// The plane summed over the repeats of a tile of `128 · scale` pixels.
pub(crate) fn fold(plane: &Plane, scale: f64) -> Vec<f32> {
    let mut sum = vec![0.0_f32; SIDE * SIDE];
    if (scale - 1.0).abs() < 1e-9 {
        for (y, row) in plane.data.chunks_exact(plane.width).enumerate() {
            let to = &mut sum[y % SIDE * SIDE..][..SIDE];
            for part in row.chunks(SIDE) {
                to.iter_mut().zip(part).for_each(|(s, v)| *s += v);
            }
        }
        return sum;
    }
    // Each pixel is shared between the four places about it.
    let place = |at: usize| {
        let at = (at as f64 / scale) % SIDE as f64;
        let whole = (at as usize).min(SIDE - 1);
        (whole, (at - whole as f64) as f32)
    };
    let across: Vec<(usize, f32)> = (0..plane.width).map(place).collect();
    let mut line = vec![0.0_f32; SIDE + 1];
    for (y, row) in plane.data.chunks_exact(plane.width).enumerate() {
        line.fill(0.0);
        for (v, (x, part)) in row.iter().zip(&across) {
            line[*x] += v * (1.0 - part);
            line[x + 1] += v * part;
        }
        line[0] += line[SIDE];
        let (y, part) = place(y);
        sum[y * SIDE..][..SIDE].iter_mut().zip(&line).for_each(|(s, v)| *s += v * (1.0 - part));
        let next = (y + 1) % SIDE;
        sum[next * SIDE..][..SIDE].iter_mut().zip(&line).for_each(|(s, v)| *s += v * part);
    }
    sum
}

/// The spectrum of a sum at `points` (cycles a tile across and down), as it lies.
pub(crate) fn spectrum(sum: &[f32], points: &[(usize, i32)]) -> Spectrum {
    Transform::of(sum).spectrum(points, Turn::UPRIGHT)
}

/// The Fourier transform of a sum, as far as marks reach.
pub(crate) struct Transform {
    columns: Vec<Complex32>,
}

impl Transform {
    /// The transform of what [`fold`] gave.
    pub(crate) fn of(sum: &[f32]) -> Self {
        let fft = FftPlanner::<f32>::new().plan_fft_forward(SIDE);
        let mut scratch = vec![Complex32::default(); fft.get_inplace_scratch_len()];
        let mut columns = vec![Complex32::default(); COLUMNS * SIDE];
        let mut line = vec![Complex32::default(); SIDE];
        // Two real rows are one complex one.
        for (pair, rows) in sum.chunks_exact(2 * SIDE).enumerate() {
            let (a, b) = rows.split_at(SIDE);
            line.iter_mut().zip(a.iter().zip(b)).for_each(|(l, (a, b))| *l = Complex32::new(*a, *b));
            fft.process_with_scratch(&mut line, &mut scratch);
            for k in 0..COLUMNS {
                let (p, q) = (line[k], line[(SIDE - k) % SIDE].conj());
                columns[k * SIDE + 2 * pair] = (p + q) * 0.5;
                columns[k * SIDE + 2 * pair + 1] = (p - q) * Complex32::new(0.0, -0.5);
            }
        }
        fft.process_with_scratch(&mut columns, &mut scratch);
        Self { columns }
    }

    /// The spectrum at the places to which a turn of the picture has brought the waves of `points`, as if it
    /// had been turned back: up to where the tile begins, which the anchor finds.
    pub(crate) fn spectrum(&self, points: &[(usize, i32)], turn: Turn) -> Spectrum {
        let at = |k: usize, l: i32| self.columns[k * SIDE + l.rem_euclid(SIDE as i32) as usize];
        let value = |point: &(usize, i32)| {
            let ((i, j), conjugate) = turn.wave(*point);
            let value = at(2 * i, 2 * j);
            if conjugate { value.conj() } else { value }
        };
        let values = points.iter().map(value).collect();
        let noise = points
            .iter()
            .map(|point| {
                let (i, j) = turn.wave(*point).0;
                let mut power = 0.0;
                for dk in 0..5_usize {
                    for dl in -2..=2_i32 {
                        if dk % 2 == 1 || dl % 2 != 0 {
                            power += at(2 * i + dk - 2, 2 * j + dl).norm_sqr();
                        }
                    }
                }
                // Never 0: a plane without noise is not infinitely sure.
                power / 16.0 + 1e-3
            })
            .collect();
        Spectrum { values, noise }
    }
}

/// The shift (in pixels of a tile) at which waves of these frequencies and values add up to the most,
/// and to how much.
pub(crate) fn highest(waves: &[((usize, i32), Complex32)]) -> ((f64, f64), f32) {
    let fft = FftPlanner::<f32>::new().plan_fft_inverse(TILE);
    let mut scratch = vec![Complex32::default(); fft.get_inplace_scratch_len()];
    let mut columns = vec![Complex32::default(); (HIGHEST + 1) * TILE];
    for ((i, j), value) in waves {
        columns[i * TILE + j.rem_euclid(TILE as i32) as usize] += value;
    }
    fft.process_with_scratch(&mut columns, &mut scratch);
    let mut plane = vec![Complex32::default(); TILE * TILE];
    for (y, row) in plane.chunks_exact_mut(TILE).enumerate() {
        for (i, v) in row.iter_mut().enumerate().take(HIGHEST + 1) {
            *v = columns[i * TILE + y];
        }
    }
    fft.process_with_scratch(&mut plane, &mut scratch);
    let best = (0..TILE * TILE).max_by(|a, b| plane[*a].re.total_cmp(&plane[*b].re)).unwrap_or(0);
    let (x, y) = (best % TILE, best / TILE);
    let at = |dx: usize, dy: usize| plane[(y + dy) % TILE * TILE + (x + dx) % TILE].re;
    // The top of a parabola through the place and its neighbours.
    let top = |before: f32, here: f32, after: f32| {
        let bend = before - 2.0 * here + after;
        if bend < 0.0 { f64::from(((before - after) * 0.5 / bend).clamp(-0.5, 0.5)) } else { 0.0 }
    };
    let here = at(0, 0);
    let dx = top(at(TILE - 1, 0), here, at(1, 0));
    let dy = top(at(0, TILE - 1), here, at(0, 1));
    let shift = (x as f64 + dx, y as f64 + dy);
    // Its height there, exactly.
    let height = waves
        .iter()
        .map(|((i, j), v)| {
            let turns = (*i as f64 * shift.0 + f64::from(*j) * shift.1) / TILE as f64;
            let (sin, cos) = (std::f64::consts::TAU * turns).sin_cos();
            f64::from(v.re) * cos - f64::from(v.im) * sin
        })
        .sum::<f64>();
    (shift, (height as f32).max(here))
}
