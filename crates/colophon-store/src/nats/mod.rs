//! NATS with JetStream beside the database: hands out jobs, tells events, brings stops to workers.
//!
//! The database stays the record. What goes through the broker only says that there is something to look
//! at: it may come late, twice, or not at all, and the broker may be restarted or emptied at any time.
//! Whoever takes a job claims it in the database first, so that nothing is done twice; what the broker
//! lost is put back from the database (`postgres/sweep`). While the broker is away the database hands out
//! the jobs by itself, as it does without one.
//!
//! # Names
//!
//! `SPACE` is a random name that the database keeps, so that many studios may use one broker.
//!
//! | subject | what | payload |
//! |---|---|---|
//! | `colophon.SPACE.work.KIND.JOB` | a ticket: this job waits for a worker | the job's identifier |
//! | `colophon.SPACE.event.JOB` | an event, after its commit | JSON: `seq`, `job`, `owner`, `name`, `data`; `cut` |
//! | `colophon.SPACE.cancel.JOB` | a running job is to be stopped | the job's identifier |
//!
//! In subjects the dots of a kind are dashes (`picture.edit` is `picture-edit`). Events and stops are
//! messages that the broker does not keep. An event longer than [`hand::LONGEST`] bytes is told with `cut` and
//! without its `data`, which is read from the database.
//!
//! Tickets are kept in the stream `COLOPHON_SPACE`: a work queue on disk, with one ticket a job at most
//! (a second one is refused), each for a day at most. For each kind it has a durable pull consumer named
//! like the kind, so that a worker asks only for what it can do: explicit acknowledgement, redelivery after
//! [`tickets::ACK_WAIT`], any number of times.
//!
//! A worker that gets a ticket looks at its job. If it waits, the worker claims the *best* waiting job of
//! the kinds that it can do, by priority, fair share and age; mostly it is that of the ticket. It keeps the
//! ticket of the job that it claimed while it works (with signs of progress, so that it is not given to
//! another), and acknowledges it at the end; a job that has to be tried again gives its ticket back with the
//! pause as delay. Another job's ticket goes back at once. A ticket whose job does not wait is acknowledged.

mod address;
mod hand;
mod names;
mod shared;
mod tickets;
mod waiters;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream;
use futures_util::StreamExt as _;
use tokio::sync::{broadcast, mpsc, watch};

pub(crate) use address::Address;
use hand::Told;
use names::Names;
pub(crate) use shared::Nats;
use shared::{PATIENCE, Shared};
pub(crate) use waiters::Ticket;
use waiters::{Order, Waiters};

use crate::job::JobId;
use crate::postgres::runtime::outside;
use crate::sql::News;
use crate::{JobEvent, Notice, StoreError};

/// How often one asks whether the broker is there.
const ASK: Duration = Duration::from_secs(2);
/// How long a ticket is kept; the sweep puts back what is needed longer.
const KEPT: Duration = Duration::from_secs(86_400);
/// Events that wait for the ear; more are read from the database.
const HEARD: usize = 4096;
/// Stops that a slow worker may be behind.
const STOPS: usize = 1024;

/// How the broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Where it is, without user and password.
    pub address: String,
    /// Whether it answers and hands out jobs; otherwise the database does.
    pub up: bool,
    /// What it said last, where it does not.
    pub why: Option<String>,
    /// Tickets in its stream: jobs that wait, and those that run with their ticket.
    pub tickets: u64,
    /// Tickets that this process was given.
    pub given: u64,
    /// Tickets among them whose job did not wait any more.
    pub stale: u64,
    /// Tickets that this process put back because the broker had lost them.
    pub put_back: u64,
}

