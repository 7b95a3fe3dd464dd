//! Recognition with Whisper (Radford et al. 2022): any size, any of its languages, English
//! translation, word times, files of any length, and live.
//!
//! The weights come as a CTranslate2 file or as Hugging Face's safetensors and run on the ONNX
//! Runtime. [`Whisper::listen`] is the way through: a [`Source`] of samples goes through the voice
//! activity gate ([`crate::vad`]) onto a tape, windows of 30 s are heard and decoded as the reference
//! decoder does it, and each window begins where the timestamps of the last one end. Threading
//! contract: the networks use the number of threads that they were opened with; [`crate::vad`] uses
//! one, in turn with them.

mod align;
mod ct2;
pub mod languages;
mod listen;
pub mod live;
mod mel;
mod model;
mod names;
mod network;
mod parts;
mod recogniser;
mod rules;
mod script;
mod search;
mod tape;
mod tokens;
mod unheard;
mod weights;

use colophon_types::{Cancel, Lang, NoProgress, Pcm};

pub use listen::Listening;
pub use names::RATE;
pub use network::Precision;
pub use recogniser::Whisper;
pub use script::Script;
pub use search::Search;
pub use tape::{InMemory, Source};

use crate::{AudioError, mix};

impl Whisper {
    /// What is said in `sound`. Without a language the first 30 s decide. Chinese comes in simplified
    /// characters.
    ///
    /// # Errors
    /// When the sound has no sample rate, the network fails, or `cancel` is set.
    pub fn transcribe(
        &mut self,
        sound: &Pcm,
        lang: Option<Lang>,
        cancel: &Cancel,
    ) -> Result<String, AudioError> {
        let sound = mix::resample(sound, RATE)?;
        if sound.samples.iter().all(|x| x.abs() < 1e-4) {
            return Ok(String::new());
        }
        let how = Listening { language: lang.map(|l| l.tag().to_owned()), ..Listening::default() };
        let mut source = InMemory(sound.samples);
        Ok(self.listen(&mut source, None, &how, &mut |_| {}, &NoProgress, cancel)?.text())
    }
}
