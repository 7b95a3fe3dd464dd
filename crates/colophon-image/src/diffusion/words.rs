//! From words to what the denoiser reads: each text encoder in turn.

use std::any::Any;

use colophon_types::Cancel;

use super::checkpoint::{Checkpoint, Component, DenoiserConfig, Family};
use super::clip::{Clip, ClipText};
use super::kept::{Kept, Key, Place};
use super::lora::{Lora, Loras, Part};
use super::memory::Need;
use super::qwen::{self, Qwen};
use super::source::Source;
use super::t5::T5;
use super::tokens::Prompt;
use super::weighting;
use crate::ImageError;
use crate::net::{Net, Tensor};

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

/// What reads the words of a checkpoint: its text encoders, loaded when they are needed.
pub(super) struct Words<'a> {
    pub(super) checkpoint: &'a Checkpoint,
    pub(super) loras: &'a Loras,
    pub(super) kept: &'a Kept,
    pub(super) threads: usize,
}

/// A text encoder.
trait Encoder: Any + Send {
    fn net(&self) -> &Net;
}

impl Encoder for Clip {
    fn net(&self) -> &Net {
        &self.net
    }
}

impl Encoder for T5 {
    fn net(&self) -> &Net {
        &self.net
    }
}

impl Encoder for Qwen {
    fn net(&self) -> &Net {
        &self.net
    }
}

impl Words<'_> {
    /// What a prompt became, and after it what is to be kept away from, where that was given.
    pub(super) fn read(&self, prompts: &[&str], cancel: &Cancel) -> Result<Vec<Condition>, ImageError> {
        let weighted: Vec<_> = prompts.iter().map(|prompt| weighting::read(prompt)).collect();
        let clips = self.clips(&weighted, cancel)?;
        let plain: Vec<String> = weighted.iter().map(|parts| weighting::plain(parts)).collect();
        let long = self.long(&plain, cancel)?;
        let lacking = || ImageError::model(&self.checkpoint.path, "a text encoder is missing".into());
        let condition = |index: usize, prompt: &str| {
            let clip = |encoder: usize| clips.get(encoder).map(|texts| &texts[index]).ok_or_else(lacking);
            let long = long.get(index);
            Ok(match self.checkpoint.family {
                Family::Sd => Condition { context: clip(0)?.last.clone(), pooled: Vec::new() },
                Family::Sdxl => {
                    let (first, second) = (clip(0)?, clip(1)?);
                    let context = beside(&first.penultimate, &second.penultimate);
                    let mut condition = Condition { context, pooled: second.pooled.clone() };
                    // So it was trained: without words there is nothing.
                    if index == 1 && prompt.trim().is_empty() {
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
                    let context = after(&widened(&short, wide), long.unwrap_or(&none));
                    Condition { context, pooled: [&first.pooled[..], &second.pooled[..]].concat() }
                }
                Family::Flux => {
                    let context = long.ok_or_else(lacking)?.clone();
                    Condition { context, pooled: clip(0)?.pooled.clone() }
                }
                Family::ZImage => {
                    Condition { context: long.ok_or_else(lacking)?.clone(), pooled: Vec::new() }
                }
            })
        };
        prompts.iter().enumerate().map(|(index, prompt)| condition(index, prompt)).collect()
    }

    /// What each CLIP reads in each prompt.
    fn clips(
        &self,
        prompts: &[Vec<weighting::Part>],
        cancel: &Cancel,
    ) -> Result<Vec<Vec<ClipText>>, ImageError> {
        let mut clips = Vec::new();
        for (index, part) in self.checkpoint.encoders.clips.iter().enumerate() {
            // U-Nets look at a text of any length: long prompts are read piece by piece. The others were trained
            // with one piece, and read long prompts with T5.
            let cut = |parts: &Vec<weighting::Part>| {
                if self.checkpoint.family.heeds_weights() {
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
            let load = |source: &Source<'_>| {
                let loras = self.loras.of(if index == 0 { Part::Text } else { Part::Text2 })?;
                let encoder = Clip::load(&part.config, source, &loras, self.threads)?;
                loras.iter().try_for_each(Lora::fits)?;
                Ok(encoder)
            };
            clips.push(self.with(Key::of(Place::Clip(index)), &part.component, load, |encoder: &Clip| {
                pieces.iter().map(|pieces| whole(encoder, pieces, cancel)).collect()
            })?);
        }
        Ok(clips)
    }

    /// What the encoder of long texts reads in each prompt, if there is one.
    fn long(&self, prompts: &[String], cancel: &Cancel) -> Result<Vec<Tensor>, ImageError> {
        let encoders = &self.checkpoint.encoders;
        if let Some(part) = &encoders.qwen {
            let load = |source: &Source<'_>| Qwen::load(&part.config, source, self.threads);
            return self.with(Key::of(Place::Qwen), &part.component, load, |encoder: &Qwen| {
                let read = |text: &String| encoder.read(&part.tokens.qwen(text, qwen::LONGEST)?, cancel);
                prompts.iter().map(read).collect()
            });
        }
        let Some(part) = &encoders.t5 else { return Ok(Vec::new()) };
        let length = if self.checkpoint.family == Family::Flux { T5_FLUX } else { T5_SD3 };
        let load = |source: &Source<'_>| T5::load(&part.config, source, length, self.threads);
        let key = Key { length, ..Key::of(Place::T5) };
        self.with(key, &part.component, load, |encoder: &T5| {
            prompts.iter().map(|text| encoder.read(&part.tokens.t5(text, length)?, cancel)).collect()
        })
    }

    /// Works with an encoder: the one that waits, else one that is loaded.
    fn with<E: Encoder, T>(
        &self,
        key: Key,
        component: &Component,
        load: impl FnOnce(&Source<'_>) -> Result<E, ImageError>,
        work: impl FnOnce(&E) -> Result<T, ImageError>,
    ) -> Result<T, ImageError> {
        let need = Need { weights: component.memory(), work: 0 };
        let load = || {
            let encoder = load(&component.source())?;
            encoder.net().sparing(self.kept.keeps);
            Ok(encoder)
        };
        self.kept.with(key, need, load, work)
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
