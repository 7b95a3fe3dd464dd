//! Records in a database that many processes share: each write a transaction of its own.
//!
//! Threading contract: the driver runs a loop of its own in whoever calls it, which may not happen inside
//! another, so callers in an asynchronous runtime are served on a thread beside it ([`outside`]). Besides
//! the callers there are three threads: for writes that nobody waits for (`later`), for telling other
//! processes, and for hearing them (`ear`); with a broker a fourth, which puts back what it lost (`sweep`).

mod ear;
mod later;
mod link;
mod migrations;
mod pool;
mod sweep;
mod tls;

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

pub(crate) use later::Act;
use later::Later;
pub(crate) use link::Link;
use link::may_pass;
use pool::Pool;
pub(crate) use tls::encrypted;

use crate::nats::{Address, Nats};
use crate::sql::{Db, News, Tx, params};
use crate::store::{Clock, NOTICES};
use crate::{Notice, StoreError};

/// How long the time of the database is carried on by this machine's own clock.
const FRESH: Duration = Duration::from_secs(10);

/// The database.
pub(crate) struct Postgres {
    core: Arc<Core>,
    later: Later,
}

/// What the threads share.
struct Core {
    pool: Pool,
    time: Time,
    notices: broadcast::Sender<Notice>,
    news: Sender<i64>,
    nats: Option<Nats>,
    closed: AtomicBool,
}

/// Whose time counts. Leases are given on one machine and found to be over on another, so it is the
/// database's, asked anew in each write; between writes this machine counts on from there. Tests bring
/// a clock of their own.
enum Time {
    Database(Mutex<(i64, Instant)>),
    Own(Clock),
}

impl Postgres {
    pub(crate) fn connect(
        url: &str,
        clock: Option<Clock>,
        broker: Option<Address>,
    ) -> Result<Arc<Self>, StoreError> {
        outside(|| Self::connect_outside(url, clock, broker))
    }

    fn connect_outside(
        url: &str,
        clock: Option<Clock>,
        broker: Option<Address>,
    ) -> Result<Arc<Self>, StoreError> {
        let pool = Pool::new(url)?;
        let mut link = pool.connect()?;
        migrations::run(&mut link, pool.address())?;
        let time = match clock {
            Some(clock) => Time::Own(clock),
            None => Time::Database(Mutex::new((link.time()?, Instant::now()))),
        };
        let nats = broker.map(|broker| Nats::start(broker, sweep::space(&mut link)?)).transpose()?;
        pool.keep(link);
        let (notices, _) = broadcast::channel(NOTICES);
        let (news, heard) = channel();
        let core = Arc::new(Core { pool, time, notices, news, nats, closed: AtomicBool::new(false) });
        let ear = ear::Ear::open(&core)?;
        let fail =
            |e: std::io::Error| StoreError::Open { path: core.pool.address().to_owned(), why: e.to_string() };
        let later = Later::start(&core).map_err(fail)?;
        let teller = Arc::downgrade(&core);
        let name = |name: &str| std::thread::Builder::new().name(name.into());
        name("store-tell").spawn(move || tell_all(&teller, &heard)).map_err(fail)?;
        if core.nats.is_some() {
            let sweeper = Arc::clone(&core);
            name("store-sweep").spawn(move || sweep::run(&sweeper)).map_err(fail)?;
        }
        let listener = Arc::clone(&core);
        name("store-hear").spawn(move || ear.run(&listener)).map_err(fail)?;
        Ok(Arc::new(Self { core, later }))
    }

    pub(crate) fn address(&self) -> &Path {
        self.core.pool.address()
    }

    pub(crate) fn nats(&self) -> Option<&Nats> {
        self.core.nats.as_ref()
    }

    pub(crate) fn now(&self) -> i64 {
        self.core.now()
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Notice> {
        self.core.notices.subscribe()
    }

    /// A connection that belongs to whoever asks.
    pub(crate) fn own_link(&self) -> Result<Link, StoreError> {
        self.core.pool.connect()
    }

    pub(crate) fn write<T: Send>(
        &self,
        act: &(dyn Fn(&Tx<'_>) -> Result<T, StoreError> + Sync),
    ) -> Result<T, StoreError> {
        self.later.flush();
        outside(|| self.core.transact(act, true))
    }

    pub(crate) fn write_later(&self, act: Act) {
        self.later.push(act);
    }

    pub(crate) fn read<T: Send>(
        &self,
        act: &(dyn Fn(Db<'_>) -> Result<T, StoreError> + Sync),
    ) -> Result<T, StoreError> {
        outside(|| {
            let read = || {
                let lent = self.core.pool.lend()?;
                act(Db::Postgres(lent.link()?))
            };
            match read() {
                Err(error) if may_pass(&error) => {
                    self.core.pool.forget();
                    read()
                }
                made => made,
            }
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.core.closed.store(true, Ordering::SeqCst);
    }
}

impl Core {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Writes, and once more where the first attempt was cut off with nothing kept.
    fn transact<T>(
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

    fn now(&self) -> i64 {
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
    fn keep_time(&self, link: &mut Link) -> Result<(), StoreError> {
        let Time::Database(told) = &self.time else { return Ok(()) };
        if told.lock().unwrap_or_else(PoisonError::into_inner).1.elapsed() > FRESH {
            self.heard_time(link.time()?);
        }
        Ok(())
    }
}

/// Tells other processes that something happened. In the writes themselves it would make all their
/// commits wait for one another: the database hands notifications out in the order of commits.
fn tell_all(core: &std::sync::Weak<Core>, news: &Receiver<i64>) {
    while let Ok(first) = news.recv() {
        let last = news.try_iter().last().unwrap_or(first);
        let Some(core) = core.upgrade() else { return };
        let told = core.transact(
            &move |tx| {
                let number = last.to_string();
                tx.db.execute("SELECT pg_notify(?1, ?2)", params![ear::CHANNEL, number]).map(drop)
            },
            false,
        );
        if let Err(error) = told {
            tracing::debug!("others are not told and will look by themselves: {error}");
        }
    }
}

/// Runs where no asynchronous runtime is, as the driver must.
pub(crate) fn outside<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return act();
    }
    std::thread::scope(|scope| match scope.spawn(act).join() {
        Ok(made) => made,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
