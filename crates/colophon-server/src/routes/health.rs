//! `/healthz`, `/readyz`, `/metrics`, `/openapi.json`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::Shared;

pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready means that a language model is there to answer with.
pub(crate) async fn ready(State(app): Shared) -> Response {
    if app.studio.text_models().iter().any(|m| m.installed) {
        "ok\n".into_response()
    } else {
        (axum::http::StatusCode::SERVICE_UNAVAILABLE, "no language model is installed\n").into_response()
    }
}

pub(crate) async fn metrics(State(app): Shared) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.page()).into_response()
}

/// The routes and their shapes in brief; the bodies are OpenAI's.
pub(crate) async fn openapi() -> Json<Value> {
    let json_body =
        json!({"required": true, "content": {"application/json": {"schema": {"type": "object"}}}});
    let answer = json!({
        "200": {"description": "The answer"},
        "default": {"description": "An error", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
    });
    let post =
        |summary: &str| json!({"post": {"summary": summary, "requestBody": json_body, "responses": answer}});
    let get = |summary: &str| json!({"get": {"summary": summary, "responses": answer}});
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let mut model = get("One model");
    model["parameters"] = id.clone();
    let mut response = get("A kept answer");
    response["delete"] = json!({"summary": "Forget an answer", "responses": answer});
    response["parameters"] = id;
    Json(json!({
        "openapi": "3.1.0",
        "info": {"title": "Colophon", "version": env!("CARGO_PKG_VERSION"), "license": {"name": "MIT OR Apache-2.0"}},
        "paths": {
            "/v1/models": get("Models on this machine"),
            "/v1/models/{id}": model,
            "/v1/chat/completions": post("Answer a chat"),
            "/v1/completions": post("Go on with a text"),
            "/v1/responses": post("Answer, and keep the answer to be gone on from"),
            "/v1/responses/{id}": response,
            "/v1/embeddings": post("Embed texts"),
            "/healthz": get("Whether the server lives"),
            "/readyz": get("Whether it can answer"),
            "/metrics": get("Counters"),
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": {"type": "object", "properties": {"error": {"type": "object", "properties": {
                "message": {"type": "string"}, "type": {"type": "string"},
                "param": {"type": ["string", "null"]}, "code": {"type": ["string", "null"]},
            }}}}},
        },
        "security": [{"key": []}],
    }))
}
