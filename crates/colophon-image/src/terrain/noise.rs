//! Gradient noise (Perlin 2002) and its sums: fractional Brownian motion and the ridged multifractal of
//! Musgrave.

/// Noise of one seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise(pub(super) u32);

/// Mixes the bits of a lattice point (the finaliser of MurmurHash3).
pub(super) fn hash(x: i32, y: i32, seed: u32) -> u32 {
    let mut h = (x as u32).wrapping_mul(0x9e37_79b1)
        ^ (y as u32).wrapping_mul(0x85eb_ca77)
        ^ seed.wrapping_mul(0xc2b2_ae3d);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// A number of a lattice point, 0…1.
pub(super) fn unit(x: i32, y: i32, seed: u32) -> f32 {
    (hash(x, y, seed) >> 8) as f32 / (1u32 << 24) as f32
}

const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// Sixteen directions.
const GRADIENTS: [(f32, f32); 16] = [
    (1.0, 0.0),
    (0.9239, 0.3827),
    (DIAGONAL, DIAGONAL),
    (0.3827, 0.9239),
    (0.0, 1.0),
    (-0.3827, 0.9239),
    (-DIAGONAL, DIAGONAL),
    (-0.9239, 0.3827),
    (-1.0, 0.0),
    (-0.9239, -0.3827),
    (-DIAGONAL, -DIAGONAL),
    (-0.3827, -0.9239),
    (0.0, -1.0),
    (0.3827, -0.9239),
    (DIAGONAL, -DIAGONAL),
    (0.9239, -0.3827),
];

/// The whole number below.
pub(super) fn floor(x: f32) -> i32 {
    let i = x as i32;
    if i as f32 > x { i - 1 } else { i }
}

impl Noise {
    /// About −1…1, smooth, 0 at whole numbers.
    pub(super) fn at(self, x: f32, y: f32) -> f32 {
        self.with_slope(x, y).0
    }

    /// The same, and how it grows to the right and down.
    #[inline]
    pub(super) fn with_slope(self, x: f32, y: f32) -> (f32, f32, f32) {
        let (ix, iy) = (floor(x), floor(y));
        let (dx, dy) = (x - ix as f32, y - iy as f32);
        let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let eased = |t: f32| 30.0 * t * t * (t * (t - 2.0) + 1.0);
        let along = |i: i32| (i as u32).wrapping_mul(0x9e37_79b1);
        let down = |i: i32| (i as u32).wrapping_mul(0x85eb_ca77) ^ self.0;
        let (xs, ys) = ([along(ix), along(ix.wrapping_add(1))], [down(iy), down(iy.wrapping_add(1))]);
        let gradient = |cx: usize, cy: usize| {
            let h = (xs[cx] ^ ys[cy]).wrapping_mul(0x27d4_eb2d);
            let h = (h ^ (h >> 15)).wrapping_mul(0x85eb_ca6b);
            GRADIENTS[(h >> 28) as usize]
        };
        let (ga, gb, gc, gd) = (gradient(0, 0), gradient(1, 0), gradient(0, 1), gradient(1, 1));
        let a = ga.0 * dx + ga.1 * dy;
        let b = gb.0 * (dx - 1.0) + gb.1 * dy;
        let c = gc.0 * dx + gc.1 * (dy - 1.0);
        let d = gd.0 * (dx - 1.0) + gd.1 * (dy - 1.0);
        let (u, v) = (ease(dx), ease(dy));
        let (k1, k2, k4) = (b - a, c - a, a - b - c + d);
        let value = a + k1 * u + k2 * v + k4 * u * v;
        let blend = |a: f32, b: f32, c: f32, d: f32| a + (b - a) * u + (c - a) * v + (a - b - c + d) * u * v;
        let sx = blend(ga.0, gb.0, gc.0, gd.0) + eased(dx) * (k1 + k4 * v);
        let sy = blend(ga.1, gb.1, gc.1, gd.1) + eased(dy) * (k2 + k4 * u);
        (value * 1.5, sx * 1.5, sy * 1.5)
    }

    /// Octaves of noise, each twice as fine and half as high; about −1…1. The lattice is turned between
    /// octaves, so that its axes are not seen.
    pub(super) fn fbm(self, mut x: f32, mut y: f32, octaves: u32) -> f32 {
        let (mut sum, mut amplitude) = (0.0, 0.5);
        for _ in 0..octaves {
            sum += amplitude * self.at(x, y);
            (x, y) = (1.6 * x - 1.2 * y + 3.7, 1.2 * x + 1.6 * y + 9.2);
            amplitude *= 0.5;
        }
        sum
    }

    /// Ridged multifractal: sharp crests whose roughness grows with height; about 0…1.
    pub(super) fn ridged(self, mut x: f32, mut y: f32, octaves: u32) -> f32 {
        let (mut sum, mut amplitude, mut weight, mut whole) = (0.0, 0.5, 1.0f32, 0.0);
        for _ in 0..octaves {
            let crest = 1.0 - self.at(x, y).abs().min(1.0);
            let crest = crest * crest * weight;
            weight = (crest * 2.0).clamp(0.0, 1.0);
            sum += crest * amplitude;
            whole += amplitude;
            (x, y) = (1.6 * x - 1.2 * y + 1.3, 1.2 * x + 1.6 * y + 5.1);
            amplitude *= 0.5;
        }
        sum / whole
    }
}

/// Smooth step from 0 at `low` to 1 at `high`.
pub(super) fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

pub(super) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}
