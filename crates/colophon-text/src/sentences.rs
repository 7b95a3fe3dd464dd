//! Sentences: splitting, completeness, likeness, cleaning. Pure functions over text.

use colophon_types::Lang;

const ENDS: [char; 8] = ['.', '!', '?', '…', '。', '！', '？', '；'];
const CLOSERS: [char; 8] = ['"', '\'', ')', '”', '’', '」', '』', '）'];
const ABBREVIATIONS: [&str; 14] =
    ["mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "vs.", "etc.", "e.g.", "i.e.", "no.", "jr.", "sr.", "u.s."];

/// Splits text into sentences; each keeps its end mark and closing quotes.
pub fn split(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut sentences = Vec::new();
    let mut current = String::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        current.push(c);
        if ENDS.contains(&c) {
            while i + 1 < chars.len() && (ENDS.contains(&chars[i + 1]) || CLOSERS.contains(&chars[i + 1])) {
                i += 1;
                current.push(chars[i]);
            }
            let next = chars.get(i + 1);
            let wide = !c.is_ascii() && c != '…';
            let boundary = wide || next.is_none_or(|n| n.is_whitespace());
            if boundary && !ends_in_abbreviation(&current) {
                push_trimmed(&mut sentences, &mut current);
            }
        } else if c == '\n' {
            push_trimmed(&mut sentences, &mut current);
        }
        i += 1;
    }
    push_trimmed(&mut sentences, &mut current);
    sentences
}

fn push_trimmed(sentences: &mut Vec<String>, current: &mut String) {
    let trimmed = current.trim();
    if trimmed.chars().any(char::is_alphanumeric) {
        sentences.push(trimmed.to_owned());
    }
    current.clear();
}

fn ends_in_abbreviation(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or("").to_lowercase();
    let initial = last.chars().count() == 2 && last.ends_with('.') && last.starts_with(char::is_alphabetic);
    ABBREVIATIONS.contains(&last.as_str()) || initial
}

/// Whether a sentence is whole: it ends with an end mark, its quotes and brackets are paired, and
/// it does not break off on a word that cannot end a sentence.
pub fn is_complete(sentence: &str, lang: Lang) -> bool {
    let body = sentence.trim_end_matches(CLOSERS);
    if !body.ends_with(ENDS) || body.ends_with('；') {
        return false;
    }
    let paired = [('(', ')'), ('（', '）'), ('“', '”'), ('「', '」'), ('《', '》')];
    let balanced = paired.iter().all(|(a, b)| sentence.matches(*a).count() == sentence.matches(*b).count());
    let quotes_even = sentence.matches('"').count().is_multiple_of(2);
    let words = body.trim_end_matches(ENDS);
    if words
        .ends_with(|c: char| c.is_whitespace() || [',', '-', ';', ':', '，', '、', '；', '：'].contains(&c))
    {
        return false;
    }
    let hanging = match lang {
        Lang::En => {
            const OPEN: [&str; 22] = [
                "the", "a", "an", "of", "and", "or", "but", "to", "with", "for", "from", "in", "on", "at",
                "by", "as", "his", "her", "their", "its", "my", "your",
            ];
            let last = words.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_lowercase();
            // "her", "in" and "on" may end a sentence; the rest cannot.
            OPEN.contains(&last.as_str()) && !["her", "in", "on", "by", "his"].contains(&last.as_str())
        }
        Lang::Zh => words.ends_with(['，', '、', '和', '与', '把', '被', '很']),
    };
    balanced && quotes_even && !hanging && units(words, lang) >= 2
}

/// Length for speaking: words in English, characters that are spoken in Chinese (a Latin word or a
/// number counts as two).
pub fn units(text: &str, lang: Lang) -> usize {
    match lang {
        Lang::En => text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count(),
        Lang::Zh => {
            let mut count = 0;
            let mut in_word = false;
            for c in text.chars() {
                if c.is_ascii_alphanumeric() {
                    count += if in_word { 0 } else { 2 };
                    in_word = true;
                } else {
                    in_word = false;
                    count += usize::from(c.is_alphanumeric());
                }
            }
            count
        }
    }
}

