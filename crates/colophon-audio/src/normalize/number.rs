//! What both languages find in a text before they read it: numbers, dates, times, operators.

/// A number as written: whole part without separators, optional decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// Digits before the decimal point, separators removed.
    pub(crate) whole: String,
    /// Digits after it.
    pub(crate) frac: Option<String>,
    /// Whether thousands were separated.
    pub(crate) grouped: bool,
    /// Index of the first character after it.
    pub(crate) end: usize,
}

impl Number {
    /// The number that starts at `chars[at]`, if a digit is there: digits, groups of three after
    /// commas, and decimals after one point.
    pub(crate) fn at(chars: &[char], at: usize) -> Option<Self> {
        let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
        let mut i = at;
        let mut whole = String::new();
        while digit(i) {
            whole.push(chars[i]);
            i += 1;
        }
        if whole.is_empty() {
            return None;
        }
        let mut grouped = false;
        if whole.len() <= 3 {
            while chars.get(i) == Some(&',') && (1..=3).all(|k| digit(i + k)) && !digit(i + 4) {
                whole.extend(&chars[i + 1..i + 4]);
                grouped = true;
                i += 4;
            }
        }
        let mut frac = None;
        if chars.get(i) == Some(&'.') && digit(i + 1) {
            let mut f = String::new();
            let mut j = i + 1;
            while digit(j) {
                f.push(chars[j]);
                j += 1;
            }
            // 1.2.3 is a version, not a decimal: its parts are read one by one.
            if !(chars.get(j) == Some(&'.') && digit(j + 1)) {
                frac = Some(f);
                i = j;
            }
        }
        Some(Self { whole, frac, grouped, end: i })
    }

    /// The whole part as an integer, if it fits.
    pub(crate) fn value(&self) -> Option<u64> {
        self.whole.parse().ok()
    }

    /// Whether it is exactly one.
    pub(crate) fn is_one(&self) -> bool {
        self.frac.is_none() && self.whole == "1"
    }
}

/// `chars[at..]` starts with `word`, ignoring ASCII case.
pub(crate) fn starts_with(chars: &[char], at: usize, word: &str) -> bool {
    let mut i = at;
    for w in word.chars() {
        match chars.get(i) {
            Some(c) if c.eq_ignore_ascii_case(&w) => i += 1,
            _ => return false,
        }
    }
    true
}

/// Whether the sign at `at` stands between two numbers, letters or brackets, with spaces or without.
pub(crate) fn operator_between(chars: &[char], at: usize) -> bool {
    let operand =
        |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | ')' | '√' | '-'));
    let before = chars[..at.min(chars.len())].iter().rev().find(|c| **c != ' ');
    let after = chars.get(at + 1..).unwrap_or_default().iter().find(|c| **c != ' ');
    operand(before) && operand(after)
}

/// The digits that start at `chars[at]`, as their count and value.
pub(crate) fn digits_at(chars: &[char], at: usize) -> Option<(usize, u64)> {
    let n = chars[at.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let text: String = chars.get(at..at + n)?.iter().collect();
    text.parse().ok().map(|v| (n, v))
}

/// A calendar date written `2026-11-24`, `2026/11/24` or `2026.11.24`: year, month, day, end.
pub(crate) fn iso_date_at(chars: &[char], at: usize) -> Option<(u64, u64, u64, usize)> {
    let (n, year) = digits_at(chars, at)?;
    let sep = *chars.get(at + 4)?;
    if n != 4 || !matches!(sep, '-' | '/' | '.') {
        return None;
    }
    let (n, month) = digits_at(chars, at + 5)?;
    let second = at + 5 + n;
    if n > 2 || chars.get(second) != Some(&sep) {
        return None;
    }
    let (n, day) = digits_at(chars, second + 1)?;
    let ok = n <= 2 && (1..=12).contains(&month) && (1..=31).contains(&day);
    ok.then_some((year, month, day, second + 1 + n))
}

/// A clock time `12:30` or `12:30:05`: hour, minute, second, end.
pub(crate) fn clock_at(chars: &[char], at: usize) -> Option<(u64, u64, Option<u64>, usize)> {
    let (n, hour) = digits_at(chars, at)?;
    if n > 2 || chars.get(at + n) != Some(&':') {
        return None;
    }
    let (m, minute) = digits_at(chars, at + n + 1)?;
    if m != 2 || hour > 24 || minute > 59 {
        return None;
    }
    let mut end = at + n + 3;
    let mut second = None;
    if chars.get(end) == Some(&':')
        && let Some((2, s)) = digits_at(chars, end + 1)
        && s < 60
    {
        second = Some(s);
        end += 3;
    }
    Some((hour, minute, second, end))
}
