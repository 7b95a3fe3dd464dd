//! `colophon make`.

use std::process::ExitCode;
use std::sync::Arc;

use colophon_studio::{Studio, StudioError};
use colophon_types::{Cancel, MakeRequest, Progress};
use serde_json::json;

use crate::args::Make;
use crate::failure::Failure;

/// Model and voice of `--fast`; the fast voice speaks English only.
const FAST_MODEL: &str = "qwen2.5-coder-0.5b-instruct-q4";
const FAST_VOICE: &str = "hibari";

pub(crate) fn run(
    studio: &Studio,
    args: Make,
    progress: &Arc<dyn Progress>,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let lang = super::language(&args.lang)?;
    let (mut model, mut voice) = (args.model, args.voice);
    if args.fast {
        model = model.or_else(|| Some(FAST_MODEL.to_owned()));
        if voice.is_none() && lang.resolve(&args.brief) == colophon_types::Lang::En {
            voice = Some(FAST_VOICE.to_owned());
        }
    }
    let request = MakeRequest {
        brief: args.brief,
        recipe: args.recipe,
        lang,
        // Out of range either way; the studio says what is possible.
        seconds: u32::try_from(args.seconds).unwrap_or(0),
        voice,
        style: args.style,
        music: Some(args.music).filter(|m| !m.trim().eq_ignore_ascii_case("none")),
        model,
        seed: args.seed,
    };
    let fresh = !args.output.exists();
    let work = || {
        let made = studio.make(&request, &args.output, None, progress, cancel)?;
        let files = made.write_to(&args.output)?;
        Ok::<_, StudioError>((made, files))
    };
    let (made, files) = work().inspect_err(|_| {
        if fresh {
            // Only removes a folder that is empty, as it is unless someone else put files there.
            let _ = std::fs::remove_dir(&args.output);
        }
    })?;
    if args.json {
        super::print_json(&json!({
            "work_id": made.receipt.work_id,
            "title": made.receipt.title,
            "dir": args.output,
            "seconds": made.seconds,
            "seed": made.receipt.seed,
            "files": files,
            "timing": made.timing,
            "receipt": made.receipt,
        }))?;
    } else {
        super::print(&format!(
            "{}  {:.1} s, seed {}, made in {:.1} s\n{}",
            made.receipt.title, made.seconds, made.receipt.seed, made.timing.total, made.receipt.work_id
        ))?;
        for file in &files {
            super::print(&args.output.join(&file.name).display().to_string())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
