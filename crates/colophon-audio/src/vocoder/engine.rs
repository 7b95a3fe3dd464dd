//! What a vocoder does, whichever it is.

use colophon_types::{Cancel, Pcm, Seed};

use super::spectrum::{Analysis, Mel};
use crate::AudioError;

/// Makes sound from a log-mel spectrum. One vocoder serves one thread at a time.
pub trait Vocoder: Send {
    /// Name and version, for the receipt.
    fn engine_version(&self) -> String;

    /// The spectrum that it reads: also says rate and hop of what it makes.
    fn analysis(&self) -> Analysis;

    /// Samples a second, in hertz.
    fn sample_rate(&self) -> u32 {
        self.analysis().rate
    }

    /// Samples for each frame of the spectrum.
    fn hop(&self) -> usize {
        self.analysis().hop
    }

    /// Makes `frames × hop` samples. The same seed gives the same sound. `tell` hears of frames done and
    /// frames in all.
    ///
    /// # Errors
    /// When the spectrum has another number of bands or numbers that are not finite, the engine fails, or
    /// `cancel` is set.
    fn synthesise(
        &mut self,
        mel: &Mel,
        seed: Seed,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Pcm, AudioError>;
}
