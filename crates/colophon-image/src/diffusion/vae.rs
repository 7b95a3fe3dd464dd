//! The autoencoder between pictures and latents (`AutoencoderKL`), whole or by tiles, and the tiny one
//! that shows a picture while it is made (`AutoencoderTiny`, TAESD).

use colophon_types::Cancel;
use serde_json::Value;

use super::layers::{Builder, Map};
use super::source::Source;
use crate::ImageError;
use crate::net::{Net, Tensor};

/// Pixels to a number of the latent, each way.
pub(crate) const SCALE: usize = 8;
const EPSILON: f32 = 1e-6;

/// What `config.json` of an autoencoder says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VaeConfig {
    /// Channels of a latent.
    pub(crate) latent: usize,
    pub(crate) widths: Vec<usize>,
    pub(crate) blocks: usize,
    pub(crate) groups: usize,
    pub(crate) scaling: f32,
    pub(crate) shift: f32,
}

impl VaeConfig {
    pub(crate) fn of(json: &Value) -> Option<Self> {
        let number = |key: &str| json[key].as_u64().map(|n| n as usize);
        let real = |key: &str| json[key].as_f64().map(|n| n as f32);
        let widths = json["block_out_channels"].as_array()?.iter().map(|n| n.as_u64().map(|n| n as usize));
        Some(Self {
            latent: number("latent_channels")?,
            widths: widths.collect::<Option<_>>()?,
            blocks: number("layers_per_block")?,
            groups: number("norm_num_groups").unwrap_or(32),
            scaling: real("scaling_factor").unwrap_or(0.18215),
            shift: real("shift_factor").unwrap_or(0.0),
        })
    }

    /// That of Stable Diffusion 1.x and 2.x.
    pub(crate) fn sd() -> Self {
        let widths = vec![128, 256, 512, 512];
        Self { latent: 4, widths, blocks: 2, groups: 32, scaling: 0.18215, shift: 0.0 }
    }

    pub(crate) fn sdxl() -> Self {
        Self { scaling: 0.13025, ..Self::sd() }
    }
}

fn resnet(b: &mut Builder<'_>, x: Map, name: &str, groups: usize) -> Result<Map, ImageError> {
    let mut h = b.group_norm(x, &format!("{name}.norm1"), groups, EPSILON)?;
    h.var = b.silu(h.var);
    let h = b.conv3(h, &format!("{name}.conv1"))?;
    let mut h = b.group_norm(h, &format!("{name}.norm2"), groups, EPSILON)?;
    h.var = b.silu(h.var);
    let h = b.conv3(h, &format!("{name}.conv2"))?;
    let shortcut = format!("{name}.conv_shortcut");
    let x = if b.has(&format!("{shortcut}.weight")) { b.conv(x, &shortcut, 1, [0; 4])? } else { x };
    Ok(Map { var: b.add(x.var, h.var), ..h })
}

fn middle(b: &mut Builder<'_>, x: Map, name: &str, groups: usize) -> Result<Map, ImageError> {
    let x = resnet(b, x, &format!("{name}.resnets.0"), groups)?;
    let attention = format!("{name}.attentions.0");
    let x = if b.has(&format!("{attention}.to_q.weight")) {
        let normal = b.group_norm(x, &format!("{attention}.group_norm"), groups, EPSILON)?;
        let h = b.sequence(normal);
        let q = b.linear(h, &format!("{attention}.to_q"))?;
        let k = b.linear(h, &format!("{attention}.to_k"))?;
        let v = b.linear(h, &format!("{attention}.to_v"))?;
        let seen = b.attention(q, k, v, 1, false);
        let h = b.linear(seen, &format!("{attention}.to_out.0"))?;
        let h = b.map(h, x.channels, x.height, x.width);
        Map { var: b.add(x.var, h.var), ..x }
    } else {
        x
    };
    resnet(b, x, &format!("{name}.resnets.1"), groups)
}

/// Latents to pictures, for latents of one size.
#[derive(Debug)]
pub(crate) struct Decoder {
    pub(crate) net: Net,
    config: VaeConfig,
    size: (usize, usize),
}

