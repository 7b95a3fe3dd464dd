//! Texts into paragraphs, sentences and clauses that can be spoken one by one. Every piece is of
//! bounded length, also where a text has no full stop.

use std::ops::Range;

/// Longest sentence that is spoken in one go, in characters.
pub const LONGEST: usize = 400;

const ENDS: &str = ".!?…。！？；";
const CLOSERS: &str = "\"')”’」』）";
const ABBREVIATIONS: [&str; 38] = [
    "mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "vs.", "e.g.", "i.e.", "no.", "nos.", "jr.", "sr.", "mt.",
    "gen.", "gov.", "sen.", "rep.", "capt.", "lt.", "col.", "sgt.", "rev.", "hon.", "fig.", "vol.", "pp.",
    "approx.", "jan.", "feb.", "aug.", "sept.", "oct.", "nov.", "dec.", "cf.", "al.", "ca.",
];

/// Paragraphs: separated by empty lines.
pub fn paragraphs(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = vec![String::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(line.trim());
        }
    }
    out.retain(|p| p.chars().any(char::is_alphanumeric));
    out
}

/// Sentences of a paragraph, each with its end mark and closing quotes and of at most [`LONGEST`]
/// characters: longer ones are cut after a clause, else between words.
pub fn sentences(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    ranges(&chars).into_iter().map(|r| chars[r].iter().collect()).collect()
}

/// Where the sentences of a paragraph lie, in characters, without white space around them.
pub(crate) fn ranges(chars: &[char]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        i += 1;
        if !ENDS.contains(c) {
            continue;
        }
        while chars.get(i).is_some_and(|c| ENDS.contains(*c) || CLOSERS.contains(*c)) {
            i += 1;
        }
        let wide = !c.is_ascii() && c != '…';
        let boundary = wide || chars.get(i).is_none_or(|n| n.is_whitespace());
        if boundary && !(c == '.' && abbreviation(&chars[start..i], &chars[i..])) {
            cut(chars, start..i, &mut out);
            start = i;
        }
    }
    cut(chars, start..chars.len(), &mut out);
    out
}

/// Whether a full stop belongs to an abbreviation or an initial ("J. Smith", "No. 5").
fn abbreviation(before: &[char], after: &[char]) -> bool {
    let word: Vec<char> = before.iter().rev().take_while(|c| !c.is_whitespace()).take(12).copied().collect();
    let word: String = word.iter().rev().filter(|c| !"(\"'“‘[".contains(**c)).collect();
    let next = after.iter().find(|c| !c.is_whitespace());
    let lower = word.to_lowercase();
    let initial = word.chars().count() == 2 && word.starts_with(|c: char| c.is_uppercase() && c != 'I');
    let dotted = word.matches('.').count() >= 2 && next.is_some_and(|n| n.is_lowercase());
    let etc = lower == "etc." && next.is_some_and(|n| n.is_lowercase());
    let number = matches!(lower.as_str(), "no." | "nos." | "fig." | "vol." | "pp.");
    if number {
        return next.is_some_and(char::is_ascii_digit);
    }
    ABBREVIATIONS.contains(&lower.as_str()) || initial || dotted || etc
}

/// Adds a sentence, in pieces of at most [`LONGEST`] characters.
fn cut(chars: &[char], range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let mut start = range.start;
    while range.end - start > LONGEST {
        let window = &chars[start..start + LONGEST];
        let after = |marks: &str, least: usize| {
            window.iter().rposition(|c| marks.contains(*c)).map(|i| i + 1).filter(|i| *i >= least)
        };
        let at = after(",;:—，、：；", LONGEST / 4).or_else(|| after(" \t", 1)).unwrap_or(LONGEST);
        push(chars, start..start + at, out);
        start += at;
    }
    push(chars, start..range.end, out);
}

fn push(chars: &[char], range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let text = &chars[range.clone()];
    let front = text.iter().take_while(|c| c.is_whitespace()).count();
    let back = text.iter().rev().take_while(|c| c.is_whitespace()).count();
    if text.iter().any(|c| c.is_alphanumeric() || crate::fixed::fixed_index(*c).is_some()) {
        out.push(range.start + front..range.end - back);
    }
}

/// Where a sentence can be cut so that its beginning is heard early: after the first clause that has
/// three words or more, as long as as much is left. `None` where there is no such place.
pub fn first_clause(sentence: &str) -> Option<usize> {
    let weight = |text: &str| {
        let han = text.chars().filter(|c| crate::g2p::zh::is_han(*c)).count();
        text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count() + han / 2
    };
    let mut chars = sentence.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let end = i + c.len_utf8();
        let space = chars.peek().is_some_and(|(_, n)| n.is_whitespace());
        let mark = (",;:—".contains(c) && space) || "，；：".contains(c);
        if mark && weight(&sentence[..end]) >= 3 && weight(&sentence[end..]) >= 3 {
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        for (text, want) in [
            ("One. Two! Three? Four…", vec!["One.", "Two!", "Three?", "Four…"]),
            (
                "Dr. Smith met J. K. Rowling at 3.5 p.m. today. Yes.",
                vec!["Dr. Smith met J. K. Rowling at 3.5 p.m. today.", "Yes."],
            ),
            ("See No. 5. No. I won't.", vec!["See No. 5.", "No.", "I won't."]),
            ("He said \"Go.\" Then left.", vec!["He said \"Go.\"", "Then left."]),
            ("今天好。“走！”他说。明天呢？", vec!["今天好。", "“走！”", "他说。", "明天呢？"]),
            ("It was I. We left.", vec!["It was I.", "We left."]),
            ("v1.2.3 is out", vec!["v1.2.3 is out"]),
            ("...", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(sentences(text), want, "{text}");
        }
    }

    #[test]
    fn nothing_is_lost_and_nothing_is_too_long() {
        for text in [
            "word ".repeat(200_000),
            "字".repeat(300_000),
            "and then, ".repeat(100_000),
            "x".repeat(1_000_000),
            "Short. ".repeat(1000),
        ] {
            let pieces = sentences(&text);
            assert!(pieces.iter().all(|p| p.chars().count() <= LONGEST));
            let letters = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).count();
            assert_eq!(pieces.iter().map(|p| letters(p)).sum::<usize>(), letters(&text));
        }
    }

    #[test]
    fn paragraphs_are_separated_by_empty_lines() {
        assert_eq!(paragraphs("a\nb\r\n\r\n c \n \n\n---\n\nd"), ["a b", "c", "d"]);
    }

    #[test]
    fn the_first_clause_is_found() {
        for (text, want) in [
            ("When the rain had stopped, we walked home together.", Some("When the rain had stopped,")),
            ("Well, we walked home, and then we slept well.", Some("Well, we walked home,")),
            ("He had 1,000 of them in his house.", None),
            ("雨停了以后，我们一起走回家去了。", Some("雨停了以后，")),
            ("Yes, no.", None),
        ] {
            assert_eq!(first_clause(text).map(|i| &text[..i]), want, "{text}");
        }
    }
}
