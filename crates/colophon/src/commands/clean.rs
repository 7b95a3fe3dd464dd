//! `colophon clean`.

use std::process::ExitCode;

use colophon_studio::{Cleaning, Pauses, SoundFile, Studio};
use colophon_types::{Cancel, Progress};

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Clean,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    super::written_as(&args.output, "wav")?;
    let pauses = (args.trim || args.max_pause.is_some())
        .then_some(Pauses { ends: args.trim, longest: args.max_pause });
    let cleaning =
        Cleaning { denoise: args.denoise, pauses, rate: args.rate, loudness: args.loudness, fade: args.fade };
    let file = SoundFile::open(&args.file)?;
    let made = studio.clean(&file, &cleaning, progress, cancel)?;
    super::vocode::deliver(&made, &args.output, args.json)
}
