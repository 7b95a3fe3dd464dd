//! Sends what this process has to say, in its order.

use std::sync::Arc;

use async_nats::Client;
use async_nats::connection::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use super::shared::{PATIENCE, Shared};
use super::waiters::Order;
use crate::job::JobId;
use crate::sql::News;

/// Bytes of an event that is told whole.
const LONGEST: usize = 256 << 10;

/// An event as it is told.
#[derive(Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) seq: i64,
    pub(super) job: JobId,
    pub(super) owner: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) data: Value,
    /// Whether the data was too long to be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) cut: bool,
}

pub(super) async fn send(client: Client, shared: Arc<Shared>, mut queue: mpsc::UnboundedReceiver<Order>) {
    while let Some(order) = queue.recv().await {
        if client.connection_state() != State::Connected {
            // It is found in the database by whoever needs it; tickets come back by themselves.
            continue;
        }
        match order {
            Order::News(news) => {
                for one in news {
                    let (subject, payload) = message(&shared, one);
                    if let Err(error) = client.publish(subject, payload.into()).await {
                        tracing::debug!("the broker is not told: {error}");
                    }
                }
            }
            Order::Ack(message, kind) => {
                if let Err(error) = message.ack_with(kind).await {
                    tracing::debug!("a ticket is not given back: {error}");
                }
            }
            Order::Flush(tell) => {
                let _ = tokio::time::timeout(PATIENCE, client.flush()).await;
                let _ = tell.send(());
            }
        }
    }
}

fn message(shared: &Shared, news: News) -> (String, Vec<u8>) {
    match news {
        News::Queued(job, kind) => (shared.names.ticket(&kind, &job), job.as_str().into()),
        News::Stop(job) => (shared.names.subject(&format!("cancel.{job}")), job.as_str().into()),
        News::Event(notice) => {
            let subject = shared.names.subject(&format!("event.{}", notice.job));
            let mut told = Told {
                seq: notice.event.seq,
                job: notice.job,
                owner: notice.owner,
                name: notice.event.name,
                data: notice.event.data,
                cut: false,
            };
            let mut payload = serde_json::to_vec(&told).unwrap_or_default();
            if payload.len() > LONGEST {
                (told.data, told.cut) = (Value::Null, true);
                payload = serde_json::to_vec(&told).unwrap_or_default();
            }
            (subject, payload)
        }
    }
}
