//! Speech: text → sentences → voice → one sound at film loudness → seal; or a sentence at a time.

mod live;
mod prepare;
mod spoken;

pub use live::LiveSpeech;
pub(crate) use prepare::GROWING_CEILING;
pub use prepare::SpeechRequest;
pub use spoken::{Spoken, SpokenLine};
