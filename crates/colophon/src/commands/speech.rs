//! `colophon speech`.

use std::path::Path;
use std::process::ExitCode;

use colophon_studio::{Gender, Markup, SpeechRequest, Spoken, SpokenLine, Studio, Voice, read_cast, voices};
use colophon_types::{Cancel, Caption, ErrorCode, Lang, LangChoice, Progress};
use serde_json::{Value, json};

use super::input;
use crate::args;
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Speech,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    if args.voices {
        return list(args);
    }
    if args.sample {
        return samples(studio, args, progress, cancel);
    }
    super::sound_format(&args.output)?;
    let text = input::text(args.text.as_ref(), args.file.as_ref())?;
    let spoken = studio.speak(&request(args, text)?, progress, cancel)?;
    spoken.sealed.write_to(&args.output)?;
    captions(args, &spoken.lines)?;
    if args.json {
        super::print_json(&document(&args.output, &spoken))?;
    } else {
        super::print(&args.output.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn request(args: &args::Speech, text: String) -> Result<SpeechRequest, Failure> {
    let cast = args.cast.as_deref().map(read_cast).transpose()?.unwrap_or_default();
    let markup = match (args.ssml, args.dialogue, args.plain) {
        (true, ..) => Markup::Ssml,
        (_, true, _) => Markup::Dialogue,
        (.., true) => Markup::Plain,
        // A cast is only for a dialogue.
        _ if !cast.is_empty() => Markup::Dialogue,
        _ => Markup::Auto,
    };
    Ok(SpeechRequest {
        text,
        voice: args.voice.clone(),
        lang: super::language(&args.lang)?,
        speed: args.speed,
        markup,
        dictionary: args.dictionary.clone(),
        cast,
        format: super::sound_format(&args.output)?,
    })
}

fn document(file: &Path, spoken: &Spoken) -> Value {
    let receipt = spoken.sealed.receipt();
    let marks: Vec<Value> = spoken.marks.iter().map(|(name, at)| json!({"name": name, "at": at})).collect();
    json!({
        "file": file, "seconds": spoken.seconds, "sentences": spoken.lines, "marks": marks,
        "work_id": receipt.work_id, "sha256": spoken.sealed.sha256(), "log": spoken.sealed.log_position(),
        "receipt": receipt,
    })
}

/// Writes captions where they are asked for.
fn captions(args: &args::Speech, lines: &[SpokenLine]) -> Result<(), Failure> {
    let shown = |line: &SpokenLine| Caption {
        start: line.start,
        end: line.end,
        text: match &line.speaker {
            Some(name) => format!("{name}: {}", line.text),
            None => line.text.clone(),
        },
    };
    let captions: Vec<Caption> = lines.iter().map(shown).collect();
    for (file, text) in [
        (&args.srt, colophon_studio::to_srt as fn(&[Caption]) -> String),
        (&args.vtt, colophon_studio::to_vtt as fn(&[Caption]) -> String),
    ] {
        if let Some(file) = file {
            super::write_whole(file, text(&captions))?;
        }
    }
    Ok(())
}

fn of_lang(lang: LangChoice) -> impl Fn(&&Voice) -> bool {
    move |v| match lang {
        LangChoice::Auto => true,
        LangChoice::En => v.home.starts_with("en"),
        LangChoice::Zh => v.home.starts_with("zh"),
    }
}

/// The voices: with language, sex, engine and name.
fn list(args: &args::Speech) -> Result<ExitCode, Failure> {
    let shown: Vec<&Voice> = voices().iter().filter(of_lang(super::language(&args.lang)?)).collect();
    let sex = |v: &Voice| match v.gender {
        Gender::Female => "female",
        Gender::Male => "male",
    };
    let engine = |v: &Voice| format!("{:?}", v.engine).to_lowercase();
    if args.json {
        let row = |v: &&Voice| {
            json!({
                "id": v.id, "name": v.title, "language": v.home, "reads": reads(v), "sex": sex(v), "engine": engine(v),
            })
        };
        super::print_json(&shown.iter().map(row).collect::<Vec<_>>())?;
    } else {
        let mut rows =
            vec![["VOICE", "LANGUAGE", "READS", "SEX", "ENGINE", "NAME"].map(str::to_owned).to_vec()];
        for v in shown {
            let reads = reads(v).join(" ");
            rows.push(vec![v.id.into(), v.home.into(), reads, sex(v).into(), engine(v), v.title.into()]);
        }
        super::print(&super::table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The languages that a voice reads.
fn reads(voice: &Voice) -> Vec<&'static str> {
    [Lang::En, Lang::Zh].into_iter().filter(|l| voice.reads(*l)).map(Lang::tag).collect()
}

/// What a voice says of itself.
fn greeting(voice: &Voice) -> String {
    match voice.lang {
        Lang::En => {
            format!("Hello, my name is {}. The evening light falls softly on the harbor.", voice.title)
        }
        Lang::Zh => format!("你好，我叫{}。傍晚的阳光轻轻地洒在港口上。", voice.title),
    }
}

/// A sample of one voice, or of all of a language.
fn samples(
    studio: &Studio,
    args: &args::Speech,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let say = |voice: &str, lang: Lang, text: String, file: &Path| -> Result<(), Failure> {
        let lang = match lang {
            Lang::En => LangChoice::En,
            Lang::Zh => LangChoice::Zh,
        };
        let request = SpeechRequest {
            text,
            voice: Some(voice.to_owned()),
            lang,
            speed: args.speed,
            format: super::sound_format(file)?,
            ..SpeechRequest::default()
        };
        studio.speak(&request, progress, cancel)?.sealed.write_to(file)?;
        super::print(&file.display().to_string())?;
        Ok(())
    };
    if let Some(name) = &args.voice {
        super::sound_format(&args.output)?;
        let known = voices().iter().find(|v| v.id == name.to_lowercase());
        let text = known.map_or_else(|| "The evening light falls softly on the harbor.".into(), greeting);
        say(name, known.map_or(Lang::En, |v| v.lang), text, &args.output)?;
        return Ok(ExitCode::SUCCESS);
    }
    // The default name is that of one file.
    let folder = if args.output == Path::new("speech.wav") { Path::new("voices") } else { &args.output };
    std::fs::create_dir_all(folder).map_err(|e| {
        Failure::new(ErrorCode::Io, format!("cannot make the folder {}: {e}", folder.display()))
    })?;
    for voice in voices().iter().filter(of_lang(super::language(&args.lang)?)) {
        say(voice.id, voice.lang, greeting(voice), &folder.join(format!("{}.wav", voice.id)))?;
    }
    Ok(ExitCode::SUCCESS)
}
