//! The height field: its large forms by the kind of land, then erosion by water and by gravity, then the
//! maps that shading needs.

use colophon_types::{Cancel, Cancelled, Seed};

use super::noise::{Noise, floor, mix, smoothstep, unit};
use super::words::{Land, Plan, Season};

/// Cells a side.
pub(super) const SIDE: usize = 640;
/// Metres a side.
pub(super) const EXTENT: f32 = 20_000.0;
/// Metres a cell.
pub(super) const CELL: f32 = EXTENT / SIDE as f32;

/// Heights in metres and what is derived from them, row by row away from the viewer.
pub(super) struct Field {
    pub(super) height: Vec<f32>,
    /// 0 in the sun's shadow, 1 in its light.
    pub(super) sun: Vec<f32>,
    /// Share of the sky that is seen.
    pub(super) sky: Vec<f32>,
    /// Density of trees, 0…1.
    pub(super) trees: Vec<f32>,
    /// Rise of the ground, in metres a metre.
    pub(super) steep: Vec<f32>,
    /// Where water ran, 0…1.
    pub(super) wet: Vec<f32>,
    /// The level of water in metres, far below the ground where there is none.
    pub(super) level: f32,
    /// The lowest ground before the viewer, in metres.
    pub(super) lowest: f32,
    pub(super) noise: Noise,
    pub(super) plan: Plan,
}

impl Field {
    pub(super) fn new(plan: Plan, seed: u64, threads: usize, cancel: &Cancel) -> Result<Self, Cancelled> {
        let noise = Noise(Seed(seed).derive("terrain").0 as u32);
        let mut dice = Seed(seed).derive("terrain forms");
        let forms = Forms::new(&mut dice);
        let mut height = vec![0.0; SIDE * SIDE];
        each_row(&mut height, threads, |row, line| {
            for (column, h) in line.iter_mut().enumerate() {
                let (u, v) = (column as f32 / SIDE as f32, row as f32 / SIDE as f32);
                *h = forms.height(plan, noise, u, v);
            }
        });
        cancel.check()?;
        let mut wet = vec![0.0; SIDE * SIDE];
        let drops = match plan.land {
            Land::Mountains => 90_000,
            Land::Coast | Land::Islands => 50_000,
            Land::Hills => 35_000,
            Land::Canyon => 30_000,
            Land::Dunes => 0,
        };
        let gullies = match plan.land {
            Land::Mountains => 1.0,
            Land::Coast | Land::Islands => 0.75,
            Land::Hills => 0.5,
            Land::Canyon => 0.55,
            Land::Dunes => 0.0,
        };
        for (octave, length) in [460.0f32, 230.0, 120.0].into_iter().enumerate() {
            cancel.check()?;
            carve(&mut height, length, gullies * length * 0.16, noise.0 ^ octave as u32, threads);
        }
        rain(&mut height, &mut wet, drops, &mut dice, cancel)?;
        slide(&mut height, if plan.land == Land::Dunes { 0.62 } else { 1.15 }, 6);
        let level = level(plan, &height);
        let (lowest, none) = (lowest(&height), Vec::new());
        let (sun, sky, trees, steep) = (none.clone(), none.clone(), none.clone(), none);
        let mut field = Self { height, sun, sky, trees, steep, wet, level, lowest, noise, plan };
        let rise = |i: usize| {
            let (x, z) = field.slope(i % SIDE, i / SIDE);
            (x * x + z * z).sqrt()
        };
        field.steep = (0..SIDE * SIDE).map(rise).collect();
        field.sky = field.visible_sky();
        field.trees = field.woods(threads);
        Ok(field)
    }

