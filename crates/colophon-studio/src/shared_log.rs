//! The log of several machines: one of them at a time appends to it, elected through the database. The
//! log's own lock on a file does not hold everywhere that folders are shared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use colophon_ledger::Ledger;
use colophon_store::Store;
use colophon_types::{ErrorCode, LogEntry, LogPosition, Lookup, Recorder};

/// The office of whoever appends.
const OFFICE: &str = "log";
/// How long an entry waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before the office is asked for again.
const PAUSE: Duration = Duration::from_millis(5);

/// A log that other processes append to, too.
pub(crate) struct SharedLog {
    ledger: Arc<Ledger>,
    store: Store,
}

impl SharedLog {
    pub(crate) fn new(ledger: Arc<Ledger>, store: Store) -> Self {
        Self { ledger, store }
    }
}

impl Recorder for SharedLog {
    fn append(&self, entry: &LogEntry) -> Result<LogPosition, (ErrorCode, String)> {
        let fail = |e: colophon_store::StoreError| (ErrorCode::Io, e.to_string());
        let began = Instant::now();
        loop {
            if let Some(office) = self.store.elect(OFFICE).map_err(fail)? {
                let appended = self.ledger.append(entry);
                drop(office);
                return appended;
            }
            if began.elapsed() > PATIENCE {
                return Err((ErrorCode::Busy, "the log is busy: other machines append to it".into()));
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn find(&self, sha256: &str) -> Lookup<LogPosition> {
        self.ledger.find(sha256)
    }

    fn find_watermark(&self, payload: &str) -> Lookup<(LogPosition, LogEntry)> {
        self.ledger.find_watermark(payload)
    }

    fn find_alike(&self, iscc: &str, bits: u32) -> Lookup<(LogPosition, LogEntry, u32)> {
        self.ledger.find_alike(iscc, bits)
    }
}
