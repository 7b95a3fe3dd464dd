//! The store of models and everything that is done with it.
//!
//! Threading contract: a [`Hub`] may be shared between threads, and several processes may open the
//! same store; whatever changes a model holds that model's lock. A model is visible only when all its
//! files have been verified, so readers need no lock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use colophon_types::{Cancel, Event, Progress, Stage};
use serde::Serialize;

use crate::catalogue::{Catalogue, platform};
use crate::client::Clients;
use crate::entry::{Entry, FileEntry, Role};
use crate::lock::Lock;
use crate::meter::Meter;
use crate::pull::{self, Place};
use crate::{HubError, HubOptions, digest};

/// Whether a model is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing of it.
    Absent,
    /// Some of it, or a pull that was interrupted.
    Partial,
    /// All of it.
    Present,
}

/// A model that is in the store.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its catalogue id.
    pub id: String,
    /// The folder with its files.
    pub dir: PathBuf,
    entry: Arc<Entry>,
}

impl Model {
    /// The path of one of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The path of its main file, e.g. the weights, or the shared library for this platform.
    pub fn main(&self) -> PathBuf {
        self.entry.main().map_or_else(|| self.dir.clone(), |file| self.dir.join(&file.name))
    }

    /// What the catalogue says of it.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The SHA-256 of its main file, 64 hexadecimal digits: its name in receipts.
    pub fn digest(&self) -> &str {
        self.entry.main().map_or("", |file| file.sha256.as_str())
    }

    /// The SHA-256 of one of its files.
    pub fn digest_of(&self, name: &str) -> Option<&str> {
        self.entry.file(name).map(|file| file.sha256.as_str())
    }
}

/// What [`Hub::verify`] found for one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum FileState {
    /// It is what the catalogue records.
    Good,
    /// It is not there.
    Missing,
    /// It was not what the catalogue records, and has been deleted.
    Wrong {
        /// Its SHA-256.
        found: String,
    },
}

/// One line of a [`Report`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The file.
    pub name: String,
    /// What was found.
    #[serde(flatten)]
    pub state: FileState,
}

/// What [`Hub::verify`] found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The model.
    pub id: String,
    /// Its files, in the catalogue's order.
    pub files: Vec<FileReport>,
}

impl Report {
    /// Whether every file is there and right.
    pub fn is_good(&self) -> bool {
        self.files.iter().all(|f| f.state == FileState::Good)
    }
}

/// The terms of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Licence {
    /// The model.
    pub id: String,
    /// What it is for.
    pub role: Role,
    /// One line about it.
    pub title: String,
    /// SPDX identifier or name of the terms.
    pub licence: String,
    /// What else is to be known.
    pub note: Option<String>,
    /// Who made it.
    pub origin: String,
    /// Whether it is in the store.
    pub status: Status,
}

/// The catalogue and the store.
#[derive(Debug)]
pub struct Hub {
    root: PathBuf,
    options: HubOptions,
    catalogue: Catalogue,
    clients: Clients,
}

impl Hub {
    /// Opens the store at `root` (it need not exist yet).
    ///
    /// # Errors
    /// [`HubError::Catalogue`] and [`HubError::Io`] for a user's catalogue that cannot be used.
    pub fn open(root: PathBuf, options: HubOptions) -> Result<Self, HubError> {
        let mut catalogue = Catalogue::built_in()?;
        let beside = root.parent().map(|parent| parent.join("models.toml")).filter(|path| path.is_file());
        if let Some(path) = options.catalogue.as_ref().or(beside.as_ref()) {
            catalogue.extend_from(path)?;
        }
        let clients = Clients::new(options.pip.clone(), options.npm.clone());
        Ok(Self { root, options, catalogue, clients })
    }

    /// The catalogue, with the user's own entries.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a model is there: looks at sizes, does not read files.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`].
    pub fn status(&self, id: &str) -> Result<Status, HubError> {
        let entry = self.catalogue.entry(id)?;
        Ok(self.status_of(entry))
    }

    fn status_of(&self, entry: &Entry) -> Status {
        let dir = self.root.join(&entry.id);
        let there = |file: &FileEntry| {
            std::fs::metadata(dir.join(&file.name)).is_ok_and(|m| m.is_file() && m.len() == file.size)
        };
        let count = entry.files.iter().filter(|f| there(f)).count();
        if count == entry.files.len() && count > 0 {
            Status::Present
        } else if count > 0 || self.has_arrivals(&entry.id) {
            Status::Partial
        } else {
            Status::Absent
        }
    }

    /// Whether an interrupted pull has left something to go on from.
    fn has_arrivals(&self, id: &str) -> bool {
        let staging = self.staging(id);
        ["files", "packages"].iter().any(|folder| bytes_below(&staging.join(folder)) > 0)
    }

    fn staging(&self, id: &str) -> PathBuf {
        self.root.join(".parts").join(id)
    }

