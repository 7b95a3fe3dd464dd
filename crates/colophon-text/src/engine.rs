//! The llama.cpp engine: weights, chat sessions with a reused prefix, and generation.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::OnceLock;

use colophon_types::Cancel;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel};
use llama_cpp_2::token::LlamaToken;

use crate::TextError;
use crate::sample::Picker;

/// Tokens that are evaluated in one step; also how often a long prompt looks at the cancel flag.
const BATCH: usize = 256;

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: &'static str,
    /// The words.
    pub content: String,
}

impl Message {
    /// A system message.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: "system", content: content.into() }
    }

    /// A user message.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: "user", content: content.into() }
    }

    /// An answer of the model.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: "assistant", content: content.into() }
    }
}

/// How to generate.
#[derive(Clone, Debug)]
pub struct Generate {
    /// At most so many tokens.
    pub max_tokens: usize,
    /// Sampling temperature; 0 is greedy.
    pub temperature: f32,
    /// Nucleus: smallest set of tokens whose probability sums to this.
    pub top_p: f32,
    /// At most so many candidates.
    pub top_k: i32,
    /// Divides the logits of the last 256 tokens; 1 is off.
    pub repeat_penalty: f32,
    /// Decides the draw.
    pub seed: u32,
    /// A JSON schema that the answer must fit.
    pub schema: Option<String>,
}

impl Default for Generate {
    fn default() -> Self {
        Self {
            max_tokens: 256,
            temperature: 0.7,
            top_p: 0.9,
            top_k: 40,
            repeat_penalty: 1.05,
            seed: 0,
            schema: None,
        }
    }
}

/// Why generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model was done.
    Stop,
    /// `max_tokens` were reached.
    Length,
    /// The receiver of the tokens asked to stop.
    Receiver,
}

/// A generated text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The words.
    pub text: String,
    /// Tokens generated.
    pub tokens: usize,
    /// Why it ended.
    pub finish: Finish,
}

fn backend() -> Result<&'static LlamaBackend, TextError> {
    static BACKEND: OnceLock<Result<LlamaBackend, String>> = OnceLock::new();
    BACKEND
        .get_or_init(|| {
            let options = llama_cpp_2::LogOptions::default().with_logs_enabled(false);
            llama_cpp_2::send_logs_to_tracing(options);
            LlamaBackend::init().map_err(|e| e.to_string())
        })
        .as_ref()
        .map_err(|e| TextError::Engine(e.clone()))
}

/// A language model in memory.
pub struct Llama {
    id: String,
    model: LlamaModel,
    template: LlamaChatTemplate,
}

impl Llama {
    /// Loads a GGUF file; the weights are mapped, not copied.
    ///
    /// # Errors
    /// [`TextError::Load`] when the file is not a model that llama.cpp can run.
    pub fn load(id: &str, path: &Path) -> Result<Self, TextError> {
        let fail = |reason: String| TextError::Load { model: id.to_owned(), reason };
        if !path.is_file() {
            return Err(fail("the file is missing".into()));
        }
        let params = LlamaModelParams::default().with_n_gpu_layers(u32::MAX);
        let model = LlamaModel::load_from_file(backend()?, path, &params).map_err(|e| fail(e.to_string()))?;
        let template = match model.chat_template(None) {
            Ok(template) => template,
            Err(_) => LlamaChatTemplate::new("chatml").map_err(|e| fail(e.to_string()))?,
        };
        Ok(Self { id: id.to_owned(), model, template })
    }

    /// The catalogue id it was loaded under.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Number of weights.
    pub fn parameters(&self) -> u64 {
        self.model.n_params()
    }

    /// The engine and its version, for receipts.
    pub fn engine() -> &'static str {
        "llama.cpp (llama-cpp-2 0.1.160)"
    }

    /// Opens a session of `context` tokens that computes on `threads` threads.
    ///
    /// # Errors
    /// [`TextError::Engine`] when there is not enough memory.
    pub fn session(&self, context: u32, threads: usize) -> Result<Session<'_>, TextError> {
        let threads = i32::try_from(threads.max(1)).unwrap_or(1);
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(context))
            .with_n_batch(BATCH as u32)
            .with_n_ubatch(BATCH as u32)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        let context =
            self.model.new_context(backend()?, params).map_err(|e| TextError::Engine(e.to_string()))?;
        Ok(Session { llama: self, context, cached: Vec::new() })
    }
}

