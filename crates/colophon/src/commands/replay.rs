//! `colophon replay`.

use std::process::ExitCode;
use std::sync::Arc;

use colophon_studio::{Replayed, Studio};
use colophon_types::{Cancel, Progress};
use serde_json::json;

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Replay,
    progress: &Arc<dyn Progress>,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let same = match studio.replay(&args.file, &args.output, progress, cancel)? {
        Replayed::Picture { sealed, same } => {
            sealed.write_to(&args.output)?;
            same
        }
        Replayed::Film { made, same } => {
            made.write_to(&args.output)?;
            same
        }
    };
    if args.json {
        super::print_json(&json!({"file": args.file, "again": args.output, "same": same}))?;
    } else {
        let what = if same { "the same but for the fresh credential, bit for bit" } else { "not the same" };
        super::print(&format!("{}: {what}", args.output.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
