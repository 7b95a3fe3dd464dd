//! The log of works in the records: for machines that share no folder. Each of them has a copy in its own
//! folder and follows. A row is added only after the one before it, and none is ever changed.

use crate::sql::params;
use crate::{Store, StoreError};

/// One more entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// How many entries the log has with it; 0 is the empty log.
    pub size: u64,
    /// The entry, as it is hashed; nothing for the empty log.
    pub record: Vec<u8>,
    /// The signed note about the log up to here, where it is kept; that of the last row always is.
    pub checkpoint: Option<String>,
}

impl Store {
    /// How many entries the log has; `None` where nothing was ever kept here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn log_size(&self) -> Result<Option<u64>, StoreError> {
        self.read(|db| {
            let last = "SELECT seq FROM log_entry ORDER BY seq DESC LIMIT 1";
            db.row(last, &[], |row| row.number("seq"))
        })
    }

    /// The last note about the log that is kept, at most `size` entries long, and its size.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn log_checkpoint(&self, size: u64) -> Result<Option<(u64, String)>, StoreError> {
        self.read(|db| {
            let sql = "SELECT seq, checkpoint FROM log_entry WHERE seq <= ?1 AND checkpoint IS NOT NULL \
                       ORDER BY seq DESC LIMIT 1";
            db.row(sql, params![size as i64], |row| Ok((row.number("seq")?, row.get("checkpoint")?)))
        })
    }

    /// What follows after `size` entries: some `most` rows, up to one with a note.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn log_after(&self, size: u64, most: u64) -> Result<Vec<LogRow>, StoreError> {
        self.read(|db| {
            let sql = "SELECT seq, record, checkpoint FROM log_entry WHERE seq > ?1 AND seq <= \
                       (SELECT min(seq) FROM log_entry WHERE checkpoint IS NOT NULL AND seq >= \
                        (SELECT max(seq) FROM log_entry WHERE seq <= ?2)) ORDER BY seq";
            db.rows(sql, params![size as i64, size.saturating_add(most) as i64], |row| {
                let (size, record, checkpoint) =
                    (row.number("seq")?, row.get("record")?, row.get("checkpoint")?);
                Ok(LogRow { size, record, checkpoint })
            })
        })
    }

    /// Adds rows, in order, the last of which has a note. Whether they were added: they are not where the
    /// log is longer or shorter than the first of them takes it to be.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn log_append(&self, rows: Vec<LogRow>) -> Result<bool, StoreError> {
        self.write(move |tx| {
            tx.db.lock_table("log_entry")?;
            let last = "SELECT coalesce(max(seq), -1) FROM log_entry";
            let size: i64 = tx.db.value(last, &[])?;
            if rows.first().is_none_or(|row| row.size as i64 != size + 1) {
                return Ok(false);
            }
            for row in &rows {
                let sql = "INSERT INTO log_entry (seq, record, checkpoint) VALUES (?1, ?2, ?3)";
                tx.db.execute(sql, params![row.size as i64, row.record, row.checkpoint])?;
            }
            Ok(true)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::stores;

    fn row(size: u64, noted: bool) -> LogRow {
        let record = if size == 0 { Vec::new() } else { format!("entry {size}").into_bytes() };
        LogRow { size, record, checkpoint: noted.then(|| format!("{size} entries")) }
    }

    #[test]
    fn the_log_only_grows_and_without_gaps() {
        let (_dir, stores) = stores();
        for store in stores {
            assert_eq!(store.log_size().unwrap(), None);
            assert!(!store.log_append(vec![row(1, true)]).unwrap(), "nothing comes before the beginning");
            assert!(store.log_append(vec![row(0, true)]).unwrap());
            assert!(store.log_append((1..=5).map(|n| row(n, n == 5)).collect()).unwrap());
            for late in [0, 3, 5, 7] {
                assert!(!store.log_append(vec![row(late, true)]).unwrap(), "{late} after 5");
            }
            assert!(store.log_append(vec![row(6, true)]).unwrap());
            assert_eq!(store.log_size().unwrap(), Some(6));
            assert_eq!(store.log_checkpoint(4).unwrap(), Some((0, "0 entries".into())));
            assert_eq!(store.log_checkpoint(99).unwrap(), Some((6, "6 entries".into())));
            let sizes = |after, most| -> Vec<u64> {
                store.log_after(after, most).unwrap().iter().map(|row| row.size).collect()
            };
            assert_eq!(sizes(0, 2), [1, 2, 3, 4, 5], "up to a row with a note");
            assert_eq!(sizes(0, 9), [1, 2, 3, 4, 5, 6]);
            assert_eq!(sizes(5, 9), [6]);
            assert!(sizes(6, 9).is_empty());
            assert_eq!(store.log_after(5, 1).unwrap(), [row(6, true)]);
            for sql in ["DELETE FROM log_entry", "UPDATE log_entry SET checkpoint = NULL"] {
                assert!(store.write(move |tx| tx.db.execute(sql, &[])).is_err(), "{sql}");
            }
        }
    }

    #[test]
    fn of_many_who_add_at_once_one_is_first() {
        let (_dir, stores) = stores();
        for store in &stores {
            store.log_append(vec![row(0, true)]).unwrap();
            let first = |size| {
                std::thread::scope(|scope| {
                    let all: Vec<_> = (0..4)
                        .map(|_| scope.spawn(move || store.log_append(vec![row(size, true)])))
                        .collect();
                    all.into_iter().map(|t| t.join().unwrap().unwrap()).filter(|t| *t).count()
                })
            };
            for size in 1..10 {
                assert_eq!(first(size), 1);
            }
        }
    }
}
