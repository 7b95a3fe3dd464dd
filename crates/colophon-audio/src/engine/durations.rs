//! How long each token lasts: the networks compute it on the way to the sound, but do not give it.
//! Here the tensor is made an output of the graph, in memory; the file stays as it is.

use std::path::Path;

use ort::session::Session;

use crate::AudioError;

/// Field numbers of onnx.proto: `ModelProto.graph`, `GraphProto.output`, `ValueInfoProto.name`.
const GRAPH: u8 = 7;
const OUTPUT: u8 = 12;
const NAME: u8 = 1;

/// Opens the network `path`, with `tensor` as one more output after its own. A network that has no
/// such tensor opens as it is: times are then guessed from the length of the sound.
///
/// # Errors
/// When the file cannot be read or is no network.
pub(super) fn session(path: &Path, tensor: &str, threads: usize) -> Result<Session, AudioError> {
    let mut model = std::fs::read(path).map_err(AudioError::model(path))?;
    let plain = model.len();
    // A message that is written twice is merged: repeated fields of both are kept (Protocol Buffers
    // Encoding, "Last One Wins"). So one more output is a graph with nothing else behind the file.
    model.extend(field(GRAPH, &field(OUTPUT, &field(NAME, tensor.as_bytes()))));
    if let Ok(session) = colophon_hub::onnx::session_of(&model, None, threads) {
        return Ok(session);
    }
    model.truncate(plain);
    Ok(colophon_hub::onnx::session_of(&model, None, threads)
        .or_else(|_| colophon_hub::onnx::session(path, threads))?)
}

/// A field of bytes: key, length, content.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(content);
    out
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
    fn the_appended_output_is_well_formed() {
        assert_eq!(
            field(GRAPH, &field(OUTPUT, &field(NAME, b"x"))),
            [7 << 3 | 2, 5, 12 << 3 | 2, 3, 1 << 3 | 2, 1, b'x']
        );
        assert_eq!(field(1, &[0; 200])[..3], [10, 0xC8, 1]);
    }

    #[test]
    fn times_come_from_the_network_or_from_the_length() {
        assert_eq!(seconds(Some(vec![2.0, 4.0]), 2, 0, 600, 24_000), [0.05, 0.1]);
        assert_eq!(seconds(None, 4, 24_000, 600, 24_000), [0.25; 4]);
        assert_eq!(seconds(Some(vec![f32::NAN; 2]), 2, 24_000, 600, 24_000), [0.5; 2]);
    }
}
