//! Mandarin: numbers, dates, times, money, units and symbols in Chinese characters. Latin words
//! inside the text are kept as they are; they are read as English later.

mod codes;
mod formula;
mod tables;

use crate::fixed::fixed_index;
use crate::g2p::zh::is_han;

use super::clean::clean;
use super::number::{Number, clock_at, digits_at, iso_date_at, starts_with};
use tables::{CURRENCIES, GREEK, MEASURES, OPERATORS, UNITS};

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// An integer in characters: `10203` → 一万零二百零三. 2 stands as 二 in the units and tens and as
/// 两 before 千, 万 and 亿.
pub fn cardinal(n: u64) -> String {
    if n == 0 {
        return "零".into();
    }
    let mut groups = Vec::new();
    let mut rest = n;
    while rest > 0 {
        groups.push(rest % 10_000);
        rest /= 10_000;
    }
    let mut out = String::new();
    let mut gap = false;
    for (level, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            gap = true;
            continue;
        }
        if !out.is_empty() && (gap || group < 1000) {
            out.push('零');
        }
        gap = false;
        if group == 2 && level > 0 {
            out.push('两');
        } else {
            below_ten_thousand(group, out.is_empty(), &mut out);
        }
        out.push_str(match level {
            0 => "",
            1 => "万",
            2 => "亿",
            3 => "万亿",
            _ => "亿亿",
        });
    }
    out
}

fn below_ten_thousand(n: u64, first: bool, out: &mut String) {
    let mut started = false;
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = n / unit % 10;
        if digit == 0 {
            gap = started;
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        match (digit, unit) {
            // 十五, not 一十五, where the number begins with it.
            (1, 10) if !started && first => {}
            (2, 1000) => out.push('两'),
            _ => out.push(DIGITS[digit as usize]),
        }
        out.push_str(name);
        started = true;
    }
}

/// Digit by digit: `2026` → 二零二六.
pub fn digits(text: &str) -> String {
    text.bytes().map(|b| DIGITS[usize::from(b.saturating_sub(b'0').min(9))]).collect()
}

/// A date of the parts that are there: 二零二六年十一月二十四日.
pub fn date(y: Option<u64>, m: Option<u64>, d: Option<u64>) -> String {
    let part = |n: Option<String>, unit: &str| n.map(|n| format!("{n}{unit}")).unwrap_or_default();
    let (y, m, d) = (y.map(|y| digits(&y.to_string())), m.map(cardinal), d.map(cardinal));
    format!("{}{}{}", part(y, "年"), part(m, "月"), part(d, "日"))
}

/// Digit by digit as on the telephone, with 幺 for 1.
fn telephone(text: &str) -> String {
    digits(text).replace('一', "幺")
}

fn quantity(n: &Number) -> String {
    let mut words = match n.value() {
        Some(v) if n.whole.len() <= 16 => cardinal(v),
        _ => digits(&n.whole),
    };
    if let Some(frac) = &n.frac {
        words = format!("{words}点{}", digits(frac));
    }
    words
}

/// A quantity before a measure word or unit: a bare 2 is 两.
fn counted(n: &Number) -> String {
    if n.frac.is_none() && n.whole == "2" { "两".into() } else { quantity(n) }
}

/// The sentence with everything in characters; Latin letters, spaces and `,.!?;:…—"()` remain.
pub fn normalize(text: &str) -> String {
    let text = clean(&arabic(text));
    let chars: Vec<char> = text.chars().collect();
    let formula = chars.iter().any(|c| "=≤≥≠≈".contains(*c));
    let mut reader = Reader { chars: &chars, at: 0, out: String::with_capacity(text.len() * 2), formula };
    while reader.at < chars.len() {
        reader.step();
    }
    tidy(&reader.out)
}

/// Roman numerals of one character (Ⅱ) in digits: they are numbers in Chinese texts.
fn arabic(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c) {
            n @ 0x2160..=0x216B => out.push_str(&(n - 0x215F).to_string()),
            n @ 0x2460..=0x2473 => out.push_str(&format!("{},", n - 0x245F)),
            _ => out.push(c),
        }
    }
    out
}

