//! The U-Net of Stable Diffusion 1.x, 2.x and XL (Rombach et al. 2022; Podell et al. 2023), as
//! `diffusers` has it (`UNet2DConditionModel`).

use colophon_types::Cancel;
use serde_json::Value;

use super::layers::{Builder, Map, time_features};
use super::lora::Lora;
use super::source::Source;
use crate::ImageError;
use crate::net::{Net, Tensor, Var};

/// What `config.json` of a U-Net says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UnetConfig {
    /// 4, or 9 where it takes a mask and what the mask leaves.
    pub(crate) channels: usize,
    pub(crate) widths: Vec<usize>,
    /// Layers of attention in each transformer of a level; 0 where the level has none.
    pub(crate) depths: Vec<usize>,
    pub(crate) mid_depth: usize,
    pub(crate) heads: Vec<usize>,
    pub(crate) blocks: usize,
    pub(crate) context: usize,
    pub(crate) groups: usize,
    pub(crate) epsilon: f32,
    /// Numbers of each size and place that SDXL is told; 0 where it is told none.
    pub(crate) size_features: usize,
    /// Numbers that a distilled network takes the guidance from; 0 for none.
    pub(crate) guidance_features: usize,
}

/// A number for all levels, or one for each.
fn each(value: &Value, levels: usize) -> Option<Vec<usize>> {
    match value {
        Value::Number(n) => Some(vec![n.as_u64()? as usize; levels]),
        Value::Array(list) if list.len() == levels => {
            list.iter().map(|n| n.as_u64().map(|n| n as usize)).collect()
        }
        _ => None,
    }
}

impl UnetConfig {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        let kinds: Vec<&str> =
            json["down_block_types"].as_array()?.iter().map(|k| k.as_str().unwrap_or_default()).collect();
        if kinds.iter().any(|kind| !matches!(*kind, "DownBlock2D" | "CrossAttnDownBlock2D")) {
            return None;
        }
        let levels = kinds.len();
        let widths = each(&json["block_out_channels"], levels)?;
        let depth = each(&json["transformer_layers_per_block"], levels).unwrap_or_else(|| vec![1; levels]);
        let depths: Vec<usize> = kinds
            .iter()
            .zip(&depth)
            .map(|(kind, depth)| if *kind == "DownBlock2D" { 0 } else { *depth })
            .collect();
        // The name says the width of a head; the number is that of the heads (diffusers, issue 2011).
        let heads = each(&json["num_attention_heads"], levels)
            .or_else(|| each(&json["attention_head_dim"], levels))?;
        let told = json["addition_embed_type"].as_str() == Some("text_time");
        Some(Self {
            channels: number("in_channels")?,
            mid_depth: *depth.last()?,
            widths,
            depths,
            heads,
            blocks: number("layers_per_block")?,
            context: number("cross_attention_dim")?,
            groups: number("norm_num_groups").unwrap_or(32),
            epsilon: json["norm_eps"].as_f64().unwrap_or(1e-5) as f32,
            size_features: if told { number("addition_time_embed_dim")? } else { 0 },
            guidance_features: number("time_cond_proj_dim").unwrap_or(0),
        })
    }

    /// Whether weights of these shapes are those of such a network.
    pub(crate) fn fits(&self, shape: &dyn Fn(&str) -> Option<Vec<usize>>) -> bool {
        let attends = self.depths.iter().position(|depth| *depth > 0);
        let keys = attends.map(|level| {
            let name = format!("down_blocks.{level}.attentions.0.transformer_blocks.0.attn2.to_k.weight");
            shape(&name) == Some(vec![self.widths[level], self.context])
        });
        shape("conv_in.weight").is_some_and(|first| first.first() == self.widths.first())
            && keys != Some(false)
    }

    pub(crate) fn sd1(channels: usize) -> Self {
        Self {
            channels,
            widths: vec![320, 640, 1280, 1280],
            depths: vec![1, 1, 1, 0],
            mid_depth: 1,
            heads: vec![8; 4],
            blocks: 2,
            context: 768,
            groups: 32,
            epsilon: 1e-5,
            size_features: 0,
            guidance_features: 0,
        }
    }

    pub(crate) fn sd2(channels: usize) -> Self {
        Self { heads: vec![5, 10, 20, 20], context: 1024, ..Self::sd1(channels) }
    }

    pub(crate) fn sdxl(channels: usize) -> Self {
        Self {
            widths: vec![320, 640, 1280],
            depths: vec![0, 2, 10],
            mid_depth: 10,
            heads: vec![5, 10, 20],
            context: 2048,
            size_features: 256,
            ..Self::sd1(channels)
        }
    }
}

/// A U-Net for latents of one size and texts of one length.
pub(crate) struct Unet {
    pub(crate) net: Net,
    config: UnetConfig,
    size: (usize, usize),
}

