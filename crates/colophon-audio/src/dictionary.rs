//! Pronunciation dictionaries that users write: how a word is said, line by line.
//!
//! A line is a word, a tab, and how it is said; a third column may name the language that the entry
//! holds for (`en` or `zh`). A word with a capital letter holds for that spelling only, one without
//! for any. How it is said is written in one of three ways: `/ɡˈɪf/` phonemes (IPA, or the alphabet of
//! the voices), `[chong2 qing4]` pinyin, or plain words that are read in its place. A `#` begins a
//! comment line. A file that ends in `.toml` holds the same as tables `[en]`, `[zh]` and `[all]`.

use std::collections::HashMap;
use std::path::Path;

use colophon_types::Lang;

use crate::AudioError;
use crate::fixed::{Say, fixed_index};
use crate::g2p::en::phonemes_of_ipa;
use crate::g2p::zh::{is_han, phonemes_of_pinyin};

/// Most entries in a dictionary, longest word and longest reading in characters, largest file in bytes.
const MOST: usize = 100_000;
const LONGEST_WORD: usize = 60;
const LONGEST_SAID: usize = 300;
const LARGEST: u64 = 8 << 20;

/// How words are said, by language.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    entries: HashMap<String, Vec<Entry>>,
    /// Longest word of each first character, in characters.
    longest: HashMap<char, usize>,
    count: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    /// As written: with a capital letter it must be met exactly.
    word: String,
    lang: Option<Lang>,
    say: Say,
}

/// A word of a text that is in the dictionary.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// First byte of the word.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// How it is said.
    pub say: Say,
}

