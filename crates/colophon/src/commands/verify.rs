//! `colophon verify`.

use std::process::ExitCode;

use colophon_studio::{Studio, Verdict, VerdictKind};
use colophon_types::ErrorCode;

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(studio: &Studio, args: &args::Verify) -> Result<ExitCode, Failure> {
    let verdicts = args.files.iter().map(|f| studio.verify(f)).collect::<Result<Vec<_>, _>>()?;
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
        (1, true) => "one field, valid".to_owned(),
        (n, _) => format!("{n} fields, not as the standard asks"),
    };
    row("AIGC", aigc);
    if let (Some(method), Some(score), Some(rate)) =
        (&v.watermark.method, v.watermark.score, v.watermark.false_positive_rate)
    {
        let found = if v.watermark.found { "found" } else { "not found" };
        let tokens = v.watermark.tokens.unwrap_or_default();
        row("watermark", format!("{method} {found}: score {score:.4} over {tokens} tokens, p = {rate:.2e}"));
    }
    row("credential", word(&v.c2pa.state));
    let log = match v.log.index {
        Some(index) if v.log.included => format!("entry {index}, inclusion proved"),
        Some(index) => format!("entry {index}, inclusion NOT proved"),
        None => "no entry in this log".into(),
    };
    row("log", log);
    for reason in &v.reasons {
        row("because", reason.clone());
    }
    super::table(&rows)
}
