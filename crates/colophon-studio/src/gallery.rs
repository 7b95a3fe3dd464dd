//! The gallery: files of works, search by meaning, and how works leave it.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use colophon_seal::Verdict;
use colophon_store::{Store, WorkEdit, WorkFilter, WorkRow};
use colophon_text::encode::Purpose;
use colophon_types::{Cancel, NoProgress};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;

use crate::{Studio, StudioError, jobs};

/// Works whose meaning is taken down at a time.
const BATCH: usize = 64;
/// Characters of a prompt that are read for its meaning.
const READ: usize = 1_000;
/// How long a preview is kept.
const PREVIEW_LIFE: Duration = Duration::from_secs(1800);

impl Studio {
    /// The records of this studio, made on first use.
    ///
    /// # Errors
    /// [`StudioError::Store`].
    pub fn store(&self) -> Result<&Store, StudioError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let _turn = self.opening.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = match (self.config.database.as_deref(), self.config.nats.as_deref()) {
            (None, None) => Store::open(&self.home.join("studio.db"))?,
            (None, Some(_)) => {
                let message = "a broker (COLOPHON_NATS) hands out the jobs of a database that machines share: \
                               set COLOPHON_DATABASE=postgres://… too";
                return Err(StudioError::Config(message.into()));
            }
            (Some(url), broker) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                match broker {
                    None => Store::connect(url)?,
                    Some(broker) => Store::connect_over(url, broker)?,
                }
            }
            (Some(_), _) => {
                let message = "the database is the postgres:// address of one, or left out";
                return Err(StudioError::Config(message.into()));
            }
        };
        Ok(self.store.get_or_init(|| store))
    }

    /// The folder of all works.
    pub(crate) fn works_dir(&self) -> PathBuf {
        self.home.join("works")
    }

    /// Where the previews of jobs lie for a while.
    pub(crate) fn previews_dir(&self) -> PathBuf {
        self.works_dir().join(".previews")
    }

    /// What is known of a work by its own file, as anyone would find it.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn work_credential(&self, id: &str) -> Result<Verdict, StudioError> {
        let row = self.store()?.work(id)?;
        self.verify(self.work_file(&row.work, None)?.path())
    }

    /// Changes what is said about a work.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn edit_work(&self, id: &str, mut edit: WorkEdit) -> Result<WorkRow, StudioError> {
        if let Some(title) = &edit.title {
            let fine = !title.trim().is_empty() && title.chars().count() <= 200;
            if !fine || title.chars().any(char::is_control) {
                return Err(StudioError::request("a title has 1 to 200 characters", "shorten it"));
            }
        }
        edit.tags = edit.tags.map(jobs::checked_tags).transpose()?;
        Ok(self.store()?.edit_work(id, edit)?)
    }

    /// Works that mean something like `words`, the nearest first. The first search after new works
    /// takes down what they mean.
    ///
    /// # Errors
    /// [`StudioError`] of the encoder.
    pub fn search_works(
        &self,
        words: &str,
        filter: &WorkFilter,
        cancel: &Cancel,
    ) -> Result<Vec<(WorkRow, f32)>, StudioError> {
        let store = self.store()?;
        let embed = |texts: &[String], purpose| {
            self.embed(None, texts, purpose, &NoProgress, cancel).map(|made| made.vectors)
        };
        loop {
            let new = store.works_without_vector(BATCH)?;
            if new.is_empty() {
                break;
            }
            let texts: Vec<String> = new
                .iter()
                .map(|(_, title, prompt)| format!("{title}. {prompt}").chars().take(READ).collect())
                .collect();
            let vectors = embed(&texts, Purpose::Passage)?;
            store.set_vectors(new.into_iter().map(|(id, ..)| id).zip(vectors).collect())?;
        }
        let words: String = words.chars().take(READ).collect();
        let vector = embed(&[words], Purpose::Query)?.pop().unwrap_or_default();
        Ok(store.works_like(filter, &vector)?)
    }

    /// Removes a work and its files; its entry in the log stays.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn remove_work(&self, id: &str) -> Result<(), StudioError> {
        let (row, shared) = self.store()?.forget_work(id)?;
        let keys = row.work.files.iter().map(|f| &f.name).chain([&row.work.name]).chain(&row.work.thumbnail);
        let keys: Vec<String> = keys.map(|name| format!("works/{}/{name}", row.work.folder)).collect();
        if shared || self.objects()?.is_some() {
            return keys.iter().try_for_each(|key| self.unkeep(key));
        }
        let folder = self.works_dir().join(&row.work.folder);
        match std::fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StudioError::io("remove", &folder)(e)),
            _ => Ok(()),
        }
    }

    /// A work with all its files, its receipt, the proof that it is in the log, and what verification
    /// says of it, as one ZIP file.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn export_work(&self, id: &str) -> Result<NamedTempFile, StudioError> {
        let row = self.store()?.work(id)?;
        let work = &row.work;
        let verdict = self.verify(self.work_file(work, None)?.path())?;
        let proof = self.prove(&work.sha256)?;
        let pretty = |value: &serde_json::Value| serde_json::to_vec_pretty(value).unwrap_or_default();
        let file = NamedTempFile::new().map_err(StudioError::io("write in", &std::env::temp_dir()))?;
        let names = [&work.name].into_iter().chain(work.files.iter().map(|f| &f.name));
        let files = names.map(|name| self.work_file(work, Some(name)).map(|file| (name, file)));
        let files: Vec<_> = files.collect::<Result<_, _>>()?;
        let written = (|| -> Result<(), zip::result::ZipError> {
            let mut zip = zip::ZipWriter::new(file.as_file());
            // Media is compressed already.
            let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            let packed = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
            for (name, kept) in &files {
                zip.start_file(name.as_str(), stored.large_file(true))?;
                std::io::copy(&mut std::fs::File::open(kept.path())?, &mut zip)?;
            }
            let verdict = serde_json::to_value(&verdict).unwrap_or_default();
            let further = [
                (format!("{}.tlog-proof", work.name), proof.into_bytes()),
                ("receipt.json".to_owned(), pretty(&work.receipt)),
                ("verdict.json".to_owned(), pretty(&verdict)),
            ];
            let taken = |name: &str| work.name == name || work.files.iter().any(|f| f.name == name);
            for (name, bytes) in further.iter().filter(|(name, _)| !taken(name)) {
                zip.start_file(name.as_str(), packed)?;
                zip.write_all(bytes)?;
            }
            zip.finish()?;
            Ok(())
        })();
        written.map_err(|e| StudioError::io("write", file.path())(std::io::Error::other(e)))?;
        Ok(file)
    }

    /// Removes uploads whose time is over, and works that have been in the trash for `days`.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn tidy(&self, days: u32) -> Result<(), StudioError> {
        let store = self.store()?;
        for upload in store.expire_uploads()? {
            // What stays now is swept later.
            let _ = self.unkeep(&format!("uploads/{}", upload.id));
        }
        for entry in std::fs::read_dir(self.previews_dir()).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > PREVIEW_LIFE) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        for id in store.old_trash(store.now() - i64::from(days) * 86_400_000)? {
            self.remove_work(&id)?;
        }
        Ok(())
    }
}
