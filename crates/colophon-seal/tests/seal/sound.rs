//! Sound in every format: whole, streamed, and long recordings with chapters.

use std::path::Path;
use std::sync::Arc;

use crate::kit::{PRODUCER, Studio, receipt, run, sound};
use colophon_seal::{About, CredentialState, Recording, SoundSeal, VerdictKind, seal};
use colophon_types::{Cancel, Draft, Media, NoProgress, Pcm, SoundFormat, Stereo};

const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

fn stereo(seconds: f64) -> Stereo {
    let Pcm { rate, samples } = sound(seconds);
    Stereo { rate, right: samples.iter().map(|x| 0.5 * x).collect(), left: samples }
}

fn probe(path: &Path) -> serde_json::Value {
    let text = path.display().to_string();
    let all = ["-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters", &text];
    serde_json::from_str(&run("ffprobe", &all)).unwrap()
}

/// All marks but those that the format has no place for.
fn assert_marked(studio: &Studio, path: &Path, format: SoundFormat, aigc: bool) {
    let verdict = studio.verify(path);
    assert_eq!(verdict.verdict, VerdictKind::Verified, "{format:?}: {verdict:#?}");
    assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{verdict:#?}");
    assert!(verdict.explicit_label.present && verdict.log.included, "{verdict:#?}");
    assert_eq!(verdict.aigc.count, usize::from(aigc), "{format:?}: {verdict:#?}");
    if aigc {
        assert!(verdict.aigc.valid, "{verdict:#?}");
        assert_eq!(verdict.aigc.fields.unwrap()["ContentProducer"], PRODUCER);
        assert_eq!(verdict.iptc.digital_source_type.as_deref(), Some(TRAINED), "{format:?}");
    }
}

#[test]
fn every_format_carries_label_metadata_and_credential() {
    let studio = Studio::new();
    for (name, media) in
        [("mono", (|| Media::Sound(sound(1.5))) as fn() -> Media), ("stereo", || Media::Stereo(stereo(1.5)))]
    {
        for format in SoundFormat::ALL {
            let path = studio.dir.path().join(format!("{name}.{}", format.extension()));
            let draft = Draft::new(media(), receipt()).written_as(format);
            let sealed = seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap();
            assert_eq!((sealed.media_type(), sealed.extension()), (format.media_type(), format.extension()));
            sealed.write_to(&path).unwrap();
            assert_marked(&studio, &path, format, format != SoundFormat::Pcm);
            if format == SoundFormat::Pcm {
                continue;
            }
            let found = probe(&path);
            let stream = &found["streams"][0];
            assert_eq!(stream["channels"], if name == "mono" { 1 } else { 2 }, "{format:?}");
            let seconds: f64 = found["format"]["duration"].as_str().unwrap().parse().unwrap();
            let label = colophon_seal::label_rhythm(24_000, 0.1).seconds();
            assert!((seconds - label - 1.5).abs() < 0.08, "{format:?}: {seconds} s");
            // The label is heard, not only told of: it stays when all metadata goes.
            let bare = path.with_extension(format!("bare.{}", format.extension()));
            let (from, to) = (path.display().to_string(), bare.display().to_string());
            run("ffmpeg", &["-v", "error", "-i", &from, "-map_metadata", "-1", "-c", "copy", &to]);
            let verdict = studio.verify(&bare);
            assert_eq!(verdict.verdict, VerdictKind::Marked, "{format:?}: {verdict:#?}");
            assert_eq!(
                verdict.explicit_label.place.as_deref(),
                Some("rhythm short-long-short-short at the start")
            );
        }
    }
}

#[test]
fn changed_sound_is_found_out_in_every_format() {
    let studio = Studio::new();
    for format in SoundFormat::ALL {
        let path = studio.dir.path().join(format!("a.{}", format.extension()));
        let draft = Draft::new(Media::Sound(sound(1.0)), receipt()).written_as(format);
        seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap().write_to(&path).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.len() - bytes.len() / 8;
        bytes[at] ^= 0x55;
        std::fs::write(&path, bytes).unwrap();
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Tampered, "{format:?}: {verdict:#?}");
    }
}

