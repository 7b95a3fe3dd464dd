//! The encoder of T5 1.1 (Raffel et al. 2020), which reads long prompts for SD 3 and FLUX.

use colophon_types::Cancel;
use serde_json::Value;

use super::layers::Builder;
use super::source::Source;
use super::weights::Table;
use crate::ImageError;
use crate::net::{Net, Tensor};

/// Kinds of distance between two tokens, and from which on all are alike.
const BUCKETS: usize = 32;
const FARTHEST: usize = 128;

/// What `config.json` says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct T5Config {
    pub(crate) width: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) epsilon: f32,
}

impl T5Config {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        // The first T5 had another feed-forward layer.
        if !json["feed_forward_proj"].as_str()?.starts_with("gated-gelu") {
            return None;
        }
        Some(Self {
            width: number("d_model")?,
            layers: number("num_layers")?,
            heads: number("num_heads")?,
            epsilon: json["layer_norm_epsilon"].as_f64().unwrap_or(1e-6) as f32,
        })
    }
}

/// The encoder, for prompts of one length.
pub(crate) struct T5 {
    pub(crate) net: Net,
    tokens: Table,
    width: usize,
    length: usize,
}

impl std::fmt::Debug for T5 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "T5({}, {})", self.width, self.length)
    }
}

impl T5 {
    pub(crate) fn load(
        config: &T5Config,
        source: &Source<'_>,
        length: usize,
        threads: usize,
    ) -> Result<Self, ImageError> {
        let T5Config { width, heads, epsilon, .. } = *config;
        let mut b = Builder::new(source, &[]);
        let mut x = b.input("embedded", &[1, length, width]);
        let table = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
        let bias = distances(&source.floats(table, None)?, heads, length);
        let bias = bias.ok_or_else(|| source.misfit(table))?;
        let bias = b.graph.floats(&[1, heads, length, length], bias);
        for layer in 0..config.layers {
            let name = format!("encoder.block.{layer}.layer");
            let normal = b.rms_norm(x, &format!("{name}.0.layer_norm"), epsilon)?;
            let [q, k, v] =
                ["q", "k", "v"].map(|part| b.linear(normal, &format!("{name}.0.SelfAttention.{part}")));
            // The scores are not scaled: the weights were trained so.
            let seen = b.biased_attention([q?, k?, v?], bias, heads, 1.0);
            let seen = b.linear(seen, &format!("{name}.0.SelfAttention.o"))?;
            x = b.add(x, seen);
            let normal = b.rms_norm(x, &format!("{name}.1.layer_norm"), epsilon)?;
            let gate = b.linear(normal, &format!("{name}.1.DenseReluDense.wi_0"))?;
            let gate = b.tanh_gelu(gate);
            let value = b.linear(normal, &format!("{name}.1.DenseReluDense.wi_1"))?;
            let product = b.mul(gate, value);
            let change = b.linear(product, &format!("{name}.1.DenseReluDense.wo"))?;
            x = b.add(x, change);
        }
        let last = b.rms_norm(x, "encoder.final_layer_norm", epsilon)?;
        b.graph.output("last", last);
        let embedding =
            if source.has("shared.weight") { "shared.weight" } else { "encoder.embed_tokens.weight" };
        let tokens = source.table(embedding)?;
        if tokens.width() != width {
            return Err(source.misfit(embedding));
        }
        Ok(Self { net: Net::new(&b.graph, threads)?, tokens, width, length })
    }

    /// Reads as many tokens as it was loaded for: `[1, length, width]`.
    pub(crate) fn read(&self, tokens: &[u32], cancel: &Cancel) -> Result<Tensor, ImageError> {
        let embedded = self.tokens.rows(tokens)?;
        self.net.apply("embedded", Tensor::new(&[1, self.length, self.width], embedded), cancel)
    }
}

/// What the distance between two tokens adds to their score, for each head.
fn distances(table: &[f32], heads: usize, length: usize) -> Option<Vec<f32>> {
    if table.len() != BUCKETS * heads {
        return None;
    }
    let bucket = |from: usize, to: usize| {
        let half = BUCKETS / 2;
        let side = if to > from { half } else { 0 };
        let far = from.abs_diff(to);
        let exact = half / 2;
        if far < exact {
            return side + far;
        }
        let span = (FARTHEST as f32 / exact as f32).ln();
        let step = (far as f32 / exact as f32).ln() / span * (half - exact) as f32;
        side + (exact + step as usize).min(half - 1)
    };
    let mut bias = Vec::with_capacity(heads * length * length);
    for head in 0..heads {
        for from in 0..length {
            bias.extend((0..length).map(|to| table[bucket(from, to) * heads + head]));
        }
    }
    Some(bias)
}
