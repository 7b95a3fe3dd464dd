//! Where a job's files go: into a hidden folder while they are made, and from there into the gallery by
//! one renaming. A list of them lies in the same folder, so that a program that died between the
//! renaming and the record of it finds what was made, and does not make it again.
//!
//! With an object store the files go there, under a name that no other attempt has, and the list last.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use colophon_image::thumbnail;
use colophon_objects::Objects;
use colophon_seal::{LABEL_TEXT, Sealed};
use colophon_store::{Job, JobId, NewWork, Outcome, Store, Usage, WorkFile};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::film::Made;
use crate::kept::preview_key;
use crate::{Studio, StudioError, origin};

/// The list of what is in a folder.
const LIST: &str = ".works.json";
/// The small picture of a work.
const THUMBNAIL: &str = ".thumbnail";
/// Longest side of a small picture, in pixels.
const SMALL: u32 = 512;
/// Characters of a title.
const TITLE: usize = 80;
/// Characters of a prompt that are kept for search.
const PROMPT: usize = 4_000;
/// How a folder is called while it is filled.
const STAGING: &str = ".job-";

/// What is said of a file besides what its receipt tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    /// Its title; that of the receipt where it is empty.
    pub(crate) title: String,
    /// What was asked for.
    pub(crate) prompt: String,
    /// Its length in seconds.
    pub(crate) seconds: Option<f64>,
}

impl About {
    /// A sound, which is called by what was asked for.
    pub(crate) fn named(prompt: &str, seconds: f64) -> Self {
        Self { title: prompt.to_owned(), prompt: prompt.to_owned(), seconds: Some(seconds) }
    }
}

/// What lies in a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct List {
    works: Vec<NewWork>,
    result: Option<Value>,
    usage: Usage,
}

/// The folder of one job.
pub(crate) struct Shelf {
    dir: PathBuf,
    place: PathBuf,
    folder: String,
    list: List,
    store: Store,
    job: JobId,
    list_key: String,
    /// Previews so far.
    previews: AtomicI64,
    /// Words that were written but not yet told.
    waiting: Mutex<String>,
}

