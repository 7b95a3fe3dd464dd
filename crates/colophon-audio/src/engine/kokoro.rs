//! Kokoro-82M (Apache-2.0): a StyleTTS 2 network with 24 kHz output, English and Mandarin.
//!
//! In: `tokens` `i64[1, L]` with the pad 0 at both ends, L ≤ 512; `style` `f32[1, 256]`, the row of
//! the voice for this number of tokens; `speed` `f32[1]`. Out: `audio` `f32[N]`, and the frames of
//! each token, 600 samples each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use colophon_types::Cancel;
use ort::session::Session;
use ort::value::TensorRef;

use super::{Speak, Uttered, Vocabulary, durations, joined, run, speed_in_range};
use crate::g2p::Reading;
use crate::voices::{EngineKind, voices};
use crate::{AudioError, Blend, Voice};

const NAME: &str = "kokoro";
/// Samples a second.
pub const RATE: u32 = 24_000;
/// Tokens in one run, without the pads.
const LIMIT: usize = 510;
/// Length of one style row, and rows in a voice file.
const STYLE: usize = 256;
const ROWS: usize = 510;
/// The tensor with the length of each token, and the samples of one of its frames.
const DURATIONS: &str = "/encoder/Clip_output_0";
const HOP: usize = 600;

/// The engine.
pub struct Kokoro {
    session: Session,
    vocabulary: Vocabulary,
    voice_dir: PathBuf,
    styles: BTreeMap<&'static str, Vec<f32>>,
}

impl Kokoro {
    /// Loads the network from `model` (`kokoro.onnx`, `vocab.json`) and, as they are needed, voices
    /// from `voice_dir` (`<id>.bin`).
    ///
    /// # Errors
    /// When a file is missing or cannot be loaded.
    pub fn load(model: &Path, voice_dir: &Path, threads: usize) -> Result<Self, AudioError> {
        Ok(Self {
            session: durations::session(&model.join("kokoro.onnx"), DURATIONS, threads, |_| Ok(()))?,
            vocabulary: Vocabulary::load(&model.join("vocab.json"))?,
            voice_dir: voice_dir.to_path_buf(),
            styles: BTreeMap::new(),
        })
    }

    /// The style of a mixed voice for a text of so many tokens: the weighted sum of its parts.
    fn style(&mut self, voice: &Blend, tokens: usize) -> Result<Vec<f32>, AudioError> {
        let row = tokens.clamp(1, ROWS) - 1;
        let mut mixed = vec![0.0; STYLE];
        for (part, weight) in voice.parts() {
            let rows = self.rows(part)?;
            for (to, from) in mixed.iter_mut().zip(&rows[row * STYLE..(row + 1) * STYLE]) {
                *to += from * weight;
            }
        }
        Ok(mixed)
    }

    fn rows(&mut self, voice: &Voice) -> Result<&[f32], AudioError> {
        if !self.styles.contains_key(voice.id) {
            let path = self.voice_dir.join(format!("{}.bin", voice.id));
            let bytes = std::fs::read(&path).map_err(AudioError::model(&path))?;
            if bytes.len() != ROWS * STYLE * 4 {
                let problem = format!("{} bytes instead of {}", bytes.len(), ROWS * STYLE * 4);
                return Err(AudioError::Model { path, problem });
            }
            let rows = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            self.styles.insert(voice.id, rows);
        }
        Ok(self.styles.get(voice.id).map_or(&[][..], Vec::as_slice))
    }

    fn piece(
        &mut self,
        phonemes: &[char],
        voice: &Blend,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<(Vec<f32>, Vec<f64>), AudioError> {
        let mut tokens = self.vocabulary.tokens(phonemes);
        if tokens.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let style = self.style(voice, tokens.len())?;
        tokens.insert(0, 0);
        tokens.push(0);
        let speeds = [speed];
        let error = AudioError::engine(NAME);
        let inputs = ort::inputs![
            "tokens" => TensorRef::from_array_view(([1, tokens.len()], tokens.as_slice())).map_err(&error)?,
            "style" => TensorRef::from_array_view(([1, STYLE], style.as_slice())).map_err(&error)?,
            "speed" => TensorRef::from_array_view(([1], speeds.as_slice())).map_err(&error)?,
        ];
        let (sound, frames) = run(NAME, &mut self.session, inputs, cancel, |out| {
            let sound = out[0].try_extract_tensor::<f32>()?.1.to_vec();
            let frames = out.get(DURATIONS).map(|f| f.try_extract_tensor::<f32>().map(|f| f.1.to_vec()));
            Ok((sound, frames.transpose()?))
        })?;
        let seconds = durations::seconds(frames, tokens.len(), sound.len(), HOP, RATE);
        Ok((sound, seconds))
    }
}

impl Speak for Kokoro {
    fn speak(
        &mut self,
        reading: &Reading,
        voice: &Blend,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Uttered, AudioError> {
        let speed = speed_in_range(speed)?;
        if voice.engine() != EngineKind::Kokoro {
            return Err(AudioError::UnknownVoice { name: voice.name().into(), near: Vec::new() });
        }
        let vocabulary = self.vocabulary.clone();
        joined(reading, &vocabulary, LIMIT, RATE, |phonemes| self.piece(phonemes, voice, speed, cancel))
    }

    fn voices(&self) -> Vec<&'static Voice> {
        let here = |v: &&Voice| {
            v.engine == EngineKind::Kokoro && self.voice_dir.join(format!("{}.bin", v.id)).is_file()
        };
        voices().iter().filter(here).collect()
    }

    fn sample_rate(&self) -> u32 {
        RATE
    }

    fn engine_version(&self) -> String {
        format!("kokoro-82m int8, colophon-audio {}", env!("CARGO_PKG_VERSION"))
    }
}
