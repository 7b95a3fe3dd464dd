//! The formats that are read by other means than the usual ones: each is sealed and verified, changed by a
//! byte, stripped of its metadata, and mutated.

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::kit::{PRODUCER, Studio, picture, receipt};
use c2pa::{Builder, Context, SigningAlg, create_signer};
use colophon_seal::{
    Agreement, CredentialState, LabelOptions, Sealed, SealerConfig, Verdict, VerdictKind, seal, verify,
};
use colophon_types::{
    Cancel, Declared, DocumentFormat, Draft, FilmFormat, Media, NoProgress, PictureFormat, Seed, Source,
};
use lopdf::{Document, Object, Stream, dictionary};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const CREDENTIAL: &str = "META-INF/content_credential.c2pa";
const PICTURES: [PictureFormat; 3] = [PictureFormat::Tiff, PictureFormat::Gif, PictureFormat::Avif];
const STORY: &str = "The keeper of the lighthouse lit the lamp before dusk and listened to the sea. A ship \
    came in from the north with timber, salt and news of a war that had ended weeks ago. Nobody on the \
    quay believed it until the captain read the letter aloud, twice, to everyone who had come to listen.";

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        let kind = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(kind)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn pdf() -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let content = document.add_object(Stream::new(dictionary! {}, b"0 0 m 99 99 l S".to_vec()));
    let page =
        document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content });
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

fn document(format: DocumentFormat) -> Vec<u8> {
    match format {
        DocumentFormat::Svg => b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"480\">\
            <rect width=\"640\" height=\"480\" fill=\"#456\"/></svg>\n"
            .to_vec(),
        DocumentFormat::Html => format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>A tale</title></head>\n\
             <body><h1>A tale</h1><p>{STORY}</p></body></html>\n"
        )
        .into_bytes(),
        DocumentFormat::Pdf => pdf(),
        DocumentFormat::Docx => zipped(&[
            (
                "[Content_Types].xml",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>",
            ),
            (
                "_rels/.rels",
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>",
            ),
            (
                "word/document.xml",
                &format!(
                    "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{STORY}</w:t></w:r></w:p></w:body></w:document>"
                ),
            ),
        ]),
        DocumentFormat::Epub => zipped(&[
            ("mimetype", "application/epub+zip"),
            (
                "META-INF/container.xml",
                "<container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\" version=\"1.0\"><rootfiles><rootfile full-path=\"OPS/book.opf\" media-type=\"application/oebps-package+xml\"/></rootfiles></container>",
            ),
            (
                "OPS/book.opf",
                "<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" unique-identifier=\"i\"><metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:identifier id=\"i\">x</dc:identifier><dc:title>A tale</dc:title></metadata><manifest><item id=\"one\" href=\"one.xhtml\" media-type=\"application/xhtml+xml\"/></manifest><spine><itemref idref=\"one\"/></spine></package>",
            ),
            (
                "OPS/one.xhtml",
                &format!(
                    "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>A tale</title></head><body><p>{STORY}</p></body></html>"
                ),
            ),
        ]),
        DocumentFormat::Glb => {
            let json = "{\"asset\":{\"version\":\"2.0\"},\"scenes\":[{\"name\":\"sea\"}]}   ";
            let whole = (20 + json.len()) as u32;
            let numbers = [2, whole, json.len() as u32].map(u32::to_le_bytes).concat();
            [b"glTF", &numbers[..], b"JSON", json.as_bytes()].concat()
        }
    }
}

fn sealed(studio: &Studio, media: Media, format: PictureFormat) -> Sealed {
    let draft = Draft::new(media, receipt()).written_as(format);
    seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap()
}

/// Seals and writes each kind of file; gives its path.
fn all(studio: &Studio) -> Vec<PathBuf> {
    let pictures =
        PICTURES.map(|format| sealed(studio, Media::Picture(picture(480, 360, true)), format)).into_iter();
    let documents = DocumentFormat::ALL.map(|format| {
        sealed(studio, Media::Document { format, bytes: document(format) }, PictureFormat::default())
    });
    pictures
        .chain(documents)
        .map(|sealed| {
            let path = studio.dir.path().join(format!("a-{0}.{0}", sealed.extension()));
            sealed.write_to(&path).unwrap();
            path
        })
        .collect()
}

