//! The imperceptible watermark: what one must offer, and those that are built in.
//!
//! A watermark marks the content after the label and before any metadata. It carries a number
//! ([`Payload`]) that the log resolves to a work, and is found again without any metadata. Pictures and
//! short sounds are marked by [`Watermark::embed`] when they are sealed; films, recordings and streams
//! on their way into the encoder, by the same methods (see [`crate::FilmMarker`], [`crate::Recording`],
//! [`crate::SoundSeal`]).

use std::sync::Arc;

use colophon_types::{Media, Modality, Pcm, Raster, Receipt, Stereo};
use colophon_watermark::film::{FilmMark, FilmReader};
use colophon_watermark::sound::{Embedded, Unfit};
use colophon_watermark::{Found, Key, Payload, film, picture, sound};

/// Embeds a payload imperceptibly, and finds it again.
pub trait Watermark: Send + Sync {
    /// A stable name with version, reported as `method` by a verification.
    fn name(&self) -> &str;

    /// Whether it marks this kind of content.
    fn marks(&self, modality: Modality) -> bool;

    /// Marks the content in place and gives what it carries now, lower-case hex. Those that mark films alone do so by
    /// [`Watermark::on_frames`].
    ///
    /// # Errors
    /// Why the content cannot carry it, or what went wrong.
    fn embed(&self, _media: &mut Media, _payload: Payload) -> Result<String, WatermarkError> {
        Err(WatermarkError::Failed(format!("{} marks the frames of films alone", self.name())))
    }

    /// Looks for it in decoded content; for those that mark films alone [`Watermark::in_frames`] does.
    fn find(&self, _media: &Media) -> Option<Found> {
        None
    }

    /// What marks the frames of a film on their way into the encoder; `None` where it marks no films, or cannot.
    fn on_frames(&self, _payload: Payload) -> Option<Box<dyn MarkFrames>> {
        None
    }

    /// What looks for it in the frames of a film.
    fn in_frames(&self) -> Option<Box<dyn ReadFrames>> {
        None
    }

    /// How a credential names the mark and what it carries, where it is in C2PA's list of soft bindings: the
    /// algorithm there, and the payload as that algorithm writes it.
    fn soft_binding(&self, _payload: Payload) -> Option<(String, String)> {
        None
    }
}

/// A film's frames get a payload.
pub trait MarkFrames: Send + Sync {
    /// Marks frame `index` in place. Frames may come in any order and from several threads.
    fn mark(&self, index: u64, frame: &mut Raster);
}

/// A film's frames are looked through for a payload.
pub trait ReadFrames: Send {
    /// Takes a frame in.
    fn add(&mut self, frame: &Raster);

    /// What the frames so far carry, if that is clear without those that are to come.
    fn glance(&mut self) -> Option<Found> {
        self.found()
    }

    /// What the frames carry.
    fn found(&mut self) -> Option<Found>;
}

/// Why content was not marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatermarkError {
    /// It is too short, too small or too empty to carry the mark: it is sealed without, and its
    /// credential says why.
    Unfit(String),
    /// The mark failed, and with it the sealing.
    Failed(String),
}

/// What the watermark step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The content carries these, the one that a verification looks for first at the head.
    Carried(Vec<Carried>),
    /// The content carries a mark of this method, which holds no number.
    Present(String),
    /// It carries none, for this reason.
    None(String),
}

/// A mark that content carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    /// The method.
    pub(crate) method: String,
    /// What it carries, lower-case hex.
    pub(crate) payload: String,
    /// The algorithm of the soft binding, and its value.
    pub(crate) binding: (String, String),
}

impl Carried {
    /// A mark of ours: C2PA names algorithms as domains, so `colophon-picture/1` becomes
    /// `org.colophon.picture.1`.
    pub(crate) fn new(method: &str, payload: String) -> Self {
        let algorithm = format!("org.{}", method.replace(['-', '/'], "."));
        Self { method: method.to_owned(), binding: (algorithm, payload.clone()), payload }
    }

    /// What a mark laid in, which gave `carried`.
    pub(crate) fn by(watermark: &dyn Watermark, carried: String, payload: Payload) -> Self {
        let plain = Self::new(watermark.name(), carried);
        Self { binding: watermark.soft_binding(payload).unwrap_or(plain.binding), ..plain }
    }
}

impl Bound {
    pub(crate) fn carried(method: &str, payload: impl Into<String>) -> Self {
        Self::Carried(vec![Carried::new(method, payload.into())])
    }

    /// What the sampler did to the words of a text: its mark says that they came from here, not which
    /// work they are.
    pub(crate) fn of_text(receipt: &Receipt) -> Self {
        match receipt.extra.get("watermark").and_then(|w| w.get("method")?.as_str()) {
            Some(method) => Self::Present(method.to_owned()),
            None => Self::None("the words carry no watermark".to_owned()),
        }
    }
}

