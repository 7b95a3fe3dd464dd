//! Live recognition: partial lines while someone speaks, final ones as soon as they are certain, by
//! local agreement (Liu et al. 2020; Macháček et al. 2023): what two hearings in a row agree on stands.

use std::time::Instant;

use colophon_types::{Cancel, NoProgress};

use super::listen::Listening;
use super::names::RATE;
use super::recogniser::Whisper;
use super::tape::InMemory;
use crate::AudioError;
use crate::transcript::Word;
use crate::vad::{FRAME, Gate, GateOptions, Vad};

/// Longest sound that is heard again and again, in seconds.
const LONGEST: f64 = 24.0;
/// New sound that must have come before it is heard again, in seconds.
const LEAST: f64 = 0.8;
/// Silence that ends what is said, in seconds.
const PAUSE: f64 = 0.7;

/// What became known.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// What stands of the words that are being said, and what may still change.
    Partial {
        /// Words that stand.
        certain: String,
        /// Words that may change.
        open: String,
    },
    /// What was said, up to a pause.
    Final {
        /// Where it begins, in seconds from the start.
        start: f64,
        /// Where it ends.
        end: f64,
        /// The words.
        text: String,
        /// How long after its end it was known, in seconds of the clock.
        latency: f64,
    },
}

/// A live recogniser.
pub struct Live<'a> {
    whisper: &'a mut Whisper,
    vad: &'a mut Vad,
    gate: Gate,
    how: Listening,
    /// Samples that wait for a whole frame.
    held: Vec<f32>,
    /// What was said since the last pause, and where it begins in the whole sound.
    said: Vec<f32>,
    at: u64,
    /// Samples that came since the last hearing.
    fresh: usize,
    /// Where the sound is, in samples.
    read: u64,
    certain: Vec<Word>,
    open: Vec<Word>,
    ended_at: Option<Instant>,
    silent_frames: usize,
}

impl<'a> Live<'a> {
    /// Begins; `how` is as for a file, but words are always timed.
    pub fn new(whisper: &'a mut Whisper, vad: &'a mut Vad, how: Listening) -> Self {
        vad.forget();
        let options = GateOptions { least_silence: PAUSE, margin: 0.3, ..GateOptions::default() };
        Self {
            whisper,
            vad,
            gate: Gate::new(options),
            how: Listening { words: true, remember: false, ..how },
            held: Vec::new(),
            said: Vec::new(),
            at: 0,
            fresh: 0,
            read: 0,
            certain: Vec::new(),
            open: Vec::new(),
            ended_at: None,
            silent_frames: 0,
        }
    }

    /// Takes samples (16 kHz) as they come and tells what became known.
    ///
    /// # Errors
    /// When a network fails, or `cancel` is set.
    pub fn take(
        &mut self,
        samples: &[f32],
        tell: &mut dyn FnMut(Line),
        cancel: &Cancel,
    ) -> Result<(), AudioError> {
        self.read += samples.len() as u64;
        self.held.extend_from_slice(samples);
        let whole = self.held.len() / FRAME * FRAME;
        let rest = self.held.split_off(whole);
        let frames = std::mem::replace(&mut self.held, rest);
        let probabilities = self.vad.probabilities(&frames, cancel)?;
        for (frame, probability) in frames.chunks_exact(FRAME).zip(&probabilities) {
            self.frame(frame, *probability, tell, cancel)?;
        }
        if self.fresh as f64 >= LEAST * f64::from(RATE) {
            self.hear(tell, cancel)?;
        }
        Ok(())
    }

    /// Nothing more comes: tells what is left.
    ///
    /// # Errors
    /// As [`Live::take`].
    pub fn finish(&mut self, tell: &mut dyn FnMut(Line), cancel: &Cancel) -> Result<(), AudioError> {
        self.ended_at = self.ended_at.or_else(|| Some(Instant::now()));
        for passed in self.gate.finish() {
            self.said.extend(passed.samples);
        }
        self.close(tell, cancel)
    }

