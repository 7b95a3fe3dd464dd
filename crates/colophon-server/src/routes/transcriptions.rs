//! `/v1/audio/transcriptions` and `/v1/audio/translations`: forms with a sound file in them.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use colophon_studio::{
    DEFAULT_RECOGNISER, Script, Segment, TranscribeRequest, Transcribed, TranscriptFormat, languages,
};
use colophon_types::NoProgress;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::sse;
use crate::stream::Watched;

/// Longest word of a form, in bytes.
const LONGEST_WORD: usize = 64 << 10;
/// Events that may wait for a slow reader.
const EVENTS: usize = 64;
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

/// A form: words by name, and the sound in a file that is gone with this value.
struct Form {
    words: HashMap<String, Vec<String>>,
    sound: NamedTempFile,
}

impl Form {
    async fn read(app: &App, request: Request) -> Result<Self, ApiError> {
        let unreadable = |why: &str| ApiError::bad(format!("the form cannot be read: {why}"), None);
        let broken = |e: MultipartError| unreadable(&e.body_text());
        let unwritten = |_: std::io::Error| ApiError::stopped();
        let form = Multipart::from_request(request, &()).await;
        let mut multipart = form.map_err(|e| unreadable(&e.body_text()))?;
        let (mut words, mut sound): (HashMap<String, Vec<String>>, _) = (HashMap::new(), None);
        let (mut total, limit) = (0, app.options.max_body);
        while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().trim_end_matches("[]").to_owned();
            let mut file = if name == "file" { Some(NamedTempFile::new().map_err(unwritten)?) } else { None };
            let mut word = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                total += chunk.len();
                if total > limit {
                    return Err(ApiError::too_large(limit));
                }
                match &mut file {
                    Some(file) => file.write_all(&chunk).map_err(unwritten)?,
                    None if word.len() + chunk.len() > LONGEST_WORD => {
                        return Err(ApiError::bad(format!("'{name}' is too long"), Some(&name)));
                    }
                    None => word.extend_from_slice(&chunk),
                }
            }
            match file {
                Some(file) => sound = Some(file),
                None => {
                    let word = String::from_utf8(word).map_err(|e| unreadable(&e.to_string()))?;
                    words.entry(name).or_default().push(word);
                }
            }
        }
        let sound = sound.ok_or_else(|| ApiError::bad("no sound was sent", Some("file")))?;
        Ok(Self { words, sound })
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.words.get(name).and_then(|w| w.last()).map(String::as_str).filter(|w| !w.is_empty())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.word(name).map(str::to_owned)
    }

    fn shape(&self) -> Result<Shape, ApiError> {
        Ok(match self.word("response_format").unwrap_or("json") {
            "json" => Shape::Json,
            "verbose_json" => Shape::VerboseJson,
            "text" => Shape::Plain(TranscriptFormat::Text),
            "srt" => Shape::Plain(TranscriptFormat::Srt),
            "vtt" => Shape::Plain(TranscriptFormat::Vtt),
            other => {
                let message = format!(
                    "'{other}' is not offered; transcripts come as json, text, srt, verbose_json or vtt"
                );
                return Err(ApiError::bad(message, Some("response_format")));
            }
        })
    }

    fn request(&self, translate: bool) -> Result<TranscribeRequest, ApiError> {
        let temperature = match self.word("temperature") {
            None => None,
            Some(word) => Some(word.trim().parse().map_err(|_| {
                ApiError::bad(format!("'{word}' is no value of 'temperature'"), Some("temperature"))
            })?),
        };
        let script = match self.word("script") {
            None => Script::default(),
            Some(name) => Script::named(name).ok_or_else(|| {
                ApiError::bad("'script' must be simplified, traditional or as-heard", Some("script"))
            })?,
        };
        let times = self.words.get("timestamp_granularities").map_or(&[][..], Vec::as_slice);
        if let Some(other) = times.iter().find(|t| !["word", "segment"].contains(&t.as_str())) {
            let message = format!("'{other}' is not offered; times are of words or segments");
            return Err(ApiError::bad(message, Some("timestamp_granularities")));
        }
        Ok(TranscribeRequest {
            model: self.owned("model").filter(|m| !THEIRS.contains(&m.as_str())),
            lang: if translate { None } else { self.owned("language") },
            translate,
            words: times.iter().any(|t| t == "word"),
            prompt: self.owned("prompt"),
            hotwords: self.owned("hotwords"),
            temperature,
            script,
            ..TranscribeRequest::default()
        })
    }
}

