//! The layers of the language model Qwen3 (Yang et al. 2025), which read prompts for Z-Image: what the last but one
//! of them makes of each token.

use colophon_types::Cancel;
use serde_json::Value;

use super::joint::{Names, gated_feed, heads, turns};
use super::layers::Builder;
use super::source::Source;
use super::weights::Table;
use crate::ImageError;
use crate::net::{Net, Tensor, Var};

/// Tokens of a prompt that are read at most.
pub(crate) const LONGEST: usize = 512;

/// What `config.json` says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QwenConfig {
    pub(crate) width: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Heads of keys and values, each of which several heads of queries look at.
    pub(crate) shared: usize,
    pub(crate) head: usize,
    pub(crate) theta: f64,
    pub(crate) epsilon: f32,
}

impl QwenConfig {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        if json["model_type"] != "qwen3" {
            return None;
        }
        // Newer files have it among what else they say of places.
        let theta = json["rope_theta"].as_f64().or_else(|| json["rope_parameters"]["rope_theta"].as_f64());
        let heads = number("num_attention_heads").filter(|n| *n > 0)?;
        let shared = number("num_key_value_heads").filter(|n| *n > 0 && heads.is_multiple_of(*n))?;
        let (width, layers) = (number("hidden_size")?, number("num_hidden_layers")?);
        Some(Self {
            width,
            layers,
            heads,
            shared,
            head: number("head_dim").unwrap_or(width / heads),
            theta: theta.unwrap_or(1e6),
            epsilon: json["rms_norm_eps"].as_f64().unwrap_or(1e-6) as f32,
        })
    }

    fn names(&self) -> Names {
        Names { parts: ["q_proj", "k_proj", "v_proj"], norms: ["q_norm", "k_norm"], epsilon: self.epsilon }
    }
}

/// The encoder, for prompts of any length.
#[derive(Debug)]
pub(crate) struct Qwen {
    pub(crate) net: Net,
    tokens: Table,
}

impl Qwen {
    pub(crate) fn load(config: &QwenConfig, source: &Source<'_>, threads: usize) -> Result<Self, ImageError> {
        let mut b = Builder::new(source, &[]);
        let mut x = b.graph.input("embedded", &[Some(1), None, Some(config.width)]);
        let (cos, sin) = turns((0..LONGEST).map(|at| [at]), &[config.head], config.theta);
        let table = [LONGEST, config.head / 2];
        let turn = (b.graph.floats(&table, cos), b.graph.floats(&table, sin));
        for layer in 0..config.layers.saturating_sub(1) {
            x = block(&mut b, config, x, turn, &format!("layers.{layer}"))?;
        }
        b.graph.output("read", x);
        let words = if source.has("embed_tokens.weight") { "embed_tokens.weight" } else { "shared.weight" };
        let tokens = source.table(words)?;
        if tokens.width() != config.width {
            return Err(source.misfit(words));
        }
        Ok(Self { net: Net::new(&b.graph, threads)?, tokens })
    }

    /// Reads 1 to [`LONGEST`] tokens: `[1, length, width]`.
    pub(crate) fn read(&self, tokens: &[u32], cancel: &Cancel) -> Result<Tensor, ImageError> {
        let shape = [1, tokens.len(), self.tokens.width()];
        self.net.apply("embedded", Tensor::new(&shape, self.tokens.rows(tokens)?), cancel)
    }
}

fn block(
    b: &mut Builder<'_>,
    config: &QwenConfig,
    x: Var,
    turn: (Var, Var),
    name: &str,
) -> Result<Var, ImageError> {
    let QwenConfig { heads: count, shared, head, epsilon, .. } = *config;
    let normal = b.rms_norm(x, &format!("{name}.input_layernorm"), epsilon)?;
    let [q, k, v] = heads(b, normal, &format!("{name}.self_attn"), &config.names(), [count, shared, head])?;
    let q = b.turned(q, turn, count, false);
    let k = b.turned(k, turn, shared, false);
    let [k, v] = [k, v].map(|x| repeated(b, x, [count, shared, head]));
    let seen = b.attention(q, k, v, count, true);
    let seen = b.linear(seen, &format!("{name}.self_attn.o_proj"))?;
    let x = b.add(x, seen);
    let normal = b.rms_norm(x, &format!("{name}.post_attention_layernorm"), epsilon)?;
    let change = gated_feed(b, normal, &format!("{name}.mlp"), ["gate_proj", "up_proj", "down_proj"])?;
    Ok(b.add(x, change))
}

/// Each head of keys or values, as often as heads of queries look at it.
fn repeated(b: &mut Builder<'_>, x: Var, [heads, shared, head]: [usize; 3]) -> Var {
    if heads == shared {
        return x;
    }
    let times = heads / shared;
    let x = b.split(x, &[shared, 1, head]);
    let copies = vec![x; times];
    let x = b.concat(&copies, 3);
    b.split(x, &[heads * head])
}