fn has_marks(verdict: &Verdict) {
    let aigc = verdict.aigc.fields.as_ref().unwrap_or_else(|| panic!("{verdict:?}"));
    assert!(verdict.aigc.valid && verdict.aigc.count == 1, "{verdict:?}");
    assert_eq!(aigc["ContentProducer"], PRODUCER);
    let source_type = verdict.iptc.digital_source_type.as_deref();
    assert!(source_type.is_some_and(|t| t.ends_with("/trainedAlgorithmicMedia")), "{verdict:?}");
}

#[test]
fn each_format_is_verified_and_every_changed_byte_is_noticed() {
    let studio = Studio::new();
    for path in all(&studio) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{name}: {verdict:#?}");
        assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{name}");
        assert!(verdict.receipt.is_some() && verdict.log.included, "{name}");
        has_marks(&verdict);
        let labelled = !name.ends_with(".glb");
        assert_eq!(verdict.explicit_label.present, labelled, "{name}: {verdict:#?}");
        let says_why = verdict.reasons.iter().any(|r| r.starts_with("It has no visible label"));
        assert_eq!(says_why, !labelled, "{name}: {:?}", verdict.reasons);
        let seen = verdict.explicit_label.place.unwrap_or_default();
        assert!(!seen.contains("from the credential"), "{name}: {seen}");
        println!("{name}: watermark {:?}", verdict.watermark.score);
        let drawn = [".tif", ".avif"].iter().any(|end| name.ends_with(end));
        assert!(!drawn || verdict.watermark.found, "{name}");

        let good = std::fs::read(&path).unwrap();
        for part in 1..8 {
            let mut bad = good.clone();
            let at = good.len() * part / 8;
            bad[at] ^= 1;
            std::fs::write(&path, &bad).unwrap();
            let verdict = studio.verify(&path);
            assert!(verdict.verdict != VerdictKind::Verified, "{name} at {at}");
            assert!(
                verdict.verdict == VerdictKind::Tampered || at_credential(&good, at),
                "{name} at {at}: {verdict:#?}"
            );
        }
    }
}

/// Whether an offset is in what holds the credential, where a changed byte may leave it unreadable: also in
/// the header of its part of an archive, of which C2PA hashes what the directory repeats.
fn at_credential(file: &[u8], at: usize) -> bool {
    let window = &file[at.saturating_sub(60_000)..(at + 110).min(file.len())];
    [&b"jumb"[..], b"application/c2pa", b"c2pa:manifest"]
        .iter()
        .any(|magic| window.windows(magic.len()).any(|w| w == *magic))
}

#[test]
fn content_that_is_changed_is_tampered() {
    let studio = Studio::new();
    for path in all(&studio) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let good = std::fs::read(&path).unwrap();
        let find = |what: &[u8]| good.windows(what.len()).position(|w| w == what);
        // A byte of the content, of each kind in another place.
        let at = match name.rsplit_once('.').unwrap().1 {
            "svg" => find(b"456"),
            "html" => find(b"lighthouse"),
            "pdf" => find(b"99 99 l"),
            "glb" => find(b"sea"),
            "docx" => find(b"word/document.xml").map(|at| at + 60),
            "epub" => find(b"OPS/one.xhtml").map(|at| at + 60),
            "avif" => find(b"mdat").map(|at| at + 40),
            _ => Some(good.len() / 3),
        };
        let mut bad = good.clone();
        bad[at.unwrap_or_else(|| panic!("{name}"))] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Tampered, "{name}: {verdict:#?}");
    }
}

