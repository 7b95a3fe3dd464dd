//! `/v1/videos`: films in OpenAI's shapes, over the jobs. A film's number is that of its job.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::{Extension, Json};
use colophon_studio::store::{Job, JobFilter, JobId, JobState, StoreError, WorkFilter, WorkRow};
use colophon_studio::{JobOrder, SPRITESHEET, Studio};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{files, jobs};
use crate::app::{App, Path, Query, Shared, limit, read_json};
use crate::error::ApiError;
use crate::form::Form;
use crate::gate::Client;

/// The name under which films are asked for.
const MODEL: &str = "colophon-film";
/// The size of every film.
const SIZE: &str = "1280x720";
/// Shortest film, in seconds: shorter ones are made so long.
const SHORTEST: u64 = 15;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "VideoRequest")]
pub(crate) struct VideoBody {
    prompt: String,
    #[serde(default)]
    seconds: Option<Value>,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    music: Option<String>,
    #[serde(default)]
    voice: Option<String>,
    #[serde(default)]
    recipe: Option<String>,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    seed: Option<u64>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "RemixRequest")]
pub(crate) struct RemixBody {
    prompt: String,
}

/// Which films are listed.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    after: Option<String>,
    limit: Option<usize>,
    order: Option<String>,
}

/// Which file of a film is sent.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ContentQuery {
    variant: Option<String>,
}

fn job_id(id: &str) -> Option<JobId> {
    JobId::parse(&format!("job_{}", id.strip_prefix("video_")?))
}

fn video_id(id: &JobId) -> String {
    id.as_str().replacen("job_", "video_", 1)
}

fn shape(job: &Job) -> Value {
    let status = match job.state {
        JobState::Queued => "queued",
        JobState::Running => "in_progress",
        JobState::Done => "completed",
        JobState::Failed | JobState::Cancelled => "failed",
    };
    let fraction = job.progress.as_ref().and_then(|p| p["fraction"].as_f64()).unwrap_or(0.0);
    let progress = match job.state {
        JobState::Done => 100,
        JobState::Running => overall(job.progress.as_ref(), fraction),
        _ => 0,
    };
    let error = match (&job.error, job.state) {
        (Some(fault), _) => json!(fault),
        (None, JobState::Cancelled) => {
            json!({"code": "cancelled", "message": "the film was stopped on request"})
        }
        _ => Value::Null,
    };
    json!({
        "id": video_id(&job.id),
        "object": "video",
        "model": MODEL,
        "status": status,
        "progress": progress,
        "created_at": job.created / 1000,
        "completed_at": job.finished.filter(|_| job.state == JobState::Done).map(|t| t / 1000),
        "expires_at": null,
        "prompt": job.request["brief"],
        "seconds": job.request["seconds"].as_u64().unwrap_or(30).to_string(),
        "size": SIZE,
        "quality": "standard",
        "remixed_from_video_id": job.tags.iter().find_map(|t| t.strip_prefix("remix of ")),
        "error": error,
        "colophon": {"job": job.id},
    })
}

/// Percent of the whole: stages overlap, and frames are what takes the time.
fn overall(progress: Option<&Value>, fraction: f64) -> u32 {
    let (start, share) = match progress.and_then(|p| p["stage"].as_str()) {
        Some("write") => (2.0, 18.0),
        Some("speak" | "draw") => (10.0, 20.0),
        Some("encode") => (20.0, 75.0),
        Some("seal") => (95.0, 4.0),
        _ => (0.0, 2.0),
    };
    (start + share * fraction) as u32
}

/// A film that this client may see.
fn find(studio: &Studio, client: &Client, id: &str) -> Result<Job, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no video '{id}'"));
    let job = match studio.store()?.job(&job_id(id).ok_or_else(unknown)?) {
        Err(StoreError::Unknown { .. }) => return Err(unknown()),
        other => other?,
    };
    if job.kind == "film" && client.may_see(&job.owner) { Ok(job) } else { Err(unknown()) }
}

async fn read(app: &App, request: Request) -> Result<VideoBody, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("multipart/") {
        return read_json(app, request.into_body()).await;
    }
    let form = Form::read(request, &super::uploads::folder(app)?, app.options.max_body as u64).await?;
    if form.has_file("input_reference") {
        let message = "films are made of words; a picture cannot be their start";
        return Err(ApiError::bad(message, Some("input_reference")));
    }
    let seed: Option<u64> = form.value("seed")?;
    let mut fields: serde_json::Map<String, Value> =
        form.into_words().map(|(name, word)| (name, word.into())).collect();
    fields.insert("seed".into(), json!(seed));
    serde_json::from_value(fields.into())
        .map_err(|e| ApiError::bad(format!("the form cannot be read: {e}"), None))
}

