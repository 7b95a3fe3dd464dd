//! ffmpeg as a child process that never outlives its purpose.
//!
//! The child gets its own process group, so that Ctrl-C in a terminal reaches Colophon alone, which
//! then stops the child in order. A watchdog kills it within 50 ms of a cancellation, also while a
//! write to its pipe blocks; dropping the handle kills it too.

mod arguments;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use colophon_types::{Cancel, Cancelled, ErrorCode, Explain};

pub use arguments::Arguments;

const POLL: Duration = Duration::from_millis(20);
const NO_SPACE: &str = "No space left on device";

/// Why ffmpeg did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum FfmpegError {
    /// It is not installed or cannot be started.
    #[error("the program '{program}' could not be started: {reason}")]
    Missing {
        /// The program's name or path.
        program: String,
        /// The operating system's reason.
        reason: String,
    },
    /// It stopped with an error.
    #[error("ffmpeg failed while it was {doing}: {last}")]
    Failed {
        /// What it was doing: `encoding`, `muxing`.
        doing: &'static str,
        /// The last line it wrote to its error output.
        last: String,
    },
    /// The disk is full.
    #[error("the disk is full while ffmpeg writes")]
    DiskFull,
    /// Talking to it failed.
    #[error("ffmpeg could not be waited for: {0}")]
    Io(#[from] std::io::Error),
    /// Stopped on request.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Explain for FfmpegError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Missing { .. } => ErrorCode::ToolMissing,
            Self::Failed { .. } => ErrorCode::Failed,
            Self::DiskFull | Self::Io(_) => ErrorCode::Io,
            Self::Cancelled(_) => ErrorCode::Cancelled,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some(
                "install ffmpeg (apt install ffmpeg, dnf install ffmpeg, brew install ffmpeg) and try again"
                    .into(),
            ),
            Self::DiskFull => Some("free some space and try again".into()),
            Self::Failed { .. } | Self::Io(_) | Self::Cancelled(_) => None,
        }
    }
}

/// Which of its standard streams are pipes to us; the others are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pipes {
    /// We write to its standard input.
    pub input: bool,
    /// We read its standard output.
    pub output: bool,
}

/// A running ffmpeg.
pub struct Ffmpeg {
    child: Arc<Mutex<Child>>,
    over: Arc<AtomicBool>,
    messages: Option<JoinHandle<String>>,
    watchdog: Option<JoinHandle<()>>,
    doing: &'static str,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ffmpeg {
    /// Starts ffmpeg with `args`; `doing` names the work in errors. It is killed when `cancel` or
    /// `abandon` is set.
    ///
    /// # Errors
    /// Cancelled, or a program that cannot be started.
    pub fn start(
        program: &Path,
        args: &[impl AsRef<OsStr>],
        doing: &'static str,
        pipes: Pipes,
        cancel: &Cancel,
        abandon: &Cancel,
    ) -> Result<Self, FfmpegError> {
        cancel.check()?;
        let missing =
            |reason: String| FfmpegError::Missing { program: program.display().to_string(), reason };
        let pipe = |wanted: bool| if wanted { Stdio::piped() } else { Stdio::null() };
        let mut command = Command::new(program);
        command.args(["-hide_banner", "-nostats", "-loglevel", "error", "-y"]).args(args);
        command.stdin(pipe(pipes.input)).stdout(pipe(pipes.output)).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        tracing::debug!(?command, "starting ffmpeg");
        let mut child = command.spawn().map_err(|e| missing(e.to_string()))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
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
        Ok(Self { child, over, messages: Some(messages), watchdog: Some(watchdog), doing, stdin, stdout })
    }

    /// Its standard input, once, where it is a pipe.
    pub fn take_input(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// Its standard output, once, where it is a pipe.
    pub fn take_output(&mut self) -> Option<ChildStdout> {
        self.stdout.take()
    }

    /// Waits for the end. An input that was taken must have been closed before; one that was not is
    /// closed here.
    ///
    /// # Errors
    /// Cancelled, or what ffmpeg said last.
    pub fn wait(mut self, cancel: &Cancel) -> Result<(), FfmpegError> {
        drop(self.stdin.take());
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
                        return Err(FfmpegError::DiskFull);
                    }
                    let last = if last.is_empty() { status.to_string() } else { last };
                    return Err(FfmpegError::Failed { doing: self.doing, last });
                }
                Err(e) => return Err(e.into()),
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

/// What ffmpeg writes to its standard output, of which at most `most` bytes are read; it is ended when
/// it takes longer than `limit`. `None` when it cannot be started.
pub fn output(program: &Path, args: &[impl AsRef<OsStr>], most: u64, limit: Duration) -> Option<Vec<u8>> {
    let read_all = move |output: &mut dyn Read| {
        let mut bytes = Vec::new();
        output.take(most).read_to_end(&mut bytes).map(|_| bytes)
    };
    read(program, args, limit, read_all)?.ok()
}

/// What `take` makes of ffmpeg's standard output, which ends early when ffmpeg takes longer than
/// `limit`. `None` when it cannot be started.
pub fn read<T: Send + 'static>(
    program: &Path,
    args: &[impl AsRef<OsStr>],
    limit: Duration,
    take: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
) -> Option<T> {
    let (stop, never) = (Cancel::new(), Cancel::new());
    let pipes = Pipes { input: false, output: true };
    let mut process = Ffmpeg::start(program, args, "decoding", pipes, &never, &stop).ok()?;
    let mut output = process.take_output()?;
    // The pipe is read aside, so that a decoder that hangs can be ended.
    let reader = std::thread::spawn(move || take(&mut output));
    let started = Instant::now();
    while !reader.is_finished() {
        if started.elapsed() > limit {
            stop.cancel();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    reader.join().ok()
}

/// Checks that ffmpeg can be started, before any work is done that would be lost without it.
///
/// # Errors
/// [`FfmpegError::Missing`].
pub fn find(program: &Path) -> Result<(), FfmpegError> {
    let missing = |reason: String| FfmpegError::Missing { program: program.display().to_string(), reason };
    let status = Command::new(program)
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|e| missing(e.to_string()))?;
    if status.success() { Ok(()) } else { Err(missing(format!("it ended with {status}"))) }
}
