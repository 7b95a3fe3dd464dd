//! Emphasis and prosody inside a sentence: the sentence is spoken in one breath, and the words that
//! are to be louder, slower or higher are changed in the sound, where the engine says that they are.

use colophon_types::Pcm;

use crate::mix;
use crate::utterance::{Manner, TimedWord};

/// Crossfade between stretches, in seconds.
const JOIN: f64 = 0.008;
/// Sound beyond the end of a stretch that is looked at, in seconds.
const CONTEXT: f64 = 0.05;

/// A stretch of a sound, in seconds, and how it is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) start: f64,
    pub(crate) end: f64,
    pub(crate) manner: Manner,
}

/// Changes the words of a sound as their manners say; their times follow.
pub(crate) fn apply(sound: &Pcm, words: &mut [TimedWord]) -> Pcm {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (i, word) in words.iter().enumerate() {
        // A boundary lies in the middle of the gap between two words.
        let start = if i == 0 { 0.0 } else { (words[i - 1].end + word.start) / 2.0 };
        match stretches.last_mut() {
            Some(last) if last.manner == word.manner => last.end = sound.seconds(),
            last => {
                if let Some(last) = last {
                    last.end = start;
                }
                stretches.push(Stretch { start, end: sound.seconds(), manner: word.manner });
            }
        }
    }
    stretched(sound, &stretches, words)
}

/// The sound with every stretch changed; stretches follow each other without gaps.
pub(crate) fn stretched(sound: &Pcm, stretches: &[Stretch], words: &mut [TimedWord]) -> Pcm {
    let rate = f64::from(sound.rate);
    let join = (JOIN * rate) as usize;
    let index = |t: f64| ((t * rate).round() as usize).min(sound.samples.len());
    let mut samples: Vec<f32> = Vec::with_capacity(sound.samples.len());
    // Old and new time of each boundary.
    let mut clock = vec![(0.0, 0.0)];
    for (i, s) in stretches.iter().enumerate() {
        let (from, to) = (index(s.start), index(s.end));
        let factor = 1.0 / f64::from(s.manner.rate);
        // What follows is there for the stretching to end well, and is cut off again.
        let tail = if i + 1 == stretches.len() { to } else { (to + join).min(sound.samples.len()) };
        let context = (tail + (CONTEXT * rate) as usize).min(sound.samples.len());
        let mut piece = changed(&sound.samples[from.min(context)..context], sound.rate, s.manner);
        piece.truncate((tail.saturating_sub(from) as f64 * factor).round() as usize);
        let body = ((to.saturating_sub(from)) as f64 * factor).round() as usize;
        let at = ((clock.last().map_or(0.0, |c| c.1) * rate).round() as usize).min(samples.len());
        let overlap = (samples.len() - at).min(piece.len());
        for k in 0..overlap {
            let fade = k as f32 / overlap as f32;
            samples[at + k] = samples[at + k] * (1.0 - fade) + piece[k] * fade;
        }
        samples.truncate(at + overlap);
        samples.extend(&piece[overlap..]);
        clock.push((s.end, (at + body) as f64 / rate));
    }
    for word in words {
        (word.start, word.end) = (moved(&clock, word.start), moved(&clock, word.end));
    }
    Pcm { rate: sound.rate, samples }
}

fn changed(samples: &[f32], rate: u32, manner: Manner) -> Vec<f32> {
    let mut out = mix::shift(samples, rate, f64::from(manner.pitch));
    if (manner.rate - 1.0).abs() > 1e-3 {
        out = mix::stretch(&out, rate, 1.0 / f64::from(manner.rate));
    }
    let gain = 10f32.powf(manner.gain / 20.0);
    if (gain - 1.0).abs() > 1e-3 {
        out.iter_mut().for_each(|x| *x = soft(*x * gain));
    }
    out
}

/// Bends what would leave −1 to 1, from 0.8 on.
fn soft(x: f32) -> f32 {
    let over = x.abs() - 0.8;
    if over <= 0.0 { x } else { (0.8 + 0.2 * (over / 0.2).tanh()).copysign(x) }
}

/// A time on the new clock.
fn moved(clock: &[(f64, f64)], t: f64) -> f64 {
    for pair in clock.windows(2) {
        let ((a, x), (b, y)) = (pair[0], pair[1]);
        if t <= b && b > a {
            return x + (t - a).max(0.0) / (b - a) * (y - x);
        }
    }
    clock.last().map_or(t, |(a, x)| x + (t - a).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(start: f64, end: f64, manner: Manner) -> TimedWord {
        TimedWord { text: "w".into(), start, end, manner }
    }

    fn rms(sound: &Pcm, from: f64, to: f64) -> f32 {
        let index = |t: f64| (t * f64::from(sound.rate)) as usize;
        let part = &sound.samples[index(from)..index(to)];
        (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt()
    }

    #[test]
    fn one_word_is_longer_and_louder_and_the_others_are_not() {
        let samples = (0..24_000).map(|i| 0.2 * (i as f32 * 0.05).sin()).collect();
        let sound = Pcm { rate: 24_000, samples };
        let strong = Manner { rate: 0.8, gain: 4.0, pitch: 0.0 };
        let mut words = vec![
            word(0.1, 0.3, Manner::default()),
            word(0.4, 0.6, strong),
            word(0.7, 0.9, Manner::default()),
        ];
        let out = apply(&sound, &mut words);
        assert!((out.seconds() - 1.075).abs() < 0.002, "{}", out.seconds());
        let lengths: Vec<f64> = words.iter().map(|w| w.end - w.start).collect();
        assert!((lengths[0] - 0.2).abs() < 0.002 && (lengths[2] - 0.2).abs() < 0.002, "{lengths:?}");
        assert!((lengths[1] - 0.25).abs() < 0.002, "{lengths:?}");
        let level = |w: &TimedWord| 20.0 * rms(&out, w.start, w.end).log10();
        assert!((level(&words[1]) - level(&words[0]) - 4.0).abs() < 0.3);
        assert!((level(&words[2]) - level(&words[0])).abs() < 0.1);
        let steps = out.samples.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0f32, f32::max);
        assert!(steps < 0.05, "a click of {steps}");
    }

    #[test]
    fn nothing_to_change_changes_nothing() {
        let sound = Pcm { rate: 24_000, samples: (0..10_000).map(|i| (i as f32 * 0.01).sin()).collect() };
        let mut words = vec![word(0.1, 0.2, Manner::default())];
        assert_eq!(apply(&sound, &mut words), sound);
        assert!((words[0].start - 0.1).abs() < 1e-9);
    }

    #[test]
    fn gains_never_clip() {
        let sound = Pcm { rate: 24_000, samples: vec![0.9; 5000] };
        let mut words = vec![word(0.0, 0.2, Manner { gain: 20.0, ..Manner::default() })];
        assert!(apply(&sound, &mut words).samples.iter().all(|x| x.abs() <= 1.0));
    }
}
