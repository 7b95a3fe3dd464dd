//! What users bring: masked language models and cross-encoders of the BERT and RoBERTa families, as
//! folders with `config.json`, `model.safetensors` and `tokenizer.json`.

use std::path::Path;

use candle_core::{IndexOp, Tensor};
use candle_nn::{LayerNorm, Linear, Module, VarBuilder, layer_norm, linear, ops};
use colophon_types::Cancel;
use serde::Serialize;

use super::error::{EncodeError, load_error, run_error};
use super::layers::Activation;
use super::tokens::Tokens;
use super::tower::{Batch, Family, Shape, Tower, Words, weights};

/// Pairs judged in one pass.
const BATCH: usize = 16;
/// Longest text, in tokens; the rest is cut off.
const MAX_TOKENS: usize = 512;

/// A word for a gap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Filling {
    /// The word.
    pub word: String,
    /// Its probability, 0 to 1.
    pub probability: f32,
    /// Its token.
    pub token: u32,
}

/// A masked language model.
pub struct FillMask {
    tower: Tower,
    tokens: Tokens,
    dense: Linear,
    act: Activation,
    norm: LayerNorm,
    /// `[vocabulary, hidden]`.
    decoder: Tensor,
    bias: Tensor,
}

impl FillMask {
    /// Loads a model from its folder.
    ///
    /// # Errors
    /// [`EncodeError::Missing`] and [`EncodeError::Load`], also when the folder holds another kind of
    /// model.
    pub fn load(dir: &Path) -> Result<Self, EncodeError> {
        let shape = Shape::read(dir)?;
        let vars = weights(dir)?;
        let tower = Tower::load(&shape, &vars)?;
        let tokens = Tokens::read(dir, tower.longest.min(MAX_TOKENS))?;
        let (hidden, words, eps) = (shape.hidden_size, shape.vocab_size, shape.layer_norm_eps);
        let (head, transform, name) = match shape.family()? {
            Family::Bert => {
                let head = vars.pp("cls.predictions");
                (head.clone(), head.pp("transform"), "LayerNorm")
            }
            Family::Roberta => (vars.pp("lm_head"), vars.pp("lm_head"), "layer_norm"),
        };
        let parts = || -> candle_core::Result<_> {
            let dense = linear(hidden, hidden, transform.pp("dense"))?;
            Ok((dense, layer_norm(hidden, eps, transform.pp(name))?, head.get(words, "bias")?))
        };
        let (dense, norm, bias) =
            parts().map_err(|e| load_error(format!("it is no masked language model: {e}")))?;
        // The table of words serves in both directions unless the checkpoint has one for each.
        let decoder = match (head.get((words, hidden), "decoder.weight"), &tower.words) {
            (Ok(own), _) => own,
            (Err(_), Words::Full(table)) => table.clone(),
            (Err(e), Words::Packed { .. }) => return Err(load_error(e)),
        };
        Ok(Self { tower, tokens, dense, act: shape.hidden_act, norm, decoder, bias })
    }

    /// How the gap is written: `[MASK]` or `<mask>`.
    pub fn mask(&self) -> Option<&'static str> {
        self.tokens.mask().map(|(_, spelling)| spelling)
    }

    /// The likeliest words for each gap of the text, best first; gaps in the order of the text.
    ///
    /// # Errors
    /// [`EncodeError::Input`] when the text has no gap; [`EncodeError::Run`].
    pub fn fill(&self, text: &str, best: usize) -> Result<Vec<Vec<Filling>>, EncodeError> {
        let (mask, spelling) = self.tokens.mask().ok_or_else(|| load_error("its tokenizer has no mask"))?;
        let (ids, types) = self.tokens.one(text)?;
        let gaps: Vec<usize> = (0..ids.len()).filter(|&i| ids[i] == mask).collect();
        if gaps.is_empty() {
            return Err(EncodeError::Input(format!("the text has no {spelling} to fill")));
        }
        let states = self.tower.states(&Batch::of(&[(ids, types)], self.tower.pad))?;
        gaps.iter().map(|&gap| self.gap(&states, gap, best).map_err(run_error)).collect()
    }

    fn gap(&self, states: &Tensor, gap: usize, best: usize) -> candle_core::Result<Vec<Filling>> {
        let state = states.i((0, gap))?.unsqueeze(0)?;
        let state = self.norm.forward(&self.act.apply(&self.dense.forward(&state)?)?)?;
        let logits = state.matmul(&self.decoder.t()?)?.broadcast_add(&self.bias)?;
        let chances: Vec<f32> = ops::softmax_last_dim(&logits)?.i(0)?.to_vec1()?;
        let mut order: Vec<u32> = (0..chances.len() as u32).collect();
        order.sort_by(|&a, &b| chances[b as usize].total_cmp(&chances[a as usize]));
        order.truncate(best);
        Ok(order
            .into_iter()
            .map(|token| Filling {
                word: self.tokens.text(token),
                probability: chances[token as usize],
                token,
            })
            .collect())
    }
}

