//! Kokoro-82M (Apache-2.0): a StyleTTS 2 network with 24 kHz output, English and Mandarin.
//!
//! In: `tokens` `i64[1, L]` with the pad 0 at both ends, L ≤ 512; `style` `f32[1, 256]`, the row of
//! the voice for this number of tokens; `speed` `f32[1]`. Out: `audio` `f32[N]`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Lang, Pcm};
use ort::session::Session;
use ort::value::TensorRef;

use super::{Speak, Vocabulary, pieces, run, silent, speed_in_range};
use crate::g2p::Phonemizer;
use crate::g2p::en::Accent;
use crate::voices::{EngineKind, voices};
use crate::{AudioError, Voice};

const NAME: &str = "kokoro";
/// Samples a second.
pub const RATE: u32 = 24_000;
/// Tokens in one run, without the pads.
const LIMIT: usize = 510;
/// Length of one style row, and rows in a voice file.
const STYLE: usize = 256;
const ROWS: usize = 510;
/// Silence between the pieces of a sentence that is too long for one run, in seconds.
const JOINT: f64 = 0.12;

/// The engine.
pub struct Kokoro {
    session: Session,
    vocabulary: Vocabulary,
    voice_dir: PathBuf,
    styles: BTreeMap<&'static str, Vec<f32>>,
    readers: BTreeMap<bool, Phonemizer>,
    oov: Option<PathBuf>,
}

impl Kokoro {
    /// Loads the network from `model` (`kokoro.onnx`, `vocab.json`) and, as they are needed, voices
    /// from `voice_dir` (`<id>.bin`). `oov` is the folder of the `hibari` model, if it is there: its
    /// small network reads English words that are in no lexicon.
    ///
    /// # Errors
    /// When a file is missing or cannot be loaded.
    pub fn load(
        model: &Path,
        voice_dir: &Path,
        oov: Option<&Path>,
        threads: usize,
    ) -> Result<Self, AudioError> {
        Ok(Self {
            session: colophon_hub::onnx::session(&model.join("kokoro.onnx"), threads)?,
            vocabulary: Vocabulary::load(&model.join("vocab.json"))?,
            voice_dir: voice_dir.to_path_buf(),
            styles: BTreeMap::new(),
            readers: BTreeMap::new(),
            oov: oov.map(Path::to_path_buf),
        })
    }

    fn style(&mut self, voice: &Voice, tokens: usize) -> Result<&[f32], AudioError> {
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
        let row = tokens.clamp(1, ROWS) - 1;
        let rows = self.styles.get(voice.id).map_or(&[][..], Vec::as_slice);
        Ok(&rows[row * STYLE..(row + 1) * STYLE])
    }

    fn piece(
        &mut self,
        phonemes: &str,
        voice: &Voice,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Vec<f32>, AudioError> {
        let mut tokens = self.vocabulary.tokens(phonemes);
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let style = self.style(voice, tokens.len())?.to_vec();
        tokens.insert(0, 0);
        tokens.push(0);
        let speeds = [speed];
        let error = AudioError::engine(NAME);
        let inputs = ort::inputs![
            "tokens" => TensorRef::from_array_view(([1, tokens.len()], tokens.as_slice())).map_err(&error)?,
            "style" => TensorRef::from_array_view(([1, STYLE], style.as_slice())).map_err(&error)?,
            "speed" => TensorRef::from_array_view(([1], speeds.as_slice())).map_err(&error)?,
        ];
        run(NAME, &mut self.session, inputs, cancel, |out| Ok(out[0].try_extract_tensor::<f32>()?.1.to_vec()))
    }
}

impl Speak for Kokoro {
    fn speak(
        &mut self,
        sentence: &str,
        lang: Lang,
        voice: &Voice,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Pcm, AudioError> {
        let speed = speed_in_range(speed)?;
        if voice.engine != EngineKind::Kokoro {
            return Err(AudioError::UnknownVoice { name: voice.id.into(), near: Vec::new() });
        }
        let oov = self.oov.clone();
        let reader = self
            .readers
            .entry(voice.accent == Accent::Gb)
            .or_insert_with(|| Phonemizer::new(voice.accent, oov));
        let phonemes = reader.phonemes(sentence, lang)?;
        let mut samples = Vec::new();
        for piece in pieces(&phonemes, LIMIT) {
            if !samples.is_empty() {
                samples.resize(samples.len() + (JOINT * f64::from(RATE)) as usize, 0.0);
            }
            samples.extend(self.piece(&piece, voice, speed, cancel)?);
        }
        if samples.is_empty() {
            return Err(silent(sentence));
        }
        Ok(Pcm { rate: RATE, samples })
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
