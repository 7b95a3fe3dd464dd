//! EPUB 2 and 3: a ZIP archive with a package document that lists its pages in reading order, and a
//! table of contents that names the chapters.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use roxmltree::{Document, Node, ParsingOptions};
use zip::ZipArchive;

use super::html;
use super::text::{Block, Book, Chapter, Cover, MAX_TEXT, decode, one_line};

/// Largest page or list, and largest cover, in bytes.
const MAX_PART: u64 = 16 << 20;
/// Most pages.
const MAX_PAGES: usize = 5000;
const CONTAINER: &str = "META-INF/container.xml";

struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// What may still be unpacked, in bytes.
    left: usize,
}

impl Archive<'_> {
    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let entry = self.zip.by_name(name).map_err(|e| format!("its part {name} cannot be read: {e}"))?;
        let mut bytes = Vec::new();
        entry.take(MAX_PART + 1).read_to_end(&mut bytes).map_err(|e| format!("its part {name}: {e}"))?;
        if bytes.len() as u64 > MAX_PART || bytes.len() > self.left {
            return Err(format!("its part {name} is too large"));
        }
        self.left -= bytes.len();
        Ok(bytes)
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        decode(&self.bytes(name)?)
    }
}

/// An entry of the manifest.
struct Item {
    path: String,
    media_type: String,
    properties: String,
}

/// Reads an EPUB file.
pub(super) fn read(bytes: &[u8]) -> Result<Book, String> {
    let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| format!("it is not a whole archive: {e}"))?;
    let mut archive = Archive { zip, left: 4 * MAX_TEXT };
    let container = archive.text(CONTAINER)?;
    let package = {
        let xml = parse(&container)?;
        let root = xml.descendants().find(|n| n.has_tag_name_any("rootfile"));
        root.and_then(|n| n.attribute("full-path")).ok_or("it names no package document")?.to_owned()
    };
    let text = archive.text(&package)?;
    let xml = parse(&text)?;
    let said = |name: &str| {
        let node = xml.descendants().find(|n| n.has_tag_name_any(name));
        node.and_then(|n| n.text()).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
    };
    let mut book = Book {
        title: said("title").unwrap_or_default(),
        author: said("creator"),
        language: said("language"),
        ..Book::default()
    };
    let items = manifest(&xml, &package);
    book.cover = cover(&xml, &items, &mut archive);
    let names = contents(&xml, &items, &mut archive);
    let spine = xml.descendants().filter(|n| n.has_tag_name_any("itemref"));
    for reference in spine.take(MAX_PAGES) {
        let item = reference.attribute("idref").and_then(|id| items.get(id));
        let Some(item) = item.filter(|i| i.media_type.contains("html") && !i.has("nav")) else { continue };
        if reference.attribute("linear") == Some("no") {
            continue;
        }
        let page = html::page(&archive.text(&item.path)?);
        add(&mut book, page.blocks, names.get(&item.path));
    }
    Ok(book)
}

/// Adds a page: a chapter of its own where the table of contents or a heading says so, else more of
/// the last one.
fn add(book: &mut Book, blocks: Vec<Block>, name: Option<&String>) {
    let mut blocks = blocks.into_iter().peekable();
    let heading = blocks.next_if(|b| matches!(b, Block::Heading(..)));
    let heading = heading.map(Block::text);
    let title = name.cloned().or(heading);
    if title.is_some() || book.chapters.is_empty() {
        book.chapters.push(Chapter { title: title.unwrap_or_default(), paragraphs: Vec::new() });
    }
    let Some(chapter) = book.chapters.last_mut() else { return };
    let texts = blocks.map(Block::text);
    // The first headings of a page often say its name once more.
    let title = chapter.title.clone();
    chapter.paragraphs.extend(texts.skip_while(|t| *t == title));
}

fn parse(text: &str) -> Result<Document<'_>, String> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: 500_000, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|e| format!("one of its lists is damaged: {e}"))
}

