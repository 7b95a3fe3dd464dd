//! The llama.cpp engine: any GGUF model, many requests at once.
//!
//! Threading contract: a [`Llama`] may be shared. Requests are prepared (template, tokens, grammar)
//! on the caller's thread and run on the engine's own; see `schedule`.

mod job;
mod output;
mod pages;
mod pick;
mod schedule;
mod shared;
mod speculate;
mod template;
mod tools;
mod variants;
mod vision;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use colophon_types::{Cancel, Seed};
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaLoraAdapter, LlamaModel};
use llama_cpp_2::token::LlamaToken;
use serde_json::json;

use self::job::{Adapter, Job, Line, Seen};
use self::output::Output;
use self::pick::Picker;
use self::schedule::{Command, Outcome, Scheduler};
pub use self::shared::LlamaOptions;
use self::shared::{BATCH, Shared};
use self::template::ChatTemplate;
use self::vision::Vision;
use crate::TextError;
use crate::chat::{
    Chat, Format, GenerateRequest, IMAGE_MARK, Message, ModelInfo, Prompt, Sink, Tool, ToolChoice,
    WatermarkChoice, WatermarkState,
};
use crate::watermark::{Marker, SHORTEST};

/// Most stop texts of a request.
const MAX_STOPS: usize = 16;
/// Most alternatives reported with a token.
const MAX_LOGPROBS: usize = 20;
/// No tokenizer makes fewer tokens of so many bytes.
const BYTES_PER_TOKEN: usize = 64;

/// What an engine has done and is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Requests in line.
    pub waiting: usize,
    /// Tokens generated since it was loaded.
    pub generated: u64,
}

/// A language model in memory, with the thread that runs it.
pub struct Llama {
    shared: Arc<Shared>,
    commands: Mutex<Sender<Command>>,
    thread: Option<JoinHandle<()>>,
}

