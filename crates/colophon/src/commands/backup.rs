//! `colophon backup` and `colophon restore`.

use std::process::ExitCode;

use colophon_studio::{Config, Studio};
use colophon_types::{Cancel, Progress};

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Backup,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let made = studio.backup(&args.output, progress, cancel)?;
    if let Some(place) = &made.objects {
        eprintln!("the files of works and uploads are in {place} and not in the backup: keep that, too");
    }
    if args.json {
        super::print_json(&made)?;
    } else {
        let file = args.output.display();
        super::print(&format!("{file}: {} works, {} log entries", made.works, made.log_size))?;
        eprintln!("the file holds the private keys of this studio: keep it as you keep them");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn restore(config: &Config, args: &args::Restore) -> Result<ExitCode, Failure> {
    let home = config.home()?;
    let made = Studio::restore(&args.file, &home)?;
    // What was restored is looked at before it is said to be there.
    let studio = Studio::open(config.clone())?;
    let report = studio.ledger()?.audit()?;
    let works = studio.store()?.works_total().map_err(colophon_studio::StudioError::from)?.0;
    super::print(&format!(
        "{}: {works} works of {}, {} log entries, all consistent with the signed checkpoint",
        home.display(),
        made.created,
        report.entries
    ))?;
    Ok(ExitCode::SUCCESS)
}
