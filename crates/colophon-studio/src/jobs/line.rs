//! How many jobs wait: counted now and then, not for every order. Between two counts the orders that this
//! process took are added, so that it takes no more than it may, but for those that come at the same moment;
//! other processes of a shared studio may add theirs for a second.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
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

impl Counts {
    /// The count of an owner, or of all.
    fn of(&mut self, owner: Option<&str>) -> &mut Count {
        let Some(owner) = owner else { return self.all.get_or_insert_with(Count::unknown) };
        if self.owners.len() >= OWNERS && !self.owners.contains_key(owner) {
            self.owners.clear();
        }
        self.owners.entry(owner.to_owned()).or_insert_with(Count::unknown)
    }
}

#[derive(Clone, Copy)]
struct Count {
    jobs: u64,
    at: Instant,
    /// Orders that were taken here since it is kept.
    joined: u64,
}

impl Count {
    /// Nothing has been counted yet.
    fn unknown() -> Self {
        Self { jobs: u64::MAX, at: Instant::now(), joined: 0 }
    }

    /// Whether there is room by this count. A count that is old, or says that there is none, says nothing.
    fn has_room(self, most: u64) -> bool {
        self.at.elapsed() < FRESH && self.jobs < most
    }
}

impl Line {
    /// Refuses an order when too many wait.
    pub(crate) fn check(&self, store: &Store, owner: &str) -> Result<(), StudioError> {
        for (of, most) in [(None, MOST), (Some(owner), MOST_OF_ONE)] {
            if self.counts().of(of).has_room(most) {
                continue;
            }
            let count = || match of {
                None => Ok(store.queue_depth()?.queued),
                Some(owner) => Ok(store.waiting_of(owner)?),
            };
            if self.counted(of, count)? >= most {
                return Err(StudioError::Busy("too many jobs wait already"));
            }
        }
        Ok(())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts anew, and gives what was counted. Orders that are taken meanwhile are added to what is kept: they may be
    /// in it already, but a line that is full by what is kept is counted again before it is believed.
    fn counted(
        &self,
        owner: Option<&str>,
        count: impl FnOnce() -> Result<u64, StudioError>,
    ) -> Result<u64, StudioError> {
        let before = self.counts().of(owner).joined;
        let jobs = count()?;
        let mut counts = self.counts();
        let kept = counts.of(owner);
        kept.jobs = jobs + kept.joined.saturating_sub(before);
        kept.at = Instant::now();
        Ok(jobs)
    }

    /// Notes an order that was taken.
    pub(crate) fn joined(&self, owner: &str) {
        let mut counts = self.counts();
        let Counts { all, owners } = &mut *counts;
        for count in all.iter_mut().chain(owners.get_mut(owner)) {
            count.jobs = count.jobs.saturating_add(1);
            count.joined += 1;
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
    fn orders_that_are_taken_while_it_is_counted_are_not_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("studio.db")).unwrap();
        let line = Line::default();
        line.check(&store, "ann").unwrap();
        let counting = || {
            (0..3).for_each(|_| line.joined("ann"));
            Ok(7)
        };
        assert_eq!(line.counted(Some("ann"), counting).unwrap(), 7);
        assert_eq!(line.counts().owners["ann"].jobs, 10);
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
