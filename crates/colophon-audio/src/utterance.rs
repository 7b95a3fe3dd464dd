//! What is said in one breath: text, words whose reading is fixed, and how parts of it are said.

use std::ops::Range;

use colophon_types::Lang;

use crate::dictionary::Dictionary;
use crate::fixed::{FIXED, Say, fixed_index};
use crate::g2p::Reading;
use crate::g2p::zh::{self, is_han};
use crate::normalize;

/// Largest table of the alignment of written and spoken words.
const TABLE: usize = 4_000_000;

/// How a stretch of speech differs from the voice's own way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// Pace: 1 as it is, 2 twice as fast.
    pub rate: f32,
    /// Loudness, in decibels above the voice's own.
    pub gain: f32,
    /// Pitch, in semitones above the voice's own.
    pub pitch: f32,
}

impl Default for Manner {
    fn default() -> Self {
        Self { rate: 1.0, gain: 0.0, pitch: 0.0 }
    }
}

/// A word whose reading is fixed.
#[derive(Clone, Debug, PartialEq)]
struct Fixed {
    written: String,
    say: Say,
}

/// What one voice says in one breath: a sentence, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    lang: Lang,
    /// The text; a word with a fixed reading is one character of the private use area.
    text: String,
    fixed: Vec<Fixed>,
    /// Bytes of the text and how they are said; they cover all of it.
    manners: Vec<(Range<usize>, Manner)>,
}

/// A word as written.
#[derive(Clone, Debug, PartialEq)]
struct Token<'a> {
    text: &'a str,
    start: usize,
}

