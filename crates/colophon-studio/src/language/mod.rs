//! Language: engines that are loaded when they are asked for, and texts that leave them sealed.
//!
//! Threading contract: [`Languages`] may be shared. Each engine runs on its own thread; finished
//! texts are sealed on one more, so that no stream waits for another's signature.

mod dialogue;
mod encoders;
mod engines;
mod find;
mod generate;
mod loaded;
mod perform;
mod reply;
mod search;

pub use dialogue::Question;
pub use encoders::{DEFAULT_ENCODER, Embedded};
pub use engines::TextModel;
pub(crate) use find::MarkFinder;
pub use loaded::{LanguageOptions, Languages};
pub use perform::{Performed, TaskDocument, TaskOptions};
pub use reply::{SealedReply, TextEvent, TextSink};
pub use search::{Found, Indexed, SearchOptions};
