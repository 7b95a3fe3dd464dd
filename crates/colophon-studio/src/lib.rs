//! The studio: settings, engines, and the line that makes films. The only crate that knows all
//! engines; every surface hands it a request and gets back sealed works.

mod check;
mod config;
mod diffuse;
mod edit;
mod effects;
mod engines;
mod error;
mod faces;
mod film;
mod judge;
mod language;
mod moving;
mod origin;
mod picture;
mod sheet;
mod speech;
mod studio;

pub use colophon_audio::effects::{Layer, Nature, Sound, sounds};
pub use colophon_audio::{Voice, voices};
pub use colophon_hub as hub;
pub use colophon_image as image;
pub use colophon_ledger::{AuditReport, Checkpoint, VerifiedProof};
pub use colophon_seal::{Piece, Sealed, SealedText, Verdict, VerdictKind};
pub use colophon_text::dialogue::{Dialogue, Persona, Turn};
pub use colophon_text::encode::{Filling, Purpose};
pub use colophon_text::script::Recipe;
pub use colophon_text::understand::Scored;
pub use colophon_text::{TextError, chat, tasks};
pub use config::{Config, PictureConfig, RemoteConfig, TextConfig};
pub use diffuse::{DEFAULT_DIFFUSION, DiffusionRequest, Partial};
pub use edit::{Behind, Edit, PictureFile};
pub use effects::{SOUND_RATE, SoundRequest, Sounded};
pub use error::StudioError;
pub use faces::FaceRequest;
pub use film::{Deliverable, Made, Timing};
pub use language::{
    DEFAULT_ENCODER, Embedded, Found, Indexed, LanguageOptions, Languages, Performed, Question, SealedReply,
    SearchOptions, TaskOptions, TextEvent, TextModel, TextSink,
};
pub use moving::Moving;
pub use picture::{PictureRequest, Pictured, Variation};
pub use sheet::SheetRequest;
pub use speech::{SpeechRequest, Spoken};
pub use studio::{Studio, Work};

/// Every style of pictures, by name; the first is the default.
pub fn styles() -> Vec<String> {
    check::style_names()
}
