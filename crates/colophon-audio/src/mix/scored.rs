//! Music under a narration.

use std::f32::consts::FRAC_1_SQRT_2;

use colophon_types::{Cancel, Pcm, Stereo};

use super::measure::{CEILING_DBTP, TARGET_LUFS, loudness, resample};
use super::stereo::{self, Ducking};
use crate::AudioError;

/// How far the music lies under the voice while nobody speaks, in LU.
const BELOW: f64 = 6.0;
/// How it gives way to speech: under the words it lies 18 LU below the voice.
const DUCKING: Ducking = Ducking { depth: 12.0, attack: 0.4, release: 1.0 };
/// What the watermark and AAC may add to the highest peaks of a film, in decibels.
const HEADROOM: f64 = 1.2;

/// The music as it lies under a voice: at its level in the pauses, turned down under the words.
pub fn under_speech(music: &Stereo, voice: &Pcm) -> Stereo {
    let mut music = music.clone();
    if let (Some(loud), Some(now)) = (loudness(voice), stereo::loudness(&music)) {
        stereo::scale(&mut music, loud - BELOW - now);
    }
    stereo::duck(&music, voice, DUCKING)
}

/// The sound of a film with music: `line` is all that is heard beside the music, `voice` the speech in it
/// (both from the film's beginning). At the rate of the music and the loudness of films; true peaks leave
/// room for what watermark and codec add.
///
/// # Errors
/// [`AudioError`]: a sound without a usable sample rate, or a stop.
pub fn over_music(line: &Pcm, voice: &Pcm, music: &Stereo, cancel: &Cancel) -> Result<Stereo, AudioError> {
    let mut out = under_speech(music, voice);
    // From the middle a voice is as loud as from one channel.
    let mut middle = resample(line, music.rate)?;
    middle.samples.iter_mut().for_each(|x| *x *= FRAC_1_SQRT_2);
    middle.samples.resize(out.len().max(middle.samples.len()), 0.0);
    out.left.resize(middle.samples.len(), 0.0);
    out.right.resize(middle.samples.len(), 0.0);
    stereo::add(&mut out, &Stereo::from(middle));
    Ok(stereo::master(&out, TARGET_LUFS, CEILING_DBTP - HEADROOM, false, cancel)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_lies_under_the_words_and_fills_the_pauses() {
        let tone =
            |rate: u32, hertz: f32, i: usize| (std::f32::consts::TAU * hertz * i as f32 / rate as f32).sin();
        let mut voice = Pcm::silence(24_000, 12.0);
        for i in 4 * 24_000..8 * 24_000 {
            voice.samples[i] = 0.2 * tone(24_000, 700.0, i);
        }
        let samples = (0..48_000 * 12).map(|i| 0.4 * tone(48_000, 220.0, i)).collect();
        let music = Stereo::from(Pcm { rate: 48_000, samples });
        let level = |sound: &Stereo, from: f64, to: f64| {
            let [a, b] = [from, to].map(|s| (s * 48_000.0) as usize);
            let power: f64 = sound.left[a..b].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            10.0 * (power / (b - a) as f64).log10()
        };
        let under = under_speech(&music, &voice);
        let (pause, words) = (level(&under, 0.5, 3.0), level(&under, 4.5, 7.5));
        assert!((pause - words - 12.0).abs() < 0.2, "{pause} {words}");
        let film = over_music(&voice, &voice, &music, &Cancel::new()).expect("a mix");
        assert_eq!(film.len(), 48_000 * 12);
        assert!((stereo::loudness(&film).expect("loud") - TARGET_LUFS).abs() < 0.3);
        assert!(stereo::true_peak(&film) <= CEILING_DBTP - HEADROOM + 0.05);
        // Without a voice it is music at the loudness of films.
        let silent = Pcm::silence(24_000, 12.0);
        let film = over_music(&silent, &silent, &music, &Cancel::new()).expect("a mix");
        assert!((stereo::loudness(&film).expect("loud") - TARGET_LUFS).abs() < 0.3);
        let bad = Pcm { rate: 0, samples: vec![0.5] };
        assert!(over_music(&bad, &voice, &music, &Cancel::new()).is_err());
    }
}