/// Length for speaking of several sentences together.
pub fn units_of(list: &[String], lang: Lang) -> usize {
    list.iter().map(|s| units(s, lang)).sum()
}

/// Sentences as running text: with spaces between them, in Chinese without.
pub fn join(list: &[String], lang: Lang) -> String {
    list.join(if lang == Lang::Zh { "" } else { " " })
}

/// Whether a sentence is whole and in the language.
pub fn is_sound(sentence: &str, lang: Lang) -> bool {
    is_complete(sentence, lang) && is_in(sentence, lang)
}

/// The pairs of neighbouring letters of a text: what stands for words in Chinese.
pub fn pairs(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(2).map(|w| w.iter().collect()).collect()
}

/// The clauses with which a Chinese sentence begins, as a sentence of about `target` units; nothing
/// where it has no comma in a fit place. (A comma in Chinese mostly stands between whole clauses; in
/// English it does not, so English sentences stay as they are.)
pub fn first_clauses(sentence: &str, lang: Lang, target: usize) -> Option<String> {
    if lang != Lang::Zh {
        return None;
    }
    let mut kept = String::new();
    for clause in sentence.split_inclusive('，') {
        if !kept.is_empty() && units(&kept, lang) + units(clause, lang) > target * 5 / 4 {
            break;
        }
        kept.push_str(clause);
    }
    let body = kept.trim_end_matches('，');
    if !kept.ends_with('，') || units(body, lang) < 6 {
        return None;
    }
    let shorter = format!("{body}。");
    is_complete(&shorter, lang).then_some(shorter)
}

/// Likeness of two sentences, 0…1: shared pieces over the pieces of the shorter one (overlap
/// coefficient), blind to case, spaces and punctuation. A piece is three letters, or two characters
/// where the text is Chinese.
pub fn likeness(a: &str, b: &str) -> f32 {
    let (a, b) = (pieces(a), pieces(b));
    if a.is_empty() || b.is_empty() {
        return if a.is_empty() && b.is_empty() { 1.0 } else { 0.0 };
    }
    let shared = a.iter().filter(|t| b.binary_search(t).is_ok()).count();
    shared as f32 / a.len().min(b.len()) as f32
}

fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let size = if Lang::detect(text) == Lang::Zh { 2 } else { 3 };
    let mut pieces: Vec<String> = if letters.len() < size {
        vec![letters.iter().collect()]
    } else {
        letters.windows(size).map(|w| w.iter().collect()).collect()
    };
    pieces.retain(|p| !p.is_empty());
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// Removes what does not belong into spoken text: markup, emoji, control characters, list marks,
/// stage directions in square brackets; collapses white space; in Chinese turns ASCII punctuation
/// between Han characters into full-width marks.
pub fn clean(text: &str, lang: Lang) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '[' | '【' => depth += 1,
            ']' | '】' => depth = (depth - 1).max(0),
            _ if depth > 0 => {}
            '*' | '_' | '#' | '`' | '~' | '|' | '<' | '>' | '{' | '}' | '\\' => {}
            c if c.is_control() => out.push(' '),
            c if is_pictograph(c) => {}
            c => out.push(c),
        }
    }
    let mut text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    if lang == Lang::Zh {
        text = full_width(&text);
    }
    text.trim_start_matches(['-', '•', '–', '—', ' ', ',', '，', ':', '：']).trim().to_owned()
}

fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27BF | 0x1F000..=0x1FAFF | 0xFE00..=0xFE0F | 0x200B..=0x200F | 0xE000..=0xF8FF | 0xFFFD)
}

