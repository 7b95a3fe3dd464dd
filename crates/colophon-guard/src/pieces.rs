//! A text in pieces that are judged one by one: harm in one sentence must not drown in a long text.

use unicode_normalization::UnicodeNormalization as _;

/// Characters of a piece, about: whole sentences are put together up to here.
const PIECE: usize = 280;
/// Characters of a text that are judged; the rest is not looked at, and whoever asks must be told.
pub const MAX_CHARS: usize = 100_000;

/// A text in pieces, each one to a few sentences; compatibility forms are folded and invisible characters
/// left out, so that letters that only look different are the same.
pub fn pieces(text: &str) -> Vec<String> {
    let shown: String = text.chars().take(MAX_CHARS).nfkc().filter(|c| !is_hidden(*c)).collect();
    let mut pieces = Vec::new();
    let (mut piece, mut length) = (String::new(), 0);
    for sentence in sentences(&shown) {
        let count = sentence.chars().count();
        if length > 0 && length + count > PIECE {
            pieces.push(std::mem::take(&mut piece));
            length = 0;
        }
        piece.push_str(sentence);
        length += count;
    }
    pieces.push(piece);
    pieces.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

/// Sentences with what ends them; a sentence that is far too long is cut.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut from, mut count) = (0, 0);
    for (at, c) in text.char_indices() {
        count += 1;
        let ends = matches!(c, '.' | '!' | '?' | '。' | '…' | '\n');
        if ends || count >= PIECE {
            let to = at + c.len_utf8();
            found.push(&text[from..to]);
            (from, count) = (to, 0);
        }
    }
    found.push(&text[from..]);
    found
}

/// Whether nobody sees a character: zero width, direction marks, soft hyphen, controls, selectors.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}')
        || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_sentences() {
        let text = "The sea is wide. ".repeat(60);
        let cut = pieces(&text);
        assert!(
            cut.len() > 3 && cut.iter().all(|p| p.chars().count() <= PIECE && p.ends_with('.')),
            "{cut:?}"
        );
        let endless = "a".repeat(10_000);
        assert!(pieces(&endless).iter().all(|p| p.len() <= PIECE));
        assert!(
            pieces(&"。".repeat(1_000_000)).iter().map(|p| p.chars().count()).sum::<usize>() <= MAX_CHARS
        );
    }

    #[test]
    fn what_only_looks_different_is_the_same() {
        assert_eq!(pieces("k\u{200b}ill \u{ff59}ou\u{202e}"), ["kill you"]);
        assert!(pieces("").is_empty() && pieces(" \u{200b} ").is_empty());
    }
}
