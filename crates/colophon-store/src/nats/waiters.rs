//! Those who wait for tickets, and what they are given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use tokio::sync::{Notify, mpsc};

use super::names::token;
use crate::job::JobId;
use crate::sql::News;

/// What is sent to the broker; nobody waits for it.
pub(super) enum Order {
    News(Vec<News>),
    Ack(Box<Message>, AckKind),
    /// Says when everything before is on its way.
    Flush(SyncSender<()>),
}

/// Those who wait for a ticket.
#[derive(Default)]
pub(super) struct Waiters {
    waiting: Mutex<BTreeMap<u64, Waiter>>,
    numbers: AtomicU64,
    changed: Notify,
}

struct Waiter {
    kinds: BTreeSet<String>,
    /// `None` where there is nothing to wait for any more.
    tell: SyncSender<Option<Ticket>>,
}

/// A message that says that a job waits.
pub(crate) struct Ticket {
    pub(super) job: JobId,
    pub(super) message: Message,
    pub(super) orders: mpsc::UnboundedSender<Order>,
}

impl Ticket {
    /// The job that it is for.
    pub(crate) fn job(&self) -> &JobId {
        &self.job
    }

    /// Says that the work goes on.
    pub(crate) fn beat(&self) {
        let _ = self.orders.send(Order::Ack(Box::new(self.message.clone()), AckKind::Progress));
    }

    /// The job needs it no longer.
    pub(crate) fn end(self) {
        let _ = self.orders.send(Order::Ack(Box::new(self.message), AckKind::Ack));
    }

    /// The job needs a worker, after a pause.
    pub(crate) fn give_back(self, pause: Duration) {
        let pause = Some(pause).filter(|p| !p.is_zero());
        let _ = self.orders.send(Order::Ack(Box::new(self.message), AckKind::Nak(pause)));
    }
}

impl Waiters {
    /// Waits for a ticket of one of these kinds from now on, under a number.
    pub(super) fn enter(&self, kinds: &[String]) -> (u64, Receiver<Option<Ticket>>) {
        let (tell, told) = sync_channel(1);
        let number = self.numbers.fetch_add(1, Ordering::SeqCst);
        let kinds = kinds.iter().map(|k| token(k)).collect();
        self.all().insert(number, Waiter { kinds, tell });
        self.changed.notify_waiters();
        (number, told)
    }

    /// Waits no longer.
    pub(super) fn leave(&self, number: u64) {
        self.all().remove(&number);
    }

    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Waiter>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody waits any longer: there is no broker.
    pub(super) fn send_home(&self) {
        for waiter in std::mem::take(&mut *self.all()).into_values() {
            let _ = waiter.tell.try_send(None);
        }
    }

    /// How many wait for this kind.
    pub(super) fn count(&self, kind: &str) -> usize {
        self.all().values().filter(|w| w.kinds.contains(kind)).count()
    }

    /// The kinds that someone waits for.
    pub(super) fn kinds(&self) -> BTreeSet<String> {
        self.all().values().flat_map(|w| w.kinds.iter().cloned()).collect()
    }

    /// Gives it to who waits longest, or gives it back.
    pub(super) fn give(&self, kind: &str, ticket: Ticket) {
        let mut waiting = self.all();
        let first = waiting.iter().find(|(_, w)| w.kinds.contains(kind)).map(|(number, _)| *number);
        let Some(waiter) = first.and_then(|number| waiting.remove(&number)) else {
            drop(waiting);
            return ticket.give_back(Duration::ZERO);
        };
        // There is room for one, and nobody else gives it one. Whoever leaves looks once more.
        let _ = waiter.tell.try_send(Some(ticket));
    }

    /// Waits until `found` finds something among those who wait.
    pub(super) async fn until<T>(&self, found: impl Fn(&Self) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = found(self) {
                return found;
            }
            changed.await;
        }
    }
}
