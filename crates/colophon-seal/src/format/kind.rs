//! What a file is: its media type, and how large one may be.

/// What a file is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    WebP,
    Wav,
    /// MPEG-4 with moving pictures or of an unknown brand.
    Mp4,
    /// MPEG-4 with sound alone.
    M4a,
    Mp3,
    Flac,
    /// Ogg with any stream.
    Ogg,
    Text,
    /// Other formats that are known, by media type.
    Other(&'static str),
    Unknown,
}

/// Media types of containers that are told apart by their content.
pub(crate) const MATROSKA: &str = "video/x-matroska";
pub(crate) const WEBM: &str = "video/webm";
pub(crate) const EPUB: &str = "application/epub+zip";
/// How the media types of Office Open XML begin.
pub(crate) const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
/// Media types of texts that are told apart by how they begin.
pub(crate) const SVG: &str = "image/svg+xml";
pub(crate) const HTML: &str = "text/html";

impl Kind {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Wav => "audio/wav",
            Self::Mp4 => "video/mp4",
            Self::M4a => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Ogg => "audio/ogg",
            Self::Text => "text/markdown",
            Self::Other(media_type) => media_type,
            Self::Unknown => "application/octet-stream",
        }
    }

    /// The largest file of the kind that is checked. The credential library holds pictures, sound and
    /// texts in memory; films are streamed.
    pub(crate) fn size_limit(self) -> (u64, &'static str) {
        match self {
            Self::Text | Self::Other(SVG | HTML) => (16 << 20, "texts"),
            Self::Mp4 | Self::M4a | Self::Unknown => (16 << 30, "films"),
            Self::Wav | Self::Mp3 | Self::Flac | Self::Ogg => (1 << 30, "sound"),
            Self::Other("video/quicktime" | MATROSKA | WEBM) => (16 << 30, "films"),
            Self::Png | Self::Jpeg | Self::WebP | Self::Other(_) => (256 << 20, "pictures"),
        }
    }
}
