//! The shapes of OpenAI's API that come in, and how they become a request to an engine.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::chat::{
    Dry, Format, GenerateRequest, IMAGE_MARK, ImageInput, Message, Mirostat, Prompt, Role, Sampling, Tool,
    ToolCall, ToolChoice, Xtc,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::routes::voice::AudioBody;

/// Most answers to one request.
const MAX_CHOICES: usize = 8;
/// Largest image, as bytes of its file.
const MAX_IMAGE: usize = 20 << 20;

/// A text, or a list of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn list(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(list) => list,
        }
    }
}

/// Parameters that every text route has.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Generation")]
pub(crate) struct Common {
    /// Catalogue id, path of a GGUF file, or a model at another server; the default one when missing
    pub(crate) model: Option<String>,
    pub(crate) stream: Option<bool>,
    pub(crate) stream_options: Option<StreamOptions>,
    /// How many answers.
    #[schemars(range(min = 1, max = 8))]
    pub(crate) n: Option<usize>,
    #[schemars(range(min = 1))]
    pub(crate) max_tokens: Option<usize>,
    #[schemars(range(min = 1))]
    pub(crate) max_completion_tokens: Option<usize>,
    /// 0 always takes the likeliest token.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub(crate) temperature: Option<f32>,
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) top_p: Option<f32>,
    #[schemars(range(min = -2.0, max = 2.0))]
    pub(crate) frequency_penalty: Option<f32>,
    #[schemars(range(min = -2.0, max = 2.0))]
    pub(crate) presence_penalty: Option<f32>,
    pub(crate) logit_bias: Option<std::collections::BTreeMap<String, f32>>,
    pub(crate) stop: Option<OneOrMany>,
    pub(crate) seed: Option<i64>,
    /// Turns are fair between users.
    pub(crate) user: Option<String>,
    // Samplers that OpenAI does not have, under the names of other local servers.
    #[schemars(range(min = 0))]
    pub(crate) top_k: Option<i32>,
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) min_p: Option<f32>,
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) typical_p: Option<f32>,
    #[schemars(range(min = 0.1, max = 10.0))]
    pub(crate) repeat_penalty: Option<f32>,
    #[schemars(range(min = -1))]
    pub(crate) repeat_last_n: Option<i32>,
    pub(crate) dry_multiplier: Option<f32>,
    pub(crate) dry_base: Option<f32>,
    pub(crate) dry_allowed_length: Option<i32>,
    pub(crate) dry_penalty_last_n: Option<i32>,
    pub(crate) xtc_probability: Option<f32>,
    pub(crate) xtc_threshold: Option<f32>,
    /// 1 or 2; 0 for none.
    #[schemars(range(min = 0, max = 2))]
    pub(crate) mirostat: Option<u8>,
    pub(crate) mirostat_tau: Option<f32>,
    pub(crate) mirostat_eta: Option<f32>,
    /// GBNF; its start rule is `root`.
    pub(crate) grammar: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct StreamOptions {
    pub(crate) include_usage: bool,
}

impl Common {
    pub(crate) fn streams(&self) -> bool {
        self.stream.unwrap_or(false)
    }

