//! Music: a prompt becomes a plan, the plan a score, the score sound.
//!
//! [`prompt`] reads what is wished for in English or Chinese; [`plan`] decides style, key, tempo, metre,
//! form and chords by rules; [`rnn`] plays the melody with its expression (PerformanceRNN), held to the
//! plan's scale and chords; the parts (chords, bass, drums) follow the style's tables in [`styles`];
//! [`render`](Player) plays the score with a soundfont. Everything follows from the brief and the seed.

mod arrange;
mod melody;
pub mod midi;
mod parts;
pub mod plan;
pub mod prompt;
mod render;
pub mod rnn;
pub mod score;
mod soundfont;
mod style;
pub mod styles;
#[cfg(test)]
mod tests;
pub mod theory;

use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Seed};

pub use plan::{Brief, Plan};
pub use render::{Performance, RATE};
pub use rnn::PerformanceRnn;
pub use score::{Note, Score, TempoMap, Track};
pub use soundfont::SoundBank;
pub use style::{Group, Instrument, Metre, Style};

use crate::AudioError;

/// The name that receipts give for the rules.
pub const RULES: &str = "colophon-music/1";

/// Where the models of music lie.
#[derive(Clone, Debug)]
pub struct MusicModels {
    /// Folder of `performance-rnn`.
    pub rnn: PathBuf,
    /// A soundfont file, SF2 or SF3.
    pub soundfont: PathBuf,
}

/// Composes.
pub struct Composer {
    rnn: PerformanceRnn,
}

impl Composer {
    /// Loads the network.
    ///
    /// # Errors
    /// [`AudioError::Model`].
    pub fn open(models: &MusicModels) -> Result<Self, AudioError> {
        Ok(Self { rnn: PerformanceRnn::load(&models.rnn.join("performancernn_pretrained.pt"))? })
    }

    /// Composes what a brief asks for. The same brief and seed give the same score.
    ///
    /// # Errors
    /// [`AudioError::Music`] for a brief that cannot be followed; [`AudioError::Cancelled`].
    pub fn compose(&self, brief: &Brief, seed: Seed, cancel: &Cancel) -> Result<Score, AudioError> {
        let plan = Plan::new(brief, seed)?;
        arrange::arrange(plan, &self.rnn, seed, cancel)
    }

    /// Music for a film: of its length, with new sections (or accents) at its cuts, both in seconds.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn fit(
        &self,
        prompt: &str,
        seconds: f64,
        cuts: &[f64],
        seed: Seed,
        cancel: &Cancel,
    ) -> Result<Score, AudioError> {
        let brief = Brief { cuts: cuts.to_vec(), ..Brief::new(prompt, seconds) };
        self.compose(&brief, seed, cancel)
    }
}

/// Plays scores.
pub struct Player {
    bank: SoundBank,
}

impl Player {
    /// Reads the soundfont.
    ///
    /// # Errors
    /// [`AudioError::Model`].
    pub fn open(soundfont: &Path) -> Result<Self, AudioError> {
        Ok(Self { bank: SoundBank::open(soundfont)? })
    }

    /// Plays a score with up to `threads` threads: 48 kHz, −16 LUFS, at most −1 dBTP, of exactly the
    /// score's length.
    ///
    /// # Errors
    /// [`AudioError`]: a soundfont without the instruments, or a stop.
    pub fn perform(
        &self,
        score: &Score,
        seed: Seed,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Performance, AudioError> {
        render::perform(score, &self.bank, seed, threads, cancel)
    }
}
