//! A conversation by voice: what is heard is recognised, answered by the language engine, and spoken
//! sentence by sentence while the answer is still being written. Whoever speaks again interrupts it.

mod hearing;

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use colophon_audio::turns::TurnEvent;
use colophon_audio::vad::RATE;
use colophon_audio::whisper::Whisper;
use colophon_audio::{Narrator, mix};
use colophon_seal::{Piece, Sealed, SoundPiece, SoundSeal, seal};
use colophon_text::chat::{GenerateRequest, Message};
use colophon_types::{Cancel, Draft, Lang, LangChoice, Media, ModelUse, Pcm, Progress, Receipt, SoundFormat};
use serde::Serialize;
use serde_json::json;

use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, new_work};
use crate::speech::GROWING_CEILING;
use crate::{Studio, StudioError, TextEvent};

pub use hearing::{Heard, Hearing};

/// The recogniser.
const EARS: &str = "whisper-base";
/// Words of an answer are few, as they are listened to.
const MANNER: [&str; 2] = [
    "You are a voice assistant. Answer in one to three short sentences of plain words, without lists, \
     headings or symbols, as they will be spoken.",
    "你是一个语音助手。请用一到三句简短的口语回答，不要使用列表、标题或符号，因为回答会被读出来。",
];
/// Tokens of an answer at most.
const LONGEST: usize = 220;
/// Turns that the language engine is told of.
const REMEMBERED: usize = 24;
/// Silence between sentences and between answers, in seconds.
const GAPS: [f64; 2] = [0.25, 0.6];
/// How an interrupted sound ends, in seconds.
const FADE: f64 = 0.05;

/// How a conversation is held.
#[derive(Clone, Debug, Default)]
pub struct TalkOptions {
    /// Language model.
    pub model: Option<String>,
    /// Voice; `None` for the default of the language that is spoken.
    pub voice: Option<String>,
    /// Language; found out from the first turn where it is not given.
    pub lang: LangChoice,
    /// Instructions for the model, in the place of ours.
    pub system: Option<String>,
    /// Whether the answers go out as they are spoken (16-bit samples, see [`TalkEvent::Sound`]).
    pub live: bool,
}

/// Seconds from the end of what was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// Until it was recognised.
    pub heard: f64,
    /// Until the first word of the answer was written.
    pub first_word: f64,
    /// Until the first sound of the answer.
    pub first_sound: f64,
}

/// One turn of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exchange {
    /// What was heard.
    pub heard: String,
    /// What was answered, as far as it was spoken.
    pub answer: String,
    /// Where the answer begins in the sound of all answers, and how long it is, in seconds.
    pub start: f64,
    /// Its length in seconds.
    pub seconds: f64,
    /// How long it took.
    pub latency: Latency,
    /// Whether the answer was interrupted.
    pub interrupted: bool,
}