pub(crate) async fn transcriptions(State(app): Shared, request: Request) -> Result<Response, ApiError> {
    answer(&app, request, false).await
}

pub(crate) async fn translations(State(app): Shared, request: Request) -> Result<Response, ApiError> {
    answer(&app, request, true).await
}

async fn answer(app: &App, request: Request, translate: bool) -> Result<Response, ApiError> {
    let form = Form::read(app, request).await?;
    let (shape, request) = (form.shape()?, form.request(translate)?);
    // A folder of this machine is not for those who ask from elsewhere.
    if let Some(model) = request.model.as_deref()
        && app.studio.hub().catalogue().entry(model).is_err()
    {
        let message = format!("there is no recogniser '{model}'; known is {DEFAULT_RECOGNISER}");
        return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
    }
    if form.word("stream") == Some("true") {
        return Ok(streamed(app, form, request));
    }
    let (studio, watched) = (Arc::clone(&app.studio), Watched::default());
    let cancel = watched.cancel();
    let work = tokio::task::spawn_blocking(move || {
        studio
            .transcribe(form.sound.path(), &request, &mut |_| {}, &NoProgress, &cancel)
            .map(|m| (m, request))
    });
    let (made, request) = work.await.map_err(|_| ApiError::stopped())??;
    drop(watched);
    Ok(match shape {
        Shape::Json => Json(json!({"text": made.transcript.text(), "usage": usage(&made)})).into_response(),
        Shape::VerboseJson => Json(verbose(&made, &request)).into_response(),
        Shape::Plain(TranscriptFormat::Text) => {
            plain(format!("{}\n", made.transcript.text()), TranscriptFormat::Text)
        }
        Shape::Plain(format) => plain(made.transcript.write(format), format),
    })
}

fn plain(text: String, format: TranscriptFormat) -> Response {
    ([(header::CONTENT_TYPE, format.media_type())], text).into_response()
}

/// What OpenAI bills by; here for those who count.
fn usage(made: &Transcribed) -> Value {
    json!({"type": "duration", "seconds": made.transcript.duration.ceil() as u64})
}

fn verbose(made: &Transcribed, request: &TranscribeRequest) -> Value {
    let t = &made.transcript;
    let code = t.language.as_deref().unwrap_or_default();
    let segment = |s: &Segment| {
        json!({
            "id": s.id, "seek": s.seek, "start": s.start, "end": s.end, "text": s.text, "tokens": s.tokens,
            "temperature": s.temperature, "avg_logprob": s.avg_logprob,
            "compression_ratio": s.compression_ratio, "no_speech_prob": s.no_speech_prob,
        })
    };
    let mut body = json!({
        "task": if request.translate { "translate" } else { "transcribe" },
        "language": languages::title(code).unwrap_or(code),
        "duration": t.duration,
        "text": t.text(),
        "segments": t.segments.iter().map(segment).collect::<Vec<_>>(),
        "usage": usage(made),
    });
    if request.words {
        let words = t.segments.iter().flat_map(|s| &s.words);
        body["words"] = words.map(|w| json!({"word": w.word, "start": w.start, "end": w.end})).collect();
    }
    body
}

/// Answers with events: a `delta` for each segment as soon as it is known, then `done`.
fn streamed(app: &App, form: Form, request: TranscribeRequest) -> Response {
    let (studio, watched) = (Arc::clone(&app.studio), Watched::default());
    let cancel = watched.cancel();
    let (send, receive) = tokio::sync::mpsc::channel(EVENTS);
    tokio::task::spawn_blocking(move || {
        let mut first = true;
        let mut tell = |segment: &Segment| {
            let text = if first { segment.text.trim_start() } else { &segment.text };
            first = false;
            let _ = send.blocking_send(sse::named(&json!({"type": "transcript.text.delta", "delta": text})));
        };
        let made = studio.transcribe(form.sound.path(), &request, &mut tell, &NoProgress, &cancel);
        let last = match made {
            Ok(made) => json!({
                "type": "transcript.text.done", "text": made.transcript.text(), "usage": usage(&made),
            }),
            Err(error) => ApiError::from(error).body(),
        };
        let _ = send.blocking_send(sse::named(&last));
    });
    // When the client goes away the stream is dropped, and with it what keeps the work going.
    sse::reply(ReceiverStream::new(receive).inspect(move |_| _ = &watched))
}
