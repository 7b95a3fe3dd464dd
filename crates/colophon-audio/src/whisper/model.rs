//! Whisper's networks, ready to run: what is heard, and what is said of it token by token.

use std::path::Path;

use colophon_hub::graph::Graph;
use colophon_hub::onnx::{self, Needs};
use colophon_types::Cancel;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, Tensor};

use super::names::NAME;
use super::network::{self, FRAMES, HEAD, PLACES, Precision, Sizes, named};
use super::weights::Weights;
use crate::AudioError;

/// The two networks.
pub(super) struct Model {
    encoder: Session,
    decoder: Session,
    pub(super) sizes: Sizes,
    watched: Vec<usize>,
}

/// What was heard in 30 s: keys and values of the cross-attention, layer by layer.
pub(super) struct Heard {
    parts: Vec<(String, DynValue)>,
}

/// What a few hypotheses, all of the same length, have said so far.
pub(super) struct Said {
    cache: Vec<DynValue>,
    hypotheses: usize,
    length: usize,
}

/// What a step of the decoder gave.
pub(super) struct Step {
    /// One row for each row asked for.
    pub(super) logits: Vec<f32>,
    /// Queries of the cross-attention of the watched layers, `[rows, width]`.
    pub(super) queries: Vec<Vec<f32>>,
}

fn ints(shape: &[usize], data: Vec<i64>) -> Result<DynValue, AudioError> {
    Ok(Tensor::from_array((shape.to_vec(), data)).map_err(AudioError::engine(NAME))?.into_dyn())
}

fn floats(shape: &[usize], data: Vec<f32>) -> Result<DynValue, AudioError> {
    Ok(Tensor::from_array((shape.to_vec(), data)).map_err(AudioError::engine(NAME))?.into_dyn())
}

impl Model {
    /// Opens the networks of the weights in a folder, to run on `threads` threads. `watched` are the
    /// layers of the decoder whose attention words are placed by.
    pub(super) fn open(
        folder: &Path,
        precision: Precision,
        watched: &[usize],
        threads: usize,
    ) -> Result<Self, AudioError> {
        let weights = Weights::open(folder)?;
        let sizes = Sizes::of(&weights)?;
        let mut watched: Vec<usize> = watched.iter().copied().filter(|l| *l < sizes.decoder_layers).collect();
        watched.sort_unstable();
        watched.dedup();
        let session = |graph: &Graph| {
            let needs = Needs { folder: graph.folder(), ..Needs::default() };
            onnx::session_of(&graph.encode(), needs, threads)
        };
        let encoder = session(&network::encoder(&weights, sizes, precision)?)?;
        let decoder = session(&network::decoder(&weights, sizes, precision, &watched)?)?;
        Ok(Self { encoder, decoder, sizes, watched })
    }

