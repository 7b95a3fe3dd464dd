//! The draft: generated content that has no way out.

use std::fmt;
use std::sync::Arc;

use crate::{FileFormat, Media, Modality, Receipt};

/// A file from outside that a work was made from: it stands in the credential as an ingredient, with
/// the marks that it came with.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name, without folders.
    pub name: String,
    /// Its media type, such as `image/jpeg`.
    pub media_type: String,
    /// Its bytes as they came.
    pub bytes: Arc<[u8]>,
}

impl Source {
    /// Whether it is a text: what is made of one in another medium is no edit of it.
    pub fn is_text(&self) -> bool {
        self.media_type.starts_with("text/")
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({}, {}, {} bytes)", self.name, self.media_type, self.bytes.len())
    }
}

/// What generated content that this program did not make, as whoever brings it declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Declared {
    /// A trained model made all of it.
    #[default]
    Generated,
    /// A trained model changed what a person made.
    Edited,
    /// An algorithm without a trained model made it.
    Algorithmic,
}

/// Generated content before it is sealed.
///
/// A draft cannot be written, served, printed, copied or serialised; the one thing that can be done
/// with it is to seal it. `colophon_seal::seal` takes it apart with [`Draft::open`], which the
/// workspace's `clippy.toml` bans everywhere else.
///
/// ```compile_fail
/// fn leak(draft: colophon_types::Draft) -> Vec<u8> { draft.bytes() }
/// ```
/// ```compile_fail
/// fn leak(draft: colophon_types::Draft) -> String { serde_json::to_string(&draft).unwrap() }
/// ```
/// ```compile_fail
/// fn leak(draft: colophon_types::Draft) { println!("{draft:?}"); }
/// ```
/// ```compile_fail
/// fn copy(draft: &colophon_types::Draft) -> colophon_types::Draft { draft.clone() }
/// ```
#[must_use = "a draft that is not sealed is lost"]
pub struct Draft {
    media: Media,
    receipt: Receipt,
    sources: Vec<Source>,
    format: FileFormat,
    declared: Option<Declared>,
}

/// What the seal finds inside a draft.
#[derive(Debug)]
pub struct DraftParts {
    /// The content.
    pub media: Media,
    /// How it was made.
    pub receipt: Receipt,
    /// What it was made from; the first is what was changed, where something was.
    pub sources: Vec<Source>,
    /// How it is written.
    pub format: FileFormat,
    /// Set where something else generated it.
    pub declared: Option<Declared>,
}

impl Draft {
    /// Wraps content that an engine made.
    pub fn new(media: Media, receipt: Receipt) -> Self {
        Self::from_sources(media, receipt, Vec::new())
    }

    /// Wraps content that an engine made of files from outside: the first was changed, the others were
    /// used.
    pub fn from_sources(media: Media, receipt: Receipt, sources: Vec<Source>) -> Self {
        Self { media, receipt, sources, format: FileFormat::default(), declared: None }
    }

    /// Wraps content that something else generated; `source` is the file that it came in, where a
    /// credential can hold that.
    pub fn declared(media: Media, receipt: Receipt, source: Option<Source>, what: Declared) -> Self {
        let sources = source.into_iter().collect();
        Self { media, receipt, sources, format: FileFormat::default(), declared: Some(what) }
    }

    /// The draft, to be written in another format than the usual one of its kind.
    pub fn written_as(self, format: impl Into<FileFormat>) -> Self {
        Self { format: format.into(), ..self }
    }

    /// The kind of content.
    pub fn modality(&self) -> Modality {
        self.media.modality()
    }

    /// How it was made.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Takes the draft apart. For the seal alone: banned elsewhere by `clippy.toml`.
    pub fn open(self) -> DraftParts {
        let Self { media, receipt, sources, format, declared } = self;
        DraftParts { media, receipt, sources, format, declared }
    }
}
