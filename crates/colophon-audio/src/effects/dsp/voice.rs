//! Voices of people and animals: a glottal source through moving formants.

use super::filter::Swept;
use super::{Dice, Glide, Signal, saw, white};

/// A resonance of a vocal tract.
#[derive(Clone, Copy, Debug)]
pub(in crate::effects) struct Formant {
    /// Centre in hertz.
    pub(in crate::effects) hertz: f32,
    /// Width in hertz.
    pub(in crate::effects) width: f32,
    /// Amplitude.
    pub(in crate::effects) gain: f32,
}

/// Three formants.
pub(in crate::effects) type Vowel = [Formant; 3];

/// A vowel by its three formants; widths and levels as is usual for an open mouth.
impl Formant {
    pub(in crate::effects) fn vowel(a: f32, b: f32, c: f32) -> Vowel {
        [
            Self { hertz: a, width: 0.12 * a + 30.0, gain: 1.0 },
            Self { hertz: b, width: 0.09 * b + 30.0, gain: 0.55 },
            Self { hertz: c, width: 0.08 * c + 40.0, gain: 0.28 },
        ]
    }
}

/// A voice of `seconds`: `pitch` in hertz and the place between two vowels (0…1) are functions of
/// the time; `breath` is the share of noise in the source, `rough` the jitter of the pitch.
#[allow(clippy::too_many_arguments, reason = "a voice has that many sides, and each call names them")]
pub(in crate::effects) fn voice(
    rate: f32,
    seconds: f32,
    dice: Dice,
    mut pitch: impl FnMut(f32) -> f32,
    vowels: (&Vowel, &Vowel),
    mut between: impl FnMut(f32) -> f32,
    breath: f32,
    rough: f32,
) -> Signal {
    let mut shake = Glide::new(dice.part("shake"), (0.004, 0.02), rate);
    let source = saw(rate, seconds, |t| pitch(t) * (1.0 + rough * (2.0 * shake.next() - 1.0))).low(2500.0);
    let air = white(rate, seconds, dice.part("air")).gain(0.35);
    let mut bank = [0, 1, 2].map(|i| {
        let f: Formant = vowels.0[i];
        Swept::new(f.hertz / f.width.max(1.0))
    });
    let mut gains = [0f32; 3];
    let mut at = 0;
    let step = 1.0 / rate;
    let mut air = air.x.into_iter();
    source.shape(|t, x| {
        if at % 32 == 0 {
            let w = between(t).clamp(0.0, 1.0);
            for (i, filter) in bank.iter_mut().enumerate() {
                let (a, b) = (vowels.0[i], vowels.1[i]);
                filter.tune(a.hertz + w * (b.hertz - a.hertz), 1.0 / step);
                gains[i] = a.gain + w * (b.gain - a.gain);
            }
        }
        at += 1;
        let drive = x * (1.0 - breath) + breath * air.next().unwrap_or(0.0);
        bank.iter_mut().zip(gains).map(|(f, g)| g * f.next(drive).1).sum::<f32>()
    })
}
