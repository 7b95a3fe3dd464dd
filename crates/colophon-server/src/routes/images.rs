//! `/v1/images/generations`, and how pictures are answered with, whole or as events.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::store::WorkRow;
use colophon_studio::{DiffusionRequest, JobOrder, Partial, PictureRequest, Sealed, Studio, StudioError};
use colophon_types::{Cancel, LangChoice, NoProgress, PictureFormat};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::ReceiverStream;

use super::jobs;
use crate::app::{App, Shared, read_json};
use crate::error::ApiError;
use crate::gate::Client;
use crate::reply::now;
use crate::sse;
use crate::stream::Watched;

/// The name of the engine that needs no model.
pub(super) const COMPOSER: &str = "composer";
/// Pictures of one request, at most.
pub(super) const MOST: usize = 10;
/// Pictures on the way, at most (so OpenAI has it).
pub(super) const PARTIALS: usize = 3;
/// Events that may wait for a slow reader.
const EVENTS: usize = 16;

#[derive(Deserialize)]
struct ImageBody {
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

/// Who draws what.
enum Order {
    Composed(PictureRequest),
    Diffused(Box<DiffusionRequest>),
}

pub(crate) async fn generations(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Response, ApiError> {
    let body: ImageBody = read_json(&app, body).await?;
    let (stream, format) = (body.stream == Some(true), body_format(&body)?);
    let order = order(&app, body)?;
    if !stream {
        return by_job(&app, &client, &order, format).await;
    }
    let work = move |studio: &Studio, watch: &mut dyn FnMut(Partial), cancel: &Cancel| match &order {
        Order::Composed(request) => {
            let made = studio.imagine(request, &NoProgress, cancel)?;
            Ok(made.into_iter().map(|picture| picture.sealed).collect())
        }
        Order::Diffused(request) => studio.diffuse(request, watch, &NoProgress, cancel),
    };
    Ok(streamed(&app, "image_generation", format, work))
}

/// Lets a job make pictures, waits for its end, and answers with all of them. They stay in the gallery.
async fn by_job(
    app: &Arc<App>,
    client: &Client,
    order: &Order,
    format: PictureFormat,
) -> Result<Response, ApiError> {
    let mut request = match order {
        Order::Composed(r) => json!({
            "prompt": r.prompt, "size": format!("{}x{}", r.size.0, r.size.1), "style": r.style, "seed": r.seed,
            "count": r.count,
        }),
        Order::Diffused(r) => json!({
            "prompt": r.prompt, "negative": r.negative, "model": r.model, "steps": r.steps,
            "guidance": r.guidance, "scheduler": r.scheduler, "seed": r.seed, "count": r.count,
            "size": r.size.map(|(w, h)| format!("{w}x{h}")),
        }),
    };
    request["format"] = short(format).into();
    if let PictureFormat::Jpeg { quality } = format {
        request["quality"] = quality.into();
    }
    let order = JobOrder { kind: "picture".into(), request, ..JobOrder::default() };
    let works = jobs::ended(app, client, order).await?;
    let rows = app.blocking(move |studio| {
        let row = |work: &WorkRow| {
            let path = studio.work_path(&work.work, None)?;
            let bytes = std::fs::read(path).map_err(|_| ApiError::stopped())?;
            let work = &work.work;
            let marks = json!({
                "work_id": work.id, "seed": work.receipt["seed"], "sha256": work.sha256,
                "log_index": work.log_index,
            });
            Ok((json!({"b64_json": STANDARD.encode(bytes)}), marks))
        };
        works.iter().map(row).collect::<Result<Vec<_>, ApiError>>()
    });
    Ok(reply(rows.await?, format))
}

/// Makes pictures and answers with all of them.
pub(super) async fn whole(
    app: &App,
    format: PictureFormat,
    work: impl FnOnce(&Studio, &mut dyn FnMut(Partial), &Cancel) -> Result<Vec<Sealed>, StudioError>
    + Send
    + 'static,
) -> Result<Response, ApiError> {
    let (studio, watched) = (Arc::clone(&app.studio), Watched::default());
    let cancel = watched.cancel();
    let work = tokio::task::spawn_blocking(move || {
        let made = work(&studio, &mut |_| {}, &cancel)?;
        made.iter().map(row).collect::<Result<Vec<_>, ApiError>>()
    });
    let made = work.await.map_err(|_| ApiError::stopped())??;
    drop(watched);
    Ok(reply(made, format))
}

/// Makes pictures and answers with events: those on the way, then those that are done. `kind` begins the
/// names of the events.
pub(super) fn streamed(
    app: &App,
    kind: &'static str,
    format: PictureFormat,
    work: impl FnOnce(&Studio, &mut dyn FnMut(Partial), &Cancel) -> Result<Vec<Sealed>, StudioError>
    + Send
    + 'static,
) -> Response {
    let (studio, watched) = (Arc::clone(&app.studio), Watched::default());
    let cancel = watched.cancel();
    let (send, receive) = tokio::sync::mpsc::channel(EVENTS);
    tokio::task::spawn_blocking(move || {
        let event = |sealed: &Sealed, name: &str, index: Option<usize>| {
            let (data, marks) = row(sealed)?;
            let mut event = json!({
                "type": format!("{kind}.{name}"), "b64_json": data["b64_json"], "created_at": now(),
                "output_format": short(format), "colophon": marks,
            });
            if let Some(index) = index {
                event["partial_image_index"] = json!(index);
            }
            Ok::<_, ApiError>(event)
        };
        let mut watch = |partial: Partial| {
            if let Ok(event) = event(&partial.sealed, "partial_image", Some(partial.index)) {
                let _ = send.blocking_send(sse::named(&event));
            }
        };
        let made = work(&studio, &mut watch, &cancel);
        let finished = made.map_err(ApiError::from).and_then(|made| {
            made.iter().map(|sealed| event(sealed, "completed", None)).collect::<Result<Vec<_>, _>>()
        });
        let events = finished.unwrap_or_else(|e| vec![e.body()]);
        for event in events {
            let _ = send.blocking_send(sse::named(&event));
        }
    });
    // When the client goes away the stream is dropped, and with it what keeps the work going.
    sse::reply(ReceiverStream::new(receive).inspect(move |_| _ = &watched))
}

fn short(format: PictureFormat) -> &'static str {
    format.media_type().trim_start_matches("image/")
}

/// A picture as OpenAI gives it, and its marks as we do.
fn row(sealed: &Sealed) -> Result<(Value, Value), ApiError> {
    let bytes = sealed.bytes().map_err(|_| ApiError::stopped())?;
    let receipt = sealed.receipt();
    let marks = json!({
        "work_id": receipt.work_id, "seed": receipt.seed, "sha256": sealed.sha256(),
        "log_index": sealed.log_position().index,
    });
    Ok((json!({"b64_json": STANDARD.encode(bytes)}), marks))
}

/// The answer with some pictures.
fn reply(rows: Vec<(Value, Value)>, format: PictureFormat) -> Response {
    let (data, marks): (Vec<Value>, Vec<Value>) = rows.into_iter().unzip();
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
    let Some(format) = PictureFormat::named(name).filter(|_| name != "jpg") else {
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

fn order(app: &App, body: ImageBody) -> Result<Order, ApiError> {
    let bad = |message: String, param| Err(ApiError::bad(message, Some(param)));
    let model = body.model.as_deref().unwrap_or(COMPOSER);
    let diffusion = model != COMPOSER;
    if diffusion && !app.studio.knows_diffusion(model) {
        let message = format!("there is no image model '{model}'; known are {COMPOSER} and diffusion models");
        return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
    }
    let format = body_format(&body)?;
    if let Some(other) = body.background.as_deref().filter(|b| !["auto", "opaque"].contains(b)) {
        return bad(format!("'{other}' is not offered; pictures of words are opaque"), "background");
    }
    let partials = body.partial_images.unwrap_or(0);
    if partials > PARTIALS {
        return bad(format!("'partial_images' must be between 0 and {PARTIALS}"), "partial_images");
    }
    let count = body.n.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return bad(format!("'n' must be between 1 and {MOST}"), "n");
    }
    let size = size(body.size.as_deref())?;
    if diffusion {
        return Ok(Order::Diffused(Box::new(DiffusionRequest {
            model: model.to_owned(),
            prompt: body.prompt,
            negative: body.negative_prompt.unwrap_or_default(),
            size,
            steps: body.steps,
            guidance: body.guidance,
            scheduler: body.scheduler,
            seed: body.seed,
            count,
            format,
            partials,
            ..DiffusionRequest::default()
        })));
    }
    let style = body.style.filter(|s| !["vivid", "natural"].contains(&s.as_str()));
    Ok(Order::Composed(PictureRequest {
        prompt: body.prompt,
        size: size.unwrap_or((1024, 1024)),
        style,
        seed: body.seed,
        count,
        lang: LangChoice::Auto,
        variation_of: None,
        edit_of: None,
        edits: Vec::new(),
        format,
    }))
}
