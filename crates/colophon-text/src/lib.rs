//! Language: the llama.cpp engine, structured output, sentence embeddings, and the script writer.
//!
//! Threading contract: a [`Llama`] (weights) is shared between threads; a [`Session`] (context and
//! cache) belongs to one thread at a time and uses as many threads as it was opened with.

pub mod chat;
pub mod embed;
mod engine;
mod error;
mod sample;
pub mod script;
pub mod sentences;

pub use engine::{Completion, Finish, Generate, Llama, Message, Session};
pub use error::TextError;
