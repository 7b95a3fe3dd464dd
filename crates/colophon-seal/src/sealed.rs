//! A sealed work: the only form in which generated content has bytes.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use colophon_types::{DocumentFormat, LogPosition, Receipt, WorkId};
use tempfile::{NamedTempFile, TempPath};

use crate::{SealError, beside};

/// Works with a credential beside them are put in their places one at a time, so that those of one stem see
/// each other's.
static ONE: Mutex<()> = Mutex::new(());

/// Where the bytes are.
pub(crate) enum Body {
    /// In memory: text, pictures, sound.
    Bytes(Vec<u8>),
    /// In a private temporary file, removed on drop: films, recordings.
    File(TempPath),
}

/// A sealed work, made by [`crate::seal`] alone.
#[must_use = "a sealed work that is not written or served is lost"]
pub struct Sealed {
    pub(crate) body: Body,
    /// The credential, where the format has no place for it.
    pub(crate) sidecar: Option<Vec<u8>>,
    pub(crate) media_type: &'static str,
    pub(crate) receipt: Receipt,
    pub(crate) sha256: String,
    pub(crate) position: LogPosition,
}

impl Sealed {
    /// The sealed bytes; a film is read from its file.
    ///
    /// # Errors
    /// When a film's file cannot be read.
    pub fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.body {
            Body::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Body::File(path) => std::fs::read(path).map(Cow::Owned),
        }
    }

    /// The private file of a film, for streaming; it is removed when this value is dropped.
    pub fn path(&self) -> Option<&Path> {
        match &self.body {
            Body::Bytes(_) => None,
            Body::File(path) => Some(path),
        }
    }

    /// The media type, e.g. `image/png`.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The file name extension that goes with the media type.
    pub fn extension(&self) -> &'static str {
        match self.media_type {
            "image/png" => "png",
            "image/jpeg" => "jpg",
            "image/webp" => "webp",
            "image/tiff" => "tif",
            "image/gif" => "gif",
            "image/avif" => "avif",
            "audio/wav" => "wav",
            "audio/mpeg" => "mp3",
            "audio/ogg" => "opus",
            "audio/mp4" => "m4a",
            "audio/flac" => "flac",
            "audio/pcm" => "pcm",
            "video/mp4" => "mp4",
            "video/x-matroska" => "mkv",
            "video/webm" => "webm",
            other => DocumentFormat::of_media_type(other).map_or("md", DocumentFormat::extension),
        }
    }

    /// The work.
    pub fn work_id(&self) -> &WorkId {
        &self.receipt.work_id
    }

    /// How it was made.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// SHA-256 of the sealed bytes, lower-case hex: the key of the log entry.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Where the log keeps it.
    pub fn log_position(&self) -> &LogPosition {
        &self.position
    }

    /// The C2PA manifest store, where the format has no place for it. [`Self::write_to`] writes it
    /// beside the work, with the ending `.c2pa` in place of the work's own; where the credential of
    /// another file lies there, after it (`story.c2pa`, else `story.glb.c2pa`).
    pub fn sidecar(&self) -> Option<&[u8]> {
        self.sidecar.as_deref()
    }

    /// Writes the work to `path`: into a temporary file in the same folder, synced and then renamed,
    /// so that `path` never holds a part of it.
    ///
    /// # Errors
    /// [`SealError::Write`]; nothing is left behind. Also where both names for a credential beside the
    /// work are those of other files' credentials.
    pub fn write_to(&self, path: &Path) -> Result<(), SealError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| SealError::Write { path, source }
        };
        let copied = written(path, |temp| match &self.body {
            Body::Bytes(bytes) => temp.write_all(bytes),
            Body::File(file) => io::copy(&mut File::open(file)?, temp).map(|_| ()),
        });
        let work = copied.map_err(failed(path))?;
        let Some(store) = &self.sidecar else { return put(work, path).map_err(failed(path)) };
        let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let place = beside::place(path).map_err(failed(path))?;
        let credential = written(&place, |temp| temp.write_all(store));
        credential.and_then(|temp| put(temp, &place)).map_err(failed(&place))?;
        put(work, path).map_err(failed(path))
    }
}

/// Writes what will be put in a place into a temporary file in the same folder.
fn written(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let mut temp = tempfile::Builder::new().prefix(".colophon-").tempfile_in(beside::folder(path))?;
    write(temp.as_file_mut())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        temp.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    temp.as_file().sync_all()?;
    Ok(temp)
}

/// Puts a file in its place.
fn put(temp: NamedTempFile, path: &Path) -> io::Result<()> {
    temp.persist(path).map_err(|e| e.error)?;
    if cfg!(unix) {
        File::open(beside::folder(path))?.sync_all()?;
    }
    Ok(())
}
