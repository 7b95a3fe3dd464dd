//! The guard: what a text is about that someone may not want to serve.
//!
//! A [`TextGuard`] learns from sentences in `data/examples.tsv`, English and Chinese, when it is made: a
//! sentence encoder turns them into vectors, and one linear function a category is fitted to them (ridge
//! regression). A text is judged by those functions and by a few phrases ([`rules`]). The guard has no
//! encoder of its own and no I/O: whoever uses it embeds what it names.
//!
//! It is small, and how well it does is measured on sentences that it never saw (`data/trial.tsv`).

mod category;
mod data;
mod error;
mod fit;
mod pieces;
mod rules;
mod text;

pub use category::{Category, Scores};
pub use data::{Sentence, examples, trial};
pub use error::GuardError;
pub use pieces::{MAX_CHARS, pieces};
pub use text::TextGuard;
