//! A finished film and what belongs to it, sealed but not yet written.

use std::path::{Path, PathBuf};

use colophon_seal::Sealed;
use colophon_types::captions::{to_srt, to_vtt};
use colophon_types::{Caption, LogPosition, Receipt};
use serde::Serialize;
use serde_json::{Value, json};

use crate::StudioError;

/// Seconds that each stage was at work, and in all. Stages overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Timing {
    /// Loading models.
    pub load: f64,
    /// Writing the script.
    pub write: f64,
    /// Speaking.
    pub speak: f64,
    /// Composing, drawing and painting scenes.
    pub draw: f64,
    /// From the first frame to the last.
    pub film: f64,
    /// Sound, captions and cover into the film.
    pub finish: f64,
    /// Sealing.
    pub seal: f64,
    /// All of it, models at hand.
    pub total: f64,
}

/// A finished film. Dropping it without writing removes everything.
#[must_use = "a film that is not written is lost"]
pub struct Made {
    /// Length of the film in seconds.
    pub seconds: f64,
    pub(super) captions: Vec<Caption>,
    pub(super) scenes_json: Value,
    /// How it was made.
    pub receipt: Receipt,
    pub(super) sealed: Vec<(&'static str, Sealed)>,
    /// How long it took.
    pub timing: Timing,
    pub(super) _temp: tempfile::TempDir,
}

/// One file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deliverable {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// SHA-256, lower-case hex; sealed files only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Position in the log; sealed files only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogPosition>,
}

impl Made {
    /// The sealed film alone.
    pub fn film(&self) -> Option<&Sealed> {
        self.sealed.iter().find(|(name, _)| *name == "film.mp4").map(|(_, sealed)| sealed)
    }

    /// Writes everything into `dir`. All files are written beside it first and then renamed into
    /// place, so that a full disk leaves none of them.
    ///
    /// # Errors
    /// [`StudioError`]; nothing was left behind.
    pub fn write_to(&self, dir: &Path) -> Result<Vec<Deliverable>, StudioError> {
        std::fs::create_dir_all(dir).map_err(StudioError::io("make the folder", dir))?;
        let staging = tempfile::Builder::new()
            .prefix(".colophon-")
            .tempdir_in(dir)
            .map_err(StudioError::io("write in", dir))?;
        let mut files = Vec::new();
        for (name, sealed) in &self.sealed {
            sealed.write_to(&staging.path().join(name))?;
            files.push(Deliverable {
                name: (*name).to_owned(),
                media_type: sealed.media_type().to_owned(),
                sha256: Some(sealed.sha256().to_owned()),
                log: Some(sealed.log_position().clone()),
            });
        }
        let receipt = json!({ "receipt": self.receipt, "files": files, "seconds": self.seconds });
        let sidecars = [
            ("captions.vtt", "text/vtt", to_vtt(&self.captions)),
            ("captions.srt", "application/x-subrip", to_srt(&self.captions)),
            ("scenes.json", "application/json", pretty(&self.scenes_json)),
            ("receipt.json", "application/json", pretty(&receipt)),
        ];
        for (name, media_type, text) in sidecars {
            let path = staging.path().join(name);
            std::fs::write(&path, text).map_err(StudioError::io("write", &dir.join(name)))?;
            let media_type = media_type.to_owned();
            files.push(Deliverable { name: name.to_owned(), media_type, sha256: None, log: None });
        }
        for file in &files {
            let target: PathBuf = dir.join(&file.name);
            std::fs::rename(staging.path().join(&file.name), &target)
                .map_err(StudioError::io("write", &target))?;
        }
        Ok(files)
    }
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