impl Nats {
    /// Begins to look for the broker; it need not be there.
    pub(crate) fn start(address: Address, space: String) -> Result<Self, StoreError> {
        let fail = |e: std::io::Error| StoreError::Request(format!("the broker cannot be used: {e}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("store-nats")
            .enable_all()
            .build()
            .map_err(fail)?;
        let (orders, queue) = mpsc::unbounded_channel();
        let (events, heard) = sync_channel(HEARD);
        let shared = Arc::new(Shared {
            names: Names { space },
            address: address.shown.clone(),
            up: AtomicBool::new(false),
            why: Mutex::default(),
            tickets: AtomicU64::default(),
            given: AtomicU64::default(),
            stale: AtomicU64::default(),
            put_back: AtomicU64::default(),
            waiters: Waiters::default(),
            orders,
            events,
            stops: broadcast::channel(STOPS).0,
            connections: watch::Sender::new(0),
            bell: Default::default(),
        });
        let heard_of = Arc::downgrade(&shared);
        let connected = move || {
            if let Some(shared) = heard_of.upgrade() {
                shared.connections.send_modify(|count| *count += 1);
                shared.ring();
            }
        };
        let client = outside(|| runtime.block_on(address.connect(connected))).map_err(fail)?;
        runtime.spawn(hand::send(client.clone(), Arc::clone(&shared), queue));
        runtime.spawn(hear(client.clone(), Arc::clone(&shared)));
        runtime.spawn(stop(client.clone(), Arc::clone(&shared)));
        let context = {
            // It begins a task of its own.
            let _inside = runtime.enter();
            jetstream::context::ContextBuilder::new().timeout(PATIENCE).build(client.clone())
        };
        runtime.spawn(tickets::pull_all(context.clone(), Arc::clone(&shared)));
        runtime.spawn(keep(client, context.clone(), Arc::clone(&shared)));
        let nats = Self { shared, runtime: Some(runtime), context, heard: Mutex::new(heard) };
        nats.await_first_answer();
        Ok(nats)
    }

    /// Waits a moment, so that what is done first goes through the broker where it is there.
    fn await_first_answer(&self) {
        for _ in 0..100 {
            if self.is_up() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let why = self.broker().why.unwrap_or_else(|| "it does not answer".into());
        tracing::warn!(
            "the broker {} is not there; the database hands out the jobs: {why}",
            self.shared.address
        );
    }

    /// Whether the broker answers.
    pub(crate) fn is_up(&self) -> bool {
        self.shared.up.load(Ordering::SeqCst)
    }

    pub(crate) fn broker(&self) -> Broker {
        let shared = &self.shared;
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let up = self.is_up();
        let why = shared.why.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Broker {
            address: shared.address.clone(),
            up,
            why: why.filter(|_| !up),
            tickets: count(&shared.tickets),
            given: count(&shared.given),
            stale: count(&shared.stale),
            put_back: count(&shared.put_back),
        }
    }

    /// Tells it; what the broker does not get is found in the database by whoever needs it.
    pub(crate) fn tell(&self, news: Vec<News>) {
        // The task is gone only when this is.
        let _ = self.shared.orders.send(Order::News(news));
    }

    /// Hears which running jobs are to be stopped.
    pub(crate) fn stops(&self) -> broadcast::Receiver<JobId> {
        self.shared.stops.subscribe()
    }

    /// Events that were told, `most` at a time, `None` for one that has to be looked up; waits for the first
    /// for a while.
    pub(crate) fn hear(&self, wait: Duration, most: usize) -> Vec<Option<Notice>> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match heard.recv_timeout(wait) {
            Ok(first) => std::iter::once(first).chain(heard.try_iter().take(most - 1)).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Waits until the broker came back, or a while. Gives whether it came back.
    pub(crate) fn await_return(&self, wait: Duration) -> bool {
        let rung = self.shared.bell.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rung = match *rung {
            true => rung,
            false => self.shared.bell.1.wait_timeout(rung, wait).unwrap_or_else(PoisonError::into_inner).0,
        };
        std::mem::take(&mut *rung)
    }

    /// Returns when what was told is on its way, or cannot be.
    pub(crate) fn flush(&self) {
        let (tell, told) = sync_channel(1);
        if self.is_up() && self.shared.orders.send(Order::Flush(tell)).is_ok() {
            let _ = told.recv_timeout(PATIENCE);
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.flush();
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped where nobody may wait.
            runtime.shutdown_background();
        }
    }
}

/// Looks all the time whether the broker is there, and sees to it that the stream is.
async fn keep(client: async_nats::Client, context: jetstream::Context, shared: Arc<Shared>) {
    loop {
        let error = if client.connection_state() == async_nats::connection::State::Connected {
            let stream = context.get_or_create_stream(stream(&shared.names));
            match tokio::time::timeout(PATIENCE, stream).await {
                Err(_) => Some("it does not answer in time".to_owned()),
                Ok(Err(error)) => Some(error.to_string()),
                Ok(Ok(stream)) => {
                    shared.tickets.store(stream.cached_info().state.messages, Ordering::Relaxed);
                    None
                }
            }
        } else {
            Some("there is no connection".to_owned())
        };
        let pause = if error.is_some() { ASK / 10 } else { ASK };
        shared.set_up(error);
        tokio::time::sleep(pause).await;
    }
}

fn stream(names: &Names) -> jetstream::stream::Config {
    jetstream::stream::Config {
        name: names.stream(),
        description: Some("Jobs of Colophon that wait for a worker".into()),
        subjects: vec![names.subject("work.*.*")],
        retention: jetstream::stream::RetentionPolicy::WorkQueue,
        discard: jetstream::stream::DiscardPolicy::New,
        discard_new_per_subject: true,
        max_messages_per_subject: 1,
        max_messages: -1,
        max_bytes: -1,
        max_age: KEPT,
        storage: jetstream::stream::StorageType::File,
        num_replicas: 1,
        ..Default::default()
    }
}

/// Hears events, for the ear.
async fn hear(client: async_nats::Client, shared: Arc<Shared>) {
    let subject = shared.names.subject("event.*");
    while let Ok(mut told) = client.subscribe(subject.clone()).await {
        while let Some(message) = told.next().await {
            let notice = match serde_json::from_slice(&message.payload) {
                Ok(Told { seq, job, owner, name, data, cut: false }) => {
                    Some(Notice { job, owner, event: JobEvent { seq, name, data } })
                }
                Ok(_) | Err(_) => None,
            };
            // What does not fit is looked up.
            let _ = shared.events.try_send(notice);
        }
    }
}

/// Hears which jobs are to be stopped.
async fn stop(client: async_nats::Client, shared: Arc<Shared>) {
    let subject = shared.names.subject("cancel.*");
    while let Ok(mut told) = client.subscribe(subject.clone()).await {
        while let Some(message) = told.next().await {
            let job = std::str::from_utf8(&message.payload).ok().and_then(JobId::parse);
            if let Some(job) = job {
                // No one may be listening.
                let _ = shared.stops.send(job);
            }
        }
    }
}
