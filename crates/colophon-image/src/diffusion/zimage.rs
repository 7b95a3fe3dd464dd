//! The transformer of Z-Image (`ZImageTransformer2DModel`): picture and text are refined by themselves, then read
//! together, with the same weights for both.

use colophon_types::Cancel;
use serde_json::Value;

use super::joint::{
    EPSILON, Names, Order, TIME, from_patches, gated_feed, heads, steer, time_input, to_patches, turns,
};
use super::layers::Builder;
use super::lora::Lora;
use super::source::Source;
use crate::ImageError;
use crate::net::{Net, Tensor, Var};

/// Sequences are filled up to a multiple of this length, with a token that was trained for it.
const MULTIPLE: usize = 32;
/// The latest time; the network is told how much of it is over.
const LATEST: f32 = 1000.0;
/// What the layers for patches of two by two numbers of one frame are called.
const PATCHES: &str = "2-1";
const ORDER: Order = Order::Pixels;
const NAMES: Names = Names { parts: ["to_q", "to_k", "to_v"], norms: ["norm_q", "norm_k"], epsilon: 1e-5 };

/// What `config.json` says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ZImageConfig {
    pub(crate) channels: usize,
    pub(crate) width: usize,
    pub(crate) layers: usize,
    pub(crate) refiners: usize,
    pub(crate) heads: usize,
    pub(crate) context: usize,
    pub(crate) theta: f64,
    pub(crate) scale: f32,
    pub(crate) epsilon: f32,
    /// How many numbers of a head turn with the token's number, the row and the column.
    pub(crate) axes: [usize; 3],
}

impl ZImageConfig {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str, usual: usize| json[key].as_u64().map_or(usual, |n| n as usize);
        let axes: Vec<usize> = match json["axes_dims"].as_array() {
            Some(list) => list.iter().filter_map(|n| n.as_u64().map(|n| n as usize)).collect(),
            None => vec![32, 48, 48],
        };
        let made = Self {
            channels: number("in_channels", 16),
            width: number("dim", 3840),
            layers: number("n_layers", 30),
            refiners: number("n_refiner_layers", 2),
            heads: number("n_heads", 30),
            context: number("cap_feat_dim", 2560),
            theta: json["rope_theta"].as_f64().unwrap_or(256.0),
            scale: json["t_scale"].as_f64().unwrap_or(1000.0) as f32,
            epsilon: json["norm_eps"].as_f64().unwrap_or(1e-5) as f32,
            axes: axes.try_into().ok()?,
        };
        (made.heads > 0 && made.width.checked_div(made.heads)? == made.axes.iter().sum::<usize>())
            .then_some(made)
    }

    /// What the shapes of the weights say, under the names that its makers gave them; what they do not say is as in
    /// another network of the kind.
    pub(crate) fn of_shapes(shape: &dyn Fn(&str) -> Option<Vec<usize>>, like: &Self) -> Option<Self> {
        let count = |part: &str| {
            (0..).take_while(|i| shape(&format!("{part}.{i}.attention_norm1.weight")).is_some()).count()
        };
        let patches = shape("x_embedder.weight")?;
        let &[width, numbers] = patches.as_slice() else { return None };
        let head: usize = like.axes.iter().sum();
        Some(Self {
            channels: numbers / 4,
            width,
            layers: count("layers"),
            refiners: count("noise_refiner"),
            heads: width.checked_div(head)?,
            context: shape("cap_embedder.1.weight")?.get(1).copied()?,
            ..like.clone()
        })
    }

    fn head(&self) -> usize {
        self.width / self.heads
    }
}

/// The transformer for latents of one size and texts of any length.
#[derive(Debug)]
pub(crate) struct ZImage {
    pub(crate) net: Net,
    config: ZImageConfig,
    /// Of the latent.
    size: (usize, usize),
}

impl ZImage {
    pub(crate) fn load(
        config: &ZImageConfig,
        source: &Source<'_>,
        loras: &[Lora],
        (height, width): (usize, usize),
        threads: usize,
    ) -> Result<Self, ImageError> {
        let area = height / 2 * (width / 2);
        let filled = area.next_multiple_of(MULTIPLE);
        let half = config.head() / 2;
        let mut b = Builder::new(source, loras);
        let patches = b.input("patches", &[1, area, config.channels * 4]);
        let time = b.input("time", &[1, TIME]);
        let context = b.graph.input("context", &[Some(1), None, Some(config.context)]);
        let filling = b.graph.input("filling", &[Some(1), None, Some(1)]);
        let [cos, sin] = ["cos", "sin"].map(|name| b.graph.input(name, &[None, Some(half)]));
        let time = b.linear(time, "t_embedder.mlp.0")?;
        let time = b.silu(time);
        let time = b.linear(time, "t_embedder.mlp.2")?;
        let writer = Writer { config, time };

        let picture = b.linear(patches, &format!("all_x_embedder.{PATCHES}"))?;
        let filler = b.weight("x_pad_token", Some(&[1, 1, config.width]))?;
        let mut parts = vec![picture];
        parts.resize(1 + filled - area, filler);
        let mut picture = b.concat(&parts, 1);
        let turn = (b.slice(cos, 0, 0, filled), b.slice(sin, 0, 0, filled));
        for layer in 0..config.refiners {
            picture = writer.block(&mut b, picture, turn, &format!("noise_refiner.{layer}"), true)?;
        }

        let text = b.rms_norm(context, "cap_embedder.0", config.epsilon)?;
        let text = b.linear(text, "cap_embedder.1")?;
        let filler = b.weight("cap_pad_token", Some(&[1, 1, config.width]))?;
        let mut text = replaced(&mut b, text, filler, filling);
        let turn = (b.slice(cos, 0, filled, usize::MAX >> 1), b.slice(sin, 0, filled, usize::MAX >> 1));
        for layer in 0..config.refiners {
            text = writer.block(&mut b, text, turn, &format!("context_refiner.{layer}"), false)?;
        }

        let mut both = b.concat(&[picture, text], 1);
        for layer in 0..config.layers {
            both = writer.block(&mut b, both, (cos, sin), &format!("layers.{layer}"), true)?;
        }
        let picture = b.slice(both, 1, 0, area);
        let last = format!("all_final_layer.{PATCHES}");
        let normal = b.bare_norm(picture, config.width, EPSILON);
        let time = b.silu(time);
        let scale = b.linear(time, &format!("{last}.adaLN_modulation.1"))?;
        let normal = scaled(&mut b, normal, scale);
        let made = b.linear(normal, &format!("{last}.linear"))?;
        b.graph.output("made", made);
        Ok(Self { net: Net::new(&b.graph, threads)?, config: config.clone(), size: (height, width) })
    }

