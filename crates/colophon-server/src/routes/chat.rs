//! `/v1/chat/completions`.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use colophon_studio::chat::{GenerateRequest, Prompt, ToolCall};
use colophon_studio::{SealedReply, TextEvent};
use serde_json::{Value, json};
use tokio_stream::wrappers::ReceiverStream;

use super::hearing::{self, Heard};
use super::voice::Spoken;
use super::with_work_id;
use crate::app::{App, Shared, read_json};
use crate::error::ApiError;
use crate::gate::Client;
use crate::stream::{Events, finished, submit};
use crate::wire::{self, ChatBody, ContentBody};
use crate::{reply, sse};

pub(crate) async fn post(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Response, ApiError> {
    let mut body: ChatBody = read_json(&app, body).await?;
    let (streams, usage) = (body.common.streams(), body.common.usage_in_stream());
    let choices = body.common.choices()?;
    let spoken = Spoken::asked(body.modalities.as_deref(), body.audio.take(), streams)?;
    if spoken.is_some() && choices != 1 {
        return Err(ApiError::bad("one answer at a time is spoken", Some("n")));
    }
    let model = body.common.model.clone();
    let heard = hear(&app, &mut body).await?;
    let request = request(body, &client.name)?;
    let mut running = Vec::new();
    for choice in 0..choices {
        let mut request = request.clone();
        // Several answers from one seed would be one answer.
        request.sampling.seed = request.sampling.seed.map(|s| s.wrapping_add(choice as u32));
        running.push(submit(&app, model.clone(), request).await?);
    }
    let name = model.unwrap_or_default();
    if streams {
        return Ok(stream(app, running, name, usage, spoken, heard));
    }
    let mut replies = Vec::new();
    for events in running {
        replies.push(finished(events).await?);
    }
    let mut list: Vec<Value> = replies.iter().enumerate().map(|(i, r)| choice(i, r)).collect();
    if let (Some(spoken), [reply]) = (&spoken, replies.as_slice())
        && !reply.text().trim().is_empty()
    {
        list[0]["message"]["audio"] = spoken.message(&app, reply.text()).await?;
        list[0]["message"]["content"] = Value::Null;
    }
    let body = json!({
        "id": reply::fresh_id("chatcmpl-"),
        "object": "chat.completion",
        "created": reply::now(),
        "model": replies.first().map_or(name, |r| r.model.clone()),
        "choices": list,
        "usage": reply::usage(&reply::total(&replies)),
        "system_fingerprint": concat!("colophon-", env!("CARGO_PKG_VERSION")),
        "colophon": replies.iter().map(|r| marks(r, &heard)).collect::<Vec<_>>(),
    });
    Ok(with_work_id(Json(body).into_response(), &replies))
}

/// Puts words in the place of the sounds of a request.
async fn hear(app: &Arc<App>, body: &mut ChatBody) -> Result<Vec<Value>, ApiError> {
    let messages = body.messages.iter_mut().enumerate();
    let sounds = messages.filter_map(|(message, body)| match &mut body.content {
        Some(ContentBody::Parts(parts)) => Some(Heard { message, of_user: body.role == "user", parts }),
        _ => None,
    });
    hearing::hear(app, "messages", sounds.collect()).await
}

/// The marks of an answer, with what was heard before it.
fn marks(reply: &SealedReply, heard: &[Value]) -> Value {
    let mut marks = reply::marks(reply);
    hearing::note(&mut marks, heard);
    marks
}

fn request(body: ChatBody, client: &str) -> Result<GenerateRequest, ApiError> {
    if body.functions.is_some() {
        let message = "'functions' is no longer supported; give 'tools' instead";
        return Err(ApiError::bad(message, Some("functions")));
    }
    if body.messages.is_empty() {
        return Err(ApiError::bad("'messages' must not be empty", Some("messages")));
    }
    let messages = body.messages.into_iter().map(wire::message).collect::<Result<_, _>>()?;
    let tools = wire::tools(body.tools)?;
    let tool_choice = wire::tool_choice(body.tool_choice, !tools.is_empty())?;
    let prompt = Prompt::Chat {
        messages,
        tools,
        tool_choice,
        parallel_tool_calls: body.parallel_tool_calls.unwrap_or(true),
    };
    let mut request = body.common.request(prompt, client)?;
    if let Some(format) = body.response_format {
        request.format = format.format("response_format")?;
    }
    request.logprobs = body.logprobs.unwrap_or(false).then(|| body.top_logprobs.unwrap_or(0));
    Ok(request)
}

fn choice(index: usize, r: &SealedReply) -> Value {
    let mut message = json!({"role": "assistant", "content": r.text(), "refusal": null});
    if !r.tool_calls.is_empty() {
        message["tool_calls"] = r.tool_calls.iter().map(reply::tool_call).collect();
        if r.text().is_empty() {
            message["content"] = Value::Null;
        }
    }
    json!({
        "index": index,
        "message": message,
        "logprobs": r.logprobs.as_deref().map(reply::logprobs),
        "finish_reason": reply::finish_reason(r.finish),
    })
}

/// All choices in one stream of chunks.
fn stream(
    app: Arc<App>,
    running: Vec<Events>,
    model: String,
    usage: bool,
    spoken: Option<Spoken>,
    heard: Vec<Value>,
) -> Response {
    let (send, receive) = tokio::sync::mpsc::channel(256);
    let head = json!({
        "id": reply::fresh_id("chatcmpl-"),
        "object": "chat.completion.chunk",
        "created": reply::now(),
        "model": model,
        "system_fingerprint": concat!("colophon-", env!("CARGO_PKG_VERSION")),
    });
    tokio::spawn(async move {
        let chunk = |choices: Value| {
            let mut chunk = head.clone();
            chunk["choices"] = choices;
            if usage {
                chunk["usage"] = Value::Null;
            }
            chunk
        };
        let mut tasks = Vec::new();
        for (index, mut events) in running.into_iter().enumerate() {
            let (send, app, spoken) = (send.clone(), Arc::clone(&app), spoken.clone());
            let piece = {
                let chunk = chunk(json!([]));
                move |delta: Value, finish: Value, logprobs: Value| {
                    let mut chunk = chunk.clone();
                    chunk["choices"] = json!([{
                        "index": index, "delta": delta, "finish_reason": finish, "logprobs": logprobs,
                    }]);
                    sse::data(&chunk)
                }
            };
            tasks.push(tokio::spawn(async move {
                let first = json!({"role": "assistant", "content": "", "refusal": null});
                send.send(piece(first, Value::Null, Value::Null)).await.ok()?;
                let mut calls = 0;
                while let Some(event) = events.next().await {
                    match event {
                        TextEvent::Piece(words, list) => {
                            let logprobs = if list.is_empty() { Value::Null } else { reply::logprobs(&list) };
                            let delta = match &spoken {
                                Some(s) => json!({"audio": {"id": s.id, "transcript": words.words()}}),
                                None => json!({"content": words.words()}),
                            };
                            send.send(piece(delta, Value::Null, logprobs)).await.ok()?;
                        }
                        TextEvent::ToolCall(call) => {
                            send.send(piece(call_delta(calls, &call), Value::Null, Value::Null))
                                .await
                                .ok()?;
                            calls += 1;
                        }
                        TextEvent::Done(r) => {
                            if let Some(spoken) = spoken.as_ref().filter(|_| !r.text().trim().is_empty()) {
                                let mut deltas = match spoken.begin(&app, r.text()).await {
                                    Ok(deltas) => deltas,
                                    Err(error) => return Some(Err(error)),
                                };
                                while let Some(delta) = deltas.next().await {
                                    match delta {
                                        Ok(delta) => {
                                            send.send(piece(delta, Value::Null, Value::Null)).await.ok()?;
                                        }
                                        Err(error) => return Some(Err(error)),
                                    }
                                }
                            }
                            let finish = reply::finish_reason(r.finish).into();
                            send.send(piece(json!({}), finish, Value::Null)).await.ok()?;
                            return Some(Ok(*r));
                        }
                        TextEvent::Failed(error) => return Some(Err(ApiError::from(error))),
                    }
                }
                Some(Err(ApiError::stopped()))
            }));
        }
        let mut replies = Vec::new();
        for task in tasks {
            match task.await.ok().flatten() {
                Some(Ok(r)) => replies.push(r),
                Some(Err(error)) => {
                    let _ = send.send(sse::data(&error.body())).await;
                    return;
                }
                // The reader is gone.
                None => return,
            }
        }
        // The marks go with a chunk that clients take for the one with the usage.
        let mut last = chunk(json!([]));
        last["colophon"] = replies.iter().map(|r| marks(r, &heard)).collect();
        if usage {
            last["usage"] = reply::usage(&reply::total(&replies));
        }
        let _ = send.send(sse::data(&last)).await;
        let _ = send.send(sse::done()).await;
    });
    sse::reply(ReceiverStream::new(receive))
}

fn call_delta(index: usize, call: &ToolCall) -> Value {
    let mut value = reply::tool_call(call);
    value["index"] = index.into();
    json!({"tool_calls": [value]})
}
