//! Films, looked at as a player would: by ffprobe and by decoding their frames.
#![allow(clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use colophon_scene::LayeredScene;
use colophon_scene::layers::{Blend, Entrance, Motion, Particles};
use colophon_types::{Cancel, Caption, ErrorCode, Explain, FrameMarker, Lang, NoProgress, Pcm, Raster};
use colophon_video::cards::still;
use colophon_video::{
    EncodedFilm, FilmConfig, FilmWriter, FontPaths, SceneRenderer, Scratch, Shot, Transition, Typeset,
    VideoError,
};

const ENGLISH: &str = "The keeper paints the sea, & the sea keeps <still> for once.";
const CHINESE: &str = "守塔人每天清晨都在画海，海也安静地等着他。";

fn typeset(lang: Lang) -> Arc<Typeset> {
    let found = Typeset::load(&FontPaths::in_store(&colophon_test::models_dir(), lang));
    Arc::new(found.unwrap_or_else(|e| panic!("{e}: run `colophon models pull` first")))
}

fn shot(scene: LayeredScene, seconds: f64, caption: &str, last: bool) -> Shot {
    let captions = match caption {
        "" => vec![],
        text => vec![Caption { start: 0.7, end: seconds - 0.2, text: text.into() }],
    };
    Shot { scene, seconds, transition: Transition::Slide { from_left: false }, captions, last }
}

fn tone(seconds: f64) -> Pcm {
    let n = (seconds * 24_000.0) as usize;
    Pcm { rate: 24_000, samples: (0..n).map(|i| (i as f32 * 0.115).sin() * 0.2).collect() }
}

/// Two shots of 2.02 and 1.7 seconds: 3.72 s are 112 frames to the nearest.
fn film(config: FilmConfig, caption: &str) -> Result<EncodedFilm, VideoError> {
    let mut writer = FilmWriter::start(config, &Cancel::new(), Arc::new(NoProgress))?;
    writer.shot(shot(common::landscape(0.2, Particles::Snow), 2.02, caption, false))?;
    writer.shot(shot(common::landscape(1.4, Particles::None), 1.7, "", true))?;
    let cover = still(&common::landscape(0.2, Particles::None), 2.0, 4.0);
    writer.finish(&tone(2.5), "Sea & \"paint\"; = 海", Some(&cover))
}

fn files_in(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir).expect("readable").map(|e| e.expect("entry").path()).collect()
}

#[test]
fn a_player_finds_everything_in_place() {
    let dir = tempfile::tempdir().expect("temp dir");
    let mut config = FilmConfig::new(dir.path().join("film.mp4"), Lang::Zh);
    config.typeset = Some(typeset(Lang::Zh));
    let made = film(config, CHINESE).expect("a film");
    assert_eq!(made.frames, 112);
    assert_eq!(files_in(dir.path()), std::slice::from_ref(&made.path), "no temporary file is left");

    let found = common::probe(&made.path);
    let streams = found["streams"].as_array().expect("streams");
    let of = |kind: &str| streams.iter().filter(|s| s["codec_type"] == kind).collect::<Vec<_>>();
    let (video, audio, text) = (of("video"), of("audio"), of("subtitle"));
    let pictures = video[0];
    assert_eq!(pictures["codec_name"], "h264");
    assert_eq!((pictures["width"].as_u64(), pictures["height"].as_u64()), (Some(1280), Some(720)));
    assert_eq!(pictures["r_frame_rate"], "30/1");
    assert_eq!(pictures["avg_frame_rate"], "30/1");
    assert_eq!(pictures["nb_frames"], "112");
    assert_eq!(pictures["pix_fmt"], "yuv420p");
    for tag in ["color_space", "color_primaries", "color_transfer"] {
        assert_eq!(pictures[tag], "bt709", "{tag}");
    }
    assert_eq!(pictures["color_range"], "tv");
    assert_eq!(audio[0]["codec_name"], "aac");
    assert_eq!(audio[0]["sample_rate"], "48000");
    assert_eq!(text[0]["codec_name"], "mov_text");
    assert_eq!(text[0]["tags"]["language"], "zho");
    assert_eq!(text[0]["disposition"]["default"], 0, "captions are in the picture already");
    assert_eq!(video[1]["disposition"]["attached_pic"], 1);
    assert_eq!(found["format"]["tags"]["title"], "Sea & \"paint\"; = 海");
    let seconds = |v: &serde_json::Value| v.as_str().and_then(|s| s.parse::<f64>().ok()).expect("a number");
    assert!((seconds(&found["format"]["duration"]) - 112.0 / 30.0).abs() < 0.05);
    assert!((seconds(&audio[0]["duration"]) - 112.0 / 30.0).abs() < 0.05, "sound is filled with silence");

    let bytes = std::fs::read(&made.path).expect("readable");
    let at = |tag: &[u8]| bytes.windows(4).position(|w| w == tag);
    assert!(at(b"moov") < at(b"mdat"), "the index comes first");
}