impl Dictionary {
    /// Reads a dictionary from a file.
    ///
    /// # Errors
    /// [`AudioError::Dictionary`] with the line that cannot be used.
    pub fn load(path: &Path) -> Result<Self, AudioError> {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let wrong = |problem: String| AudioError::Dictionary { file: file.clone(), line: 1, problem };
        let size = std::fs::metadata(path).map_err(|e| wrong(e.to_string()))?.len();
        if size > LARGEST {
            return Err(wrong(format!("the file has {size} bytes; at most {LARGEST} are read")));
        }
        let bytes = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|e| {
            let valid = e.utf8_error().valid_up_to();
            let line = 1 + e.as_bytes()[..valid].iter().filter(|b| **b == b'\n').count();
            AudioError::Dictionary { file: file.clone(), line, problem: "it is not UTF-8".into() }
        })?;
        let is_toml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
        if is_toml { Self::from_toml(&file, &text) } else { Self::from_lines(&file, &text) }
    }

    /// Reads the lines of a dictionary; `file` names it in errors.
    ///
    /// # Errors
    /// [`AudioError::Dictionary`] with the line that cannot be used.
    pub fn from_lines(file: &str, text: &str) -> Result<Self, AudioError> {
        let mut out = Self::default();
        for (i, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
            let result = match fields.as_slice() {
                [word, said] => out.add(word, said, None),
                [word, said, "" | "all"] => out.add(word, said, None),
                [word, said, lang] => match lang.parse() {
                    Ok(lang) => out.add(word, said, Some(lang)),
                    Err(_) => Err(format!("\"{}\" is neither en nor zh", shown(lang))),
                },
                [_] => Err("there is no tab between the word and how it is said".into()),
                _ => Err("it has more than three columns".into()),
            };
            result.map_err(|problem| AudioError::Dictionary { file: file.into(), line: i + 1, problem })?;
        }
        Ok(out)
    }

    /// Reads a dictionary in TOML: tables `en`, `zh` and `all` of word = "how it is said".
    ///
    /// # Errors
    /// [`AudioError::Dictionary`] with the line that cannot be used.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, AudioError> {
        let line_of = |at: usize| 1 + text[..at.min(text.len())].matches('\n').count();
        let wrong =
            |line: usize, problem: String| AudioError::Dictionary { file: file.into(), line, problem };
        type Tables = HashMap<String, HashMap<toml::Spanned<String>, toml::Spanned<String>>>;
        let tables: Tables = toml::from_str(text)
            .map_err(|e| wrong(e.span().map_or(1, |s| line_of(s.start)), e.message().replace('\n', " ")))?;
        let mut rows = Vec::new();
        for (table, entries) in tables {
            let lang = match table.as_str() {
                "all" => None,
                tag => Some(tag.parse::<Lang>().map_err(|_| {
                    let at = text.find(&format!("[{tag}]")).unwrap_or(0);
                    wrong(line_of(at), format!("the table [{}] is neither en, zh nor all", shown(tag)))
                })?),
            };
            rows.extend(entries.into_iter().map(|(word, said)| (word, said, lang)));
        }
        rows.sort_by_key(|(word, ..)| word.span().start);
        let mut out = Self::default();
        for (word, said, lang) in rows {
            out.add(word.get_ref(), said.get_ref(), lang)
                .map_err(|problem| wrong(line_of(word.span().start), problem))?;
        }
        Ok(out)
    }

    /// Adds an entry; it comes before older ones of the same word.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, word: &str, said: &str, lang: Option<Lang>) -> Result<(), String> {
        let word = word.trim();
        let length = word.chars().count();
        if !word.chars().any(char::is_alphanumeric) || length > LONGEST_WORD {
            return Err(format!("\"{}\" is no word", shown(word)));
        }
        if word.chars().any(|c| fixed_index(c).is_some() || c.is_control()) {
            return Err("the word has a character that cannot be written".into());
        }
        if self.count >= MOST {
            return Err(format!("there are more than {MOST} entries"));
        }
        let say = read_say(said.trim())?;
        let first = word.chars().next().map(lower).unwrap_or_default();
        let longest = self.longest.entry(first).or_default();
        *longest = (*longest).max(length);
        self.entries.entry(key(word)).or_default().insert(0, Entry { word: word.to_owned(), lang, say });
        self.count += 1;
        Ok(())
    }

    /// Adds all entries of `other`, which come before those of this one.
    pub fn extend(&mut self, other: Self) {
        self.count += other.count;
        for (first, length) in other.longest {
            let longest = self.longest.entry(first).or_default();
            *longest = (*longest).max(length);
        }
        for (key, mut entries) in other.entries {
            let mine = self.entries.entry(key).or_default();
            entries.append(mine);
            *mine = entries;
        }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The words of `text` that are in it, from left to right, the longest first where several begin
    /// at one place. Latin words match as whole words only.
    pub fn matches(&self, text: &str, lang: Lang) -> Vec<Match> {
        let mut out = Vec::new();
        if self.is_empty() {
            return out;
        }
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let mut i = 0;
        while i < chars.len() {
            match self.at(text, &chars, i, lang) {
                Some((length, say)) => {
                    let end = chars.get(i + length).map_or(text.len(), |c| c.0);
                    out.push(Match { start: chars[i].0, end, say: say.clone() });
                    i += length;
                }
                None => i += 1,
            }
        }
        out
    }

    fn at(&self, text: &str, chars: &[(usize, char)], i: usize, lang: Lang) -> Option<(usize, &Say)> {
        let longest = *self.longest.get(&lower(chars[i].1))?;
        let letter = |c: char| c.is_alphanumeric() && !is_han(c);
        let glued = |a: usize, b: usize| letter(chars[a].1) && letter(chars[b].1);
        if i > 0 && glued(i - 1, i) {
            return None;
        }
        for length in (1..=longest.min(chars.len() - i)).rev() {
            let next = i + length;
            if next < chars.len() && glued(next - 1, next) {
                continue;
            }
            let here = &text[chars[i].0..chars.get(next).map_or(text.len(), |c| c.0)];
            let Some(entries) = self.entries.get(&key(here)) else { continue };
            let fits = |e: &&Entry| {
                e.lang.is_none_or(|l| l == lang)
                    && (!e.word.chars().any(char::is_uppercase) || e.word == here)
            };
            // An entry with the very spelling wins over one for any.
            let exact = entries.iter().filter(fits).find(|e| e.word == here);
            if let Some(entry) = exact.or_else(|| entries.iter().find(fits)) {
                return Some((length, &entry.say));
            }
        }
        None
    }
}

