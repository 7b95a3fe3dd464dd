//! Long sounds: windows of 30 s that follow one another where the last one's timestamps end, over
//! the speech that a gate lets through. Memory does not grow with the sound, only with the transcript.

use colophon_types::{Cancel, Event, Progress, Seed, Stage};

use super::align::{Alignment, usual};
use super::languages;
use super::mel::HOP;
use super::model::Heard;
use super::names::{NAME, RATE};
use super::network::{FRAMES, PLACES};
use super::parts::{Part, split};
use super::recogniser::Whisper;
use super::rules::Rules;
use super::script::Script;
use super::search::{Found, Search, Window};
use super::tape::{Feed, Source, Tape};
use super::unheard::Place;
use crate::AudioError;
use crate::transcript::{Segment, Transcript, Word};
use crate::vad::Vad;

/// Most tokens of one window, and of what stood before it.
const LONGEST: usize = 224;
/// What is shorter is no speech, in samples.
const SHORTEST: u64 = 1_600;
/// Above this temperature the text before says nothing any more.
const FORGET: f32 = 0.5;
/// Said before Chinese, so that it is written in these characters and with marks.
const BEFORE_CHINESE: [&str; 2] = ["以下是普通话的句子。", "以下是普通話的句子。"];

/// How a sound is transcribed.
#[derive(Clone, Debug, PartialEq)]
pub struct Listening {
    /// Code of the language that is spoken; `None` to find out from the first 30 s of speech.
    pub language: Option<String>,
    /// Whether it is translated to English.
    pub translate: bool,
    /// Whether every word gets its time.
    pub words: bool,
    /// What was said before, or words that will come up.
    pub prompt: Option<String>,
    /// Words that will come up, told before every window.
    pub hotwords: Option<String>,
    /// Whether a window is told what was said in those before.
    pub remember: bool,
    /// How windows are decoded.
    pub search: Search,
    /// How Chinese is written.
    pub script: Script,
    /// Decides what is drawn where a window is decoded at a temperature.
    pub seed: Seed,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            language: None,
            translate: false,
            words: false,
            prompt: None,
            hotwords: None,
            remember: true,
            search: Search::default(),
            script: Script::default(),
            seed: Seed(0),
        }
    }
}

/// What is known while a sound is heard.
struct State {
    language: Option<&'static str>,
    said: Vec<u32>,
    /// From where on `said` is told to the next window.
    told_from: usize,
    last_speech: f64,
}

impl Whisper {
    /// Transcribes a sound of any length. `vad` keeps silence from being heard. `on_segment` gets every
    /// segment as soon as it is known.
    ///
    /// # Errors
    /// When the source cannot be read, a network fails, the language is not known, or `cancel` is set.
    pub fn listen(
        &mut self,
        source: &mut dyn Source,
        vad: Option<&mut Vad>,
        how: &Listening,
        on_segment: &mut dyn FnMut(&Segment),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Transcript, AudioError> {
        let total = source.seconds();
        let mut feed = Feed::new(source, vad);
        let (mut tape, mut out) = (Tape::default(), Transcript::default());
        let mut state =
            State { language: self.wanted(how)?, said: Vec::new(), told_from: 0, last_speech: 0.0 };
        if state.language.is_some() {
            out.language_probability = 1.0;
        }
        if let Some(prompt) = &how.prompt {
            state.said = self.tokens.encode(&format!(" {}", prompt.trim()))?;
        }
        let mut seek = 0;
        loop {
            feed.fill(&mut tape, seek, cancel)?;
            tape.forget_before(seek);
            let window = tape.window(seek);
            if (window.len() as u64) < SHORTEST {
                break;
            }
            let mel = self.spectrum.of(window).map_err(AudioError::engine(NAME))?;
            let frames = (window.len() / HOP) as u64;
            let heard = self.model.hear(mel, cancel)?;
            if state.language.is_none() {
                self.find_language(&heard, how, &mut state, &mut out)?;
            }
            let found = self.window(&heard, how, &state, seek, cancel)?;
            let silent =
                found.no_speech > how.search.no_speech && found.average <= how.search.least_probability;
            let step = if silent {
                frames
            } else {
                self.take(
                    &heard,
                    &found,
                    how,
                    &mut state,
                    (seek, frames),
                    &tape,
                    &mut out,
                    on_segment,
                    cancel,
                )?
            };
            // A window that moves nothing would be heard for ever.
            seek += step.clamp(1, FRAMES as u64) * HOP as u64;
            let done = tape.moment(seek as f64 / f64::from(RATE), true) as u64;
            let total = total.map_or(0, |s| s.ceil() as u64);
            progress.event(Event::Progress { stage: Stage::Hear, done: done.min(total), total, what: None });
        }
        out.language = state.language.map(str::to_owned);
        out.duration = feed.read() as f64 / f64::from(RATE);
        out.speech = tape.end() as f64 / f64::from(RATE);
        Ok(out)
    }

    /// The language that was asked for, or the only one.
    fn wanted(&self, how: &Listening) -> Result<Option<&'static str>, AudioError> {
        let Some(name) = &how.language else {
            return Ok((!self.tokens.multilingual).then_some("en"));
        };
        let known = languages::code(name).filter(|c| self.tokens.languages.iter().any(|(code, _)| code == c));
        known.map(Some).ok_or_else(|| AudioError::UnknownLanguage {
            name: name.clone(),
            only_english: !self.tokens.multilingual,
        })
    }

