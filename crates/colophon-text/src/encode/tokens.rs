//! Tokenizers that come with a checkpoint (`tokenizer.json`).

use std::path::Path;

use tokenizers::{Tokenizer, TruncationParams};

use super::error::{EncodeError, load_error, run_error};
use super::tower::existing;

/// Characters of a text for each token that is read, at most; what is beyond is cut off before the
/// tokenizer sees it.
const CHARS_PER_TOKEN: usize = 4;

/// The tokenizer of one checkpoint.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    longest: usize,
}

/// Token ids and, for each, which of two texts it belongs to.
pub(super) type Encoded = (Vec<u32>, Vec<u32>);

impl Tokens {
    /// Texts are cut off at `longest` tokens.
    pub(super) fn read(dir: &Path, longest: usize) -> Result<Self, EncodeError> {
        let mut tokenizer = Tokenizer::from_file(existing(dir, "tokenizer.json")?).map_err(load_error)?;
        tokenizer.with_padding(None);
        let truncation = TruncationParams { max_length: longest, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(load_error)?;
        Ok(Self { tokenizer, longest })
    }

    fn cut(&self, text: &str) -> String {
        text.chars().take(CHARS_PER_TOKEN * self.longest).collect()
    }

    pub(super) fn one(&self, text: &str) -> Result<Encoded, EncodeError> {
        let encoding = self.tokenizer.encode(self.cut(text), true).map_err(run_error)?;
        Ok((encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec()))
    }

    pub(super) fn pair(&self, first: &str, second: &str) -> Result<Encoded, EncodeError> {
        let both = (self.cut(first), self.cut(second));
        let encoding = self.tokenizer.encode(both, true).map_err(run_error)?;
        Ok((encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec()))
    }

    /// The id of the token that stands for a missing word, with its spelling.
    pub(super) fn mask(&self) -> Option<(u32, &'static str)> {
        ["[MASK]", "<mask>"].into_iter().find_map(|m| Some((self.tokenizer.token_to_id(m)?, m)))
    }

    /// A token as readers write it.
    pub(super) fn text(&self, id: u32) -> String {
        let decoded = self.tokenizer.decode(&[id], false).unwrap_or_default();
        decoded.trim().trim_start_matches("##").to_owned()
    }

    /// Texts in the order of their length, so that little of a batch is padding.
    pub(super) fn by_length(texts: &[&str]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| (texts[i].len(), i));
        order
    }
}
