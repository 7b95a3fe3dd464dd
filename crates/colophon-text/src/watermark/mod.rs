//! The text watermark: SynthID-Text, as published (Dathathri et al., "Scalable watermarking for
//! identifying large language model outputs", Nature 634, 2024).
//!
//! Before a token is drawn, its candidates play a tournament of 30 layers. In each layer every
//! candidate gets a bit g from a keyed hash of itself and the four tokens before it, and bit 1 wins
//! against bit 0: `p ← p · (1 + g − Σ g·p)`. On average over keys the distribution stays the same,
//! yet over a text the drawn tokens have more ones than chance allows, which whoever holds the keys
//! can count.
//!
//! The hash: starting from SHA-256 of the keys (as 64-bit little-endian integers; the digest read
//! big-endian, modulo 2⁶³ − 1), each datum x goes in by `h ← (h + x) · 6364136223846793005 + 1` in
//! wrapping 64-bit arithmetic: the context, the candidate, then the layer's key. A bit comes out
//! after twelve times { datum 1, arithmetic shift right by 5 }, as bit 30. (The table-driven variant
//! in common model libraries is a different function; texts are not detected across the two.)
//!
//! `detect` counts, `bayes` weighs.

pub mod bayes;
mod bits;
mod detect;
mod keys;

pub use bits::{CONTEXT, HISTORY};
use bits::{Seen, bits, context_hash};
pub use detect::{Detector, Evidence};
pub use keys::{DEPTH, KeyError, Keys};

/// Texts of fewer tokens carry no mark that can be found.
pub const SHORTEST: usize = 200;

/// A token that may be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Token.
    pub id: i32,
    /// Probability.
    pub p: f32,
}

/// Marks one text while it is drawn.
#[derive(Clone, Debug)]
pub struct Marker {
    keys: Keys,
    seen: Seen,
    rows: Vec<[u8; DEPTH]>,
}

impl Marker {
    /// A marker for a new text.
    pub fn new(keys: &Keys) -> Self {
        Self { keys: keys.clone(), seen: Seen::default(), rows: Vec::new() }
    }

    /// Plays the tournament over the candidates of the next token; their probabilities must sum to
    /// 1 and do so afterwards. `before` are the tokens of the text so far (the last four count).
    /// Says whether it did: a context that came up before is left alone, and so are the first tokens of a
    /// text. No detector counts those, and with one context for all texts they would begin alike.
    pub fn apply(&mut self, before: &[i32], candidates: &mut [Candidate]) -> bool {
        if before.len() < CONTEXT {
            return false;
        }
        let context = context_hash(&self.keys, before);
        if !self.seen.is_new(context) {
            return false;
        }
        self.rows.clear();
        self.rows.extend(candidates.iter().map(|c| bits(&self.keys, context, c.id)));
        for layer in 0..DEPTH {
            let g = |row: &[u8; DEPTH]| f32::from(row[layer]);
            let mass: f32 = candidates.iter().zip(&self.rows).map(|(c, row)| g(row) * c.p).sum();
            for (candidate, row) in candidates.iter_mut().zip(&self.rows) {
                // A mass of ones may round to a little more than 1.
                candidate.p *= (1.0 + g(row) - mass).max(0.0);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use colophon_types::Seed;

    use super::*;

    fn keys(seed: u64) -> Keys {
        let mut dice = Seed(seed);
        Keys::from_layers(std::array::from_fn(|_| (dice.next_u64() >> 1) as i64))
    }

    fn candidates(ps: &[f32]) -> Vec<Candidate> {
        let sum: f32 = ps.iter().sum();
        ps.iter().enumerate().map(|(i, p)| Candidate { id: 100 + i as i32 * 7, p: p / sum }).collect()
    }

    #[test]
    fn a_tournament_keeps_the_sum_and_over_many_keys_the_distribution() {
        let start = candidates(&[5.0, 3.0, 1.0, 0.5, 0.4, 0.1]);
        let mut mean = [0.0f64; 6];
        let rounds = 4000;
        for seed in 0..rounds {
            let mut list = start.clone();
            assert!(Marker::new(&keys(seed)).apply(&[1, 2, 3, 4], &mut list));
            let sum: f32 = list.iter().map(|c| c.p).sum();
            assert!((sum - 1.0).abs() < 1e-3 && list.iter().all(|c| c.p >= 0.0), "{list:?}");
            for (m, c) in mean.iter_mut().zip(&list) {
                *m += f64::from(c.p) / rounds as f64;
            }
        }
        for (m, c) in mean.iter().zip(&start) {
            // Five standard errors of a mean of so many numbers between 0 and 1.
            assert!((m - f64::from(c.p)).abs() < 5.0 * 0.5 / (rounds as f64).sqrt(), "{mean:?}");
        }
    }

    #[test]
    fn a_repeated_context_is_left_alone_for_as_long_as_it_is_remembered() {
        let mut marker = Marker::new(&keys(1));
        let start = candidates(&[1.0, 1.0, 1.0]);
        let mut list = start.clone();
        assert!(marker.apply(&[9, 1, 2, 3, 4], &mut list));
        let mut again = start.clone();
        assert!(!marker.apply(&[8, 1, 2, 3, 4], &mut again));
        assert_eq!(again, start);
        for i in 0..HISTORY as i32 {
            assert!(marker.apply(&[5, 6, 7, i + 1000], &mut start.clone()));
        }
        assert!(marker.apply(&[1, 2, 3, 4], &mut start.clone()));
    }

    #[test]
    fn the_first_tokens_are_left_alone() {
        let mut marker = Marker::new(&keys(1));
        let start = candidates(&[1.0, 1.0, 1.0]);
        for before in [&[][..], &[1], &[1, 2], &[1, 2, 3]] {
            let mut list = start.clone();
            assert!(!marker.apply(before, &mut list));
            assert_eq!(list, start);
        }
        assert!(marker.apply(&[1, 2, 3, 4], &mut start.clone()));
    }

    #[test]
    fn bits_are_fair() {
        let keys = keys(3);
        let mut ones = [0u32; DEPTH];
        for token in 0..20_000 {
            let context = context_hash(&keys, &[token % 7, token / 7, 5, token]);
            for (n, g) in ones.iter_mut().zip(bits(&keys, context, token)) {
                *n += u32::from(g);
            }
        }
        for n in ones {
            // 10,000 ± 5 standard deviations of 70.7.
            assert!((9640..=10360).contains(&n), "{ones:?}");
        }
    }
}
