//! One lock per model, between processes as well as threads, so that two pulls at once do not write
//! the same files.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use colophon_types::{Cancel, Event, Progress};

use crate::HubError;

/// Held until dropped; the operating system gives it back if the process dies.
pub(crate) struct Lock(File);

impl Lock {
    /// Waits for the lock of the model `id` in the store `root`.
    pub(crate) fn wait(
        root: &Path,
        id: &str,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Self, HubError> {
        let folder = root.join(".locks");
        std::fs::create_dir_all(&folder).map_err(HubError::io("writing", &folder))?;
        let path = folder.join(format!("{id}.lock"));
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(HubError::io("writing", &path))?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(HubError::io("locking", &path)(source)),
            }
            if !told {
                told = true;
                let message = format!("waiting for another pull of {id} to finish");
                progress.event(Event::Note { message });
            }
            cancel.check()?;
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
