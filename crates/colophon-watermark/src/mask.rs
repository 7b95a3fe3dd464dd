//! How strong a mark may be where, and the mark laid onto pixels.
//!
//! Strength follows the local activity of the brightness, as in S. Voloshynovskiy et al., *A stochastic
//! approach to content adaptive digital image watermarking* (1999), from blocks of 4 × 4 pixels: at a
//! sixteenth of the pixels the filters cost next to nothing.

use colophon_types::Raster;

use crate::fold::TILE;
use crate::plane::Plane;

const BLOCK: usize = 4;
/// Strongest, as a multiple of what a plain area gets.
const STRONGEST: f32 = 4.0;

/// Activity, in brightness of 255, below which a place is plain.
const PLAIN: f32 = 1.2;
/// Strength grows with activity to this power.
const POWER: f32 = 0.3;
const LEAST_POWER: f32 = 0.2;

/// How much less a nearly white place gets.
const DIMMED: f32 = 0.4;

/// How strong a mark may be where.
pub(crate) struct Strengths {
    /// Part of the picture that is plain.
    pub(crate) plain: f32,
    /// Part of the picture that is white.
    pub(crate) white: f32,
    /// For each block, 0.6 to 4.
    blocks: Plane,
}

/// How strong a mark may be where in a picture.
pub(crate) fn strengths(raster: &Raster) -> Strengths {
    let (width, height) = (raster.width as usize, raster.height as usize);
    let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
    let mut mean = Plane::new(across, down);
    let mut square = Plane::new(across, down);
    let mut line = vec![0_i32; across * BLOCK];
    let mut sums = vec![(0_i32, 0_i32); across];
    for (k, rows) in raster.rgba.chunks(width * 4 * BLOCK).enumerate() {
        sums.fill((0, 0));
        let count = rows.len() / (width * 4);
        for row in rows.chunks_exact(width * 4) {
            for (y, p) in line.iter_mut().zip(row.chunks_exact(4)) {
                *y = (5 * i32::from(p[0]) + 9 * i32::from(p[1]) + 2 * i32::from(p[2])) >> 2;
            }
            let last = line[width - 1];
            line[width..].fill(last);
            for (sum, four) in sums.iter_mut().zip(line.chunks_exact(BLOCK)) {
                for y in four {
                    sum.0 += y;
                    sum.1 += y * y;
                }
            }
        }
        let scale = 1.0 / (count * BLOCK) as f32;
        for (x, (sum, squares)) in sums.iter().enumerate() {
            mean.data[k * across + x] = *sum as f32 * scale * 0.25;
            square.data[k * across + x] = *squares as f32 * scale * 0.0625;
        }
    }
    mean.blur(1, 1);
    square.blur(1, 1);
    let mut deviation = square;
    deviation.data.iter_mut().zip(&mean.data).for_each(|(s, m)| *s = (*s - m * m).max(0.0).sqrt());
    // Plain areas beside an edge are active by that edge alone: what the calmest neighbour has bounds it.
    let mut calm = calmest(&deviation);
    calm.blur(1, 1);
    let mut plain = 0;
    for (s, c) in deviation.data.iter_mut().zip(&calm.data) {
        *s = s.min(2.0 * c + 1.0);
        plain += usize::from(*s < PLAIN);
    }
    let plain = plain as f32 / deviation.data.len().max(1) as f32;
    // Where most is plain, most of the mark lies there, and compression spares only waves of some
    // strength: it must not be spent on the few busy places.
    let power = (POWER * 1.5 * (1.0 - plain)).clamp(LEAST_POWER, POWER);
    // What is nearly white is cut off in a brighter copy: less goes there, and more to the rest. Not so on
    // a white page, whose ink alone could not carry a mark.
    let white = mean.data.iter().filter(|m| **m > 254.5).count() as f32 / mean.data.len().max(1) as f32;
    let dimmed = DIMMED * (1.0 - 2.0 * white).max(0.0);
    for (s, m) in deviation.data.iter_mut().zip(&mean.data) {
        let dim = 1.0 - dimmed * ((m - 195.0) / 25.0).clamp(0.0, 1.0);
        *s = dim * ((*s + 2.0) * 0.5).powf(power).min(STRONGEST);
    }
    Strengths { plain, white, blocks: deviation }
}

