//! What can go wrong while a film is rendered and encoded.

use colophon_ffmpeg::FfmpegError;
use colophon_types::{Cancelled, ErrorCode, Explain};

/// An error of the film engine.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// ffmpeg is not installed or cannot be started.
    #[error("the program '{program}' could not be started: {reason}")]
    ToolMissing {
        /// The program's name or path.
        program: String,
        /// The operating system's reason.
        reason: String,
    },
    /// ffmpeg stopped with an error.
    #[error("ffmpeg failed while it was {doing}: {last}")]
    Ffmpeg {
        /// What it was doing: `encoding`, `muxing`.
        doing: &'static str,
        /// The last line it wrote to its error output.
        last: String,
    },
    /// Reading or writing a file failed.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done, e.g. `write the film`.
        doing: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The disk is full.
    #[error("the disk is full while the film is being written")]
    DiskFull,
    /// A font file cannot be used.
    #[error("the font '{path}' cannot be used: {reason}")]
    Font {
        /// File.
        path: String,
        /// Reason.
        reason: String,
    },
    /// The film as asked for makes no sense.
    #[error("{0}")]
    BadFilm(String),
    /// A picture could not be encoded.
    #[error("a picture could not be written as PNG: {0}")]
    Png(String),
    /// A thread of the renderer ended unexpectedly.
    #[error("the film renderer stopped unexpectedly")]
    Renderer,
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl VideoError {
    /// Wraps an I/O error, telling a full disk from others.
    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::StorageFull {
            Self::DiskFull
        } else {
            Self::Io { doing: doing.into(), source }
        }
    }
}

impl From<FfmpegError> for VideoError {
    fn from(e: FfmpegError) -> Self {
        match e {
            FfmpegError::Missing { program, reason } => Self::ToolMissing { program, reason },
            FfmpegError::Failed { doing, last } => Self::Ffmpeg { doing, last },
            FfmpegError::DiskFull => Self::DiskFull,
            FfmpegError::Io(e) => Self::io("wait for ffmpeg", e),
            FfmpegError::Cancelled(c) => c.into(),
        }
    }
}

impl Explain for VideoError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::ToolMissing { .. } => ErrorCode::ToolMissing,
            Self::Ffmpeg { .. } | Self::Png(_) | Self::Renderer => ErrorCode::Failed,
            Self::Io { .. } | Self::DiskFull => ErrorCode::Io,
            Self::Font { .. } => ErrorCode::ModelMissing,
            Self::BadFilm(_) => ErrorCode::BadInput,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::ToolMissing { .. } => Some(
                "install ffmpeg (apt install ffmpeg, dnf install ffmpeg, brew install ffmpeg) and try again"
                    .into(),
            ),
            Self::Ffmpeg { .. } => {
                Some("check that `ffmpeg -encoders` lists libx264 and aac; try a newer ffmpeg".into())
            }
            Self::DiskFull => Some("free some space, or set TMPDIR to a larger disk, and try again".into()),
            Self::Font { .. } => Some("run `colophon models pull` to fetch the fonts again".into()),
            _ => None,
        }
    }
}
