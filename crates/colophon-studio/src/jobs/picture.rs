//! Jobs that make pictures of words.

use colophon_seal::Sealed;
use colophon_types::{LangChoice, PictureFormat};
use schemars::JsonSchema;
use serde::Deserialize;

use super::run::Run;
use super::shelf::About;
use crate::check::{self, Style};
use crate::{DiffusionRequest, PictureRequest, Studio, StudioError, TERRAIN, TerrainRequest};

/// Pictures of one job, at most.
const MOST: usize = 16;
/// The engine that needs no weights from a hub.
const COMPOSER: &str = "composer";
/// Pictures on the way where nothing is said of them.
pub(super) const PREVIEWS: usize = 3;

/// A picture of words.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Picture")]
pub(crate) struct PictureJob {
    /// What is in the picture.
    #[serde(default)]
    pub(crate) prompt: String,
    /// Width and height in pixels, as in `1024x768`.
    #[serde(default)]
    size: Option<String>,
    /// A style of the composer.
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    seed: Option<u64>,
    /// How many pictures.
    #[serde(default)]
    count: Option<usize>,
    /// Language of the prompt: `auto`, `en` or `zh`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    lang: LangChoice,
    /// `composer`, `terrain` (landscapes by procedure), or a diffusion model.
    #[serde(default)]
    model: Option<String>,
    /// Of diffusion: what is not to be in it.
    #[serde(default)]
    negative: Option<String>,
    /// Of diffusion.
    #[serde(default)]
    steps: Option<usize>,
    /// Of diffusion: how closely the words are followed.
    #[serde(default)]
    guidance: Option<f32>,
    /// Of diffusion: the scheduler by name.
    #[serde(default)]
    scheduler: Option<String>,
    /// Of diffusion: pictures on the way that are shown.
    #[serde(default)]
    previews: Option<usize>,
    /// `auto`, `opaque`, or `transparent`: the things of a composed picture alone, or the people of one that
    /// a diffusion model drew.
    #[serde(default)]
    background: Option<String>,
    /// `png`, `jpeg` or `webp`.
    #[serde(default)]
    format: Option<String>,
    /// Of a JPEG file, 1 to 100.
    #[serde(default)]
    quality: Option<u8>,
}

/// `1024x768`.
pub(super) fn size(text: Option<&str>) -> Result<Option<(u32, u32)>, StudioError> {
    let Some(text) = text.filter(|t| *t != "auto") else { return Ok(None) };
    let sides = text.split_once(['x', '×']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    sides.map(Some).ok_or_else(|| {
        StudioError::request(format!("'{text}' is no size"), "give width and height as in 1024x768")
    })
}

fn format(name: Option<&str>) -> Result<PictureFormat, StudioError> {
    let Some(name) = name else { return Ok(PictureFormat::default()) };
    PictureFormat::named(name).ok_or_else(|| {
        StudioError::request(format!("'{name}' is no format"), "choose png, jpeg, webp, tiff, gif or avif")
    })
}

pub(super) fn count(count: Option<usize>) -> Result<usize, StudioError> {
    let count = count.unwrap_or(1);
    if (1..=MOST).contains(&count) {
        return Ok(count);
    }
    Err(StudioError::request(format!("{count} pictures at once are not possible"), "ask for 1 to 16"))
}

/// A format by its name, with the quality of a JPEG file.
pub(super) fn format_of(name: Option<&str>, quality: Option<u8>) -> Result<PictureFormat, StudioError> {
    match (format(name)?, quality) {
        (PictureFormat::Jpeg { .. }, Some(quality @ 1..=100)) => Ok(PictureFormat::Jpeg { quality }),
        (_, Some(_)) => Err(StudioError::request("the quality is 1 to 100, of a JPEG file", "leave it out")),
        (format, None) => Ok(format),
    }
}

impl PictureJob {
    fn format(&self) -> Result<PictureFormat, StudioError> {
        format_of(self.format.as_deref(), self.quality)
    }

    /// Whether it has no background.
    fn transparent(&self) -> Result<bool, StudioError> {
        match self.background.as_deref() {
            None | Some("auto" | "opaque") => Ok(false),
            Some("transparent") if self.model.as_deref() == Some(TERRAIN) => {
                Err(StudioError::request("a landscape has no background to leave out", "choose opaque"))
            }
            Some("transparent") => check::alpha(self.format()?).map(|()| true),
            Some(other) => Err(StudioError::request(
                format!("'{other}' is no background"),
                "choose auto, opaque or transparent",
            )),
        }
    }

    pub(crate) fn check(&self) -> Result<(), StudioError> {
        if self.model.as_deref() != Some(TERRAIN) || !self.prompt.trim().is_empty() {
            check::brief(&self.prompt, "say in a sentence what is in the picture")?;
        }
        size(self.size.as_deref())?;
        self.format()?;
        count(self.count)?;
        self.transparent()?;
        if self.model.as_deref().unwrap_or(COMPOSER) == COMPOSER {
            Style::find(self.style.as_deref())?;
        }
        Ok(())
    }

    /// Whether this studio knows the model.
    pub(crate) fn check_model(&self, studio: &Studio) -> Result<(), StudioError> {
        let own = [COMPOSER, TERRAIN];
        match self.model.as_deref().filter(|m| !own.contains(m) && !studio.knows_diffusion(m)) {
            Some(other) => {
                let message = format!("there is no picture model '{other}'");
                Err(StudioError::request(message, "leave it out for the composer, or see /v1/options"))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let (size, format) = (size(self.size.as_deref())?, self.format()?);
        let transparent = self.transparent()?;
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
                    transparent,
                    format,
                    layers: false,
                };
                let made = run.studio.imagine(&request, progress.as_ref(), run.cancel)?;
                made.into_iter().map(|p| p.sealed).collect()
            }
            TERRAIN => {
                let request = TerrainRequest {
                    prompt: self.prompt.clone(),
                    size: size.unwrap_or((1024, 1024)),
                    seed: self.seed,
                    count: count(self.count)?,
                    lang: self.lang,
                    variation_of: None,
                    format,
                };
                run.studio.terrain(&request, progress.as_ref(), run.cancel)?
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
                    transparent,
                    format,
                    partials: self.previews.unwrap_or(PREVIEWS),
                    ..DiffusionRequest::default()
                };
                diffuse(&request, run)?
            }
        };
        keep(made, "picture", &self.prompt, run)
    }
}

pub(super) fn diffuse(request: &DiffusionRequest, run: &mut Run<'_>) -> Result<Vec<Sealed>, StudioError> {
    let (studio, shelf, progress) = (run.studio, &*run.shelf, run.progress.as_ref());
    let mut watch = |partial: crate::Partial| shelf.preview(studio, &partial.sealed);
    run.studio.diffuse(request, &mut watch, progress, run.cancel)
}

/// Puts pictures onto the shelf, numbered where there are several.
pub(super) fn keep(
    made: Vec<Sealed>,
    name: &str,
    prompt: &str,
    run: &mut Run<'_>,
) -> Result<(), StudioError> {
    let several = made.len() > 1;
    for (number, sealed) in (1..).zip(made) {
        let end = sealed.extension();
        let file = if several { format!("{name}-{number}.{end}") } else { format!("{name}.{end}") };
        run.shelf.keep(&sealed, &file, About { prompt: prompt.to_owned(), ..About::default() })?;
    }
    Ok(())
}
