//! From words to what the denoiser reads: each text encoder in turn.

use colophon_types::Cancel;

use super::checkpoint::{DenoiserConfig, Family};
use super::clip::{Clip, ClipText};
use super::kept::{Key, Place};
use super::lora::{Lora, Part};
use super::memory::Need;
use super::pipeline::{Ask, Diffusion};
use super::qwen::{self, Qwen};
use super::t5::T5;
use super::tokens::Prompt;
use super::weighting;
use crate::ImageError;
use crate::net::Tensor;

/// Tokens that T5 reads.
const T5_SD3: usize = 256;
const T5_FLUX: usize = 512;
/// Width of the text that SD 3's transformer reads.
const JOINT: usize = 77;

/// What the words became.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condition {
    pub(crate) context: Tensor,
    pub(crate) pooled: Vec<f32>,
}

impl Diffusion {
    /// What the prompt became, and what is to be kept away from where there is guidance.
    pub(crate) fn conditions(&self, ask: &Ask<'_>, cancel: &Cancel) -> Result<Vec<Condition>, ImageError> {
        let mut prompts = vec![weighting::read(ask.prompt)];
        if self.guided(ask) {
            prompts.push(weighting::read(ask.negative));
        }
        let mut clips: Vec<Vec<ClipText>> = Vec::new();
        for (index, part) in self.checkpoint.encoders.clips.iter().enumerate() {
            // U-Nets look at a text of any length: long prompts are read piece by piece. The others were trained
            // with one piece, and read long prompts with T5.
            let cut = |parts: &Vec<weighting::Part>| {
                if self.heeds_weights() {
                    part.tokens.clip_weighted(parts)
                } else {
                    Ok(vec![part.tokens.clip(&weighting::plain(parts))?])
                }
            };
            let mut pieces = prompts.iter().map(cut).collect::<Result<Vec<_>, _>>()?;
            // Both sides of the guidance have one length: the shorter goes on without words.
            let most = pieces.iter().map(Vec::len).max().unwrap_or(1);
            let empty = part.tokens.clip("")?;
            pieces.iter_mut().for_each(|pieces| pieces.resize(most, empty.clone()));
            let load = || {
                let loras = self.loras(if index == 0 { Part::Text } else { Part::Text2 })?;
                let encoder = Clip::load(&part.config, &part.component.source(), &loras, self.threads)?;
                loras.iter().try_for_each(Lora::fits)?;
                encoder.net.sparing(self.kept.keeps);
                Ok(encoder)
            };
            let need = Need { weights: part.component.memory(), work: 0 };
            clips.push(self.kept.with(Key::of(Place::Clip(index)), need, load, |encoder: &Clip| {
                pieces.iter().map(|pieces| whole(encoder, pieces, cancel)).collect()
            })?);
        }
        let mut long = Vec::new();
        if let Some(part) = &self.checkpoint.encoders.t5 {
            let length = if self.checkpoint.family == Family::Flux { T5_FLUX } else { T5_SD3 };
            let load = || {
                let encoder = T5::load(&part.config, &part.component.source(), length, self.threads)?;
                encoder.net.sparing(self.kept.keeps);
                Ok(encoder)
            };
            let need = Need { weights: part.component.memory(), work: 0 };
            let key = Key { length, ..Key::of(Place::T5) };
            long = self.kept.with(key, need, load, |encoder: &T5| {
                let read = |parts: &Vec<weighting::Part>| {
                    encoder.read(&part.tokens.t5(&weighting::plain(parts), length)?, cancel)
                };
                prompts.iter().map(read).collect()
            })?;
        }
        if let Some(part) = &self.checkpoint.encoders.qwen {
            let load = || {
                let encoder = Qwen::load(&part.config, &part.component.source(), self.threads)?;
                encoder.net.sparing(self.kept.keeps);
                Ok(encoder)
            };
            let need = Need { weights: part.component.memory(), work: 0 };
            long = self.kept.with(Key::of(Place::Qwen), need, load, |encoder: &Qwen| {
                let read = |parts: &Vec<weighting::Part>| {
                    encoder.read(&part.tokens.qwen(&weighting::plain(parts), qwen::LONGEST)?, cancel)
                };
                prompts.iter().map(read).collect()
            })?;
        }
        let lacking = || ImageError::model(&self.checkpoint.path, "a text encoder is missing".into());
        let mut conditions = Vec::new();
        for index in 0..prompts.len() {
            let clip = |encoder: usize| clips.get(encoder).map(|texts| &texts[index]).ok_or_else(lacking);
            conditions.push(match self.checkpoint.family {
                Family::Sd => Condition { context: clip(0)?.last.clone(), pooled: Vec::new() },
                Family::Sdxl => {
                    let (first, second) = (clip(0)?, clip(1)?);
                    let context = beside(&first.penultimate, &second.penultimate);
                    let mut condition = Condition { context, pooled: second.pooled.clone() };
                    // So it was trained: without words there is nothing.
                    if index == 1 && ask.negative.trim().is_empty() {
                        condition.context.data.fill(0.0);
                        condition.pooled.fill(0.0);
                    }
                    condition
                }
                Family::Sd3 => {
                    let (first, second) = (clip(0)?, clip(1)?);
                    let wide = match &self.checkpoint.config {
                        DenoiserConfig::Sd3(config) => config.context,
                        _ => return Err(lacking()),
                    };
                    let none = Tensor::new(&[1, JOINT, wide], vec![0.0; JOINT * wide]);
                    let short = beside(&first.penultimate, &second.penultimate);
                    let context = after(&widened(&short, wide), long.get(index).unwrap_or(&none));
                    Condition { context, pooled: [&first.pooled[..], &second.pooled[..]].concat() }
                }
                Family::Flux => Condition {
                    context: long.get(index).ok_or_else(lacking)?.clone(),
                    pooled: clip(0)?.pooled.clone(),
                },
                Family::ZImage => {
                    Condition { context: long.get(index).ok_or_else(lacking)?.clone(), pooled: Vec::new() }
                }
            });
        }
        Ok(conditions)
    }
}