#[test]
fn frames_move_captions_show_and_the_ends_are_black() {
    let dir = tempfile::tempdir().expect("temp dir");
    let mut config = FilmConfig::new(dir.path().join("film.mp4"), Lang::En);
    config.typeset = Some(typeset(Lang::En));
    let made = film(config, ENGLISH).expect("a film");
    let frame = |i| common::frame_at(&made.path, i, 1280, 720);
    let apart = |a: &[u8], b: &[u8]| {
        a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
    };
    let mean = |a: &[u8]| a.iter().map(|v| f64::from(*v)).sum::<f64>() / a.len() as f64;
    assert!(mean(&frame(0)) < 3.0 && mean(&frame(111)) < 3.0, "black at both ends");
    assert!(apart(&frame(30), &frame(33)) > 0.3, "the picture moves");

    // The decoded frame is the frame that was drawn, but for the caption.
    let renderer = SceneRenderer::new(&common::landscape(0.2, Particles::Snow), 2.62);
    let mut drawn = Raster::filled(1280, 720, [0; 4]);
    renderer.render(40.0 / 30.0, &mut drawn, &mut Scratch::default());
    let plain: Vec<u8> = drawn.rgba.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
    let seen = frame(40);
    let upper = 540 * 1280 * 3;
    assert!(apart(&seen[..upper], &plain[..upper]) < 3.0, "{}", apart(&seen[..upper], &plain[..upper]));
    let middle = |f: &[u8]| -> Vec<u8> {
        (600..670usize).flat_map(|y| f[(y * 1280 + 420) * 3..(y * 1280 + 860) * 3].to_vec()).collect()
    };
    assert!(apart(&middle(&seen), &middle(&plain)) > 12.0, "the caption is there");
    assert!(middle(&seen).iter().filter(|v| **v > 225).count() > 2000, "in white letters");

    let text = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&made.path)
        .args(["-map", "0:s:0", "-f", "srt", "-"])
        .output()
        .expect("ffmpeg");
    let text = String::from_utf8_lossy(&text.stdout).replace("\r\n", "\n");
    assert!(text.starts_with("1\n00:00:00,700 --> 00:00:01,820\n"), "{text}");
    assert!(text.contains("The keeper paints the sea,\n& the sea keeps <still> for once."), "{text}");
}

#[test]
fn the_same_film_twice_is_the_same_file() {
    let dir = tempfile::tempdir().expect("temp dir");
    let made = |name: &str, threads| {
        let mut config = FilmConfig::new(dir.path().join(name), Lang::En);
        config.typeset = Some(typeset(Lang::En));
        config.render_threads = threads;
        std::fs::read(film(config, ENGLISH).expect("a film").path).expect("readable")
    };
    let first = made("a.mp4", 1);
    assert!(first == made("b.mp4", 1), "again");
    assert!(first == made("c.mp4", 3), "with more threads for drawing");
}

struct Stripe;

impl FrameMarker for Stripe {
    fn name(&self) -> &str {
        "stripe/1"
    }
    fn mark(&self, index: u64, fps: u32, frame: &mut Raster) {
        assert_eq!(fps, 30);
        let v = if index.is_multiple_of(2) { 255 } else { 0 };
        let n = frame.width as usize * 4 * 40;
        frame.rgba[..n].as_chunks_mut::<4>().0.fill([v, v, v, 255]);
    }
    fn mark_sound(&self, _: &mut [&mut [f32]], _: u32) {}
}

#[test]
fn every_frame_is_marked_last_of_all() {
    let dir = tempfile::tempdir().expect("temp dir");
    let mut config = FilmConfig::new(dir.path().join("film.mp4"), Lang::En);
    config.marker = Some(Arc::new(Stripe));
    config.render_threads = 2;
    let made = film(config, "").expect("a film");
    // Also inside fades and transitions: 0 is black but for the mark, 62 is in the transition.
    for (i, bright) in [(0, true), (1, false), (30, true), (61, false), (62, true), (111, false)] {
        let seen = common::frame_at(&made.path, i, 1280, 720);
        let stripe: f64 = seen[..1280 * 3 * 30].iter().map(|v| f64::from(*v)).sum::<f64>() / (1280.0 * 90.0);
        assert_eq!(stripe > 128.0, bright, "frame {i}: {stripe}");
    }
}

