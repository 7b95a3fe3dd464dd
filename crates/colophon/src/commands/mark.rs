//! `colophon mark`.

use std::process::ExitCode;

use colophon_studio::{Brought, Studio};
use colophon_types::{Cancel, Declared, FileFormat, PictureFormat, Progress, SoundFormat};
use serde_json::json;

use crate::args::{self, HowMuch};
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Mark,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let ending = args.output.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let format = PictureFormat::named(&ending)
        .map(FileFormat::from)
        .or_else(|| SoundFormat::named(&ending).map(FileFormat::from));
    let declared = match args.declared {
        HowMuch::Generated => Declared::Generated,
        HowMuch::Edited => Declared::Edited,
        HowMuch::Algorithmic => Declared::Algorithmic,
    };
    let brought = Brought { generator: args.generator.clone(), declared, again: args.again, format };
    let sealed = studio.mark(&args.file, &brought, progress, cancel)?;
    sealed.write_to(&args.output)?;
    if args.json {
        super::print_json(&json!({
            "file": args.output, "work_id": sealed.work_id(), "media_type": sealed.media_type(),
            "sha256": sealed.sha256(), "log": sealed.log_position(), "receipt": sealed.receipt(),
        }))?;
    } else {
        super::print(&args.output.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}
