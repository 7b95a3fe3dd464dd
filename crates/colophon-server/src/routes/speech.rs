//! `/v1/audio/speech` and `/v1/audio/voices`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use colophon_studio::{SpeechRequest, voices};
use colophon_types::{LangChoice, NoProgress};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::{Shared, read_json};
use crate::error::ApiError;
use crate::stream::Watched;

/// Longest text, in characters, as at OpenAI's.
const MAX_INPUT: usize = 4096;

#[derive(Deserialize)]
struct SpeechBody {
    input: String,
    #[serde(default)]
    voice: Option<String>,
    #[serde(default)]
    speed: Option<f32>,
    #[serde(default)]
    response_format: Option<String>,
}

pub(crate) async fn post(State(app): Shared, body: Body) -> Result<Response, ApiError> {
    let body: SpeechBody = read_json(&app, body).await?;
    if body.input.chars().count() > MAX_INPUT {
        return Err(ApiError::bad(format!("'input' may have {MAX_INPUT} characters"), Some("input")));
    }
    if let Some(other) = body.response_format.filter(|f| f != "wav") {
        let message = format!("'{other}' is not offered; speech comes as wav");
        return Err(ApiError::bad(message, Some("response_format")));
    }
    let request = SpeechRequest {
        text: body.input,
        voice: body.voice.map(|name| own_name(&name).to_owned()),
        lang: LangChoice::Auto,
        speed: body.speed.unwrap_or(1.0),
        ..SpeechRequest::default()
    };
    let (studio, watched) = (std::sync::Arc::clone(&app.studio), Watched::default());
    let cancel = watched.cancel();
    let work = tokio::task::spawn_blocking(move || -> Result<_, ApiError> {
        let spoken = studio.speak(&request, &NoProgress, &cancel)?;
        let bytes = spoken.sealed.bytes().map_err(|_| ApiError::stopped())?.into_owned();
        Ok((bytes, spoken.sealed.work_id().as_str().to_owned()))
    });
    let (bytes, id) = work.await.map_err(|_| ApiError::stopped())??;
    drop(watched);
    Ok(super::of_work(([(header::CONTENT_TYPE, "audio/wav")], bytes).into_response(), &id))
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
