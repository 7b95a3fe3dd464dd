//! Grapheme to phoneme: normalised text becomes phonemes in the alphabet of the Kokoro voices
//! (the `misaki` alphabet), for English and Mandarin and for sentences that mix them.

pub mod en;
mod heteronyms;
mod syllable;
pub mod zh;

use colophon_types::Lang;

use crate::AudioError;
use crate::normalize;
use en::{Accent, English};

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
        let normal = normalize::normalize(text, lang);
        let mut out = String::new();
        for run in runs(&normal) {
            let part = match run {
                Run::Han(text) => zh::phonemes(text),
                Run::Other(text) if text.chars().any(char::is_alphabetic) => self.english()?.phonemes(text),
                // Only marks that the voices know as pauses or tone of voice.
                Run::Other(text) => text.chars().filter(|c| " ,.!?;:…—\"()".contains(*c)).collect(),
            };
            join(&mut out, &part);
        }
        Ok(out.trim().to_string())
    }

    fn english(&mut self) -> Result<&English, AudioError> {
        if self.english.is_none() {
            self.english = Some(English::load(self.accent, self.oov.as_deref())?);
        }
        self.english.as_ref().ok_or(AudioError::Engine { engine: "g2p", problem: "no lexicon".into() })
    }
}

enum Run<'a> {
    Han(&'a str),
    Other(&'a str),
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut han = None;
    for (i, c) in text.char_indices() {
        let now = zh::is_han(c);
        if han.is_some_and(|h| h != now) {
            out.push(if now { Run::Other(&text[start..i]) } else { Run::Han(&text[start..i]) });
            start = i;
        }
        han = Some(now);
    }
    match han {
        Some(true) => out.push(Run::Han(&text[start..])),
        Some(false) => out.push(Run::Other(&text[start..])),
        None => {}
    }
    out
}

/// Joins two stretches: punctuation stands against the word before it and apart from the next.
fn join(out: &mut String, part: &str) {
    for c in part.chars() {
        let opens = matches!(c, '(' | '“');
        let mark = matches!(c, ',' | '.' | '!' | '?' | ';' | ':' | '…' | '—' | ')' | '”' | '"');
        if mark {
            while out.ends_with(' ') {
                out.pop();
            }
        } else if c != ' ' && !opens {
            let after = out.chars().last();
            let apart =
                after.is_some_and(|l| matches!(l, ',' | '.' | '!' | '?' | ';' | ':' | '…' | '—' | ')' | '”'));
            if apart {
                out.push(' ');
            }
        }
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        out.push(c);
    }
    // The next stretch is another language: a word boundary.
    if out.ends_with(|c: char| c.is_alphabetic() || "→↗↓↘".contains(c)) {
        out.push(' ');
    }
}
