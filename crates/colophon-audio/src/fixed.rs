//! Readings that are fixed before the rules see a text: each stands there as one character of a private range,
//! which normalisation and phonemes leave alone.

use std::ops::Range;

/// How a word is said that is not left to the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// As these words are.
    Words(String),
    /// With these phonemes, in the alphabet of the voices.
    Phonemes(String),
}

/// Stands in a text for a word whose reading is fixed: the first of the private use area is the
/// first of the list, and so on.
pub(crate) const FIXED: Range<u32> = 0xE000..0xF900;

/// The number of a character that stands for a fixed reading.
pub(crate) fn fixed_index(c: char) -> Option<usize> {
    FIXED.contains(&u32::from(c)).then(|| (u32::from(c) - FIXED.start) as usize)
}
