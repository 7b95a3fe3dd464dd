//! Low-rank adapters (Hu et al. 2021): what a small file adds to the linear layers and convolutions of
//! a checkpoint. Files of `diffusers`/PEFT and of the kohya scripts are read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::naming;
use super::weights::Weights;
use crate::ImageError;

/// An adapter for one part of a checkpoint, ready to be built in.
#[derive(Clone, Debug)]
pub(crate) struct Lora {
    path: PathBuf,
    part: Part,
    /// By the name of the layer, with `_` for `.`: so kohya's files have them.
    pairs: Arc<HashMap<String, Pair>>,
}

/// Files of adapters, and their strengths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loras(Vec<(PathBuf, f32)>);

impl Loras {
    pub(crate) fn new(files: &[(PathBuf, f32)]) -> Self {
        Self(files.to_vec())
    }

    /// Those that change a part of the checkpoint.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn of(&self, part: Part) -> Result<Vec<Lora>, ImageError> {
        let all: Result<Vec<Lora>, _> =
            self.0.iter().map(|(path, strength)| Lora::open(path, part, *strength)).collect();
        Ok(all?.into_iter().filter(|lora| !lora.pairs.is_empty()).collect())
    }
}

/// Two factors whose product is added to a weight.
#[derive(Debug)]
pub(crate) struct Pair {
    used: AtomicBool,
    pub(crate) rank: usize,
    /// `[rank, in, (height, width)]`.
    down: Vec<f32>,
    /// `[out, rank]`, by the strength of the adapter.
    up: Vec<f32>,
}

/// Which part of a checkpoint an adapter changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Denoiser,
    Text,
    Text2,
}

impl Part {
    /// How the names of a part begin: in files of `diffusers`, and in those of kohya.
    fn prefixes(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Denoiser => {
                (&["unet.", "transformer.", "diffusion_model."], &["lora_unet_", "lora_transformer_"])
            }
            Self::Text => (&["text_encoder."], &["lora_te1_", "lora_te_"]),
            Self::Text2 => (&["text_encoder_2."], &["lora_te2_"]),
        }
    }
}

impl Pair {
    /// The factors of a linear layer, the second cut to some rows.
    pub(crate) fn linear(
        &self,
        width: usize,
        out: usize,
        rows: Option<(usize, usize)>,
    ) -> Option<(Vec<f32>, Vec<f32>)> {
        if self.down.len() != self.rank * width || self.up.len() != out * self.rank {
            return None;
        }
        let (first, count) = rows.unwrap_or((0, out));
        Some((self.down.clone(), self.up[first * self.rank..][..count * self.rank].to_vec()))
    }

    /// The factors of a convolution.
    pub(crate) fn conv(&self, width: usize, out: usize, kernel: [usize; 2]) -> Option<(Vec<f32>, Vec<f32>)> {
        let fits =
            self.down.len() == self.rank * width * kernel[0] * kernel[1] && self.up.len() == out * self.rank;
        fits.then(|| (self.down.clone(), self.up.clone()))
    }
}

impl Lora {
    /// What a file adds to a part of a checkpoint, at `strength` (1 as it was trained). Empty when it
    /// adds nothing to this part.
    ///
    /// # Errors
    /// A file that cannot be read.
    fn open(path: &Path, part: Part, strength: f32) -> Result<Self, ImageError> {
        let weights = Weights::open(path, None)?;
        let (dotted, kohya) = part.prefixes();
        let mut pairs = HashMap::new();
        for key in weights.names() {
            let ends = [".lora_down.weight", ".lora_A.weight", ".lora.down.weight"];
            let Some((base, end)) = ends.iter().find_map(|end| Some((key.strip_suffix(end)?, *end))) else {
                continue;
            };
            let strip = |prefixes: &[&str]| prefixes.iter().find_map(|p| base.strip_prefix(p));
            let Some(name) = strip(dotted).or_else(|| strip(kohya)) else { continue };
            let up = format!("{base}{}", end.replace("down", "up").replace("lora_A", "lora_B"));
            let rank = weights.entry(key)?.shape.first().copied().unwrap_or(0);
            if rank == 0 {
                return Err(ImageError::model(path, format!("{key} is empty")));
            }
            let alpha = match weights.floats(&format!("{base}.alpha"), None) {
                Ok(alpha) => alpha.first().copied().unwrap_or(rank as f32),
                Err(_) => rank as f32,
            };
            let scale = strength * alpha / rank as f32;
            let (down, mut up) = (weights.floats(key, None)?, weights.floats(&up, None)?);
            up.iter_mut().for_each(|w| *w *= scale);
            pairs.insert(flat(name), Pair { used: AtomicBool::new(false), rank, down, up });
        }
        Ok(Self { path: path.to_owned(), part, pairs: Arc::new(pairs) })
    }

    /// What it adds to a layer.
    pub(crate) fn pair(&self, layer: &str) -> Option<&Pair> {
        let other = || {
            // Files for SDXL call the layers of the U-Net as its own file does; some leave out how the
            // names of a text encoder begin.
            match self.part {
                Part::Denoiser => Some(flat(&naming::unet(layer, &|_| false))),
                Part::Text | Part::Text2 => layer.strip_prefix("text_model.").map(flat),
            }
        };
        let pair = self.pairs.get(&flat(layer)).or_else(|| self.pairs.get(&other()?))?;
        pair.used.store(true, Ordering::Relaxed);
        Some(pair)
    }

    /// Says, after a network has been built, whether all of it was built in.
    ///
    /// # Errors
    /// [`ImageError::Model`] when it changes layers that the network does not have.
    pub(crate) fn fits(&self) -> Result<(), ImageError> {
        match self.pairs.iter().find(|(_, pair)| !pair.used.load(Ordering::Relaxed)) {
            None => Ok(()),
            Some((name, _)) => {
                let reason = format!("it changes a layer that the model does not have: {name}");
                Err(ImageError::model(&self.path, reason))
            }
        }
    }

    pub(crate) fn misfit(&self, layer: &str) -> ImageError {
        ImageError::model(&self.path, format!("what it adds to {layer} is of another size"))
    }
}

fn flat(name: &str) -> String {
    name.strip_suffix(".lora_linear_layer").unwrap_or(name).replace('.', "_")
}
