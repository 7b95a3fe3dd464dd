//! `colophon audiobook`.

use std::process::ExitCode;

use colophon_studio::{AudiobookRequest, Book, Studio};
use colophon_types::{Cancel, ErrorCode, Progress};
use serde_json::{Value, json};

use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Audiobook,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    if args.list {
        return list(args);
    }
    let request = AudiobookRequest {
        book: args.book.clone(),
        format: super::sound_format(&args.output)?,
        voice: args.voice.clone(),
        lang: super::language(&args.lang)?,
        speed: args.speed,
        title: args.title.clone(),
        author: args.author.clone(),
        cover: args.cover.clone(),
        chapters: args.chapters.as_deref().map(chapters).transpose()?,
    };
    let made = studio.audiobook(&request, progress, cancel)?;
    made.sealed.write_to(&args.output)?;
    if args.json {
        let row = |(start, title): &(f64, String)| json!({"start": start, "title": title});
        let receipt = made.sealed.receipt();
        super::print_json(&json!({
            "file": args.output, "title": made.title, "seconds": made.seconds,
            "chapters": made.chapters.iter().map(row).collect::<Value>(),
            "work_id": receipt.work_id, "sha256": made.sealed.sha256(), "log": made.sealed.log_position(),
            "receipt": receipt,
        }))?;
    } else {
        super::print(&args.output.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `3` or `3-5`.
fn chapters(text: &str) -> Result<(usize, usize), Failure> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) => Ok((first, last)),
        _ => {
            let message = format!("'{text}' names no chapters");
            Err(Failure::new(ErrorCode::BadInput, message).with_hint("give a number, or two as in 3-5"))
        }
    }
}

fn list(args: &args::Audiobook) -> Result<ExitCode, Failure> {
    let book = Book::read(&args.book).map_err(colophon_studio::StudioError::from)?;
    let characters = |paragraphs: &[String]| paragraphs.iter().map(|p| p.chars().count()).sum::<usize>();
    if args.json {
        let row =
            |c: &colophon_studio::Chapter| json!({"title": c.title, "characters": characters(&c.paragraphs)});
        super::print_json(&json!({
            "title": book.title, "author": book.author, "language": book.language,
            "chapters": book.chapters.iter().map(row).collect::<Value>(),
        }))?;
    } else {
        let author = book.author.as_deref().map(|a| format!(" ({a})")).unwrap_or_default();
        let mut rows = vec![vec![String::new(), format!("{}{author}", book.title)]];
        for (number, chapter) in book.chapters.iter().enumerate() {
            let length = characters(&chapter.paragraphs);
            rows.push(vec![(number + 1).to_string(), format!("{} · {length} characters", chapter.title)]);
        }
        super::print(&super::table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}
