//! Where the spoken segments of a book wait until all are there: a private folder, one file of 16-bit
//! samples a segment, written by rename.

use std::path::{Path, PathBuf};

use colophon_types::Pcm;

use crate::{StudioError, whole};

/// Samples are kept at half their size: voices may go a little over full scale.
const ROOM: f32 = 0.5;

pub(super) struct Shelf(PathBuf);

impl Shelf {
    /// The shelf of one book, made when it is not there.
    pub(super) fn open(root: &Path, key: &str) -> Result<Self, StudioError> {
        let folder = root.join(key);
        std::fs::create_dir_all(&folder).map_err(StudioError::io("create", &folder))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let private = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(&folder, private).map_err(StudioError::io("protect", &folder))?;
        }
        Ok(Self(folder))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    fn file(&self, index: usize) -> PathBuf {
        self.0.join(format!("{index:05}.s16"))
    }

    pub(super) fn has(&self, index: usize) -> bool {
        self.file(index).is_file()
    }

    pub(super) fn put(&self, index: usize, sound: &Pcm) -> Result<(), StudioError> {
        let path = self.file(index);
        let mut bytes = sound.rate.to_le_bytes().to_vec();
        bytes.extend(sound.samples.iter().flat_map(|s| {
            let whole = (s * ROOM * 32767.0).round().clamp(-32768.0, 32767.0) as i16;
            whole.to_le_bytes()
        }));
        whole::write(&path, &bytes)
    }

    pub(super) fn get(&self, index: usize) -> Result<Pcm, StudioError> {
        let path = self.file(index);
        let bytes = std::fs::read(&path).map_err(StudioError::io("read", &path))?;
        let (rate, samples) = bytes.split_at_checked(4).unwrap_or((&[0; 4], &[]));
        let rate = u32::from_le_bytes([rate[0], rate[1], rate[2], rate[3]]);
        let sample = |b: &[u8]| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32767.0 / ROOM;
        Ok(Pcm { rate, samples: samples.chunks_exact(2).map(sample).collect() })
    }

    /// Empties the shelf: the book is done.
    pub(super) fn clear(&self) {
        // What stays behind costs room only.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
