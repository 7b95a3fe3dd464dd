//! The capability of language: what is asked of an engine, and what comes back.
//!
//! An engine implements [`Chat`]; tasks, the studio and the server know nothing else of it. Requests
//! and replies are plain data in the terms of the OpenAI chat API, so that a server only renames.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use colophon_types::Cancel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::TextError;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
}

impl Role {
    /// The word that chat templates use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// A call of a tool that the model asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Identifier, unique within the chat.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// Arguments as a JSON text.
    pub arguments: String,
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Name.
    pub name: String,
    /// What it does.
    #[serde(default)]
    pub description: String,
    /// JSON schema of its arguments.
    #[serde(default)]
    pub parameters: Value,
}

/// Whether and which tool is to be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// None.
    None,
    /// Any, but one.
    Required,
    /// This one.
    Named(String),
}

/// An image in a message: an encoded file (PNG, JPEG, WebP, GIF).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageInput {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub content: String,
    /// Images, in the order of [`IMAGE_MARK`] in `content`; those without a mark come first.
    pub images: Vec<ImageInput>,
    /// Calls that the model made (assistant only).
    pub tool_calls: Vec<ToolCall>,
    /// The call that this answers (tool only).
    pub tool_call_id: Option<String>,
}

/// Stands in the words of a message where an image belongs.
pub const IMAGE_MARK: &str = "<__media__>";

impl Message {
    /// A message of words alone.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), images: Vec::new(), tool_calls: Vec::new(), tool_call_id: None }
    }

    /// A system message.
    pub fn system(content: impl Into<String>) -> Self {
        Self::new(Role::System, content)
    }

    /// A user message.
    pub fn user(content: impl Into<String>) -> Self {
        Self::new(Role::User, content)
    }

    /// An answer of the model.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::new(Role::Assistant, content)
    }
}

/// What a generation starts from.
#[derive(Clone, Debug, PartialEq)]
pub enum Prompt {
    /// A chat, put through the model's chat template.
    Chat {
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// Tools on offer.
        tools: Vec<Tool>,
        /// Whether one is to be called.
        tool_choice: ToolChoice,
        /// Whether several may be called at once.
        parallel_tool_calls: bool,
    },
    /// Text to go on from, without a template.
    Plain(String),
}

/// The form of the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Format {
    /// Free text.
    #[default]
    Text,
    /// Any JSON object.
    JsonObject,
    /// JSON that fits this schema.
    JsonSchema(Value),
    /// Text that fits this GBNF grammar (start rule `root`).
    Grammar(String),
}

/// DRY sampling: punishes verbatim repetition of longer sequences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dry {
    /// Strength; 0 is off.
    pub multiplier: f32,
    /// Base of the exponential growth.
    pub base: f32,
    /// Sequences up to this length are free, in tokens.
    pub allowed_length: i32,
    /// Tokens looked back on; −1 is all.
    pub last_n: i32,
}

/// XTC sampling: now and then leaves out the likeliest tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Xtc {
    /// How often, 0 to 1.
    pub probability: f32,
    /// Tokens likelier than this may be left out.
    pub threshold: f32,
}

/// Mirostat: holds the surprise of the text at a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mirostat {
    /// 1 or 2.
    pub version: u8,
    /// Target surprise, in bits.
    pub tau: f32,
    /// Learning rate.
    pub eta: f32,
}

/// How tokens are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// Temperature; 0 is greedy.
    pub temperature: f32,
    /// At most so many candidates; 0 is all.
    pub top_k: i32,
    /// Nucleus: smallest set whose probability sums to this.
    pub top_p: f32,
    /// Candidates less likely than this share of the likeliest are left out.
    pub min_p: f32,
    /// Locally typical sampling; 1 is off.
    pub typical_p: f32,
    /// Divides the logits of recent tokens; 1 is off.
    pub repeat_penalty: f32,
    /// Tokens that the penalties look back on.
    pub repeat_last_n: i32,
    /// Taken off a logit for each time its token occurred.
    pub frequency_penalty: f32,
    /// Taken off a logit when its token occurred.
    pub presence_penalty: f32,
    /// Off where `None`.
    pub dry: Option<Dry>,
    /// Off where `None`.
    pub xtc: Option<Xtc>,
    /// Replaces truncation and temperature where it is there.
    pub mirostat: Option<Mirostat>,
    /// Added to the logits of these tokens.
    pub logit_bias: Vec<(u32, f32)>,
    /// Decides the draw; `None` for a fresh one.
    pub seed: Option<u32>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.7,
            top_k: 40,
            top_p: 0.95,
            min_p: 0.0,
            typical_p: 1.0,
            repeat_penalty: 1.0,
            repeat_last_n: 256,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            dry: None,
            xtc: None,
            mirostat: None,
            logit_bias: Vec::new(),
            seed: None,
        }
    }
}

