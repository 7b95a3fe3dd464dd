//! Markdown (CommonMark): headings and paragraphs; code, pictures and tables of contents are not read.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::text::{Block, Book, chapters, one_line};

/// Reads a Markdown file as a book; `title`, `author` and `lang` of a front matter count.
pub(super) fn read(text: &str) -> Book {
    let (front, body) = front_matter(text);
    let (heading, chapters) = chapters(blocks(body));
    let field = |name: &str| {
        front.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            let value = value.trim().trim_matches(['"', '\'']);
            (key.trim() == name && !value.is_empty()).then(|| value.to_owned())
        })
    };
    let title = field("title").or(heading).unwrap_or_default();
    Book { title, author: field("author"), language: field("lang"), cover: None, chapters }
}

/// The lines between `---` at the start of a file, and what follows them.
fn front_matter(text: &str) -> (&str, &str) {
    let split = || {
        let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
        let end = rest.find("\n---")?;
        let after = &rest[end + 4..];
        Some((&rest[..end], after.split_once('\n').map_or("", |(_, body)| body)))
    };
    split().unwrap_or(("", text))
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut words = String::new();
    let mut silent = 0usize;
    let mut flush = |words: &mut String, heading: Option<u8>| {
        let text = one_line(&std::mem::take(words));
        if !text.is_empty() {
            blocks.push(match heading {
                Some(level) => Block::Heading(level, text),
                None => Block::Paragraph(text),
            });
        }
    };
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Image { .. } | Tag::HtmlBlock) => silent += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Image | TagEnd::HtmlBlock) => {
                silent = silent.saturating_sub(1);
            }
            Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::Item) => flush(&mut words, None),
            Event::End(TagEnd::Heading(level)) => flush(&mut words, Some(level as u8)),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => flush(&mut words, None),
            Event::Text(text) | Event::Code(text) if silent == 0 => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    flush(&mut words, None);
    blocks
}
