//! What errors call it, and the sound that it hears.

pub(super) const NAME: &str = "whisper";
/// Samples a second that Whisper hears.
pub const RATE: u32 = 16_000;
