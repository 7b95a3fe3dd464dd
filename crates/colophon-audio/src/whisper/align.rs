//! When each word was said: dynamic time warping over the cross-attention of the heads that follow
//! the speech (Radford et al. 2022, released code; Giorgino 2009 for the warping).

use colophon_types::Cancel;

use super::model::{Heard, Model, softmax};
use super::network::PLACES;
use super::tokens::{Tokens, join_marks};
use crate::AudioError;
use crate::transcript::Word;

/// Width of the median filter over time.
const MEDIAN: usize = 7;
/// Places of the encoder a second.
const PLACES_A_SECOND: f64 = 50.0;
/// The usual length of a word is at most this, in seconds.
const LONGEST_USUAL: f64 = 0.7;
/// Marks that end a sentence.
const ENDS: &str = ".。!！?？";

/// Whose attention, of what, up to where.
pub(super) struct Alignment<'a> {
    pub(super) model: &'a mut Model,
    pub(super) heard: &'a Heard,
    pub(super) tokens: &'a Tokens,
    /// Layers and heads that follow the speech.
    pub(super) heads: &'a [(usize, usize)],
    pub(super) language: &'a str,
    pub(super) translate: bool,
    /// Samples of the window that are sound, over 320.
    pub(super) places: usize,
    pub(super) cancel: &'a Cancel,
}

impl Alignment<'_> {
    /// The words of `text` (tokens without timestamps) with their times in the window, in seconds, and
    /// how many tokens each has. Words keep the spaces in front of them.
    pub(super) fn words(&mut self, text: &[u32]) -> Result<Vec<(Word, usize)>, AudioError> {
        let places = self.places.clamp(1, PLACES);
        if text.is_empty() || self.heads.is_empty() {
            return Ok(Vec::new());
        }
        let opening = self.tokens.opening(self.language, self.translate);
        let first = opening.len();
        let mut said = opening;
        said.push(self.tokens.no_timestamps);
        said.extend(text);
        said.push(self.tokens.end);
        let rows: Vec<usize> = (first..said.len() - 1).collect();
        let mut state = self.model.silent()?;
        let step = self.model.say(self.heard, &mut state, &said, &rows)?;
        self.cancel.check()?;
        let probability = |(row, token): (&[f32], &u32)| {
            let mut words = row[..(self.tokens.end as usize).min(row.len())].to_vec();
            softmax(&mut words);
            words.get(*token as usize).copied().unwrap_or(0.0)
        };
        let rows_of_logits = step.logits.chunks_exact(self.model.sizes.vocabulary);
        let probabilities: Vec<f32> = rows_of_logits.zip(text).map(probability).collect();
        let mut attention = vec![vec![0f32; places]; rows.len()];
        for head in self.heads {
            self.cancel.check()?;
            let weights = self.model.attention(self.heard, &step.queries, *head, places);
            let Some(mut weights) = weights else { continue };
            standardise(&mut weights);
            for (sum, row) in attention.iter_mut().zip(&weights[first..]) {
                for (s, x) in sum.iter_mut().zip(median(row)) {
                    *s += x / self.heads.len() as f32;
                }
            }
        }
        let starts = warp(&attention);
        let mut words = Vec::new();
        let mut at = 0;
        for word in self.tokens.words(text, self.language) {
            let count = word.tokens.len();
            let share = probabilities.get(at..at + count).unwrap_or_default();
            let time = |row: usize| starts.get(row).copied().unwrap_or(places) as f64 / PLACES_A_SECOND;
            words.push((
                Word {
                    word: word.text,
                    start: time(at),
                    end: time(at + count),
                    probability: share.iter().sum::<f32>() / share.len().max(1) as f32,
                },
                count,
            ));
            at += count;
        }
        shorten(&mut words);
        join_marks(
            &mut words,
            |(w, _)| &w.word,
            |(word, count), (other, more), before| {
                if before {
                    word.word = tidy(&(other.word + &word.word));
                } else {
                    word.word.push_str(&other.word);
                }
                *count += more;
            },
        );
        Ok(words)
    }
}

/// A mark in front of a word: the space between them goes before both.
fn tidy(text: &str) -> String {
    let lead = if text.starts_with(' ') { " " } else { "" };
    format!("{lead}{}", text.replace(' ', ""))
}