#[test]
fn cancelling_stops_at_once_and_leaves_nothing() {
    let dir = tempfile::tempdir().expect("temp dir");
    let cancel = Cancel::new();
    let config = FilmConfig::new(dir.path().join("film.mp4"), Lang::En);
    let mut writer = FilmWriter::start(config, &cancel, Arc::new(NoProgress)).expect("starts");
    writer.shot(shot(common::landscape(0.2, Particles::Rain), 600.0, "", true)).expect("taken");
    std::thread::sleep(Duration::from_millis(700));
    assert!(!files_in(dir.path()).is_empty());
    cancel.cancel();
    let start = Instant::now();
    let error = writer.finish(&tone(1.0), "", None).expect_err("cancelled");
    assert_eq!(error.code(), ErrorCode::Cancelled);
    assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
    assert!(files_in(dir.path()).is_empty());
}

#[test]
fn dropping_a_writer_leaves_nothing() {
    let dir = tempfile::tempdir().expect("temp dir");
    let config = FilmConfig::new(dir.path().join("film.mp4"), Lang::En);
    let mut writer = FilmWriter::start(config, &Cancel::new(), Arc::new(NoProgress)).expect("starts");
    writer.shot(shot(common::landscape(0.2, Particles::Rain), 600.0, "", true)).expect("taken");
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    drop(writer);
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert!(files_in(dir.path()).is_empty());
}

#[test]
fn a_missing_or_broken_ffmpeg_is_told_in_a_sentence() {
    let dir = tempfile::tempdir().expect("temp dir");
    let mut config = FilmConfig::new(dir.path().join("film.mp4"), Lang::En);
    config.ffmpeg = dir.path().join("no-such-ffmpeg");
    let error = film(config.clone(), "").expect_err("missing");
    assert_eq!(error.code(), ErrorCode::ToolMissing);
    assert!(error.hint().is_some_and(|h| h.contains("install ffmpeg")));

    let fake = dir.path().join("fake");
    std::fs::write(&fake, "#!/bin/sh\necho first >&2\necho 'Unknown encoder libx264' >&2\nexit 1\n")
        .expect("written");
    std::fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    config.ffmpeg = fake;
    let error = film(config.clone(), "").expect_err("broken");
    assert_eq!(error.code(), ErrorCode::Failed);
    assert!(error.to_string().contains("Unknown encoder libx264"), "{error}");

    let full = "#!/bin/sh\necho 'av_interleaved_write_frame(): No space left on device' >&2\n\
                echo 'Conversion failed!' >&2\nexit 1\n";
    std::fs::write(&config.ffmpeg, full).expect("written");
    let error = film(config, "").expect_err("disk full");
    assert!(matches!(error, VideoError::DiskFull), "{error}");
    assert_eq!(error.code(), ErrorCode::Io);
}

#[test]
fn an_ffmpeg_that_hangs_is_killed() {
    let dir = tempfile::tempdir().expect("temp dir");
    let fake = dir.path().join("fake");
    std::fs::write(&fake, "#!/bin/sh\nexec sleep 60\n").expect("written");
    std::fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    for drop_it in [true, false] {
        let cancel = Cancel::new();
        let config =
            FilmConfig { ffmpeg: fake.clone(), ..FilmConfig::new(dir.path().join("film.mp4"), Lang::En) };
        let mut writer = FilmWriter::start(config, &cancel, Arc::new(NoProgress)).expect("starts");
        writer.shot(shot(common::landscape(0.2, Particles::None), 5.0, "", true)).expect("taken");
        std::thread::sleep(Duration::from_millis(400));
        let start = Instant::now();
        if drop_it {
            drop(writer);
        } else {
            cancel.cancel();
            let error = writer.finish(&tone(1.0), "", None).expect_err("cancelled");
            assert_eq!(error.code(), ErrorCode::Cancelled);
        }
        assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
        assert_eq!(files_in(dir.path()), std::slice::from_ref(&fake));
    }
}

#[test]
fn nonsense_is_refused() {
    let dir = tempfile::tempdir().expect("temp dir");
    let config = FilmConfig::new(dir.path().join("film.mp4"), Lang::En);
    for (w, h, fps) in [(1281, 720, 30), (0, 0, 30), (1280, 720, 0), (100_000, 720, 30)] {
        let odd = FilmConfig { width: w, height: h, fps, ..config.clone() };
        let error = FilmWriter::start(odd, &Cancel::new(), Arc::new(NoProgress)).err().expect("refused");
        assert_eq!(error.code(), ErrorCode::BadInput);
    }
    let writer = FilmWriter::start(config, &Cancel::new(), Arc::new(NoProgress)).expect("starts");
    assert!(writer.finish(&tone(1.0), "", None).is_err(), "a film without shots");
}

