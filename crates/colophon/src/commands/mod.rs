//! The commands: one file each.

mod audiobook;
mod backup;
mod chat;
mod clean;
mod doctor;
mod image;
mod input;
mod jobs;
mod log;
mod make;
mod mark;
mod models;
mod moderate;
mod music;
mod protect;
mod replay;
mod search;
mod serve;
mod sound;
mod speech;
mod talk;
mod text;
mod transcribe;
mod understand;
mod verify;
mod vocode;
mod worker;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use colophon_studio::{Config, Studio};
use colophon_types::{Cancel, ErrorCode, LangChoice, SoundFormat};
use serde::Serialize;

use crate::args::{Args, Command};
use crate::failure::Failure;
use crate::progress;

/// Runs what was asked for.
pub(crate) fn run(args: Args, cancel: &Cancel) -> Result<ExitCode, Failure> {
    if let Command::Completions { shell } = args.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), "colophon", &mut script);
        print(&String::from_utf8_lossy(&script))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut config = Config::load(args.config.as_deref())?;
    config.offline |= args.offline;
    if args.label_profile.is_some() {
        config.label.profile = args.label_profile;
    }
    if args.no_visible_label {
        let (who, why) = args.agreed_by.zip(args.agreed_why).ok_or_else(|| {
            let message = "--no-visible-label needs --agreed-by WHO and --agreed-why WHY";
            Failure::new(ErrorCode::BadInput, message)
        })?;
        config.label.agreement = Some((who, why));
    }
    if let Command::Restore(restore) = &args.command {
        return backup::restore(&config, restore);
    }
    if !matches!(args.command, Command::Serve(_) | Command::Worker(_) | Command::Jobs(_)) {
        // Nothing comes after one picture, or one command's pictures.
        config.pictures.loaded = Some(0);
    }
    let studio = Studio::open(config)?;
    let progress = progress::receiver(args.progress);
    match args.command {
        Command::Make(make) => make::run(&studio, make, &progress, cancel),
        Command::Text(text) => text::run(&studio, text, progress.as_ref(), cancel),
        Command::Chat(chat) => chat::run(&studio, &chat, progress.as_ref(), cancel),
        Command::Image(image) => image::run(&studio, &image, progress.as_ref(), cancel),
        Command::Speech(speech) => speech::run(&studio, &speech, progress.as_ref(), cancel),
        Command::Audiobook(book) => audiobook::run(&studio, &book, progress.as_ref(), cancel),
        Command::Talk(talk) => talk::run(&studio, &talk, progress.as_ref(), cancel),
        Command::Transcribe(args) => transcribe::run(&studio, &args, progress.as_ref(), cancel),
        Command::Music(music) => music::run(&studio, &music, progress.as_ref(), cancel),
        Command::Clean(clean) => clean::run(&studio, &clean, progress.as_ref(), cancel),
        Command::Vocode(vocode) => vocode::run(&studio, &vocode, progress.as_ref(), cancel),
        Command::Sound(sound) => sound::run(&studio, &sound, progress.as_ref(), cancel),
        Command::Search(search) => search::run(&studio, &search, progress.as_ref(), cancel),
        Command::Understand(understand) => understand::run(&studio, &understand, progress.as_ref(), cancel),
        Command::Serve(serve) => serve::run(studio, serve, progress.as_ref(), cancel),
        Command::Moderate(args) => moderate::run(&studio, &args, progress.as_ref(), cancel),
        Command::Jobs(args) => jobs::run(&studio, args, progress.as_ref(), cancel),
        Command::Worker(args) => worker::run(studio, args, cancel),
        Command::Replay(args) => replay::run(&studio, &args, &progress, cancel),
        Command::Backup(args) => backup::run(&studio, &args, progress.as_ref(), cancel),
        Command::Mark(mark) => mark::run(&studio, &mark, progress.as_ref(), cancel),
        Command::Protect(protect) => protect::run(&studio, &protect),
        Command::Verify(verify) => verify::run(&studio, &verify),
        Command::Models(models) => models::run(&studio, models, progress.as_ref(), cancel),
        Command::Log(log) => log::run(&studio, &log),
        Command::Doctor { json } => doctor::run(&studio, json),
        Command::Completions { .. } | Command::Restore(_) => Ok(ExitCode::SUCCESS),
    }
}

/// The language that a flag names.
fn language(name: &str) -> Result<LangChoice, Failure> {
    match name {
        "auto" => Ok(LangChoice::Auto),
        "en" => Ok(LangChoice::En),
        "zh" => Ok(LangChoice::Zh),
        other => {
            let message = format!("unknown language '{other}'");
            Err(Failure::new(ErrorCode::BadInput, message).with_hint("use auto, en or zh"))
        }
    }
}

/// Refuses an output file whose name promises another format.
fn written_as(path: &Path, extension: &str) -> Result<(), Failure> {
    match path.extension().and_then(|e| e.to_str()) {
        Some(given) if given.eq_ignore_ascii_case(extension) => Ok(()),
        _ => {
            let message = format!("{} cannot be written: only .{extension} files can", path.display());
            Err(Failure::new(ErrorCode::BadInput, message))
        }
    }
}

/// Writes by way of a file beside it, so that none is left half-written.
fn write_whole(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    std::fs::write(beside, bytes).and_then(|()| std::fs::rename(beside, path)).map_err(|e| {
        // What is left of a failed write is of no use to anyone.
        let _ = std::fs::remove_file(beside);
        Failure::new(ErrorCode::Io, format!("cannot write {}: {e}", path.display()))
    })
}

/// The format of a sound by the end of its file's name.
fn sound_format(path: &Path) -> Result<SoundFormat, Failure> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    SoundFormat::named(ending).ok_or_else(|| {
        let message = format!("{} cannot be written: its ending is of no sound format", path.display());
        Failure::new(ErrorCode::BadInput, message).with_hint("use .wav, .mp3, .opus, .m4a, .flac or .pcm")
    })
}

/// Prints a line (or several) to stdout. A closed pipe is not an error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let ending = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{ending}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(ErrorCode::Io, format!("cannot write to stdout: {e}")))
        }
        _ => Ok(()),
    }
}

/// Prints one JSON document to stdout.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&text),
        Err(e) => Err(Failure::new(ErrorCode::Failed, format!("the result is not JSON: {e}"))),
    }
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// A table with aligned columns; the last column is not padded.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |s: &String| unicode_width::UnicodeWidthStr::width(s.as_str());
    let widths: Vec<usize> =
        (0..columns).map(|c| rows.iter().filter_map(|r| r.get(c)).map(width).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if c + 1 < row.len() {
                line.push_str(&" ".repeat(widths[c] - width(cell) + 2));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
