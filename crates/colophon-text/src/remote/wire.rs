//! Requests and replies in the shapes of the OpenAI chat API.

use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::options::RemoteOptions;
use crate::TextError;
use crate::chat::{
    Finish, Format, GenerateRequest, IMAGE_MARK, Message, Prompt, Reply, Role, Sampling, ToolCall,
    ToolChoice, Usage, WatermarkState,
};

/// Calls of tools in one reply, at most.
const MAX_CALLS: usize = 128;

/// Where a request goes.
pub(super) fn path(request: &GenerateRequest) -> &'static str {
    match request.prompt {
        Prompt::Chat { .. } => "/chat/completions",
        Prompt::Plain(_) => "/completions",
    }
}

/// The body of a request.
pub(super) fn body(request: &GenerateRequest, options: &RemoteOptions) -> Result<Value, TextError> {
    let cannot = |what: &str| TextError::Unsupported(format!("a remote model takes no {what}"));
    if !request.lora.is_empty() {
        return Err(cannot("LoRA adapters"));
    }
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("model", options.model.clone().into());
    put("stream", true.into());
    put("stream_options", json!({"include_usage": true}));
    match &request.prompt {
        Prompt::Plain(text) => {
            put("prompt", text.clone().into());
        }
        Prompt::Chat { messages, tools, tool_choice, parallel_tool_calls } => {
            put("messages", messages.iter().map(message).collect());
            if !tools.is_empty() {
                let tools = tools.iter().map(|tool| json!({"type": "function", "function": tool}));
                put("tools", tools.collect());
                put("tool_choice", choice(tool_choice));
                put("parallel_tool_calls", (*parallel_tool_calls).into());
            }
        }
    }
    if let Some(most) = request.max_tokens {
        put("max_tokens", most.into());
    }
    if !request.stop.is_empty() {
        put("stop", request.stop.clone().into());
    }
    match &request.format {
        Format::Text => {}
        Format::JsonObject => {
            put("response_format", json!({"type": "json_object"}));
        }
        Format::JsonSchema(schema) => {
            let schema = json!({"name": "answer", "schema": schema, "strict": true});
            put("response_format", json!({"type": "json_schema", "json_schema": schema}));
        }
        Format::Grammar(_) => return Err(cannot("grammar")),
    }
    sampling(&request.sampling, options.extended, &mut put)?;
    Ok(Value::Object(body))
}

fn sampling(
    sampling: &Sampling,
    extended: bool,
    put: &mut dyn FnMut(&str, Value) -> Option<Value>,
) -> Result<(), TextError> {
    let usual = Sampling::default();
    put("temperature", sampling.temperature.into());
    put("top_p", sampling.top_p.into());
    let penalties =
        [("frequency_penalty", sampling.frequency_penalty), ("presence_penalty", sampling.presence_penalty)];
    for (name, value) in penalties.into_iter().filter(|(_, value)| *value != 0.0) {
        put(name, value.into());
    }
    if let Some(seed) = sampling.seed {
        put("seed", seed.into());
    }
    if !sampling.logit_bias.is_empty() {
        let bias = sampling.logit_bias.iter().map(|(token, bias)| (token.to_string(), (*bias).into()));
        put("logit_bias", Value::Object(bias.collect()));
    }
    if sampling.mirostat.is_some() || sampling.dry.is_some() || sampling.xtc.is_some() {
        let message = "a remote model samples without mirostat, DRY and XTC";
        return Err(TextError::Unsupported(message.into()));
    }
    if extended {
        let more = [
            ("min_p", sampling.min_p, usual.min_p),
            ("typical_p", sampling.typical_p, usual.typical_p),
            ("repetition_penalty", sampling.repeat_penalty, usual.repeat_penalty),
        ];
        for (name, value, _) in more.into_iter().filter(|(_, value, usual)| value != usual) {
            put(name, value.into());
        }
        put("top_k", sampling.top_k.into());
    }
    Ok(())
}

fn choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Named(name) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn message(message: &Message) -> Value {
    let mut value = json!({"role": message.role.as_str(), "content": content(message)});
    if message.role == Role::Assistant && !message.tool_calls.is_empty() {
        let calls = message.tool_calls.iter().map(|call| {
            let function = json!({"name": call.name, "arguments": call.arguments});
            json!({"id": call.id, "type": "function", "function": function})
        });
        value["tool_calls"] = calls.collect();
    }
    if let Some(id) = &message.tool_call_id {
        value["tool_call_id"] = id.clone().into();
    }
    value
}

/// Words alone, or parts where there are images, in their places.
fn content(message: &Message) -> Value {
    if message.images.is_empty() {
        return message.content.clone().into();
    }
    let mut images = message.images.iter().map(|image| {
        let kind = match image.bytes.as_slice() {
            [0xFF, 0xD8, ..] => "jpeg",
            [b'R', b'I', b'F', b'F', ..] => "webp",
            [b'G', b'I', b'F', ..] => "gif",
            _ => "png",
        };
        let data = base64::engine::general_purpose::STANDARD.encode(&image.bytes);
        json!({"type": "image_url", "image_url": {"url": format!("data:image/{kind};base64,{data}")}})
    });
    let marks = message.content.matches(IMAGE_MARK).count();
    let mut parts: Vec<Value> = images.by_ref().take(message.images.len().saturating_sub(marks)).collect();
    for (i, words) in message.content.split(IMAGE_MARK).enumerate() {
        if i > 0 {
            parts.extend(images.next());
        }
        if !words.is_empty() {
            parts.push(json!({"type": "text", "text": words}));
        }
    }
    parts.into()
}

