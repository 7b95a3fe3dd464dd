//! `/v1/images/generations`, and how pictures are answered with, whole or as events.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::Studio;
use colophon_studio::store::{Job, WorkRow};
use colophon_types::PictureFormat;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::ReceiverStream;

use colophon_studio::TERRAIN;

use super::attended::{Attended, Step};
use super::jobs;
use crate::app::{App, Shared, read_json};
use crate::error::ApiError;
use crate::gate::Client;
use crate::reply::now;
use crate::sse;

/// The name of the engine that needs no model.
pub(super) const COMPOSER: &str = "composer";
/// Pictures of one request, at most.
pub(super) const MOST: usize = 10;
/// Pictures on the way, at most (so OpenAI has it).
pub(super) const PARTIALS: usize = 3;
/// Events that may wait for a slow reader.
const EVENTS: usize = 16;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ImageRequest")]
pub(crate) struct ImageBody {
    prompt: String,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    n: Option<usize>,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    response_format: Option<String>,
    #[serde(default)]
    output_format: Option<String>,
    #[serde(default)]
    output_compression: Option<u8>,
    #[serde(default)]
    background: Option<String>,
    /// A style of ours, not OpenAI's `vivid` and `natural`, which are taken for the default.
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    partial_images: Option<usize>,
    /// Of diffusion models, these and those below.
    #[serde(default)]
    negative_prompt: Option<String>,
    #[serde(default)]
    steps: Option<usize>,
    #[serde(default)]
    guidance: Option<f32>,
    #[serde(default)]
    scheduler: Option<String>,
}

pub(crate) async fn generations(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Response, ApiError> {
    let body: ImageBody = read_json(&app, body).await?;
    let (stream, format) = (body.stream == Some(true), body_format(&body)?);
    let mut request = order(&app, body)?;
    set_format(&mut request, format, "quality");
    let attended = Attended::order(&app, &client, "picture", Vec::new(), |_| request).await?;
    if stream {
        return Ok(streamed(&app, "image_generation", format, attended));
    }
    answer(&app, format, attended).await
}

/// Sets how a job's pictures are written; `quality` names the field of JPEG's.
pub(super) fn set_format(request: &mut Value, format: PictureFormat, quality: &str) {
    request["format"] = short(format).into();
    if let PictureFormat::Jpeg { quality: value } = format {
        request[quality] = value.into();
    }
}

/// Waits for a job's end, and answers with all of its pictures. They stay in the gallery.
pub(super) async fn answer(
    app: &Arc<App>,
    format: PictureFormat,
    attended: Attended,
) -> Result<Response, ApiError> {
    let job = attended.done().await?;
    Ok(reply(pictures(app, job).await?, format))
}

/// The pictures of a job that is done, the first one first.
async fn pictures(app: &App, job: Job) -> Result<Vec<(String, Value)>, ApiError> {
    app.blocking(move |studio| {
        let works = jobs::works_of(studio.store()?, &job)?;
        works.iter().map(|work| row(studio, work)).collect()
    })
    .await
}

/// Answers with events: pictures on the way, then those that are done. `kind` begins the names of the
/// events.
pub(super) fn streamed(
    app: &Arc<App>,
    kind: &'static str,
    format: PictureFormat,
    mut attended: Attended,
) -> Response {
    let (app, job) = (Arc::clone(app), attended.id().clone());
    let event = move |name: &str, data: String, marks: Value| {
        json!({
            "type": format!("{kind}.{name}"), "b64_json": data, "created_at": now(),
            "output_format": short(format), "colophon": marks,
        })
    };
    let (send, receive) = tokio::sync::mpsc::channel(EVENTS);
    tokio::spawn(async move {
        loop {
            let step = tokio::select! {
                step = attended.next() => step,
                // When the client goes away the job is stopped.
                () = send.closed() => return,
            };
            let events = match step {
                Ok(Step::Text(_)) => continue,
                Ok(Step::Preview(number, marks)) => {
                    let job = job.clone();
                    let read = app.blocking(move |studio| {
                        studio.preview(&job, number).map_err(|_| ApiError::stopped())
                    });
                    let Ok(bytes) = read.await else { continue };
                    let mut event = event("partial_image", STANDARD.encode(bytes), marks);
                    event["partial_image_index"] = json!(number - 1);
                    vec![event]
                }
                Ok(Step::Done(job)) => {
                    let done = |(data, marks)| event("completed", data, marks);
                    match pictures(&app, *job).await {
                        Ok(rows) => rows.into_iter().map(done).collect(),
                        Err(error) => vec![error.body()],
                    }
                }
                Err(error) => vec![error.body()],
            };
            let over = events.last().is_none_or(|e| e.get("partial_image_index").is_none());
            for event in events {
                if send.send(sse::named(&event)).await.is_err() {
                    return;
                }
            }
            if over {
                return;
            }
        }
    });
    sse::reply(ReceiverStream::new(receive))
}

fn short(format: PictureFormat) -> &'static str {
    format.media_type().trim_start_matches("image/")
}

