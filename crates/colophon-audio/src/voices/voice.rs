//! A voice, and the engine that makes it.

use colophon_types::Lang::{self, En};

use crate::g2p::en::Accent;

/// A speech engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// Kokoro-82M: natural, English and Mandarin.
    Kokoro,
    /// Hibari: English, many times faster.
    Hibari,
}

impl EngineKind {
    /// Catalogue ids of the models that the engine needs, voices included.
    pub fn models(self) -> &'static [&'static str] {
        match self {
            Self::Kokoro => &["kokoro-82m-int8", "kokoro-voices"],
            Self::Hibari => &["hibari"],
        }
    }
}

/// How a voice sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gender {
    /// A woman's voice.
    Female,
    /// A man's voice.
    Male,
}

/// A voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// What users type: `af_heart`, `hibari`.
    pub id: &'static str,
    /// The language that it reads by default.
    pub lang: Lang,
    /// The BCP 47 tag of the language that its speaker is at home in. A voice at home elsewhere
    /// (`ja`, `fr-FR`) reads English with its own timbre: there are no rules for its language here.
    pub home: &'static str,
    /// Its accent in English.
    pub accent: Accent,
    /// The engine that makes it.
    pub engine: EngineKind,
    /// How it sounds.
    pub gender: Gender,
    /// A name to show.
    pub title: &'static str,
}

impl Voice {
    /// Whether it reads whole texts in `lang`. Mandarin voices also read English; other voices say
    /// single Chinese words inside an English text.
    pub fn reads(&self, lang: Lang) -> bool {
        lang == En || self.lang == lang
    }
}
