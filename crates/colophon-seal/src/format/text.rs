//! Markdown and plain text: the AIGC field and the source type stand in the front matter; the
//! credential follows the text as invisible variation selectors (C2PA 2.4, A.8).
//!
//! The wrapper is U+FEFF and then one variation selector for each byte of: the magic `C2PATXT\0`, the
//! version 1, the length of the manifest store (`u32`, big-endian), the store. Bytes 0–15 are
//! U+FE00–FE0F (three bytes of UTF-8), the others U+E0100–E01EF (four). Because the length in UTF-8
//! depends on the values, which are only known after signing, the wrapper is padded with more
//! selectors to the length it would have in the worst case.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::Marks;
use crate::mark::aigc::{self, Aigc};
use crate::mark::label::LabelProfile;
use crate::mark::xmp;

const MAGIC: &[u8; 8] = b"C2PATXT\0";
const VERSION: u8 = 1;
const HEADER: usize = MAGIC.len() + 1 + 4;
const PREFIX: char = '\u{feff}';
const FENCE: &str = "---";
/// Name of the source type where a format has none of its own for it.
pub(crate) const SOURCE_TYPE: &str = "digitalSourceType";
/// Front matter longer than this is not read.
const MAX_FRONT_MATTER: usize = 64 * 1024;

/// The text with front matter that holds both marks, then the label line, then the body; NFC.
pub(crate) fn compose(text: &str, label: Option<&str>, aigc: &Aigc, source_type: &str) -> String {
    let text: String = strip_wrappers(text.trim_start_matches(PREFIX)).nfc().collect();
    let (front, body) = split_front_matter(&text);
    let mut out = format!("{FENCE}\n");
    for line in without_marks(front.unwrap_or_default()) {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(aigc::NAME);
    out.push_str(":\n");
    for (key, value) in aigc.pairs() {
        out.push_str(&format!("  {key}: {}\n", aigc::quote(value)));
    }
    out.push_str(&format!("{SOURCE_TYPE}: {}\n{FENCE}\n\n", aigc::quote(source_type)));
    if let Some(label) = label {
        out.push_str(&format!("> {label}\n\n"));
    }
    out.push_str(body.trim_start_matches(['\n', '\r']));
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Splits off front matter: `---`, lines, `---`. Gives its lines and the rest.
fn split_front_matter(text: &str) -> (Option<&str>, &str) {
    let Some(rest) = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n")) else {
        return (None, text);
    };
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return (Some(&rest[..end]), &rest[end + line.len()..]);
        }
        end += line.len();
        if end > MAX_FRONT_MATTER {
            break;
        }
    }
    (None, text)
}

/// The lines of front matter that are not ours to write: everything but the two marks.
fn without_marks(front: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut inside = false;
    for line in front.lines() {
        let indented = line.starts_with([' ', '\t']);
        if !indented {
            inside = key_of(line).is_some_and(|key| key == aigc::NAME || key == SOURCE_TYPE);
        }
        if !inside {
            kept.push(line);
        }
    }
    kept
}

fn key_of(line: &str) -> Option<&str> {
    line.split_once(':').map(|(key, _)| key.trim().trim_matches(['"', '\'']))
}

/// Finds the marks in the front matter of Markdown, the metadata of SVG and the head of HTML.
pub(crate) fn read(text: &str) -> Marks {
    let mut marks = Marks::default();
    let text = text.trim_start_matches(PREFIX);
    if text.trim_start().starts_with('<') {
        let head = &text[..text.floor_char_boundary(xmp::MAX)];
        marks.add_xmp(head);
        for meta in head.split("<meta").skip(1) {
            let meta = meta.split_once('>').map_or(meta, |(meta, _)| meta);
            let content = || xmp::attribute_of(meta, "content").unwrap_or_default();
            match xmp::attribute_of(meta, "name").as_deref() {
                Some(aigc::NAME) => marks.aigc.add(&content()),
                Some(SOURCE_TYPE) => marks.source_type = marks.source_type.take().or_else(|| Some(content())),
                _ => {}
            }
        }
        return marks;
    }
    let (Some(front), _) = split_front_matter(text) else { return marks };
    let mut lines = front.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with([' ', '\t', '#']) {
            continue;
        }
        let Some((_, value)) = line.split_once(':') else { continue };
        match key_of(line) {
            Some(aigc::NAME) if value.trim().starts_with('{') => marks.aigc.add(value.trim()),
            Some(aigc::NAME) => {
                let mut pairs = Vec::new();
                while let Some(inner) = lines.next_if(|l| l.starts_with([' ', '\t'])) {
                    if let (Some(key), Some((_, value))) = (key_of(inner), inner.split_once(':')) {
                        pairs.push((key.to_owned(), scalar(value)));
                    }
                }
                marks.aigc.add_pairs(pairs);
            }
            Some(SOURCE_TYPE) => {
                marks.source_type = marks.source_type.take().or_else(|| Some(scalar(value)));
            }
            _ => {}
        }
    }
    marks
}

