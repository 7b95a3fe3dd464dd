//! A job, whoever keeps it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The identifier of a job: `job_` and 32 hex digits, ordered by time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(String);

impl JobId {
    /// As it was kept.
    pub(crate) fn kept(text: String) -> Self {
        Self(text)
    }

    /// A fresh one.
    pub(crate) fn fresh() -> Self {
        Self(format!("job_{}", uuid::Uuid::now_v7().simple()))
    }

    /// Reads one; `None` for what never was one.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("job_")?;
        let plain = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        plain.then(|| Self(text.to_owned()))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// It waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Its works are in the gallery.
    Done,
    /// It ended with an error.
    Failed,
    /// It was stopped on request.
    Cancelled,
}

impl JobState {
    /// Its name, as it is kept and told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|s| s.name() == name)
    }

    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFault {
    /// Stable name of the kind of error.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Who asks.
    pub owner: String,
    /// What kind of work it is.
    pub kind: String,
    /// A short text for lists.
    pub title: String,
    /// The request, as whoever does the work understands it.
    pub request: Value,
    /// Higher goes first; 0 is usual.
    pub priority: i32,
    /// How often it is tried, the first time included.
    pub attempts: u32,
    /// Must be finished by then, in milliseconds since 1970.
    pub deadline: Option<i64>,
    /// The same key of the same owner gives the same job.
    pub once: Option<String>,
    /// Address that is told when it has ended.
    pub webhook: Option<String>,
    /// Tags of its works.
    pub tags: Vec<String>,
    /// The span that orders it, as the header `traceparent` tells it.
    pub trace: Option<String>,
}

impl NewJob {
    /// A job with the usual priority and three attempts.
    pub fn new(owner: &str, kind: &str, title: &str, request: Value) -> Self {
        Self {
            owner: owner.to_owned(),
            kind: kind.to_owned(),
            title: title.to_owned(),
            request,
            priority: 0,
            attempts: 3,
            deadline: None,
            once: None,
            webhook: None,
            tags: Vec::new(),
            trace: None,
        }
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its place in the order of all jobs.
    pub seq: i64,
    /// Its identifier.
    pub id: JobId,
    /// Who asked.
    pub owner: String,
    /// What kind of work it is.
    pub kind: String,
    /// A short text for lists.
    pub title: String,
    /// The request.
    pub request: Value,
    /// Where it stands.
    pub state: JobState,
    /// Higher goes first.
    pub priority: i32,
    /// Which attempt this is or was; 0 before the first.
    pub attempt: u32,
    /// How often it is tried.
    pub attempts: u32,
    /// When it was asked for, in milliseconds since 1970, as all times here.
    pub created: i64,
    /// Not to be begun before.
    pub ready: i64,
    /// Must be finished by then.
    pub deadline: Option<i64>,
    /// When the last attempt began.
    pub started: Option<i64>,
    /// When it ended.
    pub finished: Option<i64>,
    /// Whether someone wants it stopped.
    pub cancel: bool,
    /// How far it is.
    pub progress: Option<Value>,
    /// Number of the newest preview; 0 for none.
    pub preview: i64,
    /// Why it failed.
    pub error: Option<JobFault>,
    /// What came of it, besides works.
    pub result: Option<Value>,
    /// Address that is told when it has ended.
    pub webhook: Option<String>,
    /// Tags of its works.
    pub tags: Vec<String>,
    /// The span that ordered it, as the header `traceparent` tells it.
    pub trace: Option<String>,
}
