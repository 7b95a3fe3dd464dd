//! The ground as a ray meets it: the field, and what is too fine for it.

use super::field::Field;
use super::light::Vec3;
use super::noise::{Noise, smoothstep};
use super::words::Land;

/// A point of the ground as a ray meets it.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    pub(super) x: f32,
    pub(super) z: f32,
    /// From the viewer to it.
    pub(super) way: Vec3,
    /// Metres that a pixel covers there.
    pub(super) pixel: f32,
}

impl Field {
    /// The height of the ground with what is too fine for the field, and its slope to the right and away;
    /// `pixel` is what is not seen any more.
    pub(super) fn ground(&self, x: f32, z: f32, pixel: f32) -> (f32, f32, f32) {
        let base = Field::smooth(&self.height, x, z);
        let step = 4.0;
        let right = Field::smooth(&self.height, x + step, z);
        let away = Field::smooth(&self.height, x, z + step);
        let (detail, dx, dz) = self.detail(x, z, pixel);
        (base + detail, (right - base) / step + dx, (away - base) / step + dz)
    }

    /// What is too fine for the field, and its slope.
    pub(super) fn detail(&self, x: f32, z: f32, pixel: f32) -> (f32, f32, f32) {
        let steep = Field::read(&self.steep, x, z);
        let (rough, least) = match self.plan.land {
            Land::Dunes => (0.02, 0.012),
            Land::Hills | Land::Islands => (0.26, 0.035),
            Land::Canyon => (0.3, 0.05),
            Land::Mountains | Land::Coast => (0.42, 0.07),
        };
        let amount = least + rough * smoothstep(0.12, 0.85, steep);
        // Sharp where it is steep, round where soil lies.
        let sharp = steep.min(1.0);
        let round = (1.0 - sharp) * 0.5;
        let (mut sum, mut right, mut away) = (0.0, 0.0, 0.0);
        let mut length = 41.0;
        // Each octave is turned against the one before.
        let (mut cos, mut sin) = (1.0f32, 0.0f32);
        let noise = Noise(self.noise.0 ^ 0x51);
        while length > pixel * 1.6 && length > 0.8 {
            let (px, pz) = (cos * x - sin * z, sin * x + cos * z);
            let (n, nx, nz) = noise.with_slope(px / length, pz / length);
            let grows = amount * (round - n.signum() * sharp);
            sum += length * amount * (n * round + (0.35 - n.abs()) * sharp);
            right += grows * (cos * nx + sin * nz);
            away += grows * (cos * nz - sin * nx);
            length *= 0.46;
            (cos, sin) = (0.8 * cos - 0.6 * sin, 0.6 * cos + 0.8 * sin);
        }
        (sum, right, away)
    }
}
