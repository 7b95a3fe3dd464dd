//! Jobs as they are kept and listed.

use serde_json::Value;

use crate::events::append;
use crate::job::{Job, JobId, JobState, NewJob};
use crate::job_rows::{COLUMNS, by_id, hold_by_id, read};
use crate::sql::{Db, Value as Sql, params};
use crate::{Store, StoreError};

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
