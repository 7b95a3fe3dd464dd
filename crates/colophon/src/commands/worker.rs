//! `colophon worker`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use colophon_studio::{Studio, Workers, WorkersOptions};
use colophon_types::{Cancel, ErrorCode};

use crate::args;
use crate::failure::Failure;
use crate::telemetry::say;

/// How long running jobs may go on after the worker was asked to stop; then they are given back.
const GRACE: Duration = Duration::from_secs(20);
/// How often models that are not used are looked for.
const SWEEP: Duration = Duration::from_secs(30);

pub(crate) fn run(studio: Studio, args: args::Worker, cancel: &Cancel) -> Result<ExitCode, Failure> {
    if studio.config().database.is_none() {
        let message = "a worker needs a database that machines share";
        let hint = "set COLOPHON_DATABASE=postgres://…; on one machine `colophon serve` works by itself";
        return Err(Failure::new(ErrorCode::BadInput, message).with_hint(hint));
    }
    if let Some(place) = studio.check_objects()? {
        say(&format!("files are kept in {place}"));
    }
    let options = WorkersOptions {
        scopes: args.engines,
        at_once: usize::from(args.jobs),
        alone: false,
        lease: Duration::from_secs(args.lease.into()),
    };
    let studio = Arc::new(studio);
    let workers = Workers::start(Arc::clone(&studio), &options)?;
    say("working; Ctrl-C stops and gives back what is not finished");
    let mut swept = Instant::now();
    while !cancel.is_cancelled() {
        std::thread::sleep(Duration::from_millis(100));
        if swept.elapsed() >= SWEEP {
            studio.unload();
            swept = Instant::now();
        }
    }
    workers.stop(GRACE);
    say("stopped");
    Ok(ExitCode::SUCCESS)
}
