//! Marks that go over content on its way into an encoder, and the names by which the seal knows that
//! they did, for this very work.

use colophon_types::{FrameMarker, Pcm, Raster, WorkId};
use colophon_watermark::film::FilmMark;
use colophon_watermark::{Key, Payload, film, sound};

use crate::FilmLabel;
use crate::mark::label::Corner;
use crate::mark::{label_film, label_sound, watermark};

/// The name of the marker that a film of this work must have.
pub(crate) fn film_name(payload: Payload) -> String {
    format!("{}+{}:{payload}", label_film::NAME, film::NAME)
}

/// The name of the marks that a recording of this work must have.
pub(crate) fn recording_name(payload: Payload) -> String {
    format!("{}+{}:{}", label_sound::NAME, sound::NAME, watermark::short(payload))
}

/// Marks a film: the visible label over its opening frames, the watermark in every frame and in its
/// sound. What a frame gets depends on its index and its pixels alone.
pub struct FilmMarker {
    label: FilmLabel,
    frames: FilmMark,
    key: Key,
    payload: Payload,
    name: String,
}

impl FilmMarker {
    pub(crate) fn new(corner: Corner, key: &Key, work: &WorkId) -> Self {
        let payload = Payload::of(work);
        Self {
            label: FilmLabel::new(corner),
            frames: FilmMark::new(payload, key),
            key: key.clone(),
            payload,
            name: film_name(payload),
        }
    }
}

impl FrameMarker for FilmMarker {
    fn name(&self) -> &str {
        &self.name
    }

    fn mark(&self, index: u64, fps: u32, frame: &mut Raster) {
        self.label.mark(index, fps, frame);
        self.frames.mark(frame);
    }

    fn mark_sound(&self, track: &mut Pcm) {
        // A film without sound, or with a second of it, is told by its pictures.
        let _ = sound::embed(&mut [&mut track.samples], track.rate, self.payload, &self.key);
    }
}
