//! Words: Latin ones in a plain form, Han characters one by one, and what parts clauses.

/// A token with its place in the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case, a plural or third person made plain.
    pub(super) form: String,
    /// Bytes of the prompt.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it was written as a plural.
    pub(super) plural: bool,
}

/// The plain form of a word, and whether it was a plural: crickets → cricket, waves → wave.
fn plain(word: &str) -> (String, bool) {
    const KEEP: [&str; 14] = [
        "bus", "gas", "glass", "grass", "brass", "chess", "keys", "this", "is", "has", "was", "its", "swiss",
        "less",
    ];
    let n = word.len();
    if n < 4 || KEEP.contains(&word) || word.ends_with("ss") || word.ends_with("us") || !word.ends_with('s') {
        return (word.to_owned(), false);
    }
    for (ending, with) in [
        ("ies", "y"),
        ("sses", "ss"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
        ("oes", "o"),
        ("lves", "lf"),
        ("eaves", "eaf"),
    ] {
        if let Some(stem) = word.strip_suffix(ending) {
            return (format!("{stem}{with}"), true);
        }
    }
    (word[..n - 1].to_owned(), true)
}

/// Whether a character is written without spaces around it.
pub(super) fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF)
}

/// The tokens of a text. Punctuation that parts clauses is a token of its own, all as `,`.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let close = |word: &mut Option<(usize, String)>, to: usize, out: &mut Vec<Token>| {
        if let Some((from, text)) = word.take() {
            let (form, plural) = plain(text.trim_end_matches('\''));
            out.push(Token { form, from, to, plural });
        }
    };
    for (i, c) in text.char_indices() {
        let next = i + c.len_utf8();
        if is_han(c) {
            close(&mut word, i, &mut out);
            out.push(Token { form: c.to_string(), from: i, to: next, plural: false });
        } else if c.is_alphanumeric() {
            word.get_or_insert_with(|| (i, String::new())).1.extend(c.to_lowercase());
        } else if matches!(c, '\'' | '’') && word.is_some() {
            // door's → door
            close(&mut word, i, &mut out);
        } else {
            close(&mut word, i, &mut out);
            if matches!(
                c,
                ',' | ';'
                    | '.'
                    | '!'
                    | '?'
                    | ':'
                    | '\n'
                    | '+'
                    | '&'
                    | '，'
                    | '。'
                    | '、'
                    | '；'
                    | '！'
                    | '？'
                    | '：'
                    | '…'
            ) {
                out.push(Token { form: ",".into(), from: i, to: next, plural: false });
            }
        }
    }
    close(&mut word, text.len(), &mut out);
    // What is left of a possessive.
    let mut kept: Vec<Token> = Vec::with_capacity(out.len());
    for token in out {
        let rest = token.form == "s"
            && kept.last().is_some_and(|k| text.get(k.to..token.from).is_some_and(|t| t == "'" || t == "’"));
        if !rest {
            kept.push(token);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_made_plain() {
        let forms = |text: &str| tokens(text).into_iter().map(|t| t.form).collect::<Vec<_>>().join(" ");
        assert_eq!(forms("Three KNOCKS, churches; a dog's bark"), "three knock , church , a dog bark");
        assert_eq!(forms("glass grasses leaves wolves"), "glass grass leaf wolf");
        assert_eq!(forms("远处的雷声，rain"), "远 处 的 雷 声 , rain");
    }
}