fn backend() -> Result<&'static LlamaBackend, TextError> {
    static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();
    BACKEND
        .get_or_init(|| {
            let options = llama_cpp_2::LogOptions::default().with_logs_enabled(false);
            llama_cpp_2::send_logs_to_tracing(options);
            let kernels = variants::load();
            tracing::debug!(kernels, "llama.cpp");
            LlamaBackend::init().map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(|e| TextError::Engine(e.clone()))
}

impl Llama {
    /// Loads a GGUF file; the weights are mapped, not copied. `id` is the name it goes by.
    ///
    /// # Errors
    /// [`TextError::Load`] when the file is not a model that llama.cpp can run, or there is not
    /// enough memory for its cache.
    pub fn load(id: &str, path: &Path, options: LlamaOptions) -> Result<Self, TextError> {
        let fail = |reason: String| TextError::Load { model: id.to_owned(), reason };
        if !path.is_file() {
            return Err(fail("the file is missing".into()));
        }
        let params = LlamaModelParams::default().with_n_gpu_layers(u32::MAX);
        let model = LlamaModel::load_from_file(backend()?, path, &params).map_err(|e| fail(e.to_string()))?;
        let mut options = options;
        options.slots = options.slots.clamp(1, 128);
        options.context = options.context.clamp(64, (model.n_ctx_train() as usize).max(64));
        let vocab = model.vocab();
        let piece = |token: LlamaToken| {
            if token.0 < 0 {
                return String::new();
            }
            String::from_utf8_lossy(&vocab.token_to_piece(token, true, None)).into_owned()
        };
        let (bos, eos) = (piece(vocab.bos()), piece(vocab.eos()));
        let template = match model.chat_template(None).ok().and_then(|t| t.to_string().ok()) {
            Some(source) => Some(ChatTemplate::new(source, bos, eos)?),
            None => None,
        };
        let parameters = model.n_params();
        let shared = Arc::new(Shared {
            id: id.to_owned(),
            model: RwLock::new(model),
            template,
            options,
            parameters,
            waiting: AtomicUsize::new(0),
            generated: AtomicU64::new(0),
        });
        let (commands, inbox) = channel();
        let (ready, started) = channel();
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("llama".into())
            .spawn(move || work(&theirs, &inbox, &ready))
            .map_err(|e| fail(e.to_string()))?;
        match started.recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(fail("its thread ended".into())),
        }
        Ok(Self { shared, commands: Mutex::new(commands), thread: Some(thread) })
    }

    /// The engine and its version, for receipts.
    pub fn engine() -> &'static str {
        "llama.cpp (llama-cpp-2 0.1.160)"
    }

    /// What it is doing.
    pub fn load_now(&self) -> Load {
        Load {
            waiting: self.shared.waiting.load(Ordering::Relaxed),
            generated: self.shared.generated.load(Ordering::Relaxed),
        }
    }

    /// The tokens of a text, as the watermark's detectors need them.
    ///
    /// # Errors
    /// [`TextError::Stopped`] when the engine is broken.
    pub fn tokens(&self, text: &str) -> Result<Vec<i32>, TextError> {
        let model = self.shared.model.read().map_err(|_| TextError::Stopped)?;
        Ok(model.vocab().tokenize(text.as_bytes(), false, false).into_iter().map(|t| t.0).collect())
    }

    fn prepare(&self, request: GenerateRequest, cancel: &Cancel, sink: Sink) -> Result<Job, TextError> {
        let shared = &self.shared;
        let GenerateRequest { prompt, sampling, format, stop, logprobs, lora, client, .. } = request;
        sampling.check()?;
        if stop.len() > MAX_STOPS {
            return Err(TextError::Parameter { name: "stop", wanted: format!("at most {MAX_STOPS} texts") });
        }
        if logprobs.is_some_and(|n| n > MAX_LOGPROBS) {
            return Err(TextError::Parameter { name: "logprobs", wanted: format!("at most {MAX_LOGPROBS}") });
        }
        if request.max_tokens == Some(0) {
            return Err(TextError::Parameter { name: "max_tokens", wanted: "at least 1".into() });
        }
        let adapter = match lora.as_slice() {
            [] => None,
            [one] => Some(Adapter { path: one.path.clone(), scale_bits: one.scale.to_bits() }),
            _ => return Err(TextError::Unsupported("only one adapter at a time can be used".into())),
        };
        let mut tools = Vec::new();
        let mut images = Vec::new();
        let mut forced = None;
        let text = match prompt {
            Prompt::Plain(text) => text,
            Prompt::Chat { messages, tools: offered, tool_choice, parallel_tool_calls } => {
                let messages = with_marks(messages, &mut images);
                check_tools(&offered, &tool_choice)?;
                forced = tools::forced_schema(&offered, &tool_choice, parallel_tool_calls);
                let template = shared.template.as_ref().ok_or_else(|| {
                    TextError::Unsupported(format!(
                        "'{}' has no chat template: it completes text and holds no dialogue",
                        shared.id
                    ))
                })?;
                let text = template.render(&messages, &offered)?;
                if tool_choice != ToolChoice::None {
                    tools = offered;
                }
                text
            }
        };
        if !images.is_empty() && shared.options.mmproj.is_none() {
            return Err(TextError::Unsupported(format!("'{}' cannot see images", shared.id)));
        }
        let limit = shared.options.context;
        if text.len() > limit * BYTES_PER_TOKEN {
            return Err(TextError::TooLong { tokens: text.len() / BYTES_PER_TOKEN, limit });
        }
        let schema = forced.or_else(|| match &format {
            Format::Text | Format::Grammar(_) => None,
            Format::JsonObject => Some(json!({"type": "object"})),
            Format::JsonSchema(schema) => Some(schema.clone()),
        });
        let grammar = match (&schema, format) {
            (Some(schema), _) => Some(
                llama_cpp_2::json_schema_to_grammar(&schema.to_string())
                    .map_err(|e| TextError::Schema(e.to_string()))?,
            ),
            (None, Format::Grammar(text)) => Some(text),
            (None, _) => None,
        };
        let model = shared.model.read().map_err(|_| TextError::Stopped)?;
        let seed = sampling.seed.unwrap_or_else(fresh_seed);
        let max_tokens = request.max_tokens.unwrap_or(limit);
        let watermark = match (request.watermark, &shared.options.keys) {
            (WatermarkChoice::Intermediate, _) => WatermarkState::Intermediate,
            (_, None) => WatermarkState::NoKey,
            _ if sampling.temperature <= 0.0 => WatermarkState::Greedy,
            _ if sampling.mirostat.is_some() => WatermarkState::Sampler,
            (WatermarkChoice::Part, _) => WatermarkState::Marked,
            _ if grammar.is_some() => WatermarkState::Code,
            _ if max_tokens < SHORTEST => WatermarkState::Short,
            _ => WatermarkState::Marked,
        };
        let marker = match (&shared.options.keys, watermark) {
            (Some(keys), WatermarkState::Marked) => Some(Marker::new(keys)),
            _ => None,
        };
        let picker = Picker::new(&model, &sampling, seed, grammar.as_deref(), marker)?;
        let tokens = if images.is_empty() { tokenize(&model, &text) } else { Vec::new() };
        if tokens.is_empty() && images.is_empty() {
            return Err(TextError::Parameter { name: "prompt", wanted: "not empty".into() });
        }
        if tokens.len() + 1 > limit {
            return Err(TextError::TooLong { tokens: tokens.len() + 1, limit });
        }
        let seen = (!images.is_empty()).then_some(Seen { prompt: text, images });
        Ok(Job {
            tokens,
            seen,
            picker,
            output: Output::new(stop, !tools.is_empty()),
            tools,
            max_tokens,
            logprobs,
            adapter,
            watermark,
            part: request.watermark == WatermarkChoice::Part,
            seed,
            repeats: sampling.seed.is_some() || sampling.temperature <= 0.0,
            speculate: logprobs.is_none(),
            client,
            cancel: cancel.clone(),
            sink,
        })
    }
}

