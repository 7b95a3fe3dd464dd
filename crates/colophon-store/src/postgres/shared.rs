//! What the threads of this database share: connections, the time, and how a write is done and told.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::link::{Link, may_pass};
use super::pool::Pool;
use crate::clock::Clock;
use crate::nats::Nats;
use crate::sql::{Db, News, Tx};
use crate::{Notice, StoreError};

/// How long the time of the database is carried on by this machine's own clock.
const FRESH: Duration = Duration::from_secs(10);

/// Fails jobs that waited past their deadline. Whoever opens the records gives it: what the end of a job
/// brings with it is not known here.
pub(crate) type Expire = fn(&Tx<'_>) -> Result<(), StoreError>;

/// What the threads share.
pub(super) struct Core {
    pub(super) pool: Pool,
    pub(super) time: Time,
    pub(super) notices: broadcast::Sender<Notice>,
    pub(super) news: Sender<i64>,
    pub(super) nats: Option<Nats>,
    pub(super) closed: AtomicBool,
    pub(super) expire: Expire,
}

/// Whose time counts. Leases are given on one machine and found to be over on another, so it is the
/// database's, asked anew in each write; between writes this machine counts on from there. Tests bring
/// a clock of their own.
pub(super) enum Time {
    Database(Mutex<(i64, Instant)>),
    Own(Clock),
}

impl Core {
    /// Whether the store is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Writes, and once more where the first attempt was cut off with nothing kept.
    pub(super) fn transact<T>(
        &self,
        act: &(dyn Fn(&Tx<'_>) -> Result<T, StoreError> + Sync),
        durable: bool,
    ) -> Result<T, StoreError> {
        match self.attempt(act, durable) {
            Err((error, false)) if may_pass(&error) => {
                self.pool.forget();
                self.attempt(act, durable).map_err(|(error, _)| error)
            }
            made => made.map_err(|(error, _)| error),
        }
    }

    /// Writes. An error comes with whether something may have been kept all the same.
    fn attempt<T>(
        &self,
        act: &(dyn Fn(&Tx<'_>) -> Result<T, StoreError> + Sync),
        durable: bool,
    ) -> Result<T, (StoreError, bool)> {
        let nothing = |error| (error, false);
        let lent = self.pool.lend().map_err(nothing)?;
        let link = lent.link().map_err(nothing)?;
        lent.set_clean(false);
        let told = link.borrow_mut().begin(durable).map_err(nothing)?;
        let news = RefCell::new(Vec::new());
        let tx = Tx { db: Db::Postgres(link), now: self.heard_time(told), news: &news };
        match act(&tx) {
            Ok(made) => {
                link.borrow_mut().batch("COMMIT").map_err(|error| (error, true))?;
                lent.set_clean(true);
                self.tell(news.into_inner());
                Ok(made)
            }
            Err(error) => {
                lent.set_clean(link.borrow_mut().batch("ROLLBACK").is_ok());
                Err((error, false))
            }
        }
    }

    /// Tells others what was committed: over the broker, and where it is away over the database.
    fn tell(&self, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        match self.nats.as_ref().filter(|nats| nats.is_up()) {
            Some(nats) => nats.tell(news),
            None => {
                let mut events = news.iter().filter_map(|one| match one {
                    News::Event(notice) => Some(notice.event.seq),
                    News::Queued(..) | News::Stop(_) => None,
                });
                if let Some(last) = events.next_back() {
                    // The thread is gone only when the store is.
                    let _ = self.news.send(last);
                }
            }
        }
    }

    /// The time that counts.
    pub(super) fn now(&self) -> i64 {
        match &self.time {
            Time::Own(clock) => clock(),
            Time::Database(told) => {
                let (time, at) = *told.lock().unwrap_or_else(PoisonError::into_inner);
                time + at.elapsed().as_millis() as i64
            }
        }
    }

    /// Takes down the time that the database tells, and gives the time that counts.
    fn heard_time(&self, time: i64) -> i64 {
        match &self.time {
            Time::Own(clock) => clock(),
            Time::Database(told) => {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = (time, Instant::now());
                time
            }
        }
    }

    /// Asks for the time again where nothing was written for a while.
    pub(super) fn keep_time(&self, link: &mut Link) -> Result<(), StoreError> {
        let Time::Database(told) = &self.time else { return Ok(()) };
        if told.lock().unwrap_or_else(PoisonError::into_inner).1.elapsed() > FRESH {
            self.heard_time(link.time()?);
        }
        Ok(())
    }
}
