//! Jobs that speak, play, and listen.

use colophon_store::Usage;
use colophon_types::{LangChoice, Seed, SoundFormat};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::inputs::{Input, stem};
use super::run::Run;
use super::shelf::About;
use crate::composing::{Brief, Plan};
use crate::{
    AudiobookRequest, DEFAULT_RECOGNISER, MusicRequest, Script, SoundRequest, SpeechRequest, Studio,
    StudioError, TranscribeRequest, check,
};

/// Seconds of music where none are named.
const MUSIC_SECONDS: f64 = 30.0;
/// Longest text that is spoken, in characters.
const LONGEST_TEXT: usize = 100_000;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Speech")]
pub(crate) struct SpeechJob {
    pub(crate) text: String,
    #[serde(default)]
    voice: Option<String>,
    /// `auto`, `en` or `zh`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    lang: LangChoice,
    #[serde(default)]
    speed: Option<f32>,
    /// `wav`, `mp3`, `opus`, `aac`, `flac` or `pcm`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    format: SoundFormat,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Music")]
pub(crate) struct MusicJob {
    pub(crate) prompt: String,
    #[serde(default)]
    seconds: Option<f64>,
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    stems: bool,
    /// `wav`, `mp3`, `opus`, `aac`, `flac` or `pcm`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    format: SoundFormat,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Sound")]
pub(crate) struct SoundJob {
    pub(crate) prompt: String,
    #[serde(default)]
    seconds: Option<f64>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    round: bool,
    /// `wav`, `mp3`, `opus`, `aac`, `flac` or `pcm`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    format: SoundFormat,
}

/// What is said in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Transcription")]
pub(crate) struct TranscriptionJob {
    /// A sound, or a film.
    pub(crate) file: Input,
    /// Code or name of the language; found out where it is left out.
    #[serde(default)]
    lang: Option<String>,
    /// Whether it is translated to English.
    #[serde(default)]
    translate: bool,
    /// Whether every word gets its time.
    #[serde(default)]
    words: bool,
    /// A recogniser of the catalogue.
    #[serde(default)]
    model: Option<String>,
    /// What was said before.
    #[serde(default)]
    prompt: Option<String>,
    /// Words that will come up.
    #[serde(default)]
    hotwords: Option<String>,
    /// The only temperature, in the place of the usual fallback.
    #[serde(default)]
    temperature: Option<f32>,
    /// How Chinese is written: `simplified`, `traditional` or `as-heard`.
    #[serde(default)]
    script: Option<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Audiobook")]
pub(crate) struct AudiobookJob {
    pub(crate) file: Input,
    #[serde(default)]
    voice: Option<String>,
    /// `auto`, `en` or `zh`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    lang: LangChoice,
    /// `aac` (M4B) or `mp3`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    format: Option<SoundFormat>,
}

/// Whole seconds, for quotas.
fn seconds(seconds: f64) -> Usage {
    Usage { seconds: seconds.ceil().max(0.0) as u64, ..Usage::default() }
}

impl SpeechJob {
    pub(crate) fn check(&self) -> Result<(), StudioError> {
        let count = self.text.chars().count();
        if self.text.trim().is_empty() {
            return Err(StudioError::request("there is nothing to say", "give a text"));
        }
        if count > LONGEST_TEXT {
            let message =
                format!("the text has {count} characters; at most {LONGEST_TEXT} are spoken at once");
            return Err(StudioError::request(message, "make an audiobook of it"));
        }
        Ok(())
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let request = SpeechRequest {
            text: self.text.clone(),
            voice: self.voice.clone(),
            lang: self.lang,
            speed: self.speed.unwrap_or(1.0),
            format: self.format,
            ..SpeechRequest::default()
        };
        let made = run.studio.speak(&request, run.progress.as_ref(), run.cancel)?;
        let about = About::named(&self.text, made.seconds);
        run.shelf.keep(&made.sealed, &format!("speech.{}", made.sealed.extension()), about)?;
        run.shelf.used(seconds(made.seconds));
        run.shelf.result(json!({"seconds": made.seconds, "lines": made.lines}));
        Ok(())
    }
}

impl MusicJob {
    fn brief(&self) -> Brief {
        let seconds = self.seconds.unwrap_or(MUSIC_SECONDS);
        Brief { style: self.style.clone(), ..Brief::new(&self.prompt, seconds) }
    }

