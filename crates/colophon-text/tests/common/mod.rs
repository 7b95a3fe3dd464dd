//! An engine that says what a test makes of each request.

use std::sync::Mutex;

use colophon_text::TextError;
use colophon_text::chat::{
    Chat, Delta, Finish, GenerateRequest, ModelInfo, Prompt, Reply, Sink, Usage, WatermarkChoice,
    WatermarkState,
};
use colophon_types::Cancel;

type Script = dyn Fn(&GenerateRequest, usize) -> String + Send + Sync;

/// Answers with what its script makes of the request and of the number of those before. A token is
/// four bytes.
pub(crate) struct Scripted {
    script: Box<Script>,
    context: usize,
    /// Every request, in order.
    pub(crate) asked: Mutex<Vec<GenerateRequest>>,
}

impl Scripted {
    pub(crate) fn new(
        context: usize,
        script: impl Fn(&GenerateRequest, usize) -> String + Send + Sync + 'static,
    ) -> Self {
        Self { script: Box::new(script), context, asked: Mutex::default() }
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// The words of the last message of a request.
pub(crate) fn last_words(request: &GenerateRequest) -> String {
    match &request.prompt {
        Prompt::Plain(text) => text.clone(),
        Prompt::Chat { messages, .. } => messages.last().map(|m| m.content.clone()).unwrap_or_default(),
    }
}

/// All words of a request.
pub(crate) fn all_words(request: &GenerateRequest) -> String {
    match &request.prompt {
        Prompt::Plain(text) => text.clone(),
        Prompt::Chat { messages, .. } => {
            messages.iter().map(|m| m.content.as_str()).collect::<Vec<_>>().join("\n")
        }
    }
}

impl Chat for Scripted {
    fn info(&self) -> ModelInfo {
        ModelInfo {
            id: "scripted".into(),
            engine: "scripted 1".into(),
            context: self.context,
            parameters: 1,
            vision: false,
            watermark: true,
        }
    }

    fn submit(&self, request: GenerateRequest, cancel: &Cancel, mut sink: Sink) -> Result<(), TextError> {
        cancel.check()?;
        let prompt_tokens = all_words(&request).len() / 4;
        let limit = self.context - request.max_tokens.unwrap_or(0).min(self.context);
        if prompt_tokens > limit {
            return Err(TextError::TooLong { tokens: prompt_tokens, limit });
        }
        let before = self.count();
        let text = (self.script)(&request, before);
        let watermark = match request.watermark {
            WatermarkChoice::Intermediate => WatermarkState::Intermediate,
            _ => WatermarkState::Marked,
        };
        let seed = request.sampling.seed.unwrap_or(0);
        self.asked.lock().unwrap().push(request);
        sink(Delta::Text(text.clone(), Vec::new()));
        sink(Delta::Done(Box::new(Reply {
            usage: Usage { prompt_tokens, completion_tokens: text.len() / 4, ..Usage::default() },
            text,
            tool_calls: Vec::new(),
            finish: Finish::Stop,
            logprobs: None,
            watermark,
            seed,
        })));
        Ok(())
    }

    fn count_tokens(&self, text: &str) -> Result<usize, TextError> {
        Ok(text.len().div_ceil(4))
    }
}
