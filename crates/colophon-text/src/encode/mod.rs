//! Understanding: encoders of the BERT family. Sentence embeddings ([`MiniLm`], [`E5`]), masked words
//! ([`FillMask`]) and judged pairs ([`CrossEncoder`]), with candle.
//!
//! Threading contract: everything here is immutable after loading and may be shared between threads.

mod e5;
mod embed;
mod error;
mod heads;
mod layers;
mod minilm;
mod tokens;
mod tower;
mod unigram;

pub use e5::E5;
pub use embed::{Embed, EncoderInfo, Purpose, similarity};
pub use error::EncodeError;
pub use heads::{CrossEncoder, FillMask, Filling};
pub use minilm::{DIMENSIONS, MiniLm};