/// What happens in a turn.
pub enum TalkEvent<'a> {
    /// What was recognised.
    Heard(&'a str),
    /// Words of the answer, as they are written.
    Words(&'a Piece),
    /// Sound of the answer, as it is spoken: 16-bit samples of so many hertz.
    Sound(SoundPiece, u32),
    /// The turn is over.
    Over(&'a Exchange),
    /// Someone speaks again: what still sounds should stop.
    Hush,
}

/// A conversation.
pub struct Talk<'a> {
    studio: &'a Studio,
    options: TalkOptions,
    ears: Whisper,
    voice: Option<(Narrator, Lang)>,
    uses: Vec<ModelUse>,
    messages: VecDeque<Message>,
    exchanges: Vec<Exchange>,
    spoken: Pcm,
    live: Option<SoundSeal>,
}

impl Studio {
    /// Begins a conversation: loads what it needs.
    ///
    /// # Errors
    /// [`StudioError`]: an unknown voice or model, a model that cannot be had.
    pub fn talk(
        &self,
        options: TalkOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Talk<'_>, StudioError> {
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let ears = fetch.get(EARS, "recognition", None)?;
        fetch.runtime()?;
        let uses = fetch.uses;
        self.chat_engine(options.model.as_deref(), progress, cancel)?;
        let ears = Whisper::load(&ears.dir, self.cores.total())?;
        let mut talk = Talk {
            studio: self,
            options,
            ears,
            voice: None,
            uses,
            messages: VecDeque::new(),
            exchanges: Vec::new(),
            spoken: Pcm::default(),
            live: None,
        };
        // Where the language is known, what is wrong with the voice is said before anyone speaks.
        if let Some(lang) = given(talk.options.lang) {
            talk.open_voice(lang, progress, cancel)?;
        }
        Ok(talk)
    }
}

impl Talk<'_> {
    fn open_voice(
        &mut self,
        lang: Lang,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(), StudioError> {
        if self.voice.as_ref().is_some_and(|(_, l)| *l == lang) {
            return Ok(());
        }
        let voice = colophon_audio::blend(self.options.voice.as_deref(), lang)?;
        let mut fetch = Fetch::new(&self.studio.hub, progress, cancel);
        let models = fetch.voices(std::slice::from_ref(&voice))?;
        self.uses.extend(fetch.uses);
        // The language engine writes the next sentence meanwhile.
        let threads = (self.studio.cores.total() / 2).max(1);
        self.voice = Some((Narrator::open(&models, lang, Some(voice.name()), threads)?, lang));
        Ok(())
    }

    /// The turns so far.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Holds the conversation until nothing is heard any more. A file is heard as if it were spoken
    /// now: an answer ends where the next turn in the file begins.
    ///
    /// # Errors
    /// [`StudioError`] of what failed, or cancelled.
    pub fn hold(
        &mut self,
        mut hearing: Hearing,
        tell: &mut dyn FnMut(TalkEvent<'_>),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(), StudioError> {
        while let Some(event) = hearing.next(cancel)? {
            let TurnEvent::Ended { at, samples } = event else { continue };
            let began = Instant::now();
            let said = Pcm { rate: RATE, samples };
            let exchange = if hearing.live {
                let mut interrupted = |_| hearing.began().then(|| began.elapsed().as_secs_f64());
                self.turn(&said, &mut interrupted, tell, progress, cancel)?
            } else {
                let next = hearing.next_began(cancel)?.map(|next| next - at);
                self.turn(&said, &mut |_| next, tell, progress, cancel)?
            };
            let Some(exchange) = exchange else { continue };
            if hearing.live {
                let ends = Duration::from_secs_f64(exchange.latency.first_sound + exchange.seconds);
                while began.elapsed() < ends && !hearing.began() && self.options.live {
                    cancel.check()?;
                    std::thread::sleep(Duration::from_millis(20));
                }
                if began.elapsed() < ends {
                    tell(TalkEvent::Hush);
                }
            }
            tell(TalkEvent::Over(&exchange));
        }
        Ok(())
    }

    /// Answers what was said (any rate). `interrupted` is asked after each sentence, and is told how
    /// many seconds after the end of what was said this sentence will have been heard; it gives the
    /// second at which someone spoke again, if they did. Nothing comes of a turn in which no word was
    /// recognised.
    ///
    /// # Errors
    /// [`StudioError`] of the engine that failed; the conversation can go on.
    pub fn turn(
        &mut self,
        said: &Pcm,
        interrupted: &mut dyn FnMut(f64) -> Option<f64>,
        tell: &mut dyn FnMut(TalkEvent<'_>),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Option<Exchange>, StudioError> {
        let began = Instant::now();
        let known = given(self.options.lang);
        let heard = {
            let _lease = self.studio.cores.lease(1, self.studio.cores.total(), cancel)?;
            self.ears.transcribe(said, known, cancel)?
        };
        let heard = heard.trim().to_owned();
        if !heard.chars().any(char::is_alphanumeric) {
            return Ok(None);
        }
        tell(TalkEvent::Heard(&heard));
        let mut exchange = Exchange { heard: heard.clone(), ..Exchange::default() };
        exchange.latency.heard = began.elapsed().as_secs_f64();
        let lang = known.unwrap_or_else(|| LangChoice::Auto.resolve(&heard));
        self.open_voice(lang, progress, cancel)?;
        self.messages.push_back(Message::user(heard));
        while self.messages.len() > REMEMBERED {
            self.messages.pop_front();
        }
        let answered = self.answer(lang, began, &mut exchange, interrupted, tell, cancel);
        if exchange.answer.is_empty() {
            self.messages.pop_back();
        } else {
            self.messages.push_back(Message::assistant(exchange.answer.clone()));
            self.exchanges.push(exchange.clone());
        }
        answered?;
        Ok(Some(exchange))
    }

    fn answer(
        &mut self,
        lang: Lang,
        began: Instant,
        exchange: &mut Exchange,
        interrupted: &mut dyn FnMut(f64) -> Option<f64>,
        tell: &mut dyn FnMut(TalkEvent<'_>),
        cancel: &Cancel,
    ) -> Result<(), StudioError> {
        let writing = Cancel::new();
        let words = self.write(lang, &writing)?;
        let mut sentences = Sentences::default();
        let mut first_sound = None;
        let mut over = false;
        while !over {
            match words.recv_timeout(Duration::from_millis(20)) {
                Ok(TextEvent::Piece(piece, _)) => {
                    if exchange.latency.first_word == 0.0 {
                        exchange.latency.first_word = began.elapsed().as_secs_f64();
                    }
                    tell(TalkEvent::Words(&piece));
                    sentences.push(piece.words());
                }
                Ok(TextEvent::Failed(error)) => return Err(error),
                Ok(TextEvent::ToolCall(_)) => {}
                Ok(TextEvent::Done(_)) | Err(RecvTimeoutError::Disconnected) => {
                    sentences.end();
                    over = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if cancel.is_cancelled() {
                writing.cancel();
                cancel.check()?;
            }
            for sentence in sentences.by_ref() {
                let sound = match self.speak(&sentence, lang, cancel)? {
                    Some(sound) => sound,
                    None => continue,
                };
                let from = *first_sound.get_or_insert_with(|| began.elapsed().as_secs_f64());
                exchange.latency.first_sound = from;
                let ends = from + exchange.seconds + sound.seconds();
                let cut = interrupted(ends).filter(|at| *at < ends);
                let sound = match cut {
                    Some(at) => cut_at(sound, at - from - exchange.seconds),
                    None => sound,
                };
                self.add(exchange, &sentence, sound, tell, cancel)?;
                if cut.is_some() {
                    exchange.interrupted = true;
                    writing.cancel();
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Has the answer written; its words come through the channel.
    fn write(&self, lang: Lang, writing: &Cancel) -> Result<Receiver<TextEvent>, StudioError> {
        let manner = self.options.system.clone().unwrap_or_else(|| match lang {
            Lang::En => MANNER[0].to_owned(),
            Lang::Zh => MANNER[1].to_owned(),
        });
        let mut messages = vec![Message::system(manner)];
        messages.extend(self.messages.iter().cloned());
        let mut request = GenerateRequest::chat(messages);
        request.max_tokens = Some(LONGEST);
        request.client = "talk".into();
        let (send, receive) = channel();
        let sink = Box::new(move |event| send.send(event).is_ok());
        let model = self.options.model.as_deref();
        self.studio.generate_text(model, request, &colophon_types::NoProgress, writing, sink)?;
        Ok(receive)
    }

    /// Speaks a sentence; nothing for one without a word.
    fn speak(&mut self, sentence: &str, lang: Lang, cancel: &Cancel) -> Result<Option<Pcm>, StudioError> {
        let Some((narrator, _)) = &mut self.voice else { return Ok(None) };
        match narrator.speak_sentence(sentence, lang, 1.0, cancel) {
            Ok(spoken) => {
                let gain = mix::loudness(&spoken.sound).map_or(0.0, |l| mix::TARGET_LUFS - l);
                Ok(Some(mix::louder(&spoken.sound, gain, GROWING_CEILING - 0.3)))
            }
            Err(colophon_audio::AudioError::Silent { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Adds a spoken sentence to the answer.
    fn add(
        &mut self,
        exchange: &mut Exchange,
        sentence: &str,
        mut sound: Pcm,
        tell: &mut dyn FnMut(TalkEvent<'_>),
        cancel: &Cancel,
    ) -> Result<(), StudioError> {
        if exchange.answer.is_empty() {
            self.spoken.rate = sound.rate;
            if !self.spoken.samples.is_empty() {
                self.spoken.samples.extend(Pcm::silence(sound.rate, GAPS[1]).samples);
            }
            exchange.start = self.spoken.seconds();
        } else if exchange.answer.is_ascii() {
            exchange.answer.push(' ');
        }
        exchange.answer.push_str(sentence);
        sound.samples.extend(Pcm::silence(sound.rate, GAPS[0]).samples);
        exchange.seconds += sound.seconds();
        if self.options.live {
            let piece = self.live_piece(&sound, cancel)?;
            tell(TalkEvent::Sound(piece, sound.rate));
        }
        self.spoken.samples.extend(sound.samples);
        Ok(())
    }

    fn live_piece(&mut self, sound: &Pcm, cancel: &Cancel) -> Result<SoundPiece, StudioError> {
        let (mut seal, first) = match self.live.take() {
            Some(seal) => (seal, SoundPiece::default()),
            None => {
                let sealer = self.studio.sealer()?;
                let level = mix::target_level();
                SoundSeal::begin(sealer, self.receipt()?, SoundFormat::Pcm, sound.rate, level, cancel)?
            }
        };
        let piece = seal.piece(sound)?;
        self.live = Some(seal);
        Ok(first.followed_by(piece))
    }

    fn receipt(&self) -> Result<Receipt, StudioError> {
        let engine = self.voice.as_ref().map(|(n, _)| n.engine_version()).unwrap_or_default();
        let lang = self.voice.as_ref().map_or(Lang::En, |(_, lang)| *lang);
        let voice = self.voice.as_ref().map(|(n, _)| n.blend().name().to_owned());
        let answers: Vec<&str> = self.exchanges.iter().map(|e| e.answer.as_str()).collect();
        let given = json!({
            "task": "talk", "voice": voice, "model": self.options.model,
            "answers_sha256": origin::sha256(&answers.join("\n")),
        });
        let work = new_work(&given)?;
        let steps = vec![("speak", engine), ("seal", GENERATOR.to_owned())];
        Ok(origin::receipt(work, "Conversation", lang, given, 0, self.uses.clone(), steps))
    }

    /// Ends the conversation: its answers as one sealed sound, where any was spoken.
    ///
    /// # Errors
    /// [`StudioError`] of the step of the seal that failed.
    pub fn finish(
        mut self,
        format: SoundFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Option<Sealed>, StudioError> {
        if let Some(live) = self.live.take() {
            self.studio.keep_credential(&live.finish(cancel)?)?;
        }
        if self.spoken.samples.is_empty() {
            return Ok(None);
        }
        let receipt = self.receipt()?;
        let sound = std::mem::take(&mut self.spoken);
        let draft = Draft::new(Media::Sound(sound), receipt).written_as(format);
        Ok(Some(seal(draft, &*self.studio.sealer()?, cancel, progress)?))
    }
}

/// The language, where it is not to be found out.
fn given(choice: LangChoice) -> Option<Lang> {
    match choice {
        LangChoice::En => Some(Lang::En),
        LangChoice::Zh => Some(Lang::Zh),
        LangChoice::Auto => None,
    }
}

/// The first `seconds` of a sound, with a short fade.
fn cut_at(mut sound: Pcm, seconds: f64) -> Pcm {
    let rate = f64::from(sound.rate);
    sound.samples.truncate((seconds.max(FADE) * rate) as usize);
    let fade = ((FADE * rate) as usize).min(sound.samples.len());
    let from = sound.samples.len() - fade;
    for (i, sample) in sound.samples[from..].iter_mut().enumerate() {
        *sample *= 1.0 - i as f32 / fade as f32;
    }
    sound
}

/// Sentences of words that are still being written.
#[derive(Default)]
struct Sentences {
    words: String,
    over: bool,
}

impl Sentences {
    fn push(&mut self, words: &str) {
        self.words.push_str(words);
    }

    fn end(&mut self) {
        self.over = true;
    }
}

impl Iterator for Sentences {
    type Item = String;

    /// The next whole sentence. Of one that is still being written, a full stop may turn out to be a
    /// decimal point: it counts once something follows it.
    fn next(&mut self) -> Option<String> {
        let found = colophon_text::sentences::split(&self.words);
        let first = match found.as_slice() {
            [] => return None,
            [_] if !self.over && !self.words.trim_end().ends_with(['。', '！', '？']) => return None,
            [first, ..] => first.clone(),
        };
        let at = self.words.find(first.as_str())? + first.len();
        self.words.drain(..at);
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_come_out_as_soon_as_they_are_whole() {
        let mut sentences = Sentences::default();
        let mut out = Vec::new();
        for piece in ["It costs 3.", "50 euros", ". The", " ferry is late", ". Sorry."] {
            sentences.push(piece);
            out.push(sentences.by_ref().collect::<Vec<_>>());
        }
        assert_eq!(out[..3].concat(), ["It costs 3.50 euros."]);
        assert_eq!(out[4], ["The ferry is late."]);
        sentences.end();
        assert_eq!(sentences.collect::<Vec<_>>(), ["Sorry."]);
        let mut chinese = Sentences::default();
        chinese.push("灯亮了。船");
        assert_eq!(chinese.next().as_deref(), Some("灯亮了。"));
    }

    #[test]
    fn an_interrupted_sound_fades() {
        let sound = cut_at(Pcm { rate: 1000, samples: vec![1.0; 3000] }, 1.0);
        assert_eq!(sound.samples.len(), 1000);
        assert!(sound.samples[900] == 1.0 && sound.samples[999] < 0.05);
    }
}
