//! Single pictures: words → composer → painter, where the style has one → seal.

use colophon_image::Stylizer;
use colophon_scene::{ArtIndex, Layer, LayeredScene, Scene};
use colophon_seal::{Sealed, VerdictKind, seal};
use colophon_types::{
    Cancel, Draft, Event, LangChoice, Media, NoProgress, PictureFormat, Progress, Raster, Receipt, Stage,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::{self, Style};
use crate::edit::PictureFile;
use crate::engines::Fetch;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::terrain::{self, TerrainRequest};
use crate::{Studio, StudioError};

/// What the receipt calls a composed picture that moves.
pub(crate) const MOVING: &str = "image.composed.animation";
/// Shortest and longest side, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 128..=4096;
/// Pictures of one request, at most.
const MOST: usize = 64;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureRequest {
    /// What is in the picture, in the user's words.
    pub prompt: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Style; `None` for the default.
    #[serde(default)]
    pub style: Option<String>,
    /// Seed; `None` for a fresh one. Each of several pictures has a seed of its own, derived from it.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Number of pictures.
    pub count: usize,
    /// Language of the prompt.
    #[serde(default)]
    pub lang: LangChoice,
    /// The work that it varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation_of: Option<String>,
    /// The work that it is an edit of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_of: Option<String>,
    /// What is changed in what the words say, one after another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<String>,
    /// Whether its things stand alone, without a backdrop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transparent: bool,
    /// How it is written.
    #[serde(skip)]
    pub format: PictureFormat,
    /// Whether its layers are given, too, each sealed as a PNG file.
    #[serde(skip)]
    pub layers: bool,
}

/// A finished picture.
pub struct Pictured {
    /// The sealed file.
    pub sealed: Sealed,
    /// What is in it and where, for a composed one.
    pub scene: Option<Scene>,
    /// Its layers from back to front, where they were asked for.
    pub layers: Vec<SealedLayer>,
}

/// A layer of a composed picture.
pub struct SealedLayer {
    /// What it is: `sky`, `ridge 2`, `fox`…
    pub name: String,
    /// 0 at infinity, 1 at the glass.
    pub depth: f32,
    /// How it is laid over the others: `normal`, `add` or `multiply`.
    pub blend: &'static str,
    /// 0 to 1.
    pub opacity: f32,
    /// The file, as large as the picture.
    pub sealed: Sealed,
}

/// A picture that was composed and is not sealed yet.
pub(crate) struct Composed {
    pub(crate) scene: Scene,
    pub(crate) whole: Raster,
    /// Empty unless layers were asked for.
    pub(crate) layers: LayeredScene,
    pub(crate) receipt: Receipt,
}

/// What a variation may differ in from the work that it varies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variation {
    /// Width and height in pixels; `None` for those of the work.
    pub size: Option<(u32, u32)>,
    /// Seed; `None` for a fresh one.
    pub seed: Option<u64>,
    /// Number of pictures.
    pub count: usize,
    /// How they are written.
    pub format: PictureFormat,
}

/// What scenes are drawn with.
pub(crate) struct Canvas {
    pub(crate) art: ArtIndex,
    painter: Option<Stylizer>,
    pub(crate) style: Style,
}

