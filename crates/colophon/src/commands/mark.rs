//! `colophon mark`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::{Brought, Studio};
use colophon_types::{
    Cancel, Declared, DocumentFormat, ErrorCode, FileFormat, FilmFormat, PictureFormat, Progress, SoundFormat,
};
use serde_json::json;

use crate::args::{self, HowMuch};
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Mark,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let ending = |path: &Path| path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    let (given, ending) = (ending(&args.file), ending(&args.output));
    if let Some(format) = DocumentFormat::named(&ending).filter(|f| DocumentFormat::named(&given) != Some(*f))
    {
        let message = format!("{} cannot become a file of {}", args.file.display(), format.media_type());
        return Err(Failure::new(ErrorCode::BadInput, message)
            .with_hint("a document is written as what it is: give the result the ending of the file"));
    }
    let format = PictureFormat::named(&ending)
        .map(FileFormat::from)
        .or_else(|| SoundFormat::named(&ending).map(FileFormat::from))
        .or_else(|| FilmFormat::named(&ending).map(FileFormat::from));
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
