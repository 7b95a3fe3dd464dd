//! How many jobs wait: counted now and then, not for every order. Between two counts the orders that this
//! process took are added, so that it never takes more than it may; other processes of a shared studio may
//! add theirs for a second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use colophon_store::Store;

use crate::StudioError;

/// Jobs that may wait at the same time.
const MOST: u64 = 20_000;
/// Jobs of one owner that may wait at the same time.
const MOST_OF_ONE: u64 = 10_000;
/// How long a count is good for.
const FRESH: Duration = Duration::from_secs(1);
/// Owners whose counts are kept.
const OWNERS: usize = 10_000;

/// The counts.
#[derive(Default)]
pub(crate) struct Line(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    all: Option<Count>,
    owners: HashMap<String, Count>,
}

#[derive(Clone, Copy)]
struct Count {
    jobs: u64,
    at: Instant,
}

impl Count {
    /// Whether there is room by this count. A count that is old, or says that there is none, says nothing.
    fn has_room(count: Option<&Self>, most: u64) -> bool {
        count.is_some_and(|c| c.at.elapsed() < FRESH && c.jobs < most)
    }
}

impl Line {
    /// Refuses an order when too many wait.
    pub(crate) fn check(&self, store: &Store, owner: &str) -> Result<(), StudioError> {
        let counts = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = || StudioError::Busy("too many jobs wait already");
        if !Count::has_room(counts().all.as_ref(), MOST) {
            let jobs = store.queue_depth()?.queued;
            counts().all = Some(Count { jobs, at: Instant::now() });
            if jobs >= MOST {
                return Err(full());
            }
        }
        if !Count::has_room(counts().owners.get(owner), MOST_OF_ONE) {
            let jobs = store.waiting_of(owner)?;
            let mut counts = counts();
            if counts.owners.len() >= OWNERS {
                counts.owners.clear();
            }
            counts.owners.insert(owner.to_owned(), Count { jobs, at: Instant::now() });
            if jobs >= MOST_OF_ONE {
                return Err(full());
            }
        }
        Ok(())
    }

    /// Notes an order that was taken.
    pub(crate) fn joined(&self, owner: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Counts { all, owners } = &mut *counts;
        for count in all.iter_mut().chain(owners.get_mut(owner)) {
            count.jobs += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use colophon_store::NewJob;
    use serde_json::json;

    use super::*;

    fn order(store: &Store, owner: &str) {
        store.enqueue(NewJob::new(owner, "sound", "a", json!({}))).unwrap();
    }

    #[test]
    fn a_count_is_kept_and_grows_with_orders_taken_here() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("studio.db")).unwrap();
        let line = Line::default();
        line.check(&store, "ann").unwrap();
        let seen = |line: &Line| {
            let counts = line.0.lock().unwrap();
            (counts.all.unwrap().jobs, counts.owners["ann"].jobs)
        };
        // Another process takes orders: they are not seen until the next count.
        order(&store, "ann");
        line.check(&store, "ann").unwrap();
        assert_eq!(seen(&line), (0, 0));
        line.joined("ann");
        line.joined("bob");
        assert_eq!(seen(&line), (2, 1));
    }

    #[test]
    fn a_full_line_is_counted_again_before_it_is_believed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("studio.db")).unwrap();
        let line = Line::default();
        line.check(&store, "ann").unwrap();
        (0..MOST_OF_ONE).for_each(|_| line.joined("ann"));
        line.check(&store, "ann").expect("the jobs are gone already");
        for _ in 0..5 {
            order(&store, "ann");
        }
        (0..MOST_OF_ONE).for_each(|_| line.joined("ann"));
        line.check(&store, "ann").unwrap();
        assert_eq!(line.0.lock().unwrap().owners["ann"].jobs, 5);
    }
}
