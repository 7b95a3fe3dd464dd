//! Measures: percentages, degrees, units of the SI and others.

use super::super::number::Number;
use super::unit_table::UNITS;
use super::{Reader, quantity};

impl Reader<'_> {
    /// Percentages, degrees and units.
    pub(super) fn measure(&mut self, n: &Number) -> bool {
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
                let point = usize::from(
                    self.peek(at + 1) == Some(' ') && self.peek(at + 3).is_none_or(|c| !c.is_alphanumeric()),
                );
                let at = at + point;
                let (end, scale) = match self.peek(at + 1) {
                    Some('C') => (at + 2, " Celsius"),
                    Some('F') => (at + 2, " Fahrenheit"),
                    Some('N') => (at + 2, " north"),
                    Some('S') => (at + 2, " south"),
                    Some('E') => (at + 2, " east"),
                    Some('W') => (at + 2, " west"),
                    _ => (at + 1 - point, ""),
                };
                self.at = end;
                self.word(&format!("{} {degrees}{scale}", quantity(n)));
                return true;
            }
            _ => {}
        }
        for (unit, one, many) in UNITS.iter().copied() {
            let end = at + unit.chars().count();
            let here = self.chars.get(at..end).is_some_and(|c| c.iter().copied().eq(unit.chars()));
            if !here || self.peek(end).is_some_and(|c| c.is_alphanumeric() || c == '\'') {
                continue;
            }
            // "a 5 g signal" is rare, "5 A students" is not: single capitals stand tight or not at all.
            if at > self.at && matches!(unit, "A" | "N" | "J" | "T") || at == self.at && unit == "K" {
                continue;
            }
            if unit == "x" && (at > self.at || self.is_formula()) {
                continue;
            }
            // "5 in the morning": a word, not inches.
            let height = self.out.trim_end().ends_with("feet") || self.out.trim_end().ends_with("foot");
            if unit == "in" && !height && (at > self.at || self.peek(end) == Some(' ')) {
                continue;
            }
            self.at = end;
            self.word(&format!("{} {}", quantity(n), if n.is_one() { one } else { many }));
            return true;
        }
        false
    }

    /// Whether a slash means "per": "7 days/week", "$20/month".
    pub(super) fn per(&self) -> bool {
        let last = self.out.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let counted = last.ends_with('s') || matches!(last, "yuan" | "percent" | "feet" | "yen");
        let each = [
            "day", "week", "month", "year", "hour", "minute", "second", "person", "night", "mile", "gallon",
            "unit", "kg", "lb", "head", "share", "page", "user",
        ];
        let word: String = self.chars[self.at..].iter().take_while(|c| c.is_alphabetic()).collect();
        counted && each.contains(&word.as_str())
    }

    /// 6'2" and 5 ft 10 in: feet and inches.
    pub(super) fn feet(&mut self, n: &Number) -> bool {
        let prime = |c: Option<char>| matches!(c, Some('\'' | '′'));
        let double = |c: Option<char>| matches!(c, Some('"' | '″'));
        let feet = |n: &Number| format!("{} {}", quantity(n), if n.is_one() { "foot" } else { "feet" });
        let inches = |n: &Number| format!("{} {}", quantity(n), if n.is_one() { "inch" } else { "inches" });
        if prime(self.peek(self.at))
            && let Some(more) = Number::at(self.chars, self.at + 1)
            && (double(self.peek(more.end)) || more.value().is_some_and(|v| v < 12))
        {
            self.at = more.end + usize::from(double(self.peek(more.end)));
            self.word(&format!("{} {}", feet(n), inches(&more)));
            return true;
        }
        if self.peek(self.at) == Some('″') {
            self.at += 1;
            self.word(&inches(n));
            return true;
        }
        if self.peek(self.at) == Some('′') {
            self.at += 1;
            self.word(&feet(n));
            return true;
        }
        false
    }
}
