//! Scaling of planes of numbers.

/// A plane of numbers, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub(crate) w: usize,
    pub(crate) h: usize,
    pub(crate) v: Vec<f32>,
}

impl Plane {
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
