//! The marks that survive when all metadata is gone: sealed, stripped, changed, and found again.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use crate::kit::{Studio, film_marked_by, marked_film, picture, receipt, run};
use colophon_seal::{
    Agreement, Corner, LabelOptions, LabelProfile, MarkFrames, Payload, ReadFrames, SealError, Sealer,
    SealerConfig, TurnFacts, VerdictKind, Watermark, seal,
};
use colophon_types::{
    Cancel, Declared, Draft, FrameMarker, Media, Modality, NoProgress, Pcm, PictureFormat, Raster,
    SoundFormat, Source, Stereo,
};
use colophon_watermark::Key;
use colophon_watermark::film::{FilmMark, FilmReader};
use image::ImageFormat;

/// A picture with something in it: soft hills, a sun and some grain.
fn scene(width: u32, height: u32) -> Raster {
    let mut raster = picture(width, height, true);
    for (i, p) in raster.rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = ((i as u32 % width) as f32, (i as u32 / width) as f32);
        let hill = (x * 0.011).sin() * 30.0 + (x * 0.031).cos() * 12.0 + height as f32 * 0.6;
        if y > hill {
            p[0] = p[0] / 2 + 20;
            p[1] = p[1] / 2 + 70;
            p[2] = 60;
        }
        if (x - 400.0).hypot(y - 120.0) < 60.0 {
            p[..3].copy_from_slice(&[245, 214, 120]);
        }
    }
    raster
}

/// Twenty seconds of chords over a rustle.
fn tune(rate: u32, seconds: f64) -> Stereo {
    let mut seed = 9_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for i in 0..(seconds * f64::from(rate)) as usize {
        let t = i as f32 / rate as f32;
        let root = 196.0 * [1.0, 1.335, 1.498, 1.122][(t as usize / 2) % 4];
        let swell = 0.6 + 0.4 * (t * 3.1).sin();
        let chord: f32 = [1.0, 1.26, 1.498, 2.0, 3.0, 4.01, 5.02]
            .iter()
            .enumerate()
            .map(|(k, r)| (t * root * r * std::f32::consts::TAU).sin() / (k + 2) as f32)
            .sum();
        let hiss = noise() * 0.05;
        left.push(swell * chord * 0.3 + hiss);
        right.push(swell * chord * 0.25 + noise() * 0.05);
    }
    Stereo { rate, left, right }
}

fn payload() -> String {
    Payload::of(&receipt().work_id).to_string()
}

