//! The bits of the tournament, and the contexts that have them.

use std::collections::VecDeque;

use super::keys::{DEPTH, Keys};

/// Tokens of context.
pub const CONTEXT: usize = 4;
/// Contexts that are remembered: a repeated one carries no mark.
pub const HISTORY: usize = 1024;
const MULTIPLIER: i64 = 6_364_136_223_846_793_005;
const ROUNDS: usize = 12;

/// One datum into the hash.
pub(super) fn hash(h: i64, x: i64) -> i64 {
    h.wrapping_add(x).wrapping_mul(MULTIPLIER).wrapping_add(1)
}

/// The bit of a finished hash.
fn bit(mut h: i64) -> u8 {
    for _ in 0..ROUNDS {
        h = hash(h, 1) >> 5;
    }
    ((h >> 30) & 1) as u8
}

/// The hash of a context: of the last four tokens.
pub(super) fn context_hash(keys: &Keys, before: &[i32]) -> i64 {
    let known = &before[before.len().saturating_sub(CONTEXT)..];
    known.iter().fold(keys.start(), |h, t| hash(h, i64::from(*t)))
}

/// The bits of a token after a context, layer by layer.
pub(super) fn bits(keys: &Keys, context: i64, token: i32) -> [u8; DEPTH] {
    let own = hash(context, i64::from(token));
    keys.layers().map(|key| bit(hash(own, key)))
}

/// The contexts of one text so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(VecDeque<i64>);

impl Seen {
    /// Remembers a context; says whether it was new.
    pub(super) fn is_new(&mut self, context: i64) -> bool {
        let new = !self.0.contains(&context);
        self.0.push_back(context);
        if self.0.len() > HISTORY {
            self.0.pop_front();
        }
        new
    }
}
