//! Speech: text → sentences → voice → one sound at film loudness → seal.

use std::sync::Arc;

use colophon_audio::{Narrator, mix};
use colophon_seal::{Sealed, seal};
use colophon_text::sentences;
use colophon_types::{Cancel, Draft, Event, LangChoice, Media, Pcm, Progress, Stage};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, new_work};
use crate::{Studio, StudioError};

/// Silence before the first and after the last sentence, in seconds.
const ENDS: f64 = 0.3;
/// Silence between sentences, and between paragraphs.
const GAPS: [f64; 2] = [0.35, 0.8];
/// Sample rate, in hertz.
const RATE: u32 = 24_000;
/// Longest text, in characters.
const MOST: usize = 100_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeechRequest {
    /// The words; paragraphs are separated by empty lines.
    pub text: String,
    /// Voice; `None` for the default of the language.
    #[serde(default)]
    pub voice: Option<String>,
    /// Language.
    #[serde(default)]
    pub lang: LangChoice,
    /// How fast: 1 is usual, 0.5 to 2.
    pub speed: f32,
}

/// A finished sound.
pub struct Spoken {
    /// The sealed WAV file.
    pub sealed: Sealed,
    /// Its length in seconds.
    pub seconds: f64,
    /// Start and end of each sentence in seconds, with its words.
    pub sentences: Vec<(f64, f64, String)>,
}

impl Studio {
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
        let length = request.text.chars().count();
        if length > MOST {
            let message = format!("the text has {length} characters; at most {MOST} are spoken at once");
            return Err(StudioError::request(message, "speak it in parts"));
        }
        let lang = request.lang.resolve(&request.text);
        let paragraphs: Vec<Vec<String>> = request
            .text
            .replace("\r\n", "\n")
            .split("\n\n")
            .map(|p| sentences::split(&p.replace('\n', " ")))
            .filter(|p| !p.is_empty())
            .collect();
        if paragraphs.is_empty() {
            return Err(StudioError::request("there is nothing to speak", "give a text with words"));
        }
        let voice = colophon_audio::find_voice(request.voice.as_deref(), lang)?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let models = fetch.voice(voice)?;
        fetch.runtime()?;
        let uses = fetch.uses;
        let sealer = Arc::clone(self.sealer()?);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let mut narrator = Narrator::open(&models, lang, Some(voice.id), lease.threads())?;
        let total = paragraphs.iter().map(Vec::len).sum::<usize>() as u64;
        let mut said: Vec<(f64, f64, String)> = Vec::new();
        let mut sounds: Vec<(f64, Pcm)> = Vec::new();
        let mut at = ENDS;
        for paragraph in &paragraphs {
            for sentence in paragraph {
                let done = said.len() as u64;
                progress.event(Event::Progress { stage: Stage::Speak, done, total, what: None });
                let spoken = narrator.speak_sentence(sentence, lang, request.speed, cancel)?;
                let end = at + spoken.sound.seconds();
                said.push((at, end, spoken.text));
                sounds.push((at, spoken.sound));
                at = end + GAPS[0];
            }
            at += GAPS[1] - GAPS[0];
        }
        let seconds = said.last().map_or(0.0, |(_, end, _)| *end) + ENDS;
        let placed: Vec<(f64, &Pcm)> = sounds.iter().map(|(at, sound)| (*at, sound)).collect();
        let sound = mix::master(&mix::place(seconds, RATE, &placed)?)?;
        let engine = narrator.engine_version();
        drop(lease);
        let given = json!({
            "task": "speech", "text_sha256": origin::sha256(&request.text), "voice": voice.id, "speed": request.speed,
        });
        let work = new_work(&given)?;
        let steps = vec![("speak", engine), ("seal", GENERATOR.to_owned())];
        let receipt = origin::receipt(work, "Speech", lang, given, 0, uses, steps);
        let sealed = seal(Draft::new(Media::Sound(sound), receipt), &sealer, cancel, progress)?;
        Ok(Spoken { sealed, seconds, sentences: said })
    }
}
