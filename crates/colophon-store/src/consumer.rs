//! How a worker comes to its jobs: from the database, or told by the broker where there is one.

use std::time::{Duration, Instant};

use crate::job::{Job, JobId, JobState};
use crate::nats::{Nats, Ticket};
use crate::sql::params;
use crate::{Store, StoreError};

/// How long a worker waits for the broker until it looks into the database by itself: a ticket may be in
/// the hands of a worker that died.
const LOOK: Duration = Duration::from_secs(5);
/// The pause where another just claims the job, or is about to take it up from a worker that died.
const SOON: Duration = Duration::from_millis(100);
/// The pause where the database does not answer.
const LATER: Duration = Duration::from_secs(1);
/// Longest pause that is given to the broker.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Takes jobs for one worker.
pub struct Consumer {
    store: Store,
    worker: String,
    kinds: Vec<String>,
    lease: Duration,
    looked: Option<Instant>,
}

/// A job that a worker has claimed, to be [`close`](Self::close)d when its attempt has ended.
pub struct Claimed {
    /// The job.
    pub job: Job,
    ticket: Option<Ticket>,
}

impl Store {
    /// Takes jobs of some kinds for a worker, with a lease.
    pub fn consumer(&self, worker: &str, kinds: &[&str], lease: Duration) -> Consumer {
        let kinds = kinds.iter().map(|k| (*k).to_owned()).collect();
        Consumer { store: self.clone(), worker: worker.to_owned(), kinds, lease, looked: None }
    }

    /// What a worker needs to know of a job that it was told of: whether it waits and for how long yet, or
    /// whether it was left by its worker.
    fn standing(&self, id: &JobId) -> Result<Standing, StoreError> {
        let row = self.read(|db| {
            let sql = "SELECT state, ready, coalesce(lease, 0) FROM job WHERE id = ?1";
            db.row(sql, params![id.as_str()], |r| {
                Ok((r.get::<String>(0)?, r.get::<i64>(1)?, r.get::<i64>(2)?))
            })
        })?;
        let now = self.now();
        Ok(match row {
            Some((state, ready, _)) if state == JobState::Queued.name() => Standing::Waits(until(ready, now)),
            Some((state, _, lease)) if state == JobState::Running.name() && lease < now => Standing::Left,
            _ => Standing::Gone,
        })
    }
}

enum Standing {
    /// It waits; not to be begun before.
    Waits(Duration),
    /// Its worker died, and it waits again in a moment.
    Left,
    /// Someone works on it, or it has ended.
    Gone,
}

fn until(ready: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(ready - now).unwrap_or(0)).min(LONGEST)
}

impl Consumer {
    /// The next job. Where a broker hands out jobs, waits for one for a while; otherwise answers at once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn next(&mut self, patience: Duration) -> Result<Option<Claimed>, StoreError> {
        let store = self.store.clone();
        let Some(nats) = store.nats().filter(|nats| nats.is_up()) else { return self.look() };
        if self.looked.is_none_or(|at| at.elapsed() > LOOK)
            && let Some(claimed) = self.look()?
        {
            return Ok(Some(claimed));
        }
        match nats.ticket(&self.kinds, patience) {
            Some(ticket) => self.redeem(nats, ticket),
            None => Ok(None),
        }
    }

    /// Whether the broker hands out jobs just now, and [`next`](Self::next) waits.
    pub fn waits(&self) -> bool {
        self.store.nats().is_some_and(Nats::is_up)
    }

    fn look(&mut self) -> Result<Option<Claimed>, StoreError> {
        self.looked = Some(Instant::now());
        Ok(self.claim()?.map(|job| Claimed { job, ticket: None }))
    }

    fn claim(&self) -> Result<Option<Job>, StoreError> {
        let kinds: Vec<&str> = self.kinds.iter().map(String::as_str).collect();
        self.store.claim(&self.worker, &kinds, self.lease)
    }

    /// Claims the best job where the ticket is worth something.
    fn redeem(&mut self, nats: &Nats, ticket: Ticket) -> Result<Option<Claimed>, StoreError> {
        let claimed = match self.store.standing(ticket.job()) {
            Ok(Standing::Waits(pause)) if pause.is_zero() => self.claim(),
            Ok(Standing::Waits(pause)) => {
                ticket.give_back(pause);
                return Ok(None);
            }
            Ok(Standing::Left) => {
                ticket.give_back(LATER);
                return Ok(None);
            }
            Ok(Standing::Gone) => {
                self.forget(nats, ticket)?;
                return Ok(None);
            }
            Err(error) => Err(error),
        };
        match claimed {
            Ok(Some(job)) if job.id == *ticket.job() => {
                self.looked = Some(Instant::now());
                Ok(Some(Claimed { job, ticket: Some(ticket) }))
            }
            Ok(Some(job)) => {
                self.looked = Some(Instant::now());
                ticket.give_back(Duration::ZERO);
                Ok(Some(Claimed { job, ticket: None }))
            }
            Ok(None) => {
                ticket.give_back(SOON);
                Ok(None)
            }
            Err(error) => {
                ticket.give_back(LATER);
                Err(error)
            }
        }
    }

    /// Gives up a ticket whose job does not wait. It may wait again meanwhile, and the ticket that it would
    /// have got was refused because this one was there.
    fn forget(&self, nats: &Nats, ticket: Ticket) -> Result<(), StoreError> {
        let id = ticket.job().clone();
        if nats.forget(ticket) && matches!(self.store.standing(&id)?, Standing::Waits(_)) {
            let kind = self.store.job(&id)?.kind;
            nats.tell(vec![crate::sql::News::Queued(id, kind)]);
        }
        Ok(())
    }
}

impl Claimed {
    /// Says that the work goes on, so that the broker does not tell another of the job.
    pub fn beat(&self) {
        if let Some(ticket) = &self.ticket {
            ticket.beat();
        }
    }

    /// Ends it, with the job as it is in the records then; `None` where that is not known or another holds
    /// it.
    pub fn close(self, store: &Store, ended: Option<&Job>) {
        let Some(ticket) = self.ticket else { return };
        match ended {
            Some(job) if job.state == JobState::Queued => ticket.give_back(until(job.ready, store.now())),
            Some(_) => ticket.end(),
            // Whoever gets it looks.
            None => ticket.give_back(LATER),
        }
    }
}
