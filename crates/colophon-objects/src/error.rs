//! What can go wrong with objects.

use std::path::{Path, PathBuf};

use colophon_types::{ErrorCode, Explain};

/// An error of an object store. None holds a key or a signed address.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The setting is wrong.
    #[error("{0}")]
    Setting(String),
    /// The environment holds no keys.
    #[error("the object store needs keys and the environment holds none")]
    NoKeys,
    /// A key that is no plain relative path.
    #[error("'{0}' cannot be the key of an object")]
    Key(String),
    /// There is no such object.
    #[error("{place} has no object {key}")]
    Missing {
        /// Which store.
        place: String,
        /// Which object.
        key: String,
    },
    /// The store says no.
    #[error("{place} refuses to {doing}: {why}")]
    Refused {
        /// Which store.
        place: String,
        /// What was tried.
        doing: String,
        /// What it said.
        why: String,
    },
    /// The store cannot be reached, or fails again and again.
    #[error("{place} cannot {doing}: {why}")]
    Away {
        /// Which store.
        place: String,
        /// What was tried.
        doing: String,
        /// What happened last.
        why: String,
    },
    /// An object is not what was written.
    #[error("the object {key} in {place} is damaged: {why}")]
    Damaged {
        /// Which store.
        place: String,
        /// Which object.
        key: String,
        /// How.
        why: String,
    },
    /// A file of this machine cannot be read or written.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ObjectError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}

impl Explain for ObjectError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Setting(_) | Self::NoKeys | Self::Key(_) => ErrorCode::BadInput,
            Self::Missing { .. } => ErrorCode::NotFound,
            Self::Damaged { .. } => ErrorCode::HashMismatch,
            Self::Refused { .. } | Self::Away { .. } | Self::Io { .. } => ErrorCode::Io,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoKeys => "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN)",
            Self::Setting(_) => "COLOPHON_OBJECTS is s3://bucket/prefix?endpoint=https://…&region=…",
            Self::Refused { .. } => "check the keys, the bucket's name, its region and what the keys may do",
            Self::Away { .. } => {
                "check the endpoint and that the store runs; what was asked can be tried again"
            }
            Self::Damaged { .. } => "restore it from the store's own backup or versions",
            Self::Io { .. } => "check that the folder exists, can be written and is not full",
            Self::Key(_) | Self::Missing { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