    /// The model, if it is there.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`], [`HubError::Platform`], [`HubError::ModelMissing`].
    pub fn get(&self, id: &str) -> Result<Model, HubError> {
        let entry = self.supported(id)?;
        if self.status_of(entry) != Status::Present {
            return Err(HubError::ModelMissing { id: id.to_owned(), offline: self.options.offline });
        }
        Ok(Model { id: id.to_owned(), dir: self.root.join(id), entry: Arc::clone(entry) })
    }

    fn supported(&self, id: &str) -> Result<&Arc<Entry>, HubError> {
        let entry = self.catalogue.entry(id)?;
        if entry.files.is_empty() {
            return Err(HubError::Platform { id: id.to_owned(), platform: platform() });
        }
        Ok(entry)
    }

    /// The model; fetched first if it is not there.
    ///
    /// # Errors
    /// As [`Hub::get`], and whatever can go wrong while fetching.
    pub fn ensure(&self, id: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<Model, HubError> {
        match self.get(id) {
            Err(HubError::ModelMissing { .. }) => self.fetch(id, progress, cancel),
            other => other,
        }
    }

    /// Fetches models and groups (`default` when none is named): what is there already is left as it is.
    ///
    /// # Errors
    /// The first thing that goes wrong; what has arrived by then is kept.
    pub fn pull<S: AsRef<str>>(
        &self,
        names: &[S],
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Model>, HubError> {
        let start = Instant::now();
        let ids = self.catalogue.resolve(names)?;
        let models = ids.iter().map(|id| self.ensure(id, progress, cancel)).collect::<Result<_, _>>()?;
        progress.event(Event::Done { stage: Stage::Pull, seconds: start.elapsed().as_secs_f64() });
        Ok(models)
    }

    fn fetch(&self, id: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<Model, HubError> {
        let entry = self.supported(id)?;
        let offline = self.options.offline && self.options.mirror.is_none() && entry.source.needs_network();
        if offline {
            return Err(HubError::ModelMissing { id: id.to_owned(), offline });
        }
        let _lock = Lock::wait(&self.root, id, progress, cancel)?;
        if self.status_of(entry) != Status::Present {
            let place = Place {
                target: &self.root.join(id),
                staging: &self.staging(id),
                options: &self.options,
                clients: &self.clients,
            };
            tracing::debug!(model = id, "pulling");
            pull::pull(&place, entry, progress, cancel)?;
        }
        self.get(id)
    }

    /// Deletes a model, and what an interrupted pull has left of it. Returns the bytes freed.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`], [`HubError::Io`].
    pub fn remove(&self, id: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<u64, HubError> {
        self.catalogue.entry(id)?;
        let _lock = Lock::wait(&self.root, id, progress, cancel)?;
        let mut freed = 0;
        for folder in [self.root.join(id), self.staging(id)] {
            if folder.exists() {
                freed += bytes_below(&folder);
                std::fs::remove_dir_all(&folder).map_err(HubError::io("deleting", &folder))?;
            }
        }
        Ok(freed)
    }

    /// Hashes every file of a model again; a wrong file is deleted and reported.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`], [`HubError::Platform`], [`HubError::Io`], [`HubError::Cancelled`].
    /// A wrong file is no error here: see [`Report::is_good`].
    pub fn verify(&self, id: &str, progress: &dyn Progress, cancel: &Cancel) -> Result<Report, HubError> {
        let entry = self.supported(id)?;
        let _lock = Lock::wait(&self.root, id, progress, cancel)?;
        let meter = Meter::new(progress, id, entry.size(), 1);
        let mut before = 0;
        let mut files = Vec::new();
        for file in &entry.files {
            let path = self.root.join(id).join(&file.name);
            let state = if path.is_file() {
                let found =
                    digest::of_file(&path, &|| cancel.is_cancelled(), &mut |n| meter.set(0, before + n))?;
                if found == file.sha256 {
                    FileState::Good
                } else {
                    std::fs::remove_file(&path).map_err(HubError::io("deleting", &path))?;
                    FileState::Wrong { found }
                }
            } else {
                FileState::Missing
            };
            before += file.size;
            files.push(FileReport { name: file.name.clone(), state });
        }
        meter.set(0, before);
        meter.tell();
        Ok(Report { id: id.to_owned(), files })
    }

    /// The terms of every model in the catalogue, by id.
    pub fn licences(&self) -> Vec<Licence> {
        let licence = |entry: &Entry| Licence {
            id: entry.id.clone(),
            role: entry.role,
            title: entry.title.clone(),
            licence: entry.licence.clone(),
            note: entry.licence_note.clone(),
            origin: entry.origin.clone(),
            status: self.status_of(entry),
        };
        self.catalogue.entries().map(licence).collect()
    }
}

/// Bytes of all files below a folder; links are not followed.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.filter_map(Result::ok).map(|entry| match entry.metadata() {
        Ok(m) if m.is_dir() => bytes_below(&entry.path()),
        Ok(m) => m.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
