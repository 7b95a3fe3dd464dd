//! The layered picture: painted layers with depth and motion; the seam between drawing and film.

use colophon_types::Raster;

pub use crate::render::particles::Particles;

/// How a layer is laid over those behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blend {
    /// Source over.
    Over,
    /// Added: light, glow.
    Add,
    /// Multiplied: shade.
    Multiply,
}

/// One way in which a layer moves. Lengths in pixels of the frame, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Motion {
    /// Constant drift, pixels a second; wraps round at the layer's own width when `wrap`.
    Drift {
        /// Pixels a second to the right.
        dx: f32,
        /// Pixels a second down.
        dy: f32,
        /// Start again at the other side (the layer tiles horizontally).
        wrap: bool,
    },
    /// Shear from the base, as a tree in the wind: the top moves by `amplitude`.
    Sway {
        /// Pixels at the top edge.
        amplitude: f32,
        /// Seconds a cycle.
        period: f32,
        /// Radians.
        phase: f32,
    },
    /// Up and down with a slight roll, as a boat.
    Bob {
        /// Pixels.
        amplitude: f32,
        /// Seconds a cycle.
        period: f32,
        /// Radians.
        phase: f32,
    },
    /// Grows and shrinks about its base, as a breathing figure.
    Breathe {
        /// Relative height change, e.g. 0.012.
        amount: f32,
        /// Seconds a cycle.
        period: f32,
        /// Radians.
        phase: f32,
    },
    /// Opacity between `low` and 1, as a star or a lit window.
    Twinkle {
        /// Lowest opacity.
        low: f32,
        /// Seconds a cycle.
        period: f32,
        /// Radians.
        phase: f32,
    },
    /// Travels across the frame during the scene: bird, car, walker. Starts `dx` pixels off its
    /// place and is in place in the middle of the scene.
    Travel {
        /// Pixels over the whole scene, positive to the right.
        dx: f32,
    },
}

/// How a layer comes in at the start of a scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entrance {
    /// There from the start.
    None,
    /// Rises from below and settles.
    Rise {
        /// Seconds after the scene begins.
        delay: f32,
    },
    /// Slides in from the left (−1) or the right (+1).
    Slide {
        /// Seconds after the scene begins.
        delay: f32,
        /// −1 from the left, +1 from the right.
        side: f32,
    },
    /// Scales up from its base with a small overshoot, as a pop-up book.
    Pop {
        /// Seconds after the scene begins.
        delay: f32,
    },
}

/// One painted layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it is: `sky`, `ridge 2`, `fox`…
    pub name: String,
    /// The paint. May be smaller or larger than the frame; full-width layers are 12 % wider than
    /// the frame, so that parallax never shows an edge.
    pub image: Raster,
    /// Left edge at rest, in frame pixels (may be negative).
    pub x: f32,
    /// Top edge at rest, in frame pixels.
    pub y: f32,
    /// 0 at infinity (sky), 1 at the glass. Parallax shift = camera shift × depth.
    pub depth: f32,
    /// How it is laid over the others.
    pub blend: Blend,
    /// 0…1.
    pub opacity: f32,
    /// How it moves.
    pub motion: Vec<Motion>,
    /// How it comes in.
    pub entrance: Entrance,
}

/// A scene as layers, from back to front.
#[derive(Clone, Debug)]
pub struct LayeredScene {
    /// Frame width in pixels.
    pub width: u32,
    /// Frame height in pixels.
    pub height: u32,
    /// From back to front. The first covers the frame and is opaque.
    pub layers: Vec<Layer>,
    /// Weather in front of the layers.
    pub particles: Particles,
    /// Camera move over the scene: pixels by which a layer of depth 1 shifts from start to end
    /// (right, down). Kept within the 12 % margin by the renderer.
    pub camera: (f32, f32),
    /// Dominant dark and light colours (RGB), for captions and cards.
    pub palette: [[u8; 3]; 2],
}

impl Blend {
    /// Its name, as other programs have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Over => "normal",
            Self::Add => "add",
            Self::Multiply => "multiply",
        }
    }
}

impl Layer {
    /// The layer alone at rest, in a clear frame of this size.
    pub fn in_frame(&self, width: u32, height: u32) -> Raster {
        let mut frame = Raster::filled(width, height, [0; 4]);
        let (fw, fh) = (i64::from(width), i64::from(height));
        let (lw, lh) = (i64::from(self.image.width), i64::from(self.image.height));
        let (x0, y0) = (self.x.round() as i64, self.y.round() as i64);
        let (left, right) = (x0.clamp(0, fw), (x0 + lw).clamp(0, fw));
        for y in y0.clamp(0, fh)..(y0 + lh).clamp(0, fh) {
            let from = (((y - y0) * lw + (left - x0)) * 4) as usize;
            let to = ((y * fw + left) * 4) as usize;
            let bytes = ((right - left).max(0) * 4) as usize;
            frame.rgba[to..to + bytes].copy_from_slice(&self.image.rgba[from..from + bytes]);
        }
        frame
    }
}

impl LayeredScene {
    /// The still picture: the layers on top of each other, at rest, and the weather frozen.
    pub fn flatten(&self) -> Raster {
        let mut frame = self.flatten_dry();
        crate::render::particles::freeze(&mut frame, self.particles);
        frame
    }

    /// The layers on top of each other, at rest, without particles.
    pub fn flatten_dry(&self) -> Raster {
        let mut frame = Raster::filled(self.width, self.height, [0, 0, 0, 255]);
        for layer in &self.layers {
            blit(&mut frame, layer);
        }
        frame
    }

    /// The layers on top of each other, at rest, on nothing.
    pub fn flatten_clear(&self) -> Raster {
        let mut frame = Raster::filled(self.width, self.height, [0; 4]);
        for layer in &self.layers {
            blit(&mut frame, layer);
        }
        frame
    }
}

/// Lays one layer at rest over the frame, at whole pixels.
fn blit(frame: &mut Raster, layer: &Layer) {
    let (fw, fh) = (i64::from(frame.width), i64::from(frame.height));
    let (lw, lh) = (i64::from(layer.image.width), i64::from(layer.image.height));
    let (x0, y0) = (layer.x.round() as i64, layer.y.round() as i64);
    let opacity = (layer.opacity.clamp(0.0, 1.0) * 255.0).round() as u32;
    for y in y0.max(0)..(y0 + lh).min(fh) {
        for x in x0.max(0)..(x0 + lw).min(fw) {
            let s = (((y - y0) * lw + (x - x0)) * 4) as usize;
            let d = ((y * fw + x) * 4) as usize;
            let src = &layer.image.rgba[s..s + 4];
            let dst = &mut frame.rgba[d..d + 4];
            let below = u32::from(dst[3]);
            let alpha = u32::from(src[3]) * opacity / 255;
            for c in 0..3 {
                let s = u32::from(src[c]) * opacity / 255;
                let under = u32::from(dst[c]);
                dst[c] = match layer.blend {
                    Blend::Over => s + under * (255 - alpha) / 255,
                    Blend::Add => (s + under).min(255),
                    Blend::Multiply => under * (255 - alpha + s) / 255,
                }
                .min(255) as u8;
            }
            // Light and shade lie on what is there.
            dst[3] = match layer.blend {
                Blend::Over => alpha + below * (255 - alpha) / 255,
                Blend::Add => below.max(u32::from(dst[0].max(dst[1]).max(dst[2]))),
                Blend::Multiply => below,
            }
            .min(255) as u8;
        }
    }
}
