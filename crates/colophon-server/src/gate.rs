//! The gate that every request passes: host, origin, who asks, what they may, how much and how often.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use colophon_studio::store::{Quota, Role, Session};

use crate::app::{App, Shared};
use crate::error::ApiError;

/// Who asks where nobody needs to say who they are.
pub(crate) const LOCAL: &str = "local";
/// The cookie of a session.
pub(crate) const COOKIE: &str = "colophon_session";
/// What pages send along with every change.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The name of the key or account.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
    /// For what content alone; empty for all.
    pub(crate) scopes: Vec<String>,
    /// How much a day.
    pub(crate) quota: Quota,
    /// What their pages must send along, where they signed in.
    pub(crate) csrf: Option<String>,
}

impl Client {
    fn nobody() -> Self {
        Self { role: Role::Viewer, ..Self::local(String::new()) }
    }

    fn local(name: String) -> Self {
        Self { name, role: Role::Admin, scopes: Vec::new(), quota: Quota::default(), csrf: None }
    }

    /// Someone who signed in.
    pub(crate) fn of(session: Session) -> Self {
        Self { role: session.role, csrf: Some(session.csrf), ..Self::local(session.account) }
    }

    /// Whether they see what others made.
    pub(crate) fn sees_all(&self) -> bool {
        self.role.sees_all()
    }

    /// Whether they see what this owner made.
    pub(crate) fn may_see(&self, owner: &str) -> bool {
        owner == self.name || self.sees_all()
    }

    /// Whose things they see: `None` for everyone's.
    pub(crate) fn sees(&self) -> Option<String> {
        (!self.sees_all()).then(|| self.name.clone())
    }

    /// An error unless they may make content of this kind.
    pub(crate) fn may_make(&self, scope: &str) -> Result<(), ApiError> {
        if !self.role.makes() {
            return Err(ApiError::forbidden("this key or account may look on, and not make anything"));
        }
        if self.scopes.is_empty() || self.scopes.iter().any(|s| s == scope) {
            return Ok(());
        }
        let scopes = self.scopes.join(", ");
        Err(ApiError::forbidden(&format!("this key is for {scopes} alone, not for {scope}")))
    }

    /// An error unless they are an admin.
    pub(crate) fn must_be_admin(&self) -> Result<(), ApiError> {
        if self.role == Role::Admin {
            return Ok(());
        }
        Err(ApiError::forbidden("this is for admins"))
    }
}

/// The gate.
pub(crate) async fn gate(State(app): Shared, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = allowed_origin(&app, origin.as_ref());
    let preflight = request.method() == Method::OPTIONS && origin.is_some();
    let mut response = if preflight {
        match &allowed {
            Some(_) => StatusCode::NO_CONTENT.into_response(),
            None => ApiError::forbidden("requests from other origins are not allowed").into_response(),
        }
    } else {
        let own = origin.as_ref().is_none_or(|origin| is_own(origin, request.headers()));
        match admit(&app, &request, !own && allowed.is_none()) {
            Ok(client) => {
                request.extensions_mut().insert(client);
                next.run(request).await
            }
            Err(error) => error.into_response(),
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        if preflight {
            let methods = HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE");
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            let names =
                HeaderValue::from_static("Authorization, Content-Type, Idempotency-Key, Last-Event-ID");
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
    }
    app.metrics.answered(response.status().as_u16(), started.elapsed());
    response
}

fn allowed_origin(app: &App, origin: Option<&HeaderValue>) -> Option<HeaderValue> {
    let wanted = app.options.cors.as_deref()?;
    let origin = origin?;
    (wanted == "*" || origin.as_bytes() == wanted.as_bytes()).then(|| origin.clone())
}

/// Whether a page of this server asks.
fn is_own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok());
    let origin = origin.to_str().ok().and_then(|o| o.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host))
}

