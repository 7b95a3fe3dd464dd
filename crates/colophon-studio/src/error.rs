//! What can go wrong in the studio: its own checks, and the errors of every engine.

use std::path::{Path, PathBuf};

use colophon_types::{Cancelled, ErrorCode, Explain};

/// An error of the studio.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    /// The settings are wrong.
    #[error("{0}")]
    Config(String),
    /// The request is wrong.
    #[error("{message}")]
    Request {
        /// What is wrong.
        message: String,
        /// What to try.
        hint: &'static str,
    },
    /// Policy refuses the request.
    #[error("{message}")]
    Refused {
        /// What is refused.
        message: String,
        /// What can be done.
        hint: &'static str,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The index of a folder cannot be used.
    #[error("the search index {path} cannot be used: {source}")]
    Index {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A part of the work ended without saying why.
    #[error("the {0} stopped without a result")]
    Stopped(&'static str),
    /// Models.
    #[error(transparent)]
    Hub(#[from] colophon_hub::HubError),
    /// Language.
    #[error(transparent)]
    Text(#[from] colophon_text::TextError),
    /// The keys of the text watermark.
    #[error(transparent)]
    Keys(#[from] colophon_text::watermark::KeyError),
    /// Sentence embeddings.
    #[error(transparent)]
    Embed(#[from] colophon_text::encode::EncodeError),
    /// Scenes.
    #[error(transparent)]
    Scene(#[from] colophon_scene::SceneError),
    /// Painting.
    #[error(transparent)]
    Image(#[from] colophon_image::ImageError),
    /// Sound.
    #[error(transparent)]
    Audio(#[from] colophon_audio::AudioError),
    /// Film.
    #[error(transparent)]
    Video(#[from] colophon_video::VideoError),
    /// The program ffmpeg.
    #[error(transparent)]
    Ffmpeg(#[from] colophon_ffmpeg::FfmpegError),
    /// The seal.
    #[error(transparent)]
    Seal(#[from] colophon_seal::SealError),
    /// The records of jobs, works and people.
    #[error(transparent)]
    Store(#[from] colophon_store::StoreError),
    /// Too much is asked at once.
    #[error("{0}")]
    Busy(&'static str),
    /// The disk is full.
    #[error("{0}")]
    Full(String),
    /// The log.
    #[error(transparent)]
    Ledger(#[from] colophon_ledger::LedgerError),
    /// The object store.
    #[error(transparent)]
    Objects(#[from] colophon_objects::ObjectError),
    /// The keys or the log of this machine are not those of the studio.
    #[error("this data folder belongs to another studio: {0}")]
    OtherStudio(String),
    /// The guard.
    #[error(transparent)]
    Guard(#[from] colophon_guard::GuardError),
    /// A time stamp of the log does not hold.
    #[error("the time stamp of {size} entries of the log does not hold: {why}")]
    BadStamp {
        /// Entries of the stamped checkpoint.
        size: u64,
        /// Why not.
        why: String,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl StudioError {
    pub(crate) fn request(message: impl Into<String>, hint: &'static str) -> Self {
        Self::Request { message: message.into(), hint }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }

    /// The engine's own error, where it is one.
    fn inner(&self) -> Option<&dyn Explain> {
        match self {
            Self::Hub(e) => Some(e),
            Self::Text(e) => Some(e),
            Self::Keys(e) => Some(e),
            Self::Embed(e) => Some(e),
            Self::Scene(e) => Some(e),
            Self::Image(e) => Some(e),
            Self::Audio(e) => Some(e),
            Self::Video(e) => Some(e),
            Self::Ffmpeg(e) => Some(e),
            Self::Seal(e) => Some(e),
            Self::Ledger(e) => Some(e),
            Self::Guard(e) => Some(e),
            Self::Store(e) => Some(e),
            Self::Objects(e) => Some(e),
            Self::Config(_)
            | Self::Request { .. }
            | Self::Refused { .. }
            | Self::Io { .. }
            | Self::Index { .. }
            | Self::Stopped(_)
            | Self::Busy(_)
            | Self::Full(_)
            | Self::BadStamp { .. }
            | Self::OtherStudio(_)
            | Self::Cancelled(_) => None,
        }
    }
}

impl Explain for StudioError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Config(_) | Self::Request { .. } | Self::OtherStudio(_) => ErrorCode::BadInput,
            Self::Refused { .. } => ErrorCode::Refused,
            Self::Io { .. } | Self::Index { .. } | Self::Full(_) => ErrorCode::Io,
            Self::BadStamp { .. } => ErrorCode::Tampered,
            Self::Busy(_) => ErrorCode::Busy,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            _ => self.inner().map_or(ErrorCode::Failed, Explain::code),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Request { hint, .. } | Self::Refused { hint, .. } => Some((*hint).to_owned()),
            Self::Io { .. } => Some("check that the folder exists, can be written and is not full".into()),
            Self::OtherStudio(_) => {
                Some("copy the folder `keys` of a machine of the studio into an empty COLOPHON_HOME".into())
            }
            Self::Busy(_) => Some("try again when some have ended".into()),
            Self::Full(_) => Some("empty the trash, or remove models that are not needed".into()),
            Self::Index { path, .. } => Some(format!("delete {} and search again", path.display())),
            _ => self.inner().and_then(Explain::hint),
        }
    }
}
