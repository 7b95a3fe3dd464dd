//! Sealing and verifying, format by format, and what happens to changed and stripped files.

use crate::kit::{PRODUCER, Studio, WORDS, film, marked_film, picture, receipt, run, sound};
use colophon_seal::{CredentialState, SealError, SealerConfig, VerdictKind, VerifyContext, seal, verify};
use colophon_types::{Cancel, Draft, Event, Explain, Media, NoProgress, PictureFormat, Progress};

const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

/// Everything that must hold of a file that was just sealed.
fn assert_verified(studio: &Studio, path: &std::path::Path, media_type: &str, place: &str) {
    let verdict = studio.verify(path);
    assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:#?}");
    assert_eq!(verdict.media_type, media_type);
    assert_eq!(verdict.work_id.as_deref(), Some(receipt().work_id.as_str()));
    assert_eq!(verdict.receipt, Some(receipt()));
    assert!(verdict.aigc.present && verdict.aigc.valid && verdict.aigc.count == 1);
    let fields = verdict.aigc.fields.clone().unwrap();
    assert_eq!(fields.len(), 7);
    assert_eq!(fields["Label"], "1");
    assert_eq!(fields["ContentProducer"], PRODUCER);
    assert_eq!(fields["ContentPropagator"], PRODUCER);
    assert_eq!(fields["ProduceID"], receipt().work_id.as_str());
    assert_eq!(verdict.iptc.digital_source_type.as_deref(), Some(TRAINED));
    assert!(verdict.explicit_label.present);
    let label = verdict.explicit_label.text.clone().unwrap();
    assert!(label.contains("AI"), "{label}");
    assert!(verdict.explicit_label.place.clone().unwrap().contains(place), "{verdict:#?}");
    assert_eq!(verdict.c2pa.state, CredentialState::Valid);
    assert_eq!(verdict.c2pa.problems, Vec::<String>::new());
    assert!(verdict.c2pa.active_manifest.is_some() && !verdict.c2pa.time_stamped);
    assert!(verdict.log.included && verdict.log.index.is_some());
    assert!(verdict.watermark.found || !media_type.starts_with("image/"), "{verdict:#?}");
}

#[test]
fn a_picture_round_trips() {
    let studio = Studio::new();
    for (opaque, name) in [(true, "a.png"), (false, "b.png")] {
        let path = studio.make(Media::Picture(picture(640, 360, opaque)), name);
        assert_verified(&studio, &path, "image/png", "top left corner");
        let place = studio.verify(&path).explicit_label.place.unwrap();
        assert_eq!(place, "top left corner", "found in the pixels, not only told");
    }
    let path = studio.dir.path().join("a.png").display().to_string();
    let tags = run("exiftool", &["-j", "-a", "-G1", "-XMP:all", &path]);
    let tags: serde_json::Value = serde_json::from_str(&tags).unwrap();
    assert!(tags[0]["XMP-TC260:Aigc"].as_str().is_some_and(|t| t.contains(PRODUCER)), "{tags}");
    assert_eq!(tags[0]["XMP-iptcExt:DigitalSourceType"], TRAINED);
}

#[test]
fn sound_round_trips() {
    let studio = Studio::new();
    let path = studio.make(Media::Sound(sound(1.5)), "a.wav");
    assert_verified(&studio, &path, "audio/wav", "short-long-short-short");
    let text = path.display().to_string();
    let tags = run("exiftool", &["-j", "-a", "-G1", "-XMP:all", &text]);
    assert!(tags.contains(TRAINED), "{tags}");
    let probe = run("ffprobe", &["-v", "error", "-show_format", "-show_streams", &text]);
    assert!(probe.contains("codec_name=pcm_s16le") && probe.contains("sample_rate=24000"), "{probe}");
}

