//! Progress: what an engine tells while it works.

/// A stage of the work, in the order in which a film goes through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Fetching models.
    Pull,
    /// Loading models into memory.
    Load,
    /// Writing the script.
    Write,
    /// Speaking the narration.
    Speak,
    /// Drawing the scenes.
    Draw,
    /// Composing and encoding frames.
    Encode,
    /// Marking, signing and logging.
    Seal,
    /// Reading files into a search index.
    Index,
    /// Recognising speech.
    Hear,
    /// Writing and playing music, or making sounds.
    Play,
}

impl Stage {
    /// A short label for a progress bar.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pull => "models",
            Self::Load => "load",
            Self::Write => "script",
            Self::Speak => "voice",
            Self::Draw => "scenes",
            Self::Encode => "film",
            Self::Seal => "seal",
            Self::Index => "index",
            Self::Hear => "hear",
            Self::Play => "sound",
        }
    }
}

/// One step of progress.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A stage has `done` of `total` units behind it (tokens, bytes, frames, scenes).
    Progress {
        /// The stage.
        stage: Stage,
        /// Units done.
        done: u64,
        /// Units in all, as far as is known; 0 when unknown.
        total: u64,
        /// What is being worked on, e.g. a model id.
        #[serde(skip_serializing_if = "Option::is_none")]
        what: Option<String>,
    },
    /// A stage is complete.
    Done {
        /// The stage.
        stage: Stage,
        /// Seconds it took.
        seconds: f64,
    },
    /// Something worth telling the user, in one sentence.
    Note {
        /// The sentence.
        message: String,
    },
}

/// Receives events; called from any thread, must not block.
pub trait Progress: Send + Sync {
    /// Takes one event.
    fn event(&self, event: Event);
}

/// Ignores every event.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn event(&self, _event: Event) {}
}
