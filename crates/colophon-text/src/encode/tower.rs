//! The body that all encoders of the BERT family share: embeddings and transformer layers (Devlin et
//! al. 2018; RoBERTa and XLM-RoBERTa differ in their names and in where positions begin).

use std::path::Path;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{D, DType, Device, Tensor};
use candle_nn::{LayerNorm, Module, VarBuilder, layer_norm};
use serde::Deserialize;

use super::error::{EncodeError, load_error, run_error};
use super::layers::{Activation, Layers, Width};

/// Largest shapes that are loaded; far beyond any published encoder.
const LIMITS: Limits = Limits { vocabulary: 1 << 21, hidden: 1 << 13, layers: 128, positions: 1 << 16 };

struct Limits {
    vocabulary: usize,
    hidden: usize,
    layers: usize,
    positions: usize,
}

/// Which family's names a checkpoint uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Bert,
    Roberta,
}

/// `config.json`, as far as it counts.
#[derive(Debug, Deserialize)]
pub(super) struct Shape {
    pub(super) vocab_size: usize,
    pub(super) hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    #[serde(default = "gelu")]
    pub(super) hidden_act: Activation,
    max_position_embeddings: usize,
    #[serde(default = "one")]
    type_vocab_size: usize,
    #[serde(default = "epsilon")]
    pub(super) layer_norm_eps: f64,
    #[serde(default)]
    pad_token_id: usize,
    model_type: String,
    #[serde(default)]
    pub(super) id2label: std::collections::BTreeMap<String, String>,
}

fn gelu() -> Activation {
    Activation::Gelu
}

fn one() -> usize {
    1
}

fn epsilon() -> f64 {
    1e-12
}

impl Shape {
    pub(super) fn read(dir: &Path) -> Result<Self, EncodeError> {
        let path = existing(dir, "config.json")?;
        let text = std::fs::read_to_string(path).map_err(load_error)?;
        let shape: Self = serde_json::from_str(&text).map_err(|e| load_error(format!("config.json: {e}")))?;
        shape.check()?;
        Ok(shape)
    }

    /// Shape of the packed encoder `multilingual-e5-small`.
    pub(super) fn packed(
        [hidden_size, num_hidden_layers, num_attention_heads, intermediate_size]: [usize; 4],
        [vocab_size, max_position_embeddings, type_vocab_size]: [usize; 3],
        layer_norm_eps: f64,
    ) -> Result<Self, EncodeError> {
        let shape = Self {
            vocab_size,
            hidden_size,
            num_hidden_layers,
            num_attention_heads,
            intermediate_size,
            hidden_act: Activation::Gelu,
            max_position_embeddings,
            type_vocab_size,
            layer_norm_eps,
            pad_token_id: 0,
            model_type: "bert".into(),
            id2label: Default::default(),
        };
        shape.check()?;
        Ok(shape)
    }

    fn check(&self) -> Result<(), EncodeError> {
        let within = (1..=LIMITS.vocabulary).contains(&self.vocab_size)
            && (1..=LIMITS.hidden).contains(&self.hidden_size)
            && (1..=LIMITS.hidden * 8).contains(&self.intermediate_size)
            && (1..=LIMITS.layers).contains(&self.num_hidden_layers)
            && (4..=LIMITS.positions).contains(&self.max_position_embeddings)
            && (1..=16).contains(&self.type_vocab_size)
            && self.num_attention_heads > 0
            && self.hidden_size.is_multiple_of(self.num_attention_heads)
            && self.pad_token_id < self.vocab_size;
        if within { Ok(()) } else { Err(load_error("its shape is impossible")) }
    }

    pub(super) fn family(&self) -> Result<Family, EncodeError> {
        match self.model_type.as_str() {
            "bert" => Ok(Family::Bert),
            "roberta" | "xlm-roberta" | "camembert" => Ok(Family::Roberta),
            other => Err(load_error(format!("models of the type '{other}' are not supported"))),
        }
    }

    pub(super) fn layers(&self) -> usize {
        self.num_hidden_layers
    }

    fn width(&self) -> Width {
        Width {
            hidden: self.hidden_size,
            heads: self.num_attention_heads,
            inner: self.intermediate_size,
            epsilon: self.layer_norm_eps,
            activation: self.hidden_act,
        }
    }
}

/// The table of word vectors.
pub(super) enum Words {
    /// 32-bit floats, `[vocabulary, hidden]`.
    Full(Tensor),
    /// Rows of 4-bit blocks (GGML `Q4_0`), unpacked when they are looked up.
    Packed { bytes: Vec<u8>, row: usize, hidden: usize },
}

impl Words {
    fn lookup(&self, ids: &[u32]) -> candle_core::Result<Tensor> {
        match self {
            Self::Full(table) => table.index_select(&Tensor::new(ids, table.device())?, 0),
            Self::Packed { bytes, row, hidden } => {
                let mut rows = Vec::with_capacity(ids.len() * row);
                for &id in ids {
                    let at = id as usize * row;
                    let packed = bytes.get(at..at + row);
                    rows.extend_from_slice(
                        packed.ok_or_else(|| candle_core::Error::Msg(format!("no token {id}")))?,
                    );
                }
                unpack(rows, (ids.len(), *hidden))
            }
        }
    }
}

/// 4-bit blocks as 32-bit floats.
pub(super) fn unpack(bytes: Vec<u8>, shape: (usize, usize)) -> candle_core::Result<Tensor> {
    let device = Device::Cpu;
    let storage = candle_core::quantized::QStorage::from_data(bytes.into(), &device, GgmlDType::Q4_0)?;
    QTensor::new(storage, shape)?.dequantize(&device)
}

