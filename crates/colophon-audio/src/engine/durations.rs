//! A network of speech as it is run. How long each token lasts the networks compute on the way to the sound, but do
//! not give: here the tensor is made an output of the graph. And what takes most of the time is written in a way that
//! takes less. Both happen in memory; the file stays as it is.

use std::path::Path;

use colophon_hub::graph::Published;
use colophon_hub::onnx::{self, Needs};
use ort::session::Session;

use super::{operators, products};
use crate::AudioError;

/// Opens the network `path`, with `tensor` as one more output after its own. A network that has no
/// such tensor opens without it: times are then guessed from the length of the sound. `change` may change
/// more.
///
/// # Errors
/// When the file cannot be read or is no network, and what `change` gives.
pub(super) fn session(
    path: &Path,
    tensor: &str,
    threads: usize,
    change: impl FnOnce(&mut Published) -> Result<(), AudioError>,
) -> Result<Session, AudioError> {
    let file = std::fs::read(path).map_err(AudioError::model(path))?;
    let mut network = Published::read(&file)
        .ok_or_else(|| AudioError::Model { path: path.to_path_buf(), problem: "it is no network".into() })?;
    change(&mut network)?;
    let (products, _) = products::rewrite(&mut network);
    if network.makes(tensor) {
        network.add_output(tensor);
    }
    let written = network.encode(&products::DOMAINS);
    drop(network);
    drop(file);
    let operators = operators::domain().map_err(AudioError::engine("the ONNX Runtime"))?;
    let needs = Needs { operators: Some(operators), exact: products > 0, ..Needs::default() };
    Ok(onnx::session_of(&written, needs, threads)?)
}

/// Seconds of each of `tokens` tokens: `frames` frames of `hop` samples where the network told, else
/// equal parts of the whole.
pub(super) fn seconds(
    frames: Option<Vec<f32>>,
    tokens: usize,
    samples: usize,
    hop: usize,
    rate: u32,
) -> Vec<f64> {
    let rate = f64::from(rate);
    match frames.filter(|f| f.len() == tokens && f.iter().all(|x| x.is_finite() && *x >= 0.0)) {
        Some(frames) => frames.iter().map(|f| f64::from(*f) * hop as f64 / rate).collect(),
        None => vec![samples as f64 / rate / tokens.max(1) as f64; tokens],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_from_the_network_or_from_the_length() {
        assert_eq!(seconds(Some(vec![2.0, 4.0]), 2, 0, 600, 24_000), [0.05, 0.1]);
        assert_eq!(seconds(None, 4, 24_000, 600, 24_000), [0.25; 4]);
        assert_eq!(seconds(Some(vec![f32::NAN; 2]), 2, 24_000, 600, 24_000), [0.5; 2]);
    }
}
