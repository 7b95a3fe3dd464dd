//! Numbers: ordinals, fractions, ranges, versions, ratios, scores.

use super::super::number::{Number, clock_at, digits_at, starts_with};
use super::words::{ONES, TENS, cardinal, digits, ordinal, year};
use super::{Reader, quantity};

impl Reader<'_> {
    pub(super) fn number(&mut self) {
        if self.date()
            || self.year_month()
            || self.telephone()
            || self.version()
            || self.time()
            || self.pair()
            || self.fraction()
        {
            return;
        }
        let Some(n) = Number::at(self.chars, self.at) else {
            self.at += 1;
            return;
        };
        self.at = n.end;
        if self.suffix(&n)
            || self.name_of_digits(&n)
            || self.exponent(&n)
            || self.range(&n)
            || self.score(&n)
            || self.feet(&n)
            || self.money_after(&n)
            || self.measure(&n)
            || self.day_of_month(&n)
        {
            return;
        }
        let after_year_word = n.frac.is_none() && !n.grouped && n.whole.len() == 4;
        match n.value() {
            Some(v) if after_year_word && (1100..=2099).contains(&v) => self.word(&year(v)),
            _ if n.frac.is_none() && n.whole.len() > 1 && n.whole.starts_with('0') => {
                self.word(&digits(&n.whole))
            }
            _ => self.word(&quantity(&n)),
        }
    }

    /// Numbers that are names: "call 911", "Room 101", "Boeing 747", "1080p", "in 1066".
    fn name_of_digits(&mut self, n: &Number) -> bool {
        let Some(v) = n.value().filter(|_| n.frac.is_none() && !n.grouped) else { return false };
        let before = self.out.trim_end().rsplit(' ').next().unwrap_or_default();
        let glued = self.peek(self.at).is_some_and(|c| c.is_alphanumeric());
        let lines = matches!(v, 480 | 720 | 1080 | 1440 | 2160) && self.peek(self.at) == Some('p');
        if lines && !self.peek(self.at + 1).is_some_and(char::is_alphanumeric) {
            self.at += 1;
            let read = if v < 1000 { pairs(v) } else { year(v) };
            self.word(&format!("{read} P"));
            return true;
        }
        if glued || self.peek(self.at) == Some('%') {
            return false;
        }
        let called = ["call", "Call", "dial", "Dial", "calling", "dialed"].contains(&before);
        if called && n.whole.len() == 3 {
            self.word(&digits(&n.whole));
            return true;
        }
        let named = [
            "Room",
            "room",
            "Flight",
            "flight",
            "Route",
            "Highway",
            "Boeing",
            "Apartment",
            "Bus",
            "bus",
            "Channel",
        ];
        if n.whole.len() == 3 && v >= 100 && !v.is_multiple_of(100) && named.contains(&before) {
            self.word(&pairs(v));
            return true;
        }
        let dated =
            ["in", "In", "since", "Since", "year", "until", "before", "after", "around", "of", "from"];
        if (1010..=1099).contains(&v) && dated.contains(&before) && self.peek(self.at) != Some(' ') {
            self.word(&year(v));
            return true;
        }
        false
    }

    /// 1.2.3, v2.0, 192.168.0.1: "one point two point three".
    pub(super) fn version(&mut self) -> bool {
        let mut groups: Vec<String> = Vec::new();
        let mut i = self.at;
        while let Some((n, _)) = digits_at(self.chars, i).filter(|(n, _)| *n <= 8) {
            groups.push(self.chars[i..i + n].iter().collect());
            i += n;
            if self.peek(i) == Some('.') && self.peek(i + 1).is_some_and(|c| c.is_ascii_digit()) {
                i += 1;
            } else {
                break;
            }
        }
        if groups.len() < 3 {
            return false;
        }
        self.at = i;
        let address = groups.len() == 4 && groups.iter().all(|g| g.parse::<u64>().is_ok_and(|v| v < 256));
        let read = |g: &String| match g.parse() {
            Ok(v) if g.len() <= 2 && !(g.len() == 2 && g.starts_with('0')) => cardinal(v),
            _ => digits(g),
        };
        let words: Vec<String> = groups.iter().map(read).collect();
        self.word(&words.join(if address { " dot " } else { " point " }));
        true
    }

    /// 24/7, 9/11 and 50/50 are names; 16:9 is a ratio.
    pub(super) fn pair(&mut self) -> bool {
        for (written, read) in
            [("24/7", "twenty-four seven"), ("9/11", "nine eleven"), ("50/50", "fifty fifty")]
        {
            let end = self.at + written.len();
            if starts_with(self.chars, self.at, written)
                && !self.peek(end).is_some_and(|c| c.is_alphanumeric() || c == '/')
            {
                self.at = end;
                self.word(read);
                return true;
            }
        }
        let Some((n, a)) = digits_at(self.chars, self.at) else { return false };
        let Some((m, b)) = digits_at(self.chars, self.at + n + 1) else { return false };
        let end = self.at + n + 1 + m;
        let plain = !self.peek(end).is_some_and(|c| c.is_alphanumeric() || c == ':');
        if self.peek(self.at + n) != Some(':') || !plain || clock_at(self.chars, self.at).is_some() {
            return false;
        }
        self.at = end;
        self.word(&format!("{} to {}", cardinal(a), cardinal(b)));
        true
    }

    /// 3-1, 21:14: the greater first, a score.
    pub(super) fn score(&mut self, n: &Number) -> bool {
        let Some(next) = Number::at(self.chars, self.at + 1) else { return false };
        let short = n.whole.len() <= 3 && next.whole.len() <= 3 && n.frac.is_none() && next.frac.is_none();
        let glued = self.peek(next.end).is_some_and(|c| c.is_alphanumeric() || c == '-');
        if self.peek(self.at) != Some('-') || !short || glued || next.value() >= n.value() {
            return false;
        }
        self.at = next.end;
        self.word(&format!("{} to {}", quantity(n), quantity(&next)));
        true
    }

    /// 1e9 and 6.02e23.
    pub(super) fn exponent(&mut self, n: &Number) -> bool {
        if !matches!(self.peek(self.at), Some('e' | 'E')) {
            return false;
        }
        let sign = self.peek(self.at + 1).filter(|c| matches!(c, '-' | '+'));
        let Some((digits, power)) = digits_at(self.chars, self.at + 1 + usize::from(sign.is_some())) else {
            return false;
        };
        let end = self.at + 1 + usize::from(sign.is_some()) + digits;
        if digits > 3 || self.peek(end).is_some_and(char::is_alphanumeric) {
            return false;
        }
        self.at = end;
        let minus = if sign == Some('-') { "minus " } else { "" };
        self.word(&format!("{} times ten to the power of {minus}{}", quantity(n), cardinal(power)));
        true
    }

    pub(super) fn fraction(&mut self) -> bool {
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
    pub(super) fn suffix(&mut self, n: &Number) -> bool {
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
    pub(super) fn range(&mut self, n: &Number) -> bool {
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
        let years = [n, &next].iter().all(|x| x.frac.is_none() && !x.grouped && x.whole.len() == 4)
            && (1100..=2099).contains(&a)
            && (1100..=2099).contains(&b);
        // 1914-18 is a range of years too.
        let short = n.whole.len() == 4 && next.whole.len() == 2 && (1100..=2099).contains(&a) && a % 100 < b;
        if short && n.frac.is_none() && !self.peek(next.end).is_some_and(|c| c.is_alphanumeric() || c == '-')
        {
            self.at = next.end;
            self.word(&format!("{} to {}", year(a), cardinal(b)));
            return true;
        }
        if b < a && n.frac.is_none() {
            return false;
        }
        self.word(&if years { year(a) } else { quantity(n) });
        self.word("to");
        self.out.push(' ');
        self.at = start;
        true
    }
}

/// 747 in a name: "seven forty-seven", 101: "one oh one".
fn pairs(v: u64) -> String {
    match (v / 100, v % 100) {
        (high, low @ 1..=9) => format!("{} oh {}", cardinal(high), cardinal(low)),
        (high, low) => format!("{} {}", cardinal(high), cardinal(low)),
    }
}
