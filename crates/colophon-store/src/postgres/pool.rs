//! Connections that are kept, and made anew when they break.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::link::{Link, is_lost};
use super::runtime::outside;
use super::tls::Tls;
use crate::StoreError;

/// Connections at the same time, at most. The database allows 100 to all processes unless told otherwise.
const MOST: usize = 12;
/// How long one waits for a connection, and for a database that restarts, unless the address says
/// `connect_timeout`.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause between attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);

/// Connections to one database.
pub(super) struct Pool {
    config: postgres::Config,
    tls: Tls,
    address: PathBuf,
    patience: Duration,
    kept: Mutex<Kept>,
    freed: Condvar,
}

#[derive(Default)]
struct Kept {
    idle: Vec<Link>,
    /// Those that are in use.
    out: usize,
}

/// A connection in use; goes back when it is dropped, unless something was left open in it.
pub(super) struct Lent<'a> {
    pool: &'a Pool,
    link: Option<RefCell<Link>>,
    clean: Cell<bool>,
}

impl Pool {
    /// Reads the address; connects to nothing yet.
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let (mut config, tls) = super::tls::read(url)?;
        let address = PathBuf::from(address(&config));
        if config.get_application_name().is_none() {
            config.application_name("colophon");
        }
        let patience = config.get_connect_timeout().copied().unwrap_or(PATIENCE);
        config.connect_timeout(patience);
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(PATIENCE);
        }
        Ok(Self { config, tls, address, patience, kept: Mutex::default(), freed: Condvar::new() })
    }

    /// The address without user and password.
    pub(super) fn address(&self) -> &Path {
        &self.address
    }

    /// A connection of one's own.
    pub(super) fn connect(&self) -> Result<Link, StoreError> {
        self.connect_once().map_err(|e| self.refused(&e))
    }

    fn connect_once(&self) -> Result<Link, postgres::Error> {
        Link::new(self.tls.connect(&self.config)?)
    }

    /// A connection of one's own, also where the database restarts just then.
    fn connect_patiently(&self) -> Result<Link, StoreError> {
        let until = Instant::now() + self.patience;
        loop {
            match self.connect_once() {
                Err(error) if is_lost(&error) && Instant::now() < until => std::thread::sleep(PAUSE),
                made => return made.map_err(|e| self.refused(&e)),
            }
        }
    }

    fn refused(&self, error: &postgres::Error) -> StoreError {
        StoreError::Open { path: self.address.clone(), why: crate::error::in_full(error) }
    }

    /// A connection for a while.
    pub(super) fn lend(&self) -> Result<Lent<'_>, StoreError> {
        let until = Instant::now() + self.patience;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.idle.is_empty() && kept.out >= MOST {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let why = format!("all {MOST} connections are busy");
                return Err(StoreError::Open { path: self.address.clone(), why });
            }
            kept = self.freed.wait_timeout(kept, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let idle = kept.idle.pop();
        kept.out += 1;
        drop(kept);
        let mut lent = Lent { pool: self, link: None, clean: Cell::new(true) };
        let link = match idle.filter(|link| !link.client.is_closed()) {
            Some(link) => link,
            None => self.connect_patiently()?,
        };
        lent.link = Some(RefCell::new(link));
        Ok(lent)
    }

    /// Forgets connections that nobody uses: where one is broken, all may be.
    pub(super) fn forget(&self) {
        let idle = std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner).idle);
        drop(idle);
    }

    /// Keeps a connection for others.
    pub(super) fn keep(&self, link: Link) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).idle.push(link);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        outside(|| self.forget());
    }
}

impl Lent<'_> {
    pub(super) fn link(&self) -> Result<&RefCell<Link>, StoreError> {
        self.link.as_ref().ok_or(StoreError::Closed)
    }

    /// Says whether something is open in the connection.
    pub(super) fn set_clean(&self, clean: bool) {
        self.clean.set(clean);
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let link = self.link.take().map(RefCell::into_inner);
        let (back, broken) = match link {
            Some(link) if self.clean.get() && !link.client.is_closed() => (Some(link), None),
            other => (None, other),
        };
        let mut kept = self.pool.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.out -= 1;
        kept.idle.extend(back);
        drop(kept);
        self.pool.freed.notify_one();
        drop(broken);
    }
}

/// Where the database is, for people.
fn address(config: &postgres::Config) -> String {
    let host = config.get_hosts().first().map_or_else(String::new, |host| match host {
        postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        postgres::config::Host::Unix(folder) => folder.display().to_string(),
    });
    let port = config.get_ports().first().map_or_else(String::new, |port| format!(":{port}"));
    let name = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres://{host}{port}/{name}")
}
