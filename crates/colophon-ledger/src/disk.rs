//! Files of the log: durable replacement, the lock between processes, tile paths.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tlog_tiles::Tile;

use crate::LedgerError;

/// Height of the tiles, fixed by tlog-tiles: 256 hashes a tile.
pub(crate) const TILE_HEIGHT: u8 = 8;
/// Entries in a full bundle.
pub(crate) const FULL: u32 = 1 << TILE_HEIGHT;
const TEMP_PREFIX: &str = ".new-";

/// Replaces `path` with `bytes`: a temporary file in the same folder, synced, renamed over it, and
/// the folder synced. After a crash the file holds either the old or the new bytes.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fault::point()?;
    fs::create_dir_all(dir).map_err(LedgerError::io("create", dir))?;
    let mut temp = tempfile::Builder::new()
        .prefix(TEMP_PREFIX)
        .tempfile_in(dir)
        .map_err(LedgerError::io("write in", dir))?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    temp.write_all(first).map_err(LedgerError::io("write", path))?;
    fault::leaving(&mut temp)?;
    temp.write_all(second).map_err(LedgerError::io("write", path))?;
    fault::leaving(&mut temp)?;
    temp.as_file().sync_all().map_err(LedgerError::io("sync", path))?;
    make_public(temp.path()).map_err(LedgerError::io("set the mode of", path))?;
    fault::leaving(&mut temp)?;
    temp.persist(path).map_err(|e| LedgerError::io("replace", path)(e.error))?;
    fault::point()?;
    sync_dir(dir)?;
    fault::point()
}

/// Where a program may stop, for tests of what it then leaves behind. Nothing happens outside of them.
#[cfg(not(test))]
pub(crate) mod fault {
    use crate::LedgerError;

    #[inline]
    pub(crate) fn point() -> Result<(), LedgerError> {
        Ok(())
    }

    #[inline]
    pub(crate) fn leaving(_: &mut tempfile::NamedTempFile) -> Result<(), LedgerError> {
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod fault {
    use std::cell::Cell;
    use std::path::Path;

    use crate::LedgerError;

    thread_local! {
        static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// Stops this thread's next work at the point after `points` others; `None` lets it run.
    pub(crate) fn stop_after(points: Option<u32>) {
        LEFT.set(points);
    }

    /// Whether it was stopped.
    pub(crate) fn stopped() -> bool {
        LEFT.get() == Some(u32::MAX)
    }

    pub(crate) fn point() -> Result<(), LedgerError> {
        match LEFT.get() {
            None => Ok(()),
            // Whoever has stopped does nothing more.
            Some(0 | u32::MAX) => {
                LEFT.set(Some(u32::MAX));
                let stop = std::io::Error::other("stopped");
                Err(LedgerError::io("go on with", Path::new("this"))(stop))
            }
            Some(left) => {
                LEFT.set(Some(left - 1));
                Ok(())
            }
        }
    }

    /// As [`point`]; a program that stops removes none of its temporary files.
    pub(crate) fn leaving(temp: &mut tempfile::NamedTempFile) -> Result<(), LedgerError> {
        point().inspect_err(|_| temp.disable_cleanup(true))
    }
}

/// The log is public: temporary files start as 0600.
#[cfg(unix)]
fn make_public(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_public(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Makes renames in a folder durable. Only Unix lets a folder be opened and synced.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), LedgerError> {
    if cfg!(unix) {
        File::open(dir).and_then(|f| f.sync_all()).map_err(LedgerError::io("sync", dir))?;
    }
    Ok(())
}

/// Reads a file; `None` when it does not exist.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, LedgerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(LedgerError::io("read", path)(e)),
    }
}

/// Holds the log's exclusive lock until dropped (also between threads: each call opens the file anew).
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(dir: &Path) -> Result<Self, LedgerError> {
        let path = dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(LedgerError::io("open", &path))?;
        file.lock().map_err(LedgerError::io("lock", &path))?;
        Ok(Self { _file: file })
    }
}

/// The path of a hash tile or entry bundle as tlog-tiles names it: `tile/<L>/<N>[.p/<W>]` and
/// `tile/entries/<N>[.p/<W>]`.
pub(crate) fn tile_path(dir: &Path, tile: Tile) -> PathBuf {
    let path = tile.path();
    let rest = path.strip_prefix(&format!("tile/{TILE_HEIGHT}/")).unwrap_or(&path);
    let rest = rest.strip_prefix("data/").map_or_else(|| rest.to_owned(), |n| format!("entries/{n}"));
    dir.join("tile").join(rest)
}

/// The same tile with another width.
pub(crate) fn with_width(tile: Tile, width: u32) -> Tile {
    Tile::new(tile.height(), tile.level(), tile.level_index(), width, tile.is_data())
}

/// Removes the partial forms of a tile that is now full, as the specification allows.
/// Best effort: leftovers are harmless.
pub(crate) fn prune_partials(dir: &Path, full: Tile) {
    let path = tile_path(dir, full);
    if let Some(name) = path.file_name() {
        let mut partial = name.to_os_string();
        partial.push(".p");
        let _ = fs::remove_dir_all(path.with_file_name(partial));
    }
}

/// Removes temporary files that a crash left behind. Called under the lock, so none is in use.
pub(crate) fn remove_leftovers(dir: &Path) -> Result<(), LedgerError> {
    let mut todo = vec![dir.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).map_err(LedgerError::io("list", &dir))? {
            let entry = entry.map_err(LedgerError::io("list", &dir))?;
            let kind = entry.file_type().map_err(LedgerError::io("list", &dir))?;
            if kind.is_dir() {
                todo.push(entry.path());
            } else if entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) {
                fs::remove_file(entry.path()).map_err(LedgerError::io("remove", &entry.path()))?;
            }
        }
    }
    Ok(())
}
