//! A log that is kept elsewhere, and of which the folder is a copy: several machines follow one log, and none
//! of them has an entry that the others may not come to see.

use colophon_types::{LogEntry, LogPosition};

use crate::LedgerError;
use crate::disk::Lock;
use crate::log::Ledger;
use crate::parse::open_checkpoint;
use crate::tree::{self, Head};

/// An entry that is about to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// How many entries the log has with it.
    pub size: u64,
    /// The entry, as it is hashed.
    pub record: Vec<u8>,
    /// The signed note about the log with it.
    pub checkpoint: String,
}

impl Ledger {
    /// Appends an entry if `agree`, which makes it last elsewhere, says so. Nothing of the entry is seen here
    /// before that, and when `agree` fails nothing of it ever is, unless [`follow`](Self::follow) brings it.
    ///
    /// # Errors
    /// [`LedgerError`]; that of `agree`.
    pub fn append_agreed(
        &self,
        entry: &LogEntry,
        agree: &dyn Fn(NewEntry) -> Result<(), LedgerError>,
    ) -> Result<LogPosition, LedgerError> {
        let record = serde_json::to_vec(entry).map_err(|e| LedgerError::BadEntry(e.to_string()))?;
        if record.len() > usize::from(u16::MAX) {
            return Err(LedgerError::BadEntry("it is longer than 65535 bytes".to_owned()));
        }
        let lock = Lock::take(self.dir())?;
        let head = self.head()?;
        let records = [record];
        let new = self.grow(head, &records, &lock, &|new| {
            let note = self.sign(new)?;
            let checkpoint = String::from_utf8_lossy(&note).into_owned();
            agree(NewEntry { size: new.size, record: records[0].clone(), checkpoint })?;
            Ok(note)
        })?;
        self.inclusion(head.size, &records[0], new)?;
        Ok(LogPosition { index: head.size, included: true })
    }

    /// Takes over what follows after the first `from` entries, up to the signed note about the log with it.
    /// Whether it did: it does not where the log has another length meanwhile.
    ///
    /// # Errors
    /// [`LedgerError::Inconsistent`] for a note of another key, or records that do not make its tree together
    /// with what is here.
    pub fn follow(&self, from: u64, records: &[Vec<u8>], checkpoint: &str) -> Result<bool, LedgerError> {
        let told = self.read_note(checkpoint)?;
        let lock = Lock::take(self.dir())?;
        let head = self.head()?;
        if head.size != from {
            return Ok(false);
        }
        self.grow(head, records, &lock, &|new| {
            if (new.size, new.root) != (told.size, told.root) {
                let why = format!("its {} entries are not those of the shared log", new.size);
                return Err(LedgerError::Inconsistent(why));
            }
            Ok(checkpoint.as_bytes().to_vec())
        })?;
        Ok(true)
    }

    /// How many entries a signed note is about, if it is about the beginning of this log.
    ///
    /// # Errors
    /// [`LedgerError::Inconsistent`] for a note of another key or about another log.
    pub fn agree_on(&self, checkpoint: &str) -> Result<u64, LedgerError> {
        let (told, head) = (self.read_note(checkpoint)?, self.head()?);
        let known = tree::root_at(head, told.size.min(head.size), self.dir())?;
        if told.size <= head.size && told.root != known.root {
            let why = format!("its first {} entries are not those of the shared log", told.size);
            return Err(LedgerError::Inconsistent(why));
        }
        Ok(told.size)
    }

    /// The entries after the first `from`, at most `most`, and a signed note about the log up to their end.
    ///
    /// # Errors
    /// [`LedgerError`] when the log cannot be read.
    pub fn excerpt(&self, from: u64, most: u64) -> Result<(Vec<Vec<u8>>, String), LedgerError> {
        let head = self.head()?;
        let end = head.size.min(from.saturating_add(most));
        let mut records = Vec::new();
        let mut next = from;
        while next < end {
            let (bundle, place) = tree::bundle_of(next, head.size);
            let all = tree::read_bundle(self.dir(), bundle)?;
            let wanted = all.into_iter().skip(place).take((end - next) as usize);
            let before = records.len();
            records.extend(wanted);
            next += (records.len() - before) as u64;
        }
        let note = self.sign(tree::root_at(head, end.max(from.min(head.size)), self.dir())?)?;
        Ok((records, String::from_utf8_lossy(&note).into_owned()))
    }

    fn read_note(&self, checkpoint: &str) -> Result<Head, LedgerError> {
        open_checkpoint(checkpoint.as_bytes(), self.verifier_key(), self.origin())
    }
}
