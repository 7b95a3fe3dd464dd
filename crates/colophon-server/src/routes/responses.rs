//! `/v1/responses`: answers that are kept and can be gone on from.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use colophon_studio::chat::{Finish, Message, Prompt, Role, ToolCall};
use colophon_studio::{SealedReply, TextEvent};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::ReceiverStream;

use super::hearing::{self, Heard};
use super::with_work_id;
use crate::app::{App, Kept, Path, Shared, read_json};
use crate::error::ApiError;
use crate::gate::Client;
use crate::stream::{Events, finished, submit};
use crate::wire::{self, Common, FormatBody, PartBody, ToolBody};
use crate::{reply, sse};

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ResponseRequest")]
pub(crate) struct ResponseBody {
    #[serde(flatten)]
    common: Common,
    input: Input,
    #[serde(default)]
    instructions: Option<String>,
    #[serde(default)]
    max_output_tokens: Option<usize>,
    #[serde(default)]
    previous_response_id: Option<String>,
    #[serde(default)]
    store: Option<bool>,
    #[serde(default)]
    text: Option<TextBody>,
    #[serde(default)]
    tools: Vec<ToolBody>,
    #[serde(default)]
    tool_choice: Option<Value>,
    #[serde(default)]
    parallel_tool_calls: Option<bool>,
    #[serde(default)]
    metadata: Option<Value>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "TextFormat")]
