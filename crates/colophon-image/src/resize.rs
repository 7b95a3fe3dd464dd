//! Scaling of planes of numbers.

/// A plane of numbers, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plane {
    pub(crate) w: usize,
    pub(crate) h: usize,
    pub(crate) v: Vec<f32>,
}

impl Plane {
    /// The part (left, top) of the given size; outside the plane its edge goes on.
    pub(crate) fn part(&self, left: isize, top: isize, w: usize, h: usize) -> Self {
        let place = |at: isize, size: usize| at.clamp(0, size as isize - 1) as usize;
        let mut v = Vec::with_capacity(w * h);
        for y in 0..h {
            let row = &self.v[place(top + y as isize, self.h) * self.w..][..self.w];
            v.extend((0..w).map(|x| row[place(left + x as isize, self.w)]));
        }
        Self { w, h, v }
    }

    /// The mean over a square of side `2 · radius + 1` around each place, cut at the edges.
    pub(crate) fn blurred(&self, radius: usize) -> Self {
        let mut across = Vec::with_capacity(self.v.len());
        for row in self.v.chunks_exact(self.w) {
            running_mean(row.iter().copied(), radius, |mean| across.push(mean));
        }
        let mut v = vec![0.0; self.v.len()];
        for x in 0..self.w {
            let mut y = 0;
            running_mean((0..self.h).map(|y| across[y * self.w + x]), radius, |mean| {
                v[y * self.w + x] = mean;
                y += 1;
            });
        }
        Self { w: self.w, h: self.h, v }
    }

    /// Scales with area averaging when made smaller and linear interpolation when made larger: a
    /// triangle filter as wide as a pixel of the coarser grid.
    pub(crate) fn resized(&self, w: usize, h: usize) -> Self {
        if (w, h) == (self.w, self.h) {
            return self.clone();
        }
        let columns = weights(self.w, w);
        let mut across = vec![0.0; w * self.h];
        for (out, row) in across.chunks_exact_mut(w).zip(self.v.chunks_exact(self.w)) {
            for (o, (first, ws)) in out.iter_mut().zip(&columns) {
                *o = row[*first..].iter().zip(ws).map(|(v, k)| v * k).sum();
            }
        }
        let mut v = vec![0.0f32; w * h];
        for (out, (first, ws)) in v.chunks_exact_mut(w).zip(weights(self.h, h)) {
            for (row, k) in across[first * w..].chunks_exact(w).zip(&ws) {
                for (o, v) in out.iter_mut().zip(row) {
                    *o += v * k;
                }
            }
        }
        Self { w, h, v }
    }
}

/// The mean of up to `radius` values before and after each.
fn running_mean(values: impl Iterator<Item = f32>, radius: usize, mut each: impl FnMut(f32)) {
    let values: Vec<f32> = values.collect();
    let mut sum: f64 = values.iter().take(radius + 1).map(|v| f64::from(*v)).sum();
    for i in 0..values.len() {
        let (first, past) = (i.saturating_sub(radius), (i + radius + 1).min(values.len()));
        each((sum / (past - first) as f64) as f32);
        if let Some(next) = values.get(i + radius + 1) {
            sum += f64::from(*next);
        }
        if i >= radius {
            sum -= f64::from(values[i - radius]);
        }
    }
}

/// For each of `to` places: the first of `from` samples it draws on, and their weights.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let step = from as f32 / to as f32;
    let reach = step.max(1.0);
    let place = |i: usize| {
        let centre = (i as f32 + 0.5) * step - 0.5;
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach).floor().max(0.0) as usize).min(from - 1);
        let first = first.min(last);
        let mut ws: Vec<f32> =
            (first..=last).map(|s| (1.0 - (s as f32 - centre).abs() / reach).max(0.0)).collect();
        let sum: f32 = ws.iter().sum();
        if sum > 0.0 {
            ws.iter_mut().for_each(|k| *k /= sum);
        } else if let Some(k) = ws.first_mut() {
            *k = 1.0;
        }
        (first, ws)
    };
    (0..to).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_is_the_mean_around() {
        let plane = Plane { w: 5, h: 3, v: (0..15).map(|i| (i * i % 11) as f32).collect() };
        let blurred = plane.blurred(1);
        for y in 0..3usize {
            for x in 0..5usize {
                let near: Vec<f32> = (y.saturating_sub(1)..(y + 2).min(3))
                    .flat_map(|b| (x.saturating_sub(1)..(x + 2).min(5)).map(move |a| (a, b)))
                    .map(|(a, b)| plane.v[b * 5 + a])
                    .collect();
                let mean = near.iter().sum::<f32>() / near.len() as f32;
                assert!((blurred.v[y * 5 + x] - mean).abs() < 1e-5, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_part_beyond_the_edge_repeats_it() {
        let plane = Plane { w: 2, h: 2, v: vec![1.0, 2.0, 3.0, 4.0] };
        assert_eq!(plane.part(-1, 1, 3, 2).v, [3.0, 3.0, 4.0, 3.0, 3.0, 4.0]);
    }

    #[test]
    fn a_ramp_stays_a_ramp_and_a_mean_stays_a_mean() {
        let ramp = Plane { w: 40, h: 30, v: (0..1200).map(|i| (i % 40) as f32).collect() };
        for (w, h) in [(80, 60), (20, 15), (13, 7), (40, 1)] {
            let scaled = ramp.resized(w, h);
            let mean = scaled.v.iter().sum::<f32>() / scaled.v.len() as f32;
            assert!((mean - 19.5).abs() < 0.3, "{w}×{h}: {mean}");
            let (a, b) = (scaled.v[w / 4], scaled.v[w / 2]);
            assert!((b - a - 40.0 * ((w / 2 - w / 4) as f32) / w as f32).abs() < 0.2, "{w}×{h}");
        }
    }
}
