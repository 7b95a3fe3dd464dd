//! Everything that can go wrong between a catalogue entry and a loaded model, each with a code,
//! one sentence and what to try.

use std::path::PathBuf;

use colophon_types::{Cancelled, ErrorCode, Explain};

/// An error of the hub.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    /// No catalogue has this id or group.
    #[error("the catalogue has no model or group called \"{id}\"")]
    UnknownModel {
        /// What was asked for.
        id: String,
    },
    /// The model is not in the store and was not to be fetched.
    #[error("the model \"{id}\" is not on this machine")]
    ModelMissing {
        /// The catalogue id.
        id: String,
        /// Whether the network was off by the user's choice.
        offline: bool,
    },
    /// A catalogue file does not say what it should.
    #[error("the catalogue {origin} is not usable: {problem}")]
    Catalogue {
        /// "built in", or the path of the user's file.
        origin: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The model has no package for this kind of machine.
    #[error("the model \"{id}\" has no files for {platform}")]
    Platform {
        /// The catalogue id.
        id: String,
        /// Operating system and processor, e.g. `linux-x86_64`.
        platform: String,
    },
    /// A program is not installed.
    #[error("the program {tool} was not found")]
    ToolMissing {
        /// Its name.
        tool: String,
        /// How to get it, or which setting names it.
        get: String,
    },
    /// A package client could not reach its registry.
    #[error("{what} could not be fetched: the network or the registry cannot be reached")]
    Unreachable {
        /// The package, file or address.
        what: String,
        /// The last line that the client or server said.
        detail: String,
    },
    /// The registry, hub or server does not have it.
    #[error("{what} does not exist at its source")]
    NotFound {
        /// The package, file or address.
        what: String,
        /// The last line that the client or server said.
        detail: String,
    },
    /// The source wants credentials, or refused those that it got.
    #[error("{what} may not be fetched without permission")]
    Forbidden {
        /// The file or address.
        what: String,
    },
    /// Fetching failed in another way.
    #[error("{what} could not be fetched: {detail}")]
    Fetch {
        /// The package, file or address.
        what: String,
        /// One sentence on why.
        detail: String,
    },
    /// A file or package is not what its hash says. It has been deleted.
    #[error("{what} has SHA-256 {found} where the catalogue says {expected}; it was deleted")]
    HashMismatch {
        /// The file or package.
        what: String,
        /// The hash that the catalogue records.
        expected: String,
        /// The hash of what arrived.
        found: String,
    },
    /// A package is malformed or hostile.
    #[error("the package {what} was refused: {problem}")]
    BadPackage {
        /// The package.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Not enough room on disk.
    #[error("{need} MB are needed under {} and {free} MB are free", path.display())]
    DiskFull {
        /// Where.
        path: PathBuf,
        /// Megabytes (10^6 bytes) needed.
        need: u64,
        /// Megabytes free.
        free: u64,
    },
    /// Reading or writing failed.
    #[error("{action} {} failed: {source}", path.display())]
    Io {
        /// "reading", "writing", …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The ONNX Runtime library could not be loaded.
    #[error("the ONNX Runtime library {} could not be loaded: {problem}", path.display())]
    Runtime {
        /// The library.
        path: PathBuf,
        /// What it said.
        problem: String,
    },
    /// A network could not be loaded into the runtime.
    #[error("the network {} could not be loaded: {problem}", path.display())]
    Network {
        /// The model file.
        path: PathBuf,
        /// What the runtime said.
        problem: String,
    },
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl HubError {
    /// For `map_err`: an I/O error with the path that it concerns.
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }
}

impl Explain for HubError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownModel { .. } => ErrorCode::NotFound,
            Self::Catalogue { .. } => ErrorCode::BadInput,
            Self::ModelMissing { .. }
            | Self::Platform { .. }
            | Self::Unreachable { .. }
            | Self::NotFound { .. }
            | Self::Forbidden { .. }
            | Self::Fetch { .. } => ErrorCode::ModelMissing,
            Self::ToolMissing { .. } => ErrorCode::ToolMissing,
            Self::HashMismatch { .. } | Self::BadPackage { .. } => ErrorCode::HashMismatch,
            Self::DiskFull { .. } | Self::Io { .. } => ErrorCode::Io,
            Self::Runtime { .. } | Self::Network { .. } => ErrorCode::Failed,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnknownModel { .. } => "run `colophon models list` to see what there is".into(),
            Self::ModelMissing { id, .. } => {
                format!("run `colophon models pull {id}` with the network on")
            }
            Self::Catalogue { .. } => "correct the file, or move it away".into(),
            Self::Platform { .. } => {
                "put the files into a folder and name it in your own models.toml (source kind \"folder\")"
                    .into()
            }
            Self::ToolMissing { get, .. } => get.clone(),
            Self::Unreachable { detail, .. } => {
                format!("check the network and proxy, then run it again: what arrived is kept ({detail})")
            }
            Self::NotFound { detail, .. } => {
                format!("check that your package index or mirror carries it ({detail})")
            }
            Self::Forbidden { .. } => {
                "accept the model's terms at its source and set HF_TOKEN to a token that may read it".into()
            }
            Self::Fetch { .. } => "run it again: what arrived is kept".into(),
            Self::HashMismatch { .. } => {
                "run it again; if the hash is wrong again, the source has changed and is not to be trusted"
                    .into()
            }
            Self::BadPackage { .. } => "do not use this source".into(),
            Self::DiskFull { .. } => "free some space, or set COLOPHON_HOME to a larger disk".into(),
            Self::Runtime { .. } | Self::Network { .. } => {
                "run `colophon models verify`, then `colophon models pull`".into()
            }
            Self::Io { .. } | Self::Cancelled(_) => return None,
        })
    }
}