    /// Biquadratic B-spline of a map: smooth in its slope.
    pub(super) fn smooth(map: &[f32], x: f32, z: f32) -> f32 {
        let (gx, gz) = (x / CELL, z / CELL);
        let limit = (SIDE - 2) as f32;
        let (gx, gz) = (gx.clamp(1.0, limit), gz.clamp(1.0, limit));
        let (ix, iz) = ((gx + 0.5) as usize, (gz + 0.5) as usize);
        let (dx, dz) = (gx - ix as f32, gz - iz as f32);
        let weights = |d: f32| [0.5 * (0.5 - d) * (0.5 - d), 0.75 - d * d, 0.5 * (0.5 + d) * (0.5 + d)];
        let (wx, wz) = (weights(dx), weights(dz));
        let mut sum = 0.0;
        for (row, wz) in wz.iter().enumerate() {
            let start = (iz + row - 1) * SIDE + ix - 1;
            if let Some([a, b, c]) = map.get(start..start + 3).and_then(|s| s.first_chunk::<3>()) {
                sum += wz * (a * wx[0] + b * wx[1] + c * wx[2]);
            }
        }
        sum
    }

    /// Bilinear reading of a map.
    pub(super) fn read(map: &[f32], x: f32, z: f32) -> f32 {
        let limit = (SIDE - 2) as f32;
        let (gx, gz) = ((x / CELL).clamp(0.0, limit), (z / CELL).clamp(0.0, limit));
        let (ix, iz) = (gx as usize, gz as usize);
        let (dx, dz) = (gx - ix as f32, gz - iz as f32);
        let at = |i: usize| map.get(i).copied().unwrap_or_default();
        let i = iz * SIDE + ix;
        let near = mix(at(i), at(i + 1), dx);
        mix(near, mix(at(i + SIDE), at(i + SIDE + 1), dx), dz)
    }

    /// Height differences to the neighbours at a cell, in metres a metre.
    fn slope(&self, column: usize, row: usize) -> (f32, f32) {
        let at = |c: usize, r: usize| self.height[r.min(SIDE - 1) * SIDE + c.min(SIDE - 1)];
        let (left, up) = (column.saturating_sub(1), row.saturating_sub(1));
        (
            (at(column + 1, row) - at(left, row)) / (2.0 * CELL),
            (at(column, row + 1) - at(column, up)) / (2.0 * CELL),
        )
    }

    /// Follows the way to the sun from every cell. `to` is the direction to it: right, up, away.
    pub(super) fn cast_shadows(&mut self, to: [f32; 3], threads: usize) {
        let flat = (to[0] * to[0] + to[2] * to[2]).sqrt().max(1e-3);
        let (dx, dz, rise) = (to[0] / flat, to[2] / flat, (to[1] / flat).max(0.015));
        let highest = self.height.iter().fold(f32::MIN, |a, b| a.max(*b));
        let mut sun = vec![1.0; SIDE * SIDE];
        each_row(&mut sun, threads, |row, line| {
            for (column, sun) in line.iter_mut().enumerate() {
                let start = self.height[row * SIDE + column].max(self.level);
                let mut light = 1.0f32;
                let mut way = 1.5;
                while light > 0.0 {
                    let up = start + way * CELL * rise;
                    let (x, z) = (column as f32 + dx * way, row as f32 + dz * way);
                    if up > highest || x < 0.0 || z < 0.0 || x >= SIDE as f32 - 1.0 || z >= SIDE as f32 - 1.0
                    {
                        break;
                    }
                    let ground = self.height[z as usize * SIDE + x as usize];
                    // The farther the edge, the softer its shadow.
                    light = light.min(0.5 + (up - ground) / (way * CELL * 0.05 + 8.0));
                    way += 1.0 + way * 0.03;
                }
                *sun = light.clamp(0.0, 1.0);
            }
        });
        self.sun = sun;
    }

