//! Moving pictures that are drawn frame by frame: faces that turn into others, a fall through a dream, a
//! composed picture in which the air moves. They are films, or animations without sound.

use std::path::PathBuf;
use std::sync::Arc;

use colophon_image::dream::Dream;
use colophon_image::faces::Latent;
use colophon_image::upscale::Quality;
use colophon_image::{Dreamer, Faces, Upscaler, crop};
use colophon_scene::layers::{Blend, Entrance, Layer, LayeredScene, Particles};
use colophon_seal::{Sealed, seal};
use colophon_types::{
    Animation, AnimationFormat, Cancel, Draft, Event, FrameMarker as _, Lang, Media, NoProgress, Pcm,
    Progress, Raster, Receipt, Source, Stage, WorkId,
};
use colophon_video::{FilmConfig, FilmWriter, SceneRenderer, Scratch, Shot, Transition};
use serde_json::json;
use tempfile::TempDir;

use crate::edit::PictureFile;
use crate::engines::Fetch;
use crate::judge::Bench;
use crate::origin::{self, GENERATOR, fresh_seed, new_work};
use crate::picture::{MOVING, PictureRequest};
use crate::{Studio, StudioError};

/// Frames a second of a film.
const FPS: u32 = 24;
/// Longest film, in seconds.
const LONGEST: f64 = 120.0;
/// How long an animation shows a frame, in milliseconds: a number of hundredths of a second, as GIF has.
const DELAY: u32 = 80;
/// Longest animation, in seconds: its frames are held in memory, and written without much loss.
const LONGEST_ANIMATION: f64 = 20.0;
/// Pixels of all frames of an animation, at most.
const MOST_PIXELS: u64 = 120_000_000;
/// Side of a film of faces, in pixels.
const FACE: u32 = 512;
/// Longest side of a film of a dream, in pixels.
const DREAM: u32 = 448;
/// How much nearer each dreamt frame is.
const NEARER: f32 = 1.025;

/// A film of pictures.
pub struct Moving {
    /// The sealed film.
    pub sealed: Sealed,
    _temp: Option<TempDir>,
}

/// How a moving picture is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MovingFormat {
    /// A film: MP4.
    #[default]
    Film,
    /// An animation.
    Animation(AnimationFormat),
}

impl MovingFormat {
    /// Frames a second.
    fn rate(self) -> f64 {
        match self {
            Self::Film => f64::from(FPS),
            Self::Animation(_) => 1000.0 / f64::from(DELAY),
        }
    }

    /// Frames of so many seconds.
    fn frames(self, seconds: f64) -> Result<u32, StudioError> {
        let longest = match self {
            Self::Film => LONGEST,
            Self::Animation(_) => LONGEST_ANIMATION,
        };
        if (1.0..=longest).contains(&seconds) {
            return Ok((seconds * self.rate()).round() as u32);
        }
        let (what, hint) = match self {
            Self::Film => ("a film", "ask for 1 to 120"),
            Self::Animation(_) => ("an animation", "ask for 1 to 20"),
        };
        Err(StudioError::request(format!("{what} of {seconds} seconds is not possible"), hint))
    }

    /// The longest side of what a network draws, in pixels: an animation is half as large as a film.
    fn side(self, film: u32) -> u32 {
        if self == Self::Film { film } else { film / 2 }
    }

    /// Frames that are shown for each dreamt one; those between go over into the next.
    fn held(self) -> u32 {
        if self == Self::Film { 3 } else { 2 }
    }

    /// The encoder, as the receipt names it.
    fn encoder(self) -> String {
        if self == Self::Film { "ffmpeg".to_owned() } else { GENERATOR.to_owned() }
    }
}

/// A moving picture that is being written.
enum Reel {
    Film(Box<FilmReel>),
    Animation(Animation, Option<TempDir>),
}

/// A film that is being encoded.
struct FilmReel {
    writer: FilmWriter,
    marker: String,
    temp: TempDir,
    path: PathBuf,
    size: (u32, u32),
}

