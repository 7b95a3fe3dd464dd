//! Sound: speech in English and Mandarin, mixing and loudness, ambience, transcription.
//!
//! The path of a sentence: [`normalize`] writes it out in words, [`g2p`] turns the words into
//! phonemes, an [`engine`] turns phonemes into sound, [`mix`] lays the sentences on a timeline and
//! sets the loudness. [`Narrator`] does all but the last for one voice. [`whisper`] hears what was
//! said, to measure all of it.

pub mod ambience;
pub mod clean;
pub mod engine;
mod error;
pub mod g2p;
pub mod mix;
mod narrator;
pub mod normalize;
pub mod vocoder;
mod voices;
pub mod wav;
pub mod whisper;

pub use engine::Speak;
pub use error::AudioError;
pub use g2p::en::Accent;
pub use narrator::{Narrator, SpeechModels};
pub use voices::{EngineKind, Gender, Voice, default_voice, find as find_voice, voices};
