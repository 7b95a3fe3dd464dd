//! The keys of the watermark: made once for each installation, never leaving it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use colophon_types::{ErrorCode, Explain};
use sha2::{Digest, Sha256};

/// Layers of the tournament, one key each.
pub const DEPTH: usize = 30;

/// First word of a key file.
const FORMAT: &str = "colophon-text-watermark-1";

/// Why keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Reading or writing failed.
    #[error("the watermark keys {path} cannot be {what}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("the watermark keys {0} are damaged")]
    Damaged(PathBuf),
    /// The operating system gives no random numbers.
    #[error("no random numbers for the watermark keys: {0}")]
    Random(String),
}

impl Explain for KeyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Io { .. } | Self::Damaged(_) => ErrorCode::Io,
            Self::Random(_) => ErrorCode::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        matches!(self, Self::Damaged(_)).then(|| {
            "restore the file from a backup; with new keys, texts that were marked before are not found"
                .into()
        })
    }
}

/// Keys, one for each layer.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    layers: [i64; DEPTH],
    start: i64,
}

impl std::fmt::Debug for Keys {
    /// Shows the identifier only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.id())
    }
}

impl Keys {
    /// Keys that are known: for tests and for detectors elsewhere.
    pub fn from_layers(layers: [i64; DEPTH]) -> Self {
        let mut digest = Sha256::new();
        for key in layers {
            digest.update(key.to_le_bytes());
        }
        let modulus = (1u128 << 63) - 1;
        // Horner's rule keeps the 256-bit number within 128 bits.
        let start = digest.finalize().iter().fold(0u128, |n, b| ((n << 8) | u128::from(*b)) % modulus);
        Self { layers, start: start as i64 }
    }

    /// Fresh keys from the operating system's random numbers.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0u8; DEPTH * 8];
        getrandom::fill(&mut bytes).map_err(|e| KeyError::Random(e.to_string()))?;
        let mut layers = [0i64; DEPTH];
        for (key, chunk) in layers.iter_mut().zip(bytes.chunks_exact(8)) {
            *key = chunk.iter().fold(0i64, |n, b| (n << 8) | i64::from(*b));
        }
        Ok(Self::from_layers(layers))
    }

    /// Reads the keys, or makes them when the file is not there (readable by its owner only).
    ///
    /// # Errors
    /// [`KeyError`]; a damaged file is never replaced.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match Self::load(path)? {
            Some(keys) => Ok(keys),
            None => {
                let keys = Self::generate()?;
                match keys.write_new(path) {
                    Ok(()) => Ok(keys),
                    // Another process was faster; its keys count.
                    Err(KeyError::Io { source, .. })
                        if source.kind() == std::io::ErrorKind::AlreadyExists =>
                    {
                        Self::load(path)?.ok_or_else(|| KeyError::Damaged(path.to_owned()))
                    }
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// Reads the keys; `None` when there is no such file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(path: &Path) -> Result<Option<Self>, KeyError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeyError::Io { path: path.to_owned(), what: "read", source }),
        };
        let damaged = || KeyError::Damaged(path.to_owned());
        let mut words = text.split_whitespace();
        if words.next() != Some(FORMAT) {
            return Err(damaged());
        }
        let list: Vec<i64> = words
            .map(|w| u64::from_str_radix(w, 16).map(|n| n as i64))
            .collect::<Result<_, _>>()
            .map_err(|_| damaged())?;
        Ok(Some(Self::from_layers(list.try_into().map_err(|_| damaged())?)))
    }

    /// Writes a new file; whole or not at all.
    fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let fail = |source| KeyError::Io { path: path.to_owned(), what: "written", source };
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir).map_err(fail)?;
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temp = path.with_extension(format!("new-{}-{count}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = (|| {
            let mut file = options.open(&temp)?;
            writeln!(file, "{FORMAT}")?;
            for key in self.layers {
                writeln!(file, "{:016x}", key as u64)?;
            }
            file.sync_all()?;
            // A link, unlike a rename, never replaces what is there.
            std::fs::hard_link(&temp, path)
        })();
        let _ = std::fs::remove_file(&temp);
        written.map_err(fail)
    }

    /// A public identifier: says which keys were used, and nothing about them.
    pub fn id(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(b"colophon text watermark key id");
        for key in self.layers {
            digest.update(key.to_le_bytes());
        }
        colophon_types::hex(&digest.finalize()[..6])
    }

    pub(super) fn layers(&self) -> [i64; DEPTH] {
        self.layers
    }

    pub(super) fn start(&self) -> i64 {
        self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_kept_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/text-watermark.key");
        assert!(Keys::load(&path).unwrap().is_none());
        let keys = Keys::load_or_create(&path).unwrap();
        assert_eq!(Keys::load_or_create(&path).unwrap(), keys);
        assert_ne!(Keys::generate().unwrap(), keys);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let text = std::fs::read_to_string(&path).unwrap();
        let shown = format!("{keys:?}");
        assert!(text.lines().skip(1).all(|key| !shown.contains(key)));
    }

    #[test]
    fn keys_that_are_made_at_once_are_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k");
        let made: Vec<Keys> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..16).map(|_| scope.spawn(|| Keys::load_or_create(&path).unwrap())).collect();
            all.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(made.iter().all(|k| *k == made[0]));
    }

    #[test]
    fn a_damaged_file_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k");
        for text in
            ["", "something else", "colophon-text-watermark-1\n12\n", "colophon-text-watermark-1\nxyz\n"]
        {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(Keys::load_or_create(&path), Err(KeyError::Damaged(_))), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
