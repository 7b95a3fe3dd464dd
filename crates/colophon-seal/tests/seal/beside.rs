//! Credentials that lie beside their files: whose each is when files share a stem.

use std::path::PathBuf;

use crate::kit::{Studio, receipt, sound};
use colophon_seal::{CredentialState, SealError, Sealed, VerdictKind, seal};
use colophon_types::{Cancel, DocumentFormat, Draft, Media, NoProgress, SoundFormat};

fn scene(name: &str) -> Media {
    let mut json = format!("{{\"asset\":{{\"version\":\"2.0\"}},\"scenes\":[{{\"name\":\"{name}\"}}]}}");
    while json.len() % 4 != 0 {
        json.push(' ');
    }
    let numbers = [2, 20 + json.len() as u32, json.len() as u32].map(u32::to_le_bytes).concat();
    let bytes = [b"glTF", &numbers[..], b"JSON", json.as_bytes()].concat();
    Media::Document { format: DocumentFormat::Glb, bytes }
}

fn sound_as(studio: &Studio, format: SoundFormat) -> Sealed {
    let draft = Draft::new(Media::Sound(sound(3.0)), receipt()).written_as(format);
    seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap()
}

fn beside(studio: &Studio) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(studio.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".c2pa"))
        .collect();
    names.sort();
    names
}

#[test]
fn files_of_one_stem_keep_their_credentials() {
    let studio = Studio::new();
    let at = |name: &str| studio.dir.path().join(name);
    let all: [PathBuf; 3] = ["story.glb", "story.opus", "story.pcm"].map(at);
    studio.seal(scene("sea")).write_to(&all[0]).unwrap();
    sound_as(&studio, SoundFormat::Opus).write_to(&all[1]).unwrap();
    sound_as(&studio, SoundFormat::Pcm).write_to(&all[2]).unwrap();
    let names = ["story.c2pa", "story.opus.c2pa", "story.pcm.c2pa"];
    assert_eq!(beside(&studio), names);
    let verified = || {
        for path in &all {
            let verdict = studio.verify(path);
            assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:#?}");
            assert_eq!(verdict.c2pa.state, CredentialState::Valid);
        }
    };
    verified();
    // Each is written again in its own place.
    studio.seal(scene("lake")).write_to(&all[0]).unwrap();
    sound_as(&studio, SoundFormat::Pcm).write_to(&all[2]).unwrap();
    assert_eq!(beside(&studio), names);
    verified();
    // A file of the same stem without a credential has none, whatever lies there.
    let plain = studio.verify_bytes(b"RIFF\x04\0\0\0WAVE", "story.wav");
    assert_eq!((plain.verdict, plain.c2pa.state), (VerdictKind::Unmarked, CredentialState::Absent));
    // What was changed is, also where two names lead to credentials.
    let mut changed = std::fs::read(&all[1]).unwrap();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(&all[1], changed).unwrap();
    assert_eq!(studio.verify(&all[1]).verdict, VerdictKind::Tampered);
    // The one that has lost its file makes room.
    std::fs::remove_file(&all[0]).unwrap();
    let other = at("story.glb.glb");
    studio.seal(scene("pond")).write_to(&other).unwrap();
    assert!(at("story.glb.c2pa").is_file());
    sound_as(&studio, SoundFormat::Opus).write_to(&all[1]).unwrap();
    for path in [&all[1], &all[2], &other] {
        assert_eq!(studio.verify(path).verdict, VerdictKind::Verified, "{}", path.display());
    }
}

#[test]
fn the_credentials_of_others_are_not_written_over() {
    let studio = Studio::new();
    let at = |name: &str| studio.dir.path().join(name);
    let theirs = [("x.c2pa", "x.bin"), ("x.glb.c2pa", "x.glb.bin")];
    for (credential, file) in theirs {
        std::fs::write(at(credential), "of another program").unwrap();
        std::fs::write(at(file), "theirs").unwrap();
    }
    let error = studio.seal(scene("sea")).write_to(&at("x.glb")).unwrap_err();
    assert!(matches!(error, SealError::Write { .. }), "{error}");
    assert!(!at("x.glb").exists());
    for (credential, _) in theirs {
        assert_eq!(std::fs::read(at(credential)).unwrap(), b"of another program");
    }
    let left = std::fs::read_dir(studio.dir.path()).unwrap().flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().starts_with(".colophon-")));
}
