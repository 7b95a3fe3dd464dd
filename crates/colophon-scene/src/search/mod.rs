//! Art search: from a word to an icon of the Noto set.
//!
//! English: exact names and keywords (emojibase, emojilib), then nearest neighbour among MiniLM
//! embeddings of names and keywords. Chinese: labels and tags of emojibase; MiniLM does not know
//! Chinese. The lexicon of `compose` comes before all of this; the search is for the words that it
//! does not have.
//!
//! Immutable after loading; may be shared between threads.

mod group;
mod hit;
mod names;
mod vectors;

use std::path::Path;
use std::sync::Arc;

use colophon_text::encode::MiniLm;
use colophon_types::Lang;

pub use self::group::Group;
pub use self::hit::{ArtPaths, Hit, How};
use self::names::Names;
use self::vectors::Vectors;
use crate::SceneError;
use crate::art::NotoArt;
use crate::render::ArtSource;

/// Similarity below which a match is not shown as a main thing.
pub const MIN_SIMILARITY: f32 = 0.62;
/// Similarity below which a match is not shown as a detail.
pub const MIN_DETAIL_SIMILARITY: f32 = 0.9;

/// The icon set with its names in two languages and, with a model, its meanings.
#[derive(Debug)]
pub struct ArtIndex {
    art: NotoArt,
    names: Names,
    vectors: Option<(Arc<MiniLm>, Vectors)>,
}

impl ArtSource for ArtIndex {
    fn icon(&self, name: &str) -> Option<String> {
        self.art.svg(name)
    }
}

impl ArtIndex {
    /// Loads art and names. With a model, embeddings of names and keywords come from the file
    /// `cache` where it fits the inputs; otherwise they are computed (see [`ArtIndex::rows`] for
    /// how many) and written there. A cache that cannot be written is not an error.
    ///
    /// # Errors
    /// [`SceneError`] when a file is missing or damaged, or the model fails.
    pub fn load(
        paths: &ArtPaths,
        model: Option<Arc<MiniLm>>,
        cache: Option<&Path>,
    ) -> Result<Self, SceneError> {
        let art = NotoArt::load(&paths.icons)?;
        let names = Names::load(paths, &art)?;
        let vectors = match model {
            None => None,
            Some(model) => {
                let vectors = Vectors::load_or_make(names.keywords(), &model, cache)?;
                Some((model, vectors))
            }
        };
        Ok(Self { art, names, vectors })
    }

    /// The icon set.
    pub fn art(&self) -> &NotoArt {
        &self.art
    }

    /// The icon as a complete SVG document.
    pub fn icon_svg(&self, name: &str) -> Option<String> {
        self.art.svg(name)
    }

    /// Names and keywords that meaning is compared with.
    pub fn rows(&self) -> usize {
        self.names.keywords().len()
    }

    /// Emoji of emojibase and, of these, how many have an icon (flags and skin tones left out).
    pub fn coverage(&self) -> (usize, usize) {
        self.names.coverage()
    }

    /// The icon of an emoji character.
    pub fn emoji(&self, emoji: &str) -> Option<Hit> {
        self.names.emoji(emoji)
    }

    /// The icon whose name or keyword the word is.
    pub fn exact(&self, word: &str, lang: Lang) -> Option<Hit> {
        self.names.exact(&word.trim().to_lowercase(), lang)
    }

    /// The icon that fits a word or short phrase best, if any fits as well as `least`.
    ///
    /// # Errors
    /// [`SceneError::Embed`] when the model fails.
    pub fn search(&self, word: &str, lang: Lang, least: f32) -> Result<Option<Hit>, SceneError> {
        let word: String = word.trim().chars().take(80).collect();
        if word.is_empty() {
            return Ok(None);
        }
        if let Some(hit) = self.exact(&word, lang).filter(|h| h.score >= least) {
            return Ok(Some(hit));
        }
        let Some((model, vectors)) = self.vectors.as_ref().filter(|_| lang == Lang::En) else {
            return Ok(None);
        };
        let query = model.embed(&[word.as_str()])?;
        let best = query.first().and_then(|q| vectors.nearest(q));
        Ok(best.filter(|(_, score)| *score >= least).and_then(|(row, score)| {
            let (icon, group) = self.names.owner(row)?;
            Some(Hit { icon: icon.to_owned(), score, how: How::Meaning, group })
        }))
    }
}
