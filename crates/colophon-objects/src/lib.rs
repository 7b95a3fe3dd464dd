//! Where files lie that several machines share: a folder that all of them mount, or a bucket of an
//! S3-compatible object store; and a cache of bounded size before it.
//!
//! Contract: an object is there whole or not at all, and is never changed once it is there. Whoever writes
//! chooses keys that nobody else writes. Everything here blocks its thread, in bounded memory.

mod address;
mod bucket;
mod cache;
mod error;
mod folder;
mod multipart;

use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use address::Address;
pub use bucket::{Bucket, Keys};
pub use cache::{Cache, CachedFile};
pub use error::ObjectError;
pub use folder::Folder;

/// What is known of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of its content, lower-case hex, where it was noted when it was written.
    pub sha256: Option<String>,
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its length in bytes.
    pub length: u64,
    /// When it was written, in milliseconds since 1970, by the clock of the store.
    pub written: i64,
}

/// Takes what is read, piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) -> std::io::Result<()> + 'a;

/// A store of objects. Keys are relative paths with `/`, without `.` and `..`.
pub trait Objects: Send + Sync {
    /// Where it is, for people; never with keys in it.
    fn place(&self) -> &str;

    /// Asks whether it can be used.
    ///
    /// # Errors
    /// [`ObjectError`]: it cannot.
    fn check(&self) -> Result<(), ObjectError>;

    /// Writes a file as an object. When this returns, the object is there, whole, and lasts.
    ///
    /// # Errors
    /// [`ObjectError`]; then nothing is seen of it.
    fn put_file(&self, key: &str, file: &Path) -> Result<Stat, ObjectError>;

    /// Writes bytes as an object, as [`put_file`](Self::put_file) does.
    ///
    /// # Errors
    /// As [`put_file`](Self::put_file).
    fn put(&self, key: &str, bytes: &[u8]) -> Result<Stat, ObjectError>;

    /// What is known of an object; `None` where there is none.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn stat(&self, key: &str) -> Result<Option<Stat>, ObjectError>;

    /// Reads an object, or the bytes of `range` of it. A whole one is checked against the length and the
    /// SHA-256 that were noted.
    ///
    /// # Errors
    /// [`ObjectError::Missing`], [`ObjectError::Damaged`] or what reading fails with: what `sink` took until
    /// then does not count.
    fn read(&self, key: &str, range: Option<Range<u64>>, sink: &mut Sink<'_>) -> Result<Stat, ObjectError>;

    /// Removes an object, where it is there.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn remove(&self, key: &str) -> Result<(), ObjectError>;

    /// All objects whose keys begin so, in no order.
    ///
    /// # Errors
    /// [`ObjectError`].
    fn list(&self, prefix: &str) -> Result<Vec<Object>, ObjectError>;

    /// The object as a file of this machine, where it is one.
    fn local(&self, _key: &str) -> Option<PathBuf> {
        None
    }

    /// Reads a small object.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn get(&self, key: &str) -> Result<Vec<u8>, ObjectError> {
        let mut bytes = Vec::new();
        self.read(key, None, &mut |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// Reads an object into a new file.
    ///
    /// # Errors
    /// As [`read`](Self::read); the file is worth nothing then.
    fn get_file(&self, key: &str, file: &Path) -> Result<Stat, ObjectError> {
        let mut out = std::fs::File::create(file).map_err(ObjectError::io("write", file))?;
        let stat = self.read(key, None, &mut |piece| out.write_all(piece))?;
        out.sync_all().map_err(ObjectError::io("write", file))?;
        Ok(stat)
    }
}

/// Opens what a setting names: `s3://bucket/prefix?endpoint=…&region=…`, or the path of a folder. Nothing is
/// asked of a bucket yet; its keys come from the environment.
///
/// # Errors
/// [`ObjectError`]: a setting that is none, keys that are missing.
pub fn open(address: &Address) -> Result<Arc<dyn Objects>, ObjectError> {
    Ok(match address {
        Address::Folder(path) => Arc::new(Folder::open(path)?),
        Address::Bucket(bucket) => Arc::new(Bucket::open(bucket, Keys::from_env()?)?),
    })
}

/// Whether a key is a plain relative path.
fn checked(key: &str) -> Result<&str, ObjectError> {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let fine =
        key.len() <= 900 && key.split('/').all(plain) && !key.chars().any(|c| c.is_control() || c == '\\');
    if fine { Ok(key) } else { Err(ObjectError::Key(key.to_owned())) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
