//! The file: one thread that writes, in groups; many that read.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::broadcast;

use crate::{Notice, StoreError, migrations};

/// Writes that are committed together, at most.
const GROUP: usize = 512;
/// Notices that a slow listener may be behind.
const NOTICES: usize = 4096;
/// Reading connections that are kept.
const READERS: usize = 8;
/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Tells who waits whether the group was committed.
type Tell = Box<dyn FnOnce(bool) + Send>;
/// One write.
type Act = Box<dyn FnOnce(&Tx<'_>) -> Tell + Send>;

/// What a write sees: the connection, inside a transaction, and what will be told once it is committed.
pub(crate) struct Tx<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) now: i64,
    notices: &'a RefCell<Vec<Notice>>,
}

impl Tx<'_> {
    /// Tells listeners, once all of this is on disk.
    pub(crate) fn tell(&self, notice: Notice) {
        self.notices.borrow_mut().push(notice);
    }
}

/// The records of a studio.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    acts: Sender<Act>,
    readers: Mutex<Vec<Connection>>,
    notices: broadcast::Sender<Notice>,
    clock: Clock,
}

impl Store {
    /// Opens the records, making or bringing up to date what is there.
    ///
    /// # Errors
    /// [`StoreError`]: a file that cannot be used, or that a newer program wrote.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        Self::open_with(path, Arc::new(clock))
    }

    /// As [`open`](Self::open), with a clock of one's own.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        let fail = |why: String| StoreError::Open { path: path.to_owned(), why };
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir).map_err(|e| fail(e.to_string()))?;
        }
        let mut db = connect(path, OpenFlags::default()).map_err(|e| fail(e.to_string()))?;
        migrations::run(&mut db, path)?;
        let (acts, orders) = channel();
        let (notices, _) = broadcast::channel(NOTICES);
        let (tell, tick) = (notices.clone(), Arc::clone(&clock));
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || write_loop(&db, &orders, &tell, &tick))
            .map_err(|e| fail(e.to_string()))?;
        let readers = Mutex::new(Vec::new());
        let inner = Inner { path: path.to_owned(), acts, readers, notices, clock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Milliseconds since 1970, as this store sees it.
    pub fn now(&self) -> i64 {
        (self.inner.clock)()
    }

    /// Hears of everything that happens to jobs from now on, after it is on disk.
    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.inner.notices.subscribe()
    }

    /// Writes; returns when it is committed.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (send, receive) = sync_channel(1);
        let act = Box::new(move |tx: &Tx<'_>| -> Tell {
            let made = within_savepoint(tx, act);
            Box::new(move |committed| {
                // Whoever asked may be gone.
                let _ = send.send(if committed { made } else { Err(StoreError::Closed) });
            })
        });
        self.inner.acts.send(act).map_err(|_| StoreError::Closed)?;
        receive.recv().map_err(|_| StoreError::Closed)?
    }

    /// Writes without waiting: for what may be lost, such as progress.
    pub(crate) fn write_later(&self, act: impl FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        let act = Box::new(move |tx: &Tx<'_>| -> Tell {
            if let Err(error) = within_savepoint(tx, act) {
                tracing::warn!("a record was not kept: {error}");
            }
            Box::new(|_| ())
        });
        let _ = self.inner.acts.send(act);
    }

    /// Reads.
    pub(crate) fn read<T>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match kept {
            Some(db) => db,
            None => connect(&self.inner.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let read = act(&db);
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(db);
        }
        read
    }

    /// Writes a copy of everything, as it is at one moment, into a new file.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be made.
    pub fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        let name = file.to_string_lossy().into_owned();
        self.read(|db| Ok(db.execute("VACUUM INTO ?1", [name]).map(drop)?))
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(128);
    if !flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        db.pragma_update(None, "journal_mode", "WAL")?;
        // A commit is on disk when it returns: groups make that cheap.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
    }
    Ok(db)
}

/// One write that fails takes back its own changes, and not those of its group.
fn within_savepoint<T>(
    tx: &Tx<'_>,
    act: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let told = tx.notices.borrow().len();
    tx.db.execute_batch("SAVEPOINT one")?;
    let made = act(tx);
    if made.is_err() {
        tx.notices.borrow_mut().truncate(told);
        tx.db.execute_batch("ROLLBACK TO one")?;
    }
    tx.db.execute_batch("RELEASE one")?;
    made
}

fn write_loop(db: &Connection, acts: &Receiver<Act>, tell: &broadcast::Sender<Notice>, clock: &Clock) {
    while let Ok(first) = acts.recv() {
        let notices = RefCell::new(Vec::new());
        let mut waiting = Vec::new();
        let began = db.execute_batch("BEGIN IMMEDIATE");
        if let Err(error) = &began {
            tracing::error!("the studio's records cannot be written: {error}");
        }
        let mut next = Some(first);
        while let Some(act) = next {
            if began.is_ok() {
                waiting.push(act(&Tx { db, now: clock(), notices: &notices }));
            }
            next = if waiting.len() < GROUP { acts.try_recv().ok() } else { None };
        }
        let committed = began.is_ok() && {
            let ended = db.execute_batch("COMMIT");
            if let Err(error) = &ended {
                tracing::error!("the studio's records cannot be written: {error}");
                let _ = db.execute_batch("ROLLBACK");
            }
            ended.is_ok()
        };
        if committed {
            for notice in notices.into_inner() {
                // No one may be listening.
                let _ = tell.send(notice);
            }
        }
        for told in waiting {
            told(committed);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A store in a folder of its own, and its clock.
    pub(crate) fn store() -> (tempfile::TempDir, Store, Arc<AtomicI64>) {
        let dir = tempfile::tempdir().unwrap();
        let hand = Arc::new(AtomicI64::new(1_000_000));
        let clock = Arc::clone(&hand);
        let path = dir.path().join("studio.db");
        let store = Store::open_with(&path, Arc::new(move || clock.load(Ordering::SeqCst))).unwrap();
        (dir, store, hand)
    }

    #[test]
    fn a_write_that_fails_leaves_the_others_of_its_group() {
        let (_dir, store, _) = store();
        let count = |store: &Store| {
            store.read(|db| Ok(db.query_row("SELECT count(*) FROM audit", [], |r| r.get::<_, i64>(0))?))
        };
        let failed: Result<(), _> = store.write(|tx| {
            tx.db.execute("INSERT INTO audit (at, who, what) VALUES (1, 'a', 'b')", [])?;
            Err(StoreError::Request("no".into()))
        });
        assert!(failed.is_err());
        assert_eq!(count(&store).unwrap(), 0);
        store
            .write(|tx| Ok(tx.db.execute("INSERT INTO audit (at, who, what) VALUES (1, 'a', 'b')", [])?))
            .unwrap();
        assert_eq!(count(&store).unwrap(), 1);
    }
}
