//! Formulas: chemical ones, powers, equations.

use super::super::elements::is_molecule;
use super::super::number::digits_at;
use super::{Reader, cardinal, digits};

impl Reader<'_> {
    /// H₂O: letters one by one, numbers in Chinese between them.
    pub(super) fn molecule(&mut self) -> bool {
        let starts = self.at == 0 || !self.chars[self.at - 1].is_ascii_alphanumeric();
        if !starts || !self.chars[self.at].is_ascii_uppercase() {
            return false;
        }
        let part = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '(' | ')');
        let run: String = self.chars[self.at..].iter().take(40).take_while(part).collect();
        let run = if run.contains('(') { run.as_str() } else { run.trim_end_matches(')') };
        if !is_molecule(run) {
            return false;
        }
        let chars: Vec<char> = run.chars().collect();
        let mut i = 0;
        while i < chars.len() {
            match digits_at(&chars, i) {
                Some((n, value)) => {
                    self.out.push_str(&cardinal(value));
                    i += n;
                }
                None => {
                    if chars[i].is_alphabetic() {
                        if self.out.ends_with(|c: char| c.is_ascii_alphabetic()) {
                            self.out.push(' ');
                        }
                        self.out.extend(chars[i].to_uppercase());
                    }
                    i += 1;
                }
            }
        }
        self.at += chars.len();
        true
    }

    /// x²: 平方; 10⁻³: 的负三次方. The reader stands behind the `^`.
    pub(super) fn power(&mut self) {
        let sign = self.peek(self.at).filter(|c| matches!(c, '-' | '+'));
        let start = self.at + usize::from(sign.is_some());
        let minus = if sign == Some('-') { "负" } else { "" };
        self.spell_last();
        if let Some((n, value)) = digits_at(self.chars, start) {
            self.at = start + n;
            let words = if n > 6 { digits(&value.to_string()) } else { cardinal(value) };
            match (sign, value) {
                (None, 2) => self.out.push_str("平方"),
                (None, 3) => self.out.push_str("立方"),
                _ => self.out.push_str(&format!("的{minus}{words}次方")),
            }
        } else if self.peek(start).is_some_and(|c| c.is_ascii_alphabetic()) {
            let letter = self.chars[start];
            self.at = start + 1;
            self.out.push_str(&format!("的{minus}{letter}次方"));
        } else {
            self.out.push(' ');
        }
    }

    /// Up to three letters at the end of what is read are variables: they are named one by one.
    fn spell_last(&mut self) {
        let letters: String = self.out.chars().rev().take_while(char::is_ascii_alphabetic).take(4).collect();
        if (1..=3).contains(&letters.len()) {
            self.out.truncate(self.out.len() - letters.len());
            for (i, letter) in letters.chars().rev().enumerate() {
                if i > 0 {
                    self.out.push(' ');
                }
                self.out.push(letter.to_ascii_uppercase());
            }
        }
    }

    /// A variable of one letter in an equation, in capitals so that it is named.
    pub(super) fn variable(&self) -> Option<char> {
        let letter = |i: usize| self.peek(i).is_some_and(char::is_alphabetic);
        let alone = !letter(self.at + 1) && (self.at == 0 || !letter(self.at - 1));
        self.peek(self.at).filter(|c| c.is_ascii_lowercase() && alone && self.is_formula())
    }

    /// Whether the text has an equation in it.
    pub(super) fn is_formula(&self) -> bool {
        self.formula
    }
}
