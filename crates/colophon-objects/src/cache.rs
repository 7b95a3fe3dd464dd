//! Objects that were read lately, as files of this machine, up to so many bytes.
//!
//! Each lies in a folder of its own under the name that its key ends with. Whoever uses one holds a shared lock
//! on it; what is locked is not removed, by no thread and no process.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::{ObjectError, Objects, sha256};

/// How folders are called while they are filled.
const MAKING: &str = ".making-";
/// How often the folder is counted anew, in files that were added: other processes add, too.
const COUNT: u32 = 64;

/// A store with a cache before it.
pub struct Cache {
    objects: Arc<dyn Objects>,
    dir: PathBuf,
    most: u64,
    state: Mutex<State>,
    done: Condvar,
}

#[derive(Default)]
struct State {
    /// Names that are being fetched.
    fetching: HashSet<String>,
    /// Bytes that the folder holds, and those that are on their way; `None` before they were counted.
    held: Option<u64>,
    added: u32,
}

/// An object as a file. It stays until this is dropped.
#[derive(Debug)]
pub struct CachedFile {
    path: PathBuf,
    /// Holds the lock.
    _file: Option<File>,
    /// An object that is too long for the cache goes with this.
    _folder: Option<TempDir>,
}

impl CachedFile {
    /// A file that is no object and stays by itself.
    pub fn plain(path: PathBuf) -> Self {
        Self { path, _file: None, _folder: None }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Cache {
    /// A cache in `dir` of at most `most` bytes.
    pub fn new(objects: Arc<dyn Objects>, dir: &Path, most: u64) -> Self {
        Self { objects, dir: dir.to_owned(), most, state: Mutex::default(), done: Condvar::new() }
    }

    /// What lies behind it.
    pub fn objects(&self) -> &dyn Objects {
        self.objects.as_ref()
    }

    /// An object as a file, fetched where it is not here. One that is longer than the cache is fetched each
    /// time.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub fn fetch(&self, key: &str) -> Result<CachedFile, ObjectError> {
        let key = crate::checked(key)?;
        if let Some(path) = self.objects.local(key) {
            if !path.is_file() {
                return Err(self.missing(key));
            }
            return Ok(CachedFile::plain(path));
        }
        let name = name(key);
        let path = self.path(&name, key);
        loop {
            if let Some(file) = held(&path) {
                return Ok(CachedFile { path, _file: Some(file), _folder: None });
            }
            let mut state = self.state();
            if state.fetching.contains(&name) {
                drop(self.done.wait(state).unwrap_or_else(PoisonError::into_inner));
                continue;
            }
            state.fetching.insert(name.clone());
            drop(state);
            let fetched = self.bring(key, &name);
            self.state().fetching.remove(&name);
            self.done.notify_all();
            if let Some(folder) = fetched? {
                let path = folder.path().join(last(key));
                return Ok(CachedFile { path, _file: None, _folder: Some(folder) });
            }
        }
    }

    /// Forgets an object that was removed.
    pub fn forget(&self, key: &str) {
        let entry = self.dir.join(name(key));
        if let Some(freed) = remove(&entry) {
            self.free(freed);
        }
    }

    /// Forgets what was not used for so long, and what programs that died left.
    pub fn tidy(&self, unused: Duration) {
        for entry in self.entries() {
            let old = entry.used.elapsed().is_ok_and(|age| age > unused);
            if let Some(freed) = old.then(|| remove(&entry.path)).flatten() {
                self.free(freed);
            }
        }
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            let made = entry.file_name().to_string_lossy().starts_with(MAKING);
            if made && age.is_some_and(|age| age > Duration::from_secs(86_400)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, name: &str, key: &str) -> PathBuf {
        self.dir.join(name).join(last(key))
    }

    fn missing(&self, key: &str) -> ObjectError {
        ObjectError::Missing { place: self.objects.place().to_owned(), key: key.to_owned() }
    }

    fn free(&self, bytes: u64) {
        if let Some(held) = &mut self.state().held {
            *held = held.saturating_sub(bytes);
        }
    }

    /// Fetches an object into the cache, or into a folder of its own where it is too long or the cache is
    /// full of what is in use.
    fn bring(&self, key: &str, name: &str) -> Result<Option<TempDir>, ObjectError> {
        let length = self.objects.stat(key)?.ok_or_else(|| self.missing(key))?.length;
        let making = ObjectError::io("write in", &self.dir);
        let folder = fs::create_dir_all(&self.dir)
            .and_then(|()| tempfile::Builder::new().prefix(MAKING).tempdir_in(&self.dir))
            .map_err(making)?;
        let fits = self.make_room(length);
        let fetched = self.objects.get_file(key, &folder.path().join(last(key)));
        if fits && fetched.is_err() {
            self.free(length);
        }
        fetched?;
        if !fits {
            return Ok(Some(folder));
        }
        let place = self.dir.join(name);
        let made = folder.keep();
        if let Err(error) = fs::rename(&made, &place) {
            let _ = fs::remove_dir_all(&made);
            self.free(length);
            // Another process may have been first.
            if !place.is_dir() {
                return Err(ObjectError::io("write", &place)(error));
            }
        }
        Ok(None)
    }

    /// Takes room for so many bytes, removing what was used the longest ago.
    fn make_room(&self, length: u64) -> bool {
        if length > self.most {
            return false;
        }
        let mut state = self.state();
        state.added += 1;
        let held = match state.held {
            Some(held) if !state.added.is_multiple_of(COUNT) => held,
            _ => self.entries().iter().map(|entry| entry.length).sum(),
        };
        let mut held = held;
        if held + length > self.most {
            // Some more than is needed, so that not every new file looks through the folder.
            let aim = (self.most - length).min(self.most / 10 * 9);
            let mut entries = self.entries();
            entries.sort_by_key(|entry| entry.used);
            held = entries.iter().map(|entry| entry.length).sum();
            for entry in entries {
                if held <= aim {
                    break;
                }
                if remove(&entry.path).is_some() {
                    held -= entry.length;
                }
            }
        }
        let fits = held + length <= self.most;
        state.held = Some(if fits { held + length } else { held });
        fits
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for dir in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            if dir.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            for file in fs::read_dir(dir.path()).into_iter().flatten().flatten() {
                let Ok(about) = file.metadata() else { continue };
                let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                entries.push(Entry { path: dir.path(), length: about.len(), used });
            }
        }
        entries
    }
}

struct Entry {
    path: PathBuf,
    length: u64,
    used: SystemTime,
}

/// The folder of an object.
fn name(key: &str) -> String {
    sha256(key.as_bytes())[..32].to_owned()
}

fn last(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// Takes hold of a file that is there.
fn held(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    file.lock_shared().ok()?;
    // It may have gone between.
    if !path.is_file() {
        return None;
    }
    let _ = file.set_modified(SystemTime::now());
    Some(file)
}

/// Removes an entry that nobody uses. Gives how long it was.
fn remove(entry: &Path) -> Option<u64> {
    let file = fs::read_dir(entry).ok()?.flatten().next()?.path();
    let held = File::open(&file).ok()?;
    held.try_lock().ok()?;
    let length = held.metadata().ok()?.len();
    fs::remove_file(&file).ok()?;
    let _ = fs::remove_dir(entry);
    Some(length)
}
