//! Cutting long texts at their headings, paragraphs and sentences into parts that a model can read.

use crate::{TextError, sentences};

/// Longest heading, in characters.
const HEADING: usize = 80;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The heading it stands under, where there is one.
    pub(super) title: Option<String>,
    pub(super) text: String,
}

/// Cuts a text into parts of at most `budget` tokens, as `count` counts them. Short neighbours under
/// one heading, or without any, stay together.
pub(super) fn cut(
    text: &str,
    budget: usize,
    count: &mut dyn FnMut(&str) -> Result<usize, TextError>,
) -> Result<Vec<Section>, TextError> {
    let budget = budget.max(32);
    let mut sections: Vec<Section> = Vec::new();
    let mut used = 0;
    let mut fresh = true;
    let mut title: Option<String> = None;
    for paragraph in paragraphs(text) {
        if let Some(heading) = heading(paragraph) {
            title = Some(heading);
            fresh = true;
            continue;
        }
        for piece in pieces(paragraph, budget, count)? {
            let size = count(&piece)? + 1;
            match sections.last_mut() {
                Some(last) if !fresh && used + size <= budget => {
                    last.text.push_str("\n\n");
                    last.text.push_str(&piece);
                    used += size;
                }
                _ => {
                    sections.push(Section { title: title.clone(), text: piece });
                    (used, fresh) = (size, false);
                }
            }
        }
    }
    Ok(sections)
}

/// Blocks between empty lines; a heading is a block of its own.
fn paragraphs(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if line.trim().is_empty() || heading(line).is_some() {
            blocks.push(&text[start..at]);
            if !line.trim().is_empty() {
                blocks.push(&text[at..end]);
            }
            start = end;
        }
        at = end;
    }
    blocks.push(&text[start..]);
    blocks.into_iter().map(str::trim).filter(|b| !b.is_empty()).collect()
}

/// The heading that a line is: Markdown, "Chapter 7", "第七章", or capitals alone.
fn heading(line: &str) -> Option<String> {
    let line = line.trim();
    if line.is_empty() || line.contains('\n') || line.chars().count() > HEADING {
        return None;
    }
    if let Some(marked) = line.strip_prefix('#') {
        let marked = marked.trim_start_matches('#').trim();
        return (!marked.is_empty()).then(|| marked.to_owned());
    }
    let lower = line.to_lowercase();
    let numbered = ["chapter ", "part ", "section ", "book "].iter().any(|word| {
        lower
            .strip_prefix(word)
            .and_then(|rest| rest.split([' ', '.', ':']).next())
            .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit() || "ivxlc".contains(c)))
    });
    let chinese =
        line.starts_with('第') && line.chars().take(8).any(|c| ['章', '节', '回', '部'].contains(&c));
    let letters: Vec<char> = line.chars().filter(|c| c.is_alphabetic()).collect();
    let capitals =
        letters.len() > 3 && letters.iter().all(|c| c.is_ascii_uppercase()) && !line.ends_with('.');
    (numbered || chinese || capitals).then(|| line.to_owned())
}

/// A paragraph in pieces of at most `budget` tokens, cut between sentences where that is enough.
fn pieces(
    paragraph: &str,
    budget: usize,
    count: &mut dyn FnMut(&str) -> Result<usize, TextError>,
) -> Result<Vec<String>, TextError> {
    if count(paragraph)? < budget {
        return Ok(vec![paragraph.to_owned()]);
    }
    let mut pieces: Vec<String> = Vec::new();
    let mut used = budget;
    for sentence in sentences::split(paragraph) {
        for part in shorter(sentence, budget, count)? {
            let size = count(&part)? + 1;
            match pieces.last_mut() {
                Some(last) if used + size < budget => {
                    // No space between Chinese sentences.
                    if last.ends_with(|c: char| c.is_ascii()) {
                        last.push(' ');
                    }
                    last.push_str(&part);
                    used += size;
                }
                _ => {
                    pieces.push(part);
                    used = size;
                }
            }
        }
    }
    Ok(pieces)
}

/// A sentence, halved until its parts fit.
fn shorter(
    sentence: String,
    budget: usize,
    count: &mut dyn FnMut(&str) -> Result<usize, TextError>,
) -> Result<Vec<String>, TextError> {
    let mut whole = Vec::new();
    let mut left = vec![sentence];
    while let Some(part) = left.pop() {
        let chars = part.chars().count();
        if chars < 8 || count(&part)? < budget {
            whole.push(part);
            continue;
        }
        let middle = part.char_indices().nth(chars / 2).map_or(0, |(at, _)| at);
        let at = part[..middle].rfind(char::is_whitespace).filter(|at| *at > middle / 2).unwrap_or(middle);
        left.push(part[at..].trim().to_owned());
        left.push(part[..at].trim().to_owned());
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Result<usize, TextError> {
        Ok(text.split_whitespace().count())
    }

    #[test]
    fn nothing_is_lost_and_every_part_fits() {
        let mut text = String::from("A foreword of five words.\n\n# One\n\nShort. Text.\n\nMore of it.\n\n");
        text.push_str("CHAPTER II\n\n");
        text.push_str(&"The keeper lit the lamp at dusk. ".repeat(40));
        text.push_str(&format!("\n\n第三章 归来\n\n{}", "word ".repeat(100)));
        let sections = cut(&text, 50, &mut words).expect("sections");
        assert!(sections.iter().all(|s| words(&s.text).expect("count") <= 50));
        let titles: Vec<_> = sections.iter().map(|s| s.title.as_deref().unwrap_or("-")).collect();
        assert_eq!((titles[0], titles[1], titles[2]), ("-", "One", "CHAPTER II"));
        assert_eq!(titles.last(), Some(&"第三章 归来"));
        let kept = |t: &str| t.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let all: Vec<String> = sections.iter().flat_map(|s| kept(&s.text)).collect();
        assert_eq!(all.len(), 5 + 2 + 3 + 40 * 7 + 100);
        assert_eq!(sections[1].text, "Short. Text.\n\nMore of it.");
        assert!(cut("  \n ", 50, &mut words).expect("none").is_empty());
        // One endless word.
        let endless = cut(&"字".repeat(5000), 50, &mut |t| Ok(t.chars().count())).expect("sections");
        assert_eq!(endless.iter().map(|s| s.text.chars().count()).sum::<usize>(), 5000);
    }
}
