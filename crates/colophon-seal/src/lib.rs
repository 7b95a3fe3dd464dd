//! The seal: the one way out for generated content, and the check of what comes back.
//!
//! [`seal`] takes a [`colophon_types::Draft`] apart and gives a [`Sealed`] work: visible label, then
//! watermark, then metadata (AIGC field, IPTC source type), then the C2PA credential over all of it,
//! then the entry in the log. The order is fixed ([`Step`]); if a step fails nothing comes out and
//! the error names the step. [`verify`] reads all of it back from any file, however hostile.
//!
//! One module per file format (`format`), one per mark (`mark`). A new format implements what
//! `format/mod.rs` lists; a new mark is one more module called from `pipeline` and from `verify`.

mod beside;
mod certificates;
mod digest;
mod error;
mod format;
mod label_options;
mod look;
mod mark;
mod pipeline;
mod protect;
mod provider;
mod recording;
mod remote_signer;
mod sealed;
mod sealer;
mod stamp;
mod stamp_check;
mod stream;
mod stream_sound;
mod time_stamper;
mod verdict;
mod verify;

pub use colophon_watermark::{Found, Payload, Turn, code};
pub use error::{SealError, Step};
pub use format::avif::decode as decode_avif;
pub use format::gif::pictures as gif_pictures;
pub use format::text::bare as bare_text;
pub use label_options::{Agreement, LabelOptions};
pub use mark::aigc::{Aigc, is_provider_code};
pub use mark::aigc_key::{AigcKey, AigcSignature, KnownSigners};
pub use mark::label::{Corner, FILM_LABEL_SECONDS, LABEL_TEXT, LabelProfile, TEXT_LABEL};
pub use mark::label_film::FilmLabel;
pub use mark::label_sound::{NAME as SOUND_LABEL, label_rhythm};
pub use mark::label_spoken::{LabelWords, SoundLabel, SoundPlace, SpokenLabel};
pub use mark::marker::FilmMarker;
pub use mark::watermark::{MarkFrames, ReadFrames, Watermark, WatermarkError};
pub use pipeline::seal;
pub use protect::{Alike, Protected, bits_apart, content_code, likeness_limit};
pub use provider::ProviderCode;
pub use recording::{About, Recording};
pub use remote_signer::{CommandSigner, RemoteSigner};
pub use sealed::Sealed;
pub use sealer::{Sealer, SealerConfig};
pub use stamp::LocalAuthority;
pub use stamp_check::{StampFacts, check_stamp, stamp_of};
pub use stream::{Piece, SealedText, TextSeal};
pub use stream_sound::{SealedSound, SoundPiece, SoundSeal, streamed_type};
pub use time_stamper::TimeStamper;
pub use verdict::{
    AigcFacts, CredentialFacts, CredentialState, IptcFacts, LabelFacts, LogFacts, Recovered, TurnFacts,
    Verdict, VerdictKind, WatermarkFacts,
};
pub use verify::{TextWatermark, VerifyContext, verify};