impl Utterance {
    /// An empty utterance whose numbers and symbols are read in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self { lang, text: String::new(), fixed: Vec::new(), manners: Vec::new() }
    }

    /// A plain sentence; words in the dictionary are said as it says.
    pub fn plain(text: &str, lang: Lang, dictionary: &Dictionary) -> Self {
        let mut out = Self::new(lang);
        out.push(text, lang, Manner::default(), dictionary);
        out
    }

    /// The language in which its numbers and symbols are read.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether there is nothing to say in it.
    pub fn is_empty(&self) -> bool {
        !self.text.chars().any(|c| c.is_alphanumeric() || fixed_index(c).is_some())
    }

    /// The text as written.
    pub fn written(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        for c in self.text.chars() {
            match fixed_index(c).and_then(|i| self.fixed.get(i)) {
                Some(fixed) => out.push_str(&fixed.written),
                None => out.push(c),
            }
        }
        out.trim().to_owned()
    }

    /// Whether it has Chinese words, or is read in Chinese.
    pub fn has_chinese(&self) -> bool {
        self.lang == Lang::Zh || self.text.chars().any(is_han)
    }

    /// Adds text whose numbers are read in `lang`.
    pub fn push(&mut self, text: &str, lang: Lang, manner: Manner, dictionary: &Dictionary) {
        let mut at = 0;
        for found in dictionary.matches(text, lang) {
            self.push_free(&text[at..found.start], lang, manner);
            self.push_fixed(&text[found.start..found.end], found.say, manner);
            at = found.end;
        }
        self.push_free(&text[at..], lang, manner);
    }

    fn push_free(&mut self, text: &str, lang: Lang, manner: Manner) {
        // Characters of the private use area are ours.
        let own = |c: char| if fixed_index(c).is_some() { ' ' } else { c };
        let digits = |t: &str| t.chars().any(|c| !c.is_alphabetic() && !c.is_whitespace());
        if lang == self.lang || !digits(text) {
            return self.append(text.chars().map(own), manner);
        }
        for chunk in text.split_inclusive(char::is_whitespace) {
            let word = chunk.trim_end();
            if word.chars().any(|c| c.is_numeric()) {
                let words = normalize::normalize(&word.chars().map(own).collect::<String>(), lang);
                self.push_fixed(word, Say::Words(words), manner);
                self.append(chunk[word.len()..].chars(), manner);
            } else {
                self.append(chunk.chars().map(own), manner);
            }
        }
    }

    /// Adds a word with a fixed reading.
    pub fn push_fixed(&mut self, written: &str, say: Say, manner: Manner) {
        let c = u32::try_from(self.fixed.len()).ok().and_then(|i| char::from_u32(FIXED.start + i));
        match c.filter(|c| FIXED.contains(&u32::from(*c))) {
            Some(c) => {
                self.fixed.push(Fixed { written: written.to_owned(), say });
                self.append(std::iter::once(c), manner);
            }
            // More than 6400 in one breath: the rest is left to the rules.
            None => self.push_free(written, self.lang, manner),
        }
    }

    fn append(&mut self, text: impl Iterator<Item = char>, manner: Manner) {
        let start = self.text.len();
        self.text.extend(text);
        let end = self.text.len();
        match self.manners.last_mut() {
            _ if start == end => {}
            Some((range, last)) if *last == manner => range.end = end,
            _ => self.manners.push((start..end, manner)),
        }
    }

    /// The text and the fixed readings, for the phonemizer.
    pub(crate) fn parts(&self) -> (&str, Vec<Say>) {
        (&self.text, self.fixed.iter().map(|f| f.say.clone()).collect())
    }

    /// The one manner of all of it, if there is one.
    pub(crate) fn manner(&self) -> Option<Manner> {
        match self.manners.as_slice() {
            [] => Some(Manner::default()),
            [(_, manner)] => Some(*manner),
            _ => None,
        }
    }

    fn manner_at(&self, byte: usize) -> Manner {
        self.manners.iter().find(|(r, _)| r.contains(&byte)).map_or_else(Manner::default, |m| m.1)
    }

    /// Words as written: between white space, Han runs by dictionary, fixed readings by themselves.
    fn tokens(&self) -> Vec<Token<'_>> {
        let mut out = Vec::new();
        let mut start = 0;
        let kind = |c: char| match c {
            c if c.is_whitespace() => 0,
            c if is_han(c) => 1,
            c if fixed_index(c).is_some() => 2,
            _ => 3,
        };
        let chars: Vec<(usize, char)> = self.text.char_indices().collect();
        for i in 0..=chars.len() {
            let end = chars.get(i).map_or(self.text.len(), |c| c.0);
            let ends = i == chars.len()
                || (i > 0 && (kind(chars[i].1) != kind(chars[i - 1].1) || kind(chars[i].1) == 2));
            if !ends || end == start {
                continue;
            }
            let text = &self.text[start..end];
            match text.chars().next().map(kind) {
                Some(1) => {
                    let mut at = start;
                    for word in zh::words(text) {
                        out.push(Token { text: word, start: at });
                        at += word.len();
                    }
                }
                Some(2) => out.push(Token { text, start }),
                Some(3) if text.chars().any(|c| c.is_alphanumeric() || "$£€¥%=+".contains(c)) => {
                    out.push(Token { text, start });
                }
                _ => {}
            }
            start = end;
        }
        out
    }

    /// When each written word is said, given when each read word is; with the manner of each.
    pub(crate) fn words(&self, reading: &Reading, times: &[(f64, f64)]) -> Vec<TimedWord> {
        let tokens = self.tokens();
        let mut expected: Vec<(String, usize)> = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            let alone = normalize::normalize(token.text, self.lang);
            expected.extend(units(&alone).into_iter().map(|u| (u, i)));
        }
        let mut spoken: Vec<(String, usize)> = Vec::new();
        for (i, word) in reading.words.iter().enumerate() {
            spoken.extend(units(&word.text).into_iter().map(|u| (u, i)));
        }
        let mut out: Vec<Option<(f64, f64)>> = vec![None; tokens.len()];
        for (owner, (_, read)) in owners(&expected, &spoken).into_iter().zip(&spoken) {
            let (Some(slot), Some((start, end))) = (out.get_mut(owner), times.get(*read)) else { continue };
            *slot = Some(slot.map_or((*start, *end), |(a, b)| (a.min(*start), b.max(*end))));
        }
        let timed = tokens.iter().zip(out).filter_map(|(token, time)| {
            let (start, end) = time?;
            Some(TimedWord { text: self.shown(token.text), start, end, manner: self.manner_at(token.start) })
        });
        timed.filter(|w| !w.text.is_empty()).collect()
    }

    /// A word as captions show it: without punctuation around it.
    fn shown(&self, token: &str) -> String {
        let written = token.chars().next().and_then(fixed_index).and_then(|i| self.fixed.get(i));
        let text = written.map_or(token, |f| f.written.as_str());
        let inner = |c: char| !c.is_alphanumeric();
        let kept = text.trim_matches(|c| inner(c) && !"$£€¥%°+#²³".contains(c));
        kept.to_owned()
    }
}

/// A written word with the time it takes, in seconds, and how it is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimedWord {
    pub(crate) text: String,
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) manner: Manner,
}

/// Words in lower case and single Han characters.
fn units(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let alone = is_han(c) || fixed_index(c).is_some();
        if (alone || !(c.is_alphanumeric() || c == '\'')) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if alone {
            out.push(c.to_string());
        } else if c.is_alphanumeric() || c == '\'' {
            word.extend(c.to_lowercase());
        }
    }
    out.extend((!word.is_empty()).then_some(word));
    out
}

