//! Language: engines that are loaded when they are asked for, and texts that leave them sealed.
//!
//! Threading contract: [`Languages`] may be shared. Each engine runs on its own thread; finished
//! texts are sealed on one more, so that no stream waits for another's signature.

mod dialogue;
mod encoders;
mod engines;
mod find;
mod generate;
mod perform;
mod search;

pub use dialogue::Question;
pub(crate) use encoders::Encoders;
pub use encoders::{DEFAULT_ENCODER, Embedded};
pub use engines::{LanguageOptions, Languages, TextModel};
pub(crate) use find::MarkFinder;
pub use generate::{SealedReply, TextEvent, TextSink};
pub use perform::{Performed, TaskDocument, TaskOptions};
pub use search::{Found, Indexed, SearchOptions};