/// What has arrived of a reply.
#[derive(Default)]
pub(super) struct Gathered {
    text: String,
    calls: Vec<ToolCall>,
    finish: Option<Finish>,
    usage: Usage,
}

impl Gathered {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.calls.is_empty()
    }

    /// Takes an event in, a chunk of a stream or a whole reply; gives the new words.
    pub(super) fn add(&mut self, event: &Value) -> Result<String, String> {
        if let Some(error) = event.get("error").filter(|e| !e.is_null()) {
            let said = error.get("message").and_then(Value::as_str).unwrap_or("without a reason");
            return Err(format!("failed: {}", said.chars().take(300).collect::<String>()));
        }
        if let Some(usage) = event.get("usage").filter(|u| u.is_object()) {
            let count = |name: &str| usage.pointer(name).and_then(Value::as_u64).unwrap_or(0) as usize;
            self.usage = Usage {
                prompt_tokens: count("/prompt_tokens"),
                cached_tokens: count("/prompt_tokens_details/cached_tokens"),
                completion_tokens: count("/completion_tokens"),
                speculated_tokens: 0,
            };
        }
        let Some(choice) = event.pointer("/choices/0") else { return Ok(String::new()) };
        let message = choice.get("delta").or_else(|| choice.get("message"));
        let words = message.and_then(|m| m.get("content")).or_else(|| choice.get("text"));
        let words = words.and_then(Value::as_str).unwrap_or_default().to_owned();
        self.text.push_str(&words);
        let calls = message.and_then(|m| m.get("tool_calls")).and_then(Value::as_array);
        for (i, call) in calls.into_iter().flatten().enumerate() {
            self.add_call(i, call)?;
        }
        self.finish = match choice.get("finish_reason").and_then(Value::as_str) {
            Some("length") => Some(Finish::Length),
            Some("tool_calls" | "function_call") => Some(Finish::ToolCalls),
            Some(_) => Some(Finish::Stop),
            None => self.finish,
        };
        Ok(words)
    }

    /// Calls arrive in pieces; those of one call have its index.
    fn add_call(&mut self, place: usize, piece: &Value) -> Result<(), String> {
        let index = piece.get("index").and_then(Value::as_u64).map_or(place, |i| i as usize);
        if index >= MAX_CALLS || index > self.calls.len() {
            return Err("sent calls of tools out of order".into());
        }
        if index == self.calls.len() {
            self.calls.push(ToolCall { id: String::new(), name: String::new(), arguments: String::new() });
        }
        let call = &mut self.calls[index];
        let parts = [
            (&mut call.id, piece.get("id")),
            (&mut call.name, piece.pointer("/function/name")),
            (&mut call.arguments, piece.pointer("/function/arguments")),
        ];
        for (part, more) in parts {
            part.push_str(more.and_then(Value::as_str).unwrap_or_default());
        }
        Ok(())
    }

    pub(super) fn reply(self, request: &GenerateRequest, end: Option<Finish>) -> Reply {
        Reply {
            text: self.text,
            tool_calls: self.calls,
            finish: end.or(self.finish).unwrap_or(Finish::Stop),
            usage: self.usage,
            logprobs: None,
            watermark: WatermarkState::Remote,
            seed: request.sampling.seed.unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ImageInput;

    #[test]
    fn a_stream_becomes_a_reply() {
        let mut gathered = Gathered::default();
        let events = [
            json!({"choices": [{"delta": {"role": "assistant", "content": ""}}]}),
            json!({"choices": [{"delta": {"content": "Hel"}}]}),
            json!({"choices": [{"delta": {"content": "lo"}}]}),
            json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "add", "arguments": "{\"x\""}}]}}]}),
            json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}, "finish_reason": "tool_calls"}]}),
            json!({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
        ];
        let words: String = events.iter().map(|e| gathered.add(e).expect("words")).collect();
        let reply = gathered.reply(&GenerateRequest::plain("x"), None);
        assert_eq!((words.as_str(), reply.text.as_str()), ("Hello", "Hello"));
        assert_eq!(reply.tool_calls[0].arguments, "{\"x\":1}");
        assert_eq!((reply.finish, reply.usage.prompt_tokens), (Finish::ToolCalls, 7));
        assert_eq!(reply.watermark, WatermarkState::Remote);
        let mut hostile = Gathered::default();
        let call = json!({"choices": [{"delta": {"tool_calls": [{"index": 4_000_000_000u64}]}}]});
        assert!(hostile.add(&call).is_err());
        assert!(hostile.add(&json!({"error": {"message": "no"}})).is_err_and(|e| e == "failed: no"));
    }

    #[test]
    fn images_stand_where_they_were_put() {
        let mut user = Message::user(format!("a {IMAGE_MARK} b"));
        user.images = vec![ImageInput { bytes: vec![0xFF, 0xD8] }, ImageInput { bytes: vec![1] }];
        let parts = content(&user);
        let kinds: Vec<_> = parts.as_array().expect("parts").iter().map(|p| &p["type"]).collect();
        assert_eq!(kinds, ["image_url", "text", "image_url", "text"]);
        assert!(parts[0]["image_url"]["url"].as_str().is_some_and(|u| u.starts_with("data:image/jpeg;")));
    }
}
