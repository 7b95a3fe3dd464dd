//! A request for text, from the engine through the seal to whoever asked.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use colophon_seal::{Piece, Sealed, TextSeal, seal};
use colophon_text::chat::{Delta, GenerateRequest, Message, Prompt};
use colophon_types::{Cancel, Draft, Event, Lang, Media, Progress, Stage};
use serde_json::json;

use super::reply::{Finishing, SealedReply, TextEvent, TextSink};
use crate::origin;
use crate::{Studio, StudioError};

impl Studio {
    /// Generates a text. Returns at once; everything comes through `sink`, words as they are made.
    ///
    /// # Errors
    /// [`StudioError`] when the request can be refused at once.
    pub fn generate_text(
        &self,
        model: Option<&str>,
        request: GenerateRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
        sink: TextSink,
    ) -> Result<(), StudioError> {
        self.screen_prompt(&request, cancel)?;
        let loaded = self.loaded_engine(model, progress, cancel)?;
        let sealer = self.sealer()?;
        let sealing = self.sealing()?;
        let about = loaded.about(summary(&request), lang(&request), self.text_keys()?.id());
        let mut state = Some((TextSeal::begin(sealer), about, sink));
        let cancelled = cancel.clone();
        loaded.engine.submit(
            request,
            cancel,
            Box::new(move |delta| {
                let Some((growing, _, sink)) = state.as_mut() else { return false };
                match delta {
                    Delta::Text(words, logprobs) => sink(TextEvent::Piece(growing.piece(words), logprobs)),
                    Delta::ToolCall(call) => sink(TextEvent::ToolCall(call)),
                    Delta::Failed(error) => {
                        sink(TextEvent::Failed(error.into()));
                        state = None;
                        false
                    }
                    Delta::Done(reply) => {
                        if let Some((seal, about, sink)) = state.take() {
                            let cancel = cancelled.clone();
                            let finishing = Finishing { seal, reply: *reply, about, sink, cancel };
                            if let Err(unsent) = sealing.send(finishing) {
                                let mut sink = unsent.0.sink;
                                sink(TextEvent::Failed(StudioError::Stopped("seal")));
                            }
                        }
                        true
                    }
                }
            }),
        )?;
        Ok(())
    }

    /// Generates a text and waits. `on_piece` gets the words as they come and returns whether to go
    /// on.
    ///
    /// # Errors
    /// [`StudioError`], as [`Studio::generate_text`], and what goes wrong later.
    pub fn write_text(
        &self,
        model: Option<&str>,
        request: GenerateRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(&Piece) -> bool,
    ) -> Result<SealedReply, StudioError> {
        let (send, receive) = channel();
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let sink = move |event| {
            let sent = send.send(event).is_ok();
            sent && !stopped.load(std::sync::atomic::Ordering::Relaxed)
        };
        self.generate_text(model, request, progress, cancel, Box::new(sink))?;
        for event in receive {
            match event {
                TextEvent::Piece(piece, _) => {
                    if !on_piece(&piece) {
                        stop.store(true, std::sync::atomic::Ordering::Relaxed);
                    }
                }
                TextEvent::ToolCall(_) => {}
                TextEvent::Done(reply) => return Ok(*reply),
                TextEvent::Failed(error) => return Err(error),
            }
        }
        cancel.check()?;
        Err(StudioError::Stopped("language engine"))
    }

    /// Generates a text as a document of its own: sealed with everything that a text file can carry.
    ///
    /// # Errors
    /// [`StudioError`]; then nothing was sealed.
    pub fn text_document(
        &self,
        model: Option<&str>,
        request: GenerateRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Sealed, StudioError> {
        self.screen_prompt(&request, cancel)?;
        let loaded = self.loaded_engine(model, progress, cancel)?;
        let sealer = self.sealer()?;
        let about = loaded.about(summary(&request), lang(&request), self.text_keys()?.id());
        let most = request.max_tokens.unwrap_or(loaded.engine.info().context) as u64;
        let mut done = 0;
        let reply = loaded.engine.generate(request, cancel, &mut |_| {
            done += 1;
            let event =
                Event::Progress { stage: Stage::Write, done: done.min(most), total: most, what: None };
            progress.event(event);
            true
        })?;
        let receipt = about.receipt(reply.seed, reply.watermark)?;
        let draft = Draft::new(Media::Text(reply.text), receipt);
        Ok(seal(draft, &sealer, cancel, progress)?)
    }

    /// The thread that seals finished texts, started on first use.
    fn sealing(&self) -> Result<Sender<Finishing>, StudioError> {
        let languages = self.languages();
        if let Some(sender) = languages.sealing.get() {
            return Ok(sender.clone());
        }
        let (send, receive) = channel::<Finishing>();
        std::thread::Builder::new()
            .name("text seal".into())
            .spawn(move || receive.iter().for_each(Finishing::finish))
            .map_err(|_| StudioError::Stopped("seal"))?;
        Ok(languages.sealing.get_or_init(|| send).clone())
    }
}

/// The language of what is asked.
fn lang(request: &GenerateRequest) -> Lang {
    Lang::detect(&prompt_text(&request.prompt))
}

fn prompt_text(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Plain(text) => text.clone(),
        Prompt::Chat { messages, .. } => {
            messages.iter().map(|m: &Message| m.content.as_str()).collect::<Vec<_>>().join("\n")
        }
    }
}

/// SHA-256 of a prompt, lower-case hex.
pub(super) fn digest(prompt: &Prompt) -> String {
    origin::sha256(&format!("{prompt:?}"))
}

/// What the receipt keeps of a request.
fn summary(request: &GenerateRequest) -> serde_json::Value {
    json!({
        "task": "text",
        "prompt_sha256": digest(&request.prompt),
        "max_tokens": request.max_tokens,
        "temperature": request.sampling.temperature,
        "top_p": request.sampling.top_p,
        "top_k": request.sampling.top_k,
    })
}
