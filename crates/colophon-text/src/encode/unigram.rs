//! SentencePiece's unigram tokenizer, as XLM-RoBERTa uses it (Kudo 2018): characters are normalised
//! by a table, spaces become `▁`, and the likeliest cut into pieces is taken.

use std::collections::HashMap;

use tokenizers::Model as _;
use tokenizers::models::unigram::Unigram;

use super::error::{EncodeError, load_error, run_error};

/// Stands for a space in pieces.
const SPACE: char = '▁';

/// A tokenizer without its special tokens.
pub(super) struct Pieces {
    model: Unigram,
    /// Characters that are replaced before the text is cut.
    replaced: HashMap<char, String>,
    /// Tokens at the beginning and the end of every text.
    pub(super) ends: (u32, u32),
}

impl Pieces {
    pub(super) fn new(
        pieces: Vec<(String, f64)>,
        unknown: usize,
        ends: (u32, u32),
        replaced: HashMap<char, String>,
    ) -> Result<Self, EncodeError> {
        let model = Unigram::from(pieces, Some(unknown), false).map_err(load_error)?;
        Ok(Self { model, replaced, ends })
    }

    /// The ids of a text's pieces.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<u32>, EncodeError> {
        let mut spelled = String::with_capacity(text.len() + 3);
        let mut put = |c: char| {
            let c = if c == ' ' { SPACE } else { c };
            if spelled.is_empty() && c != SPACE {
                spelled.push(SPACE);
            }
            if c != SPACE || !spelled.ends_with(SPACE) {
                spelled.push(c);
            }
        };
        for c in text.chars() {
            match self.replaced.get(&c) {
                Some(other) => other.chars().for_each(&mut put),
                None => put(c),
            }
        }
        let pieces = self.model.tokenize(&spelled).map_err(run_error)?;
        Ok(pieces.into_iter().map(|piece| piece.id).collect())
    }
}
