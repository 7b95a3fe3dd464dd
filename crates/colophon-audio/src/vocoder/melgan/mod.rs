//! MelGAN (Kumar et al. 2019): a stretch of speech from its log-mel spectrum, all at once.
//!
//! Transposed convolutions raise the rate of 86 frames a second by 8, 8, 2 and 2 to 22,050 samples, each
//! followed by three residual blocks that look 1, 3 and 9 moments far. The weights are the published
//! checkpoint of CooperTunes (MIT), trained on speech.

mod conv;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use colophon_hub::legacy_torch;
use colophon_hub::torch::Weight;
use colophon_types::{Cancel, Pcm, Seed};

use self::conv::{Conv, Signal};
use super::Vocoder;
use super::spectrum::{Analysis, Edges, Mel};
use crate::AudioError;

const FILE: &str = "melgan_pretrained.pt";
const RATIOS: [usize; 4] = [8, 8, 2, 2];
/// How far the residual blocks look.
const DILATIONS: [usize; 3] = [1, 3, 9];
const BANDS: usize = 80;
/// Slope of the rectifiers for what is negative.
const SLOPE: f32 = 0.2;
/// Frames made at once, and frames around them on which they depend: one more than the network can see.
const STRETCH: usize = 128;
const AROUND: usize = 8;

/// The spectrum on which the network was trained.
const ANALYSIS: Analysis = Analysis {
    rate: 22_050,
    fft: 1024,
    window: 1024,
    hop: 256,
    bands: BANDS,
    top: 11_025.0,
    floor: 1e-5,
    decimal: true,
    edges: Edges::Mirror,
};

/// The vocoder.
pub struct MelGan {
    first: Conv,
    stages: Vec<Stage>,
    last: Conv,
    threads: usize,
}

impl std::fmt::Debug for MelGan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MelGan")
    }
}

/// A higher rate, and what follows.
struct Stage {
    ratio: usize,
    /// The transposed convolution: for each moment and the one before, `ratio` moments.
    raise: Conv,
    blocks: Vec<Block>,
}

/// A residual block.
struct Block {
    reach: usize,
    wide: Conv,
    narrow: Conv,
    shortcut: Conv,
}

/// Weights of the file, by name.
struct Weights {
    tensors: HashMap<String, Weight>,
    path: PathBuf,
}

impl Weights {
    fn of(&self, name: &str, shape: [usize; 3]) -> Result<Vec<f32>, AudioError> {
        let get = |part: &str, shape: &[usize]| {
            let name = format!("{name}.{part}");
            let found = self.tensors.get(&name).filter(|w| w.shape == shape);
            found.ok_or_else(|| AudioError::Model {
                path: self.path.clone(),
                problem: format!("there is no {name} of shape {shape:?}"),
            })
        };
        let (gains, directions) = (get("weight_g", &[shape[0], 1, 1])?, get("weight_v", &shape)?);
        Ok(directions.with_lengths(&gains.data))
    }

    fn bias(&self, name: &str, size: usize) -> Result<Vec<f32>, AudioError> {
        let found = self.tensors.get(&format!("{name}.bias")).filter(|w| w.shape == [size]);
        found.map(|w| w.data.clone()).ok_or_else(|| AudioError::Model {
            path: self.path.clone(),
            problem: format!("there is no {name}.bias of {size} values"),
        })
    }

    fn conv(&self, name: &str, shape: [usize; 3], dilation: usize) -> Result<Conv, AudioError> {
        let weights = self.of(name, shape)?;
        let weight = |o: usize, i: usize, k: usize| weights[(o * shape[1] + i) * shape[2] + k];
        Ok(Conv::new(shape, dilation, self.bias(name, shape[0])?, weight))
    }

    /// A transposed convolution of twice as many taps as its stride, as a convolution with `ratio` times as
    /// many outputs over each moment and the one before.
    fn raise(&self, name: &str, [inputs, outputs]: [usize; 2], ratio: usize) -> Result<Conv, AudioError> {
        let weights = self.of(name, [inputs, outputs, 2 * ratio])?;
        let weight = |o: usize, input: usize, tap: usize| {
            let (phase, output) = (o / outputs, o % outputs);
            let k = phase + (1 - tap) * ratio;
            weights[(input * outputs + output) * 2 * ratio + k]
        };
        Ok(Conv::new([ratio * outputs, inputs, 2], 1, self.bias(name, outputs)?.repeat(ratio), weight))
    }
}

impl Block {
    fn load(weights: &Weights, name: &str, channels: usize, reach: usize) -> Result<Self, AudioError> {
        Ok(Self {
            reach,
            wide: weights.conv(&format!("{name}.block.2"), [channels, channels, 3], reach)?,
            narrow: weights.conv(&format!("{name}.block.4"), [channels, channels, 1], 1)?,
            shortcut: weights.conv(&format!("{name}.shortcut"), [channels, channels, 1], 1)?,
        })
    }

