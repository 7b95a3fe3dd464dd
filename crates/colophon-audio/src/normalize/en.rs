//! English: numbers, dates, times, money, units, abbreviations and symbols in words.
//!
//! Readings follow American usage ("one hundred five", "June third"), years are read in pairs
//! ("nineteen eighty-four"), capitals that form no word stay capitals (the lexicon spells them).

use super::{Number, clean, clock_at, digits_at, iso_date_at, starts_with};

use super::en_words::{
    ABBREVIATIONS, CURRENCIES, DOMAINS, MONTHS, ONES, ROMAN_CARDINAL, ROMAN_ORDINAL, TENS, TITLES, UNITS,
    digits,
};
pub use super::en_words::{cardinal, ordinal, year};

fn quantity(n: &Number) -> String {
    let mut words = match n.value() {
        Some(v) if n.whole.len() <= 15 => cardinal(v),
        _ => digits(&n.whole),
    };
    if let Some(frac) = &n.frac {
        words = format!("{words} point {}", digits(frac));
    }
    words
}

/// The sentence with everything in words. Words keep their case and spelling.
pub fn normalize(text: &str) -> String {
    let mut text = clean(text);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let shouted = letters > 12 && text.contains(' ') && !text.chars().any(char::is_lowercase);
    if shouted {
        text = text.to_lowercase();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0, out: String::with_capacity(text.len() * 2) };
    while reader.at < chars.len() {
        reader.step();
    }
    tidy(&reader.out)
}

/// Collapses spaces, removes those before punctuation, and drops punctuation that opens the text.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' if out.is_empty() || out.ends_with(' ') => {}
            ',' | '.' | '!' | '?' | ';' | ':' | '…' => {
                while out.ends_with(' ') {
                    out.pop();
                }
                if !out.is_empty() && (c == '.' || !out.ends_with(c)) {
                    out.push(c);
                }
            }
            _ => out.push(c),
        }
    }
    out.trim().into()
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
    out: String,
}