/// The pixels of a picture in another format: nothing else is left.
fn stripped(bytes: &[u8], format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::load_from_memory(bytes).unwrap().to_rgb8().write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[test]
fn a_picture_leads_back_to_its_record_when_all_metadata_is_gone() {
    let studio = Studio::new();
    let sealed = studio.seal(Media::Picture(scene(800, 600)));
    let bytes = sealed.bytes().unwrap().into_owned();
    let whole = studio.verify_bytes(&bytes, "whole.png");
    assert_eq!(whole.verdict, VerdictKind::Verified, "{whole:?}");
    assert!(whole.watermark.found, "{whole:?}");
    assert_eq!(whole.watermark.payload, Some(payload()));
    assert_eq!(whole.watermark.matches_record, Some(true));
    assert!(whole.watermark.false_positive_rate.unwrap() <= 1e-4);
    assert_eq!(whole.recovered, None);

    for (name, format) in [("a.jpg", ImageFormat::Jpeg), ("a.png", ImageFormat::Png)] {
        let copy = studio.verify_bytes(&stripped(&bytes, format), name);
        assert_eq!(copy.verdict, VerdictKind::Marked, "{copy:?}");
        assert!(!copy.aigc.present && copy.c2pa.active_manifest.is_none());
        assert_eq!(copy.work_id.as_deref(), Some(receipt().work_id.as_str()));
        let found = copy.recovered.expect("a record");
        assert_eq!((found.by, found.index, found.sha256.as_str()), ("watermark", 0, sealed.sha256()));
        assert_eq!(copy.watermark.matches_record, Some(true));
    }
}

#[test]
fn a_mirrored_or_turned_copy_leads_back_to_its_record() {
    let studio = Studio::new();
    let bytes = studio.seal(Media::Picture(scene(800, 600))).bytes().unwrap().into_owned();
    let upright = image::load_from_memory(&stripped(&bytes, ImageFormat::Png)).unwrap();
    let copies = [
        ("mirrored", upright.fliph(), (true, 0)),
        ("turned by 90°", upright.rotate90(), (false, 90)),
        ("turned by 180°", upright.rotate180(), (false, 180)),
        ("turned by 270°", upright.rotate270(), (false, 270)),
        ("mirrored and turned by 90°", upright.fliph().rotate90(), (true, 90)),
        ("mirrored and turned by 180°", upright.flipv(), (true, 180)),
        ("mirrored and turned by 270°", upright.fliph().rotate270(), (true, 270)),
    ];
    for (what, copy, (mirrored, degrees)) in copies {
        let mut out = Cursor::new(Vec::new());
        copy.to_rgb8().write_to(&mut out, ImageFormat::Jpeg).unwrap();
        let copy = studio.verify_bytes(&out.into_inner(), "a.jpg");
        assert_eq!(copy.verdict, VerdictKind::Marked, "{what}: {copy:?}");
        assert_eq!(copy.recovered.map(|found| (found.by, found.index)), Some(("watermark", 0)), "{what}");
        assert_eq!(copy.watermark.turned, Some(TurnFacts { mirrored, degrees }), "{what}");
        assert!(
            copy.reasons.iter().any(|r| r.contains(&format!("it was {what} after"))),
            "{:?}",
            copy.reasons
        );
    }
    let whole = serde_json::to_value(studio.verify_bytes(&bytes, "whole.png")).unwrap();
    assert!(whole["watermark"].get("turned").is_none(), "{whole}");
}

#[test]
fn a_picture_whose_watermark_is_gone_is_found_by_what_it_looks_like() {
    let studio = Studio::new();
    let bytes = studio.seal(Media::Picture(scene(800, 600))).bytes().unwrap().into_owned();
    // A quarter of the size and softened: no mark is left.
    let small =
        image::load_from_memory(&bytes).unwrap().resize(90, 90, image::imageops::FilterType::Triangle);
    let mut out = Cursor::new(Vec::new());
    small.blur(1.0).to_rgb8().write_to(&mut out, ImageFormat::Png).unwrap();
    let copy = studio.verify_bytes(&out.into_inner(), "small.png");
    assert!(!copy.watermark.found);
    let found = copy.recovered.expect("a record");
    assert_eq!((found.by, found.index), ("likeness", 0));
    assert!(found.bits_apart.unwrap() <= 24);
    assert_eq!(copy.work_id, None, "likeness is evidence and no proof");
    let other = studio.verify_bytes(&stripped_of(&picture(90, 70, true)), "other.png");
    assert_eq!(other.recovered, None, "{other:?}");
}

fn stripped_of(raster: &Raster) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::RgbaImage::from_raw(raster.width, raster.height, raster.rgba.clone())
        .unwrap()
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

#[test]
fn a_picture_too_small_for_a_mark_says_so_in_its_credential() {
    let studio = Studio::new();
    let path = studio.make(Media::Picture(picture(60, 60, true)), "icon.png");
    let verdict = studio.verify(&path);
    assert_eq!(verdict.verdict, VerdictKind::Verified);
    assert!(!verdict.watermark.found);
    let manifest = manifest(&path);
    assert!(manifest.contains("\"none\""), "{manifest}");
    assert!(!manifest.contains("org.colophon.picture.1"), "{manifest}");
}

/// The credential of a file as its reader gives it.
fn manifest(path: &Path) -> String {
    let reader = c2pa::Reader::from_context(c2pa::Context::new()).with_file(path).unwrap();
    reader.detailed_json()
}

#[test]
fn the_credential_is_bound_to_what_the_watermark_says() {
    let studio = Studio::new();
    let path = studio.make(Media::Picture(scene(640, 480)), "bound.png");
    let manifest = manifest(&path);
    for wanted in ["org.colophon.picture.1", &payload(), "c2pa.watermarked.bound", "io.iscc.v0", "ISCC:"] {
        assert!(manifest.contains(wanted), "{wanted} in {manifest}");
    }
    let entry = studio.ledger.entry(0).unwrap();
    assert_eq!(entry.watermark, Some(payload()));
    assert!(entry.iscc.unwrap().starts_with("ISCC:"));
}

#[test]
fn a_sound_leads_back_to_its_record_when_all_metadata_is_gone() {
    let studio = Studio::new();
    let path = studio.make(Media::Stereo(tune(44_100, 20.0)), "tune.wav");
    let whole = studio.verify(&path);
    assert_eq!(whole.watermark.payload, Some(payload()[..8].to_owned()), "{whole:?}");
    assert_eq!(whole.watermark.matches_record, Some(true));
    // Cut, made quieter and compressed; neither label nor metadata is left.
    let cut = studio.dir.path().join("cut.mp3");
    let (from, to) = (path.display().to_string(), cut.display().to_string());
    let args = ["-v", "error", "-y", "-ss", "3.3", "-i", &from, "-map_metadata", "-1", "-af", "volume=0.6"];
    run("ffmpeg", &[&args[..], &["-c:a", "libmp3lame", "-b:a", "96k", &to]].concat());
    let copy = studio.verify(&cut);
    assert_eq!(copy.verdict, VerdictKind::Marked, "{copy:?}");
    assert!(!copy.explicit_label.present && !copy.aigc.present);
    assert_eq!(copy.recovered.expect("a record").by, "watermark");
    assert_eq!(copy.work_id.as_deref(), Some(receipt().work_id.as_str()));
}

#[test]
fn a_film_leads_back_to_its_record_when_it_was_encoded_again() {
    let studio = Studio::new();
    let draft = marked_film(&studio, 4);
    let path = studio.make(studio.film(draft, 4.0), "a.mp4");
    let whole = studio.verify(&path);
    assert_eq!(whole.watermark.payload, Some(payload()), "{whole:?}");
    let again = studio.dir.path().join("again.mp4");
    let (from, to) = (path.display().to_string(), again.display().to_string());
    let args = ["-v", "error", "-y", "-i", &from, "-map_metadata", "-1", "-vf", "scale=-2:480,fps=20"];
    run("ffmpeg", &[&args[..], &["-c:v", "libx264", "-crf", "26", "-preset", "veryfast", &to]].concat());
    let copy = studio.verify(&again);
    assert_eq!(copy.verdict, VerdictKind::Marked, "{copy:?}");
    assert_eq!(copy.recovered.expect("a record").by, "watermark");
}

/// A mark of another maker in the frames of films: our own under another key, or one that does not hold.
struct Theirs {
    holds: bool,
}

impl Theirs {
    fn key() -> Key {
        Key::new(b"of another maker")
    }
}

struct Nothing;

impl MarkFrames for Nothing {
    fn mark(&self, _index: u64, _frame: &mut Raster) {}
}

impl Watermark for Theirs {
    fn name(&self) -> &str {
        "theirs-film/2"
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Video
    }

    fn on_frames(&self, payload: Payload) -> Option<Box<dyn MarkFrames>> {
        let mark = FilmMark::new(payload, &Self::key());
        Some(if self.holds { Box::new(mark) } else { Box::new(Nothing) })
    }

    fn in_frames(&self) -> Option<Box<dyn ReadFrames>> {
        Some(Box::new(FilmReader::new(&Self::key())))
    }
}

#[test]
fn a_second_mark_of_films_is_claimed_where_it_can_be_read() {
    for holds in [true, false] {
        let studio = Studio::new();
        let theirs: Arc<dyn Watermark> = Arc::new(Theirs { holds });
        let sealer = studio.open(SealerConfig { watermarks: vec![theirs], ..studio.config() }).unwrap();
        let path = studio.dir.path().join("draft.mp4");
        film_marked_by(&sealer, &path, 2);
        let marker = sealer.film_marker(&receipt().work_id).name().to_owned();
        let draft = Draft::new(Media::Film { path, marker, seconds: 2.0 }, receipt());
        let sealed = seal(draft, &sealer, &Cancel::new(), &NoProgress).unwrap();
        let film = studio.dir.path().join("film.mp4");
        sealed.write_to(&film).unwrap();
        let named = |name: &[u8]| std::fs::read(&film).unwrap().windows(name.len()).any(|part| part == name);
        assert!(named(b"org.colophon.film.1"));
        assert_eq!(named(b"org.theirs.film.2"), holds);
        let verdict = studio.verify(&film);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:#?}");
        assert_eq!(verdict.watermark.method.as_deref(), Some("colophon-film/1"));
        assert_eq!(verdict.watermark.payload, Some(payload()));
    }
}

#[test]
fn a_film_whose_watermark_is_gone_is_found_by_what_it_looks_like() {
    let studio = Studio::new();
    let made = |source: &str, name: &str| {
        let path = studio.dir.path().join(name);
        let (source, file) = (format!("{source}=size=640x360:rate=24"), path.display().to_string());
        let args = ["-v", "error", "-y", "-f", "lavfi", "-i", &source, "-t", "6", "-c:v", "libx264"];
        run("ffmpeg", &[&args[..], &["-preset", "veryfast", "-pix_fmt", "yuv420p", &file]].concat());
        path
    };
    // Nothing was laid over the frames of these, so that only their content can lead back.
    let path = studio.make(studio.film(made("testsrc2", "draft.mp4"), 6.0), "film.mp4");
    let sealed = studio.ledger.entry(0).unwrap();
    assert!(sealed.iscc.is_some_and(|code| code.starts_with("ISCC:")));
    let again = studio.dir.path().join("again.mp4");
    let (from, to) = (path.display().to_string(), again.display().to_string());
    let args = [
        "-v",
        "error",
        "-y",
        "-i",
        &from,
        "-map_metadata",
        "-1",
        "-vf",
        "scale=-2:240,fps=15,eq=brightness=0.05",
    ];
    run("ffmpeg", &[&args[..], &["-c:v", "libx264", "-crf", "30", "-preset", "veryfast", &to]].concat());
    let copy = studio.verify(&again);
    assert!(!copy.watermark.found, "{copy:?}");
    let found = copy.recovered.expect("a record");
    assert_eq!((found.by, found.index), ("likeness", 0));
    println!("{:?} bits apart", found.bits_apart);
    for other in ["mandelbrot", "smptebars", "color"] {
        let other = studio.verify(&made(other, "other.mp4"));
        assert_eq!(other.recovered, None, "{other:?}");
    }
}

/// A sealer with its own choices about the label.
fn sealer(studio: &Studio, label: LabelOptions) -> Result<Sealer, SealError> {
    studio.open(SealerConfig { label, ..studio.config() })
}

#[test]
fn each_law_has_its_words_and_all_are_found_again() {
    let studio = Studio::new();
    for profile in LabelProfile::ALL {
        let label = LabelOptions { corner: Corner::BottomRight, profile, hidden: None };
        let sealer = sealer(&studio, label).unwrap();
        let made = |media| seal(Draft::new(media, receipt()), &sealer, &Cancel::new(), &NoProgress).unwrap();
        let picture = made(Media::Picture(scene(800, 600))).bytes().unwrap().into_owned();
        let seen = studio.verify_bytes(&stripped(&picture, ImageFormat::Png), "p.png").explicit_label;
        assert_eq!(seen.text.as_deref(), Some(profile.picture()), "{profile:?}");
        assert_eq!(seen.place.as_deref(), Some("bottom right corner"));
        let text = made(Media::Text("Words of some length.\n".to_owned())).bytes().unwrap().into_owned();
        let read = studio.verify_bytes(&text, "t.md").explicit_label;
        assert_eq!(read.text.as_deref(), Some(profile.text()), "{profile:?}");
    }
}

#[test]
fn without_a_visible_label_all_else_stays_and_the_agreement_is_kept() {
    let studio = Studio::new();
    let kept_in = studio.dir.path().join("agreements.jsonl");
    let agreement = |who: &str| Agreement { who: who.into(), why: "print".into(), kept_in: kept_in.clone() };
    let label = |who: &str| LabelOptions { hidden: Some(agreement(who)), ..LabelOptions::default() };
    let refused = sealer(&studio, label(" ")).err().expect("refused").to_string();
    assert!(refused.contains("who agrees"), "{refused}");

    let sealer = sealer(&studio, label("Li Wei")).unwrap();
    let made = |media| seal(Draft::new(media, receipt()), &sealer, &Cancel::new(), &NoProgress).unwrap();
    for (media, name) in [
        (Media::Picture(scene(800, 600)), "p.png"),
        (Media::Stereo(tune(44_100, 12.0)), "s.wav"),
        (Media::Text("Words.\n".to_owned()), "t.md"),
    ] {
        let verdict = studio.verify_bytes(&made(media).bytes().unwrap(), name);
        assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:?}");
        assert!(!verdict.explicit_label.present, "{verdict:?}");
        assert!(verdict.aigc.valid && (verdict.watermark.found || name == "t.md"), "{verdict:?}");
    }
    let lines = std::fs::read_to_string(&kept_in).unwrap();
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.contains("Li Wei") && lines.contains(receipt().work_id.as_str()));

    // An agreement that cannot be kept is none.
    std::fs::remove_file(&kept_in).unwrap();
    std::fs::create_dir(&kept_in).unwrap();
    let before = studio.ledger.checkpoint().unwrap().size;
    let draft = Draft::new(Media::Text("Words.\n".to_owned()), receipt());
    assert!(seal(draft, &sealer, &Cancel::new(), &NoProgress).is_err());
    assert_eq!(studio.ledger.checkpoint().unwrap().size, before);
}

