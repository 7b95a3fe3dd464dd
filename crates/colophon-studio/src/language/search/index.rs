//! The index of one folder: an SQLite file with the passages and their vectors.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use colophon_text::encode::{Embed, Purpose};
use colophon_types::{Cancel, Cores, Event, Progress, Stage};
use rusqlite::{Connection, params};

use super::found::{Found, Indexed};
use super::passages::{Passage, cut, read};
use crate::StudioError;

/// Changes when passages are cut or stored differently.
const VERSION: i64 = 1;
/// Files embedded and stored in one go: what was done is kept when the work is stopped.
const FILES: usize = 16;

pub(super) struct Index {
    db: Connection,
    path: PathBuf,
}

/// A file on disk: size in bytes, time of its last change in nanoseconds.
type Stamp = (i64, i64);

impl Index {
    /// Opens the index, or makes it; one of another version or encoder is made anew.
    pub(super) fn open(path: &Path, encoder: &str, rebuild: bool) -> Result<Self, StudioError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(StudioError::io("create", folder))?;
        }
        let fail = |e| broken(path, e);
        let db = Connection::open(path).map_err(fail)?;
        db.busy_timeout(Duration::from_secs(20)).map_err(fail)?;
        let index = Self { db, path: path.to_owned() };
        index.prepare(encoder, rebuild).map_err(fail)?;
        Ok(index)
    }

    fn prepare(&self, encoder: &str, rebuild: bool) -> rusqlite::Result<()> {
        let db = &self.db;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.execute_batch(
            "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS files (
                 file TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL);
             CREATE TABLE IF NOT EXISTS passages (
                 file TEXT NOT NULL, line INTEGER NOT NULL, last INTEGER NOT NULL,
                 text TEXT NOT NULL, vector BLOB NOT NULL);
             CREATE INDEX IF NOT EXISTS passages_of ON passages (file);",
        )?;
        let made_for = format!("{VERSION} {encoder}");
        let before: Option<String> =
            db.query_row("SELECT value FROM facts WHERE name = 'made_for'", [], |row| row.get(0)).ok();
        if rebuild || before.as_deref() != Some(&made_for) {
            db.execute_batch("DELETE FROM passages; DELETE FROM files;")?;
            db.execute("INSERT OR REPLACE INTO facts VALUES ('made_for', ?1)", [made_for])?;
        }
        Ok(())
    }

    /// Files and passages in the index.
    pub(super) fn counts(&self) -> Result<(usize, usize), StudioError> {
        let count = |table: &str| {
            let count =
                self.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
            count.map(|n| n as usize).map_err(|e| broken(&self.path, e))
        };
        Ok((count("files")?, count("passages")?))
    }

    /// Brings the index up to date with the folder.
    pub(super) fn update(
        &mut self,
        root: &Path,
        encoder: &dyn Embed,
        cores: &Cores,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Indexed, StudioError> {
        let mut done = Indexed::default();
        let known = self.known().map_err(|e| broken(&self.path, e))?;
        let mut there: HashMap<String, Stamp> = HashMap::new();
        for entry in ignore::WalkBuilder::new(root).follow_links(false).build() {
            cancel.check()?;
            // What cannot be read is left out, like what is no text.
            let Ok(entry) = entry else {
                done.skipped += 1;
                continue;
            };
            let Some(meta) = entry.metadata().ok().filter(std::fs::Metadata::is_file) else { continue };
            let changed =
                meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
            there.insert(name.to_string_lossy().into_owned(), (meta.len() as i64, changed.as_nanos() as i64));
        }
        let gone: Vec<&String> = known.keys().filter(|f| !there.contains_key(*f)).collect();
        done.removed = gone.len();
        for file in gone {
            self.replace(file, None, &[]).map_err(|e| broken(&self.path, e))?;
        }
        let mut changed: Vec<(&String, &Stamp)> =
            there.iter().filter(|(file, stamp)| known.get(*file) != Some(stamp)).collect();
        changed.sort();
        let total = changed.len() as u64;
        for (batch, files) in changed.chunks(FILES).enumerate() {
            let at = (batch * FILES) as u64;
            progress.event(Event::Progress { stage: Stage::Index, done: at, total, what: None });
            let cuts: Vec<Option<Vec<Passage>>> =
                files.iter().map(|(file, _)| read(&root.join(file)).map(|text| cut(&text))).collect();
            let texts: Vec<&str> = cuts.iter().flatten().flatten().map(|p| p.text.as_str()).collect();
            let vectors = {
                let _lease = cores.lease(1, cores.total(), cancel)?;
                encoder.vectors(&texts, Purpose::Passage, cancel)?
            };
            let mut vectors = vectors.into_iter();
            for ((file, stamp), passages) in files.iter().zip(cuts) {
                match &passages {
                    None => done.skipped += 1,
                    Some(_) => done.updated += 1,
                }
                let passages = passages.unwrap_or_default();
                let rows: Vec<(Passage, Vec<f32>)> = passages.into_iter().zip(vectors.by_ref()).collect();
                // Files that are no texts are noted too, so that they are not read again.
                self.replace(file, Some(**stamp), &rows).map_err(|e| broken(&self.path, e))?;
            }
        }
        Ok(done)
    }

    fn known(&self) -> rusqlite::Result<HashMap<String, Stamp>> {
        let mut query = self.db.prepare("SELECT file, size, changed FROM files")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        rows.collect()
    }

    /// Puts the passages of a file in place of those before; without a stamp the file is gone.
    fn replace(
        &mut self,
        file: &str,
        stamp: Option<Stamp>,
        rows: &[(Passage, Vec<f32>)],
    ) -> rusqlite::Result<()> {
        let change = self.db.transaction()?;
        change.execute("DELETE FROM passages WHERE file = ?1", [file])?;
        change.execute("DELETE FROM files WHERE file = ?1", [file])?;
        if let Some((size, changed)) = stamp {
            change.execute("INSERT INTO files VALUES (?1, ?2, ?3)", params![file, size, changed])?;
        }
        for (passage, vector) in rows {
            let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
            let (first, last) = (passage.lines.0 as i64, passage.lines.1 as i64);
            change.execute(
                "INSERT INTO passages VALUES (?1, ?2, ?3, ?4, ?5)",
                params![file, first, last, passage.text, bytes],
            )?;
        }
        change.commit()
    }

    /// Shows every passage with its vector, until told to stop.
    pub(super) fn each(&self, see: &mut dyn FnMut(Found, &[f32]) -> bool) -> Result<(), StudioError> {
        let mut walk = || -> rusqlite::Result<()> {
            let mut query = self.db.prepare("SELECT file, line, last, text, vector FROM passages")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let found = Found {
                    file: row.get(0)?,
                    line: row.get::<_, i64>(1)? as usize,
                    last_line: row.get::<_, i64>(2)? as usize,
                    text: row.get(3)?,
                    score: 0.0,
                };
                let bytes: Vec<u8> = row.get(4)?;
                let vector: Vec<f32> =
                    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
                if !see(found, &vector) {
                    break;
                }
            }
            Ok(())
        };
        walk().map_err(|e| broken(&self.path, e))
    }
}

fn broken(path: &Path, error: rusqlite::Error) -> StudioError {
    StudioError::Index { path: path.to_owned(), source: error }
}
