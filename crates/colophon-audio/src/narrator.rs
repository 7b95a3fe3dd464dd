//! The narrator: voices, ready to speak.

use std::collections::BTreeMap;
use std::path::PathBuf;

use colophon_types::{Cancel, Lang, Pcm, SpokenSentence, SpokenWord};

use crate::engine::Speak;
use crate::engine::hibari::Hibari;
use crate::engine::kokoro::Kokoro;
use crate::g2p::Phonemizer;
use crate::g2p::en::Accent;
use crate::manner::{self, Stretch};
use crate::mix;
use crate::utterance::{Manner, TimedWord};
use crate::voices::{self, EngineKind, Voice};
use crate::{AudioError, Blend, Dictionary, Utterance};

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

/// Voices and their engines. The ONNX Runtime library must have been loaded
/// (`colophon_hub::onnx::init`). One narrator serves one thread at a time.
pub struct Narrator {
    models: SpeechModels,
    threads: usize,
    voice: Blend,
    dictionary: Dictionary,
    kokoro: Option<Box<dyn Speak>>,
    hibari: Option<Box<dyn Speak>>,
    readers: BTreeMap<bool, Phonemizer>,
}

impl Narrator {
    /// Loads the engine of `voice` (an id or a mix, `None`: the default voice of `lang`) with `threads`
    /// threads. Engines of other voices are loaded when they are first needed.
    ///
    /// # Errors
    /// When there is no such voice, it does not speak `lang`, or its model is missing or unusable.
    pub fn open(
        models: &SpeechModels,
        lang: Lang,
        voice: Option<&str>,
        threads: usize,
    ) -> Result<Self, AudioError> {
        let voice = voices::blend(voice, lang)?;
        let mut narrator = Self {
            models: models.clone(),
            threads,
            voice: voice.clone(),
            dictionary: Dictionary::default(),
            kokoro: None,
            hibari: None,
            readers: BTreeMap::new(),
        };
        narrator.engine(voice.engine())?;
        Ok(narrator)
    }

    /// Reads words as this dictionary says, from now on.
    pub fn set_dictionary(&mut self, dictionary: Dictionary) {
        self.dictionary = dictionary;
    }

    /// The voice, or the heaviest of a mix.
    pub fn voice(&self) -> &'static Voice {
        self.voice.main()
    }

    /// The voice or mix that speaks unless another is asked for.
    pub fn blend(&self) -> &Blend {
        &self.voice
    }

    /// The engines that have been loaded and their versions, for the receipt.
    pub fn engine_version(&self) -> String {
        let loaded = [&self.kokoro, &self.hibari].into_iter().flatten();
        loaded.map(|e| e.engine_version()).collect::<Vec<_>>().join("; ")
    }

    /// Samples a second of what it speaks, in hertz. The same for every engine.
    pub fn sample_rate(&self) -> u32 {
        crate::engine::kokoro::RATE
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
        let utterance = Utterance::plain(text, lang, &self.dictionary);
        let voice = self.voice.clone();
        let mut spoken = self.speak(&utterance, &voice, speed, cancel)?;
        spoken.text = text.to_owned();
        Ok(spoken)
    }

    /// Speaks one utterance with any voice; silence at both ends is trimmed. Deterministic.
    ///
    /// # Errors
    /// As [`Self::speak_sentence`].
    pub fn speak(
        &mut self,
        utterance: &Utterance,
        voice: &Blend,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<SpokenSentence, AudioError> {
        let chinese = voice.engine() == EngineKind::Hibari && utterance.has_chinese();
        if chinese || !voice.main().reads(utterance.lang()) {
            return Err(AudioError::WrongLanguage {
                voice: voice.name().into(),
                language: "Chinese",
                instead: voices::default_voice(Lang::Zh).id.into(),
            });
        }
        let speed = crate::engine::speed_in_range(speed)?;
        let reading = {
            let (text, fixed) = utterance.parts();
            self.reader(voice.accent()).read(text, utterance.lang(), &fixed)?
        };
        if reading.words.is_empty() {
            return Err(crate::engine::silent(&utterance.written()));
        }
        // One pace for all of it is the engine's own; others are made from its sound.
        let whole = utterance.manner();
        let pace = whole.map_or(1.0, |m| m.rate);
        let own = (speed * pace).clamp(0.5, 2.0);
        let uttered = self.engine(voice.engine())?.speak(&reading, voice, own, cancel)?;
        let mut words = utterance.words(&reading, &uttered.words);
        let mut sound = uttered.sound;
        match whole {
            Some(m) => {
                let rest = Manner { rate: speed * pace / own, ..m };
                sound = whole_sound(sound, rest, &mut words);
            }
            None => sound = manner::apply(&sound, &mut words),
        }
        cancel.check()?;
        let (sound, cut) = mix::trimmed(&sound, [3.0, 8.0]);
        if sound.samples.is_empty() {
            return Err(crate::engine::silent(&utterance.written()));
        }
        let words = placed(words, cut as f64 / f64::from(sound.rate), sound.seconds());
        Ok(SpokenSentence { text: utterance.written(), sound, words })
    }

    fn reader(&mut self, accent: Accent) -> &mut Phonemizer {
        let oov = &self.models.hibari;
        self.readers.entry(accent == Accent::Gb).or_insert_with(|| Phonemizer::new(accent, oov.clone()))
    }

    fn engine(&mut self, kind: EngineKind) -> Result<&mut Box<dyn Speak>, AudioError> {
        let slot = match kind {
            EngineKind::Kokoro => &mut self.kokoro,
            EngineKind::Hibari => &mut self.hibari,
        };
        if slot.is_none() {
            let engine: Box<dyn Speak> = match kind {
                EngineKind::Kokoro => {
                    let model = needed(&self.models.kokoro, "kokoro-82m-int8")?;
                    let styles = needed(&self.models.kokoro_voices, "kokoro-voices")?;
                    Box::new(Kokoro::load(model, styles, self.threads)?)
                }
                // Its network is too small for the way to another core and back: one thread is quicker than two.
                EngineKind::Hibari => Box::new(Hibari::load(needed(&self.models.hibari, "hibari")?, 1)?),
            };
            *slot = Some(engine);
        }
        slot.as_mut().ok_or(AudioError::ModelMissing { id: "hibari" })
    }
}

/// A sound with one manner all through.
fn whole_sound(sound: Pcm, manner: Manner, words: &mut [TimedWord]) -> Pcm {
    if manner == Manner::default() {
        return sound;
    }
    let all = Stretch { start: 0.0, end: sound.seconds(), manner };
    manner::stretched(&sound, &[all], words)
}

/// Words on the clock of the trimmed sound, in order.
fn placed(words: Vec<TimedWord>, cut: f64, seconds: f64) -> Vec<SpokenWord> {
    let mut last = 0.0;
    words
        .into_iter()
        .map(|w| {
            let start = (w.start - cut).clamp(last, seconds);
            let end = (w.end - cut).clamp(start, seconds);
            last = start;
            SpokenWord { text: w.text, start, end }
        })
        .collect()
}

fn needed<'a>(folder: &'a Option<PathBuf>, id: &'static str) -> Result<&'a PathBuf, AudioError> {
    folder.as_ref().ok_or(AudioError::ModelMissing { id })
}
