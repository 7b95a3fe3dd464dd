//! Whether a picture fits in memory, told before anything is loaded.

use super::checkpoint::{Checkpoint, Component, DenoiserConfig, Encoders};
use super::vae::SCALE;
use crate::ImageError;

/// Smallest side that is offered instead, in pixels.
const LEAST: u32 = 256;
/// Sheets of features, of the first width and the picture's size, that the autoencoder works with at once.
const SHEETS: u64 = 8;

/// What a network takes, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Need {
    /// Its weights: for as long as it is loaded.
    pub(crate) weights: u64,
    /// What it works with: while it runs.
    pub(crate) work: u64,
}

/// Bytes that a picture of a size takes at the most, the largest part being loaded.
pub(crate) fn needed(checkpoint: &Checkpoint, size: (u32, u32)) -> u64 {
    let denoiser = denoiser(checkpoint, (size.1 as usize / SCALE, size.0 as usize / SCALE));
    let Encoders { clips, t5, qwen } = &checkpoint.encoders;
    let encoders = clips.iter().map(|clip| &clip.component);
    let encoders = encoders.chain(t5.iter().map(|t5| &t5.component));
    let encoders = encoders.chain(qwen.iter().map(|qwen| &qwen.component));
    (denoiser.weights + denoiser.work).max(encoders.map(Component::memory).max().unwrap_or(0))
}

/// What the denoiser takes for latents of a size.
pub(crate) fn denoiser(checkpoint: &Checkpoint, (height, width): (usize, usize)) -> Need {
    let work = (height * width) as u64 * bytes_per_number(&checkpoint.config);
    Need { weights: checkpoint.denoiser.memory(), work }
}

/// What the autoencoder takes for latents of a size, either way: it works with some sheets of the picture's
/// size, as measured.
pub(crate) fn autoencoder(checkpoint: &Checkpoint, (height, width): (usize, usize)) -> Need {
    let sheet = (height * width * SCALE * SCALE) as u64 * checkpoint.vae_config.widths[0] as u64 * 4;
    Need { weights: checkpoint.vae.memory(), work: sheet * SHEETS }
}

/// Bytes that a step holds for each number of a latent's area, as measured.
fn bytes_per_number(config: &DenoiserConfig) -> u64 {
    match config {
        DenoiserConfig::Unet(unet) => unet.widths[0] as u64 * 4 * 40,
        DenoiserConfig::Sd3(config) => config.width as u64 * 10,
        DenoiserConfig::Flux(config) => config.width() as u64 * 10,
        DenoiserConfig::ZImage(config) => config.width as u64 * 10,
    }
}

/// `held` bytes are held by networks that wait, and may be had.
///
/// # Errors
/// [`ImageError::Setting`] when a picture of this size would not fit, with one that would.
pub(crate) fn check(checkpoint: &Checkpoint, size: (u32, u32), held: u64) -> Result<(), ImageError> {
    let (_, Some(free)) = colophon_hub::tools::memory() else { return Ok(()) };
    let free = free.saturating_add(held);
    if needed(checkpoint, size) <= free {
        return Ok(());
    }
    let gb = |bytes: u64| bytes as f64 / 1e9;
    let (mut width, mut height) = size;
    while width.min(height) >= LEAST && needed(checkpoint, (width, height)) > free {
        (width, height) = (width * 7 / 8, height * 7 / 8);
    }
    let advice = if width.min(height) < LEAST {
        "no size would fit: take a smaller model".to_owned()
    } else {
        format!("{}x{} would fit", width / 64 * 64, height / 64 * 64)
    };
    Err(ImageError::Setting(format!(
        "a picture of {}x{} pixels needs {:.1} GB of memory with this model, and {:.1} GB are free: {advice}",
        size.0,
        size.1,
        gb(needed(checkpoint, size)),
        gb(free),
    )))
}
