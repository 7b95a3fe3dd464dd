//! What can go wrong between words and layers.

use colophon_types::{Cancelled, ErrorCode, Explain};

/// Why there is no scene or no picture of it.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// The frame is too small, too large, or too narrow.
    #[error("a frame of {width}x{height} pixels cannot be drawn")]
    BadSize {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for SceneError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::BadSize { .. } => ErrorCode::BadInput,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::BadSize { .. } => Some(
                "sides may be 16 to 8192 pixels, no more than eight times each other, 20 megapixels in all"
                    .into(),
            ),
            Self::Cancelled(_) => None,
        }
    }
}
