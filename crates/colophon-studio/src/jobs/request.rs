//! The request of a job, whatever its kind: read, checked, and done.

use colophon_types::MakeRequest;
use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::film::{self, FilmJob};
use super::inputs::Input;
use super::run::Run;
use super::shelf::shortened;
use super::{edit, inputs, picture, replay, sound, words};
use crate::{StudioError, check};

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
            "film" => Self::Film(parse::<FilmJob>(request)?.request()?),
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
    pub(super) fn title(&self) -> String {
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
    pub(super) fn asked(&self) -> Option<&str> {
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
    pub(super) fn inputs(&self) -> Vec<&Input> {
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
            Self::Film(request) => film::run(request, run),
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
            Self::Replay(job) => {
                let first = job.first(run.studio)?;
                let request = Self::read(&first.kind, &first.request)?;
                first.again(run, |run| request.run(run))
            }
        }
    }
}

fn parse<T: DeserializeOwned>(request: &Value) -> Result<T, StudioError> {
    T::deserialize(request).map_err(|e| {
        StudioError::request(format!("the request of the job cannot be read: {e}"), "see /openapi.json")
    })
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