/// What a route needs.
enum Need {
    /// Nothing: for everyone, whoever they are.
    Nothing,
    /// To be known.
    Known,
    /// To be known, and to make content of this kind.
    Making(&'static str),
}

fn need(method: &Method, path: &str) -> Need {
    let reads = method == Method::GET || method == Method::HEAD;
    let open = matches!(path, "/" | "/v1/session" | "/v1/setup" | "/v1/verify" | "/verify" | "/favicon.ico")
        || path.starts_with("/v1/session/oidc")
        || path.starts_with("/assets/")
        || (reads && path.starts_with("/v1/log/"));
    if open {
        return Need::Nothing;
    }
    if reads {
        return Need::Known;
    }
    let makes = [
        ("/v1/chat/", "text"),
        ("/v1/completions", "text"),
        ("/v1/responses", "text"),
        ("/v1/embeddings", "text"),
        ("/v1/images/", "image"),
        ("/v1/audio/", "audio"),
        ("/v1/videos", "video"),
    ];
    let scope = makes.into_iter().find(|(prefix, _)| path.starts_with(prefix));
    scope.map_or(Need::Known, |(_, scope)| Need::Making(scope))
}

fn admit(app: &Arc<App>, request: &Request, foreign: bool) -> Result<Client, ApiError> {
    let (headers, path) = (request.headers(), request.uri().path());
    if matches!(path, "/healthz" | "/readyz") {
        return Ok(Client::nobody());
    }
    let need = need(request.method(), path);
    if foreign {
        return Err(ApiError::forbidden("requests from other origins are not allowed"));
    }
    let client = known(app, headers)?;
    let Some(client) = client else {
        return match need {
            Need::Nothing => Ok(Client::nobody()),
            _ if headers.contains_key(header::AUTHORIZATION) => {
                Err(ApiError::unauthorised("the API key is not known here, or its time is over"))
            }
            _ => Err(ApiError { code: "sign_in", ..ApiError::unauthorised(SIGN_IN) }),
        };
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if let Some(csrf) = client.csrf.as_deref().filter(|_| !reads && path != "/v1/session") {
        let sent = headers.get(CSRF).map(HeaderValue::as_bytes);
        if sent != Some(csrf.as_bytes()) {
            return Err(ApiError::forbidden(
                "the header X-CSRF-Token is missing or wrong; load the page again",
            ));
        }
    }
    if let Some(rate) = app.options.a_minute.filter(|_| !matches!(need, Need::Nothing))
        && !app.buckets.take(&client.name, rate)
    {
        let message = format!("more than {rate} requests a minute");
        return Err(ApiError { code: "rate_limit_exceeded", ..ApiError::too_many(&message) });
    }
    if let Need::Making(scope) = need {
        client.may_make(scope)?;
        within_quota(app, &client)?;
    }
    Ok(client)
}

const SIGN_IN: &str = "an API key is needed: 'Authorization: Bearer KEY', or sign in at the web page";

/// An error when the client's quota is used up.
pub(crate) fn within_quota(app: &App, client: &Client) -> Result<(), ApiError> {
    if client.quota.is_open() {
        return Ok(());
    }
    let used = app.studio.store()?.usage(&client.name)?;
    match client.quota.exceeded(&used) {
        Some(why) => Err(ApiError { code: "quota_exceeded", ..ApiError::too_many(&why) }),
        None => Ok(()),
    }
}

/// Who asks, where that can be told.
fn known(app: &App, headers: &HeaderMap) -> Result<Option<Client>, ApiError> {
    let store = app.studio.store()?;
    if !app.is_guarded()? {
        // Without keys the server is open to this machine alone; a page on the web that points a
        // name of its own at this address must not get in.
        if app.options.loopback && !is_local_host(headers) {
            return Err(ApiError::forbidden("this host name is not served here"));
        }
        return Ok(Some(Client::local(LOCAL.into())));
    }
    let words = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(given) = words(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")) {
        return Ok(store.check_key(given.trim())?.map(|key| Client {
            name: key.name,
            role: key.role,
            scopes: key.scopes,
            quota: key.quota,
            csrf: None,
        }));
    }
    let Some(token) = cookie(headers) else { return Ok(None) };
    Ok(store.session(token)?.map(Client::of))
}

/// The token of a session.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    cookie_named(headers, COOKIE)
}

pub(crate) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then_some(value)
    })
}

pub(crate) fn is_local_host(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|v| v.to_str().ok()) else { return true };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_content_needs_the_scope_of_it() {
        assert!(matches!(need(&Method::POST, "/v1/images/edits"), Need::Making("image")));
        assert!(matches!(need(&Method::POST, "/v1/jobs"), Need::Known));
        assert!(matches!(need(&Method::GET, "/v1/works"), Need::Known));
        assert!(matches!(need(&Method::GET, "/v1/log/checkpoint"), Need::Nothing));
        assert!(matches!(need(&Method::POST, "/v1/log/checkpoint"), Need::Known));
    }
}