trait Named {
    fn has_tag_name_any(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    /// Whether it is an element of this name in any namespace.
    fn has_tag_name_any(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

impl Item {
    fn has(&self, property: &str) -> bool {
        self.properties.split_whitespace().any(|p| p == property)
    }
}

/// The manifest by id.
fn manifest(xml: &Document<'_>, package: &str) -> HashMap<String, Item> {
    let item = |n: Node<'_, '_>| {
        let text = |name: &str| n.attribute(name).unwrap_or_default().to_owned();
        let item = Item {
            path: resolve(package, n.attribute("href")?),
            media_type: text("media-type"),
            properties: text("properties"),
        };
        Some((n.attribute("id")?.to_owned(), item))
    };
    xml.descendants().filter(|n| n.has_tag_name_any("item")).filter_map(item).collect()
}

/// Names of pages by their path: of the navigation document, else of the older `toc.ncx`.
fn contents(
    xml: &Document<'_>,
    items: &HashMap<String, Item>,
    archive: &mut Archive<'_>,
) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let mut name = |from: &str, href: Option<&str>, text: &str| {
        let text = one_line(text);
        if let Some(href) = href.filter(|_| !text.is_empty()) {
            names.entry(resolve(from, href)).or_insert(text);
        }
    };
    if let Some(item) = items.values().find(|i| i.has("nav"))
        && let Ok(text) = archive.text(&item.path)
        && let Ok(nav) = parse(&text)
    {
        for link in nav.descendants().filter(|n| n.has_tag_name_any("a")) {
            let text: String = link.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect();
            name(&item.path, link.attribute("href"), &text);
        }
        return names;
    }
    let spine = xml.descendants().find(|n| n.has_tag_name_any("spine"));
    let item = spine.and_then(|n| n.attribute("toc")).and_then(|id| items.get(id));
    if let Some(item) = item
        && let Ok(text) = archive.text(&item.path)
        && let Ok(ncx) = parse(&text)
    {
        for point in ncx.descendants().filter(|n| n.has_tag_name_any("navPoint")) {
            let child = |name: &str| point.children().find(|n| n.has_tag_name_any(name));
            let label = child("navLabel").into_iter().flat_map(|n| n.descendants());
            let text: String = label.filter_map(|n| n.text().filter(|_| n.is_text())).collect();
            name(&item.path, child("content").and_then(|n| n.attribute("src")), &text);
        }
    }
    names
}

/// The cover picture: of EPUB 3's property or of EPUB 2's `meta`.
fn cover(xml: &Document<'_>, items: &HashMap<String, Item>, archive: &mut Archive<'_>) -> Option<Cover> {
    let meta = xml.descendants().find(|n| n.has_tag_name_any("meta") && n.attribute("name") == Some("cover"));
    let named = meta.and_then(|n| n.attribute("content")).and_then(|id| items.get(id));
    let item = items.values().find(|i| i.has("cover-image")).or(named)?;
    if !["image/jpeg", "image/png"].contains(&item.media_type.as_str()) {
        return None;
    }
    let bytes = archive.bytes(&item.path).ok()?;
    Some(Cover { media_type: item.media_type.clone(), bytes })
}

/// The path in the archive that a link in `from` leads to, without its fragment.
fn resolve(from: &str, href: &str) -> String {
    let href = href.split('#').next().unwrap_or_default();
    let mut parts: Vec<String> = from.split('/').map(str::to_owned).collect();
    parts.pop();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(unescape(part)),
        }
    }
    parts.join("/")
}

/// `%20` and so on.
fn unescape(part: &str) -> String {
    let bytes = part.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok());
        match (bytes[at], hex.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// An EPUB with the given parts beside its container.
    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let container = r#"<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
            <rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>"#;
        for (name, text) in [(CONTAINER, container)].iter().chain(parts) {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("part");
            zip.write_all(text.as_bytes()).expect("part");
        }
        zip.finish().expect("archive").into_inner()
    }

    const PACKAGE: &str = r#"<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
        <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Lamp</dc:title>
        <dc:creator>Ada Grey</dc:creator><dc:language>en</dc:language></metadata>
        <manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
        <item id="i" href="art/cover%201.png" media-type="image/png" properties="cover-image"/>
        <item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/>
        <item id="b" href="text/b.xhtml" media-type="application/xhtml+xml"/>
        <item id="c" href="text/c.xhtml" media-type="application/xhtml+xml"/></manifest>
        <spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/></spine></package>"#;

    #[test]
    fn pages_come_in_reading_order_under_the_names_of_the_contents() {
        let page =
            |body: &str| format!("<html xmlns='http://www.w3.org/1999/xhtml'><body>{body}</body></html>");
        let bytes = archive(&[
            ("OPS/book.opf", PACKAGE),
            (
                "OPS/nav.xhtml",
                &page("<nav><a href='text/a.xhtml'>One</a><a href='text/c.xhtml#x'>Two</a></nav>"),
            ),
            ("OPS/art/cover 1.png", "picture"),
            ("OPS/text/a.xhtml", &page("<h1>One</h1><p>It was&nbsp;late.</p>")),
            ("OPS/text/b.xhtml", &page("<p>More of one.</p>")),
            ("OPS/text/c.xhtml", &page("<h2>2</h2><p>Morning.</p>")),
        ]);
        let book = read(&bytes).expect("book");
        assert_eq!((book.title.as_str(), book.author.as_deref()), ("The Lamp", Some("Ada Grey")));
        assert_eq!(book.cover.map(|c| c.bytes), Some(b"picture".to_vec()));
        let chapters: Vec<(&str, String)> =
            book.chapters.iter().map(|c| (c.title.as_str(), c.paragraphs.join("|"))).collect();
        assert_eq!(
            chapters,
            [
                ("One", "It was\u{a0}late.|More of one.".replace('\u{a0}', " ")),
                ("Two", "Morning.".to_owned()),
            ]
        );
    }

    #[test]
    fn a_damaged_book_says_what_is_missing() {
        let error = read(&archive(&[])).expect_err("no package");
        assert!(error.contains("OPS/book.opf"), "{error}");
        let error = read(&archive(&[("OPS/book.opf", "<package>")])).expect_err("not closed");
        assert!(error.contains("damaged"), "{error}");
        let bomb = format!("<!DOCTYPE l [<!ENTITY a \"{}\">{}]><l>&z;</l>", "x".repeat(1000), {
            let mut all = String::new();
            for (i, c) in ('b'..='z').enumerate() {
                let before = (b'a' + i as u8) as char;
                all += &format!("<!ENTITY {c} \"{}\">", format!("&{before};").repeat(10));
            }
            all
        });
        assert!(read(&archive(&[("OPS/book.opf", &bomb)])).is_err());
    }
}
