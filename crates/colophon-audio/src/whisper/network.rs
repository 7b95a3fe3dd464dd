//! Whisper's two networks (Radford et al. 2022) as graphs for the ONNX Runtime.
//!
//! The encoder hears 30 s at once, `mel` `[1, bands, 3000]`, and gives for each layer of the decoder
//! the keys `ck0`… and values `cv0`… of its cross-attention, `[1, heads, 1500, 64]`, so that they are
//! computed once a window. The decoder takes new tokens and the keys and values of those before them.
//! Sequences are kept as rows `[rows, width]`; cross-attention sees the rows of all hypotheses as one
//! sequence, because all of them heard the same.

use colophon_hub::graph::{Attr, Graph, Kind, Var};

use super::weights::{Weight, Weights};
use crate::AudioError;

/// Places that the encoder gives for 30 s.
pub(super) const PLACES: usize = 1500;
/// Frames of the spectrum of 30 s.
pub(super) const FRAMES: usize = 3000;
/// Width of a head, in every Whisper model.
pub(super) const HEAD: usize = 64;
const EPSILON: f32 = 1e-5;

/// With how many bits the large matrices are multiplied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32-bit floats: token for token what the reference gives.
    Float,
    /// 8-bit whole numbers, scaled by row of the weights and by step of the input: about twice as
    /// fast.
    #[default]
    Int8,
}

/// Sizes of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Bands of the spectrum: 80, or 128 from large-v3 on.
    pub(super) bands: usize,
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) encoder_layers: usize,
    pub(super) decoder_layers: usize,
    pub(super) vocabulary: usize,
    /// Longest sequence of tokens.
    pub(super) context: usize,
}

impl Sizes {
    pub(super) fn of(weights: &Weights) -> Result<Self, AudioError> {
        let (tokens, places, conv) =
            ("decoder.embed_tokens.weight", "decoder.embed_positions.weight", "encoder.conv1.weight");
        let [vocabulary, width] = weights.shape(tokens)?[..] else { return Err(weights.misfit(tokens)) };
        let [context, wide] = weights.shape(places)?[..] else { return Err(weights.misfit(places)) };
        let [out, bands, 3] = weights.shape(conv)?[..] else { return Err(weights.misfit(conv)) };
        if wide != width || out != width || width % HEAD != 0 || width == 0 || !matches!(bands, 80 | 128) {
            return Err(weights.misfit(conv));
        }
        let (encoder_layers, decoder_layers) = (weights.layers("encoder"), weights.layers("decoder"));
        if encoder_layers == 0 || decoder_layers == 0 {
            return Err(weights.misfit("encoder.layers.0.fc1.weight"));
        }
        let heads = width / HEAD;
        Ok(Self { bands, width, heads, encoder_layers, decoder_layers, vocabulary, context })
    }
}

/// A graph that is being written.
struct Writer<'a> {
    graph: Graph,
    weights: &'a Weights,
    sizes: Sizes,
    precision: Precision,
}

/// Names the keys and values of layer `layer`.
pub(super) fn named(what: &str, layer: usize) -> String {
    format!("{what}{layer}")
}

impl<'a> Writer<'a> {
    fn new(weights: &'a Weights, sizes: Sizes, precision: Precision) -> Self {
        let mut graph = Graph::default();
        graph.lies_in(&weights.folder);
        Self { graph, weights, sizes, precision }
    }

    /// A weight as floats.
    fn floats(&mut self, weight: Weight) -> Var {
        let rank = weight.stored.shape.len();
        let var = self.graph.stored(weight.stored);
        let Some(mut scale) = weight.scale else { return var };
        scale.shape = scale.shape.first().copied().into_iter().chain(vec![1; rank - 1]).collect();
        let (var, scale) = (self.graph.cast(var), self.graph.stored(scale));
        self.graph.plain("Div", &[var, scale])
    }

