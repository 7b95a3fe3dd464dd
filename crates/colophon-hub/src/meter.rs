//! Adds up the bytes that arrive on several threads and reports them, a few times a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use colophon_types::{Event, Progress, Stage};

const INTERVAL: Duration = Duration::from_millis(100);

/// Progress of one model. Each slot is one source of bytes and holds how many of them are there.
pub(crate) struct Meter<'a> {
    progress: &'a dyn Progress,
    id: &'a str,
    total: u64,
    slots: Vec<AtomicU64>,
    last: Mutex<Option<Instant>>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(progress: &'a dyn Progress, id: &'a str, total: u64, slots: usize) -> Self {
        let slots = (0..slots).map(|_| AtomicU64::new(0)).collect();
        Self { progress, id, total, slots, last: Mutex::new(None) }
    }

    /// `bytes` of the slot are there now.
    pub(crate) fn set(&self, slot: usize, bytes: u64) {
        if let Some(slot) = self.slots.get(slot) {
            slot.store(bytes, Ordering::Relaxed);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= INTERVAL) {
            *last = Some(Instant::now());
            self.tell();
        }
    }

    /// Reports the last state, whenever the one before was.
    pub(crate) fn tell(&self) {
        let done: u64 = self.slots.iter().map(|s| s.load(Ordering::Relaxed)).sum();
        let what = Some(self.id.to_owned());
        self.progress.event(Event::Progress {
            stage: Stage::Pull,
            done: done.min(self.total),
            total: self.total,
            what,
        });
    }

    pub(crate) fn note(&self, message: String) {
        self.progress.event(Event::Note { message });
    }
}
