//! The way through an identity provider (OpenID Connect): the authorization code flow with PKCE, `state` and
//! `nonce`. Only addresses of the settings, and those that the provider named there tells of itself, are
//! asked, within bounds of time and size.

mod token;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use colophon_studio::oidc::{OidcConfig, is_safe};
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const LARGEST: u64 = 256 << 10;
/// How long what the provider tells of itself is taken to hold.
const HOLDS: Duration = Duration::from_secs(3600);
/// Its keys are not asked for more often than this.
const ASKED_AGAIN: Duration = Duration::from_secs(10);

/// Why nobody comes in, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

impl Refusal {
    fn of(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// An identity provider.
pub(crate) struct Provider {
    pub(crate) config: OidcConfig,
    agent: ureq::Agent,
    known: Mutex<Option<Known>>,
}

/// What it tells of itself.
#[derive(Clone)]
struct Known {
    at: Instant,
    about: About,
    keys: Vec<Jwk>,
}

/// The part of its description that is used.
#[derive(Clone, Deserialize)]
struct About {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

/// What is kept while someone is at the provider.
#[derive(Serialize, Deserialize)]
pub(crate) struct Secrets {
    nonce: String,
    verifier: String,
}

/// Someone on the way to the provider.
pub(crate) struct Departure {
    /// Where the browser goes.
    pub(crate) url: String,
    /// By what it is known when it comes back.
    pub(crate) state: String,
    pub(crate) secrets: Secrets,
}

impl Provider {
    pub(crate) fn new(config: OidcConfig) -> Self {
        let settings = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(PATIENCE / 2))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("Colophon/", env!("CARGO_PKG_VERSION"), " (oidc)"))
            .build();
        Self { config, agent: ureq::Agent::new_with_config(settings), known: Mutex::new(None) }
    }

    /// Begins a way.
    pub(crate) fn depart(&self) -> Result<Departure, Refusal> {
        let about = self.known(None)?.about;
        let (state, nonce, verifier) = (random()?, random()?, random()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let join = if about.authorization_endpoint.contains('?') { '&' } else { '?' };
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.config.client_id),
            ("redirect_uri", &self.config.redirect),
            ("scope", &self.config.scopes()),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let url = format!("{}{join}{query}", about.authorization_endpoint);
        Ok(Departure { url, state, secrets: Secrets { nonce, verifier } })
    }

    /// What the provider says of whoever came back with a code.
    pub(crate) fn claims(&self, code: &str, secrets: &Secrets) -> Result<Value, Refusal> {
        let about = self.known(None)?.about;
        let secret = self.config.client_secret().map_err(|e| Refusal::of(e.to_string()))?;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.config.redirect.as_str()),
            ("code_verifier", secrets.verifier.as_str()),
        ];
        let methods = &about.token_endpoint_auth_methods_supported;
        // What a provider takes that says nothing of it.
        let basic = methods.is_empty() || methods.iter().any(|m| m == "client_secret_basic");
        let mut request = self.agent.post(&about.token_endpoint).header("accept", "application/json");
        match &secret {
            Some(secret) if basic => {
                let pair = format!("{}:{}", encoded(&self.config.client_id), encoded(secret));
                request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
            Some(secret) => fields
                .extend([("client_id", self.config.client_id.as_str()), ("client_secret", secret.as_str())]),
            None => fields.push(("client_id", self.config.client_id.as_str())),
        }
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send(form(&fields)).map_err(|e| unreachable("its token endpoint", &e))?;
        if answer.status().as_u16() != 200 {
            return Err(Refusal::of("the identity provider did not accept the code of this sign-in"));
        }
        let answer: Value = read("its token endpoint", answer)?;
        let token = answer["id_token"].as_str().ok_or_else(|| {
            Refusal::of("the identity provider gave no ID token; its scopes must hold openid")
        })?;
        self.checked(token, &secrets.nonce)
    }

    /// What it tells of itself; asked anew when that is old, or older than `newer` allows.
    fn known(&self, newer: Option<Duration>) -> Result<Known, Refusal> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|k| k.at.elapsed() < newer.unwrap_or(HOLDS)) {
            return Ok(known.clone());
        }
        let issuer = &self.config.issuer;
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let about: About = self.get("its description", &place)?;
        if about.issuer != *issuer {
            return Err(Refusal::of("the identity provider calls itself otherwise than the settings do"));
        }
        let places = [&about.authorization_endpoint, &about.token_endpoint, &about.jwks_uri];
        if !places.into_iter().all(|place| is_safe(place) && (is_https(place) || !is_https(issuer))) {
            return Err(Refusal::of("the identity provider names an address that is not safe"));
        }
        let keys: Keys = self.get("its keys", &about.jwks_uri)?;
        // Keys of kinds that are not known here are passed over.
        let keys = keys.keys.into_iter().take(100).filter_map(|k| serde_json::from_value(k).ok()).collect();
        Ok(known.insert(Known { at: Instant::now(), about, keys }).clone())
    }

    fn get<T: serde::de::DeserializeOwned>(&self, what: &str, url: &str) -> Result<T, Refusal> {
        let answer = self.agent.get(url).header("accept", "application/json").call();
        let answer = answer.map_err(|e| unreachable(what, &e))?;
        if answer.status().as_u16() != 200 {
            let status = answer.status().as_u16();
            return Err(Refusal::of(format!("the identity provider does not give {what} ({status})")));
        }
        read(what, answer)
    }
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://")
}

fn unreachable(what: &str, error: &ureq::Error) -> Refusal {
    tracing::warn!("the identity provider cannot be asked for {what}: {error}");
    Refusal::of(format!("the identity provider cannot be asked for {what}"))
}

fn read<T: serde::de::DeserializeOwned>(
    what: &str,
    mut answer: ureq::http::Response<ureq::Body>,
) -> Result<T, Refusal> {
    let bytes = answer.body_mut().with_config().limit(LARGEST).read_to_vec();
    let bytes = bytes.map_err(|e| unreachable(what, &e))?;
    let unread = |_| Refusal::of(format!("what the identity provider says of {what} cannot be read"));
    serde_json::from_slice(&bytes).map_err(unread)
}

/// 256 random bits.
fn random() -> Result<String, Refusal> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::of("this machine has no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Fields as a form or a query.
fn form(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

/// Percent-encoded: all but unreserved characters.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
