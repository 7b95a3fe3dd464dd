//! Jobs that change a picture.

use std::collections::BTreeMap;

use colophon_image::dream::Dream;
use colophon_image::gatys::Painting;
use colophon_image::grade::Grade;
use colophon_image::sketch::Pencil;
use colophon_image::upscale::Quality;
use colophon_seal::Sealed;
use colophon_types::PictureFormat;
use schemars::JsonSchema;
use serde::Deserialize;

use super::inputs::{Input, stem};
use super::picture::{PREVIEWS, count, diffuse, format_of, keep, size};
use super::run::Run;
use crate::{
    Behind, DEFAULT_DIFFUSION, DiffusionRequest, Edit, FaceRequest, PictureFile, Studio, StudioError,
    Variation, faces,
};

/// Names of all operations.
const OPERATIONS: [&str; 15] = [
    "style", "like", "paint", "dream", "upscale", "cutout", "remove", "sketch", "grade", "crop", "inpaint",
    "redraw", "vary", "edit", "faces",
];

/// What is done to a picture; which fields count hangs on the operation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "PictureEdit")]
pub(crate) struct EditJob {
    /// `style`, `like`, `paint`, `dream`, `upscale`, `cutout`, `remove`, `sketch`, `grade`, `crop`,
    /// `inpaint`, `redraw`, `vary`, `edit`, or `faces`, which needs no file.
    operation: String,
    /// The picture that is changed.
    file: Option<Input>,
    /// Of `style`: its name.
    style: Option<String>,
    /// 0 leaves the picture as it is, 1 changes all of it.
    strength: Option<f32>,
    /// Only light and dark change.
    keep_colour: Option<bool>,
    /// Of `like` and `paint`: the paintings.
    paintings: Vec<Input>,
    /// Of `paint`: what the painting weighs against the picture.
    weight: Option<f32>,
    /// Steps of `paint`, `dream` and diffusion.
    steps: Option<usize>,
    /// Of `paint`: longest side at which it is painted, in pixels.
    longest: Option<usize>,
    /// Of `dream`: the layer of the network.
    layer: Option<String>,
    /// Of `dream`: the channel of the layer.
    channel: Option<usize>,
    /// Of `dream`.
    octaves: Option<usize>,
    /// Of `dream`: how far each step goes.
    rate: Option<f32>,
    /// Of `dream`: a picture to dream of.
    guide: Option<Input>,
    /// Of `upscale`: 2 or 4.
    factor: Option<usize>,
    /// Of `upscale`: `fast` or `best`.
    quality: Option<String>,
    /// Of `cutout`: `clear`, `blur`, a colour such as `#ffcc00`, or a file.
    behind: Option<BehindJob>,
    /// Of `remove`, `inpaint` and `redraw`: where, light or clear.
    mask: Option<Input>,
    /// Of `sketch`, 0 to 1.
    shade: Option<f32>,
    /// Of `sketch`, 0 to 1.
    lines: Option<f32>,
    /// Of `grade`: a look by name, to which the settings are added.
    look: Option<String>,
    /// Of `grade`: in stops.
    exposure: Option<f32>,
    /// Of `grade`: −1 to 1, as the next three.
    contrast: Option<f32>,
    saturation: Option<f32>,
    warmth: Option<f32>,
    tint: Option<f32>,
    /// Of `grade`: 0 to 1.
    vignette: Option<f32>,
    /// Width and height in pixels, as in `1024x768`: of `crop`, `vary`, `inpaint` and `redraw`.
    size: Option<String>,
    /// Of `inpaint` and `redraw`: what is to be seen.
    prompt: Option<String>,
    /// Of `inpaint` and `redraw`: what is not to be seen.
    negative: Option<String>,
    /// Of `inpaint` and `redraw`: the diffusion model.
    model: Option<String>,
    /// Of diffusion: how closely the words are followed.
    guidance: Option<f32>,
    /// Of diffusion: the scheduler by name.
    scheduler: Option<String>,
    /// Of diffusion: pictures on the way that are shown.
    previews: Option<usize>,
    /// Of `vary`, `faces` and diffusion: how many pictures.
    count: Option<usize>,
    /// Of `faces`: steps along directions by name, −10 to 10.
    directions: BTreeMap<String, f32>,
    /// Of `edit`: what changes in the composed picture.
    instruction: Option<String>,
    seed: Option<u64>,
    /// `png`, `jpeg` or `webp`.
    format: Option<String>,
    /// Of a JPEG file, 1 to 100.
    jpeg_quality: Option<u8>,
}

/// What comes behind people who were cut out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum BehindJob {
    Named(String),
    File(Input),
}

fn missing<T>(what: &'static str) -> Result<T, StudioError> {
    Err(StudioError::request(format!("'{what}' is missing"), "give it"))
}

