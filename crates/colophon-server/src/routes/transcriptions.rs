//! `/v1/audio/transcriptions` and `/v1/audio/translations`: forms with a sound file in them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use colophon_studio::store::Job;
use colophon_studio::{DEFAULT_RECOGNISER, Script, Segment, Transcript, TranscriptFormat, languages};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::attended::{Attended, Step};
use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::form::Form;
use crate::gate::Client;
use crate::sse;

/// OpenAI's names of recognisers, which stand for the usual one.
const THEIRS: [&str; 5] = [
    "whisper-1",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-transcribe-diarize",
];

/// How the answer is written.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Json,
    VerboseJson,
    Plain(TranscriptFormat),
}

fn shape(form: &Form) -> Result<Shape, ApiError> {
    Ok(match form.word("response_format").unwrap_or("json") {
        "json" => Shape::Json,
        "verbose_json" => Shape::VerboseJson,
        "text" => Shape::Plain(TranscriptFormat::Text),
        "srt" => Shape::Plain(TranscriptFormat::Srt),
        "vtt" => Shape::Plain(TranscriptFormat::Vtt),
        other => {
            let message =
                format!("'{other}' is not offered; transcripts come as json, text, srt, verbose_json or vtt");
            return Err(ApiError::bad(message, Some("response_format")));
        }
    })
}

/// The request of the job, but for its file.
fn request(app: &App, form: &Form, translate: bool) -> Result<Value, ApiError> {
    let temperature: Option<f32> = form.value("temperature")?;
    if form.word("script").is_some_and(|name| Script::named(name).is_none()) {
        let message = "'script' must be simplified, traditional or as-heard";
        return Err(ApiError::bad(message, Some("script")));
    }
    let times = form.words("timestamp_granularities");
    if let Some(other) = times.iter().find(|t| !["word", "segment"].contains(&t.as_str())) {
        let message = format!("'{other}' is not offered; times are of words or segments");
        return Err(ApiError::bad(message, Some("timestamp_granularities")));
    }
    let model = form.word("model").filter(|m| !THEIRS.contains(m));
    if let Some(model) = model.filter(|m| app.studio.hub().catalogue().entry(m).is_err()) {
        let message = format!("there is no recogniser '{model}'; known is {DEFAULT_RECOGNISER}");
        return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
    }
    Ok(json!({
        "model": model,
        "lang": form.word("language").filter(|_| !translate),
        "translate": translate,
        "words": times.iter().any(|t| t == "word"),
        "prompt": form.word("prompt"),
        "hotwords": form.word("hotwords"),
        "temperature": temperature,
        "script": form.word("script"),
    }))
}

pub(crate) async fn transcriptions(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&app, &client, request, false).await
}

pub(crate) async fn translations(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&app, &client, request, true).await
}

async fn answer(
    app: &Arc<App>,
    client: &Client,
    sent: Request,
    translate: bool,
) -> Result<Response, ApiError> {
    let mut form = Form::read(sent, &super::uploads::folder(app)?, app.options.max_body as u64).await?;
    let (shape, mut request) = (shape(&form)?, request(app, &form, translate)?);
    let Some(sound) = form.take_files("file").pop() else {
        return Err(ApiError::bad("no sound was sent", Some("file")));
    };
    let words = request["words"] == true;
    let order = move |inputs: &[Value]| {
        request["file"] = inputs[0].clone();
        request
    };
    let attended = Attended::order(app, client, "transcription", vec![sound], order).await?;
    if form.word("stream") == Some("true") {
        return Ok(streamed(attended));
    }
    let made = transcript(&attended.done().await?)?;
    Ok(match shape {
        Shape::Json => Json(json!({"text": made.text(), "usage": usage(&made)})).into_response(),
        Shape::VerboseJson => Json(verbose(&made, translate, words)).into_response(),
        Shape::Plain(TranscriptFormat::Text) => plain(format!("{}\n", made.text()), TranscriptFormat::Text),
        Shape::Plain(format) => plain(made.write(format), format),
    })
}

/// What a finished job heard.
fn transcript(job: &Job) -> Result<Transcript, ApiError> {
    let result = job.result.as_ref().ok_or_else(ApiError::stopped)?;
    Transcript::deserialize(result).map_err(|_| ApiError::stopped())
}

fn plain(text: String, format: TranscriptFormat) -> Response {
    ([(header::CONTENT_TYPE, format.media_type())], text).into_response()
}

/// What OpenAI bills by; here for those who count.
fn usage(made: &Transcript) -> Value {
    json!({"type": "duration", "seconds": made.duration.ceil() as u64})
}

fn verbose(made: &Transcript, translate: bool, words: bool) -> Value {
    let code = made.language.as_deref().unwrap_or_default();
    let segment = |s: &Segment| {
        json!({
            "id": s.id, "seek": s.seek, "start": s.start, "end": s.end, "text": s.text, "tokens": s.tokens,
            "temperature": s.temperature, "avg_logprob": s.avg_logprob,
            "compression_ratio": s.compression_ratio, "no_speech_prob": s.no_speech_prob,
        })
    };
    let mut body = json!({
        "task": if translate { "translate" } else { "transcribe" },
        "language": languages::title(code).unwrap_or(code),
        "duration": made.duration,
        "text": made.text(),
        "segments": made.segments.iter().map(segment).collect::<Vec<_>>(),
        "usage": usage(made),
    });
    if words {
        let words = made.segments.iter().flat_map(|s| &s.words);
        body["words"] = words.map(|w| json!({"word": w.word, "start": w.start, "end": w.end})).collect();
    }
    body
}

/// Answers with events: a `delta` for words as soon as they are known, then `done`.
fn streamed(attended: Attended) -> Response {
    let events = futures_util::stream::unfold(Some(attended), |attended| async move {
        let mut attended = attended?;
        loop {
            let (event, over) = match attended.next().await {
                Ok(Step::Preview(..)) => continue,
                Ok(Step::Text(text)) => (json!({"type": "transcript.text.delta", "delta": text}), false),
                Ok(Step::Done(job)) => match transcript(&job) {
                    Ok(made) => (
                        json!({
                            "type": "transcript.text.done", "text": made.text(), "usage": usage(&made),
                        }),
                        true,
                    ),
                    Err(error) => (error.body(), true),
                },
                Err(error) => (error.body(), true),
            };
            return Some((sse::named(&event), (!over).then_some(attended)));
        }
    });
    sse::reply(events)
}
