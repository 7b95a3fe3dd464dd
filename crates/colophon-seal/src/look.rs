//! Looking at the content itself: the label that is seen or heard, the watermark, and the content code.
//!
//! Nothing here needs metadata. Content is decoded once for all of it, and only as much as is needed.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use colophon_types::{DocumentFormat, Media, Modality, Pcm, Raster, Stereo};
use colophon_watermark::{Found, Key};

use crate::format::frame::{self, Which};
use crate::format::{self, Kind, MATROSKA, WEBM, avif, document, pdf, png, sound, svg, text, wav};
use crate::mark::watermark::{self, ReadFrames, Watermark};
use crate::mark::{iscc, label, label_sound};
use crate::verdict::LabelFacts;

/// So much of a sound is heard for its mark, in seconds; the start of it holds the label.
const HEARD: f64 = 120.0;
/// Frames of a film that are looked at: those encoded alone first, then some of its start.
const KEYS: u32 = 16;
const FIRST: u32 = 45;

/// What was seen or heard.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) label: Option<LabelFacts>,
    /// The method and what it found.
    pub(crate) watermark: Option<(String, Found)>,
    /// The method that looked, also where it found nothing.
    pub(crate) method: Option<String>,
    /// The content code.
    pub(crate) iscc: Option<String>,
}

/// What was seen, as a verdict tells it.
fn seen(text: &str, place: String) -> Option<LabelFacts> {
    Some(LabelFacts { present: true, text: Some(text.to_owned()), place: Some(place) })
}

/// Looks at a file. What cannot be decoded shows nothing.
pub(crate) fn look(
    kind: Kind,
    file: &mut File,
    path: &Path,
    words: Option<&str>,
    ffmpeg: Option<&Path>,
    marks: &Watermarks,
) -> Looked {
    if let Some(demuxer) = film_demuxer(kind) {
        return ffmpeg.map(|program| at_film(program, path, demuxer, marks)).unwrap_or_default();
    }
    match kind {
        Kind::Text => words.map(at_text).unwrap_or_default(),
        Kind::Other(media_type) if DocumentFormat::of_media_type(media_type).is_some() => {
            DocumentFormat::of_media_type(media_type)
                .and_then(|format| at_document(format, file, words))
                .unwrap_or_default()
        }
        kind => match decoded(kind, file, path, ffmpeg) {
            Some(Decoded::Picture(raster)) => at_picture(raster, marks),
            Some(Decoded::Sound(sound)) => at_sound(sound, marks),
            None => Looked::default(),
        },
    }
}

/// The content code alone.
pub(crate) fn look_for_code(kind: Kind, file: &mut File, path: &Path, ffmpeg: &Path) -> Option<String> {
    if kind == Kind::Text {
        let mut words = String::new();
        file.seek(SeekFrom::Start(0)).ok()?;
        file.read_to_string(&mut words).ok()?;
        return iscc::of_text(&text::words(&words));
    }
    if let Kind::Other(media_type) = kind
        && let Some(format) = DocumentFormat::of_media_type(media_type)
    {
        let words = document::words(format, &whole(file)?)?;
        return iscc::of_text(&text::words(&words));
    }
    if let Some(demuxer) = film_demuxer(kind) {
        return iscc::of_film(ffmpeg, path, demuxer);
    }
    match decoded(kind, file, path, Some(ffmpeg))? {
        Decoded::Picture(raster) => iscc::of_picture(&raster),
        Decoded::Sound(sound) => iscc::of_sound(&sound.mono()),
    }
}

/// What is in a picture or a sound.
enum Decoded {
    Picture(Raster),
    Sound(Stereo),
}

/// Decodes a picture, or the start of a sound.
fn decoded(kind: Kind, file: &mut File, path: &Path, ffmpeg: Option<&Path>) -> Option<Decoded> {
    match kind {
        Kind::Png | Kind::Jpeg | Kind::WebP | Kind::Other("image/gif" | "image/tiff") => {
            picture(kind, file).map(Decoded::Picture)
        }
        Kind::Other("image/avif") => avif::decode(ffmpeg?, path).map(Decoded::Picture),
        Kind::Wav => wav::decode_start(&mut BufReader::new(file), HEARD).map(Decoded::Sound),
        kind => {
            let (demuxer, ffmpeg) = (demuxer(kind)?, ffmpeg?);
            sound::decode_start(ffmpeg, path, demuxer, HEARD).map(Decoded::Sound)
        }
    }
}

/// ffmpeg's name for what reads a film.
fn film_demuxer(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Mp4 | Kind::Other("video/quicktime") => Some("mov"),
        Kind::Other(MATROSKA | WEBM) => Some("matroska"),
        _ => None,
    }
}

/// ffmpeg's name for what reads a compressed sound.
fn demuxer(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Mp3 => Some("mp3"),
        Kind::Flac => Some("flac"),
        Kind::Ogg => Some("ogg"),
        Kind::M4a => Some("mov"),
        _ => None,
    }
}

fn at_text(words: &str) -> Looked {
    let label = text::find_label(words).and_then(|(line, place)| seen(&line, place.to_owned()));
    Looked { label, iscc: iscc::of_text(&text::words(words)), ..Looked::default() }
}

/// A document: its label, and the content code of its words.
fn at_document(format: DocumentFormat, file: &mut File, words: Option<&str>) -> Option<Looked> {
    let (label, words) = match format {
        DocumentFormat::Glb => (None, None),
        DocumentFormat::Svg => (seen(svg::find_label(words?)?, "over the drawing".to_owned()), None),
        DocumentFormat::Pdf => (seen(pdf::find_label(&whole(file)?)?, "over a page".to_owned()), None),
        DocumentFormat::Html => (None, Some(format::html::words(words?))),
        DocumentFormat::Docx | DocumentFormat::Epub => {
            (None, format::archive::words(format, BufReader::new(&mut *file)))
        }
    };
    let line = words.as_deref().and_then(text::find_label);
    let label = label.or_else(|| line.and_then(|(line, place)| seen(&line, place.to_owned())));
    let iscc = words.and_then(|words| iscc::of_text(&text::words(&words)));
    Some(Looked { label, iscc, ..Looked::default() })
}