impl Chat for Llama {
    fn info(&self) -> ModelInfo {
        ModelInfo {
            id: self.shared.id.clone(),
            engine: Self::engine().to_owned(),
            context: self.shared.options.context,
            parameters: self.shared.parameters,
            vision: self.shared.options.mmproj.is_some(),
            watermark: self.shared.options.keys.is_some(),
        }
    }

    fn submit(&self, request: GenerateRequest, cancel: &Cancel, sink: Sink) -> Result<(), TextError> {
        let shared = &self.shared;
        let waiting = shared.waiting.fetch_add(1, Ordering::Relaxed);
        if waiting >= shared.options.queue + shared.options.slots {
            shared.left_line();
            return Err(TextError::Busy { waiting });
        }
        let sent = self.prepare(request, cancel, sink).and_then(|job| {
            let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
            commands.send(Command::Run(Box::new(job))).map_err(|_| TextError::Stopped)
        });
        if sent.is_err() {
            shared.left_line();
        }
        sent
    }

    fn count_tokens(&self, text: &str) -> Result<usize, TextError> {
        Ok(self.tokens(text)?.len())
    }
}

impl Drop for Llama {
    fn drop(&mut self) {
        let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        // A thread that is already gone needs no telling.
        let _ = commands.send(Command::End);
        drop(commands);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The tokenizer of a model, without its weights.
pub struct Vocabulary(LlamaModel);

impl Vocabulary {
    /// Reads the vocabulary of a GGUF file.
    ///
    /// # Errors
    /// [`TextError::Load`].
    pub fn load(id: &str, path: &Path) -> Result<Self, TextError> {
        let fail = |reason: String| TextError::Load { model: id.to_owned(), reason };
        if !path.is_file() {
            return Err(fail("the file is missing".into()));
        }
        let params = LlamaModelParams::default().with_vocab_only(true);
        let model = LlamaModel::load_from_file(backend()?, path, &params);
        Ok(Self(model.map_err(|e| fail(e.to_string()))?))
    }

    /// The tokens of a text.
    pub fn tokens(&self, text: &str) -> Vec<i32> {
        self.0.vocab().tokenize(text.as_bytes(), false, false).into_iter().map(|t| t.0).collect()
    }
}

/// The engine's thread.
fn work(shared: &Shared, commands: &Receiver<Command>, ready: &Sender<Result<(), TextError>>) {
    let mut line = Line::default();
    let mut wanted: Option<Adapter> = None;
    let mut adapters: HashMap<PathBuf, LlamaLoraAdapter> = HashMap::new();
    let mut vision = None;
    let mut started = false;
    loop {
        let outcome =
            serve(shared, commands, &mut line, wanted.as_ref(), &mut adapters, &mut vision, &mut || {
                if !started {
                    // The caller of `load` waits for this.
                    let _ = ready.send(Ok(()));
                }
                started = true;
            });
        match outcome {
            Ok(Outcome::End) => return,
            Ok(Outcome::Switch(adapter)) => wanted = adapter,
            Err(error) if !started => {
                let _ = ready.send(Err(error));
                return;
            }
            // Only a request's adapter can fail later on.
            Err(error) => {
                if let Some(job) = line.pop() {
                    shared.left_line();
                    job.fail(error);
                }
                wanted = None;
            }
        }
    }
}

/// Opens a context, with an adapter where one is wanted, and runs it.
fn serve(
    shared: &Shared,
    commands: &Receiver<Command>,
    line: &mut Line,
    wanted: Option<&Adapter>,
    adapters: &mut HashMap<PathBuf, LlamaLoraAdapter>,
    vision: &mut Option<Vision>,
    ready: &mut dyn FnMut(),
) -> Result<Outcome, TextError> {
    let fail = |reason: String| TextError::Load { model: shared.id.clone(), reason };
    if let Some(adapter) = wanted
        && !adapters.contains_key(&adapter.path)
    {
        let name = adapter.path.display().to_string();
        let broken = |reason: String| TextError::Load { model: name.clone(), reason };
        if !adapter.path.is_file() {
            return Err(broken("the file is missing".into()));
        }
        let mut model = shared.model.write().map_err(|_| TextError::Stopped)?;
        let loaded = model.lora_adapter_init(&adapter.path).map_err(|e| broken(e.to_string()))?;
        adapters.insert(adapter.path.clone(), loaded);
    }
    let model = shared.model.read().map_err(|_| TextError::Stopped)?;
    let options = &shared.options;
    let threads = i32::try_from(options.threads.max(1)).unwrap_or(1);
    let params = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new((options.slots * options.context) as u32))
        .with_n_batch(BATCH as u32)
        .with_n_ubatch(BATCH as u32)
        .with_n_seq_max(options.slots as u32)
        .with_kv_unified(false)
        .with_swa_full(true)
        .with_n_threads(threads)
        .with_n_threads_batch(threads);
    let mut context = model.new_context(backend()?, params).map_err(|e| fail(e.to_string()))?;
    if let Some(adapter) = wanted
        && let Some(loaded) = adapters.get_mut(&adapter.path)
    {
        context
            .lora_adapter_set(loaded, f32::from_bits(adapter.scale_bits))
            .map_err(|e| TextError::Engine(format!("the adapter cannot be used: {e}")))?;
    }
    if vision.is_none()
        && let Some(path) = &options.mmproj
    {
        *vision = Some(Vision::load(path, &model, threads)?);
    }
    pages::ask();
    ready();
    let mut scheduler = Scheduler::new(context, &model, shared, vision.as_mut(), wanted.cloned());
    Ok(scheduler.run(line, commands))
}

/// The tokens of a prompt; its beginning gets the model's start token unless it has it.
fn tokenize(model: &LlamaModel, text: &str) -> Vec<LlamaToken> {
    let vocab = model.vocab();
    let mut tokens = vocab.tokenize(text.as_bytes(), true, true);
    let bos = vocab.bos();
    if tokens.len() > 1 && tokens[0] == bos && tokens[1] == bos {
        tokens.remove(0);
    }
    tokens
}

/// Collects the images; every one gets a mark in the words of its message.
fn with_marks(mut messages: Vec<Message>, images: &mut Vec<crate::chat::ImageInput>) -> Vec<Message> {
    for message in &mut messages {
        let given = message.content.matches(IMAGE_MARK).count();
        let wanted = message.images.len();
        if wanted == 0 && given > 0 {
            // A mark in the user's own words is no image.
            message.content = message.content.replace(IMAGE_MARK, "");
        } else if given < wanted {
            let marks = format!("{IMAGE_MARK}\n").repeat(wanted - given);
            message.content = format!("{marks}{}", message.content);
        }
        images.append(&mut message.images);
    }
    messages
}

fn check_tools(tools: &[Tool], choice: &ToolChoice) -> Result<(), TextError> {
    for tool in tools {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if tool.name.is_empty() || tool.name.len() > 64 || !tool.name.chars().all(fine) {
            return Err(TextError::Parameter {
                name: "tools",
                wanted: "named with at most 64 letters, digits, '_', '-' and '.'".into(),
            });
        }
    }
    let missing = match choice {
        ToolChoice::Named(name) => !tools.iter().any(|t| t.name == *name),
        ToolChoice::Required => tools.is_empty(),
        ToolChoice::Auto | ToolChoice::None => false,
    };
    if missing {
        return Err(TextError::Parameter { name: "tool_choice", wanted: "one of the tools".into() });
    }
    Ok(())
}

/// A seed that no one asked for.
fn fresh_seed() -> u32 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    (Seed(now ^ count.rotate_left(40)).derive("fresh").0 >> 32) as u32
}
