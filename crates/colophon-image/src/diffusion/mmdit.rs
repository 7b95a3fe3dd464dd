//! The transformer of Stable Diffusion 3 and 3.5 (Esser et al. 2024), in which text and picture attend
//! to each other (`SD3Transformer2DModel`).

use colophon_types::Cancel;
use serde_json::Value;

use super::joint::{
    ADDED, EPSILON, OWN, TIME, embed, feed, gated, heads, last_norm, modulate, steer, steered_norm,
    time_input,
};
use super::layers::{Builder, Map};
use super::lora::Lora;
use super::source::Source;
use crate::ImageError;
use crate::net::{Net, Tensor, Var};

/// Numbers of a latent to a patch, each way.
const PATCH: usize = 2;

/// What `config.json` says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sd3Config {
    pub(crate) channels: usize,
    pub(crate) width: usize,
    pub(crate) heads: usize,
    pub(crate) layers: usize,
    /// Width of the text.
    pub(crate) context: usize,
    /// Width of the pooled text.
    pub(crate) pooled: usize,
    /// Side of the table of places, in patches.
    pub(crate) places: usize,
    /// Layers in which the picture attends to itself once more.
    pub(crate) dual: Vec<usize>,
}

impl Sd3Config {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        let heads = number("num_attention_heads")?;
        let dual = json["dual_attention_layers"].as_array().into_iter().flatten();
        (number("patch_size")? == PATCH).then_some(())?;
        Some(Self {
            channels: number("in_channels")?,
            width: heads * number("attention_head_dim")?,
            heads,
            layers: number("num_layers")?,
            context: number("joint_attention_dim")?,
            pooled: number("pooled_projection_dim")?,
            places: number("pos_embed_max_size")?,
            dual: dual.filter_map(|n| n.as_u64().map(|n| n as usize)).collect(),
        })
    }

    /// What the shapes of the weights say, under the names that its makers gave them.
    pub(crate) fn of_shapes(shape: &dyn Fn(&str) -> Option<Vec<usize>>) -> Option<Self> {
        let entry = shape("x_embedder.proj.weight")?;
        let (width, channels) = (*entry.first()?, *entry.get(1)?);
        let layers =
            (0..).take_while(|i| shape(&format!("joint_blocks.{i}.x_block.attn.qkv.weight")).is_some());
        let layers = layers.count();
        let dual = (0..layers)
            .filter(|i| shape(&format!("joint_blocks.{i}.x_block.attn2.qkv.weight")).is_some())
            .collect();
        let places = *shape("pos_embed")?.get(1)?;
        Some(Self {
            channels,
            width,
            heads: width / 64,
            layers,
            context: *shape("context_embedder.weight")?.get(1)?,
            pooled: *shape("y_embedder.mlp.0.weight")?.get(1)?,
            places: places.isqrt(),
            dual,
        })
    }
}

/// The transformer for latents of one size and texts of one length.
#[derive(Debug)]
pub(crate) struct Sd3 {
    pub(crate) net: Net,
    channels: usize,
    size: (usize, usize),
}

impl Sd3 {
    pub(crate) fn load(
        config: &Sd3Config,
        source: &Source<'_>,
        loras: &[Lora],
        (height, width): (usize, usize),
        length: usize,
        threads: usize,
    ) -> Result<Self, ImageError> {
        let (rows, columns) = (height / PATCH, width / PATCH);
        if rows > config.places || columns > config.places {
            let most = config.places * PATCH * super::vae::SCALE;
            return Err(ImageError::Setting(format!("this model draws at most {most} pixels a side")));
        }
        let mut b = Builder::new(source, loras);
        let var = b.input("latent", &[1, config.channels, height, width]);
        let time = b.input("time", &[1, TIME]);
        let pooled = b.input("pooled", &[1, config.pooled]);
        let context = b.input("context", &[1, length, config.context]);
        let time = embed(&mut b, time, "time_text_embed.timestep_embedder")?;
        let text = embed(&mut b, pooled, "time_text_embed.text_embedder")?;
        let time = b.add(time, text);
        let time = b.silu(time);
        let mut text = b.linear(context, "context_embedder")?;
        let latent = Map { var, channels: config.channels, height, width };
        let patches = b.conv(latent, "pos_embed.proj", PATCH, [0; 4])?;
        let patches = b.sequence(patches);
        let places = places(source, config, rows, columns)?;
        let places = b.graph.floats(&[1, rows * columns, config.width], places);
        let mut picture = b.add(patches, places);
        let lengths = [rows * columns, length];
        for layer in 0..config.layers {
            let block = Block { config, name: format!("transformer_blocks.{layer}"), lengths, time };
            (picture, text) = block.write(&mut b, picture, text, layer)?;
        }
        let made = last_norm(&mut b, picture, time, "norm_out.linear", config.width)?;
        let made = b.linear(made, "proj_out")?;
        let made = b.reshape(made, &[rows, columns, PATCH, PATCH, config.channels]);
        let made = b.transpose(made, &[4, 0, 2, 1, 3]);
        let made = b.reshape(made, &[1, config.channels, height, width]);
        b.graph.output("flow", made);
        Ok(Self { net: Net::new(&b.graph, threads)?, channels: config.channels, size: (height, width) })
    }

