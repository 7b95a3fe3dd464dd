//! Tasks of language: what a user asks for in one word, made of one or many requests to a model, with
//! the checks that each needs.
//!
//! A task knows an engine only as [`Chat`](crate::chat::Chat). What nobody gets to see (plans, notes, checks) is asked
//! for without a watermark; every piece of the text itself carries it.

mod desk;
mod extract;
mod facts;
mod grounding;
mod news;
mod rewrite;
mod sections;
mod summarize;
mod translate;
mod write;
mod written;

use crate::TextError;

pub use desk::{Desk, TaskEvent};
pub use extract::Extract;
pub use facts::{Facts, FactsForm};
pub use grounding::{Objection, support};
pub use news::{News, NewsSentence};
pub use rewrite::Rewrite;
pub use summarize::{Form, Summarize};
pub use translate::{Glossary, Translate};
pub use write::Write;
pub use written::Written;

/// A task with what it needs.
#[derive(Clone, Debug)]
pub enum Task {
    /// A text on a theme.
    Write(Write),
    /// A news report from facts, and nothing but these.
    News(News),
    /// The gist of a text of any length.
    Summarize(Summarize),
    /// A text in other words.
    Rewrite(Rewrite),
    /// A text in the other language.
    Translate(Translate),
    /// Data from a text.
    Extract(Extract),
}

impl Task {
    /// The task's name, as on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Write(_) => "write",
            Self::News(_) => "news",
            Self::Summarize(_) => "summarize",
            Self::Rewrite(_) => "rewrite",
            Self::Translate(_) => "translate",
            Self::Extract(_) => "extract",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// [`TextError`] of the engine; [`TextError::Parameter`] when there is nothing to work on;
    /// [`TextError::NoAnswer`] when the model gives nothing usable.
    pub fn run(&self, desk: &mut Desk<'_>) -> Result<Written, TextError> {
        match self {
            Self::Write(task) => task.run(desk),
            Self::News(task) => task.run(desk),
            Self::Summarize(task) => task.run(desk),
            Self::Rewrite(task) => task.run(desk),
            Self::Translate(task) => task.run(desk),
            Self::Extract(task) => task.run(desk),
        }
    }
}
