//! Jobs that make and change pictures.

use colophon_image::dream::Dream;
use colophon_image::gatys::Painting;
use colophon_image::sketch::Pencil;
use colophon_image::upscale::Quality;
use colophon_seal::Sealed;
use colophon_types::{LangChoice, PictureFormat};
use serde::Deserialize;

use super::inputs::stem;
use super::shelf::About;
use super::{Input, Run};
use crate::check::{self, Style};
use crate::{
    Behind, DEFAULT_DIFFUSION, DiffusionRequest, Edit, FaceRequest, PictureRequest, Studio, StudioError,
    Variation,
};

/// Pictures of one job, at most.
const MOST: usize = 16;
/// The engine that needs no weights from a hub.
const COMPOSER: &str = "composer";

/// A picture of words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureJob {
    #[serde(default)]
    pub(crate) prompt: String,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    count: Option<usize>,
    #[serde(default)]
    lang: LangChoice,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    negative: Option<String>,
    #[serde(default)]
    steps: Option<usize>,
    #[serde(default)]
    guidance: Option<f32>,
    #[serde(default)]
    scheduler: Option<String>,
    #[serde(default)]
    format: Option<String>,
    /// Of a JPEG file, 1 to 100.
    #[serde(default)]
    quality: Option<u8>,
}

/// What is done to a picture; which fields count hangs on the operation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EditJob {
    operation: String,
    file: Option<Input>,
    style: Option<String>,
    strength: Option<f32>,
    keep_colour: Option<bool>,
    paintings: Vec<Input>,
    weight: Option<f32>,
    steps: Option<usize>,
    layer: Option<String>,
    channel: Option<usize>,
    octaves: Option<usize>,
    rate: Option<f32>,
    guide: Option<Input>,
    factor: Option<usize>,
    quality: Option<String>,
    behind: Option<BehindJob>,
    mask: Option<Input>,
    shade: Option<f32>,
    lines: Option<f32>,
    prompt: Option<String>,
    model: Option<String>,
    count: Option<usize>,
    instruction: Option<String>,
    seed: Option<u64>,
    format: Option<String>,
}

/// What comes behind people who were cut out.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum BehindJob {
    Named(String),
    File(Input),
}

