//! The studio: settings, engines, and the line that makes films. The only crate that knows all
//! engines; every surface hands it a request and gets back sealed works.

mod audiobook;
mod backup;
mod brought;
mod check;
mod checkpoints;
mod config;
mod consents;
mod diffuse;
mod drawing;
mod edit;
mod effects;
mod engines;
mod error;
mod examine;
mod faces;
mod film;
mod gallery;
mod generator;
mod jobs;
mod judge;
mod kept;
mod label_voice;
mod language;
mod loaded;
mod log_care;
mod moderate;
mod moving;
mod music;
mod neural_marks;
pub mod oidc;
mod origin;
mod picture;
mod protect;
mod recording;
mod replay;
mod retain;
mod settings;
mod shared_log;
mod sheet;
mod speech;
mod stamps;
mod studio;
mod talk;
mod terrain;
pub mod trace;
mod transcribe;
mod unload;
mod whole;

pub use audiobook::{Audiobook, AudiobookRequest};
pub use backup::BackupManifest;
pub use brought::Brought;
pub use checkpoints::{CheckpointOptions, Checkpoints};
pub use colophon_audio::book::{Book, Chapter};
pub use colophon_audio::clean::{Cleaning, Pauses};
pub use colophon_audio::effects::{Layer, Nature, Sound, sounds};
pub use colophon_audio::transcript::{Segment, Word};
pub use colophon_audio::whisper::live::Line;
pub use colophon_audio::whisper::{Script, languages};
pub use colophon_audio::{
    Gender, Markup, Transcript, TranscriptFormat, Voice, music as composing, read_cast, voices,
};
pub use colophon_guard as guard;
pub use colophon_hub as hub;
pub use colophon_image as image;
pub use colophon_ledger::{AuditReport, Checkpoint, VerifiedProof, WitnessPolicy, Witnessed};
pub use colophon_seal::{
    AigcSignature, Piece, ProviderCode, Sealed, SealedSound, SealedText, Verdict, VerdictKind, streamed_type,
};
pub use colophon_store as store;
pub use colophon_text::dialogue::{Dialogue, Persona, Turn};
pub use colophon_text::encode::{Filling, Purpose};
pub use colophon_text::script::{Bilingual, Recipe};
pub use colophon_text::understand::Scored;
pub use colophon_text::{TextError, chat, tasks};
pub use colophon_types::captions::{to_srt, to_vtt};
pub use config::{
    Config, LabelConfig, LogConfig, PictureConfig, PolicyConfig, ProviderConfig, RemoteConfig,
    RetentionConfig, SignerConfig, TextConfig, WitnessConfig,
};
pub use consents::{CONSENT_PHRASES, ConsentOrder};
pub use diffuse::{DEFAULT_DIFFUSION, DiffusionRequest, Partial};
pub use edit::{Behind, Edit, PictureFile};
pub use effects::{SOUND_RATE, SoundRequest, Sounded};
pub use error::StudioError;
pub use examine::{escape, report};
pub use faces::FaceRequest;
pub use film::{Deliverable, Made, Timing};
pub use generator::GeneratorRequest;
pub use jobs::{Input, JobOrder, SPRITESHEET, Tally, Workers, WorkersOptions, job_schemas};
pub use kept::{KeptFile, OBJECTS_GRACE};
pub use language::{
    DEFAULT_ENCODER, Embedded, Found, Indexed, LanguageOptions, Languages, Performed, Question, SealedReply,
    SearchOptions, TaskDocument, TaskOptions, TextEvent, TextModel, TextSink,
};
pub use log_care::{LOG_CARE, LogAudit, LogStamp, WitnessAnswer};
pub use moderate::{Judged, Moderation};
pub use moving::{Moving, MovingFormat};
pub use music::{Composed, MusicRequest};
pub use origin::Work;
pub use picture::{PictureRequest, Pictured, SealedLayer, Variation};
pub use protect::{Added, ProtectedWork};
pub use recording::{Measured, Recorded, SoundFile, VocoderKind};
pub use replay::Replayed;
pub use retain::Forgotten;
pub use settings::{LabelEdit, PolicyEdit, SettingsEdit};
pub use sheet::SheetRequest;
pub use speech::{LiveSpeech, SpeechRequest, Spoken, SpokenLine};
pub use studio::Studio;
pub use talk::{Exchange, Heard, Hearing, Latency, Talk, TalkEvent, TalkOptions};
pub use terrain::{TERRAIN, TerrainRequest};
pub use transcribe::{DEFAULT_RECOGNISER, LiveSource, TranscribeRequest, Transcribed};

/// Every style of pictures, by name; the first is the default.
pub fn styles() -> Vec<String> {
    check::style_names()
}
