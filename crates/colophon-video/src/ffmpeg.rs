//! ffmpeg as a child process that never outlives its purpose.
//!
//! The child gets its own process group, so that Ctrl-C in a terminal reaches Colophon alone, which
//! then stops the child in order. A watchdog kills it within 50 ms of a cancellation, also while a
//! write to its pipe blocks; dropping the handle kills it too.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use colophon_types::Cancel;

use crate::error::VideoError;

const POLL: Duration = Duration::from_millis(20);
const NO_SPACE: &str = "No space left on device";

/// A running ffmpeg.
pub(crate) struct Ffmpeg {
    child: Arc<Mutex<Child>>,
    over: Arc<AtomicBool>,
    messages: Option<JoinHandle<String>>,
    watchdog: Option<JoinHandle<()>>,
    doing: &'static str,
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ffmpeg {
    /// Starts ffmpeg with `args`; `doing` names the work in errors. It is killed when `cancel` or
    /// `abandon` is set.
    pub(crate) fn start(
        program: &Path,
        args: &[String],
        doing: &'static str,
        cancel: &Cancel,
        abandon: &Cancel,
    ) -> Result<(Self, ChildStdin), VideoError> {
        cancel.check()?;
        let missing =
            |reason: String| VideoError::ToolMissing { program: program.display().to_string(), reason };
        let mut command = Command::new(program);
        command.args(["-hide_banner", "-nostats", "-loglevel", "error", "-y"]).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        tracing::debug!(?command, "starting ffmpeg");
        let mut child = command.spawn().map_err(|e| missing(e.to_string()))?;
        let stdin = child.stdin.take().ok_or_else(|| missing("it has no input".into()))?;
        let stderr = child.stderr.take();
        let messages = std::thread::spawn(move || {
            let mut last = String::new();
            let mut full = false;
            for line in stderr.into_iter().flat_map(|s| BufReader::new(s).lines()).map_while(Result::ok) {
                full |= line.contains(NO_SPACE);
                // The line that says only that it failed comes last and explains nothing.
                if !line.trim().is_empty() && line.trim() != "Conversion failed!" {
                    last = line.trim().to_string();
                }
            }
            if full { NO_SPACE.to_string() } else { last }
        });
        let child = Arc::new(Mutex::new(child));
        let over = Arc::new(AtomicBool::new(false));
        let watchdog = {
            let (child, over) = (Arc::clone(&child), Arc::clone(&over));
            let (cancel, abandon) = (cancel.clone(), abandon.clone());
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    if cancel.is_cancelled() || abandon.is_cancelled() {
                        let _ = lock(&child).kill();
                        return;
                    }
                    std::thread::sleep(POLL);
                }
            })
        };
        Ok((Self { child, over, messages: Some(messages), watchdog: Some(watchdog), doing }, stdin))
    }

    /// Waits for the end. Its input must have been closed before.
    ///
    /// # Errors
    /// Cancelled, or what ffmpeg said last.
    pub(crate) fn wait(mut self, cancel: &Cancel) -> Result<(), VideoError> {
        loop {
            let status = lock(&self.child).try_wait();
            match status {
                Ok(None) => std::thread::sleep(Duration::from_millis(4)),
                Ok(Some(status)) => {
                    let last = self.end();
                    cancel.check()?;
                    if status.success() {
                        return Ok(());
                    }
                    if last == NO_SPACE {
                        return Err(VideoError::DiskFull);
                    }
                    let last = if last.is_empty() { status.to_string() } else { last };
                    return Err(VideoError::Ffmpeg { doing: self.doing, last });
                }
                Err(e) => return Err(VideoError::io("wait for ffmpeg", e)),
            }
        }
    }

    /// Kills the child if it still runs, and tells what it said last.
    fn end(&mut self) -> String {
        self.over.store(true, Ordering::Relaxed);
        {
            let mut child = lock(&self.child);
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some(watchdog) = self.watchdog.take() {
            let _ = watchdog.join();
        }
        self.messages.take().and_then(|m| m.join().ok()).unwrap_or_default()
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        self.end();
    }
}

/// Checks that ffmpeg can be started, before any work is done that would be lost without it.
///
/// # Errors
/// [`VideoError::ToolMissing`].
pub fn find_ffmpeg(program: &Path) -> Result<(), VideoError> {
    let missing = |reason: String| VideoError::ToolMissing { program: program.display().to_string(), reason };
    let status = Command::new(program)
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|e| missing(e.to_string()))?;
    if status.success() { Ok(()) } else { Err(missing(format!("it ended with {status}"))) }
}
