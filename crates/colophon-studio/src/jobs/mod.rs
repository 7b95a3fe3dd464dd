//! Jobs: every request that takes longer than an instant, as data that outlives the program.
//!
//! A job is read ([`JobRequest`]) when it is asked for, so that what cannot be done is said at once; it
//! is kept by the store, worked on by [`Workers`], and its sealed files are put into the gallery by the
//! [`shelf`], whole or not at all.

mod edit;
mod film;
mod floor;
mod inputs;
mod line;
mod picture;
mod replay;
mod request;
mod run;
mod shelf;
mod sound;
mod words;
mod workers;

use colophon_store::{Job, NewJob};
use serde_json::Value;
use tracing::field::Empty;
use tracing::info_span;

use crate::{Studio, StudioError, trace};

pub use film::SPRITESHEET;
pub(crate) use floor::Floor;
pub use floor::Tally;
pub use inputs::Input;
pub(crate) use line::Line;
use request::JobRequest;
pub use request::job_schemas;
use shelf::shortened;
pub use workers::{Workers, WorkersOptions};

/// Bytes that must be free on the disk for a job to be taken.
const ROOM: u64 = 256 << 20;

/// How a job is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobOrder {
    /// Who asks.
    pub owner: String,
    /// Whether the owner may use what others made.
    pub sees_all: bool,
    /// What kind of work it is.
    pub kind: String,
    /// The request.
    pub request: Value,
    /// Higher goes first; −10 to 10.
    pub priority: i32,
    /// Must be finished within so many seconds.
    pub deadline_seconds: Option<u32>,
    /// The same key of the same owner gives the same job.
    pub once: Option<String>,
    /// Address that is told when it has ended.
    pub webhook: Option<String>,
    /// Tags of its works.
    pub tags: Vec<String>,
}

impl JobOrder {
    /// The order of the same once more, for the same owner.
    pub fn again(job: Job) -> Self {
        Self {
            owner: job.owner,
            kind: job.kind,
            request: job.request,
            priority: job.priority,
            webhook: job.webhook,
            tags: job.tags,
            ..Self::default()
        }
    }
}

impl Studio {
    /// The content that jobs of a kind make, for the scopes of keys.
    pub fn job_scope(kind: &str) -> &'static str {
        JobRequest::scope(kind)
    }

    /// Takes a job. What cannot be done is said at once.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be read or followed, a file that is not there, too many
    /// jobs that wait, a full disk.
    pub fn submit(&self, order: JobOrder) -> Result<Job, StudioError> {
        let span = info_span!("job.accept", otel.kind = "producer", job.kind = order.kind, job.id = Empty);
        let _within = span.enter();
        let request = JobRequest::read(&order.kind, &order.request)?;
        let store = self.store()?;
        let mut title = request.title();
        if let JobRequest::Picture(picture) = &request {
            picture.check_model(self)?;
        }
        if let JobRequest::Edit(edit) = &request {
            edit.check_model(self)?;
        }
        if let JobRequest::Transcription(job) = &request {
            job.check_model(self)?;
        }
        if let JobRequest::Replay(replay) = &request {
            let first = replay.check(self, &order.owner, order.sees_all)?;
            JobRequest::read(&first.kind, &first.request)?;
        }
        for input in request.inputs() {
            let (name, _) = self.input_named(input, &order.owner, order.sees_all)?;
            if title.is_empty() {
                title = shortened(&name);
            }
        }
        if !(-10..=10).contains(&order.priority) {
            return Err(StudioError::request("the priority is −10 to 10", "leave it out for 0"));
        }
        if let Some(url) = &order.webhook {
            check_webhook(url)?;
        }
        let tags = checked_tags(order.tags)?;
        if order.once.as_ref().is_some_and(|k| k.is_empty() || k.len() > 255) {
            return Err(StudioError::request("an idempotency key has 1 to 255 characters", "shorten it"));
        }
        self.line.check(store, &order.owner)?;
        if let Some(free) = colophon_hub::tools::free_space(&self.home).filter(|f| *f < ROOM) {
            let message = format!("only {} MB are free on the disk of the data folder", free >> 20);
            return Err(StudioError::Full(message));
        }
        if let Some(words) = request.asked() {
            self.screen_early(words)?;
        }
        let deadline = order.deadline_seconds.map(|s| store.now() + i64::from(s) * 1000);
        let new = NewJob {
            priority: order.priority,
            deadline,
            once: order.once,
            webhook: order.webhook,
            tags,
            trace: trace::traceparent(&span),
            ..NewJob::new(&order.owner, &order.kind, &title, order.request)
        };
        let job = store.enqueue(new)?;
        self.line.joined(&job.owner);
        span.record("job.id", job.id.as_str());
        self.floor.ring();
        Ok(job)
    }

    /// Stops a job: at once where it waits, within a step where it runs.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn cancel_job(&self, id: &colophon_store::JobId) -> Result<Job, StudioError> {
        let job = self.store()?.cancel(id)?;
        self.floor.stop(id);
        Ok(job)
    }
}

/// Tags: short, without repetition.
pub(crate) fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, StudioError> {
    let mut out: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().to_owned();
        let plain = !tag.is_empty() && tag.chars().count() <= 60 && !tag.chars().any(char::is_control);
        if !plain {
            return Err(StudioError::request("a tag has 1 to 60 characters", "shorten it"));
        }
        if !out.contains(&tag) {
            out.push(tag);
        }
    }
    if out.len() > 50 {
        return Err(StudioError::request("a work has at most 50 tags", "leave some out"));
    }
    Ok(out)
}

fn check_webhook(url: &str) -> Result<(), StudioError> {
    let fine = (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= 2000;
    if fine && !url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Ok(());
    }
    Err(StudioError::request("a webhook is an http(s) address", "give one of at most 2,000 characters"))
}
