//! How a sound is wanted, and why it cannot be had.

use std::path::PathBuf;

use crate::AudioError;

/// Longest sound, in seconds: three days.
pub const LONGEST: f64 = 3.0 * 86_400.0;

/// How a sound is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Samples a second; `None` for those of the file.
    pub rate: Option<u32>,
    /// 1 or 2.
    pub channels: usize,
    /// The program ffmpeg.
    pub ffmpeg: PathBuf,
}

impl Wanted {
    /// Mono at a rate, with the ffmpeg of the search path.
    pub fn mono(rate: u32) -> Self {
        Self { rate: Some(rate), channels: 1, ffmpeg: "ffmpeg".into() }
    }

    /// The same in two channels.
    pub fn stereo(self) -> Self {
        Self { channels: 2, ..self }
    }
}

pub(super) fn unusable(problem: impl Into<String>) -> AudioError {
    AudioError::Sound { problem: problem.into() }
}
