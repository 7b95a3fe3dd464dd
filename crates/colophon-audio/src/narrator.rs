//! The narrator: voices, ready to speak.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Lang, Pcm, SpokenSentence, SpokenWord};

use crate::engine::Speak;
use crate::engine::hibari::Hibari;
use crate::engine::kokoro::Kokoro;
use crate::g2p::en::Accent;
use crate::g2p::{Phonemizer, Reading};
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

/// Something to be said.
#[derive(Clone, Debug)]
pub(crate) struct Cue<'a> {
    /// What.
    pub(crate) utterance: &'a Utterance,
    /// By whom.
    pub(crate) voice: Blend,
    /// At which pace; 1 is the voice's own.
    pub(crate) speed: f32,
}

/// How a cue is read, before it is spoken.
struct Prepared {
    reading: Reading,
    /// The pace that is asked of the engine; what is left of the whole is made from its sound.
    own: f32,
    rest: Option<Manner>,
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
    /// Speaks the second of two, where both are hibari's.
    second: Option<Box<dyn Speak>>,
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
            second: None,
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
        let cue = Cue { utterance, voice: voice.clone(), speed };
        let prepared = self.prepared(&cue)?;
        spoken(self.engine(voice.engine())?.as_mut(), &cue, &prepared, cancel)
    }

    /// Whether two cues of these voices are spoken in less time together than one after the other.
    pub(crate) fn speaks_both(&self, voices: [&Blend; 2]) -> bool {
        self.threads > 1 && voices.iter().all(|voice| voice.engine() == EngineKind::Hibari)
    }

    /// Speaks two cues at the same time, where [`speaks_both`](Self::speaks_both) says so, else one after the other.
    /// The sound is the same.
    ///
    /// # Errors
    /// Of each cue as [`Self::speak_sentence`].
    pub(crate) fn speak_both(
        &mut self,
        cues: [Cue<'_>; 2],
        cancel: &Cancel,
    ) -> [Result<SpokenSentence, AudioError>; 2] {
        let [first, second] = &cues;
        if self.speaks_both([&first.voice, &second.voice])
            && let (Ok(one), Ok(two)) = (self.prepared(first), self.prepared(second))
            && let Ok([engine, other]) = self.pair()
        {
            return std::thread::scope(|scope| {
                let aside = scope.spawn(|| spoken(other.as_mut(), second, &two, cancel));
                let first = spoken(engine.as_mut(), first, &one, cancel);
                let lost = || Err(AudioError::model(Path::new("hibari"))("a thread ended early"));
                [first, aside.join().unwrap_or_else(|_| lost())]
            });
        }
        cues.map(|cue| self.speak(cue.utterance, &cue.voice, cue.speed, cancel))
    }

    /// How a cue is read.
    fn prepared(&mut self, cue: &Cue<'_>) -> Result<Prepared, AudioError> {
        let Cue { utterance, voice, speed } = cue;
        let chinese = voice.engine() == EngineKind::Hibari && utterance.has_chinese();
        if chinese || !voice.main().reads(utterance.lang()) {
            return Err(AudioError::WrongLanguage {
                voice: voice.name().into(),
                language: "Chinese",
                instead: voices::default_voice(Lang::Zh).id.into(),
            });
        }
        let speed = crate::engine::speed_in_range(*speed)?;
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
        let rest = whole.map(|manner| Manner { rate: speed * pace / own, ..manner });
        Ok(Prepared { reading, own, rest })
    }

    /// Two of hibari's.
    fn pair(&mut self) -> Result<[&mut Box<dyn Speak>; 2], AudioError> {
        self.engine(EngineKind::Hibari)?;
        if self.second.is_none() {
            self.second = Some(self.load_hibari()?);
        }
        match (&mut self.hibari, &mut self.second) {
            (Some(first), Some(second)) => Ok([first, second]),
            _ => Err(AudioError::ModelMissing { id: "hibari" }),
        }
    }

    fn load_hibari(&self) -> Result<Box<dyn Speak>, AudioError> {
        // Its network is too small for the way to another core and back: one thread is quicker than two.
        Ok(Box::new(Hibari::load(needed(&self.models.hibari, "hibari")?, 1)?))
    }

    fn reader(&mut self, accent: Accent) -> &mut Phonemizer {
        let oov = &self.models.hibari;
        self.readers.entry(accent == Accent::Gb).or_insert_with(|| Phonemizer::new(accent, oov.clone()))
    }

    fn engine(&mut self, kind: EngineKind) -> Result<&mut Box<dyn Speak>, AudioError> {
        match kind {
            EngineKind::Kokoro if self.kokoro.is_none() => {
                let model = needed(&self.models.kokoro, "kokoro-82m-int8")?;
                let styles = needed(&self.models.kokoro_voices, "kokoro-voices")?;
                self.kokoro = Some(Box::new(Kokoro::load(model, styles, self.threads)?));
            }
            EngineKind::Hibari if self.hibari.is_none() => self.hibari = Some(self.load_hibari()?),
            _ => {}
        }
        let slot = match kind {
            EngineKind::Kokoro => &mut self.kokoro,
            EngineKind::Hibari => &mut self.hibari,
        };
        slot.as_mut().ok_or(AudioError::ModelMissing { id: "hibari" })
    }
}

/// Speaks what was read; silence at both ends is trimmed.
fn spoken(
    engine: &mut dyn Speak,
    cue: &Cue<'_>,
    prepared: &Prepared,
    cancel: &Cancel,
) -> Result<SpokenSentence, AudioError> {
    let utterance = cue.utterance;
    let uttered = engine.speak(&prepared.reading, &cue.voice, prepared.own, cancel)?;
    let mut words = utterance.words(&prepared.reading, &uttered.words);
    let sound = match prepared.rest {
        Some(rest) => whole_sound(uttered.sound, rest, &mut words),
        None => manner::apply(&uttered.sound, &mut words),
    };
    cancel.check()?;
    let (sound, cut) = mix::trimmed(&sound, [3.0, 8.0]);
    if sound.samples.is_empty() {
        return Err(crate::engine::silent(&utterance.written()));
    }
    let words = placed(words, cut as f64 / f64::from(sound.rate), sound.seconds());
    Ok(SpokenSentence { text: utterance.written(), sound, words })
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
