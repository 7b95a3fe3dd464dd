//! What can go wrong with the log.

use std::path::{Path, PathBuf};

use colophon_types::{ErrorCode, Explain};

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Reading or writing a file of the log failed.
    #[error("the log could not {doing} {}: {source}", path.display())]
    Io {
        /// What was being done, e.g. `write`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The log's key is missing although the log exists.
    #[error("the log in {} has a checkpoint but its key {} is missing", dir.display(), key.display())]
    KeyMissing {
        /// The log.
        dir: PathBuf,
        /// Where the key should be.
        key: PathBuf,
    },
    /// The log's key cannot be used.
    #[error("the log key {} cannot be used: {reason}", path.display())]
    BadKey {
        /// The key file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The origin (name) of the log is not allowed by the signed-note format.
    #[error("'{0}' cannot name a log: an origin has no spaces and no '+'")]
    BadOrigin(String),
    /// The log's files contradict each other.
    #[error("the log is not consistent: {0}")]
    Inconsistent(String),
    /// The index of the log failed.
    #[error("the index of the log failed: {0}")]
    Index(#[from] rusqlite::Error),
    /// The file is not in the log.
    #[error("the log has no entry for {0}")]
    NotFound(String),
    /// A proof does not hold.
    #[error("the proof does not hold: {0}")]
    BadProof(String),
    /// The key of a witness cannot be used.
    #[error("the witness key '{key}' cannot be used: {reason}")]
    BadWitness {
        /// The key, as it was given.
        key: String,
        /// Why not.
        reason: &'static str,
    },
    /// More witnesses are asked for than there are.
    #[error("{asked} witnesses are asked for, and {known} are known")]
    BadQuorum {
        /// The quorum.
        asked: usize,
        /// How many keys there are.
        known: usize,
    },
    /// What came from a witness cannot be used.
    #[error("the cosignatures cannot be used: {0}")]
    BadCosignature(String),
    /// Too few witnesses signed.
    #[error("{found} of the known witnesses signed the checkpoint, and {quorum} are asked for")]
    Unwitnessed {
        /// How many signed.
        found: usize,
        /// How many are asked for.
        quorum: usize,
    },
    /// An entry cannot be stored.
    #[error("the entry cannot be logged: {0}")]
    BadEntry(String),
    /// The log is a copy, and what it is a copy of does not take the entry.
    #[error("the shared log takes no entry now: {0}")]
    Elsewhere(String),
}

impl LedgerError {
    /// Wraps an I/O error with what was being done to which path.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }

    /// Wraps an error of the tree arithmetic.
    pub(crate) fn tree(e: &tlog_tiles::Error) -> Self {
        Self::Inconsistent(e.to_string())
    }
}

impl Explain for LedgerError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Io { .. } | Self::Elsewhere(_) => ErrorCode::Io,
            Self::BadOrigin(_)
            | Self::BadEntry(_)
            | Self::NotFound(_)
            | Self::BadWitness { .. }
            | Self::BadQuorum { .. }
            | Self::BadCosignature(_) => ErrorCode::BadInput,
            Self::KeyMissing { .. } | Self::BadKey { .. } | Self::Index(_) | Self::Unwitnessed { .. } => {
                ErrorCode::Failed
            }
            Self::Inconsistent(_) | Self::BadProof(_) => ErrorCode::Tampered,
        }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::KeyMissing { .. } => "restore the key from a backup, or start a new log in an empty folder",
            Self::Inconsistent(_) => {
                "run `colophon log audit` to see what was changed, and restore the folder"
            }
            Self::NotFound(_) => "check that this is the log of the machine that sealed the file",
            Self::BadWitness { .. } => "copy the key as the witness publishes it: name+id+key",
            Self::Unwitnessed { .. } => "run `colophon log cosign`, and prove again",
            Self::BadOrigin(_) => "choose a name like `example.com/colophon`",
            Self::Index(_) => "remove `index.db` in the log's folder; it is made anew from the entries",
            _ => return None,
        };
        Some(text.to_owned())
    }
}
