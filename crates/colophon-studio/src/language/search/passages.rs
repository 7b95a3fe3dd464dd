//! Cutting files into passages that one vector can stand for.

use std::io::Read as _;
use std::path::Path;

/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 8 << 20;
/// A passage is closed when it has so many characters (a Chinese one counts as three).
const LONG: usize = 900;

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    /// First and last line, from 1.
    pub(super) lines: (usize, usize),
    pub(super) text: String,
}

/// The text of a file; nothing when it is none, or too large.
pub(super) fn read(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    if size > MAX_FILE {
        return None;
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(MAX_FILE).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    if text.contains('\0') {
        return None;
    }
    let page =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("html") || e.eq_ignore_ascii_case("htm"));
    Some(if page { without_tags(&text) } else { text })
}

/// The words of a page, on their lines.
fn without_tags(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    // As long as the page: only ASCII letters are lowered.
    let lower = page.to_ascii_lowercase();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let tag = &rest[at..];
        // Programs and styles are no words.
        let skipped = ["script", "style"].iter().find_map(|name| {
            let opens = tag.get(1..=name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name));
            opens.then(|| lower[page.len() - tag.len()..].find(&format!("</{name}")))?
        });
        let end = tag[skipped.unwrap_or(0)..].find('>').map(|e| skipped.unwrap_or(0) + e + 1);
        let end = end.unwrap_or(tag.len());
        text.extend(tag[..end].chars().filter(|c| *c == '\n'));
        text.push(' ');
        rest = &tag[end..];
    }
    text.push_str(rest);
    let named =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text, |text, (name, c)| text.replace(name, c))
}

/// Cuts a text at its paragraphs, and long paragraphs at their lines and sentences.
pub(super) fn cut(text: &str) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut open: Option<Passage> = None;
    let mut weight = 0;
    for (i, line) in text.lines().enumerate() {
        let number = i + 1;
        let heading = line.starts_with('#');
        if (line.trim().is_empty() && weight * 3 > LONG) || (heading && weight > 0) {
            passages.extend(open.take());
            weight = 0;
        }
        for piece in pieces(line.trim()) {
            let size = measure(piece);
            if weight > 0 && weight + size > LONG {
                passages.extend(open.take());
                weight = 0;
            }
            let passage =
                open.get_or_insert_with(|| Passage { lines: (number, number), text: String::new() });
            if !passage.text.is_empty() {
                passage.text.push(' ');
            }
            passage.text.push_str(piece);
            passage.lines.1 = number;
            weight += size;
        }
    }
    passages.extend(open);
    passages.retain(|p| p.text.chars().any(char::is_alphanumeric));
    passages
}

fn measure(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 3 }).sum()
}

/// A line in pieces that fit a passage, cut after the mark or space before the limit.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while measure(rest) > LONG {
        let mut weight = 0;
        let limit = rest.char_indices().find(|(_, c)| {
            weight += if c.is_ascii() { 1 } else { 3 };
            weight > LONG
        });
        let limit = limit.map_or(rest.len(), |(at, _)| at);
        let marks = ['。', '！', '？', '.', '!', '?', '；', ';'];
        let cut =
            rest[..limit].rfind(marks).or_else(|| rest[..limit].rfind(' ')).filter(|at| *at > limit / 3);
        let end = cut.map_or(limit, |at| at + rest[at..].chars().next().map_or(1, char::len_utf8));
        let end = if end == 0 { rest.len() } else { end };
        pieces.push(rest[..end].trim());
        rest = rest[end..].trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_hold_everything_and_know_their_lines() {
        let text =
            format!("# One\nshort\n\n# Two\n{}\n\n中文。{}\n", "word ".repeat(500), "灯塔很亮。".repeat(200));
        let passages = cut(&text);
        assert_eq!((passages[0].lines, passages[0].text.as_str()), ((1, 2), "# One short"));
        assert!(passages.iter().all(|p| measure(&p.text) <= LONG + 2));
        let words: usize = passages.iter().map(|p| p.text.matches("word").count()).sum();
        let lamps: usize = passages.iter().map(|p| p.text.matches("灯塔").count()).sum();
        assert_eq!((words, lamps), (500, 200));
        assert_eq!(passages.last().map(|p| p.lines.1), Some(7));
        assert!(cut("\n \n---\n").is_empty());
    }

    #[test]
    fn pages_lose_their_tags() {
        let page = "<html><style>p { color: red }</style>\n<p>Fish &amp; <b>chips</b></p><script>if (a < b) {}</script></html>";
        let words: Vec<_> = without_tags(page).split_whitespace().map(str::to_owned).collect();
        assert_eq!(words, ["Fish", "&", "chips"]);
        assert_eq!(without_tags("a < b").trim(), "a");
    }
}
