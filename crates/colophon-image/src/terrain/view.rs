//! The view: every column of the picture is followed over the ground away from the viewer (as in voxel
//! landscapes), once as it is and once mirrored in the water; each point that is met is shaded.

use super::field::{EXTENT, Field};
use super::light::{Light, Vec3};
use super::matter;
use super::noise::{Noise, smoothstep};
use super::relief::Hit;
use super::words::Land;

/// Samples a side of a pixel.
const SAMPLES: usize = 2;
/// The nearest and the smallest relative step of a ray, in metres.
const NEAREST: f32 = 6.0;
const STEP: f32 = 0.003;

/// What is met in no direction.
const NOTHING: f32 = f32::INFINITY;

/// A viewer before the field.
pub(super) struct View<'a> {
    field: &'a Field,
    light: Light,
    /// Where the viewer stands: right, up, away.
    at: Vec3,
    width: usize,
    height: usize,
    /// Pixels a unit of slope.
    focal: f32,
    /// Row of the horizon.
    horizon: f32,
}

impl<'a> View<'a> {
    pub(super) fn new(field: &'a Field, light: Light, (width, height): (u32, u32)) -> Self {
        let plan = field.plan;
        let (x, z) = (EXTENT * 0.5, 260.0);
        let above = match plan.land {
            Land::Mountains => 62.0,
            Land::Hills => 60.0,
            Land::Canyon => 34.0,
            Land::Dunes => 22.0,
            Land::Coast => 90.0,
            Land::Islands => 190.0,
        };
        let ground = |t: f32, s: f32| Field::smooth(&field.height, x + s * t, z + t).max(field.level);
        let mut up = ground(0.0, 0.0) + above;
        // Nothing near stands in the way.
        for t in (1..30).map(|i| i as f32 * 45.0) {
            for s in [-0.3, -0.15, 0.0, 0.15, 0.3] {
                up = up.max(ground(t, s) + above * 0.45 - t * 0.07);
            }
        }
        let (w, h) = (width as f32, height as f32);
        let focal = 1.08 * w.max(h * 0.92);
        let reach = 0.5 * w / focal;
        let mut highest = 0.0f32;
        for t in (10..190).map(|i| i as f32 * 100.0) {
            for s in (-8..=8).map(|i| i as f32 / 8.0 * reach * 0.8) {
                highest = highest.max((ground(t, s) - up) / t);
            }
        }
        let low = if plan.land == Land::Islands { 0.38 } else { 0.42 };
        let horizon = (highest * focal + h * 0.15).clamp(h * low, h * 0.64);
        Self {
            field,
            light,
            at: Vec3(x, up, z),
            width: width as usize,
            height: height as usize,
            focal,
            horizon,
        }
    }

    /// The row of the sun, and its column, where it is in front.
    pub(super) fn sun_at(&self) -> Option<(f32, f32)> {
        let to = self.light.to;
        (to.2 > 0.05).then(|| {
            (self.width as f32 / 2.0 + to.0 / to.2 * self.focal, self.horizon - to.1 / to.2 * self.focal)
        })
    }

    /// The highest that detail and trees can add, in metres.
    const ADDED: f32 = 34.0;

