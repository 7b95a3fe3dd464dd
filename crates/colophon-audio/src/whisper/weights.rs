//! The weights of a Whisper model where they lie: a CTranslate2 file (`model.bin`) or Hugging Face's
//! `model.safetensors`, under one set of names.
//!
//! The names are those of Hugging Face without `model.` in front, such as
//! `decoder.layers.0.encoder_attn.q_proj.weight`. CTranslate2 keeps queries, keys and values of a
//! layer in one piece; here each is a part of its rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use colophon_hub::graph::{Kind, Stored};

use super::ct2;
use crate::AudioError;

const CT2: &str = "model.bin";
const SAFETENSORS: &str = "model.safetensors";
/// Largest head of a safetensors file, in bytes.
const LARGEST_HEAD: u64 = 64 << 20;

/// Weights by name.
pub(super) struct Weights {
    pub(super) folder: PathBuf,
    file: &'static str,
    variables: ct2::Variables,
    fused: bool,
}

/// One weight: where it lies, and by what its rows are divided where it is quantised.
pub(super) struct Weight {
    pub(super) stored: Stored,
    pub(super) scale: Option<Stored>,
}

impl Weights {
    /// Finds the weights in a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, AudioError> {
        let fused = !folder.join(SAFETENSORS).is_file();
        let name = if fused { CT2 } else { SAFETENSORS };
        let path = folder.join(name);
        let unusable = AudioError::model(&path);
        let file = File::open(&path).map_err(AudioError::model(&path))?;
        let size = file.metadata().map_err(AudioError::model(&path))?.len();
        let variables = if fused { ct2::index(file, size) } else { safetensors(file, size) };
        Ok(Self {
            folder: folder.to_path_buf(),
            file: name,
            variables: variables.map_err(|e: String| unusable(e))?,
            fused,
        })
    }

    fn path(&self) -> PathBuf {
        self.folder.join(self.file)
    }

    /// For `ok_or`: a weight that is not there or has another shape.
    pub(super) fn misfit(&self, name: &str) -> AudioError {
        AudioError::Model { path: self.path(), problem: format!("it has no usable {name}") }
    }

    /// A weight; `None` where the model has none of this name.
    pub(super) fn find(&self, name: &str) -> Option<Weight> {
        let (key, part, parts) = if self.fused { ct2_name(name)? } else { (format!("model.{name}"), 0, 1) };
        let variable = self.variables.get(&key)?;
        let rows = variable.shape.first().copied().filter(|n| n.is_multiple_of(parts))? / parts;
        let slice = |v: &ct2::Variable| {
            let length = v.length / parts as u64;
            let mut shape = v.shape.clone();
            shape[0] = rows;
            let offset = v.offset + part as u64 * length;
            Stored { file: self.file.to_owned(), shape, kind: v.kind, offset, length }
        };
        let scale = match variable.kind {
            Kind::I8 => Some(slice(self.variables.get(&format!("{key}_scale"))?)),
            _ => None,
        };
        Some(Weight { stored: slice(variable), scale })
    }

    /// A weight that must be there.
    pub(super) fn get(&self, name: &str) -> Result<Weight, AudioError> {
        self.find(name).ok_or_else(|| self.misfit(name))
    }

    /// Its dimensions.
    pub(super) fn shape(&self, name: &str) -> Result<Vec<usize>, AudioError> {
        Ok(self.get(name)?.stored.shape)
    }

    /// How many layers a side (`encoder`, `decoder`) has.
    pub(super) fn layers(&self, side: &str) -> usize {
        (0..).take_while(|i| self.find(&format!("{side}.layers.{i}.fc1.weight")).is_some()).count()
    }

    /// The numbers of a weight.
    pub(super) fn numbers(&self, weight: &Weight) -> Result<Vec<f32>, AudioError> {
        let mut numbers = self.read(&weight.stored)?;
        if let Some(scale) = &weight.scale {
            let scales = self.read(scale)?;
            let width = numbers.len() / scales.len().max(1);
            for (row, scale) in numbers.chunks_mut(width.max(1)).zip(&scales) {
                row.iter_mut().for_each(|x| *x /= scale);
            }
        }
        Ok(numbers)
    }

    fn read(&self, stored: &Stored) -> Result<Vec<f32>, AudioError> {
        let path = self.path();
        let mut file = File::open(&path).map_err(AudioError::model(&path))?;
        let mut bytes = vec![0; stored.length as usize];
        file.seek(SeekFrom::Start(stored.offset)).map_err(AudioError::model(&path))?;
        file.read_exact(&mut bytes).map_err(AudioError::model(&path))?;
        let pair = |b: &[u8]| [b[0], b[1]];
        Ok(match stored.kind {
            Kind::F32 => {
                bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
            }
            Kind::F16 => bytes.chunks_exact(2).map(|b| half::f16::from_le_bytes(pair(b)).to_f32()).collect(),
            Kind::Bf16 => {
                bytes.chunks_exact(2).map(|b| half::bf16::from_le_bytes(pair(b)).to_f32()).collect()
            }
            Kind::I8 => bytes.iter().map(|b| f32::from(*b as i8)).collect(),
            Kind::U8 => bytes.iter().map(|b| f32::from(*b)).collect(),
        })
    }
}

