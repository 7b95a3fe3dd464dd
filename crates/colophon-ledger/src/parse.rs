//! What is read back: entries and signed checkpoints.

use colophon_types::LogEntry;
use signed_note::{Note, StandardVerifier, VerifierList};

use crate::LedgerError;
use crate::tree::Head;

/// The entry that a record holds.
pub(crate) fn parse_entry(index: u64, record: &[u8]) -> Result<LogEntry, LedgerError> {
    serde_json::from_slice(record)
        .map_err(|e| LedgerError::Inconsistent(format!("entry {index} cannot be read: {e}")))
}

/// Checks the signature of a checkpoint and gives its size and root.
pub(crate) fn open_checkpoint(bytes: &[u8], verifier: &str, origin: &str) -> Result<Head, LedgerError> {
    let bad = |reason: String| LedgerError::Inconsistent(format!("the checkpoint does not hold: {reason}"));
    let verifier = StandardVerifier::new(verifier).map_err(|e| bad(e.to_string()))?;
    let note = Note::from_bytes(bytes).map_err(|e| bad(e.to_string()))?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|e| bad(e.to_string()))?;
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|e| bad(e.to_string()))?;
    if checkpoint.origin() != origin {
        return Err(bad(format!("it is of '{}'", checkpoint.origin())));
    }
    Ok(Head { size: checkpoint.size(), root: *checkpoint.hash() })
}
