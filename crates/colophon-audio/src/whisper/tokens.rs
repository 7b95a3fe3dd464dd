//! Whisper's tokens: the special ones, those that are never said, and words out of tokens.

use std::path::Path;

use tokenizers::Tokenizer;

use super::languages;
use crate::AudioError;

/// Vocabulary from which on a model knows more languages than English.
const MULTILINGUAL: usize = 51_865;
/// Marks that belong to the word after them.
const BEFORE: &str = "\"'“¿([{-「『《";
/// Marks that belong to the word before them.
const AFTER: &str = "\"'.。,，!！?？:：”)]}、」』》;；";

/// The tokens of a model.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    pub(super) end: u32,
    pub(super) start: u32,
    pub(super) previous: u32,
    pub(super) transcribe: u32,
    pub(super) translate: u32,
    pub(super) no_speech: u32,
    pub(super) no_timestamps: u32,
    /// The timestamp of 0 s; the others follow, 0.02 s apart.
    pub(super) zero: u32,
    pub(super) multilingual: bool,
    /// Code and token of every language.
    pub(super) languages: Vec<(&'static str, u32)>,
    /// Never said: special tokens, and marks that stand for what is no speech.
    pub(super) suppressed: Vec<u32>,
    /// Never said first.
    pub(super) suppressed_first: Vec<u32>,
}

/// A word and its tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) tokens: Vec<u32>,
}

impl Tokens {
    /// Loads the tokens from `tokenizer.json` in a folder, for a model of this vocabulary. `never`
    /// and `never_first` are the model's own lists of what is not said.
    pub(super) fn load(
        folder: &Path,
        vocabulary: usize,
        never: &[u32],
        never_first: &[u32],
    ) -> Result<Self, AudioError> {
        let path = folder.join("tokenizer.json");
        let tokenizer = Tokenizer::from_file(&path).map_err(AudioError::model(&path))?;
        let known = |token: &str| tokenizer.token_to_id(token);
        let id = |token: &str| {
            let problem = || AudioError::Model { path: path.clone(), problem: format!("it has no {token}") };
            known(token).ok_or_else(problem)
        };
        let start = id("<|startoftranscript|>")?;
        let no_timestamps = id("<|notimestamps|>")?;
        let no_speech = known("<|nospeech|>").or_else(|| known("<|nocaptions|>"));
        let no_speech = no_speech.map_or_else(|| id("<|nospeech|>"), Ok)?;
        let (transcribe, translate, previous) =
            (id("<|transcribe|>")?, id("<|translate|>")?, id("<|startofprev|>")?);
        let language = |(code, _): &(&'static str, &str)| Some((*code, known(&format!("<|{code}|>"))?));
        let multilingual = vocabulary >= MULTILINGUAL;
        let languages = if multilingual {
            languages::LANGUAGES.iter().filter_map(language).collect()
        } else {
            vec![("en", start)]
        };
        let mut suppressed = never.to_vec();
        suppressed.extend([transcribe, translate, start, previous, no_speech, no_timestamps]);
        suppressed.extend(known("<|startoflm|>"));
        suppressed.extend(languages::LANGUAGES.iter().filter_map(language).map(|(_, id)| id));
        suppressed.sort_unstable();
        suppressed.dedup();
        Ok(Self {
            end: id("<|endoftext|>")?,
            start,
            previous,
            transcribe,
            translate,
            no_speech,
            no_timestamps,
            zero: no_timestamps + 1,
            multilingual,
            languages,
            suppressed,
            suppressed_first: never_first.to_vec(),
            tokenizer,
        })
    }

    /// The tokens of a text, without special ones.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, AudioError> {
        let encoding = self.tokenizer.encode(text, false).map_err(AudioError::engine(super::names::NAME))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of tokens; special ones and timestamps are left out.
    pub(super) fn decode(&self, tokens: &[u32]) -> String {
        let words: Vec<u32> = tokens.iter().copied().filter(|t| *t < self.end).collect();
        self.tokenizer.decode(&words, true).unwrap_or_default()
    }

    /// What a transcript begins with: start, language and task.
    pub(super) fn opening(&self, language: &str, translate: bool) -> Vec<u32> {
        let mut opening = vec![self.start];
        if self.multilingual {
            let token = self.languages.iter().find(|(code, _)| *code == language);
            opening.extend(token.map(|(_, id)| *id));
            opening.push(if translate { self.translate } else { self.transcribe });
        }
        opening
    }

    /// Tokens grouped into words, each with its spaces in front.
    pub(super) fn words(&self, tokens: &[u32], language: &str) -> Vec<Word> {
        let characters = self.characters(tokens);
        if languages::unspaced(language) {
            return characters;
        }
        let mut words: Vec<Word> = Vec::new();
        for part in characters {
            let mark = part.text.trim().chars().all(|c| c.is_ascii_punctuation());
            match words.last_mut() {
                Some(word) if !part.text.starts_with(' ') && !mark => {
                    word.text.push_str(&part.text);
                    word.tokens.extend(part.tokens);
                }
                _ => words.push(part),
            }
        }
        words
    }

    /// Tokens grouped so that each group is whole characters.
    fn characters(&self, tokens: &[u32]) -> Vec<Word> {
        let mut out = Vec::new();
        let mut group: Vec<u32> = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            group.push(*token);
            let text = self.decode(&group);
            // A character that is cut in two reads as U+FFFD; no character has more than four bytes.
            if !text.contains('\u{FFFD}') || group.len() >= 4 || i + 1 == tokens.len() {
                out.push(Word { text, tokens: std::mem::take(&mut group) });
            }
        }
        out
    }
}

/// Joins marks to the words that they belong to. `join` is told that the word at the first place
/// takes up the one at the second.
pub(super) fn join_marks<T>(words: &mut Vec<T>, text: impl Fn(&T) -> &str, join: impl Fn(&mut T, T, bool)) {
    let only =
        |text: &str, marks: &str| !text.trim().is_empty() && text.trim().chars().all(|c| marks.contains(c));
    let mut out: Vec<T> = Vec::with_capacity(words.len());
    let mut waiting: Option<T> = None;
    for mut word in words.drain(..) {
        let said = text(&word);
        let opening = said.starts_with(' ') || out.is_empty();
        if opening && only(said, BEFORE) {
            if let Some(before) = waiting.take() {
                join(&mut word, before, true);
            }
            waiting = Some(word);
            continue;
        }
        if let Some(before) = waiting.take() {
            join(&mut word, before, true);
        } else if only(text(&word), AFTER)
            && !text(&word).starts_with(' ')
            && let Some(last) = out.last_mut()
        {
            join(last, word, false);
            continue;
        }
        out.push(word);
    }
    out.extend(waiting);
    *words = out;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_join_their_words() {
        let joined = |words: &[&str]| {
            let mut words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            join_marks(&mut words, String::as_str, |word, other, before| {
                *word = if before { other + word } else { std::mem::take(word) + &other };
            });
            words
        };
        assert_eq!(joined(&[" He", " said", ",", " \"", "no", ".", "\""]), [" He", " said,", " \"no.\""]);
        assert_eq!(joined(&["你", "好", "。", "再", "见", "！"]), ["你", "好。", "再", "见！"]);
        assert_eq!(joined(&[" -"]), [" -"]);
        assert!(joined(&[]).is_empty());
    }
}
