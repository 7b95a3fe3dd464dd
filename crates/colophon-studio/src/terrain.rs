//! Landscapes by procedure: words → plan → height field → view → seal. No model takes part.

use colophon_image::terrain::{self, Plan};
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Event, LangChoice, Media, PictureFormat, Progress, Stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError, check};

/// Landscapes of one request, at most.
const MOST: usize = 64;
/// What the receipt calls it.
pub(crate) const TASK: &str = "image.terrain";
/// The engine's name.
pub const TERRAIN: &str = "terrain";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TerrainRequest {
    /// Words that choose land, hour, season and air, in English or Chinese; may be empty.
    #[serde(default)]
    pub prompt: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Seed; `None` for a fresh one. Each of several landscapes has a seed of its own, derived from it.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Number of landscapes.
    pub count: usize,
    /// Language of the prompt.
    #[serde(default)]
    pub lang: LangChoice,
    /// The work that it varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation_of: Option<String>,
    /// How it is written.
    #[serde(skip)]
    pub format: PictureFormat,
}

impl Studio {
    /// Draws landscapes and seals each.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be met, words that policy refuses, a step that failed.
    pub fn terrain(
        &self,
        request: &TerrainRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Sealed>, StudioError> {
        let prompt = match request.prompt.trim() {
            "" => String::new(),
            words => check::brief(words, "say what land it is, and when")?,
        };
        if !(1..=MOST).contains(&request.count) {
            let message = format!("{} landscapes at once are not possible", request.count);
            return Err(StudioError::request(message, "ask for 1 to 64"));
        }
        self.screen(&prompt, cancel)?;
        let lang = request.lang.resolve(&prompt);
        let sealer = self.sealer()?;
        let first = request.seed.unwrap_or_else(fresh_seed);
        let mut sealed = Vec::new();
        for index in 0..request.count {
            let seed = origin::seed_of(first, index);
            let lease = self.cores.lease(1, self.cores.total(), cancel)?;
            let plan = Plan::of(&prompt, seed);
            let tell = |done: usize, total: usize| {
                let (done, total) = ((index * total + done) as u64, (request.count * total) as u64);
                progress.event(Event::Progress { stage: Stage::Draw, done, total, what: None });
            };
            let raster = terrain::draw(plan, request.size, seed, lease.threads(), cancel, &tell)?;
            drop(lease);
            let mut given = request.clone();
            (given.prompt, given.seed, given.count) = (prompt.clone(), Some(seed), 1);
            let mut given = serde_json::to_value(&given).unwrap_or_default();
            if let Value::Object(fields) = &mut given {
                fields.insert("task".to_owned(), TASK.into());
                fields.insert("engine".to_owned(), TERRAIN.into());
            }
            let work = new_work(&given)?;
            let engine = format!("terrain {}", env!("CARGO_PKG_VERSION"));
            let steps = vec![("terrain", engine), ("seal", GENERATOR.to_owned())];
            let title = if prompt.is_empty() { "A landscape" } else { &prompt };
            let receipt = origin::receipt(work, title, lang, given, seed, Vec::new(), steps);
            let draft = Draft::new(Media::Picture(raster), receipt).written_as(request.format);
            sealed.push(seal(draft, &sealer, cancel, progress)?);
        }
        Ok(sealed)
    }
}
