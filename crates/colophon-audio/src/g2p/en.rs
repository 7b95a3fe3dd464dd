//! English: lexicon and part-of-speech rules from `misaki-rs`, unknown words through a small
//! character network (`oov.onnx` of the `hibari` model), or spelled where that is absent.

use std::path::Path;
use std::sync::Mutex;

use misaki_rs::fallback::FallbackError;
use misaki_rs::{Fallback, G2P, Language};
use ort::session::Session;
use ort::value::TensorRef;

use crate::AudioError;

/// Which English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accent {
    /// American.
    Us,
    /// British.
    Gb,
}

/// Words longer than this are cut: nothing that is meant to be spoken is so long.
const LONGEST_WORD: usize = 40;

/// The English reader.
pub struct English {
    g2p: G2P,
}

impl English {
    /// Loads the lexicon, and from the folder `oov` the network for unknown words.
    ///
    /// # Errors
    /// When the network cannot be loaded.
    pub fn load(accent: Accent, oov: Option<&Path>) -> Result<Self, AudioError> {
        let network = oov.map(|dir| Network::load(dir, accent)).transpose()?;
        let language = match accent {
            Accent::Us => Language::EnglishUS,
            Accent::Gb => Language::EnglishGB,
        };
        let fallback = Unknown { network };
        Ok(Self { g2p: G2P::with_fallback(language, Some(Box::new(fallback))) })
    }

    /// Normalised text, read word by word; punctuation marks are words too.
    pub(crate) fn read(&self, text: &str) -> Vec<Read> {
        let text = spoken(text);
        let mut out: Vec<Read> = Vec::new();
        for clause in clauses(&text) {
            if let Some(last) = out.last_mut() {
                last.space = true;
            }
            // A text that the lexicon's rules fail on is read letter by letter rather than lost.
            match self.g2p.g2p(clause) {
                Ok((_, tokens)) => out.extend(tokens.into_iter().map(|t| Read {
                    text: t.text,
                    phonemes: trained(&t.phonemes.unwrap_or_default()),
                    space: !t.whitespace.is_empty(),
                })),
                Err(_) => out.extend(clause.split(' ').map(|w| Read {
                    text: w.to_owned(),
                    phonemes: spell(w),
                    space: true,
                })),
            }
        }
        out
    }
}

/// A word as it is read.
pub(crate) struct Read {
    /// The word.
    pub(crate) text: String,
    /// Its phonemes.
    pub(crate) phonemes: String,
    /// Whether a space follows.
    pub(crate) space: bool,
}

/// Without variants that the voices were not trained on; ❓ is the lexicon's word for "unknown".
fn trained(phonemes: &str) -> String {
    phonemes.replace('ɾ', "T").replace('ʔ', "t").replace('❓', "")
}

/// The alphabet of the voices: letters, stress, length and tone marks.
const ALPHABET: &str = "\u{303}ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

/// Phonemes of the voices' alphabet from IPA, or from that alphabet itself: `ˈtʃeɪndʒ` → `ˈʧAnʤ`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn phonemes_of_ipa(ipa: &str) -> Result<String, String> {
    let mut text: String = ipa.chars().filter(|c| !"\u{361}\u{35c}.‿\u{329}\u{32f}".contains(*c)).collect();
    for (from, to) in [
        ("eɪ", "A"),
        ("aɪ", "I"),
        ("aʊ", "W"),
        ("ɔɪ", "Y"),
        ("oʊ", "O"),
        ("əʊ", "Q"),
        ("tʃ", "ʧ"),
        ("dʒ", "ʤ"),
        ("tɕ", "ʨ"),
        ("ʈʂ", "ꭧ"),
        ("ts", "ʦ"),
        ("g", "ɡ"),
        ("ɝ", "ɜɹ"),
        ("'", "ˈ"),
        (":", "ː"),
        ("ɫ", "l"),
        ("r", "ɹ"),
    ] {
        text = text.replace(from, to);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(c) = text.chars().find(|c| *c != ' ' && !ALPHABET.contains(*c)) {
        return Err(format!("\"{}\" is no phoneme", c.escape_debug()));
    }
    if !text.chars().any(|c| c.is_alphabetic() && !"ˈˌːʰʲ".contains(c)) {
        return Err("there is no phoneme between the slashes".into());
    }
    Ok(text)
}

/// Keeps what the lexicon's tokenizer is made for: Latin words of sane length and punctuation.
fn spoken(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.chars() {
        if c.is_alphabetic() || c == '\'' {
            run += 1;
            if run > LONGEST_WORD {
                out.push(' ');
                run = 1;
            }
            out.push(c);
        } else {
            run = 0;
            out.push(match c {
                ' ' | ',' | '.' | '!' | '?' | ';' | ':' | '—' | '…' | '"' | '(' | ')' | '-' => c,
                _ => ' ',
            });
        }
    }
    out
}

