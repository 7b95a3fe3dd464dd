//! Jobs as rows: read, found, and held until a transaction ends.

use crate::StoreError;
use crate::job::{Job, JobId, JobState};
use crate::sql::{Db, Row, Tx, params};

/// The columns of a job, for [`read`].
pub(crate) const COLUMNS: &str = "seq, id, owner, kind, title, request, state, priority, attempt, attempts, \
    created, ready, deadline, started, finished, cancel, progress, preview, error, result, webhook, tags, trace";

/// A job as it stands in a row.
pub(crate) fn read(row: &Row<'_>) -> Result<Job, StoreError> {
    let state: String = row.get("state")?;
    let unknown = || StoreError::Damaged(format!("state is {state}"));
    Ok(Job {
        seq: row.get("seq")?,
        id: JobId::kept(row.get("id")?),
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

/// The job of an identifier.
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

/// The job of a place in the order of all jobs.
pub(crate) fn by_seq(db: Db<'_>, seq: i64) -> Result<Job, StoreError> {
    let found = db.row(&format!("SELECT {COLUMNS} FROM job WHERE seq = ?1"), params![seq], read)?;
    found.ok_or_else(|| StoreError::Unknown { what: "job", name: seq.to_string() })
}
