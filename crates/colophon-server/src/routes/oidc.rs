//! `/v1/session/oidc`: signing in through an identity provider.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use colophon_studio::escape;
use colophon_studio::store::{Identity, Session};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::session::set_cookie;
use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::gate::cookie_named;
use crate::oidc::{Provider, Refusal};

/// The cookie of a browser that is on its way.
const COOKIE: &str = "colophon_oidc";
/// Where it is sent along.
const PATH: &str = "/v1/session/oidc";
/// How long someone may take at the provider.
const WAY: Duration = Duration::from_secs(600);
/// How long a session lasts until the provider is asked again.
const VISIT: Duration = Duration::from_secs(12 * 3600);
/// Ways that are begun a minute, by all together.
const BEGUN: u32 = 120;
/// Longest code, in bytes.
const LONGEST: usize = 8 << 10;
/// Styles may be within the page; nothing else comes from anywhere.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// With what a browser comes back.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Back {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

fn provider(app: &App) -> Result<Arc<Provider>, ApiError> {
    let none = || ApiError::not_found("no identity provider is set up here");
    app.oidc.clone().ok_or_else(none)
}

/// Sends the browser to the provider.
pub(crate) async fn begin(State(app): Shared, headers: HeaderMap) -> Result<Response, ApiError> {
    let provider = provider(&app)?;
    if !app.buckets.take(PATH, BEGUN) {
        return Err(ApiError::too_many("too many people sign in at once; wait a minute"));
    }
    let _turn = app.arriving.acquire().await.map_err(|_| ApiError::stopped())?;
    let https = is_https(&provider, &headers);
    let begun = app.blocking(move |studio| {
        let departure = match provider.depart() {
            Ok(departure) => departure,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let secrets = json!(departure.secrets);
        match studio.store()?.expect_arrival(&departure.state, &secrets, WAY)? {
            true => Ok(Ok((departure.url, departure.state))),
            false => Err(ApiError::too_many("too many people sign in at once; wait a minute")),
        }
    });
    match begun.await? {
        Ok((url, state)) => Ok(send(&url, &[way_cookie(&state, WAY.as_secs(), https)])),
        Err(refusal) => Ok(refused(&refusal, StatusCode::BAD_GATEWAY, https)),
    }
}

/// Takes the browser in that comes back from the provider.
pub(crate) async fn callback(
    State(app): Shared,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, ApiError> {
    let provider = provider(&app)?;
    let https = is_https(&provider, &headers);
    let _turn = app.arriving.acquire().await.map_err(|_| ApiError::stopped())?;
    let kept = cookie_named(&headers, COOKIE).map(str::to_owned);
    let arrived = app.blocking(move |studio| {
        let store = studio.store()?;
        // Only the browser that was sent may come back, and once.
        let same = back.state.as_ref().filter(|state| kept.as_ref() == Some(*state));
        let secrets = match same {
            Some(state) => store.take_arrival(state)?,
            None => None,
        };
        match arrive(&provider, secrets, &back) {
            Ok(identity) => Ok(Ok(store.arrive(identity, VISIT)?)),
            Err(refusal) => {
                store.note_deed(provider.config.name(), "session.begin", "", "refused")?;
                Ok(Err(refusal))
            }
        }
    });
    let (token, _): (String, Session) = match arrived.await? {
        Ok(begun) => begun,
        Err(refusal) => return Ok(refused(&refusal, StatusCode::UNAUTHORIZED, https)),
    };
    let mut response = send("/", &[way_cookie("", 0, https)]);
    set_cookie(&mut response, &token, VISIT.as_secs(), https);
    Ok(response)
}

/// Who comes back.
fn arrive(provider: &Provider, secrets: Option<Value>, back: &Back) -> Result<Identity, Refusal> {
    let secrets = secrets.and_then(|kept| serde_json::from_value(kept).ok());
    let Some(secrets) = secrets else {
        return Err(Refusal("this sign-in was not begun in this browser, or took too long".into()));
    };
    if let Some(error) = &back.error {
        let plain: String =
            error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
        return Err(Refusal(format!("the identity provider let nobody in: {plain}")));
    }
    let code = back.code.as_deref().filter(|code| !code.is_empty() && code.len() <= LONGEST);
    let Some(code) = code else {
        return Err(Refusal("the identity provider sent no code".into()));
    };
    let claims = provider.claims(code, &secrets)?;
    let Some(role) = provider.config.role(&claims) else {
        return Err(Refusal("your account at the identity provider has no role in this studio".into()));
    };
    let text = |name: &str| claims[name].as_str().filter(|text| !text.is_empty());
    let subject = text("sub").unwrap_or_default().to_owned();
    let name = ["preferred_username", "email", "name"].into_iter().find_map(text).unwrap_or(&subject);
    Ok(Identity {
        issuer: provider.config.issuer.clone(),
        name: name.split('@').next().unwrap_or_default().to_owned(),
        provider: provider.config.name().to_owned(),
        subject,
        role,
    })
}

/// Whether people reach the studio over TLS.
fn is_https(provider: &Provider, headers: &HeaderMap) -> bool {
    provider.config.redirect.starts_with("https://") || super::session::is_https(headers)
}

/// `Lax`, as the browser comes from the provider when it is needed.
fn way_cookie(state: &str, seconds: u64, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{COOKIE}={state}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn send(place: &str, cookies: &[String]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(place) = HeaderValue::try_from(place) {
        headers.insert(header::LOCATION, place);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// A page for whoever does not come in.
fn refused(refusal: &Refusal, status: StatusCode, https: bool) -> Response {
    tracing::info!("a sign-in was refused: {}", refusal.0);
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Colophon</title>\
         <p>{}.</p><p><a href=\"/\">Colophon</a></p></html>",
        escape(&refusal.0)
    );
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(cookie) = HeaderValue::try_from(way_cookie("", 0, https)) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}
