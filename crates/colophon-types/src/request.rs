//! Requests, as every surface builds them.

use crate::Lang;

/// The language asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LangChoice {
    /// Detected from the brief.
    #[default]
    Auto,
    /// English.
    En,
    /// Mandarin Chinese.
    Zh,
}

impl LangChoice {
    /// The language for a brief.
    pub fn resolve(self, brief: &str) -> Lang {
        match self {
            Self::Auto => Lang::detect(brief),
            Self::En => Lang::En,
            Self::Zh => Lang::Zh,
        }
    }
}

/// A request for a narrated film.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MakeRequest {
    /// What the film is about, in the user's words.
    pub brief: String,
    /// Name of a recipe, or a path to one.
    pub recipe: String,
    /// Language.
    #[serde(default)]
    pub lang: LangChoice,
    /// Length of the film in seconds, 15 to 300.
    pub seconds: u32,
    /// Voice; `None` for the default of the language.
    #[serde(default)]
    pub voice: Option<String>,
    /// Style; `None` for the default.
    #[serde(default)]
    pub style: Option<String>,
    /// Music: `auto` for what suits the film, or what it should be in words; `None` for no music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<String>,
    /// Catalogue id of the language model; `None` for the default.
    #[serde(default)]
    pub model: Option<String>,
    /// Seed; `None` for a fresh one.
    #[serde(default)]
    pub seed: Option<u64>,
}
