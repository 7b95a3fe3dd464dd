//! Pictures that move without sound.

use crate::Raster;

/// A file format of moving pictures without sound, which every viewer of pictures shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnimationFormat {
    /// GIF, with 256 colours.
    Gif,
    /// WebP, without loss.
    WebP,
}

impl AnimationFormat {
    /// By the end of a file's name.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gif" => Some(Self::Gif),
            "webp" => Some(Self::WebP),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

/// Frames of one size, shown one after another, over and over.
#[derive(Clone, Debug, PartialEq)]
pub struct Animation {
    /// The frames, opaque.
    pub frames: Vec<Raster>,
    /// How long each is shown, in milliseconds.
    pub delay_ms: u32,
    /// How it is written.
    pub format: AnimationFormat,
}

impl Animation {
    /// Why it cannot be written, if it cannot.
    ///
    /// # Errors
    /// A sentence: no frames, frames of different sizes, or a size that does not fit the pixels.
    pub fn check(&self) -> Result<(u32, u32), String> {
        let Some(first) = self.frames.first() else { return Err("the animation has no frames".to_owned()) };
        let pixels = first.width as usize * first.height as usize;
        let fits = |f: &Raster| {
            (f.width, f.height) == (first.width, first.height) && f.rgba.len() == pixels * 4 && pixels > 0
        };
        match self.frames.iter().all(fits) {
            true => Ok((first.width, first.height)),
            false => Err("the frames of the animation are not of one size".to_owned()),
        }
    }
}
