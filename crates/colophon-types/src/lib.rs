//! The vocabulary of Colophon: what every other crate speaks, and nothing that does I/O.
//!
//! A request becomes a [`Draft`]; a draft has no way out but the seal. Engines report [`Event`]s,
//! stop when their [`Cancel`] is set, take their threads from one [`Cores`] budget, and fail with
//! errors that [`Explain`] themselves: a stable [`ErrorCode`], one sentence, and what to try.

mod animation;
mod cancel;
pub mod captions;
mod cores;
mod draft;
mod error;
mod lang;
mod media;
mod modality;
mod progress;
mod raw;
mod receipt;
mod record;
mod request;
mod script;
mod seed;
mod timing;

pub use animation::{Animation, AnimationFormat};
pub use cancel::{Cancel, Cancelled};
pub use cores::{Cores, Lease};
pub use draft::{Declared, Draft, DraftParts, Source};
pub use error::{ErrorCode, Explain};
pub use lang::Lang;
pub use media::{DocumentFormat, FileFormat, FilmFormat, FrameMarker, Media, PictureFormat, SoundFormat};
pub use modality::Modality;
pub use progress::{Event, NoProgress, Progress, Stage};
pub use raw::{Pcm, Raster, Stereo};
pub use receipt::{ModelUse, Receipt, Step, WorkId};
pub use record::{LogEntry, LogPosition, Lookup, Recorder};
pub use request::{LangChoice, MakeRequest};
pub use script::{SceneText, Script};
pub use seed::Seed;
pub use timing::{Caption, SpokenScene, SpokenSentence, SpokenWord};

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
