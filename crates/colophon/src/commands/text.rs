//! `colophon text`.

use std::io::Write as _;
use std::process::ExitCode;

use colophon_studio::chat::{Format, GenerateRequest, Message, Sampling, WatermarkState};
use colophon_studio::tasks::{
    Extract, Facts, FactsForm, Form, Glossary, News, Rewrite, Summarize, Task, Translate, Write,
};
use colophon_studio::{Piece, SealedReply, Studio, TaskOptions};
use colophon_types::{Cancel, ErrorCode, Lang, LangChoice, Progress};
use serde_json::{Value, json};

use super::input;
use crate::args::{self, TaskName};
use crate::failure::Failure;

/// Words of a summary, where nothing is said of its length; in Chinese characters.
const SUMMARY: [usize; 2] = [120, 200];

pub(crate) fn run(
    studio: &Studio,
    args: args::Text,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    if args.task == TaskName::Chat {
        return chat(studio, &args, progress, cancel);
    }
    let task = task(&args)?;
    let options =
        TaskOptions { model: args.how.model.clone(), seed: args.how.seed, temperature: args.how.temperature };
    if let Some(out) = &args.output {
        let (sealed, _) = studio.perform_document(&task, &options, progress, cancel)?;
        sealed.write_to(out)?;
        super::print(&out.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut shown = Shown::new(&args);
    let done = studio.perform(&task, &options, progress, cancel, &mut |piece| shown.piece(piece))?;
    let plain = matches!(args.task, TaskName::Extract);
    shown.end(&args, &done.reply, plain, Some(&done.report))?;
    if !args.json {
        remarks(&done.report);
    }
    Ok(ExitCode::SUCCESS)
}

fn chat(
    studio: &Studio,
    args: &args::Text,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let request = request(args)?;
    let model = args.how.model.as_deref();
    if let Some(out) = &args.output {
        let sealed = studio.text_document(model, request, progress, cancel)?;
        sealed.write_to(out)?;
        super::print(&out.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut shown = Shown::new(args);
    let reply = studio.write_text(model, request, progress, cancel, &mut |piece| shown.piece(piece))?;
    shown.end(args, &reply, args.schema.is_some(), None)?;
    Ok(ExitCode::SUCCESS)
}

/// What was printed of a text.
struct Shown {
    streams: bool,
    failed: bool,
}

impl Shown {
    fn new(args: &args::Text) -> Self {
        Self { streams: !args.no_stream && !args.json, failed: false }
    }

    /// Prints a piece; a closed pipe ends the writing.
    fn piece(&mut self, piece: &Piece) -> bool {
        if self.streams {
            let mut out = std::io::stdout().lock();
            self.failed = write!(out, "{}", piece.words()).and_then(|()| out.flush()).is_err();
        }
        !self.failed
    }

    /// Prints what is left: the text itself where it was not streamed, the label unless the text is
    /// `plain` data, and a line about it.
    fn end(
        &self,
        args: &args::Text,
        reply: &SealedReply,
        plain: bool,
        report: Option<&Value>,
    ) -> Result<(), Failure> {
        if args.json {
            return super::print_json(&document(reply, report));
        }
        super::print(if self.streams { "" } else { reply.text() })?;
        if let (false, Some(sealed)) = (plain, &reply.sealed) {
            super::print(&format!("\n{}", sealed.label))?;
        }
        eprintln!("{}", about(reply));
        Ok(())
    }
}

/// One line on a text: its number, its length, its mark.
pub(crate) fn about(reply: &SealedReply) -> String {
    let work = reply.sealed.as_ref().map_or("no text", |s| s.receipt.work_id.as_str());
    let mark = match reply.watermark {
        WatermarkState::Marked => "watermarked",
        WatermarkState::Greedy => "no watermark: nothing is drawn at temperature 0",
        WatermarkState::Code => "no watermark: code and structured text keep their tokens",
        WatermarkState::Short => "no watermark that can be found: under 200 tokens",
        WatermarkState::Remote => "no watermark: another program's sampler",
        WatermarkState::Sampler => "no watermark: this sampler cannot carry it",
        WatermarkState::Intermediate => "no watermark: an intermediate",
        WatermarkState::NoKey => "no watermark: no keys",
    };
    format!("{work}, {} tokens, seed {}, {mark}", reply.usage.completion_tokens, reply.seed)
}

/// What a user should know of a task's work.
fn remarks(report: &Value) {
    let list = |name: &str| report.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for sentence in list("sentences") {
        if sentence["verbatim"] == true {
            eprintln!("note: said in the words of the fact: {}", said(&sentence["text"]));
        }
    }
    for part in list("parts").iter().filter(|p| p["trace"] == "lost") {
        eprintln!("note: part {} left no trace in the summary", part["number"]);
    }
    for sentence in list("dropped") {
        eprintln!("note: dropped, its numbers are not in the text: {}", said(&sentence));
    }
    for miss in list("misses") {
        eprintln!("note: part {}: {} not kept: {}", miss["part"], said(&miss["kind"]), said(&miss["what"]));
    }
    for (name, what) in [("numbers_lost", "lost"), ("numbers_added", "added")] {
        for number in list(name) {
            eprintln!("note: a number was {what}: {}", said(&number));
        }
    }
    for path in list("not_in_text") {
        eprintln!("note: not found in the text: {}", said(&path));
    }
}

fn document(reply: &SealedReply, report: Option<&Value>) -> Value {
    let sealed = reply.sealed.as_ref();
    let mut document = json!({
        "text": reply.text(),
        "label": sealed.map(|s| s.label),
        "work_id": sealed.map(|s| s.receipt.work_id.as_str()),
        "aigc": sealed.map(|s| s.aigc.as_str()),
        "sha256": sealed.map(|s| s.sha256.as_str()),
        "receipt": sealed.map(|s| &s.receipt),
        "finish": reply.finish,
        "usage": reply.usage,
        "watermark": reply.watermark,
        "seed": reply.seed,
        "model": reply.model,
    });
    if let Some(report) = report {
        document["report"] = report.clone();
    }
    document
}

fn bad(message: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::BadInput, message.into())
}

/// The task that the arguments ask for.
fn task(args: &args::Text) -> Result<Task, Failure> {
    let prompt = args.prompt.clone().unwrap_or_default();
    // A file or stdin is what is worked on, and the prompt says how; alone the prompt is it.
    let given = if args.task == TaskName::Write && args.file.is_none() && !prompt.is_empty() {
        None
    } else {
        input::file_or_stdin(args.file.as_ref())?.filter(|t| args.file.is_some() || !t.trim().is_empty())
    };
    let (text, wish) = match given {
        Some(text) => (text, prompt),
        None => (prompt, String::new()),
    };
    if text.trim().is_empty() {
        return Err(bad("there is nothing to work on").with_hint("give --file, stdin or a prompt"));
    }
    let wanted = &args.wanted;
    let lang = match super::language(&wanted.lang)? {
        LangChoice::Auto => None,
        LangChoice::En => Some(Lang::En),
        LangChoice::Zh => Some(Lang::Zh),
    };
    // In the language of the wish, else of the text.
    let spoken = Lang::detect(if wish.trim().is_empty() { &text } else { &wish });
    let same = lang.unwrap_or_else(|| Lang::detect(&text));
    Ok(match args.task {
        TaskName::Write => {
            let wish = if wish.is_empty() { text } else { format!("{wish}\n\n{text}") };
            Task::Write(Write { lang: lang.unwrap_or(spoken), wish, length: wanted.length })
        }
        TaskName::News => Task::News(News {
            facts: Facts::parse(&text, form_of(args))?,
            wish,
            lang: same,
            keep_unsupported: wanted.keep_unsupported,
            references: !wanted.no_references,
        }),
        TaskName::Summarize => {
            let usual = SUMMARY[usize::from(same == Lang::Zh)];
            let form = match wanted.form {
                args::Form::Paragraph => Form::Paragraph,
                args::Form::Bullets => Form::Bullets,
                args::Form::Headline => Form::Headline,
                args::Form::Outline => Form::Outline,
            };
            let usual = if form == Form::Headline { usual / 5 } else { usual };
            let length = wanted.length.unwrap_or(usual).clamp(5, 2000);
            Task::Summarize(Summarize { text, wish, lang: same, length, form })
        }
        TaskName::Rewrite => Task::Rewrite(Rewrite { text, wish, lang: same }),
        TaskName::Translate => {
            let to = lang.unwrap_or(match Lang::detect(&text) {
                Lang::En => Lang::Zh,
                Lang::Zh => Lang::En,
            });
            let glossary = match &wanted.glossary {
                Some(path) => Glossary::parse(&input::file(path)?)?,
                None => Glossary::default(),
            };
            Task::Translate(Translate { text, to, glossary, wish })
        }
        TaskName::Extract => {
            let Some(path) = &args.schema else {
                return Err(bad("extraction needs a JSON schema").with_hint("give --schema FILE"));
            };
            Task::Extract(Extract { text, schema: schema(path)?, wish, lang: same })
        }
        TaskName::Chat => return Err(bad("chat is no task on a text")),
    })
}

fn form_of(args: &args::Text) -> FactsForm {
    let name = args.file.as_ref().and_then(|f| f.extension()).and_then(|e| e.to_str()).unwrap_or_default();
    match name.to_lowercase().as_str() {
        "json" => FactsForm::Json,
        "csv" => FactsForm::Csv,
        _ => FactsForm::Auto,
    }
}

fn schema(path: &std::path::Path) -> Result<Value, Failure> {
    serde_json::from_str(&input::file(path)?).map_err(|e| bad(format!("{} is not JSON: {e}", path.display())))
}

fn request(args: &args::Text) -> Result<GenerateRequest, Failure> {
    let mut words = args.prompt.clone().unwrap_or_default();
    let given = if args.file.is_some() || words.is_empty() {
        input::file_or_stdin(args.file.as_ref())?
    } else {
        None
    };
    if let Some(text) = given {
        words = if words.is_empty() { text } else { format!("{words}\n\n{text}") };
    }
    if words.trim().is_empty() {
        return Err(bad("there is nothing to answer").with_hint("give a prompt, --file or stdin"));
    }
    let mut messages = Vec::new();
    if let Some(system) = &args.how.system {
        messages.push(Message::system(system.clone()));
    }
    messages.push(Message::user(words));
    let mut request = asked(messages, &args.how);
    if let Some(path) = &args.schema {
        request.format = Format::JsonSchema(schema(path)?);
    }
    Ok(request)
}

/// A chat, generated as the arguments say.
pub(crate) fn asked(messages: Vec<Message>, how: &args::Generation) -> GenerateRequest {
    let usual = Sampling::default();
    GenerateRequest {
        max_tokens: how.max_tokens,
        sampling: Sampling {
            temperature: how.temperature.unwrap_or(usual.temperature),
            seed: how.seed,
            ..usual
        },
        ..GenerateRequest::chat(messages)
    }
}
