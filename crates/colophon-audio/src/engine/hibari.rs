//! Hibari (Apache-2.0): a small network that predicts a spectrum every 12.5 ms, English only.
//!
//! In: `ids` `i64[1, L]` with the pad 0 at both ends, `speed` `f32[1]`. Out: five spectra `[1, 601, F]`
//! and the pitch `[1, F]`; `pulse` turns them into sound at 24 kHz.

use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Lang, Pcm, Seed};
use ort::session::Session;
use ort::value::TensorRef;

use super::pulse::{self, Spectra};
use super::{Speak, Vocabulary, pieces, run, silent, speed_in_range};
use crate::g2p::Phonemizer;
use crate::g2p::en::Accent;
use crate::g2p::zh::is_han;
use crate::voices::{EngineKind, default_voice, voices};
use crate::{AudioError, Voice};

const NAME: &str = "hibari";
/// Phonemes in one run.
const LIMIT: usize = 400;
const JOINT: f64 = 0.12;

/// The engine.
pub struct Hibari {
    session: Session,
    vocabulary: Vocabulary,
    reader: Phonemizer,
    dir: PathBuf,
}

impl Hibari {
    /// Loads the network from the folder of the `hibari` model.
    ///
    /// # Errors
    /// When a file is missing or cannot be loaded.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, AudioError> {
        Ok(Self {
            session: colophon_hub::onnx::session(&dir.join("hibari.onnx"), threads)?,
            vocabulary: Vocabulary::load(&dir.join("vocab.json"))?,
            reader: Phonemizer::new(Accent::Us, Some(dir.to_path_buf())),
            dir: dir.to_path_buf(),
        })
    }

    fn piece(&mut self, phonemes: &str, speed: f32, cancel: &Cancel) -> Result<Vec<f32>, AudioError> {
        let mut ids = self.vocabulary.tokens(phonemes);
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        ids.insert(0, 0);
        ids.push(0);
        let speeds = [speed];
        let error = AudioError::engine(NAME);
        let inputs = ort::inputs![
            "ids" => TensorRef::from_array_view(([1, ids.len()], ids.as_slice())).map_err(&error)?,
            "speed" => TensorRef::from_array_view(([1], speeds.as_slice())).map_err(&error)?,
        ];
        let spectra = run(NAME, &mut self.session, inputs, cancel, |out| {
            let take = |i: usize| Ok::<_, ort::Error>(out[i].try_extract_tensor::<f32>()?.1.to_vec());
            Ok(Spectra {
                harmonic_gain: take(0)?,
                harmonic_phase: take(1)?,
                noise_gain: take(2)?,
                free_gain: take(3)?,
                free_phase: take(4)?,
                pitch: take(5)?,
            })
        })?;
        // The noise is the same for the same phonemes: a sentence always sounds the same.
        pulse::synthesise(&spectra, Seed(0).derive(phonemes), cancel)
    }
}

impl Speak for Hibari {
    fn speak(
        &mut self,
        sentence: &str,
        lang: Lang,
        voice: &Voice,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Pcm, AudioError> {
        let speed = speed_in_range(speed)?;
        if voice.engine != EngineKind::Hibari {
            return Err(AudioError::UnknownVoice { name: voice.id.into(), near: Vec::new() });
        }
        if lang == Lang::Zh || sentence.chars().any(is_han) {
            let instead = default_voice(Lang::Zh).id.into();
            return Err(AudioError::WrongLanguage { voice: voice.id.into(), language: "Chinese", instead });
        }
        let phonemes = self.reader.phonemes(sentence, lang)?;
        let mut samples = Vec::new();
        for piece in pieces(&phonemes, LIMIT) {
            if !samples.is_empty() {
                samples.resize(samples.len() + (JOINT * f64::from(pulse::RATE)) as usize, 0.0);
            }
            samples.extend(self.piece(&piece, speed, cancel)?);
        }
        if samples.is_empty() {
            return Err(silent(sentence));
        }
        Ok(Pcm { rate: pulse::RATE, samples })
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
