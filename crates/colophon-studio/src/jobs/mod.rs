//! Jobs: every request that takes longer than an instant, as data that outlives the program.
//!
//! A job is read ([`JobRequest`]) when it is asked for, so that what cannot be done is said at once; it
//! is kept by the store, worked on by [`Workers`], and its sealed files are put into the gallery by the
//! [`shelf`], whole or not at all.

mod edit;
mod inputs;
mod line;
mod picture;
mod replay;
mod shelf;
mod sound;
mod words;
mod workers;

use std::sync::Arc;

use colophon_store::{Job, NewJob, Usage};
use colophon_types::{Cancel, ErrorCode, Explain, LangChoice, MakeRequest, Progress};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tracing::field::Empty;
use tracing::info_span;

use crate::{Studio, StudioError, check, trace};

pub use inputs::Input;
pub(crate) use line::Line;
pub(crate) use shelf::Shelf;
pub(crate) use workers::Floor;
pub use workers::{Tally, Workers, WorkersOptions};

/// Characters of a title.
const TITLE: usize = 80;
/// Bytes that must be free on the disk for a job to be taken.
const ROOM: u64 = 256 << 20;

/// What a job does, read and checked.
pub(crate) enum JobRequest {
    Film(MakeRequest),
    Picture(picture::PictureJob),
    Edit(Box<edit::EditJob>),
    Speech(sound::SpeechJob),
    Music(sound::MusicJob),
    Sound(sound::SoundJob),
    Transcription(sound::TranscriptionJob),
    Audiobook(sound::AudiobookJob),
    Text(words::TextJob),
    Mark(inputs::MarkJob),
    Pull(inputs::PullJob),
    Replay(replay::ReplayJob),
}

/// A film as it is asked for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Film")]
struct FilmJob {
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

/// Who works on what: all that a job's work sees.
pub(crate) struct Run<'a> {
    pub(crate) studio: &'a Studio,
    pub(crate) job: &'a Job,
    pub(crate) shelf: &'a mut Shelf,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) cancel: &'a Cancel,
}

impl JobRequest {
    /// Names of all kinds.
    pub(crate) const KINDS: [&'static str; 12] = [
        "film",
        "picture",
        "picture.edit",
        "speech",
        "music",
        "sound",
        "transcription",
        "audiobook",
        "text",
        "mark",
        "pull",
        "replay",
    ];

    /// Kinds that take minutes or much memory: one of them at a time.
    pub(crate) const HEAVY: [&'static str; 4] = ["film", "audiobook", "pull", "replay"];

    /// Reads a request; everything that can be refused without a model is refused here.
    pub(crate) fn read(kind: &str, request: &Value) -> Result<Self, StudioError> {
        let read = match kind {
            "film" => Self::Film(film(parse(request)?)?),
            "picture" => Self::Picture(parse(request)?),
            "picture.edit" => Self::Edit(Box::new(parse(request)?)),
            "speech" => Self::Speech(parse(request)?),
            "music" => Self::Music(parse(request)?),
            "sound" => Self::Sound(parse(request)?),
            "transcription" => Self::Transcription(parse(request)?),
            "audiobook" => Self::Audiobook(parse(request)?),
            "text" => Self::Text(parse(request)?),
            "mark" => Self::Mark(parse(request)?),
            "pull" => Self::Pull(parse(request)?),
            "replay" => Self::Replay(parse(request)?),
            other => {
                let message =
                    format!("there is no job '{other}': a job is one of {}", Self::KINDS.join(", "));
                return Err(StudioError::request(message, "name one of them"));
            }
        };
        match &read {
            Self::Film(film) => drop(check::check(film)?),
            Self::Picture(picture) => picture.check()?,
            Self::Edit(edit) => edit.check()?,
            Self::Speech(speech) => speech.check()?,
            Self::Music(music) => music.check()?,
            Self::Sound(sound) => sound.check()?,
            Self::Text(text) => text.check()?,
            Self::Transcription(job) => job.check()?,
            Self::Audiobook(_) | Self::Mark(_) | Self::Pull(_) | Self::Replay(_) => {}
        }
        Ok(read)
    }

    /// A short text for lists.
    fn title(&self) -> String {
        let words = match self {
            Self::Film(film) => film.brief.clone(),
            Self::Picture(picture) => picture.prompt.clone(),
            Self::Edit(edit) => edit.title(),
            Self::Speech(speech) => speech.text.clone(),
            Self::Music(music) => music.prompt.clone(),
            Self::Sound(sound) => sound.prompt.clone(),
            Self::Text(text) => text.input.clone(),
            Self::Pull(pull) => pull.model.clone(),
            Self::Mark(mark) => mark.generator.clone(),
            Self::Replay(replay) => replay.work.clone(),
            Self::Transcription(_) | Self::Audiobook(_) => String::new(),
        };
        shortened(&words)
    }

    /// What is asked for in words, where something new is made of them.
    fn asked(&self) -> Option<&str> {
        match self {
            Self::Film(film) => Some(&film.brief),
            Self::Picture(picture) => Some(&picture.prompt),
            Self::Music(music) => Some(&music.prompt),
            Self::Sound(sound) => Some(&sound.prompt),
            Self::Speech(speech) => Some(&speech.text),
            _ => None,
        }
    }

    /// The content that it makes, for the scopes of keys.
    pub(crate) fn scope(kind: &str) -> &'static str {
        match kind {
            "film" => "video",
            "picture" | "picture.edit" => "image",
            "speech" | "music" | "sound" | "transcription" | "audiobook" => "audio",
            "text" => "text",
            "pull" => "models",
            _ => "mark",
        }
    }

