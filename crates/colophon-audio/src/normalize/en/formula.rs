//! Formulas: chemical ones ("H₂O"), powers, variables and the signs of mathematics.

use super::super::elements::is_molecule;
use super::super::number::{digits_at, operator_between};
use super::Reader;
use super::words::{cardinal, digits};

/// Signs that are read as words.
#[rustfmt::skip]
const OPERATORS: [(char, &str); 27] = [
    ('√', "the square root of"), ('∛', "the cube root of"), ('≤', "is less than or equal to"),
    ('≥', "is greater than or equal to"), ('≠', "is not equal to"), ('≈', "is approximately"),
    ('≡', "is equivalent to"), ('±', "plus or minus"), ('∞', "infinity"), ('∑', "the sum of"),
    ('∏', "the product of"), ('∫', "the integral of"), ('∂', "partial"), ('∇', "nabla"), ('∆', "delta"),
    ('∈', "is in"), ('∉', "is not in"), ('∪', "union"), ('∩', "intersection"), ('⊂', "is a subset of"),
    ('∀', "for all"), ('∃', "there is"), ('→', "to"), ('⇒', "implies"), ('⇔', "if and only if"),
    ('∝', "is proportional to"), ('∴', "therefore"),
];

/// Letters of the Greek alphabet by name.
#[rustfmt::skip]
const GREEK: [(char, &str); 33] = [
    ('α', "alpha"), ('β', "beta"), ('γ', "gamma"), ('δ', "delta"), ('ε', "epsilon"), ('ζ', "zeta"), ('η', "eta"),
    ('θ', "theta"), ('ι', "iota"), ('κ', "kappa"), ('λ', "lambda"), ('μ', "mu"), ('ν', "nu"), ('ξ', "xi"),
    ('π', "pi"), ('ρ', "rho"), ('σ', "sigma"), ('τ', "tau"), ('υ', "upsilon"), ('φ', "phi"), ('χ', "chi"),
    ('ψ', "psi"), ('ω', "omega"), ('Γ', "gamma"), ('Δ', "delta"), ('Θ', "theta"), ('Λ', "lambda"), ('Ξ', "xi"),
    ('Π', "pi"), ('Σ', "sigma"), ('Φ', "phi"), ('Ψ', "psi"), ('Ω', "omega"),
];

/// Words of up to three letters that are no product of variables beside a sign.
#[rustfmt::skip]
const WORDS: [&str; 22] = [
    "is", "of", "in", "on", "at", "by", "to", "as", "and", "the", "not", "sin", "cos", "tan", "log", "max",
    "min", "lim", "exp", "mod", "pi", "or",
];

