//! Films as jobs.

use colophon_store::Usage;
use colophon_types::{LangChoice, MakeRequest};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::run::Run;
use crate::StudioError;

/// A film as it is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Film")]
pub(super) struct FilmJob {
    /// What the film is about.
    brief: String,
    /// A recipe by its name, see `/v1/recipes`.
    #[serde(default)]
    recipe: Option<String>,
    /// `auto`, `en` or `zh`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    lang: LangChoice,
    /// How long it is.
    #[serde(default)]
    seconds: Option<u32>,
    #[serde(default)]
    voice: Option<String>,
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    music: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    seed: Option<u64>,
}

/// Seconds of a film where none are named.
const FILM_SECONDS: u32 = 30;
/// The recipe of a film where none is named.
const FILM_RECIPE: &str = "story";

/// The sheet of frames beside a film.
pub const SPRITESHEET: &str = "spritesheet.jpg";

impl FilmJob {
    /// What is asked for, with what is usual where nothing is said.
    pub(super) fn request(self) -> Result<MakeRequest, StudioError> {
        let recipe = self.recipe.unwrap_or_else(|| FILM_RECIPE.to_owned());
        // A recipe may be a file on the command line; from afar only names are taken.
        if !recipe.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Err(StudioError::request("a recipe is given by its name", "see /v1/recipes"));
        }
        Ok(MakeRequest {
            brief: self.brief,
            recipe,
            lang: self.lang,
            seconds: self.seconds.unwrap_or(FILM_SECONDS),
            voice: self.voice,
            style: self.style,
            music: self.music,
            model: self.model,
            seed: self.seed,
        })
    }
}

/// Makes a film and keeps it with its sheet of frames.
pub(super) fn run(request: &MakeRequest, run: &mut Run<'_>) -> Result<(), StudioError> {
    let made = run.studio.make(request, run.shelf.dir(), None, &run.progress, run.cancel)?;
    run.shelf.keep_film(&made, &request.brief)?;
    let frames = run.studio.spritesheet(&run.shelf.dir().join("film.mp4"), &made, run.cancel)?;
    run.shelf.beside(&frames, SPRITESHEET)?;
    run.shelf.used(Usage { seconds: made.seconds.ceil() as u64, ..Usage::default() });
    run.shelf.result(json!({"seconds": made.seconds, "timing": made.timing}));
    Ok(())
}
