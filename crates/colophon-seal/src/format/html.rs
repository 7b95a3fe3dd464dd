//! HTML: the AIGC field and the source type are `meta` elements of the head; the credential is a
//! `script` of type `application/c2pa` there (C2PA 2.4, A.7), which its hash leaves out; the label is a
//! paragraph.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text::SOURCE_TYPE;
use super::xml::{escape, local, replaced};
use crate::mark::{aigc, xmp};

const SCRIPT: &str = "<script type=\"application/c2pa\">";
const SCRIPT_END: &str = "</script>";
const MEDIA_TYPE: &str = "application/c2pa";
const LINK: &str = "c2pa-manifest";
/// The largest manifest store that is read.
const MAX_STORE: usize = 64 << 20;
/// Elements whose content is no markup.
const RAW: [&str; 8] = ["script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"];
/// Elements between which lines end.
const BLOCKS: [&str; 22] = [
    "p",
    "div",
    "br",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "td",
    "section",
    "article",
    "body",
    "head",
    "title",
    "blockquote",
    "pre",
    "header",
    "footer",
    "main",
];

/// A tag.
#[derive(Debug)]
struct Tag<'a> {
    /// Its name, as it stands.
    name: &'a str,
    is_end: bool,
    range: Range<usize>,
    /// Where what follows begins: behind the content of an element that holds no markup.
    next: usize,
}

impl Tag<'_> {
    fn is(&self, name: &str) -> bool {
        !self.is_end && self.name.eq_ignore_ascii_case(name)
    }

    fn ends(&self, name: &str) -> bool {
        self.is_end && self.name.eq_ignore_ascii_case(name)
    }
}

/// The next tag from an offset, past comments and declarations.
fn next_tag(text: &str, mut from: usize) -> Option<Tag<'_>> {
    let bytes = text.as_bytes();
    loop {
        let start = from + text.get(from..)?.find('<')?;
        let rest = &text[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            from = start + 4 + comment.find("-->")? + 3;
            continue;
        }
        if rest.starts_with("<![CDATA[") {
            from = start + rest.find("]]>")? + 3;
            continue;
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            from = start + rest.find('>')? + 1;
            continue;
        }
        let is_end = rest.starts_with("</");
        let named = start + 1 + usize::from(is_end);
        if !bytes.get(named).is_some_and(u8::is_ascii_alphabetic) {
            from = start + 1;
            continue;
        }
        let length = text[named..].find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')?;
        let name = &text[named..named + length];
        let end = end_of_tag(bytes, named + length)?;
        let mut next = end;
        if !is_end && RAW.iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
            next = end_of_raw(text, end, name).unwrap_or(text.len());
        }
        return Some(Tag { name, is_end, range: start..end, next });
    }
}

/// Behind the `>` that ends a tag, past quoted values.
fn end_of_tag(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut quote, mut after_equals) = (None, false);
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if after_equals => quote = Some(*byte),
            _ => {}
        }
        after_equals = *byte == b'=' || after_equals && byte.is_ascii_whitespace();
    }
    None
}

/// Where the end tag of an element begins that holds no markup.
fn end_of_raw(text: &str, from: usize, name: &str) -> Option<usize> {
    let mut at = from;
    loop {
        at += text.get(at..)?.find("</")?;
        let found = text.get(at + 2..at + 2 + name.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return Some(at);
        }
        at += 2;
    }
}

/// Where the parts of a page are.
#[derive(Debug, Default)]
struct Layout {
    html: Option<Range<usize>>,
    head: Option<Range<usize>>,
    head_end: Option<Range<usize>>,
    body: Option<Range<usize>>,
    body_end: Option<Range<usize>>,
    has_frames: bool,
    /// `meta` elements of our names, wherever they are.
    fields: Vec<Range<usize>>,
    /// Elements of the head that lead to a manifest: their whole, and the text that a script holds.
    manifests: Vec<(Range<usize>, Option<Range<usize>>)>,
}

