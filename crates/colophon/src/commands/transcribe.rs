//! `colophon transcribe`.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use colophon_studio::{
    Line, LiveSource, Script, Segment, Studio, TranscribeRequest, Transcribed, TranscriptFormat,
};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::json;

use crate::args::{self, ChineseScript, HearFormat, HearTask};
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Transcribe,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let format = format(args)?;
    let request = request(args);
    if args.live {
        return live(studio, args, format, &request, progress, cancel);
    }
    // Text goes out line by line; the rest is one document.
    let streams = format == TranscriptFormat::Text && args.output.is_none();
    let mut failed = None;
    let mut show = |segment: &Segment| {
        if streams && failed.is_none() {
            failed = super::print(segment.text.trim()).err();
        }
    };
    let made = studio.transcribe(&args.file, &request, &mut show, progress, cancel)?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    let written = written(&made, format);
    match &args.output {
        Some(path) => {
            super::write_whole(path, &written)?;
            super::print(&path.display().to_string())?;
        }
        None if streams => {}
        None => super::print(&written)?,
    }
    eprintln!("{}", about(&made));
    Ok(ExitCode::SUCCESS)
}

fn request(args: &args::Transcribe) -> TranscribeRequest {
    TranscribeRequest {
        model: args.model.clone(),
        lang: Some(args.lang.clone()),
        translate: args.task == HearTask::Translate,
        words: args.words,
        prompt: args.prompt.clone(),
        hotwords: args.hotwords.clone(),
        temperature: None,
        beam: args.beam,
        script: match args.script {
            ChineseScript::Simplified => Script::Simplified,
            ChineseScript::Traditional => Script::Traditional,
            ChineseScript::AsHeard => Script::AsHeard,
        },
        vad: !args.no_vad,
        exact: args.exact,
    }
}

fn format(args: &args::Transcribe) -> Result<TranscriptFormat, Failure> {
    if let Some(format) = args.format {
        return Ok(match format {
            HearFormat::Text => TranscriptFormat::Text,
            HearFormat::Srt => TranscriptFormat::Srt,
            HearFormat::Vtt => TranscriptFormat::Vtt,
            HearFormat::Json => TranscriptFormat::Json,
        });
    }
    let Some(path) = &args.output else { return Ok(TranscriptFormat::Text) };
    let name = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    TranscriptFormat::named(name).ok_or_else(|| {
        let message = format!("{} does not say how it is to be written", path.display());
        Failure::new(ErrorCode::BadInput, message)
            .with_hint("give --format, or a name in .txt, .srt, .vtt or .json")
    })
}

fn written(made: &Transcribed, format: TranscriptFormat) -> String {
    if format != TranscriptFormat::Json {
        return made.transcript.write(format);
    }
    let mut document = made.transcript.json();
    document["models"] = json!(made.models);
    document["took"] = json!(made.took);
    format!("{document:#}\n")
}

fn about(made: &Transcribed) -> String {
    let t = &made.transcript;
    let language = t.language.as_deref().unwrap_or("no language");
    let pace = t.duration / made.took.max(1e-9);
    format!(
        "{language} ({:.0} %), {:.1} s of sound with {:.1} s of speech in {:.1} s, {pace:.1} times real time",
        100.0 * t.language_probability,
        t.duration,
        t.speech,
        made.took,
    )
}

/// Lines as they become known: on a terminal what is being said in place, else whole lines.
fn live(
    studio: &Studio,
    args: &args::Transcribe,
    format: TranscriptFormat,
    request: &TranscribeRequest,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let json = match format {
        TranscriptFormat::Text => false,
        TranscriptFormat::Json => true,
        _ => {
            let message = "live lines are written as text or json";
            return Err(Failure::new(ErrorCode::BadInput, message.to_owned()));
        }
    };
    let source = if args.file == Path::new("-") {
        LiveSource::Stream(Box::new(std::io::stdin()))
    } else {
        LiveSource::File(args.file.clone())
    };
    let mut failed = None;
    let mut tell = |line: Line| {
        let shown = if json { super::print(&row(&line)) } else { show(&line) };
        failed = failed.take().or(shown.err());
    };
    studio.transcribe_live(source, request, &mut tell, progress, cancel)?;
    failed.map_or(Ok(ExitCode::SUCCESS), Err)
}

fn row(line: &Line) -> String {
    match line {
        Line::Partial { certain, open } => json!({"type": "partial", "certain": certain, "open": open}),
        Line::Final { start, end, text, latency } => {
            json!({"type": "final", "start": start, "end": end, "text": text, "latency": latency})
        }
    }
    .to_string()
}

fn show(line: &Line) -> Result<(), Failure> {
    let mut err = std::io::stderr().lock();
    let terminal = err.is_terminal();
    let (clear, end) = if terminal { ("\r\x1b[K", "") } else { ("", "\n") };
    match line {
        Line::Partial { certain, open } => {
            let _ = write!(err, "{clear}{certain} … {open}{end}");
        }
        Line::Final { text, latency, start, .. } => {
            let _ = write!(err, "{clear}");
            drop(err);
            super::print(text)?;
            if !terminal {
                eprintln!("at {start:.1} s, {latency:.2} s after its end");
            }
        }
    }
    let _ = std::io::stderr().flush();
    Ok(())
}
