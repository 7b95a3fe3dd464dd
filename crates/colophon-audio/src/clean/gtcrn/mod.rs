//! Noise reduction by GTCRN (Rong et al., ICASSP 2024): a recurrent network of 48 thousand weights that
//! masks the spectrum of speech at 16 kHz, frame by frame.
//!
//! In: `mix` `f32[1, 257, 1, 2]`, the spectrum of one frame (512 points, hop 256, root of a Hann window),
//! and three caches. Out: `enh` of the same shape, and the caches for the next frame. What lies above
//! 8 kHz is turned down by as much as the network turns down what lies under it.

use std::path::Path;

use colophon_types::{Cancel, Pcm};
use ort::session::Session;
use ort::value::TensorRef;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use crate::{AudioError, mix};

const NAME: &str = "gtcrn";
const FILE: &str = "gtcrn_simple.onnx";
const RATE: u32 = 16_000;
const FFT: usize = 512;
const HOP: usize = 256;
const BINS: usize = FFT / 2 + 1;
/// Shapes of the caches: of convolutions, of attention over time, and between the two halves.
const CACHES: [(&str, &[usize]); 3] =
    [("conv_cache", &[2, 1, 16, 16, 33]), ("tra_cache", &[2, 3, 1, 1, 16]), ("inter_cache", &[2, 1, 33, 16])];
/// Where the band begins that decides on what lies above, in bins: 4 kHz.
const UPPER: usize = 128;
/// Share by which that decision follows each frame.
const FOLLOW: f64 = 0.3;

/// The denoiser. The ONNX Runtime library must have been loaded (`colophon_hub::onnx::init`).
pub struct Gtcrn {
    session: Session,
}

impl std::fmt::Debug for Gtcrn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gtcrn")
    }
}

impl Gtcrn {
    /// Loads the network from the folder of the model `gtcrn`. One thread is enough: it needs a small part
    /// of one core.
    ///
    /// # Errors
    /// When the file is missing or cannot be loaded.
    pub fn load(dir: &Path) -> Result<Self, AudioError> {
        Ok(Self { session: colophon_hub::onnx::session(&dir.join(FILE), 1)? })
    }

    /// Name and version, for the receipt.
    pub fn engine_version(&self) -> String {
        "gtcrn, onnxruntime".into()
    }

    /// Takes noise out of speech. Rate and length stay. `tell` hears of frames done and frames in all.
    ///
    /// # Errors
    /// When the sample rate cannot be worked with, the network fails, or `cancel` is set.
    pub fn reduce(
        &mut self,
        sound: &Pcm,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Pcm, AudioError> {
        let low = mix::resample(sound, RATE)?;
        let (clean, upper) = self.narrow(&low.samples, cancel, tell)?;
        let clean = Pcm { rate: RATE, samples: clean };
        let mut out = mix::resample(&clean, sound.rate)?;
        out.samples.resize(sound.samples.len(), 0.0);
        if sound.rate > RATE {
            cancel.check()?;
            let under = mix::resample(&low, sound.rate)?;
            add_upper(&mut out, sound, &under, &upper);
        }
        Ok(out)
    }

    /// The network over a sound at its own rate: what is left, and for each frame how far the upper band was
    /// turned down.
    fn narrow(
        &mut self,
        samples: &[f32],
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<(Vec<f32>, Vec<f32>), AudioError> {
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(FFT), planner.plan_fft_inverse(FFT));
        let window: Vec<f32> = (0..FFT)
            .map(|i| (0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / FFT as f32).cos()).sqrt())
            .collect();
        let mut caches: Vec<Vec<f32>> =
            CACHES.iter().map(|(_, shape)| vec![0.0; shape.iter().product()]).collect();
        let frames = samples.len().div_ceil(HOP) + 1;
        // Silence of one hop in front, so that every sample lies in two frames.
        let mut out = vec![0f32; (frames + 1) * HOP];
        let (mut upper, mut level) = (Vec::with_capacity(frames), 1.0);
        let (mut frame, mut bins) = (forward.make_input_vec(), forward.make_output_vec());
        for t in 0..frames {
            cancel.check()?;
            if t % 32 == 0 {
                tell(t, frames);
            }
            for (i, (x, w)) in frame.iter_mut().zip(&window).enumerate() {
                *x = (t * HOP + i).checked_sub(HOP).and_then(|at| samples.get(at)).map_or(0.0, |x| x * w);
            }
            forward.process(&mut frame, &mut bins).map_err(AudioError::engine(NAME))?;
            let before = energy(&bins);
            self.step(&mut bins, &mut caches)?;
            let kept = (energy(&bins) / before.max(1e-12)).sqrt().min(1.0);
            level += FOLLOW * (kept - level);
            upper.push(level as f32);
            // A real signal has no imaginary part at either end of its spectrum.
            bins[0].im = 0.0;
            bins[BINS - 1].im = 0.0;
            inverse.process(&mut bins, &mut frame).map_err(AudioError::engine(NAME))?;
            for ((x, y), w) in out[t * HOP..].iter_mut().zip(&frame).zip(&window) {
                *x += y * w / FFT as f32;
            }
        }
        tell(frames, frames);
        Ok((out[HOP..HOP + samples.len()].to_vec(), upper))
    }

