//! Writes small GGUF files (llama.cpp's format, version 3, little-endian) with weights that a formula
//! gives: an adapter, a vision projector.

/// A value of the file's head.
enum Fact<'a> {
    Text(&'a str),
    Number(u32),
    Real(f32),
    Yes(bool),
    Reals(&'a [f32]),
}

/// A tensor: name, shape with the fastest dimension first, size of its weights, and what is added to
/// them.
type Tensor = (String, Vec<u64>, f32, f32);

fn file(facts: &[(&str, Fact<'_>)], tensors: &[Tensor]) -> Vec<u8> {
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend((tensors.len() as u64).to_le_bytes());
    file.extend((facts.len() as u64).to_le_bytes());
    let text = |file: &mut Vec<u8>, text: &str| {
        file.extend((text.len() as u64).to_le_bytes());
        file.extend(text.as_bytes());
    };
    for (name, fact) in facts {
        text(&mut file, name);
        match fact {
            Fact::Number(n) => {
                file.extend(4u32.to_le_bytes());
                file.extend(n.to_le_bytes());
            }
            Fact::Real(x) => {
                file.extend(6u32.to_le_bytes());
                file.extend(x.to_le_bytes());
            }
            Fact::Yes(yes) => {
                file.extend(7u32.to_le_bytes());
                file.push(u8::from(*yes));
            }
            Fact::Text(words) => {
                file.extend(8u32.to_le_bytes());
                text(&mut file, words);
            }
            Fact::Reals(list) => {
                file.extend(9u32.to_le_bytes());
                file.extend(6u32.to_le_bytes());
                file.extend((list.len() as u64).to_le_bytes());
                list.iter().for_each(|x| file.extend(x.to_le_bytes()));
            }
        }
    }
    let mut offset = 0u64;
    for (name, shape, ..) in tensors {
        text(&mut file, name);
        file.extend((shape.len() as u32).to_le_bytes());
        shape.iter().for_each(|n| file.extend(n.to_le_bytes()));
        file.extend(0u32.to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += (shape.iter().product::<u64>() * 4).next_multiple_of(32);
    }
    for (place, (_, shape, size, base)) in tensors.iter().enumerate() {
        file.resize(file.len().next_multiple_of(32), 0);
        for i in 0..shape.iter().product::<u64>() {
            let dice = (i + place as u64 * 7919).wrapping_mul(2_654_435_761) >> 7;
            let value = (dice % 1000) as f32 / 500.0 - 1.0;
            file.extend((base + size * value).to_le_bytes());
        }
    }
    file.resize(file.len().next_multiple_of(32), 0);
    file
}

/// A low-rank adapter for the queries of the first layer of a model of the family `llama`, `width`
/// wide, with rank 2.
pub(crate) fn adapter(width: u64) -> Vec<u8> {
    let facts = [
        ("general.type", Fact::Text("adapter")),
        ("general.architecture", Fact::Text("llama")),
        ("adapter.type", Fact::Text("lora")),
        ("adapter.lora.alpha", Fact::Real(2.0)),
    ];
    let tensors = [
        ("blk.0.attn_q.weight.lora_a".to_owned(), vec![width, 2], 1.0, 0.0),
        ("blk.0.attn_q.weight.lora_b".to_owned(), vec![2, width], 1.0, 0.0),
    ];
    file(&facts, &tensors)
}

/// A vision encoder of two layers with a LLaVA projector for a model `width` wide: pictures of 28
/// pixels in patches of 14, four positions each.
pub(crate) fn projector(width: u64) -> Vec<u8> {
    let (hidden, inner) = (32u64, 64u64);
    let half = [0.5f32; 3];
    let facts = [
        ("general.architecture", Fact::Text("clip")),
        ("general.type", Fact::Text("mmproj")),
        ("clip.has_vision_encoder", Fact::Yes(true)),
        ("clip.projector_type", Fact::Text("mlp")),
        ("clip.use_gelu", Fact::Yes(true)),
        ("clip.vision.image_size", Fact::Number(28)),
        ("clip.vision.patch_size", Fact::Number(14)),
        ("clip.vision.embedding_length", Fact::Number(hidden as u32)),
        ("clip.vision.feed_forward_length", Fact::Number(inner as u32)),
        ("clip.vision.block_count", Fact::Number(2)),
        ("clip.vision.projection_dim", Fact::Number(width as u32)),
        ("clip.vision.attention.head_count", Fact::Number(2)),
        ("clip.vision.attention.layer_norm_epsilon", Fact::Real(1e-5)),
        ("clip.vision.image_mean", Fact::Reals(&half)),
        ("clip.vision.image_std", Fact::Reals(&half)),
    ];
    let mut tensors: Vec<Tensor> = vec![
        ("v.patch_embd.weight".into(), vec![14, 14, 3, hidden], 0.1, 0.0),
        ("v.position_embd.weight".into(), vec![hidden, 4], 0.1, 0.0),
    ];
    for layer in 0..2 {
        let at = |part: &str, kind: &str| format!("v.blk.{layer}.{part}.{kind}");
        for part in ["attn_q", "attn_k", "attn_v", "attn_out"] {
            tensors.push((at(part, "weight"), vec![hidden, hidden], 0.2, 0.0));
            tensors.push((at(part, "bias"), vec![hidden], 0.1, 0.0));
        }
        for part in ["ln1", "ln2"] {
            tensors.push((at(part, "weight"), vec![hidden], 0.0, 1.0));
            tensors.push((at(part, "bias"), vec![hidden], 0.0, 0.0));
        }
        tensors.push((at("ffn_up", "weight"), vec![hidden, inner], 0.2, 0.0));
        tensors.push((at("ffn_up", "bias"), vec![inner], 0.1, 0.0));
        tensors.push((at("ffn_down", "weight"), vec![inner, hidden], 0.2, 0.0));
        tensors.push((at("ffn_down", "bias"), vec![hidden], 0.1, 0.0));
    }
    tensors.push(("mm.0.weight".into(), vec![hidden, width], 0.3, 0.0));
    tensors.push(("mm.0.bias".into(), vec![width], 0.1, 0.0));
    tensors.push(("mm.2.weight".into(), vec![width, width], 0.1, 0.0));
    tensors.push(("mm.2.bias".into(), vec![width], 0.1, 0.0));
    file(&facts, &tensors)
}
