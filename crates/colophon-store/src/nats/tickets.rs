//! Tickets: asked for by kind, as long as someone waits for them, and given to whoever can use them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use async_nats::jetstream::context::PublishError;
use async_nats::jetstream::{AckKind, Context};
use futures_util::StreamExt as _;

use super::names::Names;
use super::shared::{Nats, PATIENCE, Shared};
use super::waiters::{Ticket, Waiters};
use crate::StoreError;
use crate::job::JobId;
use crate::postgres::runtime::outside;

/// After how long without a sign of progress a ticket goes to another worker.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// How long a request for a ticket stands.
const PULL: Duration = Duration::from_secs(5);
/// The pause after a request that failed.
const PAUSE: Duration = Duration::from_millis(500);
/// Requests for tickets of a kind that may stand, over all workers.
const REQUESTS: i64 = 8_192;
/// Tickets of a kind that workers may hold, those of jobs in a pause included.
const HELD: i64 = 65_536;
/// How long the broker may take to list or to take tickets.
const LIST: Duration = Duration::from_secs(20);
/// Tickets that are put back at the same time.
const AT_ONCE: usize = 128;
/// Tickets that are requested at once.
const BATCH: usize = 64;

impl Nats {
    /// Waits a while for a ticket of one of these kinds.
    pub(crate) fn ticket(&self, kinds: &[String], patience: Duration) -> Option<Ticket> {
        let waiters = &self.shared.waiters;
        let (number, told) = waiters.enter(kinds);
        let ticket = told.recv_timeout(patience).ok().flatten();
        waiters.leave(number);
        // One may have come just then.
        ticket.or_else(|| told.try_recv().ok().flatten())
    }

    /// Gives up a ticket whose job does not wait. Returns when the broker has forgotten it, so that the
    /// same job can be given another.
    pub(crate) fn forget(&self, ticket: Ticket) -> bool {
        self.shared.stale.fetch_add(1, Ordering::Relaxed);
        let forget = async { ticket.message.double_ack().await.map_err(|e| e.to_string()) };
        self.within(PATIENCE, forget).is_ok()
    }

    /// The jobs that have a ticket.
    pub(crate) fn ticketed(&self) -> Result<BTreeSet<JobId>, StoreError> {
        let (context, names) = (self.context.clone(), &self.shared.names);
        let list = async {
            let stream = context.get_stream_no_info(names.stream()).await.map_err(|e| e.to_string())?;
            let all = stream.info_with_subjects(names.subject("work.>")).await.map_err(|e| e.to_string())?;
            let mut jobs = BTreeSet::new();
            let mut subjects = std::pin::pin!(all);
            while let Some(subject) = subjects.next().await {
                let (subject, _) = subject.map_err(|e| e.to_string())?;
                jobs.extend(subject.rsplit('.').next().and_then(JobId::parse));
            }
            Ok(jobs)
        };
        self.within(LIST, list)
    }

    /// Puts tickets back that the broker has lost. Gives how many it had.
    pub(crate) fn put_back(&self, jobs: &[(JobId, String)]) -> Result<usize, StoreError> {
        let (context, names) = (self.context.clone(), &self.shared.names);
        let put = |(job, kind): (JobId, String)| {
            let context = context.clone();
            async move {
                let acknowledged = context.publish(names.ticket(&kind, &job), job.to_string().into()).await?;
                // One that is there is refused.
                Ok::<_, PublishError>(usize::from(acknowledged.await.is_ok()))
            }
        };
        let all = async {
            let mut puts =
                futures_util::stream::iter(jobs.iter().cloned().map(put)).buffer_unordered(AT_ONCE);
            let mut count = 0;
            while let Some(put) = puts.next().await {
                count += put.map_err(|e| e.to_string())?;
            }
            Ok(count)
        };
        let count = self.within(LIST, all)?;
        self.shared.put_back.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    /// Waits for an answer of the broker, but not for ever.
    fn within<T: Send>(
        &self,
        patience: Duration,
        ask: impl Future<Output = Result<T, String>> + Send,
    ) -> Result<T, StoreError> {
        let fail = |why| StoreError::Open { path: self.shared.address.clone().into(), why };
        let runtime = self.runtime.as_ref().ok_or(StoreError::Closed)?;
        let asked = outside(|| runtime.block_on(async { tokio::time::timeout(patience, ask).await }));
        asked.map_err(|_| fail("it does not answer in time".to_owned()))?.map_err(fail)
    }
}

/// Begins to ask for each kind that someone waits for.
pub(super) async fn pull_all(context: Context, shared: Arc<Shared>) {
    let mut asked = BTreeSet::new();
    loop {
        let new = |w: &Waiters| Some(w.kinds()).filter(|kinds| !kinds.is_subset(&asked));
        for kind in shared.waiters.until(new).await {
            if asked.insert(kind.clone()) {
                tokio::spawn(pull_kind(context.clone(), Arc::clone(&shared), kind));
            }
        }
    }
}

/// Asks for tickets of one kind whenever someone waits for them.
async fn pull_kind(context: Context, shared: Arc<Shared>, kind: String) {
    let mut consumer = None;
    loop {
        let wanted = |w: &Waiters| Some(w.count(&kind)).filter(|n| *n > 0);
        let wanted = shared.waiters.until(wanted).await.min(BATCH);
        match pull(&context, &shared, &kind, wanted, &mut consumer).await {
            Ok(true) => {}
            // The broker may have lost the consumer, and says nothing of it.
            Ok(false) => consumer = None,
            Err(error) => {
                tracing::debug!("no tickets are given for {kind}: {error}");
                consumer = None;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// One request. Gives whether a ticket came.
async fn pull(
    context: &Context,
    shared: &Shared,
    kind: &str,
    wanted: usize,
    consumer: &mut Option<PullConsumer>,
) -> Result<bool, async_nats::Error> {
    let consumer = match consumer {
        Some(known) => known,
        None => {
            let stream = context.get_stream_no_info(shared.names.stream()).await?;
            let made = stream.get_or_create_consumer(kind, consumer_of(&shared.names, kind)).await?;
            consumer.insert(made)
        }
    };
    let mut connections = shared.connections.subscribe();
    let mut tickets = consumer.batch().max_messages(wanted).expires(PULL).messages().await?;
    let mut came = false;
    loop {
        let message = tokio::select! {
            next = tickets.next() => match next {
                Some(message) => message?,
                None => return Ok(came),
            },
            _ = connections.changed() => return Ok(false),
        };
        came = true;
        let job = std::str::from_utf8(&message.payload).ok().and_then(JobId::parse);
        let Some(job) = job else {
            tracing::warn!("a ticket is not one of ours and is thrown away");
            message.ack_with(AckKind::Term).await?;
            continue;
        };
        shared.given.fetch_add(1, Ordering::Relaxed);
        shared.waiters.give(kind, Ticket { job, message, orders: shared.orders.clone() });
    }
}

fn consumer_of(names: &Names, kind: &str) -> pull::Config {
    pull::Config {
        durable_name: Some(kind.to_owned()),
        filter_subject: names.subject(&format!("work.{kind}.*")),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        max_ack_pending: HELD,
        max_waiting: REQUESTS,
        ..Default::default()
    }
}