#[test]
fn text_round_trips() {
    let studio = Studio::new();
    let path = studio.make(Media::Text(WORDS.to_owned()), "a.md");
    assert_verified(&studio, &path, "text/markdown", "line at the start");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("本文由人工智能（AI）生成"));
    assert!(text.contains("他在等船。Café\n"), "normalised to NFC");
    // Another system may hand the text on in another normal form.
    use unicode_normalization::UnicodeNormalization;
    let other: String = text.nfd().collect();
    assert_ne!(other, text);
    let verdict = studio.verify_bytes(other.as_bytes(), "nfd.md");
    assert_eq!(verdict.c2pa.state, CredentialState::Valid, "{verdict:#?}");
}

#[test]
fn films_round_trip_whatever_their_layout() {
    let studio = Studio::new();
    let title = ["-metadata", "title=A lighthouse"];
    for (faststart, extra) in [(true, &[][..]), (false, &[][..]), (true, &title[..])] {
        let draft = film(studio.dir.path(), 2, faststart, extra);
        let frames = |path: &str| run("ffmpeg", &["-v", "error", "-i", path, "-f", "framemd5", "-"]);
        let before = frames(&draft.display().to_string());
        let sealed = studio.seal(studio.film(draft.clone(), 2.0));
        assert!(!draft.exists(), "the draft is gone");
        let path = studio.dir.path().join("film.mp4");
        sealed.write_to(&path).unwrap();
        assert_verified(&studio, &path, "video/mp4", "opening frames 0.0–2.5 s");
        let text = path.display().to_string();
        assert_eq!(frames(&text), before, "every frame and sample decodes to the same");
        let probe: serde_json::Value =
            serde_json::from_str(&run("ffprobe", &["-v", "error", "-of", "json", "-show_format", &text]))
                .unwrap();
        let tag = probe["format"]["tags"]["AIGC"].as_str().unwrap_or_else(|| panic!("{probe}"));
        let field: serde_json::Value = serde_json::from_str(tag).unwrap();
        assert_eq!(field["ContentProducer"], PRODUCER);
        assert!(probe["format"]["tags"]["encoder"].is_string(), "older tags stay: {probe}");
        if !extra.is_empty() {
            assert_eq!(probe["format"]["tags"]["title"], "A lighthouse");
        }
        let tags = run("exiftool", &["-j", "-G1", "-a", "-api", "LargeFileSupport=1", "-XMP:all", &text]);
        assert!(tags.contains(TRAINED), "{tags}");
        // The film starts to play while it loads, if it did before.
        let bytes = std::fs::read(&path).unwrap();
        let at = |kind: &[u8]| bytes.windows(4).position(|w| w == kind).unwrap();
        assert_eq!(at(b"moov") < at(b"mdat"), faststart);
    }
}

#[test]
fn a_minute_of_film_is_sealed_within_two_seconds() {
    let studio = Studio::new();
    let draft = film(
        studio.dir.path(),
        60,
        true,
        &[
            "-b:v",
            "1900k",
            "-minrate",
            "1900k",
            "-maxrate",
            "1900k",
            "-bufsize",
            "1M",
            "-x264-params",
            "nal-hrd=cbr",
        ],
    );
    let size = std::fs::metadata(&draft).unwrap().len();
    assert!(size > 13_000_000, "{size}");
    let mut best = f64::MAX;
    for _ in 0..3 {
        let copy = studio.dir.path().join("copy.mp4");
        std::fs::copy(&draft, &copy).unwrap();
        let started = std::time::Instant::now();
        let sealed = studio.seal(studio.film(copy, 60.0));
        sealed.write_to(&studio.dir.path().join("film.mp4")).unwrap();
        best = best.min(started.elapsed().as_secs_f64());
    }
    let started = std::time::Instant::now();
    assert_eq!(studio.verify(&studio.dir.path().join("film.mp4")).verdict, VerdictKind::Verified);
    println!("{size} bytes sealed in {best:.3} s, verified in {:.3} s", started.elapsed().as_secs_f64());
    // Most of it is the content code, for which the first half minute is decoded.
    assert!(best < 2.0, "{best} s");
}

