//! The Bayesian detector: how likely are these bits in a marked text?
//!
//! In a marked text bit 1 wins a match unless both sides hold the same token. Whether they do is
//! hidden, but the bits of earlier layers tell about it: with probability `p₂ = σ(β + Σ δ·g)` the
//! tokens differ, and then `P(g) = ½ (g + ½)`; else ½. β and δ are learnt from marked and unmarked
//! texts (the published detector; Dathathri et al. 2024, supplement).

use colophon_types::Seed;
use serde::{Deserialize, Serialize};

use super::keys::DEPTH;

/// Parameters of a trained detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bayes {
    /// One for each layer.
    beta: Vec<f64>,
    /// For each layer, one for each layer before it.
    delta: Vec<Vec<f64>>,
    /// Log-odds that one in two hundred unmarked texts exceeds: (positions, log-odds), rising.
    thresholds: Vec<(usize, f64)>,
}

/// How training went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// Passes over the texts.
    pub epochs: usize,
    /// Step size.
    pub rate: f64,
    /// Weight of δ² in the loss.
    pub l2: f64,
}

impl Default for Training {
    fn default() -> Self {
        Self { epochs: 200, rate: 0.02, l2: 1e-3 }
    }
}

/// The bits of a text.
pub type Rows = Vec<[u8; DEPTH]>;

impl Bayes {
    /// The detector that comes with the program (see `training/watermark`).
    pub fn trained() -> Self {
        serde_json::from_str(include_str!("../../data/watermark-bayes.json"))
            .unwrap_or_else(|_| Self::untrained())
    }

    /// What training starts from.
    pub fn untrained() -> Self {
        let delta = (0..DEPTH).map(|layer| vec![0.0; layer]).collect();
        Self { beta: vec![-2.5; DEPTH], delta, thresholds: Vec::new() }
    }

    /// Probability that the two sides of a match differ.
    fn differ(&self, row: &[u8; DEPTH], layer: usize) -> f64 {
        let mut logit = self.beta[layer];
        for (weight, g) in self.delta[layer].iter().zip(row) {
            logit += weight * f64::from(*g);
        }
        1.0 / (1.0 + (-logit).exp())
    }

    /// Log-odds that a text with these bits is marked, before anything else is known.
    pub fn log_odds(&self, rows: &[[u8; DEPTH]]) -> f64 {
        let layers = |row: &[u8; DEPTH]| {
            (0..DEPTH).map(|l| (1.0 + (f64::from(row[l]) - 0.5) * self.differ(row, l)).ln()).sum::<f64>()
        };
        rows.iter().map(layers).sum()
    }

    /// The log-odds above which a text of `n` scored positions is called marked; `None` for an
    /// untrained detector.
    pub fn threshold(&self, n: usize) -> Option<f64> {
        let (first, last) = (self.thresholds.first()?, self.thresholds.last()?);
        if n <= first.0 {
            return Some(first.1);
        }
        if n >= last.0 {
            return Some(last.1);
        }
        self.thresholds.windows(2).find(|w| n <= w[1].0).map(|w| {
            let part = (n - w[0].0) as f64 / (w[1].0 - w[0].0).max(1) as f64;
            w[0].1 + part * (w[1].1 - w[0].1)
        })
    }

    /// Learns from texts with and without the mark (Adam on the mean cross-entropy; no randomness).
    pub fn train(marked: &[Rows], unmarked: &[Rows], how: &Training) -> Self {
        let mut model = Self::untrained();
        let texts: Vec<(&Rows, f64)> =
            marked.iter().map(|t| (t, 1.0)).chain(unmarked.iter().map(|t| (t, 0.0))).collect();
        let size = DEPTH + DEPTH * (DEPTH - 1) / 2;
        let (mut first, mut second) = (vec![0.0; size], vec![0.0; size]);
        for epoch in 1..=how.epochs {
            let mut gradient = vec![0.0; size];
            for (rows, label) in &texts {
                let odds = model.log_odds(rows);
                let error = (1.0 / (1.0 + (-odds).exp()) - label) / texts.len().max(1) as f64;
                model.add_gradient(rows, error, &mut gradient);
            }
            for (at, weight) in model.delta.iter().flatten().enumerate() {
                gradient[DEPTH + at] += 2.0 * how.l2 * weight;
            }
            let (b1, b2) = (0.9f64, 0.999f64);
            let fix = ((1.0 - b2.powi(epoch as i32)).sqrt() / (1.0 - b1.powi(epoch as i32))) * how.rate;
            for ((weight, g), (m, v)) in
                model.weights_mut().zip(&gradient).zip(first.iter_mut().zip(&mut second))
            {
                *m = b1 * *m + (1.0 - b1) * g;
                *v = b2 * *v + (1.0 - b2) * g * g;
                *weight -= fix * *m / (v.sqrt() + 1e-9);
            }
        }
        model
    }

