//! Translation between English and Chinese, part by part, with a glossary whose terms are checked.

use colophon_types::Lang;
use serde::Serialize;
use serde_json::{Value, json};

use super::Desk;
use super::grounding::figures;
use super::rewrite::tidy;
use super::written::{Written, given};
use crate::chat::{Format, Message};
use crate::{TextError, sentences};

/// Tokens of a part.
const PART: usize = 320;
/// Tries for a part.
const TRIES: usize = 3;
/// Terms of a glossary, at most.
const TERMS: usize = 5000;

/// Terms and how they are to be translated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary(Vec<(String, String)>);

impl Glossary {
    /// Reads a glossary: JSON (an object), or a term a line with a tab, `=` or a comma between the two
    /// languages. Lines that begin with `#` are remarks.
    ///
    /// # Errors
    /// [`TextError::Parameter`] when a line has no translation.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let wrong = |what: String| TextError::Parameter { name: "glossary", wanted: what };
        let text = text.trim_start_matches('\u{feff}').trim();
        let mut terms = Vec::new();
        if text.starts_with('{') {
            let map: serde_json::Map<String, Value> =
                serde_json::from_str(text).map_err(|e| wrong(format!("a JSON object: {e}")))?;
            for (term, value) in map {
                let target = value.as_str().ok_or_else(|| wrong(format!("text for '{term}'")))?;
                terms.push((term, target.to_owned()));
            }
        } else {
            for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
                let parts = ['\t', '=', ',', '，'].iter().find_map(|mark| line.split_once(*mark));
                let (term, target) = parts.ok_or_else(|| wrong(format!("two terms in the line '{line}'")))?;
                terms.push((term.trim().to_owned(), target.trim().to_owned()));
            }
        }
        terms.retain(|(a, b)| !a.is_empty() && !b.is_empty());
        if terms.len() > TERMS {
            return Err(wrong(format!("at most {TERMS} terms")));
        }
        Ok(Self(terms))
    }

    /// The terms that occur in a text, whichever side of the glossary is its language.
    fn within(&self, text: &str) -> Vec<(&str, &str)> {
        let lower = text.to_lowercase();
        let occurs = |term: &str| has_word(&lower, &term.to_lowercase());
        let pairs = self.0.iter().map(|(a, b)| (a.as_str(), b.as_str()));
        pairs
            .filter_map(|(a, b)| {
                if occurs(a) {
                    Some((a, b))
                } else if occurs(b) {
                    Some((b, a))
                } else {
                    None
                }
            })
            .collect()
    }
}

/// Whether a term stands in a text, not within a longer Latin word.
fn has_word(text: &str, term: &str) -> bool {
    text.match_indices(term).any(|(at, _)| has_word_at(text, at, term))
}

fn has_word_at(text: &str, at: usize, term: &str) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let joined = |inner: Option<char>, outer: Option<char>| latin(inner) && latin(outer);
    let before = text[..at].chars().next_back();
    // A plural is the same term.
    let after = text[at + term.len()..].trim_start_matches('s').chars().next();
    !joined(term.chars().next(), before) && !joined(term.chars().next_back(), after)
}