    /// The files that it works on.
    fn inputs(&self) -> Vec<&Input> {
        match self {
            Self::Edit(edit) => edit.inputs(),
            Self::Transcription(job) => vec![&job.file],
            Self::Audiobook(job) => vec![&job.file],
            Self::Mark(job) => vec![&job.file],
            _ => Vec::new(),
        }
    }

    /// Does it.
    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        match self {
            Self::Film(request) => run_film(request, run),
            Self::Picture(job) => job.run(run),
            Self::Edit(job) => job.run(run),
            Self::Speech(job) => job.run(run),
            Self::Music(job) => job.run(run),
            Self::Sound(job) => job.run(run),
            Self::Transcription(job) => job.run(run),
            Self::Audiobook(job) => job.run(run),
            Self::Text(job) => job.run(run),
            Self::Mark(job) => job.run(run),
            Self::Pull(job) => job.run(run),
            Self::Replay(job) => job.run(run),
        }
    }
}

fn parse<T: DeserializeOwned>(request: &Value) -> Result<T, StudioError> {
    T::deserialize(request).map_err(|e| {
        StudioError::request(format!("the request of the job cannot be read: {e}"), "see /openapi.json")
    })
}

/// At most so many characters, on one line.
fn shortened(words: &str) -> String {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TITLE {
        return line;
    }
    let cut: String = line.chars().take(TITLE - 1).collect();
    cut + "…"
}

fn film(job: FilmJob) -> Result<MakeRequest, StudioError> {
    let recipe = job.recipe.unwrap_or_else(|| FILM_RECIPE.to_owned());
    // A recipe may be a file on the command line; from afar only names are taken.
    if !recipe.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(StudioError::request("a recipe is given by its name", "see /v1/recipes"));
    }
    Ok(MakeRequest {
        brief: job.brief,
        recipe,
        lang: job.lang,
        seconds: job.seconds.unwrap_or(FILM_SECONDS),
        voice: job.voice,
        style: job.style,
        music: job.music,
        model: job.model,
        seed: job.seed,
    })
}

fn run_film(request: &MakeRequest, run: &mut Run<'_>) -> Result<(), StudioError> {
    let made = run.studio.make(request, run.shelf.dir(), None, &run.progress, run.cancel)?;
    run.shelf.keep_film(&made, &request.brief)?;
    let frames = run.studio.spritesheet(&run.shelf.dir().join("film.mp4"), &made, run.cancel)?;
    run.shelf.beside(&frames, SPRITESHEET)?;
    run.shelf.used(Usage { seconds: made.seconds.ceil() as u64, ..Usage::default() });
    run.shelf.result(json!({"seconds": made.seconds, "timing": made.timing}));
    Ok(())
}

/// How a job is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobOrder {
    /// Who asks.
    pub owner: String,
    /// Whether the owner may use what others made.
    pub sees_all: bool,
    /// What kind of work it is.
    pub kind: String,
    /// The request.
    pub request: Value,
    /// Higher goes first; −10 to 10.
    pub priority: i32,
    /// Must be finished within so many seconds.
    pub deadline_seconds: Option<u32>,
    /// The same key of the same owner gives the same job.
    pub once: Option<String>,
    /// Address that is told when it has ended.
    pub webhook: Option<String>,
    /// Tags of its works.
    pub tags: Vec<String>,
}

/// The schemas of all requests, by the kind of job.
pub fn job_schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
    let of = |kind: &'static str, schema| (kind, schema);
    vec![
        of("film", generator.subschema_for::<FilmJob>()),
        of("picture", generator.subschema_for::<picture::PictureJob>()),
        of("picture.edit", generator.subschema_for::<edit::EditJob>()),
        of("speech", generator.subschema_for::<sound::SpeechJob>()),
        of("music", generator.subschema_for::<sound::MusicJob>()),
        of("sound", generator.subschema_for::<sound::SoundJob>()),
        of("transcription", generator.subschema_for::<sound::TranscriptionJob>()),
        of("audiobook", generator.subschema_for::<sound::AudiobookJob>()),
        of("text", generator.subschema_for::<words::TextJob>()),
        of("mark", generator.subschema_for::<inputs::MarkJob>()),
        of("pull", generator.subschema_for::<inputs::PullJob>()),
        of("replay", generator.subschema_for::<replay::ReplayJob>()),
    ]
}