    /// The share of the sky that each cell sees, by its horizon in eight directions.
    fn visible_sky(&self) -> Vec<f32> {
        let ways: [(f32, f32); 8] =
            [(1., 0.), (0.7, 0.7), (0., 1.), (-0.7, 0.7), (-1., 0.), (-0.7, -0.7), (0., -1.), (0.7, -0.7)];
        let half = SIDE / 2;
        let mut coarse = vec![1.0; half * half];
        for row in 0..half {
            for column in 0..half {
                let (c, r) = (column * 2, row * 2);
                let start = self.height[r * SIDE + c];
                let mut open = 0.0;
                for (dx, dz) in ways {
                    let mut highest = 0.0f32;
                    for step in [1.0f32, 2.0, 4.0, 8.0, 16.0, 30.0] {
                        let x = (c as f32 + dx * step).clamp(0.0, SIDE as f32 - 1.0) as usize;
                        let z = (r as f32 + dz * step).clamp(0.0, SIDE as f32 - 1.0) as usize;
                        highest = highest.max((self.height[z * SIDE + x] - start) / (step * CELL));
                    }
                    open += 1.0 - highest / (1.0 + highest * highest).sqrt();
                }
                coarse[row * half + column] = open / 8.0;
            }
        }
        let at = |c: usize, r: usize| coarse[(r / 2).min(half - 1) * half + (c / 2).min(half - 1)];
        (0..SIDE * SIDE).map(|i| at(i % SIDE, i / SIDE)).collect()
    }

    /// Where trees stand: on gentle ground, not too high, more where it is moist.
    fn woods(&self, threads: usize) -> Vec<f32> {
        let thick = match (self.plan.woods, self.plan.land) {
            (Some(false), _) | (_, Land::Dunes) => return vec![0.0; SIDE * SIDE],
            // Shrubs.
            (_, Land::Canyon) => -0.1,
            (Some(true), _) => 0.75,
            (None, Land::Mountains) => 0.18,
            (None, Land::Islands) => 0.3,
            (None, Land::Hills) => -0.05,
            (None, Land::Coast) => -0.12,
        };
        let bound = self.tree_line();
        let clear = match self.plan.land {
            Land::Mountains => 200.0,
            Land::Canyon => 60.0,
            Land::Hills => 700.0,
            _ => 420.0,
        };
        let open = Noise(self.noise.0 ^ 0x77);
        let mut out = vec![0.0; SIDE * SIDE];
        each_row(&mut out, threads, |row, line| {
            for (column, out) in line.iter_mut().enumerate() {
                let i = row * SIDE + column;
                let steep = self.steep[i];
                let (u, v) = (column as f32 / SIDE as f32, row as f32 / SIDE as f32);
                let h = self.height[i];
                let edge = open.fbm(u * 9.0, v * 9.0, 3) + 0.7 * open.fbm(u * 52.0, v * 52.0, 4);
                let above = h - self.level.max(-50.0);
                let density = smoothstep(-0.1, 0.25, edge + thick)
                    * (1.0 - smoothstep(0.62, 0.95, steep))
                    * (1.0 - smoothstep(bound - 130.0, bound + 60.0, h + edge * 240.0))
                    * smoothstep(3.0, 14.0, above);
                // Nothing stands right before the viewer.
                let away = (((u - 0.5).powi(2) + (v - 0.013).powi(2)).sqrt() * EXTENT) / clear;
                *out = density * smoothstep(0.6, 1.3, away);
            }
        });
        out
    }

    /// Above it no tree stands, in metres.
    pub(super) fn tree_line(&self) -> f32 {
        match self.plan.land {
            Land::Mountains => 1150.0,
            _ => 1400.0,
        }
    }

    /// Above it snow lies, in metres.
    pub(super) fn snow_line(&self) -> f32 {
        match (self.plan.season, self.plan.land) {
            (Season::Winter, Land::Dunes) => 4000.0,
            (Season::Winter, _) => -200.0,
            (Season::Spring, Land::Mountains) => 1150.0,
            (Season::Autumn, Land::Mountains) => 1450.0,
            (_, Land::Mountains) => 1500.0,
            _ => 2600.0,
        }
    }
}

/// What is chosen of the large forms.
struct Forms {
    /// Where the highest peak stands, in parts of the field.
    peak: (f32, f32),
    second: (f32, f32),
    /// −1 or 1: which side is the higher.
    side: f32,
    bend: f32,
    islands: [(f32, f32, f32); 9],
}

