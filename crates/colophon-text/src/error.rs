//! What can go wrong with language.

use colophon_types::{Cancelled, ErrorCode, Explain};

/// An error of the language engines.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The weights cannot be read.
    #[error("the language model '{model}' cannot be loaded: {reason}")]
    Load {
        /// Catalogue id.
        model: String,
        /// What llama.cpp said.
        reason: String,
    },
    /// llama.cpp failed while it worked.
    #[error("the language model failed: {0}")]
    Engine(String),
    /// The JSON schema of a structured answer cannot be used.
    #[error("the JSON schema of the answer cannot be used: {0}")]
    Schema(String),
    /// The prompt and the answer do not fit into the context.
    #[error("the text is too long for the language model: {tokens} tokens of at most {limit}")]
    TooLong {
        /// Tokens needed.
        tokens: usize,
        /// Tokens that fit.
        limit: usize,
    },
    /// A parameter of the request is out of range or not a number.
    #[error("'{name}' must be {wanted}")]
    Parameter {
        /// Which.
        name: &'static str,
        /// What would do.
        wanted: String,
    },
    /// The request asks for something that this model or engine cannot do.
    #[error("{0}")]
    Unsupported(String),
    /// The messages cannot be put through the model's chat template.
    #[error("the messages do not fit the model's chat template: {0}")]
    Template(String),
    /// Too many requests are waiting.
    #[error("the language model is busy: {waiting} requests are waiting")]
    Busy {
        /// How many.
        waiting: usize,
    },
    /// The engine has been shut down.
    #[error("the language engine has stopped")]
    Stopped,
    /// Another server did not answer, or answered with an error.
    #[error("the server of '{model}' {reason}")]
    Remote {
        /// The model.
        model: String,
        /// What it did.
        reason: String,
    },
    /// A recipe is unknown or broken.
    #[error("{0}")]
    Recipe(String),
    /// The model gave no usable answer after several tries.
    #[error("the language model gave no usable {what} after {tries} tries")]
    NoAnswer {
        /// What was asked for.
        what: String,
        /// How often.
        tries: u32,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for TextError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Load { .. } => ErrorCode::ModelMissing,
            Self::Schema(_)
            | Self::TooLong { .. }
            | Self::Recipe(_)
            | Self::Parameter { .. }
            | Self::Unsupported(_)
            | Self::Template(_) => ErrorCode::BadInput,
            Self::Busy { .. } => ErrorCode::Busy,
            Self::Engine(_) | Self::NoAnswer { .. } | Self::Stopped | Self::Remote { .. } => {
                ErrorCode::Failed
            }
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Load { model, .. } => Some(format!("run `colophon models verify {model}`")),
            Self::TooLong { .. } => Some("shorten the text".into()),
            Self::NoAnswer { .. } => Some("try another --seed or a larger model".into()),
            Self::Recipe(_) => Some("see recipes/ for examples that work".into()),
            Self::Busy { .. } => Some("try again in a moment".into()),
            Self::Remote { .. } => Some("check the address and the key of that server".into()),
            Self::Engine(_)
            | Self::Schema(_)
            | Self::Parameter { .. }
            | Self::Unsupported(_)
            | Self::Template(_)
            | Self::Stopped
            | Self::Cancelled(_) => None,
        }
    }
}
