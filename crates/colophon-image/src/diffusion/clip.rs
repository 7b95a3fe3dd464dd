//! CLIP's text encoder (Radford et al. 2021): OpenAI's, and OpenCLIP's larger ones, as `transformers`
//! has them.

use colophon_types::Cancel;
use serde_json::Value;

use super::layers::Builder;
use super::lora::Lora;
use super::source::Source;
use crate::ImageError;
use crate::net::{Net, Tensor, Var};

/// Tokens that it takes at once, with its start and end.
pub(crate) const LENGTH: usize = 77;

/// What `config.json` of a text encoder says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClipConfig {
    pub(crate) width: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) epsilon: f32,
    pub(crate) quick: bool,
}

impl ClipConfig {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        Some(Self {
            width: number("hidden_size")?,
            layers: number("num_hidden_layers")?,
            heads: number("num_attention_heads")?,
            epsilon: json["layer_norm_eps"].as_f64().unwrap_or(1e-5) as f32,
            quick: json["hidden_act"].as_str().unwrap_or("quick_gelu") == "quick_gelu",
        })
    }

    /// The encoder of SD 1.x, and the first of SDXL, SD 3 and FLUX.
    pub(crate) const fn large() -> Self {
        Self { width: 768, layers: 12, heads: 12, epsilon: 1e-5, quick: true }
    }

    /// The encoder of SD 2.x, less its last layer, which nothing looks at.
    pub(crate) const fn open_h() -> Self {
        Self { width: 1024, layers: 23, heads: 16, epsilon: 1e-5, quick: false }
    }

    /// The second encoder of SDXL and SD 3.
    pub(crate) const fn open_g() -> Self {
        Self { width: 1280, layers: 32, heads: 20, epsilon: 1e-5, quick: false }
    }
}

/// What a prompt became.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ClipText {
    /// The last layer's values, normalised: `[1, 77, width]`.
    pub(crate) last: Tensor,
    /// The values before the last layer.
    pub(crate) penultimate: Tensor,
    /// One vector for the whole prompt: the end token's, projected where the encoder has a projection.
    pub(crate) pooled: Vec<f32>,
}

/// A text encoder, ready.
pub(crate) struct Clip {
    pub(crate) net: Net,
    tokens: Vec<f32>,
    positions: Vec<f32>,
    width: usize,
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clip({})", self.width)
    }
}

impl Clip {
    pub(crate) fn load(
        config: &ClipConfig,
        source: &Source<'_>,
        loras: &[Lora],
        threads: usize,
    ) -> Result<Self, ImageError> {
        let ClipConfig { width, epsilon, .. } = *config;
        let mut b = Builder::new(source, loras);
        let mut x = b.input("embedded", &[1, LENGTH, width]);
        let pick = b.input("pick", &[1, 1, LENGTH]);
        let mut penultimate = x;
        for layer in 0..config.layers {
            penultimate = x;
            x = block(&mut b, x, &format!("text_model.encoder.layers.{layer}"), config)?;
        }
        let last = b.layer_norm(x, "text_model.final_layer_norm", epsilon)?;
        let mut pooled = b.graph.plain("MatMul", &[pick, last]);
        if b.has("text_projection.weight") {
            pooled = b.linear(pooled, "text_projection")?;
        } else if b.has("text_projection") {
            // OpenCLIP has it the other way round.
            let projection = b.weight("text_projection", None)?;
            pooled = b.graph.plain("MatMul", &[pooled, projection]);
        }
        b.graph.output("last", last);
        b.graph.output("penultimate", penultimate);
        b.graph.output("pooled", pooled);
        let tokens = source.floats("text_model.embeddings.token_embedding.weight", None)?;
        let positions = source.floats("text_model.embeddings.position_embedding.weight", None)?;
        if positions.len() < LENGTH * width || !tokens.len().is_multiple_of(width) {
            return Err(source.misfit("text_model.embeddings.position_embedding.weight"));
        }
        Ok(Self { net: Net::new(&b.graph, threads)?, tokens, positions, width })
    }

    /// Reads `LENGTH` tokens, of which number `end` is the end of the text.
    pub(crate) fn read(&self, tokens: &[u32], end: usize, cancel: &Cancel) -> Result<ClipText, ImageError> {
        let wrong = |what: &str| ImageError::Network(format!("the text encoder {what}"));
        let mut embedded = Vec::with_capacity(LENGTH * self.width);
        for (place, token) in tokens.iter().take(LENGTH).enumerate() {
            let row = self.tokens.get(*token as usize * self.width..).and_then(|t| t.get(..self.width));
            let row = row.ok_or_else(|| wrong("does not know a token"))?;
            let position = &self.positions[place * self.width..][..self.width];
            embedded.extend(row.iter().zip(position).map(|(t, p)| t + p));
        }
        let pick = (0..LENGTH).map(|i| if i == end { 1.0 } else { 0.0 }).collect();
        let inputs = vec![
            ("embedded", Tensor::new(&[1, LENGTH, self.width], embedded)),
            ("pick", Tensor::new(&[1, 1, LENGTH], pick)),
        ];
        let [last, penultimate, pooled] =
            <[Tensor; 3]>::try_from(self.net.run(inputs, cancel)?).map_err(|_| wrong("gave too little"))?;
        Ok(ClipText { last, penultimate, pooled: pooled.data })
    }
}

fn block(b: &mut Builder<'_>, x: Var, name: &str, config: &ClipConfig) -> Result<Var, ImageError> {
    let normal = b.layer_norm(x, &format!("{name}.layer_norm1"), config.epsilon)?;
    let q = b.linear(normal, &format!("{name}.self_attn.q_proj"))?;
    let k = b.linear(normal, &format!("{name}.self_attn.k_proj"))?;
    let v = b.linear(normal, &format!("{name}.self_attn.v_proj"))?;
    let seen = b.attention(q, k, v, config.heads, true);
    let seen = b.linear(seen, &format!("{name}.self_attn.out_proj"))?;
    let x = b.add(x, seen);
    let normal = b.layer_norm(x, &format!("{name}.layer_norm2"), config.epsilon)?;
    let wide = b.linear(normal, &format!("{name}.mlp.fc1"))?;
    let wide = if config.quick { b.quick_gelu(wide) } else { b.gelu(wide) };
    let back = b.linear(wide, &format!("{name}.mlp.fc2"))?;
    Ok(b.add(x, back))
}
