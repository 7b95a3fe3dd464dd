//! Speech: text → sentences → voice → one sound at film loudness → seal.

use std::sync::Arc;

use colophon_audio::{Narrator, Voice, mix};
use colophon_seal::{Sealed, SealedSound, SoundPiece, SoundSeal, seal};
use colophon_text::sentences;
use colophon_types::{
    Cancel, Cancelled, Draft, Event, Lang, LangChoice, Media, ModelUse, NoProgress, Pcm, Progress, Receipt,
    SoundFormat, Stage, WorkId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, new_work};
use crate::{Studio, StudioError};

/// Silence before the first and after the last sentence, in seconds.
const ENDS: f64 = 0.3;
/// Silence between sentences, and between paragraphs.
const GAPS: [f64; 2] = [0.35, 0.8];
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
    /// How it is written.
    #[serde(default)]
    pub format: SoundFormat,
}

/// A finished sound.
pub struct Spoken {
    /// The sealed file.
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
        let script = Script::read(request)?;
        let Script { lang, voice, paragraphs } = &script;
        let (lang, voice) = (*lang, *voice);
        if ![SoundFormat::Wav, SoundFormat::Pcm].contains(&request.format) {
            colophon_ffmpeg::find(&self.ffmpeg())?;
        }
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
        for paragraph in paragraphs {
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
        let sound = mix::place(seconds, narrator.sample_rate(), &placed)?;
        let sound = mix::normalise(&sound, mix::TARGET_LUFS, mix::CEILING_DBTP);
        let engine = narrator.engine_version();
        drop(lease);
        let receipt = receipt(request, &script, engine, uses)?;
        let draft = Draft::new(Media::Sound(sound), receipt).written_as(request.format);
        let sealed = seal(draft, &sealer, cancel, progress)?;
        Ok(Spoken { sealed, seconds, sentences: said })
    }
}

/// A request that was looked at.
struct Script {
    lang: Lang,
    voice: &'static Voice,
    paragraphs: Vec<Vec<String>>,
}

impl Script {
    fn read(request: &SpeechRequest) -> Result<Self, StudioError> {
        let length = request.text.chars().count();
        if length > MOST {
            let message = format!("the text has {length} characters; at most {MOST} are spoken at once");
            return Err(StudioError::request(
                message,
                "speak it in parts, or as a file with `colophon audiobook`",
            ));
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
        Ok(Self { lang, voice, paragraphs })
    }
}

fn receipt(
    request: &SpeechRequest,
    script: &Script,
    engine: String,
    uses: Vec<ModelUse>,
) -> Result<Receipt, StudioError> {
    let given = json!({
        "task": "speech", "text_sha256": origin::sha256(&request.text), "voice": script.voice.id,
        "speed": request.speed, "format": request.format,
    });
    let work = new_work(&given)?;
    let steps = vec![("speak", engine), ("seal", GENERATOR.to_owned())];
    Ok(origin::receipt(work, "Speech", script.lang, given, 0, uses, steps))
}

/// A speech while it is being spoken.
pub enum LiveSpeech {
    /// The work has begun: its number.
    Begun(WorkId),
    /// Bytes of the sound.
    Piece(SoundPiece),
    /// The end, with the marks of the whole; its last bytes came before.
    Done(Box<SealedSound>),
}

impl Studio {
    /// Speaks a text sentence by sentence: each is sent to `sink` as soon as it is spoken; false from
    /// the sink stops the work. The credential of the whole, which cannot stand at the start of a
    /// stream, is kept in the folder `works`.
    ///
    /// # Errors
    /// As [`Self::speak`].
    pub fn speak_live(
        &self,
        request: &SpeechRequest,
        cancel: &Cancel,
        sink: &mut dyn FnMut(LiveSpeech) -> bool,
    ) -> Result<(), StudioError> {
        let script = Script::read(request)?;
        if ![SoundFormat::Wav, SoundFormat::Pcm].contains(&request.format) {
            colophon_ffmpeg::find(&self.ffmpeg())?;
        }
        let mut fetch = Fetch::new(&self.hub, &NoProgress, cancel);
        let models = fetch.voice(script.voice)?;
        fetch.runtime()?;
        let sealer = Arc::clone(self.sealer()?);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let mut narrator = Narrator::open(&models, script.lang, Some(script.voice.id), lease.threads())?;
        let rate = narrator.sample_rate();
        let receipt = receipt(request, &script, narrator.engine_version(), fetch.uses)?;
        let work = receipt.work_id.clone();
        let level = 10f64.powf(mix::TARGET_LUFS / 20.0) as f32;
        let (mut seal, first) = SoundSeal::begin(sealer, receipt, request.format, rate, level, cancel)?;
        let stopped = || StudioError::from(Cancelled);
        let mut give = |event| if sink(event) { Ok(()) } else { Err(stopped()) };
        // The work begins with its first sentence: until then it can be refused as a whole.
        let mut first = Some(first);
        // The loudness of the whole is that of its first sentence, about: a voice keeps its own.
        let mut gain = None;
        for (number, paragraph) in script.paragraphs.iter().enumerate() {
            for (index, sentence) in paragraph.iter().enumerate() {
                let spoken = narrator.speak_sentence(sentence, script.lang, request.speed, cancel)?.sound;
                if let Some(first) = first.take() {
                    give(LiveSpeech::Begun(work.clone()))?;
                    give(LiveSpeech::Piece(first))?;
                }
                let gain =
                    *gain.get_or_insert_with(|| mix::loudness(&spoken).map_or(0.0, |l| mix::TARGET_LUFS - l));
                let mut sound = match (number, index) {
                    (0, 0) => Pcm::silence(rate, 0.0),
                    (_, 0) => Pcm::silence(rate, GAPS[1]),
                    _ => Pcm::silence(rate, GAPS[0]),
                };
                sound.samples.extend(mix::louder(&spoken, gain, mix::CEILING_DBTP).samples);
                give(LiveSpeech::Piece(seal.piece(&sound)?))?;
            }
        }
        let last = seal.piece(&Pcm::silence(rate, ENDS))?;
        give(LiveSpeech::Piece(last))?;
        let sealed = seal.finish(cancel)?;
        self.keep_credential(&sealed)?;
        give(LiveSpeech::Piece(sealed.last.clone()))?;
        give(LiveSpeech::Done(Box::new(sealed)))
    }

    /// Keeps the credential of a sound that was streamed.
    pub(crate) fn keep_credential(&self, sealed: &SealedSound) -> Result<(), StudioError> {
        let folder = self.home.join("works");
        std::fs::create_dir_all(&folder).map_err(StudioError::io("create", &folder))?;
        let path = folder.join(format!("{}.c2pa", sealed.receipt.work_id.as_str()));
        std::fs::write(&path, &sealed.manifest).map_err(StudioError::io("write", &path))
    }
}
