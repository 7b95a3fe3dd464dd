//! `/v1/audio/voice_consents`: recordings in which someone agrees to the use of a voice, in OpenAI's
//! shape. They are records and no more: this studio makes no voice out of recordings.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};

use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::{Extension, Json};
use colophon_studio::store::{StoreError, VoiceConsent};
use colophon_studio::{CONSENT_PHRASES, ConsentOrder, Studio};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{jobs, uploads};
use crate::app::{App, Path, Query, Shared, json_within};
use crate::error::ApiError;
use crate::gate::Client;
use crate::stream::Watched;

/// Largest recording, in bytes; as at OpenAI's.
const LARGEST: usize = 10 << 20;
/// Longest word of a form or body, in bytes.
const LONGEST_WORD: usize = 4 << 10;
/// First bytes of a recording, for what it is.
const HEAD: u64 = 4096;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "VoiceConsentName")]
pub(crate) struct RenameBody {
    name: String,
}

fn shape(consent: &VoiceConsent) -> Value {
    json!({
        "id": consent.id,
        "object": "audio.voice_consent",
        "name": consent.name,
        "language": consent.language,
        "created_at": consent.created / 1000,
        "colophon": {
            "owner": consent.owner,
            "phrase": consent.phrase,
            "heard": consent.heard,
            "agreement": consent.agreement,
            "media_type": consent.media_type,
            "bytes": consent.bytes,
            "sha256": consent.sha256,
        },
    })
}

/// A consent that this client may see.
fn find(studio: &Studio, client: &Client, id: &str) -> Result<VoiceConsent, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no voice consent '{id}'"));
    match studio.store()?.consent(id) {
        Ok(consent) if consent.owner == client.name || client.sees_all() => Ok(consent),
        Ok(_) | Err(StoreError::Unknown { .. }) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

/// The form: its words, and the recording in a file that is gone with this value.
async fn read(app: &App, request: Request) -> Result<(HashMap<String, String>, NamedTempFile), ApiError> {
    let unreadable = |why: &str| ApiError::bad(format!("the form cannot be read: {why}"), None);
    let broken = |e: MultipartError| unreadable(&e.body_text());
    let unwritten = |_: std::io::Error| ApiError::stopped();
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|e| unreadable(&e.body_text()))?;
    let folder = app.studio.consent_path("");
    std::fs::create_dir_all(&folder).map_err(unwritten)?;
    let (mut words, mut recording) = (HashMap::new(), None);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = name == "recording";
        if !is_file && !matches!(name.as_str(), "name" | "language") {
            return Err(ApiError::bad("a consent has a name, a language and a recording", Some(&name)));
        }
        let mut file = NamedTempFile::new_in(&folder).map_err(unwritten)?;
        let (mut word, mut total) = (Vec::new(), 0);
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            total += chunk.len();
            if total > if is_file { LARGEST } else { LONGEST_WORD } {
                return Err(if is_file {
                    ApiError::too_large(LARGEST)
                } else {
                    ApiError::bad(format!("'{name}' is too long"), Some(&name))
                });
            }
            if is_file {
                file.write_all(&chunk).map_err(unwritten)?;
            } else {
                word.extend_from_slice(&chunk);
            }
        }
        if is_file {
            recording = Some(file);
        } else {
            let word = String::from_utf8(word).map_err(|e| unreadable(&e.to_string()))?;
            words.insert(name, word);
        }
    }
    let recording = recording.ok_or_else(|| ApiError::bad("no recording was sent", Some("recording")))?;
    Ok((words, recording))
}

pub(crate) async fn create(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let (mut words, recording) = read(&app, request).await?;
    let mut word = |name: &str| {
        let word = words.remove(name).filter(|w| !w.trim().is_empty());
        word.ok_or_else(|| ApiError::bad(format!("'{name}' is missing"), Some(name)))
    };
    let (name, language) = (word("name")?, word("language")?);
    let watched = Watched::default();
    let cancel = watched.cancel();
    let value = app.blocking(move |studio| {
        let unread = |_: std::io::Error| ApiError::stopped();
        let mut head = Vec::new();
        recording.reopen().map_err(unread)?.take(HEAD).read_to_end(&mut head).map_err(unread)?;
        let media_type = uploads::sniff(&head).to_owned();
        let order = ConsentOrder { owner: client.name, name, language, media_type };
        let path = recording.path().to_owned();
        let consent = studio.take_consent(order, &path, &cancel, |place| {
            recording.as_file().sync_all()?;
            recording.persist(place).map(drop).map_err(|e| e.error)
        })?;
        Ok(shape(&consent))
    });
    let value = value.await?;
    drop(watched);
    Ok(Json(value))
}

pub(crate) async fn list(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    let limit = jobs::limit(query.limit, 20, 100)?;
    let (data, more) = app
        .blocking(move |studio| {
            if let Some(after) = &query.after {
                find(studio, &client, after).map_err(|_| {
                    ApiError::bad("there is no such voice consent to go on from", Some("after"))
                })?;
            }
            Ok(studio.store()?.consents(client.sees().as_deref(), query.after.as_deref(), limit)?)
        })
        .await?;
    let phrases: serde_json::Map<String, Value> =
        CONSENT_PHRASES.iter().map(|(lang, phrase)| (lang.tag().to_owned(), json!(phrase))).collect();
    Ok(Json(json!({
        "object": "list",
        "data": data.iter().map(shape).collect::<Vec<_>>(),
        "has_more": more,
        "first_id": data.first().map(|c| &c.id),
        "last_id": data.last().map(|c| &c.id),
        "colophon": {"phrases": phrases},
    })))
}

pub(crate) async fn get(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(app.blocking(move |studio| Ok(shape(&find(studio, &client, &id)?))).await?))
}

pub(crate) async fn update(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let body: RenameBody = json_within(LONGEST_WORD, body).await?;
    let value = app.blocking(move |studio| {
        let id = find(studio, &client, &id)?.id;
        Ok(shape(&studio.rename_consent(&id, &body.name, &client.name)?))
    });
    Ok(Json(value.await?))
}

pub(crate) async fn delete(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        let id = find(studio, &client, &id)?.id;
        studio.remove_consent(&id, &client.name)?;
        Ok(json!({"id": id, "object": "audio.voice_consent", "deleted": true}))
    });
    Ok(Json(value.await?))
}
