//! Jobs as they are kept and listed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::events::append;
use crate::sql::{Db, Row, Tx, Value as Sql, params};
use crate::{Store, StoreError};

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

pub(crate) const COLUMNS: &str = "seq, id, owner, kind, title, request, state, priority, attempt, attempts, \
    created, ready, deadline, started, finished, cancel, progress, preview, error, result, webhook, tags, trace";

pub(crate) fn read(row: &Row<'_>) -> Result<Job, StoreError> {
    let state: String = row.get("state")?;
    let unknown = || StoreError::Damaged(format!("state is {state}"));
    Ok(Job {
        seq: row.get("seq")?,
        id: JobId(row.get("id")?),
        owner: row.get("owner")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        request: row.json("request")?,
        state: JobState::named(&state).ok_or_else(unknown)?,
        priority: row.number("priority")?,
        attempt: row.number("attempt")?,
        attempts: row.number("attempts")?,
        created: row.get("created")?,
        ready: row.get("ready")?,
        deadline: row.get("deadline")?,
        started: row.get("started")?,
        finished: row.get("finished")?,
        cancel: row.get("cancel")?,
        progress: row.maybe_json("progress")?,
        preview: row.get("preview")?,
        error: row.maybe_json("error")?,
        result: row.maybe_json("result")?,
        webhook: row.get("webhook")?,
        tags: row.json("tags")?,
        trace: row.get("trace")?,
    })
}

/// Which jobs are listed, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those in this state.
    pub state: Option<JobState>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those asked for before this one.
    pub after: Option<JobId>,
    /// At most so many.
    pub limit: usize,
}

impl Store {
    /// Takes a job. The same key of the same owner gives the job that there is.
    ///
    /// # Errors
    /// [`StoreError::Request`] when the key stands for another request.
    pub fn enqueue(&self, new: NewJob) -> Result<Job, StoreError> {
        self.write(move |tx| {
            if let Some(job) = same(tx.db, &new)? {
                return Ok(job);
            }
            let tags = serde_json::to_string(&new.tags).unwrap_or_else(|_| "[]".into());
            let sql = format!(
                "INSERT INTO job (id, owner, kind, title, request, state, priority, attempts, created, ready, \
                 deadline, once, webhook, tags, trace) \
                 VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12, ?13) \
                 ON CONFLICT (owner, once) WHERE once IS NOT NULL DO NOTHING RETURNING {COLUMNS}"
            );
            let taken = tx.db.row(
                &sql,
                params![
                    JobId::fresh().as_str(),
                    new.owner,
                    new.kind,
                    new.title,
                    new.request.to_string(),
                    new.priority,
                    new.attempts.max(1),
                    tx.now,
                    new.deadline,
                    new.once,
                    new.webhook,
                    tags,
                    new.trace,
                ],
                read,
            )?;
            if let Some(job) = taken {
                append(tx, &job, "state", Value::Null)?;
                tx.offer(&job);
                return Ok(job);
            }
            // Another process took a job with this key meanwhile.
            same(tx.db, &new)?.ok_or_else(|| StoreError::Damaged("a job is there and is not".into()))
        })
    }

    /// A job.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is none.
    pub fn job(&self, id: &JobId) -> Result<Job, StoreError> {
        self.read(|db| by_id(db, id))
    }

    /// Jobs, newest first, and whether there are more.
    ///
    /// # Errors
    /// [`StoreError`]: an unknown job to go on from.
    pub fn jobs(&self, filter: &JobFilter) -> Result<(Vec<Job>, bool), StoreError> {
        self.read(|db| {
            let mut sql = format!("SELECT {COLUMNS} FROM job WHERE true");
            let mut values: Vec<Sql<'_>> = Vec::new();
            let mut require = |clause: &str, value| {
                values.push(value);
                sql.push_str(&format!(" {clause} ?{}", values.len()));
            };
            if let Some(owner) = &filter.owner {
                require("AND owner =", Sql::Text(owner));
            }
            if let Some(state) = filter.state {
                require("AND state =", Sql::Text(state.name()));
            }
            if let Some(kind) = &filter.kind {
                require("AND kind =", Sql::Text(kind));
            }
            if let Some(after) = &filter.after {
                require("AND seq <", Sql::Int(by_id(db, after)?.seq));
            }
            require("ORDER BY seq DESC LIMIT", Sql::Int(filter.limit as i64 + 1));
            let mut jobs = db.rows(&sql, &values, read)?;
            let more = jobs.len() > filter.limit;
            jobs.truncate(filter.limit);
            Ok((jobs, more))
        })
    }

    /// Forgets a job that has ended; its works stay.
    ///
    /// # Errors
    /// [`StoreError::Request`] for one that has not ended.
    pub fn forget_job(&self, id: &JobId) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let job = hold_by_id(tx, &id)?;
            if !job.state.is_final() {
                return Err(StoreError::Request(
                    "only a job that has ended can be deleted; cancel it".into(),
                ));
            }
            tx.db.execute("DELETE FROM event WHERE job = ?1", params![job.seq])?;
            tx.db.execute("DELETE FROM job WHERE seq = ?1", params![job.seq])?;
            Ok(())
        })
    }
}

/// The job that this key of this owner stands for already.
fn same(db: Db<'_>, new: &NewJob) -> Result<Option<Job>, StoreError> {
    let Some(once) = &new.once else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM job WHERE owner = ?1 AND once = ?2");
    let Some(job) = db.row(&sql, params![new.owner, once], read)? else { return Ok(None) };
    if job.kind == new.kind && job.request == new.request {
        return Ok(Some(job));
    }
    Err(StoreError::Request("this idempotency key was used for another request".into()))
}

pub(crate) fn by_id(db: Db<'_>, id: &JobId) -> Result<Job, StoreError> {
    find(db, id, "")
}

/// A job that nobody else changes until the transaction ends.
pub(crate) fn hold_by_id(tx: &Tx<'_>, id: &JobId) -> Result<Job, StoreError> {
    find(tx.db, id, tx.db.for_update())
}

fn find(db: Db<'_>, id: &JobId, lock: &str) -> Result<Job, StoreError> {
    let found =
        db.row(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1{lock}"), params![id.as_str()], read)?;
    found.ok_or_else(|| StoreError::Unknown { what: "job", name: id.to_string() })
}

pub(crate) fn by_seq(db: Db<'_>, seq: i64) -> Result<Job, StoreError> {
    let found = db.row(&format!("SELECT {COLUMNS} FROM job WHERE seq = ?1"), params![seq], read)?;
    found.ok_or_else(|| StoreError::Unknown { what: "job", name: seq.to_string() })
}
