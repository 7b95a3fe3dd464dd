//! Webhooks that are still to be told: kept with the end of the job, so that none is lost.

use serde_json::json;

use crate::job::{Job, JobState};
use crate::sql::{Tx, params};
use crate::{Store, StoreError};

/// How often an address is tried.
const ATTEMPTS: i64 = 8;
/// The pause before the second attempt; it trebles with each further one.
const PAUSE: i64 = 5_000;

/// A message to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub seq: i64,
    /// Its identifier: the same each time it is tried, so that a receiver knows a repetition.
    pub id: String,
    /// The address.
    pub url: String,
    /// JSON.
    pub body: String,
    /// Times that it was tried already.
    pub attempt: i64,
    /// The span that ordered the job, as the header `traceparent` tells it.
    pub trace: Option<String>,
}

/// Notes that an address is to be told of the end of a job.
pub(crate) fn insert(tx: &Tx<'_>, job: &Job, state: JobState, url: &str) -> Result<(), StoreError> {
    let id = format!("msg_{}", uuid::Uuid::now_v7().simple());
    let body = json!({
        "id": id,
        "object": "event",
        "type": format!("job.{}", state.name()),
        "created_at": tx.now / 1000,
        "data": {"id": job.id, "kind": job.kind},
    });
    let sql = "INSERT INTO delivery (id, job, url, body, ready) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.db.execute(sql, params![id, job.id.as_str(), url, body.to_string(), tx.now]).map(drop)
}

impl Store {
    /// Messages whose time has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn deliveries(&self, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let now = self.now();
        self.read(|db| {
            let sql = "SELECT d.seq, d.id, d.url, d.body, d.attempt, j.trace FROM delivery d \
                 LEFT JOIN job j ON j.id = d.job WHERE d.ready <= ?1 ORDER BY d.seq LIMIT ?2";
            db.rows(sql, params![now, limit as i64], |r| {
                Ok(Delivery {
                    seq: r.get(0)?,
                    id: r.get(1)?,
                    url: r.get(2)?,
                    body: r.get(3)?,
                    attempt: r.get(4)?,
                    trace: r.get(5)?,
                })
            })
        })
    }

    /// Notes how it went: a message that was taken is forgotten, another is tried again later, eight
    /// times in all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn delivered(&self, delivery: &Delivery, taken: bool) -> Result<(), StoreError> {
        let (seq, attempt) = (delivery.seq, delivery.attempt + 1);
        self.write(move |tx| {
            if taken || attempt >= ATTEMPTS {
                tx.db.execute("DELETE FROM delivery WHERE seq = ?1", params![seq])?;
            } else {
                let ready = tx.now + PAUSE * 3i64.pow(u32::try_from(attempt - 1).unwrap_or(0));
                tx.db.execute(
                    "UPDATE delivery SET attempt = ?2, ready = ?3 WHERE seq = ?1",
                    params![seq, attempt, ready],
                )?;
            }
            Ok(())
        })
    }
}