/// A running context. Messages that start like the last ones are not evaluated again.
pub struct Session<'m> {
    llama: &'m Llama,
    context: LlamaContext<'m>,
    cached: Vec<LlamaToken>,
}

impl Session<'_> {
    /// The model.
    pub fn model(&self) -> &Llama {
        self.llama
    }

    /// Answers a chat. `on_text` gets every complete piece of text as it comes and returns whether
    /// to go on.
    ///
    /// # Errors
    /// [`TextError`]: too long, bad schema, engine failure, or cancelled.
    pub fn chat(
        &mut self,
        messages: &[Message],
        options: &Generate,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Completion, TextError> {
        let prompt = self.render(messages)?;
        let vocab = self.llama.model.vocab();
        let tokens = vocab.tokenize(prompt.as_bytes(), true, true);
        let limit = self.context.n_ctx() as usize;
        if tokens.len() + options.max_tokens > limit {
            return Err(TextError::TooLong { tokens: tokens.len() + options.max_tokens, limit });
        }
        self.prefill(&tokens, cancel)?;
        self.generate(options, cancel, on_text)
    }

    fn render(&self, messages: &[Message]) -> Result<String, TextError> {
        let engine = |e: String| TextError::Engine(e);
        let chat = messages
            .iter()
            .map(|m| LlamaChatMessage::new(m.role.to_owned(), m.content.replace('\0', " ")))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| engine(e.to_string()))?;
        self.llama
            .model
            .apply_chat_template(&self.llama.template, &chat, true)
            .map_err(|e| engine(e.to_string()))
    }

    /// Evaluates the part of `tokens` that the cache does not hold yet. The last token is always
    /// evaluated, so that its logits are there.
    fn prefill(&mut self, tokens: &[LlamaToken], cancel: &Cancel) -> Result<(), TextError> {
        let engine = |e: String| TextError::Engine(e);
        let common = self.cached.iter().zip(tokens).take_while(|(a, b)| a == b).count();
        let keep = common.min(tokens.len().saturating_sub(1));
        self.context
            .clear_kv_cache_seq(Some(0), Some(keep as u32), None)
            .map_err(|e| engine(e.to_string()))?;
        self.cached.truncate(keep);
        let mut batch = LlamaBatch::new(BATCH, 1);
        let mut position = keep;
        for chunk in tokens[keep..].chunks(BATCH) {
            cancel.check()?;
            batch.clear();
            for token in chunk {
                let last = position + 1 == tokens.len();
                batch.add(*token, position as i32, &[0], last).map_err(|e| engine(e.to_string()))?;
                position += 1;
            }
            self.context.decode(&mut batch).map_err(|e| engine(e.to_string()))?;
            self.cached.extend_from_slice(chunk);
        }
        Ok(())
    }

    fn generate(
        &mut self,
        options: &Generate,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Completion, TextError> {
        let vocab = self.llama.model.vocab();
        let mut picker = Picker::new(&self.llama.model, options)?;
        let mut batch = LlamaBatch::new(1, 1);
        let mut bytes = Vec::new();
        let mut sent = 0;
        let mut tokens = 0;
        let mut finish = Finish::Length;
        while tokens < options.max_tokens {
            cancel.check()?;
            let token = picker.pick(&self.context)?;
            if vocab.is_eog(token) {
                finish = Finish::Stop;
                break;
            }
            tokens += 1;
            bytes.extend(vocab.token_to_piece(token, false, None));
            let complete = valid_prefix(&bytes);
            if complete > sent {
                let piece = String::from_utf8_lossy(&bytes[sent..complete]).into_owned();
                sent = complete;
                if !on_text(&piece) {
                    finish = Finish::Receiver;
                    break;
                }
            }
            batch.clear();
            batch
                .add(token, self.cached.len() as i32, &[0], true)
                .map_err(|e| TextError::Engine(e.to_string()))?;
            self.context.decode(&mut batch).map_err(|e| TextError::Engine(e.to_string()))?;
            self.cached.push(token);
        }
        Ok(Completion { text: String::from_utf8_lossy(&bytes[..sent]).into_owned(), tokens, finish })
    }
}

/// Length of the longest prefix that is whole UTF-8 characters (invalid bytes count as whole).
fn valid_prefix(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_character_waits() {
        let text = "海边".as_bytes();
        assert_eq!(valid_prefix(&text[..4]), 3);
        assert_eq!(valid_prefix(text), 6);
        assert_eq!(valid_prefix(&[0xff, b'a']), 2);
    }
}
