//! Books to be read aloud: TXT, Markdown, HTML and EPUB become chapters of paragraphs.
//!
//! Files are hostile until read: their size, the number and size of parts of an archive and the
//! length of the text are limited, and nothing is followed outside of the file.

mod epub;
mod html;
mod markdown;
mod plain;
mod text;

use std::io::Read;
use std::path::Path;

pub use text::{Book, Chapter, Cover};
use text::{MAX_TITLE, decode, one_line};

use crate::AudioError;

/// Largest file, in bytes.
const MAX_FILE: u64 = 128 << 20;

impl Book {
    /// Reads a book; what it is goes by its content, then by the end of its name.
    ///
    /// # Errors
    /// [`AudioError::Book`] for a file that cannot be read, is too large, is of none of the formats or
    /// has no text.
    pub fn read(path: &Path) -> Result<Self, AudioError> {
        let bad = |problem: String| AudioError::Book { path: path.to_path_buf(), problem };
        let file = std::fs::File::open(path).map_err(|e| bad(e.to_string()))?;
        if file.metadata().is_ok_and(|m| m.len() > MAX_FILE) {
            return Err(bad(format!("it has more than {} MB", MAX_FILE >> 20)));
        }
        let mut bytes = Vec::new();
        file.take(MAX_FILE).read_to_end(&mut bytes).map_err(|e| bad(e.to_string()))?;
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let mut book = if bytes.starts_with(b"PK\x03\x04") {
            epub::read(&bytes).map_err(bad)?
        } else {
            let text = decode(&bytes).map_err(bad)?;
            match ending.as_str() {
                "html" | "htm" | "xhtml" => html::read(&text),
                "md" | "markdown" => markdown::read(&text),
                _ if html::is_html(&text) => html::read(&text),
                _ => plain::read(&text),
            }
        };
        book.tidy();
        if book.chapters.is_empty() {
            return Err(bad("there is no text in it".into()));
        }
        if book.title.is_empty() {
            book.title = name.replace(['_', '-'], " ").trim().to_owned();
        }
        Ok(book)
    }

    /// Drops what is empty and shortens what is too long.
    fn tidy(&mut self) {
        let shorten = |text: &mut String| *text = one_line(text).chars().take(MAX_TITLE).collect();
        shorten(&mut self.title);
        self.author.iter_mut().for_each(shorten);
        self.author = self.author.take().filter(|a| !a.is_empty());
        for chapter in &mut self.chapters {
            shorten(&mut chapter.title);
            chapter.paragraphs.retain(|p| p.chars().any(char::is_alphanumeric));
        }
        self.chapters.retain(|c| !c.paragraphs.is_empty());
    }

    /// Characters of all paragraphs.
    pub fn characters(&self) -> usize {
        self.chapters.iter().flat_map(|c| &c.paragraphs).map(|p| p.chars().count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str, bytes: &[u8]) -> Result<Book, AudioError> {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("file");
        Book::read(&path)
    }

    #[test]
    fn a_plain_text_is_cut_at_its_chapter_lines() {
        let text = "THE LAMP\n\nby Ada Grey\n\nCHAPTER I.\nThe Harbour\n\nIt was late.\nThe boats were in.\n\n\
                    Nobody spoke.\n\nCHAPTER II.\n\nMorning came.\n";
        let book = book("the_lamp.txt", text.as_bytes()).expect("book");
        assert_eq!((book.title.as_str(), book.author.as_deref()), ("THE LAMP", Some("Ada Grey")));
        let titles: Vec<&str> = book.chapters.iter().map(|c| c.title.as_str()).collect();
        assert_eq!(titles, ["CHAPTER I. The Harbour", "CHAPTER II."]);
        assert_eq!(book.chapters[0].paragraphs, ["It was late. The boats were in.", "Nobody spoke."]);
    }

    #[test]
    fn a_chinese_text_also_in_an_older_encoding() {
        let text = "灯塔\n\n第一章 海港\n\n天色已晚。\n船都回来了。\n\n第二章 清晨\n\n太阳出来了。\n";
        let utf8 = book("灯塔.txt", text.as_bytes()).expect("book");
        assert_eq!(utf8.chapters[0].title, "第一章 海港");
        assert_eq!(utf8.chapters[0].paragraphs, ["天色已晚。", "船都回来了。"]);
        let (old, _, _) = encoding_rs::GB18030.encode(text);
        assert_eq!(book("灯塔.txt", &old).expect("book"), utf8);
    }

    #[test]
    fn markdown_and_html_give_the_same_chapters() {
        let markdown = "# The *Lamp*\n\n## One\n\nIt was [late](http://x.y).\n\n- a boat\n- a net\n\n\
                        ```\ncode\n```\n\n## Two\n\nMorning.\n";
        let html = "<!DOCTYPE html><html lang=en><head><title>The Lamp</title><style>p{}</style></head><body>\
                    <h1>The <em>Lamp</em></h1><h2>One</h2><p>It was <a href=x>late</a>.</p>\
                    <ul><li>a boat<li>a net</ul><script>let a = 'p';</script><h2>Two</h2><p>Morning.</p>";
        let (a, b) = (book("a.md", markdown.as_bytes()), book("a.html", html.as_bytes()));
        let (a, b) = (a.expect("book"), b.expect("book"));
        assert_eq!((a.title.as_str(), &a.chapters), (b.title.as_str(), &b.chapters));
        assert_eq!(a.title, "The Lamp");
        assert_eq!(a.chapters[0].paragraphs, ["It was late.", "a boat", "a net"]);
        assert_eq!(b.language.as_deref(), Some("en"));
    }

    #[test]
    fn what_is_no_book_is_refused_in_a_sentence() {
        for (name, bytes) in [
            ("a.txt", &b""[..]),
            ("a.txt", b"\n \n"),
            ("a.txt", b"\xff\x00\x01\x02\x00\x00"),
            ("a.epub", b"PK\x03\x04 no archive"),
            ("a.html", b"<html><script>x</script>"),
        ] {
            let error = book(name, bytes).expect_err(name).to_string();
            assert!(error.starts_with("the book "), "{error}");
        }
    }

    #[test]
    fn hostile_markup_is_read_in_bounded_time() {
        let deep = format!("<html>{}text{}", "<div>".repeat(200_000), "</p>".repeat(1000));
        assert_eq!(book("a.html", deep.as_bytes()).expect("book").characters(), 4);
        let quotes = ">".repeat(100_000) + " words";
        assert!(book("a.md", quotes.as_bytes()).is_ok());
    }
}
