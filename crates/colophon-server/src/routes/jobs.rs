//! `/v1/jobs`: everything that takes longer than an instant; and `/v1/events`, what happens to all of them.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use colophon_studio::store::{
    Job, JobFilter, JobId, JobState, Notice, Store, StoreError, WorkFilter, WorkRow,
};
use colophon_studio::{JobOrder, Studio};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{uploads, works};
use crate::app::{App, Path, Query, Shared, limit, read_json};
use crate::error::ApiError;
use crate::gate::{Client, within_quota};
use crate::sse;

/// Jobs of one list, at most.
const MOST: usize = 200;
/// Events that may wait for a slow reader.
const WAITING: usize = 256;
const ONCE: HeaderName = HeaderName::from_static("idempotency-key");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// What is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "JobOrder")]
pub(crate) struct JobBody {
    /// What is made.
    kind: String,
    /// What of it: hangs on the kind.
    request: Value,
    /// Higher goes first.
    #[serde(default)]
    #[schemars(range(min = -10, max = 10))]
    priority: i32,
    /// Must be finished within so many seconds.
    #[serde(default)]
    deadline_seconds: Option<u32>,
    /// An address that is told `job.done`, `job.failed` or `job.cancelled`, signed as Standard Webhooks say.
    #[serde(default)]
    webhook: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

/// Which jobs are listed.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    status: Option<String>,
    kind: Option<String>,
    /// The last entry of the page before.
    after: Option<String>,
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

/// Which preview is sent.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PreviewQuery {
    n: Option<i64>,
}

/// A job as JSON; `works` as they were found.
pub(crate) fn shape(store: &Store, job: &Job) -> Result<Value, StoreError> {
    let works = if job.state == JobState::Done { works_of(store, job)? } else { Vec::new() };
    let mut value = brief(store, job)?;
    value["request"] = job.request.clone();
    value["result"] = job.result.clone().unwrap_or_default();
    value["works"] = works.iter().map(works::shape).collect();
    Ok(value)
}

/// The works of a job, in the order in which they were made.
pub(super) fn works_of(store: &Store, job: &Job) -> Result<Vec<WorkRow>, StoreError> {
    let filter = WorkFilter { job: Some(job.id.to_string()), limit: 64, ..WorkFilter::default() };
    let (mut works, _) = store.works(&filter)?;
    works.reverse();
    Ok(works)
}

/// A job as JSON without its request, its result and its works.
fn brief(store: &Store, job: &Job) -> Result<Value, StoreError> {
    let preview = (job.preview > 0 && job.state == JobState::Running)
        .then(|| format!("/v1/jobs/{}/preview?n={}", job.id, job.preview));
    Ok(json!({
        "id": job.id,
        "object": "job",
        "kind": job.kind,
        "status": job.state,
        "title": job.title,
        "created_at": job.created / 1000,
        "started_at": job.started.map(|t| t / 1000),
        "finished_at": job.finished.map(|t| t / 1000),
        "priority": job.priority,
        "attempt": job.attempt,
        "cancelling": job.cancel && !job.state.is_final(),
        "queue_position": store.place(job)?,
        "progress": job.progress,
        "preview": preview,
        "error": job.error,
        "owner": job.owner,
        "tags": job.tags,
    }))
}

/// A job that this client may see.
fn find(studio: &Studio, client: &Client, id: &str) -> Result<Job, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no job '{id}'"));
    let id = JobId::parse(id).ok_or_else(unknown)?;
    let job = studio.store()?.job(&id)?;
    if client.may_see(&job.owner) { Ok(job) } else { Err(unknown()) }
}

/// Takes a job.
pub(crate) async fn take(app: &Arc<App>, client: &Client, order: JobOrder) -> Result<Job, ApiError> {
    match order.kind.as_str() {
        // Models are for everyone who makes things, and are fetched by whoever runs the place.
        "pull" => client.must_be_admin()?,
        kind => client.may_make(Studio::job_scope(kind))?,
    }
    within_quota(app, client)?;
    app.model_may_be(order.request["model"].as_str())?;
    let order = JobOrder { owner: client.name.clone(), sees_all: client.sees_all(), ..order };
    app.blocking(move |studio| Ok(studio.submit(order)?)).await
}