impl Reader<'_> {
    fn peek(&self, i: usize) -> Option<char> {
        self.chars.get(i).copied()
    }

    fn previous(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|i| self.peek(i))
    }

    /// Appends a word, separated from a word before it.
    fn word(&mut self, word: &str) {
        if self.out.ends_with(|c: char| c.is_alphanumeric() || c == '\'') {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }

    fn step(&mut self) {
        let c = self.chars[self.at];
        if self.address() || self.money() {
            return;
        }
        if c.is_ascii_digit() {
            self.number();
        } else if c.is_alphabetic() {
            self.letters();
        } else {
            self.symbol(c);
        }
    }

    /// Web and mail addresses: "example dot com".
    fn address(&mut self) -> bool {
        if self.previous().is_some_and(|p| p != ' ' && p != '(' && p != '"') {
            return false;
        }
        let run = self.chars[self.at..].iter().take_while(|c| **c != ' ').count();
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
        for part in bare.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let name = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            self.spell_or_read(name, host.ends_with(part));
            match part.chars().last() {
                Some('.') => self.word("dot"),
                Some('@') => self.word("at"),
                Some('/') if !bare.ends_with(part) => self.word("slash"),
                Some('-') => self.word("dash"),
                Some('_') => self.word("underscore"),
                _ => {}
            }
        }
        true
    }

    fn spell_or_read(&mut self, name: &str, last: bool) {
        if name.is_empty() {
        } else if name == "www" {
            self.word("double u double u double u");
        } else if name.bytes().all(|b| b.is_ascii_digit()) {
            self.word(&digits(name));
        } else if name.len() <= 2 && (last || !name.contains(['a', 'e', 'i', 'o', 'u'])) {
            self.word(&name.to_uppercase());
        } else {
            self.word(name);
        }
    }

    /// "$3.50", "£2 million".
    fn money(&mut self) -> bool {
        let at = self.at;
        for (sign, one, many, cent, cents) in CURRENCIES {
            if !starts_with(self.chars, at, sign)
                || (sign.chars().all(char::is_alphabetic)
                    && self.previous().is_some_and(char::is_alphanumeric))
            {
                continue;
            }
            let mut start = at + sign.chars().count();
            if self.peek(start) == Some(' ') {
                start += 1;
            }
            let Some(n) = Number::at(self.chars, start) else { continue };
            self.at = n.end;
            if let Some(scale) = self.scale() {
                self.word(&format!("{} {scale} {many}", quantity(&n)));
                return true;
            }
            match &n.frac {
                Some(f) if f.len() == 2 && n.value().is_some() => {
                    let hundredths: u64 = f.parse().unwrap_or(0);
                    let whole = format!(
                        "{} {}",
                        quantity(&Number { frac: None, ..n.clone() }),
                        if n.whole == "1" { one } else { many }
                    );
                    let part =
                        format!("{} {}", cardinal(hundredths), if hundredths == 1 { cent } else { cents });
                    match (n.value(), hundredths) {
                        (_, 0) => self.word(&whole),
                        (Some(0), _) => self.word(&part),
                        _ => self.word(&format!("{whole} and {part}")),
                    }
                }
                _ => self.word(&format!("{} {}", quantity(&n), if n.is_one() { one } else { many })),
            }
            return true;
        }
        false
    }

    /// A scale word or letter after an amount of money.
    fn scale(&mut self) -> Option<&'static str> {
        let space = usize::from(self.peek(self.at) == Some(' '));
        for (written, read) in [
            ("hundred", "hundred"),
            ("thousand", "thousand"),
            ("million", "million"),
            ("billion", "billion"),
            ("trillion", "trillion"),
            ("bn", "billion"),
            ("k", "thousand"),
            ("m", "million"),
            ("b", "billion"),
        ] {
            let start = self.at + if written.len() > 2 { space } else { 0 };
            let end = start + written.len();
            if starts_with(self.chars, start, written) && !self.peek(end).is_some_and(char::is_alphanumeric) {
                self.at = end;
                return Some(read);
            }
        }
        None
    }

    fn number(&mut self) {
        if self.date() || self.telephone() || self.time() || self.fraction() {
            return;
        }
        let Some(n) = Number::at(self.chars, self.at) else {
            self.at += 1;
            return;
        };
        let start = self.at;
        self.at = n.end;
        if self.suffix(&n) || self.range(&n) || self.measure(&n) || self.day_of_month(&n) {
            return;
        }
        let after_year_word = n.frac.is_none() && !n.grouped && n.whole.len() == 4;
        match n.value() {
            Some(v) if after_year_word && (1100..=2099).contains(&v) => self.word(&year(v)),
            _ if n.frac.is_none() && n.whole.len() > 1 && n.whole.starts_with('0') => {
                self.word(&digits(&n.whole))
            }
            _ => {
                debug_assert!(start < self.at);
                self.word(&quantity(&n));
            }
        }
    }

    /// 2026-11-24 and 11/24/2026.
    fn date(&mut self) -> bool {
        if let Some((y, m, d, end)) = iso_date_at(self.chars, self.at) {
            self.at = end;
            self.word(&format!("{} {}, {}", MONTHS[m as usize - 1], ordinal(d), year(y)));
            return true;
        }
        let Some((n, a)) = digits_at(self.chars, self.at) else { return false };
        let second = self.at + n + 1;
        let Some((m, b)) = digits_at(self.chars, second) else { return false };
        let third = second + m + 1;
        let slashes = self.peek(second - 1) == Some('/') && self.peek(third - 1) == Some('/');
        let Some((4, y)) = digits_at(self.chars, third) else { return false };
        let (month, day) = if a <= 12 { (a, b) } else { (b, a) };
        if !slashes || n > 2 || m > 2 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return false;
        }
        self.at = third + 4;
        self.word(&format!("{} {}, {}", MONTHS[month as usize - 1], ordinal(day), year(y)));
        true
    }

    /// Digit groups joined by hyphens, and long runs of digits: read digit by digit.
    fn telephone(&mut self) -> bool {
        let mut groups = Vec::new();
        let mut i = self.at;
        while let Some((n, _)) = digits_at(self.chars, i).filter(|(n, _)| *n <= 20) {
            groups.push(self.chars[i..i + n].iter().collect::<String>());
            i += n;
            if self.peek(i) == Some('-') && self.peek(i + 1).is_some_and(|c| c.is_ascii_digit()) {
                i += 1;
            } else {
                break;
            }
        }
        let total: usize = groups.iter().map(String::len).sum();
        let local = groups.len() == 2 && groups[0].len() == 3 && groups[1].len() == 4;
        if !(local || (groups.len() >= 3 && total >= 7)) {
            return false;
        }
        self.at = i;
        let read: Vec<String> = groups.iter().map(|g| digits(g)).collect();
        self.word(&read.join(", "));
        true
    }

    /// 7:30, 12:00, 9:05 pm.
    fn time(&mut self) -> bool {
        let Some((hour, minute, second, end)) = clock_at(self.chars, self.at) else { return false };
        self.at = end;
        let half = self.half_of_day();
        let mut words = cardinal(hour);
        match minute {
            0 if half.is_none() && second.is_none() => words.push_str(" o'clock"),
            0 => {}
            1..=9 => words = format!("{words} oh {}", cardinal(minute)),
            _ => words = format!("{words} {}", cardinal(minute)),
        }
        if let Some(s) = second {
            words = format!("{words} and {} second{}", cardinal(s), if s == 1 { "" } else { "s" });
        }
        if let Some(half) = half {
            words = format!("{words} {half}");
        }
        self.word(&words);
        true
    }

    /// "am", "PM", "p.m." here: consumed and returned in capitals, so that it is spelled.
    fn half_of_day(&mut self) -> Option<&'static str> {
        let start = self.at + usize::from(self.peek(self.at) == Some(' '));
        for (written, read) in [("a.m.", "AM"), ("p.m.", "PM"), ("am", "AM"), ("pm", "PM")] {
            let end = start + written.len();
            if starts_with(self.chars, start, written) && !self.peek(end).is_some_and(char::is_alphanumeric) {
                // A full stop that ends the sentence too is left in place.
                let last = written.ends_with('.') && self.ends_sentence(end);
                self.at = end - usize::from(last);
                return Some(read);
            }
        }
        None
    }

    /// Whether a full stop right before `i` also ends a sentence: text ends or a capital follows.
    fn ends_sentence(&self, i: usize) -> bool {
        match self.peek(i) {
            None | Some('"' | ')') => true,
            Some(' ') => self.peek(i + 1).is_none_or(|c| c.is_uppercase() || c == '"'),
            _ => false,
        }
    }

    fn fraction(&mut self) -> bool {
        let Some((n, top)) = digits_at(self.chars, self.at) else { return false };
        let slash = self.at + n;
        let Some((m, bottom)) = digits_at(self.chars, slash + 1) else { return false };
        let end = slash + 1 + m;
        let plain = self.peek(slash) == Some('/') && n <= 2 && m <= 3 && bottom > 1 && top < 100;
        if !plain || matches!(self.peek(end), Some('/')) {
            return false;
        }
        let name = match bottom {
            2 => {
                if top == 1 {
                    "half".into()
                } else {
                    "halves".into()
                }
            }
            4 => {
                if top == 1 {
                    "quarter".into()
                } else {
                    "quarters".into()
                }
            }
            _ => format!("{}{}", ordinal(bottom), if top == 1 { "" } else { "s" }),
        };
        self.at = end;
        // After a whole number: "three and a half".
        let mixed = self
            .out
            .trim_end()
            .rsplit([' ', '-'])
            .next()
            .is_some_and(|w| ONES.contains(&w) || TENS.contains(&w) && !w.is_empty());
        if mixed && top == 1 {
            self.word(&format!("and a {name}"));
        } else if mixed {
            self.word(&format!("and {} {name}", cardinal(top)));
        } else {
            self.word(&format!("{} {name}", cardinal(top)));
        }
        true
    }

    /// 21st, 1990s, 10x, 5 pm.
    fn suffix(&mut self, n: &Number) -> bool {
        let Some(v) = n.value().filter(|_| n.frac.is_none()) else { return false };
        for s in ["st", "nd", "rd", "th"] {
            if starts_with(self.chars, self.at, s)
                && !self.peek(self.at + 2).is_some_and(char::is_alphanumeric)
            {
                self.at += 2;
                self.word(&ordinal(v));
                return true;
            }
        }
        let apostrophe = usize::from(self.peek(self.at) == Some('\''));
        let s = self.at + apostrophe;
        if v.is_multiple_of(10)
            && v > 0
            && n.whole.len() != 3
            && self.peek(s) == Some('s')
            && !self.peek(s + 1).is_some_and(char::is_alphanumeric)
        {
            self.at = s + 1;
            let words = if v >= 1100 { year(v) } else { cardinal(v) };
            let words = match words.strip_suffix('y') {
                Some(stem) => format!("{stem}ies"),
                None => format!("{words}s"),
            };
            self.word(&words);
            return true;
        }
        if (1..=12).contains(&v)
            && let Some(half) = self.half_of_day()
        {
            self.word(&format!("{} {half}", cardinal(v)));
            return true;
        }
        false
    }

    /// 10-20, 1914-1918: "to".
    fn range(&mut self, n: &Number) -> bool {
        let spaced = self.peek(self.at) == Some(' ');
        let dash = self.at + usize::from(spaced);
        let start = dash + 1 + usize::from(spaced);
        if !matches!(self.peek(dash), Some('-' | '—' | '~'))
            || !self.peek(start).is_some_and(|c| c.is_ascii_digit())
        {
            return false;
        }
        let Some(next) = Number::at(self.chars, start) else { return false };
        let (Some(a), Some(b)) = (n.value(), next.value()) else { return false };
        if b < a && n.frac.is_none() {
            return false;
        }
        let years = [n, &next].iter().all(|x| x.frac.is_none() && !x.grouped && x.whole.len() == 4)
            && (1100..=2099).contains(&a)
            && (1100..=2099).contains(&b);
        self.word(&if years { year(a) } else { quantity(n) });
        self.word("to");
        self.out.push(' ');
        self.at = start;
        true
    }

    /// Percentages, degrees and units.
    fn measure(&mut self, n: &Number) -> bool {
        let at = self.at + usize::from(self.peek(self.at) == Some(' '));
        match self.peek(at) {
            Some('%') => {
                self.at = at + 1;
                self.word(&format!("{} percent", quantity(n)));
                return true;
            }
            Some('‰') => {
                self.at = at + 1;
                self.word(&format!("{} per mille", quantity(n)));
                return true;
            }
            Some('¢') => {
                self.at = at + 1;
                self.word(&format!("{} cent{}", quantity(n), if n.is_one() { "" } else { "s" }));
                return true;
            }
            Some('°') => {
                let degrees = if n.is_one() { "degree" } else { "degrees" };
                let (end, scale) = match self.peek(at + 1) {
                    Some('C') => (at + 2, " Celsius"),
                    Some('F') => (at + 2, " Fahrenheit"),
                    _ => (at + 1, ""),
                };
                self.at = end;
                self.word(&format!("{} {degrees}{scale}", quantity(n)));
                return true;
            }
            _ => {}
        }
        for (unit, one, many) in UNITS {
            let end = at + unit.chars().count();
            let here: String =
                self.chars[at.min(self.chars.len())..end.min(self.chars.len())].iter().collect();
            if here != unit || self.peek(end).is_some_and(|c| c.is_alphanumeric() || c == '\'') {
                continue;
            }
            // "5 in the morning": a word, not inches.
            if unit == "in" && (at > self.at || self.peek(end) == Some(' ')) {
                continue;
            }
            self.at = end;
            self.word(&format!("{} {}", quantity(n), if n.is_one() { one } else { many }));
            return true;
        }
        false
    }

    /// "24 November": the day before its month.
    fn day_of_month(&mut self, n: &Number) -> bool {
        let Some(v) = n.value().filter(|v| (1..=31).contains(v) && n.frac.is_none()) else { return false };
        if self.peek(self.at) != Some(' ') {
            return false;
        }
        let Some((_, _)) = month_at(self.chars, self.at + 1) else { return false };
        let the = self.out.trim_end().ends_with("the");
        self.word(&format!("{}{} of", if the { "" } else { "the " }, ordinal(v)));
        true
    }

    fn letters(&mut self) {
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
        if self.peek(end) == Some('.') && self.abbreviation(&word, end) {
            return;
        }
        if self.roman(&word, end) {
            return;
        }
        self.at = end;
        self.word(&word);
    }

    /// "November 24, 2026": month, ordinal day, and the year follows by itself.
    fn month_day(&mut self, month: usize, end: usize) -> bool {
        if self.peek(end) != Some(' ') {
            return false;
        }
        let Some((n, day)) = digits_at(self.chars, end + 1) else { return false };
        let mut after = end + 1 + n;
        if n > 2 || !(1..=31).contains(&day) || matches!(self.peek(after), Some(':' | '%' | '/')) {
            return false;
        }
        if ["st", "nd", "rd", "th"].iter().any(|s| starts_with(self.chars, after, s)) {
            after += 2;
        }
        if self.peek(after).is_some_and(char::is_alphanumeric) {
            return false;
        }
        self.at = after;
        self.word(&format!("{} {}", MONTHS[month], ordinal(day)));
        true
    }

    /// "e.g.", "U.S.", "p.m.": single letters with full stops.
    fn dotted(&mut self) -> bool {
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

    fn abbreviation(&mut self, word: &str, end: usize) -> bool {
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

    /// "World War II", "Henry VIII".
    fn roman(&mut self, word: &str, end: usize) -> bool {
        let Some(n) = roman_value(word) else { return false };
        let before =
            self.out.trim_end().rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_string();
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

    fn symbol(&mut self, c: char) {
        let next_digit = self.peek(self.at + 1).is_some_and(|c| c.is_ascii_digit());
        let after_word = self.previous().is_some_and(char::is_alphanumeric);
        let spaced = self.previous() == Some(' ') && self.peek(self.at + 1) == Some(' ');
        self.at += 1;
        match c {
            '-' if next_digit && !after_word => self.word("minus "),
            '-' if after_word && self.peek(self.at).is_some_and(char::is_alphabetic) => self.out.push('-'),
            '-' | '—' if spaced || c == '—' => self.out.push('—'),
            '-' => self.out.push(' '),
            '+' if next_digit && !after_word => self.word("plus "),
            '+' => self.padded("plus"),
            '&' => self.padded("and"),
            '%' => self.padded("percent"),
            '=' => self.padded("equals"),
            '@' => self.padded("at"),
            '×' => self.padded("times"),
            '÷' => self.padded("divided by"),
            '#' if next_digit => self.word("number "),
            '°' => self.padded("degrees"),
            '$' => self.padded("dollars"),
            '£' => self.padded("pounds"),
            '€' => self.padded("euros"),
            '¥' => self.padded("yuan"),
            '/' if after_word && self.peek(self.at).is_some_and(char::is_alphabetic) => self.padded("or"),
            '.' if next_digit && !after_word => self.word("point "),
            ',' | '.' | '!' | '?' | ';' | ':' | '…' | '"' | '(' | ')' => self.out.push(c),
            '\'' => {}
            _ => self.out.push(' '),
        }
    }

    fn padded(&mut self, word: &str) {
        self.out.push(' ');
        self.out.push_str(word);
        self.out.push(' ');
    }
}

/// A month's name or abbreviation at `at`: its index and the first character after it.
fn month_at(chars: &[char], at: usize) -> Option<(usize, usize)> {
    for (i, name) in MONTHS.iter().enumerate() {
        let full = at + name.len();
        if starts_with(chars, at, name) && !chars.get(full).is_some_and(|c| c.is_alphanumeric()) {
            return chars[at].is_uppercase().then_some((i, full));
        }
        let short = at + 3 + usize::from(i == 8 && chars.get(at + 3) == Some(&'t'));
        if starts_with(chars, at, &name[..3]) && chars.get(short) == Some(&'.') && chars[at].is_uppercase() {
            return Some((i, short + 1));
        }
    }
    None
}

/// The value of a Roman numeral in capitals, 1 to 89, in its one correct spelling.
fn roman_value(word: &str) -> Option<u64> {
    (1..90).find(|n| {
        let tens = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX"][(n / 10) as usize];
        let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][(n % 10) as usize];
        word.strip_prefix(tens) == Some(ones)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readings: The Chicago Manual of Style (17th ed.) 9.2–9.40 for numbers, dates and money,
    /// SI Brochure (9th ed.) table 2 and 4 for units.
    #[test]
    fn the_table_of_readings() {
        for (written, read) in [
            ("0", "zero"),
            ("15 apples", "fifteen apples"),
            ("105", "one hundred five"),
            ("1,234,567", "one million two hundred thirty-four thousand five hundred sixty-seven"),
            ("3.14", "three point one four"),
            ("-5 degrees", "minus five degrees"),
            ("21st", "twenty-first"),
            ("the 112th", "the one hundred twelfth"),
            ("in 1984.", "in nineteen eighty-four."),
            ("in 1905", "in nineteen oh five"),
            ("in 2000", "in two thousand"),
            ("in 2007", "in two thousand seven"),
            ("in 2026", "in twenty twenty-six"),
            ("the 1990s", "the nineteen nineties"),
            ("the '60s", "the sixties"),
            ("1914–1918", "nineteen fourteen to nineteen eighteen"),
            ("10-20 people", "ten to twenty people"),
            ("2026-11-24", "November twenty-fourth, twenty twenty-six"),
            ("11/24/2026", "November twenty-fourth, twenty twenty-six"),
            ("November 24, 2026", "November twenty-fourth, twenty twenty-six"),
            ("Nov. 3rd", "November third"),
            ("24 November 2026", "the twenty-fourth of November twenty twenty-six"),
            ("7:30", "seven thirty"),
            ("at 12:00", "at twelve o'clock"),
            ("9:05 p.m. sharp", "nine oh five PM sharp"),
            ("5pm", "five PM"),
            ("3.5%", "three point five percent"),
            ("5 km", "five kilometers"),
            ("1 kg", "one kilogram"),
            ("100 km/h", "one hundred kilometers per hour"),
            ("20 °C", "twenty degrees Celsius"),
            ("20℃", "twenty degrees Celsius"),
            ("-3°F", "minus three degrees Fahrenheit"),
            ("50 m²", "fifty square meters"),
            ("$5", "five dollars"),
            ("$1", "one dollar"),
            ("$9.99", "nine dollars and ninety-nine cents"),
            ("$0.50", "fifty cents"),
            ("£1.01", "one pound and one penny"),
            ("€20", "twenty euros"),
            ("¥300", "three hundred yuan"),
            ("$3.5 million", "three point five million dollars"),
            ("$2bn", "two billion dollars"),
            ("1/2", "one half"),
            ("3/4 cup", "three quarters cup"),
            ("3 ½ cups", "three and a half cups"),
            ("555-1234", "five five five, one two three four"),
            ("007", "zero zero seven"),
            ("#3", "number three"),
            ("No. 5", "number five"),
            ("Dr. Smith met Mr. Jones.", "Doctor Smith met Mister Jones."),
            ("St. Paul lives on Main St.", "Saint Paul lives on Main Street."),
            ("e.g. this, i.e. that, etc.", "for example this, that is that, et cetera."),
            ("NASA and AI", "NASA and AI"),
            ("the U.S. team", "the US team"),
            ("World War II", "World War two"),
            ("Henry VIII", "Henry the eighth"),
            ("salt & pepper", "salt and pepper"),
            ("2 + 2 = 4", "two plus two equals four"),
            ("see example.com.", "see example dot com."),
            ("me@site.org", "me at site dot org"),
            ("well-known", "well-known"),
            ("It's 50% off!", "It's fifty percent off!"),
            ("HELLO THERE, EVERYONE", "hello there, everyone"),
            ("MP3", "MP three"),
            ("😀", ""),
        ] {
            assert_eq!(normalize(written), read, "{written}");
        }
    }

    #[test]
    fn no_digit_survives() {
        for text in ["1.2.3.4", "12:99", "99/99/9999", "٣٤", "1e9 1_000 0x1F", "2²", "$-4", "7:5"] {
            let read = normalize(text);
            assert!(!read.chars().any(|c| c.is_ascii_digit()), "{text} -> {read}");
        }
    }
}