/// One character in lower case; those that become several stay as they are.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn key(word: &str) -> String {
    word.chars().map(lower).collect()
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Reads `/phonemes/`, `[pinyin]` or plain words.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read_say(said: &str) -> Result<Say, String> {
    if said.chars().count() > LONGEST_SAID {
        return Err("how it is said is too long".into());
    }
    let between = |a: char, b: char| said.strip_prefix(a).and_then(|s| s.strip_suffix(b));
    if let Some(ipa) = between('/', '/') {
        return phonemes_of_ipa(ipa).map(Say::Phonemes);
    }
    if let Some(pinyin) = between('[', ']') {
        let read = phonemes_of_pinyin(pinyin);
        return read.map(Say::Phonemes).ok_or_else(|| format!("\"{}\" is no pinyin", shown(pinyin)));
    }
    if said.is_empty() {
        return Err("it does not say how".into());
    }
    if !said.chars().any(char::is_alphanumeric) || said.chars().any(|c| fixed_index(c).is_some()) {
        return Err(format!("\"{}\" cannot be read", shown(said)));
    }
    Ok(Say::Words(said.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(dictionary: &Dictionary, text: &str, lang: Lang) -> Vec<String> {
        dictionary.matches(text, lang).into_iter().map(|m| text[m.start..m.end].to_owned()).collect()
    }

    #[test]
    fn words_are_met_whole_and_by_case() {
        let lines = "# mine\n\ngif\tjiff\nUS\tyou ess\nus\tuss\nNew York\tnoo york\nC++\tsee plus plus\n重庆\t[chong2 qing4]\n重\t[zhong4]\tzh\n";
        let d = Dictionary::from_lines("test", lines).expect("a dictionary");
        assert_eq!(d.len(), 7);
        for (text, words) in [
            ("A GIF, a gif; gifs and biggif", vec!["GIF", "gif"]),
            ("the US told us", vec!["US", "us"]),
            ("NEW YORK is new york", vec![]),
            ("New York's C++ and C", vec!["New York", "C++"]),
            ("我在重庆很重", vec!["重庆", "重"]),
            ("x重y", vec!["重"]),
            ("gif重庆gif", vec!["gif", "重庆", "gif"]),
        ] {
            assert_eq!(found(&d, text, Lang::Zh), words, "{text}");
        }
        assert_eq!(found(&d, "我很重", Lang::En), Vec::<String>::new(), "an entry for Chinese texts only");
        let said = |text: &str| d.matches(text, Lang::En)[0].say.clone();
        assert_eq!((said("US"), said("us")), (Say::Words("you ess".into()), Say::Words("uss".into())));
    }

    #[test]
    fn later_entries_and_added_dictionaries_win() {
        let mut d = Dictionary::from_lines("a", "gif\tone\ngif\ttwo").expect("a dictionary");
        assert_eq!(d.matches("gif", Lang::En)[0].say, Say::Words("two".into()));
        d.extend(Dictionary::from_lines("b", "GIF\tthree\ngif\tfour").expect("a dictionary"));
        assert_eq!(d.matches("gif", Lang::En)[0].say, Say::Words("four".into()));
        assert_eq!(d.matches("GIF", Lang::En)[0].say, Say::Words("three".into()));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, line, part) in [
            ("gif jiff", 1, "tab"),
            ("# c\ngif\t", 2, "how"),
            ("a\tb\n\t x", 2, "no word"),
            ("a\tb\tfr", 1, "neither"),
            ("a\tb\ten\tx", 1, "three"),
            ("a\tb\nc\t/???/", 2, "phoneme"),
            ("a\tb\nc\t[hello]", 2, "pinyin"),
            ("a\t...", 1, "read"),
        ] {
            match Dictionary::from_lines("mine.tsv", text) {
                Err(AudioError::Dictionary { file, line: at, problem }) => {
                    assert_eq!((file.as_str(), at), ("mine.tsv", line), "{text}");
                    assert!(problem.contains(part), "{text}: {problem}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn toml_is_read_too() {
        let d =
            Dictionary::from_toml("d.toml", "[en]\nGIF = \"jiff\"\n[zh]\n\"重庆\" = \"[chong2 qing4]\"\n");
        let d = d.expect("a dictionary");
        assert_eq!((found(&d, "GIF", Lang::En).len(), found(&d, "重庆", Lang::Zh).len()), (1, 1));
        for (text, line) in
            [("[en]\na = 1", 2), ("[fr]\na = \"b\"", 1), ("[en]\nok = \"fine\"\nx = \"/#/\"", 3), ("[en", 1)]
        {
            match Dictionary::from_toml("d.toml", text) {
                Err(AudioError::Dictionary { line: at, .. }) => assert_eq!(at, line, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