/// What an encoder reads in the pieces of a prompt.
fn whole(encoder: &Clip, pieces: &[Prompt], cancel: &Cancel) -> Result<ClipText, ImageError> {
    let mut whole: Option<ClipText> = None;
    for piece in pieces {
        let mut text = encoder.read(&piece.tokens, piece.end, cancel)?;
        weighting::scale(&mut text.last, &piece.weights);
        weighting::scale(&mut text.penultimate, &piece.weights);
        whole = Some(match whole {
            None => text,
            // One vector for all of it is that of its beginning.
            Some(so_far) => ClipText {
                last: after(&so_far.last, &text.last),
                penultimate: after(&so_far.penultimate, &text.penultimate),
                pooled: so_far.pooled,
            },
        });
    }
    Ok(whole.unwrap_or_default())
}

/// Two sequences of equal length side by side.
fn beside(a: &Tensor, b: &Tensor) -> Tensor {
    let (length, wa, wb) = (a.shape[1], a.shape[2], b.shape[2]);
    let rows = a.data.chunks_exact(wa).zip(b.data.chunks_exact(wb));
    Tensor::new(&[1, length, wa + wb], rows.flat_map(|(a, b)| a.iter().chain(b).copied()).collect())
}

/// A sequence with zeros up to a width.
fn widened(a: &Tensor, width: usize) -> Tensor {
    let (length, own) = (a.shape[1], a.shape[2]);
    let mut data = vec![0.0; length * width];
    for (to, from) in data.chunks_exact_mut(width).zip(a.data.chunks_exact(own)) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
    Tensor::new(&[1, length, width], data)
}

/// Two sequences of equal width one after the other.
fn after(a: &Tensor, b: &Tensor) -> Tensor {
    Tensor::new(&[1, a.shape[1] + b.shape[1], a.shape[2]], [&a.data[..], &b.data[..]].concat())
}