impl Sampling {
    /// Checks every value.
    ///
    /// # Errors
    /// [`TextError::Parameter`] names the first that is out of range or not a number.
    pub fn check(&self) -> Result<(), TextError> {
        let within = |name: &'static str, value: f32, low: f32, high: f32| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(TextError::Parameter { name, wanted: format!("between {low} and {high}") })
            }
        };
        within("temperature", self.temperature, 0.0, 5.0)?;
        within("top_k", self.top_k as f32, 0.0, 1e6)?;
        within("top_p", self.top_p, 0.0, 1.0)?;
        within("min_p", self.min_p, 0.0, 1.0)?;
        within("typical_p", self.typical_p, 0.0, 1.0)?;
        within("repeat_penalty", self.repeat_penalty, 0.1, 10.0)?;
        within("repeat_last_n", self.repeat_last_n as f32, -1.0, 1e6)?;
        within("frequency_penalty", self.frequency_penalty, -2.0, 2.0)?;
        within("presence_penalty", self.presence_penalty, -2.0, 2.0)?;
        if let Some(dry) = &self.dry {
            within("dry_multiplier", dry.multiplier, 0.0, 100.0)?;
            within("dry_base", dry.base, 1.0, 100.0)?;
            within("dry_allowed_length", dry.allowed_length as f32, 0.0, 1e6)?;
            within("dry_penalty_last_n", dry.last_n as f32, -1.0, 1e6)?;
        }
        if let Some(xtc) = &self.xtc {
            within("xtc_probability", xtc.probability, 0.0, 1.0)?;
            within("xtc_threshold", xtc.threshold, 0.0, 1.0)?;
        }
        if let Some(mirostat) = &self.mirostat {
            within("mirostat", f32::from(mirostat.version), 1.0, 2.0)?;
            within("mirostat_tau", mirostat.tau, 0.0, 100.0)?;
            within("mirostat_eta", mirostat.eta, 0.0, 1.0)?;
        }
        for (_, bias) in &self.logit_bias {
            within("logit_bias", *bias, -100.0, 100.0)?;
        }
        Ok(())
    }
}

/// A low-rank adapter and its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct Lora {
    /// GGUF file.
    pub path: std::path::PathBuf,
    /// Weight; 1 is as trained.
    pub scale: f32,
}

/// Whether the text is to carry the watermark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WatermarkChoice {
    /// Wherever it can help.
    #[default]
    Auto,
    /// Yes: a piece of a longer text. Its own length does not count, and prose within JSON is marked
    /// too.
    Part,
    /// Not: an intermediate that nobody gets to see (a plan, a query, a check).
    Intermediate,
}

/// Why a text carries no watermark, or that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatermarkState {
    /// It does.
    Marked,
    /// Greedy decoding leaves no choice to mark.
    Greedy,
    /// Source code and other structured text must keep its tokens.
    Code,
    /// Too short for a detector: under 200 tokens.
    Short,
    /// The sampler is another program's.
    Remote,
    /// This way of sampling (mirostat) cannot carry it.
    Sampler,
    /// An intermediate.
    Intermediate,
    /// No key is set.
    NoKey,
}

/// A request to generate text.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateRequest {
    /// What it starts from.
    pub prompt: Prompt,
    /// At most so many tokens; `None` up to the end of the context.
    pub max_tokens: Option<usize>,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// The form of the answer.
    pub format: Format,
    /// Generation ends before any of these.
    pub stop: Vec<String>,
    /// Log-probabilities of so many best tokens at each step (0: the drawn one alone).
    pub logprobs: Option<usize>,
    /// Adapters.
    pub lora: Vec<Lora>,
    /// Watermark.
    pub watermark: WatermarkChoice,
    /// Who asks: turns are fair between clients.
    pub client: String,
}

impl GenerateRequest {
    /// A chat with default settings.
    pub fn chat(messages: Vec<Message>) -> Self {
        Self::of(Prompt::Chat {
            messages,
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            parallel_tool_calls: true,
        })
    }

