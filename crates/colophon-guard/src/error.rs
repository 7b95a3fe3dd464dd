//! What can go wrong with the guard.

use colophon_types::{ErrorCode, Explain};

/// An error of the guard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The vectors do not fit.
    #[error("the encoder gave {found} instead of {wanted}")]
    Vectors {
        /// What came.
        found: String,
        /// What is needed.
        wanted: String,
    },
    /// The examples cannot be told apart by these vectors.
    #[error("the guard cannot be fitted to these vectors")]
    Fit,
}

impl Explain for GuardError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Failed
    }

    fn hint(&self) -> Option<String> {
        Some("fetch the encoder again with `colophon models verify multilingual-e5-small`".into())
    }
}
