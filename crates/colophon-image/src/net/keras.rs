//! Weights that Keras has saved (`.weights.h5`, an HDF5 file).

use std::path::{Path, PathBuf};

use super::Conv;
use crate::ImageError;

/// An open file of weights.
pub(crate) struct Weights {
    file: hdf5_reader::Hdf5File,
    path: PathBuf,
}

impl Weights {
    /// # Errors
    /// [`ImageError::Model`].
    pub(crate) fn open(path: &Path) -> Result<Self, ImageError> {
        let file = hdf5_reader::Hdf5File::open(path).map_err(|e| ImageError::model(path, e.to_string()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    fn array(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), ImageError> {
        let bad = |e: hdf5_reader::error::Error| ImageError::model(&self.path, format!("{name}: {e}"));
        let array = self.file.dataset(name).map_err(bad)?.read_array::<f32>().map_err(bad)?;
        Ok((array.shape().to_vec(), array.iter().copied().collect()))
    }

    /// The convolution of a layer, which keeps height and width.
    ///
    /// # Errors
    /// [`ImageError::Model`] when there is no such layer or it is no convolution.
    pub(crate) fn conv(&self, layer: &str) -> Result<Conv, ImageError> {
        let (shape, kernel) = self.array(&format!("{layer}/vars/0"))?;
        let (_, bias) = self.array(&format!("{layer}/vars/1"))?;
        let wrong = || ImageError::model(&self.path, format!("{layer} is no convolution"));
        let &[h, w, inner, out] = shape.as_slice() else { return Err(wrong()) };
        if bias.len() != out || kernel.len() != h * w * inner * out {
            return Err(wrong());
        }
        // [h, w, in, out] → [out, in, h, w].
        let mut weights = vec![0.0; kernel.len()];
        for (place, block) in kernel.chunks_exact(inner * out).enumerate() {
            for (i, row) in block.chunks_exact(out).enumerate() {
                for (o, v) in row.iter().enumerate() {
                    weights[(o * inner + i) * h * w + place] = *v;
                }
            }
        }
        Ok(Conv::same([out, inner, h, w], weights, bias))
    }
}
