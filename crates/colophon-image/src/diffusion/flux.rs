//! The transformer of FLUX.1 (`FluxTransformer2DModel`): blocks in which text and picture have weights
//! of their own, then blocks in which they share them.

use colophon_types::Cancel;
use serde_json::Value;

use super::joint::{
    ADDED, OWN, Order, TIME, embed, feed, from_patches, gated, heads, last_norm, steered_norm, time_input,
    to_patches, turns,
};
use super::layers::Builder;
use super::lora::Lora;
use super::source::Source;
use crate::ImageError;
use crate::net::{Net, Tensor, Var};

const THETA: f64 = 10_000.0;
const ORDER: Order = Order::Channels;

/// What `config.json` says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FluxConfig {
    /// Numbers of a patch: four times the channels of the latent.
    pub(crate) channels: usize,
    pub(crate) heads: usize,
    pub(crate) head: usize,
    pub(crate) double: usize,
    pub(crate) single: usize,
    pub(crate) context: usize,
    pub(crate) pooled: usize,
    pub(crate) guided: bool,
    /// How many numbers of a head turn with the text's place, the row and the column.
    pub(crate) axes: [usize; 3],
}

impl FluxConfig {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        let axes: Vec<usize> = match json["axes_dims_rope"].as_array() {
            Some(list) => list.iter().filter_map(|n| n.as_u64().map(|n| n as usize)).collect(),
            None => vec![16, 56, 56],
        };
        Some(Self {
            channels: number("in_channels")?,
            heads: number("num_attention_heads")?,
            head: number("attention_head_dim")?,
            double: number("num_layers")?,
            single: number("num_single_layers")?,
            context: number("joint_attention_dim")?,
            pooled: number("pooled_projection_dim")?,
            guided: json["guidance_embeds"] == true,
            axes: axes.try_into().ok()?,
        })
    }

    /// What the shapes of the weights say, under the names that its makers gave them; how heads turn they
    /// do not say, so that is as in another network of the kind.
    pub(crate) fn of_shapes(shape: &dyn Fn(&str) -> Option<Vec<usize>>, like: &Self) -> Self {
        let count = |part: &str, layer: &str| {
            (0..).take_while(|i| shape(&format!("{part}.{i}.{layer}.weight")).is_some()).count()
        };
        let of = |name: &str, place: usize, usual: usize| {
            shape(name).and_then(|s| s.get(place).copied()).unwrap_or(usual)
        };
        let head = of("double_blocks.0.img_attn.norm.query_norm.scale", 0, like.head).max(1);
        Self {
            channels: of("img_in.weight", 1, 64),
            heads: of("img_in.weight", 0, 3072) / head,
            head,
            double: count("double_blocks", "img_attn.qkv"),
            single: count("single_blocks", "linear1"),
            context: of("txt_in.weight", 1, 4096),
            pooled: of("vector_in.in_layer.weight", 1, 768),
            guided: shape("guidance_in.in_layer.weight").is_some(),
            axes: like.axes,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.heads * self.head
    }
}

/// The transformer for latents of one size and texts of one length.
#[derive(Debug)]
pub(crate) struct Flux {
    pub(crate) net: Net,
    config: FluxConfig,
    /// Of the latent.
    size: (usize, usize),
}

impl Flux {
    pub(crate) fn load(
        config: &FluxConfig,
        source: &Source<'_>,
        loras: &[Lora],
        (height, width): (usize, usize),
        length: usize,
        threads: usize,
    ) -> Result<Self, ImageError> {
        let (rows, columns) = (height / 2, width / 2);
        let wide = config.width();
        let mut b = Builder::new(source, loras);
        let patches = b.input("patches", &[1, rows * columns, config.channels]);
        let time = b.input("time", &[1, TIME]);
        let pooled = b.input("pooled", &[1, config.pooled]);
        let context = b.input("context", &[1, length, config.context]);
        let mut time = embed(&mut b, time, "time_text_embed.timestep_embedder")?;
        if config.guided {
            let guidance = b.input("guidance", &[1, TIME]);
            let guidance = embed(&mut b, guidance, "time_text_embed.guidance_embedder")?;
            time = b.add(time, guidance);
        }
        let text = embed(&mut b, pooled, "time_text_embed.text_embedder")?;
        let time = b.add(time, text);
        let time = b.silu(time);
        let mut picture = b.linear(patches, "x_embedder")?;
        let mut text = b.linear(context, "context_embedder")?;
        // Texts all stand at the origin.
        let texts = std::iter::repeat_n([0, 0, 0], length);
        let places = texts.chain((0..rows).flat_map(|y| (0..columns).map(move |x| [0, y, x])));
        let (cos, sin) = turns(places, &config.axes, THETA);
        let all = length + rows * columns;
        let cos = b.graph.floats(&[all, config.head / 2], cos);
        let sin = b.graph.floats(&[all, config.head / 2], sin);
        let writer = Writer { config, turn: (cos, sin), lengths: [length, rows * columns], time };
        for layer in 0..config.double {
            (picture, text) = writer.double(&mut b, picture, text, &format!("transformer_blocks.{layer}"))?;
        }
        let mut both = b.concat(&[text, picture], 1);
        for layer in 0..config.single {
            both = writer.single(&mut b, both, &format!("single_transformer_blocks.{layer}"))?;
        }
        let picture = b.slice(both, 1, length, all);
        let made = last_norm(&mut b, picture, time, "norm_out.linear", wide)?;
        let made = b.linear(made, "proj_out")?;
        b.graph.output("flow", made);
        Ok(Self { net: Net::new(&b.graph, threads)?, config: config.clone(), size: (height, width) })
    }

