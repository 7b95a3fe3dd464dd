//! The log of several machines: one of them at a time appends to it, elected through the database. The
//! log's own lock on a file does not hold everywhere that folders are shared.
//!
//! Machines that share no folder share the log through the records: an entry is in the log when the
//! records hold it, and each machine's folder is a copy that follows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use colophon_ledger::{Ledger, LedgerError};
use colophon_store::{Elected, LogRow, Store};
use colophon_types::{ErrorCode, Explain as _, LogEntry, LogPosition, Lookup, Recorder};

use crate::StudioError;

/// The office of whoever appends.
const OFFICE: &str = "log";
/// How long an entry waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before the office is asked for again.
const PAUSE: Duration = Duration::from_millis(5);
/// Entries that are taken over or given at once.
const BATCH: u64 = 512;

/// A log that other processes append to, too.
pub(crate) struct SharedLog {
    ledger: Arc<Ledger>,
    store: Store,
    /// Whether the folder is a copy.
    follows: bool,
}

impl SharedLog {
    pub(crate) fn new(ledger: Arc<Ledger>, store: Store, follows: bool) -> Self {
        Self { ledger, store, follows }
    }

    /// The office, when it is free.
    fn stand(&self) -> Result<Elected, (ErrorCode, String)> {
        let began = Instant::now();
        loop {
            if let Some(office) = self.store.elect(OFFICE).map_err(|e| (ErrorCode::Io, e.to_string()))? {
                return Ok(office);
            }
            if began.elapsed() > PATIENCE {
                return Err((ErrorCode::Busy, "the log is busy: other machines append to it".into()));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The log with all that others appended.
    fn caught_up(&self) -> Result<&Ledger, (ErrorCode, String)> {
        if self.follows {
            catch_up(&self.ledger, &self.store).map_err(|e| (e.code(), e.to_string()))?;
        }
        Ok(&self.ledger)
    }

    /// Makes the log of this folder the one in the records, if they have none or its beginning; or takes
    /// theirs over.
    pub(crate) fn join(&self) -> Result<(), StudioError> {
        let here = self.ledger.checkpoint()?.size;
        if self.store.log_size()?.is_none_or(|there| there < here) {
            let busy = |(_, why): (ErrorCode, String)| LedgerError::Elsewhere(why);
            let _office = self.stand().map_err(busy)?;
            if self.store.log_size()?.is_none() {
                let (_, checkpoint) = self.ledger.excerpt(0, 0)?;
                let empty = LogRow { size: 0, record: Vec::new(), checkpoint: Some(checkpoint) };
                self.store.log_append(vec![empty])?;
            }
            self.agree()?;
            while let Some(there) = self.store.log_size()?.filter(|there| *there < here) {
                let (records, checkpoint) = self.ledger.excerpt(there, BATCH)?;
                let mut rows: Vec<LogRow> = (there + 1..)
                    .zip(records)
                    .map(|(size, record)| LogRow { size, record, checkpoint: None })
                    .collect();
                if let Some(last) = rows.last_mut() {
                    last.checkpoint = Some(checkpoint);
                }
                if !self.store.log_append(rows)? {
                    break;
                }
            }
        }
        self.agree()?;
        catch_up(&self.ledger, &self.store)
    }

    /// Makes sure that the log here and the one in the records are one, as far as both go.
    fn agree(&self) -> Result<(), StudioError> {
        let here = self.ledger.checkpoint()?.size;
        match self.store.log_checkpoint(here)? {
            Some((_, checkpoint)) => match self.ledger.agree_on(&checkpoint) {
                Ok(_) => Ok(()),
                Err(LedgerError::Inconsistent(why)) => Err(StudioError::OtherStudio(why)),
                Err(error) => Err(error.into()),
            },
            None => Ok(()),
        }
    }
}

/// Takes over what others appended.
pub(crate) fn catch_up(ledger: &Ledger, store: &Store) -> Result<(), StudioError> {
    loop {
        let here = ledger.checkpoint()?.size;
        let rows = store.log_after(here, BATCH)?;
        let Some(checkpoint) = rows.last().and_then(|row| row.checkpoint.clone()) else { return Ok(()) };
        let records: Vec<Vec<u8>> = rows.into_iter().map(|row| row.record).collect();
        // Another thread may have done the same meanwhile.
        ledger.follow(here, &records, &checkpoint)?;
    }
}

impl Recorder for SharedLog {
    fn append(&self, entry: &LogEntry) -> Result<LogPosition, (ErrorCode, String)> {
        let office = self.stand()?;
        let appended = match self.follows {
            false => self.ledger.append(entry),
            true => self.caught_up().and_then(|ledger| {
                let agreed = ledger.append_agreed(entry, &|new| {
                    let row = LogRow { size: new.size, record: new.record, checkpoint: Some(new.checkpoint) };
                    match self.store.log_append(vec![row]) {
                        Ok(true) => Ok(()),
                        Ok(false) => Err(LedgerError::Elsewhere("another machine was first".into())),
                        Err(error) => Err(LedgerError::Elsewhere(error.to_string())),
                    }
                });
                agreed.map_err(|e| (e.code(), e.to_string()))
            }),
        };
        drop(office);
        appended
    }

    fn find(&self, sha256: &str) -> Lookup<LogPosition> {
        self.caught_up()?.find(sha256)
    }

    fn find_watermark(&self, payload: &str) -> Lookup<(LogPosition, LogEntry)> {
        self.caught_up()?.find_watermark(payload)
    }

    fn find_alike(&self, iscc: &str, bits: u32) -> Lookup<(LogPosition, LogEntry, u32)> {
        self.caught_up()?.find_alike(iscc, bits)
    }
}
