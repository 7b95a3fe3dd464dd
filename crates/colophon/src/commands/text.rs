//! `colophon text`.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;

use colophon_studio::chat::{Format, GenerateRequest, Message, Sampling, WatermarkState};
use colophon_studio::{SealedReply, Studio};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::json;

use crate::args;
use crate::failure::Failure;

/// Longest input file, in bytes.
const MAX_FILE: u64 = 16 << 20;

pub(crate) fn run(
    studio: &Studio,
    args: args::Text,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let request = request(&args)?;
    if let Some(out) = &args.output {
        let sealed = studio.text_document(args.how.model.as_deref(), request, progress, cancel)?;
        sealed.write_to(out)?;
        super::print(&out.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let streams = !args.no_stream && !args.json;
    let mut failed = false;
    let reply = studio.write_text(args.how.model.as_deref(), request, progress, cancel, &mut |piece| {
        if streams {
            let mut out = std::io::stdout().lock();
            // A closed pipe ends the writing.
            failed = write!(out, "{}", piece.words()).and_then(|()| out.flush()).is_err();
        }
        !failed
    })?;
    if args.json {
        super::print_json(&document(&reply))?;
        return Ok(ExitCode::SUCCESS);
    }
    if streams {
        super::print("")?;
    } else {
        super::print(reply.text())?;
    }
    if args.schema.is_none()
        && let Some(sealed) = &reply.sealed
    {
        super::print(&format!("\n{}", sealed.label))?;
    }
    eprintln!("{}", about(&reply));
    Ok(ExitCode::SUCCESS)
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

fn document(reply: &SealedReply) -> serde_json::Value {
    let sealed = reply.sealed.as_ref();
    json!({
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
    })
}

fn request(args: &args::Text) -> Result<GenerateRequest, Failure> {
    let bad = |message: String| Failure::new(ErrorCode::BadInput, message);
    let mut words = args.prompt.clone().unwrap_or_default();
    let given = match &args.file {
        Some(path) => Some(read(path)?),
        None if words.is_empty() && !std::io::stdin().is_terminal() => {
            let mut text = String::new();
            std::io::stdin()
                .take(MAX_FILE)
                .read_to_string(&mut text)
                .map_err(|e| bad(format!("cannot read stdin: {e}")))?;
            Some(text)
        }
        None => None,
    };
    if let Some(text) = given {
        words = if words.is_empty() { text } else { format!("{words}\n\n{text}") };
    }
    if words.trim().is_empty() {
        return Err(bad("there is nothing to answer".into()).with_hint("give a prompt, --file or stdin"));
    }
    let mut messages = Vec::new();
    if let Some(system) = &args.how.system {
        messages.push(Message::system(system.clone()));
    }
    messages.push(Message::user(words));
    let mut request = asked(messages, &args.how);
    if let Some(path) = &args.schema {
        let schema = serde_json::from_str(&read(path)?)
            .map_err(|e| bad(format!("{} is not JSON: {e}", path.display())))?;
        request.format = Format::JsonSchema(schema);
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

fn read(path: &std::path::Path) -> Result<String, Failure> {
    let shown = path.display();
    let bad = |why: String| Failure::new(ErrorCode::BadInput, format!("cannot read {shown}: {why}"));
    let size = std::fs::metadata(path).map_err(|e| bad(e.to_string()))?.len();
    if size > MAX_FILE {
        return Err(bad(format!("it is larger than {} MB", MAX_FILE >> 20)));
    }
    std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))
}
