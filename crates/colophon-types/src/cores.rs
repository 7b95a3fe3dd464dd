//! The core scheduler: one budget of processor cores, leased to engines, so that the sum of their
//! threads never exceeds the machine.
//!
//! Threading contract: [`Cores`] may be shared and leased from any thread; a [`Lease`] gives its
//! cores back when it is dropped. Waiters are served in the order in which they asked, so a large
//! request is not starved by small ones.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Cancel, Cancelled};

#[derive(Debug)]
struct State {
    free: usize,
    next_ticket: u64,
    queue: VecDeque<u64>,
}

#[derive(Debug)]
struct Shared {
    total: usize,
    state: Mutex<State>,
    changed: Condvar,
}

/// A budget of cores.
#[derive(Clone, Debug)]
pub struct Cores(Arc<Shared>);

impl Cores {
    /// A budget of `total` cores (at least one).
    pub fn new(total: usize) -> Self {
        let total = total.max(1);
        let state = State { free: total, next_ticket: 0, queue: VecDeque::new() };
        Self(Arc::new(Shared { total, state: Mutex::new(state), changed: Condvar::new() }))
    }

    /// The cores that this process may use, from the operating system (affinity and cgroup limits
    /// included); one where it cannot tell.
    pub fn of_this_machine() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// How many cores the budget has in all.
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// Waits until at least `min` cores are free and takes up to `max` of them.
    /// Both are clamped to the size of the budget.
    ///
    /// # Errors
    /// [`Cancelled`] when `cancel` is set while waiting.
    pub fn lease(&self, min: usize, max: usize, cancel: &Cancel) -> Result<Lease, Cancelled> {
        let min = min.clamp(1, self.0.total);
        let max = max.clamp(min, self.0.total);
        let mut state = lock(&self.0.state);
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push_back(ticket);
        loop {
            if cancel.is_cancelled() {
                state.queue.retain(|t| *t != ticket);
                self.0.changed.notify_all();
                return Err(Cancelled);
            }
            if state.queue.front() == Some(&ticket) && state.free >= min {
                let threads = state.free.min(max);
                state.free -= threads;
                state.queue.pop_front();
                self.0.changed.notify_all();
                return Ok(Lease { shared: Arc::clone(&self.0), threads });
            }
            let waited = self.0.changed.wait_timeout(state, Duration::from_millis(50));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cores that are ours until this value is dropped.
#[derive(Debug)]
pub struct Lease {
    shared: Arc<Shared>,
    threads: usize,
}

impl Lease {
    /// How many threads the holder may keep busy.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

impl Lease {
    /// Whether someone waits for cores.
    pub fn is_wanted(&self) -> bool {
        !lock(&self.shared.state).queue.is_empty()
    }

    /// Gives way: where others wait, gives the cores back and takes as many again after them. Work that
    /// takes long does this between its steps, so that nobody waits for its end.
    ///
    /// # Errors
    /// [`Cancelled`] when `cancel` is set while waiting; the lease holds no cores then.
    pub fn turn(&mut self, cancel: &Cancel) -> Result<(), Cancelled> {
        if !self.is_wanted() {
            return Ok(());
        }
        let threads = std::mem::take(&mut self.threads);
        lock(&self.shared.state).free += threads;
        self.shared.changed.notify_all();
        let mut again = Cores(Arc::clone(&self.shared)).lease(threads, threads, cancel)?;
        self.threads = std::mem::take(&mut again.threads);
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        lock(&self.shared.state).free += self.threads;
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn leases_never_exceed_the_budget() {
        let cores = Cores::new(3);
        let busy = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for want in [1, 2, 3, 1, 2, 3, 1, 2] {
                let (cores, busy, most) = (cores.clone(), &busy, &most);
                scope.spawn(move || {
                    for _ in 0..20 {
                        let lease = cores.lease(1, want, &Cancel::new()).expect("not cancelled");
                        let now = busy.fetch_add(lease.threads(), Ordering::SeqCst) + lease.threads();
                        most.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        busy.fetch_sub(lease.threads(), Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn long_work_gives_way_to_whoever_wants_all() {
        let cores = Cores::new(2);
        let held = Barrier::new(3);
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut lease = cores.lease(1, 1, &Cancel::new()).expect("not cancelled");
                    held.wait();
                    // Neither ends before the other was given all cores five times.
                    while done.load(Ordering::SeqCst) < 5 {
                        lease.turn(&Cancel::new()).expect("not cancelled");
                        assert_eq!(lease.threads(), 1);
                        std::thread::yield_now();
                    }
                });
            }
            held.wait();
            for _ in 0..5 {
                drop(cores.lease(2, 2, &Cancel::new()).expect("not cancelled"));
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
        assert_eq!(cores.lease(2, 2, &Cancel::new()).expect("all are free").threads(), 2);
    }

    #[test]
    fn a_cancelled_waiter_leaves_the_queue() {
        let cores = Cores::new(1);
        let held = cores.lease(1, 1, &Cancel::new()).expect("free");
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(cores.lease(1, 1, &cancel).err(), Some(Cancelled));
        drop(held);
        assert!(cores.lease(1, 1, &Cancel::new()).is_ok());
    }
}
