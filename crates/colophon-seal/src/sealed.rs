//! A sealed work: the only form in which generated content has bytes.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use colophon_types::{LogPosition, Receipt, WorkId};
use tempfile::TempPath;

use crate::SealError;

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
            "image/gif" => "gif",
            "audio/wav" => "wav",
            "audio/mpeg" => "mp3",
            "audio/ogg" => "opus",
            "audio/mp4" => "m4a",
            "audio/flac" => "flac",
            "audio/pcm" => "pcm",
            "video/mp4" => "mp4",
            _ => "md",
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
    /// beside the work, with the ending `.c2pa` in place of the work's own.
    pub fn sidecar(&self) -> Option<&[u8]> {
        self.sidecar.as_deref()
    }

    /// Writes the work to `path`: into a temporary file in the same folder, synced and then renamed,
    /// so that `path` never holds a part of it.
    ///
    /// # Errors
    /// [`SealError::Write`]; nothing is left behind.
    pub fn write_to(&self, path: &Path) -> Result<(), SealError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| SealError::Write { path, source }
        };
        if let Some(store) = &self.sidecar {
            let beside = sidecar_of(path);
            write_whole(&beside, |temp| temp.write_all(store)).map_err(failed(&beside))?;
        }
        let copied = write_whole(path, |temp| match &self.body {
            Body::Bytes(bytes) => temp.write_all(bytes),
            Body::File(file) => io::copy(&mut File::open(file)?, temp).map(|_| ()),
        });
        copied.map_err(failed(path))
    }
}

/// Where the credential of a file lies that has no place for it inside.
pub(crate) fn sidecar_of(path: &Path) -> PathBuf {
    path.with_extension("c2pa")
}

/// Writes a file as a whole or not at all.
fn write_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let mut temp = tempfile::Builder::new().prefix(".colophon-").tempfile_in(dir)?;
    write(temp.as_file_mut())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        temp.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    temp.as_file().sync_all()?;
    temp.persist(path).map_err(|e| e.error)?;
    if cfg!(unix) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}
