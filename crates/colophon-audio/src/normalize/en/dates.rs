//! Dates and times of day.

use super::super::number::{Number, clock_at, digits_at, iso_date_at, starts_with};
use super::Reader;
use super::words::{MONTHS, cardinal, ordinal, year};

impl Reader<'_> {
    /// 2026-11-24 and 11/24/2026.
    pub(super) fn date(&mut self) -> bool {
        if let Some((y, m, d, end)) = iso_date_at(self.chars, self.at) {
            self.at = end;
            self.word(&format!("{} {}, {}", MONTHS[m as usize - 1], ordinal(d), year(y)));
            return true;
        }
        let Some((n, a)) = digits_at(self.chars, self.at) else { return false };
        let second = self.at + n + 1;
        let Some((m, b)) = digits_at(self.chars, second) else { return false };
        let third = second + m + 1;
        let marks = (self.peek(second - 1), self.peek(third - 1));
        let dots = marks == (Some('.'), Some('.'));
        let Some((4, y)) = digits_at(self.chars, third) else { return false };
        // With slashes the month comes first unless it cannot; with dots the day does.
        let (month, day) = if a <= 12 && !(dots && b <= 12) { (a, b) } else { (b, a) };
        if !(dots || marks == (Some('/'), Some('/')))
            || n > 2
            || m > 2
            || !(1..=12).contains(&month)
            || !(1..=31).contains(&day)
        {
            return false;
        }
        self.at = third + 4;
        self.word(&format!("{} {}, {}", MONTHS[month as usize - 1], ordinal(day), year(y)));
        true
    }

    /// "Q3 2026", "'98", "FY2026" need no rule; "2026/11" and "11/2026" do.
    pub(super) fn year_month(&mut self) -> bool {
        let Some((n, a)) = digits_at(self.chars, self.at) else { return false };
        let Some((m, b)) = digits_at(self.chars, self.at + n + 1) else { return false };
        let end = self.at + n + 1 + m;
        if self.peek(self.at + n) != Some('/') || self.peek(end) == Some('/') {
            return false;
        }
        let (y, month) = match (n, m) {
            (4, 1 | 2) => (a, b),
            (1 | 2, 4) => (b, a),
            _ => return false,
        };
        if !(1800..2200).contains(&y) || !(1..=12).contains(&month) {
            return false;
        }
        self.at = end;
        self.word(&format!("{} {}", MONTHS[month as usize - 1], year(y)));
        true
    }

    /// 7:30, 12:00, 9:05 pm.
    pub(super) fn time(&mut self) -> bool {
        let Some((hour, minute, second, end)) = clock_at(self.chars, self.at) else { return false };
        self.at = end;
        let half = self.half_of_day();
        let mut words = cardinal(hour);
        match minute {
            0 if half.is_none() && second.is_none() && (1..=12).contains(&hour) => words.push_str(" o'clock"),
            0 if half.is_none() && second.is_none() => words.push_str(" hundred hours"),
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
        // 7:30-8:45
        if self.peek(self.at) == Some('-') && clock_at(self.chars, self.at + 1).is_some() {
            self.at += 1;
            self.word("to");
            self.out.push(' ');
        }
        true
    }

    /// "am", "PM", "p.m." here: consumed and returned in capitals, so that it is spelled.
    pub(super) fn half_of_day(&mut self) -> Option<&'static str> {
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

    /// "24 November": the day before its month.
    pub(super) fn day_of_month(&mut self, n: &Number) -> bool {
        let Some(v) = n.value().filter(|v| (1..=31).contains(v) && n.frac.is_none()) else { return false };
        if self.peek(self.at) != Some(' ') {
            return false;
        }
        let Some((_, _)) = month_at(self.chars, self.at + 1) else { return false };
        let the = self.out.trim_end().ends_with("the");
        self.word(&format!("{}{} of", if the { "" } else { "the " }, ordinal(v)));
        true
    }

    /// "November 24, 2026": month, ordinal day, and the year follows by itself.
    pub(super) fn month_day(&mut self, month: usize, end: usize) -> bool {
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
        // "May 5, 2026" and "May 5-8", but not "May 5.5" or "May 30%".
        let decimal =
            self.peek(after) == Some('.') && self.peek(after + 1).is_some_and(|c| c.is_ascii_digit());
        if decimal || self.peek(after).is_some_and(char::is_alphanumeric) {
            return false;
        }
        self.at = after;
        self.word(&format!("{} {}", MONTHS[month], ordinal(day)));
        if self.peek(after) == Some('-')
            && let Some((m, last)) = digits_at(self.chars, after + 1)
            && m <= 2
            && last > day
            && last <= 31
        {
            self.at = after + 1 + m;
            self.word(&format!(" to {}", ordinal(last)));
        }
        true
    }
}

/// A month's name or abbreviation at `at`: its index and the first character after it.
pub(super) fn month_at(chars: &[char], at: usize) -> Option<(usize, usize)> {
    for (i, name) in MONTHS.iter().enumerate() {
        let full = at + name.len();
        if starts_with(chars, at, name) && !chars.get(full).is_some_and(|c| c.is_alphanumeric()) {
            return chars[at].is_uppercase().then_some((i, full));
        }
        let short = at + 3 + usize::from(i == 8 && chars.get(at + 3) == Some(&'t'));
        if !starts_with(chars, at, &name[..3]) || !chars[at].is_uppercase() {
            continue;
        }
        if chars.get(short) == Some(&'.') {
            return Some((i, short + 1));
        }
        // "Nov 24" without a full stop; "Mar", "Jan" and "Dec" alone are names too.
        let day = chars.get(short) == Some(&' ') && chars.get(short + 1).is_some_and(char::is_ascii_digit);
        let before = at >= 2 && chars[at - 1] == ' ' && chars[at - 2].is_ascii_digit();
        let whole = !chars.get(short).is_some_and(|c| c.is_alphanumeric());
        if i != 4 && whole && (day || before) {
            return Some((i, short));
        }
    }
    None
}
