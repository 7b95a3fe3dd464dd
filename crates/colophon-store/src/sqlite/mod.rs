//! Records in one file: one thread that writes, in groups; many that read.

mod migrations;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::notice::NOTICES;
use crate::sql::{Db, News, Tx};
use crate::{Notice, StoreError};

/// Writes that are committed together, at most.
const GROUP: usize = 512;
/// Reading connections that are kept.
const READERS: usize = 8;
/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells who waits whether the group was committed.
type Tell = Box<dyn FnOnce(bool) + Send>;
/// One write.
type Act = Box<dyn FnOnce(&Tx<'_>) -> Tell + Send>;

/// The file.
pub(crate) struct Sqlite {
    path: PathBuf,
    acts: Sender<Act>,
    readers: Mutex<Vec<Connection>>,
    notices: broadcast::Sender<Notice>,
    clock: Clock,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, clock: Clock) -> Result<Self, StoreError> {
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
        Ok(Self { path: path.to_owned(), acts, readers: Mutex::new(Vec::new()), notices, clock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

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
        self.acts.send(act).map_err(|_| StoreError::Closed)?;
        receive.recv().map_err(|_| StoreError::Closed)?
    }

    pub(crate) fn write_later(&self, act: impl FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static) {
        let act = Box::new(move |tx: &Tx<'_>| -> Tell {
            if let Err(error) = within_savepoint(tx, act) {
                tracing::warn!("a record was not kept: {error}");
            }
            Box::new(|_| ())
        });
        let _ = self.acts.send(act);
    }

    pub(crate) fn read<T>(&self, act: impl FnOnce(Db<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match kept {
            Some(db) => db,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let read = act(Db::Sqlite(&db));
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(db);
        }
        read
    }

    pub(crate) fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        let name = file.to_string_lossy().into_owned();
        self.read(|db| db.execute("VACUUM INTO ?1", crate::sql::params![name]).map(drop))
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
    let told = tx.news.borrow().len();
    tx.db.execute("SAVEPOINT one", &[])?;
    let made = act(tx);
    if made.is_err() {
        tx.news.borrow_mut().truncate(told);
        tx.db.execute("ROLLBACK TO one", &[])?;
    }
    tx.db.execute("RELEASE one", &[])?;
    made
}

fn write_loop(db: &Connection, acts: &Receiver<Act>, tell: &broadcast::Sender<Notice>, clock: &Clock) {
    while let Ok(first) = acts.recv() {
        let news = RefCell::new(Vec::new());
        let mut waiting = Vec::new();
        let began = db.execute_batch("BEGIN IMMEDIATE");
        if let Err(error) = &began {
            tracing::error!("the studio's records cannot be written: {error}");
        }
        let mut next = Some(first);
        while let Some(act) = next {
            if began.is_ok() {
                waiting.push(act(&Tx { db: Db::Sqlite(db), now: clock(), news: &news }));
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
            for one in news.into_inner() {
                // Workers of the one process ask for themselves. No one may be listening.
                if let News::Event(notice) = one {
                    let _ = tell.send(notice);
                }
            }
        }
        for told in waiting {
            told(committed);
        }
    }
}
