//! Weights that PyTorch has saved. The pickle inside is read as data; nothing in it is run.

use std::collections::HashMap;
use std::path::Path;

use crate::HubError;

/// Numbers with a shape, the last dimension running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    /// Size of each dimension.
    pub shape: Vec<usize>,
    /// The numbers.
    pub data: Vec<f32>,
}

/// The tensors of single precision in a file that PyTorch has saved, by name; of its dictionary `key`,
/// where one is given. Tensors of other types are left out.
///
/// # Errors
/// [`HubError::Network`] when the file is missing, is no such file, or does not have `key`.
pub fn read(path: &Path, key: Option<&str>) -> Result<HashMap<String, Weight>, HubError> {
    let bad = |e: candle_core::Error| HubError::Network { path: path.to_path_buf(), problem: e.to_string() };
    let mut weights = HashMap::new();
    for (name, tensor) in candle_core::pickle::read_all_with_key(path, key).map_err(bad)? {
        if tensor.dtype() == candle_core::DType::F32 {
            let data = tensor.flatten_all().and_then(|t| t.to_vec1::<f32>()).map_err(bad)?;
            weights.insert(name, Weight { shape: tensor.dims().to_vec(), data });
        }
    }
    Ok(weights)
}