/// A YAML scalar on one line.
fn scalar(value: &str) -> String {
    let value = value.trim();
    if value.starts_with('"') {
        serde_json::from_str(value).unwrap_or_else(|_| value.to_owned())
    } else if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')) {
        inner.replace("''", "'")
    } else {
        value.to_owned()
    }
}

/// Looks for a label line, as the standard describes it: both elements in a line at the start or the
/// end of the body, or our own words anywhere. Gives the line and where it is.
pub(crate) fn find_label(text: &str) -> Option<(String, &'static str)> {
    let text = strip_wrappers(text);
    let (_, body) = split_front_matter(text.trim_start_matches(PREFIX));
    let lines: Vec<&str> = body.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let plain =
        |line: &str| line.trim_start_matches(['>', '*', '_', ' ']).trim_end_matches(['*', '_']).to_owned();
    let ours =
        |line: &str| LabelProfile::ALL.into_iter().find(|p| line.contains(p.text())).map(LabelProfile::text);
    let labels = |line: &&str| {
        ours(line).is_some()
            || line.chars().count() <= 200
                && (line.contains("人工智能") || line.contains("AI"))
                && (line.contains("生成") || line.contains("合成"))
    };
    if let Some(line) = lines.iter().take(3).find(|l| labels(l)) {
        return Some((plain(line), "line at the start of the text"));
    }
    if let Some(line) = lines.iter().rev().take(3).find(|l| labels(l)) {
        return Some((plain(line), "line at the end of the text"));
    }
    lines.iter().find_map(|l| ours(l)).map(|words| (words.to_owned(), "line inside the text"))
}

/// The padded length in UTF-8 of the wrapper of a store of `length` bytes: every byte at four bytes,
/// and six more so that the rest can always be made of threes and fours.
pub(crate) fn wrapper_length(length: usize) -> u64 {
    3 + 4 * (HEADER + length) as u64 + 6
}

/// The wrapper of a manifest store, padded to [`wrapper_length`].
///
/// # Errors
/// A sentence, for a store of 4 GiB or more.
pub(crate) fn wrap(store: &[u8]) -> Result<String, String> {
    let length = u32::try_from(store.len()).map_err(|_| "the manifest store is too large".to_owned())?;
    let target = wrapper_length(store.len()) as usize;
    let mut out = String::with_capacity(target);
    out.push(PREFIX);
    let header = MAGIC.iter().copied().chain([VERSION]).chain(length.to_be_bytes());
    out.extend(header.chain(store.iter().copied()).map(selector));
    // What is left is at least six: as many fours as leave a multiple of three.
    let left = target - out.len();
    let threes = (0..4).find(|n| left >= 3 * n && (left - 3 * n).is_multiple_of(4)).unwrap_or(0);
    out.extend(std::iter::repeat_n(selector(0), threes));
    out.extend(std::iter::repeat_n(selector(0xff), (left - 3 * threes) / 4));
    Ok(out)
}

fn selector(byte: u8) -> char {
    let code = match byte {
        0..=15 => 0xfe00 + u32::from(byte),
        _ => 0xe0100 + u32::from(byte) - 16,
    };
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn byte_of(c: char) -> Option<u8> {
    match u32::from(c) {
        code @ 0xfe00..=0xfe0f => Some((code - 0xfe00) as u8),
        code @ 0xe0100..=0xe01ef => Some((code - 0xe0100 + 16) as u8),
        _ => None,
    }
}

/// What a text carries in variation selectors.
#[derive(Debug, PartialEq)]
pub(crate) enum Wrapped {
    /// No wrapper.
    Nothing,
    /// The magic is there, the rest is not what it should be.
    Corrupted,
    /// More than one wrapper.
    Several,
    /// One wrapper: the store, and the text as it was hashed (normalised around the wrapper).
    One {
        /// The manifest store.
        store: Vec<u8>,
        /// The bytes that the credential speaks of.
        content: Vec<u8>,
        /// Where the wrapper is in them.
        wrapper: Range<usize>,
    },
}

/// Finds the wrapper.
pub(crate) fn unwrap(text: &str) -> Wrapped {
    let mut found = None;
    for (start, end) in runs(text) {
        let bytes: Vec<u8> = text[start..end].chars().skip(1).filter_map(byte_of).collect();
        if !bytes.starts_with(MAGIC) {
            continue;
        }
        let length = super::be32(&bytes, MAGIC.len() + 1).map(|n| n as usize);
        let store = length.and_then(|n| bytes.get(HEADER..HEADER.checked_add(n)?));
        match (bytes.get(MAGIC.len()), store) {
            (Some(&VERSION), Some(store)) if found.is_none() => found = Some((start, end, store.to_vec())),
            (Some(&VERSION), Some(_)) => return Wrapped::Several,
            _ => return Wrapped::Corrupted,
        }
    }
    let Some((start, end, store)) = found else { return Wrapped::Nothing };
    let mut content: String = text[..start].nfc().collect();
    let first = content.len();
    content.push_str(&text[start..end]);
    let wrapper = first..content.len();
    content.extend(text[end..].nfc());
    Wrapped::One { store, content: content.into_bytes(), wrapper }
}

/// The byte ranges of U+FEFF followed by variation selectors.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(PREFIX) {
        let start = from + at;
        let first = start + PREFIX.len_utf8();
        let length: usize =
            text[first..].chars().take_while(|c| byte_of(*c).is_some()).map(char::len_utf8).sum();
        from = first + length;
        if length > 0 {
            found.push((start, from));
        }
    }
    found
}

