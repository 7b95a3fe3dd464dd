//! A neural watermark beside our own: pulled as a model, laid into pictures, named in the credential, found again.
//! The networks are tiny ones with the inputs and results of TrustMark's, and others of AudioSeal's and of VideoSeal's
//! kinds that were never taught.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Home, json, path, text};

const TRUSTMARK: &[u8] = b"com.adobe.trustmark.Q";

fn home_with(networks: &[(&str, &[u8])]) -> Home {
    let home = Home::without_models();
    let (from, store) = (home.path("networks"), home.path("models"));
    std::fs::create_dir(&from).expect("made");
    std::fs::create_dir(&store).expect("made");
    for entry in std::fs::read_dir(colophon_test::models_dir()).expect("models").flatten() {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with('.') {
            std::os::unix::fs::symlink(entry.path(), store.join(name)).expect("a link");
        }
    }
    let files = networks.iter().map(|(name, bytes)| {
        std::fs::write(from.join(name), bytes).expect("written");
        let sha256: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        format!(r#"{{ name = "{name}", size = {}, sha256 = "{sha256}" }}"#, bytes.len())
    });
    let entry = format!(
        "[[model]]\nid = \"tiny-mark\"\nrole = \"watermark\"\ntitle = \"For tests\"\nlicence = \"MIT\"\n\
         origin = \"tests\"\nfolder = {:?}\nfiles = [{}]\n",
        path(&from),
        files.collect::<Vec<_>>().join(", ")
    );
    std::fs::write(home.path("models.toml"), entry).expect("written");
    home
}

#[test]
fn a_neural_watermark_goes_beside_ours_and_finds_a_picture_alone() {
    let home = home_with(&colophon_test::trustmark::NETWORKS);
    let draw = |name: &str| {
        let file = home.path(name);
        let result = home.run(&[
            "image",
            "soft hills in the mist",
            "--engine",
            "terrain",
            "--seed",
            "4",
            "-o",
            path(&file),
        ]);
        assert!(result.status.success(), "{}", text(&result.stderr));
        let verdict = verdict_of(&home, &file);
        assert_eq!(verdict["verdict"], "verified", "{verdict}");
        // Ours is looked for first.
        assert_eq!(verdict["watermark"]["method"], "colophon-picture/1", "{verdict}");
        (file, verdict)
    };
    let names_it = |file: &Path| {
        let bytes = std::fs::read(file).expect("read");
        bytes.windows(TRUSTMARK.len()).any(|part| part == TRUSTMARK)
    };
    let (before, _) = draw("before.png");
    assert!(!names_it(&before));
    let pulled = home.run(&["models", "pull", "tiny-mark"]);
    assert!(pulled.status.success(), "{}", text(&pulled.stderr));
    let (after, verdict) = draw("after.png");
    assert!(names_it(&after), "the credential names TrustMark's soft binding");

    // A quarter of the size, without metadata: beyond what ours survives.
    let small = home.path("small.png");
    let scaled = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-i",
            path(&after),
            "-vf",
            "scale=iw/4:-1",
            "-map_metadata",
            "-1",
            path(&small),
        ])
        .status();
    assert!(scaled.expect("ffmpeg").success());
    let found = verdict_of(&home, &small);
    assert_eq!(found["watermark"]["method"], "trustmark-q", "{found}");
    assert_eq!(found["recovered"]["by"], "watermark", "{found}");
    assert_eq!(found["recovered"]["work_id"], verdict["work_id"], "{found}");
    let whole = verdict["watermark"]["payload"].as_str().expect("a payload");
    assert!(whole.starts_with(found["watermark"]["payload"].as_str().expect("a payload")), "{whole}");
}

#[test]
fn a_sound_that_a_network_cannot_mark_carries_ours_alone() {
    let home = home_with(&colophon_test::audioseal::NETWORKS);
    let pulled = home.run(&["models", "pull", "tiny-mark"]);
    assert!(pulled.status.success(), "{}", text(&pulled.stderr));
    let file = home.path("rain.wav");
    let made = home.run(&["sound", "heavy rain", "--seconds", "8", "--seed", "3", "-o", path(&file)]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let verdict = verdict_of(&home, &file);
    assert_eq!(verdict["verdict"], "verified", "{verdict}");
    assert_eq!(verdict["watermark"]["method"], "colophon-sound/1", "{verdict}");
    assert_eq!(verdict["watermark"]["matches_record"], true, "{verdict}");
}

#[test]
fn a_film_that_a_network_cannot_mark_carries_ours_alone() {
    let home = home_with(&[colophon_test::videoseal::CHECKPOINT]);
    let pulled = home.run(&["models", "pull", "tiny-mark"]);
    assert!(pulled.status.success(), "{}", text(&pulled.stderr));
    let (theirs, film) = (home.path("theirs.mp4"), home.path("film.mp4"));
    let drawn = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:duration=1:rate=12", path(&theirs)])
        .status();
    assert!(drawn.expect("ffmpeg").success());
    let marked = home.run(&["mark", path(&theirs), "--generator", "a test", "-o", path(&film)]);
    assert!(marked.status.success(), "{}", text(&marked.stderr));
    assert!(!text(&marked.stderr).contains("VideoSeal"), "{}", text(&marked.stderr));
    let bytes = std::fs::read(&film).expect("read");
    let named = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
    assert!(named(b"org.colophon.film.1") && !named(b"videoseal"));
    let verdict = verdict_of(&home, &film);
    assert_eq!(verdict["verdict"], "verified", "{verdict}");
    assert_eq!(verdict["watermark"]["method"], "colophon-film/1", "{verdict}");
}

fn verdict_of(home: &Home, file: &Path) -> Value {
    json(&home.run(&["verify", "--json", path(file)]).stdout)[0].take()
}
