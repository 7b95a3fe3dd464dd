//! A checkpoint on disk: which kind of network it holds, where its parts lie, how it was trained.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::clip::ClipConfig;
use super::flux::FluxConfig;
use super::mmdit::Sd3Config;
use super::naming;
use super::qwen::QwenConfig;
use super::schedule::{Method, Prediction, Spacing, Training};
use super::source::Source;
use super::t5::T5Config;
use super::tokens::Tokens;
use super::unet::UnetConfig;
use super::vae::VaeConfig;
use super::weights::Weights;
use super::zimage::ZImageConfig;
use crate::ImageError;

/// A kind of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Stable Diffusion 1.x and 2.x.
    Sd,
    /// Stable Diffusion XL.
    Sdxl,
    /// Stable Diffusion 3 and 3.5.
    Sd3,
    /// FLUX.1.
    Flux,
    /// Z-Image.
    ZImage,
}

impl Family {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sd => "Stable Diffusion",
            Self::Sdxl => "Stable Diffusion XL",
            Self::Sd3 => "Stable Diffusion 3",
            Self::Flux => "FLUX.1",
            Self::ZImage => "Z-Image",
        }
    }

    /// Whether it goes from noise to a picture along a straight flow.
    pub(crate) fn flows(self) -> bool {
        matches!(self, Self::Sd3 | Self::Flux | Self::ZImage)
    }

    /// Whether it heeds weights of words, as in `(red:1.3)`. What T5 or a language model reads has none: it takes
    /// the words alone.
    pub(crate) fn heeds_weights(self) -> bool {
        matches!(self, Self::Sd | Self::Sdxl)
    }
}

/// How the weights of a part are called.
#[derive(Clone, Debug, PartialEq)]
enum Layout {
    Diffusers,
    OldAttention,
    /// A text encoder whose names do not begin with `text_model.`
    Short,
    Prefixed(String),
    OpenClip(String, usize),
    Unet(String, Vec<usize>),
    Autoencoder(String, usize),
    Sd3(String, usize),
    Flux(String, usize),
    ZImage(String, usize),
}

/// Whose names the weights of a network of one file have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// Those of Stable Diffusion's U-Nets.
    Unet,
    /// Those of `diffusers`.
    Diffusers,
    Sd3,
    Flux,
    ZImage,
}

/// A weight that tells it.
const FIRST_WEIGHTS: [(&str, Written); 6] = [
    ("input_blocks.0.0.weight", Written::Unet),
    ("down_blocks.0.resnets.0.conv1.weight", Written::Diffusers),
    ("joint_blocks.0.x_block.attn.qkv.weight", Written::Sd3),
    ("double_blocks.0.img_attn.qkv.weight", Written::Flux),
    ("noise_refiner.0.attention.qkv.weight", Written::ZImage),
    ("noise_refiner.0.attention.to_q.weight", Written::Diffusers),
];

/// A part of a checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    weights: Arc<Weights>,
    layout: Layout,
}

impl Component {
    fn folder(path: &Path, cache: Option<&Path>) -> Result<Self, ImageError> {
        let weights = Arc::new(Weights::open(path, cache)?);
        let layout = if weights.has("decoder.mid_block.attentions.0.query.weight") {
            Layout::OldAttention
        } else if weights.has("embeddings.token_embedding.weight") {
            Layout::Short
        } else if weights.has("model.embed_tokens.weight") {
            Layout::Prefixed("model.".into())
        } else {
            Layout::Diffusers
        };
        Ok(Self { weights, layout })
    }

