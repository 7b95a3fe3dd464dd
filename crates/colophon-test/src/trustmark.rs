//! Two tiny networks that stand in for TrustMark's. `data/trustmark.py` made them.

use std::path::Path;

/// The networks under the names of the published ones: encoder and decoder.
pub const NETWORKS: [(&str, &[u8]); 2] = [
    ("encoder_Q.onnx", include_bytes!("../data/trustmark-encoder.onnx")),
    ("decoder_Q.onnx", include_bytes!("../data/trustmark-decoder.onnx")),
];

/// Writes the networks into a folder.
pub fn write(folder: &Path) {
    for (name, bytes) in NETWORKS {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
