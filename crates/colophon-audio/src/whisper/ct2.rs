//! The binary format of CTranslate2 models (version 6), as far as Whisper needs it.
//!
//! Little-endian: version u32, name of the specification, revision u32, number of variables u32;
//! a variable is its name, rank u8, dimensions u32, type u8, number of bytes u32, bytes. Then
//! aliases: pairs of names. A name is its length u16, with a closing zero byte included.
//! Source: CTranslate2, `python/ctranslate2/specs/model_spec.py`.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};

/// Variables by name, as 32-bit floats.
pub(super) type Variables = BTreeMap<String, Tensor>;

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], String> {
        if n > self.0.len() {
            return Err("it ends too soon".into());
        }
        let (head, tail) = self.0.split_at(n);
        self.0 = tail;
        Ok(head)
    }

    fn u8(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn u16(&mut self) -> Result<usize, String> {
        let b = self.take(2)?;
        Ok(usize::from(u16::from_le_bytes([b[0], b[1]])))
    }

    fn u32(&mut self) -> Result<usize, String> {
        let b = self.take(4)?;
        Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
    }

    fn name(&mut self) -> Result<String, String> {
        let n = self.u16()?;
        let text = self.take(n)?;
        Ok(String::from_utf8_lossy(text).trim_end_matches('\0').to_string())
    }
}

/// Reads every floating-point variable. 8-bit weights are multiplied out by their scales.
pub(super) fn read(file: &[u8]) -> Result<Variables, String> {
    let mut bytes = Bytes(file);
    let version = bytes.u32()?;
    if version != 6 {
        return Err(format!("its format is version {version}, not 6"));
    }
    let kind = bytes.name()?;
    if kind != "WhisperSpec" {
        return Err(format!("it is a {kind:?}, not a Whisper model"));
    }
    bytes.u32()?;
    let count = bytes.u32()?;
    let mut out = Variables::new();
    let mut packed: BTreeMap<String, (Vec<usize>, &[u8])> = BTreeMap::new();
    for _ in 0..count {
        let name = bytes.name()?;
        let rank = usize::from(bytes.u8()?);
        let shape = (0..rank).map(|_| bytes.u32()).collect::<Result<Vec<_>, _>>()?;
        let kind = bytes.u8()?;
        let length = bytes.u32()?;
        let data = bytes.take(length)?;
        let dtype = match kind {
            0 => DType::F32,
            4 => DType::F16,
            5 => DType::BF16,
            1 if rank == 2 => {
                packed.insert(name, (shape, data));
                continue;
            }
            // Settings: activation, number of heads and so on.
            _ => continue,
        };
        let elements =
            shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).ok_or("a shape is too large")?;
        if elements.checked_mul(dtype.size_in_bytes()) != Some(length) {
            return Err(format!("{name} has {length} bytes for {elements} numbers"));
        }
        let tensor = Tensor::from_raw_buffer(data, dtype, &shape, &Device::Cpu)
            .and_then(|t| t.to_dtype(DType::F32))
            .map_err(|e| e.to_string())?;
        out.insert(name, tensor);
    }
    for (name, (shape, data)) in packed {
        let scale = out.remove(&format!("{name}_scale")).ok_or(format!("{name} has no scale"))?;
        let numbers: Vec<f32> = data.iter().map(|b| f32::from(*b as i8)).collect();
        let tensor = Tensor::from_vec(numbers, shape.as_slice(), &Device::Cpu)
            .and_then(|t| t.broadcast_div(&scale.reshape((shape[0], 1))?))
            .map_err(|e| e.to_string())?;
        out.insert(name, tensor);
    }
    Ok(out)
}

