//! The layers of an encoder of the BERT family: attention of every token to every other, then a network for each
//! token by itself, each with its way around it and a normalisation after (Vaswani et al. 2017; Devlin et al. 2018).

use candle_core::{D, Result, Tensor};
use candle_nn::{LayerNorm, Linear, Module, VarBuilder, layer_norm, linear, ops};
use serde::Deserialize;

/// What a network bends its values with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Activation {
    /// Exact, by the error function.
    Gelu,
    /// By a hyperbolic tangent.
    #[serde(alias = "gelu_pytorch_tanh", alias = "gelu_fast")]
    GeluNew,
    Relu,
}

impl Activation {
    pub(super) fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Gelu => x.gelu_erf(),
            Self::GeluNew => x.gelu(),
            Self::Relu => x.relu(),
        }
    }
}

/// Sizes of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Width {
    /// Numbers for each token.
    pub(super) hidden: usize,
    /// Parts that attend each on their own; divides `hidden`.
    pub(super) heads: usize,
    /// Numbers for each token inside the network.
    pub(super) inner: usize,
    /// What keeps a normalisation from dividing by nothing.
    pub(super) epsilon: f64,
    pub(super) activation: Activation,
}

/// Layers one after the other.
pub(super) struct Layers(Vec<Layer>);

impl Layers {
    /// `count` layers with the names of a checkpoint: `layer.0`, `layer.1`, …
    pub(super) fn load(vars: &VarBuilder<'_>, count: usize, width: Width) -> Result<Self> {
        (0..count).map(|i| Layer::load(&vars.pp("layer").pp(i), width)).collect::<Result<_>>().map(Self)
    }

    /// From states `[rows, tokens, hidden]`; `closed` is added to the likeness of two tokens,
    /// `[rows, 1, 1, tokens]`, and lowest where none may look.
    pub(super) fn forward(&self, states: &Tensor, closed: &Tensor) -> Result<Tensor> {
        self.0.iter().try_fold(states.clone(), |states, layer| layer.forward(&states, closed))
    }
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    joined: Linear,
    attended: LayerNorm,
    widen: Linear,
    narrow: Linear,
    done: LayerNorm,
    width: Width,
}

impl Layer {
    fn load(vars: &VarBuilder<'_>, width: Width) -> Result<Self> {
        let (hidden, inner) = (width.hidden, width.inner);
        let square = |name: &str| linear(hidden, hidden, vars.pp(name));
        let norm = |name: &str| layer_norm(hidden, width.epsilon, vars.pp(name));
        Ok(Self {
            query: square("attention.self.query")?,
            key: square("attention.self.key")?,
            value: square("attention.self.value")?,
            joined: square("attention.output.dense")?,
            attended: norm("attention.output.LayerNorm")?,
            widen: linear(hidden, inner, vars.pp("intermediate.dense"))?,
            narrow: linear(inner, hidden, vars.pp("output.dense"))?,
            done: norm("output.LayerNorm")?,
            width,
        })
    }

    fn forward(&self, states: &Tensor, closed: &Tensor) -> Result<Tensor> {
        let (rows, tokens, hidden) = states.dims3()?;
        let heads = self.width.heads;
        let part = |of: &Linear| -> Result<Tensor> {
            let parts = of.forward(states)?.reshape((rows, tokens, heads, hidden / heads))?;
            parts.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (part(&self.query)?, part(&self.key)?, part(&self.value)?);
        let scale = ((hidden / heads) as f64).sqrt().recip();
        let likeness = (query.matmul(&key.t()?)? * scale)?.broadcast_add(closed)?;
        let seen = ops::softmax(&likeness, D::Minus1)?.matmul(&value)?;
        let seen = seen.transpose(1, 2)?.reshape((rows, tokens, hidden))?;
        let states = self.attended.forward(&(self.joined.forward(&seen)? + states)?)?;
        let inner = self.width.activation.apply(&self.widen.forward(&states)?)?;
        self.done.forward(&(self.narrow.forward(&inner)? + states)?)
    }
}