/// CTranslate2's name of a weight, and which of how many parts of its rows it is.
fn ct2_name(name: &str) -> Option<(String, usize, usize)> {
    let parts: Vec<&str> = name.split('.').collect();
    let whole = |name: String| Some((name, 0, 1));
    match parts.as_slice() {
        ["decoder", "embed_tokens", "weight"] => whole("decoder/embeddings/weight".into()),
        [side, "embed_positions", "weight"] => whole(format!("{side}/position_encodings/encodings")),
        [side, conv @ ("conv1" | "conv2"), part] => whole(format!("{side}/{conv}/{part}")),
        [side, "layer_norm", part] => whole(format!("{side}/layer_norm/{}", norm(part))),
        [side, "layers", layer, rest @ ..] => {
            let at = format!("{side}/layer_{layer}");
            match rest {
                ["self_attn_layer_norm", part] => {
                    whole(format!("{at}/self_attention/layer_norm/{}", norm(part)))
                }
                ["encoder_attn_layer_norm", part] => {
                    whole(format!("{at}/attention/layer_norm/{}", norm(part)))
                }
                ["final_layer_norm", part] => whole(format!("{at}/ffn/layer_norm/{}", norm(part))),
                ["fc1", part] => whole(format!("{at}/ffn/linear_0/{part}")),
                ["fc2", part] => whole(format!("{at}/ffn/linear_1/{part}")),
                // Keys have no bias; CTranslate2 keeps zeros in its place.
                [_, "k_proj", "bias"] => None,
                ["self_attn", "out_proj", part] => whole(format!("{at}/self_attention/linear_1/{part}")),
                ["self_attn", which, part] => {
                    let index = ["q_proj", "k_proj", "v_proj"].iter().position(|p| p == which)?;
                    Some((format!("{at}/self_attention/linear_0/{part}"), index, 3))
                }
                ["encoder_attn", "q_proj", part] => whole(format!("{at}/attention/linear_0/{part}")),
                ["encoder_attn", "out_proj", part] => whole(format!("{at}/attention/linear_2/{part}")),
                ["encoder_attn", which, part] => {
                    let index = ["k_proj", "v_proj"].iter().position(|p| p == which)?;
                    Some((format!("{at}/attention/linear_1/{part}"), index, 2))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn norm(part: &str) -> &str {
    match part {
        "weight" => "gamma",
        _ => "beta",
    }
}

#[derive(serde::Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

/// Finds the tensors of a safetensors file: the length of the head (u64), the head (JSON), numbers.
fn safetensors(mut file: File, size: u64) -> Result<ct2::Variables, String> {
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|_| "it ends too soon")?;
    let length = u64::from_le_bytes(length);
    if length > LARGEST_HEAD || length + 8 > size {
        return Err("its head is too long".into());
    }
    let mut head = vec![0; length as usize];
    file.read_exact(&mut head).map_err(|_| "it ends too soon")?;
    let head: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&head).map_err(|e| format!("its head cannot be read: {e}"))?;
    let mut out = ct2::Variables::new();
    for (name, value) in head {
        if name == "__metadata__" {
            continue;
        }
        let entry: Entry = serde_json::from_value(value).map_err(|e| format!("{name}: {e}"))?;
        let kind = match entry.dtype.as_str() {
            "F32" => Kind::F32,
            "F16" => Kind::F16,
            "BF16" => Kind::Bf16,
            _ => continue,
        };
        let [from, to] = entry.data_offsets;
        let count = entry.shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).unwrap_or(usize::MAX);
        let bytes = count.checked_mul(kind.bytes()).map(|n| n as u64);
        if to < from || bytes != Some(to - from) || to.checked_add(8 + length).is_none_or(|end| end > size) {
            return Err(format!("{name} does not lie in it"));
        }
        out.insert(
            name,
            ct2::Variable { shape: entry.shape, kind, offset: 8 + length + from, length: to - from },
        );
    }
    Ok(out)
}
