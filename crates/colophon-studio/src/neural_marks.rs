//! Watermarks by neural networks, laid and looked for beside our own where their models are in the store: any of
//! the catalogue, the user's own entries too, whose role is `watermark` and that holds the two networks of
//! TrustMark, for pictures, or of AudioSeal, for sound.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use colophon_audio::AudioError;
use colophon_audio::audioseal::{self, AudioSeal};
use colophon_hub::{Hub, HubError, Role};
use colophon_image::{ImageError, TrustMark, trustmark};
use colophon_seal::{Found, Payload, Turn, Watermark, WatermarkError};
use colophon_types::{Cancel, Media, Modality, Pcm, Stereo};

use crate::Studio;

/// The names of the methods.
const TRUSTMARK: &str = "trustmark-q";
const AUDIOSEAL: &str = "audioseal-16";
/// The part of a sound's moments that must be marked.
const MARKED: f64 = 0.5;
/// How often, at most, 16 bits that mean nothing are those of a given work. How often AudioSeal's network takes a
/// sound for marked that is not comes on top and is for its authors to say.
const CHANCE: f64 = 1.0 / 65_536.0;
/// Sealing is one step of a request that has its cores: the networks take none beside the one it runs on.
const THREADS: usize = 1;

/// The networks of a method, in the order in which they are looked for.
#[derive(Default)]
pub(crate) struct NeuralMarks {
    trustmark: OnceLock<Arc<dyn Watermark>>,
    audioseal: OnceLock<Arc<dyn Watermark>>,
}

/// Loads the runtime that the networks need.
fn runtime(hub: &Hub) -> Result<(), HubError> {
    colophon_hub::onnx::init(&hub.get("onnxruntime")?.main())
}

struct Trust {
    networks: TrustMark,
    hub: Arc<Hub>,
}

impl Trust {
    fn read(&self, media: &Media) -> Result<Option<u64>, ImageError> {
        let Media::Picture(raster) = media else { return Ok(None) };
        runtime(&self.hub)?;
        self.networks.find(raster, &Cancel::new())
    }
}

/// The bits of a payload that TrustMark carries, and how they are told.
fn carried(payload: Payload) -> u64 {
    payload.bits() >> (u64::BITS - trustmark::BITS)
}

fn told(carried: u64) -> String {
    format!("{carried:015x}")
}

impl Watermark for Trust {
    fn name(&self) -> &str {
        TRUSTMARK
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Image
    }

    fn embed(&self, media: &mut Media, payload: Payload) -> Result<String, WatermarkError> {
        let failed = |e: ImageError| WatermarkError::Failed(e.to_string());
        let Media::Picture(raster) = media else {
            return Err(WatermarkError::Failed("it marks pictures alone".to_owned()));
        };
        runtime(&self.hub).map_err(|e| failed(e.into()))?;
        let payload = carried(payload);
        match self.networks.embed(raster, payload, &Cancel::new()).map_err(failed)? {
            true => Ok(told(payload)),
            false => Err(WatermarkError::Unfit("the picture gives TrustMark's bits back wrong".to_owned())),
        }
    }

    fn find(&self, media: &Media) -> Option<Found> {
        let payload = match self.read(media) {
            Ok(payload) => payload?,
            Err(error) => {
                tracing::warn!(%error, "TrustMark's network could not look at a picture");
                return None;
            }
        };
        Some(Found {
            payload: told(payload),
            score: 1.0,
            false_positive_rate: trustmark::FALSE_POSITIVES,
            turn: Turn::UPRIGHT,
        })
    }

    fn soft_binding(&self, payload: Payload) -> Option<(String, String)> {
        Some((trustmark::ALGORITHM.to_owned(), TrustMark::binding(carried(payload))))
    }
}

struct Voice {
    networks: AudioSeal,
    hub: Arc<Hub>,
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
        AUDIOSEAL
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

impl Studio {
    /// The watermarks whose networks are in the store.
    pub(crate) fn neural_marks(&self) -> Vec<Arc<dyn Watermark>> {
        let trust = self.neural_mark(&self.neural.trustmark, &trustmark::FILES, |folder, hub| {
            Arc::new(Trust { networks: TrustMark::new(folder, THREADS), hub })
        });
        let voice = self.neural_mark(&self.neural.audioseal, &audioseal::FILES, |folder, hub| {
            Arc::new(Voice { networks: AudioSeal::new(folder, THREADS), hub })
        });
        trust.into_iter().chain(voice).collect()
    }

    /// The watermark of `place`, made when a model with all of `files` is in the store.
    fn neural_mark(
        &self,
        place: &OnceLock<Arc<dyn Watermark>>,
        files: &[&str],
        made: impl FnOnce(&Path, Arc<Hub>) -> Arc<dyn Watermark>,
    ) -> Option<Arc<dyn Watermark>> {
        if let Some(mark) = place.get() {
            return Some(Arc::clone(mark));
        }
        let mut marks = self.hub.catalogue().entries().filter(|e| e.role == Role::Watermark);
        let model = marks.find_map(|entry| {
            let whole = files.iter().all(|name| entry.file(name).is_some());
            whole.then(|| self.hub.get(&entry.id).ok())?
        })?;
        let mark = made(model.file(".").as_path(), Arc::clone(&self.hub));
        Some(Arc::clone(place.get_or_init(|| mark)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_told_by_the_beginning_of_the_whole() {
        let payload = Payload::from_bits(0xfedc_ba98_7654_3210);
        assert_eq!(told(carried(payload)), "fedcba987654321");
        assert!(payload.to_string().starts_with(&told(carried(payload))));
        assert_eq!(TrustMark::binding(carried(payload)).len(), "1*".len() + 61);
        assert_eq!(message(payload), 0xfedc);
    }
}
