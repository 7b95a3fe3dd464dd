//! `/v1/works`: the gallery.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use colophon_studio::Studio;
use colophon_studio::store::{WorkEdit, WorkFilter, WorkRow};
use colophon_types::Cancel;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::files;
use crate::app::{Path, Query, Shared, limit, read_json};
use crate::error::ApiError;
use crate::gate::Client;
use crate::stream::Watched;

/// Works of one list, at most.
const MOST: usize = 200;

/// Which works are listed.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    q: Option<String>,
    modality: Option<String>,
    tag: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    trash: bool,
    #[serde(default)]
    favourite: bool,
    after: Option<String>,
    limit: Option<usize>,
}

/// How a work is deleted.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct DeleteQuery {
    #[serde(default)]
    forever: bool,
}

/// How a file is sent.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ContentQuery {
    download: Option<String>,
}

/// A work as JSON.
pub(crate) fn shape(row: &WorkRow) -> Value {
    let work = &row.work;
    json!({
        "id": work.id,
        "object": "work",
        "job": row.job,
        "kind": row.kind,
        "modality": work.modality,
        "title": work.title,
        "prompt": work.prompt,
        "lang": work.lang,
        "media_type": work.media_type,
        "name": work.name,
        "bytes": work.bytes,
        "sha256": work.sha256,
        "log_index": work.log_index,
        "created_at": row.created / 1000,
        "owner": row.owner,
        "tags": row.tags,
        "favourite": row.favourite,
        "trashed_at": row.trashed.map(|t| t / 1000),
        "width": work.size.map(|s| s.0),
        "height": work.size.map(|s| s.1),
        "seconds": work.seconds,
        "label": work.label,
        "url": format!("/v1/works/{}/content", work.id),
        "thumbnail": work.thumbnail.as_ref().map(|_| format!("/v1/works/{}/thumbnail", work.id)),
    })
}

/// A work as JSON, with its receipt and all of its files.
fn whole(row: &WorkRow) -> Value {
    let mut value = shape(row);
    value["receipt"] = row.work.receipt.clone();
    let file = |name: &str, media_type: &str, bytes: u64, sha256: &str| {
        let url = format!("/v1/works/{}/files/{name}", row.work.id);
        json!({"name": name, "media_type": media_type, "bytes": bytes, "sha256": sha256, "url": url})
    };
    let main = file(&row.work.name, &row.work.media_type, row.work.bytes, &row.work.sha256);
    let further = row.work.files.iter().map(|f| file(&f.name, &f.media_type, f.bytes, &f.sha256));
    value["files"] = std::iter::once(main).chain(further).collect();
    value
}

/// A work that this client may see.
fn find(studio: &Studio, client: &Client, id: &str) -> Result<WorkRow, ApiError> {
    let row = studio.store()?.work(id)?;
    if client.may_see(&row.owner) {
        return Ok(row);
    }
    Err(ApiError::not_found(format!("there is no work '{id}'")))
}

/// A work that this client may change: those who look on may not.
fn find_own(studio: &Studio, client: &Client, id: &str) -> Result<WorkRow, ApiError> {
    let row = find(studio, client, id)?;
    if client.role.makes() {
        return Ok(row);
    }
    Err(ApiError::forbidden("this key or account may look on, and not change anything"))
}

pub(crate) async fn list(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Value>, ApiError> {
    let owner = match client.sees() {
        None => query.owner,
        own => own,
    };
    let filter = WorkFilter {
        owner,
        modality: query.modality,
        tag: query.tag,
        job: None,
        favourite: query.favourite,
        trash: query.trash,
        after: query.after,
        limit: limit(query.limit, 60, MOST)?,
    };
    let words = query.q.filter(|q| !q.trim().is_empty());
    let watched = Watched::default();
    let cancel: Cancel = watched.cancel();
    let value = app.blocking(move |studio| match words {
        None => {
            let (rows, more) = studio.store()?.works(&filter)?;
            let data: Vec<Value> = rows.iter().map(shape).collect();
            Ok(json!({"object": "list", "data": data, "has_more": more}))
        }
        Some(words) => {
            let found = studio.search_works(&words, &filter, &cancel)?;
            let scored = found.iter().map(|(row, score)| {
                let mut value = shape(row);
                value["score"] = json!(score);
                value
            });
            Ok(json!({"object": "list", "data": scored.collect::<Vec<_>>(), "has_more": false}))
        }
    });
    let value = value.await?;
    drop(watched);
    Ok(Json(value))
}

pub(crate) async fn get(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| Ok(whole(&find(studio, &client, &id)?)));
    Ok(Json(value.await?))
}

