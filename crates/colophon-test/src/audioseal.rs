//! Two tiny networks of AudioSeal's kind with random weights. `data/sound_marks.py` made them, and computed with the
//! reference code what they give.

use std::path::Path;

/// The checkpoints under the names of the published ones: the network that marks and the one that listens.
pub const NETWORKS: [(&str, &[u8]); 2] = [
    ("generator_base.pth", include_bytes!("../data/audioseal/generator_base.pth")),
    ("detector_base.pth", include_bytes!("../data/audioseal/detector_base.pth")),
];

/// What the reference code gives for a sound: JSON.
pub const REFERENCE: &str = include_str!("../data/audioseal/reference.json");

/// Writes the checkpoints into a folder.
pub fn write(folder: &Path) {
    for (name, bytes) in NETWORKS {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
