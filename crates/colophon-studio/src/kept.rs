//! Files that are kept: works, uploads, recordings of consents, previews. They lie in the data folder; where
//! the settings name an object store they lie there, and machines that share it need not share a folder.
//!
//! In a store every attempt at a job writes under a name of its own, and the list of what it made comes last,
//! to a name that belongs to the job. So nothing half-made is found, and what the records do not know is left
//! over: a sweep removes it when it is old enough.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use colophon_objects::{Address, Cache, CachedFile, Object, Objects};
use colophon_store::{JobId, NewWork, StoreError};

use crate::{Studio, StudioError};

/// How long an object that the records do not know is left alone.
pub const OBJECTS_GRACE: Duration = Duration::from_secs(86_400);
/// After this time without use an object leaves the cache.
const UNUSED: Duration = Duration::from_secs(86_400);
/// The office of whoever sweeps.
const OFFICE: &str = "objects";

/// A kept file on this machine; it stays at least until this is dropped.
#[derive(Debug)]
pub struct KeptFile(CachedFile);

impl KeptFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl AsRef<Path> for KeptFile {
    fn as_ref(&self) -> &Path {
        self.path()
    }
}

impl Studio {
    /// The object store, where the settings name one; nothing is asked of it yet.
    pub(crate) fn objects(&self) -> Result<Option<&Cache>, StudioError> {
        let Some(setting) = &self.config.objects else { return Ok(None) };
        if let Some(cache) = self.objects.get() {
            return Ok(Some(cache));
        }
        let address = Address::read(setting)?;
        let objects: Arc<dyn Objects> = colophon_objects::open(&address)?;
        let cache = Cache::new(objects, &self.home.join("cache").join("objects"), address.cache());
        Ok(Some(self.objects.get_or_init(|| cache)))
    }

    /// Whether several machines share one log, each with a copy in a folder of its own.
    pub(crate) fn follows_log(&self) -> bool {
        self.config.objects.is_some() && self.config.database.is_some()
    }

