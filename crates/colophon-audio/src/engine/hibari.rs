//! Hibari (Apache-2.0): a small network that predicts a spectrum every 12.5 ms, English only.
//!
//! In: `ids` `i64[1, L]` with the pad 0 at both ends, `speed` `f32[1]`. Out: five spectra of 601 bins for each of F
//! frames, taken before the network turns and parts them, `[1, F, 3005]`, and the pitch `[1, F]`, which
//! `pulse` turns into sound at 24 kHz; and the frames of each token, 600 samples each.

use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Seed};
use ort::session::Session;
use ort::value::TensorRef;

use super::pulse::{self, Spectra};
use super::{Speak, Uttered, Vocabulary, durations, joined, run, speed_in_range};
use crate::g2p::Reading;
use crate::voices::{EngineKind, voices};
use crate::{AudioError, Blend, Voice};

const NAME: &str = "hibari";
/// Phonemes in one run.
const LIMIT: usize = 400;
/// The tensor with the length of each token, and the samples of one of its frames.
const DURATIONS: &str = "/Clip_output_0";
const HOP: usize = 600;
/// The spectra of each frame beside each other, the outputs that the network makes of them, and the pitch.
const SPECTRA: &str = "/head/Add_output_0";
const PARTED: [&str; 5] = ["lh", "theta", "ln", "lr", "phi"];
const PITCH: &str = "f0";

/// The engine.
pub struct Hibari {
    session: Session,
    vocabulary: Vocabulary,
    dir: PathBuf,
}

impl Hibari {
    /// Loads the network from the folder of the `hibari` model.
    ///
    /// # Errors
    /// When a file is missing or cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, AudioError> {
        let path = dir.join("hibari.onnx");
        let session = durations::session(&path, DURATIONS, threads, |network| {
            if !network.makes(SPECTRA) {
                let problem = format!("it does not make {SPECTRA}, as the network of hibari-tts does");
                return Err(AudioError::Model { path: path.clone(), problem });
            }
            network.drop_outputs(&PARTED);
            network.add_output(SPECTRA);
            Ok(())
        })?;
        Ok(Self { session, vocabulary: Vocabulary::load(&dir.join("vocab.json"))?, dir: dir.to_path_buf() })
    }

    fn piece(
        &mut self,
        phonemes: &[char],
        speed: f32,
        cancel: &Cancel,
    ) -> Result<(Vec<f32>, Vec<f64>), AudioError> {
        let mut ids = self.vocabulary.tokens(phonemes);
        if ids.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        ids.insert(0, 0);
        ids.push(0);
        let speeds = [speed];
        let error = AudioError::engine(NAME);
        let inputs = ort::inputs![
            "ids" => TensorRef::from_array_view(([1, ids.len()], ids.as_slice())).map_err(&error)?,
            "speed" => TensorRef::from_array_view(([1], speeds.as_slice())).map_err(&error)?,
        ];
        let (spectra, frames) = run(NAME, &mut self.session, inputs, cancel, |out| {
            let take = |name: &str| Ok::<_, ort::Error>(out[name].try_extract_tensor::<f32>()?.1.to_vec());
            let spectra = Spectra { bins: take(SPECTRA)?, pitch: take(PITCH)? };
            let frames = out.get(DURATIONS).map(|f| f.try_extract_tensor::<f32>().map(|f| f.1.to_vec()));
            Ok((spectra, frames.transpose()?))
        })?;
        // The noise is the same for the same phonemes: a sentence always sounds the same.
        let seed = Seed(0).derive(&phonemes.iter().collect::<String>());
        let sound = pulse::synthesise(&spectra, seed, cancel)?;
        let seconds = durations::seconds(frames, ids.len(), sound.len(), HOP, pulse::RATE);
        Ok((sound, seconds))
    }
}

impl Speak for Hibari {
    fn speak(
        &mut self,
        reading: &Reading,
        voice: &Blend,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Uttered, AudioError> {
        let speed = speed_in_range(speed)?;
        if voice.engine() != EngineKind::Hibari {
            return Err(AudioError::UnknownVoice { name: voice.name().into(), near: Vec::new() });
        }
        let vocabulary = self.vocabulary.clone();
        joined(reading, &vocabulary, LIMIT, pulse::RATE, |phonemes| self.piece(phonemes, speed, cancel))
    }

    fn voices(&self) -> Vec<&'static Voice> {
        let here = self.dir.join("hibari.onnx").is_file();
        voices().iter().filter(|v| here && v.engine == EngineKind::Hibari).collect()
    }

    fn sample_rate(&self) -> u32 {
        pulse::RATE
    }

    fn engine_version(&self) -> String {
        format!("hibari 0.2.1, colophon-audio {}", env!("CARGO_PKG_VERSION"))
    }
}