    /// Its weights under the names of `diffusers`.
    pub(crate) fn source(&self) -> Source<'_> {
        let weights = self.weights.as_ref();
        match &self.layout {
            Layout::Diffusers => Source::plain(weights),
            Layout::OldAttention => Source::named(weights, |name| (naming::old_attention(name), None)),
            Layout::Short => Source::named(weights, |name| {
                (name.strip_prefix("text_model.").unwrap_or(name).to_owned(), None)
            }),
            Layout::Prefixed(prefix) => Source::named(weights, move |name| (format!("{prefix}{name}"), None)),
            Layout::OpenClip(prefix, width) => Source::named(weights, move |name| {
                let (name, rows) = naming::open_clip(name, *width);
                (format!("{prefix}{name}"), rows)
            }),
            Layout::Unet(prefix, depths) => Source::named(weights, move |name| {
                let bare = |step: usize| depths.iter().rev().nth(step) == Some(&0);
                (format!("{prefix}{}", naming::unet(name, &bare)), None)
            }),
            Layout::Autoencoder(prefix, levels) => Source::named(weights, move |name| {
                (format!("{prefix}{}", naming::autoencoder(name, *levels)), None)
            }),
            Layout::Sd3(prefix, width) => Source::named(weights, move |name| {
                let (name, rows) = naming::sd3(name, *width);
                (format!("{prefix}{name}"), rows)
            })
            .swapped(),
            Layout::Flux(prefix, width) => Source::named(weights, move |name| {
                let (name, rows) = naming::flux(name, *width);
                (format!("{prefix}{name}"), rows)
            })
            .swapped(),
            Layout::ZImage(prefix, width) => Source::named(weights, move |name| {
                let (name, rows) = naming::z_image(name, *width);
                (format!("{prefix}{name}"), rows)
            }),
        }
    }

    /// Bytes that its weights take in memory.
    pub(crate) fn memory(&self) -> u64 {
        let prefix = match &self.layout {
            Layout::Diffusers | Layout::OldAttention | Layout::Short => "",
            Layout::Prefixed(prefix)
            | Layout::OpenClip(prefix, _)
            | Layout::Unet(prefix, _)
            | Layout::Autoencoder(prefix, _)
            | Layout::Sd3(prefix, _)
            | Layout::Flux(prefix, _)
            | Layout::ZImage(prefix, _) => prefix,
        };
        self.weights.memory_of(prefix)
    }
}

/// What turns a latent into a cleaner one, by what it is.
#[derive(Clone, Debug)]
pub(crate) enum DenoiserConfig {
    Unet(UnetConfig),
    Sd3(Sd3Config),
    Flux(FluxConfig),
    ZImage(ZImageConfig),
}

/// A text encoder of CLIP's kind with its tokenizer.
#[derive(Debug)]
pub(crate) struct ClipPart {
    pub(crate) component: Component,
    pub(crate) config: ClipConfig,
    pub(crate) tokens: Tokens,
}

/// The text encoder T5 with its tokenizer.
#[derive(Debug)]
pub(crate) struct T5Part {
    pub(crate) component: Component,
    pub(crate) config: T5Config,
    pub(crate) tokens: Tokens,
}

/// The language model that reads for Z-Image, with its tokenizer.
#[derive(Debug)]
pub(crate) struct QwenPart {
    pub(crate) component: Component,
    pub(crate) config: QwenConfig,
    pub(crate) tokens: Tokens,
}

/// What reads the words.
#[derive(Debug, Default)]
pub(crate) struct Encoders {
    pub(crate) clips: Vec<ClipPart>,
    pub(crate) t5: Option<T5Part>,
    pub(crate) qwen: Option<QwenPart>,
}

/// What a user gives beside the checkpoint.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// A folder with CLIP's tokenizer, for checkpoints of one file.
    pub tokenizer: Option<PathBuf>,
    /// A checkpoint in folders that has the parts which a file lacks (text encoders, autoencoder).
    pub base: Option<PathBuf>,
    /// A tiny autoencoder (TAESD) for previews.
    pub tiny: Option<PathBuf>,
    /// Where packed copies of GGUF files are kept.
    pub cache: Option<PathBuf>,
}

/// A checkpoint, opened.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) path: PathBuf,
    pub(crate) family: Family,
    pub(crate) encoders: Encoders,
    pub(crate) denoiser: Component,
    pub(crate) config: DenoiserConfig,
    pub(crate) vae: Component,
    pub(crate) vae_config: VaeConfig,
    pub(crate) tiny: Option<Component>,
    pub(crate) training: Training,
    /// The method that its makers use.
    pub(crate) method: Method,
}

impl Checkpoint {
    /// Opens a checkpoint: a folder in the layout of `diffusers`, or one safetensors or GGUF file.
    ///
    /// # Errors
    /// [`ImageError::Model`] for what is neither, or of a kind that is not known.
    pub(crate) fn open(path: &Path, extras: &Extras) -> Result<Self, ImageError> {
        let cache = extras.cache.as_deref();
        let tiny = extras.tiny.as_deref().map(|path| Component::folder(path, cache)).transpose()?;
        let mut checkpoint =
            if path.is_dir() { Self::folder(path, cache)? } else { Self::file(path, extras)? };
        checkpoint.tiny = tiny;
        Ok(checkpoint)
    }

