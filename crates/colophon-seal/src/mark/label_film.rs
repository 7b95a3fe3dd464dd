//! The visible label of films: the plate over the opening frames.

use std::sync::{Arc, Mutex, PoisonError};

use colophon_types::Raster;

use crate::mark::label::{Corner, FILM_LABEL_SECONDS, LabelProfile, Plate};

/// Seconds in which the label fades after [`FILM_LABEL_SECONDS`].
const FADE: f64 = 0.6;
/// Name and version of this label.
pub(crate) const NAME: &str = "colophon-film-label/1";

/// Puts the label on a film's opening frames at full strength for [`FILM_LABEL_SECONDS`], then lets
/// it fade. What a frame gets depends on its index and size alone.
pub struct FilmLabel {
    corner: Corner,
    words: &'static str,
    plate: Mutex<Option<(u32, u32, Arc<Plate>)>>,
}

impl FilmLabel {
    /// The marker.
    pub fn new(corner: Corner, profile: LabelProfile) -> Self {
        Self { corner, words: profile.picture(), plate: Mutex::new(None) }
    }

    /// The plate for a frame size, drawn once.
    fn plate(&self, width: u32, height: u32) -> Option<Arc<Plate>> {
        let mut cached = self.plate.lock().unwrap_or_else(PoisonError::into_inner);
        match &*cached {
            Some((w, h, plate)) if (*w, *h) == (width, height) => Some(Arc::clone(plate)),
            _ => {
                let plate = Arc::new(Plate::new(width, height, self.corner, self.words)?);
                *cached = Some((width, height, Arc::clone(&plate)));
                Some(plate)
            }
        }
    }
}

impl Default for FilmLabel {
    fn default() -> Self {
        Self::new(Corner::TopLeft, LabelProfile::All)
    }
}

impl FilmLabel {
    /// Lays the label over frame `index` (at `fps` frames a second) in place.
    pub fn mark(&self, index: u64, fps: u32, frame: &mut Raster) {
        let time = index as f64 / f64::from(fps.max(1));
        let strength = if time < FILM_LABEL_SECONDS {
            256
        } else {
            let left = 1.0 - ((time - FILM_LABEL_SECONDS) / FADE).min(1.0);
            (left * left * (3.0 - 2.0 * left) * 256.0) as u32
        };
        if strength > 0
            && let Some(plate) = self.plate(frame.width, frame.height)
        {
            plate.lay_over(frame, strength);
        }
    }
}
