//! Documents in ZIP archives. Office Open XML has the AIGC field and the source type as custom properties
//! (`docProps/custom.xml`), EPUB as `meta` elements of its package document; the label is the first
//! paragraph. What is not changed is copied as it is, without being inflated.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use colophon_types::DocumentFormat;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::text::SOURCE_TYPE;
use super::xml::{Element, elements, escape, local, replaced};
use super::{html, read_at};
use crate::mark::{aigc, xmp};

/// Where C2PA puts a credential.
const MANIFEST: &str = "META-INF/content_credential.c2pa";
/// The largest part that is inflated.
const LARGEST_PART: u64 = 32 << 20;
/// Parts of an archive.
const MOST_PARTS: usize = 20_000;
/// The largest directory of an archive.
const LARGEST_DIRECTORY: u32 = 16 << 20;
/// The largest credential.
const LARGEST_MANIFEST: u64 = 64 << 20;
/// Words are read of so many pages of a book, and so many bytes of them.
const MOST_PAGES: usize = 2000;
const MOST_WORDS: usize = 64 << 20;
const CUSTOM: &str = "docProps/custom.xml";
const CUSTOM_TYPE: &str = "application/vnd.openxmlformats-officedocument.custom-properties+xml";
const CUSTOM_RELATION: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties";
const CUSTOM_NAMESPACE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties";
const VALUES_NAMESPACE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes";
/// The name of the property of the source type.
const SOURCE_PROPERTY: &str = "DigitalSourceType";
const DOCUMENT: &str = "word/document.xml";
const TYPES: &str = "[Content_Types].xml";
const RELATIONS: &str = "_rels/.rels";

/// Opens an archive whose directory is of a size that can be read.
pub(crate) fn open<R: Read + Seek>(mut file: R) -> Option<ZipArchive<R>> {
    // The record of the directory ends the file, before a comment of at most 64 KiB.
    let length = file.seek(SeekFrom::End(0)).ok()?;
    let from = length.saturating_sub(66 << 10);
    let tail = read_at(&mut file, from, length - from, 66 << 10)?;
    if tail.windows(4).any(|w| w == b"PK\x06\x07") {
        return None; // 64-bit numbers, which no document needs
    }
    let at = tail.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    if super::le32(&tail, at + 12)? > LARGEST_DIRECTORY {
        return None;
    }
    file.seek(SeekFrom::Start(0)).ok()?;
    ZipArchive::new(file).ok().filter(|archive| archive.len() <= MOST_PARTS)
}

/// The text of a part; `None` where there is none, or it is too large, or is no text.
pub(crate) fn part<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str) -> Option<String> {
    let mut text = String::new();
    archive.by_name(name).ok()?.take(LARGEST_PART + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= LARGEST_PART).then_some(text)
}

/// What kind of document an archive is.
pub(crate) fn media_type(file: impl Read + Seek) -> Option<&'static str> {
    let archive = open(file)?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    if !has(TYPES) {
        return None;
    }
    [
        (DOCUMENT, DocumentFormat::Docx.media_type()),
        ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ]
    .into_iter()
    .find_map(|(part, media_type)| has(part).then_some(media_type))
}

/// Whether C2PA's library takes files of a media type for archives.
pub(crate) fn is_archive(media_type: &str) -> bool {
    let kind = media_type.to_ascii_lowercase();
    kind.starts_with("application/vnd.")
        || kind.contains("zip")
        || kind.ends_with("oxps")
        || !kind.contains('/')
}

/// Whether an archive holds a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// None.
    Nothing,
    /// One, as C2PA asks for it: neither compressed nor encrypted.
    Plain,
    /// One whose list of parts C2PA's library here does not read.
    Unread,
    /// One that is compressed or too large, which nothing may inflate.
    Unfit,
    /// It is no archive that can be read.
    Closed,
}

