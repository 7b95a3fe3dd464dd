//! API keys: only their salted hashes are kept.

use std::path::{Path, PathBuf};

use colophon_types::{ErrorCode, Explain};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How every key begins.
const PREFIX: &str = "clp-";

/// What can go wrong with the file of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or written.
    #[error("the API keys {path} cannot be {what}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("the API keys {0} are damaged")]
    Damaged(PathBuf),
    /// There is a key of that name.
    #[error("there is already an API key named '{0}'")]
    Taken(String),
    /// There is no key of that name.
    #[error("there is no API key named '{0}'")]
    Unknown(String),
    /// A name must be short and plain.
    #[error("a name has 1 to 40 letters, digits, '-', '_' and '.'")]
    Name,
    /// The operating system gives no random numbers.
    #[error("no random numbers for a key: {0}")]
    Random(String),
}

impl Explain for KeysError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Taken(_) | Self::Unknown(_) | Self::Name => ErrorCode::BadInput,
            Self::Io { .. } | Self::Damaged(_) => ErrorCode::Io,
            Self::Random(_) => ErrorCode::Failed,
        }
    }
}

/// One key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    name: String,
    salt: String,
    sha256: String,
}

/// The API keys of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiKeys {
    path: PathBuf,
    list: Vec<Stored>,
}

impl ApiKeys {
    /// Reads the keys; none when there is no file.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn load(path: &Path) -> Result<Self, KeysError> {
        let list = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| KeysError::Damaged(path.to_owned()))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(KeysError::Io { path: path.to_owned(), what: "read", source }),
        };
        Ok(Self { path: path.to_owned(), list })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|k| k.name.as_str())
    }

    /// Makes a key and gives it; it cannot be read again.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn add(&mut self, name: &str) -> Result<String, KeysError> {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 40 || !name.chars().all(fine) {
            return Err(KeysError::Name);
        }
        if self.names().any(|n| n == name) {
            return Err(KeysError::Taken(name.to_owned()));
        }
        let key = format!("{PREFIX}{}", random_hex(32)?);
        let salt = random_hex(16)?;
        let sha256 = digest(&salt, &key);
        self.list.push(Stored { name: name.to_owned(), salt, sha256 });
        self.save()?;
        Ok(key)
    }

    /// Removes a key.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn remove(&mut self, name: &str) -> Result<(), KeysError> {
        let before = self.list.len();
        self.list.retain(|k| k.name != name);
        if self.list.len() == before {
            return Err(KeysError::Unknown(name.to_owned()));
        }
        self.save()
    }

    /// The name of a key that is presented. Every stored key is compared, in constant time.
    pub(crate) fn check(&self, key: &str) -> Option<&str> {
        let mut found = None;
        for stored in &self.list {
            let presented = digest(&stored.salt, key);
            let differs = presented.bytes().zip(stored.sha256.bytes()).fold(0u8, |d, (a, b)| d | (a ^ b));
            if differs == 0 && presented.len() == stored.sha256.len() {
                found = Some(stored.name.as_str());
            }
        }
        found
    }

    fn save(&self) -> Result<(), KeysError> {
        let fail = |source| KeysError::Io { path: self.path.clone(), what: "written", source };
        if let Some(dir) = self.path.parent() {
            std::fs::create_dir_all(dir).map_err(fail)?;
        }
        let text = serde_json::to_vec_pretty(&self.list).unwrap_or_default();
        let temp = self.path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = (|| {
            let mut file = options.open(&temp)?;
            std::io::Write::write_all(&mut file, &text)?;
            file.sync_all()?;
            std::fs::rename(&temp, &self.path)
        })();
        written.map_err(fail)
    }
}

fn random_hex(bytes: usize) -> Result<String, KeysError> {
    let mut random = vec![0u8; bytes];
    getrandom::fill(&mut random).map_err(|e| KeysError::Random(e.to_string()))?;
    Ok(colophon_types::hex(&random))
}

fn digest(salt: &str, key: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(salt.as_bytes());
    digest.update(b":");
    digest.update(key.as_bytes());
    colophon_types::hex(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_as_hashes_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/api-keys.json");
        let mut keys = ApiKeys::load(&path).unwrap();
        assert!(keys.is_empty());
        let one = keys.add("one").unwrap();
        let two = keys.add("two").unwrap();
        assert!(!std::fs::read_to_string(&path).unwrap().contains(&one));
        let mut again = ApiKeys::load(&path).unwrap();
        assert_eq!((again.check(&one), again.check(&two)), (Some("one"), Some("two")));
        assert_eq!(again.check("clp-nothing"), None);
        assert!(matches!(again.add("one"), Err(KeysError::Taken(_))));
        assert!(matches!(again.add("a b"), Err(KeysError::Name)));
        again.remove("one").unwrap();
        assert_eq!(again.check(&one), None);
        assert!(matches!(again.remove("one"), Err(KeysError::Unknown(_))));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "x").unwrap();
        assert!(matches!(ApiKeys::load(&path), Err(KeysError::Damaged(_))));
    }
}
