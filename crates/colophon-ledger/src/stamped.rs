//! Time stamps of checkpoints: `stamps/<size>.checkpoint` is the note as it was stamped, and
//! `stamps/<size>.tsr` the answer of the authority (RFC 3161) about its SHA-256.
//!
//! The log keeps them and knows whether they belong to its tree; what an answer says is read by whoever
//! asked for it.

use std::path::Path;

use crate::LedgerError;
use crate::disk;

const FOLDER: &str = "stamps";
const NOTE: &str = "checkpoint";
const ANSWER: &str = "tsr";
/// More are not read: one an hour for a century.
const MOST: usize = 1_000_000;

/// A stamped checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampedCheckpoint {
    /// Entries that the checkpoint covers.
    pub size: u64,
    /// The checkpoint: what was stamped.
    pub checkpoint: String,
    /// The authority's answer: DER of a `TimeStampResp`.
    pub answer: Vec<u8>,
}

/// Keeps an answer. The note first: without its answer it says nothing and is overwritten.
pub(crate) fn keep(dir: &Path, size: u64, checkpoint: &str, answer: &[u8]) -> Result<(), LedgerError> {
    let at = |end: &str| dir.join(FOLDER).join(format!("{size}.{end}"));
    disk::replace(&at(NOTE), checkpoint.as_bytes())?;
    disk::replace(&at(ANSWER), answer)
}

/// The sizes of trees that were stamped, in order.
pub(crate) fn sizes(dir: &Path) -> Result<Vec<u64>, LedgerError> {
    let folder = dir.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut sizes = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(LedgerError::io("list", &folder))?.take(2 * MOST) {
        let name = entry.map_err(LedgerError::io("list", &folder))?.file_name();
        let size = name.to_str().and_then(|n| n.strip_suffix(ANSWER)?.strip_suffix('.')?.parse::<u64>().ok());
        sizes.extend(size);
    }
    sizes.sort_unstable();
    Ok(sizes)
}

/// The stamp of a tree of `size` entries.
pub(crate) fn read(dir: &Path, size: u64) -> Result<StampedCheckpoint, LedgerError> {
    let at = |end: &str| dir.join(FOLDER).join(format!("{size}.{end}"));
    let missing = || LedgerError::Inconsistent(format!("the stamp of {size} entries is not whole"));
    let checkpoint = disk::read(&at(NOTE))?.and_then(|b| String::from_utf8(b).ok()).ok_or_else(missing)?;
    let answer = disk::read(&at(ANSWER))?.ok_or_else(missing)?;
    Ok(StampedCheckpoint { size, checkpoint, answer })
}
