//! Hostile files: whatever the bytes are, a verification ends, soon, without a panic, and never says
//! `verified`.

use std::time::{Duration, Instant};

use crate::kit::{Studio, WORDS, film, picture, sound};
use colophon_seal::{VerdictKind, verify};
use colophon_types::{Media, Seed};

/// Changed files of each kind; `fuzz/run` looks longer.
const ROUNDS: u64 = 1000;

/// Changes some bytes: flips, runs of one value, cuts, copies, and lengths blown up.
fn mutate(good: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let below = |seed: &mut Seed, n: usize| (seed.next_u64() % n.max(1) as u64) as usize;
    for _ in 0..1 + below(seed, 4) {
        // Headers are more interesting than media data.
        let zone = if below(seed, 3) > 0 { bytes.len().min(6000) } else { bytes.len() };
        let at = below(seed, zone);
        let left = bytes.len() - at;
        match below(seed, 7) {
            0 => bytes[at] ^= 1 << below(seed, 8),
            1 => bytes[at] = seed.next_u64() as u8,
            2 => bytes.truncate(at),
            3 => {
                let value = [0, 0xff, 0x7f, 0x80][below(seed, 4)];
                let n = (1 + below(seed, 8)).min(left);
                bytes[at..at + n].fill(value);
            }
            4 => {
                let n = below(seed, 64).min(left);
                bytes.drain(at..at + n);
            }
            5 => {
                let copy: Vec<u8> = bytes[at..at + below(seed, 300).min(left)].to_vec();
                let to = below(seed, bytes.len());
                bytes.splice(to..to, copy);
            }
            _ => {
                let huge = [0u32, 1, 7, 0x7fff_ffff, 0xffff_ffff, 0x0100_0000][below(seed, 6)];
                let n = 4.min(left);
                bytes[at..at + n].copy_from_slice(&huge.to_be_bytes()[..n]);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn attack(studio: &Studio, name: &str, good: &[u8], rounds: u64) {
    let mut seed = Seed(20260504).derive(name);
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let bytes = mutate(good, &mut seed);
        let started = Instant::now();
        // Starting ffmpeg takes longer than everything else, so few rounds do.
        let verdict = if round % 50 == 0 {
            studio.verify_bytes(&bytes, "hostile")
        } else {
            let path = studio.dir.path().join("hostile");
            std::fs::write(&path, &bytes).unwrap();
            verify(&path, &studio.context()).unwrap()
        };
        slowest = slowest.max(started.elapsed());
        assert!(bytes == good || verdict.verdict != VerdictKind::Verified, "{name} round {round}");
    }
    println!("{name}: {rounds} rounds, slowest {slowest:?}");
    assert!(slowest < Duration::from_secs(10), "{name}: {slowest:?}");
}

#[test]
fn mutated_pictures() {
    let studio = Studio::new();
    let path = studio.make(Media::Picture(picture(80, 60, true)), "a.png");
    attack(&studio, "png", &std::fs::read(path).unwrap(), ROUNDS);
}

#[test]
fn mutated_sound() {
    let studio = Studio::new();
    let path = studio.make(Media::Sound(sound(0.2)), "a.wav");
    attack(&studio, "wav", &std::fs::read(path).unwrap(), ROUNDS);
}

#[test]
fn mutated_films() {
    let studio = Studio::new();
    let draft = film(studio.dir.path(), 1, true, &[]);
    let path = studio.make(studio.film(draft, 1.0), "a.mp4");
    attack(&studio, "mp4", &std::fs::read(path).unwrap(), ROUNDS);
}

#[test]
fn mutated_texts() {
    let studio = Studio::new();
    let path = studio.make(Media::Text(WORDS.to_owned()), "a.md");
    attack(&studio, "md", &std::fs::read(path).unwrap(), ROUNDS);
}

#[test]
fn random_bytes_behind_every_magic_number() {
    let studio = Studio::new();
    let mut seed = Seed(99);
    let magics: [&[u8]; 14] = [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"\0\0\0\x18ftypisom",
        b"\0\0\0\x18ftypM4A ",
        b"\0\0\0\x18ftypqt  ",
        b"GIF89a",
        b"II*\0",
        b"fLaC",
        b"ID3\x04\0",
        b"%PDF-1.7\n",
        b"---\nAIGC:\n  Label: ",
    ];
    for round in 0..210 {
        let mut bytes = magics[round % magics.len()].to_vec();
        for _ in 0..seed.next_u64() % 600 {
            bytes.push(seed.next_u64() as u8);
        }
        let verdict = studio.verify_bytes(&bytes, "random").verdict;
        assert!(matches!(verdict, VerdictKind::Unmarked | VerdictKind::Marked), "round {round}: {verdict:?}");
    }
}

#[test]
fn bombs_and_loops_end_soon() {
    let studio = Studio::new();
    let chunk =
        |kind: &[u8; 4], body: &[u8]| [&(body.len() as u32).to_be_bytes()[..], kind, body, &[0; 4]].concat();
    let header = |w: u32, h: u32| [&w.to_be_bytes()[..], &h.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let signature = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    files.push((
        "a picture of 60000x60000",
        [signature.clone(), chunk(b"IHDR", &header(60_000, 60_000))].concat(),
    ));
    let mut many = [signature.clone(), chunk(b"IHDR", &header(9, 9))].concat();
    for _ in 0..200_000 {
        many.extend(chunk(b"tEXt", b""));
    }
    files.push(("many chunks", many));
    files.push(("a chunk of 4 GiB", [&signature[..], &[0xff; 4], b"iTXt"].concat()));
    files.push(("a chunk of 4 GiB for the credential", [&signature[..], &[0xff; 4], b"caBX"].concat()));

    let file_type = b"\0\0\0\x10ftypisom\0\0\0\0".to_vec();
    let mut nested = Vec::new();
    for _ in 0..20_000 {
        nested = [&((nested.len() + 8) as u32).to_be_bytes()[..], b"moov", &nested].concat();
        if nested.len() > 160_000 {
            break;
        }
    }
    files.push(("boxes in boxes", [file_type.clone(), nested].concat()));
    files.push((
        "a box of size 1 and 2^64-1",
        [&file_type[..], b"\0\0\0\x01moov", &[0xff; 8], &[0; 64]].concat(),
    ));
    files.push(("a box smaller than its header", [&file_type[..], b"\0\0\0\x04moov", &[0; 64]].concat()));
    let mut empties = file_type.clone();
    for _ in 0..150_000 {
        empties.extend(b"\0\0\0\x08free");
    }
    files.push(("many boxes", empties));
    files.push((
        "chunks without a body",
        [b"RIFF\xff\xff\xff\xffWAVE".to_vec(), b"AIGC\0\0\0\0".repeat(100_000)].concat(),
    ));
    let open =
        format!("<x xmlns:TC260=\"http://www.tc260.org.cn/ns/AIGC/1.0/\">{}", "<TC260:AIGC>".repeat(200_000));
    let packet = [b"XML:com.adobe.xmp\0\0\0\0\0".to_vec(), open.into_bytes()].concat();
    files.push(("XMP elements never closed", [signature, chunk(b"iTXt", &packet)].concat()));
    files.push(("a text of byte-order marks", "\u{feff}\u{fe00}".repeat(300_000).into_bytes()));
    files.push(("endless front matter", format!("---\n{}", "AIGC:\n  a: b\n".repeat(100_000)).into_bytes()));
    for (what, bytes) in files {
        let started = Instant::now();
        let verdict = studio.verify_bytes(&bytes, "bomb");
        let took = started.elapsed();
        println!("{what}: {:?} in {took:?}", verdict.verdict);
        assert!(
            matches!(verdict.verdict, VerdictKind::Unmarked | VerdictKind::Marked),
            "{what}: {verdict:?}"
        );
        assert!(took < Duration::from_secs(10), "{what}: {took:?}");
    }
}
