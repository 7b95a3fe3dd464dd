//! Speech as one file: text → sentences → voice → one sound at film loudness → seal.

use colophon_audio::{Performance, Performed, mix};
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Event, Media, Pcm, Progress, SpokenWord, Stage};
use serde::Serialize;

use super::prepare::{ENDS, Prepared, SpeechRequest, receipt};
use crate::{Studio, StudioError};

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
}
