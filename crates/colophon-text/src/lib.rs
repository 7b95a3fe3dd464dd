//! Language: engines that write (llama.cpp, other servers), encoders that understand, the tasks made
//! of both, and the script writer.
//!
//! Threading contract: engines (anything that is [`chat::Chat`] or [`encode::Embed`]) may be shared
//! between threads.

pub mod chat;
pub mod dialogue;
pub mod encode;
mod error;
mod llama;
mod remote;
pub mod script;
pub mod sentences;
pub mod tasks;
pub mod understand;
pub mod watermark;

pub use error::TextError;
pub use llama::{Llama, LlamaOptions, Load, Vocabulary};
pub use remote::{Remote, RemoteOptions};