    /// Draws a column of pixels: colours in linear light from the top, and which part of each is sky.
    pub(super) fn column(&self, column: usize, colours: &mut [Vec3], open: &mut [f32]) {
        let rows = self.height * SAMPLES;
        let (mut met, mut mirrored) = (vec![NOTHING; rows], vec![NOTHING; rows]);
        colours.fill(Vec3::default());
        open.fill(0.0);
        for sample in 0..SAMPLES {
            let x = column as f32 + (sample as f32 + 0.5) / SAMPLES as f32;
            let across = (x - self.width as f32 / 2.0) / self.focal;
            met.fill(NOTHING);
            mirrored.fill(NOTHING);
            self.follow(across, &mut met, &mut mirrored);
            for (row, far) in met.iter().enumerate() {
                let pixel = row / SAMPLES;
                if far.is_finite() {
                    let colour = self.seen(across, row, *far, &mirrored);
                    colours[pixel] = colours[pixel] + colour * (1.0 / (SAMPLES * SAMPLES) as f32);
                } else {
                    open[pixel] += 1.0 / (SAMPLES * SAMPLES) as f32;
                }
            }
        }
        let across = (column as f32 + 0.5 - self.width as f32 / 2.0) / self.focal;
        for (row, (colour, open)) in colours.iter_mut().zip(open.iter()).enumerate() {
            if *open > 0.0 {
                let way = self.way(across, row as f32 + 0.5);
                *colour = *colour + self.light.sky(way, self.field.noise, 1.0 / self.focal) * *open;
            }
        }
    }

    fn way(&self, across: f32, row: f32) -> Vec3 {
        Vec3(across, (self.horizon - row) / self.focal, 1.0).unit()
    }

    /// Fills in how far away the ground is in each row of a column, and the same in the mirror of the water.
    fn follow(&self, across: f32, met: &mut [f32], mirrored: &mut [f32]) {
        let scale = SAMPLES as f32;
        let (focal, horizon) = (self.focal * scale, self.horizon * scale);
        let level = self.field.level;
        let has_water = level > -1000.0;
        let rows = met.len() as f32;
        let mut top = rows;
        let mut bottom = horizon;
        // The next row of the mirror in which nothing is seen yet.
        let mut next: Vec<usize> = if has_water { (0..=met.len()).collect() } else { Vec::new() };
        let mut last = (NEAREST, self.surface(across, NEAREST, 0.05));
        let mut t = NEAREST;
        let limit = EXTENT - 300.0;
        while t < limit && top > 0.0 {
            t += (t * STEP).max(0.35);
            let (x, z) = (self.at.0 + across * t, self.at.2 + t);
            let base = Field::smooth(&self.field.height, x, z).max(level);
            let high = horizon - (base + Self::ADDED - self.at.1) * focal / t;
            let deep = horizon - (2.0 * level - base - Self::ADDED - self.at.1) * focal / t;
            if high >= top && !(has_water && deep > bottom) {
                last = (t, base);
                continue;
            }
            let up = self.surface(across, t, t / focal);
            let y = horizon - (up - self.at.1) * focal / t;
            if y < top {
                let from = y.max(0.0).ceil() as usize;
                for row in from..(top.ceil() as usize).min(met.len()) {
                    // Where the line of sight crosses the ground between the last step and this one.
                    let slope = (horizon - row as f32) / focal;
                    let gap = |t: f32, h: f32| h - (self.at.1 + slope * t);
                    let (a, b) = (gap(last.0, last.1), gap(t, up));
                    let part = if (b - a).abs() > 1e-6 { (-a / (b - a)).clamp(0.0, 1.0) } else { 1.0 };
                    met[row] = last.0 + (t - last.0) * part;
                }
                top = top.min(from as f32);
            }
            if has_water && up > level + 0.01 {
                // From where the water ends before it to where its top is mirrored.
                let foot = horizon + (self.at.1 - level) * focal / t;
                let y = horizon - (2.0 * level - up - self.at.1) * focal / t;
                let mut row = unfilled(&mut next, foot.clamp(0.0, rows) as usize);
                while row < mirrored.len() && row as f32 <= y {
                    mirrored[row] = t;
                    next[row] = row + 1;
                    row = unfilled(&mut next, row + 1);
                }
                bottom = bottom.max(y);
            }
            last = (t, up);
        }
    }

    /// Ground, trees or water at a distance.
    fn surface(&self, across: f32, t: f32, pixel: f32) -> f32 {
        let (x, z) = (self.at.0 + across * t, self.at.2 + t);
        let base = Field::smooth(&self.field.height, x, z);
        let mut up = base + self.field.detail(x, z, pixel * 1.5).0;
        let trees = Field::read(&self.field.trees, x, z);
        if trees > 0.02 {
            up += matter::canopy(self.field.plan, x, z, trees, pixel).0;
        }
        up.max(self.field.level)
    }

