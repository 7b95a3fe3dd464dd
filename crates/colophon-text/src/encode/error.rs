//! What can go wrong with encoders.

use std::path::PathBuf;

use colophon_types::{Cancelled, ErrorCode, Explain};

/// Why a text could not be understood.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// A file of the model is not there.
    #[error("the encoder has no file '{0}'")]
    Missing(PathBuf),
    /// A file of the model cannot be used.
    #[error("the encoder cannot be loaded: {0}")]
    Load(String),
    /// The text does not suit the task.
    #[error("{0}")]
    Input(String),
    /// The forward pass failed.
    #[error("the text could not be encoded: {0}")]
    Run(String),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for EncodeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Missing(_) => ErrorCode::ModelMissing,
            Self::Input(_) => ErrorCode::BadInput,
            Self::Load(_) | Self::Run(_) => ErrorCode::Failed,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing(_) => Some(
                "an encoder is a folder with config.json, model.safetensors and tokenizer.json; those of \
                 the catalogue come with `colophon models pull`"
                    .into(),
            ),
            Self::Load(_) => Some("try `colophon models verify`, then pull the model again".into()),
            Self::Input(_) | Self::Run(_) | Self::Cancelled(_) => None,
        }
    }
}

pub(super) fn run_error(e: impl std::fmt::Display) -> EncodeError {
    EncodeError::Run(e.to_string())
}

pub(super) fn load_error(e: impl std::fmt::Display) -> EncodeError {
    EncodeError::Load(e.to_string())
}