    fn find_language(
        &mut self,
        heard: &Heard,
        how: &Listening,
        state: &mut State,
        out: &mut Transcript,
    ) -> Result<(), AudioError> {
        let shares = self.language_shares(heard)?;
        let (language, probability) = shares.first().copied().unwrap_or(("en", 0.0));
        state.language = Some(language);
        out.language_probability = probability;
        out.languages = shares.into_iter().map(|(code, share)| (code.to_owned(), share)).collect();
        if how.prompt.is_none() {
            state.said.clear();
        }
        Ok(())
    }

    fn window(
        &mut self,
        heard: &Heard,
        how: &Listening,
        state: &State,
        seek: u64,
        cancel: &Cancel,
    ) -> Result<Found, AudioError> {
        let language = state.language.unwrap_or("en");
        let (prompt, opening) = self.prompt(how, state, language)?;
        let rules = Rules { tokens: &self.tokens, timestamps: true };
        let longest = LONGEST.min(self.model.sizes.context.saturating_sub(prompt.len()));
        let mut window =
            Window { model: &mut self.model, rules, heard, prompt: &prompt, opening, longest, cancel };
        window.decode(&how.search, how.seed.derive(&format!("window {seek}")))
    }

    /// What stands before a transcript, and where in it the transcript begins.
    fn prompt(
        &self,
        how: &Listening,
        state: &State,
        language: &str,
    ) -> Result<(Vec<u32>, usize), AudioError> {
        let mut told = state.said[state.told_from..].to_vec();
        let written = language == "zh" && !how.translate && told.is_empty() && how.prompt.is_none();
        if let (true, Some(which)) = (written, how.script.index()) {
            told = self.tokens.encode(BEFORE_CHINESE[which])?;
        }
        let mut hot = match &how.hotwords {
            Some(words) => self.tokens.encode(&format!(" {}", words.trim()))?,
            None => Vec::new(),
        };
        hot.truncate(LONGEST / 2);
        let room = LONGEST - 1 - hot.len();
        hot.extend(&told[told.len().saturating_sub(room)..]);
        let mut prompt = Vec::new();
        if !hot.is_empty() {
            prompt.push(self.tokens.previous);
            prompt.extend(hot);
        }
        let opening = prompt.len();
        prompt.extend(self.tokens.opening(language, how.translate));
        Ok((prompt, opening))
    }