    pub(crate) fn usage_in_stream(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|o| o.include_usage)
    }

    pub(crate) fn choices(&self) -> Result<usize, ApiError> {
        match self.n.unwrap_or(1) {
            n @ 1..=MAX_CHOICES => Ok(n),
            _ => Err(ApiError::bad(format!("'n' must be between 1 and {MAX_CHOICES}"), Some("n"))),
        }
    }

    fn sampling(&self) -> Result<Sampling, ApiError> {
        let usual = Sampling::default();
        let mut logit_bias = Vec::new();
        for (token, bias) in self.logit_bias.iter().flatten() {
            let token = token.parse().map_err(|_| {
                ApiError::bad("'logit_bias' maps token numbers to numbers", Some("logit_bias"))
            })?;
            logit_bias.push((token, *bias));
        }
        Ok(Sampling {
            temperature: self.temperature.unwrap_or(usual.temperature),
            top_k: self.top_k.unwrap_or(usual.top_k),
            top_p: self.top_p.unwrap_or(usual.top_p),
            min_p: self.min_p.unwrap_or(usual.min_p),
            typical_p: self.typical_p.unwrap_or(usual.typical_p),
            repeat_penalty: self.repeat_penalty.unwrap_or(usual.repeat_penalty),
            repeat_last_n: self.repeat_last_n.unwrap_or(usual.repeat_last_n),
            frequency_penalty: self.frequency_penalty.unwrap_or(0.0),
            presence_penalty: self.presence_penalty.unwrap_or(0.0),
            dry: self.dry_multiplier.map(|multiplier| Dry {
                multiplier,
                base: self.dry_base.unwrap_or(1.75),
                allowed_length: self.dry_allowed_length.unwrap_or(2),
                last_n: self.dry_penalty_last_n.unwrap_or(-1),
            }),
            xtc: self
                .xtc_probability
                .map(|probability| Xtc { probability, threshold: self.xtc_threshold.unwrap_or(0.1) }),
            mirostat: self.mirostat.filter(|v| *v > 0).map(|version| Mirostat {
                version,
                tau: self.mirostat_tau.unwrap_or(5.0),
                eta: self.mirostat_eta.unwrap_or(0.1),
            }),
            logit_bias,
            seed: self.seed.map(|s| s as u32),
        })
    }

    /// The request, once what it starts from is known.
    pub(crate) fn request(&self, prompt: Prompt, client: &str) -> Result<GenerateRequest, ApiError> {
        let mut request = GenerateRequest::plain("");
        request.prompt = prompt;
        request.max_tokens = self.max_completion_tokens.or(self.max_tokens);
        request.sampling = self.sampling()?;
        request.stop = self.stop.clone().map(OneOrMany::list).unwrap_or_default();
        request.client = match &self.user {
            Some(user) => format!("{client}/{user}"),
            None => client.to_owned(),
        };
        if let Some(grammar) = &self.grammar {
            request.format = Format::Grammar(grammar.clone());
        }
        Ok(request)
    }
}

/// A body of `/v1/chat/completions`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ChatRequest")]
pub(crate) struct ChatBody {
    #[serde(flatten)]
    pub(crate) common: Common,
    pub(crate) messages: Vec<MessageBody>,
    #[serde(default)]
    pub(crate) tools: Vec<ToolBody>,
    #[serde(default)]
    pub(crate) tool_choice: Option<Value>,
    #[serde(default)]
    pub(crate) parallel_tool_calls: Option<bool>,
    #[serde(default)]
    pub(crate) response_format: Option<FormatBody>,
    #[serde(default)]
    pub(crate) logprobs: Option<bool>,
    #[serde(default)]
    pub(crate) top_logprobs: Option<usize>,
    #[serde(default)]
    pub(crate) functions: Option<Value>,
    #[serde(default)]
    pub(crate) modalities: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) audio: Option<AudioBody>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SentMessage")]
pub(crate) struct MessageBody {
    pub(crate) role: String,
    #[serde(default)]
    /// A text, or parts: `text`, and `image_url` with a `data:` URL where the model sees.
    pub(crate) content: Option<ContentBody>,
    #[serde(default)]
    pub(crate) tool_calls: Option<Vec<ToolCallBody>>,
    #[serde(default)]
    pub(crate) tool_call_id: Option<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "SentContent")]
