//! A book as it was read: chapters of paragraphs, from pieces of text.

/// Longest text, in bytes.
pub(super) const MAX_TEXT: usize = 32 << 20;
/// Longest title, in characters.
pub(super) const MAX_TITLE: usize = 200;

/// A book.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// Its title; empty when the file does not say.
    pub title: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Its language, as the file says: `en`, `zh-CN`.
    pub language: Option<String>,
    /// The picture of its cover: JPEG or PNG.
    pub cover: Option<Cover>,
    /// Its chapters, in order; none is empty.
    pub chapters: Vec<Chapter>,
}

/// A cover picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A chapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chapter {
    /// Its heading; empty for text before the first heading.
    pub title: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading and its level, 1 the highest.
    Heading(u8, String),
    /// A paragraph.
    Paragraph(String),
}

impl Block {
    /// Its words.
    pub(super) fn text(self) -> String {
        match self {
            Self::Heading(_, text) | Self::Paragraph(text) => text,
        }
    }
}

/// A text file's text: UTF-8, UTF-16 with a mark, or GB 18030.
pub(super) fn decode(bytes: &[u8]) -> Result<String, String> {
    if bytes.len() > MAX_TEXT {
        return Err(format!("it has more than {} MB of text", MAX_TEXT >> 20));
    }
    let (encoding, skip) = encoding_rs::Encoding::for_bom(bytes).unwrap_or((encoding_rs::UTF_8, 0));
    let rest = &bytes[skip..];
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(rest)
        .or_else(|| encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(rest));
    match text {
        Some(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => Err("it is not a text, or one in an encoding other than UTF-8, UTF-16 and GB 18030".into()),
    }
}

/// All white space as single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Puts blocks into chapters: a chapter begins at each heading of the highest level of which there are
/// at least two. Gives the title, too: the one heading above that level.
pub(super) fn chapters(blocks: Vec<Block>) -> (Option<String>, Vec<Chapter>) {
    let count =
        |level: u8| blocks.iter().filter(|b| matches!(b, Block::Heading(l, _) if *l == level)).count();
    let level = (1..=6).find(|l| count(*l) >= 2).or_else(|| (1..=6).find(|l| count(*l) == 1)).unwrap_or(1);
    let mut title = None;
    let mut chapters = vec![Chapter::default()];
    for block in blocks {
        let Some(last) = chapters.last_mut() else { break };
        match block {
            Block::Heading(l, text) if l < level && title.is_none() => title = Some(text),
            Block::Heading(l, text) if l == level => {
                chapters.push(Chapter { title: text, paragraphs: Vec::new() });
            }
            // A heading within a chapter is read like a sentence of its own.
            Block::Heading(_, text) => last.paragraphs.push(text),
            Block::Paragraph(text) => last.paragraphs.push(text),
        }
    }
    (title, chapters)
}