/// Token ids of several texts, padded to the longest.
pub(super) struct Batch {
    pub(super) ids: Vec<u32>,
    pub(super) types: Vec<u32>,
    pub(super) mask: Vec<u32>,
    pub(super) rows: usize,
    pub(super) width: usize,
}

impl Batch {
    /// Of token ids with their types; padded with `pad`.
    pub(super) fn of(texts: &[(Vec<u32>, Vec<u32>)], pad: u32) -> Self {
        let rows = texts.len();
        let width = texts.iter().map(|(ids, _)| ids.len()).max().unwrap_or(0);
        let mut batch = Self {
            ids: vec![pad; rows * width],
            types: vec![0; rows * width],
            mask: vec![0; rows * width],
            rows,
            width,
        };
        for (row, (ids, types)) in texts.iter().enumerate() {
            let at = row * width;
            batch.ids[at..at + ids.len()].copy_from_slice(ids);
            batch.types[at..at + types.len()].copy_from_slice(types);
            batch.mask[at..at + ids.len()].fill(1);
        }
        batch
    }
}

/// Embeddings and layers of one encoder.
pub(super) struct Tower {
    pub(super) words: Words,
    positions: Tensor,
    types: Tensor,
    norm: LayerNorm,
    layers: Layers,
    /// Position of the first token.
    first: usize,
    /// Fills short rows of a batch.
    pub(super) pad: u32,
    /// Tokens of the longest text.
    pub(super) longest: usize,
    pub(super) hidden: usize,
}

impl Tower {
    /// From a checkpoint in 32-bit floats, whose tensors may carry the family's name in front.
    pub(super) fn load(shape: &Shape, vars: &VarBuilder<'_>) -> Result<Self, EncodeError> {
        let root = match shape.family()? {
            Family::Bert => "bert",
            Family::Roberta => "roberta",
        };
        let table = "embeddings.word_embeddings.weight";
        let vars =
            if vars.contains_tensor(&format!("{root}.{table}")) { vars.pp(root) } else { vars.clone() };
        let words = vars.get((shape.vocab_size, shape.hidden_size), table).map_err(load_error)?;
        Self::with_words(shape, &vars, Words::Full(words))
    }

    /// As [`Tower::load`], with the word vectors apart.
    pub(super) fn with_words(
        shape: &Shape,
        vars: &VarBuilder<'_>,
        words: Words,
    ) -> Result<Self, EncodeError> {
        let hidden = shape.hidden_size;
        // RoBERTa counts positions from the one after the padding token's.
        let first = match shape.family()? {
            Family::Bert => 0,
            Family::Roberta => shape.pad_token_id + 1,
        };
        let load = || -> candle_core::Result<Self> {
            let embeddings = vars.pp("embeddings");
            let positions = (shape.max_position_embeddings, hidden);
            Ok(Self {
                words,
                positions: embeddings.get(positions, "position_embeddings.weight")?,
                types: embeddings.get((shape.type_vocab_size, hidden), "token_type_embeddings.weight")?,
                norm: layer_norm(hidden, shape.layer_norm_eps, embeddings.pp("LayerNorm"))?,
                layers: Layers::load(&vars.pp("encoder"), shape.num_hidden_layers, shape.width())?,
                first,
                pad: shape.pad_token_id as u32,
                longest: shape.max_position_embeddings - first,
                hidden,
            })
        };
        load().map_err(load_error)
    }

    /// Vectors of all tokens, `[rows, width, hidden]`.
    pub(super) fn states(&self, batch: &Batch) -> Result<Tensor, EncodeError> {
        let forward = || -> candle_core::Result<Tensor> {
            let device = self.positions.device();
            let (rows, width) = (batch.rows, batch.width);
            let words = self.words.lookup(&batch.ids)?.reshape((rows, width, self.hidden))?;
            let places = self.positions.narrow(0, self.first, width)?;
            let types = self.types.index_select(&Tensor::new(batch.types.as_slice(), device)?, 0)?;
            let sum = (words + types.reshape((rows, width, self.hidden))?)?.broadcast_add(&places)?;
            let mask = self.mask(batch)?;
            let open = (1.0 - mask.reshape((rows, 1, 1, width))?)?;
            let closed = (open * f64::from(f32::MIN))?;
            self.layers.forward(&self.norm.forward(&sum)?, &closed)
        };
        forward().map_err(run_error)
    }

    fn mask(&self, batch: &Batch) -> candle_core::Result<Tensor> {
        Tensor::from_slice(&batch.mask, (batch.rows, batch.width), self.positions.device())?
            .to_dtype(DType::F32)
    }

    /// Mean of the token vectors of each text.
    pub(super) fn means(&self, batch: &Batch) -> Result<Vec<Vec<f32>>, EncodeError> {
        let states = self.states(batch)?;
        let pool = || -> candle_core::Result<Vec<Vec<f32>>> {
            let weights = self.mask(batch)?.unsqueeze(D::Minus1)?;
            states.broadcast_mul(&weights)?.sum(1)?.broadcast_div(&weights.sum(1)?)?.to_vec2()
        };
        pool().map_err(run_error)
    }
}

/// The path of a file that must be there.
pub(super) fn existing(dir: &Path, name: &str) -> Result<std::path::PathBuf, EncodeError> {
    let path = dir.join(name);
    if path.is_file() { Ok(path) } else { Err(EncodeError::Missing(path)) }
}

/// The weights of a folder in 32-bit floats.
pub(super) fn weights(dir: &Path) -> Result<VarBuilder<'static>, EncodeError> {
    let bytes = std::fs::read(existing(dir, "model.safetensors")?).map_err(load_error)?;
    VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).map_err(load_error)
}
