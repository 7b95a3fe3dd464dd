//! Where the elements of an XML text stand, so that something can be put between them and everything
//! else stays as it is. Entities are not resolved, so none can grow.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// Deeper texts are not followed.
const DEEPEST: usize = 512;
/// No more elements than this are given.
const MOST: usize = 100_000;

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name as it stands, with its prefix.
    pub(crate) name: String,
    /// How many elements it is inside of.
    pub(crate) depth: usize,
    /// The start tag.
    pub(crate) open: Range<usize>,
    /// The end tag; `None` for an element that is empty.
    pub(crate) close: Option<Range<usize>>,
}

impl Element {
    /// The name without its prefix.
    pub(crate) fn local(&self) -> &str {
        local(&self.name)
    }

    /// The whole of it.
    pub(crate) fn whole(&self) -> Range<usize> {
        self.open.start..self.close.as_ref().unwrap_or(&self.open).end
    }

    /// What stands in the start tag.
    pub(crate) fn head<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.open.clone()).unwrap_or_default()
    }
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The elements that are wanted, by local name and depth, in the order of their start tags; `None` for
/// what is not well formed, too deep, or has too many.
pub(crate) fn elements(text: &str, wanted: impl Fn(&str, usize) -> bool) -> Option<Vec<Element>> {
    let mut reader = Reader::from_str(text);
    let mut found: Vec<Element> = Vec::new();
    let mut inside: Vec<Option<usize>> = Vec::new();
    loop {
        let from = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let to = usize::try_from(reader.buffer_position()).ok()?;
        match event {
            Event::Start(ref tag) | Event::Empty(ref tag) => {
                let name = std::str::from_utf8(tag.name().into_inner()).ok()?.to_owned();
                let is_wanted = wanted(local(&name), inside.len());
                let element = Element { name, depth: inside.len(), open: from..to, close: None };
                let index = is_wanted.then_some(found.len());
                if is_wanted {
                    found.push(element);
                }
                if matches!(event, Event::Start(_)) {
                    inside.push(index);
                }
                if inside.len() > DEEPEST || found.len() > MOST {
                    return None;
                }
            }
            Event::End(_) => {
                if let Some(index) = inside.pop()? {
                    found.get_mut(index)?.close = Some(from..to);
                }
            }
            Event::Eof => return inside.is_empty().then_some(found),
            _ => {}
        }
    }
}

/// The text with some ranges replaced; they must be in order and apart.
pub(crate) fn replaced(text: &str, changes: &[(Range<usize>, String)]) -> Option<String> {
    let mut out = String::with_capacity(text.len() + changes.iter().map(|c| c.1.len()).sum::<usize>());
    let mut from = 0;
    for (range, new) in changes {
        out.push_str(text.get(from..range.start)?);
        out.push_str(new);
        from = range.end;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

/// Text as it can stand in content and in quoted attributes, non-ASCII as numbers, so that it means the
/// same in every encoding.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_ascii() => out.push(c),
            c => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_where_they_are_said_to() {
        let text = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \">\">]><a x='>'><!-- <c> --><b:c/>\
                    <![CDATA[<c>]]><c>&b;</c></a>\n";
        let found = elements(text, |_, _| true).unwrap();
        let shown: Vec<(&str, usize, &str)> =
            found.iter().map(|e| (e.local(), e.depth, &text[e.whole()])).collect();
        assert_eq!(shown.len(), 3);
        assert!(shown[0].2.starts_with("<a x='>'>") && shown[0].2.ends_with("</a>"));
        assert_eq!(shown[1], ("c", 1, "<b:c/>"));
        assert_eq!(shown[2], ("c", 1, "<c>&b;</c>"));
        for broken in ["<a><b></a></b>", "<a>", "</a>", &"<a>".repeat(1000)] {
            assert_eq!(elements(broken, |_, _| true), None, "{broken}");
        }
    }

    #[test]
    fn ranges_are_replaced_in_order() {
        let changes = [(0..0, "<".to_owned()), (1..3, String::new()), (4..4, ">".to_owned())];
        assert_eq!(replaced("abcd", &changes).as_deref(), Some("<ad>"));
        assert_eq!(escape("a<\"生"), "a&lt;&quot;&#29983;");
    }
}
