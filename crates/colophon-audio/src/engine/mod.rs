//! Speech engines: phonemes in, sound out, behind one trait.

pub mod hibari;
pub mod kokoro;
mod pulse;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use colophon_types::{Cancel, Lang, Pcm};
use ort::session::{RunOptions, Session, SessionInputs, SessionOutputs};

use crate::{AudioError, Voice};

/// An engine that speaks sentences. Deterministic: the same sentence, voice and speed give the
/// same samples on the same machine type. An engine keeps to the threads that it was loaded with.
pub trait Speak: Send {
    /// Speaks one sentence as written. `speed` 1 is the voice's own pace, 2 twice as fast.
    ///
    /// # Errors
    /// When the voice is not of this engine, its file is missing, the speed is outside 0.5 to 2,
    /// nothing in the text can be spoken, or `cancel` is set meanwhile.
    fn speak(
        &mut self,
        sentence: &str,
        lang: Lang,
        voice: &Voice,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Pcm, AudioError>;

    /// The voices that this engine can speak with, given the files that it has.
    fn voices(&self) -> Vec<&'static Voice>;

    /// Samples a second of what it returns, in hertz.
    fn sample_rate(&self) -> u32;

    /// Name and version, for the receipt.
    fn engine_version(&self) -> String;
}

/// Checks the speed.
pub(crate) fn speed_in_range(speed: f32) -> Result<f32, AudioError> {
    if (0.5..=2.0).contains(&speed) { Ok(speed) } else { Err(AudioError::Speed { speed }) }
}

/// The error for a sentence without a single phoneme.
pub(crate) fn silent(sentence: &str) -> AudioError {
    AudioError::Silent { text: sentence.chars().filter(|c| !c.is_control()).take(40).collect() }
}

/// Phoneme characters and their token ids.
#[derive(Clone, Debug)]
pub struct Vocabulary(BTreeMap<char, i64>);

impl Vocabulary {
    /// Reads `vocab.json`: a map from character to id, bare or under the key `vocab`.
    ///
    /// # Errors
    /// When the file cannot be read or is something else.
    pub fn load(path: &Path) -> Result<Self, AudioError> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum File {
            Nested { vocab: BTreeMap<char, i64> },
            Bare(BTreeMap<char, i64>),
        }
        let text = std::fs::read_to_string(path).map_err(AudioError::model(path))?;
        match serde_json::from_str(&text).map_err(AudioError::model(path))? {
            File::Nested { vocab } | File::Bare(vocab) => Ok(Self(vocab)),
        }
    }

    /// Whether a character is in the alphabet.
    pub fn contains(&self, c: char) -> bool {
        self.0.contains_key(&c)
    }

    /// Token ids; characters outside the alphabet are left out.
    pub fn tokens(&self, phonemes: &str) -> Vec<i64> {
        phonemes.chars().filter_map(|c| self.0.get(&c).copied()).collect()
    }
}

/// Cuts phonemes into pieces of at most `limit` tokens, preferably after sentence ends, then after
/// other punctuation, then between words. Pieces without a letter are dropped.
pub(crate) fn pieces(phonemes: &str, limit: usize) -> Vec<String> {
    let chars: Vec<char> = phonemes.chars().collect();
    let mut out = Vec::new();
    let mut start = 0;
    while start < chars.len() {
        let mut end = chars.len();
        if end - start > limit {
            let window = &chars[start..start + limit];
            let after = |marks: &str| window.iter().rposition(|c| marks.contains(*c)).map(|i| start + i + 1);
            end = after(".!?…")
                .filter(|e| e - start > limit / 4)
                .or_else(|| after(",;:—").filter(|e| e - start > limit / 4))
                .or_else(|| after(" "))
                .unwrap_or(start + limit);
        }
        let piece: String = chars[start..end].iter().collect();
        let piece = piece.trim();
        if piece.chars().any(char::is_alphabetic) {
            out.push(piece.to_string());
        }
        start = end;
    }
    out
}

/// Runs a network and stops it within a twentieth of a second when `cancel` is set.
pub(crate) fn run<'i, 'v: 'i, const N: usize, R>(
    engine: &'static str,
    session: &mut Session,
    inputs: impl Into<SessionInputs<'i, 'v, N>>,
    cancel: &Cancel,
    take: impl FnOnce(&SessionOutputs<'_>) -> ort::Result<R>,
) -> Result<R, AudioError> {
    run_taking(engine, session, inputs, cancel, |outputs| take(&outputs))?.map_err(AudioError::engine(engine))
}

/// As [`run`], with the outputs to keep.
pub(crate) fn run_taking<'i, 'v: 'i, const N: usize, R>(
    engine: &'static str,
    session: &mut Session,
    inputs: impl Into<SessionInputs<'i, 'v, N>>,
    cancel: &Cancel,
    take: impl FnOnce(SessionOutputs<'_>) -> R,
) -> Result<R, AudioError> {
    cancel.check()?;
    let options = RunOptions::new().map_err(AudioError::engine(engine))?;
    let done = AtomicBool::new(false);
    let result = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                if cancel.is_cancelled() {
                    // A failure to stop leaves the run to end by itself.
                    let _ = options.terminate();
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(50));
            }
        });
        let result = session.run_with_options(inputs, &options).map(take);
        done.store(true, Ordering::Release);
        watch.thread().unpark();
        result
    });
    cancel.check()?;
    result.map_err(AudioError::engine(engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_where_a_speaker_would_pause() {
        assert_eq!(pieces("abc def", 510), ["abc def"]);
        assert_eq!(pieces("aaaa, bbbb. cc dd", 12), ["aaaa, bbbb.", "cc dd"]);
        assert_eq!(pieces("aaaa bbbb cccc", 10), ["aaaa bbbb", "cccc"]);
        assert_eq!(pieces(&"a".repeat(25), 10).len(), 3);
        assert!(pieces(". . .", 510).is_empty() && pieces("", 5).is_empty());
    }
}