/// Looks for a credential.
pub(crate) fn held(file: impl Read + Seek) -> Held {
    let Some(mut archive) = open(file) else { return Held::Closed };
    let Some(index) = archive.index_for_name(MANIFEST) else { return Held::Nothing };
    let Ok(mut file) = archive.by_index_raw(index) else { return Held::Unfit };
    let plain = file.compression() == CompressionMethod::Stored
        && !file.encrypted()
        && file.size() == file.compressed_size()
        && file.size() <= LARGEST_MANIFEST;
    let mut store = Vec::new();
    if !plain || file.read_to_end(&mut store).is_err() {
        return Held::Unfit;
    }
    // The parts are a list by the specification; the library of this version writes and reads a map.
    const LIST: u8 = 4;
    let is_list = |w: &[u8]| w.starts_with(b"\x64uris") && w[5] >> 5 == LIST;
    if store.windows(6).any(is_list) { Held::Unread } else { Held::Plain }
}

/// The document with both marks and, where one is wanted, the label.
///
/// # Errors
/// A sentence, for a document whose parts cannot be followed, or that is signed or protected.
pub(crate) fn compose(
    format: DocumentFormat,
    bytes: &[u8],
    label: Option<&str>,
    json: &str,
    source_type: &str,
) -> Result<Vec<u8>, String> {
    let mut archive = open(Cursor::new(bytes)).ok_or("the archive cannot be read")?;
    let signed = ["_xmlsignatures/", "META-INF/signatures.xml", "META-INF/rights.xml"];
    if archive.file_names().any(|name| signed.iter().any(|s| name.starts_with(s))) {
        return Err("the document is signed or protected, which a change would break".to_owned());
    }
    let changed = match format {
        DocumentFormat::Epub => book(&mut archive, label, json, source_type)?,
        _ => office(&mut archive, label, json, source_type)?,
    };
    rewritten(&mut archive, changed)
}

/// Parts that are new or changed, by name.
type Changed = BTreeMap<String, String>;

fn office(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    label: Option<&str>,
    json: &str,
    source_type: &str,
) -> Result<Changed, String> {
    let mut changed = Changed::new();
    let custom = part(archive, CUSTOM);
    let is_new = custom.is_none();
    changed.insert(CUSTOM.to_owned(), properties(custom.as_deref(), json, source_type));
    if is_new {
        let last_in = |text: &str, root: &str, what: String| {
            let found = elements(text, |name, depth| depth == 0 && name == root)?;
            let at = found.first()?.close.as_ref()?.start;
            replaced(text, &[(at..at, what)])
        };
        let types = part(archive, TYPES).ok_or("the document has no types of its parts")?;
        let entry = format!(
            "<Override xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\" \
             PartName=\"/{CUSTOM}\" ContentType=\"{CUSTOM_TYPE}\"/>"
        );
        let types = last_in(&types, "Types", entry).ok_or("the types of its parts cannot be followed")?;
        changed.insert(TYPES.to_owned(), types);
        let relations = part(archive, RELATIONS).ok_or("the document has no relations")?;
        let mut id = "rIdAIGC".to_owned();
        while relations.contains(&id) {
            id.push('1');
        }
        let entry = format!(
            "<Relationship xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\" \
             Id=\"{id}\" Type=\"{CUSTOM_RELATION}\" Target=\"{CUSTOM}\"/>"
        );
        let relations = last_in(&relations, "Relationships", entry)
            .ok_or("the document's relations cannot be followed")?;
        changed.insert(RELATIONS.to_owned(), relations);
    }
    if let Some(words) = label {
        let text = part(archive, DOCUMENT).ok_or("the document's text cannot be read")?;
        if !html::words(&text).lines().any(|line| line.trim() == words) {
            let found = elements(&text, |name, depth| depth == 1 && name == "body");
            let body = found.as_deref().and_then(<[Element]>::first).filter(|body| body.close.is_some());
            let body = body.ok_or("the document's text has no body")?;
            let prefix = body.name.strip_suffix("body").unwrap_or_default();
            let line = format!(
                "<{prefix}p><{prefix}r><{prefix}t>{}</{prefix}t></{prefix}r></{prefix}p>",
                escape(words)
            );
            let text = replaced(&text, &[(body.open.end..body.open.end, line)]);
            changed.insert(DOCUMENT.to_owned(), text.ok_or("the document's text cannot be followed")?);
        }
    }
    Ok(changed)
}

