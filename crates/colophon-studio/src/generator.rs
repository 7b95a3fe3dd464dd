//! Pictures of a style-based generator that the user brings: seed → StyleGAN → judge → seal.

use std::path::PathBuf;

use colophon_image::StyleGan;
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Event, Lang, Media, ModelUse, PictureFormat, Progress, Stage};
use serde_json::json;

use crate::engines::Fetch;
use crate::judge::Bench;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError};

/// Pictures of one request, at most.
const MOST: usize = 256;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratorRequest {
    /// The safetensors file of the generator.
    pub model: PathBuf,
    /// The class that is drawn, counted from 0, by a generator that draws by class; `None` for one that each seed
    /// chooses.
    pub class: Option<usize>,
    /// How far the pictures may be from the mean one, 0 to 2.
    pub truncation: f32,
    /// Seed; `None` for a fresh one. Each of several pictures has a seed of its own, derived from it.
    pub seed: Option<u64>,
    /// Number of pictures.
    pub count: usize,
    /// How they are written.
    pub format: PictureFormat,
}

impl Studio {
    /// Draws pictures with a StyleGAN generator, and seals each.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be met, a file that is no such generator, a picture that policy
    /// refuses, a step that failed.
    pub fn generate(
        &self,
        request: &GeneratorRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Sealed>, StudioError> {
        if !(1..=MOST).contains(&request.count) {
            let message = format!("{} pictures at once are not possible", request.count);
            return Err(StudioError::request(message, "ask for 1 to 256"));
        }
        if !(0.0..=2.0).contains(&request.truncation) {
            let message = format!("a truncation of {} is not possible", request.truncation);
            return Err(StudioError::request(message, "give 0 (always the mean picture) to 2; 0.7 is usual"));
        }
        if !request.model.is_file() {
            let message = format!("there is no file {}", request.model.display());
            return Err(StudioError::request(message, "name the safetensors file of a StyleGAN generator"));
        }
        let name = origin::file_name(&request.model);
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let bench = Bench::fetch(&mut fetch, &self.config.pictures)?;
        fetch.runtime()?;
        let mut uses = fetch.uses;
        uses.push(ModelUse {
            id: name.clone(),
            role: "picture".into(),
            sha256: origin::sha256_of_file(&request.model)?,
            // A generator of the user's own: its licence is the user's to know.
            licence: "not recorded".into(),
            variant: None,
        });
        let sealer = self.sealer()?;
        let first = request.seed.unwrap_or_else(fresh_seed);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let judge = bench.load(lease.threads())?;
        let generator = StyleGan::load(&request.model, lease.threads())?;
        let mut sealed = Vec::new();
        for index in 0..request.count {
            let (done, total) = (index as u64, request.count as u64);
            progress.event(Event::Progress { stage: Stage::Draw, done, total, what: None });
            let seed = origin::seed_of(first, index);
            let class = request.class.or_else(|| generator.class_of(seed));
            let raster = generator.draw(seed, class, request.truncation, cancel)?;
            judge.pass(&raster, "a picture", cancel)?;
            let mut given = json!({
                "task": "image.generator", "engine": "stylegan", "model": name, "seed": seed, "index": index,
                "truncation": request.truncation,
            });
            if let Some(class) = class {
                given["class"] = json!(class);
            }
            let work = new_work(&given)?;
            let steps = vec![("stylegan", "onnxruntime".to_owned()), ("seal", GENERATOR.to_owned())];
            let receipt =
                origin::receipt(work, "A generated picture", Lang::En, given, seed, uses.clone(), steps);
            let draft = Draft::new(Media::Picture(raster), receipt).written_as(request.format);
            sealed.push(seal(draft, &sealer, cancel, progress)?);
        }
        Ok(sealed)
    }
}
