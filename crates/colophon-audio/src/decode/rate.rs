//! Changes the sample rate of a stream, block by block.

use rubato::audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

use crate::AudioError;

/// Frames that are converted at once.
const CHUNK: usize = 1024;

/// A converter; without an engine it gives what it takes.
pub(super) struct Converter {
    engine: Option<Fft<f32>>,
    channels: usize,
    ratio: f64,
    /// Samples that wait for a whole chunk.
    held: Vec<f32>,
    /// Frames at the beginning of the output that only hold the engine's delay.
    skip: usize,
    taken: u64,
    given: u64,
}

impl Converter {
    /// Changes nothing.
    pub(super) fn none() -> Self {
        Self { engine: None, channels: 1, ratio: 1.0, held: Vec::new(), skip: 0, taken: 0, given: 0 }
    }

    pub(super) fn new(from: u32, to: u32, channels: usize) -> Result<Self, AudioError> {
        if from == to {
            return Ok(Self::none());
        }
        let engine = Fft::<f32>::new(from as usize, to as usize, CHUNK, channels, FixedSync::Input)
            .map_err(|e| super::wanted::unusable(format!("{from} Hz cannot be turned into {to} Hz: {e}")))?;
        let (skip, ratio) = (engine.output_delay(), f64::from(to) / f64::from(from));
        Ok(Self { engine: Some(engine), channels, ratio, skip, ..Self::none() })
    }

    /// Takes interleaved samples and gives those that are ready.
    pub(super) fn convert(&mut self, block: Vec<f32>) -> Result<Vec<f32>, AudioError> {
        if self.engine.is_none() {
            return Ok(block);
        }
        self.taken += (block.len() / self.channels) as u64;
        self.held.extend(block.iter().map(|x| if x.is_finite() { *x } else { 0.0 }));
        self.run(false)
    }

    /// The end: gives the rest.
    pub(super) fn finish(&mut self) -> Result<Vec<f32>, AudioError> {
        let mut out = self.run(true)?;
        let wanted = (self.taken as f64 * self.ratio).round() as u64;
        while self.given < wanted && self.engine.is_some() {
            let before = self.given;
            out.extend(self.chunk(Vec::new())?);
            if self.given == before && self.skip == 0 {
                break;
            }
        }
        let extra = self.given.saturating_sub(wanted) as usize * self.channels;
        out.truncate(out.len().saturating_sub(extra));
        Ok(out)
    }

    fn run(&mut self, last: bool) -> Result<Vec<f32>, AudioError> {
        let mut out = Vec::new();
        while let Some(engine) = &self.engine {
            let need = engine.input_frames_next() * self.channels;
            if self.held.len() < need && (!last || self.held.is_empty()) {
                break;
            }
            let rest = self.held.split_off(need.min(self.held.len()));
            let chunk = std::mem::replace(&mut self.held, rest);
            out.extend(self.chunk(chunk)?);
        }
        Ok(out)
    }

    /// Converts at most one chunk; what is missing is silence.
    fn chunk(&mut self, mut chunk: Vec<f32>) -> Result<Vec<f32>, AudioError> {
        let Some(engine) = &mut self.engine else { return Ok(chunk) };
        let failed = |e: &dyn std::fmt::Display| super::wanted::unusable(e.to_string());
        let (need, frames) = (engine.input_frames_next(), chunk.len() / self.channels);
        chunk.resize(need * self.channels, 0.0);
        let input = InterleavedOwned::new_from(chunk, self.channels, need).map_err(|e| failed(&e))?;
        let partial = Indexing::new().partial_len(frames);
        let output = engine.process(&input, (frames < need).then_some(&partial)).map_err(|e| failed(&e))?;
        let mut out = output.take_data();
        let skip = self.skip.min(out.len() / self.channels);
        out.drain(..skip * self.channels);
        self.skip -= skip;
        self.given += (out.len() / self.channels) as u64;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_keeps_its_pitch_place_and_length() {
        for (from, to) in [(8_000, 16_000), (44_100, 16_000), (192_000, 16_000), (22_050, 48_000)] {
            let mut converter = Converter::new(from, to, 1).expect("a converter");
            let tone = |i: usize, rate: u32| (std::f32::consts::TAU * 440.0 * i as f32 / rate as f32).sin();
            let input: Vec<f32> = (0..from as usize).map(|i| tone(i, from)).collect();
            let mut out = Vec::new();
            for block in input.chunks(777) {
                out.extend(converter.convert(block.to_vec()).expect("a block"));
            }
            out.extend(converter.finish().expect("the rest"));
            assert_eq!(out.len(), to as usize, "{from} to {to}");
            let wrong = (500..to as usize - 500).map(|i| (out[i] - tone(i, to)).abs()).fold(0.0, f32::max);
            // The converter's delay is a whole number of samples: the tone lies up to half a sample off.
            let half = std::f32::consts::TAU * 440.0 / to as f32 / 2.0;
            assert!(wrong < half, "{from} to {to}: {wrong}");
        }
    }
}
