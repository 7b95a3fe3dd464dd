//! What a mark carries, and what is said of one that was found.

use std::fmt;

use colophon_types::WorkId;
use sha2::{Digest, Sha256};

use crate::Turn;

/// The number that a mark carries: the first bits of the SHA-256 of a work's identifier. Pictures and
/// films carry 64 bits of it, sound 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Payload(u64);

impl Payload {
    /// The payload of a work.
    pub fn of(work: &WorkId) -> Self {
        let hash = Sha256::digest(work.as_str().as_bytes());
        Self(hash.iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// A payload from its bits.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// All 64 bits.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The first 32 bits, as sound carries them.
    pub fn short(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A mark that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it carries: 16 hex digits of a picture or film, 8 of a sound.
    pub payload: String,
    /// Strength of the evidence, in the method's own units.
    pub score: f64,
    /// How often, at most, unmarked content gives any payload at all.
    pub false_positive_rate: f64,
    /// How a picture or film lies to what was marked.
    pub turn: Turn,
}