    /// What it makes of a latent at a time (0…1000).
    pub(crate) fn run(
        &self,
        latent: Vec<f32>,
        time: f32,
        context: &Tensor,
        pooled: &[f32],
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ImageError> {
        let inputs = vec![
            ("latent", Tensor::new(&[1, self.channels, self.size.0, self.size.1], latent)),
            ("time", time_input(time)),
            ("pooled", Tensor::new(&[1, pooled.len()], pooled.to_vec())),
            ("context", context.clone()),
        ];
        let made = self.net.run(inputs, cancel)?.into_iter().next();
        Ok(made.ok_or_else(|| ImageError::Network("it gave nothing".into()))?.data)
    }
}

/// The middle of the table of places.
fn places(
    source: &Source<'_>,
    config: &Sd3Config,
    rows: usize,
    columns: usize,
) -> Result<Vec<f32>, ImageError> {
    let name = "pos_embed.pos_embed";
    let table = source.floats(name, None)?;
    let (side, width) = (config.places, config.width);
    if table.len() != side * side * width {
        return Err(source.misfit(name));
    }
    let (top, left) = ((side - rows) / 2, (side - columns) / 2);
    Ok((0..rows)
        .flat_map(|y| table[((top + y) * side + left) * width..][..columns * width].iter().copied())
        .collect())
}

struct Block<'a> {
    config: &'a Sd3Config,
    name: String,
    /// Of the picture and of the text.
    lengths: [usize; 2],
    time: Var,
}

impl Block<'_> {
    fn write(
        &self,
        b: &mut Builder<'_>,
        picture: Var,
        text: Var,
        layer: usize,
    ) -> Result<(Var, Var), ImageError> {
        let Sd3Config { width, heads: count, layers, ref dual, .. } = *self.config;
        let (name, time) = (self.name.as_str(), self.time);
        let (last, dual) = (layer + 1 == layers, dual.contains(&layer));
        let (of_picture, of_text) = (format!("{name}.norm1.linear"), format!("{name}.norm1_context.linear"));
        let bare = b.bare_norm(picture, width, EPSILON);
        let shift = steer(b, time, &of_picture, 0, width)?;
        let scale = steer(b, time, &of_picture, 1, width)?;
        let normal = modulate(b, bare, scale, shift);
        let normal_text = if last {
            last_norm(b, text, time, &of_text, width)?
        } else {
            steered_norm(b, text, time, (&of_text, 0, 1), width)?
        };
        let [length, text_length] = self.lengths;
        let attention = format!("{name}.attn");
        let shape = [count, count, width / count];
        let mine = heads(b, normal, &attention, &OWN, shape)?;
        let theirs = heads(b, normal_text, &attention, &ADDED, shape)?;
        let [q, k, v] = [0, 1, 2].map(|i| b.concat(&[mine[i], theirs[i]], 1));
        let seen = b.attention(q, k, v, count, false);
        let seen_picture = b.slice(seen, 1, 0, length);
        let seen_picture = b.linear(seen_picture, &format!("{name}.attn.to_out.0"))?;
        let mut picture = gated(b, picture, seen_picture, time, (&of_picture, 2), width)?;
        if dual {
            let shift = steer(b, time, &of_picture, 6, width)?;
            let scale = steer(b, time, &of_picture, 7, width)?;
            let normal = modulate(b, bare, scale, shift);
            let [q, k, v] = heads(b, normal, &format!("{name}.attn2"), &OWN, shape)?;
            let seen = b.attention(q, k, v, count, false);
            let seen = b.linear(seen, &format!("{name}.attn2.to_out.0"))?;
            picture = gated(b, picture, seen, time, (&of_picture, 8), width)?;
        }
        let normal = steered_norm(b, picture, time, (&of_picture, 3, 4), width)?;
        let change = feed(b, normal, &format!("{name}.ff"))?;
        let picture = gated(b, picture, change, time, (&of_picture, 5), width)?;
        if last {
            return Ok((picture, text));
        }
        let seen_text = b.slice(seen, 1, length, length + text_length);
        let seen_text = b.linear(seen_text, &format!("{name}.attn.to_add_out"))?;
        let text = gated(b, text, seen_text, time, (&of_text, 2), width)?;
        let normal = steered_norm(b, text, time, (&of_text, 3, 4), width)?;
        let change = feed(b, normal, &format!("{name}.ff_context"))?;
        let text = gated(b, text, change, time, (&of_text, 5), width)?;
        Ok((picture, text))
    }
}