/// A model that reads two texts together and judges the pair: rerankers, and models of natural
/// language inference.
pub struct CrossEncoder {
    tower: Tower,
    tokens: Tokens,
    /// Applied to the first token, then tanh.
    pooler: Linear,
    classifier: Linear,
    labels: Vec<String>,
}

impl CrossEncoder {
    /// Loads a model from its folder.
    ///
    /// # Errors
    /// [`EncodeError::Missing`] and [`EncodeError::Load`], also when the folder holds another kind of
    /// model.
    pub fn load(dir: &Path) -> Result<Self, EncodeError> {
        let shape = Shape::read(dir)?;
        let vars = weights(dir)?;
        let tower = Tower::load(&shape, &vars)?;
        let tokens = Tokens::read(dir, tower.longest.min(MAX_TOKENS))?;
        let hidden = shape.hidden_size;
        let labels = shape.id2label.len().max(1);
        let head = |vars: &VarBuilder<'_>| -> candle_core::Result<(Linear, Linear)> {
            Ok(match shape.family().map_err(candle_core::Error::wrap)? {
                Family::Bert => (
                    linear(hidden, hidden, vars.pp("bert.pooler.dense"))?,
                    linear(hidden, labels, vars.pp("classifier"))?,
                ),
                Family::Roberta => (
                    linear(hidden, hidden, vars.pp("classifier.dense"))?,
                    linear(hidden, labels, vars.pp("classifier.out_proj"))?,
                ),
            })
        };
        let (pooler, classifier) =
            head(&vars).map_err(|e| load_error(format!("it is no cross-encoder: {e}")))?;
        let mut names: Vec<(usize, String)> =
            shape.id2label.iter().filter_map(|(id, name)| Some((id.parse().ok()?, name.clone()))).collect();
        names.sort();
        let labels = if names.is_empty() {
            vec!["score".to_owned()]
        } else {
            names.into_iter().map(|(_, name)| name).collect()
        };
        Ok(Self { tower, tokens, pooler, classifier, labels })
    }

    /// Names of the numbers that each pair gets.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The model's raw numbers (logits) for each pair, one for each label.
    ///
    /// # Errors
    /// [`EncodeError::Run`] and [`EncodeError::Cancelled`].
    pub fn judge(&self, pairs: &[(&str, &str)], cancel: &Cancel) -> Result<Vec<Vec<f32>>, EncodeError> {
        let mut judged = Vec::with_capacity(pairs.len());
        for batch in pairs.chunks(BATCH) {
            cancel.check()?;
            let encoded: Vec<_> =
                batch.iter().map(|(a, b)| self.tokens.pair(a, b)).collect::<Result<_, _>>()?;
            let states = self.tower.states(&Batch::of(&encoded, self.tower.pad))?;
            let head = || -> candle_core::Result<Vec<Vec<f32>>> {
                let first = states.i((.., 0))?.contiguous()?;
                self.classifier.forward(&self.pooler.forward(&first)?.tanh()?)?.to_vec2()
            };
            judged.extend(head().map_err(run_error)?);
        }
        Ok(judged)
    }
}
