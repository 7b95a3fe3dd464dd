//! Speech engines: phonemes in, sound out, behind one trait.

mod durations;
pub mod hibari;
pub mod kokoro;
mod operators;
mod products;
mod pulse;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use colophon_types::{Cancel, Pcm};
use ort::session::{RunOptions, Session, SessionInputs, SessionOutputs};

use crate::g2p::Reading;
use crate::{AudioError, Blend, Voice};

/// What an engine made of a reading.
#[derive(Clone, Debug)]
pub struct Uttered {
    /// The sound, silence at its ends included.
    pub sound: Pcm,
    /// Start and end of each word of the reading, in seconds from the start of the sound.
    pub words: Vec<(f64, f64)>,
}

/// An engine that speaks readings. Deterministic: the same phonemes, voice and speed give the same
/// samples on the same machine type. An engine keeps to the threads that it was loaded with.
pub trait Speak: Send {
    /// Speaks what was read. `speed` 1 is the voice's own pace, 2 twice as fast.
    ///
    /// # Errors
    /// When the voice is not of this engine, its file is missing, the speed is outside 0.5 to 2,
    /// nothing in the reading can be spoken, or `cancel` is set meanwhile.
    fn speak(
        &mut self,
        reading: &Reading,
        voice: &Blend,
        speed: f32,
        cancel: &Cancel,
    ) -> Result<Uttered, AudioError>;

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
    pub fn tokens(&self, phonemes: &[char]) -> Vec<i64> {
        phonemes.iter().filter_map(|c| self.0.get(c).copied()).collect()
    }
}

/// Cuts phonemes into pieces of at most `limit` characters, preferably after sentence ends, then
/// after other punctuation, then between words. Pieces without a letter are dropped.
pub(crate) fn pieces(chars: &[char], limit: usize) -> Vec<Range<usize>> {
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
        let piece = &chars[start..end];
        if piece.iter().any(|c| c.is_alphabetic()) {
            let blank = |c: &&char| c.is_whitespace();
            let front = piece.iter().take_while(blank).count();
            let back = piece.iter().rev().take_while(blank).count();
            out.push(start + front..end - back);
        }
        start = end;
    }
    out
}

/// Silence between the pieces of a sentence that is too long for one run, in seconds.
const JOINT: f64 = 0.12;

/// Speaks a reading piece by piece: `piece` makes the sound of some phonemes at `rate` hertz and
/// says how long each token lasted, the pads at both ends included.
pub(crate) fn joined(
    reading: &Reading,
    vocabulary: &Vocabulary,
    limit: usize,
    rate: u32,
    mut piece: impl FnMut(&[char]) -> Result<(Vec<f32>, Vec<f64>), AudioError>,
) -> Result<Uttered, AudioError> {
    let chars: Vec<char> = reading.phonemes.chars().collect();
    let mut samples = Vec::new();
    // When each phoneme begins; one more for the end.
    let mut starts = vec![0.0; chars.len() + 1];
    let mut ends = starts.clone();
    for range in pieces(&chars, limit) {
        if !samples.is_empty() {
            samples.resize(samples.len() + (JOINT * f64::from(rate)) as usize, 0.0);
        }
        let offset = samples.len() as f64 / f64::from(rate);
        let (sound, lengths) = piece(&chars[range.clone()])?;
        let mut tokens = lengths.iter();
        let mut at = offset + tokens.next().copied().unwrap_or(0.0);
        for i in range {
            starts[i] = at;
            if vocabulary.contains(chars[i]) {
                at += tokens.next().copied().unwrap_or(0.0);
            }
            ends[i] = at;
        }
        samples.extend(sound);
    }
    if samples.is_empty() {
        return Err(silent(&reading.phonemes));
    }
    let time = |span: &Range<usize>| (starts[span.start], ends[span.end - 1]);
    let words = reading.words.iter().map(|w| time(&w.span)).collect();
    Ok(Uttered { sound: Pcm { rate, samples }, words })
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
        let pieces = |text: &str, limit| -> Vec<String> {
            let chars: Vec<char> = text.chars().collect();
            pieces(&chars, limit).into_iter().map(|r| chars[r].iter().collect()).collect()
        };
        assert_eq!(pieces("abc def", 510), ["abc def"]);
        assert_eq!(pieces("aaaa, bbbb. cc dd", 12), ["aaaa, bbbb.", "cc dd"]);
        assert_eq!(pieces("aaaa bbbb cccc", 10), ["aaaa bbbb", "cccc"]);
        assert_eq!(pieces(&"a".repeat(25), 10).len(), 3);
        assert!(pieces(". . .", 510).is_empty() && pieces("", 5).is_empty());
    }
}
