//! Diffusion: pictures out of noise, led by words (Ho et al. 2020; Rombach et al. 2022).
//!
//! A checkpoint is a folder in the layout of the `diffusers` library, or one safetensors or GGUF file. Its text
//! encoders, denoiser and autoencoder are written down as graphs of the ONNX Runtime that point at the
//! weights where they lie, and are loaded one after another, so that the largest alone says how much
//! memory a picture takes; where there is more, they may wait for the next picture (`kept.rs`). Each stage
//! agrees with `diffusers` (`agreement.rs`).

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod agreement;
mod checkpoint;
mod clip;
mod flux;
mod gguf;
mod joint;
mod kept;
mod layers;
mod lora;
mod memory;
mod mmdit;
mod naming;
mod packing;
mod pipeline;
mod qwen;
mod schedule;
mod source;
mod t5;
mod tokens;
mod unet;
mod vae;
mod weighting;
pub(crate) mod weights;
mod words;
mod zimage;

pub use checkpoint::{Extras, Family};
pub use pipeline::{Ask, Diffusion, Seen, Start};
pub use schedule::Method;
pub use weighting::{has_weights, words_of};