#[test]
fn one_changed_byte_in_the_content_is_tampering() {
    let studio = Studio::new();
    let draft = film(studio.dir.path(), 1, true, &[]);
    let works = [
        (studio.make(Media::Picture(picture(200, 100, true)), "a.png"), b"IDAT"),
        (studio.make(Media::Sound(sound(0.5)), "a.wav"), b"data"),
        (studio.make(studio.film(draft, 1.0), "a.mp4"), b"mdat"),
        (studio.make(Media::Text(WORDS.to_owned()), "a.md"), b"keep"),
    ];
    for (path, marker) in works {
        let good = std::fs::read(&path).unwrap();
        let start = good.windows(4).position(|w| w == marker).unwrap();
        for distance in [1, 40, 300] {
            let mut bytes = good.clone();
            let at = if marker == b"keep" { start + distance.min(3) } else { start + 8 + distance };
            bytes[at] ^= 1;
            let verdict = studio.verify_bytes(&bytes, "changed");
            assert_eq!(verdict.verdict, VerdictKind::Tampered, "{} at {at}: {verdict:#?}", path.display());
            assert_eq!(verdict.c2pa.state, CredentialState::Invalid);
            assert!(!verdict.c2pa.problems.is_empty() && !verdict.log.included);
            assert_eq!(verdict.receipt, Some(receipt()), "the signature over the receipt still holds");
        }
        let mut longer = good.clone();
        longer.extend_from_slice(b"more");
        let verdict = studio.verify_bytes(&longer, "longer");
        assert_ne!(verdict.verdict, VerdictKind::Verified, "{}: appended bytes", path.display());
    }
}

#[test]
fn a_changed_receipt_is_tampering_and_is_not_shown() {
    let studio = Studio::new();
    let path = studio.make(Media::Sound(sound(0.3)), "a.wav");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(8).position(|w| w == b"test-mod").unwrap();
    bytes[at] = b'b';
    let verdict = studio.verify_bytes(&bytes, "b.wav");
    assert_eq!(verdict.verdict, VerdictKind::Tampered);
    assert_eq!(verdict.receipt, None, "{verdict:#?}");
}

#[test]
fn every_picture_format_carries_all_marks_and_none_hides_a_change() {
    let studio = Studio::new();
    let formats = [PictureFormat::Png, PictureFormat::Jpeg { quality: 90 }, PictureFormat::WebP];
    for (format, opaque) in formats.iter().flat_map(|f| [(*f, true), (*f, false)]) {
        let shown = picture(640, 360, opaque);
        let draft = Draft::new(Media::Picture(shown), receipt()).written_as(format);
        let sealed = seal(draft, &studio.sealer, &Cancel::new(), &NoProgress).unwrap();
        assert_eq!(sealed.media_type(), format.media_type());
        let bytes = sealed.bytes().unwrap().to_vec();
        let name = format!("a.{}", format.media_type().trim_start_matches("image/"));
        let verdict = studio.verify_bytes(&bytes, &name);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:#?}");
        assert_eq!(verdict.media_type, format.media_type());
        assert!(verdict.aigc.present && verdict.aigc.valid && verdict.aigc.count == 1, "{verdict:#?}");
        assert!(verdict.iptc.digital_source_type.is_some() && verdict.explicit_label.present);
        // Any decoder shows the picture; what was clear is white where the format knows no clearness.
        let decoded = image::load_from_memory(&bytes).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (640, 360));
        assert_eq!(decoded.color().has_alpha(), !opaque && !matches!(format, PictureFormat::Jpeg { .. }));
        let middle = bytes.len() * 3 / 4;
        let mut changed = bytes;
        changed[middle] ^= 0x10;
        assert_eq!(studio.verify_bytes(&changed, &name).verdict, VerdictKind::Tampered, "{name}");
    }
}

