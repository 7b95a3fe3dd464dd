//! Everything that can go wrong between a sentence and its sound.

use std::path::PathBuf;

use colophon_hub::HubError;
use colophon_types::{Cancelled, ErrorCode, Explain};

/// An error of the speech engines, the mixer or the recogniser.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// No voice has this name.
    #[error("there is no voice called \"{name}\"")]
    UnknownVoice {
        /// What was asked for.
        name: String,
        /// Ids of voices with a similar name, best first.
        near: Vec<String>,
    },
    /// A mix of voices that cannot be made.
    #[error("these voices cannot be mixed: {problem}")]
    Blend {
        /// What is wrong with it.
        problem: String,
    },
    /// A pronunciation dictionary with a line that cannot be used.
    #[error("line {line} of the pronunciation dictionary {file} cannot be used: {problem}")]
    Dictionary {
        /// Its name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A text that is no SSML that can be spoken.
    #[error("the SSML cannot be used: {problem}")]
    Ssml {
        /// What is wrong with it.
        problem: String,
    },
    /// A dialogue that cannot be cast.
    #[error("the dialogue cannot be spoken: {problem}")]
    Dialogue {
        /// What is wrong with it.
        problem: String,
    },
    /// The voice does not speak the language of the text.
    #[error("the voice \"{voice}\" does not speak {language}")]
    WrongLanguage {
        /// Id of the voice.
        voice: String,
        /// English name of the language of the text.
        language: &'static str,
        /// Id of a voice that does.
        instead: String,
    },
    /// The speed is out of range.
    #[error("the speed {speed} is not between 0.5 and 2")]
    Speed {
        /// What was asked for.
        speed: f32,
    },
    /// A text with nothing in it that can be spoken.
    #[error("there is nothing to speak in \"{text}\"")]
    Silent {
        /// The text, shortened.
        text: String,
    },
    /// A folder of a model was not given, so the voice cannot speak.
    #[error("the model \"{id}\", which this voice needs, is not on this machine")]
    ModelMissing {
        /// Catalogue id.
        id: &'static str,
    },
    /// A model file is missing or is not what it should be.
    #[error("the model file {} cannot be used: {problem}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The runtime or a network could not be loaded.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// An engine failed while it computed.
    #[error("{engine} failed: {problem}")]
    Engine {
        /// Its name.
        engine: &'static str,
        /// What it said.
        problem: String,
    },
    /// A book that cannot be read aloud.
    #[error("the book {} cannot be read: {problem}", path.display())]
    Book {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Sound that cannot be worked with.
    #[error("this sound cannot be used: {problem}")]
    Sound {
        /// What is wrong with it.
        problem: String,
    },
    /// The recogniser does not know this language.
    #[error("the recogniser does not know the language \"{name}\"")]
    UnknownLanguage {
        /// What was asked for.
        name: String,
        /// Whether the model knows English alone.
        only_english: bool,
    },
    /// A program that is needed cannot be started.
    #[error("the program {} cannot be started: {problem}", path.display())]
    Program {
        /// The program.
        path: PathBuf,
        /// What the system said.
        problem: String,
    },
    /// Music that cannot be made.
    #[error("{problem}")]
    Music {
        /// What is wrong with what was asked for.
        problem: String,
        /// What to try.
        hint: String,
    },
    /// Words that name no sound of the library.
    #[error("no sound is known for \"{words}\"")]
    UnknownSound {
        /// The words.
        words: String,
        /// Names of sounds that are nearest, best first.
        near: Vec<String>,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl AudioError {
    /// For `map_err`: an engine's own error.
    pub(crate) fn engine<E: std::fmt::Display>(engine: &'static str) -> impl Fn(E) -> Self {
        move |e| Self::Engine { engine, problem: e.to_string() }
    }

    /// For `map_err`: an unusable model file.
    pub(crate) fn model<E: std::fmt::Display>(path: &std::path::Path) -> impl Fn(E) -> Self {
        let path = path.to_path_buf();
        move |e| Self::Model { path: path.clone(), problem: e.to_string() }
    }
}

impl Explain for AudioError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownVoice { .. }
            | Self::WrongLanguage { .. }
            | Self::Blend { .. }
            | Self::Dictionary { .. }
            | Self::Ssml { .. }
            | Self::Dialogue { .. }
            | Self::Speed { .. }
            | Self::Silent { .. }
            | Self::Book { .. }
            | Self::UnknownLanguage { .. }
            | Self::UnknownSound { .. }
            | Self::Sound { .. }
            | Self::Music { .. } => ErrorCode::BadInput,
            Self::Program { .. } => ErrorCode::ToolMissing,
            Self::ModelMissing { .. } | Self::Model { .. } => ErrorCode::ModelMissing,
            Self::Hub(e) => e.code(),
            Self::Engine { .. } => ErrorCode::Failed,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownVoice { near, .. } if near.is_empty() => {
                Some("leave the voice out for the default one".into())
            }
            Self::UnknownVoice { near, .. } => Some(format!("try {}", near.join(", "))),
            Self::WrongLanguage { instead, .. } => Some(format!("try the voice {instead}")),
            Self::Blend { .. } => Some("write it as af_heart*0.6+bm_george*0.4".into()),
            Self::Dictionary { .. } => {
                Some("write a word, a tab, and how it is said: plain words, /phonemes/ or [pinyin]".into())
            }
            Self::Ssml { .. } => Some("begin with <speak> and close every element".into()),
            Self::Dialogue { .. } => {
                Some("write lines as NAME: words, and voices as --cast NAME=af_heart,OTHER=am_michael".into())
            }
            Self::Speed { .. } => Some("1 is the normal speed".into()),
            Self::Silent { .. } => Some("give at least one word in English or Chinese".into()),
            Self::ModelMissing { id } => Some(format!("run `colophon models pull {id}`")),
            Self::Model { .. } => Some("run `colophon models verify`, then `colophon models pull`".into()),
            Self::Music { hint, .. } => Some(hint.clone()),
            Self::Hub(e) => e.hint(),
            Self::Book { .. } => Some("give a TXT, Markdown, HTML or EPUB file".into()),
            Self::UnknownLanguage { only_english: true, .. } => {
                Some("this model knows English alone; try --model whisper-base".into())
            }
            Self::UnknownLanguage { .. } => Some("give a code such as en, zh or fr, or auto".into()),
            Self::Program { .. } => Some("install ffmpeg, or give a WAV file".into()),
            Self::UnknownSound { near, .. } if near.is_empty() => {
                Some("`colophon sound --list` prints all sounds".into())
            }
            Self::UnknownSound { near, .. } => {
                Some(format!("nearest are {}; `colophon sound --list` prints all", near.join(", ")))
            }
            Self::Engine { .. } | Self::Sound { .. } | Self::Cancelled(_) => None,
        }
    }
}
