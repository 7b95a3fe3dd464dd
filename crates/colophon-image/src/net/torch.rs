//! Weights that PyTorch has saved. The pickle inside is read as data; nothing in it is run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Tensor;
use crate::ImageError;

/// Weights by name.
pub(crate) struct Weights {
    tensors: HashMap<String, Tensor>,
    path: PathBuf,
}

impl Weights {
    /// Reads the state dictionary `key` of a file.
    ///
    /// # Errors
    /// [`ImageError::Model`].
    pub(crate) fn open(path: &Path, key: Option<&str>) -> Result<Self, ImageError> {
        let bad = |e: candle_core::Error| ImageError::model(path, e.to_string());
        let mut tensors = HashMap::new();
        for (name, tensor) in candle_core::pickle::read_all_with_key(path, key).map_err(bad)? {
            let float = tensor.dtype() == candle_core::DType::F32;
            if float {
                let data = tensor.flatten_all().and_then(|t| t.to_vec1::<f32>()).map_err(bad)?;
                tensors.insert(name, Tensor::new(tensor.dims(), data));
            }
        }
        Ok(Self { tensors, path: path.to_owned() })
    }

    /// A tensor by name, of the given number of dimensions.
    ///
    /// # Errors
    /// [`ImageError::Model`] when there is none.
    pub(crate) fn get<const N: usize>(&self, name: &str) -> Result<([usize; N], &[f32]), ImageError> {
        let found =
            self.tensors.get(name).and_then(|t| Some((t.shape.as_slice().try_into().ok()?, &t.data[..])));
        found.ok_or_else(|| ImageError::model(&self.path, format!("there is no {name} of {N} dimensions")))
    }
}
