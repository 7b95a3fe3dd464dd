//! Works that must not be copied: what is about to be sealed is compared with their content codes.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::look::look_for_code;
use crate::{SealError, format};

/// Knows the content codes of works that are protected.
pub trait Protected: Send + Sync {
    /// Whether nothing is protected, so that no code need be made.
    fn is_empty(&self) -> bool;

    /// The protected work that content with this code (ISO 24138) is most like, if it is alike at all
    /// (see [`likeness_limit`]).
    ///
    /// # Errors
    /// A sentence, when that cannot be said; then nothing is sealed.
    fn alike(&self, iscc: &str) -> Result<Option<Alike>, String>;
}

/// A protected work that content is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Its name.
    pub name: String,
    /// Of the 256 bits of the content codes, those that differ.
    pub bits_apart: u32,
    /// Whether the content is refused; else the likeness is told in the receipt.
    pub refused: bool,
}

/// Codes of one content differ in at most so many of their 256 bits, by kind of content. Pictures and
/// sounds that have nothing to do with each other differ in some 128.
pub fn likeness_limit(iscc: &str) -> u32 {
    // The first character holds the main type, the second the kind of content: see ISO 24138.
    let kind = iscc_lib::iscc_decode(iscc).map(|(_, kind, ..)| kind);
    match kind {
        Ok(IMAGE) => 24,
        Ok(AUDIO) => 36,
        _ => 40,
    }
}

/// Kinds of content codes.
const IMAGE: u8 = 1;
const AUDIO: u8 = 2;

/// In how many bits two content codes of one kind differ; `None` for codes of different kinds.
pub fn bits_apart(a: &str, b: &str) -> Option<u32> {
    let (a, b) = (iscc_lib::iscc_decode(a).ok()?, iscc_lib::iscc_decode(b).ok()?);
    let same = (a.0, a.1, a.2) == (b.0, b.1, b.2) && a.4.len() == b.4.len();
    same.then(|| a.4.iter().zip(&b.4).map(|(a, b)| (a ^ b).count_ones()).sum())
}

/// The content code of a picture, film, sound or text in a file; `None` for what has none.
///
/// # Errors
/// [`SealError::Unreadable`], [`SealError::TooLarge`].
pub fn content_code(path: &Path, ffmpeg: &Path) -> Result<Option<String>, SealError> {
    let bad = |e: std::io::Error| SealError::unreadable(path, e);
    let mut file = File::open(path).map_err(bad)?;
    let length = file.metadata().map_err(bad)?.len();
    let mut head = Vec::new();
    (&mut file).take(format::SNIFF as u64).read_to_end(&mut head).map_err(bad)?;
    let kind = format::refine(format::sniff(&head), &mut file);
    let (limit, what) = kind.size_limit();
    if length > limit {
        return Err(SealError::TooLarge { path: path.to_path_buf(), limit, what });
    }
    Ok(look_for_code(kind, &mut file, path, ffmpeg))
}