/// The names and shapes that candle's Whisper expects: fused projections are split.
pub(super) fn rename(variables: Variables) -> Result<BTreeMap<String, Tensor>, String> {
    let mut out = BTreeMap::new();
    for (name, tensor) in variables {
        let mut put = |name: String, t: candle_core::Result<Tensor>| -> Result<(), String> {
            out.insert(format!("model.{name}"), t.map_err(|e| e.to_string())?);
            Ok(())
        };
        let parts: Vec<&str> = name.split('/').collect();
        match parts.as_slice() {
            ["decoder", "embeddings", "weight"] => put("decoder.embed_tokens.weight".into(), Ok(tensor))?,
            ["decoder", "position_encodings", "encodings"] => {
                put("decoder.embed_positions.weight".into(), Ok(tensor))?
            }
            // Candle computes the encoder's sinusoids itself.
            ["encoder", "position_encodings", _] => {}
            ["encoder", conv @ ("conv1" | "conv2"), part] => {
                put(format!("encoder.{conv}.{part}"), Ok(tensor))?
            }
            [side, "layer_norm", part] => put(format!("{side}.layer_norm.{}", norm(part)), Ok(tensor))?,
            [side, layer, block, inner, part] if layer.starts_with("layer_") => {
                let at = format!("{side}.layers.{}", &layer[6..]);
                let width = |t: &Tensor, n: usize| t.dim(0).map(|d| d / n);
                let cut = |i: usize, n: usize| -> candle_core::Result<Tensor> {
                    let w = width(&tensor, n)?;
                    tensor.narrow(0, i * w, w)?.contiguous()
                };
                let bias = *part == "bias";
                match (*block, *inner) {
                    ("self_attention", "layer_norm") => {
                        put(format!("{at}.self_attn_layer_norm.{}", norm(part)), Ok(tensor))?;
                    }
                    ("attention", "layer_norm") => {
                        put(format!("{at}.encoder_attn_layer_norm.{}", norm(part)), Ok(tensor))?;
                    }
                    ("ffn", "layer_norm") => {
                        put(format!("{at}.final_layer_norm.{}", norm(part)), Ok(tensor))?
                    }
                    ("ffn", "linear_0") => put(format!("{at}.fc1.{part}"), Ok(tensor))?,
                    ("ffn", "linear_1") => put(format!("{at}.fc2.{part}"), Ok(tensor))?,
                    ("self_attention", "linear_0") => {
                        put(format!("{at}.self_attn.q_proj.{part}"), cut(0, 3))?;
                        if !bias {
                            put(format!("{at}.self_attn.k_proj.{part}"), cut(1, 3))?;
                        }
                        put(format!("{at}.self_attn.v_proj.{part}"), cut(2, 3))?;
                    }
                    ("self_attention", "linear_1") => {
                        put(format!("{at}.self_attn.out_proj.{part}"), Ok(tensor))?
                    }
                    ("attention", "linear_0") => put(format!("{at}.encoder_attn.q_proj.{part}"), Ok(tensor))?,
                    ("attention", "linear_1") => {
                        if !bias {
                            put(format!("{at}.encoder_attn.k_proj.{part}"), cut(0, 2))?;
                        }
                        put(format!("{at}.encoder_attn.v_proj.{part}"), cut(1, 2))?;
                    }
                    ("attention", "linear_2") => {
                        put(format!("{at}.encoder_attn.out_proj.{part}"), Ok(tensor))?
                    }
                    _ => return Err(format!("it has an unknown part {name}")),
                }
            }
            _ => {}
        }
    }
    Ok(out)
}

fn norm(part: &str) -> &str {
    match part {
        "gamma" => "weight",
        _ => "bias",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_refused() {
        let mut file = Vec::new();
        file.extend(6u32.to_le_bytes());
        file.extend(12u16.to_le_bytes());
        file.extend(b"WhisperSpec\0");
        file.extend(3u32.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(2u16.to_le_bytes());
        file.extend(b"x\0");
        file.push(1);
        file.extend(2u32.to_le_bytes());
        file.push(0);
        file.extend(8u32.to_le_bytes());
        file.extend(1.5f32.to_le_bytes());
        file.extend(2.5f32.to_le_bytes());
        let read_back = read(&file).expect("a whole file");
        assert_eq!(read_back["x"].to_vec1::<f32>().expect("numbers"), [1.5, 2.5]);
        for n in 0..file.len() {
            assert!(read(&file[..n]).is_err(), "cut at {n}");
        }
        file[0] = 7;
        assert!(read(&file).is_err());
    }
}
