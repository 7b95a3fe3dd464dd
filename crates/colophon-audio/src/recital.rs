//! What is to be said: sentences, by whom, with which pauses between them; and its performance, one
//! sentence at a time, so that the first sound can be heard while the rest is still to be made.

use colophon_types::{Cancel, Lang, SpokenSentence};

use crate::mix;
use crate::narrator::Cue;
use crate::split;
use crate::{AudioError, Blend, Dictionary, Narrator, Utterance, voices};

/// Silence between sentences, paragraphs and the halves of a sentence, in seconds, where nothing else
/// is asked for. The quiet ends of the sounds come on top.
pub const GAPS: [f64; 3] = [0.35, 0.8, 0.06];
/// Longest pause, in seconds.
pub const LONGEST_PAUSE: f64 = 60.0;

/// A part of a recital.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Something is said.
    Say {
        /// What.
        utterance: Utterance,
        /// By which voice or mix; `None` for the one of the whole.
        voice: Option<String>,
        /// Who says it, in a dialogue.
        speaker: Option<String>,
    },
    /// The usual silence between two parts, in seconds; gives way to a pause.
    Gap(f64),
    /// A silence of exactly so many seconds between what is heard before and after it.
    Pause(f64),
    /// A place whose time is reported.
    Mark(String),
}

/// All that is to be said, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Recital {
    /// Its parts.
    pub parts: Vec<Part>,
    /// The language of the whole.
    pub lang: Lang,
}

impl Recital {
    /// A plain text: paragraphs are separated by empty lines, sentences by their end marks.
    pub fn plain(text: &str, lang: Lang, dictionary: &Dictionary) -> Self {
        let mut parts = Vec::new();
        for paragraph in split::paragraphs(text) {
            for sentence in split::sentences(&paragraph) {
                let utterance = Utterance::plain(&sentence, lang, dictionary);
                if !utterance.is_empty() {
                    parts.push(Part::Say { utterance, voice: None, speaker: None });
                    parts.push(Part::Gap(GAPS[0]));
                }
            }
            parts.push(Part::Gap(GAPS[1]));
        }
        Self { parts, lang }
    }

    /// How many utterances it has.
    pub fn len(&self) -> usize {
        self.parts.iter().filter(|p| matches!(p, Part::Say { .. })).count()
    }

    /// Whether nothing is said in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the voices and mixes in it, in order of appearance; `default` stands for those parts
    /// that name none.
    ///
    /// # Errors
    /// When a voice does not exist or does not read the language of its part.
    pub fn voices(&self, default: Option<&str>) -> Result<Vec<Blend>, AudioError> {
        let mut out: Vec<Blend> = Vec::new();
        for part in &self.parts {
            let Part::Say { utterance, voice, .. } = part else { continue };
            let blend = voices::blend(voice.as_deref().or(default), utterance.lang())?;
            if !out.iter().any(|b| b.name() == blend.name()) {
                out.push(blend);
            }
        }
        Ok(out)
    }

    /// Cuts the first sentence after its first clause, so that its beginning is heard early. Costs a
    /// little of its melody.
    pub fn start_early(&mut self, dictionary: &Dictionary) {
        let first = self.parts.iter().position(|p| matches!(p, Part::Say { .. }));
        let Some((i, Part::Say { utterance, voice, speaker })) = first.map(|i| (i, self.parts[i].clone()))
        else {
            return;
        };
        let written = utterance.written();
        let plain = utterance == Utterance::plain(&written, utterance.lang(), dictionary);
        let Some(at) = split::first_clause(&written).filter(|_| plain) else { return };
        let half = |text: &str| Part::Say {
            utterance: Utterance::plain(text.trim(), utterance.lang(), dictionary),
            voice: voice.clone(),
            speaker: speaker.clone(),
        };
        self.parts.splice(i..=i, [half(&written[..at]), Part::Gap(GAPS[2]), half(&written[at..])]);
    }
}

/// A part of a recital that has been spoken.
#[derive(Clone, Debug)]
pub struct Performed {
    /// Silence between the part before it and its sound, in seconds.
    pub silence: f64,
    /// When its sound begins, in seconds from the start of the performance.
    pub start: f64,
    /// Its words, and its sound with times from the start of the sound.
    pub spoken: SpokenSentence,
    /// The voice or mix.
    pub voice: String,
    /// Who says it, in a dialogue.
    pub speaker: Option<String>,
}

