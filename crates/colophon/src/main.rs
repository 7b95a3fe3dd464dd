//! The command line of Colophon: arguments in, a request to the studio, results on stdout, messages
//! on stderr, and the exit status of the error table.

mod args;
mod commands;
mod failure;
mod progress;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;
use colophon_types::Cancel;

use crate::args::Args;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return failure::usage(&error),
    };
    let telemetry = telemetry::Telemetry::start(args.log_format == args::LogFormat::Json);
    let cancel = Cancel::new();
    stop_on_ctrl_c(&cancel);
    let status = match commands::run(args, &cancel) {
        Ok(status) => status,
        Err(failure) => failure.report(),
    };
    telemetry.stop();
    status
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