pub(crate) enum ContentBody {
    Text(String),
    Parts(Vec<PartBody>),
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SentPart")]
pub(crate) struct PartBody {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) image_url: Option<Value>,
    #[serde(default)]
    pub(crate) input_audio: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SentToolCall")]
pub(crate) struct ToolCallBody {
    pub(crate) id: String,
    pub(crate) function: FunctionCallBody,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SentFunctionCall")]
pub(crate) struct FunctionCallBody {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Tool")]
pub(crate) struct ToolBody {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Chat completions nest the function, responses do not.
    #[serde(default)]
    #[schemars(with = "Option<Value>")]
    pub(crate) function: Option<Tool>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) parameters: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ResponseFormat")]
pub(crate) struct FormatBody {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Chat completions nest name and schema, responses do not.
    #[serde(default)]
    pub(crate) json_schema: Option<SchemaBody>,
    #[serde(default)]
    pub(crate) schema: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "FormatSchema")]
pub(crate) struct SchemaBody {
    #[serde(default)]
    pub(crate) schema: Option<Value>,
}

impl FormatBody {
    pub(crate) fn format(self, param: &'static str) -> Result<Format, ApiError> {
        match self.kind.as_str() {
            "text" => Ok(Format::Text),
            "json_object" => Ok(Format::JsonObject),
            "json_schema" => self
                .json_schema
                .and_then(|s| s.schema)
                .or(self.schema)
                .map(Format::JsonSchema)
                .ok_or_else(|| ApiError::bad("a JSON schema is missing", Some(param))),
            other => Err(ApiError::bad(
                format!("'{other}' is no format; known are text, json_object and json_schema"),
                Some(param),
            )),
        }
    }
}

pub(crate) fn tools(list: Vec<ToolBody>) -> Result<Vec<Tool>, ApiError> {
    let read = |tool: ToolBody| {
        if tool.kind != "function" {
            let message = format!("tools of the type '{}' are not offered here", tool.kind);
            return Err(ApiError::bad(message, Some("tools")));
        }
        match (tool.function, tool.name) {
            (Some(function), _) => Ok(function),
            (None, Some(name)) => Ok(Tool {
                name,
                description: tool.description.unwrap_or_default(),
                parameters: tool.parameters.unwrap_or_else(|| json!({"type": "object"})),
            }),
            (None, None) => Err(ApiError::bad("a tool has no function", Some("tools"))),
        }
    };
    list.into_iter().map(read).collect()
}

pub(crate) fn tool_choice(value: Option<Value>, any: bool) -> Result<ToolChoice, ApiError> {
    let wrong = || {
        let message = "'tool_choice' must be \"auto\", \"none\", \"required\" or name a function";
        ApiError::bad(message, Some("tool_choice"))
    };
    match value {
        None | Some(Value::Null) => Ok(if any { ToolChoice::Auto } else { ToolChoice::None }),
        Some(Value::String(word)) => match word.as_str() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::None),
            "required" => Ok(ToolChoice::Required),
            _ => Err(wrong()),
        },
        Some(value) => {
            let name = value["function"]["name"].as_str().or_else(|| value["name"].as_str());
            name.map(|n| ToolChoice::Named(n.to_owned())).ok_or_else(wrong)
        }
    }
}

/// A message as the engines know it.
pub(crate) fn message(body: MessageBody) -> Result<Message, ApiError> {
    let role = match body.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        other => {
            return Err(ApiError::bad(format!("'{other}' is no role of a message"), Some("messages")));
        }
    };
    let mut message = Message::new(role, "");
    match body.content {
        None => {}
        Some(ContentBody::Text(text)) => message.content = text,
        Some(ContentBody::Parts(parts)) => {
            for part in parts {
                add_part(&mut message, part)?;
            }
        }
    }
    message.tool_calls = body
        .tool_calls
        .unwrap_or_default()
        .into_iter()
        .map(|c| ToolCall { id: c.id, name: c.function.name, arguments: c.function.arguments })
        .collect();
    message.tool_call_id = body.tool_call_id;
    Ok(message)
}

pub(crate) fn add_part(message: &mut Message, part: PartBody) -> Result<(), ApiError> {
    let bad = |text: &str| ApiError::bad(text, Some("messages"));
    match part.kind.as_str() {
        "text" | "input_text" | "output_text" => {
            message.content.push_str(&part.text.ok_or_else(|| bad("a part has no text"))?);
        }
        "image_url" | "input_image" => {
            let url = part.image_url.unwrap_or_default();
            let url = url.as_str().or_else(|| url["url"].as_str()).unwrap_or_default();
            let (_, data) =
                url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).ok_or_else(|| {
                    bad("images must be given as data: URLs; nothing is fetched from elsewhere")
                })?;
            let bytes = STANDARD.decode(data.trim()).map_err(|_| bad("an image is not valid base64"))?;
            if bytes.len() > MAX_IMAGE {
                return Err(bad("an image is too large"));
            }
            message.content.push_str(IMAGE_MARK);
            message.images.push(ImageInput { bytes });
        }
        other => return Err(bad(&format!("parts of the type '{other}' are not understood"))),
    }
    Ok(())
}