#[test]
fn stripped_files_are_marked_by_what_is_left() {
    let studio = Studio::new();
    // A picture that was decoded and saved again keeps its label.
    let path = studio.make(Media::Picture(picture(640, 360, true)), "a.png");
    let decoded = image::open(&path).unwrap();
    for (name, media_type) in [("again.png", "image/png"), ("again.jpg", "image/jpeg")] {
        let again = studio.dir.path().join(name);
        decoded.to_rgb8().save(&again).unwrap();
        let verdict = studio.verify(&again);
        assert_eq!((verdict.verdict, verdict.media_type.as_str()), (VerdictKind::Marked, media_type));
        assert!(verdict.explicit_label.present && !verdict.aigc.present);
        assert_eq!(verdict.c2pa.state, CredentialState::Absent);
    }
    // A picture that never had one has none.
    let plain = studio.dir.path().join("plain.png");
    image::RgbaImage::from_raw(640, 360, picture(640, 360, true).rgba).unwrap().save(&plain).unwrap();
    let verdict = studio.verify(&plain);
    assert_eq!(verdict.verdict, VerdictKind::Unmarked, "{verdict:#?}");

    // Sound without its metadata keeps the rhythm.
    let path = studio.make(Media::Sound(sound(1.0)), "a.wav").display().to_string();
    let bare = studio.dir.path().join("bare.wav");
    run(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-i",
            &path,
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            &bare.display().to_string(),
        ],
    );
    let verdict = studio.verify(&bare);
    assert_eq!(verdict.verdict, VerdictKind::Marked, "{verdict:#?}");
    assert_eq!(verdict.explicit_label.place.as_deref(), Some("rhythm short-long-short-short at the start"));

    // A text without its credential still has front matter and label; without those, nothing.
    let text = std::fs::read_to_string(studio.make(Media::Text(WORDS.to_owned()), "a.md")).unwrap();
    let visible: String = text.chars().take_while(|c| *c != '\u{feff}').collect();
    let verdict = studio.verify_bytes(visible.as_bytes(), "visible.md");
    assert_eq!(verdict.verdict, VerdictKind::Marked);
    assert!(verdict.aigc.valid && verdict.explicit_label.present);
    assert_eq!(verdict.work_id.as_deref(), Some(receipt().work_id.as_str()));
    let verdict = studio.verify_bytes(WORDS.as_bytes(), "bare.md");
    assert_eq!(verdict.verdict, VerdictKind::Unmarked);

    // A film that was encoded again, smaller and without metadata, keeps the label in its frames.
    let draft = marked_film(&studio, 3);
    let path = studio.make(studio.film(draft, 3.0), "a.mp4").display().to_string();
    let bare = studio.dir.path().join("bare.mp4");
    let text = bare.display().to_string();
    run(
        "ffmpeg",
        &["-v", "error", "-i", &path, "-map_metadata", "-1", "-vf", "scale=480:270", "-crf", "32", &text],
    );
    let verdict = studio.verify(&bare);
    assert_eq!(verdict.verdict, VerdictKind::Marked, "{verdict:#?}");
    assert_eq!(verdict.explicit_label.place.as_deref(), Some("opening frames, top left corner"));
    assert!(!verdict.aigc.present && verdict.c2pa.state == CredentialState::Absent);
    let blind = verify(&bare, &studio.context());
    assert_eq!(blind.unwrap().verdict, VerdictKind::Unmarked, "without ffmpeg nobody looks at the frames");
    let plain = film(studio.dir.path(), 2, true, &[]);
    assert_eq!(studio.verify(&plain).verdict, VerdictKind::Unmarked);
}

#[test]
fn another_log_marks_but_does_not_verify() {
    let (studio, other) = (Studio::new(), Studio::new());
    let path = studio.make(Media::Picture(picture(64, 64, true)), "a.png");
    let verdict = other.verify(&path);
    assert_eq!(verdict.verdict, VerdictKind::Marked);
    assert_eq!(verdict.c2pa.state, CredentialState::Valid);
    assert!(!verdict.log.included);
    assert!(verdict.reasons.iter().any(|r| r.contains("not sealed with this log")), "{:?}", verdict.reasons);
    let nowhere = verify(&path, &VerifyContext::default()).unwrap();
    assert_eq!(nowhere.verdict, VerdictKind::Marked);
}

