//! Where the art is, and what is found of it.

use std::path::PathBuf;

use super::group::Group;

/// Where the art is.
#[derive(Clone, Debug)]
pub struct ArtPaths {
    /// `icons.json` of `@iconify-json/noto`.
    pub icons: PathBuf,
    /// `en.json` of `emojibase-data`.
    pub emojibase_en: PathBuf,
    /// `zh.json` of `emojibase-data`.
    pub emojibase_zh: PathBuf,
    /// `emoji-en-US.json` of `emojilib`.
    pub emojilib: PathBuf,
}

/// How a match was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The word is the name of the icon.
    Name,
    /// The word is a keyword of the icon.
    Keyword,
    /// The word is near a name or keyword in meaning.
    Meaning,
}

/// An icon that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Icon name.
    pub icon: String,
    /// 1 for a name, 0.95 for a keyword, else the cosine similarity.
    pub score: f32,
    /// How it was found.
    pub how: How,
    /// What kind of thing it is.
    pub group: Group,
}
