//! `/v1/audio/voice_consents`: recordings in which someone agrees to the use of a voice, in OpenAI's
//! shape. They are records and no more: this studio makes no voice out of recordings.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::{Extension, Json};
use colophon_studio::store::{StoreError, VoiceConsent};
use colophon_studio::{CONSENT_PHRASES, ConsentOrder, Studio};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::uploads;
use crate::app::{App, Path, Query, Shared, json_within, limit};
use crate::error::ApiError;
use crate::form::Form;
use crate::gate::Client;
use crate::stream::Watched;

/// Largest recording, in bytes; as at OpenAI's.
const LARGEST: usize = 10 << 20;
/// Longest word of a form or body, in bytes.
const LONGEST_WORD: usize = 4 << 10;

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
        Ok(consent) if client.may_see(&consent.owner) => Ok(consent),
        Ok(_) | Err(StoreError::Unknown { .. }) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

/// The form: its words, and the recording in a file that is gone with this value.
async fn read(app: &App, request: Request) -> Result<(Form, NamedTempFile), ApiError> {
    let folder = app.studio.consent_path("");
    std::fs::create_dir_all(&folder).map_err(|_| ApiError::stopped())?;
    let around = 2 * LONGEST_WORD as u64;
    let mut form = Form::read(request, &folder, LARGEST as u64 + around).await?;
    if let Some(other) = form.fields().find(|f| !["name", "language", "recording"].contains(f)) {
        return Err(ApiError::bad("a consent has a name, a language and a recording", Some(other)));
    }
    for name in ["name", "language"] {
        if form.words(name).iter().any(|word| word.len() > LONGEST_WORD) {
            return Err(ApiError::bad(format!("'{name}' is too long"), Some(name)));
        }
    }
    match form.take_files("recording").pop() {
        Some(sent) if sent.bytes > LARGEST as u64 => Err(ApiError::too_large(LARGEST)),
        Some(sent) => Ok((form, sent.file)),
        None => Err(ApiError::bad("no recording was sent", Some("recording"))),
    }
}

pub(crate) async fn create(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let (form, recording) = read(&app, request).await?;
    let word = |name: &str| {
        let word = form.word(name).filter(|w| !w.trim().is_empty()).map(str::to_owned);
        word.ok_or_else(|| ApiError::bad(format!("'{name}' is missing"), Some(name)))
    };
    let (name, language) = (word("name")?, word("language")?);
    let watched = Watched::default();
    let cancel = watched.cancel();
    let value = app.blocking(move |studio| {
        let media_type = uploads::media_type(&recording)?.to_owned();
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
    let limit = limit(query.limit, 20, 100)?;
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