/// The custom properties with both marks.
fn properties(old: Option<&str>, json: &str, source_type: &str) -> String {
    let property = |number: u32, name: &str, value: &str| {
        format!(
            "<property xmlns=\"{CUSTOM_NAMESPACE}\" xmlns:vt=\"{VALUES_NAMESPACE}\" \
             fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{number}\" name=\"{name}\">\
             <vt:lpwstr>{}</vt:lpwstr></property>",
            escape(value)
        )
    };
    let both = |from: u32| {
        property(from, aigc::NAME, json) + &property(from.saturating_add(1), SOURCE_PROPERTY, source_type)
    };
    let kept = || {
        let old = old?;
        let found = elements(old, |name, depth| depth == 0 || depth == 1 && name == "property")?;
        let (root, properties) = found.split_first()?;
        let end = root.close.as_ref()?.start;
        let said = |e: &Element, name: &str| xmp::attribute_of(e.head(old), name).unwrap_or_default();
        let highest = properties.iter().filter_map(|e| said(e, "pid").parse::<u32>().ok()).max().unwrap_or(1);
        let ours = properties
            .iter()
            .filter(|e| [aigc::NAME, SOURCE_PROPERTY].contains(&said(e, "name").as_str()))
            .map(|e| (e.whole(), String::new()));
        let new = (end..end, both(highest.checked_add(1)?));
        replaced(old, &ours.chain([new]).collect::<Vec<_>>())
    };
    kept().unwrap_or_else(|| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <Properties xmlns=\"{CUSTOM_NAMESPACE}\">{}</Properties>",
            both(2)
        )
    })
}

/// A book's package document: its path and text.
fn package<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Option<(String, String)> {
    let container = part(archive, "META-INF/container.xml")?;
    let found = elements(&container, |name, _| name == "rootfile")?;
    let path = found.iter().find_map(|e| xmp::attribute_of(e.head(&container), "full-path"))?;
    let text = part(archive, &path)?;
    Some((path, text))
}

/// The pages of a book, in their order.
fn pages(path: &str, package: &str) -> Vec<String> {
    let wanted = |name: &str, _: usize| name == "item" || name == "itemref";
    let found = elements(package, wanted).unwrap_or_default();
    let said = |e: &Element, name: &str| xmp::attribute_of(e.head(package), name);
    let items: BTreeMap<String, String> = found
        .iter()
        .filter(|e| e.local() == "item")
        .filter(|e| said(e, "media-type").is_some_and(|kind| kind.ends_with("html+xml")))
        .filter_map(|e| Some((said(e, "id")?, said(e, "href")?)))
        .collect();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    found
        .iter()
        .filter(|e| e.local() == "itemref" && said(e, "linear").as_deref() != Some("no"))
        .filter_map(|e| Some(joined(folder, items.get(&said(e, "idref")?)?)))
        .take(MOST_PAGES)
        .collect()
}

/// A path inside the archive, seen from a folder of it.
fn joined(folder: &str, href: &str) -> String {
    let href = href.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for step in href.split('/') {
        match step {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            step => parts.push(step),
        }
    }
    unescaped(&parts.join("/"))
}

