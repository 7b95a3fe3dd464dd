//! How a film is made.

use std::path::PathBuf;
use std::sync::Arc;

use colophon_types::{Cores, FrameMarker, Lang};

use crate::text::Typeset;

/// How a film is made.
#[derive(Clone)]
pub struct FilmConfig {
    /// Width of the frames in pixels, even.
    pub width: u32,
    /// Height of the frames in pixels, even.
    pub height: u32,
    /// Frames a second.
    pub fps: u32,
    /// Language of captions and sound, for the tags of the tracks.
    pub lang: Lang,
    /// Where the film goes; temporary files are made in the same folder.
    pub output: PathBuf,
    /// Threads that draw frames.
    pub render_threads: usize,
    /// Where the cores for drawing come from, shot by shot; `None` where the caller has them already.
    pub cores: Option<Cores>,
    /// Threads of the H.264 encoder. The bits of a film depend on this number.
    pub encode_threads: usize,
    /// Marks every frame, last of all. `None` only where the frames are not to be shown to anyone.
    pub marker: Option<Arc<dyn FrameMarker>>,
    /// Fonts for captions; without them captions are a track only.
    pub typeset: Option<Arc<Typeset>>,
    /// The ffmpeg program.
    pub ffmpeg: PathBuf,
    /// Frames in all, as far as known, for progress; 0 when unknown.
    pub expected_frames: u64,
}

impl FilmConfig {
    /// 1280×720 at 30 frames a second with one thread for drawing and one for encoding.
    pub fn new(output: impl Into<PathBuf>, lang: Lang) -> Self {
        Self {
            width: 1280,
            height: 720,
            fps: 30,
            lang,
            output: output.into(),
            render_threads: 1,
            cores: None,
            encode_threads: 1,
            marker: None,
            typeset: None,
            ffmpeg: "ffmpeg".into(),
            expected_frames: 0,
        }
    }
}