impl Reel {
    fn start(
        studio: &Studio,
        work: &WorkId,
        size: (u32, u32),
        format: MovingFormat,
        cancel: &Cancel,
    ) -> Result<Self, StudioError> {
        if let MovingFormat::Animation(format) = format {
            return Ok(Self::Animation(Animation { frames: Vec::new(), delay_ms: DELAY, format }, None));
        }
        let sealer = studio.sealer()?;
        let works = studio.home.join("works");
        std::fs::create_dir_all(&works).map_err(StudioError::io("make the folder", &works))?;
        let temp = tempfile::Builder::new()
            .prefix(".reel-")
            .tempdir_in(&works)
            .map_err(StudioError::io("write in", &works))?;
        let path = temp.path().join("film.mp4");
        let marks = Arc::new(sealer.film_marker(work));
        let marker = marks.name().to_owned();
        let mut config = FilmConfig::new(&path, Lang::En);
        (config.width, config.height, config.fps) = (size.0, size.1, FPS);
        config.marker = Some(marks);
        config.ffmpeg = studio.ffmpeg();
        let writer = FilmWriter::start(config, cancel, Arc::new(NoProgress))?;
        Ok(Self::Film(Box::new(FilmReel { writer, marker, temp, path, size })))
    }

    /// Adds a frame, shown for `frames` frames, going over from the one before.
    fn frame(&mut self, image: Raster, frames: u32, last: bool) -> Result<(), StudioError> {
        let film = match self {
            Self::Film(film) => film,
            Self::Animation(animation, _) => {
                animation.frames.push(image);
                return Ok(());
            }
        };
        let layer = Layer {
            name: "frame".into(),
            image,
            x: 0.0,
            y: 0.0,
            depth: 0.0,
            blend: Blend::Over,
            opacity: 1.0,
            motion: Vec::new(),
            entrance: Entrance::None,
        };
        let scene = LayeredScene {
            width: film.size.0,
            height: film.size.1,
            layers: vec![layer],
            particles: Particles::None,
            camera: (0.0, 0.0),
            palette: [[20; 3], [235; 3]],
        };
        let seconds = f64::from(frames) / f64::from(FPS);
        let transition = Transition::Cut;
        Ok(film.writer.shot(Shot { scene, seconds, transition, captions: Vec::new(), last })?)
    }