    pub(crate) fn check(&self) -> Result<(), StudioError> {
        check::brief(&self.prompt, "say what the music should be like")?;
        Ok(Plan::new(&self.brief(), Seed(self.seed.unwrap_or_default())).map(drop)?)
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let request = MusicRequest {
            brief: self.brief(),
            seed: self.seed,
            soundfont: None,
            stems: self.stems,
            format: self.format,
        };
        let made = run.studio.compose(&request, run.progress.as_ref(), run.cancel)?;
        let about = About::named(&self.prompt, made.seconds);
        run.shelf.keep(&made.sealed, &format!("music.{}", made.sealed.extension()), about)?;
        for (name, stem) in &made.stems {
            run.shelf.beside(stem, &format!("{name}.{}", stem.extension()))?;
        }
        run.shelf.beside_bytes(&made.midi, "music.mid", "audio/midi")?;
        run.shelf.used(seconds(made.seconds));
        run.shelf.result(json!({"seconds": made.seconds, "plan": made.plan}));
        Ok(())
    }
}

impl SoundJob {
    pub(crate) fn check(&self) -> Result<(), StudioError> {
        check::brief(&self.prompt, "say what is to be heard").map(drop)
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let request = SoundRequest {
            prompt: self.prompt.clone(),
            seconds: self.seconds,
            seed: self.seed,
            round: self.round,
            rate: None,
            format: self.format,
        };
        let made = run.studio.sound(&request, run.progress.as_ref(), run.cancel)?;
        let about = About::named(&self.prompt, made.seconds);
        run.shelf.keep(&made.sealed, &format!("sound.{}", made.sealed.extension()), about)?;
        run.shelf.used(seconds(made.seconds));
        run.shelf.result(json!({"seconds": made.seconds, "ignored": made.ignored}));
        Ok(())
    }
}

impl TranscriptionJob {
    fn script(&self) -> Result<Script, StudioError> {
        let Some(name) = self.script.as_deref() else { return Ok(Script::default()) };
        Script::named(name).ok_or_else(|| {
            StudioError::request(
                format!("'{name}' is no script"),
                "choose simplified, traditional or as-heard",
            )
        })
    }

    pub(crate) fn check(&self) -> Result<(), StudioError> {
        self.script().map(drop)
    }

    /// A folder of this machine is not for those who ask from elsewhere: only the catalogue counts.
    pub(crate) fn check_model(&self, studio: &Studio) -> Result<(), StudioError> {
        match self.model.as_deref().filter(|m| studio.hub().catalogue().entry(m).is_err()) {
            Some(other) => {
                let message = format!("there is no recogniser '{other}'; known is {DEFAULT_RECOGNISER}");
                Err(StudioError::request(message, "leave it out"))
            }
            None => Ok(()),
        }
    }

    /// A transcript is what a person said: it is no work and is not sealed.
    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let file = run.file(&self.file)?;
        let request = TranscribeRequest {
            model: self.model.clone(),
            lang: self.lang.clone(),
            translate: self.translate,
            words: self.words,
            prompt: self.prompt.clone(),
            hotwords: self.hotwords.clone(),
            temperature: self.temperature,
            script: self.script()?,
            ..TranscribeRequest::default()
        };
        let shelf = &*run.shelf;
        let mut first = true;
        let mut tell = |segment: &crate::Segment| {
            shelf.words(if first { segment.text.trim_start() } else { &segment.text });
            first = false;
        };
        let made = run.studio.transcribe(
            file.file.path(),
            &request,
            &mut tell,
            run.progress.as_ref(),
            run.cancel,
        )?;
        let transcript = &made.transcript;
        let text: Vec<&str> = transcript.segments.iter().map(|s| s.text.trim()).collect();
        run.shelf.used(seconds(transcript.duration));
        // What there is of a transcript, and its text with a line for each segment.
        let mut result = json!(transcript);
        result["text"] = text.join("\n").into();
        run.shelf.result(result);
        Ok(())
    }
}

impl AudiobookJob {
    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let file = run.file(&self.file)?;
        let (_folder, book) = file.under_its_name()?;
        let request = AudiobookRequest {
            book,
            format: self.format.unwrap_or(SoundFormat::Aac),
            voice: self.voice.clone(),
            lang: self.lang,
            speed: 1.0,
            title: None,
            author: None,
            cover: None,
            chapters: None,
        };
        let made = run.studio.audiobook(&request, run.progress.as_ref(), run.cancel)?;
        let end = if made.sealed.extension() == "m4a" { "m4b" } else { made.sealed.extension() };
        let about =
            About { title: made.title.clone(), prompt: file.name.clone(), seconds: Some(made.seconds) };
        run.shelf.keep(&made.sealed, &format!("{}.{end}", stem(&file.name)), about)?;
        run.shelf.used(seconds(made.seconds));
        run.shelf.result(json!({"seconds": made.seconds, "chapters": made.chapters}));
        Ok(())
    }
}