/// Drops spaces beside Han characters and punctuation, and punctuation that opens the text.
fn tidy(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (i, &c) in chars.iter().enumerate() {
        match c {
            ' ' => {
                let latin = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && !is_han(c));
                if latin(out.chars().last()) && latin(chars.get(i + 1).copied()) {
                    out.push(' ');
                }
            }
            ',' | '.' | '!' | '?' | ';' | ':' | '…' if out.is_empty() || out.ends_with(c) => {}
            _ => out.push(c),
        }
    }
    out
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

    fn step(&mut self) {
        let c = self.chars[self.at];
        if self.address() || self.money() || self.molecule() {
            return;
        }
        if matches!(c, '+' | '(') && self.dial() {
            return;
        }
        if c.is_ascii_alphabetic() && self.latin() {
            return;
        }
        if let Some(letter) = self.variable() {
            self.out.push(letter.to_ascii_uppercase());
            self.at += 1;
            return;
        }
        if c.is_ascii_digit() {
            self.number("");
            return;
        }
        let next_digit = self.peek(self.at + 1).is_some_and(|c| c.is_ascii_digit());
        let after = self.at.checked_sub(1).and_then(|i| self.peek(i));
        let attached = after.is_some_and(char::is_alphanumeric);
        self.at += 1;
        match c {
            '-' if next_digit && !attached => {
                // −5 °C is 零下五摄氏度, any other −5 is 负五.
                let cold = Number::at(self.chars, self.at).is_some_and(|n| {
                    let at = n.end + usize::from(self.peek(n.end) == Some(' '));
                    self.peek(at) == Some('°')
                        || starts_with(self.chars, at, "摄氏")
                        || self.peek(at) == Some('度')
                });
                self.number(if cold { "零下" } else { "负" });
            }
            '+' if next_digit && !attached => self.number("正"),
            '^' => self.power(),
            '/' if attached && self.per() => self.out.push('每'),
            '-' if self.is_formula() && super::number::operator_between(self.chars, self.at - 1) => {
                self.out.push('减')
            }
            '*' if super::number::operator_between(self.chars, self.at - 1) => self.out.push('乘'),
            '<' if super::number::operator_between(self.chars, self.at - 1) => self.out.push_str("小于"),
            '>' if super::number::operator_between(self.chars, self.at - 1) => self.out.push_str("大于"),
            ':' if self.is_ratio() => self.out.push('比'),
            '+' => self.out.push('加'),
            '&' => self.out.push('和'),
            '=' => self.out.push_str("等于"),
            '×' => self.out.push('乘'),
            '÷' => self.out.push_str("除以"),
            '°' => self.out.push('度'),
            '%' => self.out.push_str("百分号"),
            '#' if next_digit => {}
            '@' => self.out.push_str(" at "),
            '·' => {}
            c if fixed_index(c).is_some() => self.out.push(c),
            '~' => self.out.push('—'),
            '-' if attached && self.peek(self.at).is_some_and(char::is_alphabetic) => self.out.push(' '),
            '$' | '£' | '€' | '¥' | '₩' | '₹' | '¢' | '#' | '/' | '<' | '>' | '*' | '_' | '‰' | '-' =>
            {
                self.out.push(' ');
            }
            c => {
                let sign = OPERATORS.iter().chain(GREEK).find(|(s, _)| *s == c);
                match sign {
                    Some((_, name)) => self.out.push_str(name),
                    None => self.out.push(c),
                }
            }
        }
    }

    /// "￥100", "$3.5亿": the currency is read after the amount.
    fn money(&mut self) -> bool {
        let before = self.at.checked_sub(1).and_then(|i| self.peek(i));
        for (sign, name) in CURRENCIES.iter().copied() {
            if !starts_with(self.chars, self.at, sign)
                || (sign.chars().all(char::is_alphabetic) && before.is_some_and(|c| c.is_ascii_alphabetic()))
            {
                continue;
            }
            let mut start = self.at + sign.chars().count();
            if self.peek(start) == Some(' ') {
                start += 1;
            }
            let Some(n) = Number::at(self.chars, start) else { continue };
            self.at = n.end;
            let mut scale = String::new();
            while let Some(c @ ('十' | '百' | '千' | '万' | '亿')) = self.peek(self.at) {
                scale.push(c);
                self.at += 1;
            }
            // "￥20元" says it once.
            if starts_with(self.chars, self.at, name) {
                self.at += name.chars().count();
            }
            self.out.push_str(&cash(&n));
            self.out.push_str(&scale);
            self.out.push_str(name);
            return true;
        }
        false
    }

    /// A number, with `sign` said before it.
    fn number(&mut self, sign: &str) {
        if sign.is_empty() && (self.date() || self.clock() || self.dial() || self.version() || self.code()) {
            return;
        }
        if self.fraction(sign) {
            return;
        }
        let Some(n) = Number::at(self.chars, self.at) else {
            self.at += 1;
            return;
        };
        self.at = n.end;
        if self.percent(&n, sign)
            || self.range(&n, sign)
            || sign.is_empty() && (self.versus(&n) || self.money_after(&n) || self.generation(&n))
        {
            return;
        }
        self.out.push_str(sign);
        let next = self.peek(self.at + usize::from(self.peek(self.at) == Some(' ')));
        let ordinal = self.out.ends_with('第');
        let plain = n.frac.is_none() && !n.grouped;
        let year = n.whole.len() == 4 && next == Some('年');
        let code = n.whole.len() > 1 && n.whole.starts_with('0');
        if plain && (year || code) {
            self.out.push_str(&digits(&n.whole));
        } else if self.unit(&n) {
        } else if matches!(next, Some('万' | '亿' | '千')) || (!ordinal && self.measured(next)) {
            self.out.push_str(&counted(&n));
        } else {
            self.out.push_str(&quantity(&n));
        }
    }

    /// Whether a measure word follows, so that 2 counts things (2月 and 2号 do not).
    fn measured(&self, next: Option<char>) -> bool {
        let Some(c) = next.filter(|c| MEASURES.contains(*c)) else { return false };
        let second = self.peek(self.at + 1);
        match c {
            '点' => !second.is_some_and(|d| d.is_ascii_digit() || DIGITS.contains(&d)),
            _ => true,
        }
    }

    fn unit(&mut self, n: &Number) -> bool {
        let at = self.at + usize::from(self.peek(self.at) == Some(' '));
        for (unit, name) in UNITS.iter().copied() {
            let end = at + unit.chars().count();
            let here = self.chars.get(at..end).is_some_and(|c| c.iter().copied().eq(unit.chars()));
            if here && !self.peek(end).is_some_and(|c| c.is_ascii_alphanumeric()) {
                self.at = end;
                self.out.push_str(&counted(n));
                self.out.push_str(name);
                return true;
            }
        }
        false
    }

    fn percent(&mut self, n: &Number, sign: &str) -> bool {
        let (name, end) = match self.peek(self.at) {
            Some('%') => ("百分之", self.at + 1),
            Some('‰') => ("千分之", self.at + 1),
            _ => return false,
        };
        self.at = end;
        self.out.push_str(name);
        self.out.push_str(sign);
        self.out.push_str(&quantity(n));
        if matches!(self.peek(self.at), Some('-' | '~' | '—'))
            && self.peek(self.at + 1).is_some_and(|c| c.is_ascii_digit())
        {
            self.at += 1;
            self.out.push('到');
        }
        true
    }

    /// 10-20 and 3~5: 到. 10-20% reads 百分之十到百分之二十.
    fn range(&mut self, n: &Number, sign: &str) -> bool {
        let start = self.at + 1;
        if !matches!(self.peek(self.at), Some('-' | '~' | '—')) {
            return false;
        }
        let Some(next) = Number::at(self.chars, start) else { return false };
        if next.value() < n.value() && n.frac.is_none() {
            return false;
        }
        let percent = self.peek(next.end) == Some('%');
        let years = n.whole.len() == 4 && next.whole.len() == 4 && n.frac.is_none();
        let years =
            years && (self.peek(next.end) == Some('年') || (1100..2100).contains(&n.value().unwrap_or(0)));
        if percent {
            self.out.push_str("百分之");
        }
        self.out.push_str(sign);
        self.out.push_str(&if years { digits(&n.whole) } else { quantity(n) });
        self.out.push('到');
        self.at = start;
        if years {
            self.out.push_str(&digits(&next.whole));
            self.at = next.end;
        }
        true
    }

    fn date(&mut self) -> bool {
        let Some((y, m, d, end)) = iso_date_at(self.chars, self.at) else { return self.year_month() };
        self.at = end;
        self.out.push_str(&format!("{}年{}月{}日", digits(&y.to_string()), cardinal(m), cardinal(d)));
        true
    }

    /// 12:30 → 十二点三十分.
    fn clock(&mut self) -> bool {
        let Some((h, m, s, end)) = clock_at(self.chars, self.at) else { return false };
        self.at = end;
        let hour = if h == 2 { "两".into() } else { cardinal(h) };
        self.out.push_str(&hour);
        self.out.push('点');
        match m {
            0 if s.is_none() => {}
            0..=9 => self.out.push_str(&format!("零{}分", cardinal(m))),
            // "9点30分" and "9:30分" end the same.
            _ => self.out.push_str(&format!("{}分", cardinal(m))),
        }
        if matches!(self.peek(self.at), Some('-' | '~' | '—')) && clock_at(self.chars, self.at + 1).is_some()
        {
            self.at += 1;
            self.out.push('到');
        }
        if let Some(s) = s {
            self.out.push_str(&format!("{}秒", cardinal(s)));
        }
        true
    }

    /// 2026-11 and 2026/11 as a month, where nothing else is meant.
    fn year_month(&mut self) -> bool {
        let Some((4, y)) = digits_at(self.chars, self.at) else { return false };
        let Some((2, m)) = digits_at(self.chars, self.at + 5) else { return false };
        let slash = self.peek(self.at + 4) == Some('/');
        let end = self.at + 7;
        let next =
            self.peek(end).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '年' | '.'));
        if !slash || next || !(1900..2100).contains(&y) || !(1..=12).contains(&m) {
            return false;
        }
        self.at = end;
        self.out.push_str(&date(Some(y), Some(m), None));
        true
    }

    /// 3/4 → 四分之三.
    fn fraction(&mut self, sign: &str) -> bool {
        let Some((n, top)) = digits_at(self.chars, self.at) else { return false };
        let slash = self.at + n;
        let Some((m, bottom)) = digits_at(self.chars, slash + 1) else { return false };
        let end = slash + 1 + m;
        if self.peek(slash) != Some('/') || n > 3 || m > 4 || bottom < 2 || self.peek(end) == Some('/') {
            return false;
        }
        self.at = end;
        self.out.push_str(&format!("{sign}{}分之{}", cardinal(bottom), cardinal(top)));
        true
    }
}

