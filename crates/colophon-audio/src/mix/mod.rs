//! Mixing: trimming, sentences on a timeline, sample rates, and the loudness of the whole.

mod limiter;
mod measure;
mod scored;
pub mod stereo;
mod stretch;

use colophon_types::Pcm;

use crate::AudioError;

pub use measure::{CEILING_DBTP, FILM_RATE, Meter, TARGET_LUFS, loudness, resample, true_peak};
pub use scored::{over_music, under_speech};
pub use stretch::{shift, stretch};

/// Root mean square of a sound at [`TARGET_LUFS`], about: what the label of a growing sound goes by.
pub fn target_level() -> f32 {
    10f64.powf(TARGET_LUFS / 20.0) as f32
}

/// Cuts silence from both ends: everything before the first and after the last hundredth of a
/// second louder than −50 dBFS, with a margin for soft onsets and a short fade at each end.
/// A sound without such a stretch becomes empty.
pub fn trim(sound: &Pcm) -> Pcm {
    trimmed(sound, MARGINS).0
}

/// Quiet samples that trimming leaves before the first and after the last loud hundredth of a second,
/// in hundredths of a second.
const MARGINS: [f64; 2] = [3.0, 8.0];

/// Trims a sound, leaving at most `margins` hundredths of a second of quiet at its ends; also says how
/// many samples were cut at the start.
pub(crate) fn trimmed(sound: &Pcm, margins: [f64; 2]) -> (Pcm, usize) {
    let step = (sound.rate as usize / 100).max(1);
    let Some((first, last)) = loud(sound) else {
        return (Pcm { rate: sound.rate, samples: Vec::new() }, 0);
    };
    let [before, after] = margins.map(|m| (m * step as f64).round() as usize);
    let start = first.saturating_sub(before);
    let end = (last + after).min(sound.samples.len());
    let mut samples = sound.samples[start..end].to_vec();
    let fade = (step / 2).min(samples.len() / 2);
    let n = samples.len();
    for i in 0..fade {
        let gain = i as f32 / fade as f32;
        samples[i] *= gain;
        samples[n - 1 - i] *= gain;
    }
    (Pcm { rate: sound.rate, samples }, start)
}

/// Seconds of quiet before the first and after the last loud hundredth of a second.
pub(crate) fn quiet_ends(sound: &Pcm) -> [f64; 2] {
    let seconds = |n: usize| n as f64 / f64::from(sound.rate.max(1));
    loud(sound).map_or([0.0; 2], |(first, last)| [seconds(first), seconds(sound.samples.len() - last)])
}

/// The samples from the first to behind the last hundredth of a second louder than −50 dBFS.
fn loud(sound: &Pcm) -> Option<(usize, usize)> {
    let step = (sound.rate as usize / 100).max(1);
    let is_loud = |block: &[f32]| {
        let power = block.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() / block.len() as f64;
        power > 1e-5
    };
    let blocks: Vec<bool> = sound.samples.chunks(step).map(is_loud).collect();
    let (first, last) = (blocks.iter().position(|b| *b)?, blocks.iter().rposition(|b| *b)?);
    Some((first * step, ((last + 1) * step).min(sound.samples.len())))
}

/// Lays sounds on a silent timeline of `total_seconds` at `rate` hertz: each begins at its start in
/// seconds; overlapping ones add up, what reaches beyond the end is cut.
///
/// # Errors
/// When a sound has no usable sample rate.
pub fn place(total_seconds: f64, rate: u32, sounds: &[(f64, &Pcm)]) -> Result<Pcm, AudioError> {
    let mut out = Pcm::silence(rate, total_seconds);
    for (start, sound) in sounds {
        let resampled;
        let sound = if sound.rate == rate {
            *sound
        } else {
            resampled = resample(sound, rate)?;
            &resampled
        };
        let at = (start.max(0.0) * f64::from(rate)).round() as usize;
        for (to, from) in out.samples.iter_mut().skip(at).zip(&sound.samples) {
            *to += from;
        }
    }
    Ok(out)
}

/// Brings a sound to `lufs` integrated loudness with true peaks of at most `ceiling` dBTP, through
/// a look-ahead limiter that bends the loudest moments instead of clipping them. What has no
/// loudness is only limited.
pub fn normalise(sound: &Pcm, lufs: f64, ceiling: f64) -> Pcm {
    // The limiter takes some loudness away: approach the target from below.
    let mut gain = loudness(sound).map_or(0.0, |l| lufs - l).min(60.0);
    let mut out = sound.clone();
    for _ in 0..6 {
        out = limiter::limit(&scaled(sound, gain), ceiling);
        match loudness(&out) {
            Some(l) if (lufs - l).abs() > 0.05 => gain += (lufs - l).clamp(-3.0, 3.0),
            _ => break,
        }
    }
    out
}

/// A sound made `gain` decibels louder, with true peaks of at most `ceiling` dBTP through the limiter.
pub fn louder(sound: &Pcm, gain: f64, ceiling: f64) -> Pcm {
    limiter::limit(&scaled(sound, gain), ceiling)
}

