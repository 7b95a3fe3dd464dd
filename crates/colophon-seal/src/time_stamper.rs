//! Who stamps signatures with the time.

/// Someone who says when something existed.
pub trait TimeStamper: Send + Sync {
    /// What it is called in errors: an address, or that it is local.
    fn name(&self) -> &str;

    /// The answer (DER of a `TimeStampResp`) to a query (DER of a `TimeStampReq`).
    ///
    /// # Errors
    /// A sentence, when there is no answer.
    fn stamp(&self, query: &[u8]) -> Result<Vec<u8>, String>;
}
