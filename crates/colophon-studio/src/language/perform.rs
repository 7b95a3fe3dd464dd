//! Tasks of language, from the engine through the seal to whoever asked.

use colophon_seal::{Piece, Sealed, TextSeal, seal};
use colophon_text::chat::{Finish, Message, Prompt, Usage};
use colophon_text::tasks::{Desk, Task, TaskEvent, Written};
use colophon_types::{Cancel, Draft, Event, Lang, Media, Progress, Stage};
use serde_json::{Value, json};

use super::loaded::Loaded;
use super::reply::{About, SealedReply};
use crate::{Studio, StudioError};

/// How a task is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskOptions {
    /// The language model; the default one where none is named.
    pub model: Option<String>,
    /// Repeats a result; a fresh one where none is given.
    pub seed: Option<u32>,
    /// Temperature for every request of the task, instead of the task's own.
    pub temperature: Option<f32>,
}

/// A finished task.
#[derive(Clone, Debug, PartialEq)]
pub struct Performed {
    /// The text with its marks.
    pub reply: SealedReply,
    /// What the task has to say of its own work.
    pub report: Value,
}

/// A finished task as a document.
pub struct TaskDocument {
    /// The sealed Markdown file.
    pub sealed: Sealed,
    /// What the task has to say of its own work.
    pub report: Value,
    /// Tokens of all requests together.
    pub usage: Usage,
}

impl Studio {
    /// Does a task and seals what comes of it. `on_piece` gets the words as they come and returns
    /// whether to go on.
    ///
    /// # Errors
    /// [`StudioError`]: a wrong request, an engine that cannot be had, nothing usable written; then
    /// nothing was sealed.
    pub fn perform(
        &self,
        task: &Task,
        options: &TaskOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(&Piece) -> bool,
    ) -> Result<Performed, StudioError> {
        let (growing, written, about) = self.grow(task, options, progress, cancel, on_piece)?;
        let receipt = about.receipt(written.seed, written.watermark)?;
        let model = receipt.models[0].id.clone();
        let sealed = if growing.is_empty() { None } else { Some(growing.finish(receipt, cancel)?) };
        let reply = SealedReply {
            sealed,
            tool_calls: Vec::new(),
            finish: Finish::Stop,
            usage: written.usage,
            logprobs: None,
            watermark: written.watermark,
            seed: written.seed,
            model,
        };
        Ok(Performed { reply, report: written.report })
    }

    /// Does a task; the text becomes a document of its own, sealed with everything that a text file
    /// can carry. Gives it with the task's report.
    ///
    /// # Errors
    /// As [`Studio::perform`].
    pub fn perform_document(
        &self,
        task: &Task,
        options: &TaskOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(Sealed, Value), StudioError> {
        let made = self.perform_watched(task, options, progress, cancel, &mut |_| true)?;
        Ok((made.sealed, made.report))
    }

    /// As [`perform_document`](Self::perform_document); `on_piece` gets the words as they come and
    /// returns whether to go on.
    ///
    /// # Errors
    /// As [`Studio::perform`].
    pub fn perform_watched(
        &self,
        task: &Task,
        options: &TaskOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(&Piece) -> bool,
    ) -> Result<TaskDocument, StudioError> {
        // The pieces were shown; what is sealed is the document.
        let (_, written, about) = self.grow(task, options, progress, cancel, on_piece)?;
        let receipt = about.receipt(written.seed, written.watermark)?;
        let Written { text, usage, report, .. } = written;
        let draft = Draft::new(Media::Text(text), receipt);
        Ok(TaskDocument { sealed: seal(draft, &*self.sealer()?, cancel, progress)?, report, usage })
    }

    /// Does a task and shows the pieces of its text as they come.
    fn grow(
        &self,
        task: &Task,
        options: &TaskOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(&Piece) -> bool,
    ) -> Result<(TextSeal, Written, About), StudioError> {
        let mut growing = TextSeal::begin(self.sealer()?);
        let (written, about) = self.carry_out(task, options, progress, cancel, &mut |words| {
            on_piece(&growing.piece(words.to_owned()))
        })?;
        Ok((growing, written, about))
    }

    fn carry_out(
        &self,
        task: &Task,
        options: &TaskOptions,
        progress: &dyn Progress,
        cancel: &Cancel,
        on_words: &mut dyn FnMut(&str) -> bool,
    ) -> Result<(Written, About), StudioError> {
        // Of texts that there are, a report of a crime may be summarised; what is wished of them is looked at.
        self.screen(wish(task), cancel)?;
        let loaded = self.loaded_engine(options.model.as_deref(), progress, cancel)?;
        let seed = options.seed.unwrap_or_else(|| crate::origin::fresh_seed() as u32);
        let about = self.about_task(task, &loaded, options)?;
        let mut tell = |event: TaskEvent<'_>| match event {
            TaskEvent::Step { done, total } => {
                let (done, total) = (done as u64, total as u64);
                progress.event(Event::Progress { stage: Stage::Write, done, total, what: None });
                true
            }
            TaskEvent::Words(words) => on_words(words),
        };
        let mut desk =
            Desk::new(&*loaded.engine, seed, cancel, &mut tell).with_temperature(options.temperature);
        Ok((task.run(&mut desk)?, about))
    }

    fn about_task(&self, task: &Task, loaded: &Loaded, options: &TaskOptions) -> Result<About, StudioError> {
        let (given, lang) = given(task);
        let prompt = Prompt::Chat {
            messages: vec![Message::user(given)],
            tools: Vec::new(),
            tool_choice: Default::default(),
            parallel_tool_calls: false,
        };
        let request = json!({
            "task": task.name(),
            "prompt_sha256": super::generate::digest(&prompt),
            "temperature": options.temperature,
        });
        Ok(loaded.about(request, lang, self.text_keys()?.id()))
    }
}

/// What is asked for in words, beside the text that a task works on.
fn wish(task: &Task) -> &str {
    match task {
        Task::Write(t) => &t.wish,
        Task::News(t) => &t.wish,
        Task::Summarize(t) => &t.wish,
        Task::Rewrite(t) => &t.wish,
        Task::Translate(t) => &t.wish,
        Task::Extract(t) => &t.wish,
    }
}

/// What a task was given, for its digest, and the language of what it makes.
fn given(task: &Task) -> (String, Lang) {
    let (wish, with) = (wish(task), |more: &str| format!("{}\n{more}", wish(task)));
    match task {
        Task::Write(t) => (wish.to_owned(), t.lang),
        Task::News(t) => (with(&t.facts.all().join("\n")), t.lang),
        Task::Summarize(t) => (with(&t.text), t.lang),
        Task::Rewrite(t) => (with(&t.text), t.lang),
        Task::Translate(t) => (with(&t.text), t.to),
        Task::Extract(t) => (with(&format!("{}\n{}", t.schema, t.text)), t.lang),
    }
}
