//! HTML and XHTML: blocks from the tokens of html5ever, without a tree.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states,
};

use super::text::{Block, Book, chapters, one_line};

/// Elements whose text is not read.
const SILENT: [&str; 12] = [
    "script", "style", "noscript", "template", "svg", "math", "nav", "iframe", "textarea", "select", "rt",
    "rp",
];
/// Elements that end a paragraph where they begin and where they end.
const BLOCKS: [&str; 31] = [
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "blockquote",
    "pre",
    "figure",
    "figcaption",
    "table",
    "tr",
    "td",
    "th",
    "br",
    "hr",
    "body",
    "address",
    "form",
    "details",
    "summary",
    "caption",
    "center",
];

/// What a page says.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Of the element `title`.
    pub(super) title: String,
    /// Of the attribute `lang` of `html`.
    pub(super) language: Option<String>,
    /// Of `meta name=author`.
    pub(super) author: Option<String>,
    /// Headings and paragraphs.
    pub(super) blocks: Vec<Block>,
}

/// Whether a text looks like HTML.
pub(super) fn is_html(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

/// Reads a page as a book.
pub(super) fn read(text: &str) -> Book {
    let page = page(text);
    let (heading, chapters) = chapters(page.blocks);
    let title = heading.unwrap_or(page.title);
    Book { title, author: page.author, language: page.language, cover: None, chapters }
}

/// Reads a page.
pub(super) fn page(text: &str) -> Page {
    let sink = Sink(RefCell::new(State::default()));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(text));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut state = tokenizer.sink.0.into_inner();
    state.flush();
    state.page
}

struct Sink(RefCell<State>);

#[derive(Default)]
struct State {
    page: Page,
    words: String,
    heading: Option<u8>,
    in_title: bool,
    /// The silent element that is open, and how often it is open within itself.
    silent: Option<(String, u32)>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) => return state.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn text(&mut self, text: &str) {
        if self.in_title {
            self.page.title.push_str(text);
        } else if self.silent.is_none() {
            self.words.push_str(text);
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.as_ref();
        let starts = tag.kind == TagKind::StartTag;
        if let Some((open, depth)) = &mut self.silent {
            if open == name && !tag.self_closing {
                *depth = if starts { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.silent = None;
                }
            }
            return TokenSinkResult::Continue;
        }
        let attribute =
            |key: &str| tag.attrs.iter().find(|a| a.name.local.as_ref() == key).map(|a| a.value.to_string());
        match name {
            "title" => {
                self.in_title = starts && self.page.title.is_empty();
                if starts && !tag.self_closing {
                    return TokenSinkResult::RawData(states::RawKind::Rcdata);
                }
            }
            "html" if starts => {
                self.page.language = attribute("lang").or_else(|| attribute("xml:lang"));
            }
            "meta" if attribute("name").is_some_and(|n| n.eq_ignore_ascii_case("author")) => {
                self.page.author = attribute("content");
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = starts.then(|| name.as_bytes()[1] - b'0');
            }
            _ if SILENT.contains(&name) && starts && !tag.self_closing => {
                self.silent = Some((name.to_owned(), 1));
                return match name {
                    "script" => TokenSinkResult::RawData(states::RawKind::ScriptData),
                    "style" | "iframe" | "noscript" => TokenSinkResult::RawData(states::RawKind::Rawtext),
                    "textarea" => TokenSinkResult::RawData(states::RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            // A line within a heading does not end it.
            "br" if self.heading.is_some() => self.words.push(' '),
            _ if BLOCKS.contains(&name) => self.flush(),
            "img" => self.words.push(' '),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// Ends the paragraph.
    fn flush(&mut self) {
        let text = one_line(&std::mem::take(&mut self.words));
        if text.is_empty() {
            return;
        }
        self.page.blocks.push(match self.heading {
            Some(level) => Block::Heading(level, text),
            None => Block::Paragraph(text),
        });
    }
}
