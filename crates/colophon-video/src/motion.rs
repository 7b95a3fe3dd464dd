//! Where a layer is at a time: its motions, its entrance and the camera, as pure functions.

use std::f32::consts::{PI, TAU};

use colophon_scene::layers::{Entrance, Layer, Motion};

/// What of a layer decides how it moves: all but its paint.
#[derive(Clone, Debug)]
pub(crate) struct Mover {
    /// Upper left corner at rest.
    pub(crate) at: (f32, f32),
    /// Width and height of the paint as given.
    pub(crate) size: (f32, f32),
    /// 0…1.
    pub(crate) depth: f32,
    motion: Vec<Motion>,
    entrance: Entrance,
}

impl Mover {
    /// The mover of a layer.
    pub(crate) fn of(layer: &Layer) -> Self {
        Self {
            at: (sane(layer.x, -1e5, 1e5), sane(layer.y, -1e5, 1e5)),
            size: (layer.image.width as f32, layer.image.height as f32),
            depth: sane(layer.depth, 0.0, 2.0),
            motion: layer.motion.clone(),
            entrance: layer.entrance,
        }
    }

    /// Whether it stays where it is but for the camera.
    pub(crate) fn is_still(&self) -> bool {
        self.motion.is_empty() && self.entrance == Entrance::None
    }

    /// Whether it tiles sideways.
    pub(crate) fn wraps(&self) -> bool {
        self.motion.iter().any(|m| matches!(m, Motion::Drift { wrap: true, .. }))
    }
}

/// The place and shape of a layer at one moment, relative to its place at rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    /// Shift in pixels, right and down.
    pub(crate) shift: (f32, f32),
    /// How far the top edge leans to the right, in pixels, bending as a stem does.
    pub(crate) lean: f32,
    /// How far the top edge tilts to the right, in pixels, straight.
    pub(crate) tilt: f32,
    /// Height scale about the base.
    pub(crate) stretch: f32,
    /// Scale of width and height about the middle of the base (a layer popping up).
    pub(crate) scale: f32,
    /// Opacity, 0…1.
    pub(crate) opacity: f32,
}

impl Pose {
    /// At rest.
    pub(crate) const REST: Self =
        Self { shift: (0.0, 0.0), lean: 0.0, tilt: 0.0, stretch: 1.0, scale: 1.0, opacity: 1.0 };
}

/// `v` within `low…high`, or `low` where it is not a number.
pub(crate) fn sane(v: f32, low: f32, high: f32) -> f32 {
    if v.is_nan() { low.max(0.0f32.min(high)) } else { v.clamp(low, high) }
}

/// Slow start and slow end, never standing still: for cameras.
pub(crate) fn glide(u: f32) -> f32 {
    let u = u.clamp(0.0, 1.0);
    0.45 * u + 0.55 * (0.5 - 0.5 * (PI * u).cos())
}

/// Fast start, soft end.
pub(crate) fn ease_out(u: f32) -> f32 {
    1.0 - (1.0 - u.clamp(0.0, 1.0)).powi(3)
}

/// As [`ease_out`], going a little past the end and back.
pub(crate) fn overshoot(u: f32, amount: f32) -> f32 {
    let v = u.clamp(0.0, 1.0) - 1.0;
    1.0 + v * v * ((amount + 1.0) * v + amount)
}

/// One full wave of `period` seconds, −1…1.
fn wave(t: f32, period: f32, phase: f32) -> f32 {
    let period = sane(period, 0.05, 3600.0);
    (TAU * (t / period).fract() + sane(phase, -1e4, 1e4)).sin()
}

/// The pose of a layer `t` seconds into a scene of `seconds`.
pub(crate) fn pose(layer: &Mover, t: f32, seconds: f32, frame: (f32, f32)) -> Pose {
    let mut pose = Pose::REST;
    for motion in &layer.motion {
        match *motion {
            Motion::Drift { dx, dy, .. } => {
                pose.shift.0 += sane(dx, -4000.0, 4000.0) * t;
                pose.shift.1 += sane(dy, -4000.0, 4000.0) * t;
            }
            Motion::Sway { amplitude, period, phase } => {
                // Two waves whose periods do not agree: wind never repeats.
                let gust = 0.72 * wave(t, period, phase) + 0.28 * wave(t, period * 0.437, phase * 1.7 + 1.0);
                pose.lean += sane(amplitude, -400.0, 400.0) * gust;
            }
            Motion::Bob { amplitude, period, phase } => {
                let amplitude = sane(amplitude, -400.0, 400.0);
                pose.shift.1 += amplitude * wave(t, period, phase);
                pose.tilt += 0.9 * amplitude * wave(t, period, phase + 1.2);
            }
            Motion::Breathe { amount, period, phase } => {
                pose.stretch *= 1.0 + sane(amount, -0.3, 0.3) * wave(t, period, phase);
            }
            Motion::Twinkle { low, period, phase } => {
                let low = sane(low, 0.0, 1.0);
                pose.opacity *= low + (1.0 - low) * (0.5 + 0.5 * wave(t, period, phase));
            }
            Motion::Travel { dx } => {
                pose.shift.0 += sane(dx, -8000.0, 8000.0) * (t / seconds.max(0.1) - 0.5);
            }
        }
    }
    enter(&mut pose, layer, t, frame);
    pose
}

