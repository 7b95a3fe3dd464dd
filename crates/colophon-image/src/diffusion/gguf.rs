//! Quantised weights in GGUF files: written down once as a safetensors file of packed weights, which a
//! graph can point at. Four-bit weights (`Q4_0`) stay as they are, all others become eight-bit ones.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::Content;
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device};
use serde_json::json;

use super::packing::{PACK, PACKED};
use crate::ImageError;

/// Tensors and notes that a file may have at most.
const MOST: u64 = 100_000;
const MAGIC: &[u8] = b"GGUF";

/// How a tensor is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Whole,
    Half,
    Four,
    Eight,
}

/// The packed copy of a GGUF file in a folder, made where it is missing.
///
/// # Errors
/// [`ImageError::Model`] for what is no GGUF file or cannot be read, and when the copy cannot be written.
pub(crate) fn converted(path: &Path, cache: &Path) -> Result<PathBuf, ImageError> {
    let bad = |reason: String| ImageError::model(path, reason);
    let io = |e: std::io::Error| bad(e.to_string());
    let about = std::fs::metadata(path).map_err(io)?;
    let changed = about.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let target =
        cache.join(format!("{stem}-{}-{}.safetensors", about.len(), changed.map_or(0, |d| d.as_secs())));
    if target.is_file() {
        return Ok(target);
    }
    let mut file = BufReader::new(File::open(path).map_err(io)?);
    let mut head = [0; 24];
    file.read_exact(&mut head).map_err(|_| bad("it is no GGUF file".into()))?;
    let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| head[at + i]));
    if !head.starts_with(MAGIC) || number(8) > MOST || number(16) > MOST {
        return Err(bad("it is no GGUF file, or a damaged one".into()));
    }
    file.rewind().map_err(io)?;
    let content = Content::read(&mut file).map_err(|e| bad(e.to_string()))?;
    std::fs::create_dir_all(cache).map_err(|e| ImageError::model(cache, e.to_string()))?;
    let mut copy = tempfile::NamedTempFile::new_in(cache).map_err(io)?;
    let mut names: Vec<&String> = content.tensor_infos.keys().collect();
    names.sort();
    // Where everything goes is known before anything is read.
    let mut header = serde_json::Map::new();
    let mut end = 0u64;
    let mut place = |name: String, kind: &str, shape: &[usize]| {
        let bytes = match kind {
            "F32" => 4,
            "F16" => 2,
            _ => 1,
        };
        let start = end;
        end += shape.iter().product::<usize>() as u64 * bytes;
        header.insert(name, json!({"dtype": kind, "shape": shape, "data_offsets": [start, end]}));
    };
    let mut forms = Vec::new();
    for name in names {
        let info = &content.tensor_infos[name];
        let ours = plain_name(name);
        let shape = rearranged(&content, name).unwrap_or_else(|| info.shape.dims().to_vec());
        if shape.iter().try_fold(1usize, |all, side| all.checked_mul(*side)) != Some(info.shape.elem_count())
        {
            return Err(bad(format!("the notes on the shape of {name} are wrong")));
        }
        let form = form(&ours, &shape, info.ggml_dtype);
        match form {
            Form::Whole => place(ours, "F32", &shape),
            Form::Half => place(ours, "F16", &shape),
            Form::Four | Form::Eight => {
                let blocks = shape[1] / PACK;
                let (end, bytes) = if form == Form::Four { (PACKED[0], PACK / 2) } else { (PACKED[1], PACK) };
                place(format!("{ours}.{end}"), "U8", &[shape[0], blocks, bytes]);
                place(format!("{ours}.scales"), "F32", &[shape[0], blocks]);
            }
        }
        forms.push((name, form));
    }
    let mut text = serde_json::to_vec(&header).map_err(|e| bad(e.to_string()))?;
    text.resize(text.len().next_multiple_of(8), b' ');
    {
        let mut out = BufWriter::new(copy.as_file_mut());
        out.write_all(&(text.len() as u64).to_le_bytes()).and_then(|()| out.write_all(&text)).map_err(io)?;
        for (name, form) in forms {
            let tensor = content.tensor(&mut file, name, &Device::Cpu).map_err(|e| bad(e.to_string()))?;
            let bytes = written(&tensor, form).map_err(|e| bad(format!("{name}: {e}")))?;
            out.write_all(&bytes).map_err(io)?;
        }
        out.flush().map_err(io)?;
    }
    copy.persist(&target).map_err(|e| bad(e.error.to_string()))?;
    Ok(target)
}

/// The shape of a tensor that was written in rows of another length, as its notes tell: common for U-Nets,
/// whose layers are too narrow for the blocks of K-quants.
fn rearranged(content: &Content, name: &str) -> Option<Vec<usize>> {
    let sides = content.metadata.get(&format!("comfy.gguf.orig_shape.{name}"))?.to_vec().ok()?;
    sides.iter().map(|side| usize::try_from(side.to_i32().ok()?).ok()).collect()
}

