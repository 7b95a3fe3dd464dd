//! Grapheme to phoneme: normalised text becomes phonemes in the alphabet of the Kokoro voices
//! (the `misaki` alphabet), for English and Mandarin and for sentences that mix them.

pub mod en;
mod heteronyms;
mod syllable;
pub mod zh;

use std::ops::Range;

use colophon_types::Lang;

use crate::AudioError;
use crate::fixed::{Say, fixed_index};
use crate::normalize;
use en::{Accent, English};

/// A word, or a Han character, as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadWord {
    /// The word as spoken ("nineteen"), or the character for a fixed reading.
    pub text: String,
    /// Where its phonemes lie, in characters.
    pub span: Range<usize>,
}

/// A sentence as it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Phonemes, words separated by spaces, punctuation kept.
    pub phonemes: String,
    /// Its words in order, without punctuation.
    pub words: Vec<ReadWord>,
}

/// Reads sentences in both languages. English is loaded on first use (a fifth of a second).
pub struct Phonemizer {
    accent: Accent,
    oov: Option<std::path::PathBuf>,
    english: Option<English>,
}

impl Phonemizer {
    /// A reader with this English accent. `oov` is the folder of the `hibari` model, whose network
    /// reads words that are in no lexicon; without it such words are spelled.
    pub fn new(accent: Accent, oov: Option<std::path::PathBuf>) -> Self {
        Self { accent, oov, english: None }
    }

    /// Phonemes of a sentence as written. Han runs are read as Mandarin, everything else as
    /// English; numbers and symbols are read in `lang`.
    ///
    /// # Errors
    /// When the network for unknown words cannot be loaded.
    pub fn phonemes(&mut self, text: &str, lang: Lang) -> Result<String, AudioError> {
        Ok(self.read(text, lang, &[])?.phonemes)
    }

    /// Reads a sentence as [`Self::phonemes`] does, and says where each word is. A character of the
    /// private use area is said as the entry of `fixed` with its number.
    ///
    /// # Errors
    /// When the network for unknown words cannot be loaded.
    pub fn read(&mut self, text: &str, lang: Lang, fixed: &[Say]) -> Result<Reading, AudioError> {
        let normal = normalize::normalize(text, lang);
        let mut out = Line::default();
        for run in runs(&normal) {
            match run {
                Run::Fixed(c) => match fixed_index(c).and_then(|i| fixed.get(i)) {
                    Some(Say::Phonemes(phonemes)) => out.word(c.into(), phonemes),
                    Some(Say::Words(words)) => {
                        let said = self.read(words, lang, &[])?.phonemes;
                        out.word(c.into(), said.trim_end_matches(['.', ',', ' ']));
                    }
                    None => {}
                },
                run => self.run(run, &mut out)?,
            }
            out.boundary();
        }
        Ok(out.finish())
    }

    fn run(&mut self, run: Run<'_>, out: &mut Line) -> Result<(), AudioError> {
        match run {
            Run::Han(text) => {
                for read in zh::readings(text) {
                    out.word(read.text.into(), &read.phonemes);
                    if read.ends_word {
                        out.push(" ");
                    }
                }
            }
            Run::Other(text) if text.chars().any(char::is_alphabetic) => {
                if text.starts_with(' ') {
                    out.push(" ");
                }
                for read in self.english()?.read(text) {
                    if read.text.chars().any(char::is_alphanumeric) {
                        out.word(read.text, &read.phonemes);
                    } else {
                        out.push(&read.phonemes);
                    }
                    if read.space {
                        out.push(" ");
                    }
                }
            }
            // Only marks that the voices know as pauses or tone of voice.
            Run::Other(text) => {
                let marks: String = text.chars().filter(|c| " ,.!?;:…—\"()".contains(*c)).collect();
                out.push(&marks);
            }
            Run::Fixed(_) => {}
        }
        Ok(())
    }

    fn english(&mut self) -> Result<&English, AudioError> {
        if self.english.is_none() {
            self.english = Some(English::load(self.accent, self.oov.as_deref())?);
        }
        self.english.as_ref().ok_or(AudioError::Engine { engine: "g2p", problem: "no lexicon".into() })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Run<'a> {
    Han(&'a str),
    Fixed(char),
    Other(&'a str),
}

fn runs(text: &str) -> Vec<Run<'_>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Han,
        Fixed,
        Other,
    }
    let kind = |c: char| match c {
        c if zh::is_han(c) => Kind::Han,
        c if fixed_index(c).is_some() => Kind::Fixed,
        _ => Kind::Other,
    };
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let this = kind(c);
        if this == Kind::Fixed {
            out.push(Run::Fixed(c));
            continue;
        }
        while chars.next_if(|(_, c)| kind(*c) == this).is_some() {}
        let run = &text[start..chars.peek().map_or(text.len(), |(i, _)| *i)];
        out.push(if this == Kind::Han { Run::Han(run) } else { Run::Other(run) });
    }
    out
}

const MARKS: &str = ",.!?;:…—)”\"";

/// A line of phonemes as it grows: punctuation stands against the word before it and apart from the
/// next.
#[derive(Default)]
struct Line {
    chars: Vec<char>,
    words: Vec<ReadWord>,
}

impl Line {
    fn push(&mut self, part: &str) {
        for c in part.chars() {
            if MARKS.contains(c) {
                while self.chars.last() == Some(&' ') {
                    self.chars.pop();
                }
            } else if c != ' ' && !matches!(c, '(' | '“') {
                let apart = self.chars.last().is_some_and(|l| *l != '"' && MARKS.contains(*l));
                if apart {
                    self.chars.push(' ');
                }
            }
            if c == ' ' && matches!(self.chars.last(), None | Some(' ')) {
                continue;
            }
            self.chars.push(c);
        }
    }

    fn word(&mut self, text: String, phonemes: &str) {
        // A mark before the word may have asked for a space, which is not part of it.
        let mut letters = phonemes.trim().chars();
        let Some(first) = letters.next() else { return };
        self.push(first.encode_utf8(&mut [0; 4]));
        let start = self.chars.len() - 1;
        self.push(letters.as_str());
        self.words.push(ReadWord { text, span: start..self.chars.len() });
    }

    /// The next stretch is another language: a word boundary.
    fn boundary(&mut self) {
        if self.chars.last().is_some_and(|c| c.is_alphabetic() || "→↗↓↘".contains(*c)) {
            self.chars.push(' ');
        }
    }

    fn finish(mut self) -> Reading {
        while self.chars.last() == Some(&' ') {
            self.chars.pop();
        }
        Reading { phonemes: self.chars.into_iter().collect(), words: self.words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_knows_its_phonemes() {
        let mut reader = Phonemizer::new(Accent::Us, None);
        let reading = reader.read("我用 Rust 写, really \u{e000}!", Lang::Zh, &[Say::Words("fast".into())]);
        let reading = reading.expect("a reading");
        let letters: Vec<char> = reading.phonemes.chars().collect();
        let words: Vec<(&str, String)> = reading
            .words
            .iter()
            .map(|w| (w.text.as_str(), letters[w.span.clone()].iter().collect()))
            .collect();
        let texts: Vec<&str> = words.iter().map(|w| w.0).collect();
        assert_eq!(texts, ["我", "用", "Rust", "写", "really", "\u{e000}"], "{}", reading.phonemes);
        assert_eq!(
            (words[0].1.as_str(), words[2].1.as_str(), words[5].1.as_str()),
            ("wo↓", "ɹˈʌst", "fˈæst")
        );
        assert!(reading.phonemes.ends_with("fˈæst!"), "{}", reading.phonemes);
    }
}
