//! `/v1/models`.

use axum::Json;
use axum::extract::State;
use colophon_studio::TextModel;
use serde_json::{Value, json};

use crate::app::{Path, Shared};
use crate::error::ApiError;

fn shown(model: &TextModel) -> Value {
    json!({
        "id": model.id, "object": "model", "created": 0, "owned_by": "local",
        "colophon": {"title": model.title, "size": model.size, "licence": model.licence},
    })
}

pub(crate) async fn list(State(app): Shared) -> Json<Value> {
    let installed: Vec<_> = app.studio.text_models().iter().filter(|m| m.installed).map(shown).collect();
    Json(json!({"object": "list", "data": installed}))
}

pub(crate) async fn one(State(app): Shared, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let models = app.studio.text_models();
    let found = models.iter().find(|m| m.id == id && m.installed);
    found.map(|m| Json(shown(m))).ok_or_else(|| ApiError {
        code: "model_not_found",
        ..ApiError::not_found(format!("there is no model '{id}' here"))
    })
}
