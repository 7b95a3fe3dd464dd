//! Prompt lookup: guessing the next tokens from an earlier place of the text that ended alike.
//!
//! Summaries, rewriting and extraction repeat much of what they read; there a guess is often right,
//! and checking several tokens in one step costs less than making them one by one. Where guesses
//! fail they are made more rarely. What is generated is drawn the same way with or without.

use llama_cpp_2::token::LlamaToken;

/// Shortest ending that is looked up, in tokens.
const SHORTEST: usize = 2;
/// Longest ending that makes a difference.
const LONGEST: usize = 12;
/// Most tokens guessed at once.
const MOST: usize = 16;
/// How fast the shares follow what happens.
const LEARN: f32 = 0.15;

/// Classes of lengths of endings: 2, 3–4, 5–8, 9 and more.
const CLASSES: usize = 4;

fn class(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

/// What a guess costs on this machine with this model, learnt from the steps themselves.
#[derive(Clone, Debug)]
pub(super) struct Cost {
    /// Seconds of a step of one token.
    plain: f32,
    /// What each further token adds to it, as a share.
    further: f32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { plain: 0.0, further: 0.4 }
    }
}

impl Cost {
    /// Learns from a step of `tokens` tokens.
    pub(super) fn learn(&mut self, tokens: usize, seconds: f32) {
        if tokens == 1 {
            self.plain =
                if self.plain == 0.0 { seconds } else { self.plain + LEARN * (seconds - self.plain) };
        } else if tokens > 1 && self.plain > 0.0 {
            let share = (seconds / self.plain - 1.0) / (tokens - 1) as f32;
            self.further += LEARN * (share.clamp(0.0, 1.0) - self.further);
        }
    }

    /// Share of guesses that must be right: with fewer, a step with guesses costs more than it saves.
    pub(super) fn pays(&self) -> f32 {
        (self.further * 1.1).clamp(0.1, 0.95)
    }

    /// The same where an answer must come out alike on every run: how many tokens share a step changes
    /// the last bits of its arithmetic, so that number must not hang on a clock.
    pub(super) fn pays_without_a_clock() -> f32 {
        Self::default().pays()
    }
}

/// What was learnt about guesses in one text.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    /// Share of right guesses by class of the ending that was found.
    right: [f32; CLASSES],
    /// Steps without a guess since the last one.
    idle: u32,
    /// Class of the guess that is being checked.
    pending: Option<usize>,
}

impl Default for Lookup {
    fn default() -> Self {
        Self { right: [0.3, 0.5, 0.65, 0.8], idle: 0, pending: None }
    }
}

impl Lookup {
    /// Guesses what follows `tokens`, at most `room` tokens. Empty where nothing was found or where
    /// fewer than the share `pays` will be right.
    pub(super) fn guess(&mut self, tokens: &[LlamaToken], room: usize, pays: f32) -> Vec<LlamaToken> {
        self.pending = None;
        self.idle += 1;
        let Some((at, length)) = longest_ending(tokens) else { return Vec::new() };
        let class = class(length);
        let share = self.right[class];
        // Now and then a class that did badly gets another chance.
        if share < pays && self.idle < 48 {
            return Vec::new();
        }
        // So many that the last still pays: share^n >= pays.
        let count = if share >= 0.99 { MOST } else { (pays.ln() / share.ln()).floor().max(1.0) as usize };
        let guess: Vec<_> = tokens[at..].iter().take(count.min(MOST).min(room)).copied().collect();
        if !guess.is_empty() {
            self.idle = 0;
            self.pending = Some(class);
        }
        guess
    }

    /// Learns how many of `made` guesses were right.
    pub(super) fn learn(&mut self, made: usize, right: usize) {
        let Some(class) = self.pending.take() else { return };
        for i in 0..made.min(right + 1) {
            let hit = if i < right { 1.0 } else { 0.0 };
            self.right[class] += LEARN * (hit - self.right[class]);
        }
    }
}

/// Where the longest earlier occurrence of the end of `tokens` goes on, and its length; among equals
/// the latest.
fn longest_ending(tokens: &[LlamaToken]) -> Option<(usize, usize)> {
    let n = tokens.len();
    if n < SHORTEST + 1 {
        return None;
    }
    let last = tokens[n - 1];
    let mut best: Option<(usize, usize)> = None;
    for end in (1..n).rev() {
        if tokens[end - 1] != last {
            continue;
        }
        let length = (0..end.min(LONGEST)).take_while(|i| tokens[end - 1 - i] == tokens[n - 1 - i]).count();
        if length >= SHORTEST && best.is_none_or(|(_, b)| length > b) {
            best = Some((end, length));
            if length == LONGEST {
                break;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(ids: &[i32]) -> Vec<LlamaToken> {
        ids.iter().map(|i| LlamaToken(*i)).collect()
    }

    #[test]
    fn the_longest_ending_wins() {
        let text = tokens(&[1, 2, 3, 4, 9, 2, 3, 5, 1, 2, 3]);
        assert_eq!(longest_ending(&text), Some((3, 3)));
        let mut lookup = Lookup::default();
        assert_eq!(lookup.guess(&text, 8, 0.35), tokens(&[4]));
    }

    #[test]
    fn nothing_is_guessed_without_a_precedent() {
        assert!(Lookup::default().guess(&tokens(&[1, 2, 3, 4, 5]), 8, 0.35).is_empty());
        assert!(Lookup::default().guess(&tokens(&[1]), 8, 0.35).is_empty());
    }

    #[test]
    fn guesses_grow_where_they_are_right_and_end_where_they_are_wrong() {
        let text = tokens(&(0..40).chain(0..12).collect::<Vec<_>>());
        let mut lookup = Lookup::default();
        for _ in 0..20 {
            let made = lookup.guess(&text, 16, 0.35).len();
            lookup.learn(made, made);
        }
        assert!(lookup.guess(&text, 16, 0.35).len() > 8);
        for _ in 0..20 {
            let made = lookup.guess(&text, 16, 0.35).len();
            lookup.learn(made, 0);
        }
        assert!(lookup.guess(&text, 16, 0.35).is_empty());
        let tried = (0..60).filter(|_| !lookup.guess(&text, 16, 0.35).is_empty()).count();
        assert_eq!(tried, 1);
    }

    #[test]
    fn the_cost_of_a_guess_is_learnt() {
        let mut cost = Cost::default();
        for _ in 0..60 {
            cost.learn(1, 0.010);
            cost.learn(5, 0.014);
        }
        // Four further tokens took 4 ms: a tenth of a step each.
        assert!((cost.pays() - 0.11).abs() < 0.01, "{}", cost.pays());
        for _ in 0..60 {
            cost.learn(2, 0.020);
        }
        assert!(cost.pays() > 0.9);
    }
}
