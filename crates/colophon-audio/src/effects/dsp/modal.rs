//! Modal synthesis: what is struck rings as a sum of decaying sinusoids.

use super::Signal;
use super::resonator::{Mode, Resonator};

/// Modes struck at once, ringing until the longest is 80 dB down (at most `longest` seconds).
pub(in crate::effects) fn ring(rate: f32, modes: &[Mode], longest: f32) -> Signal {
    let t60 = modes.iter().fold(0f32, |t, m| t.max(m.t60));
    let mut out = Signal::silence(rate, (t60 * 1.33).clamp(0.01, longest));
    for mode in modes {
        let Some(mut resonator) = Resonator::impulse(mode, rate) else { continue };
        let count = ((mode.t60 * 1.5 * rate) as usize).min(out.x.len());
        let mut strike = 1.0;
        for x in &mut out.x[..count] {
            *x += resonator.next(strike);
            strike = 0.0;
        }
    }
    out.fade(0.0, 0.01)
}

/// Modes struck by something soft or hard: the blow is half a sine of `contact` seconds, which
/// leaves out the modes above about `1 / contact` hertz.
pub(in crate::effects) fn strike(rate: f32, modes: &[Mode], contact: f32, longest: f32) -> Signal {
    let softened: Vec<Mode> = modes
        .iter()
        .map(|m| {
            // The spectrum of half a sine: cos(πfT) / (1 − 4f²T²).
            let u = m.hertz * contact;
            let weight = 1.0 / (1.0 + (2.0 * u) * (2.0 * u));
            Mode { gain: m.gain * weight, ..*m }
        })
        .collect();
    ring(rate, &softened, longest)
}

/// The modes of a free bar of the given lowest frequency: 1 : 2.757 : 5.404 : 8.933 : 13.34, each
/// decaying faster than the one below.
pub(in crate::effects) fn bar(hertz: f32, t60: f32, damping: f32) -> Vec<Mode> {
    [1.0, 2.757, 5.404, 8.933, 13.344]
        .iter()
        .enumerate()
        .map(|(i, ratio)| {
            let i = i as f32;
            Mode::new(hertz * ratio, t60 / (1.0 + damping * i), 1.0 / (1.0 + 0.8 * i))
        })
        .collect()
}
