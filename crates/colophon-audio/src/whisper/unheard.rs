//! What the decoder passes over although someone speaks: at the end of a window, or a sentence between two others.
//! The next window then begins there.

use colophon_types::Cancel;

use super::model::Heard;
use super::parts::Part;
use super::recogniser::Whisper;
use super::tape::Tape;
use crate::AudioError;

/// Speech so long that no word stands for was not heard, in seconds.
const LEAST_UNHEARD: f64 = 0.7;
/// Longest that a token of slow speech takes, in seconds.
const SLOWEST: f64 = 0.5;
/// Speech so near a timestamp belongs to what it ends, in seconds.
const NEAR_AN_END: f64 = 0.3;
/// What is heard again begins so long before speech, in seconds.
const BEFORE_SPEECH: f64 = 0.2;
/// A window that is not heard to its end moves at least so far, in seconds.
const LEAST_STEP: f64 = 1.0;

/// A window, and where it lies.
pub(super) struct Place<'a> {
    pub(super) heard: &'a Heard,
    /// Whether it is translated to English.
    pub(super) translate: bool,
    pub(super) tape: &'a Tape,
    pub(super) language: &'a str,
    /// Where it begins, in seconds.
    pub(super) offset: f64,
    /// Its length.
    pub(super) frames: u64,
}

impl Whisper {
    /// Gives how many frames are done with where speech was left out. Parts behind that are dropped, and the last
    /// one that stays ends with its last word. What follows the last part counts only where the decoder
    /// held the window for `closed`; else that part is heard again anyway.
    pub(super) fn left_out(
        &mut self,
        place: &Place,
        parts: &mut Vec<Part>,
        closed: bool,
        cancel: &Cancel,
    ) -> Result<Option<u64>, AudioError> {
        let until = |parts: &[Part], i: usize| match parts.get(i + 1) {
            Some(next) => Some(next.start),
            None => closed.then(|| place.seconds()),
        };
        let may = |i: usize, part: &Part| {
            // Its timestamp may lie behind what was left out, too.
            let end = part.end.min(part.start + slowest(part.tokens.len()));
            until(parts, i).is_some_and(|until| place.unheard(end, until).is_some())
        };
        if !parts.iter().enumerate().any(|(i, part)| may(i, part)) {
            return Ok(None);
        }
        let ends = self.ends(place, parts, cancel)?;
        let found = parts.iter().zip(&ends).enumerate().find_map(|(i, (part, word))| {
            let end = word.filter(|end| *end > part.start).unwrap_or(part.end);
            Some((i, end, place.unheard(end, until(parts, i)?)?))
        });
        let Some((last, end, step)) = found else { return Ok(None) };
        parts.truncate(last + 1);
        if let Some(part) = parts.last_mut() {
            part.end = end;
        }
        Ok(Some(step))
    }

    /// When the last word of each part ends. A word before a pause, or before what was left out, is taken for no
    /// longer than slow speech.
    fn ends(
        &mut self,
        place: &Place,
        parts: &[Part],
        cancel: &Cancel,
    ) -> Result<Vec<Option<f64>>, AudioError> {
        if parts.iter().all(|part| !part.words.is_empty()) {
            return Ok(parts.iter().map(|p| p.words.last().map(|w| w.end)).collect());
        }
        let words =
            self.aligned(place.heard, parts, place.translate, place.language, place.frames, cancel)?;
        let end = self.tokens.end;
        let mut words = words.into_iter();
        let last_of = |part: &Part| {
            let count = part.tokens.iter().filter(|t| **t < end).count();
            let (mut taken, mut last) = (0, None);
            while taken < count {
                let (word, tokens) = words.next()?;
                taken += tokens;
                last = Some(word.end.min(word.start + slowest(tokens)));
            }
            last
        };
        Ok(parts.iter().map(last_of).collect())
    }
}

impl Place<'_> {
    fn seconds(&self) -> f64 {
        self.frames as f64 / 100.0
    }

    /// How many frames are done with where someone speaks between two moments of the window, in seconds.
    fn unheard(&self, end: f64, until: f64) -> Option<u64> {
        unheard(self.tape, self.offset, end, until, self.seconds())
    }
}

/// How long so many tokens take in slow speech, in seconds.
fn slowest(tokens: usize) -> f64 {
    (tokens as f64 * SLOWEST).max(1.0)
}

fn unheard(tape: &Tape, offset: f64, end: f64, until: f64, whole: f64) -> Option<u64> {
    // Speech just before the next part is the beginning of it.
    let until = if until < whole { until - NEAR_AN_END } else { whole };
    if until <= end + NEAR_AN_END {
        return None;
    }
    let (seconds, begins) = tape.speech(offset + end + NEAR_AN_END, offset + until);
    let step = (begins - offset - BEFORE_SPEECH).clamp(end.min(whole), whole);
    (seconds >= LEAST_UNHEARD && step >= LEAST_STEP).then_some((step * 100.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_after_the_last_timestamp_is_heard_next() {
        let tape = Tape::spoken(10.0, &[(0.0, 3.0), (5.0, 8.0)]);
        assert_eq!(unheard(&tape, 0.0, 3.2, 10.0, 10.0), Some(480));
        assert_eq!(unheard(&tape, 2.0, 1.2, 8.0, 8.0), Some(280));
        // The timestamp is a little early: no word was left out.
        assert_eq!(unheard(&tape, 0.0, 7.5, 10.0, 10.0), None);
        assert_eq!(unheard(&tape, 0.0, 9.0, 10.0, 10.0), None);
        // What ends as it begins would be heard again and again.
        assert_eq!(unheard(&tape, 0.0, 0.1, 10.0, 10.0), None);
        assert_eq!(unheard(&Tape::spoken(10.0, &[]), 0.0, 3.2, 10.0, 10.0), None);
    }

    #[test]
    fn speech_between_two_parts_is_heard_next() {
        let tape = Tape::spoken(12.0, &[(0.0, 3.0), (4.0, 6.5), (7.0, 11.0)]);
        assert_eq!(unheard(&tape, 0.0, 3.0, 7.0, 12.0), Some(380));
        // The next part begins with that speech.
        assert_eq!(unheard(&tape, 0.0, 3.0, 4.1, 12.0), None);
        assert_eq!(unheard(&tape, 0.0, 3.0, 3.0, 12.0), None);
    }

    #[test]
    fn a_token_takes_half_a_second_at_most() {
        assert_eq!((slowest(0), slowest(1), slowest(6)), (1.0, 1.0, 3.0));
    }
}
