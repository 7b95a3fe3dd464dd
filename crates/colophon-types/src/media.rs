//! Raw media in memory.

use std::path::PathBuf;

use crate::{Animation, Modality, Pcm, Raster, Stereo};

/// How a sealed picture is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureFormat {
    /// PNG, as it is.
    #[default]
    Png,
    /// JPEG; what is clear becomes white.
    Jpeg {
        /// 1 to 100; more is closer to the picture and larger.
        quality: u8,
    },
    /// WebP, as it is.
    WebP,
    /// TIFF, as it is.
    Tiff,
    /// GIF of at most 256 colours; what is half clear becomes clear or opaque.
    Gif,
    /// AVIF, close to the picture; what is clear becomes white.
    Avif,
}

impl PictureFormat {
    /// The quality of a JPEG file where none is asked for.
    pub const QUALITY: u8 = 92;

    /// By the end of a file's name, or OpenAI's `output_format`.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg { quality: Self::QUALITY }),
            "webp" => Some(Self::WebP),
            "tif" | "tiff" => Some(Self::Tiff),
            "gif" => Some(Self::Gif),
            "avif" => Some(Self::Avif),
            _ => None,
        }
    }

    /// By its media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::named(media_type.strip_prefix("image/")?)
    }

    /// Whether it holds clear pixels.
    pub fn holds_alpha(self) -> bool {
        !matches!(self, Self::Jpeg { .. })
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg { .. } => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
        }
    }
}

/// How a sealed sound is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SoundFormat {
    /// 16-bit WAV.
    #[default]
    Wav,
    /// MP3.
    Mp3,
    /// Opus in Ogg.
    Opus,
    /// AAC in MPEG-4.
    Aac,
    /// FLAC, 16 bits.
    Flac,
    /// 16-bit little-endian samples and nothing else: no place for metadata.
    Pcm,
}

impl SoundFormat {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Wav, Self::Mp3, Self::Opus, Self::Aac, Self::Flac, Self::Pcm];

    /// By the end of a file's name, or OpenAI's `response_format`.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "wav" => Some(Self::Wav),
            "mp3" => Some(Self::Mp3),
            "opus" | "ogg" => Some(Self::Opus),
            "aac" | "m4a" | "m4b" => Some(Self::Aac),
            "flac" => Some(Self::Flac),
            "pcm" => Some(Self::Pcm),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg",
            Self::Aac => "audio/mp4",
            Self::Flac => "audio/flac",
            Self::Pcm => "audio/pcm",
        }
    }

    /// Whether it has a place for a cover picture.
    pub fn holds_cover(self) -> bool {
        matches!(self, Self::Mp3 | Self::Aac | Self::Flac)
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Aac => "m4a",
            Self::Flac => "flac",
            Self::Pcm => "pcm",
        }
    }
}

/// How a sealed film is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilmFormat {
    /// H.264 and AAC in MPEG-4.
    #[default]
    Mp4,
    /// The same in Matroska.
    Matroska,
    /// VP9 and Opus in WebM: encoded once more.
    WebM,
}

impl FilmFormat {
    /// By the end of a file's name.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "mp4" => Some(Self::Mp4),
            "mkv" => Some(Self::Matroska),
            "webm" => Some(Self::WebM),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::Matroska => "video/x-matroska",
            Self::WebM => "video/webm",
        }
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Matroska => "mkv",
            Self::WebM => "webm",
        }
    }
}

/// A document that is sealed as the file it is: what it holds is not encoded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentFormat {
    /// A drawing: SVG.
    Svg,
    /// A page: HTML.
    Html,
    /// PDF.
    Pdf,
    /// A text of Office Open XML.
    Docx,
    /// A book: EPUB.
    Epub,
    /// A scene: glTF, binary.
    Glb,
}

