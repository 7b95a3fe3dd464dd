//! Running a program of the user's to its end: output into files, a whole process group that stops
//! when it is told to, and a time limit where one is wanted.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(25);

/// What a program said.
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Why there is no output.
pub(crate) enum Stopped {
    /// The program does not exist or cannot be started.
    NotStarted(std::io::Error),
    /// `halt` said so, or the time was up; the process group has been ended.
    Halted,
    /// Its output could not be kept.
    Io(std::io::Error),
}

/// Runs `command` and waits; output goes through files in `scratch`. `tick` is called about every
/// 25 ms and stops the program by returning true.
pub(crate) fn run(
    command: &[OsString],
    prepare: &dyn Fn(&mut Command),
    scratch: &Path,
    tick: &mut dyn FnMut() -> bool,
) -> Result<Output, Stopped> {
    let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
    let Some((program, arguments)) = command.split_first() else {
        return Err(Stopped::NotStarted(std::io::ErrorKind::NotFound.into()));
    };
    let mut process = Command::new(program);
    process.args(arguments).stdin(Stdio::null());
    process.stdout(File::create(&out).map_err(Stopped::Io)?);
    process.stderr(File::create(&err).map_err(Stopped::Io)?);
    prepare(&mut process);
    own_group(&mut process);
    let mut child = Guard(process.spawn().map_err(Stopped::NotStarted)?);
    loop {
        if let Some(status) = child.0.try_wait().map_err(Stopped::Io)? {
            let text = |path: &Path| std::fs::read(path).map(|b| String::from_utf8_lossy(&b).into_owned());
            return Ok(Output {
                status,
                stdout: text(&out).map_err(Stopped::Io)?,
                stderr: text(&err).map_err(Stopped::Io)?,
            });
        }
        if tick() {
            return Err(Stopped::Halted);
        }
        std::thread::sleep(POLL);
    }
}

/// Asks a program a short question such as `--version`: its standard output and standard error
/// together, or `None` when it is not there, fails, or takes longer than `limit`.
pub(crate) fn ask(command: &[OsString], limit: Duration) -> Option<String> {
    let scratch = tempfile::tempdir().ok()?;
    let start = Instant::now();
    let output = run(command, &|_| (), scratch.path(), &mut || start.elapsed() > limit).ok()?;
    output.status.success().then(|| output.stdout + &output.stderr)
}

/// Ends the whole group when dropped before the program has ended by itself.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        end_group(&self.0);
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
fn own_group(process: &mut Command) {
    use std::os::unix::process::CommandExt;
    process.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_process: &mut Command) {}

#[cfg(unix)]
fn end_group(child: &Child) {
    if let Ok(id) = libc::pid_t::try_from(child.id()) {
        // SAFETY: `kill` takes two integers and touches no memory of ours. The child leads a group of
        // its own (`own_group`) and has not been waited for, so its id cannot have been given to another.
        unsafe { libc::kill(-id, libc::SIGKILL) };
    }
}

#[cfg(not(unix))]
fn end_group(_child: &Child) {}
