//! Jobs as they are kept and listed.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::events::append;
use crate::{Store, StoreError};

/// The identifier of a job: `job_` and 32 hex digits, ordered by time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(String);

impl JobId {
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
}

pub(crate) const COLUMNS: &str = "seq, id, owner, kind, title, request, state, priority, attempt, attempts, \
    created, ready, deadline, started, finished, cancel, progress, preview, error, result, webhook, tags";

/// A column of JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    let broken = |e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e));
    serde_json::from_str(text).map_err(broken)
}

fn maybe<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?.map(|text| json(&text)).transpose()
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Job> {
    let state: String = row.get("state")?;
    let unknown = || rusqlite::Error::InvalidColumnName(format!("state {state}"));
    Ok(Job {
        seq: row.get("seq")?,
        id: JobId(row.get("id")?),
        owner: row.get("owner")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        request: json(&row.get::<_, String>("request")?)?,
        state: JobState::named(&state).ok_or_else(unknown)?,
        priority: row.get("priority")?,
        attempt: row.get("attempt")?,
        attempts: row.get("attempts")?,
        created: row.get("created")?,
        ready: row.get("ready")?,
        deadline: row.get("deadline")?,
        started: row.get("started")?,
        finished: row.get("finished")?,
        cancel: row.get("cancel")?,
        progress: maybe(row, "progress")?,
        preview: row.get("preview")?,
        error: maybe(row, "error")?,
        result: maybe(row, "result")?,
        webhook: row.get("webhook")?,
        tags: json(&row.get::<_, String>("tags")?)?,
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
            if let Some(once) = &new.once {
                let sql = format!("SELECT {COLUMNS} FROM job WHERE owner = ?1 AND once = ?2");
                let mut query = tx.db.prepare_cached(&sql)?;
                if let Some(job) = query.query_row([&new.owner, once], read).optional()? {
                    if job.kind == new.kind && job.request == new.request {
                        return Ok(job);
                    }
                    let message = "this idempotency key was used for another request";
                    return Err(StoreError::Request(message.into()));
                }
            }
            let id = JobId::fresh();
            let tags = serde_json::to_string(&new.tags).unwrap_or_else(|_| "[]".into());
            tx.db
                .prepare_cached(
                    "INSERT INTO job (id, owner, kind, title, request, state, priority, attempts, created, \
                     ready, deadline, once, webhook, tags) \
                     VALUES (?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12)",
                )?
                .execute(params![
                    id.as_str(),
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
                ])?;
            let seq = tx.db.last_insert_rowid();
            let job = by_seq(tx.db, seq)?;
            append(tx, &job, "state", Value::Null)?;
            Ok(job)
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
            let mut sql = format!("SELECT {COLUMNS} FROM job WHERE 1");
            let mut values: Vec<Sql> = Vec::new();
            let mut require = |clause: &str, value: Sql| {
                sql.push_str(clause);
                values.push(value);
            };
            if let Some(owner) = &filter.owner {
                require(" AND owner = ?", owner.clone().into());
            }
            if let Some(state) = filter.state {
                require(" AND state = ?", state.name().to_owned().into());
            }
            if let Some(kind) = &filter.kind {
                require(" AND kind = ?", kind.clone().into());
            }
            if let Some(after) = &filter.after {
                require(" AND seq < ?", by_id(db, after)?.seq.into());
            }
            require(" ORDER BY seq DESC LIMIT ?", (filter.limit as i64 + 1).into());
            let mut query = db.prepare_cached(&sql)?;
            let mut jobs: Vec<Job> =
                query.query_map(params_from_iter(values), read)?.collect::<Result<_, _>>()?;
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
            let job = by_id(tx.db, &id)?;
            if !job.state.is_final() {
                return Err(StoreError::Request(
                    "only a job that has ended can be deleted; cancel it".into(),
                ));
            }
            tx.db.execute("DELETE FROM event WHERE job = ?1", [job.seq])?;
            tx.db.execute("DELETE FROM job WHERE seq = ?1", [job.seq])?;
            Ok(())
        })
    }
}

pub(crate) fn by_id(db: &Connection, id: &JobId) -> Result<Job, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE id = ?1"))?;
    let found = query.query_row([id.as_str()], read).optional()?;
    found.ok_or_else(|| StoreError::Unknown { what: "job", name: id.to_string() })
}

pub(crate) fn by_seq(db: &Connection, seq: i64) -> Result<Job, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE seq = ?1"))?;
    Ok(query.query_row([seq], read)?)
}