#[test]
fn what_another_producer_marked_keeps_saying_so() {
    let theirs = Studio::new();
    let bytes = theirs.seal(Media::Picture(scene(640, 480))).bytes().unwrap().into_owned();
    let source = Source { name: "theirs.png".into(), media_type: "image/png".into(), bytes: bytes.into() };
    let raster = scene(640, 480);
    let other = colophon_types::WorkId::from_bits(77);
    let made = colophon_types::Receipt { work_id: other.clone(), ..receipt() };
    let draft = Draft::declared(Media::Picture(raster), made, Some(source), Declared::Edited)
        .written_as(PictureFormat::Jpeg { quality: 92 });
    let ours = Studio::new();
    let sealed = seal(draft, &ours.sealer, &Cancel::new(), &NoProgress).unwrap();
    let verdict = ours.verify_bytes(&sealed.bytes().unwrap(), "ours.jpg");
    assert_eq!(verdict.verdict, VerdictKind::Verified, "{verdict:?}");
    let fields = verdict.aigc.fields.unwrap();
    assert_eq!(fields["ProduceID"], receipt().work_id.as_str());
    assert_eq!(fields["PropagateID"], other.as_str());
    assert_eq!(
        verdict.iptc.digital_source_type.as_deref(),
        Some("http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")
    );
    assert_eq!(verdict.work_id.as_deref(), Some(other.as_str()));
}

