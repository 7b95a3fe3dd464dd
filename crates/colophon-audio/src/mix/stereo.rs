//! Two channels: loudness, true peaks, mastering with one gain for both channels, ducking under speech.

use colophon_types::{Cancel, Pcm, Stereo};
use ebur128::{EbuR128, Mode};

use super::limiter::{average, least};
use crate::AudioError;

/// Half the width of a gain change, in seconds.
const REACH: f64 = 0.005;
/// Taps of each phase of the four-times interpolator.
const TAPS: usize = 12;

/// Integrated loudness in LUFS; `None` for what is too short (0.4 s) or too quiet to have one.
pub fn loudness(sound: &Stereo) -> Option<f64> {
    let mut meter = EbuR128::new(2, sound.rate, Mode::I).ok()?;
    meter.add_frames_planar_f32(&[&sound.left, &sound.right]).ok()?;
    meter.loudness_global().ok().filter(|l| l.is_finite() && *l > -70.0)
}

/// Highest true peak of both channels in dBTP (four times oversampled); minus infinity for silence.
pub fn true_peak(sound: &Stereo) -> f64 {
    let measure = || -> Option<f64> {
        let mut meter = EbuR128::new(2, sound.rate, Mode::TRUE_PEAK).ok()?;
        meter.add_frames_planar_f32(&[&sound.left, &sound.right]).ok()?;
        Some(meter.true_peak(0).ok()?.max(meter.true_peak(1).ok()?))
    };
    20.0 * measure().unwrap_or(0.0).log10()
}

/// Highest magnitude of a sample.
pub fn peak(sound: &Stereo) -> f64 {
    sound.left.iter().chain(&sound.right).fold(0f32, |m, x| m.max(x.abs())).into()
}

/// Makes a sound louder by so many decibels.
pub fn scale(sound: &mut Stereo, decibels: f64) {
    let gain = 10f64.powf(decibels / 20.0) as f32;
    sound.left.iter_mut().chain(&mut sound.right).for_each(|x| *x *= gain);
}

/// Adds `other` to `sound` from its beginning; what reaches beyond the end is cut.
pub fn add(sound: &mut Stereo, other: &Stereo) {
    for (to, from) in [(&mut sound.left, &other.left), (&mut sound.right, &other.right)] {
        to.iter_mut().zip(from).for_each(|(t, f)| *t += f);
    }
}

/// Brings a sound to `lufs` integrated loudness with true peaks of at most `ceiling` dBTP. Both
/// channels are limited by one gain, so that nothing moves. A `looped` sound is limited as if its
/// end went on into its beginning. Gives the sound, and the gain before the limiter in decibels.
///
/// # Errors
/// [`AudioError::Cancelled`].
pub fn master(
    sound: &Stereo,
    lufs: f64,
    ceiling: f64,
    looped: bool,
    cancel: &Cancel,
) -> Result<(Stereo, f64), AudioError> {
    let mut gain = loudness(sound).map_or(0.0, |l| lufs - l).min(60.0);
    let mut out = sound.clone();
    for _ in 0..6 {
        cancel.check()?;
        let mut louder = sound.clone();
        scale(&mut louder, gain);
        out = limit(louder, ceiling, looped);
        match loudness(&out) {
            Some(l) if (lufs - l).abs() > 0.06 => gain += (lufs - l).clamp(-3.0, 3.0),
            _ => break,
        }
    }
    let over = true_peak(&out) - ceiling;
    if over > 0.0 {
        scale(&mut out, -over);
    }
    Ok((out, gain))
}

fn limit(mut sound: Stereo, ceiling: f64, looped: bool) -> Stereo {
    // A margin for what the moving gain itself adds between samples.
    let allowed = 10f64.powf((ceiling - 0.12) / 20.0) as f32;
    let peaks = between_samples(&sound, 0.5 * allowed);
    if peaks.iter().all(|p| *p <= allowed) {
        return sound;
    }
    let reach = ((REACH * f64::from(sound.rate)) as usize).max(1);
    let margin = if looped { (2 * reach).min(peaks.len()) } else { 0 };
    let need = |p: &f32| if *p > allowed { allowed / p } else { 1.0 };
    let n = peaks.len();
    let round = peaks[n - margin..].iter().chain(&peaks).chain(&peaks[..margin]);
    let wanted: Vec<f32> = round.map(need).collect();
    let gain = average(&least(&wanted, reach), reach);
    for channel in [&mut sound.left, &mut sound.right] {
        channel.iter_mut().zip(&gain[margin..]).for_each(|(x, g)| *x *= g);
    }
    sound
}

/// For each sample the highest magnitude near it in either channel, between samples included where it
/// may be above `floor`.
fn between_samples(sound: &Stereo, floor: f32) -> Vec<f32> {
    let n = sound.len();
    let mut peaks: Vec<f32> = (0..n).map(|i| sound.left[i].abs().max(sound.right[i].abs())).collect();
    let loud: Vec<bool> = peaks.iter().map(|p| *p > floor).collect();
    let filters = phases();
    for channel in [&sound.left, &sound.right] {
        for i in TAPS / 2 - 1..n.saturating_sub(TAPS / 2) {
            if !(loud[i] || loud[i + 1]) {
                continue;
            }
            let window = &channel[i + 1 - TAPS / 2..][..TAPS];
            for filter in &filters {
                let value: f32 = window.iter().zip(filter).map(|(x, h)| x * h).sum();
                peaks[i] = peaks[i].max(value.abs());
                peaks[i + 1] = peaks[i + 1].max(value.abs());
            }
        }
    }
    peaks
}