impl Decoder {
    pub(crate) fn load(
        config: &VaeConfig,
        source: &Source<'_>,
        (height, width): (usize, usize),
        threads: usize,
    ) -> Result<Self, ImageError> {
        let mut b = Builder::new(source, &[]);
        let var = b.input("latent", &[1, config.latent, height, width]);
        let mut x = Map { var, channels: config.latent, height, width };
        if b.has("post_quant_conv.weight") {
            x = b.conv(x, "post_quant_conv", 1, [0; 4])?;
        }
        x = b.conv3(x, "decoder.conv_in")?;
        x = middle(&mut b, x, "decoder.mid_block", config.groups)?;
        for step in 0..config.widths.len() {
            for block in 0..=config.blocks {
                x = resnet(&mut b, x, &format!("decoder.up_blocks.{step}.resnets.{block}"), config.groups)?;
            }
            if step + 1 < config.widths.len() {
                x = b.twice(x);
                x = b.conv3(x, &format!("decoder.up_blocks.{step}.upsamplers.0.conv"))?;
            }
        }
        x = b.group_norm(x, "decoder.conv_norm_out", config.groups, EPSILON)?;
        x.var = b.silu(x.var);
        x = b.conv3(x, "decoder.conv_out")?;
        b.graph.output("picture", x.var);
        Ok(Self { net: Net::new(&b.graph, threads)?, config: config.clone(), size: (height, width) })
    }

    /// The picture (−1…1, `[1, 3, h, w]`) of a latent as the denoiser has it.
    pub(crate) fn decode(&self, latent: &Tensor, cancel: &Cancel) -> Result<Tensor, ImageError> {
        let [_, _, height, width] = latent.shape[..] else {
            return Err(ImageError::Network("a latent has four dimensions".into()));
        };
        let whole = Tensor::new(
            &latent.shape,
            latent.data.iter().map(|v| v / self.config.scaling + self.config.shift).collect(),
        );
        if (height, width) == self.size {
            return self.net.apply("latent", whole, cancel);
        }
        // By tiles, as `diffusers` does: each overlaps those above and to its left by a quarter, where
        // it goes over from the one to the other.
        let tile = self.size.0;
        let step = tile - tile / 4;
        let (scale, blend) = (1 << (self.config.widths.len() - 1), tile / 4);
        let rows: Vec<usize> = starts(height, tile, step);
        let columns: Vec<usize> = starts(width, tile, step);
        let (h, w) = (height * scale, width * scale);
        let mut picture = vec![0.0f32; 3 * h * w];
        let mut weight = vec![0.0f32; h * w];
        let ramp = |i: usize, first: bool, last: bool| {
            let (i, n, edge) = (i as f32 + 0.5, (tile * scale) as f32, (blend * scale) as f32);
            let rise = if first { 1.0 } else { (i / edge).min(1.0) };
            let fall = if last { 1.0 } else { ((n - i) / edge).min(1.0) };
            rise.min(fall)
        };
        for &top in &rows {
            for &left in &columns {
                let part = cut(&whole, (top, left), self.size);
                let made = self.net.apply("latent", part, cancel)?;
                let (th, tw) = (tile * scale, self.size.1 * scale);
                for y in 0..th {
                    let row = ramp(y, top == 0, top + tile == height);
                    for x in 0..tw {
                        let share = row * ramp(x, left == 0, left + tile == width);
                        let at = (top * scale + y) * w + left * scale + x;
                        weight[at] += share;
                        for c in 0..3 {
                            picture[c * h * w + at] += share * made.data[(c * th + y) * tw + x];
                        }
                    }
                }
            }
        }
        for plane in picture.chunks_exact_mut(h * w) {
            plane.iter_mut().zip(&weight).for_each(|(v, w)| *v /= w.max(1e-6));
        }
        Ok(Tensor::new(&[1, 3, h, w], picture))
    }
}

/// Where tiles begin: the last ends at the end.
fn starts(length: usize, tile: usize, step: usize) -> Vec<usize> {
    let last = length.saturating_sub(tile);
    let mut starts: Vec<usize> = (0..last).step_by(step.max(1)).collect();
    starts.push(last);
    starts
}

/// A part of a latent.
fn cut(latent: &Tensor, (top, left): (usize, usize), (height, width): (usize, usize)) -> Tensor {
    let [_, channels, h, w] = latent.shape[..] else { return Tensor::default() };
    let mut data = Vec::with_capacity(channels * height * width);
    for c in 0..channels {
        for y in 0..height {
            data.extend_from_slice(&latent.data[(c * h + top + y) * w + left..][..width]);
        }
    }
    Tensor::new(&[1, channels, height, width], data)
}

/// Pictures to latents, for pictures of one size.
#[derive(Debug)]
pub(crate) struct Encoder {
    pub(crate) net: Net,
    config: VaeConfig,
}

