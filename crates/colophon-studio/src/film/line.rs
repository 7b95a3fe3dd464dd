//! The line: writer → voice → drawing → film, each stage on its own thread, scene by scene.
//!
//! Threading contract: bounded channels join the stages, so no stage runs far ahead. The writer
//! computes on half of the cores and leases them scene by scene; voice and drawing lease one core at
//! a time; the film (drawing frames and the encoder they are piped to) takes the other half from its
//! first shot on. When any stage fails, `stop` is set and all of them end; the first error that is
//! not itself a "stopped" is the one reported.
//!
//! What a stage makes depends on its input alone, never on timing: the writer hears how long scene
//! *k − 2* (*k − 1* in a short film) took to speak before it writes scene *k*, no more and no less.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use colophon_audio::ambience::{Ambience, joined};
use colophon_audio::mix;
use colophon_scene::graph::Setting;
use colophon_scene::{Cast, LayeredScene, Listing, Scene};
use colophon_text::script::{Outline, ScriptWriter};
use colophon_text::{Llama, sentences};
use colophon_types::{
    Cancel, Cancelled, Caption, Event, FrameMarker, Pcm, Progress, Raster, Receipt, SceneText, Seed,
    SpokenSentence, Stage, Step, Stereo,
};
use colophon_video::cards::{self, ColophonText};
use colophon_video::{EncodedFilm, FilmConfig, FilmSound, FilmWriter, Shot, Transition};
use serde_json::Value;

use super::ambience;
use super::lister;
use super::made::Timing;
use super::music::{Accompaniment, Wanted, accompany};
use super::plan::{GAP, LEAD, Plan, TAIL};
use crate::check::Checked;
use crate::engines::{self, Models};
use crate::{Studio, StudioError, music};

/// Frame size of films.
pub(crate) const SIZE: (u32, u32) = (1280, 720);
/// Tokens of context for the script: outline, one request, one answer.
const CONTEXT: usize = 2048;
/// How far the sound of the place lies under the voice, in LU.
const BED_BELOW: f64 = 22.0;
/// Sample rate at which sentences are laid on the timeline, hertz.
const VOICE_RATE: u32 = 24_000;

/// All that the line works on.
pub(super) struct Job<'a> {
    pub(super) studio: &'a Studio,
    pub(super) checked: &'a Checked,
    pub(super) models: &'a Models,
    pub(super) receipt: Receipt,
    pub(super) seed: Seed,
    /// Where the film goes, in a private folder.
    pub(super) film: PathBuf,
    pub(super) marker: Arc<dyn FrameMarker>,
}

/// A scene as it is in the film.
pub(super) struct FilmedScene {
    pub(super) text: SceneText,
    pub(super) graph: Scene,
    /// Seconds from the start of the film.
    pub(super) start: f64,
    pub(super) seconds: f64,
    /// Times from the start of the scene.
    pub(super) captions: Vec<Caption>,
}

/// What comes off the line.
pub(super) struct Reel {
    pub(super) title: String,
    pub(super) logline: String,
    pub(super) film: EncodedFilm,
    pub(super) poster: Raster,
    pub(super) narration: Pcm,
    pub(super) scenes: Vec<FilmedScene>,
    pub(super) receipt: Receipt,
    pub(super) timing: Timing,
    /// The plan of its music, where it has some.
    pub(super) music: Option<Value>,
}

/// How long a scene took to say, back to the writer.
struct Heard {
    spoken: f64,
    units: usize,
    length: f64,
}

/// A scene as it was written.
struct Written {
    text: SceneText,
    /// What the language model says is in its picture.
    listing: Option<Listing>,
}

/// A scene with its sound.
struct Spoken {
    text: SceneText,
    listing: Option<Listing>,
    sentences: Vec<SpokenSentence>,
    heard: Heard,
    captions: Vec<Caption>,
}

/// A scene with its picture.
struct Drawn {
    spoken: Spoken,
    graph: Scene,
    layers: LayeredScene,
}

/// The clockwork that every stage shares.
struct Floor<'a> {
    job: &'a Job<'a>,
    stop: &'a Cancel,
    progress: &'a Arc<dyn Progress>,
    plan: Plan,
}