impl Forms {
    fn new(dice: &mut Seed) -> Self {
        let side = if dice.next_f32() < 0.5 { -1.0 } else { 1.0 };
        let peak = (0.5 + side * dice.range(0.05, 0.11), dice.range(0.5, 0.58));
        let second = (0.5 - side * dice.range(0.1, 0.2), dice.range(0.6, 0.8));
        let bend = dice.range(-1.0, 1.0);
        let islands = std::array::from_fn(|i| {
            let away = 0.12 + 0.09 * i as f32 + dice.range(-0.03, 0.03);
            let reach = 0.1 + away * 0.42;
            let sign = if i % 2 == 0 { side } else { -side };
            (0.5 + sign * dice.range(0.12, 1.0) * reach, away, dice.range(0.03, 0.06) + away * 0.035)
        });
        Self { peak, second, side, bend, islands }
    }

    /// The height in metres at a place in parts of the field, before erosion.
    fn height(&self, plan: Plan, noise: Noise, u: f32, v: f32) -> f32 {
        let warp =
            (noise.fbm(u * 4.0 + 7.0, v * 4.0, 3) * 0.05, noise.fbm(u * 4.0, v * 4.0 + 13.0, 3) * 0.05);
        let (wu, wv) = (u + warp.0, v + warp.1);
        let hill = |at: (f32, f32), radius: f32| {
            let (dx, dz) = ((wu - at.0) / radius, (wv - at.1) / radius);
            (-(dx * dx + dz * dz)).exp()
        };
        match plan.land {
            Land::Mountains => {
                let ridges = noise.ridged(wu * 4.2, wv * 4.2, 8);
                let rough = noise.fbm(wu * 6.0, wv * 6.0, 6);
                let middle = 0.5 + self.bend * 0.035 * (v * 9.0).sin() - self.side * 0.02;
                let width = 0.045 + 0.05 * v;
                let valley = (-((wu - middle) / width).powi(2)).exp() * (1.0 - smoothstep(0.36, 0.52, v));
                let rise = smoothstep(0.02, 0.4, v) * (1.0 - 0.45 * smoothstep(0.72, 1.0, v));
                let flank = smoothstep(0.04, 0.3, (wu - middle).abs()) * smoothstep(0.0, 0.12, v);
                let massif =
                    0.42 * rise + 0.28 * flank + 0.75 * hill(self.peak, 0.13) + 0.4 * hill(self.second, 0.13);
                let tall = 1500.0 * massif * (0.25 + 1.15 * ridges) + 420.0 * ridges * rise + 130.0 * rough;
                let bank = (1.0 - smoothstep(0.018, 0.042, v + 0.012 * noise.at(u * 60.0, 1.0))) * 26.0;
                let knolls = noise.fbm(u * 34.0, v * 34.0, 4) * 26.0 * (1.0 - smoothstep(0.1, 0.4, v));
                tall * (1.0 - 0.93 * valley) + 60.0 + 260.0 * v * (1.0 - valley) + bank + knolls
            }
            Land::Hills => {
                let roll = noise.fbm(wu * 5.0, wv * 5.0, 5);
                let fine = noise.fbm(wu * 14.0 + 4.0, wv * 14.0, 4);
                let far = smoothstep(0.5, 0.95, v) * noise.ridged(wu * 5.0, wv * 5.0, 7);
                let hollow =
                    (-((u - 0.5 - self.bend * 0.05) / 0.07).powi(2)).exp() * (1.0 - smoothstep(0.2, 0.5, v));
                150.0
                    + 230.0 * roll * (0.4 + v)
                    + 75.0 * fine
                    + 42.0 * noise.fbm(u * 42.0, v * 42.0, 3)
                    + 900.0 * far
                    + 260.0 * hill(self.peak, 0.14)
                    - 90.0 * hollow
            }
            Land::Canyon => {
                let near = smoothstep(0.12, 0.3, v);
                let plateau = noise.fbm(wu * 6.0, wv * 6.0, 4) * (0.25 + 0.75 * near)
                    + 0.6 * hill(self.peak, 0.05)
                    + 0.6 * hill(self.second, 0.06)
                    + 0.85 * hill((0.5 - self.side * 0.055, 0.17), 0.02)
                    + 0.8 * hill((0.5 + self.side * 0.07, 0.25), 0.026)
                    + 0.75 * hill((0.5 - self.side * 0.015, 0.36), 0.024)
                    + 0.25 * smoothstep(0.6, 0.9, v);
                let first = smoothstep(0.16, 0.2, plateau);
                let second = smoothstep(0.3, 0.335, plateau);
                let third = smoothstep(0.46, 0.49, plateau);
                let talus = smoothstep(-0.05, 0.18, plateau);
                let ground = noise.fbm(wu * 12.0, wv * 12.0, 5);
                100.0 * talus
                    + 190.0 * first
                    + 200.0 * second
                    + 170.0 * third
                    + 22.0 * ground
                    + 80.0 * plateau
            }
            Land::Dunes => {
                let turn = noise.fbm(u * 5.0, v * 5.0, 3);
                let across = (u * 0.62 * self.side + v) * 34.0 + turn * 7.0;
                let wave = crest(across + noise.fbm(u * 15.0, v * 15.0, 2) * 1.5);
                let small = crest(across * 2.6 + noise.fbm(u * 30.0, v * 30.0, 2) * 2.4);
                let large = 0.5 + noise.fbm(u * 4.0 + 3.0, v * 4.0, 3);
                let far = smoothstep(0.6, 0.95, v) * noise.ridged(wu * 6.0, wv * 6.0, 7);
                150.0 * wave * (0.35 + large.max(0.1))
                    + 30.0 * small * large.max(0.2)
                    + 70.0 * large
                    + 700.0 * far
            }
            Land::Coast => {
                let shore = 0.5
                    + self.side * (0.004 + 0.2 * v * v)
                    + noise.fbm(v * 7.0, 0.3, 4) * 0.10 * smoothstep(0.02, 0.15, v);
                let inland = (wu - shore) * self.side;
                let cliff =
                    smoothstep(0.0, 0.012, inland) * (150.0 + 120.0 * noise.fbm(wu * 8.0, wv * 8.0, 4));
                let back =
                    smoothstep(0.0, 0.35, inland) * (520.0 + 900.0 * noise.ridged(wu * 5.0, wv * 5.0, 7));
                let stacks = smoothstep(0.42, 0.5, noise.fbm(u * 60.0, v * 60.0, 2))
                    * smoothstep(-0.03, -0.006, inland)
                    * smoothstep(0.002, -0.006, inland);
                let floor = -60.0 * smoothstep(0.0, -0.06, inland) - 6.0;
                floor + cliff + back + 90.0 * stacks + 14.0 * noise.fbm(wu * 30.0, wv * 30.0, 4)
            }
            Land::Islands => {
                let mut sum = 0.0f32;
                for (x, z, radius) in self.islands {
                    let (dx, dz) = ((wu - x) / radius, (wv - z) / (radius * 0.7));
                    let far = (dx * dx + dz * dz).sqrt();
                    let dome = (1.0 - far * far * 0.55).max(-0.4);
                    sum = sum.max(dome * (radius * 9000.0).min(760.0));
                }
                let ridges = noise.ridged(wu * 9.0, wv * 9.0, 7);
                let rough = noise.fbm(wu * 16.0, wv * 16.0, 5);
                let grown = sum.max(0.0) * (0.35 + 1.1 * ridges);
                grown + rough * 45.0 * smoothstep(-50.0, 60.0, sum) - 40.0 + sum.min(0.0) * 0.4
            }
        }
    }
}