    /// One frame through the network, in place.
    fn step(&mut self, bins: &mut [Complex<f32>], caches: &mut [Vec<f32>]) -> Result<(), AudioError> {
        let error = |problem: String| AudioError::Engine { engine: NAME, problem };
        let spectrum: Vec<f32> = bins.iter().flat_map(|c| [c.re, c.im]).collect();
        let cache = |i: usize| {
            TensorRef::from_array_view((CACHES[i].1, caches[i].as_slice())).map_err(|e| error(e.to_string()))
        };
        let inputs = ort::inputs![
            "mix" => TensorRef::from_array_view(([1, BINS, 1, 2], spectrum.as_slice())).map_err(|e| error(e.to_string()))?,
            CACHES[0].0 => cache(0)?,
            CACHES[1].0 => cache(1)?,
            CACHES[2].0 => cache(2)?,
        ];
        let out = self.session.run(inputs).map_err(|e| error(e.to_string()))?;
        let take = |name: &str| -> Result<Vec<f32>, AudioError> {
            let value = out.get(name).ok_or_else(|| error(format!("it gave no {name}")))?;
            Ok(value.try_extract_tensor::<f32>().map_err(|e| error(e.to_string()))?.1.to_vec())
        };
        let spectrum = take("enh")?;
        let rest = [take("conv_cache_out")?, take("tra_cache_out")?, take("inter_cache_out")?];
        drop(out);
        for (bin, pair) in bins.iter_mut().zip(spectrum.chunks_exact(2)) {
            *bin = Complex::new(pair[0], pair[1]);
        }
        for (cache, new) in caches.iter_mut().zip(rest) {
            *cache = new;
        }
        Ok(())
    }
}

/// Energy of the upper band of a spectrum.
fn energy(bins: &[Complex<f32>]) -> f64 {
    bins[UPPER..].iter().map(|c| f64::from(c.norm_sqr())).sum()
}

/// Adds what lies above 8 kHz in `sound` (all that is not in `under`), turned down by `gains`, one for each
/// hop at 16 kHz.
fn add_upper(out: &mut Pcm, sound: &Pcm, under: &Pcm, gains: &[f32]) {
    let hops = f64::from(RATE) / f64::from(sound.rate) / HOP as f64;
    let gain = |at: usize| gains.get(at.min(gains.len().saturating_sub(1))).copied().unwrap_or(1.0);
    for (i, x) in out.samples.iter_mut().enumerate() {
        let at = i as f64 * hops;
        let (whole, part) = (at.floor() as usize, at.fract() as f32);
        // Frame t is centred on sample t · HOP.
        let gain = gain(whole) * (1.0 - part) + gain(whole + 1) * part;
        let above = sound.samples[i] - under.samples.get(i).copied().unwrap_or(0.0);
        *x += gain * above;
    }
}

#[cfg(test)]
mod tests;
