//! Tiny StyleGAN generators whose weights are formulas. `data/stylegan.py` made what is kept of it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::diffusion::{Tensors, uniform};

/// Shapes of their tensors, filters, and pictures that NVIDIA's code makes with them.
pub static KEPT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/stylegan.json")).unwrap());

/// Their noise, as `stylegan.py` has it.
pub fn noise() -> Vec<f32> {
    uniform("stylegan z", 12).iter().map(|u| (u * 3f64.sqrt()) as f32).collect()
}

/// The tensors of a generator (`2`, `2-classes`, `2-residual`, `2-plain`, `3-t`, `3-r`, `3-classes`), spread as such
/// a network begins.
pub fn tensors(generator: &str) -> Tensors {
    let shape_of = |shape: &Value| -> Vec<usize> {
        shape.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
    };
    let tensor = |(name, shape): (&String, &Value)| {
        let shape = shape_of(shape);
        let value = |(at, u): (usize, f64)| match (shape.len(), name.starts_with("mapping.fc")) {
            _ if name.ends_with("input.transform") => f64::from(u8::from(at % 4 == 0)) + 0.1 * u,
            _ if name.ends_with("input.freqs") => 2.0 * u,
            (2.., true) => 100.0 * 3f64.sqrt() * u,
            (2.., false) => 3f64.sqrt() * u,
            _ if name.ends_with("affine.bias") || name.ends_with("magnitude_ema") => 1.0 + 0.1 * u,
            _ => 0.1 * u,
        };
        let values = uniform(&format!("stylegan {name}"), shape.iter().product());
        let values = values.into_iter().enumerate().map(|u| value(u) as f32).collect();
        (name.clone(), (shape, values))
    };
    let filter = |(name, kept): (&String, &Value)| {
        let values = kept[1].as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect();
        (name.clone(), (shape_of(&kept[0]), values))
    };
    let kept = &KEPT[generator];
    let shapes = kept["shapes"].as_object().unwrap().iter().map(tensor);
    shapes.chain(kept["filters"].as_object().unwrap().iter().map(filter)).collect()
}
