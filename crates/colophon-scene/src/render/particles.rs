//! Weather in a still: what the film renderer lets fall, frozen.

use std::f32::consts::TAU;

use colophon_types::{Raster, Seed};

use super::brush::{Fill, Sketch, hex};
use super::trees;

/// Falling or floating things, drawn by the film renderer in three depth bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particles {
    /// Nothing.
    None,
    /// Slanted streaks.
    Rain,
    /// Soft flakes.
    Snow,
    /// Slow motes of light.
    Motes,
    /// Drifting leaves or petals.
    Leaves,
    /// Rising bubbles.
    Bubbles,
}

/// Draws the particles over a picture.
pub(crate) fn freeze(frame: &mut Raster, kind: Particles) {
    let sketch = frozen(kind, frame.width, frame.height);
    sketch.paint(frame, 0.0, 0.0, frame.height as f32 / 1000.0);
}

/// The particles of a frame of so many pixels, in three depth bands.
pub(crate) fn frozen(kind: Particles, frame_width: u32, frame_height: u32) -> Sketch {
    let scale = frame_height as f32 / 1000.0;
    let width = frame_width as f32 / scale;
    let mut rng = Seed(u64::from(frame_width)).derive("weather");
    let mut s = Sketch::new();
    let counts = match kind {
        Particles::None => return s,
        Particles::Rain => [110, 70, 30],
        Particles::Snow => [110, 60, 18],
        Particles::Motes => [24, 14, 6],
        Particles::Leaves => [12, 8, 4],
        Particles::Bubbles => [22, 14, 6],
    };
    for (band, count) in counts.into_iter().enumerate() {
        let near = 0.5 + 0.5 * band as f32;
        for _ in 0..(count as f32 * width / 1778.0) as usize {
            let (x, y) = (rng.range(0.0, width), rng.range(0.0, 1000.0));
            match kind {
                Particles::None => {}
                Particles::Rain => {
                    let l = 26.0 * near * rng.range(0.8, 1.4);
                    let a = 0.16 + 0.12 * near;
                    s.line((x, y), (x - l * 0.14, y + l), 1.1 + 0.8 * near, Fill::a(hex(0xdbe9f6), a));
                }
                Particles::Snow => {
                    let r = (1.8 + 2.6 * near) * rng.range(0.7, 1.3);
                    s.circle(x, y, r, Fill::a(hex(0xffffff), 0.55 + 0.15 * near));
                }
                Particles::Motes => {
                    s.glow(x, y, 7.0 * near, hex(0xfff2c4), 0.55 * rng.range(0.4, 1.0));
                }
                Particles::Leaves => {
                    let c = hex([0xe0a03f, 0xc9603a, 0x9ab04a][(rng.next_f32() * 3.0) as usize % 3]);
                    trees::leaf(&mut s, x, y, 17.0 * near, rng.range(0.0, TAU), 0.24, c);
                }
                Particles::Bubbles => {
                    let r = 5.0 * near * rng.range(0.6, 1.4);
                    s.circle(x, y, r, Fill::a(hex(0xe8fbff), 0.2));
                    s.stroke(
                        &format!("M{:.1},{y:.1}a{r:.1},{r:.1} 0 1,1 {:.1},0", x - r, r * 2.0),
                        1.2,
                        Fill::a(hex(0xffffff), 0.6),
                    );
                }
            }
        }
    }
    s
}
