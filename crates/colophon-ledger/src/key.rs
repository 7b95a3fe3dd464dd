//! The log's Ed25519 key, kept in the signed-note encoding
//! (`PRIVATE+KEY+<origin>+<id>+<base64>`) in a file of mode 0600.

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use signed_note::{Signer, StandardSigner};

use crate::LedgerError;
use crate::disk::{self, fault};

const ALG_ED25519: u8 = 1;

/// The signer and the public verifier key (`<origin>+<id>+<base64>`).
pub(crate) struct LogKey {
    pub(crate) signer: StandardSigner,
    pub(crate) verifier: String,
}

/// Reads the key, or makes one when the file does not exist. Called under the log's lock.
pub(crate) fn open(path: &Path, origin: &str, dir: &Path, log_exists: bool) -> Result<LogKey, LedgerError> {
    if !signed_note::is_key_name_valid(origin) || origin.chars().any(char::is_control) {
        return Err(LedgerError::BadOrigin(origin.to_owned()));
    }
    match disk::read(path)? {
        Some(bytes) => parse(path, origin, &bytes),
        None if log_exists => {
            Err(LedgerError::KeyMissing { dir: dir.to_path_buf(), key: path.to_path_buf() })
        }
        None => create(path, origin),
    }
}

fn parse(path: &Path, origin: &str, bytes: &[u8]) -> Result<LogKey, LedgerError> {
    let bad = |reason: &str| LedgerError::BadKey { path: path.to_path_buf(), reason: reason.to_owned() };
    let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not text"))?.trim();
    let signer = StandardSigner::new(text).map_err(|e| bad(&e.to_string()))?;
    if signer.name() != origin {
        return Err(bad(&format!("it signs for '{}', not for '{origin}'", signer.name())));
    }
    // The base64 part may hold '+', so it is what follows the fourth one.
    let encoded = text.splitn(5, '+').nth(4).ok_or_else(|| bad("it is malformed"))?;
    let raw = STANDARD.decode(encoded).map_err(|_| bad("it is malformed"))?;
    let secret: [u8; 32] =
        raw.get(1..).and_then(|s| s.try_into().ok()).ok_or_else(|| bad("it is malformed"))?;
    let public = SigningKey::from_bytes(&secret).verifying_key();
    Ok(LogKey { signer, verifier: signed_note::new_ed25519_verifier_key(origin, &public) })
}

fn create(path: &Path, origin: &str) -> Result<LogKey, LedgerError> {
    let mut secret = [0u8; 32];
    getrandom::fill(&mut secret).map_err(|e| LedgerError::BadKey {
        path: path.to_path_buf(),
        reason: format!("no randomness to make it from: {e}"),
    })?;
    let public = SigningKey::from_bytes(&secret).verifying_key();
    let id = signed_note::key_id(origin, &[&[ALG_ED25519], public.as_bytes().as_slice()].concat());
    let encoded = STANDARD.encode([&[ALG_ED25519], secret.as_slice()].concat());
    let text = format!("PRIVATE+KEY+{origin}+{id:08x}+{encoded}\n");
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(LedgerError::io("create", dir))?;
    }
    // By way of a file beside it, of mode 0600 from its start: a key that is there is whole.
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temp = tempfile::Builder::new()
        .prefix(".log-key-")
        .tempfile_in(dir)
        .map_err(LedgerError::io("write in", dir))?;
    fault::leaving(&mut temp)?;
    temp.write_all(text.as_bytes()).map_err(LedgerError::io("write", path))?;
    temp.as_file().sync_all().map_err(LedgerError::io("sync", path))?;
    fault::leaving(&mut temp)?;
    temp.persist_noclobber(path).map_err(|e| LedgerError::io("create", path)(e.error))?;
    fault::point()?;
    disk::sync_dir(dir)?;
    fault::point()?;
    parse(path, origin, text.as_bytes())
}
