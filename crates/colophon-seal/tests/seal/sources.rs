//! Works that were made of files from outside: what stands of these in the credential.
use std::io::Cursor;

use crate::kit::{Studio, receipt};
use c2pa::{Context, Reader, Relationship, ValidationState};
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Media, NoProgress, Pcm, Raster, Source};

fn source(name: &str, bytes: Vec<u8>) -> Source {
    Source { name: name.into(), media_type: "image/png".into(), bytes: bytes.into() }
}

fn made_of(studio: &Studio, sources: Vec<Source>) -> Sealed {
    let picture = Media::Picture(Raster::filled(320, 240, [40, 90, 160, 255]));
    let draft = Draft::from_sources(picture, receipt(), sources);
    seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap()
}

fn bytes(studio: &Studio, sealed: &Sealed, name: &str) -> Vec<u8> {
    let path = studio.dir.path().join(name);
    sealed.write_to(&path).unwrap();
    std::fs::read(path).unwrap()
}

fn read(bytes: &[u8]) -> Reader {
    Reader::from_context(Context::new()).with_stream("image/png", Cursor::new(bytes)).unwrap()
}

#[test]
fn what_was_changed_is_the_parent_and_keeps_its_own_credential() {
    let studio = Studio::new();
    let first = studio.seal(Media::Picture(Raster::filled(300, 200, [200, 90, 60, 255])));
    let first = bytes(&studio, &first, "first.png");
    let plain = {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&[7; 12]).unwrap();
        bytes
    };
    let sources = vec![source("first.png", first.clone()), source("plain.png", plain)];
    let second = bytes(&studio, &made_of(&studio, sources), "second.png");
    let reader = read(&second);
    assert_ne!(reader.validation_state(), ValidationState::Invalid, "{:?}", reader.validation_status());
    let manifest = reader.active_manifest().unwrap();
    let [parent, other] = manifest.ingredients() else { panic!("{:?}", manifest.ingredients()) };
    assert_eq!(parent.relationship(), &Relationship::ParentOf);
    assert_eq!(parent.title(), Some("first.png"));
    assert_eq!(other.relationship(), &Relationship::InputTo);
    assert!(other.active_manifest().is_none());
    let own = read(&first);
    assert_eq!(parent.active_manifest(), own.active_label());
    let actions = manifest.assertions().iter().find(|a| a.label().starts_with("c2pa.actions")).unwrap();
    let actions = actions.value().unwrap()["actions"].clone();
    let names: Vec<&str> =
        actions.as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert_eq!(names, ["c2pa.opened", "c2pa.edited", "c2pa.watermarked.bound"]);
    let verdict = studio.verify(&studio.dir.path().join("second.png"));
    let verdict = serde_json::to_value(&verdict).unwrap();
    assert_eq!(verdict["verdict"], "verified", "{verdict}");
    let kind = verdict["iptc"]["digital_source_type"].as_str().unwrap();
    assert!(kind.ends_with("compositeWithTrainedAlgorithmicMedia"), "{kind}");
}

#[test]
fn a_source_that_was_tampered_with_is_said_to_be_and_stops_nothing() {
    let studio = Studio::new();
    let first = studio.seal(Media::Picture(Raster::filled(300, 200, [200, 90, 60, 255])));
    let mut first = bytes(&studio, &first, "first.png");
    // The last pixels, before the checksum of their chunk: the signature no longer fits.
    let place = first.windows(4).rposition(|w| w == b"IDAT").unwrap() + 12;
    first[place] ^= 0x55;
    let second = bytes(&studio, &made_of(&studio, vec![source("first.png", first)]), "second.png");
    let reader = read(&second);
    assert_ne!(reader.validation_state(), ValidationState::Invalid, "the new work itself is sound");
    let parent = reader.active_manifest().unwrap().ingredients()[0].clone();
    let said = format!("{:?}", parent.validation_results());
    assert!(said.contains("dataHash.mismatch") || said.contains("boxesHash.mismatch"), "{said}");
}

#[test]
fn a_text_that_was_read_aloud_is_an_input_with_its_own_credential() {
    let studio = Studio::new();
    let text = bytes(&studio, &studio.seal(Media::Text("It was late.".into())), "lamp.md");
    let own = studio.verify(&studio.dir.path().join("lamp.md")).c2pa.active_manifest;
    let read_aloud = |text: Vec<u8>, name: &str| {
        let source =
            Source { name: "lamp.md".into(), media_type: "text/markdown".into(), bytes: text.into() };
        let sound = Media::Sound(Pcm { rate: 24_000, samples: vec![0.1; 24_000] });
        let draft = Draft::from_sources(sound, receipt(), vec![source]);
        let sealed = seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap();
        let bytes = bytes(&studio, &sealed, name);
        let reader =
            Reader::from_context(Context::new()).with_stream("audio/wav", Cursor::new(bytes)).unwrap();
        assert_ne!(reader.validation_state(), ValidationState::Invalid, "{:?}", reader.validation_status());
        reader
    };
    let reader = read_aloud(text.clone(), "lamp.wav");
    let manifest = reader.active_manifest().unwrap();
    let [input] = manifest.ingredients() else { panic!("{:?}", manifest.ingredients()) };
    assert_eq!((input.relationship(), input.title()), (&Relationship::InputTo, Some("lamp.md")));
    assert!(own.is_some() && input.active_manifest().map(str::to_owned) == own, "{own:?} {input:?}");
    let actions = manifest.assertions().iter().find(|a| a.label().starts_with("c2pa.actions")).unwrap();
    let first = actions.value().unwrap()["actions"][0].clone();
    assert_eq!(first["action"], "c2pa.created");
    assert!(first["digitalSourceType"].as_str().unwrap().ends_with("/trainedAlgorithmicMedia"), "{first}");
    assert_eq!(
        studio.verify(&studio.dir.path().join("lamp.wav")).verdict,
        colophon_seal::VerdictKind::Verified
    );

    // A text that was changed since, and one without a credential, stop nothing.
    let at = text.windows(4).position(|w| w == b"late").unwrap();
    let mut changed = text;
    changed[at] = b'L';
    let reader = read_aloud(changed, "changed.wav");
    let said = format!("{:?}", reader.active_manifest().unwrap().ingredients()[0].validation_results());
    assert!(said.contains("dataHash.mismatch"), "{said}");
    let reader = read_aloud(b"Just words.".to_vec(), "plain.wav");
    assert!(reader.active_manifest().unwrap().ingredients()[0].active_manifest().is_none());
}
