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

/// One spoken word.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SpokenWord {
    /// The word as written, without the punctuation around it.
    pub text: String,
    /// Seconds from the start of the sound that it is part of.
    pub start: f64,
    /// Seconds from the start of the sound that it is part of.
    pub end: f64,
}

/// One spoken sentence.
#[derive(Clone, Debug)]
pub struct SpokenSentence {
    /// The words, as shown.
    pub text: String,
    /// The sound, with silence trimmed from both ends.
    pub sound: Pcm,
    /// When each word is spoken, in order, from the start of the sound.
    pub words: Vec<SpokenWord>,
}

/// The narration of one scene.
#[derive(Clone, Debug)]
pub struct SpokenScene {
    /// Its sentences, in order.
    pub sentences: Vec<SpokenSentence>,
}