/// A text with its terms already translated.
fn with_terms(text: &str, terms: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    // Long terms first: they may hold shorter ones.
    let mut terms: Vec<_> = terms.to_vec();
    terms.sort_by_key(|(term, _)| std::cmp::Reverse(term.len()));
    for (term, target) in terms {
        let (lower, wanted) = (text.to_lowercase(), term.to_lowercase());
        // Some capitals change their length when they are lowered; such texts stay as they are.
        if lower.len() != text.len() {
            continue;
        }
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for (at, _) in lower.match_indices(&wanted) {
            if at >= from && has_word_at(&lower, at, &wanted) {
                out.push_str(&text[from..at]);
                out.push_str(target);
                from = at + wanted.len();
            }
        }
        out.push_str(&text[from..]);
        text = out;
    }
    text
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Translate {
    /// The text.
    pub text: String,
    /// The language to translate into.
    pub to: Lang,
    /// Terms.
    pub glossary: Glossary,
    /// How: "for a museum label"; may be empty.
    pub wish: String,
}

/// What a part of a translation lacks: the kind, and what it is.
type Missed = Vec<(&'static str, String)>;

/// Something that a translation did not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Miss {
    part: usize,
    kind: &'static str,
    what: String,
}

impl Translate {
    pub(super) fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        let text = given(&self.text)?;
        let parts = self.parts(text, desk)?;
        let mut translated: Vec<String> = Vec::new();
        let mut misses: Vec<Miss> = Vec::new();
        let mut before: Option<(String, String)> = None;
        for (i, (source, gap)) in parts.iter().enumerate() {
            desk.step(i, parts.len())?;
            let (target, missed) = if source.chars().any(char::is_alphabetic) {
                self.part(desk, source, before.as_ref())?
            } else {
                (source.clone(), Vec::new())
            };
            misses.extend(missed.into_iter().map(|(kind, what)| Miss { part: i + 1, kind, what }));
            desk.show(&target)?;
            let joint = match (gap.as_str(), self.to) {
                ("", Lang::En) if i + 1 < parts.len() => " ",
                (gap, _) => gap,
            };
            desk.show(joint)?;
            translated.push(format!("{target}{joint}"));
            before = Some((source.clone(), target));
        }
        let report = json!({"parts": parts.len(), "misses": misses});
        Ok(desk.finish(translated.concat().trim_end().to_owned(), report))
    }

    /// Lines, and of long lines groups of sentences, each with the white space after it.
    fn parts(&self, text: &str, desk: &Desk<'_>) -> Result<Vec<(String, String)>, TextError> {
        let budget = PART.min(desk.room(0) / 4);
        let mut parts: Vec<(String, String)> = Vec::new();
        for line in text.split('\n') {
            let (bare, rest) = (line.trim_end(), "\n");
            if bare.trim().is_empty() {
                if let Some((_, gap)) = parts.last_mut() {
                    gap.push('\n');
                }
                continue;
            }
            let pieces = super::sections::cut(bare, budget, &mut |t| desk.count(t))?;
            // A line that is a heading has no body of its own.
            let mut pieces: Vec<String> = pieces.into_iter().map(|s| s.text).collect();
            if pieces.is_empty() || pieces.len() == 1 {
                pieces = vec![bare.to_owned()];
            }
            let count = pieces.len();
            for (k, piece) in pieces.into_iter().enumerate() {
                parts.push((piece, if k + 1 == count { rest.to_owned() } else { String::new() }));
            }
        }
        if let Some((_, gap)) = parts.last_mut() {
            gap.clear();
        }
        Ok(parts)
    }

    fn part(
        &self,
        desk: &mut Desk<'_>,
        source: &str,
        before: Option<&(String, String)>,
    ) -> Result<(String, Missed), TextError> {
        // Marks of Markdown stay outside.
        let mark_end = source.find(|c: char| c.is_alphanumeric() || c == '"' || c == '“').unwrap_or(0);
        let (mark, body) = source.split_at(mark_end);
        let terms = self.glossary.within(body);
        let most = desk.count(body)? * 3 + 60;
        let mut best: Option<(usize, String, Missed)> = None;
        for attempt in 0..TRIES {
            let mut messages = vec![Message::system(self.system(&terms))];
            if let (Some((a, b)), true) = (before, attempt < TRIES - 1) {
                messages.extend([Message::user(self.ask(a)), Message::assistant(b.clone())]);
            }
            // A term that was not kept is put into the source itself.
            let source = if attempt == 0 { body.to_owned() } else { with_terms(body, &terms) };
            messages.push(Message::user(self.ask(&source)));
            let reply = desk.draft(messages, most, 0.2 + 0.3 * attempt as f32, Format::Text)?;
            let target = tidy(&reply.text);
            // A line stays a line.
            let target =
                target.split('\n').map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
            if target.is_empty() {
                continue;
            }
            let missed = self.missed(body, &target, &terms);
            if best.as_ref().is_none_or(|(least, ..)| missed.len() < *least) {
                best = Some((missed.len(), target, missed));
            }
            if best.as_ref().is_some_and(|(least, ..)| *least == 0) {
                break;
            }
        }
        let (_, target, missed) =
            best.ok_or(TextError::NoAnswer { what: "translation".into(), tries: TRIES as u32 })?;
        Ok((format!("{mark}{target}"), missed))
    }

    /// What a translation lacks: the language, terms of the glossary, numbers.
    fn missed(&self, source: &str, target: &str, terms: &[(&str, &str)]) -> Missed {
        let mut missed = Vec::new();
        if source.chars().filter(|c| c.is_alphabetic()).count() > 3 && !sentences::is_in(target, self.to) {
            missed.push(("language", source.chars().take(40).collect()));
        }
        let lower = target.to_lowercase();
        for (term, wanted) in terms {
            if !lower.contains(&wanted.to_lowercase()) {
                missed.push(("term", format!("{term} = {wanted}")));
            }
        }
        let ours = figures(target);
        for (key, shown) in figures(source) {
            if ours.iter().all(|(k, _)| *k != key) {
                missed.push(("number", shown));
            }
        }
        missed
    }

    fn system(&self, terms: &[(&str, &str)]) -> String {
        let wish = self.wish.trim();
        let mut text = match self.to {
            Lang::En => "You translate from Chinese into natural English. Keep names and numbers. Write the \
                         translation only."
                .to_owned(),
            Lang::Zh => "你把英文翻译成自然的简体中文。保留人名和数字，只写译文。".to_owned(),
        };
        if !terms.is_empty() {
            let list: Vec<String> = terms.iter().map(|(a, b)| format!("{a} → {b}")).collect();
            text.push_str(match self.to {
                Lang::En => "\nAlways use these terms: ",
                Lang::Zh => "\n必须使用这些译法：",
            });
            text.push_str(&list.join("; "));
        }
        if !wish.is_empty() {
            text.push('\n');
            text.push_str(wish);
        }
        text
    }

    fn ask(&self, source: &str) -> String {
        match self.to {
            Lang::En => format!("Translate into English:\n{source}"),
            Lang::Zh => format!("翻译成中文：\n{source}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glossaries_are_read_and_found_in_texts() {
        let lines =
            Glossary::parse("# harbour\nlighthouse\t灯塔\nkeeper = 守塔人\nAI, 人工智能").expect("terms");
        let json = Glossary::parse(r#"{"lighthouse": "灯塔", "keeper": "守塔人", "AI": "人工智能"}"#)
            .expect("terms");
        assert_eq!(lines, json);
        assert_eq!(lines.within("The Lighthouses said."), [("lighthouse", "灯塔")]);
        assert_eq!(lines.within("守塔人醒了。"), [("守塔人", "keeper")]);
        assert!(lines.within("It was said again; zookeeper.").is_empty());
        let swapped = with_terms("The Lighthouse keeper said.", &lines.within("The Lighthouse keeper said."));
        assert_eq!(swapped, "The 灯塔 守塔人 said.");
        assert!(Glossary::parse("alone").is_err() && Glossary::parse("{\"a\": 1}").is_err());
    }
}
