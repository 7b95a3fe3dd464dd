//! Settings of signing in through an identity provider (`[oidc]` in the file).

use std::collections::BTreeMap;
use std::path::PathBuf;

use colophon_store::Role;
use serde::Deserialize;
use serde_json::Value;

use crate::StudioError;

/// The variable of the client's secret.
const SECRET: &str = "COLOPHON_OIDC_CLIENT_SECRET";
/// What is asked of the provider where nothing else is said.
const SCOPES: [&str; 3] = ["openid", "profile", "email"];
/// Characters of the provider's short name.
const NAME: usize = 16;

/// An identity provider (OpenID Connect) through which people sign in at the web page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// Its address, exactly as it names itself: `https://id.example.com/realms/press`.
    pub issuer: String,
    /// What it calls this studio.
    pub client_id: String,
    /// A file with the client's secret; or `COLOPHON_OIDC_CLIENT_SECRET`. A client may have none.
    pub client_secret_file: Option<PathBuf>,
    /// Where it sends people back to: this studio's address and `/v1/session/oidc/callback`.
    pub redirect: String,
    /// Its short name, of 1 to 16 letters, digits, `-` and `_`: `press` makes accounts like `ann@press`.
    /// Default `sso`.
    pub name: Option<String>,
    /// Scopes that it is asked for; default `openid profile email`.
    pub scopes: Option<Vec<String>>,
    /// The claim that says what someone belongs to; default `groups`. A dot goes into a claim:
    /// `realm_access.roles`.
    pub claim: Option<String>,
    /// Values of that claim by role: `admin = ["studio-admins"]`. The highest role that fits counts.
    pub roles: BTreeMap<String, Vec<String>>,
    /// The role of those whom no value fits; without it they are turned away.
    pub default_role: Option<String>,
}

impl OidcConfig {
    /// The provider's short name.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("sso")
    }

    /// What the provider is asked for.
    pub fn scopes(&self) -> String {
        self.scopes.as_ref().map_or_else(|| SCOPES.join(" "), |scopes| scopes.join(" "))
    }

    /// An error unless these settings can work.
    ///
    /// # Errors
    /// [`StudioError::Config`].
    pub fn check(&self) -> Result<(), StudioError> {
        let bad = |why: String| Err(StudioError::Config(format!("[oidc] {why}")));
        if !is_safe(&self.issuer) {
            return bad("needs an issuer: an https address (http on this machine alone)".into());
        }
        if !is_safe(&self.redirect) || !self.redirect.ends_with("/v1/session/oidc/callback") {
            return bad("needs a redirect: this studio's address and /v1/session/oidc/callback".into());
        }
        if self.client_id.is_empty() {
            return bad("needs a client_id".into());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !(1..=NAME).contains(&self.name().len()) || !self.name().chars().all(plain) {
            return bad(format!("name has 1 to {NAME} letters, digits, '-' and '_'"));
        }
        if !self.scopes().split(' ').any(|scope| scope == "openid") {
            return bad("scopes must hold openid".into());
        }
        let unknown = self.roles.keys().chain(&self.default_role).find(|role| Role::named(role).is_none());
        if let Some(role) = unknown {
            return bad(format!("knows the roles viewer, creator, compliance and admin, not '{role}'"));
        }
        if self.roles.is_empty() && self.default_role.is_none() {
            return bad("needs roles or a default_role; nobody could come in".into());
        }
        self.client_secret().map(drop)
    }

    /// The client's secret, read each time, so that it may be changed while the program runs.
    ///
    /// # Errors
    /// [`StudioError::Config`] when its file cannot be read.
    pub fn client_secret(&self) -> Result<Option<String>, StudioError> {
        if let Some(secret) = std::env::var(SECRET).ok().filter(|s| !s.is_empty()) {
            return Ok(Some(secret));
        }
        let Some(path) = &self.client_secret_file else { return Ok(None) };
        let text = std::fs::read_to_string(path).map_err(|e| {
            StudioError::Config(format!("[oidc] client_secret_file {} cannot be read: {e}", path.display()))
        })?;
        Ok(Some(text.trim().to_owned()).filter(|secret| !secret.is_empty()))
    }

    /// What someone may do whom the provider describes so; `None` for whoever is turned away.
    pub fn role(&self, claims: &Value) -> Option<Role> {
        let claim = self.claim.as_deref().unwrap_or("groups");
        // A claim may have a dot, or an address, in its very name.
        let found = claims.get(claim).or_else(|| claim.split('.').try_fold(claims, |at, key| at.get(key)));
        let values: Vec<&str> = match found {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let fits = |wanted: &Vec<String>| wanted.iter().any(|w| values.contains(&w.as_str()));
        let roles = self.roles.iter().filter(|(_, wanted)| fits(wanted));
        let highest = roles.filter_map(|(role, _)| Role::named(role)).max();
        highest.or_else(|| self.default_role.as_deref().and_then(Role::named))
    }
}

/// Whether secrets may be sent to an address: over TLS, or without leaving this machine.
pub fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let plain = uri.authority().is_some_and(|a| !a.as_str().contains('@')) && !url.contains('#');
    plain && !host.is_empty() && matches!((uri.scheme_str(), here), (Some("https"), _) | (Some("http"), true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings() -> OidcConfig {
        OidcConfig {
            issuer: "https://id.example/realms/press".into(),
            client_id: "colophon".into(),
            redirect: "https://studio.example/v1/session/oidc/callback".into(),
            roles: [("admin", "heads"), ("creator", "editors")]
                .map(|(role, group)| (role.to_owned(), vec![group.to_owned()]))
                .into(),
            ..OidcConfig::default()
        }
    }

    #[test]
    fn the_highest_role_that_fits_counts() {
        let mut it = settings();
        assert_eq!(it.role(&json!({"groups": ["editors", "heads", 7]})), Some(Role::Admin));
        assert_eq!(it.role(&json!({"groups": "editors"})), Some(Role::Creator));
        assert_eq!(it.role(&json!({"groups": ["others"]})), None);
        assert_eq!(it.role(&json!({})), None);
        it.default_role = Some("viewer".into());
        assert_eq!(it.role(&json!({"groups": {"editors": 1}})), Some(Role::Viewer));
        it.claim = Some("realm_access.roles".into());
        assert_eq!(it.role(&json!({"realm_access": {"roles": ["heads"]}})), Some(Role::Admin));
        it.claim = Some("https://press.example/roles".into());
        assert_eq!(it.role(&json!({"https://press.example/roles": ["editors"]})), Some(Role::Creator));
    }

    #[test]
    fn settings_that_cannot_work_are_refused_in_a_sentence() {
        settings().check().unwrap();
        let edits: [fn(&mut OidcConfig); 9] = [
            |it| it.issuer = "http://id.example".into(),
            |it| it.issuer = "https://user:secret@id.example".into(),
            |it| it.issuer.clear(),
            |it| it.redirect = "https://studio.example/".into(),
            |it| it.client_id.clear(),
            |it| it.name = Some("two words".into()),
            |it| it.scopes = Some(vec!["email".into()]),
            |it| it.default_role = Some("king".into()),
            |it| it.roles.clear(),
        ];
        for edit in edits {
            let mut it = settings();
            edit(&mut it);
            let error = it.check().unwrap_err().to_string();
            assert!(error.contains("[oidc]"), "{error}");
        }
        let missing = OidcConfig { client_secret_file: Some("/nowhere/secret".into()), ..settings() };
        assert!(missing.check().is_err());
        assert!(
            is_safe("http://127.0.0.1:80/x") && is_safe("http://[::1]/x") && !is_safe("ftp://127.0.0.1/")
        );
    }
}
