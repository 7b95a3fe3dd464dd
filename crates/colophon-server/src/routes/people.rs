//! `/v1/keys`, `/v1/accounts`, `/v1/audit`: who may come in, and what they did.

use axum::body::Body;
use axum::extract::State;
use axum::{Extension, Json};
use colophon_studio::store::{ApiKey, NewKey, Quota, Role};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::{Path, Query, Shared, json_within, limit};
use crate::error::ApiError;
use crate::gate::{Client, LOCAL};

/// Longest body, in bytes.
const LONGEST: usize = 8 << 10;
/// What keys can be for alone.
const SCOPES: [&str; 5] = ["text", "image", "audio", "video", "mark"];
/// A day in milliseconds.
const DAY: i64 = 86_400_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "KeyOrder")]
pub(crate) struct KeyBody {
    name: String,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    quota: Quota,
    #[serde(default)]
    expires_in_days: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccountOrder")]
pub(crate) struct AccountBody {
    name: String,
    password: String,
    role: Role,
}

/// Which part of the audit log is listed.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct AuditQuery {
    limit: Option<usize>,
    after: Option<i64>,
}

fn shape(key: &ApiKey) -> Value {
    json!({
        "name": key.name, "role": key.role, "scopes": key.scopes, "quota": key.quota,
        "created_at": key.created / 1000,
        "expires_at": key.expires.map(|t| t / 1000),
        "last_used_at": key.used.map(|t| t / 1000),
    })
}

pub(crate) async fn keys(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    let keys = app.blocking(|studio| Ok(studio.store()?.keys()?)).await?;
    Ok(Json(json!({"object": "list", "data": keys.iter().map(shape).collect::<Vec<_>>()})))
}

pub(crate) async fn add_key(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    let body: KeyBody = json_within(LONGEST, body).await?;
    if client.name == LOCAL {
        // The key would close the page to everyone.
        return Err(ApiError::bad("make an account first, so that someone can sign in at the page", None));
    }
    if let Some(other) = body.scopes.iter().find(|s| !SCOPES.contains(&s.as_str())) {
        let message = format!("'{other}' is no scope: choose from {}", SCOPES.join(", "));
        return Err(ApiError::bad(message, Some("scopes")));
    }
    let value = app.blocking(move |studio| {
        let store = studio.store()?;
        let expires = body.expires_in_days.map(|days| store.now() + i64::from(days) * DAY);
        let (role, name) = (body.role.unwrap_or(Role::Creator), body.name.clone());
        let new = NewKey { name: body.name, role, scopes: body.scopes, quota: body.quota, expires };
        let key = store.add_key(new, &client.name)?;
        let kept = store.keys()?.into_iter().find(|k| k.name == name);
        let mut value = kept.as_ref().map(shape).unwrap_or_default();
        value["key"] = key.into();
        Ok(value)
    });
    Ok(Json(value.await?))
}

pub(crate) async fn remove_key(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    app.blocking(move |studio| Ok(studio.store()?.remove_key(&name, &client.name)?)).await?;
    Ok(Json(json!({"deleted": true})))
}

pub(crate) async fn accounts(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    let accounts = app.blocking(|studio| Ok(studio.store()?.accounts()?)).await?;
    let shape = |a: &colophon_studio::store::Account| json!({"name": a.name, "role": a.role, "created_at": a.created / 1000, "provider": a.issuer});
    Ok(Json(json!({"object": "list", "data": accounts.iter().map(shape).collect::<Vec<_>>()})))
}

pub(crate) async fn add_account(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    let body: AccountBody = json_within(LONGEST, body).await?;
    let value = json!({"name": body.name, "role": body.role});
    app.blocking(move |studio| {
        let AccountBody { name, password, role } = body;
        Ok(studio.store()?.add_account(&name, &password, role, false, &client.name)?)
    })
    .await?;
    Ok(Json(value))
}

pub(crate) async fn remove_account(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    app.blocking(move |studio| Ok(studio.store()?.remove_account(&name, &client.name)?)).await?;
    Ok(Json(json!({"deleted": true})))
}

pub(crate) async fn audit(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Value>, ApiError> {
    if !client.sees_all() {
        return Err(ApiError::forbidden("the audit log is for compliance and admins"));
    }
    let limit = limit(query.limit, 100, 1000)?;
    let deeds = app.blocking(move |studio| Ok(studio.store()?.deeds(query.after, limit)?)).await?;
    let shape = |d: &colophon_studio::store::Deed| {
        json!({
            "id": d.id, "at": d.at / 1000, "who": d.who, "what": d.what, "about": d.about, "outcome": d.outcome,
        })
    };
    let more = deeds.len() == limit;
    let data: Vec<Value> = deeds.iter().map(shape).collect();
    Ok(Json(json!({"object": "list", "data": data, "has_more": more})))
}
