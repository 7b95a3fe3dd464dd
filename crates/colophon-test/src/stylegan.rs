//! A tiny StyleGAN2 generator whose weights are formulas. `data/stylegan.py` made what is kept of it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::diffusion::{Tensors, uniform};

/// Shapes of its tensors, and pictures that NVIDIA's code makes with them.
pub static KEPT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/stylegan.json")).unwrap());

/// Its noise, as `stylegan.py` has it.
pub fn noise() -> Vec<f32> {
    uniform("stylegan z", 12).iter().map(|u| (u * 3f64.sqrt()) as f32).collect()
}

/// Its tensors, spread as such a network begins.
pub fn tensors() -> Tensors {
    let tensor = |(name, shape): (&String, &Value)| {
        let shape: Vec<usize> =
            shape.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let value = |u: f64| match (shape.len(), name.starts_with("mapping.fc")) {
            (2.., true) => 100.0 * 3f64.sqrt() * u,
            (2.., false) => 3f64.sqrt() * u,
            _ if name.ends_with("affine.bias") => 1.0 + 0.1 * u,
            _ => 0.1 * u,
        };
        let values = uniform(&format!("stylegan {name}"), shape.iter().product());
        let values = values.into_iter().map(|u| value(u) as f32).collect();
        (name.clone(), (shape, values))
    };
    KEPT["shapes"].as_object().unwrap().iter().map(tensor).collect()
}
