//! A verification as one HTML page that needs nothing else: to be kept, printed or sent on.

use std::fmt::Write as _;

use colophon_seal::{Recovered, Verdict, VerdictKind};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--paper:#fff;--line:#d9dee4;--wash:#f5f7f9}\
@media(prefers-color-scheme:dark){:root{--ink:#e8ebee;--soft:#a3adb8;--paper:#14181c;--line:#2e353c;--wash:#1b2025}}\
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);\
font:16px/1.55 system-ui,-apple-system,'Noto Sans','Noto Sans SC',sans-serif}\
main{max-width:46rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.5rem;margin:0 0 1.5rem}\
article{border:1px solid var(--line);border-radius:10px;margin:0 0 1.5rem;overflow:hidden}\
header{padding:1rem 1.25rem;border-bottom:1px solid var(--line);background:var(--wash)}\
h2{font-size:1.05rem;margin:0;overflow-wrap:anywhere}.is{display:inline-block;margin:.4rem 0 0;padding:.1rem .6rem;\
border-radius:99px;font-weight:600;font-size:.875rem;color:#fff}.verified{background:#176b3a}.marked{background:#7a4f00}\
.tampered{background:#a3162b}.unmarked{background:#4a5560}ul{margin:0;padding:1rem 1.25rem 1rem 2.25rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.5rem 1.25rem;\
border-top:1px solid var(--line);overflow-wrap:anywhere}th{width:11rem;font-weight:500;color:var(--soft)}\
footer{color:var(--soft);font-size:.875rem}@media(max-width:34rem){th,td{display:block;width:auto;padding:.25rem 1.25rem}\
td{border-top:0;padding-bottom:.75rem}}";

/// The page for some verdicts, in the order given.
pub fn html(verdicts: &[Verdict]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Colophon: what is known of {} file(s)</title><style>{STYLE}</style></head>\n\
         <body><main><h1>What is known of {}</h1>\n",
        verdicts.len(),
        if verdicts.len() == 1 { "this file".to_owned() } else { format!("{} files", verdicts.len()) },
    );
    for verdict in verdicts {
        article(&mut page, verdict);
    }
    page.push_str(
        "<footer>Checked by Colophon on this machine. <em>Verified</em>: the credential is valid and the log has \
         the file. <em>Marked</em>: it carries a mark of generated content without a valid credential of this \
         log. <em>Tampered</em>: a credential that does not match the bytes. <em>Unmarked</em>: nothing was \
         found, which is no proof that a person made it.</footer></main></body></html>\n",
    );
    page
}

fn article(page: &mut String, v: &Verdict) {
    let (class, word) = match v.verdict {
        VerdictKind::Verified => ("verified", "Verified · 已验证"),
        VerdictKind::Marked => ("marked", "Marked · 有标识"),
        VerdictKind::Tampered => ("tampered", "Tampered · 已被改动"),
        VerdictKind::Unmarked => ("unmarked", "Unmarked · 无标识"),
    };
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "<article><header><h2>{}</h2><span class=\"is {class}\">{word}</span></header>\n<ul>",
        escape(&v.file)
    );
    for reason in &v.reasons {
        let _ = write!(page, "<li>{}</li>", escape(reason));
    }
    page.push_str("</ul>\n<table>");
    for (name, value) in rows(v) {
        let _ = write!(page, "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", escape(&value));
    }
    page.push_str("</table></article>\n");
}

fn rows(v: &Verdict) -> Vec<(&'static str, String)> {
    let mut rows = vec![("Kind of file", v.media_type.clone())];
    let mut row = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    row("Work", v.work_id.clone());
    if let Some(receipt) = &v.receipt {
        row("Title", Some(receipt.title.clone()));
        row("Made", Some(format!("{} by {}", receipt.created, receipt.generator)));
        let models: Vec<String> =
            receipt.models.iter().map(|m| format!("{} ({}, {})", m.id, m.role, m.licence)).collect();
        row("Models", (!models.is_empty()).then(|| models.join("; ")));
    }
    let label = match (&v.explicit_label.text, &v.explicit_label.place) {
        (Some(text), Some(place)) => format!("{text} ({place})"),
        (Some(text), None) => text.clone(),
        _ if v.explicit_label.present => "present".to_owned(),
        _ => "none found".to_owned(),
    };
    row("Label (seen or heard)", Some(label));
    let aigc = match (v.aigc.count, v.aigc.valid) {
        (0, _) => "none".to_owned(),
        (1, true) => "one, as GB 45438-2025 asks".to_owned(),
        (n, _) => format!("{n}, not as GB 45438-2025 asks"),
    };
    row("AIGC field (metadata)", Some(aigc));
    if let Some(fields) = &v.aigc.fields {
        let pick = |key: &str| fields.get(key).filter(|value| !value.is_empty()).cloned();
        row("AIGC producer", pick("ContentProducer"));
        row("AIGC propagator", pick("ContentPropagator"));
    }
    row("IPTC source type (metadata)", v.iptc.digital_source_type.clone());
    row("Watermark (in the content)", Some(watermark(v)));
    let mut credential = format!("{:?}", v.c2pa.state).to_lowercase();
    if v.c2pa.time_stamped {
        credential.push_str(", time-stamped");
    }
    if !v.c2pa.problems.is_empty() {
        let _ = write!(credential, " ({})", v.c2pa.problems.join(", "));
    }
    row("Credential (C2PA)", Some(credential));
    let log = match v.log.index {
        Some(index) if v.log.included => format!("entry {index}, inclusion proved"),
        Some(index) => format!("entry {index}, inclusion not proved"),
        None => "no entry for these bytes".to_owned(),
    };
    row("Log", Some(log));
    if let Some(found) = &v.recovered {
        let how = match found.bits_apart {
            None => "by its watermark".to_owned(),
            Some(apart) => format!("by likeness, {apart} of 256 bits differ: evidence, no proof"),
        };
        let Recovered { work_id, time, sha256, .. } = found;
        row("Record found", Some(format!("{work_id}, sealed {time}, SHA-256 {sha256} ({how})")));
    }
    rows
}

/// The watermark in a phrase, with the rate at which chance alone finds one.
fn watermark(v: &Verdict) -> String {
    let w = &v.watermark;
    let Some(method) = &w.method else { return "not looked for in this kind of file".to_owned() };
    if !w.found {
        return format!("none found ({method})");
    }
    let mut words = format!("found ({method})");
    if let Some(payload) = &w.payload {
        let _ = write!(words, ", carries {payload}");
    }
    if let Some(rate) = w.false_positive_rate {
        let _ = write!(words, "; unmarked content shows one at most once in {:.0}", 1.0 / rate.max(1e-18));
    }
    match w.matches_record {
        Some(true) => words.push_str("; agrees with the record"),
        Some(false) => words.push_str("; does NOT agree with the record"),
        None => {}
    }
    words
}

/// Words as they stand in a page.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_of_itself_is_shown_and_not_run() {
        let verdict = Verdict {
            file: "<script>alert(1)</script>.png".to_owned(),
            reasons: vec!["\"quoted\" & 'so'\u{7}".to_owned()],
            ..Verdict::default()
        };
        let page = html(&[verdict]);
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)"));
        assert!(page.contains("&quot;quoted&quot; &amp; &#39;so&#39;"));
        assert!(page.contains("Unmarked"));
    }
}