    /// Takes what was found into the transcript; gives how many frames are done with.
    #[allow(clippy::too_many_arguments)]
    fn take(
        &mut self,
        heard: &Heard,
        found: &Found,
        how: &Listening,
        state: &mut State,
        (seek, frames): (u64, u64),
        tape: &Tape,
        out: &mut Transcript,
        on_segment: &mut dyn FnMut(&Segment),
        cancel: &Cancel,
    ) -> Result<u64, AudioError> {
        let (mut parts, mut step, closed) = split(&found.tokens, self.tokens.zero, frames);
        let offset = seek as f64 / f64::from(RATE);
        if how.words {
            self.place_words(heard, &mut parts, how, state, (offset, frames), cancel)?;
            let last = parts.iter().rev().find_map(|p| p.words.last()).map(|w| w.end);
            if let (Some(end), false) = (last, closed)
                && end > 0.0
            {
                step = (end * 100.0).round() as u64;
            }
        }
        let language = state.language.unwrap_or("en");
        let place = Place { heard, translate: how.translate, tape, language, offset, frames };
        if let Some(done) = self.left_out(&place, &mut parts, closed, cancel)? {
            step = done;
        }
        for part in parts {
            let text = self.tokens.decode(&part.tokens);
            if part.start >= part.end || text.trim().is_empty() {
                continue;
            }
            let script = |text: &str| match state.language {
                Some("zh" | "yue") if !how.translate => how.script.write(text),
                _ => text.to_owned(),
            };
            let words = part.words.iter().map(|w| Word {
                word: script(w.word.trim()),
                start: tape.moment(offset + w.start, false),
                end: tape.moment(offset + w.end, true),
                probability: w.probability,
            });
            let segment = Segment {
                id: out.segments.len(),
                seek: seek / HOP as u64,
                start: tape.moment(offset + part.start, false),
                end: tape.moment(offset + part.end, true),
                text: script(&text),
                tokens: part.tokens.clone(),
                temperature: found.temperature,
                avg_logprob: found.average,
                compression_ratio: found.compression,
                no_speech_prob: found.no_speech,
                words: words.filter(|w| !w.word.is_empty()).collect(),
            };
            on_segment(&segment);
            out.segments.push(segment);
            state.said.extend(&part.tokens);
        }
        if !how.remember || found.temperature > FORGET {
            state.told_from = state.said.len();
        }
        let old = state.said.len().saturating_sub(LONGEST);
        state.said.drain(..old);
        state.told_from = state.told_from.saturating_sub(old);
        Ok(step)
    }

    /// Gives every part its words, and its start and end by them.
    fn place_words(
        &mut self,
        heard: &Heard,
        parts: &mut [Part],
        how: &Listening,
        state: &mut State,
        (offset, frames): (f64, u64),
        cancel: &Cancel,
    ) -> Result<(), AudioError> {
        let end = self.tokens.end;
        let language = state.language.unwrap_or("en");
        let words = self.aligned(heard, parts, how.translate, language, frames, cancel)?;
        let usual = usual(words.iter().map(|(w, _)| w));
        let mut words = words.into_iter();
        for part in parts.iter_mut() {
            let count = part.tokens.iter().filter(|t| **t < end).count();
            let mut taken = 0;
            while taken < count {
                let Some((word, tokens)) = words.next() else { break };
                taken += tokens;
                part.words.push(word);
            }
            fit(part, usual, offset, state);
        }
        Ok(())
    }

    /// The words of a window's parts with their times in it, and how many tokens each has.
    pub(super) fn aligned(
        &mut self,
        heard: &Heard,
        parts: &[Part],
        translate: bool,
        language: &str,
        frames: u64,
        cancel: &Cancel,
    ) -> Result<Vec<(Word, usize)>, AudioError> {
        let (end, zero) = (self.tokens.end, self.tokens.zero);
        let text: Vec<u32> =
            parts.iter().flat_map(|p| &p.tokens).copied().filter(|t| *t < end && *t < zero).collect();
        Alignment {
            model: &mut self.model,
            heard,
            tokens: &self.tokens,
            heads: &self.heads,
            language,
            translate,
            places: ((frames / 2) as usize).clamp(1, PLACES),
            cancel,
        }
        .words(&text)
    }
}

/// The first word after a pause is no longer than twice the usual length, and a part begins and ends
/// with its words unless they reach far beyond it.
fn fit(part: &mut Part, usual: f64, offset: f64, state: &mut State) {
    let most = 2.0 * usual;
    let (start, end) = (part.start, part.end);
    let Some(first) = part.words.first_mut() else { return };
    if offset + first.end - state.last_speech > 4.0 * usual && first.end - first.start > most {
        first.start = (first.end - most).max(0.0);
    }
    if start < first.end && start - 0.5 > first.start {
        first.start = (first.end - usual).min(start).max(0.0);
    } else {
        part.start = first.start;
    }
    if let Some(last) = part.words.last_mut() {
        if end > last.start && end + 0.5 < last.end {
            last.end = (last.start + usual).max(end);
        } else {
            part.end = last.end;
        }
        state.last_speech = offset + part.end;
    }
}
