//! `colophon moderate`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::guard::{Category, MAX_CHARS};
use colophon_studio::{Judged, PictureFile, Studio};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::{Map, Value, json};

use super::{input, print, print_json, table};
use crate::args;
use crate::failure::Failure;

/// Scores below are not shown in the table.
const SHOWN: f32 = 0.05;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Moderate,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let judged = match &args.file {
        Some(path) if is_picture(path) => Judged::Picture(PictureFile::open(path)?),
        _ => Judged::Text(input::text(args.text.as_ref(), args.file.as_ref())?),
    };
    if matches!(&judged, Judged::Text(text) if text.trim().is_empty()) {
        let nothing = Failure::new(ErrorCode::BadInput, "there is nothing to judge");
        return Err(nothing.with_hint("give a text, --file or stdin"));
    }
    let found = studio.moderate(&[vec![judged]], progress, cancel)?;
    let found = found.first().ok_or_else(|| Failure::new(ErrorCode::Failed, "nothing was judged"))?;
    let flagged = found.scores.flagged();
    let not_judged = found.not_judged();
    if found.cut {
        eprintln!("only the first {MAX_CHARS} characters were judged");
    }
    if args.json {
        let scores: Map<String, Value> =
            Category::ALL.into_iter().map(|c| (c.name().to_owned(), found.scores.of(c).into())).collect();
        let names = |list: &[Category]| list.iter().map(|c| c.name()).collect::<Vec<_>>();
        print_json(&json!({
            "flagged": !flagged.is_empty(), "categories": names(&flagged), "category_scores": scores,
            "not_judged": names(&not_judged), "cut": found.cut,
        }))?;
    } else {
        let judged = Category::ALL.into_iter().filter(|c| !not_judged.contains(c));
        let row = |c: Category| {
            let mark = if flagged.contains(&c) { "flagged" } else { "" };
            vec![format!("{:.2}", found.scores.of(c)), c.name().to_owned(), mark.to_owned()]
        };
        let rows: Vec<_> = judged.filter(|c| found.scores.of(*c) >= SHOWN).map(row).collect();
        print(&if rows.is_empty() { "nothing found".to_owned() } else { table(&rows) })?;
    }
    let status = if flagged.is_empty() { 0 } else { ErrorCode::Refused.exit_status() };
    Ok(ExitCode::from(status))
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "webp" | "gif" | "tif" | "tiff")
}
