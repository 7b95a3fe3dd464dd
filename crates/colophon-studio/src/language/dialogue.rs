//! Dialogues that are kept, and the path of a question through one.

use std::path::PathBuf;

use colophon_hub::Status;
use colophon_seal::Piece;
use colophon_text::chat::GenerateRequest;
use colophon_text::dialogue::Dialogue;
use colophon_types::{Cancel, NoProgress, Progress};

use super::encoders::DEFAULT_ENCODER;
use super::reply::SealedReply;
use crate::{Studio, StudioError, whole};

/// Tokens of an answer, where nothing is said of it.
const ANSWER: usize = 1024;
/// Longest name of a kept dialogue.
const NAME: usize = 64;

/// A question within a dialogue.
#[derive(Clone, Debug)]
pub struct Question {
    /// The words.
    pub words: String,
    /// The language model; the default one where none is named.
    pub model: Option<String>,
    /// How the answer is generated; its prompt is replaced.
    pub request: GenerateRequest,
}

impl Studio {
    /// Asks a question within a dialogue and notes the sealed answer in it. `on_piece` gets the words
    /// as they come and returns whether to go on.
    ///
    /// # Errors
    /// [`StudioError`], as [`Studio::write_text`]; then the dialogue is as before.
    pub fn converse(
        &self,
        dialogue: &mut Dialogue,
        question: Question,
        progress: &dyn Progress,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(&Piece) -> bool,
    ) -> Result<SealedReply, StudioError> {
        let Question { words, model, request } = question;
        let model = model.as_deref();
        let engine = self.chat_engine(model, progress, cancel)?;
        // Old turns are found by meaning where the encoder is here already.
        let encoder = match self.hub.status(DEFAULT_ENCODER) {
            Ok(Status::Present) if dialogue.has_memory() => Some(self.encoder(None, &NoProgress, cancel)?),
            _ => None,
        };
        let most = request.max_tokens.unwrap_or(ANSWER.min(engine.info().context / 4));
        let messages = dialogue.ask(&*engine, encoder.as_deref(), &words, most, cancel)?;
        let chat = GenerateRequest::chat(messages);
        let request = GenerateRequest { prompt: chat.prompt, ..request };
        let reply = self.write_text(model, request, progress, cancel, on_piece)?;
        dialogue.said(words, reply.text());
        Ok(reply)
    }

    /// A dialogue that was kept under a name; nothing when there is none.
    ///
    /// # Errors
    /// [`StudioError`]: the name cannot be one, the file cannot be read or is broken.
    pub fn kept_dialogue(&self, name: &str) -> Result<Option<Dialogue>, StudioError> {
        let path = self.dialogue_file(name)?;
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StudioError::io("read", &path)(e)),
        };
        let dialogue = serde_json::from_str(&text).map_err(|e| {
            StudioError::request(
                format!("the kept dialogue {} is broken: {e}", path.display()),
                "move the file away or use another name",
            )
        })?;
        Ok(Some(dialogue))
    }

    /// Keeps a dialogue under a name, in the place of one before.
    ///
    /// # Errors
    /// [`StudioError`]: the name cannot be one, the file cannot be written.
    pub fn keep_dialogue(&self, name: &str, dialogue: &Dialogue) -> Result<(), StudioError> {
        let path = self.dialogue_file(name)?;
        let text = serde_json::to_string_pretty(dialogue).unwrap_or_default();
        whole::write(&path, text.as_bytes())
    }

    /// Names of the kept dialogues, in order.
    pub fn kept_dialogues(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.home.join("dialogues")).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|e| Some(e.file_name().to_str()?.strip_suffix(".json")?.to_owned()))
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    fn dialogue_file(&self, name: &str) -> Result<PathBuf, StudioError> {
        let fits = (1..=NAME).contains(&name.len())
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if !fits {
            return Err(StudioError::request(
                format!("'{name}' cannot name a dialogue"),
                "use letters, digits, hyphens and underscores",
            ));
        }
        Ok(self.home.join("dialogues").join(format!("{name}.json")))
    }
}
