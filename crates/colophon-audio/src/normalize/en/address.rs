//! Web and mail addresses, handles, telephone numbers.

use super::super::number::digits_at;
use super::Reader;
use super::words::{DOMAINS, cardinal, digits};

/// Longest address, in characters.
const LONGEST: usize = 2000;

impl Reader<'_> {
    /// Web and mail addresses: "example dot com".
    pub(super) fn address(&mut self) -> bool {
        if self.previous().is_some_and(|p| p != ' ' && p != '(' && p != '"') {
            return false;
        }
        let run = self.chars[self.at..].iter().take(LONGEST).take_while(|c| **c != ' ').count();
        let mut run: &[char] = &self.chars[self.at..self.at + run];
        while run.last().is_some_and(|c| ".,;:!?)\"'…".contains(*c)) {
            run = &run[..run.len() - 1];
        }
        if run.len() < 4 || !run.contains(&'.') {
            return false;
        }
        let text: String = run.iter().collect::<String>().to_lowercase();
        let bare = text.trim_start_matches("https://").trim_start_matches("http://");
        let host = bare.split('/').next().unwrap_or_default();
        let known = host.rsplit('.').next().is_some_and(|d| DOMAINS.contains(&d))
            && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@+".contains(c));
        if !(known || bare.len() < text.len() || text.starts_with("www.")) {
            return false;
        }
        self.at += run.len();
        let bare = bare.split(['?', '#']).next().unwrap_or(bare);
        for part in bare.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let name = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            self.spell_or_read(name, host.ends_with(part));
            match part.chars().last() {
                Some('.') => self.word("dot"),
                Some('@') => self.word("at"),
                Some('/') if !bare.ends_with(part) => self.word("slash"),
                Some('-') => self.word("dash"),
                Some('_') => self.word("underscore"),
                Some('+') => self.word("plus"),
                Some(':') => self.word("colon"),
                _ => {}
            }
        }
        true
    }

    pub(super) fn spell_or_read(&mut self, name: &str, last: bool) {
        if name.is_empty() {
        } else if name == "www" {
            self.word("double u double u double u");
        } else if name.bytes().any(|b| b.is_ascii_digit()) {
            for part in alike(name) {
                match part.bytes().all(|b| b.is_ascii_digit()) {
                    true if part.len() <= 2 => self.word(&cardinal(part.parse().unwrap_or(0))),
                    true => self.word(&digits(part)),
                    false => self.spell_or_read(part, last),
                }
            }
        } else if name.len() == 1
            || name.len() <= 2 && (last || !name.contains(['a', 'e', 'i', 'o', 'u', 'y']))
        {
            self.word(&name.to_uppercase());
        } else {
            self.word(name);
        }
    }

    /// "@colophon" and "#rustlang".
    pub(super) fn handle(&mut self) -> bool {
        let sign = self.peek(self.at);
        let starts = self.previous().is_none_or(|p| p == ' ' || p == '(' || p == '"');
        let letter = self.peek(self.at + 1).is_some_and(char::is_alphabetic);
        if !(matches!(sign, Some('@' | '#')) && starts && letter) {
            return false;
        }
        self.word(if sign == Some('@') { "at" } else { "hashtag" });
        self.out.push(' ');
        self.at += 1;
        true
    }

    /// Digit groups joined by hyphens, spaces and brackets after a plus or an area code, and long runs of
    /// digits: read digit by digit.
    pub(super) fn telephone(&mut self) -> bool {
        let mut groups: Vec<String> = Vec::new();
        let mut i = self.at;
        let plus = self.peek(i) == Some('+');
        let area = self.peek(i) == Some('(');
        let trunk = self.telephone_trunk();
        i += usize::from(plus || area);
        let mut spaced = plus || area || trunk;
        while let Some((n, _)) = digits_at(self.chars, i).filter(|(n, _)| *n <= 20) {
            groups.push(self.chars[i..i + n].iter().collect::<String>());
            i += n;
            let mut next = i;
            while self.peek(next) == Some(')') || self.peek(next) == Some('(') || self.peek(next) == Some(' ')
            {
                next += 1;
            }
            let digit = |i: usize| self.peek(i).is_some_and(|c| c.is_ascii_digit());
            let brackets = next > i + 1 || self.peek(i) == Some(')');
            if matches!(self.peek(i), Some('-' | '.')) && digit(i + 1) {
                i += 1;
            } else if spaced && digit(next) && (next > i || brackets && self.chars[i..next].contains(&')')) {
                i = next;
            } else {
                break;
            }
            spaced = spaced && groups.len() < 6;
        }
        let dotted = self.chars[self.at..i].contains(&'.');
        let total: usize = groups.iter().map(String::len).sum();
        let lengths: Vec<usize> = groups.iter().map(String::len).collect();
        let known = match lengths.as_slice() {
            _ if dotted => matches!(lengths.as_slice(), [3, 3, 4] | [1, 3, 3, 4]),
            _ if plus => total >= 7 && groups.len() >= 2 || total >= 9,
            _ if area => groups.len() >= 2 && total >= 7,
            [3, 4] => true,
            [_, _, _, ..] => total >= 7,
            _ => false,
        };
        if !known || total > 20 {
            return false;
        }
        self.at = i;
        let read: Vec<String> = groups.iter().map(|g| digits(g)).collect();
        let plus = if plus { "plus " } else { "" };
        self.word(&format!("{plus}{}", read.join(", ")));
        true
    }

    /// Whether digits are written as after a trunk prefix: "020 7946 0958".
    fn telephone_trunk(&self) -> bool {
        let Some((n, _)) = digits_at(self.chars, self.at) else { return false };
        let second = digits_at(self.chars, self.at + n + 1).map_or(0, |(m, _)| m);
        (3..=5).contains(&n)
            && self.peek(self.at) == Some('0')
            && self.peek(self.at + n) == Some(' ')
            && (3..=8).contains(&second)
    }
}

/// Runs of digits and of other characters.
fn alike(name: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (i, c) in name.char_indices() {
        let digit = c.is_ascii_digit();
        if last.is_some_and(|l| l != digit) {
            out.push(&name[start..i]);
            start = i;
        }
        last = Some(digit);
    }
    out.push(&name[start..]);
    out
}
