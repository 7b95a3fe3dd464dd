//! Where a task works: an engine, a seed, and whoever watches.

use colophon_types::{Cancel, Seed};

use super::Written;
use crate::TextError;
use crate::chat::{
    Chat, Format, GenerateRequest, Message, Reply, Sampling, Usage, WatermarkChoice, WatermarkState,
};
use crate::watermark::SHORTEST;

/// Tokens of the context that are kept free for the chat template.
const MARGIN: usize = 64;

/// What a task tells while it works.
#[derive(Debug)]
pub enum TaskEvent<'a> {
    /// Steps done, of about so many.
    Step {
        /// Done.
        done: usize,
        /// All.
        total: usize,
    },
    /// More of the text itself.
    Words(&'a str),
}

/// A place to work at. Counts what all requests of a task take.
pub struct Desk<'a> {
    engine: &'a dyn Chat,
    cancel: &'a Cancel,
    tell: &'a mut dyn FnMut(TaskEvent<'_>) -> bool,
    seed: Seed,
    temperature: Option<f32>,
    asked: u64,
    usage: Usage,
    /// Tokens of the text itself, and the first reason why a part of it has no watermark.
    visible: usize,
    unmarked: Option<WatermarkState>,
}

impl<'a> Desk<'a> {
    /// A desk with an engine; `tell` gets what happens and returns whether to go on.
    pub fn new(
        engine: &'a dyn Chat,
        seed: u32,
        cancel: &'a Cancel,
        tell: &'a mut dyn FnMut(TaskEvent<'_>) -> bool,
    ) -> Self {
        Self {
            engine,
            cancel,
            tell,
            seed: Seed(u64::from(seed)),
            temperature: None,
            asked: 0,
            usage: Usage::default(),
            visible: 0,
            unmarked: None,
        }
    }

    /// Draws with this temperature wherever the task leaves it open.
    #[must_use]
    pub fn with_temperature(mut self, temperature: Option<f32>) -> Self {
        self.temperature = temperature;
        self
    }

    /// Tokens that a prompt of a task may have when the answer gets `answer` tokens.
    pub(super) fn room(&self, answer: usize) -> usize {
        self.engine.info().context.saturating_sub(answer + MARGIN)
    }

    pub(super) fn count(&self, text: &str) -> Result<usize, TextError> {
        self.engine.count_tokens(text)
    }

    pub(super) fn step(&mut self, done: usize, total: usize) -> Result<(), TextError> {
        self.cancel.check()?;
        (self.tell)(TaskEvent::Step { done, total });
        Ok(())
    }

    /// Shows a part of the text that was not streamed.
    pub(super) fn show(&mut self, words: &str) -> Result<(), TextError> {
        if (self.tell)(TaskEvent::Words(words)) { Ok(()) } else { Err(colophon_types::Cancelled.into()) }
    }

    /// Asks for something that nobody gets to see.
    pub(super) fn think(
        &mut self,
        messages: Vec<Message>,
        max_tokens: usize,
        temperature: f32,
        format: Format,
    ) -> Result<Reply, TextError> {
        let request = self.request(messages, max_tokens, temperature, format, WatermarkChoice::Intermediate);
        let reply = self.engine.generate(request, self.cancel, &mut |_| true)?;
        self.add(&reply.usage);
        Ok(reply)
    }

    /// Asks for a part of the text that is shown by the task itself, once it was looked at.
    pub(super) fn draft(
        &mut self,
        messages: Vec<Message>,
        max_tokens: usize,
        temperature: f32,
        format: Format,
    ) -> Result<Reply, TextError> {
        self.part(messages, max_tokens, temperature, format, false)
    }

    /// Asks for a part of the text and shows it as it comes.
    pub(super) fn write(
        &mut self,
        messages: Vec<Message>,
        max_tokens: usize,
        temperature: f32,
        format: Format,
    ) -> Result<Reply, TextError> {
        self.part(messages, max_tokens, temperature, format, true)
    }

    fn part(
        &mut self,
        messages: Vec<Message>,
        max_tokens: usize,
        temperature: f32,
        format: Format,
        shown: bool,
    ) -> Result<Reply, TextError> {
        let request = self.request(messages, max_tokens, temperature, format, WatermarkChoice::Part);
        let (engine, cancel) = (self.engine, self.cancel);
        let tell = &mut *self.tell;
        let mut show = |words: &str| !shown || tell(TaskEvent::Words(words));
        let reply = engine.generate(request, cancel, &mut show)?;
        self.add(&reply.usage);
        self.visible(&reply);
        Ok(reply)
    }

    fn request(
        &mut self,
        messages: Vec<Message>,
        max_tokens: usize,
        temperature: f32,
        format: Format,
        watermark: WatermarkChoice,
    ) -> GenerateRequest {
        self.asked += 1;
        let seed = self.seed.derive(&format!("request {}", self.asked)).0 as u32;
        let temperature = self.temperature.unwrap_or(temperature);
        GenerateRequest {
            max_tokens: Some(max_tokens.max(8)),
            sampling: Sampling {
                temperature,
                top_p: 0.9,
                repeat_penalty: 1.05,
                seed: Some(seed),
                ..Sampling::default()
            },
            format,
            watermark,
            ..GenerateRequest::chat(messages)
        }
    }

    fn add(&mut self, usage: &Usage) {
        self.usage.prompt_tokens += usage.prompt_tokens;
        self.usage.cached_tokens += usage.cached_tokens;
        self.usage.completion_tokens += usage.completion_tokens;
        self.usage.speculated_tokens += usage.speculated_tokens;
    }

    fn visible(&mut self, reply: &Reply) {
        self.visible += reply.usage.completion_tokens;
        if reply.watermark != WatermarkState::Marked {
            self.unmarked.get_or_insert(reply.watermark);
        }
    }

    /// The result of the whole task.
    pub(super) fn finish(&self, text: String, report: serde_json::Value) -> Written {
        let watermark = match self.unmarked {
            Some(state) => state,
            None if self.visible < SHORTEST => WatermarkState::Short,
            None => WatermarkState::Marked,
        };
        Written { text, usage: self.usage, watermark, seed: self.seed.0 as u32, report }
    }
}
