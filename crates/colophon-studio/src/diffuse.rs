//! Pictures by diffusion: words (and a picture, where one is changed) → checkpoint → judge → seal.

use std::path::{Path, PathBuf};

use colophon_hub::Role;
use colophon_image::diffusion::{Ask, Extras, Family, Method, Start, has_weights, words_of};
use colophon_image::{Cutter, Diffusion};
use colophon_seal::{Sealed, seal};
use colophon_types::{
    Cancel, Draft, Event, LangChoice, Media, ModelUse, PictureFormat, Progress, Raster, Source, Stage,
};
use serde_json::{Value, json};

use crate::edit::{MATTE, PictureFile, alone};
use crate::engines::Fetch;
use crate::judge::Bench;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::picture::Variation;
use crate::{Studio, StudioError, check};

/// The model that draws unless another is named.
pub const DEFAULT_DIFFUSION: &str = "sd-turbo";
/// Shortest and longest side, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;
/// Pictures of one request, at most.
const MOST: usize = 64;
/// How much a variation differs, where nothing is said.
const STRENGTH: f32 = 0.6;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct DiffusionRequest {
    /// What is in the picture.
    pub prompt: String,
    /// What is not to be in it.
    pub negative: String,
    /// A model of the catalogue, a checkpoint in folders, or a safetensors or GGUF file; empty for the default.
    pub model: String,
    /// Width and height in pixels; `None` for those of the picture that is changed, or what the model
    /// was trained for.
    pub size: Option<(u32, u32)>,
    /// Steps; `None` for what suits the model.
    pub steps: Option<usize>,
    /// How closely the words are followed; `None` for what suits the model.
    pub guidance: Option<f32>,
    /// The scheduler by name; `None` for the model's own.
    pub scheduler: Option<String>,
    /// Seed; `None` for a fresh one. Each of several pictures has a seed of its own, derived from it.
    pub seed: Option<u64>,
    /// Number of pictures.
    pub count: usize,
    /// Adapters (LoRA), files or of the catalogue, with their strengths.
    pub loras: Vec<(PathBuf, f32)>,
    /// A picture that is changed.
    pub from: Option<PictureFile>,
    /// How much of it may change, 0 to 1; `None` for 0.6, or for all of it where there is a mask.
    pub strength: Option<f32>,
    /// Where it may change: light pixels, or clear ones where the picture has any.
    pub mask: Option<PictureFile>,
    /// By how many pixels it is drawn on: left, top, right, bottom.
    pub extend: [u32; 4],
    /// A checkpoint in folders that has what a file lacks.
    pub base: Option<PathBuf>,
    /// Language of the prompt.
    pub lang: LangChoice,
    /// Whether people are cut out of them, the rest being clear.
    pub transparent: bool,
    /// How they are written.
    pub format: PictureFormat,
    /// How many pictures on the way are given, of each picture.
    pub partials: usize,
    /// The work that it varies.
    pub variation_of: Option<String>,
}

/// A picture on the way, sealed as everything is.
pub struct Partial {
    /// Which picture of several, from 0.
    pub picture: usize,
    /// Which of its pictures on the way, from 0.
    pub index: usize,
    /// The sealed file.
    pub sealed: Sealed,
}

/// What suits a model where nothing is said.
struct Preset {
    steps: usize,
    guidance: f32,
    method: Method,
    side: u32,
}

impl Preset {
    /// By the kind of the network, its own scheduler, and what its name says of how it was distilled.
    fn of(model: &Diffusion, name: &str, loras: &[(PathBuf, f32)]) -> Self {
        let name = name.to_lowercase();
        let says = |word: &str| name.contains(word);
        let side = match model.family() {
            Family::Sd => 512,
            Family::Sdxl if says("turbo") => 512,
            Family::Sdxl | Family::Sd3 | Family::Flux | Family::ZImage => 1024,
        };
        let quick = |word: &str| {
            loras.iter().any(|(path, _)| path.to_string_lossy().to_lowercase().contains(word)) || says(word)
        };
        let own = model.method();
        let (steps, guidance, method) = match model.family() {
            Family::Flux if says("schnell") => (4, 1.0, own),
            Family::Flux => (28, 3.5, own),
            Family::Sd3 if says("turbo") => (4, 1.0, own),
            Family::Sd3 => (28, 4.5, own),
            Family::ZImage if says("turbo") => (8, 0.0, own),
            Family::ZImage => (28, 4.0, own),
            _ if own == Method::Lcm => (4, 8.0, own),
            _ if quick("lcm") => (4, 1.0, Method::Lcm),
            _ if says("turbo") => (2, 1.0, Method::EulerAncestral),
            _ if quick("lightning") || quick("hyper") => (4, 1.0, Method::Euler),
            Family::Sdxl => (25, 6.0, Method::DpmKarras),
            Family::Sd => (25, 7.5, Method::DpmKarras),
        };
        Self { steps, guidance, method, side }
    }
}

