//! Those who work: threads that take jobs, hold them, and end them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use colophon_store::{Claimed, Job, JobFault, JobId, Outcome, Store};
use colophon_types::{Cancel, ErrorCode, Event, Explain, Progress};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::TryRecvError;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::floor::{LOOK, Tally};
use super::request::JobRequest;
use super::run::Run;
use super::shelf::{self, Shelf};
use crate::engines::await_loads;
use crate::{OBJECTS_GRACE, Studio, StudioError, trace};

/// How long a job is held without a sign of life, where nothing else is said.
const LEASE: Duration = Duration::from_secs(30);
/// Signs of life within that time.
const BEATS: u32 = 6;
/// How long a stop waits for models that are still being loaded for jobs that it ended.
const LOADS: Duration = Duration::from_secs(20);
/// Least time between two notes of progress.
const NOTE: Duration = Duration::from_millis(250);

impl Studio {
    /// What workers did since the program began.
    pub fn tally(&self) -> Tally {
        self.floor.tally()
    }
}

/// How jobs are worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkersOptions {
    /// The content that is made (`text`, `image`, `audio`, `video`); empty for everything.
    pub scopes: Vec<String>,
    /// Jobs at the same time; one of them may be a film or another long one.
    pub at_once: usize,
    /// Whether no other program works on the jobs of this studio: then those that run have lost their
    /// worker.
    pub alone: bool,
    /// How long a job is held without a sign of life of its worker; six signs come in that time.
    pub lease: Duration,
}

impl Default for WorkersOptions {
    fn default() -> Self {
        Self { scopes: Vec::new(), at_once: 2, alone: true, lease: LEASE }
    }
}

/// Threads that work on jobs.
pub struct Workers {
    studio: Arc<Studio>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Takes up what was left, and starts to work.
    ///
    /// # Errors
    /// [`StudioError`] when the records or the folder of works cannot be used.
    pub fn start(studio: Arc<Studio>, options: &WorkersOptions) -> Result<Self, StudioError> {
        let store = studio.store()?.clone();
        if options.alone {
            shelf::sweep(&studio.works_dir(), Duration::ZERO);
        } else if studio.objects()?.is_some() {
            // The folder is this machine's own, but maybe not this process's.
            shelf::sweep(&studio.works_dir(), OBJECTS_GRACE);
        }
        let taken = store.recover(options.alone, &mut |job| shelf::settle(&studio, job))?;
        if taken > 0 {
            tracing::info!("{taken} jobs were taken up again");
        }
        let mut threads = Vec::new();
        for number in 0..options.at_once.max(1) {
            let name = format!("{}-{}", uuid::Uuid::new_v4().simple(), number);
            let wanted = |kind: &&str| {
                let scope = JobRequest::scope(kind);
                options.scopes.is_empty() || options.scopes.iter().any(|s| s == scope)
            };
            let kinds: Vec<&'static str> = JobRequest::KINDS
                .into_iter()
                .filter(|k| number == 0 || !JobRequest::HEAVY.contains(k))
                .filter(wanted)
                .collect();
            let (studio, store) = (Arc::clone(&studio), store.clone());
            let lease = options.lease;
            let work = move || work(&studio, &store, &name, &kinds, lease);
            let thread = std::thread::Builder::new().name(format!("worker-{number}")).spawn(work);
            threads.push(thread.map_err(StudioError::io("start a thread for", Path::new("jobs")))?);
        }
        if !options.alone {
            let (neighbour, store) = (Arc::clone(&studio), store.clone());
            let thread = std::thread::Builder::new().name("neighbours".into());
            let beat = options.lease / BEATS;
            let thread = thread.spawn(move || watch_neighbours(&neighbour, &store, beat));
            threads.push(thread.map_err(StudioError::io("start a thread for", Path::new("jobs")))?);
        }
        Ok(Self { studio, threads })
    }

    /// Takes no more jobs, lets those that run go on for a while, and gives the others back.
    pub fn stop(self, grace: Duration) {
        let floor = &self.studio.floor;
        floor.stopping.store(true, Ordering::SeqCst);
        floor.ring();
        let began = Instant::now();
        while began.elapsed() < grace && !self.threads.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(20));
        }
        for cancel in floor.running.lock().unwrap_or_else(PoisonError::into_inner).values() {
            cancel.cancel();
        }
        for thread in self.threads {
            let _ = thread.join();
        }
        await_loads(LOADS);
        if let Ok(store) = self.studio.store() {
            store.flush();
        }
    }
}

