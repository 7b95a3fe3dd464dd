//! A circuit breaker: a server that failed several times in a row is left alone for a while, so that
//! requests fail at once instead of waiting for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open before one request may try.
const REST: Duration = Duration::from_secs(30);

#[derive(Default)]
struct State {
    failures: u32,
    /// Since when the server is left alone.
    open: Option<Instant>,
}

#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

impl Breaker {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request may be sent. After the rest a single one may, as a trial.
    pub(super) fn allows(&self) -> Result<(), String> {
        self.allows_at(Instant::now())
    }

    fn allows_at(&self, now: Instant) -> Result<(), String> {
        let mut state = self.lock();
        let Some(since) = state.open else { return Ok(()) };
        let rested = now.saturating_duration_since(since);
        if rested >= REST {
            // Others wait until this trial has ended well or another rest is over.
            state.open = Some(now);
            return Ok(());
        }
        let left = (REST - rested).as_secs() + 1;
        Err(format!("has failed {} times in a row and is left alone for {left} seconds", state.failures))
    }

    pub(super) fn succeeded(&self) {
        *self.lock() = State::default();
    }

    pub(super) fn failed(&self) {
        let mut state = self.lock();
        state.failures += 1;
        if state.failures >= FAILURES {
            state.open = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_rests_and_closes() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert!(breaker.allows().is_ok());
            breaker.failed();
        }
        assert!(breaker.allows().is_err_and(|why| why.contains("left alone")));
        let later = Instant::now() + REST;
        assert!(breaker.allows_at(later).is_ok(), "one trial");
        assert!(breaker.allows_at(later).is_err(), "and no more");
        breaker.succeeded();
        assert!(breaker.allows().is_ok());
        breaker.failed();
        assert!(breaker.allows().is_ok(), "one failure is forgiven");
    }
}
