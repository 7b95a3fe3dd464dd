//! From an engine's thread to a connection: a bounded queue that never makes the engine wait.

use std::sync::Arc;

use colophon_studio::chat::GenerateRequest;
use colophon_studio::store::Usage;
use colophon_studio::{SealedReply, TextEvent};
use colophon_types::{Cancel, NoProgress};
use tokio::sync::mpsc::{Receiver, channel};

use crate::app::App;
use crate::error::ApiError;

/// Events that may wait for a slow reader; one that lags further is cut off.
const WAITING: usize = 4096;

/// Stops work when it is dropped, as it is when the client goes away.
#[derive(Default)]
pub(crate) struct Watched(Cancel);

impl Watched {
    /// What the work looks at.
    pub(crate) fn cancel(&self) -> Cancel {
        self.0.clone()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// The events of one request. Dropping it stops the engine within one token.
pub(crate) struct Events {
    events: Receiver<TextEvent>,
    _watched: Watched,
}

impl Events {
    /// The next event; `None` after the last.
    pub(crate) async fn next(&mut self) -> Option<TextEvent> {
        self.events.recv().await
    }
}

/// Hands a request to the studio.
pub(crate) async fn submit(
    app: &Arc<App>,
    model: Option<String>,
    request: GenerateRequest,
) -> Result<Events, ApiError> {
    app.model_may_be(model.as_deref())?;
    let (send, events) = channel(WAITING);
    let watched = Watched::default();
    let (app, stop) = (Arc::clone(app), watched.cancel());
    let events = Events { events, _watched: watched };
    // Loading a model or reading a long prompt takes a while; neither may hold up other connections.
    let client = request.client.clone();
    let work = tokio::task::spawn_blocking(move || {
        let counting = Arc::clone(&app);
        let sink = Box::new(move |event| {
            if let TextEvent::Done(reply) = &event {
                count(&counting, &client, &reply.usage);
            }
            send.try_send(event).is_ok()
        });
        app.studio.generate_text(model.as_deref(), request, &NoProgress, &stop, sink)
    });
    work.await.map_err(|_| ApiError::stopped())??;
    Ok(events)
}

/// Counts what a text took, for the metrics and for the client's quota.
fn count(app: &App, client: &str, used: &colophon_studio::chat::Usage) {
    app.metrics.wrote(used);
    let tokens = (used.prompt_tokens + used.completion_tokens) as u64;
    if let Ok(store) = app.studio.store() {
        store.note_usage(client, Usage { requests: 1, tokens, ..Usage::default() });
    }
}

/// Waits for the end.
pub(crate) async fn finished(mut events: Events) -> Result<SealedReply, ApiError> {
    while let Some(event) = events.next().await {
        match event {
            TextEvent::Done(reply) => return Ok(*reply),
            TextEvent::Failed(error) => return Err(error.into()),
            TextEvent::Piece(..) | TextEvent::ToolCall(_) => {}
        }
    }
    Err(ApiError::stopped())
}
