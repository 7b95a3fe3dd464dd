//! `colophon jobs`: the queue of this studio, read and written in its records. A server or a worker that
//! runs beside sees what is ordered and stopped here within seconds.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use colophon_studio::store::{Job, JobFilter, JobId, JobState, Store};
use colophon_studio::{JobOrder, Studio, StudioError};
use colophon_types::{Cancel, ErrorCode, Event, Explain as _, Progress};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;

use super::{input, print, print_json, table};
use crate::args::{Jobs, Submit};
use crate::failure::Failure;

/// Whose the jobs are that are ordered here; the same as those of a server without keys.
const OWNER: &str = "local";
/// How often it is looked for news of a job.
const LOOK: Duration = Duration::from_millis(200);
/// How long the records may be out of reach while a job is watched.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest request on stdin, in bytes.
const MAX_REQUEST: u64 = 16 << 20;

pub(crate) fn run(
    studio: &Studio,
    args: Jobs,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let store = studio.store()?;
    match args {
        Jobs::List { status, kind, limit, json } => {
            let state = status.as_deref().and_then(JobState::named);
            let filter = JobFilter { state, kind, limit: usize::from(limit), ..JobFilter::default() };
            list(store, &filter, json)?;
        }
        Jobs::Show { id } => print_json(&document(store, &find(store, &id)?)?)?,
        Jobs::Watch { id, json } => return watch(store, find(store, &id)?, json, progress, cancel),
        Jobs::Cancel { id } => {
            let job = studio.cancel_job(&find(store, &id)?.id)?;
            match job.state {
                JobState::Running => eprintln!("it is being stopped"),
                state => eprintln!("it is {}", state.name()),
            }
            print(job.id.as_str())?;
        }
        Jobs::Retry { id } => {
            let order = JobOrder { sees_all: true, ..JobOrder::again(find(store, &id)?) };
            print(studio.submit(order)?.id.as_str())?;
        }
        Jobs::Submit(submit) => return order(studio, submit, progress, cancel),
    }
    Ok(ExitCode::SUCCESS)
}

fn find(store: &Store, id: &str) -> Result<Job, Failure> {
    let unknown = || {
        Failure::new(ErrorCode::NotFound, format!("there is no job '{id}'"))
            .with_hint("see `colophon jobs list`")
    };
    let id = JobId::parse(id).ok_or_else(unknown)?;
    store.job(&id).map_err(|error| match error.code() {
        ErrorCode::NotFound => unknown(),
        _ => StudioError::from(error).into(),
    })
}

/// A job as the HTTP API tells it.
fn document(store: &Store, job: &Job) -> Result<Value, Failure> {
    Ok(colophon_server::job_document(store, job).map_err(StudioError::from)?)
}

fn list(store: &Store, filter: &JobFilter, json: bool) -> Result<(), Failure> {
    let (jobs, more) = store.jobs(filter).map_err(StudioError::from)?;
    if json {
        let documents = jobs.iter().map(|job| document(store, job)).collect::<Result<Vec<_>, _>>()?;
        return print_json(&documents);
    }
    let row = |job: &Job| {
        vec![
            when(job.created),
            job.id.to_string(),
            job.kind.clone(),
            job.state.name().to_owned(),
            job.title.clone(),
        ]
    };
    if jobs.is_empty() {
        eprintln!("there are no such jobs");
        return Ok(());
    }
    print(&table(&jobs.iter().map(row).collect::<Vec<_>>()))?;
    if more {
        eprintln!("there are more; --limit shows them");
    }
    Ok(())
}

/// A time of the records, in UTC.
fn when(millis: i64) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]");
    let time = OffsetDateTime::from_unix_timestamp(millis / 1000).ok();
    time.and_then(|t| t.format(form).ok()).unwrap_or_default()
}

