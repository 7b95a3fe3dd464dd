//! Who works on what: claims with a lease, ends, stops, and what happens when a worker dies.
//!
//! A worker holds a job by its name and the number of the attempt. One that was given up for dead and
//! comes back cannot end a job that another holds: what it made is not taken.

use std::time::Duration;

use serde_json::{Value, json};

use crate::events::append;
use crate::hooks;
use crate::job::{Job, JobFault, JobId, JobState};
use crate::job_rows::{COLUMNS, by_seq, hold_by_id, read};
use crate::sql::{Db, Tx, Value as Sql, params};
use crate::usage::{self, Usage};
use crate::works::{self, NewWork};
use crate::{Store, StoreError};

/// The pause before the second attempt; it doubles with each further one.
const PAUSE: i64 = 2_000;
/// The pause after a worker's first death.
const AFTER_DEATH: i64 = 500;
/// Longest pause between attempts.
const LONGEST_PAUSE: i64 = 300_000;
/// How often a job is taken up again whose worker died: the job may have been what killed it.
const DEATHS: u32 = 10;
/// What an owner is taken to have been given when a job begins, until it is known, in milliseconds.
const GUESS: i64 = 1_000;

/// Owners among whom a claim looks for a job that no other claim holds just then.
const TURNS: &str = "64";
/// The first open job of each owner and priority: SQLite runs through the index of those that wait.
const GROUPED: &str = "WITH first AS (SELECT owner, priority, min(seq) AS seq FROM job WHERE {open} \
    GROUP BY owner, priority)";
/// The same for PostgreSQL, which would sort or hash all that wait: it steps from one owner and priority to
/// the next in the index, and looks for the first of each there.
const STEPWISE: &str = "WITH RECURSIVE pair AS ((SELECT owner, priority FROM job WHERE state = 'queued' \
      ORDER BY owner, priority LIMIT 1) \
    UNION ALL SELECT n.owner, n.priority FROM pair p CROSS JOIN LATERAL (SELECT j.owner, j.priority FROM job j \
      WHERE j.state = 'queued' AND (j.owner, j.priority) > (p.owner, p.priority) \
      ORDER BY j.owner, j.priority LIMIT 1) n), \
    first AS (SELECT p.owner, p.priority, (SELECT seq FROM job WHERE {open} AND owner = p.owner \
      AND priority = p.priority ORDER BY owner, priority, seq LIMIT 1) AS seq FROM pair p)";
/// Ends a query in PostgreSQL that locks rows and passes over those that others hold.
const SKIP: &str = " FOR UPDATE SKIP LOCKED";

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With works, and what else there is to say.
    Done {
        /// Files in the gallery.
        works: Vec<NewWork>,
        /// Anything else.
        result: Option<Value>,
        /// What it took.
        usage: Usage,
    },
    /// With an error; `passing` when another attempt may succeed.
    Failed {
        /// Why.
        fault: JobFault,
        /// Whether it is worth trying again.
        passing: bool,
    },
    /// It was stopped on request.
    Cancelled,
    /// The worker gives it back untouched, as it is about to stop.
    GivenBack,
}

/// How many jobs wait and run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Waiting.
    pub queued: u64,
    /// Running.
    pub running: u64,
}

impl Store {
    /// Jobs that are counted before a waiting one.
    pub const MOST_BEFORE: i64 = 1_000;

