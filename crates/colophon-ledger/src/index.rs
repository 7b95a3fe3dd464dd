//! The index: which entries belong to a file's hash. Derived from the entries, never trusted alone.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use colophon_types::LogEntry;
use rusqlite::{Connection, OptionalExtension, params};

use crate::LedgerError;

pub(crate) struct Index {
    path: PathBuf,
    db: Mutex<Connection>,
}

impl Index {
    /// Opens `index.db`; a file that SQLite cannot use is removed and made anew.
    pub(crate) fn open(dir: &Path) -> Result<Self, LedgerError> {
        let path = dir.join("index.db");
        let db = match connect(&path) {
            Ok(db) => db,
            Err(e) => {
                tracing::warn!("the index of the log is made anew: {e}");
                for suffix in ["", "-journal", "-wal", "-shm"] {
                    let mut name = path.clone().into_os_string();
                    name.push(suffix);
                    let _ = std::fs::remove_file(name);
                }
                connect(&path)?
            }
        };
        Ok(Self { path, db: Mutex::new(db) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many entries are indexed (they are always the first ones).
    pub(crate) fn size(&self) -> Result<u64, LedgerError> {
        let n: i64 = self.db().query_row("SELECT COALESCE(MAX(idx) + 1, 0) FROM entry", [], |r| r.get(0))?;
        Ok(n as u64)
    }

    /// The newest entry of a file.
    pub(crate) fn find(&self, sha256: &str) -> Result<Option<u64>, LedgerError> {
        let found: Option<i64> = self
            .db()
            .query_row("SELECT idx FROM entry WHERE sha256 = ?1 ORDER BY idx DESC LIMIT 1", [sha256], |r| {
                r.get(0)
            })
            .optional()?;
        Ok(found.map(|i| i as u64))
    }

    /// The hash recorded for an entry.
    pub(crate) fn sha256_of(&self, index: u64) -> Result<Option<String>, LedgerError> {
        Ok(self
            .db()
            .query_row("SELECT sha256 FROM entry WHERE idx = ?1", [index as i64], |r| r.get(0))
            .optional()?)
    }

    /// Adds entries, the first of which has index `start`.
    pub(crate) fn add(&self, start: u64, entries: &[LogEntry]) -> Result<(), LedgerError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        for (i, e) in (start..).zip(entries) {
            tx.execute(
                "INSERT OR REPLACE INTO entry (idx, sha256) VALUES (?1, ?2)",
                params![i as i64, e.sha256],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) -> Result<(), LedgerError> {
        self.db().execute("DELETE FROM entry", [])?;
        Ok(())
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(30))?;
    // The index is derived, so it need not survive a power cut.
    db.pragma_update(None, "synchronous", "OFF")?;
    db.execute_batch(
        "CREATE TABLE IF NOT EXISTS entry (idx INTEGER PRIMARY KEY, sha256 TEXT NOT NULL);
         CREATE INDEX IF NOT EXISTS entry_sha256 ON entry (sha256);",
    )?;
    Ok(db)
}
