//! What can go wrong while sealing or verifying.

use std::fmt;
use std::path::{Path, PathBuf};

use colophon_ffmpeg::FfmpegError;
use colophon_types::{Cancelled, ErrorCode, Explain};

/// The steps of sealing, in their fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The visible (or audible) label.
    Label,
    /// The imperceptible watermark.
    Watermark,
    /// AIGC field and IPTC source type inside the file.
    Metadata,
    /// The signed C2PA credential.
    Credential,
    /// The entry in the log.
    Ledger,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Label => "label",
            Self::Watermark => "watermark",
            Self::Metadata => "metadata",
            Self::Credential => "c2pa",
            Self::Ledger => "ledger",
        })
    }
}

/// An error of the seal.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A step of sealing failed; nothing was delivered.
    #[error("sealing failed at the step '{step}': {reason}")]
    Step {
        /// Which step.
        step: Step,
        /// Why.
        reason: String,
        /// The kind of failure.
        code: ErrorCode,
    },
    /// The content is too much like a protected work; nothing was delivered.
    #[error(
        "the result is refused: it is like the protected work '{name}' ({bits_apart} of 256 bits of their content codes differ)"
    )]
    Protected {
        /// The protected work.
        name: String,
        /// Bits of the content codes that differ.
        bits_apart: u32,
    },
    /// A file cannot be read or is not a file.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file is larger than the verifier accepts.
    #[error("{} is larger than {limit} bytes, the most that is checked for {what}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
        /// The kind of file.
        what: &'static str,
    },
    /// The configuration of the sealer is wrong.
    #[error("{0}")]
    Config(String),
    /// Keys or certificates could not be made or read.
    #[error("the signing key in {} cannot be used: {reason}", path.display())]
    Key {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Writing a sealed work failed.
    #[error("{} could not be written: {source}", path.display())]
    Write {
        /// The target.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl SealError {
    /// A failed step.
    /// What ffmpeg said in a step.
    pub(crate) fn from_ffmpeg(step: Step, e: FfmpegError) -> Self {
        match e {
            FfmpegError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            e => Self::Step { step, code: e.code(), reason: e.to_string() },
        }
    }

    pub(crate) fn step(step: Step, reason: impl fmt::Display) -> Self {
        Self::Step { step, reason: reason.to_string(), code: ErrorCode::Failed }
    }

    /// A file that cannot be read.
    pub(crate) fn unreadable(path: &Path, reason: impl fmt::Display) -> Self {
        Self::Unreadable { path: path.to_path_buf(), reason: reason.to_string() }
    }

    /// A key that cannot be used.
    pub(crate) fn key(path: &Path, reason: impl fmt::Display) -> Self {
        Self::Key { path: path.to_path_buf(), reason: reason.to_string() }
    }
}

impl Explain for SealError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Step { code, .. } => *code,
            Self::Unreadable { .. } | Self::TooLarge { .. } | Self::Config(_) => ErrorCode::BadInput,
            Self::Protected { .. } => ErrorCode::Refused,
            Self::Key { .. } => ErrorCode::Failed,
            Self::Write { .. } => ErrorCode::Io,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Step { step: Step::Ledger, .. } => "run `colophon log audit`",
            Self::Step { step: Step::Credential, .. } | Self::Key { .. } => {
                "check the certificate and key in the configuration, or remove them to use self-made ones"
            }
            Self::Protected { .. } => {
                "try another seed or other words; `colophon protect list` names protected works"
            }
            Self::Unreadable { .. } => "check the path and that it is a file you may read",
            Self::Write { .. } => "check that the folder exists, is writable and has space",
            _ => return None,
        };
        Some(text.to_owned())
    }
}
