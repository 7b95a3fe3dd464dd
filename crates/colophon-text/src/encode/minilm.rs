//! Sentence embeddings with MiniLM, a six-layer BERT (Wang et al. 2020; sentence-transformers
//! `all-MiniLM-L6-v2`): the mean of the token vectors, scaled to length 1.

use std::path::Path;

use colophon_types::Cancel;

use super::embed::{Embed, EncoderInfo, Purpose, unit};
use super::error::EncodeError;
use super::tokens::Tokens;
use super::tower::{Batch, Shape, Tower, weights};

/// Numbers in an embedding.
pub const DIMENSIONS: usize = 384;

/// Texts embedded in one pass.
const BATCH: usize = 32;

/// Longest text, in tokens; the rest is cut off (the model was trained with 256).
const MAX_TOKENS: usize = 256;

/// The embedding model, in memory (90 MB, 32-bit floats).
pub struct MiniLm {
    tower: Tower,
    tokens: Tokens,
}

impl std::fmt::Debug for MiniLm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MiniLm")
    }
}

impl MiniLm {
    /// Loads `config.json`, `model.safetensors` and `tokenizer.json` from a folder.
    ///
    /// # Errors
    /// [`EncodeError::Missing`] and [`EncodeError::Load`].
    pub fn load(dir: &Path) -> Result<Self, EncodeError> {
        let shape = Shape::read(dir)?;
        if shape.hidden_size != DIMENSIONS {
            return Err(EncodeError::Load(format!("its vectors have no {DIMENSIONS} numbers")));
        }
        Ok(Self { tower: Tower::load(&shape, &weights(dir)?)?, tokens: Tokens::read(dir, MAX_TOKENS)? })
    }

    /// Embeddings of the texts, in their order, each of length 1.
    ///
    /// # Errors
    /// [`EncodeError::Run`] when the forward pass fails.
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<[f32; DIMENSIONS]>, EncodeError> {
        self.embed_with(texts, &Cancel::new())
    }

    /// As [`MiniLm::embed`], and stops between batches when asked to.
    ///
    /// # Errors
    /// [`EncodeError::Run`] and [`EncodeError::Cancelled`].
    pub fn embed_with(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<[f32; DIMENSIONS]>, EncodeError> {
        let vectors = self.vectors(texts, Purpose::Passage, cancel)?;
        Ok(vectors.iter().map(|v| std::array::from_fn(|i| v.get(i).copied().unwrap_or(0.0))).collect())
    }
}

impl Embed for MiniLm {
    fn encoder(&self) -> EncoderInfo {
        EncoderInfo { id: "all-minilm-l6-v2".into(), dimensions: DIMENSIONS, max_tokens: MAX_TOKENS }
    }

    /// The purpose makes no difference to this model.
    fn vectors(&self, texts: &[&str], _: Purpose, cancel: &Cancel) -> Result<Vec<Vec<f32>>, EncodeError> {
        let mut vectors = vec![Vec::new(); texts.len()];
        for batch in Tokens::by_length(texts).chunks(BATCH) {
            cancel.check()?;
            let encoded: Vec<_> =
                batch.iter().map(|&i| self.tokens.one(texts[i])).collect::<Result<_, _>>()?;
            let means = self.tower.means(&Batch::of(&encoded, self.tower.pad))?;
            for (&i, mean) in batch.iter().zip(means) {
                vectors[i] = unit(mean);
            }
        }
        Ok(vectors)
    }

    fn tokens(&self, texts: &[&str]) -> Result<usize, EncodeError> {
        texts.iter().map(|text| Ok(self.tokens.one(text)?.0.len())).sum()
    }
}
