//! The way to a broker, and what the tasks share that keep it open.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream;
use tokio::runtime::Runtime;
use tokio::sync::{broadcast, mpsc, watch};

use super::names::Names;
use super::waiters::{Order, Waiters};
use crate::Notice;
use crate::job::JobId;

/// How long it may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The way to a broker.
pub(crate) struct Nats {
    pub(super) shared: Arc<Shared>,
    /// Taken only when it ends.
    pub(super) runtime: Option<Runtime>,
    pub(super) context: jetstream::Context,
    pub(super) heard: Mutex<Receiver<Option<Notice>>>,
}

/// What its tasks share.
pub(super) struct Shared {
    pub(super) names: Names,
    pub(super) address: String,
    pub(super) up: AtomicBool,
    pub(super) why: Mutex<Option<String>>,
    pub(super) tickets: AtomicU64,
    pub(super) given: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) put_back: AtomicU64,
    pub(super) waiters: Waiters,
    pub(super) orders: mpsc::UnboundedSender<Order>,
    /// `None` for one that has to be looked up.
    pub(super) events: SyncSender<Option<Notice>>,
    pub(super) stops: broadcast::Sender<JobId>,
    /// Counts connections: what was asked for over an older one is not answered any more.
    pub(super) connections: watch::Sender<u64>,
    /// Rung when the broker came back: it may have lost something.
    pub(super) bell: (Mutex<bool>, Condvar),
}

impl Shared {
    /// Says that the broker came back.
    pub(super) fn ring(&self) {
        *self.bell.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.1.notify_all();
    }

    /// Takes down how the broker is: what went wrong, or that it answers.
    pub(super) fn set_up(&self, error: Option<String>) {
        let up = error.is_none();
        if let Some(why) = &error {
            tracing::debug!("the broker does not answer: {why}");
            *self.why.lock().unwrap_or_else(PoisonError::into_inner) = error.clone();
        }
        if self.up.swap(up, Ordering::SeqCst) == up {
            return;
        }
        match error {
            None => {
                tracing::info!("the broker {} hands out the jobs", self.address);
                self.ring();
            }
            Some(why) => {
                tracing::warn!("the broker {} is away; the database hands out the jobs: {why}", self.address);
                self.waiters.send_home();
            }
        }
    }
}
