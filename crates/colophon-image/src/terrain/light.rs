//! Colours in linear light, the sun by the hour, and the sky.

use std::ops::{Add, Mul};

use super::noise::{Noise, smoothstep, unit};
use super::words::{Air, Hour, Land, Plan};

/// A colour in linear light, or a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Vec3(pub(super) f32, pub(super) f32, pub(super) f32);

impl Add for Vec3 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, k: f32) -> Self {
        Self(self.0 * k, self.1 * k, self.2 * k)
    }
}

impl Mul for Vec3 {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self(self.0 * o.0, self.1 * o.1, self.2 * o.2)
    }
}

impl Vec3 {
    pub(super) fn dot(self, o: Self) -> f32 {
        self.0 * o.0 + self.1 * o.1 + self.2 * o.2
    }

    pub(super) fn unit(self) -> Self {
        self * (1.0 / self.dot(self).sqrt().max(1e-6))
    }

    pub(super) fn mix(self, o: Self, t: f32) -> Self {
        self * (1.0 - t) + o * t
    }
}

/// A colour by its six-digit sRGB notation, in linear light.
pub(super) fn srgb(v: u32) -> Vec3 {
    let c = |shift: u32| {
        let c = ((v >> shift) & 255) as f32 / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    Vec3(c(16), c(8), c(0))
}

/// The light of a scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Light {
    /// Direction to the sun, or the moon: right, up, away from the viewer.
    pub(super) to: Vec3,
    pub(super) sun: Vec3,
    pub(super) zenith: Vec3,
    pub(super) horizon: Vec3,
    /// Colour of the air about the sun.
    pub(super) glow: Vec3,
    /// Light from the sky as a whole.
    pub(super) ambient: Vec3,
    /// Haze a kilometre.
    pub(super) haze: f32,
    /// Mist in the lowlands.
    pub(super) mist: f32,
    /// Part of the sky that clouds cover.
    pub(super) cover: f32,
    pub(super) stars: f32,
    pub(super) night: bool,
    /// How far the darkest clouds let light through.
    pub(super) dark: f32,
}

