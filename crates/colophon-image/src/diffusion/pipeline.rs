//! From noise to a picture, led by what the words became: the denoiser step by step, the autoencoder.

use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Raster, Seed};

use super::checkpoint::{Checkpoint, DenoiserConfig, Extras, Family};
use super::flux::Flux;
use super::kept::{Kept, Key, Place};
use super::lora::{Lora, Loras, Part};
use super::memory;
use super::mmdit::Sd3;
use super::schedule::{Method, Schedule};
use super::unet::{Told, Unet};
use super::vae::{Decoder, Encoder, SCALE, TinyDecoder};
use super::words::{Condition, Words};
use super::zimage::ZImage;
use crate::net::{Net, Tensor};
use crate::resize::Plane;
use crate::{ImageError, pixels};

/// Side of a tile of a latent, where a whole one would take too much memory.
const TILE: usize = 64;
/// Numbers of a latent that are decoded at once without tiles.
const WHOLE: usize = 96 * 96;

/// What is asked of a diffusion model.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What is in the picture, in English for most models.
    pub prompt: &'a str,
    /// What is not to be in it; of no effect without guidance.
    pub negative: &'a str,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Steps, 1 to 1000.
    pub steps: usize,
    /// How closely the words are followed; 1 and less for a model that was distilled so. Z-Image counts from 0, as
    /// its makers do: 4 there is 5 elsewhere, and 0 is for a model that was distilled.
    pub guidance: f32,
    /// The scheduler.
    pub method: Method,
    /// What it begins with, in the place of pure noise.
    pub start: Option<Start<'a>>,
}

/// A picture that is changed.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// The picture.
    pub picture: &'a Raster,
    /// How much of it may change: 0 nothing, 1 all.
    pub strength: f32,
    /// Where it may change: light pixels; everywhere for `None`.
    pub mask: Option<&'a Raster>,
}

/// A picture that is being made.
pub struct Seen<'a> {
    /// Which picture of several, from 0.
    pub picture: usize,
    /// Steps that are done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
    /// Decodes what the network sees by now: by the tiny autoencoder where one was given.
    pub show: &'a dyn Fn() -> Result<Raster, ImageError>,
    /// The latent after the step.
    #[cfg(test)]
    pub(crate) latent: &'a [f32],
}

/// A model of diffusion, opened. Its parts are loaded when they are needed, one after another.
///
/// Threading contract: may be shared; pictures drawn at the same time use networks of their own.
#[derive(Debug)]
pub struct Diffusion {
    checkpoint: Checkpoint,
    loras: Loras,
    threads: usize,
    kept: Kept,
}

/// Fresh normal noise: so many numbers.
pub(crate) type Noise<'a> = dyn FnMut(usize) -> Vec<f32> + 'a;

/// A denoiser of any kind.
enum Denoiser {
    Unet(Box<Unet>),
    Sd3(Sd3),
    Flux(Flux),
    ZImage(ZImage),
}

impl Denoiser {
    fn net(&self) -> &Net {
        match self {
            Self::Unet(unet) => &unet.net,
            Self::Sd3(net) => &net.net,
            Self::Flux(net) => &net.net,
            Self::ZImage(net) => &net.net,
        }
    }
}

/// What a picture starts from, as latents.
struct Given {
    latent: Vec<f32>,
    noise: Vec<f32>,
    /// 1 where it may change.
    mask: Option<Vec<f32>>,
    /// Mask and masked latent, for a network that takes them.
    shown: Option<Vec<f32>>,
}

impl Diffusion {
    /// Opens a checkpoint (a folder in the layout of `diffusers`, or a safetensors file) with adapters and
    /// their strengths. The ONNX Runtime must have been loaded.
    ///
    /// # Errors
    /// [`ImageError::Model`] for a file that is damaged or of a kind that is not known.
    pub fn open(
        path: &Path,
        loras: &[(PathBuf, f32)],
        extras: &Extras,
        threads: usize,
    ) -> Result<Self, ImageError> {
        let checkpoint = Checkpoint::open(path, extras)?;
        Ok(Self { checkpoint, loras: Loras::new(loras), threads, kept: Kept::default() })
    }