/// `1024x768`.
fn size(text: Option<&str>) -> Result<Option<(u32, u32)>, StudioError> {
    let Some(text) = text.filter(|t| *t != "auto") else { return Ok(None) };
    let sides = text.split_once(['x', '×']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    sides.map(Some).ok_or_else(|| {
        StudioError::request(format!("'{text}' is no size"), "give width and height as in 1024x768")
    })
}

fn format(name: Option<&str>) -> Result<PictureFormat, StudioError> {
    let Some(name) = name else { return Ok(PictureFormat::default()) };
    PictureFormat::named(name)
        .ok_or_else(|| StudioError::request(format!("'{name}' is no format"), "choose png, jpeg or webp"))
}

fn count(count: Option<usize>) -> Result<usize, StudioError> {
    let count = count.unwrap_or(1);
    if (1..=MOST).contains(&count) {
        return Ok(count);
    }
    Err(StudioError::request(format!("{count} pictures at once are not possible"), "ask for 1 to 16"))
}

impl PictureJob {
    fn format(&self) -> Result<PictureFormat, StudioError> {
        match (format(self.format.as_deref())?, self.quality) {
            (PictureFormat::Jpeg { .. }, Some(quality @ 1..=100)) => Ok(PictureFormat::Jpeg { quality }),
            (_, Some(_)) => {
                Err(StudioError::request("'quality' is 1 to 100, of a JPEG file", "leave it out"))
            }
            (format, None) => Ok(format),
        }
    }

    pub(crate) fn check(&self) -> Result<(), StudioError> {
        check::brief(&self.prompt, "say in a sentence what is in the picture")?;
        size(self.size.as_deref())?;
        self.format()?;
        count(self.count)?;
        if self.model.as_deref().unwrap_or(COMPOSER) == COMPOSER {
            Style::find(self.style.as_deref())?;
        }
        Ok(())
    }

    /// Whether this studio knows the model.
    pub(crate) fn check_model(&self, studio: &Studio) -> Result<(), StudioError> {
        match self.model.as_deref().filter(|m| *m != COMPOSER && !studio.knows_diffusion(m)) {
            Some(other) => {
                let message = format!("there is no picture model '{other}'");
                Err(StudioError::request(message, "leave it out for the composer, or see /v1/options"))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let (size, format) = (size(self.size.as_deref())?, self.format()?);
        let progress = std::sync::Arc::clone(&run.progress);
        let made: Vec<Sealed> = match self.model.as_deref().unwrap_or(COMPOSER) {
            COMPOSER => {
                let request = PictureRequest {
                    prompt: self.prompt.clone(),
                    size: size.unwrap_or((1024, 1024)),
                    style: self.style.clone(),
                    seed: self.seed,
                    count: count(self.count)?,
                    lang: self.lang,
                    variation_of: None,
                    edit_of: None,
                    edits: Vec::new(),
                    format,
                };
                let made = run.studio.imagine(&request, progress.as_ref(), run.cancel)?;
                made.into_iter().map(|p| p.sealed).collect()
            }
            model => {
                let request = DiffusionRequest {
                    prompt: self.prompt.clone(),
                    negative: self.negative.clone().unwrap_or_default(),
                    model: model.to_owned(),
                    size,
                    steps: self.steps,
                    guidance: self.guidance,
                    scheduler: self.scheduler.clone(),
                    seed: self.seed,
                    count: count(self.count)?,
                    lang: self.lang,
                    format,
                    partials: 3,
                    ..DiffusionRequest::default()
                };
                diffuse(&request, run)?
            }
        };
        keep(made, "picture", &self.prompt, run)
    }
}

fn diffuse(request: &DiffusionRequest, run: &mut Run<'_>) -> Result<Vec<Sealed>, StudioError> {
    let (shelf, progress) = (&*run.shelf, run.progress.as_ref());
    let mut watch = |partial: crate::Partial| shelf.preview(&partial.sealed);
    run.studio.diffuse(request, &mut watch, progress, run.cancel)
}

/// Puts pictures onto the shelf, numbered where there are several.
fn keep(made: Vec<Sealed>, name: &str, prompt: &str, run: &mut Run<'_>) -> Result<(), StudioError> {
    let several = made.len() > 1;
    for (number, sealed) in (1..).zip(made) {
        let end = sealed.extension();
        let file = if several { format!("{name}-{number}.{end}") } else { format!("{name}.{end}") };
        run.shelf.keep(&sealed, &file, About { prompt: prompt.to_owned(), ..About::default() })?;
    }
    Ok(())
}

impl EditJob {
    pub(crate) fn check(&self) -> Result<(), StudioError> {
        const KNOWN: [&str; 11] = [
            "style", "like", "paint", "dream", "upscale", "cutout", "remove", "sketch", "inpaint", "vary",
            "edit",
        ];
        if self.operation == "faces" {
            return count(self.count).map(drop);
        }
        if !KNOWN.contains(&self.operation.as_str()) {
            let message = format!("there is no operation '{}'", self.operation);
            return Err(StudioError::request(
                message,
                "choose style, like, paint, dream, upscale, cutout, remove, sketch, inpaint, vary, edit or faces",
            ));
        }
        if self.file.is_none() {
            return Err(StudioError::request("no picture is named", "give one as 'file'"));
        }
        let missing =
            |what: &'static str| Err(StudioError::request(format!("'{what}' is missing"), "give it"));
        match self.operation.as_str() {
            "like" | "paint" if self.paintings.is_empty() => missing("paintings"),
            "remove" | "inpaint" if self.mask.is_none() => missing("mask"),
            "inpaint" if self.prompt.as_deref().unwrap_or_default().trim().is_empty() => missing("prompt"),
            "edit" if self.instruction.as_deref().unwrap_or_default().trim().is_empty() => {
                missing("instruction")
            }
            "style" => match &self.style {
                Some(name) => colophon_image::Treatment::named(name).map(drop).map_err(Into::into),
                None => missing("style"),
            },
            "upscale" => {
                Quality::named(self.quality.as_deref().unwrap_or("fast")).map(drop).map_err(Into::into)
            }
            "vary" => count(self.count).map(drop),
            _ => format(self.format.as_deref()).map(drop),
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
        let format = format(self.format.as_deref())?;
        let progress = std::sync::Arc::clone(&run.progress);
        if self.operation == "faces" {
            let request = FaceRequest {
                seed: self.seed,
                count: count(self.count)?,
                towards: None,
                grid: false,
                format,
            };
            let made = run.studio.faces(&request, progress.as_ref(), run.cancel)?;
            return keep(made, "face", "", run);
        }
        let Some(input) = &self.file else {
            return Err(StudioError::request("no picture is named", "give one as 'file'"));
        };
        let file = run.picture(input)?;
        let name = format!("{}-{}", stem(&file.name), self.operation);
        let words =
            self.instruction.as_deref().or(self.prompt.as_deref()).unwrap_or(&self.operation).to_owned();
        let made = match self.operation.as_str() {
            "vary" => {
                let variation = Variation { size: None, seed: self.seed, count: count(self.count)?, format };
                let made = run.studio.vary(&file, &variation, progress.as_ref(), run.cancel)?;
                made.into_iter().map(|p| p.sealed).collect()
            }
            "edit" => {
                let instruction = self.instruction.as_deref().unwrap_or_default();
                let made = run.studio.revise(&file, instruction, format, progress.as_ref(), run.cancel)?;
                vec![made.sealed]
            }
            "inpaint" => {
                let request = DiffusionRequest {
                    prompt: self.prompt.clone().unwrap_or_default(),
                    model: self.model.clone().unwrap_or_else(|| DEFAULT_DIFFUSION.to_owned()),
                    seed: self.seed,
                    count: count(self.count)?,
                    steps: self.steps,
                    strength: self.strength,
                    from: Some(file),
                    mask: self.mask.as_ref().map(|mask| run.picture(mask)).transpose()?,
                    format,
                    partials: 3,
                    ..DiffusionRequest::default()
                };
                diffuse(&request, run)?
            }
            _ => {
                let edit = self.edit(run)?;
                vec![run.studio.edit(&file, &edit, self.seed, format, progress.as_ref(), run.cancel)?]
            }
        };
        keep(made, &name, &words, run)
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
                    keep_colour: self.keep_colour.unwrap_or(usual.keep_colour),
                    ..usual
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
