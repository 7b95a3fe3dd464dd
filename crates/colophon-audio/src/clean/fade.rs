//! Fades.

use colophon_types::Pcm;

/// Raises the sound from silence at its start and lets it fall to silence at its end, along half a cosine.
/// Fades that would meet are shortened to half the sound each.
pub fn fade(sound: &mut Pcm, start: f64, end: f64) {
    let total = sound.samples.len();
    let length = |seconds: f64| ((seconds.max(0.0) * f64::from(sound.rate)).round() as usize).min(total / 2);
    let curve = |i: usize, n: usize| {
        let x = (i as f64 + 0.5) / n as f64;
        (0.5 - 0.5 * (std::f64::consts::PI * x).cos()) as f32
    };
    let (start, end) = (length(start), length(end));
    for (i, x) in sound.samples.iter_mut().take(start).enumerate() {
        *x *= curve(i, start);
    }
    for (i, x) in sound.samples.iter_mut().rev().take(end).enumerate() {
        *x *= curve(i, end);
    }
}
