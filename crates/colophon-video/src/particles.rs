//! Weather and floating things in front of a scene: rain, snow, motes, leaves, bubbles, in three
//! depth bands. Where each one is follows from its number and the time alone.

use std::f32::consts::TAU;

use colophon_scene::LayeredScene;
use colophon_scene::layers::{Blend, Particles};
use colophon_types::{Raster, Seed};

use crate::scratch::{Scratch, stamp};
use crate::sheet::Sheet;

/// Pictures of a turning leaf.
const TURNS: usize = 32;

/// Everything that falls or floats in a scene.
#[derive(Debug)]
pub(crate) struct ParticleField {
    kind: Particles,
    width: f32,
    height: f32,
    /// Three bands, far to near; each with its pictures.
    bands: Vec<Vec<Sheet>>,
}

/// How many there are in each band at 1280×720.
fn counts(kind: Particles) -> [u32; 3] {
    match kind {
        Particles::None => [0; 3],
        Particles::Rain => [130, 80, 36],
        Particles::Snow => [110, 60, 18],
        Particles::Motes => [26, 16, 7],
        Particles::Leaves => [14, 9, 4],
        Particles::Bubbles => [22, 14, 6],
    }
}

impl ParticleField {
    /// Draws the pictures that the scene's particles need.
    pub(crate) fn new(scene: &LayeredScene, width: u32, height: u32) -> Self {
        let (width, height) = (width as f32, height as f32);
        let unit = height / 720.0;
        let light = mix_to_white(scene.palette[1]);
        let bands = (0..3)
            .map(|band| pictures(scene.particles, band, unit, light))
            .filter(|_| scene.particles != Particles::None);
        Self { kind: scene.particles, width, height, bands: bands.collect() }
    }

    /// Draws them as they are `t` seconds into the scene.
    pub(crate) fn draw(&self, t: f32, camera: (f32, f32), frame: &mut Raster, scratch: &mut Scratch) {
        let unit = self.height / 720.0;
        let counts = counts(self.kind);
        let blend = if self.kind == Particles::Motes { Blend::Add } else { Blend::Over };
        for (band, sheets) in self.bands.iter().enumerate() {
            let near = [0.45, 0.75, 1.25][band];
            for i in 0..counts[band] {
                let mut dice = Seed(u64::from(i) * 3 + band as u64 + 1).derive("particle");
                let Some(p) = self.place(t, near, unit, &mut dice, i) else { continue };
                let Some(sheet) = sheets.get(p.picture % sheets.len().max(1)) else { continue };
                let x = (p.x + camera.0 * near * 0.6).rem_euclid(self.width + 160.0 * unit) - 80.0 * unit;
                stamp(frame, sheet, blend, (x, p.y + camera.1 * near * 0.3), p.opacity, scratch);
            }
        }
    }

    /// Where one of them is.
    fn place(&self, t: f32, near: f32, unit: f32, dice: &mut Seed, index: u32) -> Option<Place> {
        let (start, vary, phase) = (dice.next_f32(), dice.next_f32(), dice.next_f32() * TAU);
        // Pixels a second down and sideways, at 720 lines and distance 1.
        let (fall, side, sway) = match self.kind {
            Particles::None => return None,
            Particles::Rain => (1350.0 + 250.0 * vary, -190.0, 0.0),
            Particles::Snow => (52.0 + 40.0 * vary, -9.0, 16.0),
            Particles::Motes => (-7.0 - 9.0 * vary, 5.0, 20.0),
            Particles::Leaves => (60.0 + 42.0 * vary, -46.0 - 20.0 * vary, 34.0),
            Particles::Bubbles => (-58.0 - 50.0 * vary, 3.0, 9.0),
        };
        let (fall, side, sway) = (fall * near * unit, side * near * unit, sway * near * unit);
        let margin = 60.0 * unit;
        let way = self.height + 2.0 * margin;
        // Each pass over the frame takes another column.
        let travelled = start * way + fall * t;
        let pass = (travelled / way).floor();
        let y = travelled - pass * way - margin;
        let mut column = Seed(u64::from(index) ^ ((pass as i64 as u64) << 20)).derive("column");
        let x = column.next_f32() * (self.width + 160.0 * unit)
            + side * (travelled - pass * way) / fall
            + sway * (t * (0.5 + 0.5 * vary) + phase).sin();
        let opacity = match self.kind {
            Particles::Motes => 0.25 + 0.75 * (0.5 + 0.5 * (t * (0.6 + 0.7 * vary) + phase * 3.0).sin()),
            Particles::Bubbles => ((y + margin) / (self.height * 0.3)).clamp(0.0, 1.0),
            _ => 1.0,
        };
        let picture = match self.kind {
            Particles::Leaves => {
                let turn = (t * (0.22 + 0.3 * vary) + phase / TAU).rem_euclid(1.0);
                (index as usize % 3) * TURNS + ((turn * TURNS as f32) as usize).min(TURNS - 1)
            }
            _ => index as usize,
        };
        Some(Place { x, y, opacity, picture })
    }
}

struct Place {
    x: f32,
    y: f32,
    opacity: f32,
    picture: usize,
}

fn mix_to_white(c: [u8; 3]) -> [f32; 3] {
    c.map(|v| 255.0 - (255.0 - f32::from(v)) * 0.35)
}

