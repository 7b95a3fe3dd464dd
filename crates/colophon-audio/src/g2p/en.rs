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

    /// Phonemes of normalised text: words separated by spaces, punctuation kept.
    pub fn phonemes(&self, text: &str) -> String {
        let text = spoken(text);
        let mut out = String::new();
        for clause in clauses(&text) {
            // A text that the lexicon's rules fail on is read letter by letter rather than lost.
            let part = match self.g2p.g2p(clause) {
                Ok((phonemes, _)) => phonemes,
                Err(_) => clause.split(' ').map(spell).collect::<Vec<_>>().join(" "),
            };
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            out.push_str(part.trim());
        }
        // Variants that the voices were not trained on; ❓ is the lexicon's word for "unknown".
        out.replace('ɾ', "T").replace('ʔ', "t").replace('❓', "")
    }
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
