//! Protected works: files whose content must not come out of this studio again. Only their content
//! codes (ISO 24138) and names are kept.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use colophon_seal::{Alike, Protected, bits_apart, content_code, likeness_limit};
use serde::{Deserialize, Serialize};

use crate::{Config, Studio, StudioError, origin};

/// A protected work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedWork {
    /// Its name: that of its file.
    pub name: String,
    /// Its content code.
    pub iscc: String,
    /// SHA-256 of its file, lower-case hex.
    pub sha256: String,
}

/// The list in a file, one JSON object a line.
pub(crate) struct List {
    path: PathBuf,
    refuse: bool,
}

impl List {
    pub(crate) fn new(home: &Path, refuse: bool) -> Self {
        Self { path: home.join("protected.jsonl"), refuse }
    }

    fn read(&self) -> Result<Vec<ProtectedWork>, String> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(format!("cannot read {}: {e}", self.path.display())),
        };
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines
            .map(|line| {
                serde_json::from_str(line).map_err(|e| format!("{} is damaged: {e}", self.path.display()))
            })
            .collect()
    }

    fn write(&self, works: &[ProtectedWork]) -> Result<(), StudioError> {
        let failed = |e| StudioError::io("write", &self.path)(e);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut temp = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        for work in works {
            let line = serde_json::to_string(work).unwrap_or_default();
            temp.write_all(format!("{line}\n").as_bytes()).map_err(failed)?;
        }
        temp.as_file().sync_all().map_err(failed)?;
        temp.persist(&self.path).map_err(|e| failed(e.error))?;
        Ok(())
    }
}

impl Protected for List {
    fn is_empty(&self) -> bool {
        !self.path.exists()
    }

    fn alike(&self, iscc: &str) -> Result<Option<Alike>, String> {
        let limit = likeness_limit(iscc);
        let apart = |work: ProtectedWork| Some((bits_apart(iscc, &work.iscc)?, work.name));
        let nearest = self.read()?.into_iter().filter_map(apart).min();
        let nearest = nearest.filter(|(bits, _)| *bits <= limit);
        Ok(nearest.map(|(bits_apart, name)| Alike { name, bits_apart, refused: self.refuse }))
    }
}

/// What became of files that were to be protected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Added {
    /// Works that are protected now and were not.
    pub added: Vec<ProtectedWork>,
    /// Files of which no content code can be made.
    pub skipped: Vec<PathBuf>,
}

impl Studio {
    pub(crate) fn protected_list(&self, settings: &Config) -> Result<List, StudioError> {
        let refuse = match settings.protected.as_deref() {
            None | Some("refuse") => true,
            Some("report") => false,
            Some(other) => {
                let message = format!("'protected' is refuse or report, not '{other}'");
                return Err(StudioError::Config(message));
            }
        };
        Ok(List::new(&self.home, refuse))
    }

    /// The protected works.
    ///
    /// # Errors
    /// [`StudioError::Config`] when the list cannot be read.
    pub fn protected(&self) -> Result<Vec<ProtectedWork>, StudioError> {
        self.protected_list(&self.effective_config()?)?.read().map_err(StudioError::Config)
    }

    /// Protects the pictures, films, sounds and texts in `files`.
    ///
    /// # Errors
    /// [`StudioError`] for a file that cannot be read; then nothing is added.
    pub fn protect(&self, files: &[PathBuf]) -> Result<Added, StudioError> {
        let list = self.protected_list(&self.effective_config()?)?;
        let mut works = list.read().map_err(StudioError::Config)?;
        let mut done = Added::default();
        for path in files {
            let sha256 = origin::sha256_of_file(path)?;
            if works.iter().any(|work| work.sha256 == sha256) {
                continue;
            }
            let Some(iscc) = content_code(path, &self.ffmpeg())? else {
                done.skipped.push(path.clone());
                continue;
            };
            let name = origin::file_name(path);
            let work = ProtectedWork { name, iscc, sha256 };
            works.push(work.clone());
            done.added.push(work);
        }
        std::fs::create_dir_all(&self.home).map_err(StudioError::io("make the folder", &self.home))?;
        list.write(&works)?;
        Ok(done)
    }

    /// Takes a work off the list, by its name or the beginning of its SHA-256. Gives how many went.
    ///
    /// # Errors
    /// [`StudioError::Request`] when there is none.
    pub fn unprotect(&self, which: &str) -> Result<usize, StudioError> {
        let list = self.protected_list(&self.effective_config()?)?;
        let mut works = list.read().map_err(StudioError::Config)?;
        let before = works.len();
        let by_hash = which.len() >= 8;
        works.retain(|w| w.name != which && !(by_hash && w.sha256.starts_with(which)));
        if works.len() == before {
            let message = format!("no protected work is called '{which}'");
            return Err(StudioError::request(message, "`colophon protect list` names them"));
        }
        list.write(&works)?;
        Ok(before - works.len())
    }
}
