//! The index: which entries belong to a file's hash. Derived from the entries, never trusted alone.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use colophon_types::LogEntry;
use rusqlite::{Connection, OptionalExtension, params};

use crate::LedgerError;

/// The form of the tables.
const VERSION: i64 = 2;

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

    /// The newest entry whose watermark begins with `payload`.
    pub(crate) fn find_watermark(&self, payload: &str) -> Result<Option<u64>, LedgerError> {
        // All hex digits come before `g`.
        let found: Option<i64> = self
            .db()
            .query_row(
                "SELECT idx FROM entry WHERE watermark >= ?1 AND watermark < ?1 || 'g' ORDER BY idx DESC LIMIT 1",
                [payload],
                |r| r.get(0),
            )
            .optional()?;
        Ok(found.map(|i| i as u64))
    }

    /// The entry whose code differs least from `code`, in at most `bits` bits, and in how many; of equals
    /// the newest. Looks at every code of the kind: some ten million a second.
    pub(crate) fn find_alike(&self, code: &Code, bits: u32) -> Result<Option<(u64, u32)>, LedgerError> {
        let db = self.db();
        let mut query = db.prepare_cached("SELECT idx, code FROM entry WHERE kind = ?1 ORDER BY idx DESC")?;
        let mut rows = query.query([i64::from(code.kind)])?;
        let mut best: Option<(u64, u32)> = None;
        while let Some(row) = rows.next()? {
            let distance = code.bits_apart(row.get_ref(1)?.as_blob().unwrap_or_default());
            if let Some(distance) = distance.filter(|d| *d <= bits && best.is_none_or(|(_, b)| *d < b)) {
                best = Some((row.get::<_, i64>(0)? as u64, distance));
            }
        }
        Ok(best)
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
            let code = e.iscc.as_deref().and_then(Code::parse);
            tx.execute(
                "INSERT OR REPLACE INTO entry (idx, sha256, watermark, kind, code) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![i as i64, e.sha256, e.watermark, code.as_ref().map(|c| c.kind), code.as_ref().map(|c| &c.body)],
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

/// A content code (ISO 24138): its kind and its bits.
pub(crate) struct Code {
    kind: u32,
    body: Vec<u8>,
}

impl Code {
    /// Reads a code; `None` for what is none.
    pub(crate) fn parse(iscc: &str) -> Option<Self> {
        let (main, sub, version, _, body) = iscc_lib::iscc_decode(iscc).ok()?;
        let kind = u32::from(main) << 16 | u32::from(sub) << 8 | u32::from(version);
        Some(Self { kind, body })
    }

    /// In how many bits two codes of one kind differ.
    pub(crate) fn distance(&self, other: &Self) -> Option<u32> {
        if self.kind == other.kind { self.bits_apart(&other.body) } else { None }
    }

    fn bits_apart(&self, body: &[u8]) -> Option<u32> {
        let apart = || self.body.iter().zip(body).map(|(a, b)| (a ^ b).count_ones()).sum();
        (self.body.len() == body.len()).then(apart)
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(30))?;
    // The index is derived, so it need not survive a power cut.
    db.pragma_update(None, "synchronous", "OFF")?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if version < VERSION {
        // What an older version knew is read from the entries again.
        db.execute_batch("DROP TABLE IF EXISTS entry")?;
    }
    db.execute_batch(
        "CREATE TABLE IF NOT EXISTS entry (idx INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, watermark TEXT,
                                          kind INTEGER, code BLOB);
         CREATE INDEX IF NOT EXISTS entry_sha256 ON entry (sha256);
         CREATE INDEX IF NOT EXISTS entry_watermark ON entry (watermark) WHERE watermark IS NOT NULL;
         CREATE INDEX IF NOT EXISTS entry_kind ON entry (kind) WHERE kind IS NOT NULL;",
    )?;
    db.pragma_update(None, "user_version", VERSION)?;
    Ok(db)
}