fn full_width(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        let before_wide = i > 0 && !chars[i - 1].is_ascii();
        let after_wide = chars.get(i + 1).is_none_or(|n| !n.is_ascii() || *n == ' ');
        match c {
            ' ' if before_wide || chars.get(i + 1).is_some_and(|n| !n.is_ascii()) => {}
            ',' if before_wide => out.push('，'),
            '.' if before_wide && after_wide => out.push('。'),
            '!' if before_wide => out.push('！'),
            '?' if before_wide => out.push('？'),
            ':' if before_wide => out.push('：'),
            ';' if before_wide => out.push('；'),
            c => out.push(*c),
        }
    }
    out
}

/// Whether the text is written in the language: no Han characters in English, mostly Han in Chinese.
pub fn is_in(text: &str, lang: Lang) -> bool {
    match lang {
        Lang::En => {
            text.chars().all(|c| c.is_ascii() || !c.is_alphabetic() || u32::from(c) < 0x250)
                && text.chars().any(|c| c.is_ascii_alphabetic())
        }
        Lang::Zh => Lang::detect(text) == Lang::Zh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_both_languages() {
        assert_eq!(
            split("Dr. Fox ran. \"Stop!\" he cried. It cost 3.50 dollars"),
            ["Dr. Fox ran.", "\"Stop!\"", "he cried.", "It cost 3.50 dollars"]
        );
        assert_eq!(
            split("灯塔亮了。“快回家！”他说。渔船归来"),
            ["灯塔亮了。", "“快回家！”", "他说。", "渔船归来"]
        );
        assert!(split(" \n ... ").is_empty());
    }

    #[test]
    fn knows_broken_sentences() {
        assert!(is_complete("The fox painted the sea.", Lang::En));
        assert!(is_complete("She smiled at her.", Lang::En));
        assert!(!is_complete("The fox painted the.", Lang::En));
        assert!(!is_complete("The fox painted", Lang::En));
        assert!(!is_complete("A wood, surrounded .", Lang::En));
        assert!(!is_complete("He said \"go.", Lang::En));
        assert!(is_complete("灯塔亮了。", Lang::Zh));
        assert!(!is_complete("灯塔和。", Lang::Zh));
        assert!(!is_complete("“灯塔亮了。", Lang::Zh));
    }

    #[test]
    fn measures() {
        assert_eq!(units("The fox, who paints.", Lang::En), 4);
        assert_eq!(units("他在2026年学习AI。", Lang::Zh), 9);
        assert!(likeness("The fox ran home.", "the Fox ran home!") > 0.99);
        assert!(likeness("The fox ran home.", "Waves broke on grey rocks.") < 0.1);
        let again =
            likeness("在灯塔的保护下，渔民终于将包裹带回家。", "一个渔民在灯塔的保护下将包裹带回家。");
        assert!(again > 0.6, "{again}");
        assert!(likeness("灯塔照亮了大海。", "渔船慢慢靠近码头。") < 0.1);
    }

    #[test]
    fn long_chinese_sentences_begin_with_whole_clauses() {
        let long = "守塔人点亮了航标灯，渔船慢慢靠近码头，孩子们在岸上挥手，海鸥飞过。";
        assert_eq!(first_clauses(long, Lang::Zh, 9).as_deref(), Some("守塔人点亮了航标灯。"));
        assert_eq!(
            first_clauses(long, Lang::Zh, 16).as_deref(),
            Some("守塔人点亮了航标灯，渔船慢慢靠近码头。")
        );
        assert_eq!(first_clauses("早上，船来了。", Lang::Zh, 2), None);
        assert_eq!(first_clauses("守塔人点亮了灯。", Lang::Zh, 3), None);
        assert_eq!(first_clauses("He came, and she left.", Lang::En, 2), None);
    }

    #[test]
    fn cleans() {
        assert_eq!(clean("**The fox** [music] ran 🦊 home.", Lang::En), "The fox ran home.");
        assert_eq!(clean("灯塔, 很亮.", Lang::Zh), "灯塔，很亮。");
        assert!(is_in("Café on the hill", Lang::En) && !is_in("The 灯塔", Lang::En));
    }
}
