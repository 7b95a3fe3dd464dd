//! Sealing: the steps, in their order.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use colophon_types::{
    Animation, AnimationFormat, Cancel, Declared, DocumentFormat, Draft, DraftParts, Event, FileFormat,
    FilmFormat, LogEntry, Media, Modality, Pcm, PictureFormat, Progress, Raster, Receipt, SoundFormat,
    Source, Stage,
};
use colophon_watermark::{Payload, film, sound as heard};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::digest::{digest_file, hash_file};
use crate::format::sound::{self, Tags};
use crate::format::{
    self, SNIFF, animation, avif, document, gif, jpeg, matroska, mp4, png, text, tiff, wav, webp,
};
use crate::mark::aigc::FoundAigc;
use crate::mark::credential::Claim;
use crate::mark::watermark::{Bound, Carried};
use crate::mark::{iscc, label, label_spoken, marker, thumbnail, watermark, xmp};
use crate::sealed::Body;
use crate::{
    Aigc, Alike, FILM_LABEL_SECONDS, LabelOptions, Protected, SealError, Sealed, Sealer, SoundPlace, Step,
    WatermarkError, look,
};

/// Seals a draft: label → watermark → metadata → C2PA credential → log entry. The draft is consumed;
/// a film's draft file is removed whether or not sealing succeeds.
///
/// # Errors
/// [`SealError::Step`] names the step that failed; then nothing was delivered.
/// [`SealError::Cancelled`] when `cancel` is set before the log entry is made.
pub fn seal(
    draft: Draft,
    sealer: &Sealer,
    cancel: &Cancel,
    progress: &dyn Progress,
) -> Result<Sealed, SealError> {
    let started = std::time::Instant::now();
    #[allow(clippy::disallowed_methods, reason = "this is the seal: the one place that opens a draft")]
    let DraftParts { mut media, mut receipt, sources, format, declared } = draft.open();
    let _removed = DraftFile(match &media {
        Media::Film { path, .. } | Media::Recording { path, .. } => Some(path.clone()),
        _ => None,
    });
    let steps = 5;
    let tell = |done: u64| {
        progress.event(Event::Progress { stage: Stage::Seal, done, total: steps, what: None });
    };

    cancel.check()?;
    tell(0);
    // What is encoded already is decoded for its code once: nothing is laid over it any more.
    let encoded = matches!(media, Media::Film { .. } | Media::Recording { .. });
    let protected = sealer.protected.as_ref().filter(|p| !p.is_empty());
    let before = (encoded || protected.is_some()).then(|| iscc::of(&media, &sealer.ffmpeg)).flatten();
    if let (Some(protected), Some(iscc)) = (protected, &before) {
        compare(iscc, &mut receipt, protected.as_ref())?;
    }
    let payload = Payload::of(&receipt.work_id);
    let label = label_step(&mut media, &receipt, payload, sealer)?;

    cancel.check()?;
    tell(1);
    let bound = watermark_step(&mut media, format, &receipt, payload, sealer)?;
    let iscc = if encoded { before } else { iscc::of(&media, &sealer.ffmpeg) };
    let thumbnail = thumbnail::of(&media, &sealer.ffmpeg);

    cancel.check()?;
    tell(2);
    let source_type = match declared {
        Some(declared) => declared_type(declared),
        None => source_type(&receipt, sources.iter().any(|s| !s.is_text())),
    };
    let others = declared.and_then(|_| others_field(&media, sources.first()));
    let field = aigc_field(&receipt, others, sealer)?;
    let media_type = media_type(&media, format);
    let marked = metadata_step(media, format, field, &source_type, sealer, cancel)?;

    cancel.check()?;
    tell(3);
    let claim = Claim {
        receipt: &receipt,
        source_type: &source_type,
        label: match &label {
            Labelled::Shown(words, place) => Some((words.as_str(), place.as_str())),
            Labelled::Hidden | Labelled::Unfit(_) => None,
        },
        no_label: match &label {
            Labelled::Unfit(reason) => Some(reason),
            Labelled::Shown(..) | Labelled::Hidden => None,
        },
        bound: &bound,
        iscc: iscc.as_deref(),
        sources: &sources,
        thumbnail: thumbnail.as_deref(),
    };
    let (body, sha256, sidecar) = credential_step(marked, &claim, sealer, cancel)?;

    cancel.check()?;
    tell(4);
    let traces = Traces { payload, bound: &bound, iscc };
    let position = ledger_step(media_type, &sha256, &receipt, traces, sealer)?;
    progress.event(Event::Done { stage: Stage::Seal, seconds: started.elapsed().as_secs_f64() });
    Ok(Sealed { body, sidecar, media_type, receipt, sha256, position })
}