/// A dune: a long slope before the wind, a short one behind.
fn crest(x: f32) -> f32 {
    let t = 1.0 - x.rem_euclid(1.0);
    let up = smoothstep(0.0, 0.72, t);
    let down = 1.0 - smoothstep(0.72, 1.0, t);
    let wave = up.min(down);
    wave * unit(x.floor() as i32, 0, 5).mul_add(0.5, 0.6)
}

/// The level of water.
fn level(plan: Plan, height: &[f32]) -> f32 {
    match plan.land {
        Land::Coast | Land::Islands => 0.0,
        Land::Mountains | Land::Hills if plan.lake => {
            // What fills a part of the valley before the viewer.
            let mut near: Vec<f32> = (SIDE / 12..SIDE / 3)
                .flat_map(|row| {
                    let reach = 12 + row / 5;
                    height[row * SIDE + SIDE / 2 - reach..row * SIDE + SIDE / 2 + reach].iter().copied()
                })
                .collect();
            near.sort_by(f32::total_cmp);
            near.get(near.len() * 34 / 100).copied().unwrap_or(-1e4)
        }
        _ => -1e4,
    }
}

/// Carves gullies that run down the slopes: waves across the slope in cells of which each has a phase of
/// its own, blended (a Gabor noise whose kernels follow the slope). `length` is metres from gully to gully.
fn carve(height: &mut [f32], length: f32, depth: f32, seed: u32, threads: usize) {
    if depth <= 0.0 {
        return;
    }
    let before = height.to_vec();
    let reach = (length / CELL / 3.0).max(1.0) as usize;
    let cell = length / CELL;
    each_row(height, threads, |row, line| {
        for (column, height) in line.iter_mut().enumerate() {
            let at = |c: usize, r: usize| before[r.min(SIDE - 1) * SIDE + c.min(SIDE - 1)];
            let span = 2.0 * reach as f32 * CELL;
            let sx = (at(column + reach, row) - at(column.saturating_sub(reach), row)) / span;
            let sz = (at(column, row + reach) - at(column, row.saturating_sub(reach))) / span;
            let steep = (sx * sx + sz * sz).sqrt();
            if steep < 0.08 {
                continue;
            }
            // Along the contour.
            let (ax, az) = (-sz / steep, sx / steep);
            let (gx, gz) = (column as f32 / cell, row as f32 / cell);
            let (ix, iz) = (floor(gx), floor(gz));
            let (mut sum, mut whole) = (0.0, 0.0);
            for (jx, jz) in (-1..=1).flat_map(|j| (-1..=1).map(move |i| (ix + i, iz + j))) {
                let (px, pz) = (jx as f32 + unit(jx, jz, seed), jz as f32 + unit(jx, jz, seed ^ 9));
                let (dx, dz) = (gx - px, gz - pz);
                let near = 1.0 - (dx * dx + dz * dz) / 1.6;
                if near <= 0.0 {
                    continue;
                }
                let weight = near * near * near;
                sum += weight * wave(dx * ax + dz * az + unit(jx, jz, seed ^ 5) * 0.3);
                whole += weight;
            }
            let wave = sum / f32::max(whole, 1e-3);
            *height +=
                depth * smoothstep(0.08, 0.75, steep) * (wave.abs().sqrt() * wave.signum() * 0.5 - 0.2);
        }
    });
}