/// The least of each place and its eight neighbours.
fn calmest(plane: &Plane) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let mut rows = plane.clone();
    for (out, row) in rows.data.chunks_exact_mut(width).zip(plane.data.chunks_exact(width)) {
        for (x, o) in out.iter_mut().enumerate() {
            *o = row[x.saturating_sub(1)].min(row[x]).min(row[(x + 1).min(width - 1)]);
        }
    }
    let mut least = rows.clone();
    for (y, out) in least.data.chunks_exact_mut(width).enumerate() {
        let row = |y: usize| &rows.data[y * width..][..width];
        let (above, below) = (row(y.saturating_sub(1)), row((y + 1).min(height - 1)));
        for ((o, a), b) in out.iter_mut().zip(above).zip(below) {
            *o = o.min(*a).min(*b);
        }
    }
    least
}

/// The gain at which a tile of deviation 1 under these strengths gives `psnr` decibels.
pub(crate) fn gain(strengths: &Strengths, psnr: f64) -> f32 {
    let squares: f64 = strengths.blocks.data.iter().map(|s| f64::from(s * s)).sum();
    let mean = (squares / strengths.blocks.data.len().max(1) as f64).max(1e-9);
    // Rounding to whole values adds a twelfth.
    let error = 255.0 * 255.0 * 10.0_f64.powf(-psnr / 10.0) - 1.0 / 12.0;
    (error / mean).sqrt() as f32
}

/// Lays the tile onto a picture and gives the sum of the squared differences over red, green and blue.
/// Clear pixels stay as they are and no colour goes beyond its alpha.
pub(crate) fn lay(raster: &mut Raster, tile: &[f32], strengths: &Strengths, gain: f32) -> u64 {
    let width = raster.width as usize;
    let across = strengths.blocks.width;
    let mut strength = vec![0.0_f32; across + 2];
    let mut line = vec![0.0_f32; across * BLOCK];
    let mut add = vec![0_i16; width * 4];
    let mut total = 0;
    for (y, row) in raster.rgba.chunks_exact_mut(width * 4).enumerate() {
        // Between the middles of blocks: block k has its middle at 4k + 1.5.
        let (above, part) = ((y + 2) / BLOCK, ((y + 2) % BLOCK) as f32 * 0.25 + 0.125);
        let block =
            |k: usize| &strengths.blocks.data[k.min(strengths.blocks.height - 1) * across..][..across];
        let (above, below) = (block(above.saturating_sub(1)), block(above));
        for ((s, a), b) in strength[1..].iter_mut().zip(above).zip(below) {
            *s = (a + (b - a) * part) * gain;
        }
        strength[0] = strength[1];
        strength[across + 1] = strength[across];
        for (four, s) in line.chunks_exact_mut(BLOCK).zip(strength.windows(3)) {
            let (before, after) = (s[0] - s[1], s[2] - s[1]);
            four[0] = s[1] + before * 0.375;
            four[1] = s[1] + before * 0.125;
            four[2] = s[1] + after * 0.125;
            four[3] = s[1] + after * 0.375;
        }
        let tile = &tile[y % TILE * TILE..][..TILE];
        for part in line.chunks_mut(TILE) {
            part.iter_mut().zip(tile).for_each(|(s, t)| *s *= t);
        }
        total += if row.chunks_exact(4).all(|p| p[3] == 255) {
            for (four, v) in add.chunks_exact_mut(4).zip(&line) {
                let v = whole(*v);
                four.copy_from_slice(&[v, v, v, 0]);
            }
            // In parts, so that 32 bits hold the sum of each.
            let parts = row.chunks_mut(1 << 15).zip(add.chunks(1 << 15));
            parts.map(|(row, add)| u64::from(add_to(row, add))).sum::<u64>()
        } else {
            let mut squares = 0_u64;
            for (p, v) in row.chunks_exact_mut(4).zip(&line) {
                let alpha = p[3];
                let v = whole(v * f32::from(alpha) / 255.0);
                for c in &mut p[..3] {
                    let new = (i16::from(*c) + v).clamp(0, i16::from(alpha)) as u8;
                    squares += u64::from(new.abs_diff(*c)).pow(2);
                    *c = new;
                }
            }
            squares
        };
    }
    total
}

/// Rounds to the nearest whole number, for −2²² to 2²²: added to 1.5 · 2²³, a number's whole part is the
/// last bits of the sum. Unlike a cast it needs no look at the bounds, so that loops are vectorised.
fn whole(v: f32) -> i16 {
    (v + 12_582_912.0).to_bits() as i16
}

/// Adds to bytes and gives the sum of the squared differences.
fn add_to(bytes: &mut [u8], add: &[i16]) -> u32 {
    let mut squares = 0;
    for (p, v) in bytes.iter_mut().zip(add) {
        let new = (i16::from(*p) + v).clamp(0, 255);
        let change = i32::from(new - i16::from(*p));
        squares += (change * change) as u32;
        *p = new as u8;
    }
    squares
}
