//! The marks: one module each.

pub(crate) mod aigc;
pub(crate) mod aigc_key;
pub(crate) mod credential;
pub(crate) mod iscc;
pub(crate) mod label;
pub(crate) mod label_film;
pub(crate) mod label_sound;
pub(crate) mod label_spoken;
pub(crate) mod label_vector;
pub(crate) mod marker;
pub(crate) mod thumbnail;
pub(crate) mod watermark;
pub(crate) mod xmp;
