//! What may be said next: Whisper's rules on blanks, special tokens and timestamps.
//! Source: Radford et al. 2022, section 4.5, and the reference decoder's logit filters.

use super::tokens::Tokens;

/// The first timestamp is at most so many steps of 0.02 s after the start.
const LATEST_START: u32 = 50;

/// Rules for one window.
pub(super) struct Rules<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) timestamps: bool,
}

const NEVER: f32 = f32::NEG_INFINITY;

impl Rules<'_> {
    /// Takes away what may not follow `said` (what was generated so far).
    pub(super) fn apply(&self, said: &[u32], logits: &mut [f32]) {
        let t = self.tokens;
        forbid_each(logits, &t.suppressed);
        if said.is_empty() {
            forbid_each(logits, &t.suppressed_first);
        }
        if self.timestamps {
            self.keep_time(said, logits);
        } else {
            forbid(logits, t.zero as usize, usize::MAX);
        }
    }

    /// Timestamps come in pairs, never go back, and come when they are likelier than any word.
    fn keep_time(&self, said: &[u32], logits: &mut [f32]) {
        let (zero, end) = (self.tokens.zero, self.tokens.end as usize);
        let is_time = |token: Option<&u32>| token.is_some_and(|t| *t >= zero);
        let last = is_time(said.last());
        let paired = said.len() < 2 || is_time(said.get(said.len() - 2));
        if last && paired {
            forbid(logits, zero as usize, usize::MAX);
        } else if last {
            forbid(logits, 0, end);
        }
        if let Some(time) = said.iter().rev().find(|t| **t >= zero) {
            // A segment that was closed may be followed by one that begins at the same moment.
            let earliest = if last && !paired { *time } else { time + 1 };
            forbid(logits, zero as usize, earliest as usize);
        }
        if said.is_empty() {
            forbid(logits, 0, zero as usize);
            forbid(logits, (zero + LATEST_START + 1) as usize, usize::MAX);
        }
        let (words, times) = logits.split_at(logits.len().min(zero as usize));
        let likeliest = words.iter().copied().fold(NEVER, f32::max);
        if log_sum(times) > likeliest {
            forbid(logits, 0, zero as usize);
        }
    }
}

fn forbid(logits: &mut [f32], from: usize, to: usize) {
    let to = to.min(logits.len());
    if from < to {
        logits[from..to].fill(NEVER);
    }
}

fn forbid_each(logits: &mut [f32], which: &[u32]) {
    for token in which {
        if let Some(x) = logits.get_mut(*token as usize) {
            *x = NEVER;
        }
    }
}

/// The logarithm of the sum of the exponentials.
pub(super) fn log_sum(logits: &[f32]) -> f32 {
    let highest = logits.iter().copied().fold(NEVER, f32::max);
    if highest == NEVER {
        return NEVER;
    }
    highest + logits.iter().map(|x| (x - highest).exp()).sum::<f32>().ln()
}