/// The pictures of one band.
fn pictures(kind: Particles, band: usize, unit: f32, light: [f32; 3]) -> Vec<Sheet> {
    let near = [0.45f32, 0.75, 1.25][band] * unit;
    let made: Vec<Option<Sheet>> = match kind {
        Particles::None => Vec::new(),
        Particles::Rain => {
            let (length, half) = (44.0 * near, 0.55 + 0.55 * near);
            let lean = 190.0 / 1475.0;
            let alpha = [0.30, 0.38, 0.40][band];
            vec![draw(length * lean + 6.0, length + 6.0, Blend::Over, |x, y| {
                // Distance from the slanted centre line; fades towards the tail.
                let along = ((y - 3.0) / length).clamp(0.0, 1.0);
                let centre = 3.0 + length * lean * (1.0 - along);
                let away = ((x - centre).abs() - half + 0.6).max(0.0);
                let inside = if y < 3.0 || y > length + 3.0 { 0.0 } else { 1.0 };
                (light, inside * (1.0 - away).clamp(0.0, 1.0) * alpha * along.powf(0.7))
            })]
        }
        Particles::Snow => [0.8f32, 1.0, 1.3]
            .iter()
            .map(|size| {
                let r = 4.4 * near * size;
                let blur = [0.8, 1.0, 2.6][band] * unit;
                let alpha = [0.62, 0.85, 0.72][band];
                let mid = r + blur + 2.0;
                draw(mid * 2.0, mid * 2.0, Blend::Over, |x, y| {
                    let d = (x - mid).hypot(y - mid);
                    ([250.0, 252.0, 255.0], smooth((r + blur - d) / (2.0 * blur)) * alpha)
                })
            })
            .collect(),
        Particles::Motes => [0.8f32, 1.15]
            .iter()
            .map(|size| {
                let r = 9.0 * near * size;
                draw(r * 2.0 + 2.0, r * 2.0 + 2.0, Blend::Add, |x, y| {
                    let d = (x - r - 1.0).hypot(y - r - 1.0) / r;
                    let glow = (1.0 - d).clamp(0.0, 1.0);
                    ([255.0, 226.0, 158.0], glow * glow * 0.42 + smooth((0.26 - d) * 8.0) * 0.5)
                })
            })
            .collect(),
        Particles::Leaves => {
            let colours = [[214.0, 112.0, 52.0], [228.0, 168.0, 70.0], [178.0, 74.0, 58.0]];
            let mut all = Vec::with_capacity(3 * TURNS);
            for colour in colours {
                for turn in 0..TURNS {
                    all.push(leaf(
                        turn as f32 / TURNS as f32 * TAU,
                        15.0 * near,
                        colour,
                        [0.85, 0.95, 0.9][band],
                    ));
                }
            }
            all
        }
        Particles::Bubbles => [0.6f32, 0.85, 1.15]
            .iter()
            .map(|size| {
                let r = 10.0 * near * size;
                let mid = r + 2.0;
                draw(mid * 2.0, mid * 2.0, Blend::Over, |x, y| {
                    let (dx, dy) = ((x - mid) / r, (y - mid) / r);
                    let d = dx.hypot(dy);
                    let inside = smooth((1.0 - d) * r);
                    let rim = smooth(1.0 - (1.0 - d) * r / (1.2 + r * 0.16));
                    let shine = smooth((0.24 - (dx + 0.38).hypot(dy + 0.4)) * 7.0);
                    ([236.0, 248.0, 255.0], inside * (0.10 + 0.5 * rim + 0.7 * shine).min(0.9))
                })
            })
            .collect(),
    };
    made.into_iter().flatten().collect()
}

/// A leaf that turns about its own axis while it falls.
fn leaf(turn: f32, length: f32, colour: [f32; 3], alpha: f32) -> Option<Sheet> {
    let side = length * 1.3 + 4.0;
    let (sin, cos) = (turn + 0.6).sin_cos();
    let squash = 0.30 + 0.26 * (turn * 2.0).cos();
    let shade = 0.86 + 0.14 * (turn * 2.0).sin();
    draw(side, side, Blend::Over, |x, y| {
        let (x, y) = ((x - side / 2.0) / (length / 2.0), (y - side / 2.0) / (length / 2.0));
        let (u, v) = (x * cos + y * sin, (y * cos - x * sin) / squash.max(0.06));
        // Two arcs that meet in points.
        let edge = (1.0 - u * u).max(0.0) - v.abs();
        let vein = 1.0 - 0.22 * smooth(1.0 - v.abs() * 9.0);
        let cover = if u.abs() > 1.0 { 0.0 } else { smooth(edge * length * 0.4 * squash + 0.5) };
        (colour.map(|c| c * shade * vein), cover * alpha)
    })
}

fn smooth(v: f32) -> f32 {
    let v = v.clamp(0.0, 1.0);
    v * v * (3.0 - 2.0 * v)
}

/// A small picture from a function of place that gives colour (0–255) and cover (0–1), 3×3 samples a
/// pixel.
fn draw(width: f32, height: f32, blend: Blend, paint: impl Fn(f32, f32) -> ([f32; 3], f32)) -> Option<Sheet> {
    let (w, h) = (width.ceil().clamp(1.0, 512.0) as u32, height.ceil().clamp(1.0, 512.0) as u32);
    let mut image = Raster::filled(w, h, [0; 4]);
    for (i, out) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % w) as f32, (i as u32 / w) as f32);
        let mut sum = [0.0f32; 4];
        for k in 0..9 {
            let (dx, dy) = ((k % 3) as f32 / 3.0 + 1.0 / 6.0, (k / 3) as f32 / 3.0 + 1.0 / 6.0);
            let (colour, cover) = paint(x + dx, y + dy);
            for (s, c) in sum.iter_mut().zip(colour) {
                *s += c * cover;
            }
            sum[3] += cover * 255.0;
        }
        *out = sum.map(|v| (v / 9.0).round().clamp(0.0, 255.0) as u8);
    }
    Sheet::new(&image, blend, 1.0, false)
}
