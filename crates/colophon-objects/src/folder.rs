//! Objects as files of a folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use tempfile::NamedTempFile;

use crate::{Object, ObjectError, Objects, Sink, Stat, checked};

/// Where files lie while they are written.
const MAKING: &str = ".making";
/// After this time a file that is still being written was left by a program that died.
const LEFT: Duration = Duration::from_secs(86_400);

/// A folder of objects.
pub struct Folder {
    root: PathBuf,
    place: String,
}

impl Folder {
    /// Opens a folder, which is made where it is missing, and removes what programs that died left in it.
    ///
    /// # Errors
    /// [`ObjectError::Io`].
    pub fn open(root: &Path) -> Result<Self, ObjectError> {
        let making = root.join(MAKING);
        fs::create_dir_all(&making).map_err(ObjectError::io("make the folder", &making))?;
        for entry in fs::read_dir(&making).map_err(ObjectError::io("read", &making))?.flatten() {
            let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > LEFT) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(Self { root: root.to_owned(), place: root.display().to_string() })
    }

    fn path(&self, key: &str) -> Result<PathBuf, ObjectError> {
        Ok(self.root.join(checked(key)?))
    }

    fn place_file(
        &self,
        key: &str,
        write: impl FnOnce(&mut File) -> std::io::Result<()>,
    ) -> Result<Stat, ObjectError> {
        let path = self.path(key)?;
        let written = (|| {
            let mut temp = NamedTempFile::new_in(self.root.join(MAKING))?;
            write(temp.as_file_mut())?;
            temp.as_file().sync_all()?;
            let length = temp.as_file().metadata()?.len();
            let dir = path.parent().unwrap_or(&self.root);
            fs::create_dir_all(dir)?;
            temp.persist(&path)?;
            if cfg!(unix) {
                File::open(dir)?.sync_all()?;
            }
            Ok(Stat { length, sha256: None })
        })();
        written.map_err(ObjectError::io("write", &path))
    }

    fn missing(&self, key: &str) -> ObjectError {
        ObjectError::Missing { place: self.place.clone(), key: key.to_owned() }
    }
}

impl Objects for Folder {
    fn place(&self) -> &str {
        &self.place
    }

    fn check(&self) -> Result<(), ObjectError> {
        NamedTempFile::new_in(self.root.join(MAKING))
            .map(drop)
            .map_err(ObjectError::io("write in", &self.root))
    }

    fn put_file(&self, key: &str, file: &Path) -> Result<Stat, ObjectError> {
        let mut from = File::open(file).map_err(ObjectError::io("read", file))?;
        self.place_file(key, |to| std::io::copy(&mut from, to).map(drop))
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<Stat, ObjectError> {
        self.place_file(key, |to| to.write_all(bytes))
    }

    fn stat(&self, key: &str) -> Result<Option<Stat>, ObjectError> {
        let path = self.path(key)?;
        match fs::metadata(&path) {
            Ok(about) if about.is_file() => Ok(Some(Stat { length: about.len(), sha256: None })),
            Ok(_) => Ok(None),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(ObjectError::io("read", &path)(e)),
        }
    }

    fn read(&self, key: &str, range: Option<Range<u64>>, sink: &mut Sink<'_>) -> Result<Stat, ObjectError> {
        let path = self.path(key)?;
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Err(self.missing(key)),
            Err(e) => return Err(ObjectError::io("read", &path)(e)),
        };
        let read = (|| {
            let length = file.metadata()?.len();
            let range = range.unwrap_or(0..length);
            file.seek(SeekFrom::Start(range.start))?;
            let mut rest = file.take(range.end.min(length).saturating_sub(range.start));
            let mut buffer = vec![0; 64 << 10];
            loop {
                match rest.read(&mut buffer)? {
                    0 => return Ok(Stat { length, sha256: None }),
                    n => sink(&buffer[..n])?,
                }
            }
        })();
        read.map_err(ObjectError::io("read", &path))
    }

    fn remove(&self, key: &str) -> Result<(), ObjectError> {
        let path = self.path(key)?;
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(ObjectError::io("remove", &path)(e)),
        }
        // Folders that are empty now go with it.
        for dir in path.ancestors().skip(1).take_while(|dir| *dir != self.root) {
            if fs::remove_dir(dir).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn list(&self, prefix: &str) -> Result<Vec<Object>, ObjectError> {
        let start = prefix.rsplit_once('/').map_or("", |(dir, _)| dir);
        let mut todo = vec![self.root.join(start)];
        let mut found = Vec::new();
        while let Some(dir) = todo.pop() {
            let entries = match fs::read_dir(&dir) {
                Ok(entries) => entries,
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                Err(e) => return Err(ObjectError::io("read", &dir)(e)),
            };
            for entry in entries.flatten() {
                let path = entry.path();
                // What goes while it is listed is not there.
                let Ok(about) = entry.metadata() else { continue };
                let Ok(key) = path.strip_prefix(&self.root) else { continue };
                let key = key.to_string_lossy().replace('\\', "/");
                if key == MAKING {
                    continue;
                }
                if about.is_dir() {
                    todo.push(path);
                } else if key.starts_with(prefix) {
                    let at = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                    let written = at.map_or(0, |at| at.as_millis() as i64);
                    found.push(Object { key, length: about.len(), written });
                }
            }
        }
        Ok(found)
    }

    fn local(&self, key: &str) -> Option<PathBuf> {
        self.path(key).ok()
    }
}