    fn folder(path: &Path, cache: Option<&Path>) -> Result<Self, ImageError> {
        let bad = |reason: &str| ImageError::model(path, reason.to_owned());
        if !path.join("model_index.json").is_file() {
            return Err(bad("it has no model_index.json, as a checkpoint in folders has"));
        }
        let index = json(&path.join("model_index.json"))?;
        let class = index["_class_name"].as_str().unwrap_or_default();
        let unet = path.join("unet").is_dir();
        let family = match class {
            name if name.starts_with("StableDiffusionXL") => Family::Sdxl,
            name if name.starts_with("StableDiffusion3") => Family::Sd3,
            name if name.starts_with("Flux") && !name.starts_with("Flux2") => Family::Flux,
            // What draws from several pictures has layers of its own.
            name if name.starts_with("ZImage") && !name.contains("Omni") => Family::ZImage,
            name if unet
                && (name.starts_with("StableDiffusion") || name.starts_with("LatentConsistency")) =>
            {
                Family::Sd
            }
            _ => return Err(bad(&format!("networks of the kind {class} are not known"))),
        };
        let unknown = |part: &str| bad(&format!("its {part}/config.json describes what is not known"));
        let network = path.join(if unet { "unet" } else { "transformer" });
        let described = json(&network.join("config.json"))?;
        let config = match family {
            Family::Sd | Family::Sdxl => UnetConfig::of(&described).map(DenoiserConfig::Unet),
            Family::Sd3 => Sd3Config::of(&described).map(DenoiserConfig::Sd3),
            Family::Flux => FluxConfig::of(&described).map(DenoiserConfig::Flux),
            Family::ZImage => ZImageConfig::of(&described).map(DenoiserConfig::ZImage),
        };
        let config = config.ok_or_else(|| unknown("network"))?;
        let vae_config =
            VaeConfig::of(&json(&path.join("vae/config.json"))?).ok_or_else(|| unknown("vae"))?;
        let scheduler = json(&path.join("scheduler/scheduler_config.json"))?;
        let mut training = Training::of(&scheduler);
        training.from_one = family == Family::ZImage;
        Ok(Self {
            path: path.to_owned(),
            family,
            encoders: encoders(path, family, cache)?,
            denoiser: Component::folder(&network, cache)?,
            config,
            vae: Component::folder(&path.join("vae"), cache)?,
            vae_config,
            tiny: None,
            training,
            method: method_of(&scheduler, family),
        })
    }

