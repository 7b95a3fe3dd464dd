//! Jobs that someone waits for: the synchronous routes are this and no more. A job is stopped when whoever
//! waits for it goes away.

use std::collections::VecDeque;
use std::sync::Arc;

use colophon_studio::JobOrder;
use colophon_studio::store::{Job, JobEvent, JobId, JobState, Notice};
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::jobs::take;
use crate::app::App;
use crate::error::ApiError;
use crate::form::SentFile;
use crate::gate::Client;

/// What happens to a job on its way.
pub(crate) enum Step {
    /// A preview lies at its place: its number from 1, and its marks.
    Preview(i64, Value),
    /// Words were written.
    Text(String),
    /// It is done.
    Done(Box<Job>),
}

/// A job that someone waits for.
pub(crate) struct Attended {
    app: Arc<App>,
    job: JobId,
    notices: Receiver<Notice>,
    /// Number of the last event that was told.
    last: i64,
    /// Events that were read and not told yet.
    ready: VecDeque<JobEvent>,
    over: bool,
    /// Files that were brought for this job alone.
    brought: Vec<String>,
}

impl Attended {
    /// Orders a job whose request names `files` by the identifiers that `request` is given; they go when
    /// the job has ended.
    pub(crate) async fn order(
        app: &Arc<App>,
        client: &Client,
        kind: &str,
        files: Vec<SentFile>,
        request: impl FnOnce(&[Value]) -> Value,
    ) -> Result<Self, ApiError> {
        let owner = client.name.clone();
        let brought = app.blocking(move |studio| {
            let mut brought = Vec::new();
            for sent in files {
                match super::uploads::bring(studio, &owner, sent) {
                    Ok(upload) => brought.push(upload.id),
                    Err(error) => {
                        let_go(studio, &brought);
                        return Err(error);
                    }
                }
            }
            Ok(brought)
        });
        let brought = brought.await?;
        let inputs: Vec<Value> = brought.iter().map(|id| serde_json::json!({"upload": id})).collect();
        let order = JobOrder { kind: kind.to_owned(), request: request(&inputs), ..JobOrder::default() };
        // Listening begins before the order, so that nothing falls between.
        let notices = app.studio.store()?.listen();
        match take(app, client, order).await {
            Ok(job) => Ok(Self {
                app: Arc::clone(app),
                job: job.id,
                notices,
                last: 0,
                ready: VecDeque::new(),
                over: false,
                brought,
            }),
            Err(error) => {
                app.blocking(move |studio| {
                    let_go(studio, &brought);
                    Ok(())
                })
                .await?;
                Err(error)
            }
        }
    }

    /// The job's number.
    pub(crate) fn id(&self) -> &JobId {
        &self.job
    }

    /// What comes next. After [`Step::Done`] nothing does.
    pub(crate) async fn next(&mut self) -> Result<Step, ApiError> {
        loop {
            let event = match self.ready.pop_front() {
                Some(event) => event,
                None => match self.notices.recv().await {
                    Ok(notice) if notice.job == self.job => notice.event,
                    Ok(_) => continue,
                    Err(RecvError::Closed) => return Err(ApiError::stopped()),
                    // Too much happened at once: what was missed is in the records.
                    Err(RecvError::Lagged(_)) => {
                        let (job, last) = (self.job.clone(), self.last);
                        let missed = self.app.blocking(move |s| Ok(s.store()?.events(&job, last)?));
                        self.ready = missed.await?.into();
                        continue;
                    }
                },
            };
            if event.seq <= self.last {
                continue;
            }
            self.last = event.seq;
            match event.name.as_str() {
                "preview" => {
                    let number = event.data["number"].as_i64().unwrap_or_default();
                    return Ok(Step::Preview(number, event.data["marks"].clone()));
                }
                "text" => return Ok(Step::Text(event.data.as_str().unwrap_or_default().to_owned())),
                "state" => {
                    if let Some(done) = self.ended().await? {
                        return Ok(done);
                    }
                }
                _ => {}
            }
        }
    }

    /// The end, if the job has come to it.
    async fn ended(&mut self) -> Result<Option<Step>, ApiError> {
        let id = self.job.clone();
        let job = self.app.blocking(move |studio| Ok(studio.store()?.job(&id)?)).await?;
        if !job.state.is_final() {
            return Ok(None);
        }
        self.over = true;
        match &job.error {
            Some(fault) => Err(ApiError::of_fault(fault)),
            None if job.state == JobState::Done => Ok(Some(Step::Done(Box::new(job)))),
            None => Err(ApiError { code: "cancelled", ..ApiError::stopped() }),
        }
    }

    /// Waits for the end.
    pub(crate) async fn done(mut self) -> Result<Job, ApiError> {
        loop {
            if let Step::Done(job) = self.next().await? {
                return Ok(*job);
            }
        }
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        let (studio, job, brought) =
            (Arc::clone(&self.app.studio), self.job.clone(), std::mem::take(&mut self.brought));
        let stop = !self.over;
        if !stop && brought.is_empty() {
            return;
        }
        tokio::task::spawn_blocking(move || {
            if stop {
                // A running job still reads its files; they go when their time is over.
                let _ = studio.cancel_job(&job);
            } else {
                let_go(&studio, &brought);
            }
        });
    }
}

fn let_go(studio: &colophon_studio::Studio, brought: &[String]) {
    for id in brought {
        if let Err(error) = studio.let_go(id) {
            tracing::warn!("the upload {id} stays: {error}");
        }
    }
}
