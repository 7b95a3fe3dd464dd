//! Records in a database that many processes share: each write a transaction of its own.
//!
//! Threading contract: the driver runs a loop of its own in whoever calls it, which may not happen inside
//! another, so callers in an asynchronous runtime are served on a thread beside it ([`outside`]). Besides
//! the callers there are three threads: for writes that nobody waits for (`later`), for telling other
//! processes, and for hearing them (`ear`); with a broker a fourth, which puts back what it lost (`sweep`).

mod ear;
mod later;
pub(crate) mod link;
mod migrations;
mod pool;
pub(crate) mod runtime;
mod shared;
mod sweep;
pub(crate) mod tls;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::broadcast;

pub(crate) use later::Act;
use later::Later;
use link::{Link, may_pass};
use pool::Pool;
use runtime::outside;
use shared::{Core, Expire, Time};

use crate::clock::Clock;
use crate::nats::{Address, Nats};
use crate::notice::NOTICES;
use crate::sql::{Db, Tx, params};
use crate::{Notice, StoreError};

/// The database.
pub(crate) struct Postgres {
    core: Arc<Core>,
    later: Later,
}

impl Postgres {
    pub(crate) fn connect(
        url: &str,
        clock: Option<Clock>,
        broker: Option<Address>,
        expire: Expire,
    ) -> Result<Arc<Self>, StoreError> {
        outside(|| Self::connect_outside(url, clock, broker, expire))
    }

    fn connect_outside(
        url: &str,
        clock: Option<Clock>,
        broker: Option<Address>,
        expire: Expire,
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
        let core = Arc::new(Core { pool, time, notices, news, nats, closed: AtomicBool::new(false), expire });
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