#[test]
fn what_is_left_of_a_stripped_file_is_found() {
    let studio = Studio::new();
    for format in PICTURES {
        let path = studio.dir.path().join("a.bin");
        sealed(&studio, Media::Picture(picture(640, 480, true)), format).write_to(&path).unwrap();
        // Decoded and encoded again by another program, without any metadata.
        let bare = studio.dir.path().join("bare.png");
        let arguments = ["-v", "error", "-y", "-i", path.to_str().unwrap(), "-map_metadata", "-1"];
        crate::kit::run("ffmpeg", &[&arguments[..], &["-frames:v", "1", bare.to_str().unwrap()]].concat());
        let verdict = studio.verify(&bare);
        assert_eq!(verdict.verdict, VerdictKind::Marked, "{format:?}: {verdict:#?}");
        assert!(verdict.explicit_label.present && !verdict.aigc.present, "{format:?}");
        println!("{format:?}: watermark {:?}", verdict.watermark.score);
    }
    // Text alone, without what the file was: the label and the code of the words.
    let page = sealed(
        &studio,
        Media::Document { format: DocumentFormat::Html, bytes: document(DocumentFormat::Html) },
        PictureFormat::default(),
    );
    let page = String::from_utf8(page.bytes().unwrap().into_owned()).unwrap();
    let body = format!("<html><head></head>{}", &page[page.find("<body").unwrap()..]);
    let verdict = studio.verify_bytes(body.as_bytes(), "bare.html");
    assert_eq!(verdict.verdict, VerdictKind::Marked, "{verdict:#?}");
    assert!(verdict.explicit_label.present && verdict.recovered.is_some(), "{verdict:#?}");
}