    /// Ends the film and seals it.
    fn seal(
        self,
        studio: &Studio,
        receipt: Receipt,
        sources: Vec<Source>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Moving, StudioError> {
        let sealer = studio.sealer()?;
        let (media, temp) = match self {
            Self::Animation(animation, temp) => (Media::Animation(animation), temp),
            Self::Film(film) => {
                let silence = Pcm { rate: 48_000, samples: Vec::new() };
                let FilmReel { writer, marker, temp, path, .. } = *film;
                let seconds = writer.finish(&silence, &receipt.title, None)?.seconds;
                (Media::Film { path, marker, seconds }, Some(temp))
            }
        };
        let draft = match sources.is_empty() {
            true => Draft::new(media, receipt),
            false => Draft::from_sources(media, receipt, sources),
        };
        Ok(Moving { sealed: seal(draft, &sealer, cancel, progress)?, _temp: temp })
    }
}

impl Studio {
    /// A film of faces that turn one into the next, from the first seed over the others and back.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be met, a model that cannot be had, a step that failed.
    pub fn faces_film(
        &self,
        seeds: &[u64],
        seconds: f64,
        format: MovingFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Moving, StudioError> {
        let frames = format.frames(seconds)?;
        if !(2..=64).contains(&seeds.len()) {
            return Err(StudioError::request("a film of faces needs 2 to 64 of them", "ask for more"));
        }
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let model = fetch.get("dcgan-faces", "faces", None)?;
        let larger = fetch.get(Quality::Fast.model(), "upscale", None)?;
        fetch.runtime()?;
        let uses = fetch.uses;
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let faces = Faces::load(&model.dir, lease.threads())?;
        let larger = Upscaler::load(&larger.dir, Quality::Fast, 4, lease.threads())?;
        let given = json!({"task": "image.faces.film", "engine": "gan", "seeds": seeds, "seconds": seconds});
        let work = new_work(&given)?;
        let side = format.side(FACE);
        let mut reel = Reel::start(self, &work.id, (side, side), format, cancel)?;
        let stops: Vec<Latent> = seeds.iter().map(|seed| Latent::of(*seed)).collect();
        for frame in 0..frames {
            let (done, total) = (u64::from(frame), u64::from(frames));
            progress.event(Event::Progress { stage: Stage::Encode, done, total, what: None });
            let at = frame as f32 / frames as f32 * stops.len() as f32;
            let from = at as usize % stops.len();
            // Each face is stayed with for a moment.
            let part = at.fract();
            let part = part * part * (3.0 - 2.0 * part);
            let latent = stops[from].towards(&stops[(from + 1) % stops.len()], part);
            let small = faces.draw(&[latent], cancel)?.pop().ok_or(StudioError::Stopped("generator"))?;
            let face = larger.enlarge(&small, cancel, &mut |_, _| {})?;
            reel.frame(crop::scaled(&face, (side, side))?, 1, frame + 1 == frames)?;
        }
        drop(lease);
        let steps = ["faces", "upscale"].map(|step| (step, "onnxruntime".to_owned()));
        let steps = steps.into_iter().chain([("encode", format.encoder()), ("seal", GENERATOR.to_owned())]);
        let seed = seeds.first().copied().unwrap_or_default();
        let receipt = origin::receipt(work, "Faces", Lang::En, given, seed, uses, steps.collect());
        reel.seal(self, receipt, Vec::new(), progress, cancel)
    }

    /// A film that falls into a picture while a network dreams: each frame is the one before, a little
    /// nearer, dreamt on.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and a length out of range.
    #[allow(clippy::too_many_arguments, reason = "what the film is of, how it moves, and who waits")]
    pub fn dream_film(
        &self,
        file: &PictureFile,
        how: &Dream,
        seconds: f64,
        format: MovingFormat,
        seed: Option<u64>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Moving, StudioError> {
        let held = format.held();
        let frames = format.frames(seconds)?.div_ceil(held);
        let (image, source) = file.read()?;
        let mut fetch = Fetch::new(&self.hub, progress, cancel);
        let model = fetch.get("hed", "dream", Some(&format!("vgg16 {}", how.layer)))?;
        let bench = Bench::fetch(&mut fetch, &self.config.pictures)?;
        fetch.runtime()?;
        let uses = fetch.uses;
        let seed = seed.unwrap_or_else(fresh_seed);
        let lease = self.cores.lease(1, self.cores.total(), cancel)?;
        let judge = bench.load(lease.threads())?;
        judge.pass(&image, "the picture", cancel)?;
        let scale = (format.side(DREAM) as f32 / image.width.max(image.height) as f32).min(1.0);
        let side = |n: u32| ((n as f32 * scale / 2.0).round() as u32 * 2).max(64);
        let size = (side(image.width), side(image.height));
        // The first frame is dreamt in full; those after it only go on.
        let first = Dream { seed, ..how.clone() };
        let next = Dream { octaves: 2, steps: 1, seed, ..how.clone() };
        let dreamer = Dreamer::load(&model.dir, &first, false, lease.threads())?;
        let given = json!({
            "task": "image.dream.film", "input_sha256": [origin::sha256_of(&file.bytes)], "layer": how.layer,
            "channel": how.channel, "octaves": how.octaves, "steps": how.steps, "rate": how.rate,
            "seconds": seconds, "seed": seed,
        });
        let work = new_work(&given)?;
        let mut reel = Reel::start(self, &work.id, size, format, cancel)?;
        let mut picture = crop::scaled(&image, size)?;
        for frame in 0..frames {
            let (done, total) = (u64::from(frame), u64::from(frames));
            progress.event(Event::Progress { stage: Stage::Encode, done, total, what: None });
            let how = if frame == 0 { &first } else { &next };
            let how = Dream { seed: seed.wrapping_add(u64::from(frame)), ..how.clone() };
            picture = dreamer.dream(&picture, &how, None, cancel, &mut |_, _| {})?;
            if frame % FPS == 0 {
                judge.pass(&picture, "what came out", cancel)?;
            }
            let nearer = nearer(&picture, size)?;
            let last = frame + 1 == frames;
            for step in 0..held {
                let part = step as f32 / held as f32;
                reel.frame(between(&picture, &nearer, part), 1, last && step + 1 == held)?;
            }
            picture = nearer;
        }
        drop(lease);
        let steps = vec![
            ("dream", "onnxruntime".to_owned()),
            ("encode", format.encoder()),
            ("seal", GENERATOR.to_owned()),
        ];
        let receipt = origin::receipt(work, &file.name, Lang::En, given, seed, uses, steps);
        reel.seal(self, receipt, vec![source], progress, cancel)
    }

    /// A composed picture in which the air moves: weather, water, trees, what breathes; over and over.
    ///
    /// # Errors
    /// As [`imagine`](Self::imagine), a length out of range, and frames that are too many for their size.
    pub fn composed_animation(
        &self,
        request: &PictureRequest,
        seconds: f64,
        format: AnimationFormat,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Moving, StudioError> {
        let moving = MovingFormat::Animation(format);
        let frames = moving.frames(seconds)?;
        let pixels = u64::from(request.size.0) * u64::from(request.size.1) * u64::from(frames);
        if request.count != 1 || request.transparent || request.layers {
            return Err(StudioError::request(
                "an animation is one picture with its backdrop",
                "ask for one, without layers and not transparent",
            ));
        }
        if pixels > MOST_PIXELS {
            let message = format!("{frames} frames of {}x{} are too many", request.size.0, request.size.1);
            return Err(StudioError::request(message, "ask for a smaller or a shorter animation"));
        }
        let layered = PictureRequest { layers: true, ..request.clone() };
        let mut made = self.composed(&layered, progress, cancel)?;
        let composed = made.pop().ok_or(StudioError::Stopped("composer"))?;
        let mut scene = composed.layers;
        // All are there from the start, and the viewer stands still: so the end can lead to the start.
        scene.camera = (0.0, 0.0);
        scene.layers.iter_mut().for_each(|layer| layer.entrance = Entrance::None);
        let over = frames.min(10);
        let renderer = SceneRenderer::new(&scene, seconds as f32 + 1.0);
        let mut scratch = Scratch::default();
        let mut draw = |frame: u32| {
            let mut raster = Raster::filled(scene.width, scene.height, [0, 0, 0, 255]);
            renderer.render(frame as f32 / moving.rate() as f32, &mut raster, &mut scratch);
            raster
        };
        let mut reel = Reel::Animation(Animation { frames: Vec::new(), delay_ms: DELAY, format }, None);
        for frame in 0..frames {
            cancel.check()?;
            let (done, total) = (u64::from(frame), u64::from(frames));
            progress.event(Event::Progress { stage: Stage::Encode, done, total, what: None });
            let now = draw(frame);
            // What would come after the end goes over into the start.
            let shown = match frame < over {
                true => between(&draw(frames + frame), &now, frame as f32 / over as f32),
                false => now,
            };
            reel.frame(shown, 1, frame + 1 == frames)?;
        }
        let mut receipt = composed.receipt;
        receipt.request["task"] = MOVING.into();
        receipt.request["seconds"] = seconds.into();
        reel.seal(self, receipt, Vec::new(), progress, cancel)
    }
}

/// The middle of a picture at its whole size.
fn nearer(picture: &Raster, (width, height): (u32, u32)) -> Result<Raster, StudioError> {
    let part = |n: u32| ((n as f32 / NEARER).round() as u32).clamp(1, n);
    let (w, h) = (part(width), part(height));
    let middle = crop::cut(picture, [(width - w) / 2, (height - h) / 2, w, h])?;
    Ok(crop::scaled(&middle, (width, height))?)
}

/// A picture on the way from one to another.
fn between(a: &Raster, b: &Raster, part: f32) -> Raster {
    let share = (part.clamp(0.0, 1.0) * 256.0) as u16;
    let mix = |(a, b): (&u8, &u8)| ((u16::from(*a) * (256 - share) + u16::from(*b) * share) >> 8) as u8;
    Raster { rgba: a.rgba.iter().zip(&b.rgba).map(mix).collect(), ..*a }
}