#[test]
fn trust_anchors_make_a_credential_trusted() {
    let first = Studio::new();
    let anchors = first.dir.path().join("keys/authority.pem");
    let chain = first.dir.path().join("keys/signing-chain.pem");
    let key = first.dir.path().join("keys/signing-key.pem");
    let studio = Studio::with(Some((chain, key)), Some(anchors));
    for (media, name) in
        [(Media::Picture(picture(64, 64, true)), "a.png"), (Media::Text(WORDS.to_owned()), "a.md")]
    {
        let path = studio.make(media, name);
        let verdict = studio.verify(&path);
        assert_eq!(verdict.verdict, VerdictKind::Verified);
        assert_eq!(verdict.c2pa.state, CredentialState::Trusted, "{verdict:#?}");
    }
    assert!(!studio.dir.path().join("keys/signing-key.pem").exists(), "no key is made where one is given");
}

#[test]
fn the_json_has_the_documented_shape() {
    let studio = Studio::new();
    let plain = studio.verify_bytes(b"nothing to see\n", "a.txt");
    let json = serde_json::to_value(&plain).unwrap();
    let expected = serde_json::json!({
        "file": plain.file, "media_type": "text/markdown", "verdict": "unmarked", "work_id": null,
        "explicit_label": { "present": false, "text": null, "where": null },
        "aigc": { "present": false, "count": 0, "valid": false, "fields": null },
        "iptc": { "digital_source_type": null },
        "c2pa": { "state": "absent", "active_manifest": null, "time_stamped": false, "problems": [] },
        "watermark": { "found": false, "method": null, "payload": null, "matches_record": null,
                       "score": null, "false_positive_rate": null },
        "log": { "index": null, "included": false }, "recovered": null, "receipt": null,
        "reasons": ["The log has no entry for these bytes.", "The file carries no credential.",
                    "No mark of generated content was found."]
    });
    assert_eq!(json, expected);
    let order: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(order, expected.as_object().unwrap().keys().collect::<Vec<_>>());
}

