//! AudioSeal, in sounds.

use std::sync::Arc;

use colophon_audio::AudioError;
use colophon_audio::audioseal::{self, AudioSeal};
use colophon_hub::Hub;
use colophon_seal::{Found, Payload, Turn, Watermark, WatermarkError};
use colophon_types::{Cancel, Media, Modality, Pcm, Stereo};

use super::runtime;

/// The name of the method.
const NAME: &str = "audioseal-16";
/// The part of a sound's moments that must be marked.
const MARKED: f64 = 0.5;
/// How often, at most, 16 bits that mean nothing are those of a given work. How often AudioSeal's network takes a
/// sound for marked that is not comes on top and is for its authors to say.
const CHANCE: f64 = 1.0 / 65_536.0;

pub(super) struct Voice {
    pub(super) networks: AudioSeal,
    pub(super) hub: Arc<Hub>,
}

/// The 16 bits of a payload that AudioSeal carries.
fn message(payload: Payload) -> u16 {
    (payload.bits() >> (u64::BITS - audioseal::BITS as u32)) as u16
}

impl Voice {
    /// The message of a sound that is marked.
    fn read(&self, media: &Media) -> Result<Option<(u16, f64)>, AudioError> {
        let find = |sound: &Pcm| {
            runtime(&self.hub)?;
            self.networks.find(sound, &Cancel::new())
        };
        let heard = match media {
            Media::Sound(sound) => find(sound)?,
            Media::Stereo(sound) => find(&sound.mono())?,
            _ => return Ok(None),
        };
        Ok((heard.share >= MARKED).then_some((heard.message, heard.share)))
    }

    /// A sound with its mark.
    fn marked(&self, media: &Media, message: u16) -> Result<Option<Media>, AudioError> {
        runtime(&self.hub)?;
        let mark = |sound: &Pcm| self.networks.mark(sound, message, &Cancel::new());
        let sum = |sound: &[f32], mark: &[f32]| -> Vec<f32> {
            sound.iter().zip(mark).map(|(x, m)| (x + m).clamp(-1.0, 1.0)).collect()
        };
        Ok(match media {
            Media::Sound(sound) => {
                let samples = sum(&sound.samples, &mark(sound)?);
                Some(Media::Sound(Pcm { rate: sound.rate, samples }))
            }
            Media::Stereo(sound) => {
                let mark = mark(&sound.mono())?;
                let [left, right] = [&sound.left, &sound.right].map(|channel| sum(channel, &mark));
                Some(Media::Stereo(Stereo { rate: sound.rate, left, right }))
            }
            _ => None,
        })
    }
}

impl Watermark for Voice {
    fn name(&self) -> &str {
        NAME
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Audio
    }

    fn embed(&self, media: &mut Media, payload: Payload) -> Result<String, WatermarkError> {
        let failed = |e: AudioError| WatermarkError::Failed(e.to_string());
        let message = message(payload);
        let Some(marked) = self.marked(media, message).map_err(failed)? else {
            return Err(WatermarkError::Failed("it marks sounds alone".to_owned()));
        };
        if self.read(&marked).map_err(failed)?.is_none_or(|(read, _)| read != message) {
            return Err(WatermarkError::Unfit("the sound gives AudioSeal's bits back wrong".to_owned()));
        }
        *media = marked;
        Ok(format!("{message:04x}"))
    }

    fn find(&self, media: &Media) -> Option<Found> {
        let read = self.read(media).unwrap_or_else(|error| {
            tracing::warn!(%error, "AudioSeal's network could not listen to a sound");
            None
        });
        let (message, score) = read?;
        Some(Found {
            payload: format!("{message:04x}"),
            score,
            false_positive_rate: CHANCE,
            turn: Turn::UPRIGHT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_beginning_of_the_payload() {
        assert_eq!(message(Payload::from_bits(0xfedc_ba98_7654_3210)), 0xfedc);
    }
}
