//! Everything that a studio must not lose in one file: records, log, keys, works. Models can be fetched
//! again and are left out.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use colophon_types::{Cancel, Event, Progress, Stage};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::origin::GENERATOR;
use crate::{Studio, StudioError};

/// The first entry, which says what the file is.
const MANIFEST: &str = "colophon-backup.json";
/// The form of backups that this program writes and reads.
const FORM: u32 = 1;
/// What a studio keeps in its folder; all else is fetched, derived or half made.
const KEPT: [&str; 10] = [
    "agreements.jsonl",
    "colophon.toml",
    "consents",
    "dialogues",
    "keys",
    "log",
    "pronunciation.tsv",
    "protected.jsonl",
    "uploads",
    "works",
];

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    /// The form of the file.
    pub form: u32,
    /// The program that wrote it.
    pub generator: String,
    /// When: RFC 3339, UTC.
    pub created: String,
    /// Entries in the log.
    pub log_size: u64,
    /// Works in the gallery.
    pub works: u64,
    /// The object store that holds the files of works and uploads, which are not in the backup then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<String>,
}

impl Studio {
    /// Writes a backup, while the studio goes on working if it must. The file holds the private keys:
    /// it must be kept like them.
    ///
    /// # Errors
    /// [`StudioError`]; nothing is left behind then.
    pub fn backup(
        &self,
        file: &Path,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<BackupManifest, StudioError> {
        let fail = || StudioError::io("write", file);
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temp = tempfile::NamedTempFile::new_in(folder).map_err(fail())?;
        let copies = tempfile::tempdir().map_err(fail())?;
        // The head of the log first: what is added afterwards lies beyond it and does no harm.
        let checkpoint = self.ledger()?.checkpoint()?;
        let records = copies.path().join("studio.db");
        self.store()?.copy_to(&records)?;
        let manifest = BackupManifest {
            form: FORM,
            generator: GENERATOR.to_owned(),
            created: OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default(),
            log_size: checkpoint.size,
            works: self.store()?.works_total()?.0,
            objects: self.objects()?.map(|cache| cache.objects().place().to_owned()),
        };
        let mut files = Vec::new();
        for name in KEPT {
            let path = self.home.join(name);
            match path.symlink_metadata() {
                Ok(about) if about.is_dir() => collect(&self.home, &path, &mut files)?,
                Ok(about) if about.is_file() => files.push(name.into()),
                _ => {}
            }
        }
        let total: u64 =
            files.iter().filter_map(|f| self.home.join(f).metadata().ok()).map(|m| m.len()).sum();
        let mut tar = tar::Builder::new(BufWriter::new(temp.as_file()));
        tar.follow_symlinks(false);
        let about = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
        append_bytes(&mut tar, MANIFEST, &about).map_err(fail())?;
        append_bytes(&mut tar, "log/checkpoint", checkpoint.text.as_bytes()).map_err(fail())?;
        tar.append_path_with_name(&records, "studio.db").map_err(fail())?;
        let mut done = 0;
        for name in &files {
            cancel.check()?;
            let path = self.home.join(name);
            // What was removed meanwhile is not in the records' copy for long either.
            let Ok(length) = path.metadata().map(|m| m.len()) else { continue };
            tar.append_path_with_name(&path, name).map_err(fail())?;
            done += length;
            let what = Some(name.display().to_string());
            progress.event(Event::Progress { stage: Stage::Seal, done, total, what });
        }
        tar.into_inner().and_then(|mut w| w.flush()).map_err(fail())?;
        temp.as_file().sync_all().map_err(fail())?;
        temp.persist(file).map_err(|e| fail()(e.error))?;
        Ok(manifest)
    }

    /// Puts a backup into a data folder that holds no studio yet.
    ///
    /// # Errors
    /// [`StudioError`]: a file that is no backup, or a folder with a studio in it; nothing is changed then.
    pub fn restore(file: &Path, home: &Path) -> Result<BackupManifest, StudioError> {
        let bad = |why: &str| {
            let message = format!("{} cannot be restored: {why}", file.display());
            StudioError::request(message, "give a file that `colophon backup` wrote")
        };
        if let Some(there) = ["studio.db", "log", "keys", "works"].into_iter().find(|n| home.join(n).exists())
        {
            let message = format!("{} holds a studio already ({there})", home.display());
            return Err(StudioError::request(message, "set COLOPHON_HOME to an empty folder"));
        }
        std::fs::create_dir_all(home).map_err(StudioError::io("make the folder", home))?;
        let staging = tempfile::tempdir_in(home).map_err(StudioError::io("write in", home))?;
        let reader = File::open(file).map_err(|e| bad(&e.to_string()))?;
        let mut tar = tar::Archive::new(BufReader::new(reader));
        tar.set_preserve_mtime(false);
        let mut manifest: Option<BackupManifest> = None;
        for entry in tar.entries().map_err(|e| bad(&e.to_string()))? {
            let mut entry = entry.map_err(|e| bad(&e.to_string()))?;
            if manifest.is_none() {
                let mut text = String::new();
                let first = entry.path().is_ok_and(|p| p == Path::new(MANIFEST));
                if !first || entry.by_ref().take(1 << 20).read_to_string(&mut text).is_err() {
                    return Err(bad("it is no backup"));
                }
                let read: BackupManifest = serde_json::from_str(&text).map_err(|_| bad("it is no backup"))?;
                if read.form > FORM {
                    return Err(bad("a newer program wrote it"));
                }
                manifest = Some(read);
                continue;
            }
            let kind = entry.header().entry_type();
            if !(kind.is_file() || kind.is_dir())
                || !entry.unpack_in(staging.path()).map_err(|e| bad(&e.to_string()))?
            {
                return Err(bad("it holds something that is no file of a studio"));
            }
        }
        let manifest = manifest.ok_or_else(|| bad("it is empty"))?;
        for name in std::fs::read_dir(staging.path()).map_err(StudioError::io("read", home))?.flatten() {
            let place = home.join(name.file_name());
            std::fs::rename(name.path(), &place).map_err(StudioError::io("write", &place))?;
        }
        Ok(manifest)
    }
}

fn append_bytes(
    tar: &mut tar::Builder<impl std::io::Write>,
    name: &str,
    bytes: &[u8],
) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, bytes)
}

/// Files of a studio, relative to its folder.
fn collect(home: &Path, dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), StudioError> {
    let mut entries: Vec<_> =
        std::fs::read_dir(dir).map_err(StudioError::io("read", dir))?.flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let Ok(name) = path.strip_prefix(home) else { continue };
        let text = name.to_string_lossy();
        let derived = text.starts_with("log/index.db") || text == "log/checkpoint" || text == "log/lock";
        let half_made = ["works/.", "uploads/.", "consents/."].iter().any(|start| text.starts_with(start));
        if derived || half_made {
            continue;
        }
        let Ok(about) = path.symlink_metadata() else { continue };
        if about.is_dir() {
            collect(home, &path, files)?;
        } else if about.is_file() {
            files.push(name.to_owned());
        }
    }
    Ok(())
}
