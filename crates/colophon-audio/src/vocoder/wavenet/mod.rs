//! WaveNet (van den Oord et al. 2016): sound, one sample after the other.
//!
//! Dilated causal convolutions with gated units, residual and skip connections; the log-mel spectrum
//! steers every gate. It draws what the linear predictor of [`super::lpc`] leaves over, from a mixture of
//! logistics. Computed values are kept for when they are wanted again, so a sample costs one pass over
//! the weights.

mod kernel;
mod net;

use std::path::Path;

use colophon_types::{Cancel, Pcm, Seed};

use self::net::{INPUTS, MIXTURE, Net, State};
use super::Vocoder;
use super::lpc::{self, EMPHASIS, ORDER, Predictor};
use super::spectrum::{Analysis, Edges, Mel};
use crate::AudioError;

const NAME: &str = "wavenet";
/// The network that is built in; `training/wavenet` tells how it was trained.
pub const BUILT_IN: &[u8] = include_bytes!("../../../data/wavenet.safetensors");
/// Smallest logarithm of a scale.
const LOWEST_SCALE: f32 = -6.0;
/// Largest excitation, in standard deviations: a draw that would ruin what follows is bent.
const LARGEST: f32 = 40.0;
/// Scale of the drawn logistics: a little narrower than learnt, as is usual with networks of this size.
const TEMPERATURE: f32 = 0.8;

/// How each sample comes from the mixture of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawing {
    /// By chance, with the scales of the logistics multiplied by this.
    Chance(f32),
    /// The mean of the likeliest logistic: no chance.
    Likeliest,
}

/// A WaveNet.
pub struct WaveNet {
    net: Net,
    drawing: Drawing,
}

impl std::fmt::Debug for WaveNet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WaveNet")
    }
}

/// The spectrum on which the network was trained.
const ANALYSIS: Analysis = Analysis {
    rate: 16_000,
    fft: 1024,
    window: 512,
    hop: 128,
    bands: 80,
    top: 8_000.0,
    floor: 1e-5,
    decimal: false,
    edges: Edges::Silence,
};

impl WaveNet {
    /// The network that is built into the program.
    ///
    /// # Errors
    /// Never, as long as the program is whole.
    pub fn built_in() -> Result<Self, AudioError> {
        Self::read(BUILT_IN).map_err(|problem| AudioError::Engine { engine: NAME, problem })
    }

    /// A network that `training/wavenet/export.py` has written.
    ///
    /// # Errors
    /// When the file cannot be read or holds another network.
    pub fn load(path: &Path) -> Result<Self, AudioError> {
        let bytes = std::fs::read(path).map_err(AudioError::model(path))?;
        Self::read(&bytes).map_err(AudioError::model(path))
    }

    /// A network from the bytes of a safetensors file.
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let net = Net::read(bytes)?;
        if net.bands() != ANALYSIS.bands {
            return Err(format!("it reads {} bands, not {}", net.bands(), ANALYSIS.bands));
        }
        Ok(Self { net, drawing: Drawing::Chance(TEMPERATURE) })
    }

    /// The same network, drawing in another way.
    #[must_use]
    pub fn drawing(self, drawing: Drawing) -> Self {
        Self { drawing, ..self }
    }

    /// Samples of the past that each sample depends on.
    pub fn reach(&self) -> usize {
        self.net.reach()
    }
}

impl Vocoder for WaveNet {
    fn engine_version(&self) -> String {
        format!("wavenet, colophon {}", env!("CARGO_PKG_VERSION"))
    }

    fn analysis(&self) -> Analysis {
        ANALYSIS
    }

    fn synthesise(
        &mut self,
        mel: &Mel,
        seed: Seed,
        cancel: &Cancel,
        tell: &mut dyn FnMut(usize, usize),
    ) -> Result<Pcm, AudioError> {
        mel.check(ANALYSIS.bands)?;
        let predictors = lpc::predictors(&ANALYSIS, mel)?;
        let (frames, mut seed, drawing) = (mel.frames(), seed.derive("wavenet"), self.drawing);
        let mut choose = |_: usize, mixture: &[f32]| draw(mixture, drawing, &mut seed);
        let mut run = Run::new(&self.net);
        let mut samples = Vec::with_capacity(frames * ANALYSIS.hop);
        for (t, predictor) in predictors.iter().enumerate() {
            cancel.check()?;
            run.frame(&self.net.condition(mel, t), predictor, &mut choose, &mut samples);
            tell(t + 1, frames);
        }
        let mut before = 0.0;
        for x in &mut samples {
            before = *x + EMPHASIS as f32 * before;
            *x = before;
        }
        Ok(Pcm { rate: ANALYSIS.rate, samples })
    }
}

/// A sound in the making.
struct Run<'a> {
    state: State<'a>,
    /// The latest samples, newest first.
    past: [f32; ORDER],
    /// What the predictor left over of the sample before, in standard deviations.
    excitation: f32,
    made: usize,
}

impl<'a> Run<'a> {
    fn new(net: &'a Net) -> Self {
        Self { state: State::new(net), past: [0.0; ORDER], excitation: 0.0, made: 0 }
    }

    /// Adds one frame to `samples`. `choose` gives the excitation of the sample with this number, in
    /// standard deviations, from the mixture.
    fn frame(
        &mut self,
        condition: &[f32],
        predictor: &Predictor,
        choose: &mut dyn FnMut(usize, &[f32]) -> f32,
        samples: &mut Vec<f32>,
    ) {
        let scale = predictor.gain.recip();
        for _ in 0..ANALYSIS.hop {
            let predicted: f32 = predictor.taps.iter().zip(&self.past).map(|(tap, x)| tap * x).sum();
            let inputs: [f32; INPUTS] =
                [squash(self.past[0] * scale), squash(self.excitation), squash(predicted * scale)];
            let mixture = self.state.step(&inputs, condition);
            let excitation = choose(self.made, mixture);
            let sample = predicted + predictor.gain * excitation;
            self.past.copy_within(0..ORDER - 1, 1);
            self.past[0] = sample;
            self.excitation = excitation;
            self.made += 1;
            samples.push(sample);
        }
    }
}

/// Keeps the sign and tames the size.
fn squash(x: f32) -> f32 {
    x.signum() * x.abs().ln_1p()
}

/// An excitation from weights, means and logarithms of scales.
fn draw(mixture: &[f32], drawing: Drawing, seed: &mut Seed) -> f32 {
    let (weights, rest) = mixture.split_at(MIXTURE);
    let (means, scales) = rest.split_at(MIXTURE);
    let highest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let drawn = match drawing {
        Drawing::Likeliest => {
            let best = weights.iter().position(|w| *w == highest).unwrap_or(0);
            means[best]
        }
        Drawing::Chance(temperature) => {
            let shares: [f32; MIXTURE] = std::array::from_fn(|k| (weights[k] - highest).exp());
            let mut point = seed.next_f32() * shares.iter().sum::<f32>();
            let mut chosen = MIXTURE - 1;
            for (k, share) in shares.iter().enumerate() {
                if point < *share {
                    chosen = k;
                    break;
                }
                point -= share;
            }
            let u = seed.next_f32().clamp(1e-5, 1.0 - 1e-5);
            means[chosen] + temperature * scales[chosen].max(LOWEST_SCALE).exp() * (u / (1.0 - u)).ln()
        }
    };
    if drawn.is_finite() { drawn.clamp(-LARGEST, LARGEST) } else { 0.0 }
}

#[cfg(test)]
mod tests;
