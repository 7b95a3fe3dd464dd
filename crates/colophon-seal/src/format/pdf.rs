//! PDF (ISO 32000): what is written is an incremental update, so every byte of the document stays. The
//! AIGC field stands in the information dictionary, the source type in the XMP packet of the catalog, the
//! label is drawn over the first page, the credential is an associated file (C2PA 2.4, A.4).
//!
//! Reading asks for no parser: what is found is what stands uncompressed in the bytes, of each object its
//! last version.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::catch_unwind;

use lopdf::{Dictionary, Document, IncrementalDocument, LoadOptions, Object, ObjectId, Stream, dictionary};
use sha2::{Digest, Sha256};

use super::{Marks, packets};
use crate::mark::label::{Corner, LabelProfile};
use crate::mark::label_vector::VectorLabel;
use crate::mark::{aigc, xmp};

/// The largest document that is written.
const LARGEST: usize = 128 << 20;
/// All compressed parts that must be read to follow a document may hold so many bytes.
const INFLATED: usize = 1 << 30;
const LARGEST_PART: usize = 32 << 20;
/// Pages inherit from parents, of which so many are followed.
const PARENTS: usize = 64;
const RELATIONSHIP: &[u8] = b"C2PA_Manifest";

/// Reads a document to add to it.
fn open(pdf: &[u8]) -> Result<IncrementalDocument, String> {
    if pdf.len() > LARGEST {
        return Err("the document is larger than 128 MB".to_owned());
    }
    let parts = packets::positions(pdf, b"/ObjStm").count().max(1);
    let options = LoadOptions {
        max_decompressed_size: Some((INFLATED / parts).min(LARGEST_PART)),
        ..Default::default()
    };
    // Bytes that others made: should the parser panic, the document is broken and nothing else is.
    let read = catch_unwind(|| Document::load_mem_with_options(pdf, options));
    let document = match read {
        Ok(Ok(document)) => document,
        Ok(Err(e)) => return Err(format!("the document cannot be followed: {e}")),
        Err(_) => return Err("the document cannot be followed".to_owned()),
    };
    if document.is_encrypted() || document.was_encrypted() {
        return Err("the document is encrypted".to_owned());
    }
    if document.catalog().map_err(|e| e.to_string())?.has(b"Perms") {
        return Err("the document is certified, which a change would break".to_owned());
    }
    Ok(IncrementalDocument::create_from(pdf.to_vec(), document))
}

fn save(mut document: IncrementalDocument) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    document.save_to(&mut out).map_err(|e| e.to_string())?;
    Ok(out)
}

/// The catalog, to change it.
fn catalog(document: &mut IncrementalDocument) -> lopdf::Result<&mut Dictionary> {
    let id = document.get_prev_documents().trailer.get(b"Root")?.as_reference()?;
    document.opt_clone_object_to_new_document(id)?;
    document.new_document.get_dictionary_mut(id)
}

/// The document with both marks, and with the label on its first page where one is wanted.
///
/// # Errors
/// A sentence, for a document that cannot be followed, is encrypted or certified, or has no page.
pub(crate) fn compose(
    pdf: &[u8],
    label: Option<(&str, Corner)>,
    json: &str,
    source_type: &str,
) -> Result<Vec<u8>, String> {
    let mut document = open(pdf)?;
    let mut write = || -> lopdf::Result<()> {
        information(&mut document, json)?;
        metadata(&mut document, source_type)
    };
    write().map_err(|e| format!("the document cannot be followed: {e}"))?;
    if let Some((words, corner)) = label {
        let drawn = draw(&mut document, words, corner);
        drawn.map_err(|e| format!("the first page cannot be labelled: {e}"))?;
    }
    save(document)
}

fn information(document: &mut IncrementalDocument, json: &str) -> lopdf::Result<()> {
    let known = document.get_prev_documents().trailer.get(b"Info").and_then(Object::as_reference).ok();
    let known = known.filter(|id| document.get_prev_documents().get_dictionary(*id).is_ok());
    let id = match known {
        Some(id) => {
            document.opt_clone_object_to_new_document(id)?;
            id
        }
        None => {
            let id = document.new_document.add_object(Dictionary::new());
            document.new_document.trailer.set("Info", Object::Reference(id));
            id
        }
    };
    document.new_document.get_dictionary_mut(id)?.set(aigc::NAME, Object::string_literal(json));
    Ok(())
}

