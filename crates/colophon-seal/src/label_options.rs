//! How the visible label looks, and who agreed to get content without it.

use std::io::Write as _;
use std::path::PathBuf;

use colophon_types::WorkId;

use crate::mark::label::{Corner, LabelProfile};

/// Choices about the visible label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelOptions {
    /// The corner in which pictures and films carry it.
    pub corner: Corner,
    /// Whose law's wording it has.
    pub profile: LabelProfile,
    /// Set where the user takes it upon themselves to show the content without it. Everything else
    /// stays: watermark, metadata, credential, log entry.
    pub hidden: Option<Agreement>,
}

/// A user's agreement to get content without a visible label, as the Chinese measures (article 9) allow:
/// it is kept with the time and the work, for at least six months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Who agrees.
    pub who: String,
    /// What for.
    pub why: String,
    /// The file that keeps agreements, one JSON object a line; nothing ever removes any.
    pub kept_in: PathBuf,
}

impl Agreement {
    /// Whether it says who and why.
    pub fn is_complete(&self) -> bool {
        let said = |words: &str| (1..=500).contains(&words.trim().chars().count());
        said(&self.who) && said(&self.why)
    }

    /// Keeps it for a work; on return it is on disk.
    pub(crate) fn keep(&self, work: &WorkId) -> Result<(), String> {
        let failed =
            |e: std::io::Error| format!("the agreement cannot be kept in {}: {e}", self.kept_in.display());
        let now = time::OffsetDateTime::now_utc();
        let now = now.format(&time::format_description::well_known::Rfc3339).map_err(|e| e.to_string())?;
        let line = serde_json::json!({ "time": now, "work_id": work, "who": self.who, "why": self.why });
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.kept_in).map_err(failed)?;
        // One write a line, so that programs that run side by side do not mix theirs.
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }
}
