//! AudioSeal (San Roman et al. 2024): a watermark of sound by neural networks, which tells for every moment whether
//! it is there, and carries 16 bits. One network makes the sound that is added, another one listens for it, both at
//! 16 kHz.
//!
//! The networks are read from the checkpoints that Meta publishes (MIT). What lies between their layers and the ends
//! of a sound is filled with silence up to a whole step of the networks, where the original fills each layer: the
//! last fiftieth of a second may differ.

mod network;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use colophon_hub::onnx::{self, Needs};
use colophon_hub::torch::{self, Weight};
use colophon_types::{Cancel, Pcm};
use ort::session::Session;
use ort::value::TensorRef;

use crate::engine::run;
use crate::{AudioError, mix};

/// Bits of a message.
pub const BITS: usize = 16;
/// The files of the networks: the one that marks and the one that listens.
pub const FILES: [&str; 2] = ["generator_base.pth", "detector_base.pth"];

const NAME: &str = "AudioSeal";
/// Samples a second of what the networks know.
const RATE: u32 = 16_000;
/// Samples that go through a network at once, and that two such stretches share.
const STRETCH: usize = 20 * RATE as usize;
const SHARED: usize = RATE as usize / 2;
/// Of longer sounds so many samples are listened to.
const MOST: usize = 300 * RATE as usize;
/// The table of the message.
const MESSAGES: &str = "msg_processor.msg_processor.weight";

/// What was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heard {
    /// The part of the moments that are marked, 0 to 1.
    pub share: f64,
    /// The message, its first bit highest.
    pub message: u16,
}

/// The two networks, read when they are first needed.
#[derive(Default)]
pub struct AudioSeal {
    folder: PathBuf,
    threads: usize,
    generator: OnceLock<Mutex<Generator>>,
    detector: OnceLock<Mutex<Network>>,
}

impl std::fmt::Debug for AudioSeal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(NAME).field("folder", &self.folder).finish_non_exhaustive()
    }
}

struct Network {
    session: Session,
    /// Samples to a step of its inner rate.
    hop: usize,
}

struct Generator {
    network: Network,
    /// For each bit the numbers that stand for 0 and for 1.
    messages: Weight,
}

impl AudioSeal {
    /// With the networks in `folder`. The ONNX Runtime must have been loaded before the first use.
    pub fn new(folder: &Path, threads: usize) -> Self {
        Self { folder: folder.to_owned(), threads, ..Self::default() }
    }

    /// The sound that carries `message`, to be added to `sound`: as many samples, at the same rate.
    ///
    /// # Errors
    /// A sample rate of zero, a stop, a network that is missing, is another one, or failed.
    pub fn mark(&self, sound: &Pcm, message: u16, cancel: &Cancel) -> Result<Vec<f32>, AudioError> {
        let known = mix::resample(sound, RATE)?;
        let mut generator = self.generator()?.lock().unwrap_or_else(PoisonError::into_inner);
        let message = generator.told(message);
        let mut mark = vec![0f32; known.samples.len()];
        let mut start = 0;
        loop {
            let end = (start + STRETCH).min(known.samples.len());
            let made = generator.network.run(&known.samples[start..end], Some(&message), cancel)?;
            for (i, made) in made.iter().take(end - start).enumerate() {
                // Stretches fade into one another.
                let rise = if start > 0 { (i as f32 / SHARED as f32).min(1.0) } else { 1.0 };
                let left = end - start - i;
                let fall = if end < mark.len() { (left as f32 / SHARED as f32).min(1.0) } else { 1.0 };
                mark[start + i] += made * rise * fall;
            }
            if end == known.samples.len() {
                break;
            }
            start = end - SHARED;
        }
        let mut mark = mix::resample(&Pcm { rate: RATE, samples: mark }, sound.rate)?.samples;
        mark.resize(sound.samples.len(), 0.0);
        Ok(mark)
    }