/// A picture of the gallery as OpenAI gives it, in Base64, and its marks as we do.
fn row(studio: &Studio, work: &WorkRow) -> Result<(String, Value), ApiError> {
    let work = &work.work;
    let bytes = std::fs::read(studio.work_file(work, None)?).map_err(|_| ApiError::stopped())?;
    let marks = json!({
        "work_id": work.id, "seed": work.receipt["seed"], "sha256": work.sha256, "log_index": work.log_index,
    });
    Ok((STANDARD.encode(bytes), marks))
}

/// The answer with some pictures.
fn reply(rows: Vec<(String, Value)>, format: PictureFormat) -> Response {
    let (data, marks): (Vec<Value>, Vec<Value>) =
        rows.into_iter().map(|(data, marks)| (json!({"b64_json": data}), marks)).unzip();
    let body = json!({"created": now(), "data": data, "output_format": short(format), "colophon": marks});
    let response = Json(body).into_response();
    match marks.as_slice() {
        [only] => super::of_work(response, only["work_id"].as_str().unwrap_or_default()),
        _ => response,
    }
}

/// A size; `None` where it is left to us.
pub(super) fn size(text: Option<&str>) -> Result<Option<(u32, u32)>, ApiError> {
    let Some(text) = text.filter(|t| *t != "auto") else { return Ok(None) };
    let sides = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let bad = || ApiError::bad(format!("'{text}' is no size; give WxH, such as 1024x1024"), Some("size"));
    sides.map(Some).ok_or_else(bad)
}

/// OpenAI's names of formats, and their compression from 0 to 100.
pub(super) fn format(name: Option<&str>, compression: Option<u8>) -> Result<PictureFormat, ApiError> {
    let bad = |message: String, param| Err(ApiError::bad(message, Some(param)));
    let name = name.unwrap_or("png");
    let is_theirs = ["png", "jpeg", "webp"].contains(&name);
    let Some(format) = PictureFormat::named(name).filter(|_| is_theirs) else {
        return bad(format!("'{name}' is not offered; pictures come as png, jpeg or webp"), "output_format");
    };
    match (format, compression) {
        (_, Some(101..)) => {
            bad("'output_compression' must be between 0 and 100".into(), "output_compression")
        }
        (PictureFormat::Jpeg { .. }, Some(quality)) => Ok(PictureFormat::Jpeg { quality: quality.max(1) }),
        (_, None | Some(100)) => Ok(format),
        _ => bad(
            format!("{name} is written without loss: leave 'output_compression' out"),
            "output_compression",
        ),
    }
}

fn body_format(body: &ImageBody) -> Result<PictureFormat, ApiError> {
    if let Some(other) = body.response_format.as_deref().filter(|f| *f != "b64_json") {
        let message = format!("'{other}' is not offered; pictures come as b64_json");
        return Err(ApiError::bad(message, Some("response_format")));
    }
    format(body.output_format.as_deref(), body.output_compression)
}

/// The request of the job that makes what is asked for.
fn order(app: &App, body: ImageBody) -> Result<Value, ApiError> {
    let bad = |message: String, param| Err(ApiError::bad(message, Some(param)));
    let model = body.model.as_deref().unwrap_or(COMPOSER);
    let diffusion = ![COMPOSER, TERRAIN].contains(&model);
    if diffusion && !app.studio.knows_diffusion(model) {
        let message = format!(
            "there is no image model '{model}'; known are {COMPOSER}, {TERRAIN} and diffusion models"
        );
        return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
    }
    match body.background.as_deref() {
        None | Some("auto" | "opaque") => {}
        Some("transparent") if model == TERRAIN => {
            return bad("a landscape has no background to leave out".into(), "background");
        }
        Some("transparent") if !body_format(&body)?.holds_alpha() => {
            return bad("a transparent background needs 'output_format' png or webp".into(), "background");
        }
        Some("transparent") => {}
        Some(other) => {
            return bad(
                format!("'{other}' is not offered; choose transparent, opaque or auto"),
                "background",
            );
        }
    }
    let partials = body.partial_images.unwrap_or(0);
    if partials > PARTIALS {
        return bad(format!("'partial_images' must be between 0 and {PARTIALS}"), "partial_images");
    }
    let count = body.n.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return bad(format!("'n' must be between 1 and {MOST}"), "n");
    }
    let size = size(body.size.as_deref())?.map(|(width, height)| format!("{width}x{height}"));
    let request = json!({
        "prompt": body.prompt, "model": model, "size": size, "seed": body.seed, "count": count,
        "background": body.background,
    });
    let style = body.style.filter(|s| !["vivid", "natural"].contains(&s.as_str()));
    let own = if diffusion {
        json!({
            "negative": body.negative_prompt, "steps": body.steps, "guidance": body.guidance,
            "scheduler": body.scheduler, "previews": partials,
        })
    } else {
        json!({"style": style})
    };
    let all = [request, own].into_iter().filter_map(|part| match part {
        Value::Object(fields) => Some(fields),
        _ => None,
    });
    Ok(Value::Object(all.flatten().filter(|(_, value)| !value.is_null()).collect()))
}