fn metadata(document: &mut IncrementalDocument, source_type: &str) -> lopdf::Result<()> {
    let known = catalog(document)?.get(b"Metadata").and_then(Object::as_reference).ok();
    let old = known.and_then(|id| {
        let stream = document.get_prev_documents().get_object(id).and_then(Object::as_stream).ok()?;
        let bytes = match stream.is_compressed() {
            true => stream.decompressed_content_with_limit(xmp::MAX).ok()?,
            false => stream.content.clone(),
        };
        String::from_utf8(bytes).ok()
    });
    let packet = xmp::merged(&old.unwrap_or_default(), None, source_type);
    let dictionary = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    let stream = Stream::new(dictionary, packet.into_bytes()).with_compression(false);
    match known {
        Some(id) => document.new_document.set_object(id, stream),
        None => {
            let id = document.new_document.add_object(stream);
            catalog(document)?.set("Metadata", Object::Reference(id));
        }
    }
    Ok(())
}

/// What a page or those that it is under say.
fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..PARENTS {
        if let Ok(value) = node.get_deref(key, document) {
            return Some(value);
        }
        node = node.get_deref(b"Parent", document).and_then(Object::as_dict).ok()?;
    }
    None
}

/// The box of a page that is shown: left, bottom, right, top.
fn shown_box(document: &Document, page: ObjectId) -> Option<[f32; 4]> {
    let rectangle = |key: &[u8]| {
        let numbers = inherited(document, page, key)?.as_array().ok()?;
        let number = |o: &Object| document.dereference(o).ok()?.1.as_float().ok().filter(|n| n.is_finite());
        let [a, b, c, d] =
            <[f32; 4]>::try_from(numbers.iter().filter_map(number).collect::<Vec<_>>()).ok()?;
        let sides = [a.min(c), b.min(d), a.max(c), b.max(d)];
        (sides[2] > sides[0] && sides[3] > sides[1]).then_some(sides)
    };
    rectangle(b"CropBox").or_else(|| rectangle(b"MediaBox"))
}

/// Draws the label over the first page.
fn draw(document: &mut IncrementalDocument, words: &str, corner: Corner) -> Result<(), String> {
    let before = document.get_prev_documents();
    let page = before.page_iter().next().ok_or("there is none")?;
    let [left, bottom, right, top] = shown_box(before, page).ok_or("it has no size")?;
    let turned =
        inherited(before, page, b"Rotate").and_then(|r| r.as_i64().ok()).unwrap_or(0).rem_euclid(360);
    let (width, height) = match turned {
        90 | 270 => (top - bottom, right - left),
        _ => (right - left, top - bottom),
    };
    let label = VectorLabel::new(width, height, corner, words).ok_or("its size cannot hold a label")?;
    let s = label.scale;
    // From the upper left corner, as it is shown, to the page's own.
    let matrix = match turned {
        90 => [0.0, s, s, 0.0, left, bottom],
        180 => [-s, 0.0, 0.0, s, right, bottom],
        270 => [0.0, -s, -s, 0.0, right, top],
        _ => [s, 0.0, 0.0, -s, left, top],
    };
    let matrix: Vec<String> = matrix.iter().map(|n| format!("{n:.5}")).collect();
    let (plate, letters) = label.pdf();
    let drawing = format!(
        "\nQ\n/Span <</ActualText {}>> BDC\nq\n{} cm\n0.04 0.05 0.07 rg\n{plate}f\n1 g\n{letters}f\nQ\nEMC\n",
        hex_words(words),
        matrix.join(" "),
    );
    let contents = before.get_dictionary(page).map_err(|e| e.to_string())?.get(b"Contents").ok().cloned();
    let old = match contents {
        None => Vec::new(),
        Some(Object::Reference(id)) => match before.get_object(id) {
            Ok(Object::Array(list)) => list.clone(),
            _ => vec![Object::Reference(id)],
        },
        Some(Object::Array(list)) => list,
        Some(_) => return Err("it has contents of another kind".to_owned()),
    };
    let plain = |bytes: Vec<u8>| Stream::new(Dictionary::new(), bytes).with_compression(false);
    // What the page leaves set must not move the label.
    let first = document.new_document.add_object(plain(b"q\n".to_vec()));
    let last = document.new_document.add_object(plain(drawing.into_bytes()));
    document.opt_clone_object_to_new_document(page).map_err(|e| e.to_string())?;
    let all: Vec<Object> =
        [vec![Object::Reference(first)], old, vec![Object::Reference(last)]].into_iter().flatten().collect();
    let page = document.new_document.get_dictionary_mut(page).map_err(|e| e.to_string())?;
    page.set("Contents", Object::Array(all));
    Ok(())
}

/// Words as PDF writes them in hexadecimal digits: UTF-16 after a mark of the byte order.
fn hex_words(words: &str) -> String {
    let units: String = words.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>")
}