#[test]
fn a_failed_step_is_named_and_delivers_nothing() {
    let studio = Studio::new();
    let try_seal =
        |media| seal(Draft::new(media, receipt()), &studio.sealer, &Cancel::new(), &NoProgress).err();
    let draft = film(studio.dir.path(), 1, true, &[]);
    let unlabelled = Media::Film { path: draft.clone(), marker: "none".to_owned(), seconds: 1.0 };
    let error = try_seal(unlabelled).unwrap();
    assert!(error.to_string().starts_with("sealing failed at the step 'label'"), "{error}");
    assert!(!draft.exists(), "an unsealed film does not stay");
    let broken = studio.dir.path().join("broken.mp4");
    std::fs::write(&broken, b"\0\0\0\x10ftypisom\0\0\0\0junk").unwrap();
    let error = try_seal(studio.film(broken, 1.0)).unwrap();
    assert!(error.to_string().contains("'metadata'"), "{error}");
    let error = try_seal(Media::Sound(colophon_types::Pcm::default())).unwrap();
    assert!(error.to_string().contains("the sound is empty"), "{error}");

    // The log cannot be written: the last step fails, nothing comes out.
    let log = studio.dir.path().join("log");
    std::fs::remove_file(log.join("checkpoint")).unwrap();
    let error = try_seal(Media::Text("words".to_owned())).unwrap();
    assert!(error.to_string().contains("'ledger'") && error.hint().is_some(), "{error}");
    let leftovers: Vec<_> = std::fs::read_dir(studio.dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .filter(|n| n.to_string_lossy().contains("colophon"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");

    let cancel = Cancel::new();
    cancel.cancel();
    let stopped =
        seal(Draft::new(Media::Text("words".to_owned()), receipt()), &studio.sealer, &cancel, &NoProgress);
    assert!(matches!(stopped.err(), Some(SealError::Cancelled(_))));
}

/// Sets a flag when sealing reaches a step.
struct StopAt(u64, Cancel);

impl Progress for StopAt {
    fn event(&self, event: Event) {
        if matches!(event, Event::Progress { done, .. } if done == self.0) {
            self.1.cancel();
        }
    }
}

#[test]
fn a_cancelled_seal_leaves_nothing() {
    let studio = Studio::new();
    for step in 0..5 {
        let draft = film(studio.dir.path(), 1, true, &[]);
        let cancel = Cancel::new();
        let draft = Draft::new(studio.film(draft, 1.0), receipt());
        let result = seal(draft, &studio.sealer, &cancel, &StopAt(step, cancel.clone()));
        if step < 4 {
            assert!(matches!(result.err(), Some(SealError::Cancelled(_))), "step {step}");
            assert_eq!(studio.ledger.checkpoint().unwrap().size, 0);
        } else {
            // The log entry is the point of no return.
            drop(result.unwrap());
        }
        let left = std::fs::read_dir(studio.dir.path()).unwrap().map(|e| e.unwrap().file_name());
        let left: Vec<_> = left.filter(|n| n.to_string_lossy().ends_with(".mp4")).collect();
        assert!(left.is_empty(), "step {step}: {left:?}");
    }
}

#[test]
fn a_certificate_that_c2pa_does_not_accept_is_refused_when_the_sealer_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let web =
        rcgen::CertificateParams::new(vec!["example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (chain_path, key_path) = (dir.path().join("chain.pem"), dir.path().join("key.pem"));
    std::fs::write(&chain_path, web.pem()).unwrap();
    std::fs::write(&key_path, key.serialize_pem()).unwrap();
    let studio = Studio::new();
    let open = |producer: &str, certificate| {
        let keys_dir = dir.path().join("keys");
        let producer = producer.to_owned();
        let config = SealerConfig { keys_dir, certificate, producer, ..studio.config() };
        studio.open(config).err()
    };
    let error = open("me", Some((chain_path.clone(), key_path))).unwrap();
    assert!(matches!(error, SealError::Key { .. }), "{error}");
    assert!(matches!(open("me", Some((chain_path.clone(), chain_path))), Some(SealError::Key { .. })));
    assert!(matches!(open("two words", None), Some(SealError::Config(_))));
    assert!(open("me", None).is_none());
}

#[test]
fn writing_is_all_or_nothing() {
    let studio = Studio::new();
    let sealed = studio.seal(Media::Text(WORDS.to_owned()));
    let target = studio.dir.path().join("out.md");
    std::fs::write(&target, "old").unwrap();
    sealed.write_to(&target).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), *sealed.bytes().unwrap());
    assert!(sealed.write_to(&studio.dir.path().join("no/such/folder/a.md")).is_err());
    let busy = studio.dir.path().join("folder");
    std::fs::create_dir(&busy).unwrap();
    assert!(sealed.write_to(&busy).is_err());
    let names: Vec<String> = std::fs::read_dir(studio.dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|n| n.starts_with(".colophon"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn what_is_not_a_file_is_an_error() {
    let studio = Studio::new();
    for path in [studio.dir.path().to_path_buf(), studio.dir.path().join("missing")] {
        let error = verify(&path, &VerifyContext::default()).unwrap_err();
        assert_eq!(error.code(), colophon_types::ErrorCode::BadInput);
    }
    let empty = studio.verify_bytes(b"", "empty");
    assert_eq!(empty.verdict, VerdictKind::Unmarked);
}

#[test]
fn keys_are_private() {
    let studio = Studio::new();
    for name in ["signing-key.pem", "authority-key.pem", "log.key"] {
        let path = studio.dir.path().join("keys").join(name);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
        assert!(path.exists());
    }
}