    fn hit(&self, across: f32, row: f32, far: f32) -> Hit {
        let scale = SAMPLES as f32;
        let (x, z) = (self.at.0 + across * far, self.at.2 + far);
        Hit { x, z, way: self.way(across, row / scale), pixel: far / self.focal }
    }

    /// The colour of a point of the ground or the water with the air before it.
    fn seen(&self, across: f32, row: usize, far: f32, mirrored: &[f32]) -> Vec3 {
        let hit = self.hit(across, row as f32, far);
        let depth = self.field.level - Field::smooth(&self.field.height, hit.x, hit.z);
        let depth =
            if depth > -12.0 { depth - self.field.detail(hit.x, hit.z, hit.pixel * 1.5).0 } else { depth };
        if depth > 0.0 {
            let colour = self.water(hit, depth, across, row, mirrored);
            return self.through_air(colour, hit.way, far, self.field.level);
        }
        let (colour, up) = matter::shade(self.field, &self.light, hit);
        self.through_air(colour, hit.way, far, up)
    }

    fn water(&self, hit: Hit, depth: f32, across: f32, row: usize, mirrored: &[f32]) -> Vec3 {
        let plan = self.field.plan;
        let sea = matches!(plan.land, Land::Coast | Land::Islands);
        let noise = Noise(self.field.noise.0 ^ 0x99);
        let strength = if sea { 1.0 } else { 0.4 };
        // Waves: long ones where they are seen, the fine ones melt with distance.
        let wave = |length: f32, k: f32| {
            let seen = smoothstep(0.6, 4.0, length / hit.pixel);
            noise.at(hit.x / length + k, hit.z / (length * 0.6)) * seen
        };
        let tilt = strength
            * (0.5 * wave(46.0, 3.0) + 0.6 * wave(17.0, 9.0) + 0.5 * wave(6.0, 1.0) + 0.3 * wave(2.2, 5.0));
        let side = strength * (0.5 * wave(31.0, 33.0) + 0.4 * wave(7.0, 19.0));
        let scale = SAMPLES as f32;
        let horizon = self.horizon * scale;
        let below = row as f32 - horizon;
        let aim = row as f32 + tilt * below * 0.16;
        let aim = aim.clamp(horizon + 0.5, mirrored.len() as f32 - 1.0);
        let way = Vec3(across + side * 0.02, (aim - horizon) / (self.focal * scale), 1.0).unit();
        let sky = self.light.sky(way, self.field.noise, 2.0 / self.focal);
        let reflected = match mirrored.get(aim as usize) {
            Some(far) if far.is_finite() => {
                let mut other = self.hit(across, row as f32, *far);
                other.way = way;
                other.pixel *= 3.0;
                let (colour, up) = matter::shade(self.field, &self.light, other);
                self.through_air(colour, way, *far, up)
            }
            _ => sky,
        };
        let (shallow, deep) = match plan.land {
            Land::Islands => (Vec3(0.10, 0.52, 0.50), Vec3(0.008, 0.075, 0.13)),
            Land::Coast => (Vec3(0.09, 0.26, 0.27), Vec3(0.012, 0.055, 0.085)),
            _ => (Vec3(0.10, 0.20, 0.17), Vec3(0.010, 0.045, 0.055)),
        };
        let sun = Field::read(&self.field.sun, hit.x, hit.z);
        let lit = self.light.ambient + self.light.sun * (0.35 * self.light.to.1.max(0.08) * sun);
        let shoal = (-depth / if sea { 5.0 } else { 3.5 }).exp();
        let mut body = deep.mix(shallow, shoal) * lit;
        if sea {
            // Surf along the shore, in lines.
            let line = (depth * 1.4 + 1.3 * noise.at(hit.x / 28.0, hit.z / 28.0)).sin();
            let surf = smoothstep(2.6, 0.3, depth + noise.fbm(hit.x / 9.0, hit.z / 9.0, 3))
                * smoothstep(0.1, 0.8, line + 0.5 * noise.at(hit.x / 4.0, hit.z / 4.0) + 0.25);
            let caps =
                smoothstep(0.52, 0.62, tilt * 0.55 + 0.3 * noise.at(hit.x / 90.0, hit.z / 40.0)) * 0.35;
            let white = (surf * 0.85).max(caps).min(1.0);
            body = body.mix((self.light.ambient + self.light.sun * (0.22 * sun)) * 0.85, white);
            let fresnel = 0.02 + 0.98 * (1.0 - (-hit.way.1 + 0.045 * strength).min(1.0)).powi(5);
            return body.mix(reflected, fresnel.clamp(0.0, 0.9) * (1.0 - white))
                + self.glitter(way, tilt, side, sun);
        }
        let fresnel = 0.03 + 0.97 * (1.0 - (-hit.way.1).min(1.0)).powi(5);
        body.mix(reflected * 0.95, fresnel.clamp(0.0, 0.94)) + self.glitter(way, tilt, side, sun)
    }

