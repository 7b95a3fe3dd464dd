//! Sealing what something else generated: file → reader → seal, with the same label, watermark,
//! metadata, credential and log entry as what is made here. The file as it came stands in the
//! credential as an ingredient, with the marks that it came with.

use std::path::Path;
use std::sync::Arc;

use colophon_audio::decode::{self, Wanted};
use colophon_seal::{Sealed, Verdict, VerdictKind, decode_avif, gif_pictures, seal};
use colophon_types::{
    Cancel, Declared, DocumentFormat, Draft, FileFormat, FilmFormat, FrameMarker, Lang, LangChoice, Media,
    ModelUse, PictureFormat, Progress, Raster, SoundFormat, Source, WorkId,
};
use colophon_video::remark;
use serde_json::json;

use crate::origin::{self, GENERATOR, new_work};
use crate::{PictureFile, SoundFile, Studio, StudioError};

/// Longest sound, in seconds.
const LONGEST: f64 = 3600.0;
/// Largest film, in bytes: the credential's ingredient is made of the whole.
const LARGEST_FILM: u64 = 512 << 20;
/// Largest text, in bytes.
const LARGEST_TEXT: u64 = 4 << 20;
/// Largest document, in bytes.
const LARGEST_DOCUMENT: u64 = 128 << 20;

/// What is said of a file that something else generated.
#[derive(Clone, Debug)]
pub struct Brought {
    /// What generated it: the name and version of the program or service.
    pub generator: String,
    /// How much of it was generated.
    pub declared: Declared,
    /// Whether a file is sealed that carries the marks of another producer already.
    pub again: bool,
    /// The format of the result; `None` for that of the file.
    pub format: Option<FileFormat>,
}

/// What can be brought.
const BRING: &str = "bring PNG, JPEG, WebP, GIF, TIFF, AVIF, WAV, MP3, FLAC, Ogg, M4A, MP4, MKV, WebM, SVG, HTML, PDF, DOCX, \
                     EPUB, GLB, plain text or Markdown";

/// What a file holds.
enum Content {
    Picture(FileFormat),
    Sound(FileFormat),
    Film(FileFormat),
    Document(DocumentFormat),
    Text,
}

