//! What can go wrong between words and layers.

use std::path::PathBuf;

use colophon_text::encode::EncodeError;
use colophon_types::{Cancelled, ErrorCode, Explain};

/// Why there is no scene or no picture of it.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// The description is empty and nothing went before it.
    #[error("there is nothing to draw: the description is empty")]
    NothingToDraw,
    /// The scene is a place without things in it.
    #[error("nothing in the picture stands apart from its background")]
    NoThings,
    /// A treatment works on pixels.
    #[error("the treatment '{0}' is made of pixels and cannot be written as SVG")]
    NoVector(&'static str),
    /// A wish for a change that is not understood, or that is of something that is not there.
    #[error("{0}")]
    Revision(String),
    /// A file of the art set is not there.
    #[error("the art has no file '{0}'")]
    ArtMissing(PathBuf),
    /// A file of the art set cannot be read.
    #[error("the art in '{file}' cannot be read: {reason}")]
    Art {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A data file of this crate is damaged.
    #[error("the table '{file}' is damaged: {reason}")]
    Data {
        /// Name of the table.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The embedding search failed.
    #[error(transparent)]
    Embed(#[from] EncodeError),
    /// The frame is too small, too large, or too narrow.
    #[error("a frame of {width}x{height} pixels cannot be drawn")]
    BadSize {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for SceneError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NothingToDraw
            | Self::NoThings
            | Self::NoVector(_)
            | Self::BadSize { .. }
            | Self::Revision(_) => ErrorCode::BadInput,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::ArtMissing(_) => ErrorCode::ModelMissing,
            Self::Art { .. } => ErrorCode::Io,
            Self::Data { .. } => ErrorCode::Failed,
            Self::Embed(e) => e.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NothingToDraw => Some("say in a few words what is to be seen".into()),
            Self::NoVector(_) => Some("choose flat, paper or night".into()),
            Self::NoThings => Some("name a thing, an animal or a person".into()),
            Self::ArtMissing(_) => Some("try `colophon models pull noto-art emojibase emojilib`".into()),
            Self::Art { .. } => Some("try `colophon models verify`".into()),
            Self::BadSize { .. } => Some(
                "sides may be 16 to 8192 pixels, no more than eight times each other, 20 megapixels in all"
                    .into(),
            ),
            Self::Data { .. } | Self::Revision(_) | Self::Cancelled(_) => None,
            Self::Embed(e) => e.hint(),
        }
    }
}
