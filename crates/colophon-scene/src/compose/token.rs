//! Tokens: the words and marks of a description.

/// What a token is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Han,
    /// Punctuation inside a sentence.
    Comma,
    /// The end of a sentence.
    Stop,
    /// Anything else that is drawn: emoji and symbols.
    Other,
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Lower case.
    pub(super) text: String,
    pub(super) script: Script,
    /// A noun, as far as the segmenter knows (Chinese only).
    pub(super) noun: bool,
    /// Written as a name: capitalised, or a personal name to the segmenter.
    pub(super) name: bool,
}

/// Tokens as one phrase: Chinese without spaces, English with; nothing across punctuation.
pub(super) fn phrase(tokens: &[Token]) -> Option<String> {
    let mut out = String::new();
    let mut before = Script::Han;
    for token in tokens {
        match token.script {
            Script::Latin => {
                if !out.is_empty() && before == Script::Latin {
                    out.push(' ');
                }
            }
            Script::Han => {}
            _ => return None,
        }
        out.push_str(&token.text);
        before = token.script;
    }
    (!out.is_empty()).then_some(out)
}
