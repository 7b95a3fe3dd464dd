//! `colophon sound`.

use std::process::ExitCode;

use colophon_studio::{Layer, SoundRequest, Studio, sounds};
use colophon_types::{Cancel, Progress};
use serde_json::{Value, json};

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Sound,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    if args.list {
        list(args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let request = SoundRequest {
        prompt: args.prompt.clone().unwrap_or_default(),
        seconds: args.seconds,
        seed: args.seed,
        round: args.round,
        rate: args.rate,
        format: super::sound_format(&args.output)?,
    };
    let made = studio.sound(&request, progress, cancel)?;
    made.sealed.write_to(&args.output)?;
    if args.json {
        let receipt = made.sealed.receipt();
        super::print_json(&json!({
            "file": args.output, "seconds": made.seconds, "seed": made.seed, "loop": args.round,
            "scene": made.scene, "ignored": made.ignored,
            "loudness_lufs": made.level.0, "true_peak_dbtp": made.level.1,
            "work_id": receipt.work_id, "sha256": made.sealed.sha256(), "log": made.sealed.log_position(),
            "receipt": receipt,
        }))?;
    } else {
        super::print(&args.output.display().to_string())?;
        super::print(&super::table(&made.scene.layers.iter().map(row).collect::<Vec<_>>()))?;
        if !made.ignored.is_empty() {
            super::print(&format!("not used: {}", made.ignored.join(", ")))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What was understood of some words.
fn row(layer: &Layer) -> Vec<String> {
    let mut how = vec![format!("{:.0} m", layer.metres())];
    if let Some(count) = layer.count {
        how.push(format!("{count} times"));
    }
    if layer.passing {
        how.push("passing".into());
    }
    if let Some(direction) = layer.direction {
        how.push(
            if direction < 0.0 {
                "left"
            } else if direction > 0.0 {
                "right"
            } else {
                "middle"
            }
            .into(),
        );
    }
    if let Some(likeness) = layer.likeness {
        how.push(format!("likeness {likeness:.2}"));
    }
    vec![format!("  \"{}\"", layer.words), layer.sound.id.to_owned(), how.join(", ")]
}

fn list(as_json: bool) -> Result<(), Failure> {
    if as_json {
        let rows: Value = sounds()
            .iter()
            .map(|s| {
                json!({
                    "id": s.id, "en": s.en, "zh": s.zh, "category": s.category, "about": s.about,
                    "nature": s.nature, "surface": s.on.map(|(_, surface)| surface),
                    "level_db": s.level, "metres": s.distance,
                })
            })
            .collect();
        return super::print_json(&rows);
    }
    let rows: Vec<Vec<String>> = sounds()
        .iter()
        .map(|s| {
            let first = |names: &[&str]| names.first().copied().unwrap_or_default().to_owned();
            vec![s.id.to_owned(), first(s.en), first(s.zh), s.about.to_owned()]
        })
        .collect();
    super::print(&super::table(&rows))
}