/// Compares the content, before anything is laid over it, with works that are protected.
fn compare(iscc: &str, receipt: &mut Receipt, protected: &dyn Protected) -> Result<(), SealError> {
    let found = protected.alike(iscc).map_err(|reason| SealError::step(Step::Label, reason))?;
    match found {
        None => Ok(()),
        Some(Alike { name, bits_apart, refused: true }) => Err(SealError::Protected { name, bits_apart }),
        Some(Alike { name, bits_apart, refused: false }) => {
            let like = serde_json::json!({ "name": name, "bits_apart": bits_apart });
            receipt.extra.insert("like_protected".to_owned(), like);
            Ok(())
        }
    }
}

/// Removes the draft of a film or recording when dropped: nothing unsealed stays on disk.
struct DraftFile(Option<PathBuf>);

impl Drop for DraftFile {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn media_type(media: &Media, format: FileFormat) -> &'static str {
    match (media, media.modality()) {
        (Media::Animation(moving), _) => moving.format.media_type(),
        (Media::Document { format, .. }, _) => format.media_type(),
        (_, Modality::Text) => "text/markdown",
        (_, Modality::Image) => format.picture().media_type(),
        (_, Modality::Audio) => format.sound().media_type(),
        (_, Modality::Video) => format.film().media_type(),
    }
}

/// The IPTC source type: of a trained model, or of an algorithm where no model took part; of both and
/// what a person brought where a file was changed.
pub(crate) fn source_type(receipt: &Receipt, changed: bool) -> String {
    // What only looked at the work, ran the others, or took noise away, made nothing of it.
    let made = receipt.models.iter().any(|m| !["judge", "runtime", "denoise"].contains(&m.role.as_str()));
    let kind = match (!made, changed) {
        (true, false) => "algorithmicMedia",
        (true, true) => "algorithmicallyEnhanced",
        (false, false) => "trainedAlgorithmicMedia",
        (false, true) => "compositeWithTrainedAlgorithmicMedia",
    };
    format!("{}{kind}", xmp::SOURCE_TYPES)
}

/// The IPTC source type that someone declared.
fn declared_type(declared: Declared) -> String {
    let kind = match declared {
        Declared::Generated => "trainedAlgorithmicMedia",
        Declared::Edited => "compositeWithTrainedAlgorithmicMedia",
        Declared::Algorithmic => "algorithmicMedia",
    };
    format!("{}{kind}", xmp::SOURCE_TYPES)
}

/// The AIGC field that a file was brought with.
fn others_field(media: &Media, brought: Option<&Source>) -> Option<FoundAigc> {
    if let Media::Document { format, bytes } = media {
        return Some(document::marks(*format, bytes).aigc);
    }
    let source = brought?;
    let head = &source.bytes[..source.bytes.len().min(SNIFF)];
    let mut file = Cursor::new(&*source.bytes);
    let kind = format::refine(format::sniff(head), &mut file);
    Some(format::read_marks(kind, &mut file, None).aigc)
}

/// The AIGC field: ours as the producer's or, for a file that carries the field of another producer
/// already, that one with us as its propagator.
fn aigc_field(receipt: &Receipt, others: Option<FoundAigc>, sealer: &Sealer) -> Result<Aigc, SealError> {
    let others = others.and_then(|found| {
        let fields = found.fields.filter(|_| found.valid)?;
        Aigc::of_propagator(&fields, sealer.propagator(), receipt.work_id.as_str())
    });
    others.map_or_else(|| sealer.aigc_field(&receipt.work_id), Ok)
}

