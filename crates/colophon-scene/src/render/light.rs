//! Light on finished paint: shadows, rims, haze, grain, outlines, vignette. Works on pixels.

use colophon_types::{Raster, Seed};

use super::brush::Rgb;
use super::palette::Palette;
use super::treatment::Spec;

/// A single channel at reduced size.
struct Mask {
    w: usize,
    h: usize,
    step: usize,
    v: Vec<f32>,
}

impl Mask {
    /// Alpha of a raster, averaged over squares of `step` pixels.
    fn of(r: &Raster, step: usize) -> Self {
        let (rw, rh) = (r.width as usize, r.height as usize);
        let (w, h) = (rw.div_ceil(step), rh.div_ceil(step));
        let mut v = vec![0.0f32; w * h];
        for y in 0..rh {
            let row = &r.rgba[y * rw * 4..(y + 1) * rw * 4];
            let out = &mut v[(y / step) * w..(y / step + 1) * w];
            for (x, p) in row.chunks_exact(4).enumerate() {
                out[x / step] += f32::from(p[3]);
            }
        }
        let k = 1.0 / (step * step) as f32;
        for p in &mut v {
            *p *= k;
        }
        Self { w, h, step, v }
    }

    /// Two box passes in each direction: close to a Gaussian of the same variance.
    fn blur(&mut self, radius: f32) {
        let r = (radius / self.step as f32).round().max(1.0) as usize;
        let mut line = vec![0.0; self.w.max(self.h)];
        for _ in 0..2 {
            for y in 0..self.h {
                box_line(&mut self.v, y * self.w, 1, self.w, r, &mut line);
            }
            for x in 0..self.w {
                box_line(&mut self.v, x, self.w, self.h, r, &mut line);
            }
        }
    }

    /// Bilinear value at a pixel of the full-size raster.
    fn at(&self, x: f32, y: f32) -> f32 {
        let fx = ((x + 0.5) / self.step as f32 - 0.5).clamp(0.0, (self.w - 1) as f32);
        let fy = ((y + 0.5) / self.step as f32 - 0.5).clamp(0.0, (self.h - 1) as f32);
        let (x0, y0) = (fx as usize, fy as usize);
        let (x1, y1) = ((x0 + 1).min(self.w - 1), (y0 + 1).min(self.h - 1));
        let (tx, ty) = (fx - x0 as f32, fy - y0 as f32);
        let row = |y: usize| {
            let a = self.v[y * self.w + x0];
            a + (self.v[y * self.w + x1] - a) * tx
        };
        let a = row(y0);
        a + (row(y1) - a) * ty
    }
}

/// Box filter along one line of a grid, edges held.
fn box_line(v: &mut [f32], start: usize, stride: usize, n: usize, r: usize, line: &mut [f32]) {
    for (i, l) in line.iter_mut().enumerate().take(n) {
        *l = v[start + i * stride];
    }
    let k = 1.0 / (2 * r + 1) as f32;
    let at = |i: isize| line[i.clamp(0, n as isize - 1) as usize];
    let mut sum: f32 = (-(r as isize)..=r as isize).map(at).sum();
    for i in 0..n {
        v[start + i * stride] = sum * k;
        sum += at((i + r + 1) as isize) - at(i as isize - r as isize);
    }
}

/// A soft shadow of the paint under the paint itself, moved by (`dx`, `dy`) pixels.
pub(crate) fn drop_shadow(r: &mut Raster, dx: f32, dy: f32, radius: f32, c: Rgb, strength: f32) {
    if strength <= 0.0 || r.width < 4 || r.height < 4 {
        return;
    }
    let step = if radius > 5.0 { 4 } else { 2 };
    let mut mask = Mask::of(r, step);
    mask.blur(radius);
    let [cr, cg, cb] = c.bytes().map(f32::from);
    let w = r.width as usize;
    for (y, row) in r.rgba.chunks_exact_mut(w * 4).enumerate() {
        for (x, p) in row.chunks_exact_mut(4).enumerate() {
            let a = p[3];
            if a == 255 {
                continue;
            }
            let s = mask.at(x as f32 - dx, y as f32 - dy) * strength;
            if s < 1.0 {
                continue;
            }
            let s = s * f32::from(255 - a) / 255.0;
            let k = s / 255.0;
            p[0] = (f32::from(p[0]) + cr * k).min(255.0) as u8;
            p[1] = (f32::from(p[1]) + cg * k).min(255.0) as u8;
            p[2] = (f32::from(p[2]) + cb * k).min(255.0) as u8;
            p[3] = (f32::from(a) + s).min(255.0) as u8;
        }
    }
}