/// Hears of jobs that others order and stop, and takes up those whose workers died.
fn watch_neighbours(studio: &Studio, store: &Store, beat: Duration) {
    let mut notices = store.listen();
    let mut stops = store.stops();
    let mut looked = Instant::now();
    // Whoever says so: the records know whether it is true.
    let stop = |id: &JobId| {
        if studio.floor.runs(id) && store.job(id).is_ok_and(|job| job.cancel) {
            studio.floor.stop(id);
        }
    };
    while !studio.floor.is_stopping() {
        while let Some(Ok(id)) = stops.as_mut().map(|stops| stops.try_recv()) {
            stop(&id);
        }
        match notices.try_recv() {
            Ok(notice) if notice.event.name == "state" => {
                studio.floor.ring();
                stop(&notice.job);
            }
            Ok(_) => {}
            Err(TryRecvError::Lagged(_)) => studio.floor.ring(),
            Err(TryRecvError::Empty | TryRecvError::Closed) => std::thread::sleep(Duration::from_millis(50)),
        }
        if looked.elapsed() > beat {
            looked = Instant::now();
            match store.recover(false, &mut |job| shelf::settle(studio, job)) {
                Ok(0) => {}
                Ok(taken) => tracing::info!("{taken} jobs of workers that died were taken up"),
                Err(error) => tracing::warn!("jobs of workers that died are not taken up: {error}"),
            }
        }
    }
}

fn work(studio: &Studio, store: &Store, name: &str, kinds: &[&str], lease: Duration) {
    let mut jobs = store.consumer(name, kinds, lease);
    while !studio.floor.is_stopping() {
        let heard = studio.floor.rings();
        let asked = SystemTime::now();
        match jobs.next(LOOK) {
            Ok(Some(claimed)) => {
                if let Some(parent) = &claimed.job.trace {
                    trace::done_under(parent, "job.claim", asked, SystemTime::now());
                }
                attempt(studio, store, name, claimed, lease);
            }
            // The broker told of nothing.
            Ok(None) if jobs.waits() => {}
            Ok(None) => studio.floor.wait(heard),
            Err(error) => {
                tracing::error!("no job can be taken: {error}");
                studio.floor.wait(heard);
            }
        }
    }
}

/// One attempt at a job, from the claim to its end.
fn attempt(studio: &Studio, store: &Store, name: &str, claimed: Claimed, lease: Duration) {
    let job = &claimed.job;
    let span = info_span!(
        "job.attempt",
        otel.kind = "consumer",
        otel.status_code = Empty,
        job.id = job.id.as_str(),
        job.kind = job.kind,
        job.attempt = job.attempt,
        job.outcome = Empty,
    );
    trace::follow(&span, job.trace.as_deref());
    let _within = span.enter();
    let cancel = Cancel::new();
    let began = Instant::now();
    if job.attempt == 1 {
        let waited = (store.now() - job.ready).max(0) as f64 / 1000.0;
        studio.floor.count(|tally| {
            let (seconds, count) = tally.waited.entry(job.kind.clone()).or_default();
            *seconds += waited;
            *count += 1;
        });
    }
    let running = || studio.floor.running.lock().unwrap_or_else(PoisonError::into_inner);
    running().insert(job.id.clone(), cancel.clone());
    let outcome = held(store, name, &claimed, lease, &cancel, || {
        // A job that was stopped between its claim and now.
        if store.job(&job.id).is_ok_and(|now| now.cancel) {
            return Outcome::Cancelled;
        }
        let done = catch_unwind(AssertUnwindSafe(|| make(studio, store, job, &cancel)));
        match done {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => failed(studio, store, job, &error),
            Err(_) => Outcome::Failed {
                fault: JobFault { code: "failed".into(), message: "the engine stopped unexpectedly".into() },
                passing: false,
            },
        }
    });
    running().remove(&job.id);
    let how = match &outcome {
        Outcome::Done { .. } => "done",
        Outcome::Failed { .. } => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::GivenBack => "given_back",
    };
    span.record("job.outcome", how);
    if how == "failed" {
        span.record("otel.status_code", "ERROR");
    }
    tracing::info!(job = job.id.as_str(), kind = job.kind, outcome = how, "an attempt ended");
    studio.floor.count(|tally| {
        *tally.ended.entry((job.kind.clone(), how)).or_default() += 1;
        *tally.worked.entry(job.kind.clone()).or_default() += began.elapsed().as_secs_f64();
    });
    let ended = store.finish(job, name, outcome);
    match &ended {
        Ok(Some(_)) => studio.floor.ring(),
        Ok(None) => tracing::warn!("the job {} was taken by another worker", job.id),
        Err(error) => tracing::error!("the end of the job {} was not kept: {error}", job.id),
    }
    claimed.close(store, ended.ok().flatten().as_ref());
}

