//! A window's segments, cut where its timestamps meet.

use crate::transcript::Word;

/// Frames of the spectrum to a step of the timestamps.
const FRAMES_A_STEP: u64 = 2;

/// A segment of a window: its time in the window, in seconds, and its tokens.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) tokens: Vec<u32>,
    pub(super) words: Vec<Word>,
}

/// Cuts the tokens of a window where two timestamps meet. Gives the parts, how many frames are done
/// with, and whether the window was heard to its end.
pub(super) fn split(tokens: &[u32], zero: u32, frames: u64) -> (Vec<Part>, u64, bool) {
    let is_time = |i: usize| tokens.get(i).is_some_and(|t| *t >= zero);
    let steps = |i: usize| u64::from(tokens[i].saturating_sub(zero));
    let seconds = |steps: u64| steps as f64 * 0.02;
    let n = tokens.len();
    let closed = n >= 2 && is_time(n - 1) && !is_time(n - 2);
    let mut cuts: Vec<usize> = (1..n).filter(|i| is_time(*i) && is_time(i - 1)).collect();
    if cuts.is_empty() {
        // A time before the first word says nothing of the end.
        let last = (1..n).rev().find(|i| is_time(*i)).map(steps).filter(|s| *s > 0);
        let first = if is_time(0) && n > 1 { seconds(steps(0)) } else { 0.0 };
        let end = last.map_or(frames as f64 / 100.0, seconds);
        let start = if first < end { first } else { 0.0 };
        return (vec![Part { start, end, tokens: tokens.to_vec(), words: Vec::new() }], frames, closed);
    }
    if closed {
        cuts.push(n);
    }
    let mut from = 0;
    let mut parts = Vec::new();
    for cut in cuts {
        let (start, end) = (seconds(steps(from)), seconds(steps(cut - 1)));
        parts.push(Part { start, end, tokens: tokens[from..cut].to_vec(), words: Vec::new() });
        from = cut;
    }
    let step = if closed { frames } else { steps(from - 1) * FRAMES_A_STEP };
    (parts, step, closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_cut_where_timestamps_meet() {
        let z = 100;
        // <0.00> a <1.00><1.20> b <2.00>
        let (parts, step, closed) = split(&[z, 1, z + 50, z + 60, 2, z + 100], z, 3000);
        let times: Vec<_> = parts.iter().map(|p| (p.start, p.end)).collect();
        assert_eq!(times, [(0.0, 1.0), (1.2, 2.0)]);
        assert_eq!((step, closed), (3000, true));
        // <0.00> a <1.00><1.20> b: the second is not over, so it is heard again.
        let (parts, step, closed) = split(&[z, 1, z + 50, z + 60, 2], z, 3000);
        assert_eq!((parts.len(), step, closed), (1, 100, false));
        // One segment to the end.
        let (parts, step, _) = split(&[z + 10, 1, 2], z, 500);
        assert_eq!((parts[0].start, parts[0].end, step), (0.2, 5.0, 500));
        assert_eq!(split(&[], z, 500).0.len(), 1);
    }
}