/// The marks that need nothing but this program.
pub(crate) fn built_in(key: &Key) -> Vec<Arc<dyn Watermark>> {
    vec![
        Arc::new(PictureMark(key.clone())),
        Arc::new(SoundMark(key.clone())),
        Arc::new(MovingMark(key.clone())),
    ]
}

struct PictureMark(Key);

impl Watermark for PictureMark {
    fn name(&self) -> &str {
        picture::NAME
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Image
    }

    fn embed(&self, media: &mut Media, payload: Payload) -> Result<String, WatermarkError> {
        let Media::Picture(raster) = media else {
            return Err(WatermarkError::Failed("it marks pictures alone".to_owned()));
        };
        match picture::embed(raster, payload, &self.0) {
            Ok(_) => Ok(payload.to_string()),
            Err(unfit) => Err(WatermarkError::Unfit(unfit.to_string())),
        }
    }

    fn find(&self, media: &Media) -> Option<Found> {
        match media {
            Media::Picture(raster) => picture::find(raster, &self.0),
            _ => None,
        }
    }
}

struct SoundMark(Key);

impl Watermark for SoundMark {
    fn name(&self) -> &str {
        sound::NAME
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Audio
    }

    fn embed(&self, media: &mut Media, payload: Payload) -> Result<String, WatermarkError> {
        let embedded = match media {
            Media::Sound(Pcm { rate, samples }) => lay_in(&mut [samples], *rate, payload, &self.0),
            Media::Stereo(Stereo { rate, left, right }) => {
                lay_in(&mut [left, right], *rate, payload, &self.0)
            }
            _ => return Err(WatermarkError::Failed("it marks sounds in memory alone".to_owned())),
        };
        match embedded {
            // What cannot be read back is not claimed.
            Ok(done) if done.read == Some(false) => Err(WatermarkError::Unfit(
                "the sound holds too little for a mark that can be read".to_owned(),
            )),
            Ok(_) => Ok(short(payload)),
            Err(unfit) => Err(WatermarkError::Unfit(unfit.to_string())),
        }
    }

    fn find(&self, media: &Media) -> Option<Found> {
        match media {
            Media::Sound(Pcm { rate, samples }) => sound::find(&[samples], *rate, &self.0),
            Media::Stereo(Stereo { rate, left, right }) => sound::find(&[left, right], *rate, &self.0),
            _ => None,
        }
    }
}

struct MovingMark(Key);

impl Watermark for MovingMark {
    fn name(&self) -> &str {
        film::NAME
    }

    fn marks(&self, modality: Modality) -> bool {
        modality == Modality::Video
    }

    fn on_frames(&self, payload: Payload) -> Option<Box<dyn MarkFrames>> {
        Some(Box::new(FilmMark::new(payload, &self.0)))
    }

    fn in_frames(&self) -> Option<Box<dyn ReadFrames>> {
        Some(Box::new(FilmReader::new(&self.0)))
    }
}

impl MarkFrames for FilmMark {
    fn mark(&self, _index: u64, frame: &mut Raster) {
        Self::mark(self, frame);
    }
}

impl ReadFrames for FilmReader {
    fn add(&mut self, frame: &Raster) {
        Self::add(self, frame);
    }

    fn glance(&mut self) -> Option<Found> {
        Self::glance(self)
    }

    fn found(&mut self) -> Option<Found> {
        Self::found(self)
    }
}

/// What a sound carries of a payload, lower-case hex.
pub(crate) fn short(payload: Payload) -> String {
    format!("{:08x}", payload.short())
}

/// Marks a whole sound and keeps its peak where it was: what was levelled to stay under a ceiling stays
/// under it. The mark does not mind the gain.
pub(crate) fn lay_in(
    channels: &mut [&mut [f32]],
    rate: u32,
    payload: Payload,
    key: &Key,
) -> Result<Embedded, Unfit> {
    let peak = |channels: &[&mut [f32]]| {
        channels.iter().flat_map(|c| c.iter()).fold(0.0_f32, |peak, x| peak.max(x.abs()))
    };
    let before = peak(channels);
    let done = sound::embed(channels, rate, payload, key)?;
    let after = peak(channels);
    if after > before && before > 0.0 {
        // Between samples a wave may rise a little higher than in them.
        let gain = before / after * BETWEEN;
        channels.iter_mut().for_each(|c| c.iter_mut().for_each(|x| *x *= gain));
    }
    Ok(done)
}

/// A tenth of a decibel less.
const BETWEEN: f32 = 0.988;