/// What became of the label.
enum Labelled {
    /// Its words and its place.
    Shown(String, String),
    /// Left out by the user's agreement.
    Hidden,
    /// The content has no place for one, for this reason.
    Unfit(&'static str),
}

/// Step 1: the visible or audible label. Where the user agreed to get the content without, the agreement
/// is kept before anything else is done. A text or document gets its label in step 3, together with its
/// marks; a film or recording got it inside the encoder.
fn label_step(
    media: &mut Media,
    receipt: &Receipt,
    payload: Payload,
    sealer: &Sealer,
) -> Result<Labelled, SealError> {
    let fail = |reason: &str| SealError::step(Step::Label, reason);
    let LabelOptions { corner, profile, hidden } = &sealer.label;
    let labelled = hidden.is_none();
    let marked_by = |what: &str, marker: &str, wanted: String| match marker == wanted {
        true => Ok(()),
        false => Err(fail(&format!("the {what} was marked by '{marker}', not by '{wanted}'"))),
    };
    match &*media {
        Media::Text(_) | Media::Document { .. } => {}
        Media::Picture(raster) => {
            let pixels = raster.width as usize * raster.height as usize;
            if pixels == 0 || raster.rgba.len() != pixels * 4 {
                return Err(fail("the picture's size does not fit its pixels"));
            }
        }
        Media::Animation(moving) => {
            moving.check().map_err(|reason| fail(&reason))?;
        }
        Media::Sound(Pcm { samples, rate }) if samples.is_empty() || *rate == 0 => {
            return Err(fail("the sound is empty"));
        }
        Media::Stereo(sound) if sound.is_empty() || sound.rate == 0 => {
            return Err(fail("the sound is empty"));
        }
        Media::Sound(_) | Media::Stereo(_) => {}
        Media::Recording { marker, .. } => {
            let label = labelled.then_some(&sealer.sound_label);
            marked_by("sound", marker, marker::recording_name(label, payload))?;
        }
        Media::Film { marker, .. } => marked_by("film", marker, marker::film_name(labelled, payload))?,
    }
    if !sealer.shows_label(&receipt.work_id)? {
        return Ok(Labelled::Hidden);
    }
    let (words, place) = match media {
        Media::Document { format, bytes } => match document::label(*format, bytes, &sealer.label) {
            Ok((words, place)) => (words.to_owned(), place),
            Err(reason) => return Ok(Labelled::Unfit(reason)),
        },
        Media::Text(_) => (profile.text().to_owned(), "line at the start of the text".to_owned()),
        Media::Picture(raster) => {
            let place = label::mark_picture(raster, *corner, profile.picture());
            (profile.picture().to_owned(), place.ok_or_else(|| fail("the picture has no size"))?.to_owned())
        }
        Media::Animation(moving) => {
            let mut place = None;
            for frame in &mut moving.frames {
                place = label::mark_picture(frame, *corner, profile.picture());
            }
            let place = place.ok_or_else(|| fail("the picture has no size"))?;
            (profile.picture().to_owned(), place.to_owned())
        }
        Media::Sound(sound) => {
            let laid = label_spoken::mark_sound(&sealer.sound_label, *profile, receipt.lang, sound);
            laid.map_err(|e| fail(&e))?
        }
        Media::Stereo(sound) => {
            let laid = label_spoken::mark_stereo(&sealer.sound_label, *profile, receipt.lang, sound);
            laid.map_err(|e| fail(&e))?
        }
        // What is encoded as it grows has its label at its start.
        Media::Recording { .. } => {
            let clip = sealer.sound_clip(receipt.lang, 24_000, 0.1)?;
            let told = clip.told(SoundPlace::Start);
            (clip.text, told)
        }
        Media::Film { .. } => {
            let place = format!("opening frames 0.0–{FILM_LABEL_SECONDS} s, {}", corner.words());
            (profile.picture().to_owned(), place)
        }
    };
    Ok(Labelled::Shown(words, place))
}

/// Step 2: the imperceptible watermark. What is encoded already got it on its way into the encoder;
/// a text got it from the sampler that wrote it.
fn watermark_step(
    media: &mut Media,
    format: FileFormat,
    receipt: &Receipt,
    payload: Payload,
    sealer: &Sealer,
) -> Result<Bound, SealError> {
    match media {
        Media::Film { path, .. } => return Ok(film_marks(path, payload, sealer)),
        Media::Recording { seconds, .. } if *seconds < heard::SHORTEST => {
            return Ok(Bound::None(format!("a sound of {seconds:.1} seconds is too short")));
        }
        Media::Recording { .. } => return Ok(Bound::carried(heard::NAME, watermark::short(payload))),
        Media::Text(_) => return Ok(Bound::of_text(receipt)),
        Media::Document { .. } => {
            return Ok(Bound::None("what a document shows is not changed".to_owned()));
        }
        Media::Animation(moving) => return watermark_frames(moving, payload, sealer),
        Media::Picture(_) | Media::Sound(_) | Media::Stereo(_) => {}
    }
    let modality = media.modality();
    let mut carried = Vec::new();
    let mut reason = "no watermark marks such content".to_owned();
    for watermark in sealer.watermarks.iter().filter(|w| w.marks(modality)) {
        match watermark.embed(media, payload) {
            Ok(laid) => carried.push(Carried::by(&**watermark, laid, payload)),
            Err(WatermarkError::Unfit(why)) => reason = why,
            Err(WatermarkError::Failed(why)) => return Err(SealError::step(Step::Watermark, why)),
        }
    }
    if let (Media::Picture(raster), PictureFormat::Gif) = (&*media, format.picture())
        && !carried.is_empty()
    {
        let shown = gif::shown(raster).map_err(|e| SealError::step(Step::Watermark, e))?;
        keep_readable(&mut carried, &Media::Picture(shown), sealer);
        reason = "it does not survive the 256 colours of a GIF file".to_owned();
    } else if let Some(last) = carried.pop() {
        // A mark may have drowned one that was laid before it.
        keep_readable(&mut carried, media, sealer);
        carried.push(last);
    }
    Ok(if carried.is_empty() { Bound::None(reason) } else { Bound::Carried(carried) })
}

/// What a film carries: our own mark, which went over its frames, and of the others those that can be read in it as
/// it was encoded.
fn film_marks(path: &Path, payload: Payload, sealer: &Sealer) -> Bound {
    let mut carried = vec![Carried::new(film::NAME, payload.to_string())];
    let whole = payload.to_string();
    let others = sealer.watermarks.iter().filter(|w| w.marks(Modality::Video) && w.name() != film::NAME);
    for watermark in others {
        let read = look::in_film(&sealer.ffmpeg, path, DRAFT_DEMUXER, &[watermark]);
        if let Some((_, found)) = read.filter(|(_, found)| whole.starts_with(&found.payload)) {
            carried.push(Carried::by(&**watermark, found.payload, payload));
        }
    }
    Bound::Carried(carried)
}

/// ffmpeg's name for what reads the draft of a film.
const DRAFT_DEMUXER: &str = "mov";

/// Leaves those marks that are found in content as it is shown.
fn keep_readable(carried: &mut Vec<Carried>, shown: &Media, sealer: &Sealer) {
    carried.retain(|mark| {
        let mut theirs = sealer.watermarks.iter().filter(|w| w.name() == mark.method);
        theirs.any(|w| w.find(shown).is_some_and(|found| mark.payload.starts_with(&found.payload)))
    });
}

/// The watermark of pictures, in every frame. It is claimed where the first frame shows it as the file
/// will: the few colours of GIF may drown it.
fn watermark_frames(moving: &mut Animation, payload: Payload, sealer: &Sealer) -> Result<Bound, SealError> {
    let mut bound = Bound::None("no watermark marks such content".to_owned());
    for watermark in sealer.watermarks.iter().filter(|w| w.marks(Modality::Image)) {
        let mut laid = None;
        for frame in &mut moving.frames {
            let mut media = Media::Picture(std::mem::replace(frame, Raster::filled(0, 0, [0; 4])));
            let done = watermark.embed(&mut media, payload);
            if let Media::Picture(raster) = media {
                *frame = raster;
            }
            match done {
                Ok(carried) => laid = laid.or_else(|| Some(Carried::by(&**watermark, carried, payload))),
                Err(WatermarkError::Unfit(reason)) => bound = Bound::None(reason),
                Err(WatermarkError::Failed(reason)) => return Err(SealError::step(Step::Watermark, reason)),
            }
        }
        let Some(laid) = laid else { continue };
        let shown = match moving.format {
            AnimationFormat::Gif => animation::as_gif(moving),
            AnimationFormat::WebP => moving.frames.first().cloned(),
        };
        let found = shown.and_then(|frame| watermark.find(&Media::Picture(frame)));
        if found.is_some_and(|found| found.payload == laid.payload) {
            return Ok(Bound::Carried(vec![laid]));
        }
        bound = Bound::None("the colours of the file do not hold it".to_owned());
    }
    Ok(bound)
}

/// Content with its metadata, not yet signed.
enum Marked {
    Text(String),
    /// A page of HTML.
    Page(String),
    /// A PDF document.
    Pdf(Vec<u8>),
    Bytes(&'static str, Vec<u8>),
    /// Bytes with no place for a credential: it goes beside them.
    Beside(Vec<u8>),
    /// A file and its media type.
    File(&'static str, NamedTempFile),
}

/// Step 3: the AIGC field and the IPTC source type, each in the place that the format has for it.
fn metadata_step(
    media: Media,
    format: FileFormat,
    field: Aigc,
    source_type: &str,
    sealer: &Sealer,
    cancel: &Cancel,
) -> Result<Marked, SealError> {
    let fail = |reason: String| match cancel.check() {
        Err(cancelled) => SealError::Cancelled(cancelled),
        Ok(()) => SealError::step(Step::Metadata, reason),
    };
    if !field.is_valid() {
        return Err(fail("the work's number cannot stand in an AIGC field".to_owned()));
    }
    let json = field.to_json();
    let line = sealer.label.hidden.is_none().then(|| sealer.label.profile.text());
    match media {
        Media::Text(words) => Ok(Marked::Text(text::compose(&words, line, &field, source_type))),
        Media::Picture(raster) => {
            let packet = xmp::packet(&json, source_type);
            let format = format.picture();
            let bytes = match format {
                PictureFormat::Png => png::encode(&raster, &packet),
                PictureFormat::Jpeg { quality } => jpeg::encode(&raster, &packet, quality),
                PictureFormat::WebP => webp::encode(&raster, &packet),
                PictureFormat::Tiff => tiff::encode(&raster, &packet),
                PictureFormat::Gif => gif::encode(&raster, &packet),
                PictureFormat::Avif => {
                    let bytes = avif::encode(&sealer.ffmpeg, &raster, &packet, cancel)
                        .map_err(|e| SealError::from_ffmpeg(Step::Metadata, e))?;
                    return Ok(Marked::Bytes(format.media_type(), bytes));
                }
            };
            bytes.map(|b| Marked::Bytes(format.media_type(), b)).map_err(fail)
        }
        Media::Document { format, bytes } => {
            let made = document::compose(format, &bytes, &sealer.label, &json, source_type).map_err(fail)?;
            let text = |made| String::from_utf8(made).map_err(|e| fail(e.to_string()));
            Ok(match format {
                DocumentFormat::Html => Marked::Page(text(made)?),
                DocumentFormat::Pdf => Marked::Pdf(made),
                DocumentFormat::Svg => Marked::Bytes(format.media_type(), made),
                // C2PA's library could put one into archives, but not as the specification asks: its hash of the
                // parts is a map where that has a list (mended in 0.92, which wants a newer compiler), and
                // programs that have the library without its feature `deflate` take it for tampering.
                DocumentFormat::Docx | DocumentFormat::Epub | DocumentFormat::Glb => Marked::Beside(made),
            })
        }
        Media::Animation(moving) => {
            let packet = xmp::packet(&json, source_type);
            let bytes = animation::encode(&moving, &packet).map_err(fail)?;
            Ok(Marked::Bytes(moving.format.media_type(), bytes))
        }
        Media::Sound(sound) => {
            let channels = [sound.samples.as_slice()];
            let tags = Tags { aigc: &json, source_type };
            sound_metadata(sound.rate, &channels, format.sound(), tags, sealer, cancel)
        }
        Media::Stereo(sound) => {
            let channels = [sound.left.as_slice(), sound.right.as_slice()];
            let tags = Tags { aigc: &json, source_type };
            sound_metadata(sound.rate, &channels, format.sound(), tags, sealer, cancel)
        }
        Media::Recording { path, .. } => {
            let format = format.sound();
            let tags = Tags { aigc: &json, source_type };
            let mut target = temp_beside(&path, format.extension()).map_err(|e| fail(e.to_string()))?;
            sound::tagged(&sealer.ffmpeg, format, &path, tags, &mut target, cancel)
                .map_err(|e| SealError::from_ffmpeg(Step::Metadata, e))?;
            Ok(Marked::File(format.media_type(), target))
        }
        Media::Film { path, .. } if format.film() != FilmFormat::Mp4 => {
            let format = format.film();
            let target = temp_beside(&path, format.extension()).map_err(|e| fail(e.to_string()))?;
            let tags = Tags { aigc: &json, source_type };
            matroska::write(&sealer.ffmpeg, format, &path, tags, target.path(), cancel)
                .map_err(|e| SealError::from_ffmpeg(Step::Metadata, e))?;
            Ok(Marked::File(format.media_type(), target))
        }
        Media::Film { path, .. } => {
            let packet = xmp::source_type_packet(source_type);
            film_metadata(&path, &json, &packet, cancel).map(|f| Marked::File("video/mp4", f)).map_err(fail)
        }
    }
}

fn sound_metadata(
    rate: u32,
    channels: &[&[f32]],
    format: SoundFormat,
    tags: Tags<'_>,
    sealer: &Sealer,
    cancel: &Cancel,
) -> Result<Marked, SealError> {
    let fail = |reason: &str| SealError::step(Step::Metadata, reason);
    if channels.iter().any(|c| c.iter().any(|x| !x.is_finite())) {
        return Err(fail("the sound has samples that are no numbers"));
    }
    match format {
        SoundFormat::Wav => {
            let packet = xmp::source_type_packet(tags.source_type);
            let bytes = wav::encode(rate, channels, tags.aigc, &packet).map_err(|e| fail(&e))?;
            Ok(Marked::Bytes(format.media_type(), bytes))
        }
        SoundFormat::Pcm => Ok(Marked::Beside(sound::interleaved(channels))),
        _ => {
            let bytes = sound::encode(&sealer.ffmpeg, format, rate, channels, tags, cancel)
                .map_err(|e| SealError::from_ffmpeg(Step::Metadata, e))?;
            Ok(match format {
                SoundFormat::Opus => Marked::Beside(bytes),
                _ => Marked::Bytes(format.media_type(), bytes),
            })
        }
    }
}

fn film_metadata(path: &Path, json: &str, packet: &str, cancel: &Cancel) -> Result<NamedTempFile, String> {
    let io = |e: std::io::Error| format!("the film could not be copied: {e}");
    let mut source = BufReader::with_capacity(1 << 20, File::open(path).map_err(io)?);
    let temp = temp_beside(path, "mp4").map_err(io)?;
    let mut target = BufWriter::with_capacity(1 << 20, Stoppable { inner: temp, cancel });
    mp4::write(&mut source, &mut target, json, packet)?;
    Ok(target.into_inner().map_err(|e| io(e.into_error()))?.inner)
}

/// A writer that fails once the work is cancelled.
struct Stoppable<'a, W> {
    inner: W,
    cancel: &'a Cancel,
}

impl<W: Write> Write for Stoppable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.cancel.check().map_err(std::io::Error::other)?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// A private temporary file in the folder of another.
fn temp_beside(path: &Path, extension: &str) -> std::io::Result<NamedTempFile> {
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".colophon-").suffix(&format!(".{extension}")).tempfile_in(dir)
}

/// Step 4: the credential. Gives the sealed bytes, their SHA-256, and the credential where it goes
/// beside them.
fn credential_step(
    marked: Marked,
    claim: &Claim<'_>,
    sealer: &Sealer,
    cancel: &Cancel,
) -> Result<(Body, String, Option<Vec<u8>>), SealError> {
    let fail = |e: c2pa::Error| match e {
        c2pa::Error::OperationCancelled => SealError::Cancelled(colophon_types::Cancelled),
        e => SealError::step(Step::Credential, e),
    };
    let io = |e: std::io::Error| SealError::step(Step::Credential, e);
    match marked {
        Marked::Text(mut words) => {
            let store = claim
                .sign_appended(&sealer.credentials, words.as_bytes(), text::wrapper_length, cancel)
                .map_err(fail)?;
            words.push_str(&text::wrap(&store).map_err(|e| SealError::step(Step::Credential, e))?);
            let sha256 = colophon_types::hex(&Sha256::digest(words.as_bytes()));
            Ok((Body::Bytes(words.into_bytes()), sha256, None))
        }
        Marked::Page(page) => {
            let page = claim.sign_page(&sealer.credentials, page, cancel).map_err(fail)?;
            let sha256 = colophon_types::hex(&Sha256::digest(page.as_bytes()));
            Ok((Body::Bytes(page.into_bytes()), sha256, None))
        }
        Marked::Pdf(document) => {
            let signed = claim.sign_pdf(&sealer.credentials, &document, cancel).map_err(fail)?;
            let sha256 = colophon_types::hex(&Sha256::digest(&signed));
            Ok((Body::Bytes(signed), sha256, None))
        }
        Marked::Bytes(format, bytes) => {
            let mut signed = Cursor::new(Vec::with_capacity(bytes.len() + (64 << 10)));
            claim
                .sign(&sealer.credentials, format, &mut Cursor::new(bytes), &mut signed, cancel)
                .map_err(fail)?;
            let signed = signed.into_inner();
            let sha256 = colophon_types::hex(&Sha256::digest(&signed));
            Ok((Body::Bytes(signed), sha256, None))
        }
        Marked::Beside(bytes) => {
            let store = claim.sign_beside(&sealer.credentials, &bytes, cancel).map_err(fail)?;
            let sha256 = colophon_types::hex(&Sha256::digest(&bytes));
            Ok((Body::Bytes(bytes), sha256, Some(store)))
        }
        Marked::File("audio/ogg", mut unsigned) => {
            let mut bytes = Vec::new();
            unsigned.as_file_mut().seek(SeekFrom::Start(0)).map_err(io)?;
            unsigned.as_file_mut().read_to_end(&mut bytes).map_err(io)?;
            let store = claim.sign_beside(&sealer.credentials, &bytes, cancel).map_err(fail)?;
            let sha256 = colophon_types::hex(&Sha256::digest(&bytes));
            Ok((Body::File(unsigned.into_temp_path()), sha256, Some(store)))
        }
        Marked::File(format::MATROSKA | format::WEBM, mut unsigned) => {
            let digest = digest_file(unsigned.as_file_mut()).map_err(io)?;
            let store = claim.sign_bare(&sealer.credentials, &digest, |_| None, cancel).map_err(fail)?;
            Ok((Body::File(unsigned.into_temp_path()), colophon_types::hex(&digest), Some(store)))
        }
        Marked::File(format, mut unsigned) => {
            let extension = unsigned.path().extension().map(|e| e.to_string_lossy().into_owned());
            let extension = extension.unwrap_or_default();
            let mut signed = temp_beside(unsigned.path(), &extension).map_err(io)?;
            unsigned.as_file_mut().seek(SeekFrom::Start(0)).map_err(io)?;
            claim
                .sign(&sealer.credentials, format, unsigned.as_file_mut(), signed.as_file_mut(), cancel)
                .map_err(fail)?;
            signed.as_file_mut().flush().map_err(io)?;
            let sha256 = hash_file(signed.as_file_mut()).map_err(io)?;
            Ok((Body::File(signed.into_temp_path()), sha256, None))
        }
    }
}

/// By what the log finds a work again whose metadata is gone.
pub(crate) struct Traces<'a> {
    pub(crate) payload: Payload,
    pub(crate) bound: &'a Bound,
    pub(crate) iscc: Option<String>,
}

/// Step 5: the log entry.
pub(crate) fn ledger_step(
    media_type: &str,
    sha256: &str,
    receipt: &Receipt,
    traces: Traces<'_>,
    sealer: &Sealer,
) -> Result<colophon_types::LogPosition, SealError> {
    let json = serde_json::to_vec(receipt).map_err(|e| SealError::step(Step::Ledger, e))?;
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let entry = LogEntry {
        work_id: receipt.work_id.clone(),
        media_type: media_type.to_owned(),
        sha256: sha256.to_owned(),
        receipt_sha256: colophon_types::hex(&Sha256::digest(json)),
        time: now.format(&Rfc3339).map_err(|e| SealError::step(Step::Ledger, e))?,
        // Whole, also where the content carries only its beginning.
        watermark: matches!(traces.bound, Bound::Carried(_)).then(|| traces.payload.to_string()),
        iscc: traces.iscc,
    };
    sealer.recorder.append(&entry).map_err(|(code, reason)| SealError::Step {
        step: Step::Ledger,
        reason,
        code,
    })
}