pub(crate) async fn patch(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let edit: WorkEdit = read_json(&app, body).await?;
    let value = app.blocking(move |studio| {
        find_own(studio, &client, &id)?;
        Ok(whole(&studio.edit_work(&id, edit)?))
    });
    Ok(Json(value.await?))
}

pub(crate) async fn delete(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    Query(query): Query<DeleteQuery>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        find_own(studio, &client, &id)?;
        let store = studio.store()?;
        if !query.forever {
            return Ok(shape(&store.trash_work(&id, true)?));
        }
        store.note_deed(&client.name, "work.remove", &id, "done")?;
        studio.remove_work(&id)?;
        Ok(json!({"id": id, "object": "work.deleted", "deleted": true}))
    });
    Ok(Json(value.await?))
}

pub(crate) async fn restore(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        find_own(studio, &client, &id)?;
        Ok(shape(&studio.store()?.trash_work(&id, false)?))
    });
    Ok(Json(value.await?))
}

pub(crate) async fn content(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    Query(query): Query<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (file, work) = app
        .blocking(move |studio| {
            let row = find(studio, &client, &id)?;
            Ok((studio.work_file(&row.work, None)?, row.work))
        })
        .await?;
    let keep = query.download.is_some().then_some(work.name.as_str());
    let response = files::send(file.path(), &work.media_type, &headers, keep).await?;
    Ok(super::of_work(response, &work.id))
}

pub(crate) async fn further(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path((id, name)): Path<(String, String)>,
    Query(query): Query<ContentQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted = name.clone();
    let (file, work) = app
        .blocking(move |studio| {
            let row = find(studio, &client, &id)?;
            Ok((studio.work_file(&row.work, Some(&wanted))?, row.work))
        })
        .await?;
    let listed = work.files.iter().find(|f| f.name == name);
    let media_type = listed.map_or(work.media_type.as_str(), |f| f.media_type.as_str());
    let keep = query.download.is_some().then_some(name.as_str());
    Ok(super::of_work(files::send(file.path(), media_type, &headers, keep).await?, &work.id))
}

pub(crate) async fn thumbnail(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = app.blocking(move |studio| {
        let work = find(studio, &client, &id)?.work;
        let name = work.thumbnail.as_deref();
        let name = name.ok_or_else(|| ApiError::not_found("this work has no small picture"))?;
        Ok(studio.work_file(&work, Some(name))?)
    });
    files::send(file.await?.path(), "image/jpeg", &headers, None).await
}

pub(crate) async fn credential(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let verdict = app.blocking(move |studio| {
        find(studio, &client, &id)?;
        Ok(studio.work_credential(&id)?)
    });
    Ok(Json(verdict.await?).into_response())
}

pub(crate) async fn export(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let named = format!("{id}.zip");
    let file = app.blocking(move |studio| {
        find(studio, &client, &id)?;
        Ok(studio.export_work(&id)?)
    });
    let file = file.await?;
    // The file is open when its name goes.
    let mut response = files::send(file.path(), "application/zip", &HeaderMap::new(), Some(&named)).await?;
    response.headers_mut().remove(header::ACCEPT_RANGES);
    Ok(response)
}

pub(crate) async fn tags(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        let tags = studio.store()?.tags(client.sees().as_deref())?;
        let data: Vec<Value> = tags.iter().map(|(tag, works)| json!({"tag": tag, "works": works})).collect();
        Ok(json!({"object": "list", "data": data}))
    });
    Ok(Json(value.await?))
}
