//! `/v1/images/generations`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::{PictureRequest, Sealed};
use colophon_types::{LangChoice, NoProgress, PictureFormat};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::{Shared, read_json};
use crate::error::ApiError;
use crate::reply::now;
use crate::stream::Watched;

/// The name of the one engine so far.
const COMPOSER: &str = "composer";
/// Pictures of one request, at most.
const MOST: usize = 10;

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
}

pub(crate) async fn generations(State(app): Shared, body: Body) -> Result<Response, ApiError> {
    let body: ImageBody = read_json(&app, body).await?;
    let request = request(body)?;
    let format = request.format;
    let (studio, watched) = (std::sync::Arc::clone(&app.studio), Watched::default());
    let cancel = watched.cancel();
    let work = tokio::task::spawn_blocking(move || {
        let made = studio.imagine(&request, &NoProgress, &cancel)?;
        made.iter().map(|picture| row(&picture.sealed)).collect::<Result<Vec<_>, ApiError>>()
    });
    let made = work.await.map_err(|_| ApiError::stopped())??;
    drop(watched);
    Ok(reply(made, format))
}

/// A picture as OpenAI gives it, and its marks as we do.
pub(super) fn row(sealed: &Sealed) -> Result<(Value, Value), ApiError> {
    let bytes = sealed.bytes().map_err(|_| ApiError::stopped())?;
    let receipt = sealed.receipt();
    let marks = json!({
        "work_id": receipt.work_id, "seed": receipt.seed, "sha256": sealed.sha256(),
        "log_index": sealed.log_position().index,
    });
    Ok((json!({"b64_json": STANDARD.encode(bytes)}), marks))
}

/// The answer with some pictures.
pub(super) fn reply(rows: Vec<(Value, Value)>, format: PictureFormat) -> Response {
    let (data, marks): (Vec<Value>, Vec<Value>) = rows.into_iter().unzip();
    let format = format.media_type().trim_start_matches("image/");
    let body = json!({"created": now(), "data": data, "output_format": format, "colophon": marks});
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

fn request(body: ImageBody) -> Result<PictureRequest, ApiError> {
    let bad = |message: String, param| Err(ApiError::bad(message, Some(param)));
    if let Some(other) = body.model.filter(|m| m != COMPOSER) {
        return Err(ApiError {
            code: "model_not_found",
            ..ApiError::not_found(format!("there is no image model '{other}'; known is {COMPOSER}"))
        });
    }
    if let Some(other) = body.response_format.filter(|f| f != "b64_json") {
        return bad(format!("'{other}' is not offered; pictures come as b64_json"), "response_format");
    }
    let format = format(body.output_format.as_deref(), body.output_compression)?;
    if let Some(other) = body.background.filter(|b| !["auto", "opaque"].contains(&b.as_str())) {
        return bad(format!("'{other}' is not offered; composed pictures are opaque"), "background");
    }
    if body.stream == Some(true) {
        return bad("pictures are not streamed: they are composed in one go".into(), "stream");
    }
    let count = body.n.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return bad(format!("'n' must be between 1 and {MOST}"), "n");
    }
    let size = size(body.size.as_deref())?.unwrap_or((1024, 1024));
    let style = body.style.filter(|s| !["vivid", "natural"].contains(&s.as_str()));
    Ok(PictureRequest {
        prompt: body.prompt,
        size,
        style,
        seed: body.seed,
        count,
        lang: LangChoice::Auto,
        variation_of: None,
        format,
    })
}
