//! The command line of Colophon: arguments in, a request to the studio, results on stdout, messages
//! on stderr, and the exit status of the error table.

mod args;
mod commands;
mod failure;
mod progress;

use std::process::ExitCode;

use clap::Parser;
use colophon_types::Cancel;

use crate::args::Args;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::usage(&error),
    };
    start_log();
    let cancel = Cancel::new();
    stop_on_ctrl_c(&cancel);
    match commands::run(args, &cancel) {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}

/// Diagnostics go to stderr, and only when `COLOPHON_LOG` asks for them (`info`, `debug`, …).
fn start_log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("COLOPHON_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}

/// The first Ctrl-C (or SIGTERM) asks everything to stop and clean up; a second one ends the program.
fn stop_on_ctrl_c(cancel: &Cancel) {
    let cancel = cancel.clone();
    let handler = move || {
        if cancel.is_cancelled() {
            std::process::exit(130);
        }
        cancel.cancel();
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::warn!("Ctrl-C will not clean up: {error}");
    }
}
