//! Numbers that are names: telephone numbers, versions, rooms, flights; addresses of the web.

use super::super::number::{Number, digits_at, starts_with};
use super::tables::CURRENCIES;
use super::{Reader, cardinal, cash, counted, digits, quantity, telephone};
use crate::g2p::zh::is_han;

/// What a call is made with, right before its number.
const CALLS: [&str; 6] = ["拨打", "拨", "致电", "呼叫", "打电话给", "电话"];

impl Reader<'_> {
    /// Telephone numbers: eleven digits that begin with 1, groups joined by hyphens or spaces after a plus
    /// or an area code, and short ones that are called.
    pub(super) fn dial(&mut self) -> bool {
        let mut groups: Vec<String> = Vec::new();
        let plus = self.peek(self.at) == Some('+');
        let area = self.peek(self.at) == Some('(');
        let mut i = self.at + usize::from(plus || area);
        while let Some((n, _)) = digits_at(self.chars, i).filter(|(n, _)| *n <= 20) {
            groups.push(self.chars[i..i + n].iter().collect::<String>());
            i += n;
            let mut next = i;
            while matches!(self.peek(next), Some(')' | ' ' | '-')) && next < i + 2 {
                next += 1;
            }
            let digit = self.peek(next).is_some_and(|c| c.is_ascii_digit());
            let spaced = plus || area || (groups[0].len() == 3 && groups[0].starts_with('1'));
            let hyphen = next == i + 1 && self.peek(i) == Some('-');
            if digit && next > i && (hyphen || spaced) && groups.len() < 6 {
                i = next;
            } else {
                break;
            }
        }
        let total: usize = groups.iter().map(String::len).sum();
        let lengths: Vec<usize> = groups.iter().map(String::len).collect();
        let called = || CALLS.iter().any(|c| self.out.ends_with(c) || self.out.ends_with(&format!("{c}:")));
        let known = match lengths.as_slice() {
            [] => false,
            _ if plus || area => total >= 7 && groups.len() >= 2,
            [11] => groups[0].starts_with('1'),
            [3..=8] => called(),
            [3, 4, 4] => groups[0].starts_with('1'),
            [3, 8] | [4, 7 | 8] => groups[0].starts_with('0'),
            [_, _, ..] => total >= 9 && groups.iter().all(|g| g.len() >= 3),
            _ => false,
        };
        if !known || total > 20 {
            return false;
        }
        self.at = i;
        if plus {
            self.out.push('加');
        }
        let read: Vec<String> = groups.iter().map(|g| telephone(g)).collect();
        self.out.push_str(&read.join(","));
        true
    }

    /// 1.2.3: 一点二点三.
    pub(super) fn version(&mut self) -> bool {
        let mut groups: Vec<u64> = Vec::new();
        let mut i = self.at;
        while let Some((n, value)) = digits_at(self.chars, i).filter(|(n, _)| *n <= 8) {
            groups.push(value);
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
        let words: Vec<String> = groups.iter().map(|g| cardinal(*g)).collect();
        self.out.push_str(&words.join("点"));
        true
    }

    /// Rooms, buses and flights: 302室, 515路, CA1234.
    pub(super) fn code(&mut self) -> bool {
        let Some((n, _)) = digits_at(self.chars, self.at) else { return false };
        let end = self.at + n;
        let letter = self.at > 0 && self.peek(self.at - 1).is_some_and(|c| c.is_ascii_uppercase());
        let numbered = (4..=18).contains(&n)
            && ["号", "号码", "号:", "验证码", "密码", "QQ", "验证码:", "密码:"]
                .iter()
                .any(|w| self.out.ends_with(w));
        let named = numbered
            || (3..=4).contains(&n)
                && (["室", "路公", "路车", "号房", "号线", "房间"]
                    .iter()
                    .any(|w| starts_with(self.chars, end, w))
                    || self.out.ends_with("房间"));
        let flight = letter && (3..=6).contains(&n) && self.peek(end) != Some('.');
        if !(named || flight) {
            return false;
        }
        let text: String = self.chars[self.at..end].iter().collect();
        self.at = end;
        self.out.push_str(&if flight || n > 2 { telephone(&text) } else { digits(&text) });
        true
    }

    /// 80后, 90年代 and 00后.
    pub(super) fn generation(&mut self, n: &Number) -> bool {
        let plain = n.frac.is_none() && n.whole.len() == 2 && matches!(self.peek(self.at), Some('后' | '後'));
        let fits = plain && n.whole.ends_with(['0', '5']);
        if fits {
            self.out.push_str(&digits(&n.whole));
        }
        fits
    }

    /// Scores and ratios: 3:2, 3-1 with the greater first.
    pub(super) fn versus(&mut self, n: &Number) -> bool {
        let Some(next) = Number::at(self.chars, self.at + 1) else { return false };
        let glued = self.peek(next.end).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':'));
        let short = n.whole.len() <= 3 && next.whole.len() <= 3;
        let score = self.peek(self.at) == Some('-')
            && short
            && !self.is_formula()
            && !glued
            && next.value() < n.value();
        let ratio = self.peek(self.at) == Some(':') && !glued;
        if !(score || ratio) {
            return false;
        }
        self.at = next.end;
        self.out.push_str(&format!("{}比{}", quantity(n), quantity(&next)));
        true
    }

    /// "20€", "100 USD": the currency after the amount.
    pub(super) fn money_after(&mut self, n: &Number) -> bool {
        let at = self.at + usize::from(self.peek(self.at) == Some(' '));
        for (sign, name) in CURRENCIES.iter().copied() {
            let end = at + sign.chars().count();
            let here = self.chars.get(at..end).is_some_and(|c| c.iter().copied().eq(sign.chars()));
            if !here || sign == "$" || self.peek(end).is_some_and(|c| c.is_ascii_alphanumeric()) {
                continue;
            }
            self.at = end;
            self.out.push_str(&if n.frac.is_some() { cash(n) } else { counted(n) });
            self.out.push_str(name);
            return true;
        }
        false
    }

    /// Web and mail addresses: the words as they are, 点 between them.
    pub(super) fn address(&mut self) -> bool {
        let part = |c: &&char| c.is_ascii_alphanumeric() || "._-/:@+?=&%#~".contains(**c);
        if !self.chars[self.at].is_ascii_alphanumeric() || self.at > 0 && part(&&self.chars[self.at - 1]) {
            return false;
        }
        let run: String = self.chars[self.at..].iter().take(2000).take_while(part).collect();
        let run = run.trim_end_matches(['.', ':', '?', '/', '-']);
        let lower = run.to_lowercase();
        let bare = lower.trim_start_matches("https://").trim_start_matches("http://");
        let host = bare.split(['/', '?']).next().unwrap_or_default();
        let ends = ["com", "cn", "org", "net", "edu", "gov", "io", "dev", "ai", "app", "info"];
        let known = host.contains('.') && host.rsplit('.').next().is_some_and(|d| ends.contains(&d));
        let letters = host.contains(|c: char| c.is_ascii_alphabetic());
        if !((known || bare.len() < lower.len() || lower.starts_with("www.")) && letters) {
            return false;
        }
        self.at += run.chars().count();
        self.out.push(' ');
        for c in bare.split(['?', '#']).next().unwrap_or_default().chars() {
            match c {
                '.' => self.out.push('点'),
                '@' => self.out.push_str(" at "),
                '/' => self.out.push_str("斜杠"),
                '-' => self.out.push_str("横杠"),
                '_' => self.out.push_str("下划线"),
                ':' => self.out.push_str("冒号"),
                c if c.is_ascii_digit() => self.out.push_str(&digits(c.encode_utf8(&mut [0; 4]))),
                c => self.out.push(c),
            }
        }
        self.out.push(' ');
        true
    }

    /// "No.1", "v2.0" and "Vol.3" before a number.
    pub(super) fn latin(&mut self) -> bool {
        if self.at > 0 && self.peek(self.at - 1).is_some_and(|c| c.is_ascii_alphanumeric()) {
            return false;
        }
        for (written, read) in [("No.", "第"), ("No. ", "第"), ("Vol.", "第"), ("v", ""), ("V", "")] {
            let end = self.at + written.chars().count();
            let digit = self.peek(end).is_some_and(|c| c.is_ascii_digit());
            let dotted =
                digit && digits_at(self.chars, end).is_some_and(|(n, _)| self.peek(end + n) == Some('.'));
            if starts_with(self.chars, self.at, written) && digit && (written.len() > 1 || dotted) {
                self.at = end;
                self.out.push_str(read);
                return true;
            }
        }
        false
    }

    /// Whether a slash stands between Han words and means "each": 20元/斤.
    pub(super) fn per(&self) -> bool {
        let before = self.out.chars().last().is_some_and(is_han);
        before
            && self
                .peek(self.at)
                .is_some_and(|c| "人天次个月年斤份件台位小平公千分秒张套晚间瓶盒米升吨".contains(c))
    }

    /// Whether the colon that was just read stands between two numbers in words.
    pub(super) fn is_ratio(&self) -> bool {
        self.out.chars().last().is_some_and(|c| "零一二三四五六七八九十百千万".contains(c))
            && self.peek(self.at).is_some_and(|c| c.is_ascii_digit())
    }
}
