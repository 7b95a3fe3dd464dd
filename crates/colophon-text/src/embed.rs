//! Sentence embeddings with MiniLM, a six-layer BERT (Wang et al. 2020; sentence-transformers
//! `all-MiniLM-L6-v2`): mean of the token vectors, scaled to length 1, so that the dot product of
//! two embeddings is their cosine similarity.
//!
//! [`MiniLm`] is immutable after loading and may be shared between threads.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config, HiddenAct, PositionEmbeddingType};
use colophon_types::{Cancel, Cancelled, ErrorCode, Explain};
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};

/// Numbers in an embedding.
pub const DIMENSIONS: usize = 384;

/// Texts embedded in one pass.
const BATCH: usize = 32;

/// Longest text, in tokens; the rest is cut off (the model was trained with 256).
const MAX_TOKENS: usize = 256;

/// Longest text that is given to the tokenizer, in characters.
const MAX_CHARS: usize = 4 * MAX_TOKENS;

/// Why an embedding could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TextEmbedError {
    /// A file of the model is not there.
    #[error("the embedding model has no file '{0}'")]
    Missing(PathBuf),
    /// A file of the model cannot be used.
    #[error("the embedding model cannot be loaded: {0}")]
    Load(String),
    /// The forward pass failed.
    #[error("the text could not be embedded: {0}")]
    Run(String),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for TextEmbedError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Missing(_) => ErrorCode::ModelMissing,
            Self::Load(_) | Self::Run(_) => ErrorCode::Failed,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing(_) => Some("try `colophon models pull all-minilm-l6-v2`".into()),
            Self::Load(_) => Some("try `colophon models verify`, then pull the model again".into()),
            Self::Run(_) | Self::Cancelled(_) => None,
        }
    }
}

fn run_error(e: impl std::fmt::Display) -> TextEmbedError {
    TextEmbedError::Run(e.to_string())
}

/// The embedding model, in memory (90 MB, 32-bit floats).
pub struct MiniLm {
    model: BertModel,
    tokenizer: Tokenizer,
    device: Device,
}

impl std::fmt::Debug for MiniLm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MiniLm")
    }
}

impl MiniLm {
    /// Loads `model.safetensors` and `tokenizer.json` from a folder.
    ///
    /// # Errors
    /// [`TextEmbedError::Missing`] and [`TextEmbedError::Load`].
    pub fn load(dir: &Path) -> Result<Self, TextEmbedError> {
        let weights = existing(dir.join("model.safetensors"))?;
        let tokens = existing(dir.join("tokenizer.json"))?;
        let load = |e: &dyn std::fmt::Display| TextEmbedError::Load(e.to_string());

        let mut tokenizer = Tokenizer::from_file(tokens).map_err(|e| load(&e))?;
        // The file pads every text to 128 tokens; here a batch is padded to its longest text.
        tokenizer.with_padding(Some(PaddingParams::default()));
        let truncation = TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|e| load(&e))?;

        let device = Device::Cpu;
        let bytes = std::fs::read(weights).map_err(|e| load(&e))?;
        let vars = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &device).map_err(|e| load(&e))?;
        let model = BertModel::load(vars, &config()).map_err(|e| load(&e))?;
        Ok(Self { model, tokenizer, device })
    }

    /// Embeddings of the texts, in their order, each of length 1.
    ///
    /// # Errors
    /// [`TextEmbedError::Run`] when the forward pass fails.
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<[f32; DIMENSIONS]>, TextEmbedError> {
        self.embed_with(texts, &Cancel::new())
    }

    /// As [`MiniLm::embed`], and stops between batches when asked to.
    ///
    /// # Errors
    /// [`TextEmbedError::Run`] and [`TextEmbedError::Cancelled`].
    pub fn embed_with(
        &self,
        texts: &[&str],
        cancel: &Cancel,
    ) -> Result<Vec<[f32; DIMENSIONS]>, TextEmbedError> {
        // Texts of like length go together, so that little of a batch is padding.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| (texts[i].len(), i));
        let mut vectors = vec![[0.0; DIMENSIONS]; texts.len()];
        for batch in order.chunks(BATCH) {
            cancel.check()?;
            let cut: Vec<String> =
                batch.iter().map(|&i| texts[i].chars().take(MAX_CHARS).collect()).collect();
            for (&i, vector) in batch.iter().zip(self.embed_batch(cut)?) {
                vectors[i] = vector;
            }
        }
        Ok(vectors)
    }

    /// Tokens of the texts, as far as they are embedded.
    ///
    /// # Errors
    /// [`TextEmbedError::Run`] when the tokenizer fails.
    pub fn count_tokens(&self, texts: &[&str]) -> Result<usize, TextEmbedError> {
        let mut sum = 0;
        for text in texts {
            let cut: String = text.chars().take(MAX_CHARS).collect();
            sum += self.tokenizer.encode(cut, true).map_err(run_error)?.get_ids().len();
        }
        Ok(sum)
    }

    /// One forward pass.
    fn embed_batch(&self, texts: Vec<String>) -> Result<Vec<[f32; DIMENSIONS]>, TextEmbedError> {
        let encodings = self.tokenizer.encode_batch(texts, true).map_err(run_error)?;
        let rows = encodings.len();
        let width = encodings.iter().map(|e| e.get_ids().len()).max().unwrap_or(0);
        let mut ids = Vec::with_capacity(rows * width);
        let mut mask = Vec::with_capacity(rows * width);
        for encoding in &encodings {
            ids.extend_from_slice(encoding.get_ids());
            mask.extend_from_slice(encoding.get_attention_mask());
        }
        let forward = || -> candle_core::Result<Vec<Vec<f32>>> {
            let ids = Tensor::from_vec(ids, (rows, width), &self.device)?;
            let mask = Tensor::from_vec(mask, (rows, width), &self.device)?;
            let states = self.model.forward(&ids, &ids.zeros_like()?, Some(&mask))?;
            let weights = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
            let mean = states.broadcast_mul(&weights)?.sum(1)?.broadcast_div(&weights.sum(1)?)?;
            mean.to_vec2::<f32>()
        };
        let means = forward().map_err(run_error)?;
        Ok(means.iter().map(|mean| unit(mean)).collect())
    }
}

/// The vector scaled to length 1.
fn unit(mean: &[f32]) -> [f32; DIMENSIONS] {
    let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
    std::array::from_fn(|i| mean.get(i).copied().unwrap_or(0.0) / length)
}

/// Cosine similarity of two embeddings.
pub fn similarity(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn existing(path: PathBuf) -> Result<PathBuf, TextEmbedError> {
    if path.is_file() { Ok(path) } else { Err(TextEmbedError::Missing(path)) }
}

/// The shape of `all-MiniLM-L6-v2`, from its model card.
fn config() -> Config {
    Config {
        vocab_size: 30522,
        hidden_size: DIMENSIONS,
        num_hidden_layers: 6,
        num_attention_heads: 12,
        intermediate_size: 1536,
        hidden_act: HiddenAct::Gelu,
        hidden_dropout_prob: 0.0,
        max_position_embeddings: 512,
        type_vocab_size: 2,
        initializer_range: 0.02,
        layer_norm_eps: 1e-12,
        pad_token_id: 0,
        position_embedding_type: PositionEmbeddingType::Absolute,
        use_cache: false,
        classifier_dropout: None,
        model_type: Some("bert".into()),
    }
}