/// Windowed sincs at a quarter, a half and three quarters between two samples.
fn phases() -> [[f32; TAPS]; 3] {
    std::array::from_fn(|phase| {
        let at = (phase + 1) as f64 / 4.0;
        let taps: [f64; TAPS] = std::array::from_fn(|k| {
            let t = (k as f64 - (TAPS / 2 - 1) as f64) - at;
            let window = (std::f64::consts::PI * t / TAPS as f64).cos().powi(2);
            let x = std::f64::consts::PI * t;
            window * x.sin() / x
        });
        let sum: f64 = taps.iter().sum();
        taps.map(|t| (t / sum) as f32)
    })
}

/// How music gives way to speech.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ducking {
    /// How far it goes down, in decibels.
    pub depth: f64,
    /// How long before the voice it begins to go down, in seconds.
    pub attack: f64,
    /// How long it takes to come back, in seconds.
    pub release: f64,
}

impl Default for Ducking {
    fn default() -> Self {
        Self { depth: 10.0, attack: 0.25, release: 0.7 }
    }
}

/// Turns music down while a voice speaks, smoothly, and up again in its pauses. The voice may have
/// another sample rate; what is longer of the two does not matter.
pub fn duck(music: &Stereo, voice: &Pcm, ducking: Ducking) -> Stereo {
    const STEP: f64 = 0.02;
    let steps = (music.seconds() / STEP).ceil() as usize + 1;
    let block = ((STEP * f64::from(voice.rate)) as usize).max(1);
    let power = |b: &[f32]| b.iter().map(|x| f64::from(x * x)).sum::<f64>() / b.len().max(1) as f64;
    let powers: Vec<f64> = voice.samples.chunks(block).map(power).collect();
    let loudest = powers.iter().copied().filter(|p| p.is_finite()).fold(0.0, f64::max);
    let mut spoken: Vec<bool> = powers.iter().map(|p| *p > loudest * 1e-3 && *p > 1e-7).collect();
    spoken.resize(steps, false);
    // Gain in decibels: down before the voice, up after it, each at its own pace.
    let (fall, rise) =
        (ducking.depth * STEP / ducking.attack.max(STEP), ducking.depth * STEP / ducking.release.max(STEP));
    let mut gain: Vec<f64> = spoken.iter().map(|s| if *s { -ducking.depth } else { 0.0 }).collect();
    for i in 1..steps {
        gain[i] = gain[i].min(gain[i - 1] + rise);
    }
    for i in (0..steps.saturating_sub(1)).rev() {
        gain[i] = gain[i].min(gain[i + 1] + fall);
    }
    let mut out = music.clone();
    for channel in [&mut out.left, &mut out.right] {
        for (i, x) in channel.iter_mut().enumerate() {
            let at = i as f64 / f64::from(music.rate) / STEP;
            let (a, share) = ((at as usize).min(steps - 1), at.fract());
            let decibels = gain[a] + (gain[(a + 1).min(steps - 1)] - gain[a]) * share;
            *x *= 10f64.powf(decibels / 20.0) as f32;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    fn noise(seconds: f64, level: f32) -> Stereo {
        let mut seed = Seed(8);
        let mut out = Stereo::silence(48_000, seconds);
        for i in 0..out.len() {
            let burst = if i % 24_000 < 3_000 { 4.0 } else { 1.0 };
            out.left[i] = level * burst * seed.range(-1.0, 1.0);
            out.right[i] = level * 0.5 * burst * seed.range(-1.0, 1.0);
        }
        out
    }

    #[test]
    fn mastered_sound_has_its_loudness_and_its_balance() {
        for looped in [false, true] {
            let (out, _) = master(&noise(4.0, 0.05), -16.0, -1.0, looped, &Cancel::new()).expect("no stop");
            let l = loudness(&out).expect("loud enough");
            assert!((l + 16.0).abs() < 0.3, "{l}");
            assert!(true_peak(&out) <= -0.99, "{}", true_peak(&out));
            let power = |c: &[f32]| c.iter().map(|x| f64::from(x * x)).sum::<f64>();
            let ratio = 10.0 * (power(&out.left) / power(&out.right)).log10();
            assert!((ratio - 6.0).abs() < 0.3, "{ratio}");
        }
    }

    #[test]
    fn silence_and_emptiness_pass_through() {
        for sound in [Stereo::silence(48_000, 0.0), Stereo::silence(48_000, 1.0)] {
            let (out, _) = master(&sound, -16.0, -1.0, true, &Cancel::new()).expect("no stop");
            assert_eq!(out, sound);
        }
    }

    #[test]
    fn music_goes_down_under_a_voice_and_comes_back() {
        let music = noise(6.0, 0.1);
        let mut voice = Pcm::silence(24_000, 4.0);
        for i in 48_000..72_000 {
            voice.samples[i] = 0.3 * (i as f32 * 0.2).sin();
        }
        let out = duck(&music, &voice, Ducking::default());
        let gain = |second: f64| {
            let at = (second * 48_000.0) as usize;
            let power = |c: &[f32]| c[at..at + 4_800].iter().map(|x| f64::from(x * x)).sum::<f64>();
            10.0 * (power(&out.left) / power(&music.left)).log10()
        };
        assert!(gain(0.5).abs() < 0.01 && gain(5.0).abs() < 0.01);
        assert!((gain(2.5) + 10.0).abs() < 0.1, "{}", gain(2.5));
        // Nothing jumps.
        let edge = (0..50).map(|i| gain(1.5 + 0.05 * f64::from(i))).collect::<Vec<f64>>();
        assert!(edge.windows(2).all(|w| (w[1] - w[0]).abs() < 3.0), "{edge:?}");
        assert_eq!(duck(&music, &Pcm::silence(24_000, 0.0), Ducking::default()), music);
    }
}
