//! Times: when each sentence is spoken and shown.

use crate::Pcm;

/// A line of captions.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Caption {
    /// Seconds from the start of the film.
    pub start: f64,
    /// Seconds from the start of the film.
    pub end: f64,
    /// The words.
    pub text: String,
}

/// One spoken sentence.
#[derive(Clone, Debug)]
pub struct SpokenSentence {
    /// The words, as shown.
    pub text: String,
    /// The sound, with silence trimmed from both ends.
    pub sound: Pcm,
}

/// The narration of one scene.
#[derive(Clone, Debug)]
pub struct SpokenScene {
    /// Its sentences, in order.
    pub sentences: Vec<SpokenSentence>,
}
