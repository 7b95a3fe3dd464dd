//! `colophon image`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use colophon_studio::{PictureRequest, Studio};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::json;

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Image,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    super::written_as(&args.output, "png")?;
    let request = PictureRequest {
        prompt: args.prompt.clone(),
        size: size(&args.size)?,
        style: args.style.clone(),
        seed: args.seed,
        count: args.n,
        lang: super::language(&args.lang)?,
    };
    let made = studio.imagine(&request, progress, cancel)?;
    let mut rows = Vec::new();
    for (index, picture) in made.iter().enumerate() {
        let file = numbered(&args.output, index, made.len());
        picture.sealed.write_to(&file)?;
        if args.json {
            let receipt = picture.sealed.receipt();
            rows.push(json!({
                "file": file, "work_id": receipt.work_id, "sha256": picture.sealed.sha256(), "seed": receipt.seed,
                "log": picture.sealed.log_position(), "receipt": receipt, "scene": picture.scene,
            }));
        } else {
            super::print(&file.display().to_string())?;
        }
    }
    if args.json {
        super::print_json(&rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn size(text: &str) -> Result<(u32, u32), Failure> {
    let sides = text.split_once(['x', 'X', '×']);
    let parsed = sides.and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    parsed.ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("'{text}' is no size"))
            .with_hint("give WxH, such as 1280x720")
    })
}

/// `picture.png` alone, `picture-1.png` and so on for several.
fn numbered(path: &Path, index: usize, count: usize) -> PathBuf {
    if count == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let width = count.to_string().len();
    path.with_file_name(format!("{stem}-{:0width$}.png", index + 1))
}
