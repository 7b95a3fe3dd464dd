//! Writes news from the briefs of `benches/language/briefs.json` and prints, as JSON lines, what the
//! model wrote and what the check left: `news MODEL.gguf THREADS BRIEFS.json`.

use colophon_text::tasks::{Desk, Facts, FactsForm, News, Task, TaskEvent};
use colophon_text::{Llama, LlamaOptions};
use colophon_types::{Cancel, Lang};
use serde_json::{Value, json};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, threads, briefs] = args.as_slice() else {
        return Err("usage: news MODEL.gguf THREADS BRIEFS.json".into());
    };
    let llama = Llama::load("model", model.as_ref(), LlamaOptions::single(4096, threads.parse()?))?;
    let briefs: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(briefs)?)?;
    for (i, brief) in briefs.iter().enumerate() {
        let lang = if brief["lang"] == "zh" { Lang::Zh } else { Lang::En };
        let facts = Facts::parse(&brief["facts"].to_string(), FactsForm::Json)?;
        let news = |keep_unsupported| {
            let (facts, wish) = (facts.clone(), String::new());
            Task::News(News { facts, wish, lang, keep_unsupported, references: false })
        };
        let run = |task: &Task| {
            let cancel = Cancel::new();
            let mut tell = |_: TaskEvent<'_>| true;
            task.run(&mut Desk::new(&llama, i as u32 + 1, &cancel, &mut tell))
        };
        let (before, after) = (run(&news(true))?, run(&news(false))?);
        let sentences = |report: &Value| -> Vec<Value> {
            let list = report["sentences"].as_array().cloned().unwrap_or_default();
            list.into_iter().map(|s| json!({"text": s["text"], "verbatim": s["verbatim"]})).collect()
        };
        let line = json!({
            "brief": brief,
            // What was put in for facts that the model left out is not the model's own.
            "before": sentences(&before.report).into_iter().filter(|s| s["verbatim"] == false).collect::<Vec<_>>(),
            "after": sentences(&after.report),
            "headline": after.report["headline"],
            "check": after.report["check"],
        });
        println!("{line}");
    }
    Ok(())
}