    /// A file that holds the network alone, or with it the text encoders and the autoencoder.
    fn file(path: &Path, extras: &Extras) -> Result<Self, ImageError> {
        let weights = Arc::new(Weights::open(path, extras.cache.as_deref())?);
        let bad = |reason: &str| ImageError::model(path, reason.to_owned());
        let known = |prefix: &str, name: &str| weights.has(&format!("{prefix}{name}"));
        let found = ["model.diffusion_model.", ""].into_iter().find_map(|prefix| {
            let (_, written) = FIRST_WEIGHTS.iter().find(|(name, _)| known(prefix, name))?;
            Some((prefix, *written))
        });
        let (prefix, written) =
            found.ok_or_else(|| bad("its weights are not those of a network that is known"))?;
        let has_words =
            weights.names().any(|n| n.starts_with("conditioner.") || n.starts_with("cond_stage_model."));
        if written == Written::Unet && has_words {
            return Self::whole(path, extras, &weights, prefix);
        }
        let base = extras.base.as_deref().ok_or_else(|| {
            bad("it holds the network alone: give a checkpoint in folders (a base) that has the rest")
        })?;
        let mut rest = Self::folder(base, extras.cache.as_deref())?;
        let shape = |name: &str| weights.shape(&format!("{prefix}{name}"));
        let other = || bad("the base is of another kind");
        let layout = match (written, &mut rest.config) {
            (Written::Flux, DenoiserConfig::Flux(config)) => {
                *config = FluxConfig::of_shapes(&shape, config);
                Layout::Flux(prefix.to_owned(), config.width())
            }
            (Written::Sd3, DenoiserConfig::Sd3(config)) => {
                *config =
                    Sd3Config::of_shapes(&shape).ok_or_else(|| bad("its layers do not fit together"))?;
                Layout::Sd3(prefix.to_owned(), config.width)
            }
            (Written::Unet, DenoiserConfig::Unet(config)) if config.blocks == 2 => {
                Layout::Unet(prefix.to_owned(), config.depths.clone())
            }
            (Written::ZImage, DenoiserConfig::ZImage(config)) => {
                *config = ZImageConfig::of_shapes(&shape, config)
                    .ok_or_else(|| bad("its layers do not fit together"))?;
                Layout::ZImage(prefix.to_owned(), config.width)
            }
            (Written::Diffusers, DenoiserConfig::Unet(_) | DenoiserConfig::ZImage(_)) => {
                Layout::Prefixed(prefix.to_owned())
            }
            _ => return Err(other()),
        };
        rest.denoiser = Component { weights: Arc::clone(&weights), layout };
        if let DenoiserConfig::Unet(config) = &mut rest.config {
            let source = rest.denoiser.source();
            if !config.fits(&|name| source.shape(name).ok()) {
                return Err(other());
            }
            // One that fills holes sees the mask as well.
            config.channels = source.shape("conv_in.weight")?.get(1).copied().unwrap_or(config.channels);
            named_after(path, &mut rest.training, &mut rest.method);
        }
        rest.path = path.to_owned();
        Ok(rest)
    }

    /// A file of Stable Diffusion that holds everything but the tokenizers.
    fn whole(path: &Path, extras: &Extras, weights: &Arc<Weights>, prefix: &str) -> Result<Self, ImageError> {
        let bad = |reason: &str| ImageError::model(path, reason.to_owned());
        let has = |name: &str| weights.has(name);
        let part = |layout: Layout| Component { weights: Arc::clone(weights), layout };
        let first = weights.shape(&format!("{prefix}input_blocks.0.0.weight"));
        let channels = first.and_then(|shape| shape.get(1).copied()).unwrap_or(4);
        let (family, unet, widths) =
            if has("conditioner.embedders.0.transformer.text_model.final_layer_norm.weight") {
                (Family::Sdxl, UnetConfig::sdxl(channels), vec![768, 1280])
            } else if has("cond_stage_model.model.ln_final.weight") {
                (Family::Sd, UnetConfig::sd2(channels), vec![1024])
            } else if has("cond_stage_model.transformer.text_model.final_layer_norm.weight") {
                (Family::Sd, UnetConfig::sd1(channels), vec![768])
            } else {
                return Err(bad("its text encoder is missing"));
            };
        let folder = extras
            .tokenizer
            .as_deref()
            .ok_or_else(|| bad("a checkpoint of one file needs the tokenizer of CLIP beside it"))?;
        let mut clips = Vec::new();
        for (index, width) in widths.iter().enumerate() {
            let (layout, config, pad) = match (family, *width) {
                (Family::Sdxl, 768) => {
                    let prefix = "conditioner.embedders.0.transformer.".to_owned();
                    (Layout::Prefixed(prefix), ClipConfig::large(), "<|endoftext|>")
                }
                (Family::Sdxl, _) => {
                    let prefix = format!("conditioner.embedders.{index}.model.");
                    (Layout::OpenClip(prefix, 1280), ClipConfig::open_g(), "!")
                }
                (_, 1024) => {
                    let prefix = "cond_stage_model.model.".to_owned();
                    (Layout::OpenClip(prefix, 1024), ClipConfig::open_h(), "!")
                }
                _ => {
                    let prefix = "cond_stage_model.transformer.".to_owned();
                    (Layout::Prefixed(prefix), ClipConfig::large(), "<|endoftext|>")
                }
            };
            clips.push(ClipPart { component: part(layout), config, tokens: Tokens::open(folder, pad)? });
        }
        let (mut training, mut method) = (Training::diffusion(), Method::Euler);
        named_after(path, &mut training, &mut method);
        let vae_config = if family == Family::Sdxl { VaeConfig::sdxl() } else { VaeConfig::sd() };
        Ok(Self {
            path: path.to_owned(),
            family,
            encoders: Encoders { clips, ..Encoders::default() },
            denoiser: part(Layout::Unet(prefix.to_owned(), unet.depths.clone())),
            config: DenoiserConfig::Unet(unet),
            vae: part(Layout::Autoencoder("first_stage_model.".into(), vae_config.widths.len())),
            vae_config,
            tiny: None,
            training,
            method,
        })
    }
}