impl Performed {
    /// When its sound ends, in seconds from the start of the performance.
    pub fn end(&self) -> f64 {
        self.start + self.spoken.sound.seconds()
    }
}

/// A recital as it is spoken.
pub struct Performance<'a> {
    recital: &'a Recital,
    voice: Blend,
    speed: f32,
    at: usize,
    clock: f64,
    /// Quiet at the end of the last sound, in seconds.
    tail: f64,
    marks: Vec<(String, f64)>,
    pending: Vec<String>,
    /// What was spoken beside the part before it: which part it is, and what became of it.
    ahead: Option<(usize, Result<SpokenSentence, AudioError>)>,
}

/// The silence that lies between two parts.
#[derive(Clone, Copy, Debug, Default)]
struct Silence {
    gap: f64,
    pause: Option<f64>,
}

impl Silence {
    fn add(&mut self, part: &Part) {
        match part {
            Part::Gap(seconds) => self.gap = self.gap.max(*seconds),
            Part::Pause(seconds) => {
                self.pause = Some((self.pause.unwrap_or(0.0) + seconds).min(LONGEST_PAUSE));
            }
            _ => {}
        }
    }
}

impl<'a> Performance<'a> {
    /// Begins with `voice` for what names none, at `speed` (1 is the voices' own pace).
    pub fn new(recital: &'a Recital, voice: Blend, speed: f32) -> Self {
        Self {
            recital,
            voice,
            speed,
            at: 0,
            clock: 0.0,
            tail: 0.0,
            marks: Vec::new(),
            pending: Vec::new(),
            ahead: None,
        }
    }

    /// Speaks the next part; `None` at the end. A part in which nothing can be spoken is left out.
    ///
    /// # Errors
    /// As [`Narrator::speak`].
    pub fn next(
        &mut self,
        narrator: &mut Narrator,
        cancel: &Cancel,
    ) -> Result<Option<Performed>, AudioError> {
        let parts = &self.recital.parts;
        let mut silence = Silence::default();
        let first = self.clock == 0.0;
        while let Some(part) = parts.get(self.at) {
            self.at += 1;
            let Part::Say { speaker, .. } = part else {
                if let Part::Mark(name) = part {
                    self.pending.push(name.clone());
                }
                silence.add(part);
                continue;
            };
            let Some(cue) = self.cue(self.at - 1) else { continue };
            let cue = cue?;
            let voice = cue.voice.clone();
            let mut spoken = match self.spoken(cue, narrator, cancel) {
                Err(AudioError::Silent { .. }) if self.recital.len() > 1 => continue,
                result => result?,
            };
            let head = silence.pause.map_or(f64::INFINITY, |p| p * 50.0);
            let tail = self.following().pause.map_or(f64::INFINITY, |p| p * 50.0);
            let quiet = self.crop(&mut spoken, [head, tail]);
            let before = match silence.pause {
                Some(pause) if first => pause,
                Some(pause) => (pause - self.tail - quiet[0]).max(0.0),
                None if first => 0.0,
                None => silence.gap,
            };
            let start = self.clock + before;
            self.marks.extend(self.pending.drain(..).map(|name| (name, start)));
            self.clock = start + spoken.sound.seconds();
            self.tail = quiet[1];
            let (voice, speaker) = (voice.name().to_owned(), speaker.clone());
            return Ok(Some(Performed { silence: before, start, spoken, voice, speaker }));
        }
        // What is left is silence at the end.
        let end = silence.pause.map_or(0.0, |p| (p - self.tail).max(0.0));
        self.clock += end;
        self.tail = 0.0;
        let clock = self.clock;
        self.marks.extend(self.pending.drain(..).map(|name| (name, clock)));
        Ok(None)
    }