impl DocumentFormat {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Svg, Self::Html, Self::Pdf, Self::Docx, Self::Epub, Self::Glb];

    /// By the end of a file's name.
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "htm" | "xhtml" => Some(Self::Html),
            name => Self::ALL.into_iter().find(|format| format.extension() == name),
        }
    }

    /// By its media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type() == media_type)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Html => "text/html",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Epub => "application/epub+zip",
            Self::Glb => "model/gltf-binary",
        }
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Epub => "epub",
            Self::Glb => "glb",
        }
    }
}

/// How a sealed work is written, where its kind leaves a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileFormat {
    /// The first format of its kind: PNG, WAV, MPEG-4.
    #[default]
    Usual,
    /// A picture's format.
    Picture(PictureFormat),
    /// A sound's format.
    Sound(SoundFormat),
    /// A film's format.
    Film(FilmFormat),
}

impl FileFormat {
    /// The format if the work is a picture.
    pub fn picture(self) -> PictureFormat {
        match self {
            Self::Picture(format) => format,
            _ => PictureFormat::default(),
        }
    }

    /// The format if the work is a film.
    pub fn film(self) -> FilmFormat {
        match self {
            Self::Film(format) => format,
            _ => FilmFormat::default(),
        }
    }

    /// The format if the work is a sound.
    pub fn sound(self) -> SoundFormat {
        match self {
            Self::Sound(format) => format,
            _ => SoundFormat::default(),
        }
    }
}

impl From<FilmFormat> for FileFormat {
    fn from(format: FilmFormat) -> Self {
        Self::Film(format)
    }
}

impl From<PictureFormat> for FileFormat {
    fn from(format: PictureFormat) -> Self {
        Self::Picture(format)
    }
}

impl From<SoundFormat> for FileFormat {
    fn from(format: SoundFormat) -> Self {
        Self::Sound(format)
    }
}

/// The content of a draft.
#[derive(Debug)]
pub enum Media {
    /// Markdown text.
    Text(String),
    /// A picture.
    Picture(Raster),
    /// A document as it is in its file.
    Document {
        /// What it is.
        format: DocumentFormat,
        /// The file.
        bytes: Vec<u8>,
    },
    /// A moving picture without sound.
    Animation(Animation),
    /// Mono sound.
    Sound(Pcm),
    /// Sound in two channels.
    Stereo(Stereo),
    /// A long sound, encoded in the draft's [`SoundFormat`], in a private temporary file, with the
    /// label named here before its content; the seal refuses others.
    Recording {
        /// The file.
        path: PathBuf,
        /// Name of the label.
        marker: String,
        /// Length in seconds.
        seconds: f64,
    },
    /// An encoded film in a private temporary file (MP4), with its frames already marked by the
    /// [`FrameMarker`] named here.
    Film {
        /// The file.
        path: PathBuf,
        /// [`FrameMarker::name`] of the marker that went over the frames; the seal refuses others.
        marker: String,
        /// Length in seconds.
        seconds: f64,
    },
}

impl Media {
    /// The kind of content.
    pub fn modality(&self) -> Modality {
        match self {
            Self::Text(_) => Modality::Text,
            Self::Picture(_) | Self::Animation(_) => Modality::Image,
            Self::Sound(_) | Self::Stereo(_) | Self::Recording { .. } => Modality::Audio,
            Self::Film { .. } => Modality::Video,
            Self::Document { format: DocumentFormat::Svg | DocumentFormat::Glb, .. } => Modality::Image,
            Self::Document { .. } => Modality::Text,
        }
    }
}

/// Marks a film on its way into the encoder: visible label and watermarks.
/// It is the first step of the seal, done by the seal's own code inside the encoder's loop because
/// a film is never held in memory as frames.
pub trait FrameMarker: Send + Sync {
    /// A stable name with version, recorded with the draft.
    fn name(&self) -> &str;

    /// Marks frame `index` (at `fps` frames a second) in place. RGBA as in [`Raster`], opaque.
    fn mark(&self, index: u64, fps: u32, frame: &mut Raster);

    /// Marks the whole of the sound in place: channels of one length, at `rate` hertz.
    fn mark_sound(&self, channels: &mut [&mut [f32]], rate: u32);
}
