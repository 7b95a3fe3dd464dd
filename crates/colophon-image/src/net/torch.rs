//! Weights that PyTorch has saved, as the hub reads them.

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
        let tensors = colophon_hub::torch::read(path, key)?
            .into_iter()
            .map(|(name, weight)| (name, Tensor::new(&weight.shape, weight.data)))
            .collect();
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

    /// Whether there is a tensor of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// That they are not what is expected.
    pub(crate) fn unfit(&self, reason: String) -> ImageError {
        ImageError::model(&self.path, reason)
    }
}