struct TextBody {
    #[serde(default)]
    format: Option<FormatBody>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ResponseInput")]
enum Input {
    Text(String),
    Items(Vec<Item>),
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ResponseItem")]
struct Item {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    content: Option<ItemContent>,
    #[serde(default)]
    call_id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
    #[serde(default)]
    output: Option<Value>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ResponseItemContent")]
enum ItemContent {
    Text(String),
    Parts(Vec<PartBody>),
}

fn item(item: Item) -> Result<Message, ApiError> {
    let bad = |text: String| ApiError::bad(text, Some("input"));
    match item.kind.as_deref().unwrap_or("message") {
        "message" => {
            let role = match item.role.as_deref().unwrap_or("user") {
                "system" | "developer" => Role::System,
                "user" => Role::User,
                "assistant" => Role::Assistant,
                other => return Err(bad(format!("'{other}' is no role of a message"))),
            };
            let mut message = Message::new(role, "");
            match item.content {
                None => {}
                Some(ItemContent::Text(text)) => message.content = text,
                Some(ItemContent::Parts(parts)) => {
                    for part in parts {
                        wire::add_part(&mut message, part)?;
                    }
                }
            }
            Ok(message)
        }
        "function_call" => {
            let mut message = Message::assistant("");
            message.tool_calls.push(ToolCall {
                id: item.call_id.unwrap_or_default(),
                name: item.name.unwrap_or_default(),
                arguments: item.arguments.unwrap_or_else(|| "{}".into()),
            });
            Ok(message)
        }
        "function_call_output" => {
            let text = match item.output {
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
                None => String::new(),
            };
            let mut message = Message::new(Role::Tool, text);
            message.tool_call_id = item.call_id;
            Ok(message)
        }
        other => Err(bad(format!("items of the type '{other}' are not understood"))),
    }
}

/// Puts words in the place of the sounds of a request.
async fn hear(app: &Arc<App>, input: &mut Input) -> Result<Vec<Value>, ApiError> {
    let Input::Items(items) = input else { return Ok(Vec::new()) };
    let sounds = items.iter_mut().enumerate().filter_map(|(message, item)| {
        let of_user = item.role.as_deref().is_none_or(|r| r == "user");
        match &mut item.content {
            Some(ItemContent::Parts(parts)) => Some(Heard { message, of_user, parts }),
            _ => None,
        }
    });
    hearing::hear(app, "input", sounds.collect()).await
}

/// What an answer repeats of its request, and where it is kept.
struct Frame {
    head: Value,
    messages: Vec<Message>,
    client: String,
    keep: bool,
    /// What was heard in the sounds of the request.
    heard: Vec<Value>,
}

pub(crate) async fn post(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Response, ApiError> {
    let mut body: ResponseBody = read_json(&app, body).await?;
    let heard = hear(&app, &mut body.input).await?;
    let mut messages = Vec::new();
    if let Some(id) = &body.previous_response_id {
        let kept = app
            .responses
            .get(id, &client.name)
            .ok_or_else(|| ApiError::not_found(format!("there is no response '{id}' here")))?;
        messages = kept.messages;
    }
    match body.input {
        Input::Text(text) => messages.push(Message::user(text)),
        Input::Items(items) => {
            for one in items {
                messages.push(item(one)?);
            }
        }
    }
    if messages.is_empty() {
        return Err(ApiError::bad("'input' must not be empty", Some("input")));
    }
    let mut sent = messages.clone();
    // Instructions hold for this answer only: they are not part of what is kept.
    if let Some(words) = &body.instructions {
        sent.insert(0, Message::system(words.clone()));
    }
    let tools = wire::tools(body.tools)?;
    let tool_choice = wire::tool_choice(body.tool_choice, !tools.is_empty())?;
    let head = json!({
        "id": reply::fresh_id("resp_"),
        "object": "response",
        "created_at": reply::now(),
        "status": "in_progress",
        "error": null,
        "incomplete_details": null,
        "instructions": body.instructions,
        "max_output_tokens": body.max_output_tokens,
        "model": body.common.model.clone().unwrap_or_default(),
        "output": [],
        "parallel_tool_calls": body.parallel_tool_calls.unwrap_or(true),
        "previous_response_id": body.previous_response_id,
        "temperature": body.common.temperature,
        "top_p": body.common.top_p,
        "tool_choice": "auto",
        "tools": [],
        "metadata": body.metadata.unwrap_or_else(|| json!({})),
        "usage": null,
    });
    let prompt = Prompt::Chat {
        messages: sent,
        tools,
        tool_choice,
        parallel_tool_calls: body.parallel_tool_calls.unwrap_or(true),
    };
    let mut request = body.common.request(prompt, &client.name)?;
    request.max_tokens = body.max_output_tokens.or(request.max_tokens);
    if let Some(format) = body.text.and_then(|t| t.format) {
        request.format = format.format("text.format")?;
    }
    let streams = body.common.streams();
    let events = submit(&app, body.common.model.clone(), request).await?;
    let frame = Frame { head, messages, client: client.name, keep: body.store.unwrap_or(true), heard };
    if streams {
        return Ok(stream(app, events, frame));
    }
    let r = finished(events).await?;
    let body = complete(&app, &frame, &r, &message_id());
    Ok(with_work_id(Json(body).into_response(), &[r]))
}

fn message_id() -> String {
    reply::fresh_id("msg_")
}

fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

fn message_item(id: &str, status: &str, content: Value) -> Value {
    json!({"type": "message", "id": id, "status": status, "role": "assistant", "content": content})
}

fn call_item(call: &ToolCall, status: &str, arguments: &str) -> Value {
    json!({
        "type": "function_call", "id": format!("fc_{}", call.id), "call_id": call.id, "name": call.name,
        "arguments": arguments, "status": status,
    })
}

/// The whole answer; keeps it where wanted.
fn complete(app: &App, frame: &Frame, r: &SealedReply, message: &str) -> Value {
    let mut output = Vec::new();
    if !r.text().is_empty() || r.tool_calls.is_empty() {
        output.push(message_item(message, "completed", json!([text_part(r.text())])));
    }
    output.extend(r.tool_calls.iter().map(|c| call_item(c, "completed", &c.arguments)));
    let mut body = frame.head.clone();
    let incomplete = r.finish == Finish::Length;
    body["status"] = if incomplete { "incomplete" } else { "completed" }.into();
    if incomplete {
        body["incomplete_details"] = json!({"reason": "max_output_tokens"});
    }
    body["model"] = r.model.clone().into();
    body["output"] = output.into();
    body["usage"] = json!({
        "input_tokens": r.usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": r.usage.cached_tokens},
        "output_tokens": r.usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": r.usage.prompt_tokens + r.usage.completion_tokens,
    });
    body["colophon"] = reply::marks(r);
    hearing::note(&mut body["colophon"], &frame.heard);
    if frame.keep {
        let mut messages = frame.messages.clone();
        let mut answer = Message::assistant(r.text());
        answer.tool_calls = r.tool_calls.clone();
        messages.push(answer);
        let kept = Kept { client: frame.client.clone(), messages, body: body.clone() };
        app.responses.keep(body["id"].as_str().unwrap_or_default(), kept);
    }
    body
}

/// The answer as OpenAI's events, in their order.
fn stream(app: Arc<App>, mut events: Events, frame: Frame) -> Response {
    let (send, receive) = tokio::sync::mpsc::channel(256);
    tokio::spawn(async move {
        let mut number = 0;
        let mut tell = |mut event: Value| {
            event["sequence_number"] = number.into();
            number += 1;
            let (send, event) = (send.clone(), sse::named(&event));
            async move { send.send(event).await.is_ok() }
        };
        let id = message_id();
        let mut open = false;
        let mut text = String::new();
        let mut index = 0;
        let mut going = tell(json!({"type": "response.created", "response": frame.head})).await
            && tell(json!({"type": "response.in_progress", "response": frame.head})).await;
        while going {
            let Some(event) = events.next().await else { break };
            match event {
                TextEvent::Piece(words, _) => {
                    if !open {
                        open = true;
                        let item = message_item(&id, "in_progress", json!([]));
                        going = tell(json!({
                            "type": "response.output_item.added", "output_index": index, "item": item,
                        }))
                        .await
                            && tell(json!({
                                "type": "response.content_part.added", "item_id": id,
                                "output_index": index, "content_index": 0, "part": text_part(""),
                            }))
                            .await;
                    }
                    text.push_str(words.words());
                    going = going
                        && tell(json!({
                            "type": "response.output_text.delta", "item_id": id, "output_index": index,
                            "content_index": 0, "delta": words.words(), "logprobs": [],
                        }))
                        .await;
                }
                TextEvent::ToolCall(call) => {
                    if open {
                        going = close(&mut tell, &id, index, &text).await;
                        open = false;
                        index += 1;
                    }
                    let item = call_item(&call, "in_progress", "");
                    let item_id = item["id"].clone();
                    let done = call_item(&call, "completed", &call.arguments);
                    for event in [
                        json!({"type": "response.output_item.added", "output_index": index, "item": item}),
                        json!({
                            "type": "response.function_call_arguments.delta", "item_id": item_id,
                            "output_index": index, "delta": call.arguments,
                        }),
                        json!({
                            "type": "response.function_call_arguments.done", "item_id": item_id,
                            "output_index": index, "name": call.name, "arguments": call.arguments,
                        }),
                        json!({"type": "response.output_item.done", "output_index": index, "item": done}),
                    ] {
                        going = going && tell(event).await;
                    }
                    index += 1;
                }
                TextEvent::Done(r) => {
                    if open {
                        going = close(&mut tell, &id, index, &text).await;
                    }
                    let body = complete(&app, &frame, &r, &id);
                    let kind = if r.finish == Finish::Length { "incomplete" } else { "completed" };
                    if going {
                        tell(json!({"type": format!("response.{kind}"), "response": body})).await;
                    }
                    return;
                }
                TextEvent::Failed(error) => {
                    let error = ApiError::from(error);
                    let mut body = frame.head.clone();
                    body["status"] = "failed".into();
                    body["error"] = json!({"code": error.code, "message": error.message});
                    tell(json!({"type": "response.failed", "response": body})).await;
                    return;
                }
            }
        }
    });
    sse::reply(ReceiverStream::new(receive))
}

/// The end of the message item.
async fn close<F: Future<Output = bool>>(
    tell: &mut impl FnMut(Value) -> F,
    id: &str,
    index: usize,
    text: &str,
) -> bool {
    let events = [
        json!({
            "type": "response.output_text.done", "item_id": id, "output_index": index,
            "content_index": 0, "text": text, "logprobs": [],
        }),
        json!({
            "type": "response.content_part.done", "item_id": id, "output_index": index,
            "content_index": 0, "part": text_part(text),
        }),
        json!({
            "type": "response.output_item.done", "output_index": index,
            "item": message_item(id, "completed", json!([text_part(text)])),
        }),
    ];
    for event in events {
        if !tell(event).await {
            return false;
        }
    }
    true
}

pub(crate) async fn get(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let kept = app.responses.get(&id, &client.name);
    kept.map(|k| Json(k.body)).ok_or_else(|| ApiError::not_found(format!("there is no response '{id}' here")))
}

pub(crate) async fn delete(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    if app.responses.remove(&id, &client.name) {
        Ok(Json(json!({"id": id, "object": "response", "deleted": true})))
    } else {
        Err(ApiError::not_found(format!("there is no response '{id}' here")))
    }
}