/// A path with its percent signs resolved.
fn unescaped(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|d| std::str::from_utf8(d).ok());
        match digits.and_then(|d| u8::from_str_radix(d, 16).ok()).filter(|_| *byte == b'%') {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

fn book(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    label: Option<&str>,
    json: &str,
    source_type: &str,
) -> Result<Changed, String> {
    let mut changed = Changed::new();
    let (path, text) = package(archive).ok_or("the book has no package document")?;
    let found =
        elements(&text, |name, depth| depth == 1 && name == "metadata" || depth == 2 && name == "meta")
            .ok_or("the book's package document is not well-formed XML")?;
    let metadata =
        found.iter().find(|e| e.depth == 1 && e.close.is_some()).ok_or("the book has no metadata")?;
    let at = metadata.open.end;
    let meta = |name: &str, value: &str| {
        let namespace = "http://www.idpf.org/2007/opf";
        format!("\n<meta xmlns=\"{namespace}\" name=\"{name}\" content=\"{}\"/>", escape(value))
    };
    let new = meta(aigc::NAME, json) + &meta(SOURCE_TYPE, source_type);
    let said = |e: &Element, name: &str| xmp::attribute_of(e.head(&text), name).unwrap_or_default();
    let is_ours = |e: &&Element| {
        let property = said(e, "property");
        e.depth == 2
            && ([aigc::NAME, SOURCE_TYPE].contains(&said(e, "name").as_str())
                || local(&property) == aigc::NAME)
    };
    let old = found.iter().filter(is_ours).map(|e| (e.whole(), String::new()));
    let text = replaced(&text, &[(at..at, new)].into_iter().chain(old).collect::<Vec<_>>())
        .ok_or("the book's package document cannot be followed")?;
    if let Some(words) = label {
        let first = pages(&path, &text).into_iter().next().ok_or("the book has no page for a label")?;
        let page = part(archive, &first).ok_or("the book's first page cannot be read")?;
        let page = html::with_label(&page, words).ok_or("the book's first page has no body for a label")?;
        changed.insert(first, page);
    }
    changed.insert(path, text);
    Ok(changed)
}

/// The archive with changed parts in their places and new ones at its end; without a credential.
fn rewritten(archive: &mut ZipArchive<Cursor<&[u8]>>, mut changed: Changed) -> Result<Vec<u8>, String> {
    let fail = |e: zip::result::ZipError| e.to_string();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(fail)?;
        let name = file.name().to_owned();
        if name == MANIFEST {
            continue;
        }
        match changed.remove(&name) {
            Some(text) => {
                drop(file);
                out.start_file(name, options).map_err(fail)?;
                out.write_all(text.as_bytes()).map_err(|e| e.to_string())?;
            }
            None => out.raw_copy_file(file).map_err(fail)?,
        }
    }
    for (name, text) in changed {
        out.start_file(name, options).map_err(fail)?;
        out.write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    }
    Ok(out.finish().map_err(fail)?.into_inner())
}

/// The words of a document or a book.
pub(crate) fn words(format: DocumentFormat, file: impl Read + Seek) -> Option<String> {
    let mut archive = open(file)?;
    if format == DocumentFormat::Docx {
        return part(&mut archive, DOCUMENT).map(|text| html::words(&text));
    }
    let (path, text) = package(&mut archive)?;
    let mut out = String::new();
    for page in pages(&path, &text) {
        let Some(page) = part(&mut archive, &page) else { continue };
        out.push_str(&html::words(&page));
        out.push('\n');
        if out.len() > MOST_WORDS {
            break;
        }
    }
    Some(out)
}

