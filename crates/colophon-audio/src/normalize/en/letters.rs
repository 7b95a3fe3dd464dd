//! Words: abbreviations, initials, Roman numerals.

use super::super::number::{digits_at, starts_with};
use super::Reader;
use super::dates::month_at;
use super::words::{ABBREVIATIONS, MONTHS, ROMAN_CARDINAL, ROMAN_ORDINAL, TITLES, cardinal, ordinal};

impl Reader<'_> {
    pub(super) fn letters(&mut self) {
        let start = self.at;
        if self.dotted() {
            return;
        }
        let mut end = start;
        while self.peek(end).is_some_and(|c| c.is_alphabetic())
            || (end > start
                && self.peek(end) == Some('\'')
                && self.peek(end + 1).is_some_and(char::is_alphabetic))
        {
            end += 1;
        }
        let word: String = self.chars[start..end].iter().collect();
        if let Some((month, month_end)) = month_at(self.chars, start)
            && month_end >= end
            && self.month_day(month, month_end)
        {
            return;
        }
        if self.version_prefix(&word, end) || self.variable(&word, start, end) || self.greek(&word, end) {
            return;
        }
        if self.month_name(start, end) || self.sharp(&word, end) {
            return;
        }
        if self.peek(end) == Some('.') && self.abbreviation(&word, end) {
            return;
        }
        if self.roman(&word, end) {
            return;
        }
        self.at = end;
        self.word(&word);
    }

    /// "the 24th of Nov": the short form of a month after its day.
    fn month_name(&mut self, start: usize, end: usize) -> bool {
        if !self.out.trim_end().ends_with(" of") || end != start + 3 {
            return false;
        }
        let Some((month, after)) = month_at(self.chars, start) else { return false };
        let sentence_ends = self.peek(after - 1) == Some('.') && self.ends_sentence(after);
        self.at = after - usize::from(sentence_ends);
        self.word(MONTHS[month]);
        true
    }

    /// "C#" is "C sharp".
    fn sharp(&mut self, word: &str, end: usize) -> bool {
        let note = matches!(word, "A" | "C" | "D" | "F" | "G") && self.peek(end) == Some('#');
        let ends = !self.peek(end + 1).is_some_and(char::is_alphanumeric);
        if note && ends {
            self.at = end + 1;
            self.word(&format!("{word} sharp"));
        }
        note && ends
    }

    /// "v2.0" is "version two point zero".
    fn version_prefix(&mut self, word: &str, end: usize) -> bool {
        let digit = self.peek(end).is_some_and(|c| c.is_ascii_digit());
        let dotted =
            digit && digits_at(self.chars, end).is_some_and(|(n, _)| self.peek(end + n) == Some('.'));
        let fits = matches!(word, "v" | "V") && digit && dotted;
        if fits {
            self.at = end;
            self.word("version ");
        }
        fits
    }

    /// "e.g.", "U.S.", "p.m.": single letters with full stops.
    pub(super) fn dotted(&mut self) -> bool {
        let mut letters = String::new();
        let mut i = self.at;
        while self.peek(i).is_some_and(char::is_alphabetic) && self.peek(i + 1) == Some('.') {
            letters.extend(self.peek(i));
            i += 2;
        }
        if letters.chars().count() < 2 || self.peek(i).is_some_and(char::is_alphanumeric) {
            return false;
        }
        let read = match letters.to_lowercase().as_str() {
            "eg" => "for example".into(),
            "ie" => "that is".into(),
            "ad" => "AD".into(),
            _ => letters.to_uppercase(),
        };
        let initials = letters.chars().all(char::is_uppercase) && letters.len() <= 3;
        let ends = self.peek(i).is_none() || (self.ends_sentence(i) && !initials);
        self.at = i - usize::from(ends);
        self.word(&read);
        true
    }

    pub(super) fn abbreviation(&mut self, word: &str, end: usize) -> bool {
        let next_capital =
            self.peek(end + 1) == Some(' ') && self.peek(end + 2).is_some_and(char::is_uppercase);
        let next_digit = self
            .peek(end + 1 + usize::from(self.peek(end + 1) == Some(' ')))
            .is_some_and(|c| c.is_ascii_digit());
        let read = if word == "St" {
            if next_capital { "Saint" } else { "Street" }
        } else {
            let found = ABBREVIATIONS.iter().find(|(a, _)| {
                *a == word || (a.chars().all(char::is_lowercase) && a.eq_ignore_ascii_case(word))
            });
            match found {
                // "No." is a number only before one; "fig.", "vol.", "est." only inside a sentence.
                Some(("no" | "nos" | "fig" | "vol" | "pp" | "al" | "ca" | "est", _)) if !next_digit => {
                    return false;
                }
                Some(("Co" | "Rep" | "Gen" | "Hon" | "Col", _)) if !next_capital => return false,
                Some((_, read)) => read,
                None => return false,
            }
        };
        let title = TITLES.contains(&word) || word.eq_ignore_ascii_case("no");
        let ends = self.peek(end + 1).is_none() || (!title && self.ends_sentence(end + 1) && word != "vs");
        self.at = if ends { end } else { end + 1 };
        self.word(read);
        true
    }

    /// Whether a full stop right before `i` also ends a sentence: text ends or a capital follows.
    pub(super) fn ends_sentence(&self, i: usize) -> bool {
        match self.peek(i) {
            None | Some('"' | ')') => true,
            Some(' ') => self.peek(i + 1).is_none_or(|c| c.is_uppercase() || c == '"'),
            _ => false,
        }
    }

    /// "World War II", "Henry VIII".
    pub(super) fn roman(&mut self, word: &str, end: usize) -> bool {
        let Some(n) = roman_value(word) else { return false };
        let before =
            self.out.trim_end().rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_string();
        let century = starts_with(self.chars, end, " century");
        if century {
            self.at = end;
            self.word(&ordinal(n));
            return true;
        }
        if ROMAN_CARDINAL.contains(&before.as_str()) {
            self.at = end;
            self.word(&cardinal(n));
            return true;
        }
        if ROMAN_ORDINAL.contains(&before.as_str())
            && (word.len() > 1 || word != "I" || self.peek(end) != Some(' '))
        {
            self.at = end;
            self.word(&format!("the {}", ordinal(n)));
            return true;
        }
        false
    }
}

/// The value of a Roman numeral in capitals, 1 to 89, in its one correct spelling.
fn roman_value(word: &str) -> Option<u64> {
    (1..90).find(|n| {
        let tens = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX"][(n / 10) as usize];
        let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][(n % 10) as usize];
        word.strip_prefix(tens) == Some(ones)
    })
}
