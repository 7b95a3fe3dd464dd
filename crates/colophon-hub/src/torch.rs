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

impl Weight {
    /// Weight normalisation (Salimans and Kingma 2016): the numbers whose rows, one for each place of the first dimension,
    /// have the directions of these rows and `lengths`.
    pub fn with_lengths(&self, lengths: &[f32]) -> Vec<f32> {
        let row = self.shape.iter().skip(1).product::<usize>().max(1);
        let mut numbers = self.data.clone();
        for (row, wanted) in numbers.chunks_mut(row).zip(lengths) {
            let length = row.iter().map(|w| f64::from(*w) * f64::from(*w)).sum::<f64>().sqrt();
            let scale = (f64::from(*wanted) / length.max(1e-12)) as f32;
            row.iter_mut().for_each(|w| *w *= scale);
        }
        numbers
    }
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