/// Each place to mean 0 and variance 1 over the tokens.
fn standardise(rows: &mut [Vec<f32>]) {
    let count = rows.len() as f32;
    for place in 0..rows.first().map_or(0, Vec::len) {
        let mean = rows.iter().map(|r| r[place]).sum::<f32>() / count;
        let variance = rows.iter().map(|r| (r[place] - mean).powi(2)).sum::<f32>() / count;
        let deviation = variance.sqrt().max(1e-12);
        for row in rows.iter_mut() {
            row[place] = (row[place] - mean) / deviation;
        }
    }
}

/// The median of each number and its neighbours; both ends are mirrored.
fn median(row: &[f32]) -> Vec<f32> {
    let (reach, n) = (MEDIAN / 2, row.len() as isize);
    if row.len() <= reach {
        return row.to_vec();
    }
    let at = |i: isize| {
        let i = i.abs();
        row[(if i >= n { 2 * (n - 1) - i } else { i }) as usize]
    };
    (0..n)
        .map(|i| {
            let mut near: Vec<f32> = (i - reach as isize..=i + reach as isize).map(at).collect();
            near.sort_by(f32::total_cmp);
            near[reach]
        })
        .collect()
}

/// The place at which each row begins on the path of the highest sum.
fn warp(rows: &[Vec<f32>]) -> Vec<usize> {
    let (n, m) = (rows.len(), rows.first().map_or(0, Vec::len));
    let mut above = vec![f32::INFINITY; m + 1];
    above[0] = 0.0;
    // 0: from both sides, 1: from the row above, 2: from the place before.
    let mut steps = vec![0u8; (n + 1) * (m + 1)];
    for i in 1..=n {
        let mut row = vec![f32::INFINITY; m + 1];
        for j in 1..=m {
            let (both, up, left) = (above[j - 1], above[j], row[j - 1]);
            let (cost, step) = if both < up && both < left {
                (both, 0)
            } else if up < both && up < left {
                (up, 1)
            } else {
                (left, 2)
            };
            row[j] = cost - rows[i - 1][j - 1];
            steps[i * (m + 1) + j] = step;
        }
        above = row;
    }
    let mut starts = vec![0; n];
    let (mut i, mut j) = (n, m);
    while i > 0 && j > 0 {
        starts[i - 1] = j - 1;
        match steps[i * (m + 1) + j] {
            0 => (i, j) = (i - 1, j - 1),
            1 => i -= 1,
            _ => j -= 1,
        }
    }
    starts
}

/// Words at the end of a sentence that reach far into a pause are cut to twice the usual length.
fn shorten(words: &mut [(Word, usize)]) {
    let most = 2.0 * usual(words.iter().map(|(w, _)| w));
    let ends = |word: &str| !word.trim().is_empty() && word.trim().chars().all(|c| ENDS.contains(c));
    for i in 1..words.len() {
        if most == 0.0 || words[i].0.end - words[i].0.start <= most {
            continue;
        }
        if ends(&words[i].0.word) {
            words[i].0.end = words[i].0.start + most;
        } else if ends(&words[i - 1].0.word) {
            words[i].0.start = words[i].0.end - most;
        }
    }
}

/// The usual length of a word: the median of those that have one, in seconds.
pub(super) fn usual<'a>(words: impl Iterator<Item = &'a Word>) -> f64 {
    let mut lengths: Vec<f64> = words.map(|w| w.end - w.start).filter(|l| *l > 0.0).collect();
    lengths.sort_by(f64::total_cmp);
    lengths.get(lengths.len() / 2).copied().unwrap_or(0.0).min(LONGEST_USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_follows_the_ridge() {
        // Three rows; row 0 is strong at 0..4, row 1 at 4..5, row 2 at 5..10.
        let rows: Vec<Vec<f32>> = [(0, 4), (4, 5), (5, 10)]
            .iter()
            .map(|(from, to)| (0..10).map(|p| if (*from..*to).contains(&p) { 1.0 } else { -1.0 }).collect())
            .collect();
        assert_eq!(warp(&rows), [0, 4, 5]);
        assert!(warp(&[]).is_empty());
    }

    #[test]
    fn a_single_peak_is_no_ridge() {
        let mut row = vec![0.0; 20];
        row[7] = 9.0;
        assert!(median(&row).iter().all(|x| *x == 0.0));
        assert_eq!(median(&[3.0, 1.0]), [3.0, 1.0]);
        let mut rows = vec![vec![1.0, 5.0], vec![3.0, 5.0]];
        standardise(&mut rows);
        assert_eq!(rows, [[-1.0, 0.0], [1.0, 0.0]]);
    }
}