/// Light along the edges that face (`dx`, `dy`) pixels away, towards the light.
pub(crate) fn rim(r: &mut Raster, dx: i32, dy: i32, c: Rgb, strength: f32) {
    if strength <= 0.0 {
        return;
    }
    let (w, h) = (r.width as i32, r.height as i32);
    let alpha: Vec<u8> = r.rgba.chunks_exact(4).map(|p| p[3]).collect();
    let tone = c.bytes().map(f32::from);
    for y in 0..h {
        for x in 0..w {
            let i = (y * w + x) as usize;
            let a = alpha[i];
            if a == 0 {
                continue;
            }
            let (nx, ny) = (x + dx, y + dy);
            let out = if nx < 0 || nx >= w || ny < 0 || ny >= h {
                a
            } else {
                alpha[(ny * w + nx) as usize]
            };
            if out >= a {
                continue;
            }
            let t = f32::from(a - out) / 255.0 * strength;
            let k = f32::from(a) / 255.0;
            for (ch, tone) in tone.iter().enumerate() {
                let v = f32::from(r.rgba[i * 4 + ch]);
                r.rgba[i * 4 + ch] = (v + (tone * k - v) * t).clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Blurs a raster: two box passes over premultiplied colour.
pub(crate) fn soften(r: &mut Raster, radius: f32) {
    let rad = radius.round() as usize;
    if rad == 0 || r.width < 2 || r.height < 2 {
        return;
    }
    let (w, h) = (r.width as usize, r.height as usize);
    let mut line = vec![[0u32; 4]; w.max(h)];
    for _ in 0..2 {
        for y in 0..h {
            soft_line(&mut r.rgba, y * w, 1, w, rad, &mut line);
        }
        for x in 0..w {
            soft_line(&mut r.rgba, x, w, h, rad, &mut line);
        }
    }
}

fn soft_line(v: &mut [u8], start: usize, stride: usize, n: usize, r: usize, line: &mut [[u32; 4]]) {
    for (i, l) in line.iter_mut().enumerate().take(n) {
        let p = (start + i * stride) * 4;
        *l = [v[p], v[p + 1], v[p + 2], v[p + 3]].map(u32::from);
    }
    let k = (2 * r + 1) as u32;
    let at = |i: isize| line[i.clamp(0, n as isize - 1) as usize];
    let mut sum = [0u32; 4];
    for i in -(r as isize)..=r as isize {
        let p = at(i);
        for c in 0..4 {
            sum[c] += p[c];
        }
    }
    for i in 0..n {
        let p = (start + i * stride) * 4;
        let (next, last) = (at((i + r + 1) as isize), at(i as isize - r as isize));
        for c in 0..4 {
            v[p + c] = ((sum[c] + k / 2) / k) as u8;
            sum[c] = sum[c] + next[c] - last[c];
        }
    }
}

/// A tile of paper grain: fine noise and faint fibres, −1…1.
pub(crate) struct Grain {
    tile: Vec<i8>,
}

const TILE: usize = 256;

impl Grain {
    /// The grain of one picture.
    pub(crate) fn new(mut rng: Seed) -> Self {
        let noise: Vec<f32> = (0..TILE * TILE).map(|_| rng.range(-1.0, 1.0)).collect();
        // Fibres: the noise smeared along the row, then along the column, at different lengths.
        let smear = |dx: usize, dy: usize, n: usize| -> Vec<f32> {
            (0..TILE * TILE)
                .map(|i| {
                    let (x, y) = (i % TILE, i / TILE);
                    let s: f32 = (0..n)
                        .map(|k| noise[((y + k * dy) % TILE) * TILE + (x + k * dx) % TILE])
                        .sum();
                    s / (n as f32).sqrt()
                })
                .collect()
        };
        let (across, down) = (smear(1, 0, 9), smear(0, 1, 6));
        let tile = (0..TILE * TILE)
            .map(|i| {
                let v = noise[i] * 0.5 + across[i] * 0.45 + down[i] * 0.35;
                (v * 64.0).clamp(-127.0, 127.0) as i8
            })
            .collect();
        Self { tile }
    }

    /// Roughens the paint.
    pub(crate) fn apply(&self, r: &mut Raster, strength: f32) {
        let k = (strength * 12.0) as i32;
        if k == 0 {
            return;
        }
        let w = r.width as usize;
        for (y, row) in r.rgba.chunks_exact_mut(w.max(1) * 4).enumerate() {
            let line = &self.tile[(y % TILE) * TILE..(y % TILE + 1) * TILE];
            for (x, p) in row.chunks_exact_mut(4).enumerate() {
                let a = i32::from(p[3]);
                if a < 8 {
                    continue;
                }
                let d = (i32::from(line[x % TILE]) * k * a) >> 15;
                for c in p.iter_mut().take(3) {
                    *c = (i32::from(*c) + d).clamp(0, a) as u8;
                }
            }
        }
    }
}

/// Colours of an object under the scene's light: multiplied by it, faded with distance, darker
/// towards the base, lighter on the side of the light.
pub(crate) fn grade(r: &mut Raster, p: &Palette, far: f32, ground: f32) {
    let (w, h) = (r.width as usize, r.height as usize);
    let side = p.side();
    let haze = [p.haze.0, p.haze.1, p.haze.2];
    let light = [p.light.0, p.light.1, p.light.2];
    let shade = [p.shade.0, p.shade.1, p.shade.2];
    let fade = (far * p.air).clamp(0.0, 0.9);
    for (y, row) in r.rgba.chunks_exact_mut(w.max(1) * 4).enumerate() {
        let fy = y as f32 / ground.max(1.0);
        let low = ((fy - 0.55) / 0.45).clamp(0.0, 1.0);
        let base = 0.22 * low * low;
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            if px[3] == 0 {
                continue;
            }
            let a = f32::from(px[3]) / 255.0;
            let fx = (x as f32 / w as f32 - 0.5) * side;
            let turn = (0.10 * (-fx).max(0.0)).min(0.08) + base;
            for c in 0..3 {
                let mut v = f32::from(px[c]) / 255.0;
                v *= light[c];
                v += (shade[c] * 0.55 * a - v) * turn;
                v += 0.04 * fx.max(0.0) * light[c] * a;
                v += (haze[c] * a - v) * fade;
                px[c] = (v.clamp(0.0, a) * 255.0) as u8;
            }
        }
    }
    let _ = h;
}

/// Loss of colour towards paper white: washes.
pub(crate) fn wash(r: &mut Raster, t: f32) {
    if t <= 0.0 {
        return;
    }
    for p in r.rgba.chunks_exact_mut(4) {
        let a = f32::from(p[3]);
        if a == 0.0 {
            continue;
        }
        let l = 0.2126 * f32::from(p[0]) + 0.7152 * f32::from(p[1]) + 0.0722 * f32::from(p[2]);
        for (c, white) in p.iter_mut().take(3).zip([0.98, 0.96, 0.91]) {
            let v = f32::from(*c);
            let grey = v + (l - v) * t * 0.75;
            *c = (grey + (a * white - grey) * t * 0.45).clamp(0.0, a) as u8;
        }
    }
}

/// A line along the paint's edge, just inside it, `width` pixels.
pub(crate) fn outline(r: &mut Raster, width: i32, c: Rgb, strength: f32) {
    if strength <= 0.0 {
        return;
    }
    for (dx, dy) in [(width, 0), (-width, 0), (0, width), (0, -width)] {
        rim(r, dx, dy, c, strength * 0.8);
    }
}

/// A pale, slightly uneven edge around an object, as where paper was cut.
pub(crate) fn paper_edge(r: &mut Raster, width: f32, c: Rgb, strength: f32) {
    if strength <= 0.0 || width < 0.5 || r.width < 4 || r.height < 4 {
        return;
    }
    let (w, h) = (r.width as i32, r.height as i32);
    let alpha: Vec<u8> = r.rgba.chunks_exact(4).map(|p| p[3]).collect();
    let n = 12;
    let ring: Vec<(i32, i32)> = (0..n)
        .map(|i| {
            let a = i as f32 / n as f32 * std::f32::consts::TAU;
            ((a.cos() * width).round() as i32, (a.sin() * width).round() as i32)
        })
        .collect();
    let tone = c.bytes().map(f32::from);
    for y in 0..h {
        for x in 0..w {
            let i = (y * w + x) as usize;
            if alpha[i] == 255 {
                continue;
            }
            let mut most = 0;
            for (dx, dy) in &ring {
                let (nx, ny) = (x + dx, y + dy);
                if nx >= 0 && nx < w && ny >= 0 && ny < h {
                    most = most.max(alpha[(ny * w + nx) as usize]);
                }
            }
            if most <= alpha[i] {
                continue;
            }
            let s = f32::from(most) * strength * f32::from(255 - alpha[i]) / 255.0;
            let p = &mut r.rgba[i * 4..i * 4 + 4];
            for (v, tone) in p.iter_mut().zip(tone) {
                *v = (f32::from(*v) + tone * s / 255.0).min(255.0) as u8;
            }
            p[3] = (f32::from(p[3]) + s).min(255.0) as u8;
        }
    }
}

/// What is done to every sheet or object at the end, by treatment.
pub(crate) fn finish(r: &mut Raster, spec: &Spec, grain: &Grain, px: f32, ink: Rgb) {
    wash(r, spec.wash);
    if spec.outline > 0.0 {
        outline(r, (1.6 * px).round().max(1.0) as i32, ink, spec.outline);
    }
    grain.apply(r, spec.grain);
}

/// A dark frame of corners, as a sheet to be multiplied over the picture.
pub(crate) fn vignette(w: u32, h: u32, c: Rgb, strength: f32) -> Raster {
    let mut rgba = Vec::with_capacity(w as usize * h as usize * 4);
    let (cx, cy) = (w as f32 / 2.0, h as f32 * 0.47);
    let tone = [c.0, c.1, c.2];
    for y in 0..h {
        let dy = (y as f32 - cy) / (h as f32 * 0.62);
        for x in 0..w {
            let dx = (x as f32 - cx) / (w as f32 * 0.60);
            let d = dx * dx + dy * dy;
            let t = ((d - 0.42) / 1.05).clamp(0.0, 1.0);
            let t = t * t * (3.0 - 2.0 * t) * strength;
            for ch in tone {
                rgba.push(((1.0 - t * (1.0 - ch)) * 255.0) as u8);
            }
            rgba.push(255);
        }
    }
    Raster { width: w, height: h, rgba }
}