    fn weight(&mut self, name: &str) -> Result<Var, AudioError> {
        let weight = self.weights.get(name)?;
        Ok(self.floats(weight))
    }

    fn reshape(&mut self, x: Var, shape: &[i64]) -> Var {
        let shape = self.graph.ints(shape);
        self.graph.plain("Reshape", &[x, shape])
    }

    fn transpose(&mut self, x: Var, order: &[i64]) -> Var {
        self.graph.op("Transpose", &[x], vec![("perm", Attr::Ints(order.to_vec()))])
    }

    fn add(&mut self, a: Var, b: Var) -> Var {
        self.graph.plain("Add", &[a, b])
    }

    fn gelu(&mut self, x: Var) -> Var {
        self.graph.contrib("Gelu", &[x], Vec::new())
    }

    fn norm(&mut self, x: Var, name: &str) -> Result<Var, AudioError> {
        let gain = self.weight(&format!("{name}.weight"))?;
        let offset = self.weight(&format!("{name}.bias"))?;
        let settings = vec![("axis", Attr::Int(-1)), ("epsilon", Attr::Float(EPSILON))];
        Ok(self.graph.op("LayerNormalization", &[x, gain, offset], settings))
    }

    /// `x · weightᵀ + bias` over rows; `name` without `.weight`.
    fn linear(&mut self, x: Var, name: &str) -> Result<Var, AudioError> {
        let key = format!("{name}.weight");
        let found = self.weights.find(&format!("{name}.bias"));
        let bias = found.map(|bias| self.floats(bias));
        self.product(x, &key, bias)
    }

    fn product(&mut self, x: Var, key: &str, bias: Option<Var>) -> Result<Var, AudioError> {
        let weight = self.weights.get(key)?;
        let [rows, width] = weight.stored.shape[..] else { return Err(self.weights.misfit(key)) };
        if self.precision == Precision::Float {
            let weight = self.floats(weight);
            let inputs: Vec<Var> = [x, weight].into_iter().chain(bias).collect();
            return Ok(self.graph.op("Gemm", &inputs, vec![("transB", Attr::Int(1))]));
        }
        let (turned, scales) = quantised(&self.weights.numbers(&weight)?, rows, width);
        let turned = self.graph.signed(&[width, rows], turned);
        let scales = self.graph.floats(&[rows], scales);
        let inputs = [x, turned, scales, Var::NONE, bias.unwrap_or(Var::NONE)];
        let inputs = if bias.is_some() { &inputs[..] } else { &inputs[..3] };
        Ok(self.graph.contrib("DynamicQuantizeMatMul", inputs, Vec::new()))
    }

    fn feed_forward(&mut self, x: Var, at: &str) -> Result<Var, AudioError> {
        let y = self.norm(x, &format!("{at}.final_layer_norm"))?;
        let y = self.linear(y, &format!("{at}.fc1"))?;
        let y = self.gelu(y);
        let y = self.linear(y, &format!("{at}.fc2"))?;
        Ok(self.add(x, y))
    }

    fn heads(&self) -> Vec<(&'static str, Attr)> {
        vec![("num_heads", Attr::Int(self.sizes.heads as i64))]
    }

    fn convolution(&mut self, x: Var, name: &str, stride: i64) -> Result<Var, AudioError> {
        let weight = self.weight(&format!("{name}.weight"))?;
        let bias = self.weight(&format!("{name}.bias"))?;
        let settings = vec![
            ("kernel_shape", Attr::Ints(vec![3])),
            ("strides", Attr::Ints(vec![stride])),
            ("pads", Attr::Ints(vec![1, 1])),
        ];
        let y = self.graph.op("Conv", &[x, weight, bias], settings);
        Ok(self.gelu(y))
    }

