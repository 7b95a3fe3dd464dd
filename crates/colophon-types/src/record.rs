//! The ledger as the seal sees it, so that the seal need not know how the log is kept.

use crate::{ErrorCode, WorkId};

/// What the log keeps of one sealed file. Public: it holds no content and no personal data.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogEntry {
    /// The work.
    pub work_id: WorkId,
    /// Media type of the file.
    pub media_type: String,
    /// SHA-256 of the sealed bytes, lower-case hex.
    pub sha256: String,
    /// SHA-256 of the receipt's JSON, lower-case hex.
    pub receipt_sha256: String,
    /// RFC 3339, UTC.
    pub time: String,
    /// What the content's watermark carries, lower-case hex, where there is one: it leads back here
    /// when all metadata is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<String>,
    /// The content's code (ISO 24138, 256 bits): what looks or sounds alike has a code that is alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iscc: Option<String>,
}

/// Where an entry is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogPosition {
    /// Zero-based index of the leaf.
    pub index: u64,
    /// Whether the log's signed checkpoint covers it (inclusion proof checked).
    pub included: bool,
}

/// What was found, if anything was; else the code and a sentence.
pub type Lookup<T> = Result<Option<T>, (ErrorCode, String)>;

/// Appends entries and finds them again.
pub trait Recorder: Send + Sync {
    /// Appends an entry; on return it is on disk and covered by a signed checkpoint.
    ///
    /// # Errors
    /// The code and a sentence, when the entry could not be made durable.
    fn append(&self, entry: &LogEntry) -> Result<LogPosition, (ErrorCode, String)>;

    /// Finds the entry of a file by the SHA-256 of its bytes and checks its inclusion proof.
    ///
    /// # Errors
    /// The code and a sentence, when the log cannot be read or is inconsistent.
    fn find(&self, sha256: &str) -> Lookup<LogPosition>;

    /// Finds the newest entry whose watermark begins with `payload` (lower-case hex; a sound carries
    /// only the first half) and checks its inclusion proof.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn find_watermark(&self, payload: &str) -> Lookup<(LogPosition, LogEntry)>;

    /// Finds the entry whose content code is most like `iscc`, if at most `bits` of them differ, and how
    /// many do; checks its inclusion proof.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn find_alike(&self, iscc: &str, bits: u32) -> Lookup<(LogPosition, LogEntry, u32)>;
}