    /// What it makes of a latent at a time (1000…0), by a text of any length.
    pub(crate) fn run(
        &self,
        latent: &[f32],
        time: f32,
        context: &Tensor,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ImageError> {
        let (height, width) = self.size;
        let (rows, columns) = (height / 2, width / 2);
        let words = context.shape.get(1).copied().unwrap_or(0);
        let long = words.next_multiple_of(MULTIPLE);
        let mut text = context.data.clone();
        text.resize(long * self.config.context, 0.0);
        let filling = (0..long).map(|at| if at < words { 0.0 } else { 1.0 }).collect();

        // Text stands before the picture, in the order of its words; what fills a picture up stands at the origin.
        let places = (0..rows)
            .flat_map(|y| (0..columns).map(move |x| [long + 1, y, x]))
            .chain(std::iter::repeat_n([0; 3], (rows * columns).next_multiple_of(MULTIPLE) - rows * columns))
            .chain((0..long).map(|at| [at + 1, 0, 0]));
        let (cos, sin) = turns(places, &self.config.axes, self.config.theta);
        let half = self.config.head() / 2;
        let table = |data: Vec<f32>| Tensor::new(&[data.len() / half, half], data);

        let over = (LATEST - time) / LATEST * self.config.scale;
        let patches = to_patches(latent, self.size, ORDER);
        let inputs = vec![
            ("patches", Tensor::new(&[1, rows * columns, self.config.channels * 4], patches)),
            ("time", time_input(over)),
            ("context", Tensor::new(&[1, long, self.config.context], text)),
            ("filling", Tensor::new(&[1, long, 1], filling)),
            ("cos", table(cos)),
            ("sin", table(sin)),
        ];
        let made = self.net.run(inputs, cancel)?.into_iter().next();
        let made = made.ok_or_else(|| ImageError::Network("it gave nothing".into()))?.data;
        // It was trained to say the way towards the picture; a step asks for the way towards the noise.
        Ok(from_patches(&made, self.size, ORDER).into_iter().map(|v| -v).collect())
    }
}

/// `x · (1 + scale)`.
fn scaled(b: &mut Builder<'_>, x: Var, scale: Var) -> Var {
    let one = b.graph.scalar(1.0);
    let scale = b.add(scale, one);
    b.mul(x, scale)
}

/// `x`, and `other` where `mask` is 1.
fn replaced(b: &mut Builder<'_>, x: Var, other: Var, mask: Var) -> Var {
    let one = b.graph.scalar(1.0);
    let stays = b.graph.plain("Sub", &[one, mask]);
    let x = b.mul(x, stays);
    let other = b.mul(other, mask);
    b.add(x, other)
}

struct Writer<'a> {
    config: &'a ZImageConfig,
    time: Var,
}

impl Writer<'_> {
    /// Attention and a feed-forward layer, each between two normalisations; the time steers them where `steered`.
    fn block(
        &self,
        b: &mut Builder<'_>,
        x: Var,
        turn: (Var, Var),
        name: &str,
        steered: bool,
    ) -> Result<Var, ImageError> {
        let ZImageConfig { heads: count, epsilon, width, .. } = *self.config;
        let steering = format!("{name}.adaLN_modulation.0");
        let before = |b: &mut Builder<'_>, x: Var, norm: &str, part: usize| {
            let normal = b.rms_norm(x, &format!("{name}.{norm}"), epsilon)?;
            if !steered {
                return Ok(normal);
            }
            let scale = steer(b, self.time, &steering, part, width)?;
            Ok::<Var, ImageError>(scaled(b, normal, scale))
        };
        let after = |b: &mut Builder<'_>, x: Var, change: Var, norm: &str, part: usize| {
            let mut change = b.rms_norm(change, &format!("{name}.{norm}"), epsilon)?;
            if steered {
                let gate = steer(b, self.time, &steering, part, width)?;
                let gate = b.graph.plain("Tanh", &[gate]);
                change = b.mul(change, gate);
            }
            Ok::<Var, ImageError>(b.add(x, change))
        };
        let normal = before(b, x, "attention_norm1", 0)?;
        let shape = [count, count, self.config.head()];
        let [q, k, v] = heads(b, normal, &format!("{name}.attention"), &NAMES, shape)?;
        let [q, k] = [q, k].map(|x| b.turned(x, turn, count, true));
        let seen = b.attention(q, k, v, count, false);
        let seen = b.linear(seen, &format!("{name}.attention.to_out.0"))?;
        let x = after(b, x, seen, "attention_norm2", 1)?;
        let normal = before(b, x, "ffn_norm1", 2)?;
        let change = gated_feed(b, normal, &format!("{name}.feed_forward"), ["w1", "w3", "w2"])?;
        after(b, x, change, "ffn_norm2", 3)
    }
}
