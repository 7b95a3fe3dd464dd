//! `colophon models`.

use std::process::ExitCode;

use colophon_studio::Studio;
use colophon_studio::hub::{FileState, Status};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::json;

use crate::args::Models;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: Models,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    match args {
        Models::List { voices: true, json, .. } => voices(json),
        Models::List { styles: true, json, .. } => styles(json),
        Models::List { json, .. } => list(studio, json),
        Models::Pull { mut ids, group } => {
            ids.extend(group);
            for model in studio.hub().pull(&ids, progress, cancel)? {
                super::print(&format!("{}  ready", model.id))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Models::Rm { ids } => {
            for id in ids {
                let freed = studio.hub().remove(&id, progress, cancel)?;
                super::print(&format!("{id}  removed, {} freed", super::size(freed)))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Models::Verify { ids } => verify(studio, ids, progress, cancel),
        Models::Licences { json } => licences(studio, json),
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Absent => "absent",
        Status::Partial => "partial",
        Status::Present => "present",
    }
}

fn list(studio: &Studio, json: bool) -> Result<ExitCode, Failure> {
    let hub = studio.hub();
    let mut rows = vec![["ID", "ROLE", "SIZE", "STATE", "LICENCE"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    for entry in hub.catalogue().entries() {
        let state = word(hub.status(&entry.id)?);
        let role = json!(entry.role);
        let role = role.as_str().unwrap_or_default().to_owned();
        values.push(json!({
            "id": entry.id, "role": role, "title": entry.title, "size": entry.size(),
            "state": state, "licence": entry.licence,
        }));
        let size = super::size(entry.size());
        rows.push(vec![entry.id.clone(), role, size, state.to_owned(), entry.licence.clone()]);
    }
    if json {
        super::print_json(&values)?
    } else {
        super::print(&super::table(&rows))?
    }
    Ok(ExitCode::SUCCESS)
}

fn voices(json: bool) -> Result<ExitCode, Failure> {
    let voices = colophon_studio::voices();
    if json {
        let list: Vec<_> = voices
            .iter()
            .map(|v| {
                let engine = format!("{:?}", v.engine).to_lowercase();
                json!({ "id": v.id, "lang": v.lang, "engine": engine, "title": v.title })
            })
            .collect();
        super::print_json(&list)?;
    } else {
        let mut rows = vec![["VOICE", "LANGUAGE", "ENGINE", "NAME"].map(str::to_owned).to_vec()];
        for v in voices {
            let engine = format!("{:?}", v.engine).to_lowercase();
            rows.push(vec![v.id.to_owned(), v.lang.to_string(), engine, v.title.to_owned()]);
        }
        super::print(&super::table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn styles(json: bool) -> Result<ExitCode, Failure> {
    let styles = colophon_studio::styles();
    if json {
        super::print_json(&styles)?
    } else {
        super::print(&styles.join("\n"))?
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(
    studio: &Studio,
    ids: Vec<String>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let hub = studio.hub();
    let ids = if ids.is_empty() {
        let all = hub.catalogue().entries().map(|e| e.id.clone());
        all.filter(|id| matches!(hub.status(id), Ok(Status::Present | Status::Partial))).collect()
    } else {
        ids
    };
    let mut wrong = Vec::new();
    for id in ids {
        let report = hub.verify(&id, progress, cancel)?;
        for file in &report.files {
            match &file.state {
                FileState::Good => {}
                FileState::Missing => wrong.push(format!("{id}/{} is missing", file.name)),
                FileState::Wrong { .. } => {
                    wrong.push(format!("{id}/{} was not what its hash says and was deleted", file.name));
                }
            }
        }
        super::print(&format!("{id}  {}", if report.is_good() { "good" } else { "NOT good" }))?;
    }
    if wrong.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::new(ErrorCode::HashMismatch, wrong.join("; "))
        .with_hint("run `colophon models pull` to fetch it again"))
}

fn licences(studio: &Studio, json: bool) -> Result<ExitCode, Failure> {
    let licences = studio.hub().licences();
    if json {
        super::print_json(&licences)?;
    } else {
        let mut rows = vec![["ID", "LICENCE", "ORIGIN", "NOTE"].map(str::to_owned).to_vec()];
        for l in licences {
            let note = l.note.clone().unwrap_or_default();
            rows.push(vec![l.id.clone(), l.licence.clone(), l.origin.clone(), note]);
        }
        super::print(&super::table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}
