//! One process at a time, for what only one may do.

use std::fs::File;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::StoreError;
use crate::postgres::link::Link;
use crate::postgres::runtime::outside;
use crate::sql::params;

/// Stands for something that one process at a time may do, until it is dropped or its connection breaks.
///
/// The database hands an office on as soon as it finds the connection of its holder gone: whoever holds it
/// asks [`is_held`](Self::is_held) before each deed, and keeps deeds short.
pub struct Elected {
    what: String,
    held: Held,
}

enum Held {
    /// A locked file; the system lets go of it with the process.
    File(File),
    /// A connection with a lock of its session.
    Session(Mutex<Option<Box<Link>>>),
}

impl Elected {
    /// By a file beside the records.
    pub(crate) fn beside(records: &Path, what: &str) -> Result<Option<Self>, StoreError> {
        let mut name = records.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{what}.lock"));
        let path = records.with_file_name(name);
        let fail = |why: String| StoreError::Open { path: path.clone(), why };
        let file = File::options().create(true).append(true).open(&path).map_err(|e| fail(e.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { what: what.to_owned(), held: Held::File(file) })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(e)) => Err(fail(e.to_string())),
        }
    }

    /// By a lock in the database, on a connection of its own.
    pub(crate) fn at(
        connect: impl FnOnce() -> Result<Link, StoreError> + Send,
        what: &str,
    ) -> Result<Option<Self>, StoreError> {
        outside(|| {
            let mut link = connect()?;
            if !ask(&mut link, "pg_try_advisory_lock", what)? {
                return Ok(None);
            }
            let held = Held::Session(Mutex::new(Some(Box::new(link))));
            Ok(Some(Self { what: what.to_owned(), held }))
        })
    }

    /// For what.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Whether it still stands. Asks the database, which takes a moment; once lost it stays lost.
    pub fn is_held(&self) -> bool {
        let Held::Session(link) = &self.held else { return true };
        outside(|| {
            let mut link = link.lock().unwrap_or_else(PoisonError::into_inner);
            let held = link.as_mut().is_some_and(|link| link.batch("SELECT 1").is_ok());
            if !held {
                *link = None;
            }
            held
        })
    }
}

impl std::fmt::Debug for Elected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elected").field("what", &self.what).finish_non_exhaustive()
    }
}

impl Drop for Elected {
    fn drop(&mut self) {
        match &self.held {
            // The system would do it as well, when the file is closed.
            Held::File(file) => drop(file.unlock()),
            Held::Session(link) => outside(|| {
                let link = link.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(mut link) = link {
                    // A connection that is gone holds nothing.
                    let _ = ask(&mut link, "pg_advisory_unlock", &self.what);
                }
            }),
        }
    }
}

fn ask(link: &mut Link, lock: &str, what: &str) -> Result<bool, StoreError> {
    let sql = format!("SELECT {lock}(hashtextextended('colophon/' || current_schema() || '/' || ?1, 0))");
    Ok(link.value(&sql, params![what])?.unwrap_or(false))
}