/// The document with an associated file for a manifest store of `size` bytes, and where its bytes go.
///
/// # Errors
/// A sentence, for a document that cannot be followed.
pub(crate) fn with_room(pdf: &[u8], size: usize) -> Result<(Vec<u8>, Range<usize>), String> {
    let mut document = open(pdf)?;
    // Nothing else in the file has these bytes.
    let filling: Vec<u8> = Sha256::digest(pdf).iter().copied().cycle().take(size).collect();
    associate(&mut document, filling.clone()).map_err(|e| format!("the document cannot be followed: {e}"))?;
    let out = save(document)?;
    let start = packets::positions(&out, &filling).last().filter(|_| size >= 32);
    let start = start.ok_or("the document has no place for a credential")?;
    Ok((out, start..start + size))
}

fn associate(document: &mut IncrementalDocument, content: Vec<u8>) -> lopdf::Result<()> {
    let before = document.get_prev_documents();
    let is_other = |file: &&Object| {
        let file = before.dereference(file).and_then(|(_, file)| file.as_dict());
        let relationship = file.and_then(|file| file.get(b"AFRelationship")).and_then(Object::as_name);
        relationship.ok() != Some(RELATIONSHIP)
    };
    let known = before.catalog()?.get_deref(b"AF", before).and_then(Object::as_array);
    let mut files: Vec<Object> =
        known.map(|list| list.iter().filter(is_other).cloned().collect()).unwrap_or_default();
    let length = i64::try_from(content.len()).unwrap_or(i64::MAX);
    let dictionary = dictionary! {
        "Type" => "EmbeddedFile", "Subtype" => "application/c2pa", "Params" => dictionary! { "Size" => length },
    };
    let stream = Stream::new(dictionary, content).with_compression(false);
    let stream = document.new_document.add_object(stream);
    let name = || Object::string_literal("content_credential.c2pa");
    let file = document.new_document.add_object(dictionary! {
        "Type" => "Filespec", "F" => name(), "UF" => name(), "Desc" => Object::string_literal("C2PA manifest store"),
        "AFRelationship" => Object::Name(RELATIONSHIP.to_vec()), "EF" => dictionary! { "F" => stream },
    });
    files.push(Object::Reference(file));
    let catalog = catalog(document)?;
    catalog.set("AF", Object::Array(files));
    if !catalog.has(b"Names") {
        let names = dictionary! { "Names" => vec![name(), Object::Reference(file)] };
        catalog.set("Names", dictionary! { "EmbeddedFiles" => names });
    }
    Ok(())
}

/// A manifest store in a document.
#[derive(Debug, PartialEq)]
pub(crate) struct Embedded {
    pub(crate) store: Vec<u8>,
    /// Where the stream is that holds it.
    pub(crate) stream: Range<usize>,
}

/// Finds the newest manifest store that stands uncompressed in a stream.
pub(crate) fn embedded(pdf: &[u8], magic: &[u8]) -> Option<Embedded> {
    let end = b"endstream";
    packets::positions(pdf, magic)
        .filter_map(|at| {
            // Two heads of boxes come before what all stores begin with.
            let start = at.checked_sub(12).filter(|at| pdf.get(at + 4..at + 8) == Some(b"jumb"))?;
            let length = super::be32(pdf, start)? as usize;
            let store = pdf.get(start..start.checked_add(length)?).filter(|_| length > 16)?;
            let before = pdf[..start].strip_suffix(b"\n")?;
            before.strip_suffix(b"\r").unwrap_or(before).strip_suffix(b"stream")?;
            let after = pdf[start + length..].iter().take(64).position(|b| !b.is_ascii_whitespace())?;
            let stop = start + length + after;
            pdf[stop..].starts_with(end).then(|| Embedded { store: store.to_vec(), stream: start..stop })
        })
        .last()
}

/// Finds the marks: of each object that stands uncompressed in the file, those of its last version.
pub(crate) fn read(pdf: &[u8]) -> Marks {
    let mut marks = Marks::default();
    let mut fields: BTreeMap<u32, String> = BTreeMap::new();
    for at in packets::positions(pdf, b"/AIGC").take(MOST) {
        if let Some(json) = literal(&pdf[at + 5..]) {
            fields.insert(object_at(pdf, at), json);
        }
    }
    let mut packets: BTreeMap<u32, String> = BTreeMap::new();
    for packet in packets::packet_ranges(pdf) {
        let text = String::from_utf8_lossy(&pdf[packet.clone()]).into_owned();
        packets.insert(object_at(pdf, packet.start), text);
    }
    fields.values().for_each(|json| marks.aigc.add(json));
    packets.values().for_each(|packet| marks.add_xmp(packet));
    marks
}

/// No more fields than this are read.
const MOST: usize = 1000;
/// An object's number is looked for so far before what stands in it.
const BEFORE: usize = 64 << 10;

