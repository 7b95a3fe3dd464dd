//! Packed weights: blocks of numbers that share a scale.

/// How the names of packed weights end: four and eight bits.
pub(crate) const PACKED: [&str; 2] = ["q4", "q8"];
/// How many numbers share a scale.
pub(crate) const PACK: usize = 32;
