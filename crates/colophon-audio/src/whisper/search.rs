//! The search for what was said in a window: greedy, by beams, or drawn at a temperature, with the
//! fallback of the reference decoder from one to the next.

use std::io::Write as _;

use colophon_types::{Cancel, Seed};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::model::{Heard, Model, Said};
use super::rules::{Rules, log_sum};
use crate::AudioError;

/// How a window is decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Hypotheses that are followed at temperature 0; 1 is greedy.
    pub beam: usize,
    /// Hypotheses that are drawn at other temperatures.
    pub best_of: usize,
    /// Temperatures that are tried one after the other.
    pub temperatures: Vec<f32>,
    /// A text that compresses better than this repeats itself: the next temperature is tried.
    pub most_compression: f32,
    /// So must it with a lower average logarithm of the probability of its tokens.
    pub least_probability: f32,
    /// Above this probability of "no speech", and below `least_probability`, nothing was said.
    pub no_speech: f32,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            beam: 1,
            best_of: 5,
            temperatures: vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
            most_compression: 2.4,
            least_probability: -1.0,
            no_speech: 0.6,
        }
    }
}

/// What was found for a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) tokens: Vec<u32>,
    /// Mean logarithm of the probability of its tokens and the end.
    pub(super) average: f32,
    pub(super) no_speech: f32,
    pub(super) temperature: f32,
    pub(super) compression: f32,
}

/// A hypothesis: its tokens without the prompt, and the logarithm of its probability.
#[derive(Clone, Debug, Default)]
struct Hypothesis {
    tokens: Vec<u32>,
    sum: f32,
}

impl Hypothesis {
    fn average(&self) -> f32 {
        self.sum / (self.tokens.len() + 1) as f32
    }

    /// How hypotheses of different lengths are compared.
    fn rank(&self) -> f32 {
        self.sum / self.tokens.len().max(1) as f32
    }

    fn with(&self, token: u32, more: f32) -> Self {
        let mut tokens = self.tokens.clone();
        tokens.push(token);
        Self { tokens, sum: self.sum + more }
    }
}

/// One window that is being decoded.
pub(super) struct Window<'a> {
    pub(super) model: &'a mut Model,
    pub(super) rules: Rules<'a>,
    pub(super) heard: &'a Heard,
    /// What stands before the first token that is looked for.
    pub(super) prompt: &'a [u32],
    /// Where in the prompt the transcript begins.
    pub(super) opening: usize,
    /// Most tokens.
    pub(super) longest: usize,
    pub(super) cancel: &'a Cancel,
}

impl Window<'_> {
    /// Decodes with fallback.
    pub(super) fn decode(&mut self, search: &Search, seed: Seed) -> Result<Found, AudioError> {
        let mut tried: Vec<Found> = Vec::new();
        for (i, temperature) in search.temperatures.iter().enumerate() {
            let found = self.attempt(search, *temperature, seed.derive(&format!("temperature {i}")))?;
            let repeats = found.compression > search.most_compression;
            let doubtful = found.average < search.least_probability;
            let silent = found.no_speech > search.no_speech && doubtful;
            if silent || !(repeats || doubtful) {
                return Ok(found);
            }
            tried.push(found);
        }
        // None is good: the likeliest of those that do not repeat themselves, else of all.
        let last = tried.last().map_or(0.0, |f| f.temperature);
        let good = |f: &Found| f.compression <= search.most_compression;
        let any = tried.iter().any(good);
        let best =
            tried.into_iter().filter(|f| !any || good(f)).max_by(|a, b| a.average.total_cmp(&b.average));
        Ok(Found { temperature: last, ..best.unwrap_or_default() })
    }

    fn attempt(&mut self, search: &Search, temperature: f32, seed: Seed) -> Result<Found, AudioError> {
        self.cancel.check()?;
        let mut said = self.model.silent()?;
        let pick = [self.opening, self.prompt.len() - 1];
        let step = self.model.say(self.heard, &mut said, self.prompt, &pick)?;
        let (opening, first) = step.logits.split_at(self.model.sizes.vocabulary);
        let silence = opening.get(self.rules.tokens.no_speech as usize).copied().unwrap_or(f32::NEG_INFINITY);
        let no_speech = (silence - log_sum(opening)).exp();
        let best = if temperature > 0.0 {
            self.draw(said, first, search.best_of.max(1), temperature, seed)?
        } else if search.beam > 1 {
            self.beams(said, first, search.beam)?
        } else {
            self.greedy(said, first)?
        };
        let text = self.rules.tokens.decode(&best.tokens);
        let average = best.average();
        let compression = compression(text.trim());
        Ok(Found { tokens: best.tokens, average, no_speech, temperature, compression })
    }

    fn greedy(&mut self, mut said: Said, first: &[f32]) -> Result<Hypothesis, AudioError> {
        let mut logits = first.to_vec();
        let mut best = Hypothesis::default();
        while best.tokens.len() < self.longest {
            self.cancel.check()?;
            self.rules.apply(&best.tokens, &mut logits);
            let (token, logit) = likeliest(&logits);
            best.sum += logit - log_sum(&logits);
            if token == self.rules.tokens.end {
                break;
            }
            best.tokens.push(token);
            logits = self.model.say(self.heard, &mut said, &[token], &[0])?.logits;
        }
        Ok(best)
    }

    /// Draws several at once and keeps the likeliest.
    fn draw(
        &mut self,
        mut said: Said,
        first: &[f32],
        count: usize,
        temperature: f32,
        mut seed: Seed,
    ) -> Result<Hypothesis, AudioError> {
        said.choose(&vec![0; count])?;
        let mut logits = first.repeat(count);
        let mut open = vec![Hypothesis::default(); count];
        let mut done: Vec<Hypothesis> = Vec::new();
        loop {
            self.cancel.check()?;
            let (mut next, mut stay) = (Vec::new(), Vec::new());
            for (i, row) in logits.chunks_exact_mut(self.model.sizes.vocabulary).enumerate() {
                self.rules.apply(&open[i].tokens, row);
                let token = drawn(row, temperature, &mut seed);
                let more = row[token as usize] - log_sum(row);
                if token == self.rules.tokens.end {
                    done.push(Hypothesis { sum: open[i].sum + more, ..open[i].clone() });
                } else if open[i].tokens.len() + 1 >= self.longest {
                    done.push(open[i].with(token, more));
                } else {
                    next.push(open[i].with(token, more));
                    stay.push(i);
                }
            }
            if next.is_empty() {
                return Ok(best(done));
            }
            said.choose(&stay)?;
            open = next;
            logits = self.step(&mut said, &open)?;
        }
    }

    fn beams(&mut self, mut said: Said, first: &[f32], width: usize) -> Result<Hypothesis, AudioError> {
        let mut logits = first.to_vec();
        let mut open = vec![Hypothesis::default()];
        let mut done: Vec<Hypothesis> = Vec::new();
        loop {
            self.cancel.check()?;
            let mut candidates: Vec<(usize, u32, f32)> = Vec::new();
            for (i, row) in logits.chunks_exact_mut(self.model.sizes.vocabulary).enumerate() {
                self.rules.apply(&open[i].tokens, row);
                let sum = log_sum(row);
                candidates.extend(top(row, width + 1).map(|(t, x)| (i, t, open[i].sum + x - sum)));
            }
            candidates.sort_by(|a, b| b.2.total_cmp(&a.2));
            let (mut next, mut from) = (Vec::new(), Vec::new());
            for (i, token, sum) in candidates {
                let more = sum - open[i].sum;
                if token == self.rules.tokens.end {
                    done.push(Hypothesis { sum, ..open[i].clone() });
                } else {
                    next.push(open[i].with(token, more));
                    from.push(i);
                    if next.len() == width {
                        break;
                    }
                }
            }
            let longest = next.first().is_none_or(|h| h.tokens.len() >= self.longest);
            if done.len() >= width || longest {
                if done.is_empty() {
                    done = next;
                }
                return Ok(best(done));
            }
            said.choose(&from)?;
            open = next;
            logits = self.step(&mut said, &open)?;
        }
    }

    /// Lets every hypothesis say its last token.
    fn step(&mut self, said: &mut Said, open: &[Hypothesis]) -> Result<Vec<f32>, AudioError> {
        let tokens: Vec<u32> = open.iter().filter_map(|h| h.tokens.last().copied()).collect();
        let pick: Vec<usize> = (0..open.len()).collect();
        Ok(self.model.say(self.heard, said, &tokens, &pick)?.logits)
    }
}

