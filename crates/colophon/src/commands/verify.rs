//! `colophon verify`.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use colophon_studio::{AigcSignature, Studio, Verdict, VerdictKind, report};
use colophon_types::ErrorCode;

use crate::args;
use crate::failure::Failure;

/// Largest file from standard input, in bytes.
const LARGEST: u64 = 1 << 30;
/// More files in a folder than this are not looked at.
const MOST_FILES: usize = 100_000;

pub(crate) fn run(studio: &Studio, args: &args::Verify) -> Result<ExitCode, Failure> {
    let mut verdicts = Vec::new();
    for name in &args.files {
        match name.as_str() {
            "-" => verdicts.push(standard_input(studio)?),
            url if url.starts_with("http://") || url.starts_with("https://") => {
                verdicts.push(studio.verify_url(url)?);
            }
            path if Path::new(path).is_dir() => {
                for file in files_in(Path::new(path))? {
                    verdicts.push(studio.verify(&file)?);
                }
            }
            path => verdicts.push(studio.verify(Path::new(path))?),
        }
    }
    if let Some(path) = &args.report {
        super::write_whole(path, report(&verdicts).as_bytes())?;
    }
    if args.json {
        super::print_json(&verdicts)?;
    } else {
        for verdict in &verdicts {
            super::print(&describe(verdict))?;
        }
    }
    let tampered = verdicts.iter().any(|v| v.verdict == VerdictKind::Tampered);
    Ok(ExitCode::from(if tampered { ErrorCode::Tampered.exit_status() } else { 0 }))
}

fn standard_input(studio: &Studio) -> Result<Verdict, Failure> {
    let failed =
        |e: std::io::Error| Failure::new(ErrorCode::BadInput, format!("standard input cannot be read: {e}"));
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    let length = std::io::copy(&mut std::io::stdin().lock().take(LARGEST + 1), &mut file).map_err(failed)?;
    if length == 0 || length > LARGEST {
        let what = if length == 0 { "nothing came in" } else { "more than 1 GB came in" };
        return Err(Failure::new(ErrorCode::BadInput, format!("standard input cannot be verified: {what}")));
    }
    file.flush().map_err(failed)?;
    Ok(Verdict { file: "-".to_owned(), ..studio.verify(file.path())? })
}

/// The files in a folder and those within it, by name. Hidden ones and credentials that lie beside
/// their files are no files of their own.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let failed = |e: std::io::Error| {
            Failure::new(ErrorCode::BadInput, format!("cannot read {}: {e}", folder.display()))
        };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (kind, path) = (entry.file_type().map_err(failed)?, entry.path());
            let beside = path.extension().is_some_and(|e| e == "c2pa");
            if entry.file_name().to_string_lossy().starts_with('.') || beside {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                files.push(path);
            }
        }
        if files.len() > MOST_FILES {
            let message = format!("{} holds more than {MOST_FILES} files", folder.display());
            return Err(Failure::new(ErrorCode::BadInput, message));
        }
    }
    files.sort();
    Ok(files)
}

/// What is known of the signature of an AIGC field.
fn signature(found: Option<AigcSignature>) -> &'static str {
    match found {
        None => "",
        Some(AigcSignature::Valid) => ", signature valid",
        Some(AigcSignature::Invalid) => ", signature INVALID",
        Some(AigcSignature::UnknownKey) => ", signed with an unknown key",
    }
}

fn describe(v: &Verdict) -> String {
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let mut rows = vec![vec![format!("{}:", v.file), word(&v.verdict)]];
    let mut row = |name: &str, value: String| rows.push(vec![format!("  {name}"), value]);
    if let Some(id) = &v.work_id {
        row("work", id.clone());
    }
    if let Some(receipt) = &v.receipt {
        row("title", receipt.title.clone());
        row("made", format!("{} by {}", receipt.created, receipt.generator));
    }
    let label = match (&v.explicit_label.text, &v.explicit_label.place) {
        (Some(text), Some(place)) => format!("{text} ({place})"),
        (Some(text), None) => text.clone(),
        _ if v.explicit_label.present => "present".into(),
        _ => "none".into(),
    };
    row("label", label);
    let aigc = match (v.aigc.count, v.aigc.valid) {
        (0, _) => "none".to_owned(),
        (1, true) => format!("one field, valid{}", signature(v.aigc.signature)),
        (n, _) => format!("{n} fields, not as the standard asks"),
    };
    row("AIGC", aigc);
    if let (Some(method), Some(score), Some(rate)) =
        (&v.watermark.method, v.watermark.score, v.watermark.false_positive_rate)
    {
        let found = if v.watermark.found { "found" } else { "not found" };
        let over = v.watermark.tokens.map_or_else(String::new, |n| format!(" over {n} tokens"));
        let says = v.watermark.payload.as_ref().map_or_else(String::new, |p| format!(", carries {p}"));
        row("watermark", format!("{method} {found}{says}: score {score:.4}{over}, p <= {rate:.1e}"));
    } else if let Some(method) = &v.watermark.method {
        row("watermark", format!("{method} not found"));
    }
    row("credential", word(&v.c2pa.state));
    let log = match v.log.index {
        Some(index) if v.log.included => format!("entry {index}, inclusion proved"),
        Some(index) => format!("entry {index}, inclusion NOT proved"),
        None => "no entry in this log".into(),
    };
    row("log", log);
    if let Some(found) = &v.recovered {
        row("record", format!("{}, sealed {}, found by {}", found.work_id, found.time, found.by));
    }
    for reason in &v.reasons {
        row("because", reason.clone());
    }
    super::table(&rows)
}