pub(super) fn run(job: Job<'_>, progress: &Arc<dyn Progress>, cancel: &Cancel) -> Result<Reel, StudioError> {
    let plan = Plan::new(job.checked.seconds, job.checked.recipe.words_per_scene, job.checked.lang);
    let stop = Cancel::new();
    let over = AtomicBool::new(false);
    let floor = Floor { job: &job, stop: &stop, progress, plan };
    let (outline_in, outline_out) = channel();
    let (script_in, script_out) = sync_channel(2);
    let (heard_in, heard_out) = channel();
    let (speech_in, speech_out) = sync_channel(2);
    let (picture_in, picture_out) = sync_channel(1);
    let (written, spoken, drawn, filmed) = std::thread::scope(|scope| {
        let floor = &floor;
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                if cancel.is_cancelled() {
                    stop.cancel();
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let writer = scope.spawn(move || floor.guard(floor.write(outline_in, script_in, &heard_out)));
        let voice = scope.spawn(move || floor.guard(floor.speak(&script_out, speech_in, &heard_in)));
        let painter = scope.spawn(move || floor.guard(floor.draw(&speech_out, picture_in)));
        let filmed = floor.guard(floor.film(&outline_out, &picture_out));
        // Stages that still wait for the film to take their work see its channel closed.
        drop(picture_out);
        let results = (
            writer.join().unwrap_or(Err(StudioError::Stopped("script writer"))),
            voice.join().unwrap_or(Err(StudioError::Stopped("voice"))),
            painter.join().unwrap_or(Err(StudioError::Stopped("drawing"))),
            filmed,
        );
        over.store(true, Ordering::Relaxed);
        results
    });
    let mut errors = Vec::new();
    let written = written.map_err(|e| errors.push(e)).ok();
    let spoken = spoken.map_err(|e| errors.push(e)).ok();
    let drawn = drawn.map_err(|e| errors.push(e)).ok();
    let filmed = filmed.map_err(|e| errors.push(e)).ok();
    let (Some(written), Some(spoken), Some(drawn), Some(mut reel)) = (written, spoken, drawn, filmed) else {
        cancel.check()?;
        let stopped = |e: &StudioError| {
            use colophon_types::{ErrorCode, Explain};
            e.code() == ErrorCode::Cancelled
        };
        let at = errors.iter().position(|e| !stopped(e)).unwrap_or(0);
        return Err(errors.swap_remove(at));
    };
    reel.timing.load = written.0;
    reel.timing.write = written.1;
    reel.timing.speak = spoken.1;
    reel.timing.draw = drawn;
    let step = |name: &str, engine: String| Step { name: name.to_owned(), engine };
    reel.receipt.steps = vec![
        step("write", Llama::engine().to_owned()),
        step("speak", spoken.0),
        step("draw", format!("composer {}", env!("CARGO_PKG_VERSION"))),
    ];
    if reel.music.is_some() {
        reel.receipt.steps.extend([step("compose", music::engine()), step("play", music::PLAYER.to_owned())]);
    }
    reel.receipt.steps.push(step("encode", "ffmpeg libx264, aac".to_owned()));
    Ok(reel)
}

impl Floor<'_> {
    /// Stops the whole line when a stage fails.
    fn guard<T>(&self, result: Result<T, StudioError>) -> Result<T, StudioError> {
        if result.is_err() {
            self.stop.cancel();
        }
        result
    }

    fn tell(&self, stage: Stage, done: usize, total: usize) {
        let (done, total) = (done as u64, total as u64);
        self.progress.event(Event::Progress { stage, done, total, what: None });
    }

    fn done(&self, stage: Stage, seconds: f64) {
        self.progress.event(Event::Done { stage, seconds });
    }

    fn load<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&Models) -> Result<T, StudioError> + Send + 'static,
    ) -> Result<T, StudioError> {
        let models = self.job.models.clone();
        engines::load(self.stop, what, move || work(&models))
    }

    /// The first stage. Gives the seconds of loading and of writing.
    fn write(
        &self,
        outline: Sender<Outline>,
        scenes: SyncSender<Written>,
        heard: &Receiver<Heard>,
    ) -> Result<(f64, f64), StudioError> {
        let Job { checked, studio, seed, .. } = self.job;
        let cores = &studio.cores;
        let threads = cores.total().div_ceil(2);
        let mut plan = self.plan.clone();
        let started = Instant::now();
        let lease = cores.lease(threads, threads, self.stop)?;
        let llama = self.load("language model", move |models| models.llama(CONTEXT, threads))?;
        let load = started.elapsed().as_secs_f64();
        let mut busy = 0.0;
        // A scene has about 90 tokens; the outline counts as one scene.
        let total = (plan.scenes + 1) * 90;
        let mut tokens = 0;
        self.tell(Stage::Write, 0, total);
        let began = Instant::now();
        let mut writer = ScriptWriter::start(
            &llama,
            &checked.recipe,
            &checked.brief,
            checked.lang,
            plan.scenes,
            seed.derive("script"),
            self.stop,
        )?;
        busy += began.elapsed().as_secs_f64();
        drop(lease);
        // A film stage that is gone has an error of its own to report.
        outline.send(writer.outline().clone()).map_err(|_| Cancelled)?;
        let mut said: Vec<usize> = Vec::new();
        for index in 0..plan.scenes {
            if index >= plan.ahead() {
                let heard = heard.recv().map_err(|_| Cancelled)?;
                plan.finished(heard.spoken, heard.units, heard.length);
            }
            let pending = said[(index + 1).saturating_sub(plan.ahead()).min(said.len())..].iter().sum();
            let target = plan.target(index, pending);
            let mut lease = cores.lease(threads, threads, self.stop)?;
            let began = Instant::now();
            let least = (index + 1) * 90;
            let scene = writer.next_scene(target, self.stop, &mut |_| {
                tokens += 1;
                self.tell(Stage::Write, tokens.clamp(least, least + 89), total);
                // A cancelled film stops at the writer's own look at it.
                let _ = lease.turn(self.stop);
            })?;
            let listing = lister::list(&llama, &scene.picture, checked.lang, self.stop)?;
            busy += began.elapsed().as_secs_f64();
            drop(lease);
            tokens = least + 90;
            said.push(units(&scene, self.job));
            scenes.send(Written { text: scene, listing }).map_err(|_| Cancelled)?;
        }
        self.done(Stage::Write, busy);
        Ok((load, busy))
    }

    /// The second stage. Gives the engine's version and the seconds of speaking.
    fn speak(
        &self,
        scenes: &Receiver<Written>,
        out: SyncSender<Spoken>,
        heard: &Sender<Heard>,
    ) -> Result<(String, f64), StudioError> {
        let Job { checked, studio, .. } = self.job;
        let cores = &studio.cores;
        let threads = (cores.total() / 4).max(1);
        let mut narrator = {
            let _lease = cores.lease(1, 1, self.stop)?;
            let (lang, voice) = (checked.lang, checked.voice);
            self.load("voice", move |models| models.narrator(lang, voice, threads))?
        };
        let mut plan = self.plan.clone();
        let mut busy = 0.0;
        let mut index = 0;
        while let Ok(Written { text, listing }) = scenes.recv() {
            self.tell(Stage::Speak, index, self.plan.scenes);
            let mut say = |pace: f32| -> Result<Vec<SpokenSentence>, StudioError> {
                let mut spoken = Vec::new();
                for sentence in &text.narration {
                    let _lease = cores.lease(threads, threads, self.stop)?;
                    let began = Instant::now();
                    spoken.push(narrator.speak_sentence(sentence, checked.lang, pace, self.stop)?);
                    busy += began.elapsed().as_secs_f64();
                }
                Ok(spoken)
            };
            let mut spoken = say(1.0)?;
            let pace = plan.pace(spoken.iter().map(|s| s.sound.seconds()).sum(), spoken.len());
            if pace > 1.0 {
                spoken = say(pace)?;
            }
            let scene = time_scene(text, listing, spoken, self.job);
            plan.finished(scene.heard.spoken, scene.heard.units, scene.heard.length);
            let note = Heard { ..scene.heard };
            // The writer no longer listens once it has written its last scene.
            let _ = heard.send(note);
            out.send(scene).map_err(|_| Cancelled)?;
            index += 1;
        }
        self.stop.check()?;
        self.done(Stage::Speak, busy);
        Ok((narrator.engine_version(), busy))
    }

    /// The third stage. Gives the seconds of drawing.
    fn draw(&self, scenes: &Receiver<Spoken>, out: SyncSender<Drawn>) -> Result<f64, StudioError> {
        let Job { checked, studio, seed, .. } = self.job;
        let cores = &studio.cores;
        let (art, painter) = {
            let _lease = cores.lease(1, 1, self.stop)?;
            self.load("art", |models| Ok((models.pictures().art()?, models.pictures().stylizer(1)?)))?
        };
        let mut busy = 0.0;
        // The brief says who the film is about and where, before any scene does.
        let first = colophon_scene::compose(&checked.brief, "", seed.0, None, &art, None);
        let mut cast: Option<Cast> = first.ok().map(|(_, cast)| Cast { scenes: 0, ..cast });
        let mut index = 0;
        while let Ok(spoken) = scenes.recv() {
            self.tell(Stage::Draw, index, self.plan.scenes);
            let _lease = cores.lease(1, 1, self.stop)?;
            let began = Instant::now();
            let text = &spoken.text;
            let dice = seed.derive(&format!("picture {index}")).0;
            let compose = |words: &str| {
                let listing = spoken.listing.clone();
                colophon_scene::compose(words, &text.mood, dice, listing, &art, cast.as_ref())
            };
            let mut composed = compose(&text.picture)?;
            if composed.0.setting == Setting::Abstract {
                // The description names nothing that can be drawn; what is said may.
                composed = compose(&format!("{} {}", text.picture, text.narration.join(" ")))?;
            }
            let (graph, next) = composed;
            cast = Some(next);
            let mut layers = colophon_scene::render(&graph, &art, SIZE, checked.style.treatment, self.stop)?;
            if let (Some(painter), Some(paint)) = (&painter, checked.style.paint) {
                painter.stylize_scene(&mut layers, paint, self.stop)?;
            }
            busy += began.elapsed().as_secs_f64();
            out.send(Drawn { spoken, graph, layers }).map_err(|_| Cancelled)?;
            index += 1;
        }
        self.stop.check()?;
        self.done(Stage::Draw, busy);
        Ok(busy)
    }

    /// The last stage.
    fn film(&self, outline: &Receiver<Outline>, scenes: &Receiver<Drawn>) -> Result<Reel, StudioError> {
        let Job { checked, studio, seed, .. } = self.job;
        let mut plan = self.plan.clone();
        let lang = checked.lang;
        let typeset = Arc::new(self.load("fonts", move |models| models.typeset(lang))?);
        let cores = studio.cores.total();
        let mut config = FilmConfig::new(&self.job.film, checked.lang);
        (config.width, config.height) = SIZE;
        config.render_threads = (cores / 2).max(1);
        config.cores = Some(studio.cores.clone());
        config.encode_threads = (cores / 2).clamp(1, 4);
        config.marker = Some(Arc::clone(&self.job.marker));
        config.typeset = Some(Arc::clone(&typeset));
        config.ffmpeg = studio.ffmpeg();
        config.expected_frames = (plan.total * f64::from(config.fps)) as u64;
        let outline = outline.recv().map_err(|_| Cancelled)?;
        let mut writer = FilmWriter::start(config, self.stop, Arc::clone(self.progress))?;
        let mut receipt = self.job.receipt.clone();
        receipt.title = outline.title.clone();
        let mut filmed: Vec<FilmedScene> = Vec::new();
        let mut sounds: Vec<(f64, SpokenSentence)> = Vec::new();
        let mut poster = None;
        let mut palette = [[30, 34, 48], [236, 226, 206]];
        let mut clock = plan.title;
        let mut began = Instant::now();
        while let Ok(drawn) = scenes.recv() {
            if poster.is_none() {
                began = Instant::now();
                let lease = studio.cores.lease(1, 1, self.stop)?;
                poster = Some(colophon_video::poster(&typeset, &drawn.layers, &outline.title));
                let card = cards::title_card(&typeset, &drawn.layers, &outline.title, &outline.logline);
                drop(lease);
                let seconds = plan.title;
                writer.shot(Shot {
                    scene: card,
                    seconds,
                    transition: Transition::Cut,
                    captions: Vec::new(),
                    last: false,
                })?;
            }
            let Drawn { spoken, graph, layers } = drawn;
            palette = layers.palette;
            let seconds = spoken.heard.length;
            writer.shot(Shot {
                scene: layers,
                seconds,
                transition: Transition::pick(*seed, filmed.len() as u64),
                captions: spoken.captions.clone(),
                last: false,
            })?;
            for (sentence, caption) in spoken.sentences.into_iter().zip(&spoken.captions) {
                sounds.push((clock + caption.start, sentence));
            }
            plan.finished(spoken.heard.spoken, spoken.heard.units, seconds);
            filmed.push(FilmedScene {
                text: spoken.text,
                graph,
                start: clock,
                seconds,
                captions: spoken.captions,
            });
            clock += seconds;
        }
        self.stop.check()?;
        let (Some(poster), true) = (poster, filmed.len() == plan.scenes) else {
            return Err(Cancelled.into());
        };
        let end = plan.end_card();
        writer.shot(Shot {
            scene: cards::colophon_card(&typeset, SIZE, palette, &ColophonText::of(&receipt)),
            seconds: end,
            transition: Transition::Crossfade,
            captions: Vec::new(),
            last: true,
        })?;
        let music = self.accompany(clock + end, &filmed)?;
        let places: Vec<_> = filmed.iter().map(|s| (s.start, s.seconds, ambience::of(&s.graph))).collect();
        let lease = studio.cores.lease(1, 1, self.stop)?;
        let (voice, line) = self.mix(clock + end, 0.0, &sounds, &places)?;
        let mono: Pcm;
        let stereo: Stereo;
        let sound: FilmSound<'_> = match &music {
            None => {
                mono = mix::master(&line)?;
                (&mono).into()
            }
            Some(music) => {
                stereo = mix::over_music(&line, &voice, &music.sound, self.stop)?;
                (&stereo).into()
            }
        };
        let narration = mix::master(&self.mix(clock - plan.title, plan.title, &sounds, &[])?.0)?;
        drop(lease);
        let film = writer.finish(sound, &outline.title, Some(&poster))?;
        let seconds = began.elapsed().as_secs_f64();
        self.done(Stage::Encode, seconds);
        let timing = Timing { film: seconds, ..Timing::default() };
        let (title, logline) = (outline.title, outline.logline);
        let music = music.map(|m| m.plan);
        Ok(Reel { title, logline, film, poster, narration, scenes: filmed, receipt, timing, music })
    }

    /// The music of a film of so many seconds, where it is to have some.
    fn accompany(&self, seconds: f64, scenes: &[FilmedScene]) -> Result<Option<Accompaniment>, StudioError> {
        let Job { checked, models, studio, seed, .. } = self.job;
        let (Some(choice), Some(models)) = (&checked.music, models.music()) else { return Ok(None) };
        let moods: Vec<&str> = scenes.iter().map(|s| s.text.mood.as_str()).collect();
        let mut cuts: Vec<f64> = scenes.iter().map(|s| s.start).collect();
        cuts.extend(scenes.last().map(|s| s.start + s.seconds));
        let prompt = choice.prompt(&checked.recipe, checked.lang, &moods);
        let wanted = Wanted { prompt: &prompt, seconds, cuts: &cuts, seed: seed.derive("music") };
        let lease = studio.cores.lease(1, (studio.cores.total() / 2).max(1), self.stop)?;
        accompany(models, &wanted, lease.threads(), self.stop).map(Some)
    }

    /// Sentences on a timeline that starts `from` seconds into the film; and the same over the sound of
    /// the places (start, length, kind) where the recipe wants it.
    fn mix(
        &self,
        total: f64,
        from: f64,
        sounds: &[(f64, SpokenSentence)],
        places: &[(f64, f64, Ambience)],
    ) -> Result<(Pcm, Pcm), StudioError> {
        let placed: Vec<(f64, &Pcm)> = sounds.iter().map(|(at, s)| (at - from, &s.sound)).collect();
        let voice = mix::place(total, VOICE_RATE, &placed)?;
        let mut line = voice.clone();
        if self.job.checked.recipe.ambience && !places.is_empty() {
            let bed = joined(places, total, VOICE_RATE, self.job.seed.derive("ambience"));
            line = mix::under(&voice, &bed, BED_BELOW)?;
        }
        self.stop.check()?;
        Ok((voice, line))
    }
}

fn units(scene: &SceneText, job: &Job<'_>) -> usize {
    sentences::units_of(&scene.narration, job.checked.lang)
}

/// When each sentence of a scene is spoken and shown, and how long the scene is.
fn time_scene(
    text: SceneText,
    listing: Option<Listing>,
    sentences: Vec<SpokenSentence>,
    job: &Job<'_>,
) -> Spoken {
    let mut captions = Vec::new();
    let mut at = LEAD;
    let mut speech = 0.0;
    for sentence in &sentences {
        let seconds = sentence.sound.seconds();
        captions.push(Caption { start: at, end: at + seconds, text: sentence.text.clone() });
        at += seconds + GAP;
        speech += seconds;
    }
    let length = at - if sentences.is_empty() { 0.0 } else { GAP } + TAIL;
    let heard = Heard { spoken: speech, units: units(&text, job), length };
    Spoken { text, listing, sentences, heard, captions }
}
