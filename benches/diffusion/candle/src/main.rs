//! A U-Net of Stable Diffusion 1.5's size in candle: `candle-pace FOLDER SIDE STEPS` prints what `peer.py` prints.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor};
use candle_transformers::models::stable_diffusion::StableDiffusionConfig;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, side, steps] = arguments.as_slice() else { anyhow::bail!("candle-pace FOLDER SIDE STEPS") };
    let (folder, side, steps): (&Path, usize, usize) = (folder.as_ref(), side.parse()?, steps.parse()?);
    let config = StableDiffusionConfig::v1_5(None, Some(side), Some(side));
    let file = |part: &str| folder.join(part).join("diffusion_pytorch_model.safetensors");
    let device = Device::Cpu;
    let unet = config.build_unet(file("unet"), &device, 4, false, DType::F32)?;
    let latent = Tensor::randn(0f32, 1f32, (1, 4, side / 8, side / 8), &device)?;
    let words = Tensor::randn(0f32, 1f32, (1, 77, 768), &device)?;
    let mut each = Vec::new();
    for _ in 0..steps {
        each.push(timed(|| unet.forward(&latent, 481.0, &words))?);
    }
    let held = peak()?;
    drop(unet);
    let vae = config.build_vae(file("vae"), &device, DType::F32)?;
    let decoding = timed(|| vae.decode(&latent))?;
    println!("{{\"steps\":{:?},\"decoding\":{decoding},\"peak\":{held}}}", each.get(1..).unwrap_or_default());
    Ok(())
}

fn timed(job: impl FnOnce() -> candle_core::Result<Tensor>) -> Result<f64> {
    let started = Instant::now();
    job()?;
    Ok(started.elapsed().as_secs_f64())
}

/// The most memory that this process has held, in bytes.
fn peak() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().next().context("an empty VmHWM")?.parse()?;
    Ok(kilobytes * 1024)
}
