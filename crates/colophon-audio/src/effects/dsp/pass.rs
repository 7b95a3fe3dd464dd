//! Something that goes past: Doppler shift, level and direction along a straight line.

use super::{Signal, pan};

/// The speed of sound in metres a second.
const SOUND: f32 = 343.0;

/// A straight way past the listener, from the left to the right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::effects) struct Pass {
    /// Metres a second; negative from the right to the left.
    pub(in crate::effects) speed: f32,
    /// Metres at the nearest point.
    pub(in crate::effects) nearest: f32,
}

/// Left and right of a source that passes in the middle of its length. The delay from source to
/// listener moves with the distance, which shifts the pitch by itself.
pub(in crate::effects) fn pass_by(source: &Signal, way: Pass) -> (Signal, Signal) {
    let rate = source.rate;
    let middle = source.seconds() / 2.0;
    let distance = |t: f32| (way.nearest.powi(2) + (way.speed * (t - middle)).powi(2)).sqrt();
    // The first delay is left out: the sound begins at once.
    let least = distance(0.0);
    let (mut left, mut right) = (source.clone(), source.clone());
    for i in 0..source.x.len() {
        let t = i as f32 / rate;
        // What is heard now was sent when the source was elsewhere: te + d(te) / c = t + d(0) / c. The
        // iteration contracts by v / c.
        let mut sent = t;
        for _ in 0..6 {
            sent = t - (distance(sent) - least) / SOUND;
        }
        let far = distance(sent);
        let at = sent * rate;
        let x = between(&source.x, at) * way.nearest / far;
        let (l, r) = pan(0.95 * way.speed * (sent - middle) / far);
        left.x[i] = l * x;
        right.x[i] = r * x;
    }
    (left, right)
}

/// The value between samples, by a cubic (Catmull-Rom).
fn between(x: &[f32], at: f32) -> f32 {
    let n = x.len();
    let at = at.clamp(0.0, n.saturating_sub(1) as f32);
    let i = at as usize;
    let f = at - i as f32;
    let y = |k: usize| x.get(k.min(n.saturating_sub(1))).copied().unwrap_or(0.0);
    let (a, b, c, d) = (y(i.saturating_sub(1)), y(i), y(i + 1), y(i + 2));
    b + 0.5 * f * (c - a + f * (2.0 * a - 5.0 * b + 4.0 * c - d + f * (3.0 * (b - c) + d - a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::dsp::tone;

    #[test]
    fn the_pitch_falls_as_it_passes() {
        let source = tone(48_000.0, 10.0, |_| 1000.0);
        let (left, right) = pass_by(&source, Pass { speed: 30.0, nearest: 5.0 });
        let crossings = |x: &[f32]| x.windows(2).filter(|w| w[0] < 0.0 && w[1] >= 0.0).count() as f32;
        let at = |s: f32| (s * 48_000.0) as usize;
        let before = crossings(&left.x[at(1.0)..at(2.0)]);
        let after = crossings(&right.x[at(8.0)..at(9.0)]);
        // f · c / (c ∓ v): 1096 Hz in front, 920 Hz behind.
        assert!((before - 1096.0).abs() < 4.0 && (after - 920.0).abs() < 4.0, "{before} {after}");
        let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
        assert!(power(&left.x[..at(4.0)]) > 4.0 * power(&right.x[..at(4.0)]));
        assert!(power(&right.x[at(6.0)..]) > 4.0 * power(&left.x[at(6.0)..]));
    }
}