/// A small document or book.
#[cfg(test)]
pub(crate) fn sample(format: DocumentFormat) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut put = |name: &str, text: &str| {
        let options = if name == "mimetype" { stored } else { SimpleFileOptions::default() };
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    match format {
        DocumentFormat::Epub => {
            put("mimetype", "application/epub+zip");
            put(
                "META-INF/container.xml",
                "<container><rootfiles><rootfile full-path=\"OPS/a.opf\"/></rootfiles></container>",
            );
            put(
                "OPS/a.opf",
                "<package xmlns=\"http://www.idpf.org/2007/opf\"><metadata><meta name=\"AIGC\" content=\"{}\"/>\
                 </metadata><manifest><item id=\"c\" href=\"text/one%20page.xhtml\" \
                 media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"c\"/></spine></package>",
            );
            put("OPS/text/one page.xhtml", "<html><head/><body><p>It was late.</p></body></html>");
        }
        _ => {
            put(TYPES, "<?xml version=\"1.0\"?><Types xmlns=\"x\"></Types>");
            put(RELATIONS, "<Relationships xmlns=\"x\"></Relationships>");
            put(
                DOCUMENT,
                "<w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>It was late.</w:t></w:r></w:p></w:body></w:document>",
            );
        }
    }
    zip.finish().unwrap().into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::foreign;

    const JSON: &str = r#"{"Label":"1","ContentProducer":"p","ProduceID":"i","ReservedCode1":"","ContentPropagator":"p","PropagateID":"i","ReservedCode2":""}"#;

    #[test]
    fn marks_are_written_once_and_what_else_is_there_is_copied() {
        for format in [DocumentFormat::Docx, DocumentFormat::Epub] {
            let plain = sample(format);
            let mut made = plain.clone();
            for source_type in ["a:b", "c:d"] {
                made = compose(format, &made, Some("AI L"), JSON, source_type).unwrap();
                let marks = foreign::read(format.media_type(), &mut Cursor::new(&made));
                assert!(marks.aigc.valid && marks.aigc.count == 1, "{format:?} {marks:?}");
                assert_eq!(marks.source_type.as_deref(), Some(source_type), "{format:?}");
                let words = words(format, Cursor::new(&made)).unwrap();
                assert_eq!(words.trim(), "AI L\nIt was late.", "{format:?}");
            }
            let mut archive = open(Cursor::new(made.as_slice())).unwrap();
            let first = archive.by_index(0).unwrap();
            let is_first = format == DocumentFormat::Docx
                || first.name() == "mimetype" && first.compression() == CompressionMethod::Stored;
            assert!(is_first);
            for cut in (0..plain.len()).step_by(7) {
                let _ = (
                    compose(format, &plain[..cut], Some("AI L"), JSON, "x"),
                    held(Cursor::new(&plain[..cut])),
                );
            }
        }
        assert_eq!(
            media_type(Cursor::new(sample(DocumentFormat::Docx))),
            Some(DocumentFormat::Docx.media_type())
        );
    }

    #[test]
    fn properties_of_others_stay() {
        let old = "<Properties xmlns=\"x\"><property pid=\"7\" name=\"Client\"><vt:lpwstr>a</vt:lpwstr></property>\
                   <property pid=\"8\" name=\"AIGC\"><vt:lpwstr>{}</vt:lpwstr></property></Properties>";
        let new = properties(Some(old), JSON, "x:y");
        assert!(new.contains("name=\"Client\"") && new.contains("pid=\"9\" name=\"AIGC\""), "{new}");
        assert_eq!(new.matches("name=\"AIGC\"").count(), 1);
        assert_eq!(properties(Some("<Properties/>"), JSON, "x:y"), properties(None, JSON, "x:y"));
    }

    #[test]
    fn signed_documents_and_bombs_are_refused() {
        let with = |name: &str, options: SimpleFileOptions, bytes: &[u8]| {
            let mut zip = ZipWriter::new_append(Cursor::new(sample(DocumentFormat::Docx))).unwrap();
            zip.start_file(name, options).unwrap();
            zip.write_all(bytes).unwrap();
            zip.finish().unwrap().into_inner()
        };
        let usual = SimpleFileOptions::default();
        let signed = with("_xmlsignatures/sig1.xml", usual, b"<a/>");
        assert!(compose(DocumentFormat::Docx, &signed, None, JSON, "x").unwrap_err().contains("signed"));
        let bomb = with(MANIFEST, usual, &vec![0; 1 << 20]);
        assert_eq!(held(Cursor::new(&bomb)), Held::Unfit);
        let plain = with(MANIFEST, usual.compression_method(CompressionMethod::Stored), b"store");
        assert_eq!(held(Cursor::new(&plain)), Held::Plain);
        let list = with(MANIFEST, usual.compression_method(CompressionMethod::Stored), b"\x64uris\x82\xa5");
        assert_eq!(held(Cursor::new(list)), Held::Unread);
        assert_eq!(held(Cursor::new(sample(DocumentFormat::Docx))), Held::Nothing);
        let large = with(CUSTOM, usual, &vec![b' '; LARGEST_PART as usize + 1]);
        let mut archive = open(Cursor::new(large.as_slice())).unwrap();
        assert!(large.len() < 1 << 20 && part(&mut archive, CUSTOM).is_none());
        // A directory said to be of 4 GB.
        let mut lie = plain.clone();
        let at = lie.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
        lie[at + 12..at + 16].fill(0xff);
        assert!(open(Cursor::new(&lie)).is_none());
        assert_eq!(held(Cursor::new(lie)), Held::Closed);
    }

    #[test]
    fn paths_stay_inside() {
        assert_eq!(joined("OPS/a", "../b/./c%20d.xhtml#x"), "OPS/b/c d.xhtml");
        assert_eq!(joined("", "../../etc/x%2"), "etc/x%2");
    }
}