/// An amount of money: 12.80 is 十二点八.
fn cash(n: &Number) -> String {
    let frac = n.frac.as_ref().map(|f| f.trim_end_matches('0').to_owned()).filter(|f| !f.is_empty());
    counted(&Number { frac, ..n.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readings: GB/T 15835-2011 (general rules for writing numerals), read aloud.
    #[test]
    fn the_table_of_readings() {
        for (written, read) in [
            ("0", "零"),
            ("10", "十"),
            ("15个苹果", "十五个苹果"),
            ("110", "一百一十"),
            ("105", "一百零五"),
            ("1005", "一千零五"),
            ("10203", "一万零二百零三"),
            ("22000", "两万两千"),
            ("120000000", "一亿两千万"),
            ("100010", "十万零一十"),
            ("1,234,567", "一百二十三万四千五百六十七"),
            ("3.14", "三点一四"),
            ("-5", "负五"),
            ("-5℃", "零下五摄氏度"),
            ("2026年", "二零二六年"),
            ("2026年11月24日", "二零二六年十一月二十四日"),
            ("2026-11-24", "二零二六年十一月二十四日"),
            ("10年", "十年"),
            ("2个人和2位老师", "两个人和两位老师"),
            ("2月2日", "二月二日"),
            ("第2次", "第二次"),
            ("第3章", "第三章"),
            ("3.5%", "百分之三点五"),
            ("10%-20%", "百分之十到百分之二十"),
            ("10-20个", "十到二十个"),
            ("1914-1918年", "一九一四到一九一八年"),
            ("￥100", "一百元"),
            ("¥2", "两元"),
            ("$5.5", "五点五美元"),
            ("$3亿", "三亿美元"),
            ("2万", "两万"),
            ("12:30", "十二点三十分"),
            ("8:05", "八点零五分"),
            ("2:00", "两点"),
            ("5km", "五公里"),
            ("2 kg", "两公斤"),
            ("80km/h", "八十公里每小时"),
            ("20°C", "二十摄氏度"),
            ("50m²", "五十平方米"),
            ("1/2", "二分之一"),
            ("13812345678", "幺三八幺二三四五六七八"),
            ("007", "零零七"),
            ("AI技术", "AI技术"),
            ("使用 Rust 语言", "使用Rust语言"),
            ("你好，世界！", "你好,世界!"),
            ("甲&乙", "甲和乙"),
            ("😀", ""),
        ] {
            assert_eq!(normalize(written), read, "{written}");
        }
    }

    #[test]
    fn no_digit_survives() {
        for text in ["1.2.3.4", "12:99", "99/99/9999", "1e9 1_000", "$-4", "7:5", "3-2", "1--2", "2~"] {
            let read = normalize(text);
            assert!(!read.chars().any(|c| c.is_ascii_digit()), "{text} -> {read}");
        }
    }
}