/// Whether a line is a label of ours and nothing else.
fn is_label(line: &str) -> bool {
    let words = line.trim_start_matches(['>', ' ']).trim_end();
    LabelProfile::ALL.iter().any(|profile| profile.text() == words)
}

/// The words of a text alone: without front matter, label line and manifest.
pub(crate) fn words(text: &str) -> String {
    let text = strip_wrappers(text);
    let (_, body) = split_front_matter(text.trim_start_matches(PREFIX));
    let kept: Vec<&str> = body.lines().filter(|l| !is_label(l)).collect();
    kept.join("\n").trim().to_owned()
}

/// A text as it was before it was sealed: its front matter without the marks, its body without label line
/// and manifest.
pub fn bare(text: &str) -> String {
    let text = strip_wrappers(text.trim_start_matches(PREFIX));
    let (front, body) = split_front_matter(&text);
    let kept = without_marks(front.unwrap_or_default());
    let front =
        if kept.is_empty() { String::new() } else { format!("{FENCE}\n{}\n{FENCE}\n\n", kept.join("\n")) };
    let body: Vec<&str> = body.lines().filter(|l| !is_label(l)).collect();
    format!("{front}{}\n", body.join("\n").trim())
}

/// The text without any wrapper that it came with.
fn strip_wrappers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in runs(text) {
        out.push_str(&text[from..start]);
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_text_is_as_it_was() {
        let text = "---\ntitle: The Lamp\n---\n\n## One\n\nIt was late.\n";
        let aigc = Aigc::of_producer("producer", "clp-0");
        let label = LabelProfile::ALL[0].text();
        for before in [text, "It was late.\n"] {
            let sealed = compose(before, Some(label), &aigc, "x") + &wrap(&[7; 50]).unwrap();
            assert!(sealed.contains(label) && sealed.contains(aigc::NAME));
            assert_eq!(bare(&sealed), before);
            assert_eq!(bare(before), before);
        }
    }

    #[test]
    fn wrappers_have_the_same_length_whatever_the_bytes() {
        for store in [vec![], vec![0; 100], vec![0xff; 100], (0..=255).collect::<Vec<u8>>()] {
            let wrapper = wrap(&store).unwrap();
            assert_eq!(wrapper.len() as u64, wrapper_length(store.len()));
            let text = format!("text{wrapper}");
            let content = text.clone().into_bytes();
            assert_eq!(unwrap(&text), Wrapped::One { store, content, wrapper: 4..text.len() });
            assert_eq!(strip_wrappers(&text), "text");
        }
        let low: Vec<u8> = (0..200u32).map(|i| (i % 16) as u8).collect();
        for n in 0..200 {
            assert_eq!(wrap(&low[..n]).unwrap().len() as u64, wrapper_length(n));
        }
    }

    #[test]
    fn broken_and_repeated_wrappers_are_told_apart() {
        let wrapper = wrap(&[1, 2, 3, 40]).unwrap();
        assert_eq!(unwrap(&format!("a{wrapper}b{wrapper}")), Wrapped::Several);
        let cut: String = wrapper.chars().take(12).collect();
        assert_eq!(unwrap(&format!("a{cut}")), Wrapped::Corrupted);
        assert_eq!(unwrap("\u{feff}text with an emoji ❤\u{fe0f}"), Wrapped::Nothing);
        assert_eq!(unwrap(""), Wrapped::Nothing);
    }

    #[test]
    fn front_matter_is_kept_and_holds_each_mark_once() {
        let aigc = Aigc::of_producer(r#"a"b\c"#, "clp-1");
        let old =
            "---\ntitle: x: y\nAIGC:\n  Label: \"2\"\ntags: [a]\ndigitalSourceType: old\n---\n\n# Head\n";
        let text = compose(old, Some("LABEL AI生成"), &aigc, "new");
        assert!(text.starts_with("---\ntitle: x: y\ntags: [a]\nAIGC:\n  Label: \"1\"\n"), "{text}");
        assert!(text.ends_with("---\n\n> LABEL AI生成\n\n# Head\n"));
        let marks = read(&text);
        assert_eq!(marks.source_type.as_deref(), Some("new"));
        assert!(marks.aigc.valid && marks.aigc.count == 1, "{marks:?}");
        assert_eq!(marks.aigc.fields.unwrap()["ContentProducer"], r#"a"b\c"#);
        assert_eq!(find_label(&text).unwrap().0, "LABEL AI生成");
        assert_eq!(find_label("# About maize\n\nIt grows.\n"), None);
    }
}