fn best(hypotheses: Vec<Hypothesis>) -> Hypothesis {
    hypotheses.into_iter().max_by(|a, b| a.rank().total_cmp(&b.rank())).unwrap_or_default()
}

/// The token of the highest logit; the first of equals.
fn likeliest(logits: &[f32]) -> (u32, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (i, x) in logits.iter().enumerate() {
        if *x > best.1 {
            best = (i, *x);
        }
    }
    (best.0 as u32, best.1)
}

/// The tokens of the highest logits.
fn top(logits: &[f32], count: usize) -> impl Iterator<Item = (u32, f32)> {
    let mut kept: Vec<(u32, f32)> = Vec::with_capacity(count + 1);
    for (i, x) in logits.iter().enumerate() {
        if *x == f32::NEG_INFINITY || (kept.len() == count && kept.last().is_some_and(|k| *x <= k.1)) {
            continue;
        }
        let place = kept.partition_point(|k| k.1 >= *x);
        kept.insert(place, (i as u32, *x));
        kept.truncate(count);
    }
    kept.into_iter()
}

/// A token drawn by its probability at a temperature.
fn drawn(logits: &[f32], temperature: f32, seed: &mut Seed) -> u32 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let share = |x: f32| f64::from(((x - highest) / temperature).exp());
    let total: f64 = logits.iter().map(|x| share(*x)).sum();
    let mut rest = f64::from(seed.next_f32()) * total;
    for (i, x) in logits.iter().enumerate() {
        rest -= share(*x);
        if rest < 0.0 {
            return i as u32;
        }
    }
    likeliest(logits).0
}

/// How many times smaller zlib makes a text.
pub(super) fn compression(text: &str) -> f32 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_or(1.0, |packed| text.len() as f32 / packed.len().max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_itself_compresses() {
        assert!(compression("The ferry leaves at a quarter past six in the morning.") < 1.2);
        assert!(compression(&"Thank you. ".repeat(20)) > 5.0);
    }

    #[test]
    fn the_highest_are_kept_in_order() {
        let logits = [0.5, 2.0, f32::NEG_INFINITY, 2.0, 1.0];
        let kept: Vec<_> = top(&logits, 3).collect();
        assert_eq!(kept, [(1, 2.0), (3, 2.0), (4, 1.0)]);
        assert_eq!(likeliest(&logits), (1, 2.0));
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let (logits, mut seed) = ([0.0, 3f32.ln(), f32::NEG_INFINITY], Seed(1));
        let mut counts = [0; 3];
        for _ in 0..4000 {
            counts[drawn(&logits, 1.0, &mut seed) as usize] += 1;
        }
        assert!((2900..3100).contains(&counts[1]) && counts[2] == 0, "{counts:?}");
        assert!((0..200).all(|_| drawn(&logits, 0.05, &mut seed) == 1));
    }
}
