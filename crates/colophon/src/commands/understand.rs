//! `colophon understand`.

use std::process::ExitCode;

use colophon_studio::{Scored, Studio};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::json;

use super::{input, print, print_json, table};
use crate::args::{self, Understand};
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &Understand,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    match args {
        Understand::Classify { given, labels, judge } => {
            let text = self::given(given)?;
            let labels: Vec<&str> = labels.iter().map(|l| l.trim()).collect();
            let scored = studio.classify(&text, &labels, judge.as_deref(), progress, cancel)?;
            show(&scored, "labels", given.json)?;
        }
        Understand::Compare { first, second, json } => {
            let likeness = studio.likeness(first, second, progress, cancel)?;
            if *json {
                print_json(&json!({"similarity": likeness}))?;
            } else {
                print(&format!("{likeness:.4}"))?;
            }
        }
        Understand::Rank { query, file, judge, top, json } => {
            let text = input::file_or_stdin(file.as_ref())?.unwrap_or_default();
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
            if lines.is_empty() {
                let nothing = Failure::new(ErrorCode::BadInput, "there are no lines to rank".to_owned());
                return Err(nothing.with_hint("give --file or stdin"));
            }
            let mut scored = studio.rerank(query, &lines, judge.as_deref(), progress, cancel)?;
            scored.truncate(*top);
            show(&scored, "lines", *json)?;
        }
        Understand::Keyphrases { given, top } => {
            let scored = studio.keyphrases(&self::given(given)?, *top, progress, cancel)?;
            show(&scored, "phrases", given.json)?;
        }
        Understand::FillMask { text, model, top, json } => {
            let gaps = studio.fill_mask(model, text, *top, cancel)?;
            if *json {
                print_json(&json!({"gaps": gaps}))?;
                return Ok(ExitCode::SUCCESS);
            }
            let row = |gap: usize, f: &colophon_studio::Filling| {
                vec![(gap + 1).to_string(), format!("{:.4}", f.probability), f.word.clone()]
            };
            let rows: Vec<_> =
                gaps.iter().enumerate().flat_map(|(i, gap)| gap.iter().map(move |f| row(i, f))).collect();
            print(&table(&rows))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn given(given: &args::Given) -> Result<String, Failure> {
    let text = input::text(given.text.as_ref(), given.file.as_ref())?;
    if text.trim().is_empty() {
        let nothing = Failure::new(ErrorCode::BadInput, "there is no text to understand".to_owned());
        return Err(nothing.with_hint("give a text, --file or stdin"));
    }
    Ok(text)
}

fn show(scored: &[Scored], name: &str, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&json!({ name: scored }));
    }
    let rows: Vec<_> = scored.iter().map(|s| vec![format!("{:.4}", s.score), s.text.clone()]).collect();
    print(&table(&rows))
}
