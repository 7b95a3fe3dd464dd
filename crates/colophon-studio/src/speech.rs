//! Speech: text → sentences → voice → one sound at film loudness → seal.

mod live;

use std::path::PathBuf;
use std::sync::Arc;

use colophon_audio::{Blend, Dictionary, Markup, Narrator, Performance, Performed, Recital, mix};
use colophon_seal::{Sealed, Sealer, seal};
use colophon_types::{
    Cancel, Draft, Event, Lang, LangChoice, Lease, Media, ModelUse, Pcm, Progress, Receipt, SoundFormat,
    SpokenWord, Stage,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, new_work};
use crate::{Studio, StudioError};

pub use live::LiveSpeech;

/// The true peak of speech that is sealed while it grows, in dBTP, before its watermark, which may add
/// half a decibel to it: a whole sound is levelled after it was marked, a growing one cannot be.
pub(crate) const GROWING_CEILING: f64 = mix::CEILING_DBTP - 0.7;

/// Silence before the first and after the last sentence, in seconds.
const ENDS: f64 = 0.3;
/// Longest text, in characters.
const MOST: usize = 100_000;
/// The dictionary of the user, in the home folder.
const DICTIONARY: &str = "pronunciation.tsv";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeechRequest {
    /// The words; paragraphs are separated by empty lines.
    pub text: String,
    /// Voice, or a mix of voices such as `af_heart*0.6+bm_george*0.4`; `None` for the default of the
    /// language.
    #[serde(default)]
    pub voice: Option<String>,
    /// Language.
    #[serde(default)]
    pub lang: LangChoice,
    /// How fast: 1 is usual, 0.5 to 2.
    pub speed: f32,
    /// How the text is written.
    #[serde(default)]
    pub markup: Markup,
    /// A pronunciation dictionary, besides the one in the home folder.
    #[serde(default)]
    pub dictionary: Option<PathBuf>,
    /// Voices of the characters of a dialogue, by name.
    #[serde(default)]
    pub cast: Vec<(String, String)>,
    /// How it is written.
    #[serde(default)]
    pub format: SoundFormat,
}

impl Default for SpeechRequest {
    fn default() -> Self {
        Self {
            text: String::new(),
            voice: None,
            lang: LangChoice::Auto,
            speed: 1.0,
            markup: Markup::Auto,
            dictionary: None,
            cast: Vec::new(),
            format: SoundFormat::default(),
        }
    }
}

/// A sentence as it was spoken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpokenLine {
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends, in seconds.
    pub end: f64,
    /// Its words as written.
    pub text: String,
    /// When each word is spoken, in seconds from the start of the whole.
    pub words: Vec<SpokenWord>,
    /// The voice or mix.
    pub voice: String,
    /// Who says it, in a dialogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
}

/// A finished sound.
pub struct Spoken {
    /// The sealed file.
    pub sealed: Sealed,
    /// Its length in seconds, label included.
    pub seconds: f64,
    /// Its sentences, on the clock of the file; with the label in the middle those after it come later.
    pub lines: Vec<SpokenLine>,
    /// Marks of the SSML, and when they are passed, in seconds.
    pub marks: Vec<(String, f64)>,
}

/// A sentence on the clock of the whole.
fn line(performed: &Performed, offset: f64) -> SpokenLine {
    let start = offset + performed.start;
    let on_clock =
        |w: &SpokenWord| SpokenWord { text: w.text.clone(), start: start + w.start, end: start + w.end };
    SpokenLine {
        start,
        end: offset + performed.end(),
        text: performed.spoken.text.clone(),
        words: performed.spoken.words.iter().map(on_clock).collect(),
        voice: performed.voice.clone(),
        speaker: performed.speaker.clone(),
    }
}

impl Studio {
    /// The dictionary of the user with the entries of `more` before its own.
    ///
    /// # Errors
    /// A dictionary that cannot be read.
    pub fn dictionary(&self, more: Option<&PathBuf>) -> Result<Dictionary, StudioError> {
        let own = self.home.join(DICTIONARY);
        let mut out = if own.is_file() { Dictionary::load(&own)? } else { Dictionary::default() };
        if let Some(file) = more {
            out.extend(Dictionary::load(file)?);
        }
        Ok(out)
    }

