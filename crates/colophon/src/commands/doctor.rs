//! `colophon doctor`.

use std::process::ExitCode;

use colophon_studio::hub::{Status, tools};
use colophon_studio::{ProviderCode, Studio};
use colophon_types::ErrorCode;
use serde_json::json;

use crate::failure::Failure;

/// Name of the group of models that `make` needs.
const NEEDED: &str = "default";

pub(crate) fn run(studio: &Studio, as_json: bool) -> Result<ExitCode, Failure> {
    let mut programs = tools::Programs::default();
    if let Some(ffmpeg) = &studio.config().ffmpeg {
        programs.ffmpeg = Some(ffmpeg.clone());
    }
    let found = tools::survey(&programs);
    let machine = tools::machine(studio.hub().root());
    let hub = studio.hub();
    let mut missing_models = Vec::new();
    for id in hub.catalogue().resolve(&[NEEDED])? {
        if hub.status(&id)? != Status::Present {
            missing_models.push(id);
        }
    }
    let [provider, propagator] = studio.config().provider.codes()?;
    let ready = found.iter().all(|t| t.usable) && machine.lacks.is_empty() && missing_models.is_empty();
    if as_json {
        super::print_json(&json!({
            "ready": ready, "home": studio.home(), "machine": machine, "tools": found,
            "missing_models": missing_models,
            "provider": provider.as_ref().map(ProviderCode::as_str),
            "propagator": propagator.as_ref().map(ProviderCode::as_str),
        }))?;
    } else {
        let free = machine.disk_free.map_or_else(|| "?".into(), super::size);
        let memory = machine.memory_available.map_or_else(|| "?".into(), super::size);
        let mut rows = vec![
            vec!["machine".to_owned(), format!("{}, {} cores", machine.platform, machine.cores)],
            vec!["memory".to_owned(), format!("{memory} available")],
            vec!["data".to_owned(), format!("{} ({free} free)", studio.home().display())],
        ];
        if !machine.lacks.is_empty() {
            rows.push(vec!["processor".to_owned(), format!("LACKS {}", machine.lacks.join(", "))]);
        }
        for tool in &found {
            let state = match (&tool.usable, &tool.version) {
                (true, Some(version)) => version.clone(),
                (true, None) => "found".into(),
                (false, _) => format!("MISSING, needed for {}; {}", tool.needed_for, tool.get),
            };
            rows.push(vec![tool.name.to_owned(), state]);
        }
        let models = match missing_models.len() {
            0 => "all that `make` needs are here".to_owned(),
            n => format!("{n} MISSING ({}); run `colophon models pull`", missing_models.join(", ")),
        };
        rows.push(vec!["models".to_owned(), models]);
        for (name, code) in [("provider", &provider), ("propagator", &propagator)] {
            if let Some(code) = code {
                let subject = match code.credit_code() {
                    Some(credit) => format!("credit code {credit}, its check character right"),
                    None => format!("subject {}", code.subject()),
                };
                rows.push(vec![name.to_owned(), format!("{code} ({subject}; service {})", code.service())]);
            }
        }
        super::print(&super::table(&rows))?;
    }
    Ok(ExitCode::from(if ready { 0 } else { ErrorCode::ToolMissing.exit_status() }))
}