/// For each spoken unit, whose it is: the alignment of least edits between what the written words
/// would be by themselves and what is said (Wagner & Fischer 1974).
fn owners(expected: &[(String, usize)], spoken: &[(String, usize)]) -> Vec<usize> {
    let (n, m) = (expected.len(), spoken.len());
    if n == 0 || m == 0 {
        return vec![usize::MAX; m];
    }
    if n.saturating_mul(m) > TABLE {
        return (0..m).map(|j| expected[j * n / m].1).collect();
    }
    let width = m + 1;
    let mut cost = vec![0u32; (n + 1) * width];
    for (j, c) in cost.iter_mut().enumerate().take(width) {
        *c = 2 * j as u32;
    }
    for i in 1..=n {
        cost[i * width] = 2 * i as u32;
        for j in 1..=m {
            let change = if expected[i - 1].0 == spoken[j - 1].0 { 0 } else { 3 };
            let replace = cost[(i - 1) * width + j - 1] + change;
            let skip = cost[(i - 1) * width + j].min(cost[i * width + j - 1]) + 2;
            cost[i * width + j] = replace.min(skip);
        }
    }
    let mut owner = vec![usize::MAX; m];
    let (mut i, mut j) = (n, m);
    while j > 0 {
        let here = cost[i * width + j];
        let change = |i: usize| if expected[i - 1].0 == spoken[j - 1].0 { 0 } else { 3 };
        if i > 0 && here == cost[(i - 1) * width + j - 1] + change(i) {
            owner[j - 1] = expected[i - 1].1;
            (i, j) = (i - 1, j - 1);
        } else if i > 0 && here == cost[(i - 1) * width + j] + 2 {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    // What is said beyond the words belongs to the word before it, at the start to the first.
    let mut last = owner.iter().copied().find(|o| *o != usize::MAX).unwrap_or(0);
    for o in &mut owner {
        if *o == usize::MAX {
            *o = last;
        }
        last = *o;
    }
    owner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g2p::ReadWord;

    /// The written words of a text, each with the read words that it takes.
    fn taken(utterance: &Utterance) -> Vec<(String, String)> {
        let normal = normalize::normalize(&utterance.text, utterance.lang);
        let read = units(&normal);
        let words = read.iter().map(|u| ReadWord { text: u.clone(), span: 0..1 }).collect();
        let times: Vec<(f64, f64)> = (0..read.len()).map(|i| (i as f64, i as f64 + 1.0)).collect();
        let reading = Reading { phonemes: String::new(), words };
        let timed = utterance.words(&reading, &times);
        timed.into_iter().map(|w| (w.text, read[w.start as usize..w.end as usize].join(" "))).collect()
    }

    fn pairs(utterance: &Utterance) -> String {
        taken(utterance).into_iter().map(|(w, r)| format!("{w}={r}")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn written_words_own_what_is_said() {
        let none = Dictionary::default();
        for (text, lang, want) in [
            ("Hello, world!", Lang::En, "Hello=hello|world=world"),
            ("In 1969, two men", Lang::En, "In=in|1969=nineteen sixty nine|two=two|men=men"),
            (
                "It cost $4.50 today.",
                Lang::En,
                "It=it|cost=cost|$4.50=four dollars and fifty cents|today=today",
            ),
            (
                "The bridge is 2.7 km long",
                Lang::En,
                "The=the|bridge=bridge|is=is|2.7=two point seven|km=kilometers|long=long",
            ),
            ("我们2026年见", Lang::Zh, "我们=我 们|2026=二 零 二 六|年=年|见=见"),
            ("学习 Rust 语言", Lang::Zh, "学习=学 习|Rust=rust|语言=语 言"),
        ] {
            assert_eq!(pairs(&Utterance::plain(text, lang, &none)), want, "{text}");
        }
    }

    #[test]
    fn fixed_words_are_one_word_each() {
        let d = Dictionary::from_lines("d", "GIF\tjiff\n重庆\t[chong2 qing4]").expect("a dictionary");
        let u = Utterance::plain("A GIF of 重庆!", Lang::En, &d);
        assert_eq!(u.written(), "A GIF of 重庆!");
        let words: Vec<String> = taken(&u).into_iter().map(|w| w.0).collect();
        assert_eq!(words, ["A", "GIF", "of", "重庆"]);
        let (text, says) = u.parts();
        assert_eq!(text.chars().filter(|c| fixed_index(*c).is_some()).count(), 2);
        assert_eq!(says[0], Say::Words("jiff".into()));
    }

    #[test]
    fn private_characters_of_a_text_are_dropped() {
        let u = Utterance::plain("a\u{e000}b", Lang::En, &Dictionary::default());
        assert_eq!(u.written(), "a b");
    }

    #[test]
    fn manners_cover_the_text() {
        let mut u = Utterance::new(Lang::En);
        let loud = Manner { gain: 6.0, ..Manner::default() };
        u.push("I ", Lang::En, Manner::default(), &Dictionary::default());
        u.push("really ", Lang::En, loud, &Dictionary::default());
        u.push("do", Lang::En, Manner::default(), &Dictionary::default());
        assert_eq!((u.manners.len(), u.manner(), u.manner_at(3)), (3, None, loud));
        u.push("在1999年", Lang::Zh, loud, &Dictionary::default());
        assert!(u.written().ends_with("在1999年"));
    }
}