    /// Sets the thresholds: for each length, what one in two hundred unmarked texts exceeds. The bits of
    /// an unmarked text are fair coins, so coins are thrown, and no texts are needed.
    pub fn calibrate(&mut self, lengths: &[usize]) {
        const TEXTS: usize = 4000;
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut dice = Seed(1);
        let mut odds: Vec<Vec<f64>> = vec![Vec::with_capacity(TEXTS); lengths.len()];
        for _ in 0..TEXTS {
            let mut sum = 0.0;
            for n in 1..=longest {
                let coins = dice.next_u64();
                let row: [u8; DEPTH] = std::array::from_fn(|l| ((coins >> l) & 1) as u8);
                sum += self.log_odds(&[row]);
                for (list, _) in odds.iter_mut().zip(lengths).filter(|(_, length)| **length == n) {
                    list.push(sum);
                }
            }
        }
        self.thresholds.clear();
        for (list, n) in odds.iter_mut().zip(lengths) {
            list.sort_by(f64::total_cmp);
            if let Some(least) = list.get(TEXTS * 995 / 1000) {
                self.thresholds.push((*n, *least));
            }
        }
    }

    fn weights_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        self.beta.iter_mut().chain(self.delta.iter_mut().flatten())
    }

    fn add_gradient(&self, rows: &Rows, error: f64, gradient: &mut [f64]) {
        for row in rows {
            let mut at = DEPTH;
            for layer in 0..DEPTH {
                let p = self.differ(row, layer);
                let side = f64::from(row[layer]) - 0.5;
                let slope = error * side / (1.0 + side * p) * p * (1.0 - p);
                gradient[layer] += slope;
                for g in row.iter().take(layer) {
                    gradient[at] += slope * f64::from(*g);
                    at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::detect::{mean, weighted_mean};
    use super::super::{Candidate, Detector, Keys, Marker};
    use super::*;

    /// Draws a text of `n` tokens from made-up distributions of low entropy.
    fn text(keys: Option<&Keys>, n: usize, dice: &mut Seed) -> Vec<i32> {
        let mut marker = keys.map(Marker::new);
        let mut tokens = Vec::new();
        for _ in 0..n {
            let mut list: Vec<Candidate> = (0..20)
                .map(|_| Candidate { id: (dice.next_u64() % 500) as i32, p: dice.next_f32().powi(20) + 1e-6 })
                .collect();
            let sum: f32 = list.iter().map(|c| c.p).sum();
            list.iter_mut().for_each(|c| c.p /= sum);
            if let Some(marker) = &mut marker {
                marker.apply(&tokens, &mut list);
            }
            let mut left = dice.next_f32();
            let drawn = list.iter().find(|c| {
                left -= c.p;
                left < 0.0
            });
            tokens.push(drawn.unwrap_or(&list[0]).id);
        }
        tokens
    }

    /// Share of marked texts above what one in a hundred unmarked ones exceeds.
    fn found(marked: &[f64], unmarked: &[f64]) -> f64 {
        let mut sorted = unmarked.to_vec();
        sorted.sort_by(f64::total_cmp);
        let least = sorted[sorted.len() * 99 / 100];
        marked.iter().filter(|s| **s > least).count() as f64 / marked.len() as f64
    }

    #[test]
    fn what_is_learnt_finds_more_than_counting() {
        let mut dice = Seed(11);
        let keys = Keys::from_layers(std::array::from_fn(|_| dice.next_u64() as i64));
        let detector = Detector::with(&keys, Bayes::untrained());
        let mut many = |keys: Option<&Keys>, count: usize| -> Vec<Rows> {
            (0..count).map(|_| detector.rows(&text(keys, 24, &mut dice))).collect()
        };
        let (marked, unmarked) = (many(Some(&keys), 500), many(None, 500));
        let bayes = Bayes::train(&marked, &unmarked, &Training { epochs: 150, ..Training::default() });
        let (marked, unmarked) = (many(Some(&keys), 300), many(None, 300));
        let share = |score: &dyn Fn(&Rows) -> f64| {
            let scores = |texts: &[Rows]| texts.iter().map(score).collect::<Vec<_>>();
            found(&scores(&marked), &scores(&unmarked))
        };
        let plain = share(&|rows| mean(rows));
        let weighted = share(&|rows| weighted_mean(rows));
        let learnt = share(&|rows| bayes.log_odds(rows));
        assert!(weighted > plain && learnt >= weighted - 0.02 && learnt > 0.5, "{plain} {weighted} {learnt}");
    }

    #[test]
    fn the_gradient_is_right() {
        let mut dice = Seed(2);
        let rows: Rows = (0..6).map(|_| std::array::from_fn(|_| (dice.next_u64() & 1) as u8)).collect();
        let mut model = Bayes::untrained();
        model.weights_mut().for_each(|w| *w = f64::from(dice.range(-1.0, 1.0)));
        let mut gradient = vec![0.0; DEPTH + DEPTH * (DEPTH - 1) / 2];
        model.add_gradient(&rows, 1.0, &mut gradient);
        for at in [0, 7, DEPTH - 1, DEPTH, DEPTH + 100, gradient.len() - 1] {
            let moved = |by: f64| {
                let mut model = model.clone();
                if let Some(w) = model.weights_mut().nth(at) {
                    *w += by;
                }
                model.log_odds(&rows)
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((slope - gradient[at]).abs() < 1e-6, "{at}: {slope} {}", gradient[at]);
        }
    }

    #[test]
    fn the_detector_that_comes_with_the_program_is_trained() {
        let bayes = Bayes::trained();
        assert_ne!(bayes, Bayes::untrained());
        assert_eq!((bayes.beta.len(), bayes.delta.len()), (DEPTH, DEPTH));
        assert!(bayes.delta.iter().enumerate().all(|(i, row)| row.len() == i));
        assert!(bayes.threshold(100).is_some());
    }
}