impl JobOrder {
    /// The order of the same once more, for the same owner.
    pub fn again(job: Job) -> Self {
        Self {
            owner: job.owner,
            kind: job.kind,
            request: job.request,
            priority: job.priority,
            webhook: job.webhook,
            tags: job.tags,
            ..Self::default()
        }
    }
}

impl Studio {
    /// The content that jobs of a kind make, for the scopes of keys.
    pub fn job_scope(kind: &str) -> &'static str {
        JobRequest::scope(kind)
    }

    /// Takes a job. What cannot be done is said at once.
    ///
    /// # Errors
    /// [`StudioError`]: a request that cannot be read or followed, a file that is not there, too many
    /// jobs that wait, a full disk.
    pub fn submit(&self, order: JobOrder) -> Result<Job, StudioError> {
        let span = info_span!("job.accept", otel.kind = "producer", job.kind = order.kind, job.id = Empty);
        let _within = span.enter();
        let request = JobRequest::read(&order.kind, &order.request)?;
        let store = self.store()?;
        let mut title = request.title();
        if let JobRequest::Picture(picture) = &request {
            picture.check_model(self)?;
        }
        if let JobRequest::Edit(edit) = &request {
            edit.check_model(self)?;
        }
        if let JobRequest::Transcription(job) = &request {
            job.check_model(self)?;
        }
        if let JobRequest::Replay(replay) = &request {
            replay.check(self, &order.owner, order.sees_all)?;
        }
        for input in request.inputs() {
            let (name, _) = self.input_named(input, &order.owner, order.sees_all)?;
            if title.is_empty() {
                title = shortened(&name);
            }
        }
        if !(-10..=10).contains(&order.priority) {
            return Err(StudioError::request("the priority is −10 to 10", "leave it out for 0"));
        }
        if let Some(url) = &order.webhook {
            check_webhook(url)?;
        }
        let tags = checked_tags(order.tags)?;
        if order.once.as_ref().is_some_and(|k| k.is_empty() || k.len() > 255) {
            return Err(StudioError::request("an idempotency key has 1 to 255 characters", "shorten it"));
        }
        self.line.check(store, &order.owner)?;
        if let Some(free) = colophon_hub::tools::free_space(&self.home).filter(|f| *f < ROOM) {
            let message = format!("only {} MB are free on the disk of the data folder", free >> 20);
            return Err(StudioError::Full(message));
        }
        if let Some(words) = request.asked() {
            self.screen_early(words)?;
        }
        let deadline = order.deadline_seconds.map(|s| store.now() + i64::from(s) * 1000);
        let new = NewJob {
            priority: order.priority,
            deadline,
            once: order.once,
            webhook: order.webhook,
            tags,
            trace: trace::traceparent(&span),
            ..NewJob::new(&order.owner, &order.kind, &title, order.request)
        };
        let job = store.enqueue(new)?;
        self.line.joined(&job.owner);
        span.record("job.id", job.id.as_str());
        self.floor.ring();
        Ok(job)
    }

    /// Stops a job: at once where it waits, within a step where it runs.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn cancel_job(&self, id: &colophon_store::JobId) -> Result<Job, StudioError> {
        let job = self.store()?.cancel(id)?;
        self.floor.stop(id);
        Ok(job)
    }
}

/// Tags: short, without repetition.
pub(crate) fn checked_tags(tags: Vec<String>) -> Result<Vec<String>, StudioError> {
    let mut out: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().to_owned();
        let plain = !tag.is_empty() && tag.chars().count() <= 60 && !tag.chars().any(char::is_control);
        if !plain {
            return Err(StudioError::request("a tag has 1 to 60 characters", "shorten it"));
        }
        if !out.contains(&tag) {
            out.push(tag);
        }
    }
    if out.len() > 50 {
        return Err(StudioError::request("a work has at most 50 tags", "leave some out"));
    }
    Ok(out)
}

fn check_webhook(url: &str) -> Result<(), StudioError> {
    let fine = (url.starts_with("https://") || url.starts_with("http://")) && url.len() <= 2000;
    if fine && !url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Ok(());
    }
    Err(StudioError::request("a webhook is an http(s) address", "give one of at most 2,000 characters"))
}

/// Whether another attempt may succeed.
fn is_passing(error: &StudioError) -> bool {
    matches!(error.code(), ErrorCode::Busy | ErrorCode::Io)
}
