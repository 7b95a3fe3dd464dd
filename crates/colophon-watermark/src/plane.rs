//! Brightness as a plane of numbers, and the filters that marks need.

use colophon_types::Raster;

/// `width × height` numbers, row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) data: Vec<f32>,
}

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl Window {
    /// The middle of `width × height`, at most `side × side`.
    pub(crate) fn middle(width: usize, height: usize, side: usize) -> Self {
        let (w, h) = (width.min(side), height.min(side));
        Self { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h }
    }
}

/// Whether the bytes of `raster` are as many as its size says.
pub(crate) fn is_whole(raster: &Raster) -> bool {
    (raster.width as usize).checked_mul(raster.height as usize).and_then(|n| n.checked_mul(4))
        == Some(raster.rgba.len())
}

/// How much red, green and blue count, in 65,536ths: so that what the picture itself has varies least
/// where a mark, alike in all three, counts as one. From the covariance of differences between pixels.
fn weights(raster: &Raster, part: Window) -> [i32; 3] {
    const APART: usize = 4;
    let stride = raster.width as usize * 4;
    let mut c = [0_i64; 6];
    for row in raster.rgba.chunks_exact(stride).skip(part.top).take(part.height).step_by(4) {
        let row = &row[part.left * 4..(part.left + part.width) * 4];
        let mut sums = [0_i32; 6];
        for (a, b) in row.chunks_exact(4).zip(row.chunks_exact(4).skip(APART)) {
            // Where a channel is cut off it varies little, and carries no mark either.
            let cut = (0..3).any(|k| a[k].max(b[k]) == 255);
            let d = [0, 1, 2].map(|k| if cut { 0 } else { i32::from(b[k]) - i32::from(a[k]) });
            let products = [d[0] * d[0], d[1] * d[1], d[2] * d[2], d[0] * d[1], d[0] * d[2], d[1] * d[2]];
            (0..6).for_each(|k| sums[k] = sums[k].saturating_add(products[k]));
        }
        (0..6).for_each(|k| c[k] += i64::from(sums[k]));
    }
    let total = (c[0] + c[1] + c[2]) as f64 + 1.0;
    // Compression spoils colour more than brightness: some noise of each alone is taken for granted.
    let [rr, gg, bb, rg, rb, gb] = c.map(|v| v as f64 / total);
    let (rr, gg, bb) = (rr + 0.05, gg + 0.025, bb + 0.1);
    // The inverse of the covariance on (1, 1, 1), up to a factor: its adjugate's row sums.
    let w = [
        (gg * bb - gb * gb) + (rb * gb - rg * bb) + (rg * gb - rb * gg),
        (rb * gb - rg * bb) + (rr * bb - rb * rb) + (rg * rb - rr * gb),
        (rg * gb - rb * gg) + (rg * rb - rr * gb) + (rr * gg - rg * rg),
    ];
    let w = w.map(|v| v.max(0.0));
    let sum = (w[0] + w[1] + w[2]).max(1e-12);
    w.map(|v| (v / sum * 65_536.0) as i32)
}

impl Plane {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0.0; width * height] }
    }

    /// The brightness (0 to 255) of a part of a picture, in which a mark stands out the most.
    pub(crate) fn brightness(raster: &Raster, part: Window) -> Self {
        let stride = raster.width as usize * 4;
        let weights = weights(raster, part);
        let mut data = Vec::with_capacity(part.width * part.height);
        for row in raster.rgba.chunks_exact(stride).skip(part.top).take(part.height) {
            let row = &row[part.left * 4..(part.left + part.width) * 4];
            data.extend(row.chunks_exact(4).map(|p| {
                // Fixed point: whole numbers are faster to widen than floats.
                let y = weights[0] * i32::from(p[0])
                    + weights[1] * i32::from(p[1])
                    + weights[2] * i32::from(p[2]);
                y as f32 * (1.0 / 65_536.0)
            }));
        }
        Self { width: part.width, height: part.height, data }
    }

    /// A part of it.
    pub(crate) fn part(&self, part: Window) -> Self {
        let rows = self.data.chunks_exact(self.width.max(1)).skip(part.top).take(part.height);
        let data = rows.flat_map(|row| &row[part.left..part.left + part.width]).copied().collect();
        Self { width: part.width, height: part.height, data }
    }

    /// The mean over squares of `2·radius + 1` pixels, edges repeated. `times` of them in a row come
    /// near a Gaussian of variance `times · ((2·radius + 1)² − 1) / 12`.
    pub(crate) fn blur(&mut self, radius: usize, times: usize) {
        let mut other = vec![0.0; self.data.len()];
        for _ in 0..times {
            self.blur_rows(radius, &mut other);
            self.blur_columns(radius, &other);
        }
    }

    /// From `self` into `out`.
    fn blur_rows(&self, radius: usize, out: &mut [f32]) {
        // Rows go eight abreast, so that a running sum is one vector operation a column.
        const ABREAST: usize = 8;
        let scale = 1.0 / (2 * radius + 1) as f32;
        let width = self.width;
        let mut strip = vec![[0.0_f32; ABREAST]; width + 2 * radius + 1];
        for (rows, out) in self.data.chunks(width * ABREAST).zip(out.chunks_mut(width * ABREAST)) {
            for (k, row) in rows.chunks_exact(width).enumerate() {
                strip[..=radius].iter_mut().for_each(|s| s[k] = row[0]);
                strip[radius..].iter_mut().zip(row).for_each(|(s, v)| s[k] = *v);
                strip[radius + width..].iter_mut().for_each(|s| s[k] = row[width - 1]);
            }
            let mut sum = [0.0_f32; ABREAST];
            for values in &strip[..2 * radius] {
                (0..ABREAST).for_each(|k| sum[k] += values[k]);
            }
            for x in 0..width {
                let (new, old) = (strip[x + 2 * radius], strip[x]);
                (0..ABREAST).for_each(|k| sum[k] += new[k]);
                // The window's place in the strip is read already: the mean takes it.
                strip[x] = sum.map(|s| s * scale);
                (0..ABREAST).for_each(|k| sum[k] -= old[k]);
            }
            for (k, out) in out.chunks_exact_mut(width).enumerate() {
                out.iter_mut().zip(&strip).for_each(|(o, s)| *o = s[k]);
            }
        }
    }

    /// From `from` into `self`.
    fn blur_columns(&mut self, radius: usize, from: &[f32]) {
        let scale = 1.0 / (2 * radius + 1) as f32;
        let (width, height) = (self.width, self.height);
        let row = |y: usize| &from[y.min(height - 1) * width..][..width];
        let mut sum: Vec<f32> = row(0).iter().map(|v| v * (radius + 1) as f32).collect();
        for y in 1..=radius {
            sum.iter_mut().zip(row(y)).for_each(|(s, v)| *s += v);
        }
        for (y, out) in self.data.chunks_exact_mut(width).enumerate() {
            let (new, old) = (row(y + radius + 1), row(y.saturating_sub(radius)));
            for (((o, s), new), old) in out.iter_mut().zip(&mut sum).zip(new).zip(old) {
                *o = *s * scale;
                *s += new - old;
            }
        }
    }
}