    /// The sun on the waves.
    fn glitter(&self, way: Vec3, tilt: f32, side: f32, sun: f32) -> Vec3 {
        let bent = Vec3(way.0 + side * 0.10, way.1 + tilt * 0.09, way.2).unit();
        let near = bent.dot(self.light.to).max(0.0);
        self.light.sun * (near.powi(90) * 0.7 + near.powi(700) * 5.0) * sun
    }

    /// What a colour looks like behind so much air; `up` is its height.
    fn through_air(&self, colour: Vec3, way: Vec3, far: f32, up: f32) -> Vec3 {
        let base = self.field.level.max(self.field.lowest);
        // Air is thinner higher up.
        let middle = ((up + self.at.1) * 0.5 - base).max(0.0);
        let haze = self.light.haze * far / 1000.0 * (0.45 + (-middle / 900.0).exp());
        let air = self.light.air(Vec3(way.0, way.1.max(0.015), way.2).unit());
        let keep = Vec3((-haze * 0.82).exp(), (-haze).exp(), (-haze * 1.32).exp());
        let mut seen = Vec3(
            colour.0 * keep.0 + air.0 * (1.0 - keep.0),
            colour.1 * keep.1 + air.1 * (1.0 - keep.1),
            colour.2 * keep.2 + air.2 * (1.0 - keep.2),
        );
        if self.light.mist > 0.0 {
            let scale = if self.field.plan.land == Land::Mountains { 85.0 } else { 45.0 };
            let (a, b) = ((self.at.1 - base) / scale, (up - base) / scale);
            let mean = if (a - b).abs() > 0.01 { ((-b).exp() - (-a).exp()) / (a - b) } else { (-a).exp() };
            let (x, z) = (way.0 * far / way.2.max(0.1), far);
            let patches = 0.75 + 0.9 * self.field.noise.fbm(x / 1500.0, z / 1900.0 + up / 170.0, 4);
            let thick = self.light.mist * 0.0016 * far * mean * patches.max(0.1);
            let white = air.mix(self.light.ambient * 1.2 + self.light.sun * 0.12, 0.45);
            seen = seen.mix(white, 1.0 - (-thick).exp());
        }
        seen
    }
}

/// The first row from `row` on that leads to itself; the way there is made short.
fn unfilled(next: &mut [usize], row: usize) -> usize {
    let mut end = row.min(next.len() - 1);
    while next[end] != end {
        end = next[end];
    }
    let mut at = row.min(next.len() - 1);
    while next[at] != end {
        at = std::mem::replace(&mut next[at], end);
    }
    end
}