    fn encoder_layer(&mut self, x: Var, layer: usize) -> Result<Var, AudioError> {
        let at = format!("encoder.layers.{layer}");
        let width = self.sizes.width as i64;
        let y = self.norm(x, &format!("{at}.self_attn_layer_norm"))?;
        let mut qkv = [Var::NONE; 3];
        for (part, name) in qkv.iter_mut().zip(["q", "k", "v"]) {
            let rows = self.linear(y, &format!("{at}.self_attn.{name}_proj"))?;
            *part = self.reshape(rows, &[1, -1, width]);
        }
        let y = self.graph.contrib("MultiHeadAttention", &qkv, self.heads());
        let y = self.reshape(y, &[-1, width]);
        let y = self.linear(y, &format!("{at}.self_attn.out_proj"))?;
        let x = self.add(x, y);
        self.feed_forward(x, &at)
    }

    /// Self-attention, cross-attention and feed-forward; also the queries of the cross-attention.
    fn decoder_layer(&mut self, x: Var, layer: usize, shape: Var) -> Result<(Var, Var), AudioError> {
        let at = format!("decoder.layers.{layer}");
        let (heads, width) = (self.sizes.heads, self.sizes.width as i64);
        let cache = [None, Some(heads), None, Some(HEAD)];
        let past = ["k", "v"].map(|what| self.graph.input(&named(&format!("past_{what}"), layer), &cache));
        let heard = [Some(1), Some(heads), Some(PLACES), Some(HEAD)];
        let heard = ["ck", "cv"].map(|what| self.graph.input(&named(what, layer), &heard));
        let y = self.norm(x, &format!("{at}.self_attn_layer_norm"))?;
        let mut qkv = [Var::NONE; 3];
        for (part, name) in qkv.iter_mut().zip(["q", "k", "v"]) {
            let rows = self.linear(y, &format!("{at}.self_attn.{name}_proj"))?;
            *part = self.graph.plain("Reshape", &[rows, shape]);
        }
        let [q, k, v] = qkv;
        let inputs = [q, k, v, Var::NONE, Var::NONE, Var::NONE, past[0], past[1]];
        let mut settings = self.heads();
        settings.push(("unidirectional", Attr::Int(1)));
        let made = self.graph.contrib_many("MultiHeadAttention", &inputs, 3, settings);
        self.graph.output(&named("new_k", layer), made[1]);
        self.graph.output(&named("new_v", layer), made[2]);
        let y = self.reshape(made[0], &[-1, width]);
        let y = self.linear(y, &format!("{at}.self_attn.out_proj"))?;
        let x = self.add(x, y);
        let y = self.norm(x, &format!("{at}.encoder_attn_layer_norm"))?;
        let queries = self.linear(y, &format!("{at}.encoder_attn.q_proj"))?;
        let q = self.reshape(queries, &[1, -1, width]);
        let y = self.graph.contrib("MultiHeadAttention", &[q, heard[0], heard[1]], self.heads());
        let y = self.reshape(y, &[-1, width]);
        let y = self.linear(y, &format!("{at}.encoder_attn.out_proj"))?;
        let x = self.add(x, y);
        Ok((self.feed_forward(x, &at)?, queries))
    }
}

/// 8-bit rows `[rows, width]` turned to `[width, rows]`, and the scale of each row.
fn quantised(numbers: &[f32], rows: usize, width: usize) -> (Vec<i8>, Vec<f32>) {
    let mut turned = vec![0i8; rows * width];
    let mut scales = Vec::with_capacity(rows);
    for (r, row) in numbers.chunks_exact(width).enumerate() {
        let largest = row.iter().fold(0f32, |m, x| m.max(x.abs())).max(1e-12);
        let scale = largest / 127.0;
        for (c, x) in row.iter().enumerate() {
            turned[c * rows + r] = (x / scale).round() as i8;
        }
        scales.push(scale);
    }
    (turned, scales)
}

