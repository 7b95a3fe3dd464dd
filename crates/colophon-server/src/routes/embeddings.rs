//! `/v1/embeddings`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::Purpose;
use colophon_types::{Cancel, NoProgress};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::{Shared, read_json};
use crate::error::ApiError;
use crate::wire::OneOrMany;

/// Most texts of a request.
const MAX_TEXTS: usize = 2048;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "EmbeddingRequest")]
pub(crate) struct EmbeddingBody {
    input: OneOrMany,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    encoding_format: Option<String>,
    #[serde(default)]
    dimensions: Option<usize>,
    /// `query` or `passage`: some models tell questions from what answers them.
    #[serde(default)]
    input_type: Option<String>,
}

pub(crate) async fn post(State(app): Shared, body: Body) -> Result<Json<Value>, ApiError> {
    let body: EmbeddingBody = read_json(&app, body).await?;
    let texts = body.input.list();
    if texts.is_empty() || texts.len() > MAX_TEXTS || texts.iter().any(String::is_empty) {
        let message = format!("'input' must be 1 to {MAX_TEXTS} texts that are not empty");
        return Err(ApiError::bad(message, Some("input")));
    }
    let as_base64 = match body.encoding_format.as_deref() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => {
            let message = format!("'{other}' is no encoding; known are float and base64");
            return Err(ApiError::bad(message, Some("encoding_format")));
        }
    };
    let purpose = match body.input_type.as_deref() {
        None | Some("query") => Purpose::Query,
        Some("passage" | "document") => Purpose::Passage,
        Some(other) => {
            let message = format!("'{other}' is no input type; known are query and passage");
            return Err(ApiError::bad(message, Some("input_type")));
        }
    };
    let (studio, model) = (std::sync::Arc::clone(&app.studio), body.model.clone());
    let work = tokio::task::spawn_blocking(move || {
        studio.embed(model.as_deref(), &texts, purpose, &NoProgress, &Cancel::new())
    });
    let embedded = work.await.map_err(|_| ApiError::stopped())??;
    let most = embedded.vectors.first().map_or(0, Vec::len);
    let dimensions = body.dimensions.unwrap_or(most);
    if dimensions == 0 || dimensions > most {
        let message = format!("'dimensions' must be between 1 and {most}");
        return Err(ApiError::bad(message, Some("dimensions")));
    }
    let rows: Vec<Value> = embedded
        .vectors
        .iter()
        .enumerate()
        .map(|(index, vector)| {
            let cut = shortened(vector, dimensions);
            let embedding = if as_base64 {
                let bytes: Vec<u8> = cut.iter().flat_map(|x| x.to_le_bytes()).collect();
                Value::from(STANDARD.encode(bytes))
            } else {
                Value::from(cut)
            };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    Ok(Json(json!({
        "object": "list",
        "data": rows,
        "model": embedded.model,
        "usage": {"prompt_tokens": embedded.tokens, "total_tokens": embedded.tokens},
    })))
}

/// The first numbers of a vector, scaled to length 1 again.
fn shortened(vector: &[f32], dimensions: usize) -> Vec<f32> {
    let cut = &vector[..dimensions.min(vector.len())];
    let length = cut.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-12);
    cut.iter().map(|x| x / length).collect()
}