/// Takes a job and answers with it.
async fn accept(app: &Arc<App>, client: &Client, order: JobOrder) -> Result<Response, ApiError> {
    let job = take(app, client, order).await?;
    let value = app.blocking(move |studio| Ok(shape(studio.store()?, &job)?)).await?;
    Ok((StatusCode::ACCEPTED, Json(value)).into_response())
}

pub(crate) async fn create(
    State(app): Shared,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body: JobBody = read_json(&app, body).await?;
    let once = headers.get(ONCE).map(|v| v.to_str().map(str::to_owned));
    let once = once.transpose().map_err(|_| ApiError::bad("the Idempotency-Key is no text", None))?;
    let order = JobOrder {
        kind: body.kind,
        request: body.request,
        priority: body.priority,
        deadline_seconds: body.deadline_seconds,
        once,
        webhook: body.webhook,
        tags: body.tags,
        ..JobOrder::default()
    };
    accept(&app, &client, order).await
}

pub(crate) async fn list(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    let state = match query.status.as_deref() {
        None => None,
        Some(name) => Some(JobState::named(name).ok_or_else(|| {
            ApiError::bad("'status' is queued, running, done, failed or cancelled", Some("status"))
        })?),
    };
    let after = match query.after {
        None => None,
        Some(id) => {
            let unknown = || ApiError::bad(format!("there is no job '{id}' to go on from"), Some("after"));
            Some(JobId::parse(&id).ok_or_else(unknown)?)
        }
    };
    let limit = limit(query.limit, 50, MOST)?;
    let filter = JobFilter { owner: client.sees(), state, kind: query.kind, after, limit };
    let value = app.blocking(move |studio| {
        let store = studio.store()?;
        let (jobs, more) = store.jobs(&filter)?;
        let data = jobs.iter().map(|job| shape(store, job)).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({"object": "list", "data": data, "has_more": more}))
    });
    Ok(Json(value.await?))
}

pub(crate) async fn get(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| Ok(shape(studio.store()?, &find(studio, &client, &id)?)?));
    Ok(Json(value.await?))
}

pub(crate) async fn cancel(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        let job = find(studio, &client, &id)?;
        Ok(shape(studio.store()?, &studio.cancel_job(&job.id)?)?)
    });
    Ok(Json(value.await?))
}

pub(crate) async fn retry(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let seeker = client.clone();
    let job = app.blocking(move |studio| find(studio, &seeker, &id)).await?;
    accept(&app, &client, JobOrder::again(job)).await
}

pub(crate) async fn delete(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        let job = find(studio, &client, &id)?;
        studio.store()?.forget_job(&job.id)?;
        Ok(json!({"id": job.id, "object": "job.deleted", "deleted": true}))
    });
    Ok(Json(value.await?))
}

/// A preview of a job that runs, the newest one where no number is given.
pub(crate) async fn preview(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    Query(query): Query<PreviewQuery>,
) -> Result<Response, ApiError> {
    let bytes = app.blocking(move |studio| {
        let job = find(studio, &client, &id)?;
        let none = |_| ApiError::not_found("there is no preview of this job");
        studio.preview(&job.id, query.n.unwrap_or(job.preview)).map_err(none)
    });
    let bytes = bytes.await?;
    Ok(([(header::CONTENT_TYPE, uploads::sniff(&bytes)), (header::CACHE_CONTROL, "no-store")], bytes)
        .into_response())
}