/// Does the work of a job and puts what came of it into the gallery.
fn make(studio: &Studio, store: &Store, job: &Job, cancel: &Cancel) -> Result<Outcome, StudioError> {
    let request = JobRequest::read(&job.kind, &job.request)?;
    let mut shelf = Shelf::open(studio, job)?;
    let stages = Arc::new(Mutex::new(BTreeMap::new()));
    let progress = Arc::new(Notes {
        store: store.clone(),
        job: job.id.clone(),
        last: Mutex::new(None),
        stages: Arc::clone(&stages),
        span: Span::current(),
        seen: Mutex::default(),
    });
    let seen = Arc::clone(&progress);
    let done = request.run(&mut Run { studio, job, shelf: &mut shelf, progress, cancel });
    seen.tell_spans();
    let stages = std::mem::take(&mut *stages.lock().unwrap_or_else(PoisonError::into_inner));
    studio.floor.count(|tally| {
        for (stage, (seconds, count)) in stages {
            let sum = tally.stages.entry(stage).or_default();
            *sum = (sum.0 + seconds, sum.1 + count);
        }
    });
    done?;
    shelf.commit(studio)
}

fn failed(studio: &Studio, store: &Store, job: &Job, error: &StudioError) -> Outcome {
    if error.code() == ErrorCode::Cancelled {
        let wanted =
            store.job(&job.id).is_ok_and(|now| now.cancel || now.deadline.is_some_and(|d| d < store.now()));
        return if studio.floor.is_stopping() && !wanted { Outcome::GivenBack } else { Outcome::Cancelled };
    }
    let code = serde_json::to_value(error.code()).ok().and_then(|v| v.as_str().map(str::to_owned));
    let message = match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    };
    tracing::info!("the job {} ({}) failed: {message}", job.id, job.kind);
    let fault = JobFault { code: code.unwrap_or_else(|| "failed".into()), message };
    Outcome::Failed { fault, passing: is_passing(error) }
}

/// Whether another attempt may succeed.
fn is_passing(error: &StudioError) -> bool {
    matches!(error.code(), ErrorCode::Busy | ErrorCode::Io)
}

/// Works while another thread gives signs of life, and stops when the job was lost or is to be stopped.
fn held(
    store: &Store,
    name: &str,
    claimed: &Claimed,
    lease: Duration,
    cancel: &Cancel,
    work: impl FnOnce() -> Outcome,
) -> Outcome {
    let (job, beat) = (&claimed.job, lease / BEATS);
    let done = (Mutex::new(false), Condvar::new());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut over = done.0.lock().unwrap_or_else(PoisonError::into_inner);
            while !*over {
                let left = job.deadline.map(|d| Duration::from_millis((d - store.now()).max(0) as u64 + 1));
                let soonest = Duration::from_millis(100).min(beat);
                let pause = left.map_or(beat, |left| left.clamp(soonest, beat));
                let waited = done.1.wait_timeout(over, pause);
                over = waited.unwrap_or_else(PoisonError::into_inner).0;
                if *over {
                    break;
                }
                match store.hold(job, name, lease) {
                    Ok((true, false)) => claimed.beat(),
                    Ok(_) => cancel.cancel(),
                    Err(error) => tracing::error!("a job is held no longer: {error}"),
                }
            }
        });
        let outcome = work();
        *done.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        done.1.notify_all();
        outcome
    })
}

/// Notes progress, not too often.
struct Notes {
    store: Store,
    job: JobId,
    last: Mutex<Option<(Instant, &'static str)>>,
    stages: Arc<Mutex<BTreeMap<&'static str, (f64, u64)>>>,
    /// The attempt.
    span: Span,
    /// From when to when a stage told of its progress.
    seen: Mutex<BTreeMap<&'static str, (SystemTime, SystemTime)>>,
}

impl Notes {
    /// Stages that told of their progress and never of their end are over when the work is.
    fn tell_spans(&self) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        for (stage, (from, to)) in seen {
            trace::done_within(&self.span, stage, from, to);
        }
    }

    fn saw(&self, stage: &'static str) {
        let now = SystemTime::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(stage).or_insert((now, now)).1 = now;
    }

    /// The span of a stage that says itself how long it took.
    fn ended(&self, stage: &'static str, seconds: f64) {
        let now = SystemTime::now();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(stage);
        let took = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        trace::done_within(&self.span, stage, now.checked_sub(took).unwrap_or(now), now);
    }
}

impl Progress for Notes {
    fn event(&self, event: Event) {
        let note = match event {
            Event::Progress { stage, done, total, what } => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                let label = stage.label();
                self.saw(label);
                let soon = last.is_some_and(|(at, of)| of == label && at.elapsed() < NOTE);
                if soon && done < total {
                    return;
                }
                *last = Some((Instant::now(), label));
                let fraction = (total > 0).then(|| (done as f64 / total as f64).min(1.0));
                json!({
                    "stage": stage, "label": label, "done": done, "total": total, "fraction": fraction,
                    "what": what,
                })
            }
            Event::Note { message } => json!({"stage": Value::Null, "note": message}),
            Event::Done { stage, seconds } => {
                self.ended(stage.label(), seconds);
                let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
                let sum = stages.entry(stage.label()).or_default();
                *sum = (sum.0 + seconds, sum.1 + 1);
                return;
            }
        };
        self.store.note_progress(&self.job, note);
    }
}
