//! Writes that nobody waits for, on a thread of their own, in the order in which they came.
//!
//! Whoever writes and waits lets them go first ([`Later::flush`]), so that the writes of one process are
//! kept in their order: no word of a text comes after the end of its job.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::shared::Core;
use crate::StoreError;
use crate::sql::Tx;

/// One write.
pub(crate) type Act = Box<dyn Fn(&Tx<'_>) -> Result<(), StoreError> + Send + Sync>;

enum Order {
    Write(Act),
    Tell(SyncSender<()>),
}

/// The way to the thread; it ends with this.
pub(super) struct Later {
    orders: Sender<Order>,
    waiting: Arc<AtomicUsize>,
}

impl Later {
    pub(super) fn start(core: &Arc<Core>) -> std::io::Result<Self> {
        let (orders, queue) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (core, count) = (Arc::clone(core), Arc::clone(&waiting));
        std::thread::Builder::new()
            .name("store-later".into())
            .spawn(move || write_all(&core, &queue, &count))?;
        Ok(Self { orders, waiting })
    }

    pub(super) fn push(&self, act: Act) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        if self.orders.send(Order::Write(act)).is_err() {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Returns when everything is written that was there before.
    pub(super) fn flush(&self) {
        if self.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        let (tell, told) = sync_channel(1);
        if self.orders.send(Order::Tell(tell)).is_ok() {
            // A thread that is gone has nothing left to write.
            let _ = told.recv();
        }
    }
}

fn write_all(core: &Core, queue: &Receiver<Order>, waiting: &AtomicUsize) {
    // Where the database is not there, what waits is given up: none of it is worth holding up the rest.
    let mut gone = false;
    while let Ok(order) = queue.recv() {
        match order {
            Order::Tell(tell) => drop(tell.send(())),
            Order::Write(act) => {
                if !gone && let Err(error) = core.transact(&*act, false) {
                    tracing::warn!("a record was not kept: {error}");
                    gone = matches!(error, StoreError::Open { .. });
                }
                let last = waiting.fetch_sub(1, Ordering::SeqCst) == 1;
                gone &= !last;
            }
        }
    }
}
