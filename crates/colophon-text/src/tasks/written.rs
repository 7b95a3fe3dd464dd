//! What a task is given, and what it makes.

use serde::Serialize;
use serde_json::Value;

use crate::TextError;
use crate::chat::{Usage, WatermarkState};

/// What a task made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Tokens of all requests together.
    pub usage: Usage,
    /// Whether the text carries the watermark.
    pub watermark: WatermarkState,
    /// The seed that repeats it.
    pub seed: u32,
    /// What the task has to say of its own work: sources of sentences, sections, terms that were not
    /// kept.
    pub report: Value,
}

/// The text, unless it is empty.
pub(super) fn given(text: &str) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Parameter { name: "text", wanted: "not empty".into() });
    }
    Ok(text)
}