    /// What it makes of a latent at a time (0…1000).
    pub(crate) fn run(
        &self,
        latent: &[f32],
        time: f32,
        (context, pooled): (&Tensor, &[f32]),
        guidance: f32,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ImageError> {
        let (height, width) = self.size;
        let patches = to_patches(latent, self.size, ORDER);
        let shape = [1, height / 2 * (width / 2), self.config.channels];
        let mut inputs = vec![
            ("patches", Tensor::new(&shape, patches)),
            ("time", time_input(time)),
            ("pooled", Tensor::new(&[1, pooled.len()], pooled.to_vec())),
            ("context", context.clone()),
        ];
        if self.config.guided {
            inputs.push(("guidance", time_input(guidance * 1000.0)));
        }
        let made = self.net.run(inputs, cancel)?.into_iter().next();
        let made = made.ok_or_else(|| ImageError::Network("it gave nothing".into()))?.data;
        Ok(from_patches(&made, self.size, ORDER))
    }
}

struct Writer<'a> {
    config: &'a FluxConfig,
    turn: (Var, Var),
    /// Of the text and of the picture.
    lengths: [usize; 2],
    time: Var,
}

impl Writer<'_> {
    fn double(
        &self,
        b: &mut Builder<'_>,
        picture: Var,
        text: Var,
        name: &str,
    ) -> Result<(Var, Var), ImageError> {
        let (wide, time, [length, area]) = (self.config.width(), self.time, self.lengths);
        let (of_picture, of_text) = (format!("{name}.norm1.linear"), format!("{name}.norm1_context.linear"));
        let normal = steered_norm(b, picture, time, (&of_picture, 0, 1), wide)?;
        let normal_text = steered_norm(b, text, time, (&of_text, 0, 1), wide)?;
        let attention = format!("{name}.attn");
        let FluxConfig { heads: count, head, .. } = *self.config;
        let mine = heads(b, normal, &attention, &OWN, [count, count, head])?;
        let theirs = heads(b, normal_text, &attention, &ADDED, [count, count, head])?;
        let [q, k, v] = [0, 1, 2].map(|i| b.concat(&[theirs[i], mine[i]], 1));
        let seen = self.attend(b, [q, k, v]);
        let seen_text = b.slice(seen, 1, 0, length);
        let seen_text = b.linear(seen_text, &format!("{attention}.to_add_out"))?;
        let seen_picture = b.slice(seen, 1, length, length + area);
        let seen_picture = b.linear(seen_picture, &format!("{attention}.to_out.0"))?;
        let mut both = [picture, text];
        let parts = [(seen_picture, &of_picture, "ff"), (seen_text, &of_text, "ff_context")];
        for (x, (seen, steering, ff)) in both.iter_mut().zip(parts) {
            *x = gated(b, *x, seen, time, (steering, 2), wide)?;
            let normal = steered_norm(b, *x, time, (steering, 3, 4), wide)?;
            let change = feed(b, normal, &format!("{name}.{ff}"))?;
            *x = gated(b, *x, change, time, (steering, 5), wide)?;
        }
        Ok((both[0], both[1]))
    }

    fn single(&self, b: &mut Builder<'_>, x: Var, name: &str) -> Result<Var, ImageError> {
        let (wide, time) = (self.config.width(), self.time);
        let steering = format!("{name}.norm.linear");
        let normal = steered_norm(b, x, time, (&steering, 0, 1), wide)?;
        let far = b.linear(normal, &format!("{name}.proj_mlp"))?;
        let far = b.tanh_gelu(far);
        let attention = format!("{name}.attn");
        let FluxConfig { heads: count, head, .. } = *self.config;
        let asked = heads(b, normal, &attention, &OWN, [count, count, head])?;
        let seen = self.attend(b, asked);
        let change = b.concat(&[seen, far], 2);
        let change = b.linear(change, &format!("{name}.proj_out"))?;
        gated(b, x, change, time, (&steering, 2), wide)
    }

    fn attend(&self, b: &mut Builder<'_>, [q, k, v]: [Var; 3]) -> Var {
        let heads = self.config.heads;
        let [q, k] = [q, k].map(|x| b.turned(x, self.turn, heads, true));
        b.attention(q, k, v, heads, false)
    }
}
