//! English: numbers, dates, times, money, units, abbreviations and symbols in words.
//!
//! Readings follow American usage ("one hundred five", "June third"), years are read in pairs
//! ("nineteen eighty-four"), capitals that form no word stay capitals (the lexicon spells them).

mod address;
mod dates;
mod formula;
mod letters;
mod money;
mod numbers;
mod unit_table;
mod units;
mod words;

use crate::fixed::fixed_index;

use super::clean::clean;
use super::number::Number;

use words::MONTHS;
pub use words::{cardinal, digits, ordinal, year};

/// A date of the parts that are there: "November twenty-fourth, twenty twenty-six".
pub fn date(y: Option<u64>, m: Option<u64>, d: Option<u64>) -> String {
    let month = m.and_then(|m| MONTHS.get(m as usize - 1)).copied();
    let day = d.map(ordinal);
    match (month, day, y.map(year)) {
        (Some(m), Some(d), Some(y)) => format!("{m} {d}, {y}"),
        (Some(m), Some(d), None) => format!("{m} {d}"),
        (Some(m), None, Some(y)) => format!("{m} {y}"),
        (Some(m), None, None) => m.to_owned(),
        (None, Some(d), _) => format!("the {d}"),
        (None, None, y) => y.unwrap_or_default(),
    }
}

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
    let formula = chars.iter().any(|c| "=≤≥≠≈".contains(*c));
    let mut reader = Reader { chars: &chars, at: 0, out: String::with_capacity(text.len() * 2), formula };
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
    /// Whether the text has an equation in it.
    formula: bool,
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
        if self.out.ends_with(|c: char| c.is_alphanumeric() || c == '\'' || fixed_index(c).is_some()) {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }

    fn step(&mut self) {
        let c = self.chars[self.at];
        if self.address() || self.handle() || self.money() || self.molecule() {
            return;
        }
        if matches!(c, '+' | '(') && self.telephone() {
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

    fn symbol(&mut self, c: char) {
        let next_digit = self.peek(self.at + 1).is_some_and(|c| c.is_ascii_digit());
        let after_word = self.previous().is_some_and(char::is_alphanumeric);
        let spaced = self.previous() == Some(' ') && self.peek(self.at + 1) == Some(' ');
        self.at += 1;
        match c {
            '-' if !after_word && self.peek(self.at).is_some_and(|c| "$£€¥₹₩".contains(c)) => {
                self.word("minus ")
            }
            '-' if next_digit && (self.out.ends_with("AM") || self.out.ends_with("PM")) => self.padded("to"),
            '-' if next_digit && !after_word => self.word("minus "),
            '-' if after_word && self.peek(self.at).is_some_and(char::is_alphabetic) => self.out.push('-'),
            '-' if spaced && self.is_formula() => self.padded("minus"),
            '-' | '—' if spaced || c == '—' => self.out.push('—'),
            '-' => self.out.push(' '),
            '+' if next_digit && !after_word => self.word("plus "),
            '+' => self.padded("plus"),
            '&' => self.padded("and"),
            '%' => self.padded("percent"),
            '=' => self.padded("equals"),
            '@' => self.padded("at"),
            '^' => self.power(),
            '*' if self.between_operands() => self.padded("times"),
            '<' if self.between_operands() => self.padded("is less than"),
            '>' if self.between_operands() => self.padded("is greater than"),
            '×' => self.padded("times"),
            '÷' => self.padded("divided by"),
            '#' if next_digit => self.word("number "),
            '°' => self.padded("degrees"),
            '$' => self.padded("dollars"),
            '£' => self.padded("pounds"),
            '€' => self.padded("euros"),
            '¥' => self.padded("yuan"),
            '/' if after_word && self.per() => self.padded("per"),
            '/' if after_word && self.peek(self.at).is_some_and(char::is_alphabetic) => self.padded("or"),
            '.' if next_digit && !after_word => self.word("point "),
            ',' | '.' | '!' | '?' | ';' | ':' | '…' | '"' | '(' | ')' => self.out.push(c),
            '\'' => {}
            c if self.operator(c) => {}
            c if fixed_index(c).is_some() => self.word(c.encode_utf8(&mut [0; 4])),
            _ => self.out.push(' '),
        }
    }

    fn padded(&mut self, word: &str) {
        self.out.push(' ');
        self.out.push_str(word);
        self.out.push(' ');
    }
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
