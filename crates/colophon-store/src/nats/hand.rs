//! Sends what this process has to say, in its order.

use std::sync::Arc;

use async_nats::Client;
use async_nats::connection::State;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{LONGEST, Order, PATIENCE, Shared, Told};
use crate::sql::News;

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
