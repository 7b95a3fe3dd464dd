//! Sounds in conversations: parts `input_audio` are heard by the recogniser, and their words stand in
//! their place. The answer tells what was heard.

use std::io::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::TranscribeRequest;
use colophon_types::NoProgress;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::app::App;
use crate::error::ApiError;
use crate::stream::Watched;
use crate::wire::PartBody;

/// Most sounds of a request.
const MOST: usize = 8;
/// Longest sound, in seconds.
const LONGEST: f64 = 600.0;
/// Formats that OpenAI names.
const FORMATS: [&str; 2] = ["wav", "mp3"];

/// A part of the type.
const KIND: &str = "input_audio";

/// The content of a message that may have sounds in it.
pub(crate) struct Heard<'a> {
    /// Number of the message in the request.
    pub(crate) message: usize,
    /// Whether a user says it.
    pub(crate) of_user: bool,
    /// Its parts.
    pub(crate) parts: &'a mut [PartBody],
}

/// Puts words in the place of sounds; gives an entry for each, for the answer's marks.
pub(crate) async fn hear(
    app: &Arc<App>,
    param: &'static str,
    messages: Vec<Heard<'_>>,
) -> Result<Vec<Value>, ApiError> {
    let bad = |text: String| ApiError::bad(text, Some(param));
    let mut told = Vec::new();
    for Heard { message, of_user, parts } in messages {
        let last = parts.len().saturating_sub(1);
        for (place, part) in parts.iter_mut().enumerate().filter(|(_, p)| p.kind == KIND) {
            if !of_user {
                return Err(bad("only a user's message may hold sound".into()));
            }
            if told.len() == MOST {
                return Err(bad(format!("a request may hold at most {MOST} sounds")));
            }
            let sound = part.input_audio.take().unwrap_or_default();
            let format = sound["format"].as_str().unwrap_or_default();
            if !FORMATS.contains(&format) {
                return Err(bad(format!("sound is given as wav or mp3, not as '{format}'")));
            }
            let data = sound["data"].as_str().unwrap_or_default().trim();
            let bytes = STANDARD.decode(data).map_err(|_| bad("a sound is not valid base64".into()))?;
            let (text, mut entry) =
                one(app, bytes).await.map_err(|e| ApiError { param: Some(param.into()), ..e })?;
            if text.is_empty() {
                return Err(bad("nothing is said in a sound".into()));
            }
            entry["message"] = message.into();
            entry["part"] = place.into();
            told.push(entry);
            part.kind = "text".into();
            // Parts are set one behind the other: what is heard stands on lines of its own.
            let [before, after] = [place > 0, place < last].map(|more| if more { "\n" } else { "" });
            part.text = Some(format!("{before}{text}{after}"));
        }
    }
    Ok(told)
}

/// What is said in a sound, and what is told of it.
async fn one(app: &Arc<App>, bytes: Vec<u8>) -> Result<(String, Value), ApiError> {
    let watched = Watched::default();
    let cancel = watched.cancel();
    let work = app.blocking(move |studio| {
        let mut file = NamedTempFile::new().map_err(|_| ApiError::stopped())?;
        file.write_all(&bytes).and_then(|()| file.flush()).map_err(|_| ApiError::stopped())?;
        let request = TranscribeRequest::default();
        Ok(studio.transcribe_short(file.path(), LONGEST, &request, &NoProgress, &cancel)?)
    });
    let made = work.await?;
    drop(watched);
    let text = made.transcript.text();
    let recogniser = made.models.iter().find(|m| m.role == "recogniser");
    let entry = json!({
        "transcript": text,
        "language": made.transcript.language,
        "seconds": made.transcript.duration,
        "model": recogniser.map(|m| &m.id),
        "model_sha256": recogniser.map(|m| &m.sha256),
    });
    Ok((text, entry))
}

/// Adds what was heard to the marks of an answer.
pub(crate) fn note(marks: &mut Value, heard: &[Value]) {
    if !heard.is_empty() {
        marks["heard"] = heard.into();
    }
}