fn request(body: &VideoBody) -> Result<Value, ApiError> {
    if let Some(other) = body.size.as_deref().filter(|s| *s != SIZE && *s != "auto") {
        return Err(ApiError::bad(format!("films are {SIZE}, not {other}"), Some("size")));
    }
    if let Some(other) = body.model.as_deref().filter(|m| *m != MODEL && !m.starts_with("sora")) {
        let message = format!("there is no video model '{other}'; films are made by {MODEL}");
        return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
    }
    let mut request = json!({"brief": body.prompt});
    let seconds = match &body.seconds {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.parse::<u64>().ok()),
        Some(value) => Some(value.as_u64()),
    };
    match seconds {
        None => {}
        Some(Some(seconds)) => request["seconds"] = seconds.max(SHORTEST).into(),
        Some(None) => return Err(ApiError::bad("'seconds' is a number of seconds", Some("seconds"))),
    }
    let words = [
        ("style", &body.style),
        ("music", &body.music),
        ("voice", &body.voice),
        ("recipe", &body.recipe),
        ("lang", &body.lang),
    ];
    for (name, word) in words {
        if let Some(word) = word {
            request[name] = word.clone().into();
        }
    }
    if let Some(seed) = body.seed {
        request["seed"] = seed.into();
    }
    Ok(request)
}

pub(crate) async fn create(
    State(app): Shared,
    Extension(client): Extension<Client>,
    asked: Request,
) -> Result<Json<Value>, ApiError> {
    let body = read(&app, asked).await?;
    let order = JobOrder { kind: "film".into(), request: request(&body)?, ..JobOrder::default() };
    Ok(Json(shape(&jobs::take(&app, &client, order).await?)))
}

pub(crate) async fn remix(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let body: RemixBody = read_json(&app, body).await?;
    let seeker = client.clone();
    let (job, row) = app
        .blocking(move |studio| {
            let job = find(studio, &seeker, &id)?;
            Ok((job.clone(), film(studio, &job)?))
        })
        .await?;
    let mut request = job.request.clone();
    let brief = request["brief"].as_str().unwrap_or_default();
    request["brief"] = format!("{brief}\n{}", body.prompt.trim()).into();
    // The same dice, so that what is not spoken of stays as near as it can.
    request["seed"] = row.work.receipt["seed"].clone();
    let tags = vec![format!("remix of {}", video_id(&job.id))];
    let order = JobOrder { kind: "film".into(), request, tags, ..JobOrder::default() };
    Ok(Json(shape(&jobs::take(&app, &client, order).await?)))
}

pub(crate) async fn get(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(app.blocking(move |studio| Ok(shape(&find(studio, &client, &id)?))).await?))
}

pub(crate) async fn list(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    let limit = limit(query.limit, 20, 100)?;
    if let Some(other) = query.order.as_deref().filter(|o| *o != "desc") {
        return Err(ApiError::bad(format!("films are listed newest first, not '{other}'"), Some("order")));
    }
    let after = match query.after {
        None => None,
        Some(id) => {
            let unknown = || ApiError::bad(format!("there is no video '{id}' to go on from"), Some("after"));
            Some(job_id(&id).ok_or_else(unknown)?)
        }
    };
    let filter =
        JobFilter { owner: client.sees(), kind: Some("film".into()), after, limit, ..JobFilter::default() };
    let (films, more) = app.blocking(move |studio| Ok(studio.store()?.jobs(&filter)?)).await?;
    let data: Vec<Value> = films.iter().map(shape).collect();
    let end = |job: Option<&Job>| job.map(|j| video_id(&j.id));
    Ok(Json(json!({
        "object": "list", "data": data, "has_more": more,
        "first_id": end(films.first()), "last_id": end(films.last()),
    })))
}

/// The finished film of a job.
fn film(studio: &Studio, job: &Job) -> Result<WorkRow, ApiError> {
    if job.state != JobState::Done {
        let message = format!(
            "the video is {}, and has no content",
            shape(job)["status"].as_str().unwrap_or("not there")
        );
        return Err(ApiError { code: "not_ready", ..ApiError::bad(message, None) });
    }
    let filter = WorkFilter { job: Some(job.id.to_string()), limit: 1, ..WorkFilter::default() };
    let found = studio.store()?.works(&filter)?.0.pop();
    found.ok_or_else(|| ApiError::not_found("the video was deleted"))
}

pub(crate) async fn content(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    Query(query): Query<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (name, media_type) = match query.variant.as_deref().unwrap_or("video") {
        "video" => (None, "video/mp4"),
        "thumbnail" => (Some("poster.png"), "image/png"),
        "spritesheet" => (Some(SPRITESHEET), "image/jpeg"),
        other => {
            let message = format!("'{other}' is not offered: 'variant' is video, thumbnail or spritesheet");
            return Err(ApiError::bad(message, Some("variant")));
        }
    };
    let (file, row) = app
        .blocking(move |studio| {
            let row = film(studio, &find(studio, &client, &id)?)?;
            Ok((studio.work_file(&row.work, name)?, row))
        })
        .await?;
    Ok(super::of_work(files::send(file.path(), media_type, &headers, None).await?, &row.work.id))
}

pub(crate) async fn delete(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    client.may_make("video")?;
    let value = app.blocking(move |studio| {
        let job = find(studio, &client, &id)?;
        if !job.state.is_final() {
            studio.cancel_job(&job.id)?;
        } else {
            if let Ok(row) = film(studio, &job) {
                studio.store()?.note_deed(&client.name, "work.remove", &row.work.id, "done")?;
                studio.remove_work(&row.work.id)?;
            }
            studio.store()?.forget_job(&job.id)?;
        }
        Ok(json!({"id": id, "object": "video.deleted", "deleted": true}))
    });
    Ok(Json(value.await?))
}