    /// A completion with default settings.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::of(Prompt::Plain(text.into()))
    }

    fn of(prompt: Prompt) -> Self {
        Self {
            prompt,
            max_tokens: None,
            sampling: Sampling::default(),
            format: Format::Text,
            stop: Vec::new(),
            logprobs: None,
            lora: Vec::new(),
            watermark: WatermarkChoice::Auto,
            client: String::new(),
        }
    }
}

/// A token with its log-probability (natural logarithm).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprob {
    /// The text of the token; invalid UTF-8 is replaced.
    pub token: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Log-probability.
    pub logprob: f32,
    /// The best tokens at this step, likeliest first; empty inside such a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<TokenLogprob>,
}

/// Tokens that a request took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Of these, found in the prefix cache.
    pub cached_tokens: usize,
    /// Tokens generated.
    pub completion_tokens: usize,
    /// Of these, guessed by speculation and confirmed.
    pub speculated_tokens: usize,
}

/// Why generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model was done, or a stop text was met.
    Stop,
    /// `max_tokens` or the context was used up.
    Length,
    /// The model calls tools.
    ToolCalls,
    /// The receiver asked to stop.
    Receiver,
}

/// A finished generation.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The words.
    pub text: String,
    /// Calls of tools.
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish: Finish,
    /// What it took.
    pub usage: Usage,
    /// Where asked for.
    pub logprobs: Option<Vec<TokenLogprob>>,
    /// Whether the text is marked.
    pub watermark: WatermarkState,
    /// The seed that repeats it.
    pub seed: u32,
}

/// What an engine reports while it generates.
#[derive(Debug)]
pub enum Delta {
    /// More words, always whole characters; with their log-probabilities where asked for.
    Text(String, Vec<TokenLogprob>),
    /// A tool call, whole.
    ToolCall(ToolCall),
    /// The end.
    Done(Box<Reply>),
    /// The end, without a reply.
    Failed(TextError),
}

/// Gets every [`Delta`] of one request, in order; the last is [`Delta::Done`] or [`Delta::Failed`].
/// Runs on the engine's thread, so it must be quick. Returns whether to go on: after `false` the
/// engine stops within one token and ends with [`Finish::Receiver`].
pub type Sink = Box<dyn FnMut(Delta) -> bool + Send>;

/// Facts about a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Catalogue id, or the name it was loaded under.
    pub id: String,
    /// Engine and version, for receipts.
    pub engine: String,
    /// Tokens of context of one request.
    pub context: usize,
    /// Number of weights; 0 where unknown.
    pub parameters: u64,
    /// Whether messages may hold images.
    pub vision: bool,
    /// Whether its text can carry the watermark.
    pub watermark: bool,
}

/// An engine that generates text.
///
/// Threading contract: may be shared; requests of many threads run at the same time.
pub trait Chat: Send + Sync {
    /// The model.
    fn info(&self) -> ModelInfo;

    /// Queues a request and returns at once; everything else comes through `sink`. Setting `cancel`
    /// ends it within one token.
    ///
    /// # Errors
    /// [`TextError`] when the request can be refused at once: a bad parameter, a full queue.
    fn submit(&self, request: GenerateRequest, cancel: &Cancel, sink: Sink) -> Result<(), TextError>;

    /// Number of tokens of a text; an estimate where the tokenizer is not at hand.
    ///
    /// # Errors
    /// [`TextError`] when the engine is gone.
    fn count_tokens(&self, text: &str) -> Result<usize, TextError>;

    /// Generates and waits. `on_text` gets the words as they come and returns whether to go on.
    ///
    /// # Errors
    /// [`TextError`], as [`Chat::submit`], and what goes wrong while generating.
    fn generate(
        &self,
        request: GenerateRequest,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Reply, TextError> {
        let (send, receive) = mpsc::channel();
        let go_on = Arc::new(AtomicBool::new(true));
        let listening = Arc::clone(&go_on);
        let sink = move |delta| send.send(delta).is_ok() && listening.load(Ordering::Relaxed);
        self.submit(request, cancel, Box::new(sink))?;
        for delta in receive {
            match delta {
                Delta::Text(text, _) => {
                    if go_on.load(Ordering::Relaxed) && !on_text(&text) {
                        go_on.store(false, Ordering::Relaxed);
                    }
                }
                Delta::ToolCall(_) => {}
                Delta::Done(reply) => return Ok(*reply),
                Delta::Failed(error) => return Err(error),
            }
        }
        cancel.check()?;
        Err(TextError::Stopped)
    }
}
