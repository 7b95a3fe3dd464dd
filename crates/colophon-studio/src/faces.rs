//! Faces of people who do not exist: seed → GAN → enlarger → seal.

use colophon_image::faces::{Direction, Latent, directions};
use colophon_image::sheet::Layout;
use colophon_image::upscale::Quality;
use colophon_image::{Cutter, Faces, Upscaler};
use colophon_seal::{Sealed, seal};
use colophon_types::{Cancel, Draft, Event, Lang, Media, PictureFormat, Progress, Stage};
use serde_json::json;

use crate::edit::{MATTE, alone};
use crate::engines::Fetch;
use crate::judge::Bench;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::{Studio, StudioError, check};

/// Side of a face on a sheet, in pixels.
const GRID_CELL: u32 = 192;
/// Faces of one request, at most.
const MOST: usize = 256;
/// Steps along a direction, at most.
const FARTHEST: f32 = 10.0;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct FaceRequest {
    /// Seed; `None` for a fresh one. Each of several faces has a seed of its own, derived from it.
    pub seed: Option<u64>,
    /// Number of faces.
    pub count: usize,
    /// A seed that they go towards, step by step, the last being its face.
    pub towards: Option<u64>,
    /// Steps along directions, by name: −10 to 10 of each.
    pub directions: Vec<(String, f32)>,
    /// Whether all come on one sheet.
    pub grid: bool,
    /// Whether what is behind them is cut away.
    pub transparent: bool,
    /// How they are written.
    pub format: PictureFormat,
}

/// The directions of some names.
pub(crate) fn named(asked: &[(String, f32)]) -> Result<Vec<(&'static Direction, f32)>, StudioError> {
    let find = |(name, steps): &(String, f32)| {
        let Some(found) = directions().iter().find(|direction| direction.name == *name) else {
            let known: Vec<&str> = directions().iter().map(|direction| direction.name).collect();
            let message = format!("there is no direction '{name}': known are {}", known.join(", "));
            return Err(StudioError::request(message, "name one of them"));
        };
        if !(-FARTHEST..=FARTHEST).contains(steps) {
            let message = format!("{steps} steps along {name} lead out of all faces");
            return Err(StudioError::request(message, "give -10 to 10; up to 3 either way they stay faces"));
        }
        Ok((found, *steps))
    };
    asked.iter().map(find).collect()
}

impl Studio {
    /// Draws faces, 256 pixels square, and seals each.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be met, a model that cannot be had, a step that failed.
    pub fn faces(
        &self,
        request: &FaceRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Sealed>, StudioError> {
        let least = if request.towards.is_some() { 2 } else { 1 };
        if !(least..=MOST).contains(&request.count) {
            let message = format!("{} faces at once are not possible", request.count);
            return Err(StudioError::request(message, "ask for 1 to 256, or 2 to 256 from one to another"));
        }
        if request.transparent {
            check::alpha(request.format)?;
        }
        let along = named(&request.directions)?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let faces = fetch.get("dcgan-faces", "faces", None)?;
        let larger = fetch.get(Quality::Fast.model(), "upscale", None)?;
        let bench = Bench::fetch(&mut fetch, &self.config.pictures)?;
        let matte = if request.transparent { Some(fetch.get(MATTE, "cutout", None)?) } else { None };
        fetch.runtime()?;
        let uses = fetch.uses;
        let sealer = self.sealer()?;
        let first = request.seed.unwrap_or_else(fresh_seed);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let judge = bench.load(lease.threads())?;
        let faces = Faces::load(&faces.dir, lease.threads())?;
        let larger = Upscaler::load(&larger.dir, Quality::Fast, 4, lease.threads())?;
        let cutter = matte.map(|model| Cutter::load(&model.dir, lease.threads())).transpose()?;
        let mut sealed = Vec::new();
        let mut together = Vec::new();
        let told = |mut given: serde_json::Value| {
            if let Some(other) = request.towards {
                given["towards"] = json!({"seed": other, "count": request.count});
            }
            if !request.directions.is_empty() {
                given["directions"] = json!(request.directions);
            }
            given
        };
        for index in 0..request.count {
            let (done, total) = (index as u64, request.count as u64);
            progress.event(Event::Progress { stage: Stage::Draw, done, total, what: None });
            let (latent, seed) = match request.towards {
                Some(other) => {
                    let t = index as f32 / (request.count - 1) as f32;
                    (Latent::of(first).towards(&Latent::of(other), t), first)
                }
                None => {
                    let seed = origin::seed_of(first, index);
                    (Latent::of(seed), seed)
                }
            };
            let small = faces.draw(&[latent.along(&along)], cancel)?;
            let none = || StudioError::Stopped("generator");
            let face = larger.enlarge(small.first().ok_or_else(none)?, cancel, &mut |_, _| {})?;
            judge.pass(&face, "a face", cancel)?;
            let face = match &cutter {
                Some(cutter) => alone(cutter, &face, cancel)?,
                None => face,
            };
            if request.grid {
                together.push(face);
                continue;
            }
            let mut given = json!({"task": "image.faces", "engine": "gan", "seed": seed, "index": index});
            if request.transparent {
                given["transparent"] = true.into();
            }
            let given = told(given);
            let work = new_work(&given)?;
            let steps = ["faces", "upscale"].map(|step| (step, "onnxruntime".to_owned()));
            let steps = steps.into_iter().chain([("seal", GENERATOR.to_owned())]).collect();
            let receipt = origin::receipt(work, "A face", Lang::En, given, seed, uses.clone(), steps);
            sealed.push(seal(
                Draft::new(Media::Picture(face), receipt).written_as(request.format),
                &sealer,
                cancel,
                progress,
            )?);
        }
        if request.grid {
            let sheet = Layout::square(together.len(), GRID_CELL).arrange(&together)?;
            let given =
                told(json!({"task": "image.faces", "engine": "gan", "seed": first, "grid": together.len()}));
            let work = new_work(&given)?;
            let steps = ["faces", "upscale"].map(|step| (step, "onnxruntime".to_owned()));
            let steps = steps.into_iter().chain([("seal", GENERATOR.to_owned())]).collect();
            let receipt = origin::receipt(work, "Faces", Lang::En, given, first, uses, steps);
            let draft = Draft::new(Media::Picture(sheet), receipt).written_as(request.format);
            sealed.push(seal(draft, &sealer, cancel, progress)?);
        }
        Ok(sealed)
    }
}