    /// Gives a worker the next job of one of these kinds, if one waits. Highest priority first; among
    /// equals whoever has least running, was given least, and had a turn longest ago; then the oldest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn claim(&self, worker: &str, kinds: &[&str], lease: Duration) -> Result<Option<Job>, StoreError> {
        if kinds.is_empty() {
            return Ok(None);
        }
        let worker = worker.to_owned();
        let kinds: Vec<String> = kinds.iter().map(|k| (*k).to_owned()).collect();
        self.write(move |tx| {
            expire(tx)?;
            let Some(seq) = next(tx, &kinds)? else { return Ok(None) };
            let sql = "UPDATE job SET state = 'running', worker = ?2, lease = ?3, started = ?4, \
                       attempt = attempt + 1, progress = NULL, preview = 0 WHERE seq = ?1";
            tx.db.execute(sql, params![seq, worker, tx.now + lease.as_millis() as i64, tx.now])?;
            let job = by_seq(tx.db, seq)?;
            serve(tx, &job.owner, GUESS)?;
            append(tx, &job, "state", Value::Null)?;
            Ok(Some(job))
        })
    }

    /// Keeps hold of a job. Gives whether it is still held, and whether it should be stopped.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn hold(&self, job: &Job, worker: &str, lease: Duration) -> Result<(bool, bool), StoreError> {
        let (seq, attempt, worker) = (job.seq, job.attempt, worker.to_owned());
        self.write(move |tx| {
            let until = tx.now + lease.as_millis() as i64;
            let sql = "UPDATE job SET lease = ?4 \
                       WHERE seq = ?1 AND worker = ?2 AND attempt = ?3 AND state = 'running'";
            let held = tx.db.execute(sql, params![seq, worker, attempt, until])?;
            if held == 0 {
                return Ok((false, true));
            }
            let stop = "SELECT cancel OR coalesce(deadline < ?2, false) FROM job WHERE seq = ?1";
            Ok((true, tx.db.value(stop, params![seq, tx.now])?))
        })
    }

    /// Ends an attempt; works and the end of the job are kept together or not at all. Gives the job as
    /// it is then, or `None` when the worker no longer holds it and nothing was kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn finish(&self, job: &Job, worker: &str, outcome: Outcome) -> Result<Option<Job>, StoreError> {
        let (seq, attempt, worker) = (job.seq, job.attempt, worker.to_owned());
        self.write(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM job \
                 WHERE seq = ?1 AND worker = ?2 AND attempt = ?3 AND state = 'running'{}",
                tx.db.for_update()
            );
            let held = tx.db.row(&sql, params![seq, worker, attempt], read)?;
            let Some(job) = held else { return Ok(None) };
            end(tx, &job, &outcome)?;
            Ok(Some(by_seq(tx.db, seq)?))
        })
    }

    /// Asks that a job be stopped: one that waits is stopped at once, one that runs by its worker.
    ///
    /// # Errors
    /// [`StoreError::Unknown`].
    pub fn cancel(&self, id: &JobId) -> Result<Job, StoreError> {
        let id = id.clone();
        self.write(move |tx| {
            let job = hold_by_id(tx, &id)?;
            match job.state {
                JobState::Queued => end(tx, &job, &Outcome::Cancelled)?,
                JobState::Running if !job.cancel => {
                    tx.db.execute("UPDATE job SET cancel = true WHERE seq = ?1", params![job.seq])?;
                    append(tx, &job, "state", Value::Null)?;
                    tx.stop(&job);
                }
                _ => {}
            }
            by_seq(tx.db, job.seq)
        })
    }

    /// Takes back jobs whose workers are gone: all that run where `all` says that no worker lives in any
    /// process, otherwise those whose lease is over. `settle` may know how one ended all the same (its files are
    /// there); others wait again, or fail after their last attempt. Gives how many were taken back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn recover(
        &self,
        all: bool,
        settle: &mut dyn FnMut(&Job) -> Option<Outcome>,
    ) -> Result<usize, StoreError> {
        // Read twice: a worker may give a sign of life, or end the job, while `settle` looks.
        let lost = "state = 'running' AND (?1 OR lease < ?2)";
        let sql = format!("SELECT {COLUMNS} FROM job WHERE {lost} ORDER BY seq");
        let gone = self.read(|db| db.rows(&sql, params![all, self.now()], read))?;
        let mut count = 0;
        for job in gone {
            let outcome = settle(&job);
            let taken = self.write(move |tx| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM job WHERE {lost} AND seq = ?3 AND attempt = ?4{}",
                    tx.db.for_update()
                );
                let values = params![all, tx.now, job.seq, job.attempt];
                let Some(now) = tx.db.row(&sql, values, read)? else { return Ok(false) };
                match &outcome {
                    Some(outcome) => end(tx, &now, outcome)?,
                    None if now.attempt < DEATHS.max(now.attempts) => {
                        // Others go first meanwhile: it may not be this job's fault.
                        let pause = doubled(AFTER_DEATH, now.attempt);
                        wait_again(tx, &now, tx.now + pause, now.attempt)?;
                    }
                    None => {
                        let message = "the program stopped while it worked on this, each time it was tried";
                        let fault = JobFault { code: "worker_died".into(), message: message.into() };
                        end(tx, &now, &Outcome::Failed { fault, passing: false })?;
                    }
                }
                Ok(true)
            })?;
            count += usize::from(taken);
        }
        Ok(count)
    }

    /// How many jobs wait and run.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn queue_depth(&self) -> Result<QueueDepth, StoreError> {
        self.read(|db| {
            let count = |state: &str| {
                db.value::<i64>(&format!("SELECT count(*) FROM job WHERE state = '{state}'"), &[])
            };
            Ok(QueueDepth { queued: count("queued")? as u64, running: count("running")? as u64 })
        })
    }

    /// How many jobs of an owner wait.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn waiting_of(&self, owner: &str) -> Result<u64, StoreError> {
        self.read(|db| {
            let sql = "SELECT count(*) FROM job WHERE owner = ?1 AND state = 'queued'";
            Ok(db.value::<i64>(sql, params![owner])? as u64)
        })
    }

    /// Which place a waiting job has, from 1; `None` for one that does not wait, or has more than
    /// [`Self::MOST_BEFORE`] before it. The order between owners may yet change.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn place(&self, job: &Job) -> Result<Option<u64>, StoreError> {
        if job.state != JobState::Queued {
            return Ok(None);
        }
        self.read(|db| {
            // Two ranges of one index: as one condition, all that wait would be read.
            let sql = "SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND priority = ?1 \
                       AND seq < ?2 LIMIT ?3) a";
            let most = Self::MOST_BEFORE + 1;
            let equal: i64 = db.value(sql, params![job.priority, job.seq, most])?;
            let sql = "SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND priority > ?1 \
                       LIMIT ?2) a";
            let before = equal + db.value::<i64>(sql, params![job.priority, most - equal])?;
            Ok((before <= Self::MOST_BEFORE).then_some(before as u64 + 1))
        })
    }
}

