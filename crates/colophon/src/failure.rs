//! How a failure reaches the user: one sentence, what to try, and the exit status.

use std::process::ExitCode;

use colophon_types::{ErrorCode, Explain};

/// A failure that is ready to be shown.
#[derive(Debug)]
pub(crate) struct Failure {
    code: ErrorCode,
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Prints the failure to stderr.
    pub(crate) fn show(&self) {
        eprintln!("error: {}", one_line(&self.message));
        if let Some(hint) = &self.hint {
            eprintln!("hint: {}", one_line(hint));
        }
    }

    /// Prints the failure to stderr and returns its exit status.
    pub(crate) fn report(self) -> ExitCode {
        self.show();
        if self.code == ErrorCode::Cancelled {
            leave_at_once(self.code.exit_status());
        }
        ExitCode::from(self.code.exit_status())
    }
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}

/// Ends the process without running the exit handlers of native libraries: a load that could not be
/// interrupted may still be using them on a thread of its own.
fn leave_at_once(status: u8) -> ! {
    // SAFETY: `_exit` only ends the process. Nothing is buffered: stderr is unbuffered, nothing was
    // written to stdout, and temporary files were removed when their owners were dropped.
    unsafe { libc::_exit(i32::from(status)) }
}

/// Reports what clap says: help and version on stdout, a usage error as one sentence on stderr.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Nothing can be done about a closed pipe.
            let _ = error.print();
            let asked = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
            ExitCode::from(if asked { 0 } else { ErrorCode::BadInput.exit_status() })
        }
        _ => {
            let text = error.to_string();
            let first = text.split("\n\n").next().unwrap_or_default();
            let message = first.trim_start_matches("error: ");
            Failure::new(ErrorCode::BadInput, message).with_hint("see `colophon --help`").report()
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
