//! What is forgotten when its time is over: ended jobs with their events, keys of orders, sessions, works.
//! Everything here takes a bounded bite in one transaction and says how much it took, so that a large
//! backlog never holds the records for long. The audit log is not touched: it cannot be.

use crate::job::JobId;
use crate::sql::{Tx, params};
use crate::{Store, StoreError};

impl Store {
    /// Forgets at most `most` jobs that ended before `before`, the oldest first, with their events and the
    /// keys that stood for them; their works stay. Gives their identifiers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_jobs(&self, before: i64, most: usize) -> Result<Vec<JobId>, StoreError> {
        self.write(move |tx| {
            let gone = oldest(tx, "job", "finished < ?1", before, most)?;
            for (seq, _) in &gone {
                tx.db.execute("DELETE FROM event WHERE job = ?1", params![seq])?;
                tx.db.execute("DELETE FROM job WHERE seq = ?1", params![seq])?;
            }
            Ok(gone.into_iter().map(|(_, id)| JobId::kept(id)).collect())
        })
    }

    /// Lets go of the keys of at most `most` orders whose jobs ended before `before`: the same key then
    /// stands for a new order. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn free_keys(&self, before: i64, most: usize) -> Result<usize, StoreError> {
        self.write(move |tx| {
            let over = oldest(tx, "job", "once IS NOT NULL AND finished < ?1", before, most)?;
            for (seq, _) in &over {
                tx.db.execute("UPDATE job SET once = NULL WHERE seq = ?1", params![seq])?;
            }
            Ok(over.len())
        })
    }

    /// Forgets sessions that are over. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn end_sessions(&self) -> Result<usize, StoreError> {
        self.write(|tx| tx.db.execute("DELETE FROM session WHERE expires < ?1", params![tx.now]))
    }

    /// Puts at most `most` works that came before `before` into the trash, the oldest first. Gives how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn trash_works(&self, before: i64, most: usize) -> Result<usize, StoreError> {
        self.write(move |tx| {
            let old = oldest(tx, "work", "trashed IS NULL AND created < ?1", before, most)?;
            for (seq, _) in &old {
                tx.db.execute("UPDATE work SET trashed = ?2 WHERE seq = ?1", params![seq, tx.now])?;
            }
            Ok(old.len())
        })
    }
}

/// Number and identifier of the oldest rows, which nobody else changes meanwhile.
fn oldest(
    tx: &Tx<'_>,
    table: &str,
    which: &str,
    before: i64,
    most: usize,
) -> Result<Vec<(i64, String)>, StoreError> {
    let skip = tx.db.pick("", " FOR UPDATE SKIP LOCKED");
    let sql = format!("SELECT seq, id FROM {table} WHERE {which} ORDER BY seq LIMIT ?2{skip}");
    tx.db.rows(&sql, params![before, most as i64], |r| Ok((r.get(0)?, r.get(1)?)))
}