/// The bytes of a file whose size was checked.
fn whole(file: &mut File) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Documents are read up to this size.
const LARGEST: u64 = 256 << 20;

fn picture(kind: Kind, file: &mut File) -> Option<Raster> {
    let format = match kind {
        Kind::Png => image::ImageFormat::Png,
        Kind::Jpeg => image::ImageFormat::Jpeg,
        Kind::WebP => image::ImageFormat::WebP,
        Kind::Other("image/gif") => image::ImageFormat::Gif,
        _ => image::ImageFormat::Tiff,
    };
    file.seek(SeekFrom::Start(0)).ok()?;
    png::decode(&mut *file, format)
}

fn at_picture(raster: Raster, marks: &Watermarks) -> Looked {
    let label =
        label::find_in_picture(&raster).and_then(|(words, corner)| seen(words, corner.words().to_owned()));
    let iscc = iscc::of_picture(&raster);
    let media = Media::Picture(raster);
    Looked { label, iscc, ..marked(&media, marks) }
}

fn at_sound(sound: Stereo, marks: &Watermarks) -> Looked {
    let mono = sound.mono();
    let start = mono.samples.len().min((f64::from(mono.rate) * LABEL) as usize);
    let start = Pcm { rate: mono.rate, samples: mono.samples[..start].to_vec() };
    let label = match label_sound::starts_with_rhythm(&start) {
        true => seen(label_sound::TEXT, label_sound::WHERE.to_owned()),
        false => None,
    };
    let iscc = iscc::of_sound(&mono);
    Looked { label, iscc, ..marked(&Media::Stereo(sound), marks) }
}

/// How much of a sound's start holds the label, with room for an encoder's delay, in seconds.
const LABEL: f64 = 4.0;

/// What to look for in content.
pub(crate) struct Watermarks {
    all: Vec<Arc<dyn Watermark>>,
}

impl Watermarks {
    /// The marks that are built in, then `others`.
    pub(crate) fn with(others: &[Arc<dyn Watermark>]) -> Self {
        Self { all: watermark::built_in(&Key::public()).into_iter().chain(others.iter().cloned()).collect() }
    }
}

/// What the marks find; the first that is found counts.
fn marked(media: &Media, marks: &Watermarks) -> Looked {
    let mut looked = Looked::default();
    let modality = media.modality();
    for mark in marks.all.iter().filter(|m| m.marks(modality)) {
        looked.method.get_or_insert_with(|| mark.name().to_owned());
        if let Some(found) = mark.find(media) {
            looked.watermark = Some((mark.name().to_owned(), found));
            break;
        }
    }
    looked
}

/// The first of some marks that the frames of a film carry: its name, and what was found.
pub(crate) fn in_film(
    ffmpeg: &Path,
    path: &Path,
    demuxer: &str,
    marks: &[&Arc<dyn Watermark>],
) -> Option<(String, Found)> {
    type Reader = (String, Box<dyn ReadFrames>);
    let readers = marks.iter().filter_map(|mark| Some((mark.name().to_owned(), mark.in_frames()?)));
    let readers: Arc<Mutex<Vec<Reader>>> = Arc::new(Mutex::new(readers.collect()));
    [(Which::Keys(KEYS), false), (Which::First(FIRST), true)].into_iter().find_map(|(which, last)| {
        let theirs = Arc::clone(&readers);
        frame::frames(ffmpeg, path, demuxer, which, move |raster| {
            let mut readers = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            readers.iter_mut().for_each(|(_, reader)| reader.add(&raster));
            true
        });
        let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.iter_mut().find_map(|(name, reader)| {
            let found = if last { reader.found() } else { reader.glance() };
            Some((name.clone(), found?))
        })
    })
}

/// What the frames of a film show: the label at its opening, the mark in all of them, else the mark in
/// its sound.
fn at_film(ffmpeg: &Path, path: &Path, demuxer: &str, marks: &Watermarks) -> Looked {
    let opening = Arc::new(Mutex::new(None));
    let corner = Arc::clone(&opening);
    frame::frames(ffmpeg, path, demuxer, Which::Opening, move |raster| {
        *corner.lock().unwrap_or_else(PoisonError::into_inner) = label::find_in_picture(&raster);
        false
    });
    let corner = opening.lock().unwrap_or_else(PoisonError::into_inner).take();
    let label = corner.and_then(|(words, corner)| seen(words, format!("opening frames, {}", corner.words())));

    let films: Vec<_> = marks.all.iter().filter(|mark| mark.marks(Modality::Video)).collect();
    let method = films.first().map(|mark| mark.name().to_owned());
    let watermark = in_film(ffmpeg, path, demuxer, &films);
    if watermark.is_some() {
        let method = watermark.as_ref().map(|(name, _)| name.clone());
        return Looked { label, watermark, method, iscc: None };
    }
    let heard = sound::decode_start(ffmpeg, path, demuxer, HEARD);
    let heard = heard.map(|sound| marked(&Media::Stereo(sound), marks)).unwrap_or_default();
    let method = heard.watermark.as_ref().map(|(name, _)| name.clone()).or(method);
    // Where a mark was found, it leads to the record.
    let iscc = match heard.watermark {
        None => iscc::of_film(ffmpeg, path, demuxer),
        Some(_) => None,
    };
    Looked { label, watermark: heard.watermark, method, iscc }
}