#[test]
fn a_streamed_sound_is_marked_from_its_first_byte_and_signed_at_its_end() {
    let studio = Studio::new();
    for format in SoundFormat::ALL {
        let begun =
            SoundSeal::begin(Arc::clone(&studio.sealer), receipt(), format, 24_000, 0.1, &Cancel::new());
        let (mut seal, first) = begun.unwrap();
        let mut bytes = first.into_bytes();
        for part in sound(3.0).samples.chunks(12_000) {
            let piece = seal.piece(&Pcm { rate: 24_000, samples: part.to_vec() }).unwrap();
            bytes.extend(piece.into_bytes());
        }
        let sealed = seal.finish(&Cancel::new()).unwrap();
        bytes.extend(sealed.last.bytes());
        let path = studio.dir.path().join(format!("stream-{}.{}", format.extension(), format.extension()));
        std::fs::write(&path, &bytes).unwrap();
        std::fs::write(path.with_extension("c2pa"), &sealed.manifest).unwrap();
        assert_marked(&studio, &path, format, ![SoundFormat::Pcm, SoundFormat::Aac].contains(&format));
        if format != SoundFormat::Pcm {
            let name = path.display().to_string();
            let frames = run("ffmpeg", &["-v", "error", "-i", &name, "-ar", "24000", "-f", "framemd5", "-"]);
            assert!(frames.lines().count() > 20, "{format:?} decodes: {frames}");
        }
    }
}

#[test]
fn a_recording_keeps_its_chapters_cover_and_title_under_the_seal() {
    let studio = Studio::new();
    let dir = studio.dir.path();
    let cover = dir.join("cover.png");
    image::RgbImage::from_pixel(64, 64, image::Rgb([200, 30, 30])).save(&cover).unwrap();
    for format in [SoundFormat::Aac, SoundFormat::Mp3, SoundFormat::Flac, SoundFormat::Opus] {
        let about = About {
            title: "The Lamp; a = b".to_owned(),
            author: Some("Ada Grey".to_owned()),
            language: "eng".to_owned(),
            chapters: vec![(0.0, "One".to_owned()), (2.0, "第二章".to_owned())],
            seconds: 4.0,
            cover: Some(cover.clone()),
        };
        let never = Cancel::new();
        let mut recording =
            Recording::begin(&studio.sealer, &receipt().work_id, format, 24_000, 0.1, &about, dir, &never)
                .unwrap();
        for part in sound(4.0).samples.chunks(30_000) {
            assert!(recording.write(&Pcm { rate: 24_000, samples: part.to_vec() }));
        }
        let media = recording.finish(&never).unwrap();
        let draft = Draft::new(media, receipt()).written_as(format);
        let sealed = seal(draft, &studio.sealer, &never, &NoProgress).unwrap();
        let path = dir.join(format!("book.{}", format.extension()));
        sealed.write_to(&path).unwrap();
        drop(sealed);
        assert_marked(&studio, &path, format, true);
        let found = probe(&path);
        let tags =
            found["format"]["tags"].as_object().into_iter().chain(found["streams"][0]["tags"].as_object());
        let tags: Vec<(String, String)> = tags
            .flat_map(|t| {
                t.iter().map(|(k, v)| (k.to_lowercase(), v.as_str().unwrap_or_default().to_owned()))
            })
            .collect();
        assert!(tags.contains(&("title".to_owned(), about.title.clone())), "{format:?}: {tags:?}");
        if format == SoundFormat::Aac || format == SoundFormat::Mp3 {
            let chapters = found["chapters"].as_array().unwrap();
            let titles: Vec<_> = chapters.iter().map(|c| c["tags"]["title"].as_str().unwrap()).collect();
            assert_eq!(titles, ["One", "第二章"], "{format:?}");
            let start: f64 = chapters[1]["start_time"].as_str().unwrap().parse().unwrap();
            assert!(
                (start - 2.0 - colophon_seal::label_rhythm(24_000, 0.1).seconds()).abs() < 0.06, // the delay of MP3
                "{start}"
            );
        }
        if format.holds_cover() {
            let streams = found["streams"].as_array().unwrap();
            assert!(streams.iter().any(|s| s["disposition"]["attached_pic"] == 1), "{format:?}: {found}");
        }
    }
    let left: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .filter_map(|f| f.ok()?.file_name().into_string().ok())
        .filter(|n| n.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "no draft stays behind: {left:?}");
}

#[test]
fn sound_that_cannot_be_written_is_refused_by_its_step() {
    let studio = Studio::new();
    for (format, samples) in [
        (SoundFormat::Mp3, Vec::new()),
        (SoundFormat::Flac, vec![0.0, f32::NAN]),
        (SoundFormat::Pcm, vec![f32::INFINITY]),
    ] {
        let media = Media::Sound(Pcm { rate: 24_000, samples });
        let draft = Draft::new(media, receipt()).written_as(format);
        assert!(seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).is_err(), "{format:?}");
    }
    let media = Media::Recording { path: "nowhere.mp3".into(), marker: "another".into(), seconds: 1.0 };
    let error = seal(Draft::new(media, receipt()), &studio.sealer, &Cancel::new(), &NoProgress);
    assert!(error.err().unwrap().to_string().contains("another"));
}
