//! The mark of a film: that of a picture on every frame, always in the same place, so that what the
//! frames show adds up when it is looked for. Mirrored and turned films are found as pictures are.

use colophon_types::Raster;

use crate::fold::TILE;
use crate::lattice::Lattice;
use crate::picture::Words;
use crate::plane::{self, Plane};
use crate::{Found, Key, Payload, mask, picture};

/// The method and its version.
pub const NAME: &str = "colophon-film/1";
/// Bits of a payload.
pub const BITS: usize = picture::BITS;
/// Peak signal-to-noise ratio of each frame, in decibels.
const FIDELITY: f64 = 44.0;
/// Pixels a side of the part of a frame that is read.
const WINDOW: usize = 1536;
/// Pilots that stand out so far leave little doubt that a word is read whole.
const CLEAR: f32 = 9.0;

/// Marks frames. What a frame gets depends on its pixels alone: frames may go in any order and to any
/// thread.
pub struct FilmMark {
    tile: Vec<f32>,
}

impl FilmMark {
    /// The mark of a payload.
    pub fn new(payload: Payload, key: &Key) -> Self {
        let lattice = Lattice::new(key);
        Self { tile: lattice.draw(&lattice.waves(payload.bits())) }
    }

    /// Marks a frame in place. One under 128 pixels a side, or whose bytes are not as many as its size
    /// says, stays as it is.
    pub fn mark(&self, frame: &mut Raster) {
        if !plane::is_whole(frame) || (frame.width as usize) < TILE || (frame.height as usize) < TILE {
            return;
        }
        let strengths = mask::strengths(frame);
        mask::lay(frame, &self.tile, &strengths, mask::gain(&strengths, FIDELITY));
    }
}

/// Looks for a mark in frames, any number of them and in any order; all of the first one's size, others
/// are left out.
pub struct FilmReader {
    lattice: Lattice,
    size: (u32, u32),
    sum: Plane,
    frames: usize,
    words: Words,
}

impl FilmReader {
    /// A reader that has seen nothing.
    pub fn new(key: &Key) -> Self {
        Self {
            lattice: Lattice::new(key),
            size: (0, 0),
            sum: Plane::default(),
            frames: 0,
            words: Words::default(),
        }
    }

    /// Looks at a frame.
    pub fn add(&mut self, frame: &Raster) {
        if !picture::is_readable(frame) {
            return;
        }
        let size = (frame.width, frame.height);
        let plane = picture::normalised(frame, WINDOW);
        if self.frames == 0 {
            (self.size, self.sum) = (size, plane);
        } else if size == self.size {
            self.sum.data.iter_mut().zip(&plane.data).for_each(|(s, v)| *s += v);
        } else {
            return;
        }
        self.frames += 1;
    }

    /// Frames that were looked at.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// What the frames so far carry, if it stands out clearly. More frames may tell more: but for one word each,
    /// those that may be decoded are left for [`FilmReader::found`].
    pub fn glance(&mut self) -> Option<Found> {
        let mean = self.mean()?;
        let mut one = self.words.take_one();
        let found = picture::find_in(&mean, &self.lattice, CLEAR, &mut one);
        self.words.put_back(one);
        found
    }

    /// What the frames carry. Unmarked films give a payload as rarely as pictures do (see [`picture::find`]),
    /// however often they are looked at: the words that may be decoded are those of all looks.
    pub fn found(&mut self) -> Option<Found> {
        picture::find_in(&self.mean()?, &self.lattice, picture::GATE, &mut self.words)
    }

    /// The mean of the frames so far.
    fn mean(&self) -> Option<Plane> {
        if self.frames == 0 {
            return None;
        }
        // What stands still in a film adds up as the mark does: where there is much of it, it counts less.
        let mut sum = self.sum.clone();
        let scale = 1.0 / self.frames as f32;
        sum.data.iter_mut().for_each(|v| *v *= scale);
        picture::level(&mut sum, 0.05);
        Some(sum)
    }
}
