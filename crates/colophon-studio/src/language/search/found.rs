//! What a search finds, and what it did to its index before.

use serde::Serialize;

/// A passage that answers a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// The file, relative to the folder.
    pub file: String,
    /// Its first line, from 1.
    pub line: usize,
    /// Its last line.
    pub last_line: usize,
    /// The passage.
    pub text: String,
    /// Cosine similarity with the question, and a little for its words: higher is better.
    pub score: f32,
}

/// What bringing an index up to date did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Indexed {
    /// Files in the index.
    pub files: usize,
    /// Passages in the index.
    pub passages: usize,
    /// Files that were read anew.
    pub updated: usize,
    /// Files that are gone.
    pub removed: usize,
    /// Files that are no texts or too large.
    pub skipped: usize,
}