impl Reader<'_> {
    /// H2O, CO2, NaHCO3: letter by letter, numbers between them.
    pub(super) fn molecule(&mut self) -> bool {
        let starts = self.previous().is_none_or(|p| !p.is_alphanumeric() && p != '\'' && p != '-');
        if !starts || !self.peek(self.at).is_some_and(|c| c.is_ascii_uppercase()) {
            return false;
        }
        let part = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '(' | ')');
        let run: String = self.chars[self.at..].iter().take(40).take_while(part).collect();
        // A closing bracket may belong to the sentence.
        let run = if run.contains('(') { run.as_str() } else { run.trim_end_matches(')') };
        if !is_molecule(run) {
            return false;
        }
        let chars: Vec<char> = run.chars().collect();
        let mut i = 0;
        while i < chars.len() {
            match digits_at(&chars, i) {
                Some((n, value)) => {
                    self.word(&cardinal(value));
                    i += n;
                }
                None => {
                    if chars[i].is_alphabetic() {
                        self.out.push(' ');
                        self.word(&chars[i].to_uppercase().to_string());
                    }
                    i += 1;
                }
            }
        }
        self.at += chars.len();
        true
    }

    /// x², 10^-3: the reader stands behind the `^`.
    pub(super) fn power(&mut self) {
        let sign = self.peek(self.at).filter(|c| matches!(c, '-' | '+'));
        let start = self.at + usize::from(sign.is_some());
        let minus = if sign == Some('-') { "minus " } else { "" };
        if let Some((n, value)) = digits_at(self.chars, start) {
            self.at = start + n;
            match (sign, value) {
                (None, 2) => self.word("squared"),
                (None, 3) => self.word("cubed"),
                _ if n > 6 => self.word(&digits(&value.to_string())),
                _ => self.word(&format!("to the power of {minus}{}", cardinal(value))),
            }
        } else if self.peek(start).is_some_and(|c| c.is_ascii_alphabetic()) {
            let letter = self.chars[start].to_uppercase().to_string();
            self.at = start + 1;
            self.word(&format!("to the power of {minus}{letter}"));
        } else {
            self.out.push(' ');
        }
    }

    /// A letter or a few beside a sign of mathematics: each is named.
    pub(super) fn variable(&mut self, word: &str, start: usize, end: usize) -> bool {
        let ascii = word.bytes().all(|b| b.is_ascii_alphabetic());
        if !ascii || word.len() > 3 || WORDS.contains(&word.to_lowercase().as_str()) {
            return false;
        }
        if word.len() == 1 && self.function(word, end) {
            return true;
        }
        let near = |i: Option<usize>| i.and_then(|i| self.peek(i)).is_some_and(|c| "=^≤≥≠≈√±".contains(c));
        let far =
            |i: Option<usize>| i.and_then(|i| self.peek(i)).is_some_and(|c| "=^≤≥≠≈√±+×÷*<>".contains(c));
        let before = start.checked_sub(1);
        let before_space =
            if before.and_then(|i| self.peek(i)) == Some(' ') { start.checked_sub(2) } else { None };
        let after = Some(end);
        let after_space = if self.peek(end) == Some(' ') { Some(end + 1) } else { None };
        let gap = |i: usize, step: isize| {
            let space = self.peek(i) == Some(' ');
            far(if space { i.checked_add_signed(step) } else { Some(i) })
        };
        let ends = self.peek(end).is_none() || gap(end, 1);
        let inside = word.len() <= 2 && self.is_formula() && before.is_some_and(|i| gap(i, -1)) && ends;
        let beside =
            inside || near(before) || near(after) || (far(before) && far(after) && self.is_formula());
        let single = word.len() == 1
            && (far(before)
                || far(after)
                || far(before_space)
                || far(after_space)
                || self.minus_beside(start, end));
        let number = before.and_then(|i| self.peek(i)).is_some_and(|c| c.is_ascii_digit());
        if !(beside || (single && word != "I") || (number && word.len() <= 2 && self.is_formula())) {
            return false;
        }
        self.at = end;
        for letter in word.chars() {
            self.word(&letter.to_uppercase().to_string());
        }
        true
    }

    /// "a - b = c": a spaced hyphen is a minus in a formula.
    fn minus_beside(&self, start: usize, end: usize) -> bool {
        let spaced = |i: usize| self.peek(i) == Some('-') && self.peek(i + 1) == Some(' ');
        self.is_formula()
            && (spaced(end + 1) && self.peek(end) == Some(' ')
                || start >= 3
                    && self.peek(start - 1) == Some(' ')
                    && spaced(start - 2)
                    && self.peek(start - 3) == Some(' '))
    }

    /// f(x): "F of X".
    fn function(&mut self, name: &str, end: usize) -> bool {
        let inner = self.peek(end + 1).filter(char::is_ascii_alphanumeric);
        let (Some('('), Some(inner), Some(')')) = (self.peek(end), inner, self.peek(end + 2)) else {
            return false;
        };
        self.at = end + 3;
        let inner = match inner.to_digit(10) {
            Some(d) => cardinal(u64::from(d)),
            None => inner.to_uppercase().to_string(),
        };
        self.word(&format!("{} of {inner}", name.to_uppercase()));
        true
    }

    /// π and Δ by name.
    pub(super) fn greek(&mut self, word: &str, end: usize) -> bool {
        let mut letters = word.chars();
        let (Some(letter), rest) = (letters.next(), letters.as_str()) else { return false };
        let Some((_, name)) = GREEK.iter().find(|(c, _)| *c == letter) else { return false };
        // "Δt" is a sign and a variable; a Greek word is not spelled.
        if rest.chars().count() > 1 || rest.chars().any(|c| !c.is_ascii_alphabetic()) {
            return false;
        }
        self.at = end;
        self.word(name);
        if !rest.is_empty() {
            self.word(&rest.to_uppercase());
        }
        true
    }

    /// A sign of mathematics; false for other characters.
    pub(super) fn operator(&mut self, c: char) -> bool {
        let found = OPERATORS.iter().find(|(sign, _)| *sign == c);
        if let Some((_, name)) = found {
            self.padded(name);
        }
        found.is_some()
    }

    /// Whether the text has an equation in it.
    pub(super) fn is_formula(&self) -> bool {
        self.formula
    }

    /// Whether the sign that was just read stands between two numbers or letters.
    pub(super) fn between_operands(&self) -> bool {
        operator_between(self.chars, self.at - 1)
    }
}