/// How a network was trained, as far as the name of its file tells: nothing within does (SD 2 was trained in two
/// ways), but its makers' names do.
fn named_after(path: &Path, training: &mut Training, method: &mut Method) {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.contains("768") || name.contains("v-pred") || name.contains("vpred") {
        training.prediction = Prediction::Velocity;
    }
    if name.contains("turbo") || name.contains("lightning") {
        training.spacing = Spacing::Trailing;
    }
    if name.contains("lcm") {
        *method = Method::Lcm;
    }
}

/// The text encoders of a checkpoint in folders.
fn encoders(path: &Path, family: Family, cache: Option<&Path>) -> Result<Encoders, ImageError> {
    const FIRST: [&str; 3] = ["text_encoder", "tokenizer", "<|endoftext|>"];
    const SECOND: [&str; 3] = ["text_encoder_2", "tokenizer_2", "!"];
    let (clips, t5): (&[[&str; 3]], Option<[&str; 2]>) = match family {
        Family::Sd => (&[FIRST], None),
        Family::Sdxl => (&[FIRST, SECOND], None),
        Family::Sd3 => (&[FIRST, SECOND], Some(["text_encoder_3", "tokenizer_3"])),
        Family::Flux => (&[FIRST], Some(["text_encoder_2", "tokenizer_2"])),
        Family::ZImage => (&[], None),
    };
    let unknown =
        |part: &str| ImageError::model(path, format!("its {part}/config.json describes what is not known"));
    let mut parts = Vec::new();
    for [encoder, tokenizer, pad] in clips {
        // A refiner of SDXL has the second one only.
        if !path.join(encoder).is_dir() {
            continue;
        }
        let described = json(&path.join(encoder).join("config.json"))?;
        parts.push(ClipPart {
            component: Component::folder(&path.join(encoder), cache)?,
            config: ClipConfig::of(&described).ok_or_else(|| unknown(encoder))?,
            tokens: Tokens::open(&path.join(tokenizer), pad)?,
        });
    }
    // SD 3 can do without T5.
    let t5 = t5.filter(|[encoder, _]| path.join(encoder).is_dir());
    let t5 = match t5 {
        None => None,
        Some([encoder, tokenizer]) => Some(T5Part {
            component: Component::folder(&path.join(encoder), cache)?,
            config: T5Config::of(&json(&path.join(encoder).join("config.json"))?)
                .ok_or_else(|| unknown(encoder))?,
            tokens: Tokens::open(&path.join(tokenizer), "<pad>")?,
        }),
    };
    let qwen = match family {
        Family::ZImage => Some(QwenPart {
            component: Component::folder(&path.join("text_encoder"), cache)?,
            config: QwenConfig::of(&json(&path.join("text_encoder/config.json"))?)
                .ok_or_else(|| unknown("text_encoder"))?,
            tokens: Tokens::open(&path.join("tokenizer"), "<|endoftext|>")?,
        }),
        _ => None,
    };
    Ok(Encoders { clips: parts, t5, qwen })
}

/// The method that a checkpoint's own scheduler is.
fn method_of(scheduler: &Value, family: Family) -> Method {
    match scheduler["_class_name"].as_str().unwrap_or_default() {
        "EulerAncestralDiscreteScheduler" => Method::EulerAncestral,
        "LCMScheduler" => Method::Lcm,
        "DDIMScheduler" => Method::Ddim,
        "DPMSolverMultistepScheduler" => Method::DpmKarras,
        _ => match family {
            Family::Sd | Family::Sdxl => Method::Euler,
            Family::Sd3 | Family::Flux | Family::ZImage => Method::FlowEuler,
        },
    }
}

fn json(path: &Path) -> Result<Value, ImageError> {
    let bad = |e: String| ImageError::model(path, e);
    serde_json::from_slice(&std::fs::read(path).map_err(|e| bad(e.to_string()))?)
        .map_err(|e| bad(e.to_string()))
}