/// What becomes of a tensor: weights of linear layers are packed, what is looked up by rows is not.
fn form(name: &str, shape: &[usize], kind: GgmlDType) -> Form {
    let looked_up = [
        "shared.",
        "embed_tokens.",
        "relative_attention_bias",
        "pos_embed",
        "token_embedding",
        "position_embedding",
        "positional_embedding",
        "text_projection",
        "pad_token",
    ];
    let exact = matches!(kind, GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16);
    match shape {
        [] | [_] => Form::Whole,
        [_, width] if width.is_multiple_of(PACK) && !exact && !looked_up.iter().any(|w| name.contains(w)) => {
            if kind == GgmlDType::Q4_0 {
                Form::Four
            } else {
                Form::Eight
            }
        }
        _ if kind == GgmlDType::F32 => Form::Whole,
        _ => Form::Half,
    }
}

fn written(tensor: &QTensor, form: Form) -> candle_core::Result<Vec<u8>> {
    let numbers = || tensor.dequantize(&Device::Cpu)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>();
    Ok(match form {
        Form::Whole => numbers()?.iter().flat_map(|v| v.to_le_bytes()).collect(),
        Form::Half => numbers()?.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect(),
        Form::Four => {
            let raw = tensor.data()?;
            let blocks = raw.as_chunks::<{ 2 + PACK / 2 }>().0;
            let mut packed = Vec::with_capacity(blocks.len() * PACK / 2);
            for block in blocks {
                // There the second half of a block lies in the upper bits; here every second number does.
                let value =
                    |i: usize| if i < PACK / 2 { block[2 + i] & 15 } else { block[2 + i - PACK / 2] >> 4 };
                packed.extend((0..PACK / 2).map(|i| value(2 * i) | value(2 * i + 1) << 4));
            }
            let scales = blocks.iter().map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32());
            packed.extend(scales.flat_map(f32::to_le_bytes));
            packed
        }
        Form::Eight if tensor.dtype() == GgmlDType::Q8_0 => {
            let raw = tensor.data()?;
            let blocks = raw.as_chunks::<{ 2 + PACK }>().0;
            let mut packed: Vec<u8> = blocks.iter().flat_map(|b| b[2..].iter().map(|v| v ^ 0x80)).collect();
            let scales = blocks.iter().map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32());
            packed.extend(scales.flat_map(f32::to_le_bytes));
            packed
        }
        Form::Eight => {
            let numbers = numbers()?;
            let mut packed = Vec::with_capacity(numbers.len() + numbers.len() / PACK * 4);
            let mut scales = Vec::with_capacity(numbers.len() / PACK);
            for block in numbers.as_chunks::<PACK>().0 {
                let scale = block.iter().fold(0.0f32, |m, v| m.max(v.abs())) / 127.0;
                let by = if scale > 0.0 { 1.0 / scale } else { 0.0 };
                packed.extend(block.iter().map(|v| ((v * by).round() + 128.0) as u8));
                scales.push(scale);
            }
            packed.extend(scales.iter().flat_map(|s| s.to_le_bytes()));
            packed
        }
    })
}

/// The name of a weight: those of a text encoder (T5, Qwen3) are called otherwise in GGUF files.
fn plain_name(name: &str) -> String {
    const T5: [(&str, &str); 9] = [
        ("attn_q.", "layer.0.SelfAttention.q."),
        ("attn_k.", "layer.0.SelfAttention.k."),
        ("attn_v.", "layer.0.SelfAttention.v."),
        ("attn_o.", "layer.0.SelfAttention.o."),
        ("attn_norm.", "layer.0.layer_norm."),
        ("attn_rel_b.", "layer.0.SelfAttention.relative_attention_bias."),
        ("ffn_gate.", "layer.1.DenseReluDense.wi_0."),
        ("ffn_up.", "layer.1.DenseReluDense.wi_1."),
        ("ffn_down.", "layer.1.DenseReluDense.wo."),
    ];
    const QWEN: [(&str, &str); 11] = [
        ("attn_q.", "self_attn.q_proj."),
        ("attn_k.", "self_attn.k_proj."),
        ("attn_v.", "self_attn.v_proj."),
        ("attn_output.", "self_attn.o_proj."),
        ("attn_q_norm.", "self_attn.q_norm."),
        ("attn_k_norm.", "self_attn.k_norm."),
        ("attn_norm.", "input_layernorm."),
        ("ffn_norm.", "post_attention_layernorm."),
        ("ffn_gate.", "mlp.gate_proj."),
        ("ffn_up.", "mlp.up_proj."),
        ("ffn_down.", "mlp.down_proj."),
    ];
    match name {
        "token_embd.weight" => return "shared.weight".into(),
        "enc.output_norm.weight" => return "encoder.final_layer_norm.weight".into(),
        _ => {}
    }
    let renamed = |names: &[(&str, &str)], rest: &str| {
        names.iter().find_map(|(theirs, ours)| Some(format!("{ours}{}", rest.strip_prefix(theirs)?)))
    };
    if let Some((layer, rest)) = name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
        return format!("layers.{layer}.{}", renamed(&QWEN, rest).unwrap_or_else(|| rest.to_owned()));
    }
    let Some((layer, rest)) = name.strip_prefix("enc.blk.").and_then(|rest| rest.split_once('.')) else {
        return name.to_owned();
    };
    let rest = rest.replace("ffn_norm.", "layer.1.layer_norm.");
    let rest = renamed(&T5, &rest).unwrap_or(rest);
    format!("encoder.block.{layer}.{rest}")
}