/// Works the entrance into a pose.
fn enter(pose: &mut Pose, layer: &Mover, t: f32, frame: (f32, f32)) {
    let height = layer.size.1;
    let since = |delay: f32, takes: f32| ((t - sane(delay, 0.0, 600.0)) / takes).clamp(0.0, 1.0);
    match layer.entrance {
        Entrance::None => {}
        Entrance::Rise { delay } => {
            let u = since(delay, 0.8);
            pose.shift.1 += (1.0 - overshoot(u, 0.9)) * (height * 0.6).min(frame.1 * 0.5);
            pose.opacity *= (u * 3.0).min(1.0);
        }
        Entrance::Slide { delay, side } => {
            let u = since(delay, 0.95);
            let x = layer.at.0;
            let way = if side < 0.0 { -(x + layer.size.0) } else { frame.0 - x };
            let way = if side < 0.0 { way.min(0.0) } else { way.max(0.0) };
            pose.shift.0 += (1.0 - ease_out(u)) * way;
        }
        Entrance::Pop { delay } => {
            let u = since(delay, 0.6);
            pose.scale *= overshoot(u, 1.6).max(0.0);
            if u <= 0.0 {
                pose.opacity = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_scene::layers::Blend;
    use colophon_types::Raster;

    fn layer(motion: Vec<Motion>, entrance: Entrance) -> Mover {
        Mover::of(&Layer {
            name: "x".into(),
            image: Raster::filled(50, 80, [0; 4]),
            x: 100.0,
            y: 100.0,
            depth: 0.5,
            blend: Blend::Over,
            opacity: 1.0,
            motion,
            entrance,
        })
    }

    #[test]
    fn entrances_end_at_rest() {
        for entrance in [
            Entrance::Rise { delay: 0.3 },
            Entrance::Slide { delay: 0.3, side: -1.0 },
            Entrance::Slide { delay: 0.3, side: 1.0 },
            Entrance::Pop { delay: 0.3 },
        ] {
            let layer = layer(vec![], entrance);
            assert_ne!(pose(&layer, 0.1, 5.0, (1280.0, 720.0)), Pose::REST, "{entrance:?}");
            let end = pose(&layer, 1.4, 5.0, (1280.0, 720.0));
            assert!((end.scale - 1.0).abs() < 1e-4 && end.shift.0.abs() + end.shift.1.abs() < 1e-2);
        }
    }

    #[test]
    fn a_traveller_is_in_place_in_the_middle() {
        let layer = layer(vec![Motion::Travel { dx: 300.0 }], Entrance::None);
        assert_eq!(pose(&layer, 2.0, 4.0, (1280.0, 720.0)).shift.0, 0.0);
        assert_eq!(pose(&layer, 0.0, 4.0, (1280.0, 720.0)).shift.0, -150.0);
    }

    #[test]
    fn numbers_that_are_none_do_no_harm() {
        let nan = f32::NAN;
        let motions = vec![
            Motion::Drift { dx: nan, dy: f32::INFINITY, wrap: true },
            Motion::Sway { amplitude: nan, period: 0.0, phase: nan },
            Motion::Bob { amplitude: f32::NEG_INFINITY, period: nan, phase: 0.0 },
            Motion::Breathe { amount: nan, period: -1.0, phase: f32::INFINITY },
            Motion::Twinkle { low: nan, period: nan, phase: nan },
            Motion::Travel { dx: nan },
        ];
        let p = pose(&layer(motions, Entrance::Slide { delay: nan, side: nan }), 1.0, nan, (1280.0, 720.0));
        let all = [p.shift.0, p.shift.1, p.lean, p.tilt, p.stretch, p.scale, p.opacity];
        assert!(all.iter().all(|v| v.is_finite()), "{p:?}");
    }
}