fn order(
    studio: &Studio,
    args: Submit,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let order = JobOrder {
        owner: OWNER.into(),
        sees_all: true,
        request: request(&args.request)?,
        kind: args.kind,
        priority: args.priority,
        deadline_seconds: args.deadline,
        tags: args.tag,
        ..JobOrder::default()
    };
    let store = studio.store()?;
    let job = studio.submit(order)?;
    if args.wait {
        eprintln!("{} is queued", job.id);
        return watch(store, job, args.json, progress, cancel);
    }
    match args.json {
        true => print_json(&document(store, &job)?)?,
        false => print(job.id.as_str())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A request: JSON, or a file of it.
fn request(given: &str) -> Result<Value, Failure> {
    let text = match given.strip_prefix('@') {
        None => given.to_owned(),
        Some("-") => {
            let mut text = String::new();
            let read = std::io::stdin().take(MAX_REQUEST).read_to_string(&mut text);
            read.map_err(|e| Failure::new(ErrorCode::BadInput, format!("cannot read stdin: {e}")))?;
            text
        }
        Some(path) => input::file(Path::new(path))?,
    };
    serde_json::from_str(&text).map_err(|e| {
        Failure::new(ErrorCode::BadInput, format!("the request is no JSON: {e}"))
            .with_hint("give an object, such as --request '{\"prompt\": \"a lighthouse\"}', or @FILE")
    })
}

/// Follows a job to its end; its words go to stdout as they come, unless a document is wanted.
fn watch(
    store: &Store,
    job: Job,
    json: bool,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let (id, mut job, mut last, mut shown) = (job.id.clone(), job, 0, None);
    let mut reached = Instant::now();
    loop {
        // The state is read before the events: all events of an ended job are there.
        let seen = store.job(&id).and_then(|now| Ok((store.events(&id, last)?, now)));
        match seen {
            Ok((events, now)) => {
                if shown != Some((now.state, now.attempt)) {
                    shown = Some((now.state, now.attempt));
                    progress.event(Event::Note { message: standing(store, &now) });
                }
                for event in events {
                    last = event.seq;
                    tell(&event.name, &event.data, json, progress)?;
                }
                job = now;
                reached = Instant::now();
            }
            // A database may be away for a moment.
            Err(error) if error.code() == ErrorCode::Io && reached.elapsed() < PATIENCE => {}
            Err(error) => return Err(StudioError::from(error).into()),
        }
        if job.state.is_final() {
            break;
        }
        if cancel.is_cancelled() {
            eprintln!("the job goes on; `colophon jobs watch {id}` follows it again");
            return Ok(ExitCode::from(ErrorCode::Cancelled.exit_status()));
        }
        std::thread::sleep(LOOK);
    }
    ended(store, &job, json)
}

/// Where a job stands, as a line.
fn standing(store: &Store, job: &Job) -> String {
    match (job.state, store.place(job)) {
        (JobState::Queued, Ok(Some(place))) => format!("queued, place {place}"),
        (JobState::Running, _) if job.attempt > 1 => format!("running, attempt {}", job.attempt),
        (state, _) => state.name().to_owned(),
    }
}

/// Tells an event.
fn tell(name: &str, data: &Value, json: bool, progress: &dyn Progress) -> Result<(), Failure> {
    match name {
        "text" if !json => {
            use std::io::Write as _;
            let mut out = std::io::stdout().lock();
            let written = write!(out, "{}", data.as_str().unwrap_or_default()).and_then(|()| out.flush());
            match written {
                Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
                    return Err(Failure::new(ErrorCode::Io, format!("cannot write to stdout: {e}")));
                }
                _ => {}
            }
        }
        "progress" => {
            if let Some(note) = data["note"].as_str() {
                progress.event(Event::Note { message: note.to_owned() });
            } else if let Ok(stage) = serde_json::from_value(data["stage"].clone()) {
                let count = |name: &str| data[name].as_u64().unwrap_or_default();
                let what = data["what"].as_str().map(str::to_owned);
                progress.event(Event::Progress { stage, done: count("done"), total: count("total"), what });
            }
        }
        _ => {}
    }
    Ok(())
}

/// Tells the end of a job.
fn ended(store: &Store, job: &Job, json: bool) -> Result<ExitCode, Failure> {
    let document = document(store, job)?;
    if json {
        print_json(&document)?;
    } else {
        let works = document["works"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<&str> = works.iter().filter_map(|w| w["id"].as_str()).collect();
        if !ids.is_empty() {
            print(&ids.join("\n"))?;
        }
    }
    match job.state {
        JobState::Done => Ok(ExitCode::SUCCESS),
        JobState::Cancelled => Err(Failure::new(ErrorCode::Cancelled, "the job was cancelled")),
        _ => {
            let fault = job.error.as_ref();
            let message = fault.map_or("the job failed", |f| f.message.as_str());
            let code = fault.and_then(|f| serde_json::from_value(f.code.clone().into()).ok());
            Err(Failure::new(code.unwrap_or(ErrorCode::Failed), message))
        }
    }
}