/// The encoder with the keys and values of the decoder's cross-attention.
pub(super) fn encoder(weights: &Weights, sizes: Sizes, precision: Precision) -> Result<Graph, AudioError> {
    let mut w = Writer::new(weights, sizes, precision);
    let mel = w.graph.input("mel", &[Some(1), Some(sizes.bands), Some(FRAMES)]);
    let x = w.convolution(mel, "encoder.conv1", 1)?;
    let x = w.convolution(x, "encoder.conv2", 2)?;
    let x = w.transpose(x, &[0, 2, 1]);
    let x = w.reshape(x, &[PLACES as i64, sizes.width as i64]);
    let places = w.weight("encoder.embed_positions.weight")?;
    let mut x = w.add(x, places);
    for layer in 0..sizes.encoder_layers {
        x = w.encoder_layer(x, layer)?;
    }
    let heard = w.norm(x, "encoder.layer_norm")?;
    for layer in 0..sizes.decoder_layers {
        for (what, name) in [("ck", "k_proj"), ("cv", "v_proj")] {
            let rows = w.linear(heard, &format!("decoder.layers.{layer}.encoder_attn.{name}"))?;
            let split = w.reshape(rows, &[1, PLACES as i64, sizes.heads as i64, HEAD as i64]);
            let split = w.transpose(split, &[0, 2, 1, 3]);
            w.graph.output(&named(what, layer), split);
        }
    }
    Ok(w.graph)
}

/// The decoder. Inputs: `tokens` and `places` of `hypotheses × new tokens` rows, `shape`
/// (hypotheses, new tokens, width), `pick` (rows whose `logits` are wanted), what it knows already
/// (`past_k0`…) and what was heard (`ck0`…). Results: `logits` `[picked, vocabulary]`, `new_k0`,
/// `new_v0`… with the new tokens, and `q0`… (queries of the cross-attention) for the layers in `watched`.
pub(super) fn decoder(
    weights: &Weights,
    sizes: Sizes,
    precision: Precision,
    watched: &[usize],
) -> Result<Graph, AudioError> {
    let mut w = Writer::new(weights, sizes, precision);
    let tokens = w.graph.int_input("tokens", &[None]);
    let places = w.graph.int_input("places", &[None]);
    let shape = w.graph.int_input("shape", &[Some(3)]);
    let pick = w.graph.int_input("pick", &[None]);
    let embedding = "decoder.embed_tokens.weight";
    let said = looked_up(&mut w, embedding, tokens)?;
    let positions = w.weight("decoder.embed_positions.weight")?;
    let place = w.graph.plain("Gather", &[positions, places]);
    let mut x = w.add(said, place);
    for layer in 0..sizes.decoder_layers {
        let (next, queries) = w.decoder_layer(x, layer, shape)?;
        x = next;
        if watched.contains(&layer) {
            w.graph.output(&named("q", layer), queries);
        }
    }
    let picked = w.graph.plain("Gather", &[x, pick]);
    let picked = w.norm(picked, "decoder.layer_norm")?;
    let logits = w.product(picked, embedding, None)?;
    w.graph.output("logits", logits);
    Ok(w.graph)
}

/// Rows of a table as floats; the table stays as it is stored.
fn looked_up(w: &mut Writer<'_>, name: &str, rows: Var) -> Result<Var, AudioError> {
    let weight = w.weights.get(name)?;
    let exact = weight.stored.kind == Kind::F32;
    let table = w.graph.lying(weight.stored);
    let found = w.graph.plain("Gather", &[table, rows]);
    let found = if exact { found } else { w.graph.cast(found) };
    let Some(mut scale) = weight.scale else { return Ok(found) };
    scale.shape.push(1);
    let scales = w.graph.stored(scale);
    let scale = w.graph.plain("Gather", &[scales, rows]);
    Ok(w.graph.plain("Div", &[found, scale]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_quantised_by_their_largest() {
        let (turned, scales) = quantised(&[1.0, -2.0, 0.0, 0.5, 0.25, -0.5], 2, 3);
        assert_eq!(turned, [64, 127, -127, 64, 0, -127]);
        assert_eq!(scales, [2.0 / 127.0, 0.5 / 127.0]);
    }
}
