//! Reading the marks of documents and of formats that others write: AVIF, HEIC, PDF, Office documents,
//! EPUB and glTF.

use std::io::{Read, Seek, SeekFrom};

use super::packets::packet_ranges;
use super::{Marks, archive, glb, pdf, text};
use crate::mark::{aigc, xmp};

/// XMP packets are looked for in so many bytes from the start.
const SCANNED: u64 = 64 << 20;

/// Reads a file of this media type.
pub(crate) fn read(media_type: &str, file: &mut (impl Read + Seek)) -> Marks {
    match media_type {
        "application/zip" | super::EPUB => of_archive(file),
        office if office.starts_with(super::OFFICE) => of_archive(file),
        "model/gltf-binary" => glb::read(file),
        "application/pdf" => pdf::read(&start(file)),
        _ => packets(&start(file)),
    }
}

fn start(file: &mut (impl Read + Seek)) -> Vec<u8> {
    let mut bytes = Vec::new();
    if file.seek(SeekFrom::Start(0)).is_ok() {
        // What could be read before an error is looked at.
        let _ = file.take(SCANNED).read_to_end(&mut bytes);
    }
    bytes
}

/// XMP packets wherever they stand, uncompressed and in one piece: so AVIF and HEIC (item) and most PDF
/// files have them.
fn packets(bytes: &[u8]) -> Marks {
    let mut marks = Marks::default();
    for range in packet_ranges(bytes) {
        marks.add_xmp(&String::from_utf8_lossy(&bytes[range]));
    }
    marks
}

/// Office documents keep the field as a custom property, EPUB as a `meta` of its package document.
fn of_archive(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    let Some(mut archive) = archive::open(file) else { return marks };
    let mut part = |name: &str| archive::part(&mut archive, name);
    if let Some(properties) = part("docProps/custom.xml") {
        for property in properties.split("<property").skip(1) {
            let Some((head, body)) = property.split_once('>') else { continue };
            let value = body.split_once("lpwstr>").and_then(|(_, v)| v.split_once("</"));
            let Some((value, _)) = value else { continue };
            match xmp::attribute_of(head, "name").as_deref() {
                Some(aigc::NAME) => marks.aigc.add(&xmp::unescape(value)),
                Some("DigitalSourceType") => marks.source_type = Some(xmp::unescape(value)),
                _ => {}
            }
        }
    }
    let package =
        part("META-INF/container.xml").and_then(|container| xmp::attribute_of(&container, "full-path"));
    if let Some(package) = package.and_then(|path| part(&path)) {
        for meta in package.split("<meta").skip(1) {
            let Some((head, body)) = meta.split_once('>') else { continue };
            if xmp::attribute_of(head, "name").as_deref() == Some(aigc::NAME) {
                marks.aigc.add(&xmp::attribute_of(head, "content").unwrap_or_default());
            } else if xmp::attribute_of(head, "name").as_deref() == Some(text::SOURCE_TYPE) {
                marks.source_type = xmp::attribute_of(head, "content");
            } else if xmp::attribute_of(head, "property")
                .is_some_and(|p| p.ends_with(":AIGC") || p == aigc::NAME)
            {
                let value = body.split_once("</").map_or(body, |(value, _)| value);
                marks.aigc.add(xmp::unescape(value).trim());
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::*;

    const JSON: &str = r#"{"Label":"1","ContentProducer":"p","ProduceID":"i","ReservedCode1":"","ContentPropagator":"p","PropagateID":"i","ReservedCode2":""}"#;

    fn read_bytes(media_type: &str, bytes: &[u8]) -> Marks {
        read(media_type, &mut Cursor::new(bytes))
    }

    #[test]
    fn packets_are_found_wherever_they_stand() {
        let packet = xmp::packet(JSON, "x:y");
        let bytes =
            [b"GIF89a\x01\x02".as_slice(), b"<x:xmpmeta ", packet.as_bytes(), b"\x01\xff\x00"].concat();
        let marks = read_bytes("image/gif", &bytes);
        assert!(marks.aigc.count == 1 && marks.aigc.valid, "{marks:?}");
        assert_eq!(marks.source_type.as_deref(), Some("x:y"));
    }

    #[test]
    fn pdf_information_is_read_with_its_escapes() {
        let escaped = JSON.replace('{', "\\{").replace('"', "\\\"");
        let pdf = format!("%PDF-1.7\n1 0 obj << /Title (a \\) b) /AIGC ({escaped}) >> endobj");
        assert!(read_bytes("application/pdf", pdf.as_bytes()).aigc.valid);
        assert_eq!(read_bytes("application/pdf", b"%PDF-1.7 /AIGC (").aigc.count, 0);
    }

    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn documents_and_books_are_read() {
        let quoted = JSON.replace('"', "&quot;");
        let custom = format!(
            "<Properties><property fmtid=\"x\" pid=\"2\" name=\"Other\"><vt:lpwstr>no</vt:lpwstr></property>\
             <property name=\"AIGC\"><vt:lpwstr>{quoted}</vt:lpwstr></property></Properties>"
        );
        let word = zipped(&[("[Content_Types].xml", "<Types/>"), ("docProps/custom.xml", &custom)]);
        assert!(read_bytes(super::super::OFFICE, &word).aigc.valid);
        let package =
            format!("<package><metadata><meta name=\"AIGC\" content=\"{quoted}\"/></metadata></package>");
        let container = "<container><rootfiles><rootfile full-path=\"a/b.opf\"/></rootfiles></container>";
        let book = zipped(&[("META-INF/container.xml", container), ("a/b.opf", &package)]);
        assert!(read_bytes(super::super::EPUB, &book).aigc.valid);
        for broken in [&b"PK\x03\x04"[..], &word[..word.len() / 2], b""] {
            assert_eq!(read_bytes("application/zip", broken).aigc.count, 0);
        }
    }

    #[test]
    fn scenes_are_read() {
        let json = format!("{{\"asset\":{{\"version\":\"2.0\",\"extras\":{{\"AIGC\":{JSON}}}}}}}");
        let head = [b"glTF".as_slice(), &2u32.to_le_bytes(), &0u32.to_le_bytes()].concat();
        let chunk = [&(json.len() as u32).to_le_bytes()[..], b"JSON", json.as_bytes()].concat();
        assert!(read_bytes("model/gltf-binary", &[head.clone(), chunk].concat()).aigc.valid);
        let huge = [&head[..], &u32::MAX.to_le_bytes(), b"JSON{"].concat();
        assert_eq!(read_bytes("model/gltf-binary", &huge).aigc.count, 0);
    }
}
