//! `colophon speech`.

use std::process::ExitCode;

use colophon_studio::{SpeechRequest, Studio};
use colophon_types::{Cancel, Progress};
use serde_json::{Value, json};

use super::input;
use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Speech,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let format = super::sound_format(&args.output)?;
    let text = input::text(args.text.as_ref(), args.file.as_ref())?;
    let lang = super::language(&args.lang)?;
    let request = SpeechRequest { text, voice: args.voice.clone(), lang, speed: args.speed, format };
    let spoken = studio.speak(&request, progress, cancel)?;
    spoken.sealed.write_to(&args.output)?;
    if args.json {
        let row = |(start, end, text): &(f64, f64, String)| json!({"start": start, "end": end, "text": text});
        let receipt = spoken.sealed.receipt();
        super::print_json(&json!({
            "file": args.output, "seconds": spoken.seconds, "sentences": spoken.sentences.iter().map(row).collect::<Value>(),
            "work_id": receipt.work_id, "sha256": spoken.sealed.sha256(), "log": spoken.sealed.log_position(),
            "receipt": receipt,
        }))?;
    } else {
        super::print(&args.output.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
