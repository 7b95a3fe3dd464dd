//! Language: the llama.cpp engine, structured output, sentence embeddings, and the script writer.
//!
//! Threading contract: engines (anything that is [`chat::Chat`]) may be shared between threads.

pub mod chat;
pub mod embed;
mod error;
mod llama;
pub mod script;
pub mod sentences;
pub mod watermark;

pub use error::TextError;
pub use llama::{Llama, LlamaOptions, Load, Vocabulary};