impl Studio {
    /// Seals a file that something else generated.
    ///
    /// # Errors
    /// [`StudioError::Refused`] for a file that is sealed already, carries the mark of another work or
    /// was changed after it was signed, unless [`Brought::again`] is set; [`StudioError::Request`] for
    /// one of a kind that cannot be marked; a step that failed.
    pub fn mark(
        &self,
        path: &Path,
        brought: &Brought,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Sealed, StudioError> {
        let generator = brought.generator.trim();
        if generator.is_empty() || generator.chars().count() > 200 || generator.chars().any(char::is_control)
        {
            let hint = "name the program or service that made it, in at most 200 characters";
            return Err(StudioError::request("the generator of the file is not named", hint));
        }
        let known = self.verify(path)?;
        if !brought.again {
            refuse_marked(path, &known)?;
        }
        let given = json!({
            "task": "mark", "input_sha256": [origin::sha256_of_file(path)?], "declared": brought.declared,
            "generator": generator,
        });
        let work = new_work(&given)?;
        let (media, source, format) = self.read(path, &known.media_type, &work.id, progress, cancel)?;
        if matches!(media, Media::Document { .. }) && brought.format.is_some() {
            let message = format!("{} is written as what it is", origin::file_name(path));
            return Err(StudioError::request(message, "give the result the ending of the file"));
        }
        let format = brought.format.unwrap_or(format);
        // What generated it stands where models stand, without a hash: nobody here has seen it.
        let uses = vec![ModelUse {
            id: generator.to_owned(),
            role: "declared".to_owned(),
            sha256: String::new(),
            licence: "unknown".to_owned(),
            variant: None,
        }];
        let name = origin::file_name(path);
        let lang = match &media {
            Media::Text(words) => LangChoice::Auto.resolve(words),
            _ => Lang::En,
        };
        let steps = vec![("seal", GENERATOR.to_owned())];
        let receipt = origin::receipt(work, &name, lang, given, 0, uses, steps);
        let draft = Draft::declared(media, receipt, source, brought.declared).written_as(format);
        let sealer = self.sealer()?;
        Ok(seal(draft, &sealer, cancel, progress)?)
    }

    fn read(
        &self,
        path: &Path,
        media_type: &str,
        work: &WorkId,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(Media, Option<Source>, FileFormat), StudioError> {
        match content(path, media_type)? {
            Content::Picture(format) => {
                let file = PictureFile::open(path)?;
                let (raster, source) = match media_type {
                    "image/avif" => self.read_avif(path, &file)?,
                    _ => file.read()?,
                };
                if media_type == "image/gif" && gif_pictures(&file.bytes) > 1 {
                    return Err(moving(path));
                }
                Ok((Media::Picture(raster), Some(source), format))
            }
            Content::Document(format) => {
                let bad = StudioError::io("read", path);
                if std::fs::metadata(path).map_or(0, |m| m.len()) > LARGEST_DOCUMENT {
                    let message = format!("{} is larger than 128 MB", origin::file_name(path));
                    return Err(StudioError::request(message, "bring a smaller document"));
                }
                let bytes = std::fs::read(path).map_err(bad)?;
                // What a credential can hold as an ingredient.
                let source = (format == DocumentFormat::Svg).then(|| Source {
                    name: origin::file_name(path),
                    media_type: media_type.to_owned(),
                    bytes: bytes.as_slice().into(),
                });
                Ok((Media::Document { format, bytes }, source, FileFormat::default()))
            }
            Content::Sound(format) => {
                let file = SoundFile::open(path)?;
                let wanted = Wanted { rate: None, channels: 2, ffmpeg: self.ffmpeg() };
                let sound = decode::read_stereo(path, &wanted, LONGEST, cancel)?;
                // One channel twice is one channel.
                let media = match sound.left == sound.right {
                    true => Media::Sound(sound.mono()),
                    false => Media::Stereo(sound),
                };
                // A credential cannot hold Ogg as an ingredient.
                let source = (media_type != "audio/ogg").then(|| Source {
                    name: file.name.clone(),
                    media_type: media_type.to_owned(),
                    bytes: Arc::clone(&file.bytes),
                });
                Ok((media, source, format))
            }
            Content::Film(format) => {
                let length = std::fs::metadata(path).map_or(0, |m| m.len());
                if length > LARGEST_FILM {
                    let message = format!("{} is larger than 512 MB", origin::file_name(path));
                    return Err(StudioError::request(message, "bring a shorter film"));
                }
                let works = self.home.join("works");
                std::fs::create_dir_all(&works).map_err(StudioError::io("make the folder", &works))?;
                let temp = tempfile::Builder::new().prefix(".mark-").suffix(".mp4").tempfile_in(&works);
                let temp = temp.map_err(StudioError::io("write in", &works))?.into_temp_path();
                let marks: Arc<dyn FrameMarker> = Arc::new(self.sealer()?.film_marker(work));
                let marker = marks.name().to_owned();
                let lease = self.cores.lease(1, self.cores.total(), cancel)?;
                let threads = lease.threads();
                let seconds = remark(&self.ffmpeg(), path, &temp, &marks, threads, progress, cancel)?;
                drop(lease);
                let name = origin::file_name(path);
                let bytes = std::fs::read(path).map_err(StudioError::io("read", path))?;
                let source = Source { name, media_type: media_type.to_owned(), bytes: bytes.into() };
                // The seal removes the file.
                let path = temp.keep().map_err(|e| StudioError::io("write in", &works)(e.error))?;
                let media = Media::Film { path, marker, seconds };
                // A credential cannot hold Matroska as an ingredient.
                Ok((media, Some(source).filter(|_| format.film() == FilmFormat::Mp4), format))
            }
            Content::Text => {
                let bad = StudioError::io("read", path);
                let length = std::fs::metadata(path).map_or(0, |m| m.len());
                if length > LARGEST_TEXT {
                    let message = format!("{} is larger than 4 MB", origin::file_name(path));
                    return Err(StudioError::request(message, "bring a shorter text"));
                }
                let words = std::fs::read_to_string(path).map_err(bad)?;
                Ok((Media::Text(words), None, FileFormat::default()))
            }
        }
    }
}

impl Studio {
    /// Decodes an AVIF picture by the program ffmpeg.
    fn read_avif(&self, path: &Path, file: &PictureFile) -> Result<(Raster, Source), StudioError> {
        if file.bytes.get(8..12) == Some(b"avis") {
            return Err(moving(path));
        }
        let raster = decode_avif(&self.ffmpeg(), path).ok_or_else(|| {
            let message = format!("{} cannot be decoded", origin::file_name(path));
            StudioError::request(message, "bring a whole picture of at most 64 million pixels")
        })?;
        let (name, bytes) = (file.name.clone(), Arc::clone(&file.bytes));
        Ok((raster, Source { name, media_type: "image/avif".to_owned(), bytes }))
    }
}

/// The error of a file of several pictures, all but one of which would be lost.
fn moving(path: &Path) -> StudioError {
    let message = format!("{} holds more than one picture", origin::file_name(path));
    StudioError::request(message, "bring a still picture, or a film")
}

fn content(path: &Path, media_type: &str) -> Result<Content, StudioError> {
    if let Some(format) = DocumentFormat::of_media_type(media_type) {
        return Ok(Content::Document(format));
    }
    let picture = |format: PictureFormat| Ok(Content::Picture(format.into()));
    let sound = |format: SoundFormat| Ok(Content::Sound(format.into()));
    match media_type {
        "image/png" => picture(PictureFormat::Png),
        "image/gif" => picture(PictureFormat::Gif),
        "image/tiff" => picture(PictureFormat::Tiff),
        "image/avif" => picture(PictureFormat::Avif),
        "image/jpeg" => picture(PictureFormat::Jpeg { quality: PictureFormat::QUALITY }),
        "image/webp" => picture(PictureFormat::WebP),
        "audio/wav" => sound(SoundFormat::Wav),
        "audio/mpeg" => sound(SoundFormat::Mp3),
        "audio/flac" => sound(SoundFormat::Flac),
        "audio/ogg" => sound(SoundFormat::Opus),
        "audio/mp4" => sound(SoundFormat::Aac),
        "video/mp4" | "video/quicktime" => Ok(Content::Film(FilmFormat::Mp4.into())),
        "video/x-matroska" => Ok(Content::Film(FilmFormat::Matroska.into())),
        "video/webm" => Ok(Content::Film(FilmFormat::WebM.into())),
        "text/markdown" => Ok(Content::Text),
        other => {
            let message = format!("{} is {other}, which cannot be marked", origin::file_name(path));
            Err(StudioError::request(message, BRING))
        }
    }
}

/// A file that says already what it is keeps saying it.
fn refuse_marked(path: &Path, known: &Verdict) -> Result<(), StudioError> {
    let (file, hint) =
        (origin::file_name(path), "to seal it all the same as a new work, set 'again' (--again)");
    let refused = |message: String| Err(StudioError::Refused { message, hint });
    match known.verdict {
        VerdictKind::Verified => refused(format!("{file} is sealed already, with this log")),
        VerdictKind::Tampered => refused(format!("{file} was changed after it was signed")),
        _ if known.watermark.found => {
            let payload = known.watermark.payload.as_deref().unwrap_or("no number");
            refused(format!("{file} carries the watermark of another work ({payload})"))
        }
        _ => Ok(()),
    }
}
