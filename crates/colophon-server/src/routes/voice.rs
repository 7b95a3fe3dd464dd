//! Chat completions that are spoken: `modalities: ["text", "audio"]` with the field `audio`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::{LiveSpeech, SpeechRequest};
use colophon_types::{NoProgress, SoundFormat};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::speech::{self, Speaking, VoiceName};
use crate::app::App;
use crate::error::ApiError;
use crate::reply;
use crate::stream::Watched;

/// How long an answer's sound is said to be kept, in seconds; it is not kept at all, as clients send
/// the words back.
const EXPIRES: u64 = 3600;

/// The field `audio` of a request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SpokenAnswer")]
pub(crate) struct AudioBody {
    voice: VoiceName,
    #[serde(default)]
    format: Option<String>,
}

/// How an answer is spoken.
#[derive(Clone, Debug)]
pub(crate) struct Spoken {
    pub(crate) id: String,
    voice: String,
    format: SoundFormat,
}

impl Spoken {
    /// What a request asks for; nothing where it wants words alone.
    pub(crate) fn asked(
        modalities: Option<&[String]>,
        audio: Option<AudioBody>,
        streams: bool,
    ) -> Result<Option<Self>, ApiError> {
        let modalities = modalities.unwrap_or_default();
        if let Some(other) = modalities.iter().find(|m| !["text", "audio"].contains(&m.as_str())) {
            return Err(ApiError::bad(
                format!("'{other}' is no modality: text or audio"),
                Some("modalities"),
            ));
        }
        if !modalities.iter().any(|m| m == "audio") {
            return Ok(None);
        }
        let Some(audio) = audio else {
            return Err(ApiError::bad("'audio' must say which voice speaks", Some("audio")));
        };
        let named = audio.format.unwrap_or_else(|| if streams { "pcm16" } else { "wav" }.to_owned());
        let format = if named == "pcm16" { Some(SoundFormat::Pcm) } else { SoundFormat::named(&named) };
        let format = format.filter(|f| !streams || *f == SoundFormat::Pcm);
        let Some(format) = format else {
            let message = if streams { "a stream is spoken in pcm16" } else { "there is no such format" };
            return Err(ApiError::bad(format!("'{named}': {message}"), Some("audio.format")));
        };
        Ok(Some(Self { id: reply::fresh_id("audio_"), voice: audio.voice.into_own(), format }))
    }

    fn request(&self, words: &str) -> SpeechRequest {
        SpeechRequest {
            text: words.to_owned(),
            voice: Some(self.voice.clone()),
            format: self.format,
            ..SpeechRequest::default()
        }
    }

    /// The field `audio` of an answer.
    pub(crate) async fn message(&self, app: &Arc<App>, words: &str) -> Result<Value, ApiError> {
        let (app, request, watched) = (Arc::clone(app), self.request(words), Watched::default());
        let cancel = watched.cancel();
        let work = tokio::task::spawn_blocking(move || -> Result<_, ApiError> {
            let spoken = app.studio.speak(&request, &NoProgress, &cancel)?;
            let bytes = spoken.sealed.bytes().map_err(|_| ApiError::stopped())?.into_owned();
            Ok((bytes, spoken.sealed.work_id().as_str().to_owned()))
        });
        let (bytes, work_id) = work.await.map_err(|_| ApiError::stopped())??;
        drop(watched);
        Ok(json!({
            "id": self.id, "data": STANDARD.encode(bytes), "transcript": words,
            "expires_at": reply::now() + EXPIRES, "colophon_work_id": work_id,
        }))
    }

    /// Begins to speak an answer for a stream.
    pub(crate) async fn begin(&self, app: &Arc<App>, words: &str) -> Result<Deltas, ApiError> {
        Ok(Deltas { id: self.id.clone(), speaking: speech::begin(app, self.request(words)).await? })
    }
}

/// The sound of an answer as the deltas of a stream.
pub(crate) struct Deltas {
    id: String,
    speaking: Speaking,
}

impl Deltas {
    /// The next delta; `None` after the end.
    pub(crate) async fn next(&mut self) -> Option<Result<Value, ApiError>> {
        loop {
            let audio = match self.speaking.next().await? {
                Ok(LiveSpeech::Begun(_)) => continue,
                Ok(LiveSpeech::Piece(piece)) => {
                    json!({"id": self.id, "data": STANDARD.encode(piece.bytes())})
                }
                Ok(LiveSpeech::Done(sealed)) => json!({
                    "id": self.id, "expires_at": reply::now() + EXPIRES,
                    "colophon_work_id": sealed.receipt.work_id,
                }),
                Err(error) => return Some(Err(error.into())),
            };
            return Some(Ok(json!({ "audio": audio })));
        }
    }
}
