//! Tiny checkpoints of diffusion models, whose weights are formulas, as the `diffusers` library would
//! have written them. `data/diffusion.py` made what is kept of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use colophon_types::Seed;
use serde_json::{Value, json};

/// Shapes and settings of the checkpoints, and what the library computes with them.
pub static KEPT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/diffusion.json")).unwrap());

/// What prompts with weighted words become, by checkpoint, as `data/weights.py` computes it.
pub const WEIGHTED: &str = include_str!("../data/weights.json");

/// Tensors by name: shape and numbers.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Numbers in −1…1 of a name, as `diffusion.py` has them.
pub fn uniform(name: &str, count: usize) -> Vec<f64> {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let mut dice = Seed(hash);
    (0..count).map(|_| (dice.next_u64() >> 40) as f64 / f64::from(1 << 23) - 1.0).collect()
}

fn weight(name: &str, key: &str, shape: &[usize]) -> Vec<f32> {
    let count: usize = shape.iter().product();
    let factor = if key.ends_with("pos_embed.pos_embed") { 0.3 } else { 1.0 };
    let spread = (3.0 / (count as f64 / shape[0] as f64)).sqrt();
    uniform(name, count)
        .into_iter()
        .map(|u| match (shape.len(), key.ends_with("weight")) {
            (1, true) => 1.0 + 0.1 * u,
            (1, false) => 0.1 * u,
            _ => u * spread,
        } as f32 * factor)
        .collect()
}

fn shape_of(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

/// Writes a safetensors file; `half` in half precision.
pub fn write_tensors(path: &Path, tensors: &Tensors, half: bool) {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, (shape, values)) in tensors {
        let start = data.len();
        for v in values {
            if half {
                data.extend(half::f16::from_f32(*v).to_le_bytes());
            } else {
                data.extend(v.to_le_bytes());
            }
        }
        let kind = if half { "F16" } else { "F32" };
        header.insert(
            name.clone(),
            json!({"dtype": kind, "shape": shape, "data_offsets": [start, data.len()]}),
        );
    }
    let mut text = serde_json::to_vec(&header).unwrap();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut file = (text.len() as u64).to_le_bytes().to_vec();
    file.extend(text);
    file.extend(data);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, file).unwrap();
}

/// The tensors of some shapes, under the names that their numbers come from.
pub fn tensors_of(folder: &str, shapes: &Value) -> Tensors {
    let tensor = |(key, shape): (&String, &Value)| {
        let shape = shape_of(shape);
        let values = weight(&format!("{folder} {key}"), key, &shape);
        (key.clone(), (shape, values))
    };
    shapes.as_object().unwrap().iter().map(tensor).collect()
}

/// Writes the checkpoint `name` into a folder.
pub fn write(name: &str, dir: &Path, half: bool) {
    let kept = &KEPT["checkpoints"][name];
    for (path, content) in kept["files"].as_object().unwrap() {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content.as_str().unwrap()).unwrap();
    }
    for (folder, shapes) in kept["weights"].as_object().unwrap() {
        let file = if folder.starts_with("text") { "model" } else { "diffusion_pytorch_model" };
        write_tensors(
            &dir.join(folder).join(format!("{file}.safetensors")),
            &tensors_of(folder, shapes),
            half,
        );
    }
}

/// Writes the checkpoint `sd` with `times` as many features in every layer, in half precision.
pub fn write_wide(dir: &Path, times: usize) {
    let kept = &KEPT["checkpoints"]["sd"];
    // Pixels, colours, latents, their moments, and places in a text are as many as ever.
    let words = kept["weights"]["text_encoder"].as_object().unwrap();
    let words = words.iter().find(|(key, _)| key.ends_with("token_embedding.weight")).unwrap().1;
    let same = [1, 3, 4, 8, 77, shape_of(words)[0]];
    let wide = |n: usize| if same.contains(&n) { n } else { n * times };
    for (path, content) in kept["files"].as_object().unwrap() {
        let mut text = content.as_str().unwrap().to_owned();
        if let ("config.json", Ok(mut json)) =
            (path.rsplit('/').next().unwrap(), serde_json::from_str::<Value>(&text))
        {
            for key in ["block_out_channels", "cross_attention_dim", "hidden_size", "intermediate_size"] {
                match json.get_mut(key) {
                    Some(Value::Array(list)) => {
                        list.iter_mut().for_each(|n| *n = json!(wide(n.as_u64().unwrap() as usize)))
                    }
                    Some(n) if n.is_u64() => *n = json!(wide(n.as_u64().unwrap() as usize)),
                    _ => {}
                }
            }
            text = json.to_string();
        }
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    for (folder, shapes) in kept["weights"].as_object().unwrap() {
        let widened = |(key, shape): (&String, &Value)| {
            // The last two numbers of a convolution are its window.
            let shape = shape_of(shape);
            let shape = shape.iter().enumerate().map(|(at, n)| if at < 2 { wide(*n) } else { *n });
            (key.clone(), json!(shape.collect::<Vec<_>>()))
        };
        let shapes: Value =
            shapes.as_object().unwrap().iter().map(widened).collect::<serde_json::Map<_, _>>().into();
        let file = if folder.starts_with("text") { "model" } else { "diffusion_pytorch_model" };
        write_tensors(
            &dir.join(folder).join(format!("{file}.safetensors")),
            &tensors_of(folder, &shapes),
            true,
        );
    }
}
