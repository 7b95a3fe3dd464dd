//! From light to a picture: rays of the sun through the haze, bloom, a film's curve, sRGB.

use colophon_types::Raster;

use super::light::Vec3;
use super::noise::unit;

/// Pixels of the picture a side of one of the small pictures in which light is spread.
const COARSE: usize = 4;

/// Light by rows: `width × height`.
pub(super) struct Plate {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) light: Vec<Vec3>,
    /// Which part of each pixel is sky.
    pub(super) open: Vec<f32>,
}

impl Plate {
    /// A small copy of what `take` says of each pixel.
    fn small(&self, take: impl Fn(usize) -> Vec3) -> (usize, usize, Vec<Vec3>) {
        let (w, h) = (self.width.div_ceil(COARSE), self.height.div_ceil(COARSE));
        let mut out = vec![Vec3::default(); w * h];
        for (i, cell) in out.iter_mut().enumerate() {
            let (x0, y0) = (i % w * COARSE, i / w * COARSE);
            let (x1, y1) = ((x0 + COARSE).min(self.width), (y0 + COARSE).min(self.height));
            let mut sum = Vec3::default();
            for y in y0..y1 {
                for x in x0..x1 {
                    sum = sum + take(y * self.width + x);
                }
            }
            *cell = sum * (1.0 / ((x1 - x0) * (y1 - y0)) as f32);
        }
        (w, h, out)
    }

    /// Adds the rays that come from the sun between what stands before it, and the bloom of what is bright.
    pub(super) fn spread(&mut self, sun: Option<(f32, f32)>, strength: f32) {
        let bright = |c: Vec3, from: f32| {
            let most = c.0.max(c.1).max(c.2);
            c * ((most - from).max(0.0) / most.max(1e-4))
        };
        let (w, h, mut glow) = self.small(|i| bright(self.light[i], 1.0));
        for radius in [w.max(h) / 90 + 1, w.max(h) / 28 + 1] {
            blur(&mut glow, w, h, radius);
        }
        let rays = sun.filter(|_| strength > 0.0).map(|(sx, sy)| {
            let (_, _, open) = self.small(|i| bright(self.light[i], 0.55) * self.open[i]);
            let (sx, sy) = (sx / COARSE as f32, sy / COARSE as f32);
            let mut rays = vec![Vec3::default(); w * h];
            for (i, out) in rays.iter_mut().enumerate() {
                let (x, y) = ((i % w) as f32, (i / w) as f32);
                let mut sum = Vec3::default();
                let mut weight = 1.0;
                let start = unit(i as i32, 0, 3);
                for step in 0..40 {
                    let t = (step as f32 + start) / 40.0 * 0.75;
                    let (px, py) = (x + (sx - x) * t, y + (sy - y) * t);
                    if px >= 0.0 && py >= 0.0 && (px as usize) < w && (py as usize) < h {
                        sum = sum + open[py as usize * w + px as usize] * weight;
                    }
                    weight *= 0.965;
                }
                *out = sum * (strength / 40.0);
            }
            blur(&mut rays, w, h, 2);
            rays
        });
        for y in 0..self.height {
            for x in 0..self.width {
                let at = ((x as f32 + 0.5) / COARSE as f32 - 0.5, (y as f32 + 0.5) / COARSE as f32 - 0.5);
                let mut add = between(&glow, w, h, at) * 0.22;
                if let Some(rays) = &rays {
                    add = add + between(rays, w, h, at);
                }
                let i = y * self.width + x;
                self.light[i] = self.light[i] + add;
            }
        }
    }

    /// The picture.
    pub(super) fn develop(&self, exposure: f32, seed: u32) -> Raster {
        let mut rgba = Vec::with_capacity(self.width * self.height * 4);
        let (cx, cy) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        for (i, light) in self.light.iter().enumerate() {
            let (x, y) = ((i % self.width) as f32, (i / self.width) as f32);
            let edge = ((x - cx) / cx).powi(2) * 0.55 + ((y - cy) / cy).powi(2) * 0.45;
            let grain = (unit(x as i32, y as i32, seed) - 0.5) * 0.012;
            let c = *light * (exposure * (1.0 - 0.22 * edge * edge));
            let grey = c.dot(Vec3(0.2126, 0.7152, 0.0722));
            let c = Vec3(grey, grey, grey).mix(c, 0.98);
            // The filmic curve of Narkowicz, after ACES.
            let film = |v: f32| {
                let v = v.max(0.0);
                ((v * (2.51 * v + 0.03)) / (v * (2.43 * v + 0.59) + 0.14)).clamp(0.0, 1.0)
            };
            let byte = |v: f32| {
                let v = film(v);
                let v = if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
                ((v + grain).clamp(0.0, 1.0) * 255.0).round() as u8
            };
            rgba.extend([byte(c.0), byte(c.1), byte(c.2), 255]);
        }
        Raster { width: self.width as u32, height: self.height as u32, rgba }
    }
}

/// A box blur, twice each way.
fn blur(cells: &mut [Vec3], w: usize, h: usize, radius: usize) {
    let mut line = Vec::new();
    for _ in 0..2 {
        for y in 0..h {
            line.clear();
            line.extend_from_slice(&cells[y * w..(y + 1) * w]);
            slide(&line, radius, |x, v| cells[y * w + x] = v);
        }
        for x in 0..w {
            line.clear();
            line.extend((0..h).map(|y| cells[y * w + x]));
            slide(&line, radius, |y, v| cells[y * w + x] = v);
        }
    }
}

/// The mean of each place and those about it.
fn slide(line: &[Vec3], radius: usize, mut put: impl FnMut(usize, Vec3)) {
    let n = line.len();
    let at = |i: isize| line.get(i.clamp(0, n as isize - 1) as usize).copied().unwrap_or_default();
    let r = radius as isize;
    let mut sum = (-r..=r).fold(Vec3::default(), |sum, i| sum + at(i));
    for i in 0..n as isize {
        put(i as usize, sum * (1.0 / (2 * r + 1) as f32));
        sum = sum + at(i + r + 1) + at(i - r) * -1.0;
    }
}

/// Bilinear reading of a small picture.
fn between(cells: &[Vec3], w: usize, h: usize, (x, y): (f32, f32)) -> Vec3 {
    let (x, y) = (x.clamp(0.0, w as f32 - 1.0), y.clamp(0.0, h as f32 - 1.0));
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
    let (dx, dy) = (x - x0 as f32, y - y0 as f32);
    let top = cells[y0 * w + x0].mix(cells[y0 * w + x1], dx);
    top.mix(cells[y1 * w + x0].mix(cells[y1 * w + x1], dx), dy)
}
