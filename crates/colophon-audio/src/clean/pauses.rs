//! Silence: found by its level, cut from the ends, and shortened inside.

use colophon_types::Pcm;

/// What is done to silence.
#[derive(Clone, Debug, PartialEq)]
pub struct Pauses {
    /// Whether it is cut from both ends.
    pub ends: bool,
    /// Longest pause that stays inside, in seconds; longer ones are cut in their middle.
    pub longest: Option<f64>,
}

/// Seconds of one measurement of level.
const STEP: f64 = 0.01;
/// Seconds that stay before a sound, for soft onsets, and after it, for the room to fall silent.
const BEFORE: f64 = 0.06;
const AFTER: f64 = 0.12;
/// Seconds over which the two sides of a cut go over into each other.
const JOINT: f64 = 0.01;
/// Silence lies between these, in decibels below the loud parts …
const NEAREST: f64 = 25.0;
const FARTHEST: f64 = 50.0;
/// … and so far above the quietest tenth.
const ABOVE_FLOOR: f64 = 6.0;
/// What no one hears, in dBFS.
const INAUDIBLE: f64 = -66.0;

/// Cuts silence: from the ends, and out of the middle of pauses that are too long. A sound that is silent
/// all through becomes empty where the ends are cut.
pub fn cut_pauses(sound: &Pcm, pauses: &Pauses) -> Pcm {
    let step = ((f64::from(sound.rate) * STEP) as usize).max(1);
    let sounding = sounding(sound, step);
    let (Some(first), Some(last)) = (sounding.first(), sounding.last()) else {
        let samples = if pauses.ends { Vec::new() } else { sound.samples.clone() };
        return Pcm { rate: sound.rate, samples };
    };
    let total = sound.samples.len();
    let (start, end) = if pauses.ends { (first.0, last.1) } else { (0, total) };
    let joint = ((f64::from(sound.rate) * JOINT) as usize).max(1);
    let mut out = Vec::with_capacity(end - start);
    let mut from = start;
    if let Some(longest) = pauses.longest {
        let longest = ((longest.max(0.0) * f64::from(sound.rate)) as usize).max(2 * joint);
        // Pauses inside; with the ends not cut, they count too.
        let mut silences: Vec<(usize, usize)> = sounding.windows(2).map(|w| (w[0].1, w[1].0)).collect();
        silences.insert(0, (start, first.0));
        silences.push((last.1, end));
        for (silence, over) in silences {
            if over.saturating_sub(silence) > longest {
                // Half of what stays on each side of the cut.
                let (cut, resume) = (silence + longest / 2, over - (longest - longest / 2));
                append(&mut out, &sound.samples[from..cut], joint);
                from = resume.saturating_sub(joint);
            }
        }
    }
    append(&mut out, &sound.samples[from..end], joint);
    let mut out = Pcm { rate: sound.rate, samples: out };
    if pauses.ends {
        super::fade::fade(&mut out, STEP / 2.0, STEP / 2.0);
    }
    out
}

/// Adds a piece whose first `joint` samples go over from the last ones: both are noise, so powers add up
/// to the same all through.
fn append(out: &mut Vec<f32>, piece: &[f32], joint: usize) {
    let joint = if out.is_empty() { 0 } else { joint.min(out.len()).min(piece.len()) };
    let at = out.len() - joint;
    for (i, (old, new)) in out[at..].iter_mut().zip(piece).enumerate() {
        let x = std::f32::consts::FRAC_PI_2 * (i as f32 + 0.5) / joint as f32;
        *old = *old * x.cos() + new * x.sin();
    }
    out.extend_from_slice(&piece[joint..]);
}

/// Stretches that are not silent, with what stays around them, in samples; apart and in order.
fn sounding(sound: &Pcm, step: usize) -> Vec<(usize, usize)> {
    let levels: Vec<f64> = sound
        .samples
        .chunks(step)
        .map(|block| {
            let power = block.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() / block.len() as f64;
            10.0 * power.max(1e-12).log10()
        })
        .collect();
    let limit = limit(&levels);
    let (before, after) = ((BEFORE / STEP) as usize, (AFTER / STEP) as usize);
    let total = sound.samples.len();
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, _) in levels.iter().enumerate().filter(|(_, level)| **level > limit) {
        let (from, to) = (i.saturating_sub(before) * step, ((i + 1 + after) * step).min(total));
        match out.last_mut() {
            Some(last) if last.1 >= from => last.1 = to,
            _ => out.push((from, to)),
        }
    }
    out
}

/// The level under which a sound counts as silent: a little above its quietest parts, well below its loud
/// ones.
fn limit(levels: &[f64]) -> f64 {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted.get((sorted.len() as f64 * share) as usize).copied().unwrap_or(INAUDIBLE);
    let (floor, loud) = (at(0.1), at(0.95));
    (floor + ABOVE_FLOOR).clamp(loud - FARTHEST, loud - NEAREST).max(INAUDIBLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    const RATE: u32 = 16_000;

    /// Words of noise, half a second each, with pauses between them and silence at the ends; under all of it
    /// noise of the given level.
    fn words(pauses: &[f64], under: f32) -> Pcm {
        let mut seed = Seed(2);
        let mut samples = Vec::new();
        for (i, pause) in pauses.iter().enumerate() {
            samples.extend(std::iter::repeat_n(0.0, (pause * f64::from(RATE)) as usize));
            if i + 1 < pauses.len() {
                samples.extend((0..8_000).map(|_| seed.range(-0.4, 0.4)));
            }
        }
        samples.iter_mut().for_each(|x| *x += seed.range(-under, under));
        Pcm { rate: RATE, samples }
    }

    #[test]
    fn ends_go_and_words_stay() {
        for under in [0.0, 0.001, 0.01] {
            let cut = cut_pauses(&words(&[1.5, 0.4, 2.0], under), &Pauses { ends: true, longest: None });
            // Two words and the pause between them, and what stays before and after.
            let wanted = 2.0 * 0.5 + 0.4 + BEFORE + AFTER;
            assert!((cut.seconds() - wanted).abs() < 0.03, "{under}: {}", cut.seconds());
        }
    }

    #[test]
    fn long_pauses_are_shortened_and_short_ones_kept() {
        for under in [0.0, 0.01] {
            let sound = words(&[0.0, 3.0, 0.3, 1.0, 0.0], under);
            let cut = cut_pauses(&sound, &Pauses { ends: false, longest: Some(0.5) });
            // Of a pause, the margins around the words are not silence: they stay beside the half second.
            let kept = 0.5 + BEFORE + AFTER;
            let wanted = 4.0 * 0.5 + kept + 0.3 + kept;
            assert!((cut.seconds() - wanted).abs() < 0.05, "{under}: {} {wanted}", cut.seconds());
            let power = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>();
            let ratio = power(&cut.samples) / power(&sound.samples);
            assert!((ratio - 1.0).abs() < 0.01, "words were touched: {ratio}");
        }
    }

    #[test]
    fn a_sound_without_silence_stays_as_it_is() {
        let sound = words(&[0.0, 0.0], 0.0);
        assert_eq!(cut_pauses(&sound, &Pauses { ends: false, longest: Some(0.2) }), sound);
        let cut = cut_pauses(&sound, &Pauses { ends: true, longest: Some(0.2) });
        assert_eq!(cut.samples.len(), sound.samples.len());
        let silence = Pcm::silence(RATE, 3.0);
        assert_eq!(cut_pauses(&silence, &Pauses { ends: false, longest: None }), silence);
        assert!(cut_pauses(&silence, &Pauses { ends: true, longest: None }).samples.is_empty());
    }
}