    fn apply(&self, signal: &Signal) -> Signal {
        let wide = self.wide.apply(&signal.clone().leaky(SLOPE).mirrored(self.reach));
        let mut out = self.narrow.apply(&wide.leaky(SLOPE));
        for (out, short) in out.data.iter_mut().zip(self.shortcut.apply(signal).data) {
            *out += short;
        }
        out
    }
}

impl Stage {
    fn apply(&self, signal: Signal) -> Signal {
        let times = signal.times();
        let raised = self.raise.apply(&signal.leaky(SLOPE).quiet_ends());
        let channels = raised.channels / self.ratio;
        // Half a stride is cut from the front, the rest from the end.
        let start = self.ratio / 2 * channels;
        let data = raised.data[start..start + times * self.ratio * channels].to_vec();
        self.blocks.iter().fold(Signal { channels, data }, |signal, block| block.apply(&signal))
    }
}

impl MelGan {
    /// Loads the network from the folder of the model `melgan`, to run with `threads` threads.
    ///
    /// # Errors
    /// When the file is missing or holds another network.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, AudioError> {
        let path = dir.join(FILE);
        let weights = Weights { tensors: legacy_torch::read(&path)?, path };
        let mut channels = 512;
        let first = weights.conv("model.1", [channels, BANDS, 7], 1)?;
        let (mut stages, mut at) = (Vec::new(), 3);
        for ratio in RATIOS {
            let half = channels / 2;
            let raise = weights.raise(&format!("model.{at}"), [channels, half], ratio)?;
            let block = |(i, reach): (usize, &usize)| {
                Block::load(&weights, &format!("model.{}", at + 1 + i), half, *reach)
            };
            let blocks: Result<Vec<Block>, AudioError> = DILATIONS.iter().enumerate().map(block).collect();
            stages.push(Stage { ratio, raise, blocks: blocks? });
            channels = half;
            at += 2 + DILATIONS.len();
        }
        let last = weights.conv("model.24", [1, channels, 7], 1)?;
        Ok(Self { first, stages, last, threads: threads.max(1) })
    }

    /// The whole network over some frames.
    fn forward(&self, mel: Signal, cancel: &Cancel) -> Result<Vec<f32>, AudioError> {
        let mut signal = self.first.apply(&mel.mirrored(3));
        for stage in &self.stages {
            cancel.check()?;
            signal = stage.apply(signal);
        }
        let made = self.last.apply(&signal.leaky(SLOPE).mirrored(3));
        Ok(made.data.into_iter().map(f32::tanh).collect())
    }

    /// The samples of some frames, with the frames around them in view.
    fn stretch(&self, mel: &Mel, from: usize, to: usize, cancel: &Cancel) -> Result<Vec<f32>, AudioError> {
        let (start, end) = (from.saturating_sub(AROUND), (to + AROUND).min(mel.frames()));
        let data = mel.values[start * BANDS..end * BANDS].to_vec();
        let made = self.forward(Signal { channels: BANDS, data }, cancel)?;
        let (skip, count) = ((from - start) * ANALYSIS.hop, (to - from) * ANALYSIS.hop);
        Ok(made[skip..skip + count].to_vec())
    }
}

impl Vocoder for MelGan {
    fn engine_version(&self) -> String {
        format!("melgan, colophon {}", env!("CARGO_PKG_VERSION"))
    }

    fn analysis(&self) -> Analysis {
        ANALYSIS
    }

    /// There is no chance in it: every seed gives the same sound.
    fn synthesise(
        &mut self,
        mel: &Mel,
        _seed: Seed,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Pcm, AudioError> {
        mel.check(BANDS)?;
        let frames = mel.frames();
        let starts: Vec<usize> = (0..frames).step_by(STRETCH).collect();
        let mut samples = Vec::with_capacity(frames * ANALYSIS.hop);
        let this = &*self;
        for group in starts.chunks(self.threads) {
            let work = |from: usize| move || this.stretch(mel, from, (from + STRETCH).min(frames), cancel);
            let made: Vec<Result<Vec<f32>, AudioError>> = std::thread::scope(|scope| {
                let (mine, others) = group.split_last().map_or((None, group), |(l, o)| (Some(*l), o));
                let others: Vec<_> = others.iter().map(|from| scope.spawn(work(*from))).collect();
                let mine = mine.map(|from| work(from)());
                let stopped =
                    |_| Err(AudioError::Engine { engine: "melgan", problem: "a thread stopped".into() });
                others.into_iter().map(|h| h.join().unwrap_or_else(stopped)).chain(mine).collect()
            });
            for part in made {
                samples.extend(part?);
            }
            tell(samples.len() / ANALYSIS.hop, frames);
        }
        Ok(Pcm { rate: ANALYSIS.rate, samples })
    }
}

#[cfg(test)]
mod tests;
