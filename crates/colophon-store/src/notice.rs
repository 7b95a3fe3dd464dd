//! What happens to a job, as it is told.

use serde_json::Value;

use crate::job::JobId;

/// Notices that a slow listener may be behind.
pub(crate) const NOTICES: usize = 4096;

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobEvent {
    /// Its number: grows, over all jobs. Those of one job become visible in the order of their numbers.
    pub seq: i64,
    /// `state`, `progress`, `preview` or `text`.
    pub name: String,
    /// What there is to say; null for `state`, which is told with the job itself.
    pub data: Value,
}

/// An event as it is told at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The job.
    pub job: JobId,
    /// Whose it is.
    pub owner: String,
    /// What happened.
    pub event: JobEvent,
}
