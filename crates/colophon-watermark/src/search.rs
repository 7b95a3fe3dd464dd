//! The scale of a picture that carries a mark: the mark's waves are peaks in its power spectrum, and
//! their distance tells by how much it was resized. The phase of the mark, and so its place and payload,
//! does not matter here.

use rustfft::{FftPlanner, num_complex::Complex32};

use crate::fold::{HIGHEST, TILE};
use crate::plane::{Plane, Window};

/// Scales that are looked for.
const SMALLEST: f64 = 0.36;
const LARGEST: f64 = 1.7;
/// Pixels a side of the part that is looked at: bounds the work.
pub(crate) const WINDOW: usize = 1024;
/// The mean power about a frequency, in frequencies each way.
const ABOUT: usize = 9;
/// A peak counts at most so often the mean about it, lest one strong wave of the picture decide.
const CAP: f32 = 12.0;

/// The relative change of scale that moves the shortest wave by one cycle over `pixels`.
pub(crate) fn finest(pixels: usize) -> f64 {
    TILE as f64 / (HIGHEST as f64 * pixels.max(1) as f64)
}

/// Likely scales, at most `count`, the likeliest first.
pub(crate) fn scales(plane: &Plane, points: &[(usize, i32)], weights: &[f32], count: usize) -> Vec<f64> {
    let part = Window::middle(plane.width, plane.height, WINDOW);
    let power = Power::of(plane, part);
    // A step moves the shortest wave by a quarter of a cycle over the picture.
    let step = 0.25 * finest(part.width.max(part.height));
    let steps = ((LARGEST / SMALLEST).ln() / step).ceil() as usize;
    let scored: Vec<(f64, f32)> = (0..=steps)
        .map(|k| {
            let scale = SMALLEST * (step * k as f64).exp();
            (scale, power.score(points, weights, scale))
        })
        .collect();
    let mut peaks: Vec<(f64, f32)> = (0..scored.len())
        .filter(|k| {
            let here = scored[*k].1;
            (k.saturating_sub(2)..(k + 3).min(scored.len())).all(|n| scored[n].1 <= here)
        })
        .map(|k| scored[k])
        .collect();
    peaks.sort_by(|a, b| b.1.total_cmp(&a.1));
    peaks.into_iter().map(|peak| peak.0).take(count).collect()
}

/// The smallest number of at least `n` that a Fourier transform is fast for.
fn fast(n: usize) -> usize {
    let power = n.next_power_of_two();
    [power / 8 * 5, power / 4 * 3, power].into_iter().find(|s| *s >= n).unwrap_or(power)
}

/// A power spectrum over the mean about each frequency, half of it.
struct Power {
    width: usize,
    height: usize,
    data: Plane,
}

impl Power {
    fn of(plane: &Plane, part: Window) -> Self {
        // Twice the size: every wave is near a frequency of the transform.
        let (width, height) = (fast(2 * part.width), fast(2 * part.height));
        let half = width / 2;
        let mut planner = FftPlanner::<f32>::new();
        let (across, down) = (planner.plan_fft_forward(width), planner.plan_fft_forward(height));
        let need = across.get_inplace_scratch_len().max(down.get_inplace_scratch_len());
        let mut scratch = vec![Complex32::default(); need];
        let rows = part.height.div_ceil(2) * 2;
        let mut spectrum = vec![Complex32::default(); half * rows];
        let mut line = vec![Complex32::default(); width];
        for (pair, to) in spectrum.chunks_exact_mut(2 * half).enumerate() {
            let row = |k: usize| {
                let y = 2 * pair + k;
                let from = (part.top + y) * plane.width + part.left;
                if y < part.height { &plane.data[from..from + part.width] } else { &[] }
            };
            line.fill(Complex32::default());
            line.iter_mut().zip(row(0)).for_each(|(l, v)| l.re = *v);
            line.iter_mut().zip(row(1)).for_each(|(l, v)| l.im = *v);
            across.process_with_scratch(&mut line, &mut scratch);
            let (a, b) = to.split_at_mut(half);
            for k in 0..half {
                let (p, q) = (line[k], line[(width - k) % width].conj());
                a[k] = p + q;
                b[k] = (p - q) * Complex32::new(0.0, -1.0);
            }
        }
        // Down, a few columns at a time: one at a time reads a whole line of the cache for each number.
        const ABREAST: usize = 16;
        let mut data = Plane::new(height, half);
        let mut columns = vec![Complex32::default(); ABREAST * height];
        for (k, out) in data.data.chunks_mut(ABREAST * height).enumerate() {
            columns.fill(Complex32::default());
            let count = out.len() / height;
            for (y, row) in spectrum.chunks_exact(half).enumerate() {
                for (c, v) in row[k * ABREAST..][..count].iter().enumerate() {
                    columns[c * height + y] = *v;
                }
            }
            let columns = &mut columns[..count * height];
            down.process_with_scratch(columns, &mut scratch);
            out.iter_mut().zip(columns.iter()).for_each(|(o, v)| *o = v.norm_sqr());
        }
        let mut mean = data.clone();
        mean.blur(ABOUT, 1);
        data.data.iter_mut().zip(&mean.data).for_each(|(p, m)| *p = (*p / (m + 1e-6)).min(CAP));
        Self { width, height, data }
    }

    /// How far the power at the waves of a mark of this scale stands out, in standard deviations.
    fn score(&self, points: &[(usize, i32)], weights: &[f32], scale: f64) -> f32 {
        let (per_x, per_y) =
            (self.width as f64 / (TILE as f64 * scale), self.height as f64 / (TILE as f64 * scale));
        let (mut sum, mut squares) = (0.0, 0.0);
        for ((i, j), weight) in points.iter().zip(weights) {
            let x = (*i as f64 * per_x).round() as usize;
            let y = (f64::from(*j) * per_y).round() as i64;
            if x < self.width / 2 && y.unsigned_abs() < self.height as u64 / 2 {
                let y = y.rem_euclid(self.height as i64) as usize;
                sum += weight * (self.data.data[x * self.height + y] - 1.0);
                squares += weight * weight;
            }
        }
        sum / f32::max(squares, 1.0).sqrt()
    }
}