impl Encoder {
    /// For pictures whose latent is `height` by `width`.
    pub(crate) fn load(
        config: &VaeConfig,
        source: &Source<'_>,
        (height, width): (usize, usize),
        threads: usize,
    ) -> Result<Self, ImageError> {
        let scale = 1 << (config.widths.len() - 1);
        let (height, width) = (height * scale, width * scale);
        let mut b = Builder::new(source, &[]);
        let var = b.input("picture", &[1, 3, height, width]);
        let mut x = b.conv3(Map { var, channels: 3, height, width }, "encoder.conv_in")?;
        for level in 0..config.widths.len() {
            for block in 0..config.blocks {
                x = resnet(
                    &mut b,
                    x,
                    &format!("encoder.down_blocks.{level}.resnets.{block}"),
                    config.groups,
                )?;
            }
            if level + 1 < config.widths.len() {
                let name = format!("encoder.down_blocks.{level}.downsamplers.0.conv");
                x = b.conv(x, &name, 2, [0, 0, 1, 1])?;
            }
        }
        x = middle(&mut b, x, "encoder.mid_block", config.groups)?;
        x = b.group_norm(x, "encoder.conv_norm_out", config.groups, EPSILON)?;
        x.var = b.silu(x.var);
        x = b.conv3(x, "encoder.conv_out")?;
        if b.has("quant_conv.weight") {
            x = b.conv(x, "quant_conv", 1, [0; 4])?;
        }
        b.graph.output("moments", x.var);
        Ok(Self { net: Net::new(&b.graph, threads)?, config: config.clone() })
    }

    /// The latent of a picture (−1…1, `[1, 3, h, w]`): its most likely one, or with `noise` a sample.
    pub(crate) fn encode(
        &self,
        picture: Tensor,
        noise: Option<&[f32]>,
        cancel: &Cancel,
    ) -> Result<Tensor, ImageError> {
        let moments = self.net.apply("picture", picture, cancel)?;
        let [_, _, height, width] = moments.shape[..] else {
            return Err(ImageError::Network("moments have four dimensions".into()));
        };
        let count = self.config.latent * height * width;
        let (mean, spread) = moments.data.split_at(count.min(moments.data.len()));
        let value = |i: usize, mean: f32| {
            let wide = noise.map_or(0.0, |n| (0.5 * spread[i].clamp(-30.0, 20.0)).exp() * n[i]);
            (mean + wide - self.config.shift) * self.config.scaling
        };
        let data = mean.iter().enumerate().map(|(i, m)| value(i, *m)).collect();
        Ok(Tensor::new(&[1, self.config.latent, height, width], data))
    }
}

/// The tiny decoder, for latents of one size.
#[derive(Debug)]
pub(crate) struct TinyDecoder {
    net: Net,
}

impl TinyDecoder {
    /// Weights of `AutoencoderTiny`: `decoder.layers.…`.
    pub(crate) fn load(
        source: &Source<'_>,
        channels: usize,
        (height, width): (usize, usize),
        threads: usize,
    ) -> Result<Self, ImageError> {
        let mut b = Builder::new(source, &[]);
        let var = b.input("latent", &[1, channels, height, width]);
        let (third, three) = (b.graph.scalar(1.0 / 3.0), b.graph.scalar(3.0));
        let soft = b.mul(var, third);
        let soft = b.graph.plain("Tanh", &[soft]);
        let mut x = Map { var: b.mul(soft, three), channels, height, width };
        x = b.conv3(x, "decoder.layers.0")?;
        x.var = b.graph.plain("Relu", &[x.var]);
        let last = source.last_number("decoder.layers.");
        for layer in 2..=last {
            let name = format!("decoder.layers.{layer}");
            if b.has(&format!("{name}.conv.0.weight")) {
                let mut h = x;
                for conv in [0, 2, 4] {
                    h = b.conv3(h, &format!("{name}.conv.{conv}"))?;
                    if conv < 4 {
                        h.var = b.graph.plain("Relu", &[h.var]);
                    }
                }
                let sum = b.add(x.var, h.var);
                x.var = b.graph.plain("Relu", &[sum]);
            } else if b.has(&format!("{name}.weight")) {
                // A convolution without a bias comes after each enlargement.
                if !b.has(&format!("{name}.bias")) {
                    x = b.twice(x);
                }
                x = b.conv3(x, &name)?;
            }
        }
        let (two, one) = (b.graph.scalar(2.0), b.graph.scalar(1.0));
        let wide = b.mul(x.var, two);
        let made = b.graph.plain("Sub", &[wide, one]);
        b.graph.output("picture", made);
        Ok(Self { net: Net::new(&b.graph, threads)? })
    }

    /// The picture (−1…1) of a latent as the denoiser has it.
    pub(crate) fn decode(&self, latent: &Tensor, cancel: &Cancel) -> Result<Tensor, ImageError> {
        self.net.apply("latent", latent.clone(), cancel)
    }
}