    fn frame(
        &mut self,
        frame: &[f32],
        probability: f32,
        tell: &mut dyn FnMut(Line),
        cancel: &Cancel,
    ) -> Result<(), AudioError> {
        for passed in self.gate.pass(frame, &[probability]) {
            let goes_on = self.at + self.said.len() as u64 == passed.at;
            if self.said.is_empty() {
                self.at = passed.at;
            } else if !goes_on {
                self.close(tell, cancel)?;
                self.at = passed.at;
            }
            self.fresh += passed.samples.len();
            self.said.extend(passed.samples);
        }
        if probability < GateOptions::default().closes {
            self.silent_frames += 1;
            self.ended_at = self.ended_at.or_else(|| Some(Instant::now()));
        } else {
            self.silent_frames = 0;
            self.ended_at = None;
        }
        let pause = (PAUSE * f64::from(RATE)) as usize / FRAME;
        if self.silent_frames == pause && !self.said.is_empty() {
            self.close(tell, cancel)?;
        }
        Ok(())
    }

    /// Hears what was said since the last pause and compares it with the last hearing.
    fn hear(&mut self, tell: &mut dyn FnMut(Line), cancel: &Cancel) -> Result<(), AudioError> {
        self.fresh = 0;
        let words = self.words(cancel)?;
        let known = self.certain.len();
        let agreed = words
            .iter()
            .skip(known)
            .zip(&self.open)
            .take_while(|(new, old)| plain(&new.word) == plain(&old.word))
            .count();
        self.certain.extend(words.iter().skip(known).take(agreed).cloned());
        self.open = words.into_iter().skip(self.certain.len()).collect();
        tell(Line::Partial { certain: self.joined(&self.certain), open: self.joined(&self.open) });
        if self.said.len() as f64 > LONGEST * f64::from(RATE) {
            self.cut(tell);
        }
        Ok(())
    }

    /// The words of what was said since the last pause, with the whole sound's times.
    fn words(&mut self, cancel: &Cancel) -> Result<Vec<Word>, AudioError> {
        let mut source = InMemory(self.said.clone());
        let heard = self.whisper.listen(&mut source, None, &self.how, &mut |_| {}, &NoProgress, cancel)?;
        if self.how.language.is_none() && heard.language_probability > 0.8 {
            self.how.language = heard.language;
        }
        let offset = self.at as f64 / f64::from(RATE);
        let moved = |w: Word| Word { start: w.start + offset, end: w.end + offset, ..w };
        Ok(heard.segments.into_iter().flat_map(|s| s.words).map(moved).collect())
    }

    /// Someone has spoken for long without a pause: what stands is final.
    fn cut(&mut self, tell: &mut dyn FnMut(Line)) {
        let Some(last) = self.certain.last() else { return };
        let end = (last.end * f64::from(RATE)) as u64;
        let words = std::mem::take(&mut self.certain);
        self.say(&words, 0.0, tell);
        let count = (end.saturating_sub(self.at) as usize).min(self.said.len());
        self.said.drain(..count);
        self.at += count as u64;
    }

    /// A pause: all that was said is final.
    fn close(&mut self, tell: &mut dyn FnMut(Line), cancel: &Cancel) -> Result<(), AudioError> {
        if !self.said.is_empty() {
            let words = self.words(cancel)?;
            let latency = self.ended_at.map_or(0.0, |at| at.elapsed().as_secs_f64());
            self.say(&words, latency, tell);
        }
        (self.said, self.certain, self.open) = (Vec::new(), Vec::new(), Vec::new());
        self.fresh = 0;
        Ok(())
    }

    fn say(&self, words: &[Word], latency: f64, tell: &mut dyn FnMut(Line)) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let text = self.joined(words);
        tell(Line::Final { start: first.start, end: last.end, text, latency });
    }

    fn joined(&self, words: &[Word]) -> String {
        let unspaced = self.how.language.as_deref().is_some_and(super::languages::unspaced);
        let words: Vec<&str> = words.iter().map(|w| w.word.as_str()).collect();
        words.join(if unspaced { "" } else { " " })
    }
}

/// A word without marks and capitals, to compare hearings.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
