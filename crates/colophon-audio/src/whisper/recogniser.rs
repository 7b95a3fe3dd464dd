//! The recogniser: networks, vocabulary and settings, opened.

use std::path::Path;

use colophon_types::Cancel;

use super::mel::Spectrum;
use super::model::{Heard, Model, softmax};
use super::names::NAME;
use super::network::Precision;
use super::tokens::Tokens;
use crate::AudioError;

/// The recogniser.
pub struct Whisper {
    pub(super) model: Model,
    pub(super) tokens: Tokens,
    pub(super) spectrum: Spectrum,
    /// Layers and heads whose attention follows the speech.
    pub(super) heads: Vec<(usize, usize)>,
}

/// What the files beside the weights say: CTranslate2's `config.json`, or Hugging Face's
/// `generation_config.json`.
#[derive(Default, serde::Deserialize)]
struct Settings {
    #[serde(default, alias = "suppress_tokens")]
    suppress_ids: Option<Vec<i64>>,
    #[serde(default, alias = "begin_suppress_tokens")]
    suppress_ids_begin: Option<Vec<i64>>,
    #[serde(default)]
    alignment_heads: Option<Vec<(usize, usize)>>,
}

impl Settings {
    fn read(dir: &Path) -> Result<Self, AudioError> {
        let generation = dir.join("generation_config.json");
        let path = if generation.is_file() { generation } else { dir.join("config.json") };
        let text = std::fs::read_to_string(&path).map_err(AudioError::model(&path))?;
        serde_json::from_str(&text).map_err(AudioError::model(&path))
    }
}

fn ids(list: Option<Vec<i64>>) -> Vec<u32> {
    list.unwrap_or_default().into_iter().filter_map(|id| u32::try_from(id).ok()).collect()
}

impl Whisper {
    /// Loads a model from `dir` to run on `threads` threads with the usual [`Precision`]. The ONNX
    /// Runtime must be loaded. The folder holds `model.bin` and `config.json` (CTranslate2), or
    /// `model.safetensors` and `generation_config.json` (Hugging Face), and `tokenizer.json`.
    ///
    /// # Errors
    /// When a file is missing or is not of a Whisper model.
    pub fn load(dir: &Path, threads: usize) -> Result<Self, AudioError> {
        Self::load_with(dir, Precision::default(), threads)
    }

    /// As [`Whisper::load`], with a precision.
    ///
    /// # Errors
    /// As [`Whisper::load`].
    pub fn load_with(dir: &Path, precision: Precision, threads: usize) -> Result<Self, AudioError> {
        let settings = Settings::read(dir)?;
        let mut heads = settings.alignment_heads.unwrap_or_default();
        let watched: Vec<usize> = heads.iter().map(|(layer, _)| *layer).collect();
        let model = Model::open(dir, precision, &watched, threads.max(1))?;
        heads.retain(|(layer, head)| *layer < model.sizes.decoder_layers && *head < model.sizes.heads);
        let (never, first) = (ids(settings.suppress_ids), ids(settings.suppress_ids_begin));
        let tokens = Tokens::load(dir, model.sizes.vocabulary, &never, &first)?;
        let spectrum = Spectrum::new(model.sizes.bands);
        Ok(Self { model, tokens, spectrum, heads })
    }

    /// Whether it knows more languages than English.
    pub fn is_multilingual(&self) -> bool {
        self.tokens.multilingual
    }

    /// The languages that may be spoken in `sound` (16 kHz; the first 30 s count) with their
    /// probabilities, the likeliest first.
    ///
    /// # Errors
    /// When the network fails, or `cancel` is set.
    pub fn languages(
        &mut self,
        sound: &[f32],
        cancel: &Cancel,
    ) -> Result<Vec<(&'static str, f32)>, AudioError> {
        let mel = self.spectrum.of(sound).map_err(AudioError::engine(NAME))?;
        let heard = self.model.hear(mel, cancel)?;
        self.language_shares(&heard)
    }

    /// The shares of the languages in what was heard, the largest first.
    pub(super) fn language_shares(&mut self, heard: &Heard) -> Result<Vec<(&'static str, f32)>, AudioError> {
        if !self.tokens.multilingual {
            return Ok(vec![("en", 1.0)]);
        }
        let mut said = self.model.silent()?;
        let logits = self.model.say(heard, &mut said, &[self.tokens.start], &[0])?.logits;
        let score = |id: u32| logits.get(id as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let mut scores: Vec<f32> = self.tokens.languages.iter().map(|(_, id)| score(*id)).collect();
        softmax(&mut scores);
        let mut shares: Vec<_> = self.tokens.languages.iter().map(|(code, _)| *code).zip(scores).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(shares)
    }
}