#[test]
fn a_field_of_another_producer_stays() {
    let studio = Studio::new();
    for format in DocumentFormat::ALL {
        let first =
            sealed(&studio, Media::Document { format, bytes: document(format) }, PictureFormat::default());
        let config = SealerConfig { producer: "another".to_owned(), ..studio.config() };
        let other = studio.open(config).unwrap();
        let bytes = first.bytes().unwrap().into_owned();
        let held = format == DocumentFormat::Svg;
        let source = held.then(|| Source {
            name: "first".to_owned(),
            media_type: format.media_type().to_owned(),
            bytes: bytes.as_slice().into(),
        });
        let draft =
            Draft::declared(Media::Document { format, bytes }, receipt(), source, Declared::Generated);
        let again = seal(draft, &other, &Cancel::new(), &NoProgress).unwrap();
        let path = studio.dir.path().join(format!("again.{}", again.extension()));
        again.write_to(&path).unwrap();
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{format:?}: {verdict:#?}");
        let fields = verdict.aigc.fields.as_ref().unwrap();
        assert!(verdict.aigc.valid, "{format:?}: {verdict:#?}");
        let who = (fields["ContentProducer"].as_str(), fields["ContentPropagator"].as_str());
        assert_eq!(who, (PRODUCER, "another"), "{format:?}");
    }
}

#[test]
fn without_a_label_by_agreement_there_is_none() {
    let studio = Studio::new();
    let hidden = Agreement {
        who: "Li Wei".to_owned(),
        why: "a printed cover".to_owned(),
        kept_in: studio.dir.path().join("agreements.jsonl"),
    };
    let label = LabelOptions { hidden: Some(hidden), ..LabelOptions::default() };
    let sealer = studio.open(SealerConfig { label, ..studio.config() }).unwrap();
    for format in DocumentFormat::ALL {
        let draft = Draft::new(Media::Document { format, bytes: document(format) }, receipt());
        let sealed = seal(draft, &sealer, &Cancel::new(), &NoProgress).unwrap();
        let path = studio.dir.path().join(format!("hidden.{}", sealed.extension()));
        sealed.write_to(&path).unwrap();
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{format:?}: {verdict:#?}");
        assert!(!verdict.explicit_label.present && verdict.aigc.valid, "{format:?}");
    }
}

#[test]
fn a_compressed_credential_is_never_inflated() {
    let studio = Studio::new();
    let mut zip = ZipWriter::new_append(Cursor::new(document(DocumentFormat::Docx))).unwrap();
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(CREDENTIAL, options).unwrap();
    for _ in 0..64 {
        zip.write_all(&[0; 1 << 20]).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    let started = Instant::now();
    let verdict = studio.verify_bytes(&bomb, "bomb.docx");
    assert_eq!(verdict.verdict, VerdictKind::Tampered, "{verdict:#?}");
    assert!(started.elapsed() < Duration::from_secs(2));
    // As what a work was made from, it has no credential that is looked into.
    let format = DocumentFormat::Docx;
    let source = Source {
        name: "bomb".to_owned(),
        media_type: format.media_type().to_owned(),
        bytes: bomb.as_slice().into(),
    };
    let draft = Draft::declared(
        Media::Document { format, bytes: bomb },
        receipt(),
        Some(source),
        Declared::Generated,
    );
    let sealed = seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap();
    let bytes = sealed.bytes().unwrap().into_owned();
    let archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    assert!(archive.index_for_name(CREDENTIAL).is_none());
    // What stands in the place of one and is none, and one whose parts are listed as newer programs do, which
    // cannot be checked: that is no damage.
    let stored = |store: &[u8]| {
        let mut zip = ZipWriter::new_append(Cursor::new(document(DocumentFormat::Docx))).unwrap();
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(CREDENTIAL, options).unwrap();
        zip.write_all(store).unwrap();
        studio.verify_bytes(&zip.finish().unwrap().into_inner(), "plain.docx")
    };
    assert_eq!(stored(b"a store").verdict, VerdictKind::Tampered);
    let verdict = stored(b"\x64uris\x82\xa2");
    assert_eq!(verdict.verdict, VerdictKind::Unmarked, "{verdict:#?}");
    assert!(verdict.reasons.iter().any(|r| r.contains("cannot be checked here")), "{verdict:#?}");
}

/// What `change` makes of the parts of an archive; `None` leaves one out.
fn repacked(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let (name, kind) = (part.name().to_owned(), part.compression());
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if let Some(content) = change(&name, content) {
            to.start_file(name, SimpleFileOptions::default().compression_method(kind)).unwrap();
            to.write_all(&content).unwrap();
        }
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn credentials_inside_of_archives_are_checked() {
    let studio = Studio::new();
    let key = |name: &str| std::fs::read(studio.dir.path().join("keys").join(name)).unwrap();
    let (chain, key) = (key("signing-chain.pem"), key("signing-key.pem"));
    let signer = create_signer::from_keys(&chain, &key, SigningAlg::Es256, None).unwrap();
    let kind = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    let action = serde_json::json!({ "action": "c2pa.created", "digitalSourceType": kind });
    let definition = serde_json::json!({
        "claim_version": 2, "claim_generator_info": [{ "name": "another program" }],
        "assertions": [{ "label": "c2pa.actions.v2", "data": { "actions": [action] }, "created": true }],
    });
    for format in [DocumentFormat::Docx, DocumentFormat::Epub] {
        let builder = Builder::from_context(Context::new()).with_definition(definition.clone());
        let (mut from, mut to) = (Cursor::new(document(format)), Cursor::new(Vec::new()));
        builder.unwrap().sign(&signer, format.media_type(), &mut from, &mut to).unwrap();
        let good = to.into_inner();
        let mut archive = ZipArchive::new(Cursor::new(good.clone())).unwrap();
        let deflated = (0..archive.len())
            .filter(|i| archive.by_index(*i).unwrap().compression() == CompressionMethod::Deflated)
            .count();
        assert!(deflated >= 3, "{format:?}: its parts are compressed");
        let name = format!("theirs.{}", format.extension());
        let verdict = studio.verify_bytes(&good, &name);
        assert_eq!(verdict.verdict, VerdictKind::Marked, "{format:?}: {verdict:#?}");
        assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{format:?}: {verdict:#?}");

        // A word changed, a part added, a part taken away.
        let page = if format == DocumentFormat::Docx { "word/document.xml" } else { "OPS/one.xhtml" };
        let word = repacked(&good, |name, content| {
            let text = String::from_utf8(content.clone()).unwrap_or_default();
            Some(if name == page { text.replace("lighthouse", "poorhouse").into_bytes() } else { content })
        });
        let mut more = ZipWriter::new_append(Cursor::new(good.clone())).unwrap();
        more.start_file("more.txt", SimpleFileOptions::default()).unwrap();
        more.write_all(b"more").unwrap();
        let more = more.finish().unwrap().into_inner();
        let fewer = repacked(&good, |name, content| (name != page).then_some(content));
        // Cut short, it has lost its directory and not what it holds.
        let cut = good[..good.len() - 30].to_vec();
        for (what, bytes) in [("word", word), ("more", more), ("fewer", fewer), ("cut", cut)] {
            let verdict = studio.verify_bytes(&bytes, &name);
            assert_eq!(verdict.verdict, VerdictKind::Tampered, "{format:?} {what}: {verdict:#?}");
        }
        let bare = studio.verify_bytes(&repacked(&good, |name, c| (name != CREDENTIAL).then_some(c)), &name);
        assert_eq!((bare.verdict, bare.c2pa.state), (VerdictKind::Unmarked, CredentialState::Absent));
    }
}

/// Changes some bytes: flips, runs, cuts, copies.
fn mutate(good: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let below = |seed: &mut Seed, n: usize| (seed.next_u64() % n.max(1) as u64) as usize;
    for _ in 0..1 + below(seed, 4) {
        // Heads and ends are more interesting than what is between.
        let at = match below(seed, 3) {
            0 => below(seed, bytes.len()),
            1 => below(seed, bytes.len().min(4000)),
            _ => bytes.len().saturating_sub(1 + below(seed, 2000)),
        };
        let at = at.min(bytes.len().saturating_sub(1));
        let left = bytes.len() - at;
        match below(seed, 6) {
            0 => bytes[at] ^= 1 << below(seed, 8),
            1 => bytes[at] = seed.next_u64() as u8,
            2 => bytes.truncate(at),
            3 => {
                let n = (1 + below(seed, 8)).min(left);
                bytes[at..at + n].fill([0, 0xff, 0x7f, b'<'][below(seed, 4)]);
            }
            4 => {
                let n = below(seed, 64).min(left);
                bytes.drain(at..at + n);
            }
            _ => {
                let copy: Vec<u8> = bytes[at..at + below(seed, 300).min(left)].to_vec();
                let to = below(seed, bytes.len());
                bytes.splice(to..to, copy);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Verifies mutations, and seals those of documents: nothing panics, takes long or is verified.
fn attack(rounds: u64) {
    let studio = Studio::new();
    for path in all(&studio) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let good = std::fs::read(&path).unwrap();
        let format = path.extension().and_then(|end| DocumentFormat::named(end.to_str()?));
        let plain = format.map(document);
        let mut seed = Seed(20261128).derive(&name);
        let mut slowest = Duration::ZERO;
        for round in 0..rounds {
            let bytes = mutate(&good, &mut seed);
            std::fs::write(&path, &bytes).unwrap();
            let started = Instant::now();
            let verdict = verify(&path, &studio.context()).unwrap();
            assert!(bytes == good || verdict.verdict != VerdictKind::Verified, "{name} round {round}");
            if let (Some(format), Some(plain)) = (format, &plain) {
                let bytes = mutate(if round % 2 == 0 { plain } else { &good }, &mut seed);
                let draft = Draft::new(Media::Document { format, bytes }, receipt());
                let _ = seal(draft, &studio.sealer, &Cancel::new(), &NoProgress);
            }
            slowest = slowest.max(started.elapsed());
        }
        println!("{name}: {rounds} rounds, slowest {slowest:?}");
        assert!(slowest < Duration::from_secs(10), "{name}: {slowest:?}");
    }
}

#[test]
fn mutated_files_do_no_harm() {
    attack(40);
}

#[test]
#[ignore = "minutes: part of make test-long"]
fn many_mutated_files_do_no_harm() {
    attack(1500);
}

#[test]
fn films_in_matroska_and_webm_are_verified() {
    for format in [FilmFormat::Matroska, FilmFormat::WebM] {
        let studio = Studio::new();
        let film = crate::kit::marked_film(&studio, 3);
        let draft = Draft::new(studio.film(film, 3.0), receipt()).written_as(format);
        let sealed = seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap();
        let path = studio.dir.path().join(format!("a.{}", sealed.extension()));
        sealed.write_to(&path).unwrap();
        let verdict = studio.verify(&path);
        assert_eq!(verdict.media_type, format.media_type());
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:#?}");
        has_marks(&verdict);
        assert!(verdict.watermark.found && verdict.watermark.matches_record == Some(true), "{verdict:#?}");
        let place = verdict.explicit_label.place.unwrap_or_default();
        assert!(place.starts_with("opening frames"), "{place}");

        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(studio.verify(&path).verdict, VerdictKind::Tampered);
        // Without the file beside it and without its tags.
        let bare = studio.dir.path().join(format!("bare.{}", format.extension()));
        std::fs::write(&path, &good).unwrap();
        let (from, to) = (path.to_str().unwrap(), bare.to_str().unwrap());
        crate::kit::run(
            "ffmpeg",
            &["-v", "error", "-y", "-i", from, "-map_metadata", "-1", "-c", "copy", to],
        );
        let verdict = studio.verify(&bare);
        assert_eq!(verdict.verdict, VerdictKind::Marked, "{verdict:#?}");
        assert!(verdict.recovered.is_some() && !verdict.aigc.present);
    }
}
