//! What happened to jobs, in order, so that a listener who comes back misses nothing.

use serde_json::{Value, json};

use crate::job::{Job, JobId};
use crate::job_rows::{by_id, hold_by_id};
use crate::notice::{JobEvent, Notice};
use crate::sql::{Tx, params};
use crate::{Store, StoreError};

/// Events of progress that are kept of a job; older ones are told no longer.
const KEPT: i64 = 200;

/// Writes an event, to be told when it is on disk. Whoever writes one has changed or locked the row of the
/// job before, so that the numbers of a job's events grow in the order of commits, whoever writes them.
pub(crate) fn append(tx: &Tx<'_>, job: &Job, name: &str, data: Value) -> Result<(), StoreError> {
    let text = data.to_string();
    let sql = "INSERT INTO event (job, at, name, data) VALUES (?1, ?2, ?3, ?4) RETURNING seq";
    let seq = tx.db.value(sql, params![job.seq, tx.now, name, text])?;
    let event = JobEvent { seq, name: name.to_owned(), data };
    tx.tell(Notice { job: job.id.clone(), owner: job.owner.clone(), event });
    Ok(())
}

impl Store {
    /// Events of a job after number `after`.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when there is no such job.
    pub fn events(&self, id: &JobId, after: i64) -> Result<Vec<JobEvent>, StoreError> {
        self.read(|db| {
            let job = by_id(db, id)?;
            let sql = "SELECT seq, name, data FROM event WHERE job = ?1 AND seq > ?2 ORDER BY seq";
            db.rows(sql, params![job.seq, after], |r| {
                Ok(JobEvent { seq: r.get(0)?, name: r.get(1)?, data: r.json(2)? })
            })
        })
    }

    /// Notes how far a job is. Returns at once: a note that is lost does no harm.
    pub fn note_progress(&self, id: &JobId, progress: Value) {
        let id = id.clone();
        self.write_later(move |tx| {
            let job = hold_by_id(tx, &id)?;
            if job.state.is_final() {
                return Ok(());
            }
            let sql = "UPDATE job SET progress = ?2 WHERE seq = ?1";
            tx.db.execute(sql, params![job.seq, progress.to_string()])?;
            append(tx, &job, "progress", progress.clone())?;
            thin(tx, &job)
        });
    }

    /// Notes that there is a preview with this number, and what is known of its file.
    pub fn note_preview(&self, id: &JobId, number: i64, marks: Value) {
        let id = id.clone();
        self.write_later(move |tx| {
            let job = hold_by_id(tx, &id)?;
            if job.state.is_final() {
                return Ok(());
            }
            tx.db.execute("UPDATE job SET preview = ?2 WHERE seq = ?1", params![job.seq, number])?;
            append(tx, &job, "preview", json!({"number": number, "marks": marks}))
        });
    }

    /// Notes words that were written.
    pub fn note_text(&self, id: &JobId, words: &str) {
        let (id, words) = (id.clone(), Value::from(words));
        self.write_later(move |tx| {
            let job = hold_by_id(tx, &id)?;
            if job.state.is_final() { Ok(()) } else { append(tx, &job, "text", words.clone()) }
        });
    }
}

/// Forgets old events of progress.
fn thin(tx: &Tx<'_>, job: &Job) -> Result<(), StoreError> {
    let sql = "DELETE FROM event WHERE job = ?1 AND name = 'progress' AND seq <= (SELECT seq FROM event \
               WHERE job = ?1 AND name = 'progress' ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
    tx.db.execute(sql, params![job.seq, KEPT]).map(drop)
}
