//! Sound: speech in English and Mandarin, mixing and loudness, ambience, transcription.
//!
//! The path of a sentence: [`normalize`] writes it out in words, [`g2p`] turns the words into
//! phonemes, an [`engine`] turns phonemes into sound, [`mix`] lays the sentences on a timeline and
//! sets the loudness. [`Narrator`] does all but the last for one voice. [`whisper`] hears what was
//! said, in files that [`decode`] reads, where [`vad`] finds someone speaking. [`music`] composes and
//! plays, [`effects`] makes sounds of words, [`vocoder`] makes speech of spectra, [`clean`] mends
//! recordings, [`book`] reads books.

pub mod ambience;
pub mod book;
pub mod decode;
pub mod effects;
pub mod clean;
pub mod engine;
mod error;
pub mod g2p;
pub mod mix;
pub mod music;
mod narrator;
pub mod normalize;
pub mod turns;
pub mod transcript;
pub mod vad;
pub mod vocoder;
mod voices;
pub mod wav;
pub mod whisper;

pub use engine::Speak;
pub use error::AudioError;
pub use g2p::en::Accent;
pub use narrator::{Narrator, SpeechModels};
pub use transcript::{Transcript, TranscriptFormat};
pub use voices::{EngineKind, Gender, Voice, default_voice, find as find_voice, voices};