/// The folder of a job's works, below the folder of all works.
fn folder_of(job: &Job) -> String {
    let month = OffsetDateTime::from_unix_timestamp(job.created / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!("{:04}-{:02}/{}", month.year(), u8::from(month.month()), job.id)
}

/// The key of a job's list in an object store.
fn list_key(job: &Job) -> String {
    format!("works/{}/{LIST}", folder_of(job))
}

/// How a job ended whose files are in place though nothing says so.
pub(crate) fn settle(studio: &Studio, job: &Job) -> Option<Outcome> {
    match studio.objects().ok()? {
        None => listed(&studio.works_dir().join(folder_of(job))),
        Some(cache) => read_list(&cache.objects().get(&list_key(job)).ok()?),
    }
}

/// What the list in a folder of the gallery says.
fn listed(place: &Path) -> Option<Outcome> {
    read_list(&std::fs::read(place.join(LIST)).ok()?)
}

fn read_list(list: &[u8]) -> Option<Outcome> {
    let List { works, result, usage } = serde_json::from_slice(list).ok()?;
    Some(Outcome::Done { works, result, usage })
}

/// Removes what attempts left that did not come to an end, where it was not touched for so long.
pub(crate) fn sweep(works: &Path, untouched: Duration) {
    let Ok(entries) = std::fs::read_dir(works) else { return };
    for entry in entries.flatten() {
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
        let old = untouched.is_zero() || age.is_some_and(|age| age > untouched);
        if old && entry.file_name().to_string_lossy().starts_with(STAGING) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

impl Shelf {
    pub(crate) fn open(studio: &Studio, job: &Job) -> Result<Self, StudioError> {
        let works = studio.works_dir();
        let dir = works.join(format!("{STAGING}{}-{}", job.id, job.attempt));
        let folder = match studio.objects()? {
            None => folder_of(job),
            Some(_) => {
                let fresh = uuid::Uuid::new_v4().simple().to_string();
                format!("{}/{}-{}", folder_of(job), job.attempt, &fresh[..12])
            }
        };
        // An attempt of the same number may have been given back half-way.
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).map_err(StudioError::io("make the folder", &dir))?;
        Ok(Self {
            place: works.join(&folder),
            folder,
            dir,
            list: List { usage: Usage { requests: 1, ..Usage::default() }, ..List::default() },
            store: studio.store()?.clone(),
            job: job.id.clone(),
            list_key: list_key(job),
            previews: AtomicI64::new(0),
            waiting: Mutex::default(),
        })
    }

    /// Where files are made.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What there is to say besides works.
    pub(crate) fn result(&mut self, result: Value) {
        self.list.result = Some(result);
    }

    /// Adds to what was used.
    pub(crate) fn used(&mut self, usage: Usage) {
        let used = &mut self.list.usage;
        used.tokens += usage.tokens;
        used.pixels += usage.pixels;
        used.seconds += usage.seconds;
    }

    /// Takes back what was kept, and gives the file of the first work, which lies here until the end.
    pub(crate) fn take_back(&mut self) -> Option<PathBuf> {
        let works = std::mem::take(&mut self.list.works);
        works.into_iter().next().map(|work| self.dir.join(work.name))
    }

    /// Shows a preview: a sealed picture of what is not finished.
    pub(crate) fn preview(&self, studio: &Studio, sealed: &Sealed) {
        let number = self.previews.fetch_add(1, Ordering::Relaxed) + 1;
        if self.show(studio, sealed, number).is_ok() {
            let receipt = sealed.receipt();
            let marks = json!({
                "work_id": receipt.work_id, "seed": receipt.seed, "sha256": sealed.sha256(),
                "log_index": sealed.log_position().index,
            });
            self.store.note_preview(&self.job, number, marks);
        }
    }

    fn show(&self, studio: &Studio, sealed: &Sealed, number: i64) -> Result<(), StudioError> {
        let file = studio.preview_path(&self.job, number);
        if let Some(cache) = studio.objects()? {
            let bytes = sealed.bytes().map_err(StudioError::io("read", &file))?;
            cache.objects().put(&preview_key(&self.job, number), &bytes)?;
            return Ok(());
        }
        if let Some(dir) = file.parent() {
            let _ = std::fs::create_dir_all(dir);
        }
        Ok(sealed.write_to(&file)?)
    }

    /// Tells words as they are written, some at a time.
    pub(crate) fn words(&self, words: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_str(words);
        if waiting.len() >= 24 || waiting.ends_with('\n') {
            self.store.note_text(&self.job, &std::mem::take(&mut *waiting));
        }
    }

    /// Tells the last words.
    fn last_words(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.is_empty() {
            self.store.note_text(&self.job, &std::mem::take(&mut *waiting));
        }
    }

    /// Keeps a work.
    pub(crate) fn keep(&mut self, sealed: &Sealed, name: &str, about: About) -> Result<(), StudioError> {
        let name = self.free_name(name);
        let path = self.dir.join(&name);
        sealed.write_to(&path)?;
        let bytes = std::fs::metadata(&path).map_err(StudioError::io("read", &path))?.len();
        let receipt = sealed.receipt();
        let mut size = None;
        let mut small = None;
        if sealed.media_type().starts_with("image/") {
            let file = sealed.bytes().map_err(StudioError::io("read", &path))?;
            let thumbnail = thumbnail(&file, SMALL)?;
            size = Some(thumbnail.size);
            let file = format!("{THUMBNAIL}-{}.jpg", self.list.works.len());
            self.put(&thumbnail.jpeg, &file)?;
            small = Some(file);
            let (width, height) = thumbnail.size;
            self.used(Usage { pixels: u64::from(width) * u64::from(height), ..Usage::default() });
        }
        let title = if about.title.is_empty() { receipt.title.clone() } else { about.title };
        let title = if title.is_empty() { shortened(&about.prompt) } else { title };
        self.list.works.push(NewWork {
            id: sealed.work_id().to_string(),
            modality: modality(sealed.media_type()).to_owned(),
            title: shortened(&title),
            prompt: about.prompt.chars().take(PROMPT).collect(),
            lang: receipt.lang.tag().to_owned(),
            media_type: sealed.media_type().to_owned(),
            name,
            folder: self.folder.clone(),
            bytes,
            sha256: sealed.sha256().to_owned(),
            log_index: Some(sealed.log_position().index),
            size,
            seconds: about.seconds,
            label: Some(LABEL_TEXT.to_owned()),
            thumbnail: small,
            files: Vec::new(),
            receipt: serde_json::to_value(receipt).unwrap_or_default(),
            vector: None,
        });
        Ok(())
    }

    /// Keeps a further file of the work that was kept last.
    pub(crate) fn beside(&mut self, sealed: &Sealed, name: &str) -> Result<(), StudioError> {
        let path = self.dir.join(name);
        sealed.write_to(&path)?;
        self.list_file(name, sealed.media_type(), sealed.sha256().to_owned())
    }

    /// Keeps a further file that has no place for a seal.
    pub(crate) fn beside_bytes(
        &mut self,
        bytes: &[u8],
        name: &str,
        media_type: &str,
    ) -> Result<(), StudioError> {
        self.put(bytes, name)?;
        self.list_file(name, media_type, origin::sha256_of(bytes))
    }

    fn list_file(&mut self, name: &str, media_type: &str, sha256: String) -> Result<(), StudioError> {
        let path = self.dir.join(name);
        let bytes = std::fs::metadata(&path).map_err(StudioError::io("read", &path))?.len();
        if let Some(work) = self.list.works.last_mut() {
            let (name, media_type) = (name.to_owned(), media_type.to_owned());
            work.files.push(WorkFile { name, media_type, bytes, sha256 });
        }
        Ok(())
    }

    /// Keeps a film with all that belongs to it.
    pub(crate) fn keep_film(&mut self, made: &Made, brief: &str) -> Result<(), StudioError> {
        let files = made.write_to(&self.dir)?;
        let mut work = None;
        let mut further = Vec::new();
        for file in files {
            let path = self.dir.join(&file.name);
            let bytes = std::fs::metadata(&path).map_err(StudioError::io("read", &path))?.len();
            let sha256 = match file.sha256 {
                Some(sha256) => sha256,
                None => origin::sha256_of_file(&path)?,
            };
            if file.name == "film.mp4" {
                work = Some((bytes, sha256, file.log.map(|l| l.index)));
                continue;
            }
            if file.name == "poster.png" {
                let poster = std::fs::read(&path).map_err(StudioError::io("read", &path))?;
                self.put(&thumbnail(&poster, SMALL)?.jpeg, &format!("{THUMBNAIL}.jpg"))?;
            }
            further.push(WorkFile { name: file.name, media_type: file.media_type, bytes, sha256 });
        }
        let Some((bytes, sha256, log_index)) = work else { return Err(StudioError::Stopped("film")) };
        let receipt = &made.receipt;
        self.list.works.push(NewWork {
            id: receipt.work_id.to_string(),
            modality: "video".into(),
            title: receipt.title.clone(),
            prompt: brief.chars().take(PROMPT).collect(),
            lang: receipt.lang.tag().to_owned(),
            media_type: "video/mp4".into(),
            name: "film.mp4".into(),
            folder: self.folder.clone(),
            bytes,
            sha256,
            log_index,
            size: Some(crate::film::SIZE),
            seconds: Some(made.seconds),
            label: Some(LABEL_TEXT.to_owned()),
            thumbnail: Some(format!("{THUMBNAIL}.jpg")),
            files: further,
            receipt: serde_json::to_value(receipt).unwrap_or_default(),
            vector: None,
        });
        Ok(())
    }

    /// Puts everything into the gallery: the one moment at which it is there.
    pub(crate) fn commit(mut self, studio: &Studio) -> Result<Outcome, StudioError> {
        self.last_words();
        let list = std::mem::take(&mut self.list);
        if let Some(cache) = studio.objects()?.filter(|_| !list.works.is_empty()) {
            self.send(cache.objects(), &list)?;
        } else if !list.works.is_empty() {
            self.put(&serde_json::to_vec(&list).unwrap_or_default(), LIST)?;
            let fail = StudioError::io("write", &self.place);
            let moved = (|| {
                if let Some(month) = self.place.parent() {
                    std::fs::create_dir_all(month)?;
                }
                sync(&self.dir)?;
                std::fs::rename(&self.dir, &self.place)?;
                self.place.parent().map_or(Ok(()), sync)
            })();
            if let Err(error) = moved {
                // Another attempt, which was cut off from the records, was first: what it made is there.
                return listed(&self.place).ok_or_else(|| fail(error));
            }
        }
        Ok(Outcome::Done { works: list.works, result: list.result, usage: list.usage })
    }

    /// Puts all files into an object store, and the list of them last.
    fn send(&self, objects: &dyn Objects, list: &List) -> Result<(), StudioError> {
        for work in &list.works {
            let further = work.files.iter().map(|file| &file.name);
            for name in further.chain(&work.thumbnail).chain([&work.name]) {
                objects.put_file(&format!("works/{}/{name}", self.folder), &self.dir.join(name))?;
            }
        }
        objects.put(&self.list_key, &serde_json::to_vec(list).unwrap_or_default())?;
        Ok(())
    }

    fn put(&self, bytes: &[u8], name: &str) -> Result<(), StudioError> {
        let path = self.dir.join(name);
        let written = (|| {
            let mut file = std::fs::File::create(&path)?;
            std::io::Write::write_all(&mut file, bytes)?;
            file.sync_all()
        })();
        written.map_err(StudioError::io("write", &path))
    }

    /// A name that is not taken yet and is no path.
    fn free_name(&self, name: &str) -> String {
        let plain = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c };
        let name: String = name.chars().map(plain).collect();
        let name = name.trim_start_matches('.').to_owned();
        let name = if name.is_empty() { "file".to_owned() } else { name };
        let taken = |name: &str| self.dir.join(name).exists();
        if !taken(&name) {
            return name;
        }
        let (stem, end) = name.rsplit_once('.').unwrap_or((&name, ""));
        let numbered =
            |n: usize| if end.is_empty() { format!("{stem}-{n}") } else { format!("{stem}-{n}.{end}") };
        (2..).map(numbered).find(|n| !taken(n)).unwrap_or(name)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// A title: at most so many characters, on one line.
pub(super) fn shortened(words: &str) -> String {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TITLE {
        return line;
    }
    let cut: String = line.chars().take(TITLE - 1).collect();
    cut + "…"
}

fn modality(media_type: &str) -> &'static str {
    match media_type.split('/').next() {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "text",
    }
}

/// Makes a folder's entries last.
fn sync(dir: &Path) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(dir)?.sync_all() } else { Ok(()) }
}