impl Studio {
    /// Makes a picture that was made of words here anew, with other seeds: its credential tells the words,
    /// the style or the model.
    ///
    /// # Errors
    /// [`StudioError`]: a file that was not made so or whose credential does not hold, and
    /// as [`imagine`](Self::imagine).
    pub fn vary(
        &self,
        file: &PictureFile,
        variation: &Variation,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Pictured>, StudioError> {
        let receipt = self.receipt_of(file)?;
        if receipt.request["task"] == "image.diffusion" {
            let work = receipt.work_id.to_string();
            let made = self.vary_diffusion(&receipt.request, variation, work, progress, cancel)?;
            return Ok(made
                .into_iter()
                .map(|sealed| Pictured { sealed, scene: None, layers: Vec::new() })
                .collect());
        }
        if receipt.request["task"] == terrain::TASK {
            let mut request: TerrainRequest =
                serde_json::from_value(receipt.request).map_err(|_| foreign(file))?;
            request.size = variation.size.unwrap_or(request.size);
            request.seed = Some(variation.seed.unwrap_or_else(fresh_seed));
            (request.count, request.format) = (variation.count, variation.format);
            request.variation_of = Some(receipt.work_id.to_string());
            let made = self.terrain(&request, progress, cancel)?.into_iter();
            return Ok(made.map(|sealed| Pictured { sealed, scene: None, layers: Vec::new() }).collect());
        }
        let mut request = composed_request(receipt.request).ok_or_else(|| foreign(file))?;
        request.size = variation.size.unwrap_or(request.size);
        request.seed = Some(variation.seed.unwrap_or_else(fresh_seed));
        request.count = variation.count;
        request.format = variation.format;
        request.variation_of = Some(receipt.work_id.to_string());
        self.imagine(&request, progress, cancel)
    }

    /// Composes a picture that was composed here once more, changed as an instruction says.
    ///
    /// # Errors
    /// [`StudioError`]: as [`vary`](Self::vary), and an instruction that is not understood.
    pub fn revise(
        &self,
        file: &PictureFile,
        instruction: &str,
        format: PictureFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Pictured, StudioError> {
        let receipt = self.receipt_of(file)?;
        let work = receipt.work_id.to_string();
        let mut request = composed_request(receipt.request).ok_or_else(|| foreign(file))?;
        request.edits.push(instruction.trim().to_owned());
        request.format = format;
        request.edit_of = Some(work);
        self.imagine(&request, progress, cancel)?.pop().ok_or(StudioError::Stopped("composer"))
    }

    /// The receipt of a picture that was made here, as it was written.
    fn receipt_of(&self, file: &PictureFile) -> Result<Receipt, StudioError> {
        let temp =
            tempfile::NamedTempFile::new().map_err(StudioError::io("write in", &std::env::temp_dir()))?;
        std::fs::write(temp.path(), &file.bytes).map_err(StudioError::io("write", temp.path()))?;
        let verdict = self.verify(temp.path())?;
        let sound = verdict.verdict == VerdictKind::Verified;
        verdict.receipt.filter(|_| sound).ok_or_else(|| foreign(file))
    }

    /// Composes pictures and seals each. All are composed before the first is given.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be met, a model that cannot be had, a step that failed.
    pub fn imagine(
        &self,
        request: &PictureRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Pictured>, StudioError> {
        if request.transparent {
            check::alpha(request.format)?;
        }
        let made = self.composed(request, progress, cancel)?;
        let sealer = self.sealer()?;
        let (width, height) = request.size;
        let finish = |Composed { scene, whole, layers, receipt }: Composed| {
            let draft = Draft::new(Media::Picture(whole), receipt.clone()).written_as(request.format);
            let sealed = seal(draft, &sealer, cancel, progress)?;
            let alone = |layer: Layer| {
                let image = layer.in_frame(width, height);
                let draft = Draft::new(Media::Picture(image), receipt.clone());
                let sealed = seal(draft, &sealer, cancel, &NoProgress)?;
                let Layer { name, depth, blend, opacity, .. } = layer;
                Ok::<_, StudioError>(SealedLayer { name, depth, blend: blend.name(), opacity, sealed })
            };
            let layers = layers.layers.into_iter().map(alone).collect::<Result<_, _>>()?;
            Ok(Pictured { sealed, scene: Some(scene), layers })
        };
        made.into_iter().map(finish).collect()
    }

    /// Composes pictures as layers.
    pub(crate) fn composed(
        &self,
        request: &PictureRequest,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Composed>, StudioError> {
        let render =
            if request.transparent { colophon_scene::render_subjects } else { colophon_scene::render };
        let draw = |scene: &Scene, canvas: &Canvas| {
            let mut layers = render(scene, &canvas.art, request.size, canvas.style.treatment, cancel)?;
            if let (Some(painter), Some(paint)) = (&canvas.painter, canvas.style.paint) {
                painter.stylize_scene(&mut layers, paint, cancel)?;
            }
            let whole = if request.transparent { layers.flatten_clear() } else { layers.flatten() };
            // Of many pictures only what is wanted stays in memory.
            if !request.layers {
                layers.layers = Vec::new();
            }
            Ok((whole, layers))
        };
        let made = self.scenes(request, &draw, progress, cancel)?.into_iter();
        Ok(made.map(|(scene, (whole, layers), receipt)| Composed { scene, whole, layers, receipt }).collect())
    }

    /// Composes scenes, and draws each; with its receipt.
    pub(crate) fn scenes<T>(
        &self,
        request: &PictureRequest,
        draw: &dyn Fn(&Scene, &Canvas) -> Result<T, StudioError>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<(Scene, T, Receipt)>, StudioError> {
        let prompt = check::brief(&request.prompt, "say in a sentence what is in the picture")?;
        let style = Style::find(request.style.as_deref())?;
        let (width, height) = request.size;
        if !SIDES.contains(&width) || !SIDES.contains(&height) {
            let message = format!("a picture of {width}x{height} pixels is not possible");
            return Err(StudioError::request(message, "give sides from 128 to 4096 pixels"));
        }
        if !(1..=MOST).contains(&request.count) {
            let message = format!("{} pictures at once are not possible", request.count);
            return Err(StudioError::request(message, "ask for 1 to 64"));
        }
        self.screen(&prompt, cancel)?;
        let lang = request.lang.resolve(&prompt);
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let models = fetch.pictures(lang, &style)?;
        if style.paint.is_some() {
            fetch.runtime()?;
        }
        let uses = fetch.uses;
        let first = request.seed.unwrap_or_else(fresh_seed);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let canvas = Canvas { art: models.art()?, painter: models.stylizer(lease.threads())?, style };
        let mut made = Vec::new();
        for index in 0..request.count {
            let (done, total) = (index as u64, request.count as u64);
            progress.event(Event::Progress { stage: Stage::Draw, done, total, what: None });
            let seed = origin::seed_of(first, index);
            let compose = |words: &str, seed| {
                colophon_scene::compose(words, "", seed, None, &canvas.art, None).map(|(scene, _)| scene)
            };
            let mut scene = compose(&prompt, seed)?;
            for edit in &request.edits {
                colophon_scene::revise(&mut scene, edit, &mut |words, seed| compose(words, seed))?;
            }
            let drawn = draw(&scene, &canvas)?;
            let mut steps = vec![("compose", format!("composer {}", env!("CARGO_PKG_VERSION")))];
            if canvas.style.paint.is_some() {
                steps.push(("paint", "onnxruntime".into()));
            }
            steps.push(("seal", GENERATOR.to_owned()));
            let mut given = request.clone();
            (given.seed, given.count) = (Some(seed), 1);
            let given = serde_json::to_value(&given).unwrap_or_default();
            let work = new_work(&given)?;
            let receipt = origin::receipt(work, &prompt, lang, given, seed, uses.clone(), steps);
            made.push((scene, drawn, receipt));
        }
        Ok(made)
    }
}

/// The request of a composed picture, or of one that moves.
pub(crate) fn composed_request(request: Value) -> Option<PictureRequest> {
    match request["task"].as_str() {
        None | Some(MOVING) => serde_json::from_value(request).ok(),
        Some(_) => None,
    }
}

/// The error of a file that was not made of words here.
fn foreign(file: &PictureFile) -> StudioError {
    StudioError::request(
        format!("{} was not made of words by Colophon, or its credential is gone", file.name),
        "take a picture that `colophon image` made, as it was written",
    )
}
