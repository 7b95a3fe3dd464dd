//! Where workers and those who hand them jobs meet: the bell, the jobs that run here, and what was done.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use colophon_store::JobId;
use colophon_types::Cancel;

/// How often a worker looks for jobs whose pause is over.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// What workers and those who hand them jobs share.
#[derive(Default)]
pub(crate) struct Floor {
    /// Counts rings, so that none is missed.
    bell: (Mutex<u64>, Condvar),
    pub(super) running: Mutex<HashMap<JobId, Cancel>>,
    pub(super) stopping: AtomicBool,
    tally: Mutex<Tally>,
}

/// What was done since the program began, for whoever watches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Attempts that ended, by kind of job and by how they ended.
    pub ended: BTreeMap<(String, &'static str), u64>,
    /// Seconds that jobs waited before their first attempt, by kind, and how many there were.
    pub waited: BTreeMap<String, (f64, u64)>,
    /// Seconds of work, by kind.
    pub worked: BTreeMap<String, f64>,
    /// Seconds of each stage of the work (`load`, `write`, `seal`, …), and how often it came.
    pub stages: BTreeMap<&'static str, (f64, u64)>,
}

impl Floor {
    /// Says that there is something to do.
    pub(crate) fn ring(&self) {
        *self.bell.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.bell.1.notify_all();
    }

    /// Stops a job that runs here.
    pub(crate) fn stop(&self, id: &JobId) {
        if let Some(cancel) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
            cancel.cancel();
        }
    }

    /// Whether a job runs here.
    pub(super) fn runs(&self, id: &JobId) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).contains_key(id)
    }

    /// How often it rang.
    pub(super) fn rings(&self) -> u64 {
        *self.bell.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a ring after number `heard`, or a while.
    pub(super) fn wait(&self, heard: u64) {
        let rings = self.bell.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *rings == heard {
            drop(self.bell.1.wait_timeout(rings, LOOK));
        }
    }

    /// What was done since the program began.
    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what was done.
    pub(super) fn count(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether no more jobs are taken.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
