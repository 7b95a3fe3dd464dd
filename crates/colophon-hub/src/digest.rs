//! SHA-256 of files, and files that grow part by part while their hash is kept up.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Cancelled};
use sha2::{Digest, Sha256};

use crate::HubError;

const CHUNK: usize = 1 << 18;

/// The SHA-256 of a file in hexadecimal. `seen` is told the bytes read so far.
pub(crate) fn of_file(
    path: &Path,
    halt: &dyn Fn() -> bool,
    seen: &mut dyn FnMut(u64),
) -> Result<String, HubError> {
    let mut file = File::open(path).map_err(HubError::io("reading", path))?;
    let mut hasher = Sha256::new();
    hash_first(&mut file, path, u64::MAX, &mut hasher, halt, seen)?;
    Ok(format!("{:x}", hasher.finalize()))
}

/// Feeds up to `limit` bytes of `file`; returns how many there were.
fn hash_first(
    file: &mut File,
    path: &Path,
    limit: u64,
    hasher: &mut Sha256,
    halt: &dyn Fn() -> bool,
    seen: &mut dyn FnMut(u64),
) -> Result<u64, HubError> {
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    while done < limit {
        if halt() {
            return Err(Cancelled.into());
        }
        let want = usize::try_from(limit - done).map_or(CHUNK, |left| left.min(CHUNK));
        let n = file.read(&mut buffer[..want]).map_err(HubError::io("reading", path))?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        done += n as u64;
        seen(done);
    }
    Ok(done)
}

/// A file that is being assembled: it only ever grows, and its hash is known at each moment.
pub(crate) struct Growing {
    file: File,
    path: PathBuf,
    len: u64,
    hasher: Sha256,
}

impl Growing {
    /// Opens or creates the file, keeps its first `keep(length)` bytes and hashes them.
    pub(crate) fn resume(
        path: &Path,
        keep: impl FnOnce(u64) -> u64,
        cancel: &Cancel,
    ) -> Result<Self, HubError> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(HubError::io("writing", path))?;
        let there = file.metadata().map_err(HubError::io("reading", path))?.len();
        let mut growing = Self { file, path: path.to_path_buf(), len: 0, hasher: Sha256::new() };
        growing.shorten(keep(there).min(there), cancel)?;
        Ok(growing)
    }

    /// Cuts the file to `len` bytes (it has at least as many).
    pub(crate) fn shorten(&mut self, len: u64, cancel: &Cancel) -> Result<(), HubError> {
        self.file.set_len(len).map_err(HubError::io("writing", &self.path))?;
        self.file.seek(SeekFrom::Start(0)).map_err(HubError::io("reading", &self.path))?;
        self.hasher = Sha256::new();
        self.len = hash_first(
            &mut self.file,
            &self.path,
            len,
            &mut self.hasher,
            &|| cancel.is_cancelled(),
            &mut |_| (),
        )?;
        Ok(())
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), HubError> {
        self.file.write_all(bytes).map_err(HubError::io("writing", &self.path))?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Has what was written so far reach the disk.
    pub(crate) fn sync(&self) -> Result<(), HubError> {
        self.file.sync_data().map_err(HubError::io("writing", &self.path))
    }

    /// Appends everything that `reader` gives, which must be exactly `size` bytes. `what` names the
    /// source in errors; after an error the file is as it was before.
    pub(crate) fn append(
        &mut self,
        reader: &mut dyn Read,
        size: u64,
        what: &str,
        cancel: &Cancel,
        wrote: &mut dyn FnMut(u64),
    ) -> Result<(), HubError> {
        let start = self.len;
        let appended = self.append_parts(reader, size, what, cancel, wrote);
        if appended.is_err() {
            self.shorten(start, &Cancel::new())?;
        }
        appended
    }

    fn append_parts(
        &mut self,
        reader: &mut dyn Read,
        size: u64,
        what: &str,
        cancel: &Cancel,
        wrote: &mut dyn FnMut(u64),
    ) -> Result<(), HubError> {
        let bad = |problem: String| HubError::BadPackage { what: what.to_owned(), problem };
        let mut buffer = vec![0; CHUNK];
        let mut done = 0_u64;
        loop {
            cancel.check()?;
            let n = reader.read(&mut buffer).map_err(|e| bad(format!("it cannot be unpacked ({e})")))?;
            if n == 0 {
                break;
            }
            done += n as u64;
            if done > size {
                return Err(bad(format!(
                    "a file in it is larger than the {size} bytes that the catalogue records"
                )));
            }
            self.write(&buffer[..n])?;
            wrote(done);
        }
        if done < size {
            return Err(bad(format!("a file in it has {done} bytes where the catalogue records {size}")));
        }
        Ok(())
    }

    /// Checks the hash of the whole file; a wrong file is deleted.
    pub(crate) fn finish(self, what: &str, expected: &str) -> Result<(), HubError> {
        let found = format!("{:x}", self.hasher.finalize());
        if found == expected {
            return self.file.sync_all().map_err(HubError::io("writing", &self.path));
        }
        drop(self.file);
        std::fs::remove_file(&self.path).map_err(HubError::io("deleting", &self.path))?;
        Err(HubError::HashMismatch { what: what.to_owned(), expected: expected.to_owned(), found })
    }
}
