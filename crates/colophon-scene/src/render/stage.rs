//! The stage: the frame's units, and planes, the sheets of painted paper that stand one behind
//! another in it.
//!
//! Drawing units: the frame is 1000 units high. `x` 0 is the left edge of a full-width plane,
//! which begins [`Frame::margin`] left of the frame.

use colophon_types::Seed;

use super::brush::Sketch;
use super::palette::Palette;
use super::treatment::Treatment;
use crate::graph::Scene;
use crate::layers::{Blend, Entrance, Motion};

/// How much wider than the frame full-width layers are.
pub(crate) const OVERSCAN: f32 = 1.14;

/// Sizes of the frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Pixels.
    pub(crate) px: (u32, u32),
    /// Pixels a unit.
    pub(crate) scale: f32,
    /// Visible width in units.
    pub(crate) width: f32,
    /// Width of full-width planes in units.
    pub(crate) full: f32,
    /// Units by which full-width planes reach out on each side.
    pub(crate) margin: f32,
    /// Size of things relative to the frame's height: 1, less in tall frames.
    pub(crate) k: f32,
}

impl Frame {
    /// The frame of a picture of so many pixels.
    pub(crate) fn new(px: (u32, u32)) -> Self {
        let scale = px.1 as f32 / 1000.0;
        let width = px.0 as f32 / scale;
        // Whole pixels, so that tiling layers meet exactly.
        let full = (px.0 as f32 * OVERSCAN).ceil() / scale;
        let margin = ((full - width) / 2.0 * scale).floor() / scale;
        Self { px, scale, width, full, margin, k: (width / 1250.0).clamp(0.4, 1.0).powf(0.7) }
    }

    /// Units of a full-width plane from a fraction of the frame's width.
    pub(crate) fn x(&self, fraction: f32) -> f32 {
        self.margin + fraction * self.width
    }
}

/// Everything a backdrop needs to know.
pub(crate) struct Stage<'a> {
    /// What to draw.
    pub(crate) scene: &'a Scene,
    /// Sizes.
    pub(crate) frame: Frame,
    /// Colours and light.
    pub(crate) palette: Palette,
    /// Treatment.
    pub(crate) treatment: Treatment,
    /// Horizon in units from the top.
    pub(crate) horizon: f32,
}

impl Stage<'_> {
    /// The source of randomness of a part.
    pub(crate) fn rng(&self, part: &str) -> Seed {
        Seed(self.scene.seed).derive(part)
    }
}

/// A sheet of painted paper across the frame.
pub(crate) struct Plane {
    /// Name of the layer.
    pub(crate) name: String,
    /// The paint.
    pub(crate) sketch: Sketch,
    /// Depth, 0 far, 1 near.
    pub(crate) depth: f32,
    /// Order from back to front; objects go by their baseline in units.
    pub(crate) key: f32,
    /// Topmost unit with paint (what lies above is cut off).
    pub(crate) top: f32,
    /// Blending.
    pub(crate) blend: Blend,
    /// Strength of the shadow that the sheet throws on what is behind it, 0…1.
    pub(crate) shadow: f32,
    /// Strength of the light along its upper edge, 0…1.
    pub(crate) rim: f32,
    /// Softness in units.
    pub(crate) blur: f32,
    /// Motion.
    pub(crate) motion: Vec<Motion>,
    /// Entrance.
    pub(crate) entrance: Entrance,
}

impl Plane {
    /// A sheet with the usual shadow and rim.
    pub(crate) fn new(name: &str, sketch: Sketch, depth: f32, key: f32, top: f32) -> Self {
        Self {
            name: name.to_owned(),
            sketch,
            depth,
            key,
            top,
            blend: Blend::Over,
            shadow: 0.5,
            rim: 0.5,
            blur: 0.0,
            motion: Vec::new(),
            entrance: Entrance::None,
        }
    }

    /// Without shadow or rim: air, light, haze.
    pub(crate) fn airy(mut self) -> Self {
        self.shadow = 0.0;
        self.rim = 0.0;
        self
    }

    /// Added light.
    pub(crate) fn light(mut self) -> Self {
        self.blend = Blend::Add;
        self.airy()
    }

    /// With a motion.
    pub(crate) fn moving(mut self, motion: Motion) -> Self {
        self.motion.push(motion);
        self
    }
}