impl EditJob {
    fn format(&self) -> Result<PictureFormat, StudioError> {
        format_of(self.format.as_deref(), self.jpeg_quality)
    }

    pub(crate) fn check(&self) -> Result<(), StudioError> {
        let operation = self.operation.as_str();
        if !OPERATIONS.contains(&operation) {
            let message =
                format!("there is no operation '{operation}': it is one of {}", OPERATIONS.join(", "));
            return Err(StudioError::request(message, "name one of them"));
        }
        self.format()?;
        count(self.count)?;
        let asked = size(self.size.as_deref())?;
        if operation == "faces" {
            let asked: Vec<(String, f32)> = self.directions.clone().into_iter().collect();
            return faces::named(&asked).map(|_| ());
        }
        if self.file.is_none() {
            return Err(StudioError::request("no picture is named", "give one as 'file'"));
        }
        for (name, value) in [("strength", self.strength), ("shade", self.shade), ("lines", self.lines)] {
            if value.is_some_and(|v| !(0.0..=1.0).contains(&v)) {
                return Err(StudioError::request(format!("'{name}' is no share"), "give 0 to 1"));
            }
        }
        let is_empty = |words: &Option<String>| words.as_deref().unwrap_or_default().trim().is_empty();
        match operation {
            "like" | "paint" if self.paintings.is_empty() => missing("paintings"),
            "remove" | "inpaint" if self.mask.is_none() => missing("mask"),
            "inpaint" if is_empty(&self.prompt) => missing("prompt"),
            "edit" if is_empty(&self.instruction) => missing("instruction"),
            "crop" => match asked {
                Some((width, height)) if width > 0 && height > 0 => Ok(()),
                _ => missing("size"),
            },
            "grade" => self.grade().map(drop),
            "style" => match &self.style {
                Some(name) => colophon_image::Treatment::named(name).map(drop).map_err(Into::into),
                None => missing("style"),
            },
            "upscale" => {
                Quality::named(self.quality.as_deref().unwrap_or("fast")).map(drop).map_err(Into::into)
            }
            _ => Ok(()),
        }
    }

