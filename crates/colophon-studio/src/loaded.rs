//! What stays in memory for the next request: encoders, the guard, recognisers. Who asks for one loads it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use colophon_audio::vad::Vad;
use colophon_audio::whisper::{Precision, Whisper};
use colophon_guard::TextGuard;
use colophon_text::encode::Embed;

/// Recognisers that are kept.
const KEPT: usize = 2;

/// The loaded encoders of a studio.
#[derive(Default)]
pub(crate) struct Encoders(pub(crate) Mutex<HashMap<String, Arc<dyn Embed>>>);

/// The guard, once it was fitted.
#[derive(Default)]
pub(crate) struct Guards(pub(crate) Mutex<Option<Arc<TextGuard>>>);

/// Recognisers that wait for the next request.
#[derive(Default)]
pub(crate) struct Recognisers(Mutex<Vec<Recogniser>>);

/// What makes a recogniser another one.
#[derive(Clone, PartialEq)]
pub(crate) struct RecogniserKey {
    pub(crate) folder: PathBuf,
    pub(crate) precision: Precision,
    pub(crate) threads: usize,
}

/// A recogniser, with what finds the voices in a sound.
pub(crate) struct Recogniser {
    pub(crate) key: RecogniserKey,
    pub(crate) whisper: Whisper,
    pub(crate) vad: Vad,
}

impl Recognisers {
    pub(crate) fn take(&self, key: &RecogniserKey) -> Option<Recogniser> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|r| r.key == *key)?;
        Some(kept.remove(place))
    }

    pub(crate) fn keep(&self, recogniser: Recogniser) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(recogniser);
        if kept.len() > KEPT {
            kept.remove(0);
        }
    }
}
