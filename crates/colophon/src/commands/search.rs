//! `colophon search`.

use std::process::ExitCode;

use colophon_studio::{SearchOptions, Studio};
use colophon_types::{Cancel, Progress};
use serde_json::json;

use crate::args;
use crate::failure::Failure;

/// Characters of a passage that are shown.
const SHOWN: usize = 240;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Search,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let options = SearchOptions { top: args.top, update: !args.no_update, rebuild: args.rebuild };
    let (found, indexed) = studio.search(&args.dir, &args.query, options, progress, cancel)?;
    if args.json {
        super::print_json(&json!({"results": found, "index": indexed}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    for result in &found {
        let whole = result.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut shown: String = whole.chars().take(SHOWN).collect();
        if shown.len() < whole.len() {
            shown.push('…');
        }
        out.push_str(&format!("{}:{}  {:.3}\n  {shown}\n", result.file, result.line, result.score));
    }
    super::print(if out.is_empty() { "nothing found" } else { &out })?;
    let (read, gone) = (indexed.updated, indexed.removed);
    eprintln!("{} passages of {} files; {read} read anew, {gone} gone", indexed.passages, indexed.files);
    Ok(ExitCode::SUCCESS)
}