impl Light {
    pub(super) fn of(plan: Plan, side: f32) -> Self {
        let at = |azimuth: f32, elevation: f32| {
            let (a, e) = (azimuth.to_radians() * side, elevation.to_radians());
            Vec3(a.sin() * e.cos(), e.sin(), a.cos() * e.cos())
        };
        let (to, sun, zenith, horizon, glow, ambient) = match plan.hour {
            Hour::Dawn => (
                at(46.0, 8.5),
                Vec3(3.4, 2.0, 1.2),
                srgb(0x4a6ea8),
                srgb(0xf3c3a0),
                Vec3(1.6, 0.75, 0.36),
                Vec3(0.44, 0.46, 0.60),
            ),
            Hour::Morning => (
                at(62.0, 25.0),
                Vec3(3.5, 2.9, 2.15),
                srgb(0x3672b8),
                srgb(0xc3d8e8),
                Vec3(0.8, 0.66, 0.45),
                Vec3(0.36, 0.46, 0.62),
            ),
            Hour::Noon => (
                at(105.0, 50.0),
                Vec3(3.5, 3.3, 2.9),
                srgb(0x2a68b4),
                srgb(0xb9d5ea),
                Vec3(0.3, 0.3, 0.28),
                Vec3(0.42, 0.54, 0.72),
            ),
            Hour::Afternoon => (
                at(78.0, 15.0),
                Vec3(3.9, 2.75, 1.65),
                srgb(0x4179b5),
                srgb(0xe9d3b0),
                Vec3(1.1, 0.68, 0.32),
                Vec3(0.34, 0.40, 0.54),
            ),
            Hour::Sunset => (
                at(17.0, 4.2),
                Vec3(4.2, 1.7, 0.6),
                srgb(0x3a5590),
                srgb(0xf2a468),
                Vec3(2.6, 0.95, 0.28),
                Vec3(0.38, 0.36, 0.50),
            ),
            Hour::Dusk => (
                at(24.0, 1.2),
                Vec3(0.9, 0.34, 0.22),
                srgb(0x24376e),
                srgb(0xc98a92),
                Vec3(1.0, 0.36, 0.24),
                Vec3(0.31, 0.32, 0.47),
            ),
            Hour::Night => (
                at(48.0, 30.0),
                Vec3(0.26, 0.33, 0.50),
                srgb(0x0a1430),
                srgb(0x27406c),
                Vec3(0.10, 0.14, 0.22),
                Vec3(0.035, 0.052, 0.098),
            ),
        };
        let (haze, mist, cover, dim, dark): (f32, f32, f32, f32, f32) = match plan.air {
            Air::Clear => (0.028, 0.0, 0.42, 1.0, 1.0),
            Air::Mist => (0.05, 1.0, 0.34, 0.9, 1.0),
            Air::Overcast => (0.06, 0.12, 0.95, 0.32, 0.75),
            Air::Storm => (0.075, 0.18, 0.86, 0.42, 0.32),
        };
        // Sand and hills live by light from the side.
        let to = match (plan.land, plan.hour) {
            (Land::Dunes, Hour::Dawn | Hour::Sunset | Hour::Dusk) => at(78.0, 13.0),
            (Land::Hills | Land::Canyon, Hour::Dawn) => at(56.0, 9.0),
            _ => to,
        };
        let grey = |c: Vec3, t: f32| {
            let l = c.dot(Vec3(0.3, 0.6, 0.1));
            c.mix(Vec3(l, l, l * 1.05), t)
        };
        let dull = match plan.air {
            Air::Overcast => 0.75,
            Air::Storm => 0.6,
            Air::Clear | Air::Mist => 0.0,
        };
        let dusty = matches!(plan.land, Land::Canyon | Land::Dunes) && plan.hour != Hour::Night;
        let horizon = if dusty { horizon.mix(srgb(0xe8cfa8), 0.45) } else { horizon };
        let cover = if dusty { cover * 0.6 } else { cover };
        let under = if dull > 0.0 { 0.8 * dark.max(0.5) } else { 1.0 };
        Self {
            to: to.unit(),
            sun: grey(sun, dull * 0.6) * dim,
            zenith: grey(zenith, dull) * under,
            horizon: grey(horizon, dull) * under,
            glow: glow * if dull > 0.0 { 0.3 } else { 1.0 },
            ambient: grey(ambient, dull) * if dull > 0.0 { 1.25 * dark.max(0.6) } else { 1.0 },
            haze: if dusty { haze * 0.8 } else { haze },
            mist,
            cover,
            stars: match plan.hour {
                Hour::Night => 1.0,
                Hour::Dusk => 0.35,
                _ => 0.0,
            } * if dull > 0.0 { 0.0 } else { 1.0 },
            night: plan.hour == Hour::Night,
            dark,
        }
    }

    /// What the air itself shines in a direction, without clouds.
    pub(super) fn air(&self, way: Vec3) -> Vec3 {
        let up = way.1.max(0.0);
        let part = 1.0 - (1.0 - up).powi(5);
        let sky = self.horizon.mix(self.zenith, (part * 0.85 + up * 0.25).min(1.0));
        let near = way.dot(self.to).max(0.0);
        // The glow is wide along the horizon.
        let low = 1.0 - smoothstep(0.0, 0.5, up);
        let halo = 0.30 * near.powi(5) * (0.35 + 0.65 * low) + 0.38 * near.powi(40) + 0.5 * near.powi(220);
        sky + self.glow * halo
    }

