//! `/v1/session` and `/v1/setup`: signing in at the web page, and making the first account.

use axum::Extension;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use colophon_studio::store::Role;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::{App, Shared, json_within};
use crate::error::ApiError;
use crate::gate::{COOKIE, Client, LOCAL, cookie, is_local_host};

/// Longest body, in bytes.
const LONGEST: usize = 8 << 10;
/// How long a browser keeps a session, in seconds.
const KEPT: u64 = 14 * 86_400;
/// Attempts to sign in with one name a minute.
const ATTEMPTS: u32 = 10;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

/// What a page needs to know of who looks at it.
fn shape(app: &App, client: &Client) -> Result<Value, ApiError> {
    let open = !app.is_guarded()?;
    let known = !client.name.is_empty();
    Ok(json!({
        "signed_in": known && !open,
        "open": open,
        "setup_needed": open && app.options.loopback,
        "name": known.then_some(&client.name),
        "role": known.then_some(client.role),
        "csrf": client.csrf,
        "version": env!("CARGO_PKG_VERSION"),
        "loopback": app.options.loopback,
        "oidc": app.oidc.as_ref().map(|provider| provider.config.name()),
    }))
}

pub(crate) async fn get(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shape(&app, &client)?))
}

/// Makes the first account, an admin, and signs in.
pub(crate) async fn setup(
    State(app): Shared,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let given: Credentials = json_within(LONGEST, body).await?;
    // Only whoever is at this machine, and only while nothing guards it.
    if !app.options.loopback || !is_local_host(&headers) || client.name != LOCAL {
        return Err(ApiError::forbidden(
            "a studio is set up on its own machine while it has no keys and accounts; \
             otherwise use `colophon serve accounts add NAME`",
        ));
    }
    let (name, password) = (given.name.clone(), given.password.clone());
    app.blocking(move |studio| {
        Ok(studio.store()?.add_account(&name, &password, Role::Admin, true, LOCAL)?)
    })
    .await?;
    begin(&app, &headers, given).await
}

pub(crate) async fn sign_in(
    State(app): Shared,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let given: Credentials = json_within(LONGEST, body).await?;
    begin(&app, &headers, given).await
}

async fn begin(app: &App, headers: &HeaderMap, given: Credentials) -> Result<Response, ApiError> {
    if !app.buckets.take(&format!("sign-in {}", given.name), ATTEMPTS) {
        return Err(ApiError::too_many("too many attempts to sign in; wait a minute"));
    }
    // Hashing a password takes a core for a while: one at a time.
    let _turn = app.signing.acquire().await.map_err(|_| ApiError::stopped())?;
    let begun = app
        .blocking(move |studio| Ok(studio.store()?.sign_in(&given.name, &given.password)?))
        .await?
        .ok_or_else(|| ApiError {
            code: "wrong_password",
            ..ApiError::unauthorised("name or password is wrong")
        })?;
    let (token, session) = begun;
    let client = Client::of(session);
    let mut response = Json(shape(app, &client)?).into_response();
    set_cookie(&mut response, &token, KEPT, is_https(headers));
    Ok(response)
}

pub(crate) async fn sign_out(State(app): Shared, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(token) = cookie(&headers).map(str::to_owned) {
        app.blocking(move |studio| Ok(studio.store()?.sign_out(&token)?)).await?;
    }
    let mut response = Json(json!({})).into_response();
    set_cookie(&mut response, "", 0, is_https(&headers));
    Ok(response)
}

/// Whether a proxy says that the request came over TLS.
pub(crate) fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes() == b"https")
}

pub(crate) fn set_cookie(response: &mut Response, token: &str, seconds: u64, https: bool) {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
