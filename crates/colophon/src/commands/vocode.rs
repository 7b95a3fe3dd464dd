//! `colophon vocode`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::{Recorded, SoundFile, Studio, VocoderKind};
use colophon_types::{Cancel, Progress};
use serde_json::json;

use crate::args::{self, Engine};
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Vocode,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let format = super::sound_format(&args.output)?;
    let file = SoundFile::open(&args.file)?;
    let vocoder = match args.engine {
        Engine::Wavenet => VocoderKind::WaveNet,
        Engine::Melgan => VocoderKind::MelGan,
    };
    let made = studio.revoice(&file, vocoder, args.seed, format, progress, cancel)?;
    deliver(&made, &args.output, args.json)
}

/// Writes a recording that was changed, and says so.
pub(super) fn deliver(made: &Recorded, output: &Path, json: bool) -> Result<ExitCode, Failure> {
    made.sealed.write_to(output)?;
    if json {
        let receipt = made.sealed.receipt();
        super::print_json(&json!({
            "file": output, "before": made.before, "after": made.after, "work_id": receipt.work_id,
            "sha256": made.sealed.sha256(), "log": made.sealed.log_position(), "receipt": receipt,
        }))?;
    } else {
        super::print(&output.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
