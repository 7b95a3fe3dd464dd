//! What is to be spoken: looked at, and made ready.

use std::path::PathBuf;
use std::sync::Arc;

use colophon_audio::{Blend, Dictionary, Markup, Narrator, Recital, mix};
use colophon_seal::Sealer;
use colophon_types::{Cancel, Lang, LangChoice, Lease, ModelUse, Progress, Receipt, SoundFormat};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, new_work};
use crate::{Studio, StudioError};

/// The true peak of speech that is sealed while it grows, in dBTP, before its watermark, which may add
/// half a decibel to it: a whole sound is levelled after it was marked, a growing one cannot be.
pub(crate) const GROWING_CEILING: f64 = mix::CEILING_DBTP - 0.7;

/// Silence before the first and after the last sentence, in seconds.
pub(super) const ENDS: f64 = 0.3;
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

/// A request that was looked at, and what speaks it.
pub(super) struct Prepared {
    pub(super) recital: Recital,
    pub(super) dictionary: Dictionary,
    pub(super) voice: Blend,
    pub(super) voices: Vec<Blend>,
    pub(super) narrator: Narrator,
    pub(super) uses: Vec<ModelUse>,
    pub(super) sealer: Arc<Sealer>,
    pub(super) lease: Lease,
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

    /// Looks at a request and gets ready to speak it.
    pub(super) fn prepare(
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

/// The receipt of a speech.
pub(super) fn receipt(
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
