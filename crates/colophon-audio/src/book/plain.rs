//! Plain text: paragraphs are separated by empty lines, or, in Chinese, by lines; chapters begin at
//! lines such as `CHAPTER IV`, `Chapter 3: The Door`, `第三章 门`.

use super::text::{Book, Chapter, one_line};

/// Words that begin an English chapter heading, before a number.
const NAMED: [&str; 4] = ["chapter", "part", "book", "section"];
/// Headings that stand alone.
const ALONE: [&str; 14] = [
    "prologue",
    "epilogue",
    "preface",
    "introduction",
    "foreword",
    "afterword",
    "conclusion",
    "序",
    "序言",
    "前言",
    "引子",
    "楔子",
    "尾声",
    "后记",
];
/// Longest heading, in characters.
const LONGEST: usize = 80;

/// Reads a plain text.
pub(super) fn read(text: &str) -> Book {
    let mut book = Book::default();
    let mut chapter = Chapter::default();
    let mut front = true;
    for paragraph in paragraphs(text) {
        if let Some(title) = heading(&paragraph) {
            book.chapters.push(std::mem::replace(&mut chapter, Chapter { title, paragraphs: Vec::new() }));
            front = false;
            continue;
        }
        let line = one_line(&paragraph.join(" "));
        // Before the first chapter the title page: a short line, and who wrote it.
        if front && book.title.is_empty() && chapter.paragraphs.is_empty() && is_title(&line) {
            book.title = line;
        } else if let (true, None, Some(author)) = (front, &book.author, author(&line)) {
            book.author = Some(author);
        } else if is_chinese(&line) {
            chapter.paragraphs.extend(paragraph.iter().map(|l| one_line(l)));
        } else {
            chapter.paragraphs.push(line);
        }
    }
    book.chapters.push(chapter);
    book
}

/// Runs of lines that are not empty.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut all = Vec::new();
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim).chain([""]) {
        if line.is_empty() {
            if !lines.is_empty() {
                all.push(std::mem::take(&mut lines));
            }
        } else if heading(&[line]).is_some() && !lines.is_empty() {
            all.push(std::mem::replace(&mut lines, vec![line]));
        } else {
            lines.push(line);
        }
    }
    // A heading that text follows without an empty line stands alone, with a title line after it.
    all.into_iter()
        .flat_map(|lines: Vec<&str>| {
            let title_lines = if lines.len() > 2 && heading(&lines[..1]).is_some() { 1 } else { lines.len() };
            let (head, rest) = lines.split_at(title_lines);
            [head.to_vec(), rest.to_vec()]
        })
        .filter(|lines| !lines.is_empty())
        .collect()
}

/// The heading that a paragraph of one or two lines is.
fn heading(lines: &[&str]) -> Option<String> {
    let first = lines.first()?;
    let whole = one_line(&lines.join(" "));
    if lines.len() > 2 || whole.chars().count() > LONGEST {
        return None;
    }
    let lower = first.to_lowercase();
    let bare = lower.trim_end_matches(['.', ':', '。', '：']).trim();
    let mut words = bare.split([' ', '.', ':', '—', '-', ',']).filter(|w| !w.is_empty());
    let named = words.next().is_some_and(|w| NAMED.contains(&w)) && words.next().is_some_and(is_number);
    // A sentence that begins like a heading ends like a sentence.
    let sentence = named && first.len() > 20 && first.ends_with(['.', ',', ';', '?', '!']);
    (named && !sentence || ALONE.contains(&bare) || is_chinese_heading(first)).then_some(whole)
}

fn is_number(word: &str) -> bool {
    const WRITTEN: [&str; 21] = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
    ];
    word.chars().all(|c| c.is_ascii_digit())
        || word.chars().all(|c| "ivxlc".contains(c))
        || word.split('-').next().is_some_and(|w| WRITTEN.contains(&w))
}

/// `第…章`, `第…回`, `第…节`, `第…卷`, with a number between.
fn is_chinese_heading(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('第') else { return false };
    let number: String =
        rest.chars().take_while(|c| "零〇一二三四五六七八九十百千两0123456789".contains(*c)).collect();
    !number.is_empty() && rest[number.len()..].starts_with(['章', '回', '节', '卷', '部', '篇', '集'])
}

fn is_title(line: &str) -> bool {
    line.chars().count() <= LONGEST
        && !line.ends_with(['.', '。', '!', '！', '?', '？', ',', '，', ';', '"', '”'])
}

/// Who wrote it: `by Ada Grey`, `作者：…`.
fn author(line: &str) -> Option<String> {
    if line.chars().count() > LONGEST {
        return None;
    }
    let lower = line.to_lowercase();
    let rest = ["by ", "author: "].iter().find_map(|p| lower.starts_with(p).then(|| &line[p.len()..]));
    let rest = rest.or_else(|| ["作者：", "作者:"].iter().find_map(|p| line.strip_prefix(p)))?;
    Some(rest.trim().to_owned()).filter(|name| !name.is_empty())
}

fn is_chinese(line: &str) -> bool {
    line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}