impl std::fmt::Debug for Unet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unet({:?}, {:?})", self.config, self.size)
    }
}

/// What a U-Net is told beside the latent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// `[1, length, context]`.
    pub(crate) context: Tensor,
    /// The pooled text, and six numbers: height and width of the original, top and left of the cut,
    /// height and width of the picture; for SDXL.
    pub(crate) added: Option<(Vec<f32>, [f32; 6])>,
    /// The guidance, for a network that was distilled with it.
    pub(crate) guidance: Option<f32>,
}

impl Unet {
    pub(crate) fn load(
        config: &UnetConfig,
        source: &Source<'_>,
        loras: &[Lora],
        (height, width): (usize, usize),
        length: usize,
        threads: usize,
    ) -> Result<Self, ImageError> {
        let mut b = Builder::new(source, loras);
        let latent = b.input("latent", &[1, config.channels, height, width]);
        let time = b.input("time", &[1, config.widths[0]]);
        let context = b.input("context", &[1, length, config.context]);
        let mut time = if config.guidance_features > 0 {
            let guidance = b.input("guidance", &[1, config.guidance_features]);
            let change = b.linear(guidance, "time_embedding.cond_proj")?;
            b.add(time, change)
        } else {
            time
        };
        time = b.linear(time, "time_embedding.linear_1")?;
        time = b.silu(time);
        time = b.linear(time, "time_embedding.linear_2")?;
        if config.size_features > 0 {
            let features = b.shape("add_embedding.linear_1.weight")?.get(1).copied().unwrap_or(0);
            let added = b.input("added", &[1, features]);
            let added = b.linear(added, "add_embedding.linear_1")?;
            let added = b.silu(added);
            let added = b.linear(added, "add_embedding.linear_2")?;
            time = b.add(time, added);
        }
        let time = b.silu(time);
        let mut writer = Writer { b, config, time, context };
        let latent = Map { var: latent, channels: config.channels, height, width };
        let noise = writer.write(latent)?;
        let mut graph = writer.b.graph;
        graph.output("noise", noise);
        Ok(Self { net: Net::new(&graph, threads)?, config: config.clone(), size: (height, width) })
    }

    /// What the network makes of a latent `[channels, height, width]` at a time (0…999).
    pub(crate) fn run(
        &self,
        latent: Vec<f32>,
        time: f32,
        told: &Told,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ImageError> {
        let (height, width) = self.size;
        let features = self.config.widths[0];
        let mut inputs = vec![
            ("latent", Tensor::new(&[1, self.config.channels, height, width], latent)),
            ("time", Tensor::new(&[1, features], time_features(time, features))),
            ("context", told.context.clone()),
        ];
        if self.config.guidance_features > 0 {
            let features = self.config.guidance_features;
            let values = guidance_features(told.guidance.unwrap_or(1.0), features);
            inputs.push(("guidance", Tensor::new(&[1, features], values)));
        }
        if let (Some((pooled, sizes)), true) = (&told.added, self.config.size_features > 0) {
            let mut added = pooled.clone();
            for size in sizes {
                added.extend(time_features(*size, self.config.size_features));
            }
            inputs.push(("added", Tensor::new(&[1, added.len()], added)));
        }
        let noise = self.net.run(inputs, cancel)?.into_iter().next();
        Ok(noise.ok_or_else(|| ImageError::Network("it gave nothing".into()))?.data)
    }
}

/// The guidance as a distilled network takes it (Song et al. 2023): sines first, then cosines.
fn guidance_features(guidance: f32, width: usize) -> Vec<f32> {
    let half = width / 2;
    let angle = |i: usize| {
        let fall = 10_000f64.ln() / (half.max(2) - 1) as f64;
        (f64::from(guidance) - 1.0) * 1000.0 * (-fall * i as f64).exp()
    };
    let mut features: Vec<f32> = (0..half).map(|i| angle(i).sin() as f32).collect();
    features.extend((0..half).map(|i| angle(i).cos() as f32));
    features
}

struct Writer<'a, 'b> {
    b: Builder<'a>,
    config: &'b UnetConfig,
    /// `[1, 4 × width]`, ready for the blocks.
    time: Var,
    context: Var,
}

impl Writer<'_, '_> {
    fn write(&mut self, latent: Map) -> Result<Var, ImageError> {
        let config = self.config;
        let levels = config.widths.len();
        let mut x = self.b.conv3(latent, "conv_in")?;
        let mut kept = vec![x];
        for level in 0..levels {
            for block in 0..config.blocks {
                x = self.resnet(x, &format!("down_blocks.{level}.resnets.{block}"))?;
                let name = format!("down_blocks.{level}.attentions.{block}");
                x = self.transformer(x, &name, config.depths[level], config.heads[level])?;
                kept.push(x);
            }
            if level + 1 < levels {
                x = self.b.conv(x, &format!("down_blocks.{level}.downsamplers.0.conv"), 2, [1; 4])?;
                kept.push(x);
            }
        }
        x = self.resnet(x, "mid_block.resnets.0")?;
        x = self.transformer(x, "mid_block.attentions.0", config.mid_depth, config.heads[levels - 1])?;
        x = self.resnet(x, "mid_block.resnets.1")?;
        for step in 0..levels {
            let level = levels - 1 - step;
            for block in 0..=config.blocks {
                if let Some(skip) = kept.pop() {
                    let var = self.b.concat(&[x.var, skip.var], 1);
                    x = Map { var, channels: x.channels + skip.channels, ..skip };
                }
                x = self.resnet(x, &format!("up_blocks.{step}.resnets.{block}"))?;
                let name = format!("up_blocks.{step}.attentions.{block}");
                x = self.transformer(x, &name, config.depths[level], config.heads[level])?;
            }
            if level > 0 {
                x = self.b.twice(x);
                x = self.b.conv3(x, &format!("up_blocks.{step}.upsamplers.0.conv"))?;
            }
        }
        x = self.b.group_norm(x, "conv_norm_out", config.groups, config.epsilon)?;
        x.var = self.b.silu(x.var);
        Ok(self.b.conv3(x, "conv_out")?.var)
    }

