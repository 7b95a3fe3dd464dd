//! Films: layered scenes in motion, transitions, captions, cards, and encoding by an ffmpeg process.
//!
//! [`FilmWriter`] is the way in: shots are pushed as they become ready, drawn by [`SceneRenderer`],
//! captioned, marked by the seal's `FrameMarker` and encoded while later shots are still being made.

pub mod captions;
pub mod cards;
pub mod compositor;
mod error;
pub mod film;
mod film_config;
mod lines;
mod motion;
mod mux;
mod particles;
mod pixels;
mod poster;
mod remark;
mod scratch;
mod sheet;
pub mod text;
pub mod transition;
pub mod yuv;

pub use compositor::{SceneRenderer, Scratch};
pub use error::VideoError;
pub use film::{EncodedFilm, FilmConfig, FilmWriter, Shot};
pub use mux::FilmSound;
pub use poster::poster;
pub use remark::remark;
pub use text::{Align, Face, FontPaths, TextStyle, Typeset};
pub use transition::Transition;
