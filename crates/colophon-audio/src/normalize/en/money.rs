//! Money: "$3.50", "£2 million", "20 EUR".

use super::super::number::{Number, starts_with};
use super::words::{CURRENCIES, cardinal};
use super::{Reader, quantity};

impl Reader<'_> {
    /// "$3.50", "£2 million".
    pub(super) fn money(&mut self) -> bool {
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
            if self.money_range(&n, many) {
                return true;
            }
            if let Some(scale) = self.scale() {
                self.word(&format!("{} {scale} {many}", quantity(&n)));
                return true;
            }
            self.word(&amount(&n, one, many, cent, cents));
            return true;
        }
        false
    }

    /// "20€", "5 USD": the sign or code after the amount.
    pub(super) fn money_after(&mut self, n: &Number) -> bool {
        let at = self.at + usize::from(self.peek(self.at) == Some(' '));
        for (sign, one, many, cent, cents) in CURRENCIES {
            let end = at + sign.chars().count();
            let code = sign.len() == 3 && sign.chars().all(|c| c.is_ascii_uppercase());
            let tight = matches!(*sign, "€" | "£" | "₽" | "₴" | "₫");
            let here = self.chars.get(at..end).is_some_and(|c| c.iter().copied().eq(sign.chars()));
            if !(code || tight) || !here || self.peek(end).is_some_and(char::is_alphanumeric) {
                continue;
            }
            self.at = end;
            self.word(&amount(n, one, many, cent, cents));
            return true;
        }
        false
    }

    /// "$3-5": one currency for both ends.
    fn money_range(&mut self, n: &Number, many: &str) -> bool {
        if self.peek(self.at) != Some('-') {
            return false;
        }
        let sign = usize::from(self.peek(self.at + 1).is_some_and(|c| "$£€¥".contains(c)));
        let Some(to) = Number::at(self.chars, self.at + 1 + sign) else { return false };
        if to.value() < n.value() {
            return false;
        }
        self.at = to.end;
        let scale = self.scale().map(|s| format!(" {s}")).unwrap_or_default();
        self.word(&format!("{} to {}{scale} {many}", quantity(n), quantity(&to)));
        true
    }

    /// A scale word or letter after an amount of money.
    pub(super) fn scale(&mut self) -> Option<&'static str> {
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
}

/// An amount in units and hundredths.
fn amount(n: &Number, one: &str, many: &str, cent: &str, cents: &str) -> String {
    let hundredths: Option<u64> =
        n.frac.as_ref().filter(|f| f.len() == 2 && !cent.is_empty()).and_then(|f| f.parse().ok());
    let (Some(hundredths), Some(value)) = (hundredths, n.value()) else {
        return format!("{} {}", quantity(n), if n.is_one() { one } else { many });
    };
    let units = quantity(&Number { frac: None, ..n.clone() });
    let whole = format!("{units} {}", if value == 1 { one } else { many });
    let part = format!("{} {}", cardinal(hundredths), if hundredths == 1 { cent } else { cents });
    match (value, hundredths) {
        (_, 0) => whole,
        (0, _) => part,
        _ => format!("{whole} and {part}"),
    }
}
