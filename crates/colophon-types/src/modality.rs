//! The kinds of content.

/// The kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// Text.
    Text,
    /// Picture.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures with sound.
    Video,
}
