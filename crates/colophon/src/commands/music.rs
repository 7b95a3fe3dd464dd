//! `colophon music`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::composing::Brief;
use colophon_studio::{MusicRequest, Studio};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::{Value, json};

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Music,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let format = super::sound_format(&args.output)?;
    if let Some(file) = &args.midi {
        super::written_as(file, "mid")?;
    }
    let brief = Brief {
        prompt: args.prompt.clone(),
        seconds: args.seconds,
        style: args.style.clone(),
        key: args.key.clone(),
        tempo: args.tempo,
        looped: args.looped,
        cuts: args.cuts.clone(),
    };
    let request = MusicRequest {
        brief,
        seed: args.seed,
        soundfont: args.soundfont.clone(),
        stems: args.stems.is_some(),
        format,
    };
    let made = studio.compose(&request, progress, cancel)?;
    made.sealed.write_to(&args.output)?;
    let mut files = vec![args.output.clone()];
    let mut stems = serde_json::Map::new();
    if let Some(folder) = &args.stems {
        std::fs::create_dir_all(folder).map_err(|e| unwritable(folder, &e))?;
        for (name, sealed) in &made.stems {
            let file = folder.join(format!("{name}.wav"));
            sealed.write_to(&file)?;
            stems.insert((*name).to_owned(), json!({"file": file, "sha256": sealed.sha256()}));
            files.push(file);
        }
    }
    if let Some(file) = &args.midi {
        super::write_whole(file, &made.midi)?;
        files.push(file.clone());
    }
    if args.json {
        let receipt = made.sealed.receipt();
        let looped = if args.looped { json!([made.starts, made.starts + made.seconds]) } else { Value::Null };
        super::print_json(&json!({
            "file": args.output, "seconds": made.seconds, "starts": made.starts, "loop": looped, "plan": made.plan,
            "midi": args.midi, "stems": stems, "work_id": receipt.work_id, "sha256": made.sealed.sha256(),
            "log": made.sealed.log_position(), "receipt": receipt,
        }))?;
    } else {
        let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
        super::print(&names.join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(ErrorCode::Io, format!("cannot write {}: {error}", path.display()))
}