#[test]
fn streams_and_recordings_carry_the_mark_too() {
    let studio = Studio::new();
    let sound = tune(24_000, 20.0).mono();
    let never = Cancel::new();
    let begun = colophon_seal::SoundSeal::begin(
        Arc::clone(&studio.sealer),
        receipt(),
        SoundFormat::Wav,
        24_000,
        0.1,
        &never,
    );
    let (mut growing, first) = begun.unwrap();
    let mut bytes = first.into_bytes();
    for part in sound.samples.chunks(5_000) {
        bytes.extend(growing.piece(&Pcm { rate: 24_000, samples: part.to_vec() }).unwrap().into_bytes());
    }
    bytes.extend(growing.finish(&never).unwrap().last.into_bytes());
    let verdict = studio.verify_bytes(&bytes, "stream.wav");
    assert_eq!(verdict.watermark.payload, Some(payload()[..8].to_owned()), "{verdict:?}");
    assert_eq!(studio.ledger.entry(0).unwrap().watermark, Some(payload()));
}

#[test]
fn what_is_changed_and_sealed_again_carries_the_new_mark() {
    let studio = Studio::new();
    let first = studio.seal(Media::Picture(scene(800, 600))).bytes().unwrap().into_owned();
    let image = image::load_from_memory(&first).unwrap().to_rgba8();
    let raster = Raster { width: 800, height: 600, rgba: image.into_raw() };
    let other = colophon_types::WorkId::from_bits(4711);
    let again = colophon_types::Receipt { work_id: other.clone(), ..receipt() };
    let sealed = seal(Draft::new(Media::Picture(raster), again), &studio.sealer, &Cancel::new(), &NoProgress);
    let bytes = sealed.unwrap().bytes().unwrap().into_owned();
    let copy = studio.verify_bytes(&stripped(&bytes, ImageFormat::Jpeg), "again.jpg");
    assert_eq!(copy.work_id.as_deref(), Some(other.as_str()), "{copy:?}");
}

/// A watermark that breaks.
struct Broken;

impl colophon_seal::Watermark for Broken {
    fn name(&self) -> &str {
        "broken/1"
    }

    fn marks(&self, modality: colophon_types::Modality) -> bool {
        modality == colophon_types::Modality::Image
    }

    fn embed(&self, _: &mut Media, _: Payload) -> Result<String, colophon_seal::WatermarkError> {
        Err(colophon_seal::WatermarkError::Failed("it broke".into()))
    }

    fn find(&self, _: &Media) -> Option<colophon_seal::Found> {
        None
    }
}

#[test]
fn a_watermark_that_breaks_stops_the_sealing() {
    let studio = Studio::new();
    let config = SealerConfig { watermarks: vec![Arc::new(Broken)], ..studio.config() };
    let sealer = studio.open(config).unwrap();
    let draft = Draft::new(Media::Picture(scene(320, 240)), receipt());
    let error = seal(draft, &sealer, &Cancel::new(), &NoProgress).err().expect("stopped");
    assert_eq!(error.to_string(), "sealing failed at the step 'watermark': it broke");
    assert_eq!(studio.ledger.checkpoint().unwrap().size, 0);
}
