//! Looking for the watermark in the tokens of a text.

use serde::{Deserialize, Serialize};

use super::bayes::Bayes;
use super::bits::{CONTEXT, Seen, bits, context_hash};
use super::keys::{DEPTH, Keys};

/// Fewer scored positions than this decide nothing.
const LEAST: usize = 16;
/// False-positive rate that the decision is made at.
const RATE: f64 = 0.01;

/// What the bits of a text say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Tokens of the text.
    pub tokens: usize,
    /// Positions that count: with a whole context that came up for the first time.
    pub scored: usize,
    /// Mean of the bits; 0.5 by chance.
    pub mean: f64,
    /// Mean with the early layers, which say more, weighted higher; 0.5 by chance.
    pub weighted_mean: f64,
    /// Probability that a text without the mark has a weighted mean as high.
    pub p_value: f64,
    /// The Bayesian detector's log-odds that the text is marked.
    pub log_odds: f64,
    /// Share of unmarked texts that the decision calls marked.
    pub false_positive_rate: f64,
    /// Whether the text is called marked. `None` where it is too short to tell.
    pub marked: Option<bool>,
}

/// Looks for the mark of one set of keys.
#[derive(Clone, Debug)]
pub struct Detector {
    keys: Keys,
    bayes: Bayes,
}

impl Detector {
    /// With the Bayesian detector that comes with the program.
    pub fn new(keys: &Keys) -> Self {
        Self::with(keys, Bayes::trained())
    }

    /// With another Bayesian detector.
    pub fn with(keys: &Keys, bayes: Bayes) -> Self {
        Self { keys: keys.clone(), bayes }
    }

    /// The bits of every position that counts.
    pub fn rows(&self, tokens: &[i32]) -> Vec<[u8; DEPTH]> {
        let mut seen = Seen::default();
        let mut rows = Vec::new();
        for at in CONTEXT..tokens.len() {
            let context = context_hash(&self.keys, &tokens[at - CONTEXT..at]);
            if seen.is_new(context) {
                rows.push(bits(&self.keys, context, tokens[at]));
            }
        }
        rows
    }

    /// Weighs all of it. The text is called marked when its weighted mean is so high that fewer than
    /// one in a hundred unmarked texts reach it, or when the Bayesian detector, at a threshold with
    /// the same share, says so.
    pub fn evidence(&self, tokens: &[i32]) -> Evidence {
        let rows = self.rows(tokens);
        let n = rows.len();
        let mean = mean(&rows);
        let weighted_mean = weighted_mean(&rows);
        let z = if n == 0 { 0.0 } else { (weighted_mean - 0.5) / deviation(n) };
        let p_value = upper_tail(z);
        let log_odds = self.bayes.log_odds(&rows);
        // Two looks, each at half of the rate.
        let marked = (n >= LEAST)
            .then(|| p_value < RATE / 2.0 || self.bayes.threshold(n).is_some_and(|least| log_odds > least));
        Evidence {
            tokens: tokens.len(),
            scored: n,
            mean,
            weighted_mean,
            p_value,
            log_odds,
            false_positive_rate: RATE,
            marked,
        }
    }
}

/// Mean of all bits.
pub(super) fn mean(rows: &[[u8; DEPTH]]) -> f64 {
    let ones: u64 = rows.iter().flatten().map(|g| u64::from(*g)).sum();
    if rows.is_empty() { 0.5 } else { ones as f64 / (rows.len() * DEPTH) as f64 }
}

/// Weights of the layers: from 10 down to 1, normalised to sum to [`DEPTH`].
fn weights() -> [f64; DEPTH] {
    let raw: [f64; DEPTH] = std::array::from_fn(|i| 10.0 - 9.0 * i as f64 / (DEPTH - 1) as f64);
    let sum: f64 = raw.iter().sum();
    raw.map(|w| w * DEPTH as f64 / sum)
}

pub(super) fn weighted_mean(rows: &[[u8; DEPTH]]) -> f64 {
    let weights = weights();
    let sum: f64 =
        rows.iter().map(|row| row.iter().zip(weights).map(|(g, w)| f64::from(*g) * w).sum::<f64>()).sum();
    if rows.is_empty() { 0.5 } else { sum / (rows.len() * DEPTH) as f64 }
}

/// Standard deviation of the weighted mean of `n` positions of fair coins.
fn deviation(n: usize) -> f64 {
    let squares: f64 = weights().iter().map(|w| w * w).sum();
    0.5 * squares.sqrt() / (DEPTH as f64 * (n as f64).sqrt())
}

/// Probability that a standard normal number is larger than `z`: half of erfc(z/√2), by the
/// continued-fraction-free rational form of Numerical Recipes (relative error below 1.2e-7).
fn upper_tail(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x.abs());
    let series = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let sum = series.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let erfc = t * (-x * x + sum).exp();
    0.5 * if x >= 0.0 { erfc } else { 2.0 - erfc }
}

#[cfg(test)]
mod tests {
    use colophon_types::Seed;

    use super::*;

    #[test]
    fn the_tail_is_right() {
        // Tables of the normal distribution.
        for (z, p) in [(0.0, 0.5), (1.0, 0.158_655), (2.326_348, 0.01), (-1.0, 0.841_345), (4.0, 3.167e-5)] {
            assert!((upper_tail(z) - p).abs() < 2e-6 + p * 1e-4, "{z}");
        }
    }

    #[test]
    fn weights_sum_to_the_depth() {
        let w = weights();
        assert!((w.iter().sum::<f64>() - DEPTH as f64).abs() < 1e-9);
        assert!((w[0] / w[DEPTH - 1] - 10.0).abs() < 1e-9);
    }

    #[test]
    fn unmarked_texts_have_even_p_values_and_are_rarely_called_marked() {
        let mut dice = Seed(5);
        let keys = Keys::from_layers(std::array::from_fn(|_| dice.next_u64() as i64));
        let detector = Detector::new(&keys);
        let texts = 2000;
        let mut deciles = [0u32; 10];
        let mut marked = 0;
        for _ in 0..texts {
            let tokens: Vec<i32> = (0..120).map(|_| (dice.next_u64() % 500) as i32).collect();
            let evidence = detector.evidence(&tokens);
            deciles[((evidence.p_value * 10.0) as usize).min(9)] += 1;
            marked += u32::from(evidence.marked == Some(true));
        }
        // 200 ± 5 standard deviations of 13.4.
        assert!(deciles.iter().all(|n| (133..=267).contains(n)), "{deciles:?}");
        // One in a hundred is 20; five standard deviations more is 42.
        assert!(marked <= 42, "{marked}");
    }

    #[test]
    fn short_and_empty_texts_decide_nothing() {
        let detector = Detector::new(&Keys::from_layers([1; DEPTH]));
        for tokens in [&[][..], &[1, 2], &[5; 400]] {
            let evidence = detector.evidence(tokens);
            assert_eq!(evidence.marked, None, "{tokens:?}");
            assert!(evidence.p_value.is_finite() && evidence.mean.is_finite());
        }
    }
}
