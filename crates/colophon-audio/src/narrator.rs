//! The narrator: one voice, ready to speak sentences.

use std::path::PathBuf;

use colophon_types::{Cancel, Lang, SpokenSentence};

use crate::AudioError;
use crate::engine::Speak;
use crate::engine::hibari::Hibari;
use crate::engine::kokoro::Kokoro;
use crate::mix::trim;
use crate::voices::{self, EngineKind, Voice};

/// Folders of the speech models, as far as they are on this machine.
#[derive(Clone, Debug, Default)]
pub struct SpeechModels {
    /// Of `kokoro-82m-int8`.
    pub kokoro: Option<PathBuf>,
    /// Of `kokoro-voices`.
    pub kokoro_voices: Option<PathBuf>,
    /// Of `hibari`: an engine, and for every English voice the reader of unknown words.
    pub hibari: Option<PathBuf>,
}

/// A voice and its engine. The ONNX Runtime library must have been loaded
/// (`colophon_hub::onnx::init`). One narrator serves one thread at a time.
pub struct Narrator {
    voice: &'static Voice,
    engine: Box<dyn Speak>,
}

impl Narrator {
    /// Loads the engine of `voice` (`None`: the default voice of `lang`) with `threads` threads.
    ///
    /// # Errors
    /// When there is no such voice, it does not speak `lang`, or its model is missing or unusable.
    pub fn open(
        models: &SpeechModels,
        lang: Lang,
        voice: Option<&str>,
        threads: usize,
    ) -> Result<Self, AudioError> {
        let voice = voices::find(voice, lang)?;
        let engine: Box<dyn Speak> = match voice.engine {
            EngineKind::Kokoro => {
                let model = needed(&models.kokoro, "kokoro-82m-int8")?;
                let styles = needed(&models.kokoro_voices, "kokoro-voices")?;
                Box::new(Kokoro::load(model, styles, models.hibari.as_deref(), threads)?)
            }
            EngineKind::Hibari => Box::new(Hibari::load(needed(&models.hibari, "hibari")?, threads)?),
        };
        Ok(Self { voice, engine })
    }

    /// The voice.
    pub fn voice(&self) -> &'static Voice {
        self.voice
    }

    /// The engine and its version, for the receipt.
    pub fn engine_version(&self) -> String {
        self.engine.engine_version()
    }

    /// Samples a second of what [`Self::speak_sentence`] returns, in hertz.
    pub fn sample_rate(&self) -> u32 {
        self.engine.sample_rate()
    }

    /// Speaks one sentence; silence at both ends is trimmed. Deterministic.
    ///
    /// # Errors
    /// When nothing in it can be spoken, the speed is outside 0.5 to 2, an English voice meets a
    /// Chinese text, the engine fails, or `cancel` is set.
    pub fn speak_sentence(
        &mut self,
        text: &str,
        lang: Lang,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<SpokenSentence, AudioError> {
        if lang == Lang::Zh && self.voice.lang == Lang::En {
            let instead = voices::default_voice(Lang::Zh).id.into();
            return Err(AudioError::WrongLanguage {
                voice: self.voice.id.into(),
                language: "Chinese",
                instead,
            });
        }
        let sound = self.engine.speak(text, lang, self.voice, speed, cancel)?;
        let sound = trim(&sound);
        if sound.samples.is_empty() {
            return Err(crate::engine::silent(text));
        }
        Ok(SpokenSentence { text: text.to_string(), sound })
    }
}

fn needed<'a>(folder: &'a Option<PathBuf>, id: &'static str) -> Result<&'a PathBuf, AudioError> {
    folder.as_ref().ok_or(AudioError::ModelMissing { id })
}