    fn resnet(&mut self, x: Map, name: &str) -> Result<Map, ImageError> {
        let (groups, epsilon) = (self.config.groups, self.config.epsilon);
        let mut h = self.b.group_norm(x, &format!("{name}.norm1"), groups, epsilon)?;
        h.var = self.b.silu(h.var);
        let mut h = self.b.conv3(h, &format!("{name}.conv1"))?;
        let time = self.b.linear(self.time, &format!("{name}.time_emb_proj"))?;
        let time = self.b.reshape(time, &[1, h.channels, 1, 1]);
        h.var = self.b.add(h.var, time);
        let mut h = self.b.group_norm(h, &format!("{name}.norm2"), groups, epsilon)?;
        h.var = self.b.silu(h.var);
        let mut h = self.b.conv3(h, &format!("{name}.conv2"))?;
        let shortcut = format!("{name}.conv_shortcut");
        let x = if self.b.has(&format!("{shortcut}.weight")) {
            self.b.conv(x, &shortcut, 1, [0; 4])?
        } else {
            x
        };
        h.var = self.b.add(x.var, h.var);
        Ok(h)
    }

    fn transformer(&mut self, x: Map, name: &str, depth: usize, heads: usize) -> Result<Map, ImageError> {
        if depth == 0 {
            return Ok(x);
        }
        let normal = self.b.group_norm(x, &format!("{name}.norm"), self.config.groups, 1e-6)?;
        let mut h = self.b.sequence(normal);
        h = self.b.linear(h, &format!("{name}.proj_in"))?;
        for layer in 0..depth {
            let name = format!("{name}.transformer_blocks.{layer}");
            let normal = self.b.layer_norm(h, &format!("{name}.norm1"), 1e-5)?;
            let seen = self.attend(normal, normal, &format!("{name}.attn1"), heads)?;
            h = self.b.add(h, seen);
            let normal = self.b.layer_norm(h, &format!("{name}.norm2"), 1e-5)?;
            let seen = self.attend(normal, self.context, &format!("{name}.attn2"), heads)?;
            h = self.b.add(h, seen);
            let normal = self.b.layer_norm(h, &format!("{name}.norm3"), 1e-5)?;
            let change = self.gated(normal, &format!("{name}.ff.net"))?;
            h = self.b.add(h, change);
        }
        h = self.b.linear(h, &format!("{name}.proj_out"))?;
        let h = self.b.map(h, x.channels, x.height, x.width);
        Ok(Map { var: self.b.add(x.var, h.var), ..x })
    }

    fn attend(&mut self, x: Var, context: Var, name: &str, heads: usize) -> Result<Var, ImageError> {
        let q = self.b.linear(x, &format!("{name}.to_q"))?;
        let k = self.b.linear(context, &format!("{name}.to_k"))?;
        let v = self.b.linear(context, &format!("{name}.to_v"))?;
        let seen = self.b.attention(q, k, v, heads, false);
        self.b.linear(seen, &format!("{name}.to_out.0"))
    }

    /// The feed-forward layer with a gate (GEGLU): the first half of the rows times the activated second.
    fn gated(&mut self, x: Var, name: &str) -> Result<Var, ImageError> {
        let wide = format!("{name}.0.proj");
        let rows = self.b.shape(&format!("{wide}.weight"))?.first().copied().unwrap_or(0) / 2;
        let value = self.b.linear_rows(x, &wide, Some((0, rows)))?;
        let gate = self.b.linear_rows(x, &wide, Some((rows, rows)))?;
        let gate = self.b.gelu(gate);
        let product = self.b.mul(value, gate);
        self.b.linear(product, &format!("{name}.2"))
    }
}
