//! Sound: speech in English and Mandarin, mixing and loudness, ambience, transcription.
//!
//! The path of a text: [`split`] cuts it into sentences ([`ssml`] and [`Dialogue`] read more than
//! sentences), an [`Utterance`] holds what is said in one breath, [`normalize`] writes it out in words,
//! [`g2p`] turns the words into phonemes, an [`engine`] turns phonemes into sound and says when each
//! word is spoken, [`mix`] lays the sentences on a timeline and sets the loudness. [`Narrator`] does
//! all but the last for one sentence, a [`Performance`] for a whole [`Recital`]. [`book`] reads books.
//!
//! [`whisper`] hears what was said, in files that [`decode`] reads, where [`vad`] and [`turns`] find
//! someone speaking. [`music`] composes and plays, [`effects`] makes sounds of words, [`vocoder`] makes
//! speech of spectra, [`clean`] mends recordings.

pub mod ambience;
pub mod audioseal;
pub mod book;
pub mod clean;
pub mod decode;
mod dialogue;
mod dictionary;
pub mod effects;
pub mod engine;
mod error;
mod fixed;
pub mod g2p;
mod manner;
mod markup;
pub mod mix;
pub mod music;
mod narrator;
pub mod normalize;
mod recital;
pub mod split;
pub mod ssml;
pub mod transcript;
pub mod turns;
mod utterance;
pub mod vad;
pub mod vocoder;
mod voices;
pub mod wav;
pub mod whisper;

pub use dialogue::{Dialogue, Line, read_cast};
pub use dictionary::{Dictionary, Match};
pub use engine::Speak;
pub use error::AudioError;
pub use fixed::Say;
pub use g2p::en::Accent;
pub use markup::Markup;
pub use narrator::{Narrator, SpeechModels};
pub use recital::{GAPS, LONGEST_PAUSE, Part, Performance, Performed, Recital};
pub use transcript::{Transcript, TranscriptFormat};
pub use utterance::{Manner, Utterance};
pub use voices::{Blend, EngineKind, Gender, Voice, blend, default_voice, find as find_voice, voices};
