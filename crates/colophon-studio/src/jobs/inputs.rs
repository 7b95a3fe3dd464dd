//! Files that jobs work on: brought by their owner, or works of the gallery.

use std::path::PathBuf;

use colophon_store::Upload;
use colophon_types::Declared;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::{NamedTempFile, TempDir};

use super::run::Run;
use super::shelf::About;
use crate::brought::Brought;
use crate::kept::{self, KeptFile};
use crate::{PictureFile, Studio, StudioError};

/// How long a file that was brought is kept, in milliseconds.
const UPLOAD_LIFE: i64 = 86_400_000;

/// A file that a job works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// A file that was brought, by its identifier.
    Upload(String),
    /// A work of the gallery, by its number.
    Work(String),
}

/// Such a file, found.
pub(crate) struct InputFile {
    /// Its name, without folders.
    pub(crate) name: String,
    /// The file itself.
    pub(crate) file: KeptFile,
}

impl InputFile {
    /// A copy that is called as the file was when it came, for readers that go by its name; it lies in
    /// the folder that is given with it.
    pub(crate) fn under_its_name(&self) -> Result<(TempDir, PathBuf), StudioError> {
        let folder =
            tempfile::tempdir().map_err(StudioError::io("make a folder in", &std::env::temp_dir()))?;
        let path = folder.path().join(&self.name);
        let kept = self.file.path();
        std::fs::copy(kept, &path).map_err(StudioError::io("read", kept))?;
        Ok((folder, path))
    }
}

/// Sealing what something else generated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Mark")]
pub(crate) struct MarkJob {
    /// The file that is sealed.
    pub(crate) file: Input,
    /// What generated it.
    pub(crate) generator: String,
    /// How it came about: see `colophon mark --help`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    declared: Declared,
    /// Whether a file that carries marks already is sealed all the same.
    #[serde(default)]
    again: bool,
}

/// Fetching a model.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Pull")]
pub(crate) struct PullJob {
    /// Its identifier in the catalogue.
    pub(crate) model: String,
}

impl Studio {
    /// Where a file that was brought is kept.
    pub fn upload_path(&self, id: &str) -> PathBuf {
        self.home.join("uploads").join(id)
    }

    /// Keeps a file that someone brings, which lies in the folder of uploads already.
    ///
    /// # Errors
    /// [`StudioError`] when the disk or the records cannot take it.
    pub fn bring(
        &self,
        owner: &str,
        name: &str,
        media_type: &str,
        file: NamedTempFile,
    ) -> Result<Upload, StudioError> {
        let (store, id) = (self.store()?, Upload::fresh_id());
        let path = self.upload_path(&id);
        let fail = StudioError::io("write", &path);
        let kept = (|| {
            file.as_file().sync_all()?;
            let bytes = file.as_file().metadata()?.len();
            file.persist(&path)?;
            Ok(bytes)
        })();
        let upload = Upload {
            owner: owner.to_owned(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: kept.map_err(fail)?,
            created: store.now(),
            expires: store.now() + UPLOAD_LIFE,
            id,
        };
        self.take_over(&format!("uploads/{}", upload.id), &path)?;
        store.add_upload(&upload)?;
        Ok(upload)
    }

    /// Removes a file that was brought.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn let_go(&self, id: &str) -> Result<(), StudioError> {
        if self.store()?.remove_upload(id)? {
            // What stays now is swept later.
            let _ = self.unkeep(&format!("uploads/{id}"));
        }
        Ok(())
    }

    /// Finds a file that someone may use: its name and its key.
    pub(crate) fn input_named(
        &self,
        input: &Input,
        owner: &str,
        sees_all: bool,
    ) -> Result<(String, String), StudioError> {
        let store = self.store()?;
        match input {
            Input::Upload(id) => {
                let upload = store.upload(id)?;
                if upload.owner != owner && !sees_all {
                    return Err(unknown("upload", id));
                }
                Ok((upload.name, format!("uploads/{}", upload.id)))
            }
            Input::Work(id) => {
                let row = store.work(id)?;
                if row.owner != owner && !sees_all {
                    return Err(unknown("work", id));
                }
                let key = kept::work_key(&row.work, None)?;
                Ok((row.work.name, key))
            }
        }
    }
}

/// What is someone else's is not there.
fn unknown(what: &'static str, name: &str) -> StudioError {
    StudioError::Store(colophon_store::StoreError::Unknown { what, name: name.to_owned() })
}

impl Run<'_> {
    /// A file that the job names; whoever asked was allowed it then.
    pub(crate) fn file(&self, input: &Input) -> Result<InputFile, StudioError> {
        let (name, key) = self.studio.input_named(input, &self.job.owner, true)?;
        Ok(InputFile { name, file: self.studio.kept(&key)? })
    }

    /// The same as a picture.
    pub(crate) fn picture(&self, input: &Input) -> Result<PictureFile, StudioError> {
        let file = self.file(input)?;
        Ok(PictureFile { name: file.name, ..PictureFile::open(file.file.path())? })
    }
}

impl MarkJob {
    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let file = run.file(&self.file)?;
        let (_folder, path) = file.under_its_name()?;
        let brought = Brought {
            generator: self.generator.clone(),
            declared: self.declared,
            again: self.again,
            format: None,
        };
        let sealed = run.studio.mark(&path, &brought, run.progress.as_ref(), run.cancel)?;
        let name = format!("{}.{}", stem(&file.name), sealed.extension());
        run.shelf.keep(&sealed, &name, About { title: file.name, ..About::default() })
    }
}

/// A file's name without its ending.
pub(crate) fn stem(name: &str) -> &str {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { "file" } else { stem }
}

impl PullJob {
    pub(crate) fn run(&self, run: &mut Run<'_>) -> Result<(), StudioError> {
        let pulled = run.studio.hub().pull(&[&self.model], run.progress.as_ref(), run.cancel)?;
        let ids: Vec<&str> = pulled.iter().map(|m| m.entry().id.as_str()).collect();
        // A model may be one that the seal marks with.
        run.studio.forget_sealer();
        run.shelf.result(json!({"models": ids}));
        Ok(())
    }
}
