//! VideoSeal, in the frames of films.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use colophon_hub::Hub;
use colophon_image::videoseal::{self, BITS, Change, STEP};
use colophon_image::{ImageError, VideoSeal};
use colophon_seal::{Found, MarkFrames, Payload, ReadFrames, Turn, Watermark, code};
use colophon_types::{Cancel, Modality, Raster};

use super::runtime;

/// The name of the method.
const NAME: &str = "videoseal-48";
/// The bits of a payload that a film carries: with their check, and as our own marks are protected, they fill VideoSeal's.
const CARRIED: usize = BITS / code::RATE - code::CHECK;
/// What fits frames in a row is kept for so many rows of them: several threads may be at work on a film.
const KEPT: usize = 16;
/// Frames that are read at most.
const READ: usize = 24;
/// How often, at most, bits that mean nothing are taken for a mark: their check lets one of 65,536 words pass, and they
/// are looked at twice.
const FALSE_POSITIVES: f64 = 2.0 / 65_536.0;

pub(super) struct Film {
    pub(super) networks: Arc<VideoSeal>,
    pub(super) hub: Arc<Hub>,
}

impl Film {
    /// The networks, ready to run; what is wrong with them is told once and costs the mark.
    fn networks(&self) -> Option<Arc<VideoSeal>> {
        let loaded = runtime(&self.hub).map_err(ImageError::from).and_then(|()| self.networks.load());
        if let Err(error) = loaded {
            tracing::warn!(%error, "VideoSeal cannot be used");
            return None;
        }
        Some(Arc::clone(&self.networks))
    }
}

/// The bits of a payload that a film carries.
fn carried(payload: Payload) -> u64 {
    payload.bits() >> (u64::BITS as usize - CARRIED)
}

impl Watermark for Film {
    fn name(&self) -> &str {
        NAME
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Video
    }

    fn on_frames(&self, payload: Payload) -> Option<Box<dyn MarkFrames>> {
        let networks = self.networks()?;
        let word = code::encode(carried(payload), CARRIED);
        let message = std::array::from_fn(|i| word.get(i).copied().unwrap_or_default());
        Some(Box::new(Marking { networks, message, recent: Mutex::default() }))
    }

    fn in_frames(&self) -> Option<Box<dyn ReadFrames>> {
        let networks = self.networks()?;
        Some(Box::new(Reading { networks, waiting: Vec::new(), sums: vec![0.0; BITS], read: 0 }))
    }
}

/// What frames in a row get: made of the first of them that comes. `None` where the network failed.
type Row = Arc<OnceLock<Option<Change>>>;

struct Marking {
    networks: Arc<VideoSeal>,
    message: [bool; BITS],
    recent: Mutex<VecDeque<(u64, Row)>>,
}

impl Marking {
    fn row(&self, number: u64) -> Row {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, row)) = recent.iter().find(|(known, _)| *known == number) {
            return Arc::clone(row);
        }
        if recent.len() == KEPT {
            recent.pop_front();
        }
        let row = Row::default();
        recent.push_back((number, Arc::clone(&row)));
        row
    }
}

impl MarkFrames for Marking {
    fn mark(&self, index: u64, frame: &mut Raster) {
        let row = self.row(index / STEP);
        let change = row.get_or_init(|| {
            let made = self.networks.change(frame, &self.message, &Cancel::new());
            // A film whose frames do not tell its mark is sealed without.
            made.inspect_err(|error| tracing::warn!(%error, "VideoSeal's network could not mark a frame"))
                .ok()
        });
        if let Some(change) = change {
            change.lay(frame);
        }
    }
}

struct Reading {
    networks: Arc<VideoSeal>,
    /// Frames that are not read yet, at the size that the network sees.
    waiting: Vec<videoseal::Seen>,
    sums: Vec<f32>,
    read: usize,
}

impl ReadFrames for Reading {
    fn add(&mut self, frame: &Raster) {
        if self.read + self.waiting.len() < READ
            && let Ok(seen) = VideoSeal::seen(frame)
        {
            self.waiting.push(seen);
        }
    }

    fn found(&mut self) -> Option<Found> {
        for frame in std::mem::take(&mut self.waiting) {
            match self.networks.read(&frame, &Cancel::new()) {
                Ok(bits) => self.sums.iter_mut().zip(bits).for_each(|(sum, bit)| *sum += bit),
                Err(error) => {
                    tracing::warn!(%error, "VideoSeal's network could not look at a frame");
                    return None;
                }
            }
            self.read += 1;
        }
        let payload = (self.read > 0).then(|| code::decode(&self.sums, CARRIED))??;
        let word = code::encode(payload, CARRIED);
        let agree = word.iter().zip(&self.sums).filter(|(bit, sum)| **bit == (**sum > 0.0)).count();
        Some(Found {
            payload: format!("{payload:0width$x}", width = CARRIED / 4),
            score: agree as f64 / BITS as f64,
            false_positive_rate: FALSE_POSITIVES,
            turn: Turn::UPRIGHT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_carries_the_beginning_of_the_payload_and_fills_the_message() {
        let payload = Payload::from_bits(0xfedc_ba98_7654_3210);
        assert_eq!((CARRIED, carried(payload)), (48, 0xfedc_ba98_7654));
        assert_eq!(code::encode(carried(payload), CARRIED).len(), BITS);
    }
}
