//! Content before it is written: samples and pixels.

use std::fmt;

/// Mono sound.
#[derive(Clone, Default, PartialEq)]
pub struct Pcm {
    /// Samples a second, in hertz.
    pub rate: u32,
    /// Samples in −1…1.
    pub samples: Vec<f32>,
}

impl Pcm {
    /// Silence of `seconds` at `rate` hertz.
    pub fn silence(rate: u32, seconds: f64) -> Self {
        Self { rate, samples: vec![0.0; (seconds.max(0.0) * f64::from(rate)).round() as usize] }
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        if self.rate == 0 { 0.0 } else { self.samples.len() as f64 / f64::from(self.rate) }
    }
}

impl fmt::Debug for Pcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pcm({} Hz, {:.2} s)", self.rate, self.seconds())
    }
}

/// Sound in two channels of the same length.
#[derive(Clone, Default, PartialEq)]
pub struct Stereo {
    /// Samples a second, in hertz.
    pub rate: u32,
    /// Samples of the left channel, in −1…1.
    pub left: Vec<f32>,
    /// Samples of the right channel, in −1…1.
    pub right: Vec<f32>,
}

impl Stereo {
    /// Silence of `seconds` at `rate` hertz.
    pub fn silence(rate: u32, seconds: f64) -> Self {
        let Pcm { samples, .. } = Pcm::silence(rate, seconds);
        Self { rate, left: samples.clone(), right: samples }
    }

    /// Length in samples.
    pub fn len(&self) -> usize {
        self.left.len().min(self.right.len())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        if self.rate == 0 { 0.0 } else { self.len() as f64 / f64::from(self.rate) }
    }

    /// Both channels averaged.
    pub fn mono(&self) -> Pcm {
        let samples = self.left.iter().zip(&self.right).map(|(l, r)| 0.5 * (l + r)).collect();
        Pcm { rate: self.rate, samples }
    }
}

impl From<Pcm> for Stereo {
    fn from(sound: Pcm) -> Self {
        Self { rate: sound.rate, left: sound.samples.clone(), right: sound.samples }
    }
}

impl fmt::Debug for Stereo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stereo({} Hz, {:.2} s)", self.rate, self.seconds())
    }
}

/// A picture: `width × height` pixels of premultiplied RGBA, 8 bits a channel, row by row from the
/// top left, sRGB.
#[derive(Clone, PartialEq)]
pub struct Raster {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `4 · width · height` bytes.
    pub rgba: Vec<u8>,
}

impl Raster {
    /// A picture of one premultiplied colour.
    pub fn filled(width: u32, height: u32, colour: [u8; 4]) -> Self {
        Self { width, height, rgba: colour.repeat(width as usize * height as usize) }
    }
}

impl fmt::Debug for Raster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raster({}x{})", self.width, self.height)
    }
}
