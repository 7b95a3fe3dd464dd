//! The audible label: the rhythm short-long-short-short ("AI" in Morse code) before the content.

use colophon_types::Pcm;

/// Length of a short tone and of the pause between tones, in seconds.
const UNIT: f64 = 0.09;
/// Tones as multiples of the unit, and the pause after each.
const RHYTHM: [(f64, f64); 4] = [(1.0, 1.0), (3.0, 3.0), (1.0, 1.0), (1.0, 5.0)];
const RAMP: f64 = 0.010;
const TONE: f64 = 587.33; // D5, in the middle of the speech band
/// The tones stand this far below the speech.
const BELOW_SPEECH: f32 = 0.8;

/// The rhythm alone, at `rate` hertz, its tones having the root mean square `level`, with the pause
/// before the content at its end.
pub fn label_rhythm(rate: u32, level: f32) -> Pcm {
    let samples_of = |units: f64| (units * UNIT * f64::from(rate)).round() as usize;
    let amplitude = f64::from(level) * std::f64::consts::SQRT_2;
    let ramp = RAMP * f64::from(rate);
    let mut samples = Vec::new();
    for (tone, pause) in RHYTHM {
        let n = samples_of(tone);
        for i in 0..n {
            let edge = (i.min(n - 1 - i) as f64 / ramp).min(1.0);
            let envelope = 0.5 - 0.5 * (std::f64::consts::PI * edge).cos();
            let phase = std::f64::consts::TAU * TONE * i as f64 / f64::from(rate.max(1));
            samples.push((amplitude * envelope * phase.sin()) as f32);
        }
        samples.resize(samples.len() + samples_of(pause), 0.0);
    }
    Pcm { rate, samples }
}

/// Name of the label with its version: what a recording must have been marked by.
pub const NAME: &str = "colophon-sound-label/1";

/// The label in writing: "AI" in Morse code.
pub(crate) const TEXT: &str = "AI (·− ··)";
/// Where it is.
pub(crate) const WHERE: &str = "rhythm short-long-short-short at the start";

/// The level for a label: near that of the sound's speech.
pub(crate) fn tone_level(sound: &Pcm) -> f32 {
    let level = speech_level(sound);
    let level = if level.is_finite() { level * BELOW_SPEECH } else { 0.1 };
    level.clamp(0.02, 0.25)
}

/// The root mean square of the parts that are not silent.
pub(crate) fn speech_level(sound: &Pcm) -> f32 {
    let window = (sound.rate as usize / 20).max(1);
    let powers: Vec<f64> = sound
        .samples
        .chunks(window)
        .map(|c| c.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / c.len() as f64)
        .collect();
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    let active: Vec<f64> = powers.into_iter().filter(|p| *p > loudest * 1e-3).collect();
    let mean = active.iter().sum::<f64>() / active.len().max(1) as f64;
    mean.sqrt() as f32
}

/// Latest start of the rhythm: what an encoder may put before it, in seconds.
const DELAY: f64 = 0.06;

/// Whether a sound starts with the rhythm: the energy at the tone's frequency, in steps of a
/// quarter unit, must be there in the tones and gone in the pauses.
pub(crate) fn starts_with_rhythm(sound: &Pcm) -> bool {
    let rate = f64::from(sound.rate);
    if UNIT / 4.0 * rate < 16.0 {
        return false;
    }
    let late = |i: usize| (i as f64 * 0.006 * rate) as usize;
    (0..).map(late).take_while(|at| *at as f64 <= DELAY * rate).any(|at| has_rhythm(sound, at))
}

/// Whether the rhythm begins at a sample.
fn has_rhythm(sound: &Pcm, from: usize) -> bool {
    let rate = f64::from(sound.rate);
    let step = UNIT / 4.0 * rate;
    let power = |index: usize| -> Option<(f64, f64)> {
        let start = from + (index as f64 * step) as usize;
        let window = sound.samples.get(start..start + step as usize)?;
        let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
        for (i, s) in window.iter().enumerate() {
            let phase = std::f64::consts::TAU * TONE * i as f64 / rate;
            re += f64::from(*s) * phase.cos();
            im += f64::from(*s) * phase.sin();
            all += f64::from(*s).powi(2);
        }
        Some((2.0 * (re * re + im * im) / window.len() as f64, all))
    };
    let mut index = 0;
    let mut level = 0.0;
    for (tone, pause) in RHYTHM {
        for (units, on) in [(tone, true), (pause.min(3.0), false)] {
            let steps = (units * 4.0) as usize;
            for i in 0..steps {
                // The steps at the edges hold the ramps.
                if (1..steps - 1).contains(&i) {
                    let Some((at_tone, all)) = power(index + i) else { return false };
                    if on {
                        level = f64::max(level, at_tone);
                    }
                    let present = at_tone > 0.7 * all && at_tone > 0.3 * level && all > 1e-6;
                    let absent = all < 0.1 * level;
                    if on && !present || !on && !absent {
                        return false;
                    }
                }
            }
            index += (units.max(if on { tone } else { pause }) * 4.0) as usize;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rhythm_is_morse_ai_with_soft_edges_near_the_level_of_the_speech() {
        let speech =
            Pcm { rate: 24_000, samples: (0..48_000).map(|i| (i as f32 * 0.05).sin() * 0.2).collect() };
        let mut sound = speech.clone();
        sound.samples.splice(0..0, label_rhythm(sound.rate, tone_level(&speech)).samples);
        assert!(starts_with_rhythm(&sound));
        assert!(!starts_with_rhythm(&speech));
        let label = &sound.samples[..sound.samples.len() - speech.samples.len()];
        // Runs of sound and silence, from the envelope.
        let loud: Vec<bool> = label.chunks(240).map(|c| c.iter().any(|s| s.abs() > 0.02)).collect();
        let mut runs: Vec<(bool, usize)> = Vec::new();
        for l in loud {
            match runs.last_mut() {
                Some((kind, n)) if *kind == l => *n += 1,
                _ => runs.push((l, 1)),
            }
        }
        let tones: Vec<usize> = runs.iter().filter(|r| r.0).map(|r| r.1).collect();
        assert_eq!(tones.len(), 4, "{runs:?}");
        assert!(
            tones[1] >= 2 * tones[0] && tones[1] >= 2 * tones[2] && tones[1] >= 2 * tones[3],
            "{tones:?}"
        );
        let steepest = label.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.04, "a click: {steepest}");
        let rms = |s: &[f32]| (s.iter().map(|x| x * x).sum::<f32>() / s.len() as f32).sqrt();
        let tone = rms(&label[(0.2 * 24_000.0) as usize..(0.4 * 24_000.0) as usize]);
        let ratio = 20.0 * (tone / rms(&speech.samples)).log10();
        assert!((-4.0..=1.0).contains(&ratio), "{ratio} dB");
    }
}