    /// Speaks a text.
    ///
    /// # Errors
    /// [`StudioError`]: nothing to speak, an unknown voice, a model that cannot be had, a step that
    /// failed.
    pub fn speak(
        &self,
        request: &SpeechRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Spoken, StudioError> {
        let Prepared { recital, voice, voices, mut narrator, uses, sealer, lease, .. } =
            self.prepare(request, progress, cancel)?;
        let total = recital.len() as u64;
        let mut lines: Vec<SpokenLine> = Vec::new();
        let mut sounds: Vec<(f64, Pcm)> = Vec::new();
        let (later, longer) = sealer.sound_label_seconds(recital.lang, narrator.sample_rate())?;
        let mut performance = Performance::new(&recital, voice, request.speed);
        loop {
            let done = lines.len() as u64;
            progress.event(Event::Progress { stage: Stage::Speak, done, total, what: None });
            let Some(performed) = performance.next(&mut narrator, cancel)? else { break };
            lines.push(line(&performed, later + ENDS));
            sounds.push((ENDS + performed.start, performed.spoken.sound));
        }
        if lines.is_empty() {
            return Err(StudioError::request("there is nothing to speak", "give a text with words"));
        }
        let seconds = performance.seconds() + 2.0 * ENDS;
        let marks = performance.marks().iter().map(|(name, at)| (name.clone(), later + ENDS + at)).collect();
        let placed: Vec<(f64, &Pcm)> = sounds.iter().map(|(at, sound)| (*at, sound)).collect();
        let sound = mix::place(seconds, narrator.sample_rate(), &placed)?;
        let sound = mix::normalise(&sound, mix::TARGET_LUFS, mix::CEILING_DBTP);
        let engine = narrator.engine_version();
        drop(lease);
        let receipt = receipt(request, &voices, recital.lang, engine, uses)?;
        let draft = Draft::new(Media::Sound(sound), receipt).written_as(request.format);
        let sealed = seal(draft, &sealer, cancel, progress)?;
        Ok(Spoken { sealed, seconds: seconds + longer, lines, marks })
    }
    /// Looks at a request and gets ready to speak it.
    fn prepare(
        &self,
        request: &SpeechRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Prepared, StudioError> {
        let length = request.text.chars().count();
        if length > MOST {
            let message = format!("the text has {length} characters; at most {MOST} are spoken at once");
            return Err(StudioError::request(message, "read it aloud with `colophon audiobook`"));
        }
        let words = request.markup.words(&request.text);
        self.screen(&words, cancel)?;
        let lang = request.lang.resolve(&words);
        let dictionary = self.dictionary(request.dictionary.as_ref())?;
        let recital = Recital::read(&request.text, request.markup, lang, &dictionary, &request.cast)?;
        if recital.is_empty() {
            return Err(StudioError::request("there is nothing to speak", "give a text with words"));
        }
        let voice = colophon_audio::blend(request.voice.as_deref(), recital.lang)?;
        let voices = recital.voices(Some(voice.name()))?;
        if ![SoundFormat::Wav, SoundFormat::Pcm].contains(&request.format) {
            colophon_ffmpeg::find(&self.ffmpeg())?;
        }
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let models = fetch.voices(&voices)?;
        fetch.runtime()?;
        let uses = fetch.uses;
        let sealer = self.sealer()?;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let first = voices.first().unwrap_or(&voice).name().to_owned();
        let narrator = Narrator::open(&models, Lang::En, Some(&first), lease.threads())?;
        Ok(Prepared { recital, dictionary, voice, voices, narrator, uses, sealer, lease })
    }
}

/// A request that was looked at, and what speaks it.
struct Prepared {
    recital: Recital,
    dictionary: Dictionary,
    voice: Blend,
    voices: Vec<Blend>,
    narrator: Narrator,
    uses: Vec<ModelUse>,
    sealer: Arc<Sealer>,
    lease: Lease,
}

fn receipt(
    request: &SpeechRequest,
    voices: &[Blend],
    lang: Lang,
    engine: String,
    uses: Vec<ModelUse>,
) -> Result<Receipt, StudioError> {
    let names: Vec<&str> = voices.iter().map(Blend::name).collect();
    let given = json!({
        "task": "speech", "text_sha256": origin::sha256(&request.text), "voice": names.join(", "),
        "speed": request.speed, "format": request.format,
    });
    let work = new_work(&given)?;
    let steps = vec![("speak", engine), ("seal", GENERATOR.to_owned())];
    Ok(origin::receipt(work, "Speech", lang, given, 0, uses, steps))
}