/// The number of the object that an offset is in; 0 where that cannot be told.
fn object_at(pdf: &[u8], at: usize) -> u32 {
    let from = at.saturating_sub(BEFORE);
    let before = &pdf[from..at];
    let head =
        before.windows(5).rposition(|w| w == b" obj\n" || w == b" obj\r" || w == b" obj<" || w == b" obj ");
    let digits = |bytes: &[u8]| bytes.iter().rev().take_while(|b| b.is_ascii_digit()).take(10).count();
    let number = head.and_then(|head| {
        let before = &before[..head];
        let before = before[..before.len() - digits(before)].strip_suffix(b" ")?;
        std::str::from_utf8(&before[before.len() - digits(before)..]).ok()?.parse().ok()
    });
    number.unwrap_or(0)
}

/// A string in round brackets.
fn literal(bytes: &[u8]) -> Option<String> {
    let inner = bytes.trim_ascii_start().strip_prefix(b"(")?;
    let mut out = Vec::new();
    let mut depth = 1;
    let mut bytes = inner.iter().take(2 * aigc::MAX);
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                out.extend(bytes.next());
                continue;
            }
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(String::from_utf8_lossy(&out).into_owned()),
            b')' => depth -= 1,
            _ => {}
        }
        out.push(*byte);
    }
    None
}

/// Finds the label on a page whose contents were not compressed since.
pub(crate) fn find_label(pdf: &[u8]) -> Option<&'static str> {
    LabelProfile::ALL.map(LabelProfile::picture).into_iter().find(|words| {
        let text = format!("/ActualText {}", hex_words(words));
        packets::positions(pdf, text.as_bytes()).next().is_some()
    })
}

/// A small document.
#[cfg(test)]
pub(crate) fn sample() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let content = document.add_object(Stream::new(Dictionary::new(), b"0 0 m 9 9 l S".to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
    });
    let tree = dictionary! {
        "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    document.objects.insert(pages, Object::Dictionary(tree));
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", root);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"Label":"1","ContentProducer":"(p)","ProduceID":"\\i"}"#;

    #[test]
    fn marks_are_added_behind_and_replaced_by_the_next() {
        let plain = sample();
        let words = LabelProfile::ALL[0].picture();
        let mut pdf = plain.clone();
        for source_type in ["a:b", "c:d"] {
            pdf = compose(&pdf, Some((words, Corner::BottomRight)), JSON, source_type).unwrap();
            assert!(pdf.starts_with(&plain));
            let marks = read(&pdf);
            assert_eq!((marks.aigc.count, marks.source_type.as_deref()), (1, Some(source_type)));
            assert_eq!(marks.aigc.fields.unwrap()["ContentProducer"], "(p)");
            assert_eq!(find_label(&pdf), Some(words));
            let again = Document::load_mem(&pdf).unwrap();
            assert_eq!(again.page_iter().count(), 1);
            let page = again.page_iter().next().unwrap();
            assert!(String::from_utf8_lossy(&again.get_page_content(page)).contains("ActualText"));
        }
        assert_eq!(find_label(&plain), None);
    }

    #[test]
    fn turned_pages_and_those_of_no_size() {
        for turned in [0, 90, 180, 270, -90, 45] {
            let mut document = Document::load_mem(&sample()).unwrap();
            let page = document.page_iter().next().unwrap();
            document.get_dictionary_mut(page).unwrap().set("Rotate", turned);
            let mut pdf = Vec::new();
            document.save_to(&mut pdf).unwrap();
            assert!(compose(&pdf, Some(("AI", Corner::TopLeft)), "{}", "x").is_ok(), "{turned}");
        }
        for bad in [&b""[..], b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF"]
        {
            assert!(compose(bad, Some(("AI", Corner::TopLeft)), "{}", "x").is_err());
        }
    }

    #[test]
    fn a_store_is_found_in_its_room() {
        let magic = b"jumdc2pa";
        let (mut pdf, room) = with_room(&sample(), 100).unwrap();
        let mut store = [&100u32.to_be_bytes()[..], b"jumb", &[0; 4], magic].concat();
        store.resize(100, 7);
        assert_eq!(embedded(&pdf, magic), None);
        pdf[room.clone()].copy_from_slice(&store);
        let found = embedded(&pdf, magic).unwrap();
        assert!(found.store == store && found.stream.start == room.start && found.stream.end >= room.end);
        assert!(Document::load_mem(&pdf).unwrap().catalog().unwrap().has(b"AF"));
        // In a second one the newest counts, and the first is no longer associated.
        let (twice, room) = with_room(&pdf, 100).unwrap();
        let files = Document::load_mem(&twice).unwrap();
        assert_eq!(files.catalog().unwrap().get(b"AF").unwrap().as_array().unwrap().len(), 1);
        assert!(room.start > pdf.len());
    }
}
