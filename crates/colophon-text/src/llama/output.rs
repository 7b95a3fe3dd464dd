//! What a request sends out: whole characters only, nothing of a stop text, nothing of a tool call
//! that is still being written.

use super::tools;
use crate::chat::TokenLogprob;

const FENCE: &str = "```";

/// The growing answer of one request.
pub(super) struct Output {
    text: String,
    /// Bytes of a character that is not whole yet.
    partial: Vec<u8>,
    /// Bytes of `text` already sent.
    sent: usize,
    stop: Vec<String>,
    /// Whether tool calls are looked for.
    tools: bool,
    /// Log-probabilities of tokens whose text is not sent yet.
    waiting: Vec<TokenLogprob>,
    all: Vec<TokenLogprob>,
    /// Code fences so far, and how much of `text` was searched for them.
    fences: usize,
    searched: usize,
    /// Tokens inside fenced code, and all.
    in_code: usize,
    tokens: usize,
}

/// Whether to go on after a token.
pub(super) enum Next {
    /// Send this (may be empty) and go on.
    Go(String, Vec<TokenLogprob>),
    /// Send this; a stop text was met.
    Stop(String, Vec<TokenLogprob>),
}

impl Output {
    pub(super) fn new(stop: Vec<String>, tools: bool) -> Self {
        let stop = stop.into_iter().filter(|s| !s.is_empty()).collect();
        Self {
            text: String::new(),
            partial: Vec::new(),
            sent: 0,
            stop,
            tools,
            waiting: Vec::new(),
            all: Vec::new(),
            fences: 0,
            searched: 0,
            in_code: 0,
            tokens: 0,
        }
    }

    /// Takes the text of one more token.
    pub(super) fn push(&mut self, piece: &[u8], logprob: Option<TokenLogprob>) -> Next {
        self.tokens += 1;
        self.in_code += usize::from(self.inside_code());
        self.partial.extend_from_slice(piece);
        let complete = valid_prefix(&self.partial);
        let whole: Vec<u8> = self.partial.drain(..complete).collect();
        self.text.push_str(&String::from_utf8_lossy(&whole));
        while let Some(at) = self.text[self.searched..].find(FENCE) {
            self.fences += 1;
            self.searched += at + FENCE.len();
        }
        if let Some(logprob) = logprob {
            self.waiting.push(logprob.clone());
            self.all.push(logprob);
        }
        let fresh = &self.text[self.sent..];
        if let Some(at) = self.stop.iter().filter_map(|s| fresh.find(s.as_str())).min() {
            let shown = self.shown(&fresh[..at], true);
            self.text.truncate(self.sent + at);
            self.sent += shown.len();
            return Next::Stop(shown, std::mem::take(&mut self.waiting));
        }
        let held = self.stop.iter().filter_map(|s| tools::partial_suffix(fresh, s)).min();
        let shown = self.shown(&fresh[..held.unwrap_or(fresh.len())], false);
        self.sent += shown.len();
        let logprobs = if shown.is_empty() { Vec::new() } else { std::mem::take(&mut self.waiting) };
        Next::Go(shown, logprobs)
    }

    /// The part of `fresh` (which goes on from what was sent) that is surely not a tool call.
    fn shown(&self, fresh: &str, whole: bool) -> String {
        if !self.tools {
            return fresh.to_owned();
        }
        // A call without a mark can only be the whole answer, so only at its very start.
        let at =
            if self.sent == 0 { tools::may_begin_at(fresh, whole) } else { tools::mark_at(fresh, whole) };
        fresh[..at.unwrap_or(fresh.len())].to_owned()
    }

    /// Whether the text so far ends inside a fenced code block.
    pub(super) fn inside_code(&self) -> bool {
        self.fences % 2 == 1
    }

    /// Whether most of the text was code.
    pub(super) fn is_code(&self) -> bool {
        self.in_code * 2 > self.tokens
    }

    /// Tokens taken.
    pub(super) fn tokens(&self) -> usize {
        self.tokens
    }

    /// The end: nothing more comes. Half a character is left out.
    pub(super) fn finish(self) -> Finished {
        let rest = self.text[self.sent..].to_owned();
        Finished { text: self.text, rest, waiting: self.waiting, logprobs: self.all }
    }
}

/// A finished answer.
pub(super) struct Finished {
    /// All of it.
    pub(super) text: String,
    /// What was held back to the end.
    pub(super) rest: String,
    /// Log-probabilities of what was held back.
    pub(super) waiting: Vec<TokenLogprob>,
    /// Log-probabilities of all tokens.
    pub(super) logprobs: Vec<TokenLogprob>,
}

/// Length of the longest prefix that is whole UTF-8 characters (invalid bytes count as whole).
fn valid_prefix(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pieces: &[&[u8]], stop: &[&str], tools: bool) -> (Vec<String>, String, bool) {
        let mut output = Output::new(stop.iter().map(|s| (*s).to_owned()).collect(), tools);
        let mut sent = Vec::new();
        for piece in pieces {
            match output.push(piece, None) {
                Next::Go(text, _) => sent.push(text),
                Next::Stop(text, _) => {
                    sent.push(text);
                    return (sent, output.finish().text, true);
                }
            }
        }
        (sent, output.finish().text, false)
    }

    #[test]
    fn a_split_character_waits() {
        assert_eq!(valid_prefix(&"海边".as_bytes()[..4]), 3);
        assert_eq!(valid_prefix(&[0xff, b'a']), 2);
        let sea = "海".as_bytes();
        let (sent, text, _) = run(&[&sea[..1], &sea[1..]], &[], false);
        assert_eq!((sent, text), (vec![String::new(), "海".to_owned()], "海".to_owned()));
    }

    #[test]
    fn a_stop_text_over_several_tokens_is_never_shown() {
        let (sent, text, stopped) = run(&[b"one ", b"EN", b"D two"], &["END"], false);
        assert!(stopped);
        assert_eq!(sent.concat(), "one ");
        assert_eq!(text, "one ");
        let (sent, _, stopped) = run(&[b"one ", b"EN", b"TER"], &["END"], false);
        assert!(!stopped);
        assert_eq!(sent.concat(), "one ENTER");
    }

    #[test]
    fn a_tool_call_is_held_back_and_braces_in_prose_are_not() {
        let (sent, text, _) = run(&[b"I look. ", b"<tool", b"_call>{\"a\": 1}"], &[], true);
        assert_eq!(sent.concat(), "I look. ");
        assert!(text.ends_with("{\"a\": 1}"));
        let (sent, _, _) = run(&[b"A set ", b"{1, 2} ", b"here"], &[], true);
        assert_eq!(sent.concat(), "A set {1, 2} here");
    }

    #[test]
    fn code_is_told_from_prose() {
        let mut output = Output::new(Vec::new(), false);
        for piece in [&b"Here:\n"[..], b"```", b"rust\n", b"fn main", b"() {}\n", b"```", b"\n"] {
            output.push(piece, None);
        }
        assert!(!output.inside_code());
        assert!(output.is_code());
    }
}
