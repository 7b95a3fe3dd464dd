//! Marks that go over content on its way into an encoder, and the names by which the seal knows that
//! they did, for this very work.

use std::sync::Arc;

use colophon_types::{FrameMarker, Modality, Raster, WorkId};
use colophon_watermark::{Key, Payload, film, sound};

use crate::mark::label_spoken::SoundLabel;
use crate::mark::watermark::{MarkFrames, Watermark};
use crate::mark::{label_film, watermark};
use crate::{FilmLabel, LabelOptions};

/// Stands in the place of a label that was left out.
const NO_LABEL: &str = "no-label";

/// The name of the marker that a film of this work must have.
pub(crate) fn film_name(labelled: bool, payload: Payload) -> String {
    let label = if labelled { label_film::NAME } else { NO_LABEL };
    format!("{label}+{}:{payload}", film::NAME)
}

/// The name of the marks that a recording of this work must have.
pub(crate) fn recording_name(label: Option<&SoundLabel>, payload: Payload) -> String {
    let label = label.map_or(NO_LABEL, SoundLabel::name);
    format!("{label}+{}:{}", sound::NAME, watermark::short(payload))
}

/// Marks a film: the visible label over its opening frames, the watermarks in every frame and in its
/// sound. What a frame gets of our own depends on its index and its pixels alone.
pub struct FilmMarker {
    label: Option<FilmLabel>,
    frames: Vec<Box<dyn MarkFrames>>,
    key: Key,
    payload: Payload,
    name: String,
}

impl FilmMarker {
    pub(crate) fn new(label: &LabelOptions, key: &Key, marks: &[Arc<dyn Watermark>], work: &WorkId) -> Self {
        let payload = Payload::of(work);
        let marks = marks.iter().filter(|mark| mark.marks(Modality::Video));
        Self {
            label: label.hidden.is_none().then(|| FilmLabel::new(label.corner, label.profile)),
            frames: marks.filter_map(|mark| mark.on_frames(payload)).collect(),
            key: key.clone(),
            payload,
            name: film_name(label.hidden.is_none(), payload),
        }
    }
}

impl FrameMarker for FilmMarker {
    fn name(&self) -> &str {
        &self.name
    }

    fn mark(&self, index: u64, fps: u32, frame: &mut Raster) {
        if let Some(label) = &self.label {
            label.mark(index, fps, frame);
        }
        self.frames.iter().for_each(|mark| mark.mark(index, frame));
    }

    fn mark_sound(&self, channels: &mut [&mut [f32]], rate: u32) {
        // A film without sound, or with a second of it, is told by its pictures.
        let _ = watermark::lay_in(channels, rate, self.payload, &self.key);
    }
}
