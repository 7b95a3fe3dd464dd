//! `/v1/audio/speech` and `/v1/audio/voices`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::{LiveSpeech, SpeechRequest, StudioError, streamed_type, voices};
use colophon_types::{LangChoice, SoundFormat};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, channel};
use tokio_stream::wrappers::ReceiverStream;

use crate::app::{App, Shared, read_json};
use crate::error::ApiError;
use crate::stream::Watched;

/// Longest text, in characters, as at OpenAI's.
const MAX_INPUT: usize = 4096;

/// Pieces of a sound that may wait for a slow reader.
const WAITING: usize = 1024;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "SpeechRequest")]
pub(crate) struct SpeechBody {
    input: String,
    #[serde(default)]
    voice: Option<VoiceName>,
    #[serde(default)]
    speed: Option<f32>,
    #[serde(default)]
    response_format: Option<String>,
    #[serde(default)]
    stream_format: Option<String>,
}

/// A voice by its name, or as an object with its id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum VoiceName {
    Name(String),
    Object { id: String },
}

impl VoiceName {
    /// Its name here.
    pub(crate) fn into_own(self) -> String {
        match self {
            Self::Name(name) | Self::Object { id: name } => own_name(&name).to_owned(),
        }
    }
}

/// `POST /v1/audio/speech`: sound as it is spoken, or with `stream_format: "sse"` as events.
pub(crate) async fn post(State(app): Shared, body: Body) -> Result<Response, ApiError> {
    let body: SpeechBody = read_json(&app, body).await?;
    if body.input.chars().count() > MAX_INPUT {
        return Err(ApiError::bad(format!("'input' may have {MAX_INPUT} characters"), Some("input")));
    }
    let named = body.response_format.as_deref().unwrap_or("mp3");
    let Some(format) = SoundFormat::named(named) else {
        let message = format!("'{named}' is not offered; speech comes as mp3, opus, aac, flac, wav or pcm");
        return Err(ApiError::bad(message, Some("response_format")));
    };
    let events = match body.stream_format.as_deref() {
        None | Some("audio") => false,
        Some("sse") => true,
        Some(other) => {
            let message = format!("'{other}' is not offered; it is audio or sse");
            return Err(ApiError::bad(message, Some("stream_format")));
        }
    };
    let voice = body.voice.map(VoiceName::into_own);
    let request = SpeechRequest {
        text: body.input,
        voice,
        lang: LangChoice::Auto,
        speed: body.speed.unwrap_or(1.0),
        format,
        ..SpeechRequest::default()
    };
    let mut spoken = begin(&app, request).await?;
    let id = spoken.id.clone();
    if events {
        return Ok(super::of_work(crate::sse::reply(spoken.events()), &id));
    }
    let (send, receive) = channel::<Result<Vec<u8>, std::io::Error>>(4);
    tokio::spawn(async move {
        while let Some(event) = spoken.next().await {
            let piece = match event {
                Ok(LiveSpeech::Piece(piece)) => Ok(piece.into_bytes()),
                Ok(_) => continue,
                // The status is sent already: a connection that breaks off says that the sound is not whole.
                Err(error) => Err(std::io::Error::other(error.to_string())),
            };
            if send.send(piece).await.is_err() {
                return;
            }
        }
    });
    let body = Body::from_stream(ReceiverStream::new(receive));
    let response = ([(header::CONTENT_TYPE, streamed_type(format))], body).into_response();
    Ok(super::of_work(response, &id))
}

/// A speech on its way; dropping it stops the engine.
pub(crate) struct Speaking {
    id: String,
    events: Receiver<Result<LiveSpeech, StudioError>>,
    _watched: Watched,
}

impl Speaking {
    /// What comes next; `None` after the end.
    pub(crate) async fn next(&mut self) -> Option<Result<LiveSpeech, StudioError>> {
        self.events.recv().await
    }

    /// OpenAI's events: `speech.audio.delta` and `speech.audio.done`. The last one carries the marks
    /// of the whole, too.
    fn events(self) -> impl futures_util::Stream<Item = Result<Event, Infallible>> + Send + 'static {
        futures_util::stream::unfold(self, |mut speaking| async move {
            loop {
                let event = match speaking.next().await? {
                    Ok(LiveSpeech::Begun(_)) => continue,
                    Ok(LiveSpeech::Piece(piece)) if piece.bytes().is_empty() => continue,
                    Ok(LiveSpeech::Piece(piece)) => {
                        json!({"type": "speech.audio.delta", "audio": STANDARD.encode(piece.bytes())})
                    }
                    Ok(LiveSpeech::Done(sealed)) => json!({
                        "type": "speech.audio.done",
                        "colophon": {
                            "work_id": sealed.receipt.work_id, "sha256": sealed.sha256, "log": sealed.position,
                            "c2pa": STANDARD.encode(&sealed.manifest),
                        },
                    }),
                    Err(error) => json!({"type": "error", "error": ApiError::from(error).body()["error"]}),
                };
                return Some((crate::sse::named(&event), speaking));
            }
        })
    }
}

/// Hands a request to the studio and waits until the work has begun, so that what is wrong with the
/// request still is a status.
pub(crate) async fn begin(app: &Arc<App>, request: SpeechRequest) -> Result<Speaking, ApiError> {
    let (send, mut events) = channel(WAITING);
    let watched = Watched::default();
    let (app, cancel) = (Arc::clone(app), watched.cancel());
    tokio::task::spawn_blocking(move || {
        let sent = send.clone();
        let mut sink = move |event| sent.blocking_send(Ok(event)).is_ok();
        if let Err(error) = app.studio.speak_live(&request, &cancel, &mut sink) {
            // Nobody listens any more where the client went away.
            let _ = send.blocking_send(Err(error));
        }
    });
    match events.recv().await {
        Some(Ok(LiveSpeech::Begun(id))) => {
            Ok(Speaking { id: id.as_str().to_owned(), events, _watched: watched })
        }
        Some(Err(error)) => Err(error.into()),
        _ => Err(ApiError::stopped()),
    }
}

/// Voices that OpenAI's clients ask for by default, and ours of the same name.
fn own_name(name: &str) -> &str {
    match name {
        "alloy" => "af_alloy",
        "echo" => "am_echo",
        "fable" => "bm_fable",
        "onyx" => "am_onyx",
        "nova" => "af_nova",
        "shimmer" => "af_sky",
        other => other,
    }
}

pub(crate) async fn list() -> Json<Value> {
    let rows: Vec<Value> =
        voices().iter().map(|v| json!({"id": v.id, "name": v.title, "language": v.lang.tag()})).collect();
    Json(json!({"object": "list", "data": rows}))
}
