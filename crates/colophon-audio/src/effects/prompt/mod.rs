//! From words to a scene: rules over names, synonyms and modifiers in English and Chinese.
//!
//! A prompt is cut into tokens (words, single Han characters), known phrases are found by the longest
//! match, and clauses become layers: what stands before a sound or after it in its clause changes it.
//! Words that match nothing are given back, for whoever has embeddings.

mod joints;
mod lexicon;
mod reader;
mod reading;
mod token;

pub use reader::read;
pub use reading::{LONGEST_PROMPT, Reading, Unknown};