#[test]
fn hostile_scenes_do_no_harm() {
    let nan = f32::NAN;
    let mut scene = common::landscape(0.2, Particles::Bubbles);
    let mut bad = Vec::new();
    let images = [
        Raster { width: 0, height: 0, rgba: vec![] },
        Raster { width: u32::MAX, height: u32::MAX, rgba: vec![1, 2, 3] },
        Raster { width: 50, height: 50, rgba: vec![255; 17] },
        Raster::filled(1, 1, [9, 9, 9, 255]),
        Raster::filled(70, 3, [255, 255, 255, 3]),
        Raster::filled(2000, 2000, [10, 20, 30, 200]),
    ];
    for (i, image) in images.into_iter().enumerate() {
        for (x, y) in [(nan, 3.0), (1e30, -1e30), (f32::INFINITY, nan), (-1990.0, 700.0), (1279.5, 719.5)] {
            let mut layer = common::layer("bad", image.clone(), x, y, [nan, -4.0, 1e9, 0.5][i % 4]);
            layer.blend = [Blend::Over, Blend::Add, Blend::Multiply][i % 3];
            layer.opacity = [nan, 7.0, 0.3][i % 3];
            layer.motion = vec![
                Motion::Drift { dx: 1e30, dy: nan, wrap: i % 2 == 0 },
                Motion::Sway { amplitude: 1e9, period: 0.0, phase: nan },
                Motion::Bob { amplitude: f32::INFINITY, period: nan, phase: 0.0 },
                Motion::Breathe { amount: 1e9, period: 1.0, phase: 0.0 },
                Motion::Twinkle { low: -3.0, period: 0.0, phase: nan },
                Motion::Travel { dx: f32::NEG_INFINITY },
            ];
            layer.entrance =
                [Entrance::Pop { delay: nan }, Entrance::Slide { delay: -1.0, side: nan }][i % 2];
            bad.push(layer);
        }
    }
    scene.layers.extend(bad);
    for camera in [(nan, 1.0), (1e30, f32::NEG_INFINITY), (0.0, 0.0)] {
        scene.camera = camera;
        for seconds in [nan, 0.0, 3.0] {
            let renderer = SceneRenderer::new(&scene, seconds);
            let mut frame = Raster::filled(3, 3, [0; 4]);
            for t in [0.0, 0.31, 2.0, nan, 1e30, -5.0] {
                renderer.render(t, &mut frame, &mut Scratch::default());
                assert_eq!((frame.width, frame.height, frame.rgba.len()), (1280, 720, 1280 * 720 * 4));
                assert!(frame.rgba.iter().skip(3).step_by(4).all(|a| *a == 255), "opaque at {t}");
            }
        }
    }
    let empty = LayeredScene { width: 0, height: 0, layers: vec![], ..scene };
    SceneRenderer::new(&empty, 1.0).render(0.5, &mut Raster::filled(1, 1, [0; 4]), &mut Scratch::default());
}

#[test]
fn a_still_scene_is_drawn_as_it_is() {
    let mut scene = common::landscape(0.2, Particles::None);
    scene.camera = (0.0, 0.0);
    for layer in &mut scene.layers {
        layer.motion.clear();
        layer.entrance = Entrance::None;
        (layer.x, layer.y) = (layer.x.round(), layer.y.round());
    }
    let (drawn, flat) = (still(&scene, 1.0, 2.0), scene.flatten());
    let worst = drawn.rgba.iter().zip(&flat.rgba).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(3), "rounding only: {worst:?}");
}

#[test]
fn slow_motion_does_not_jitter() {
    // A soft-edged disc that moves 0.3 pixels a frame: its centre of mass must follow evenly.
    let mut scene = common::landscape(0.2, Particles::None);
    scene.camera = (0.0, 0.0);
    scene.layers.truncate(1);
    scene.layers[0].image = Raster::filled(1434, 720, [0, 0, 0, 255]);
    let disc = common::paint(60, 60, |x, y| ([255.0; 3], (20.0 - (x - 30.0).hypot(y - 30.0)) / 4.0));
    let mut moving = common::layer("disc", disc, 200.0, 300.0, 0.0);
    moving.motion = vec![Motion::Drift { dx: 9.0, dy: 0.0, wrap: false }];
    scene.layers.push(moving);
    let renderer = SceneRenderer::new(&scene, 4.0);
    let (mut frame, mut scratch) = (Raster::filled(1280, 720, [0; 4]), Scratch::default());
    let mut centres = Vec::new();
    for i in 0..40 {
        renderer.render(i as f32 / 30.0, &mut frame, &mut scratch);
        let (mut sum, mut weight) = (0.0, 0.0);
        for (k, p) in frame.rgba.as_chunks::<4>().0.iter().enumerate() {
            sum += f64::from(p[0]) * (k % 1280) as f64;
            weight += f64::from(p[0]);
        }
        centres.push(sum / weight);
    }
    for pair in centres.windows(2) {
        assert!((pair[1] - pair[0] - 0.3).abs() < 0.02, "{}", pair[1] - pair[0]);
    }
}