/// Ends an attempt.
fn end(tx: &Tx<'_>, job: &Job, outcome: &Outcome) -> Result<(), StoreError> {
    if let Some(started) = job.started.filter(|_| job.state == JobState::Running) {
        serve(tx, &job.owner, (tx.now - started - GUESS).max(-GUESS))?;
    }
    let late = job.deadline.is_some_and(|d| d < tx.now);
    let (state, error, result) = match outcome {
        Outcome::Done { works, result, usage } => {
            for work in works {
                works::insert(tx, job, work)?;
            }
            usage::add(tx, &job.owner, usage)?;
            (JobState::Done, None, result.as_ref())
        }
        Outcome::GivenBack => return wait_again(tx, job, tx.now, job.attempt.saturating_sub(1)),
        Outcome::Cancelled if late => (JobState::Failed, Some(overdue()), None),
        Outcome::Cancelled => (JobState::Cancelled, None, None),
        Outcome::Failed { .. } if job.cancel => (JobState::Cancelled, None, None),
        Outcome::Failed { passing: true, .. } if job.attempt < job.attempts && !late => {
            return wait_again(tx, job, tx.now + doubled(PAUSE, job.attempt), job.attempt);
        }
        Outcome::Failed { fault, .. } => (JobState::Failed, Some(fault.clone()), None),
    };
    let error = error.map(|fault| json!(fault).to_string());
    let result = result.map(Value::to_string);
    let sql = "UPDATE job SET state = ?2, finished = ?3, worker = NULL, lease = NULL, error = ?4, \
               result = ?5 WHERE seq = ?1";
    tx.db.execute(sql, params![job.seq, state.name(), tx.now, error, result])?;
    append(tx, job, "state", Value::Null)?;
    if let Some(url) = &job.webhook {
        hooks::insert(tx, job, state, url)?;
    }
    Ok(())
}

/// A pause after an attempt: doubled with each, up to a limit.
fn doubled(first: i64, attempt: u32) -> i64 {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_PAUSE)
}