/// The sound of a finished film: 48 kHz, −16 LUFS, true peaks of at most −1 dBTP.
///
/// # Errors
/// When the sound has no usable sample rate.
pub fn master(sound: &Pcm) -> Result<Pcm, AudioError> {
    Ok(normalise(&resample(sound, FILM_RATE)?, TARGET_LUFS, CEILING_DBTP))
}

/// Lays `bed` under `voice`, `below` LU quieter than it; the bed is looped or cut to the voice's
/// length by its maker. The rates must agree.
///
/// # Errors
/// When the rates differ.
pub fn under(voice: &Pcm, bed: &Pcm, below: f64) -> Result<Pcm, AudioError> {
    if voice.rate != bed.rate {
        return Err(AudioError::Sound { problem: format!("{} Hz under {} Hz", bed.rate, voice.rate) });
    }
    let (Some(loud), Some(soft)) = (loudness(voice), loudness(bed)) else { return Ok(voice.clone()) };
    let gain = 10f64.powf((loud - below - soft) / 20.0) as f32;
    let mut out = voice.clone();
    for (to, from) in out.samples.iter_mut().zip(&bed.samples) {
        *to += from * gain;
    }
    Ok(out)
}

fn scaled(sound: &Pcm, decibels: f64) -> Pcm {
    let gain = 10f64.powf(decibels / 20.0) as f32;
    Pcm { rate: sound.rate, samples: sound.samples.iter().map(|x| x * gain).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use colophon_types::Seed;

    /// Bursts of noise like syllables, with peaks well above the mean.
    fn speechlike(rate: u32, seconds: f64) -> Pcm {
        let mut seed = Seed(3);
        let mut out = Pcm::silence(rate, seconds);
        let mut low = 0f32;
        for (i, x) in out.samples.iter_mut().enumerate() {
            let t = i as f32 / rate as f32;
            let envelope = (t * 4.0 * std::f32::consts::PI).sin().max(0.0).powi(4);
            low += 0.2 * (seed.range(-1.0, 1.0) - low);
            *x = low * envelope * 0.2;
        }
        out
    }

    #[test]
    fn a_film_has_the_target_loudness_and_never_clips() {
        for rate in [24_000, 48_000] {
            for level in [0.05f32, 1.0, 4.0] {
                let mut sound = speechlike(rate, 8.0);
                sound.samples.iter_mut().for_each(|x| *x *= level);
                let film = master(&sound).expect("rates");
                let l = loudness(&film).expect("loud enough");
                assert_eq!(film.rate, FILM_RATE);
                assert!((l - TARGET_LUFS).abs() <= 0.5, "{rate} Hz x{level}: {l} LUFS");
                assert!(true_peak(&film) <= CEILING_DBTP + 0.05, "{}", true_peak(&film));
                assert!(film.samples.iter().all(|x| x.abs() <= 0.98));
            }
        }
    }

    #[test]
    fn silence_and_emptiness_pass_through() {
        for sound in [Pcm::silence(24_000, 0.0), Pcm::silence(24_000, 2.0)] {
            let film = master(&sound).expect("rates");
            assert!(
                (film.seconds() - sound.seconds()).abs() < 1e-3 && film.samples.iter().all(|x| *x == 0.0)
            );
        }
        assert!(master(&Pcm { rate: 0, samples: vec![0.0] }).is_err());
    }

    #[test]
    fn trimming_keeps_the_sound_and_drops_the_silence() {
        let mut sound = Pcm::silence(24_000, 3.0);
        for i in 24_000..48_000 {
            sound.samples[i] = 0.3 * (i as f32 * 0.05).sin();
        }
        let cut = trim(&sound);
        assert!((1.0..1.15).contains(&cut.seconds()), "{}", cut.seconds());
        assert!(trim(&Pcm::silence(24_000, 1.0)).samples.is_empty());
    }

    #[test]
    fn sounds_are_placed_at_their_times() {
        let click = Pcm { rate: 24_000, samples: vec![1.0] };
        let out = place(1.0, 24_000, &[(0.25, &click), (0.25, &click), (5.0, &click)]).expect("rates");
        assert_eq!((out.samples.len(), out.samples[6000]), (24_000, 2.0));
        assert_eq!(out.samples.iter().filter(|x| **x != 0.0).count(), 1);
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_level_at_another_rate() {
        let tone = |rate: u32| Pcm {
            rate,
            samples: (0..rate)
                .map(|i| 0.5 * (std::f32::consts::TAU * 440.0 * i as f32 / rate as f32).sin())
                .collect(),
        };
        for (from, to) in [(24_000, 48_000), (24_000, 16_000), (48_000, 16_000), (22_050, 24_000)] {
            let out = resample(&tone(from), to).expect("rates");
            let want = tone(to);
            assert_eq!(out.samples.len(), want.samples.len());
            let inner = to as usize / 10..to as usize * 9 / 10;
            let error = inner.clone().map(|i| (out.samples[i] - want.samples[i]).abs()).fold(0f32, f32::max);
            assert!(error < 0.01, "{from} -> {to}: {error}");
        }
    }
}