/// Cuts a very long text at spaces, so that no rule sees more than about 500 characters at once.
fn clauses(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while rest.chars().count() > 500 {
        let limit = rest.char_indices().nth(500).map_or(rest.len(), |(i, _)| i);
        let cut = rest[..limit].rfind(['.', '!', '?', ';', ',']).filter(|i| *i > 0).map(|i| i + 1);
        let cut = cut.or_else(|| rest[..limit].rfind(' ')).unwrap_or(limit);
        out.push(rest[..cut].trim());
        rest = rest[cut..].trim_start();
    }
    out.push(rest);
    out.retain(|c| !c.is_empty());
    out
}

/// Names of the letters, in phonemes.
fn spell(word: &str) -> String {
    let name = |c: char| match c.to_ascii_lowercase() {
        'a' => "ˈA",
        'b' => "bˈi",
        'c' => "sˈi",
        'd' => "dˈi",
        'e' => "ˈi",
        'f' => "ˈɛf",
        'g' => "ʤˈi",
        'h' => "ˈAʧ",
        'i' => "ˈI",
        'j' => "ʤˈA",
        'k' => "kˈA",
        'l' => "ˈɛl",
        'm' => "ˈɛm",
        'n' => "ˈɛn",
        'o' => "ˈO",
        'p' => "pˈi",
        'q' => "kjˈu",
        'r' => "ˈɑɹ",
        's' => "ˈɛs",
        't' => "tˈi",
        'u' => "jˈu",
        'v' => "vˈi",
        'w' => "dˈʌbᵊlju",
        'x' => "ˈɛks",
        'y' => "wˈI",
        'z' => "zˈi",
        _ => "",
    };
    word.chars().map(name).collect()
}

/// The name of a letter, in phonemes; empty for what is no letter.
pub(crate) fn spelled(letter: char) -> String {
    spell(letter.encode_utf8(&mut [0; 4]))
}

/// What reads a word that is in no lexicon.
struct Unknown {
    network: Option<Network>,
}

impl Fallback for Unknown {
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        let read = self.network.as_ref().and_then(|n| n.read(word)).filter(|p| !p.is_empty());
        Ok(read.unwrap_or_else(|| spell(word)))
    }
}

/// The character network: in `chars` i64 [1, L], out class per slot i64 [1, 4·L]; class 0 is the
/// blank of connectionist temporal classification, repeats collapse.
struct Network {
    session: Mutex<Session>,
    letters: Vec<char>,
    phonemes: Vec<char>,
    longest: usize,
}

#[derive(serde::Deserialize)]
struct Alphabet {
    r#in: Vec<char>,
    out: Vec<char>,
    maxlen: usize,
}

impl Network {
    fn load(dir: &Path, accent: Accent) -> Result<Self, AudioError> {
        let name = match accent {
            Accent::Us => "oov",
            Accent::Gb => "oov_gb",
        };
        let path = dir.join(format!("{name}.json"));
        let text = std::fs::read_to_string(&path).map_err(AudioError::model(&path))?;
        let alphabet: Alphabet = serde_json::from_str(&text).map_err(AudioError::model(&path))?;
        let session = colophon_hub::onnx::session(&dir.join(format!("{name}.onnx")), 1)?;
        let Alphabet { r#in: letters, out: phonemes, maxlen: longest } = alphabet;
        Ok(Self { session: Mutex::new(session), letters, phonemes, longest })
    }

    fn read(&self, word: &str) -> Option<String> {
        let ids: Vec<i64> = word
            .chars()
            .filter_map(|c| self.letters.iter().position(|l| *l == c).map(|i| i as i64 + 1))
            .take(self.longest)
            .collect();
        if ids.is_empty() {
            return None;
        }
        let mut session = self.session.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let input = TensorRef::from_array_view(([1, ids.len()], ids.as_slice())).ok()?;
        let outputs = session.run(ort::inputs!["chars" => input]).ok()?;
        let (_, classes) = outputs
            .iter()
            .next()?
            .1
            .try_extract_tensor::<i64>()
            .ok()
            .map(|(s, d)| (s.clone(), d.to_vec()))?;
        let mut out = String::new();
        let mut last = 0;
        for class in classes {
            if class != last && class > 0 {
                out.extend(self.phonemes.get(class as usize - 1));
            }
            last = class;
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipa_becomes_the_alphabet_of_the_voices() {
        for (ipa, want) in
            [("ˈtʃeɪndʒ", "ˈʧAnʤ"), ("t͡ʃaɪ", "ʧI"), ("rəʊd", "ɹQd"), ("ˈɡɪf", "ˈɡɪf"), ("  a   b ", "a b")]
        {
            assert_eq!(phonemes_of_ipa(ipa).as_deref(), Ok(want), "{ipa}");
        }
        for ipa in ["", "ˈ", "a#b", "漢", "a\u{7}"] {
            assert!(phonemes_of_ipa(ipa).is_err(), "{ipa:?}");
        }
    }
}
