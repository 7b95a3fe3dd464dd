//! Files that are there whole or not at all.

use std::io::Write as _;
use std::path::Path;

use crate::StudioError;

/// Writes a file in the place of one before; the folder is made where it is missing.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), StudioError> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(StudioError::io("create", folder))?;
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|e| e.error)
    };
    write().map(drop).map_err(StudioError::io("write", path))
}