    /// Listens for a mark; in the first five minutes of longer sounds.
    ///
    /// # Errors
    /// As [`AudioSeal::mark`].
    pub fn find(&self, sound: &Pcm, cancel: &Cancel) -> Result<Heard, AudioError> {
        let mut known = mix::resample(sound, RATE)?.samples;
        known.truncate(MOST);
        let mut network = self.detector()?.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut marked, mut sums) = (0usize, [0f64; BITS]);
        for stretch in known.chunks(STRETCH) {
            let found = network.run(stretch, None, cancel)?;
            let rows: Vec<&[f32]> = found.chunks_exact((found.len() / (2 + BITS)).max(1)).collect();
            let [no, yes, bits @ ..] = rows.as_slice() else { continue };
            if bits.len() != BITS {
                let problem = format!("its network tells {} bits instead of {BITS}", bits.len());
                return Err(AudioError::Engine { engine: NAME, problem });
            }
            let here = stretch.len();
            marked += no.iter().zip(*yes).take(here).filter(|(no, yes)| yes > no).count();
            for (sum, row) in sums.iter_mut().zip(bits) {
                *sum += row.iter().take(here).map(|x| f64::from(*x)).sum::<f64>();
            }
        }
        Ok(Heard {
            share: marked as f64 / known.len().max(1) as f64,
            message: sums.iter().fold(0, |message, sum| message << 1 | u16::from(*sum > 0.0)),
        })
    }

    fn weights(
        &self,
        name: &str,
    ) -> Result<(PathBuf, std::collections::HashMap<String, Weight>), AudioError> {
        let path = self.folder.join(name);
        // Checkpoints hold the tensors beside settings, or alone.
        let weights = torch::read(&path, Some("model")).or_else(|_| torch::read(&path, None))?;
        Ok((path, weights))
    }

    fn generator(&self) -> Result<&Mutex<Generator>, AudioError> {
        if let Some(generator) = self.generator.get() {
            return Ok(generator);
        }
        let (path, weights) = self.weights(FILES[0])?;
        let (graph, hop) = network::generator(&weights, &path)?;
        let fits = |w: &&Weight| w.shape.len() == 2 && w.shape[0] == 2 * BITS;
        let messages = weights.get(MESSAGES).filter(fits).cloned().ok_or_else(|| AudioError::Model {
            path,
            problem: format!("there is no {MESSAGES} of {} rows", 2 * BITS),
        })?;
        let session = onnx::session_of(&graph, Needs::default(), self.threads)?;
        let network = Network { session, hop };
        Ok(self.generator.get_or_init(|| Mutex::new(Generator { network, messages })))
    }

    fn detector(&self) -> Result<&Mutex<Network>, AudioError> {
        if let Some(detector) = self.detector.get() {
            return Ok(detector);
        }
        let (path, weights) = self.weights(FILES[1])?;
        let (graph, hop) = network::detector(&weights, &path)?;
        let session = onnx::session_of(&graph, Needs::default(), self.threads)?;
        let network = Network { session, hop };
        Ok(self.detector.get_or_init(|| Mutex::new(network)))
    }
}

impl Generator {
    /// What a message adds to every inner step.
    fn told(&self, message: u16) -> Vec<f32> {
        let width = self.messages.shape[1];
        let mut sum = vec![0f32; width];
        for bit in 0..BITS {
            let row = 2 * bit + usize::from(message >> (BITS - 1 - bit) & 1);
            for (sum, x) in sum.iter_mut().zip(&self.messages.data[row * width..]) {
                *sum += x;
            }
        }
        sum
    }
}

impl Network {
    /// Runs over samples, which silence fills up to a whole step.
    fn run(
        &mut self,
        samples: &[f32],
        message: Option<&[f32]>,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, AudioError> {
        let mut filled = samples.to_vec();
        filled.resize(samples.len().div_ceil(self.hop).max(1) * self.hop, 0.0);
        let error = AudioError::engine(NAME);
        let sound = TensorRef::from_array_view(([1, 1, filled.len()], filled.as_slice())).map_err(&error)?;
        let mut inputs = ort::inputs!["sound" => sound];
        if let Some(message) = message {
            let message = TensorRef::from_array_view(([1, message.len(), 1], message)).map_err(&error)?;
            inputs.push(("message".into(), message.into()));
        }
        run(NAME, &mut self.session, inputs, cancel, |out| Ok(out[0].try_extract_tensor::<f32>()?.1.to_vec()))
    }
}