fn layout(text: &str) -> Layout {
    let mut found = Layout::default();
    let mut from = 0;
    while let Some(tag) = next_tag(text, from) {
        from = tag.next;
        let in_head = found.head.is_some() && found.head_end.is_none() && found.body.is_none();
        let head = &text[tag.range.clone()];
        let says = |attribute: &str| xmp::attribute_of(head, attribute).unwrap_or_default();
        if tag.is("meta") {
            if [aigc::NAME, SOURCE_TYPE].contains(&says("name").as_str()) {
                found.fields.push(tag.range);
            }
        } else if tag.is("script") && in_head && says("type").eq_ignore_ascii_case(MEDIA_TYPE) {
            let end = next_tag(text, tag.next).filter(|end| end.ends("script"));
            if let Some(end) = end {
                from = end.next;
                found.manifests.push((tag.range.start..end.range.end, Some(tag.range.end..end.range.start)));
            }
        } else if tag.is("link") && in_head {
            if says("rel").split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case(LINK)) {
                found.manifests.push((tag.range, None));
            }
        } else if tag.is("html") {
            found.html.get_or_insert(tag.range);
        } else if tag.is("head") {
            found.head.get_or_insert(tag.range);
        } else if tag.ends("head") {
            found.head_end.get_or_insert(tag.range);
        } else if tag.is("body") {
            found.body.get_or_insert(tag.range);
        } else if tag.ends("body") {
            found.body_end = Some(tag.range);
        } else if tag.is("frameset") {
            found.has_frames = true;
        }
    }
    found
}

/// Whether bytes begin a page: a declaration of its type or one of its outer elements.
pub(crate) fn is_start(head: &str) -> bool {
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let is_declared = head.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html"));
    // Only comments and an XML declaration may come before.
    let is_first = |at: usize| at == 0 || head.starts_with("<!--") || head.starts_with("<?xml");
    let first = || next_tag(head, 0).filter(|tag| is_first(tag.range.start));
    is_declared || first().is_some_and(|tag| ["html", "head", "body"].iter().any(|name| tag.is(name)))
}

