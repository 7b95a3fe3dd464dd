//! `/v1/moderations`: what texts and pictures are about, in OpenAI's categories.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::guard::{Category, MAX_CHARS};
use colophon_studio::{Judged, Moderation, PictureFile};
use colophon_types::{Cancel, NoProgress};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::{Shared, read_json};
use crate::error::ApiError;
use crate::reply::fresh_id;

/// The model, as answers name it.
const MODEL: &str = "colophon-guard";
/// Most inputs, or parts of one input.
const MOST: usize = 256;
/// Most pictures of a request.
const MOST_PICTURES: usize = 16;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ModerationRequest")]
pub(crate) struct ModerationBody {
    /// A text, a list of texts, or a list of parts (`text`, and `image_url` with a `data:` URL).
    input: Value,
    /// `omni-moderation-latest` and `colophon-guard` are the same.
    #[serde(default)]
    model: Option<String>,
}

pub(crate) async fn post(State(app): Shared, body: Body) -> Result<Json<Value>, ApiError> {
    let body: ModerationBody = read_json(&app, body).await?;
    if let Some(other) = body.model.as_deref().filter(|m| !is_ours(m)) {
        let unknown =
            ApiError::not_found(format!("there is no moderation model '{other}'; leave 'model' out"));
        return Err(ApiError { code: "model_not_found", ..unknown });
    }
    let inputs = inputs(body.input)?;
    let found =
        app.blocking(move |studio| Ok(studio.moderate(&inputs, &NoProgress, &Cancel::new())?)).await?;
    let results: Vec<Value> = found.iter().map(result).collect();
    Ok(Json(json!({"id": fresh_id("modr-"), "model": MODEL, "results": results})))
}

/// Whether this name stands for the one guard that there is.
fn is_ours(model: &str) -> bool {
    model == MODEL || model.starts_with("omni-moderation-") || model.starts_with("text-moderation-")
}

/// What is to be judged: one text, texts each for itself, or parts together.
fn inputs(input: Value) -> Result<Vec<Vec<Judged>>, ApiError> {
    let bad = |why: String| ApiError::bad(why, Some("input"));
    match input {
        Value::String(text) => Ok(vec![vec![Judged::Text(text)]]),
        Value::Array(list) if list.is_empty() || list.len() > MOST => {
            Err(bad(format!("'input' must have 1 to {MOST} entries")))
        }
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts = list.into_iter().filter_map(|text| text.as_str().map(str::to_owned));
            Ok(texts.map(|text| vec![Judged::Text(text)]).collect())
        }
        Value::Array(list) => {
            let parts = list.iter().map(part).collect::<Result<Vec<_>, _>>()?;
            if parts.iter().filter(|p| matches!(p, Judged::Picture(_))).count() > MOST_PICTURES {
                return Err(bad(format!("at most {MOST_PICTURES} images are taken")));
            }
            Ok(vec![parts])
        }
        _ => Err(bad("'input' must be a text, a list of texts, or a list of parts".into())),
    }
}

/// A part of an input.
fn part(part: &Value) -> Result<Judged, ApiError> {
    let bad = |why: &str| ApiError::bad(why, Some("input"));
    match part["type"].as_str() {
        Some("text") => {
            let text = part["text"].as_str().ok_or_else(|| bad("a part of the type 'text' has no text"))?;
            Ok(Judged::Text(text.to_owned()))
        }
        Some("image_url") => {
            let url = part["image_url"]["url"].as_str().unwrap_or_default();
            let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
            let (_, data) = data.ok_or_else(|| {
                bad("images must be given as data: URLs; nothing is fetched from elsewhere")
            })?;
            let bytes = STANDARD.decode(data.trim()).map_err(|_| bad("an image is not valid base64"))?;
            Ok(Judged::Picture(PictureFile { name: "image".into(), bytes: bytes.into() }))
        }
        _ => Err(bad("a part has the type 'text' or 'image_url'")),
    }
}

fn result(found: &Moderation) -> Value {
    let of_each = |value: &dyn Fn(Category) -> Value| -> Map<String, Value> {
        Category::ALL.into_iter().map(|c| (c.name().to_owned(), value(c))).collect()
    };
    let not_judged: Vec<&str> = found.not_judged().into_iter().map(Category::name).collect();
    let mut ours = json!({"not_judged": not_judged});
    if found.cut {
        ours["judged_characters"] = MAX_CHARS.into();
    }
    json!({
        "flagged": !found.scores.flagged().is_empty(),
        "categories": of_each(&|c| found.scores.flags(c).into()),
        "category_scores": of_each(&|c| found.scores.of(c).into()),
        "category_applied_input_types": of_each(&|c| found.applied(c).into()),
        "colophon": ours,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_have_three_shapes() {
        let count = |value: Value| inputs(value).map(|list| list.iter().map(Vec::len).collect::<Vec<_>>());
        assert_eq!(count(json!("a")).unwrap(), [1]);
        assert_eq!(count(json!(["a", "b"])).unwrap(), [1, 1]);
        let dot = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
        assert_eq!(count(json!([{"type": "text", "text": "a"}, dot])).unwrap(), [2]);
        let far = json!({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}});
        let broken = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,*"}});
        for bad in [
            json!([]),
            json!(3),
            json!(null),
            json!([far]),
            json!([broken]),
            json!(["a", 3]),
            json!(vec!["a"; 300]),
            json!(vec![dot; 17]),
            json!([{"type": "text"}]),
        ] {
            assert_eq!(count(bad.clone()).unwrap_err().param.as_deref(), Some("input"), "{bad}");
        }
    }

    #[test]
    fn what_nobody_looked_at_is_named() {
        let picture = result(&Moderation { picture: true, ..Moderation::default() });
        assert_eq!(picture["category_applied_input_types"]["sexual"], json!(["image"]));
        assert_eq!(picture["colophon"]["not_judged"].as_array().unwrap().len(), 12);
        let text = result(&Moderation { text: true, cut: true, ..Moderation::default() });
        assert_eq!(text["colophon"], json!({"not_judged": [], "judged_characters": MAX_CHARS}));
        assert_eq!(text["flagged"], false);
    }
}
