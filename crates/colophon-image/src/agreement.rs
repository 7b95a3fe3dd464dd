//! The networks against ncnn, PyTorch and ONNX Runtime in Python. `tests/data/engines.json` holds what
//! these compute; `tests/python/engines.py` made it, and `scripts/check-pictures` computes it again.

use std::path::PathBuf;
use std::sync::Once;

use colophon_types::{Cancel, Raster};
use serde_json::Value;

use crate::dream::Dream;
use crate::faces::{LATENT, Latent};
use crate::gatys::GatysPainter;
use crate::net::{Net, Tensor, ncnn, tflite};
use crate::resize::Plane;
use crate::{Dreamer, Faces, NudityFilter, pixels, vgg};

/// What the issue of these engines allows.
const NEAR: f64 = 1e-3;
const SIZE: (usize, usize) = (48, 32);

pub(crate) fn model(id: &str) -> PathBuf {
    static RUNTIME: Once = Once::new();
    RUNTIME.call_once(|| colophon_hub::onnx::init(&colophon_test::onnx_runtime()).unwrap());
    colophon_test::models_dir().join(id)
}

/// The formula of `engines.py`.
fn pattern((w, h): (usize, usize), phase: f32) -> Vec<Plane> {
    (0..3)
        .map(|c| {
            let at = |i: usize| {
                let (x, y) = ((i % w) as f64, (i / w) as f64);
                (0.5 + 0.5 * (0.37 * x * (c + 1) as f64 + 0.23 * y + c as f64 + f64::from(phase)).sin())
                    as f32
            };
            Plane { w, h, v: (0..w * h).map(at).collect() }
        })
        .collect()
}

fn reference(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../tests/data/engines.json")).unwrap();
    all[name].clone()
}

/// Within a thousandth, of one or of the largest value.
pub(crate) fn agrees(ours: &[f32], theirs: &Value, what: &str) {
    let number = |key: &str| theirs[key].as_f64().unwrap();
    assert_eq!(ours.len() as f64, number("size"), "{what}");
    let values: Vec<f64> = theirs["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let scale = values.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (i, theirs) in values.iter().enumerate() {
        let ours = f64::from(ours[i * number("step") as usize]);
        assert!((ours - theirs).abs() < NEAR * scale, "{what}, number {i}: {ours} and {theirs}");
    }
    let count = ours.len() as f64;
    let mean = ours.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let power = ours.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / count;
    assert!((mean - number("mean")).abs() < NEAR * scale, "{what}: mean {mean} and {}", number("mean"));
    let off = (power - number("power")).abs();
    assert!(off < 2.0 * NEAR * number("power").max(1e-6), "{what}: power {power} and {}", number("power"));
}

#[test]
fn enlarging_networks_agree_with_ncnn() {
    for (id, name) in [
        ("span", "spanx4_ch48"),
        ("span", "spanx2_ch48"),
        ("real-esrgan", "realesrgan-x4plus"),
        ("real-esrgan", "realesrgan-x4plus-anime"),
    ] {
        let dir = model(id);
        let graph = ncnn::read(&dir.join(format!("{name}.param")), &dir.join(format!("{name}.bin"))).unwrap();
        let net = Net::new(&graph, 2).unwrap();
        let made = net.apply("image", pixels::tensor(&pattern(SIZE, 0.0)), &Cancel::new()).unwrap();
        agrees(&made.data, &reference(name), name);
    }
}

#[test]
fn edges_agree_with_pytorch() {
    let net = Net::new(&vgg::edges(&model("hed")).unwrap(), 2).unwrap();
    let made = net.apply("image", pixels::tensor(&pattern(SIZE, 0.0)), &Cancel::new()).unwrap();
    agrees(&made.data, &reference("edges"), "edges");
}

#[test]
fn backpropagation_agrees_with_pytorch() {
    for layer in ["conv2_2", "conv5_1"] {
        let dream = Dream { layer: layer.into(), ..Dream::default() };
        let dreamer = Dreamer::load(&model("hed"), &dream, false, 2).unwrap();
        let picture = pixels::tensor(&pattern(SIZE, 0.0)).data;
        let ours = dreamer.gradient(&picture, SIZE, &Cancel::new()).unwrap();
        agrees(&ours, &reference(&format!("dream {layer}")), layer);
    }
}

#[test]
fn the_loss_of_a_painting_agrees_with_pytorch() {
    let painter = GatysPainter::load(&model("hed"), 2).unwrap();
    let picture = pixels::tensor(&pattern(SIZE, 1.0)).data;
    let cancel = Cancel::new();
    let canvas = painter.canvas_of(&pattern(SIZE, 0.0), &pattern(SIZE, 2.0), 30.0, &cancel).unwrap();
    let (loss, gradient) = canvas.slope(&picture, &cancel).unwrap();
    let theirs = reference("painting");
    let expected = theirs["loss"].as_f64().unwrap();
    assert!((f64::from(loss) - expected).abs() < NEAR * expected, "{loss} and {expected}");
    agrees(&gradient, &theirs["gradient"], "painting");
}

#[test]
fn faces_agree_with_pytorch() {
    let faces = Faces::load(&model("dcgan-faces"), 2).unwrap();
    let latent = Latent(std::array::from_fn(|i| (i as f64).sin() as f32));
    assert_eq!(latent.0.len(), LATENT);
    let made = faces.numbers(std::slice::from_ref(&latent), &Cancel::new()).unwrap();
    agrees(&made.data, &reference("faces"), "faces");
}

#[test]
fn people_are_where_the_reference_sees_them() {
    let read = tflite::read(&model("selfie-segmentation").join("selfie_segmentation.tflite")).unwrap();
    let net = Net::new(&read.graph, 2).unwrap();
    let made = net.apply("image", pixels::tensor(&pattern((256, 256), 0.0)), &Cancel::new()).unwrap();
    agrees(&made.data, &reference("people"), "people");
}

#[test]
fn the_judge_agrees_with_python() {
    let filter = NudityFilter::load(&model("open-nsfw"), 2).unwrap();
    let image: Raster = pixels::picture(&pattern((256, 256), 0.0), None);
    let ours = f64::from(filter.score(&image, &Cancel::new()).unwrap());
    let theirs = reference("unfit").as_f64().unwrap();
    assert!((ours - theirs).abs() < NEAR, "{ours} and {theirs}");
}

#[test]
fn a_stop_is_heard_within_a_network() {
    let dir = model("real-esrgan");
    let graph = ncnn::read(&dir.join("realesrgan-x4plus.param"), &dir.join("realesrgan-x4plus.bin")).unwrap();
    let net = Net::new(&graph, 1).unwrap();
    let cancel = Cancel::new();
    let started = std::time::Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            cancel.cancel();
        });
        let picture = Tensor::new(&[1, 3, 256, 256], vec![0.5; 3 * 256 * 256]);
        assert!(matches!(net.apply("image", picture, &cancel), Err(crate::ImageError::Cancelled(_))));
    });
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}
