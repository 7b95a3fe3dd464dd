//! `/v1/completions`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use colophon_studio::chat::{Prompt, TokenLogprob};
use colophon_studio::{SealedReply, TextEvent};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::ReceiverStream;

use super::with_work_id;
use crate::app::{Shared, read_json};
use crate::error::ApiError;
use crate::gate::Client;
use crate::stream::{finished, submit};
use crate::wire::{Common, OneOrMany};
use crate::{reply, sse};

/// Most prompts of a request.
const MAX_PROMPTS: usize = 32;
/// OpenAI's length where none is given.
const USUAL_TOKENS: usize = 16;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CompletionRequest")]
pub(crate) struct CompletionBody {
    #[serde(flatten)]
    common: Common,
    prompt: OneOrMany,
    #[serde(default)]
    echo: bool,
    #[serde(default)]
    suffix: Option<String>,
    #[serde(default)]
    logprobs: Option<usize>,
}

pub(crate) async fn post(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Response, ApiError> {
    let body: CompletionBody = read_json(&app, body).await?;
    if body.suffix.is_some_and(|s| !s.is_empty()) {
        return Err(ApiError::bad("'suffix' is not supported", Some("suffix")));
    }
    let (model, echo, n) = (body.common.model.clone(), body.echo, body.common.choices()?);
    let prompts = body.prompt.list();
    if prompts.is_empty() || prompts.len() > MAX_PROMPTS {
        let message = format!("'prompt' must be a text or a list of 1 to {MAX_PROMPTS} texts");
        return Err(ApiError::bad(message, Some("prompt")));
    }
    let mut running = Vec::new();
    for prompt in &prompts {
        for choice in 0..n {
            let mut request = body.common.request(Prompt::Plain(prompt.clone()), &client.name)?;
            request.max_tokens = Some(request.max_tokens.unwrap_or(USUAL_TOKENS));
            request.logprobs = body.logprobs;
            request.sampling.seed = request.sampling.seed.map(|s| s.wrapping_add(choice as u32));
            running.push((prompt.clone(), submit(&app, model.clone(), request).await?));
        }
    }
    let head = json!({
        "id": reply::fresh_id("cmpl-"), "object": "text_completion", "created": reply::now(),
        "model": model.unwrap_or_default(),
    });
    if body.common.streams() {
        let usage = body.common.usage_in_stream();
        let (send, receive) = tokio::sync::mpsc::channel(256);
        tokio::spawn(async move {
            let mut replies = Vec::new();
            for (index, (prompt, mut events)) in running.into_iter().enumerate() {
                let piece = |text: &str, finish: Value, logprobs: Value| {
                    let mut chunk = head.clone();
                    chunk["choices"] = json!([{
                        "index": index, "text": text, "finish_reason": finish, "logprobs": logprobs,
                    }]);
                    sse::data(&chunk)
                };
                if echo && send.send(piece(&prompt, Value::Null, Value::Null)).await.is_err() {
                    return;
                }
                while let Some(event) = events.next().await {
                    let sent = match event {
                        TextEvent::Piece(words, list) => {
                            let logprobs = if list.is_empty() { Value::Null } else { logprobs(&list) };
                            send.send(piece(words.words(), Value::Null, logprobs)).await
                        }
                        TextEvent::ToolCall(_) => Ok(()),
                        TextEvent::Done(r) => {
                            let finish = reply::finish_reason(r.finish).into();
                            replies.push(*r);
                            send.send(piece("", finish, Value::Null)).await
                        }
                        TextEvent::Failed(error) => {
                            let _ = send.send(sse::data(&ApiError::from(error).body())).await;
                            return;
                        }
                    };
                    if sent.is_err() {
                        return;
                    }
                }
            }
            let mut last = head.clone();
            last["choices"] = json!([]);
            last["colophon"] = replies.iter().map(reply::marks).collect();
            if usage {
                last["usage"] = reply::usage(&reply::total(&replies));
            }
            let _ = send.send(sse::data(&last)).await;
            let _ = send.send(sse::done()).await;
        });
        return Ok(sse::reply(ReceiverStream::new(receive)));
    }
    let mut replies: Vec<SealedReply> = Vec::new();
    let mut choices = Vec::new();
    for (index, (prompt, events)) in running.into_iter().enumerate() {
        let r = finished(events).await?;
        let text = if echo { format!("{prompt}{}", r.text()) } else { r.text().to_owned() };
        choices.push(json!({
            "index": index, "text": text, "finish_reason": reply::finish_reason(r.finish),
            "logprobs": r.logprobs.as_deref().map(logprobs),
        }));
        replies.push(r);
    }
    let mut answer = head;
    answer["choices"] = choices.into();
    answer["usage"] = reply::usage(&reply::total(&replies));
    answer["colophon"] = replies.iter().map(reply::marks).collect();
    Ok(with_work_id(Json(answer).into_response(), &replies))
}

/// The older form of log-probabilities.
fn logprobs(list: &[TokenLogprob]) -> Value {
    let mut offset = 0;
    let offsets: Vec<usize> = list
        .iter()
        .map(|t| {
            let at = offset;
            offset += t.token.chars().count();
            at
        })
        .collect();
    let top = |t: &TokenLogprob| -> Value {
        t.top
            .iter()
            .map(|a| (a.token.clone(), Value::from(a.logprob)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    json!({
        "tokens": list.iter().map(|t| t.token.as_str()).collect::<Vec<_>>(),
        "token_logprobs": list.iter().map(|t| t.logprob).collect::<Vec<_>>(),
        "top_logprobs": list.iter().map(top).collect::<Vec<_>>(),
        "text_offset": offsets,
    })
}
