//! Seeds: one number that decides everything random in a request.

/// A seed, and the only source of randomness inside a request. Parts of the work derive their own
/// seeds by name, so that one part can change without disturbing the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a part of the work.
    pub fn derive(self, part: &str) -> Self {
        // FNV-1a over the name, then a SplitMix64 step: stable across builds and machines.
        let mut h = self.0 ^ 0xcbf2_9ce4_8422_2325;
        for b in part.bytes() {
            h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut s = Self(h);
        Self(s.next_u64())
    }

    /// The next number of the sequence (SplitMix64, Steele et al. 2014), uniform over 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The next number, uniform in 0…1 (1 excluded).
    pub fn next_f32(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// The next number, uniform in `low…high`.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next_f32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_differ_and_repeat() {
        let s = Seed(7);
        assert_eq!(s.derive("sky"), s.derive("sky"));
        assert_ne!(s.derive("sky"), s.derive("sea"));
        let mut a = s.derive("sky");
        let mean = (0..1000).map(|_| a.next_f32()).sum::<f32>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
