//! What is common to all answers: usage, log-probabilities, and the marks that go beside a text.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::chat::{Finish, TokenLogprob, ToolCall, Usage};
use colophon_studio::{SealedReply, SealedText};
use serde_json::{Value, json};

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// A fresh identifier with a prefix.
pub(crate) fn fresh_id(prefix: &str) -> String {
    let mut random = [0u8; 16];
    // Without random numbers the clock must do: identifiers are no secrets.
    if getrandom::fill(&mut random).is_err() {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        random = nanos.to_le_bytes();
    }
    format!("{prefix}{}", colophon_types::hex(&random))
}

pub(crate) fn usage(usage: &Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {
            "reasoning_tokens": 0, "accepted_prediction_tokens": usage.speculated_tokens,
        },
    })
}

/// The usage of several answers to one prompt.
pub(crate) fn total(replies: &[SealedReply]) -> Usage {
    let mut sum = Usage::default();
    for reply in replies {
        sum.prompt_tokens = reply.usage.prompt_tokens;
        sum.cached_tokens = sum.cached_tokens.max(reply.usage.cached_tokens);
        sum.completion_tokens += reply.usage.completion_tokens;
        sum.speculated_tokens += reply.usage.speculated_tokens;
    }
    sum
}

pub(crate) fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::Receiver => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
    }
}

pub(crate) fn logprobs(list: &[TokenLogprob]) -> Value {
    let one = |t: &TokenLogprob| json!({"token": t.token, "logprob": t.logprob, "bytes": t.bytes});
    let rows: Vec<Value> = list
        .iter()
        .map(|t| {
            let mut row = one(t);
            row["top_logprobs"] = t.top.iter().map(one).collect();
            row
        })
        .collect();
    json!({"content": rows, "refusal": null})
}

pub(crate) fn tool_call(call: &ToolCall) -> Value {
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}})
}

/// The marks of a text, for the field `colophon` of an answer.
pub(crate) fn marks(reply: &SealedReply) -> Value {
    let Some(sealed) = &reply.sealed else {
        return json!({"sealed": false, "seed": reply.seed, "reason": "no text was made"});
    };
    let SealedText { label, aigc, manifest, receipt, sha256, position, .. } = sealed;
    json!({
        "sealed": true,
        "work_id": receipt.work_id,
        "label": label,
        "aigc": aigc,
        "watermark": reply.watermark,
        "seed": reply.seed,
        "c2pa_manifest": STANDARD.encode(manifest),
        "sha256": sha256,
        "log_index": position.index,
    })
}