    /// What is said in a part; `None` for one in which nothing is.
    fn cue(&self, at: usize) -> Option<Result<Cue<'a>, AudioError>> {
        let recital = self.recital;
        let Part::Say { utterance, voice, .. } = recital.parts.get(at)? else { return None };
        let voice = match voice {
            Some(name) => voices::blend(Some(name), utterance.lang()),
            None => Ok(self.voice.clone()),
        };
        Some(voice.map(|voice| Cue { utterance, voice, speed: self.speed }))
    }

    /// Speaks the part that was just taken, and the next one beside it where that takes less time. The very first is to
    /// be heard early, and is spoken alone.
    fn spoken(
        &mut self,
        cue: Cue<'_>,
        narrator: &mut Narrator,
        cancel: &Cancel,
    ) -> Result<SpokenSentence, AudioError> {
        if let Some((_, result)) = self.ahead.take_if(|(at, _)| *at + 1 == self.at) {
            return result;
        }
        let next = (self.at..self.recital.parts.len()).find_map(|at| Some((at, self.cue(at)?.ok()?)));
        match next {
            Some((at, other)) if self.clock > 0.0 && narrator.speaks_both([&cue.voice, &other.voice]) => {
                let [first, second] = narrator.speak_both([cue, other], cancel);
                self.ahead = Some((at, second));
                first
            }
            _ => narrator.speak(cue.utterance, &cue.voice, cue.speed, cancel),
        }
    }

    /// Seconds until now; after the end, of all of it, with a pause that ends it.
    pub fn seconds(&self) -> f64 {
        self.clock
    }

    /// The marks that have been passed, and when.
    pub fn marks(&self) -> &[(String, f64)] {
        &self.marks
    }

    /// The silence after the part that was just taken.
    fn following(&self) -> Silence {
        let mut silence = Silence::default();
        for part in &self.recital.parts[self.at..] {
            if matches!(part, Part::Say { .. }) {
                break;
            }
            silence.add(part);
        }
        silence
    }

    /// Leaves at most `margins` hundredths of a second of quiet at the ends; returns what is left, in
    /// seconds.
    fn crop(&self, spoken: &mut SpokenSentence, margins: [f64; 2]) -> [f64; 2] {
        if margins.iter().all(|m| m.is_infinite()) {
            return mix::quiet_ends(&spoken.sound);
        }
        let margins = [margins[0].min(3.0), margins[1].min(8.0)];
        let before = spoken.sound.seconds();
        let (sound, cut) = mix::trimmed(&spoken.sound, margins);
        if sound.samples.is_empty() {
            return [0.0; 2];
        }
        let shift = cut as f64 / f64::from(sound.rate);
        if before - sound.seconds() > 1e-9 {
            let seconds = sound.seconds();
            for word in &mut spoken.words {
                word.start = (word.start - shift).clamp(0.0, seconds);
                word.end = (word.end - shift).clamp(word.start, seconds);
            }
            spoken.sound = sound;
        }
        mix::quiet_ends(&spoken.sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_sentences_and_gaps() {
        let recital = Recital::plain("One two. Three!\n\nFour.\n\n---", Lang::En, &Dictionary::default());
        assert_eq!(recital.len(), 3);
        let said: Vec<String> = recital
            .parts
            .iter()
            .filter_map(|p| match p {
                Part::Say { utterance, .. } => Some(utterance.written()),
                _ => None,
            })
            .collect();
        assert_eq!(said, ["One two.", "Three!", "Four."]);
        assert!(Recital::plain(" \n", Lang::En, &Dictionary::default()).is_empty());
    }

    #[test]
    fn silence_between_parts_adds_up() {
        let mut silence = Silence::default();
        for part in
            [Part::Gap(0.35), Part::Gap(0.8), Part::Pause(0.2), Part::Pause(0.3), Part::Mark("m".into())]
        {
            silence.add(&part);
        }
        assert_eq!((silence.gap, silence.pause), (0.8, Some(0.5)));
        silence.add(&Part::Pause(1e9));
        assert_eq!(silence.pause, Some(LONGEST_PAUSE));
    }

    #[test]
    fn the_first_sentence_can_start_early() {
        let none = Dictionary::default();
        let text = "When the rain had stopped, we walked home together. Then we slept.";
        let mut recital = Recital::plain(text, Lang::En, &none);
        recital.start_early(&none);
        assert_eq!(recital.len(), 3);
        assert_eq!(recital.parts[1], Part::Gap(GAPS[2]));
        let mut short = Recital::plain("Yes, no.", Lang::En, &none);
        short.start_early(&none);
        assert_eq!(short.len(), 1);
    }
}
