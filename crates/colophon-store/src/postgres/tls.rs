//! What an address says, and encryption where it asks for it.
//!
//! `sslmode=require`, `verify-ca` and `verify-full` all mean the same here: encrypted, and only with a
//! server whose certificate is valid for its name, by the public authorities or by those in the file that
//! `sslrootcert` names. Encryption without that would keep nobody out.

use std::sync::Arc;

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// How one connects.
pub(super) enum Tls {
    /// Plainly.
    None,
    /// Encrypted.
    Rustls(Box<MakeRustlsConnect>),
}

impl Tls {
    pub(super) fn connect(&self, config: &Config) -> Result<Client, postgres::Error> {
        match self {
            Self::None => config.connect(NoTls),
            Self::Rustls(tls) => config.connect((**tls).clone()),
        }
    }
}

/// Reads an address.
pub(super) fn read(url: &str) -> Result<(Config, Tls), StoreError> {
    let fail = |why: &str| StoreError::Request(format!("this is no address of a PostgreSQL database: {why}"));
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(fail("it does not begin with postgres://"));
    }
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let (mut kept, mut authorities) = (Vec::new(), None);
    for option in options.split('&').filter(|o| !o.is_empty()) {
        match option.split_once('=') {
            Some(("sslrootcert", file)) => {
                authorities = Some(decode(file).ok_or_else(|| fail("sslrootcert is not a file name"))?);
            }
            Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
            _ => kept.push(option),
        }
    }
    let config: Config =
        format!("{place}?{}", kept.join("&")).parse().map_err(|e| fail(&crate::error::in_full(&e)))?;
    if config.get_ssl_mode() != SslMode::Require {
        return Ok((config, Tls::None));
    }
    let tls = encrypted(authorities.as_deref()).map_err(|why| fail(&why))?;
    Ok((config, Tls::Rustls(Box::new(MakeRustlsConnect::new(tls)))))
}

/// How one connects encrypted: only with a server whose certificate is valid by the public authorities, or
/// by those in this file.
pub(crate) fn encrypted(authorities: Option<&str>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let told = |e: &dyn std::fmt::Display| format!("the certificates in {file} cannot be used: {e}");
            for certificate in CertificateDer::pem_file_iter(file).map_err(|e| told(&e))? {
                roots.add(certificate.map_err(|e| told(&e))?).map_err(|e| told(&e))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// A file name as it stands in an address, `%20` for a space.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}