    /// The sky with sun, clouds and stars. `size` is the angle of a pixel.
    pub(super) fn sky(&self, way: Vec3, noise: Noise, size: f32) -> Vec3 {
        let mut colour = self.air(way);
        let near = way.dot(self.to);
        let disc = if self.night { 0.99985 } else { 0.99976 };
        let edge = smoothstep(disc - size * 0.02 - 4e-5, disc, near);
        let bright = if self.night { 5.0 } else { 7.0 };
        if self.stars > 0.0 {
            colour = colour + stars(way) * self.stars * smoothstep(0.02, 0.3, way.1);
        }
        let shade = self.clouds(way, noise);
        colour = colour + (self.sun * bright) * edge * (1.0 - shade.0);
        colour = colour.mix(shade.1, shade.0);
        // Everything low in the sky stands behind much air.
        let low = (-way.1.max(0.0) * 14.0).exp();
        colour.mix(self.air(way), low * 0.8)
    }

    /// How much cloud stands in a direction, and its colour.
    fn clouds(&self, way: Vec3, noise: Noise) -> (f32, Vec3) {
        if way.1 < 0.012 {
            return (0.0, Vec3::default());
        }
        // Clouds on a shell about the earth: they crowd towards the horizon without end.
        let far = 1.0 / (way.1 + 0.09);
        let (x, z) = (way.0 * far, way.2 * far);
        let density = |x: f32, z: f32| {
            let bend = noise.fbm(x * 0.9 + 20.0, z * 0.9, 2);
            let body = noise.fbm(x * 0.8 + bend * 0.45, z * 1.15 + bend * 0.45 + 5.0, 6);
            body + (self.cover - 0.5) * 0.9
        };
        let here = density(x, z);
        let thick = smoothstep(0.0, 0.42, here);
        let fibres = noise.fbm(x * 0.55 + z * 0.4 + 40.0, z * 2.2 - x * 0.9, 5);
        let veil = 0.35 * smoothstep(0.05, 0.55, fibres) * smoothstep(0.1, 0.3, way.1);
        let cover = (thick * 0.96 + veil * (1.0 - thick)).min(1.0) * smoothstep(0.012, 0.05, way.1);
        if cover <= 0.002 {
            return (0.0, Vec3::default());
        }
        let flat = (self.to.0 * self.to.0 + self.to.2 * self.to.2).sqrt().max(0.05);
        let (sx, sz) = (self.to.0 / flat, self.to.2 / flat);
        let toward = density(x + sx * 0.16, z + sz * 0.16);
        let lit = (0.62 + (here - toward) * 2.4 - thick * 0.32).clamp(0.06, 1.0);
        let near = way.dot(self.to).max(0.0);
        let rim = near.powi(10) * (1.0 - thick) * 1.1;
        let under = self.ambient.mix(self.horizon, 0.42) * (0.95 * self.dark.sqrt());
        let sunny = self.sun * (0.30 * lit) + self.glow * (rim + 0.18 * near.powi(3));
        let colour = under * (1.0 - 0.42 * thick) + sunny * if self.night { 0.8 } else { 1.0 };
        (cover, colour * self.dark.mul_add(0.5, 0.5))
    }
}

/// Stars in a direction.
fn stars(way: Vec3) -> Vec3 {
    let (a, b) = (way.0 / (way.2.abs() + 0.2) * 170.0, way.1 / (way.2.abs() + 0.2) * 170.0);
    let (ix, iy) = (a.floor(), b.floor());
    let (i, j) = (ix as i32, iy as i32);
    let bright = unit(i, j, 91);
    if bright < 0.88 {
        return Vec3::default();
    }
    let (cx, cy) = (0.2 + 0.6 * unit(i, j, 92), 0.2 + 0.6 * unit(i, j, 93));
    let d = ((a - ix - cx).powi(2) + (b - iy - cy).powi(2)).sqrt();
    let size = ((bright - 0.88) / 0.12).powi(6);
    let shine = smoothstep(0.16 + 0.12 * size, 0.0, d) * (0.12 + 1.3 * size);
    Vec3(0.9, 0.95, 1.0).mix(Vec3(1.0, 0.85, 0.7), unit(i, j, 94)) * shine
}