    /// Asks whether the object store can be used, where there is one, and makes the keys of the studio, so
    /// that they can be given to other machines. Gives where the store is.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn check_objects(&self) -> Result<Option<String>, StudioError> {
        let Some(cache) = self.objects()? else { return Ok(None) };
        cache.objects().check()?;
        self.sealer()?;
        self.text_keys()?;
        let works = self.works_dir();
        std::fs::create_dir_all(&works).map_err(StudioError::io("make the folder", &works))?;
        Ok(Some(cache.objects().place().to_owned()))
    }

    /// A kept file by its key, which is its path in the data folder, too.
    pub(crate) fn kept(&self, key: &str) -> Result<KeptFile, StudioError> {
        Ok(KeptFile(match self.objects()? {
            None => CachedFile::plain(self.home.join(key)),
            Some(cache) => cache.fetch(key)?,
        }))
    }

    /// Removes a kept file, where it is there.
    pub(crate) fn unkeep(&self, key: &str) -> Result<(), StudioError> {
        match self.objects()? {
            None => {
                let path = self.home.join(key);
                match std::fs::remove_file(&path) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                        Err(StudioError::io("remove", &path)(e))
                    }
                    _ => Ok(()),
                }
            }
            Some(cache) => {
                cache.objects().remove(key)?;
                cache.forget(key);
                Ok(())
            }
        }
    }

    /// Takes a file of the data folder into the object store, where there is one; it is gone from the folder
    /// then, also where that fails.
    pub(crate) fn take_over(&self, key: &str, file: &Path) -> Result<(), StudioError> {
        if let Some(cache) = self.objects()? {
            let taken = cache.objects().put_file(key, file);
            let _ = std::fs::remove_file(file);
            taken?;
        }
        Ok(())
    }

    /// A file of a work: its main one, or a further one by name.
    ///
    /// # Errors
    /// [`StudioError`]: no such file, an object store that cannot be reached.
    pub fn work_file(&self, work: &NewWork, name: Option<&str>) -> Result<KeptFile, StudioError> {
        self.kept(&work_key(work, name)?)
    }

    /// A file that was brought.
    ///
    /// # Errors
    /// [`StudioError`] of the object store.
    pub fn upload_file(&self, id: &str) -> Result<KeptFile, StudioError> {
        self.kept(&format!("uploads/{id}"))
    }

    /// A job's preview of this number, while the job runs and a little longer.
    ///
    /// # Errors
    /// [`StudioError`]: there is none.
    pub fn preview(&self, job: &JobId, number: i64) -> Result<Vec<u8>, StudioError> {
        if let Some(cache) = self.objects()? {
            return Ok(cache.objects().get(&preview_key(job, number))?);
        }
        let path = self.preview_path(job, number);
        std::fs::read(&path).map_err(StudioError::io("read", &path))
    }

    /// Removes objects that the records do not know and that are older than `grace`: what attempts left that
    /// did not come to an end, and what could not be removed when it should. One machine at a time does. Gives
    /// how many went.
    ///
    /// # Errors
    /// [`StudioError`].
    pub fn sweep_objects(&self, grace: Duration) -> Result<usize, StudioError> {
        let Some(cache) = self.objects()? else { return Ok(0) };
        cache.tidy(UNUSED);
        let store = self.store()?;
        let Some(_office) = store.elect(OFFICE)? else { return Ok(0) };
        let before = store.now() - grace.as_millis() as i64;
        let mut gone = 0;
        let mut remove = |objects: Vec<Object>| -> Result<(), StudioError> {
            for object in objects {
                cache.objects().remove(&object.key)?;
                gone += 1;
            }
            Ok(())
        };
        let old = |prefix: &str| -> Result<Vec<Object>, StudioError> {
            let all = cache.objects().list(prefix)?;
            Ok(all.into_iter().filter(|object| object.written < before).collect())
        };
        let mut attempts: BTreeMap<String, Vec<Object>> = BTreeMap::new();
        for object in old("works/")? {
            let folder = object.key.rsplit_once('/').map_or("", |(folder, _)| folder);
            attempts.entry(folder.to_owned()).or_default().push(object);
        }
        for (folder, objects) in attempts {
            if !self.is_in_use(&folder)? {
                remove(objects)?;
            }
        }
        for object in old("uploads/")? {
            let id = object.key.trim_start_matches("uploads/");
            if !store.knows_upload(id)? {
                remove(vec![object])?;
            }
        }
        for object in old("consents/")? {
            match store.consent(object.key.trim_start_matches("consents/")) {
                Err(StoreError::Unknown { .. }) => remove(vec![object])?,
                other => drop(other?),
            }
        }
        // A preview stands for nothing.
        remove(old("previews/")?)?;
        Ok(gone)
    }

    /// Whether the records know a folder of objects, or a job that may yet come to an end may bring them to.
    fn is_in_use(&self, folder: &str) -> Result<bool, StudioError> {
        let store = self.store()?;
        // works/MONTH/JOB/ATTEMPT; a job's list lies above.
        let mut parts = folder.split('/').skip(2);
        let Some(job) = parts.next().and_then(JobId::parse) else { return Ok(true) };
        match store.job(&job) {
            Ok(job) if !job.state.is_final() => return Ok(true),
            Ok(_) | Err(StoreError::Unknown { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let known = folder.trim_start_matches("works/");
        Ok(parts.next().is_some() && store.knows_folder(job.as_str(), known)?)
    }

    /// Where a job's preview of this number lies while it is in the data folder.
    pub(crate) fn preview_path(&self, job: &JobId, number: i64) -> PathBuf {
        self.previews_dir().join(format!("{job}.{number}"))
    }
}

/// The key of a file of a work.
pub(crate) fn work_key(work: &NewWork, name: Option<&str>) -> Result<String, StudioError> {
    let name = name.unwrap_or(&work.name);
    let listed = name == work.name
        || work.thumbnail.as_deref() == Some(name)
        || work.files.iter().any(|f| f.name == name);
    // Only names that stand in the record are files: no path can be asked for.
    if !listed {
        return Err(StoreError::Unknown { what: "file", name: name.to_owned() }.into());
    }
    Ok(format!("works/{}/{name}", work.folder))
}

/// The key of a job's preview.
pub(crate) fn preview_key(job: &JobId, number: i64) -> String {
    format!("previews/{job}.{number}")
}

#[cfg(test)]
mod tests {
    use colophon_objects::Folder;
    use colophon_store::{NewJob, Outcome, Upload, Usage};
    use serde_json::json;

    use super::*;
    use crate::Config;

    fn work(id: &str, folder: &str) -> NewWork {
        NewWork {
            id: id.into(),
            modality: "image".into(),
            title: "A boat".into(),
            prompt: String::new(),
            lang: "en".into(),
            media_type: "image/png".into(),
            name: "boat.png".into(),
            folder: folder.into(),
            bytes: 4,
            sha256: String::new(),
            log_index: None,
            size: None,
            seconds: None,
            label: None,
            thumbnail: Some(".thumbnail-0.jpg".into()),
            files: Vec::new(),
            receipt: json!({}),
            vector: None,
        }
    }

    #[test]
    fn a_sweep_takes_what_the_records_do_not_know_and_nothing_else() {
        let (home, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let config = Config {
            home: Some(home.path().to_owned()),
            objects: Some(shared.path().to_string_lossy().into_owned()),
            offline: true,
            ..Config::default()
        };
        let studio = Studio::open(config).unwrap();
        let (store, objects) = (studio.store().unwrap(), Folder::open(shared.path()).unwrap());
        let claim = |n: usize| {
            store.enqueue(NewJob::new("ann", "sound", "a", json!({"n": n}))).unwrap();
            store.claim("w", &["sound"], Duration::from_secs(600)).unwrap().unwrap()
        };
        // A job that is done in its second attempt, one that runs, and one that nobody knows any more.
        let (done, running) = (claim(1), claim(2));
        let folder = format!("2026-11/{}/2-bbbb", done.id);
        let outcome =
            Outcome::Done { works: vec![work("clp-1", &folder)], result: None, usage: Usage::default() };
        store.finish(&done, "w", outcome).unwrap().unwrap();
        let upload = Upload {
            id: Upload::fresh_id(),
            owner: "ann".into(),
            name: "a.png".into(),
            media_type: "image/png".into(),
            bytes: 1,
            created: store.now(),
            expires: store.now() - 1,
        };
        store.add_upload(&upload).unwrap();
        let kept = [
            format!("works/{folder}/boat.png"),
            format!("works/{folder}/.thumbnail-0.jpg"),
            format!("works/2026-11/{}/.works.json", running.id),
            format!("works/2026-11/{}/1-cccc/boat.png", running.id),
            format!("uploads/{}", upload.id),
            "works/README".to_owned(),
        ];
        let left = [
            format!("works/2026-11/{}/.works.json", done.id),
            format!("works/2026-11/{}/1-aaaa/boat.png", done.id),
            "works/2026-11/job_00000000000000000000000000000000/1-dddd/boat.png".to_owned(),
            format!("uploads/{}", Upload::fresh_id()),
            "consents/cons_1".to_owned(),
            format!("previews/{}.1", done.id),
        ];
        for key in kept.iter().chain(&left) {
            objects.put(key, b"some").unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(studio.sweep_objects(OBJECTS_GRACE).unwrap(), 0, "all of it is young");
        assert_eq!(studio.sweep_objects(Duration::ZERO).unwrap(), left.len());
        let mut there: Vec<String> = objects.list("").unwrap().into_iter().map(|o| o.key).collect();
        let mut wanted = kept.to_vec();
        there.sort();
        wanted.sort();
        assert_eq!(there, wanted);
        assert_eq!(
            std::fs::read(studio.work_file(&work("clp-1", &folder), None).unwrap().path()).unwrap(),
            b"some"
        );
        studio.remove_work("clp-1").unwrap();
        assert!(objects.list(&format!("works/{folder}")).unwrap().is_empty());
    }
}