    /// Keeps its networks for the next picture, as far as there is memory. The files of the checkpoint must
    /// not be written to while it is there.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        self.kept.keeps = true;
        self
    }

    /// Bytes that the networks hold which wait for the next picture.
    pub fn held(&self) -> u64 {
        self.kept.bytes()
    }

    /// The kind of its network.
    pub fn family(&self) -> Family {
        self.checkpoint.family
    }

    /// The scheduler that it was made for.
    pub fn method(&self) -> Method {
        self.checkpoint.method
    }

    /// Whether it heeds weights of words, as in `(red:1.3)`. What T5 or a language model reads has none: it takes
    /// the words alone.
    pub fn heeds_weights(&self) -> bool {
        self.checkpoint.family.heeds_weights()
    }

    /// Whether it is a network for filling in, which sees the mask.
    pub fn sees_masks(&self) -> bool {
        matches!(&self.checkpoint.config, DenoiserConfig::Unet(unet) if unet.channels == 9)
    }

    /// The size that it draws in the place of another: whole patches, no smaller than asked for.
    pub fn fitting(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let unit = match &self.checkpoint.config {
            DenoiserConfig::Unet(unet) => SCALE << (unet.widths.len() - 1),
            DenoiserConfig::Sd3(_) | DenoiserConfig::Flux(_) | DenoiserConfig::ZImage(_) => SCALE * 2,
        } as u32;
        (width.next_multiple_of(unit), height.next_multiple_of(unit))
    }

    /// Draws one picture for each seed.
    ///
    /// # Errors
    /// [`ImageError::Setting`] for what does not fit the model or the memory; a stop; a model that cannot be
    /// loaded; a network that failed.
    pub fn draw(
        &self,
        ask: &Ask<'_>,
        seeds: &[u64],
        cancel: &Cancel,
        watch: &mut dyn FnMut(Seen<'_>),
    ) -> Result<Vec<Raster>, ImageError> {
        let (width, height) = self.fitting(ask.size);
        memory::check(&self.checkpoint, (width, height), self.kept.bytes())?;
        let fitted = Ask { size: (width, height), ..ask.clone() };
        let mut noises: Vec<Box<Noise<'_>>> = seeds
            .iter()
            .map(|seed| {
                let mut dice = Seed(*seed).derive("diffusion");
                Box::new(move |count: usize| normal(&mut dice, count)) as Box<Noise<'_>>
            })
            .collect();
        let made = self.numbers(&fitted, &mut noises, cancel, watch)?;
        made.into_iter()
            .map(|picture| {
                let picture = raster(picture)?;
                let picture = cropped(&picture, ask.size);
                Ok(match &ask.start {
                    Some(Start { picture: before, mask: Some(mask), .. }) => kept(&picture, before, mask),
                    _ => picture,
                })
            })
            .collect()
    }

    /// The pictures as the autoencoder gives them: −1…1, `[1, 3, h, w]`.
    pub(crate) fn numbers(
        &self,
        ask: &Ask<'_>,
        noises: &mut [Box<Noise<'_>>],
        cancel: &Cancel,
        watch: &mut dyn FnMut(Seen<'_>),
    ) -> Result<Vec<Tensor>, ImageError> {
        if !(1..=1000).contains(&ask.steps) {
            return Err(ImageError::Setting("a picture takes 1 to 1000 steps".into()));
        }
        if self.checkpoint.family.flows() != (ask.method == Method::FlowEuler) {
            let message =
                format!("{} does not work with {}", self.checkpoint.family.name(), ask.method.name());
            return Err(ImageError::Setting(message));
        }
        let (width, height) = (ask.size.0 as usize / SCALE, ask.size.1 as usize / SCALE);
        let conditions = self.conditions(ask, cancel)?;
        let given = self.given(ask, noises, (height, width), cancel)?;
        let size = (height, width);
        let length = match &self.checkpoint.config {
            // It reads texts of any length.
            DenoiserConfig::ZImage(_) => 0,
            _ => conditions[0].context.shape.get(1).copied().unwrap_or(0),
        };
        let key = Key { place: Place::Denoiser, size, length };
        let need = memory::denoiser(&self.checkpoint, size);
        let load = || self.denoiser(size, length);
        let latents = self.kept.with(key, need, load, |denoiser: &Denoiser| {
            let count = noises.len();
            let mut latents = Vec::new();
            for (index, noise) in noises.iter_mut().enumerate() {
                let given = given.get(index);
                let run = Run {
                    denoiser,
                    conditions: &conditions,
                    size,
                    ask,
                    factor: self.factor(ask),
                    last: index + 1 == count,
                };
                latents.push(self.denoise(&run, given, noise.as_mut(), index, cancel, watch)?);
            }
            Ok(latents)
        })?;
        self.decode(size, &latents.iter().collect::<Vec<_>>(), cancel)
    }

    /// What the prompt became, and what is to be kept away from where there is guidance.
    pub(crate) fn conditions(&self, ask: &Ask<'_>, cancel: &Cancel) -> Result<Vec<Condition>, ImageError> {
        let Self { checkpoint, loras, kept, threads } = self;
        let prompts = [ask.prompt, ask.negative];
        let prompts = if self.guided(ask) { &prompts[..] } else { &prompts[..1] };
        Words { checkpoint, loras, kept, threads: *threads }.read(prompts, cancel)
    }

    /// The pictures of some latents.
    fn decode(
        &self,
        (height, width): (usize, usize),
        latents: &[&Tensor],
        cancel: &Cancel,
    ) -> Result<Vec<Tensor>, ImageError> {
        let size = if height * width > WHOLE && height > TILE && width > TILE {
            (TILE, TILE)
        } else {
            (height, width)
        };
        let load = || {
            let source = self.checkpoint.vae.source();
            let decoder = Decoder::load(&self.checkpoint.vae_config, &source, size, self.threads)?;
            decoder.net.sparing(self.kept.keeps);
            Ok(decoder)
        };
        let key = Key { place: Place::Decoder, size, length: 0 };
        self.kept.with(key, memory::autoencoder(&self.checkpoint, size), load, |decoder: &Decoder| {
            latents.iter().map(|latent| decoder.decode(latent, cancel)).collect()
        })
    }

    /// Whether each step looks twice, with the words and without.
    fn guided(&self, ask: &Ask<'_>) -> bool {
        let told = match &self.checkpoint.config {
            DenoiserConfig::Unet(unet) => unet.guidance_features > 0,
            DenoiserConfig::Sd3(_) | DenoiserConfig::ZImage(_) => false,
            DenoiserConfig::Flux(_) => true,
        };
        self.factor(ask) > 1.0 && !told
    }

    /// By what the difference that the words make is multiplied.
    fn factor(&self, ask: &Ask<'_>) -> f32 {
        match self.checkpoint.family {
            Family::ZImage => ask.guidance + 1.0,
            _ => ask.guidance,
        }
    }

    /// The latents of a picture that is changed, one for each noise.
    fn given(
        &self,
        ask: &Ask<'_>,
        noises: &mut [Box<Noise<'_>>],
        (height, width): (usize, usize),
        cancel: &Cancel,
    ) -> Result<Vec<Given>, ImageError> {
        let Some(start) = &ask.start else { return Ok(Vec::new()) };
        if !(0.0..=1.0).contains(&start.strength) {
            return Err(ImageError::Setting("a strength is from 0 to 1".into()));
        }
        let (w, h) = (width * SCALE, height * SCALE);
        let planes: Vec<Plane> = pixels::colours(start.picture)
            .iter()
            .map(|plane| {
                let mut plane = plane.resized(w, h);
                plane.v.iter_mut().for_each(|v| *v = *v * 2.0 - 1.0);
                plane
            })
            .collect();
        let mask = match start.mask {
            None => None,
            Some(mask) => {
                pixels::check(mask)?;
                let mut plane = pixels::luma(&pixels::colours(mask)).resized(w, h);
                plane.v.iter_mut().for_each(|v| *v = if *v < 0.5 { 0.0 } else { 1.0 });
                Some(plane)
            }
        };
        let size = (height, width);
        let load = || {
            let source = self.checkpoint.vae.source();
            let encoder = Encoder::load(&self.checkpoint.vae_config, &source, size, self.threads)?;
            encoder.net.sparing(self.kept.keeps);
            Ok(encoder)
        };
        let key = Key { place: Place::Encoder, size, length: 0 };
        self.kept.with(key, memory::autoencoder(&self.checkpoint, size), load, |encoder: &Encoder| {
            let seen = (&planes[..], mask.as_ref());
            noises
                .iter_mut()
                .map(|noise| self.encoded(encoder, start, seen, noise.as_mut(), cancel))
                .collect()
        })
    }

    /// What one picture starts from: the planes of the picture that is changed, and where it may change.
    fn encoded(
        &self,
        encoder: &Encoder,
        start: &Start<'_>,
        (planes, mask): (&[Plane], Option<&Plane>),
        noise: &mut Noise<'_>,
        cancel: &Cancel,
    ) -> Result<Given, ImageError> {
        let (w, h) = planes.first().map_or((0, 0), |plane| (plane.w, plane.h));
        let (width, height) = (w / SCALE, h / SCALE);
        let count = self.checkpoint.vae_config.latent * height * width;
        let sees_masks = self.sees_masks();
        let whole = sees_masks && start.strength >= 1.0;
        let latent = if whole {
            vec![0.0; count]
        } else {
            let sample = noise(count);
            encoder.encode(pixels::tensor(planes), Some(&sample), cancel)?.data
        };
        let fresh = noise(count);
        let small = mask.map(|mask| {
            let at = |i: usize| mask.v[i / width * SCALE * w + i % width * SCALE];
            (0..height * width).map(at).collect::<Vec<f32>>()
        });
        let mut shown = None;
        if let (Some(mask), Some(small), true) = (mask, &small, sees_masks) {
            let hidden: Vec<Plane> = planes
                .iter()
                .map(|p| Plane { v: p.v.iter().zip(&mask.v).map(|(v, m)| v * (1.0 - m)).collect(), ..*p })
                .collect();
            let sample = noise(count);
            let hidden = encoder.encode(pixels::tensor(&hidden), Some(&sample), cancel)?;
            shown = Some([small.as_slice(), &hidden.data].concat());
        }
        let mask = if sees_masks { None } else { small };
        Ok(Given { latent, noise: fresh, mask, shown })
    }

    fn denoiser(&self, size: (usize, usize), length: usize) -> Result<Denoiser, ImageError> {
        let loras = self.loras.of(Part::Denoiser)?;
        let source = self.checkpoint.denoiser.source();
        let threads = self.threads;
        let denoiser = match &self.checkpoint.config {
            DenoiserConfig::Unet(config) => {
                Denoiser::Unet(Box::new(Unet::load(config, &source, &loras, size, length, threads)?))
            }
            DenoiserConfig::Sd3(config) => {
                Denoiser::Sd3(Sd3::load(config, &source, &loras, size, length, threads)?)
            }
            DenoiserConfig::Flux(config) => {
                Denoiser::Flux(Flux::load(config, &source, &loras, size, length, threads)?)
            }
            DenoiserConfig::ZImage(config) => {
                Denoiser::ZImage(ZImage::load(config, &source, &loras, size, threads)?)
            }
        };
        loras.iter().try_for_each(Lora::fits)?;
        Ok(denoiser)
    }

    fn denoise(
        &self,
        run: &Run<'_>,
        given: Option<&Given>,
        noise: &mut Noise<'_>,
        picture: usize,
        cancel: &Cancel,
        watch: &mut dyn FnMut(Seen<'_>),
    ) -> Result<Tensor, ImageError> {
        let (height, width) = run.size;
        let channels = self.checkpoint.vae_config.latent;
        let shape = [1, channels, height, width];
        let patches = height / 2 * (width / 2);
        let mut schedule = Schedule::new(run.ask.method, &self.checkpoint.training, run.ask.steps, patches);
        let mut latent = match (given, &run.ask.start) {
            (Some(given), Some(start)) => {
                schedule = schedule.shortened(start.strength.into());
                let masked = given.mask.is_some() || given.shown.is_some();
                if masked && start.strength >= 1.0 {
                    schedule.start(given.noise.clone())
                } else {
                    schedule.noised(&given.latent, &given.noise, 0)
                }
            }
            _ => schedule.start(noise(channels * height * width)),
        };
        let total = schedule.len();
        let tiny = std::cell::OnceCell::new();
        for step in 0..total {
            let mut shown = schedule.shown(&latent, step);
            if let Some(more) = given.and_then(|given| given.shown.as_ref()) {
                shown.extend_from_slice(more);
            }
            // What waits holds its weights alone.
            run.denoiser.net().sparing(self.kept.keeps && run.last && step + 1 == total);
            let answer = run.answer(&shown, schedule.time(step), cancel)?;
            let seen = schedule.step(&mut latent, &answer, step, noise);
            if let Some(Given { latent: before, noise, mask: Some(mask), .. }) = given {
                let before = schedule.noised(before, noise, step + 1);
                for (i, (x, b)) in latent.iter_mut().zip(&before).enumerate() {
                    let m = mask[i % mask.len()];
                    *x = (1.0 - m) * b + m * *x;
                }
            }
            let seen = Tensor::new(&shape, seen);
            let show = || self.preview(&seen, run.size, &tiny, cancel);
            watch(Seen {
                picture,
                done: step + 1,
                total,
                show: &show,
                #[cfg(test)]
                latent: &latent,
            });
        }
        Ok(Tensor::new(&shape, latent))
    }

    /// What the network sees in a latent.
    fn preview(
        &self,
        seen: &Tensor,
        size: (usize, usize),
        tiny: &std::cell::OnceCell<Option<TinyDecoder>>,
        cancel: &Cancel,
    ) -> Result<Raster, ImageError> {
        if tiny.get().is_none() {
            let loaded = match &self.checkpoint.tiny {
                None => None,
                Some(part) => {
                    let channels = self.checkpoint.vae_config.latent;
                    Some(TinyDecoder::load(&part.source(), channels, size, self.threads)?)
                }
            };
            let _ = tiny.set(loaded);
        }
        match tiny.get().and_then(Option::as_ref) {
            Some(tiny) => raster(tiny.decode(seen, cancel)?),
            None => {
                let made = self.decode(size, &[seen], cancel)?.pop();
                raster(made.ok_or_else(|| ImageError::Network("it gave nothing".into()))?)
            }
        }
    }
}

/// What stays the same over the steps of a picture.
struct Run<'a> {
    denoiser: &'a Denoiser,
    conditions: &'a [Condition],
    size: (usize, usize),
    ask: &'a Ask<'a>,
    /// By what the difference that the words make is multiplied.
    factor: f32,
    /// Whether no other picture comes after it.
    last: bool,
}

impl Run<'_> {
    /// What the network answers, guided by the words.
    fn answer(&self, latent: &[f32], time: f32, cancel: &Cancel) -> Result<Vec<f32>, ImageError> {
        let with = self.one(latent, time, &self.conditions[0], cancel)?;
        let Some(without) = self.conditions.get(1) else { return Ok(with) };
        let without = self.one(latent, time, without, cancel)?;
        Ok(with.iter().zip(&without).map(|(w, o)| o + self.factor * (w - o)).collect())
    }

    fn one(
        &self,
        latent: &[f32],
        time: f32,
        words: &Condition,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, ImageError> {
        match self.denoiser {
            Denoiser::Unet(unet) => {
                let (w, h) = (self.ask.size.0 as f32, self.ask.size.1 as f32);
                let sizes = [h, w, 0.0, 0.0, h, w];
                let told = Told {
                    context: words.context.clone(),
                    added: (!words.pooled.is_empty()).then(|| (words.pooled.clone(), sizes)),
                    guidance: Some(self.ask.guidance),
                };
                unet.run(latent.to_vec(), time, &told, cancel)
            }
            Denoiser::Sd3(net) => net.run(latent.to_vec(), time, &words.context, &words.pooled, cancel),
            Denoiser::Flux(net) => {
                net.run(latent, time, (&words.context, &words.pooled), self.ask.guidance, cancel)
            }
            Denoiser::ZImage(net) => net.run(latent, time, &words.context, cancel),
        }
    }
}

/// Normal noise (Box and Muller 1958).
fn normal(dice: &mut Seed, count: usize) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(count + 1);
    while numbers.len() < count {
        let mut uniform = || ((dice.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let (radius, angle) = ((-2.0 * uniform().ln()).sqrt(), std::f64::consts::TAU * uniform());
        numbers.push((radius * angle.cos()) as f32);
        numbers.push((radius * angle.sin()) as f32);
    }
    numbers.truncate(count);
    numbers
}

/// A picture −1…1 as pixels.
fn raster(picture: Tensor) -> Result<Raster, ImageError> {
    let mut planes = pixels::planes(picture)?;
    for plane in &mut planes {
        plane.v.iter_mut().for_each(|v| *v = (*v + 1.0) / 2.0);
    }
    Ok(pixels::picture(&planes, None))
}

/// The middle of a picture.
fn cropped(picture: &Raster, (width, height): (u32, u32)) -> Raster {
    if (picture.width, picture.height) == (width, height) {
        return picture.clone();
    }
    let (left, top) = ((picture.width - width) as usize / 2, (picture.height - height) as usize / 2);
    let rows = (0..height as usize).flat_map(|y| {
        let from = ((top + y) * picture.width as usize + left) * 4;
        picture.rgba[from..][..width as usize * 4].iter().copied()
    });
    Raster { width, height, rgba: rows.collect() }
}

/// A new picture where the mask lets it in, and the old one elsewhere; the border is soft.
fn kept(new: &Raster, old: &Raster, mask: &Raster) -> Raster {
    let (w, h) = (new.width as usize, new.height as usize);
    let mut mask = pixels::luma(&pixels::colours(mask)).resized(w, h);
    mask.v.iter_mut().for_each(|v| *v = if *v < 0.5 { 0.0 } else { 1.0 });
    let soft = mask.blurred(w.max(h) / 256 + 1);
    let old: Vec<Plane> = pixels::colours(old).iter().map(|p| p.resized(w, h)).collect();
    let mixed: Vec<Plane> = pixels::colours(new)
        .iter()
        .zip(&old)
        .map(|(new, old)| {
            let v = (0..w * h).map(|i| {
                // Nothing outside the mask changes.
                let share = soft.v[i] * mask.v[i];
                old.v[i] + (new.v[i] - old.v[i]) * share
            });
            Plane { w, h, v: v.collect() }
        })
        .collect();
    pixels::picture(&mixed, None)
}