/// A checkpoint on disk and what the receipt says of it.
struct Found {
    path: PathBuf,
    name: String,
    loras: Vec<(PathBuf, f32)>,
    extras: Extras,
}

impl Studio {
    /// Whether a diffusion model is known by this name: of the catalogue, or named in the settings.
    pub fn knows_diffusion(&self, name: &str) -> bool {
        let listed = self
            .hub
            .catalogue()
            .entries()
            .any(|m| m.id == name && m.role == Role::Diffusion && !m.id.contains("lora"));
        listed || self.config.pictures.checkpoints.contains_key(name)
    }

    /// Draws a picture that was drawn by diffusion here anew, with other seeds.
    pub(crate) fn vary_diffusion(
        &self,
        given: &Value,
        variation: &Variation,
        work: String,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Sealed>, StudioError> {
        let text = |key: &str| given[key].as_str().unwrap_or_default().to_owned();
        let side = |index: usize| given["size"][index].as_u64().and_then(|n| u32::try_from(n).ok());
        if given.get("input_sha256").is_some() {
            let message = "the picture was changed from another one";
            return Err(StudioError::request(message, "change that one again: `colophon image --from`"));
        }
        let loras = given["loras"].as_array().into_iter().flatten();
        let request = DiffusionRequest {
            prompt: text("prompt"),
            negative: text("negative"),
            model: text("model"),
            size: variation.size.or(side(0).zip(side(1))),
            steps: given["steps"].as_u64().map(|n| n as usize),
            guidance: given["guidance"].as_f64().map(|n| n as f32),
            scheduler: given["scheduler"].as_str().map(str::to_owned),
            seed: Some(variation.seed.unwrap_or_else(fresh_seed)),
            count: variation.count,
            loras: loras
                .filter_map(|l| Some((PathBuf::from(l[0].as_str()?), l[1].as_f64()? as f32)))
                .collect(),
            transparent: given["transparent"] == true,
            format: variation.format,
            variation_of: Some(work),
            ..DiffusionRequest::default()
        };
        self.diffuse(&request, &mut |_| {}, progress, cancel)
    }

    /// Draws pictures by diffusion and seals each; pictures on the way go to `watch`.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be met, a model that cannot be had or does not fit in memory,
    /// a picture that policy refuses, a step that failed.
    pub fn diffuse(
        &self,
        request: &DiffusionRequest,
        watch: &mut dyn FnMut(Partial),
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Sealed>, StudioError> {
        if !(1..=MOST).contains(&request.count) {
            let message = format!("{} pictures at once are not possible", request.count);
            return Err(StudioError::request(message, "ask for 1 to 64"));
        }
        if request.prompt.trim().is_empty() && request.from.is_none() {
            return Err(StudioError::request(
                "no prompt was given",
                "say in a sentence what is in the picture",
            ));
        }
        if request.transparent {
            check::alpha(request.format)?;
        }
        let named = match request.scheduler.as_deref() {
            None => None,
            Some(name) => Some(Method::named(name).ok_or_else(|| {
                let known: Vec<&str> = Method::NAMED.iter().map(|(name, _)| *name).collect();
                StudioError::request(
                    format!("there is no scheduler '{name}': known are {}", known.join(", ")),
                    "leave it out for what suits the model",
                )
            })?),
        };
        self.screen(&words_of(&request.prompt), cancel)?;
        let given = Given::read(request)?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let mut found = find(&mut fetch, request, self)?;
        found.extras.cache = Some(self.home.join("cache").join("weights"));
        let bench = Bench::fetch(&mut fetch, &self.config.pictures)?;
        let matte = if request.transparent { Some(fetch.get(MATTE, "cutout", None)?) } else { None };
        fetch.runtime()?;
        let uses = fetch.uses;
        let sealer = self.sealer()?;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let model = self.checkpoints().open(&found.path, &found.loras, &found.extras, lease.threads())?;
        self.relieve();
        let unheeded = !model.heeds_weights()
            && [&request.prompt, &request.negative].iter().any(|prompt| has_weights(prompt));
        if unheeded {
            let message =
                format!("{} reads no weights: the words are read without them", model.family().name());
            progress.event(Event::Note { message });
        }
        let preset = Preset::of(&model, &found.name, &found.loras);
        let judge = bench.load(lease.threads())?;
        let mut size = request.size.unwrap_or((preset.side, preset.side));
        if let Some(given) = &given {
            judge.pass(&given.picture, "the picture", cancel)?;
            size = request.size.unwrap_or((given.picture.width, given.picture.height));
        }
        if !SIDES.contains(&size.0) || !SIDES.contains(&size.1) {
            let message = format!("a picture of {}x{} pixels is not possible", size.0, size.1);
            return Err(StudioError::request(message, "give sides from 64 to 4096 pixels"));
        }
        let usual = if given.as_ref().is_some_and(|g| g.mask.is_some()) { 1.0 } else { STRENGTH };
        let strength = request.strength.unwrap_or(usual);
        let ask = Ask {
            prompt: &request.prompt,
            negative: &request.negative,
            size,
            steps: request.steps.unwrap_or(preset.steps),
            guidance: request.guidance.unwrap_or(preset.guidance),
            method: named.unwrap_or(preset.method),
            start: given.as_ref().map(|given| Start {
                picture: &given.picture,
                strength,
                mask: given.mask.as_ref(),
            }),
        };
        let first = request.seed.unwrap_or_else(fresh_seed);
        let seeds: Vec<u64> = (0..request.count).map(|index| origin::seed_of(first, index)).collect();
        let scribe =
            Scribe { request, ask: &ask, name: &found.name, uses: &uses, given: given.as_ref(), unheeded };
        let mut failed = None;
        let mut sent = vec![0; request.count];
        let made = model.draw(&ask, &seeds, cancel, &mut |seen| {
            let (done, total) = (seen.picture * seen.total + seen.done, request.count * seen.total);
            let what = Some(format!("step {} of {}", seen.done, seen.total));
            progress.event(Event::Progress {
                stage: Stage::Draw,
                done: done as u64,
                total: total as u64,
                what,
            });
            let due = request.partials.min(seen.total.saturating_sub(1));
            let next = sent[seen.picture];
            // Evenly over the steps before the last, which is the picture itself.
            if failed.is_some() || next >= due || seen.done * (due + 1) < (next + 1) * seen.total {
                return;
            }
            sent[seen.picture] += 1;
            let partial = (seen.show)().map_err(StudioError::from).and_then(|raster| {
                judge.pass(&raster, "a picture on the way", cancel)?;
                let draft = scribe.draft(raster, seeds[seen.picture], seen.picture, Some(seen.done))?;
                Ok(Partial {
                    picture: seen.picture,
                    index: next,
                    sealed: seal(draft, &sealer, cancel, progress)?,
                })
            });
            match partial {
                Ok(partial) => watch(partial),
                Err(e) => failed = Some(e),
            }
        })?;
        if let Some(e) = failed {
            return Err(e);
        }
        drop(model);
        self.checkpoints().relieve();
        for picture in &made {
            judge.pass(picture, "what came out", cancel)?;
        }
        let made = match matte.map(|model| Cutter::load(&model.dir, lease.threads())).transpose()? {
            Some(cutter) => made.iter().map(|p| alone(&cutter, p, cancel)).collect::<Result<Vec<_>, _>>()?,
            None => made,
        };
        drop(lease);
        made.into_iter()
            .enumerate()
            .map(|(index, raster)| {
                let draft = scribe.draft(raster, seeds[index], index, None)?;
                Ok(seal(draft, &sealer, cancel, progress)?)
            })
            .collect()
    }
}

/// A picture that is changed, with what the credential says of where it came from.
struct Given {
    picture: Raster,
    mask: Option<Raster>,
    sources: Vec<Source>,
}

impl Given {
    fn read(request: &DiffusionRequest) -> Result<Option<Self>, StudioError> {
        let Some(file) = &request.from else {
            if request.mask.is_some() || request.extend != [0; 4] {
                let message = "a mask and an extension belong to a picture that is changed";
                return Err(StudioError::request(message, "name the picture with --from"));
            }
            return Ok(None);
        };
        let (picture, source) = file.read()?;
        let mut sources = vec![source];
        let mut mask = None;
        if let Some(file) = &request.mask {
            let (raster, source) = file.read()?;
            if (raster.width, raster.height) != (picture.width, picture.height) {
                let message = format!(
                    "the mask has {}x{} pixels and the picture {}x{}",
                    raster.width, raster.height, picture.width, picture.height
                );
                return Err(StudioError::request(message, "give a mask of the picture's size"));
            }
            sources.push(source);
            mask = Some(lit(&raster));
        }
        let (picture, mask) = extended(picture, mask, request.extend)?;
        Ok(Some(Self { picture, mask, sources }))
    }
}

/// A mask whose light pixels are those that may change: clear ones, where the picture has any (so the
/// OpenAI API says it).
fn lit(mask: &Raster) -> Raster {
    let clear = mask.rgba.as_chunks::<4>().0.iter().any(|p| p[3] < 255);
    let light = |p: &[u8; 4]| {
        let value = if clear {
            255 - p[3]
        } else {
            ((u16::from(p[0]) + u16::from(p[1]) + u16::from(p[2])) / 3) as u8
        };
        [value, value, value, 255]
    };
    let rgba = mask.rgba.as_chunks::<4>().0.iter().flat_map(light).collect();
    Raster { rgba, ..*mask }
}

/// A picture on a larger sheet, and a mask that opens what is new; its edge goes on there.
fn extended(
    picture: Raster,
    mask: Option<Raster>,
    [left, top, right, bottom]: [u32; 4],
) -> Result<(Raster, Option<Raster>), StudioError> {
    if [left, top, right, bottom] == [0; 4] {
        return Ok((picture, mask));
    }
    let wide = left.checked_add(right).and_then(|n| n.checked_add(picture.width));
    let high = top.checked_add(bottom).and_then(|n| n.checked_add(picture.height));
    let (Some(width), Some(height)) =
        (wide.filter(|n| SIDES.contains(n)), high.filter(|n| SIDES.contains(n)))
    else {
        return Err(StudioError::request(
            "the extended picture is too large",
            "stay within 4096 pixels a side",
        ));
    };
    let pixel = |of: &Raster, x: u32, y: u32| -> [u8; 4] {
        let (x, y) = (x.min(of.width - 1) as usize, y.min(of.height - 1) as usize);
        let at = (y * of.width as usize + x) * 4;
        of.rgba[at..].first_chunk().copied().unwrap_or_default()
    };
    let (mut rgba, mut open) = (Vec::new(), Vec::new());
    for y in 0..height {
        for x in 0..width {
            let inside =
                (left..left + picture.width).contains(&x) && (top..top + picture.height).contains(&y);
            let (px, py) = (x.saturating_sub(left), y.saturating_sub(top));
            rgba.extend(pixel(&picture, px, py));
            open.extend(match (&mask, inside) {
                (_, false) => [255; 4],
                (Some(mask), true) => pixel(mask, px, py),
                (None, true) => [0, 0, 0, 255],
            });
        }
    }
    Ok((Raster { width, height, rgba }, Some(Raster { width, height, rgba: open })))
}

/// Where the checkpoint of a request lies.
fn find(fetch: &mut Fetch<'_>, request: &DiffusionRequest, studio: &Studio) -> Result<Found, StudioError> {
    let own = &studio.config.pictures.checkpoints;
    let name = if request.model.is_empty() { DEFAULT_DIFFUSION } else { &request.model };
    let path = own.get(name).map_or(Path::new(name), PathBuf::as_path);
    let mut extras = Extras { base: request.base.clone(), ..Extras::default() };
    let path = if path.exists() {
        fetch.uses.push(ModelUse {
            id: origin::file_name(path),
            role: "picture".into(),
            sha256: studio.checkpoints().digest(path)?,
            // A checkpoint of the user's own: its licence is the user's to know.
            licence: "not recorded".into(),
            variant: None,
        });
        path.to_owned()
    } else if name.contains(['/', std::path::MAIN_SEPARATOR]) {
        let message = format!("there is no checkpoint {name}");
        return Err(StudioError::request(
            message,
            "name a model of the catalogue, a folder or a safetensors file",
        ));
    } else {
        fetch.get(name, "picture", None)?.main()
    };
    if path.is_file() {
        extras.tokenizer = Some(fetch.get("clip-tokenizer", "words", None)?.dir);
    }
    let mut loras = Vec::new();
    for (named, strength) in &request.loras {
        let variant = format!("strength {strength}");
        let file = if named.is_file() {
            fetch.uses.push(ModelUse {
                id: origin::file_name(named),
                role: "adapter".into(),
                sha256: studio.checkpoints().digest(named)?,
                licence: "not recorded".into(),
                variant: Some(variant),
            });
            named.clone()
        } else {
            fetch.get(&named.to_string_lossy(), "adapter", Some(&variant))?.main()
        };
        loras.push((file, *strength));
    }
    Ok(Found { path, name: name.to_owned(), loras, extras })
}

/// Writes what the receipts say.
struct Scribe<'a> {
    request: &'a DiffusionRequest,
    ask: &'a Ask<'a>,
    name: &'a str,
    uses: &'a [ModelUse],
    given: Option<&'a Given>,
    /// Whether words had weights that the model does not heed.
    unheeded: bool,
}

impl Scribe<'_> {
    fn draft(
        &self,
        raster: Raster,
        seed: u64,
        index: usize,
        on_the_way: Option<usize>,
    ) -> Result<Draft, StudioError> {
        let (request, ask) = (self.request, self.ask);
        let mut given = json!({
            "task": "image.diffusion", "engine": "diffusion", "model": self.name, "prompt": request.prompt,
            "negative": request.negative, "size": [ask.size.0, ask.size.1], "steps": ask.steps,
            "guidance": ask.guidance, "scheduler": ask.method.name(), "seed": seed, "index": index,
        });
        if let (Some(start), Some(given_picture)) = (&ask.start, self.given) {
            let hashes: Vec<String> =
                given_picture.sources.iter().map(|s| origin::sha256_of(&s.bytes)).collect();
            given["input_sha256"] = json!(hashes);
            given["strength"] = json!(start.strength);
            given["extend"] = json!(request.extend);
        }
        if !request.loras.is_empty() {
            given["loras"] = json!(request.loras);
        }
        if request.transparent {
            given["transparent"] = true.into();
        }
        if self.unheeded {
            given["weights"] = "not heeded".into();
        }
        if let Some(work) = &request.variation_of {
            given["variation_of"] = Value::String(work.clone());
        }
        if let Some(step) = on_the_way {
            given["after_step"] = json!(step);
        }
        let work = new_work(&given)?;
        let prompt = request.prompt.trim();
        let title = if prompt.is_empty() { "A picture" } else { prompt };
        let steps = vec![("diffusion", "onnxruntime".to_owned()), ("seal", GENERATOR.to_owned())];
        let lang = request.lang.resolve(prompt);
        let receipt = origin::receipt(work, title, lang, given, seed, self.uses.to_vec(), steps);
        let media = Media::Picture(raster);
        let draft = match self.given {
            Some(given) => Draft::from_sources(media, receipt, given.sources.clone()),
            None => Draft::new(media, receipt),
        };
        Ok(draft.written_as(request.format))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: u32, height: u32, value: u8) -> Raster {
        Raster { width, height, rgba: [value, value, value, 255].repeat((width * height) as usize) }
    }

    #[test]
    fn an_extension_opens_what_is_new() {
        let (picture, mask) = extended(plain(64, 64, 9), None, [8, 0, 0, 4]).expect("it fits");
        let mask = mask.expect("a mask");
        assert_eq!((picture.width, picture.height), (72, 68));
        let open = mask.rgba.as_chunks::<4>().0.iter().filter(|p| p[0] == 255).count();
        assert_eq!(open, 72 * 68 - 64 * 64);
        assert!(picture.rgba.as_chunks::<4>().0.iter().all(|p| p[0] == 9), "the edge goes on");
        assert!(extended(plain(64, 64, 9), None, [u32::MAX, 0, 0, 0]).is_err());
    }

    #[test]
    fn clear_pixels_are_those_that_change() {
        let mut mask = plain(64, 64, 255);
        assert!(lit(&mask).rgba.iter().all(|v| *v == 255));
        mask.rgba[3] = 0;
        let lit = lit(&mask);
        assert_eq!((lit.rgba[0], lit.rgba[4]), (255, 0));
    }
}