/// The events of one job, from wherever the listener stopped listening.
pub(crate) async fn events(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get(LAST_EVENT).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let last = match last {
        None => 0,
        Some(text) => text.parse().map_err(|_| ApiError::bad("the Last-Event-ID is no number", None))?,
    };
    // Listening begins before the past is read, so that nothing falls between.
    let mut notices = app.studio.store()?.listen();
    let job = app.blocking(move |studio| find(studio, &client, &id)).await?;
    let (send, receive) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut teller = Teller { app, job: job.id, last, send };
        let mut over = teller.past().await;
        while !over {
            over = match notices.recv().await {
                Ok(notice) if notice.job == teller.job => teller.tell(notice).await,
                Ok(_) => teller.send.is_closed(),
                // Too much happened at once: what was missed is on disk.
                Err(RecvError::Lagged(_)) => teller.past().await,
                Err(RecvError::Closed) => true,
            };
        }
    });
    Ok(sse::reply(ReceiverStream::new(receive)))
}

type Told = Result<Event, Infallible>;

/// Tells one listener about one job.
struct Teller {
    app: Arc<App>,
    job: JobId,
    last: i64,
    send: mpsc::Sender<Told>,
}

impl Teller {
    /// Tells what is on disk after what was told last; whether that was all there will be.
    async fn past(&mut self) -> bool {
        let (id, last) = (self.job.clone(), self.last);
        let past = self.app.blocking(move |studio| Ok(studio.store()?.events(&id, last)?));
        let Ok(past) = past.await else { return true };
        // A state that was followed by another is told by the last one.
        let newest = past.iter().rposition(|e| e.name == "state");
        for (index, event) in past.into_iter().enumerate() {
            if event.name == "state" && Some(index) != newest {
                continue;
            }
            let (job, owner) = (self.job.clone(), String::new());
            if self.tell(Notice { job, owner, event }).await {
                return true;
            }
        }
        let id = self.job.clone();
        let state = self.app.blocking(move |studio| Ok(studio.store()?.job(&id)?.state)).await;
        !state.is_ok_and(|state| !state.is_final())
    }

    /// Tells one event; whether it was the last, or nobody listens.
    async fn tell(&mut self, notice: Notice) -> bool {
        let event = notice.event;
        if event.seq <= self.last {
            return false;
        }
        self.last = event.seq;
        let (data, over) = match event.name.as_str() {
            "state" => {
                let id = self.job.clone();
                let job = self.app.blocking(move |studio| {
                    let store = studio.store()?;
                    let job = store.job(&id)?;
                    Ok((shape(store, &job)?, job.state.is_final()))
                });
                match job.await {
                    Ok(told) => told,
                    Err(_) => return true,
                }
            }
            "preview" => {
                let url = format!("/v1/jobs/{}/preview?n={}", self.job, event.data["number"]);
                (json!({"url": url}), false)
            }
            "text" => (json!({"delta": event.data}), false),
            _ => (event.data, false),
        };
        let told = Event::default().id(event.seq.to_string()).event(event.name).data(data.to_string());
        self.send.send(Ok(told)).await.is_err() || over
    }
}

/// What happens to all jobs that this client may see, from now on.
pub(crate) async fn all_events(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Response, ApiError> {
    let mut notices = app.studio.store()?.listen();
    let (send, receive) = mpsc::channel::<Told>(WAITING);
    tokio::spawn(async move {
        loop {
            let notice = tokio::select! {
                notice = notices.recv() => notice,
                () = send.closed() => return,
            };
            let notice = match notice {
                Ok(notice) => notice,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            let wanted = matches!(notice.event.name.as_str(), "state" | "progress");
            if !wanted || !client.may_see(&notice.owner) {
                continue;
            }
            let id = notice.job.clone();
            let told = app.blocking(move |studio| {
                let store = studio.store()?;
                Ok(brief(store, &store.job(&id)?)?)
            });
            let Ok(job) = told.await else { continue };
            let told = Event::default().event("job").data(job.to_string());
            if send.send(Ok(told)).await.is_err() {
                return;
            }
        }
    });
    Ok(sse::reply(ReceiverStream::new(receive)))
}
