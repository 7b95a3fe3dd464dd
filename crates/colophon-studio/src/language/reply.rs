//! What comes of a request for text: its pieces, the sealed end, and the receipt of it.

use colophon_seal::{Piece, SealedText, TextSeal};
use colophon_text::chat::{Finish, Reply, TokenLogprob, ToolCall, Usage, WatermarkState};
use colophon_types::{Cancel, Lang, ModelUse, Receipt};
use serde_json::json;

use crate::StudioError;
use crate::origin::{self, fresh_seed, new_work};

/// A finished text with its seal.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedReply {
    /// The words and their marks; nothing when the model only called tools or said nothing.
    pub sealed: Option<SealedText>,
    /// Calls of tools.
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish: Finish,
    /// What it took.
    pub usage: Usage,
    /// Where asked for.
    pub logprobs: Option<Vec<TokenLogprob>>,
    /// Whether the words carry the watermark.
    pub watermark: WatermarkState,
    /// The seed that repeats it.
    pub seed: u32,
    /// The model.
    pub model: String,
}

impl SealedReply {
    /// The words; empty when there are none.
    pub fn text(&self) -> &str {
        self.sealed.as_ref().map_or("", |s| s.text.as_str())
    }
}

/// What comes of a request for text, in order; the last is `Done` or `Failed`.
#[derive(Debug)]
pub enum TextEvent {
    /// More words, with their log-probabilities where asked for.
    Piece(Piece, Vec<TokenLogprob>),
    /// A tool call.
    ToolCall(ToolCall),
    /// The end.
    Done(Box<SealedReply>),
    /// The end, without a seal.
    Failed(StudioError),
}

/// Gets every [`TextEvent`] of a request. Must be quick; returns whether to go on.
pub type TextSink = Box<dyn FnMut(TextEvent) -> bool + Send>;

/// A text that waits for its seal.
pub(super) struct Finishing {
    pub(super) seal: TextSeal,
    pub(super) reply: Reply,
    pub(super) about: About,
    pub(super) sink: TextSink,
    pub(super) cancel: Cancel,
}

/// What the receipt says of a request. The words of the prompt are not kept, only their digest: the
/// receipt travels with the text, and what a user told the model is nobody else's business.
pub(super) struct About {
    pub(super) request: serde_json::Value,
    pub(super) lang: Lang,
    pub(super) uses: ModelUse,
    /// Name and version of the engine.
    pub(super) engine: String,
    /// The key of the watermark.
    pub(super) key: String,
}

impl Finishing {
    /// Seals it, and tells who waits.
    pub(super) fn finish(self) {
        let Self { seal, reply, about, mut sink, cancel } = self;
        // Of a reply that was broken off by its reader, what was sent is sealed too.
        let event = match sealed(seal, &reply, about, &cancel) {
            Ok((sealed, model)) => TextEvent::Done(Box::new(SealedReply {
                sealed,
                tool_calls: reply.tool_calls,
                finish: reply.finish,
                usage: reply.usage,
                logprobs: reply.logprobs,
                watermark: reply.watermark,
                seed: reply.seed,
                model,
            })),
            Err(error) => TextEvent::Failed(error),
        };
        sink(event);
    }
}

fn sealed(
    seal: TextSeal,
    reply: &Reply,
    about: About,
    cancel: &Cancel,
) -> Result<(Option<SealedText>, String), StudioError> {
    let model = about.uses.id.clone();
    if seal.is_empty() {
        return Ok((None, model));
    }
    let receipt = about.receipt(reply.seed, reply.watermark)?;
    Ok((Some(seal.finish(receipt, cancel)?), model))
}

impl About {
    pub(super) fn receipt(self, seed: u32, watermark: WatermarkState) -> Result<Receipt, StudioError> {
        let mut request = self.request;
        request["seed"] = seed.into();
        // Equal requests in one millisecond are two works.
        request["nonce"] = format!("{:016x}", fresh_seed()).into();
        let work = new_work(&request)?;
        let watermark = match watermark {
            WatermarkState::Marked => json!({"method": "synthid-text", "key": self.key}),
            state => json!({"none": state}),
        };
        let steps = vec![("generate", self.engine)];
        let models = vec![self.uses];
        let mut receipt = origin::receipt(work, "Text", self.lang, request, u64::from(seed), models, steps);
        receipt.extra.insert("watermark".to_owned(), watermark);
        Ok(receipt)
    }
}
