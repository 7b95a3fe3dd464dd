//! The key of a mark's pattern.

use sha2::{Digest, Sha256};

/// Fixes where a mark's bits lie. Without it a mark can neither be read nor aimed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A key from secret or public bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The key that every installation can read: anyone can check what anyone made.
    pub fn public() -> Self {
        Self::new(b"colophon public watermark 1")
    }

    /// A stream of numbers for one purpose.
    pub(crate) fn stream(&self, purpose: &str) -> Stream {
        let hash = Sha256::new().chain_update(self.0).chain_update(purpose.as_bytes()).finalize();
        Stream(hash.iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }
}

/// Pseudo-random numbers (SplitMix64).
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which must not be 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// A number from 0 to 1, without 1.
    pub(crate) fn part(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }

    /// 1 or −1.
    pub(crate) fn sign(&mut self) -> f32 {
        if self.next() >> 63 == 0 { 1.0 } else { -1.0 }
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}
