//! Request bodies: how long a client may take, and how much it may send, whatever the route does with it.
//!
//! A body has a budget of waiting time. It starts full, waiting uses it up, and every byte that comes gives
//! some back: a slow line gets through, one that drips a byte now and then does not. Time in which the
//! server does not read is not counted.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::{Instant, Sleep};

use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::patience::{Patience, Refused};

/// What a form needs beside the file in it.
const AROUND: u64 = 1 << 20;
/// The largest file that is judged without a key, about: the route counts it itself.
const LARGEST_VERIFIED: u64 = 256 << 20;

/// The largest body of a route.
fn largest(app: &App, path: &str) -> u64 {
    let file = match path {
        "/v1/uploads" => app.options.max_upload,
        "/v1/verify" | "/verify" => LARGEST_VERIFIED,
        _ => app.options.max_body as u64,
    };
    file.saturating_add(AROUND)
}

/// Guards the body of every request; one that says itself that it is too long is refused unread.
pub(crate) async fn guard(State(app): Shared, request: Request, next: Next) -> Response {
    let limit = largest(&app, request.uri().path());
    let said = request.headers().get(header::CONTENT_LENGTH);
    let said = said.and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > limit) {
        let shown = usize::try_from(limit - AROUND).unwrap_or(usize::MAX);
        return ApiError::too_large(shown).into_response();
    }
    let patience = app.options.patience;
    next.run(request.map(|body| Body::new(Guarded::new(body, patience, limit)))).await
}

/// A body that is read with limited patience.
struct Guarded {
    body: Body,
    patience: Patience,
    /// Bytes that may still come.
    left: u64,
    limit: u64,
    /// Waiting time that is left.
    budget: Duration,
    /// Since when the client is waited for, and when that ends.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Guarded {
    fn new(body: Body, patience: Patience, limit: u64) -> Self {
        Self { body, patience, left: limit, limit, budget: patience.silence, waiting: None }
    }

    /// What came gives time back.
    fn came(&mut self, bytes: u64) -> Result<(), Refused> {
        if let Some((since, _)) = self.waiting.take() {
            self.budget = self.budget.saturating_sub(since.elapsed());
        }
        let earned = Duration::from_secs_f64(bytes as f64 / f64::from(self.patience.least_rate.max(1)));
        self.budget = self.budget.saturating_add(earned).min(self.patience.silence);
        self.left = self.left.checked_sub(bytes).ok_or(Refused::Long(self.limit))?;
        Ok(())
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                Poll::Ready(Some(this.came(bytes).map(|()| frame).map_err(Into::into)))
            }
            Poll::Ready(other) => Poll::Ready(other.map(|end| end.map_err(Into::into))),
            Poll::Pending => {
                let budget = this.budget;
                let (_, sleep) = this
                    .waiting
                    .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(budget))));
                match sleep.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(Refused::Slow.into()))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use tokio_stream::wrappers::ReceiverStream;

    use super::*;

    /// Sends pieces of a body with pauses and gives how it ended.
    async fn sent(pieces: &[(u64, usize)], limit: u64) -> Result<u64, Refused> {
        let (send, receive) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        let pieces = pieces.to_vec();
        tokio::spawn(async move {
            for (pause, length) in pieces {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                if send.send(Ok(vec![b'x'; length].into())).await.is_err() {
                    return;
                }
            }
        });
        let patience = Patience { silence: Duration::from_secs(1), least_rate: 500, ..Patience::default() };
        let body = Guarded::new(Body::from_stream(ReceiverStream::new(receive)), patience, limit);
        let mut stream = Body::new(body).into_data_stream();
        let mut total = 0;
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => total += piece.len() as u64,
                Err(error) => return Err(Refused::within(&error).unwrap()),
            }
        }
        Ok(total)
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn slow_but_honest_bodies_arrive_and_dripping_ones_do_not() {
        // 2,000 bytes a second, where 500 are asked for, for longer than any silence may be.
        assert_eq!(run(sent(&[(50, 100); 40], 1 << 20)), Ok(4_000));
        // 20 bytes a second.
        assert_eq!(run(sent(&[(50, 1); 400], 1 << 20)), Err(Refused::Slow));
        // A silence after a quick start: too long, and not.
        assert_eq!(run(sent(&[(0, 50_000), (3_000, 1)], 1 << 20)), Err(Refused::Slow));
        assert_eq!(run(sent(&[(0, 50_000), (200, 1)], 1 << 20)), Ok(50_001));
    }

    #[test]
    fn a_body_that_is_too_long_ends_early() {
        assert_eq!(run(sent(&[(0, 600), (0, 600)], 1_000)), Err(Refused::Long(1_000)));
        assert_eq!(run(sent(&[(0, 500), (0, 500)], 1_000)), Ok(1_000));
    }
}