    /// Hears 30 s: `mel` `[bands, 3000]`.
    pub(super) fn hear(&mut self, mel: Vec<f32>, cancel: &Cancel) -> Result<Heard, AudioError> {
        let names: Vec<String> = (0..self.sizes.decoder_layers)
            .flat_map(|layer| [named("ck", layer), named("cv", layer)])
            .collect();
        let mel = floats(&[1, self.sizes.bands, FRAMES], mel)?;
        let inputs: Vec<(String, SessionInputValue<'_>)> = vec![("mel".into(), mel.into())];
        let parts = crate::engine::run_taking(NAME, &mut self.encoder, inputs, cancel, |mut outputs| {
            names.into_iter().filter_map(|name| outputs.remove(&name).map(|value| (name, value))).collect()
        })?;
        Ok(Heard { parts })
    }

    /// One hypothesis that has said nothing.
    pub(super) fn silent(&self) -> Result<Said, AudioError> {
        let empty = || floats(&[1, self.sizes.heads, 0, HEAD], Vec::new());
        let cache = (0..2 * self.sizes.decoder_layers).map(|_| empty()).collect::<Result<_, _>>()?;
        Ok(Said { cache, hypotheses: 1, length: 0 })
    }

    /// Lets every hypothesis say `tokens` (one after the other, as many for each) and gives the logits
    /// of the next token after the rows in `pick`.
    pub(super) fn say(
        &mut self,
        heard: &Heard,
        said: &mut Said,
        tokens: &[u32],
        pick: &[usize],
    ) -> Result<Step, AudioError> {
        let failed = |problem: String| AudioError::Engine { engine: NAME, problem };
        let each = tokens.len() / said.hypotheses;
        if said.length + each > self.sizes.context {
            return Err(failed("more tokens than it can hold".to_owned()));
        }
        let places = (0..said.hypotheses).flat_map(|_| (0..each).map(|i| (said.length + i) as i64)).collect();
        let shape = [said.hypotheses, each, self.sizes.width].map(|n| n as i64).to_vec();
        let mut inputs: Vec<(String, SessionInputValue<'_>)> = vec![
            ("tokens".into(), ints(&[tokens.len()], tokens.iter().map(|t| i64::from(*t)).collect())?.into()),
            ("places".into(), ints(&[tokens.len()], places)?.into()),
            ("shape".into(), ints(&[3], shape)?.into()),
            ("pick".into(), ints(&[pick.len()], pick.iter().map(|n| *n as i64).collect())?.into()),
        ];
        inputs.extend(heard.parts.iter().map(|(name, value)| (name.clone(), value.into())));
        for (i, value) in said.cache.drain(..).enumerate() {
            let what = if i % 2 == 0 { "past_k" } else { "past_v" };
            inputs.push((named(what, i / 2), value.into()));
        }
        let mut outputs = self.decoder.run(inputs).map_err(AudioError::engine(NAME))?;
        for layer in 0..self.sizes.decoder_layers {
            for what in ["new_k", "new_v"] {
                let value = outputs.remove(named(what, layer));
                said.cache.push(value.ok_or_else(|| failed("it kept nothing".to_owned()))?);
            }
        }
        said.length += each;
        let taken = |name: &str| -> Result<Vec<f32>, AudioError> {
            let value = outputs.get(name).ok_or_else(|| failed(format!("it gave no {name}")))?;
            Ok(value.try_extract_tensor::<f32>().map_err(AudioError::engine(NAME))?.1.to_vec())
        };
        let queries =
            self.watched.iter().map(|layer| taken(&named("q", *layer))).collect::<Result<_, _>>()?;
        Ok(Step { logits: taken("logits")?, queries })
    }

    /// Attention of one head of the decoder's cross-attention for the rows of `queries`:
    /// `[rows, 1500]`, softmax over the first `places`.
    pub(super) fn attention(
        &self,
        heard: &Heard,
        queries: &[Vec<f32>],
        (layer, head): (usize, usize),
        places: usize,
    ) -> Option<Vec<Vec<f32>>> {
        let queries = queries.get(self.watched.iter().position(|l| *l == layer)?)?;
        let name = named("ck", layer);
        let keys = &heard.parts.iter().find(|(n, _)| *n == name)?.1;
        let keys = keys.try_extract_tensor::<f32>().ok()?.1;
        let keys = keys.get(head * PLACES * HEAD..(head + 1) * PLACES * HEAD)?;
        let scale = 1.0 / (HEAD as f32).sqrt();
        let row = |query: &[f32]| {
            let query = &query[head * HEAD..(head + 1) * HEAD];
            let mut scores: Vec<f32> = keys
                .chunks_exact(HEAD)
                .take(places)
                .map(|key| key.iter().zip(query).map(|(k, q)| k * q).sum::<f32>() * scale)
                .collect();
            softmax(&mut scores);
            scores
        };
        Some(queries.chunks_exact(self.sizes.width).map(row).collect())
    }
}

/// Numbers to shares of one.
pub(super) fn softmax(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in scores.iter_mut() {
        *x = (*x - highest).exp();
        sum += *x;
    }
    for x in scores.iter_mut() {
        *x /= sum;
    }
}

impl Said {
    /// Goes on with the hypotheses of these numbers, in this order.
    pub(super) fn choose(&mut self, which: &[usize]) -> Result<(), AudioError> {
        if which.len() == self.hypotheses && which.iter().enumerate().all(|(i, n)| i == *n) {
            return Ok(());
        }
        for value in &mut self.cache {
            let (shape, data) = value.try_extract_tensor::<f32>().map_err(AudioError::engine(NAME))?;
            let mut shape: Vec<usize> = shape.iter().map(|n| (*n).max(0) as usize).collect();
            let each = data.len() / self.hypotheses;
            let data = which.iter().flat_map(|n| &data[n * each..(n + 1) * each]).copied().collect();
            shape[0] = which.len();
            *value = floats(&shape, data)?;
        }
        self.hypotheses = which.len();
        Ok(())
    }
}