/// Lets a job wait for another attempt.
fn wait_again(tx: &Tx<'_>, job: &Job, ready: i64, attempt: u32) -> Result<(), StoreError> {
    let sql = "UPDATE job SET state = 'queued', worker = NULL, lease = NULL, ready = ?2, attempt = ?3, \
               progress = NULL, preview = 0 WHERE seq = ?1";
    tx.db.execute(sql, params![job.seq, ready, attempt])?;
    append(tx, job, "state", Value::Null)?;
    tx.offer(job);
    Ok(())
}

fn overdue() -> JobFault {
    JobFault { code: "deadline".into(), message: "it was not finished by its deadline".into() }
}

/// Fails jobs that waited past their deadline.
pub(crate) fn expire(tx: &Tx<'_>) -> Result<(), StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM job WHERE state = 'queued' AND deadline < ?1{}", tx.db.pick("", SKIP));
    let late = tx.db.rows(&sql, params![tx.now], read)?;
    for job in late {
        end(tx, &job, &Outcome::Failed { fault: overdue(), passing: false })?;
    }
    Ok(())
}

/// Chooses the job that is next, and keeps other claims off it.
fn next(tx: &Tx<'_>, kinds: &[String]) -> Result<Option<i64>, StoreError> {
    let marks: Vec<String> = (2..kinds.len() + 2).map(|n| format!("?{n}")).collect();
    let open = format!("state = 'queued' AND ready <= ?1 AND kind IN ({})", marks.join(", "));
    let values: Vec<Sql<'_>> =
        std::iter::once(Sql::Int(tx.now)).chain(kinds.iter().map(|k| Sql::Text(k))).collect();
    // Of each owner the first of their most urgent; then who among the owners.
    let first = tx.db.pick(GROUPED, STEPWISE).replace("{open}", &open);
    let sql = format!(
        "{first} SELECT o.seq, o.owner, o.priority FROM first o LEFT JOIN share s ON s.owner = o.owner \
         WHERE o.seq IS NOT NULL ORDER BY o.priority DESC, \
           (SELECT count(*) FROM job r WHERE r.state = 'running' AND r.owner = o.owner), \
           coalesce(s.served, 0), coalesce(s.last, 0), o.seq LIMIT {}",
        tx.db.pick("1", TURNS)
    );
    let turns: Vec<(i64, String, i64)> =
        tx.db.rows(&sql, &values, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    if matches!(tx.db, Db::Sqlite(_)) {
        return Ok(turns.into_iter().next().map(|turn| turn.0));
    }
    // Others claim at the same time: theirs are passed over.
    let (owner, priority) = (kinds.len() + 2, kinds.len() + 3);
    let sql = format!(
        "SELECT seq FROM job WHERE {open} AND owner = ?{owner} AND priority = ?{priority} \
         ORDER BY owner, priority, seq LIMIT 1{SKIP}"
    );
    for (_, owner, priority) in &turns {
        let mut values = values.clone();
        values.extend([Sql::Text(owner), Sql::Int(*priority)]);
        if let Some(seq) = tx.db.row(&sql, &values, |r| r.get(0))? {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// Notes what an owner was given. Whoever comes, or comes back, starts from the least of those who
/// wait, so that nobody saves up.
fn serve(tx: &Tx<'_>, owner: &str, millis: i64) -> Result<(), StoreError> {
    // One probe an owner; as EXISTS, PostgreSQL would read all that wait.
    let least = "SELECT coalesce(min(s.served), 0) FROM share s WHERE \
                 (SELECT j.seq FROM job j WHERE j.owner = s.owner AND j.state = 'queued' LIMIT 1) IS NOT NULL";
    let least: i64 = tx.db.value(least, &[])?;
    let sql = format!(
        "INSERT INTO share (owner, served, last) VALUES (?1, ?2, ?4) \
         ON CONFLICT (owner) DO UPDATE SET served = {}(share.served, ?3) + ?5, last = ?4",
        tx.db.pick("max", "greatest")
    );
    tx.db.execute(&sql, params![owner, least + millis, least, tx.now, millis]).map(drop)
}
