//! What can go wrong with pictures.

use colophon_hub::HubError;
use colophon_types::{Cancelled, ErrorCode, Explain};

/// An error of the picture engine.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A model or the runtime could not be loaded.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A file of a model cannot be used.
    #[error("the model {path} cannot be used: {reason}")]
    Model {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        reason: String,
    },
    /// The network could not be run.
    #[error("the network failed: {0}")]
    Network(String),
    /// There is no style of this name.
    #[error("there is no style '{name}'")]
    UnknownStyle {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
    /// A file is no picture that can be used.
    #[error("the picture cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// A setting cannot be met.
    #[error("{0}")]
    Setting(String),
    /// The picture's size and bytes disagree, or it is too large.
    #[error("a picture of {width}×{height} pixels with {bytes} bytes cannot be painted")]
    BadPicture {
        /// Pixels a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Bytes that came with it.
        bytes: usize,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl ImageError {
    pub(crate) fn model(path: &std::path::Path, reason: String) -> Self {
        Self::Model { path: path.to_owned(), reason }
    }
}

impl Explain for ImageError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Hub(e) => e.code(),
            Self::Network(_) => ErrorCode::Failed,
            Self::Model { .. } => ErrorCode::ModelMissing,
            Self::UnknownStyle { .. }
            | Self::Setting(_)
            | Self::Unreadable { .. }
            | Self::BadPicture { .. } => ErrorCode::BadInput,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Hub(e) => e.hint(),
            Self::UnknownStyle { known, .. } => Some(format!("choose one of: {}", known.join(", "))),
            Self::Model { .. } => Some("run `colophon models verify`, then `colophon models pull`".into()),
            _ => None,
        }
    }
}