/// A cosine with the period 1, of two parabolas.
fn wave(x: f32) -> f32 {
    let t = x + 0.25 - floor(x + 0.25) as f32;
    if t < 0.5 { 16.0 * t * (0.5 - t) } else { -16.0 * (t - 0.5) * (1.0 - t) }
}

/// Does something for every row of a map, on several threads.
fn each_row(map: &mut [f32], threads: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    let rows = SIDE.div_ceil(threads.max(1));
    std::thread::scope(|scope| {
        for (part, lines) in map.chunks_mut(rows * SIDE).enumerate() {
            let work = &work;
            scope.spawn(move || {
                for (row, line) in lines.chunks_exact_mut(SIDE).enumerate() {
                    work(part * rows + row, line);
                }
            });
        }
    });
}

/// About the lowest ground in the middle of the field, in metres.
fn lowest(height: &[f32]) -> f32 {
    let rows = (SIDE / 20..SIDE / 2).step_by(4);
    let mut some: Vec<f32> = rows
        .flat_map(|row| height[row * SIDE + SIDE / 3..row * SIDE + 2 * SIDE / 3].iter().step_by(4).copied())
        .collect();
    some.sort_by(f32::total_cmp);
    some.get(some.len() / 20).copied().unwrap_or_default()
}

/// Erosion by drops of water (after Mei and Beyer): each runs down, takes soil where it is fast and leaves
/// it where it is slow.
fn rain(
    height: &mut [f32],
    wet: &mut [f32],
    drops: usize,
    dice: &mut Seed,
    cancel: &Cancel,
) -> Result<(), Cancelled> {
    let limit = SIDE as f32 - 3.0;
    for drop in 0..drops {
        if drop % 4096 == 0 {
            cancel.check()?;
        }
        let (mut x, mut z) = (dice.range(2.0, limit), dice.range(2.0, limit));
        let (mut dx, mut dz, mut speed, mut water, mut load) = (0.0f32, 0.0f32, 1.0f32, 1.0f32, 0.0f32);
        for _ in 0..46 {
            let (ix, iz) = (x as usize, z as usize);
            let (fx, fz) = (x - ix as f32, z - iz as f32);
            let i = iz * SIDE + ix;
            let (a, b, c, d) = (height[i], height[i + 1], height[i + SIDE], height[i + SIDE + 1]);
            let (gx, gz) = (mix(b - a, d - c, fz), mix(c - a, d - b, fx));
            let here = mix(mix(a, b, fx), mix(c, d, fx), fz);
            dx = dx * 0.25 - gx * 0.75;
            dz = dz * 0.25 - gz * 0.75;
            let length = (dx * dx + dz * dz).sqrt();
            if length < 1e-4 {
                break;
            }
            (dx, dz) = (dx / length, dz / length);
            let (nx, nz) = (x + dx, z + dz);
            if nx < 1.0 || nz < 1.0 || nx > limit || nz > limit {
                break;
            }
            let (jx, jz) = (nx as usize, nz as usize);
            let (ex, ez) = (nx - jx as f32, nz - jz as f32);
            let j = jz * SIDE + jx;
            let there =
                mix(mix(height[j], height[j + 1], ex), mix(height[j + SIDE], height[j + SIDE + 1], ex), ez);
            let fall = there - here;
            let holds = (-fall / CELL).max(0.02) * speed * water * 9.0;
            let change = if load > holds || fall > 0.0 {
                // What is left behind fills a pit but makes no hill.
                if fall > 0.0 { fall.min(load) } else { (load - holds) * 0.3 }
            } else {
                -((holds - load) * 0.3).min(-fall)
            };
            load -= change;
            for (k, part) in [
                (i, (1.0 - fx) * (1.0 - fz)),
                (i + 1, fx * (1.0 - fz)),
                (i + SIDE, (1.0 - fx) * fz),
                (i + SIDE + 1, fx * fz),
            ] {
                height[k] += change * part;
                wet[k] = (wet[k] + 0.02 * water * part).min(1.0);
            }
            speed = (speed * speed - fall * 0.08).max(0.0).sqrt().min(6.0);
            water *= 0.975;
            (x, z) = (nx, nz);
        }
    }
    Ok(())
}

/// Thermal erosion: what lies steeper than it can rest slides down. `rest` is the steepest slope.
fn slide(height: &mut [f32], rest: f32, rounds: usize) {
    for _ in 0..rounds {
        for row in 1..SIDE - 1 {
            for column in 1..SIDE - 1 {
                let i = row * SIDE + column;
                for j in [i + 1, i - 1, i + SIDE, i - SIDE] {
                    let over = height[i] - height[j] - rest * CELL;
                    if over > 0.0 {
                        height[i] -= over * 0.12;
                        height[j] += over * 0.12;
                    }
                }
            }
        }
    }
}