    /// Whether this studio knows the model.
    pub(crate) fn check_model(&self, studio: &Studio) -> Result<(), StudioError> {
        match self.model.as_deref().filter(|m| !m.is_empty() && !studio.knows_diffusion(m)) {
            Some(other) => {
                let message = format!("there is no diffusion model '{other}'");
                Err(StudioError::request(message, "see /v1/options for those that there are"))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn title(&self) -> String {
        let more = [&self.style, &self.prompt, &self.instruction].into_iter().flatten().next();
        more.map_or_else(|| self.operation.clone(), |more| format!("{}: {more}", self.operation))
    }

    pub(crate) fn inputs(&self) -> Vec<&Input> {
        let behind = match &self.behind {
            Some(BehindJob::File(input)) => Some(input),
            _ => None,
        };
        let single = [self.file.as_ref(), self.guide.as_ref(), self.mask.as_ref(), behind];
        single.into_iter().flatten().chain(&self.paintings).collect()
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let format = self.format()?;
        let progress = std::sync::Arc::clone(&run.progress);
        if self.operation == "faces" {
            let request = FaceRequest {
                seed: self.seed,
                count: count(self.count)?,
                towards: None,
                directions: self.directions.clone().into_iter().collect(),
                grid: false,
                transparent: false,
                format,
            };
            let made = run.studio.faces(&request, progress.as_ref(), run.cancel)?;
            return keep(made, "face", "", run);
        }
        let Some(input) = &self.file else { return missing("file") };
        let file = run.picture(input)?;
        let name = format!("{}-{}", stem(&file.name), self.operation);
        let words =
            self.instruction.as_deref().or(self.prompt.as_deref()).unwrap_or(&self.operation).to_owned();
        let made: Vec<Sealed> = match self.operation.as_str() {
            "vary" => {
                let size = size(self.size.as_deref())?;
                let variation = Variation { size, seed: self.seed, count: count(self.count)?, format };
                let made = run.studio.vary(&file, &variation, progress.as_ref(), run.cancel)?;
                made.into_iter().map(|p| p.sealed).collect()
            }
            "edit" => {
                let instruction = self.instruction.as_deref().unwrap_or_default();
                let made = run.studio.revise(&file, instruction, format, progress.as_ref(), run.cancel)?;
                vec![made.sealed]
            }
            "inpaint" | "redraw" => diffuse(&self.diffusion(file, format, run)?, run)?,
            _ => {
                let edit = self.edit(run)?;
                vec![run.studio.edit(&file, &edit, self.seed, format, progress.as_ref(), run.cancel)?]
            }
        };
        keep(made, &name, &words, run)
    }

    /// What a diffusion model makes of the picture; without words a variation.
    fn diffusion(
        &self,
        file: PictureFile,
        format: PictureFormat,
        run: &Run<'_>,
    ) -> Result<DiffusionRequest, StudioError> {
        Ok(DiffusionRequest {
            prompt: self.prompt.clone().unwrap_or_default(),
            negative: self.negative.clone().unwrap_or_default(),
            model: self.model.clone().unwrap_or_else(|| DEFAULT_DIFFUSION.to_owned()),
            size: size(self.size.as_deref())?,
            seed: self.seed,
            count: count(self.count)?,
            steps: self.steps,
            guidance: self.guidance,
            scheduler: self.scheduler.clone(),
            strength: self.strength,
            from: Some(file),
            mask: self.mask.as_ref().map(|mask| run.picture(mask)).transpose()?,
            format,
            partials: self.previews.unwrap_or(PREVIEWS),
            ..DiffusionRequest::default()
        })
    }

    fn grade(&self) -> Result<Grade, StudioError> {
        let base = self.look.as_deref().map_or(Ok(Grade::default()), Grade::named)?;
        let added = |base: f32, more: Option<f32>| base + more.unwrap_or(0.0);
        Ok(Grade {
            exposure: added(base.exposure, self.exposure),
            contrast: added(base.contrast, self.contrast),
            saturation: added(base.saturation, self.saturation),
            warmth: added(base.warmth, self.warmth),
            tint: added(base.tint, self.tint),
            vignette: added(base.vignette, self.vignette),
            auto: base.auto,
        })
    }

    /// The edit that changes what is there.
    fn edit(&self, run: &Run<'_>) -> Result<Edit, StudioError> {
        let pictures = |list: &[Input]| list.iter().map(|i| run.picture(i)).collect::<Result<Vec<_>, _>>();
        let mut paintings = pictures(&self.paintings)?;
        Ok(match self.operation.as_str() {
            "style" => Edit::Style {
                name: self.style.clone().unwrap_or_default(),
                strength: self.strength,
                keep_colour: self.keep_colour,
            },
            "like" => Edit::Like {
                paintings,
                strength: self.strength.unwrap_or(1.0),
                keep_colour: self.keep_colour.unwrap_or(false),
            },
            "paint" => {
                let usual = Painting::default();
                let how = Painting {
                    style: self.weight.unwrap_or(usual.style),
                    steps: self.steps.unwrap_or(usual.steps),
                    longest: self.longest.unwrap_or(usual.longest),
                    keep_colour: self.keep_colour.unwrap_or(usual.keep_colour),
                };
                Edit::Paint { painting: paintings.swap_remove(0), how }
            }
            "dream" => {
                let usual = Dream::default();
                let how = Dream {
                    layer: self.layer.clone().unwrap_or(usual.layer),
                    channel: self.channel,
                    octaves: self.octaves.unwrap_or(usual.octaves),
                    steps: self.steps.unwrap_or(usual.steps),
                    rate: self.rate.unwrap_or(usual.rate),
                    octave_scale: usual.octave_scale,
                    seed: usual.seed,
                };
                Edit::Dream { how, guide: self.guide.as_ref().map(|g| run.picture(g)).transpose()? }
            }
            "upscale" => Edit::Upscale {
                factor: self.factor.unwrap_or(4),
                quality: Quality::named(self.quality.as_deref().unwrap_or("fast"))?,
            },
            "cutout" => Edit::Cutout {
                behind: match &self.behind {
                    None => None,
                    Some(BehindJob::Named(name)) if name == "clear" => None,
                    Some(BehindJob::File(input)) => Some(Behind::Picture(run.picture(input)?)),
                    Some(BehindJob::Named(name)) => Some(Behind::named(name).ok_or_else(|| {
                        let message = format!("'{name}' is neither clear, blur nor a colour");
                        StudioError::request(message, "give a colour as in #ffcc00")
                    })?),
                },
            },
            "remove" => Edit::Remove {
                mask: self.mask.as_ref().map(|mask| run.picture(mask)).transpose()?,
                boxes: Vec::new(),
            },
            "grade" => Edit::Grade { how: self.grade()? },
            "crop" => match size(self.size.as_deref())? {
                Some((width, height)) => {
                    Edit::Crop { aspect: width as f32 / height.max(1) as f32, size: Some((width, height)) }
                }
                None => return missing("size"),
            },
            _ => {
                let usual = Pencil::default();
                Edit::Sketch {
                    how: Pencil {
                        shade: self.shade.unwrap_or(usual.shade),
                        lines: self.lines.unwrap_or(usual.lines),
                        ..usual
                    },
                }
            }
        })
    }
}
