//! What can go wrong with the store.

use std::path::PathBuf;

use colophon_types::{ErrorCode, Explain};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or database cannot be opened.
    #[error("the studio's records {path} cannot be opened: {why}")]
    Open {
        /// The file, or the address of the database.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A newer program wrote the file or database.
    #[error("the studio's records {path} are of version {found}, and this program knows up to {known}")]
    Newer {
        /// The file, or the address of the database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// SQLite fails.
    #[error("the studio's records cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL fails.
    #[error("the studio's records cannot be used: {}", in_full(.0))]
    Postgres(#[from] postgres::Error),
    /// A record is not what it should be.
    #[error("a record of the studio is damaged: {0}")]
    Damaged(String),
    /// The thread that writes is gone.
    #[error("the studio's records are closed")]
    Closed,
    /// There is none of that name.
    #[error("there is no {what} '{name}'")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// There is one already.
    #[error("there is already {what} named '{name}'")]
    Taken {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// What is asked cannot be.
    #[error("{0}")]
    Request(String),
    /// More is asked than a quota allows.
    #[error("{0}")]
    Quota(String),
    /// The operating system gives no random numbers.
    #[error("no random numbers: {0}")]
    Random(String),
}

impl Explain for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown { .. } => ErrorCode::NotFound,
            Self::Taken { .. } | Self::Request(_) => ErrorCode::BadInput,
            Self::Quota(_) => ErrorCode::Busy,
            Self::Random(_) => ErrorCode::Failed,
            Self::Open { .. }
            | Self::Newer { .. }
            | Self::Sqlite(_)
            | Self::Postgres(_)
            | Self::Damaged(_)
            | Self::Closed => ErrorCode::Io,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open { path, .. } if path.starts_with("postgres:") => {
                Some("check that the database runs, can be reached from here and knows this user".into())
            }
            Self::Postgres(_) => Some("check that the database runs and has space".into()),
            Self::Open { .. } => Some("check that the data folder can be written and is not full".into()),
            Self::Newer { .. } => Some("use the newer program, or a backup made by this one".into()),
            _ => None,
        }
    }
}

/// What the driver says, and what lies under it: by itself it says only `db error`.
pub(crate) fn in_full(error: &postgres::Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(told), _) => told.message().to_owned(),
        (None, Some(under)) => format!("{error}: {under}"),
        (None, None) => error.to_string(),
    }
}
