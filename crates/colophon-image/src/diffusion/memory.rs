//! Whether a picture fits in memory, told before anything is loaded.

use super::checkpoint::{Checkpoint, DenoiserConfig};
use super::vae::SCALE;
use crate::ImageError;

/// Smallest side that is offered instead, in pixels.
const LEAST: u32 = 256;

/// Bytes that a picture of a size takes at the most, the largest part being loaded.
pub(crate) fn needed(checkpoint: &Checkpoint, (width, height): (u32, u32)) -> u64 {
    let area = u64::from(width / SCALE as u32) * u64::from(height / SCALE as u32);
    let denoiser = checkpoint.denoiser.memory() + area * bytes_per_number(&checkpoint.config);
    let text = checkpoint.clips.iter().map(|clip| clip.component.memory()).max().unwrap_or(0);
    let long = checkpoint.t5.as_ref().map_or(0, |t5| t5.component.memory());
    denoiser.max(text).max(long)
}

/// Bytes that a step holds for each number of a latent's area, as measured.
fn bytes_per_number(config: &DenoiserConfig) -> u64 {
    match config {
        DenoiserConfig::Unet(unet) => unet.widths[0] as u64 * 4 * 40,
        DenoiserConfig::Sd3(config) => config.width as u64 * 10,
        DenoiserConfig::Flux(config) => config.width() as u64 * 10,
    }
}

/// # Errors
/// [`ImageError::Setting`] when a picture of this size would not fit, with one that would.
pub(crate) fn check(checkpoint: &Checkpoint, size: (u32, u32)) -> Result<(), ImageError> {
    let (_, Some(free)) = colophon_hub::tools::memory() else { return Ok(()) };
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
