//! Vocoders: from a log-mel spectrum to sound.
//!
//! [`WaveNet`] (van den Oord et al. 2016) draws one sample after the other; [`MelGan`] (Kumar et al.
//! 2019) makes a whole stretch at once. Each has the spectrum that it was trained on; [`revoice`] takes
//! a sound apart into that spectrum and makes it anew, which shows what a vocoder can and cannot do.

mod engine;
mod lpc;
mod melgan;
mod spectrum;
mod wavenet;

use colophon_types::{Cancel, Pcm, Seed};

pub use engine::Vocoder;
pub use melgan::MelGan;
pub use spectrum::{Analysis, Edges, Mel};
pub use wavenet::{BUILT_IN, Drawing, WaveNet};

use crate::{AudioError, mix};

/// Longest sound that is made anew, in seconds.
pub const LONGEST: f64 = 3600.0;

/// Copy synthesis: a sound is brought to the vocoder's rate, taken apart into its log-mel spectrum, and
/// made anew; the phase is the vocoder's own. What comes back is as long and as loud as what went in
/// (the same power over the whole), at the vocoder's rate.
///
/// # Errors
/// For a sound that is empty, longer than [`LONGEST`], or not finite; when the engine fails or `cancel`
/// is set.
pub fn revoice(
    vocoder: &mut dyn Vocoder,
    sound: &Pcm,
    seed: Seed,
    cancel: &Cancel,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Pcm, AudioError> {
    let problem = |problem: String| AudioError::Sound { problem };
    if sound.samples.is_empty() {
        return Err(problem("it is empty".into()));
    }
    if sound.seconds() > LONGEST {
        return Err(problem(format!("it is longer than {} minutes", LONGEST / 60.0)));
    }
    if sound.samples.iter().any(|x| !x.is_finite()) {
        return Err(problem("it holds samples that are no numbers".into()));
    }
    let sound = mix::resample(sound, vocoder.sample_rate())?;
    let mel = vocoder.analysis().log_mel(&sound.samples, cancel)?;
    let mut made = vocoder.synthesise(&mel, seed, cancel, tell)?;
    made.samples.truncate(sound.samples.len());
    let power = |x: &[f32]| x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>();
    let (before, after) = (power(&sound.samples), power(&made.samples));
    if before > 0.0 && after > 0.0 {
        let gain = (before / after).sqrt().min(8.0) as f32;
        made.samples.iter_mut().for_each(|x| *x *= gain);
    }
    Ok(made)
}