/// The page with the marks in its head and the label as a paragraph.
///
/// # Errors
/// A sentence, for a page whose parts cannot be told.
pub(crate) fn compose(
    page: &str,
    label: Option<&str>,
    json: &str,
    source_type: &str,
) -> Result<String, String> {
    let found = layout(page);
    // A field goes with the end of its line.
    let line = |range: &Range<usize>| {
        let ends = page.as_bytes().get(range.end) == Some(&b'\n');
        range.start..range.end + usize::from(ends)
    };
    let old = found.fields.iter().map(line);
    let old = old.chain(found.manifests.iter().map(|(whole, _)| whole.clone()));
    let mut changes: Vec<_> = old.map(|range| (range, String::new())).collect();
    changes.sort_by_key(|(range, _)| range.start);
    let page = replaced(page, &changes).ok_or("the page's elements overlap")?;
    let found = layout(&page);
    if found.has_frames {
        return Err("a page of frames has no place for a label".to_owned());
    }
    let fields = format!(
        "<meta name=\"{}\" content=\"{}\"/>\n<meta name=\"{SOURCE_TYPE}\" content=\"{}\"/>\n",
        aigc::NAME,
        escape(json),
        escape(source_type),
    );
    let mut changes = Vec::new();
    match (&found.head, head_end(&found), &found.html) {
        // Last in the head: what tells the encoding must be among its first bytes.
        (Some(_), Some(end), _) => changes.push((end..end, fields)),
        (Some(_), None, _) => return Err("the page's head has no end".to_owned()),
        (None, _, html) => {
            let at = html.as_ref().map_or_else(|| after_declaration(&page), |html| html.end);
            changes.push((at..at, format!("<head>\n{fields}</head>\n")));
        }
    }
    if let Some(words) = label.filter(|words| !has_label(&page, words)) {
        let line = format!("<p class=\"ai-label\" role=\"note\">{}</p>\n", escape(words));
        match (&found.body, &found.body_end) {
            (Some(body), _) => changes.push((body.end..body.end, format!("\n{line}"))),
            (None, Some(end)) => changes.push((end.start..end.start, line)),
            (None, None) => changes.push((page.len()..page.len(), format!("\n{line}"))),
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    replaced(&page, &changes).ok_or_else(|| "the page's elements overlap".to_owned())
}

/// Where the head ends: before its end tag, or before the body where that is left out.
fn head_end(found: &Layout) -> Option<usize> {
    found.head_end.as_ref().or(found.body.as_ref()).map(|tag| tag.start)
}

/// Behind the mark of the byte order and the declaration of the type.
fn after_declaration(page: &str) -> usize {
    let from = page.len() - page.trim_start_matches('\u{feff}').trim_start().len();
    let is_declared = page[from..].get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    match page[from..].find('>') {
        Some(end) if is_declared => from + end + 1,
        _ => page.len() - page.trim_start_matches('\u{feff}').len(),
    }
}

fn has_label(page: &str, label: &str) -> bool {
    words(page).lines().any(|line| line.trim() == label)
}

/// Where the label of a page goes.
pub(crate) fn label_place(page: &str) -> &'static str {
    match layout(page).body {
        Some(_) => "line at the start of the text",
        None => "line at the end of the text",
    }
}

/// Puts a label first in the body of a page of a book; `None` where there is no body.
pub(crate) fn with_label(page: &str, label: &str) -> Option<String> {
    if has_label(page, label) {
        return Some(page.to_owned());
    }
    let body = layout(page).body.filter(|body| !page[body.clone()].ends_with("/>"))?;
    let line = format!("\n<p class=\"ai-label\" role=\"note\">{}</p>\n", escape(label));
    replaced(page, &[(body.end..body.end, line)])
}

/// Where the script with the credential goes.
pub(crate) fn script_place(page: &str) -> Option<usize> {
    head_end(&layout(page))
}

/// The length of the script with a store of `length` bytes.
pub(crate) fn script_length(length: usize) -> u64 {
    (SCRIPT.len() + length.div_ceil(3) * 4 + SCRIPT_END.len()) as u64
}

/// The script with a store.
pub(crate) fn script(store: &[u8]) -> String {
    format!("{SCRIPT}{}{SCRIPT_END}", STANDARD.encode(store))
}

/// What leads to a manifest in a page.
#[derive(Debug, PartialEq)]
pub(crate) enum Embedded {
    /// Nothing, or a link to one that lies elsewhere.
    Nothing,
    /// More than the one that may be.
    Several,
    /// A script that holds no store.
    Corrupted,
    /// The store, and the range of the script.
    One(Vec<u8>, Range<usize>),
}

/// Finds the credential.
pub(crate) fn embedded(page: &str) -> Embedded {
    let found = layout(page).manifests;
    match found.as_slice() {
        [] | [(_, None)] => Embedded::Nothing,
        [(whole, Some(inside))] => {
            let text: Vec<u8> =
                page[inside.clone()].bytes().filter(|b| !b.is_ascii_whitespace()).take(MAX_STORE).collect();
            match STANDARD.decode(text) {
                Ok(store) if !store.is_empty() => Embedded::One(store, whole.clone()),
                _ => Embedded::Corrupted,
            }
        }
        _ => Embedded::Several,
    }
}

/// The words of a page or of another text in markup, a line for each block.
pub(crate) fn words(page: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    while let Some(tag) = next_tag(page, from) {
        push_words(&mut out, &page[from..tag.range.start]);
        let is_block = BLOCKS.iter().any(|block| local(tag.name).eq_ignore_ascii_case(block));
        if is_block && !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        from = tag.next;
    }
    push_words(&mut out, page.get(from..).unwrap_or_default());
    out
}

/// The words between two tags, one space for any white, without comments and declarations.
fn push_words(out: &mut String, mut text: &str) {
    let mut put = |text: &str| {
        let text = xmp::unescape(text);
        for (index, word) in text.split_whitespace().enumerate() {
            let apart = index > 0 || text.starts_with(char::is_whitespace);
            if apart && !out.is_empty() && !out.ends_with(['\n', ' ']) {
                out.push(' ');
            }
            out.push_str(word);
        }
        if text.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(['\n', ' ']) {
            out.push(' ');
        }
    };
    while let Some(at) = text.find("<!").or_else(|| text.find("<?")) {
        put(&text[..at]);
        let rest = &text[at..];
        let end = if rest.starts_with("<!--") { "-->" } else { ">" };
        text = rest.find(end).map_or("", |from| &rest[from + end.len()..]);
    }
    put(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::text;
    use crate::mark::label::LabelProfile;

    const PAGE: &str = "<!DOCTYPE html>\n<html lang=en>\n<head><meta charset=utf-8>\n<title>a </head> b</title>\n\
        <script>if (1 < 2) \"<body>\";</script></head>\n<body class=\"x>y\"><h1>One &amp; two</h1>\n\
        <!-- <p>not this</p> --><p>Three <b>four</b>five</p></body></html>\n";

    #[test]
    fn marks_go_into_the_head_and_the_label_into_the_body() {
        let label = LabelProfile::ALL[0].text();
        let page = compose(PAGE, Some(label), r#"{"Label":"1"}"#, "x:y").unwrap();
        let marks = text::read(&page);
        assert_eq!((marks.aigc.count, marks.source_type.as_deref()), (1, Some("x:y")), "{page}");
        assert!(page.find("<meta name=\"AIGC\"").unwrap() < page.find("</head>\n<body").unwrap());
        assert_eq!(words(&page).trim(), format!("{label}\nOne & two\nThree fourfive"));
        assert_eq!(text::find_label(&words(&page)).unwrap().0, label);
        // Once more: nothing is there twice.
        assert_eq!(compose(&page, Some(label), r#"{"Label":"1"}"#, "x:y").unwrap(), page);
    }

    #[test]
    fn pages_without_their_outer_elements_get_a_head() {
        for page in
            ["<p>Words", "<!doctype html><p>Words", "\u{feff}<html><p>Words</html>", "<html><body>Words"]
        {
            let made = compose(page, Some("AI L"), "{}", "x:y").unwrap();
            let at = script_place(&made).unwrap();
            assert!(made[at..].starts_with("</head>"), "{made}");
            assert_eq!(text::read(&made).aigc.count, 1);
            assert!(words(&made).contains("AI L") && words(&made).contains("Words"), "{made}");
            assert_eq!(made.starts_with('\u{feff}'), page.starts_with('\u{feff}'));
        }
        assert!(compose("<html><head></head><frameset></frameset>", None, "{}", "x").is_err());
        assert!(compose("<html><head><p>Words", None, "{}", "x").is_err());
    }

    #[test]
    fn one_script_in_the_head_leads_to_the_credential() {
        let page = compose(PAGE, None, "{}", "x").unwrap();
        assert_eq!(embedded(&page), Embedded::Nothing);
        let at = script_place(&page).unwrap();
        let with = |what: &str| format!("{}{what}{}", &page[..at], &page[at..]);
        let one = script(&[7; 100]);
        assert_eq!(one.len() as u64, script_length(100));
        assert_eq!(embedded(&with(&one)), Embedded::One(vec![7; 100], at..at + one.len()));
        assert_eq!(embedded(&with(&one.repeat(2))), Embedded::Several);
        assert_eq!(embedded(&with("<script type='application/c2pa'>!</script>")), Embedded::Corrupted);
        let link = "<link rel=\"c2pa-manifest\" href=\"x\">";
        assert_eq!(embedded(&with(link)), Embedded::Nothing);
        assert_eq!(embedded(&with(&format!("{link}{one}"))), Embedded::Several);
        assert_eq!(embedded(&format!("{page}{one}")), Embedded::Nothing);
        // The next seal takes the place of the old one.
        assert_eq!(compose(&with(&one), None, "{}", "x").unwrap(), page);
    }

    #[test]
    fn what_begins_a_page_is_told_from_markdown() {
        for page in ["<!DOCTYPE HTML>", "\n<html lang=x>", "<!-- a --><html>", "<head>", "\u{feff}<body >"] {
            assert!(is_start(page), "{page}");
        }
        for other in ["<div>a</div>", "# A\n<html>", "<svg>", "", "<", "<!-- a", "<htmlx>", "text <body>"] {
            assert!(!is_start(other), "{other}");
        }
    }

    #[test]
    fn broken_pages_do_no_harm() {
        for at in 0..PAGE.len() {
            for cut in [&PAGE[..at], &PAGE[at..]] {
                let _ = (compose(cut, Some("AI L"), "{}", "x"), words(cut), embedded(cut), is_start(cut));
            }
        }
        let many = "<".repeat(200_000) + &"<!--".repeat(100_000) + &"<script>".repeat(100_000);
        let _ = (words(&many), embedded(&many));
    }
}
